"""A small world in memory: tasks, workers and a clock, moved by the steps that core decides on.

It stands for store and services in tests of the workflow. Rows are written here by other code than
``steps.applied``, and bad rows are refused as the database's constraints refuse them, so that what the workflow
believes of its steps is held against what writing them does. Every act ends by advancing the tasks it touched and
checking what must hold of them.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import combinations
from typing import Any
from uuid import UUID

from msgspec.structs import replace

from assay.core.annotations.kind import Answer, Kind, MediaSize, Merged, MergeOptions, Voice
from assay.core.policy import AdaptiveOverlap, FixedOverlap, Policy
from assay.core.routing import Asker, gold_is_due, why_not
from assay.core.steps import (
    CloseTurn,
    KeepConsensus,
    MarkBroken,
    MoveTo,
    OpenTurn,
    Resolve,
    ScoreGold,
    SendToReview,
    StartRound,
    Step,
    SuspendWorker,
    Withdraw,
    applied,
)
from assay.core.tasks import (
    LIVE,
    TASK_TRANSITIONS,
    TURN_TRANSITIONS,
    Case,
    Command,
    Consensus,
    MediaState,
    Response,
    Review,
    Stage,
    Submission,
    TaskState,
    Turn,
    TurnState,
    Verdict,
)
from assay.core.taxonomy import Taxonomy
from assay.core.workflow import commanded, may_send_back, next_check_at, next_steps
from assay.core.workforce import Standing, falls_short

START = datetime(2026, 1, 5, 9, tzinfo=UTC)
WORDS = ("cat", "dog", "car")


# A kind takes everything any kind might need.
# ruff: noqa: ARG002


class WordKind:
    """The smallest kind there is: an answer is one word, and two answers agree or do not."""

    name = "word"

    def check_taxonomy(self, taxonomy: Taxonomy) -> None:
        return None

    def check(self, answer: Any, taxonomy: Taxonomy, size: MediaSize | None, *, complete: bool = True) -> Answer:
        return {"word": str(answer["word"])}

    def agreement(self, left: Answer, right: Answer, options: MergeOptions) -> float:
        return float(left["word"] == right["word"])

    def merge(self, voices: Sequence[Voice], options: MergeOptions) -> Merged:
        shares: dict[str, float] = {}
        for voice in voices:
            shares[voice.answer["word"]] = shares.get(voice.answer["word"], 0.0) + voice.weight
        word = min(shares, key=lambda w: (-shares[w], w))
        pairs = list(combinations(voices, 2))
        agreed = sum(self.agreement(a.answer, b.answer, options) for a, b in pairs)
        agreement = agreed / len(pairs) if pairs else 1.0
        return Merged({"word": word}, confidence=shares[word] / sum(shares.values()), agreement=agreement)

    def score(self, answer: Answer, gold: Answer, options: MergeOptions) -> float:
        return self.agreement(answer, gold, options)

    def empty(self) -> Answer:
        return {"word": ""}


KIND: Kind = WordKind()


@dataclass
class TaskRow:
    id: UUID
    state: TaskState
    truth: str
    gold: Answer | None = None
    media: MediaState = "ready"
    round: int = 1
    broken_reason: str | None = None
    turns: dict[UUID, Turn] = field(default_factory=dict)
    submissions: list[Submission] = field(default_factory=list)
    reviews: list[Review] = field(default_factory=list)
    consensus: Consensus | None = None
    response: Response | None = None
    resolved_as: tuple[object, ...] | None = None


@dataclass
class WorkerRow:
    standing: Standing
    stages: frozenset[Stage]
    accuracy: float
    claims: int = 0
    since_gold: int = 0


@dataclass
class World:
    policy: Policy
    list_workers: bool = True
    now: datetime = START
    tasks: dict[UUID, TaskRow] = field(default_factory=dict)
    workers: dict[UUID, WorkerRow] = field(default_factory=dict)
    touched: list[UUID] = field(default_factory=list)
    ids: int = 0

    # --- people and tasks come in ---

    def add_worker(self, *stages: Stage, accuracy: float = 1.0) -> UUID:
        id_ = self._new_id()
        self.workers[id_] = WorkerRow(Standing(worker_id=id_), frozenset(stages), accuracy)
        return id_

    def add_task(self, truth: str = "cat", *, gold: bool = False, media: MediaState = "ready") -> UUID:
        id_ = self._new_id()
        self.tasks[id_] = TaskRow(id_, "preparing", truth, {"word": truth} if gold else None, media)
        self._advance(id_)
        return id_

    def media_arrives(self, task_id: UUID, media: MediaState) -> None:
        self.tasks[task_id].media = media
        self._advance(task_id)

    # --- what workers do ---

    def claim(self, worker_id: UUID, stage: Stage, chance: float = 0.999) -> UUID | None:
        """The turn claimed: a gold when one is due, otherwise the first open turn that fits; none when none does."""
        worker = self.workers[worker_id]
        if stage == "annotate" and gold_is_due(worker.since_gold, worker.claims, self.policy.gold.rate, chance):
            for task in self.tasks.values():
                if task.gold is None or task.state != "annotating":
                    continue
                turn = Turn(id=self._new_id(), stage="annotate", round=task.round, state="open", opened_at=self.now)
                if why_not(self.asker(worker_id), turn, task.turns.values()) is None:
                    task.turns[turn.id] = turn
                    return self._claimed(task, turn, worker_id)
        for task, turn in self.open_turns(stage):
            if why_not(self.asker(worker_id), turn, task.turns.values()) is None:
                return self._claimed(task, turn, worker_id)
        return None

    def submit(self, turn_id: UUID, answer: Answer) -> None:
        task, turn = self._held(turn_id, "annotate")
        self._close(task, turn, "submitted")
        assert turn.worker_id is not None
        submission = Submission(
            id=self._new_id(), assignment_id=turn_id, worker_id=turn.worker_id, round=turn.round, answer=answer
        )
        task.submissions.append(submission)
        self._advance(task.id)

    def review(self, turn_id: UUID, verdict: Verdict, answer: Answer | None = None) -> None:
        task, turn = self._held(turn_id, "review")
        assert verdict != "send_back" or may_send_back(self.case(task.id))
        self._close(task, turn, "submitted")
        task.reviews.append(
            Review(id=self._new_id(), assignment_id=turn_id, verdict=verdict, comment="look again", answer=answer)
        )
        self._advance(task.id)

    def refuse(self, turn_id: UUID, state: TurnState, reason: str = "unclear") -> None:
        """Skip or report."""
        task, turn = self._held(turn_id)
        self._close(task, turn, state, reason)
        self._advance(task.id)

    def give_back(self, turn_id: UUID) -> None:
        task, turn = self._held(turn_id)
        self._close(task, turn, "returned")
        self._advance(task.id)

    # --- what managers and the clock do ---

    def command(self, task_id: UUID, command: Command) -> None:
        task = self.tasks[task_id]
        steps = commanded(self.case(task_id), command)
        if command == "make_gold":
            task.gold = {"word": task.truth}
        elif command == "unmake_gold":
            task.gold = None
        for step in steps:
            self._write(task, step)
        self._advance(task_id)

    def suspend(self, worker_id: UUID) -> None:
        self._suspend(worker_id)
        self._advance_touched()

    def reinstate(self, worker_id: UUID) -> None:
        self.workers[worker_id].standing = Standing(worker_id=worker_id)
        self.touched.extend(self._unfinished_of(worker_id))
        self._advance_touched()

    def pass_time(self, seconds: float) -> None:
        """The clock moves on and every case whose time has come is looked at."""
        self.now += timedelta(seconds=seconds)
        for task_id in self.tasks:
            check_at = next_check_at(self.case(task_id))
            if check_at is not None and check_at <= self.now:
                self._advance(task_id)

    # --- what there is to see ---

    def case(self, task_id: UUID) -> Case:
        task = self.tasks[task_id]
        involved = {w for t in task.turns.values() for w in (t.worker_id, t.reserved_for) if w is not None}
        return Case(
            task_id=task.id,
            state=task.state,
            policy=self.policy,
            now=self.now,
            round=task.round,
            media=task.media,
            gold=task.gold,
            turns=tuple(task.turns.values()),
            submissions=tuple(task.submissions),
            reviews=tuple(task.reviews),
            consensus=task.consensus,
            response=task.response,
            standings=tuple(self.workers[w].standing for w in sorted(involved)),
            annotators=self._who("annotate") if self.list_workers else None,
            reviewers=self._who("review") if self.list_workers else None,
        )

    def open_turns(self, stage: Stage | None = None) -> Iterator[tuple[TaskRow, Turn]]:
        for task in self.tasks.values():
            for turn in task.turns.values():
                if turn.state == "open" and stage in (None, turn.stage):
                    yield task, turn

    def held_turns(self) -> list[Turn]:
        return [t for task in self.tasks.values() for t in task.turns.values() if t.state == "claimed"]

    def task_of(self, turn_id: UUID) -> TaskRow:
        return next(task for task in self.tasks.values() if turn_id in task.turns)

    # --- writing steps, as the service layer does ---

    def _advance(self, task_id: UUID) -> None:
        self.touched.append(task_id)
        self._advance_touched()

    def _advance_touched(self) -> None:
        while self.touched:
            task = self.tasks[self.touched.pop(0)]
            case = self.case(task.id)
            steps = next_steps(case, KIND)
            self._check_before(task, steps)
            for step in steps:
                opened = self._write(task, step)
                case = applied(case, step, opened)
            self._check_after(task, case)

    def _write(self, task: TaskRow, step: Step) -> UUID | None:
        match step:
            case OpenTurn(stage, round_, reserved_for):
                id_ = self._new_id()
                task.turns[id_] = Turn(
                    id=id_, stage=stage, round=round_, state="open", reserved_for=reserved_for, opened_at=self.now
                )
                return id_
            case CloseTurn(turn_id, state, reason):
                self._close(task, task.turns[turn_id], state, reason)
            case ScoreGold(submission_id, worker_id, score, right):
                index = next(i for i, s in enumerate(task.submissions) if s.id == submission_id)
                assert task.submissions[index].gold_score is None
                task.submissions[index] = replace(task.submissions[index], gold_score=score)
                worker = self.workers[worker_id]
                worker.standing = replace(
                    worker.standing,
                    golds_answered=worker.standing.golds_answered + 1,
                    golds_right=worker.standing.golds_right + right,
                )
            case SuspendWorker(worker_id):
                self._suspend(worker_id)
            case KeepConsensus(merged, submission_ids):
                task.consensus = Consensus(
                    submission_ids=submission_ids,
                    answer=merged.answer,
                    confidence=merged.confidence,
                    agreement=merged.agreement,
                )
            case SendToReview():
                self._move(task, "reviewing")
            case StartRound(round_):
                assert round_ == task.round + 1
                self._move(task, "annotating")
                task.round = round_
            case Resolve(answer, confidence, origin):
                assert task.response is None
                self._check_resolution(task, origin)
                task.response = Response(answer=answer, confidence=confidence, origin=origin)
                self._move(task, "completed")
            case Withdraw():
                assert task.gold is not None
                task.response = None
                task.resolved_as = None
            case MarkBroken(reason):
                assert reason
                self._move(task, "broken")
                task.broken_reason = reason
            case MoveTo(state):
                self._move(task, state)
        return None

    def _move(self, task: TaskRow, state: TaskState) -> None:
        assert state in TASK_TRANSITIONS[task.state]
        task.state = state

    def _close(self, task: TaskRow, turn: Turn, state: TurnState, reason: str | None = None) -> None:
        assert state in TURN_TRANSITIONS[turn.state], f"{turn.state} to {state}"
        task.turns[turn.id] = replace(turn, state=state, reason=reason, lease_until=None)

    def _suspend(self, worker_id: UUID) -> None:
        worker = self.workers[worker_id]
        worker.standing = replace(worker.standing, suspended=True)
        self.touched.extend(self._unfinished_of(worker_id))

    def _unfinished_of(self, worker_id: UUID) -> list[UUID]:
        return [
            task.id
            for task in self.tasks.values()
            if task.state in ("annotating", "reviewing")
            and any(worker_id in (t.worker_id, t.reserved_for) for t in task.turns.values())
        ]

    def _claimed(self, task: TaskRow, turn: Turn, worker_id: UUID) -> UUID:
        worker = self.workers[worker_id]
        worker.claims += 1
        worker.since_gold = 0 if task.gold is not None else worker.since_gold + 1
        lease_until = self.now + timedelta(seconds=self.policy.lease_seconds)
        task.turns[turn.id] = replace(turn, state="claimed", worker_id=worker_id, lease_until=lease_until)
        self._check_turns(task)
        return turn.id

    def _held(self, turn_id: UUID, stage: Stage | None = None) -> tuple[TaskRow, Turn]:
        task = self.task_of(turn_id)
        turn = task.turns[turn_id]
        assert turn.state == "claimed"
        assert stage in (None, turn.stage)
        return task, turn

    def asker(self, worker_id: UUID) -> Asker:
        worker = self.workers[worker_id]
        return Asker(worker_id=worker_id, stages=worker.stages, suspended=worker.standing.suspended)

    def _who(self, stage: Stage) -> frozenset[UUID]:
        return frozenset(w for w, r in self.workers.items() if stage in r.stages and not r.standing.suspended)

    def _new_id(self) -> UUID:
        self.ids += 1
        return UUID(int=self.ids << 64)

    # --- what must hold ---

    def _check_before(self, task: TaskRow, steps: tuple[Step, ...]) -> None:
        if task.state == "completed" and task.gold is None:
            assert all(isinstance(s, CloseTurn) for s in steps), f"a completed task changed: {steps}"
        if task.state == "cancelled":
            assert all(isinstance(s, CloseTurn) for s in steps), f"a cancelled task came alive: {steps}"
        if task.gold is not None:
            assert not any(isinstance(s, OpenTurn | Resolve) for s in steps), f"a gold was worked on: {steps}"

    def _check_after(self, task: TaskRow, believed: Case) -> None:
        case = self.case(task.id)
        again = next_steps(case, KIND)
        assert again == (), f"asking again gave more: {again}"
        # Consensus rows have ids here and there; everything else must be just as foretold.
        written = replace(case, standings=(), annotators=None, reviewers=None)
        foretold = replace(believed, standings=(), annotators=None, reviewers=None)
        assert written == foretold, "writing the steps did something else than core believes"
        self._check_turns(task)
        live = case.live()
        assert not any(t.worker_id and case.standing(t.worker_id).suspended for t in live)
        assert all(t.round == task.round for t in live)
        assert not any(t.lease_until is not None and t.lease_until <= self.now for t in live), "a lease outlived itself"
        if task.gold is not None:
            assert not any(t.state == "open" for t in live)
            assert task.response is None
            self._check_gold(case)
        elif task.state in ("annotating", "reviewing"):
            assert live, f"nobody is asked about a task that is {task.state}"
            assert {t.stage for t in live} == {"annotate" if task.state == "annotating" else "review"}
            self._check_overlap(case)
            self._check_refusals(case)
            if task.state == "reviewing":
                self._check_review(case)
        else:
            assert not live, f"a task that is {task.state} has live turns"
        assert (task.state == "completed") == (task.response is not None)
        assert sum(r.verdict == "send_back" for r in task.reviews) <= self.policy.send_backs_max

    def _check_turns(self, task: TaskRow) -> None:
        spent = [
            (t.stage, t.round, t.worker_id)
            for t in task.turns.values()
            if t.state in ("claimed", "submitted", "skipped", "reported")
        ]
        assert len(spent) == len(set(spent)), "somebody got the same task twice in a round"
        annotated = {s.worker_id for s in task.submissions}
        held_reviews = {t.worker_id for t in task.turns.values() if t.stage == "review" and t.state == "claimed"}
        assert not annotated & held_reviews, "somebody is to judge their own work"

    def _check_gold(self, case: Case) -> None:
        if case.state != "annotating":
            return
        assert all(s.gold_score is not None for s in case.submissions)
        for worker_id in {s.worker_id for s in case.submissions}:
            standing = case.standing(worker_id)
            assert standing.suspended or falls_short(standing, self.policy.gold) is None
        refusers = {t.worker_id for t in case.refused("annotate")}
        answerers = {s.worker_id for s in case.submissions if s.round == case.round}
        assert len(refusers) < max(self.policy.skips_max, len(answerers))

    def _check_refusals(self, case: Case) -> None:
        refusers = {t.worker_id for t in case.refused("annotate" if case.state == "annotating" else "review")}
        assert len(refusers) < self.policy.skips_max

    def _check_review(self, case: Case) -> None:
        """What lies before the reviewer is made of answers that count, and no verdict waits."""
        assert case.consensus is not None
        assert {s.id for s in case.counted()} >= set(case.consensus.submission_ids)
        assert case.verdict(case.round) is None

    def _check_overlap(self, case: Case) -> None:
        overlap = self.policy.overlap
        most = overlap.count if isinstance(overlap, FixedOverlap) else overlap.maximum
        annotating = case.live("annotate")
        unclaimed = [t for t in annotating if t.state == "open"]
        assert not unclaimed or len(case.counted()) + len(annotating) <= most, "more turns open than are wanted"

    def _check_resolution(self, task: TaskRow, origin: str) -> None:
        case = self.case(task.id)
        if origin == "review":
            return
        used = len(task.consensus.submission_ids) if task.consensus and origin == "consensus" else 1
        overlap = self.policy.overlap
        if isinstance(overlap, FixedOverlap):
            assert used == overlap.count, f"{used} opinions instead of {overlap.count}"
        else:
            assert overlap.minimum <= used <= overlap.maximum
        if task.state == "annotating" and isinstance(overlap, AdaptiveOverlap):
            assert case.consensus is not None
            enough = case.consensus.agreement >= overlap.agreement_min or used == overlap.maximum
            assert enough or self.list_workers, "stopped asking although opinions disagreed"


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
