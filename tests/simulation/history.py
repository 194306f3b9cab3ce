"""Histories: chance decides what everybody does, and then whatever can still be done gets done."""

from __future__ import annotations

import random
from dataclasses import dataclass

from assay.core.audits import AuditVerdict
from assay.core.routing import why_not
from assay.core.tasks import LIVE, MediaState, Turn, Verdict
from assay.core.workflow import may_send_back
from simulation.words import WORDS
from simulation.world import World


@dataclass
class History:
    """A world and a source of chance that decides what everybody does."""

    world: World
    chance: random.Random

    def run(self, acts: int) -> None:
        for _ in range(acts):
            self._act()
        bring_to_an_end(self.world)

    def _act(self) -> None:
        world, chance = self.world, self.chance
        held = world.held_turns()
        dice = chance.random()
        if dice < 0.45:
            worker_id = chance.choice(list(world.workers))
            stage = chance.choice(sorted(world.workers[worker_id].stages))
            world.claim(worker_id, stage, chance.random())
        elif dice < 0.85 and held:
            self._work(chance.choice(held))
        elif dice < 0.90:
            world.pass_time(chance.choice([1, 60, world.policy.lease_seconds, 90_000]))
        elif dice < 0.97:
            self._manage()
        else:
            world.add_task(chance.choice(WORDS), gold=chance.random() < 0.2, media=self._media())

    def _media(self) -> MediaState:
        return "waiting" if self.chance.random() < 0.2 else "ready"

    def _work(self, turn: Turn) -> None:
        world, chance = self.world, self.chance
        task = world.task_of(turn.id)
        dice = chance.random()
        if dice < 0.10:
            world.refuse(turn.id, chance.choice(["skipped", "reported"]))
        elif dice < 0.15:
            world.give_back(turn.id)
        elif turn.stage == "annotate":
            assert turn.worker_id is not None
            right = chance.random() < world.workers[turn.worker_id].accuracy
            world.submit(turn.id, {"word": task.truth if right else chance.choice(WORDS)})
        else:
            verdicts: list[Verdict] = ["accept", "fix"]
            if may_send_back(world.case(task.id)):
                verdicts.append("send_back")
            verdict = chance.choice(verdicts)
            world.review(turn.id, verdict, {"word": task.truth} if verdict == "fix" else None)

    def _manage(self) -> None:
        world, chance = self.world, self.chance
        task = chance.choice(list(world.tasks.values()))
        worker_id = chance.choice(list(world.workers))
        dice = chance.random()
        if task.state == "preparing" and dice < 0.5:
            world.media_arrives(task.id, chance.choice(["ready", "ready", "failed"]))
        elif world.workers[worker_id].standing.suspended and dice < 0.6:
            world.reinstate(worker_id)
        elif task.state == "broken" and task.media == "ready" and dice < 0.7:
            world.command(task.id, "reopen")
        elif task.gold is not None and task.state == "annotating" and dice < 0.4:
            world.command(task.id, "unmake_gold")
        elif (
            task.gold is None and task.state not in ("cancelled", "preparing") and task.media == "ready" and dice < 0.3
        ):
            world.command(task.id, "make_gold")
        elif task.gold is None and task.state == "completed" and dice < 0.8:
            verdict: AuditVerdict = chance.choice(["accept", "fix", "comment", "reject"])
            world.audit(task.id, verdict, {"word": task.truth} if verdict == "fix" else None)
        elif dice < 0.5 and not world.workers[worker_id].standing.suspended:
            world.suspend(worker_id)
        elif dice < 0.6 and task.state in ("preparing", "annotating", "reviewing", "broken"):
            world.command(task.id, "cancel")


def bring_to_an_end(world: World) -> None:
    """Photos arrive, everybody is reinstated and willing: whatever anyone may do gets done."""
    for task in list(world.tasks.values()):
        if task.state == "preparing":
            world.media_arrives(task.id, "ready")
    for worker_id, worker in world.workers.items():
        if worker.standing.suspended:
            world.reinstate(worker_id)
    world.pass_time(2 * 86_400)
    progressed = True
    while progressed:
        progressed = False
        for worker_id, worker in world.workers.items():
            for stage in sorted(worker.stages):
                # A chance this high draws no gold before the gap's bound; golds are no work to finish.
                turn_id = world.claim(worker_id, stage, 0.999)
                if turn_id is None:
                    continue
                progressed = True
                if stage == "annotate":
                    world.submit(turn_id, {"word": world.task_of(turn_id).truth})
                else:
                    world.review(turn_id, "accept")
    check_end(world)


def check_end(world: World) -> None:
    """What is left unfinished waits for people the project does not have."""
    for task in world.tasks.values():
        if task.gold is not None or task.state in ("completed", "cancelled", "broken"):
            continue
        waiting = [t for t in task.turns.values() if t.state in LIVE]
        assert waiting, f"task {task.id} is {task.state} and asks nobody"
        refused = any(t.state in ("skipped", "reported") and t.round == task.round for t in task.turns.values())
        assert not (world.list_workers and refused and task.state == "annotating"), "not set aside"
        for worker_id in world.workers:
            for turn in waiting:
                assert why_not(world.asker(worker_id), turn, task.turns.values()) is not None
