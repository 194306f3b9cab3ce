"""The same world, driven by hypothesis, which shrinks a broken history to the few acts that break it."""

from __future__ import annotations

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from assay.core.audits import AuditVerdict
from assay.core.policy import (
    AdaptiveOverlap,
    FixedOverlap,
    GoldRule,
    NoReview,
    Policy,
    ReviewAll,
    ReviewLowAgreement,
    ReviewSample,
)
from assay.core.tasks import COMMANDS, Command, Stage, TurnState
from assay.core.workflow import may_send_back
from simulation.history import bring_to_an_end
from simulation.words import WORDS
from simulation.world import World

policies = st.builds(
    Policy,
    overlap=st.one_of(
        st.builds(FixedOverlap, st.integers(1, 3)),
        st.builds(AdaptiveOverlap, st.integers(2, 3), st.integers(3, 5), st.sampled_from([0.0, 0.6, 1.0])),
    ),
    review=st.sampled_from([NoReview(), ReviewAll(), ReviewSample(0.5), ReviewLowAgreement(0.7)]),
    gold=st.builds(GoldRule, rate=st.sampled_from([0.0, 1.0]), answers_min=st.integers(1, 2)),
    lease_seconds=st.just(600),
    skips_max=st.integers(1, 3),
    send_backs_max=st.integers(0, 2),
)
picks = st.integers(0, 1000)


class Workplace(RuleBasedStateMachine):
    """Every act checks the world's rules; see ``World``. Numbers drawn pick among whatever there is."""

    @initialize(policy=policies, list_workers=st.booleans(), both=st.booleans())
    def open_shop(self, policy: Policy, list_workers: bool, both: bool) -> None:
        self.world = World(policy, list_workers)
        for _ in range(3):
            self.world.add_worker("annotate")
        stages: list[Stage] = ["annotate", "review"] if both else ["review"]
        self.world.add_worker(*stages)
        self.world.add_task("cat")

    @rule(word=st.sampled_from(WORDS), gold=st.booleans())
    def add_task(self, word: str, gold: bool) -> None:
        self.world.add_task(word, gold=gold)

    @rule(pick=picks, stage=st.sampled_from(["annotate", "review"]), chance=st.floats(0, 0.999))
    def claim(self, pick: int, stage: Stage, chance: float) -> None:
        workers = list(self.world.workers)
        self.world.claim(workers[pick % len(workers)], stage, chance)

    @precondition(lambda self: self.world.held_turns())
    @rule(pick=picks, word=st.sampled_from(WORDS), verdict=st.sampled_from(["accept", "fix", "send_back"]))
    def finish(self, pick: int, word: str, verdict: str) -> None:
        held = self.world.held_turns()
        turn = held[pick % len(held)]
        if turn.stage == "annotate":
            self.world.submit(turn.id, {"word": word})
        elif verdict == "fix":
            self.world.review(turn.id, "fix", {"word": word})
        elif verdict == "send_back" and may_send_back(self.world.case(self.world.task_of(turn.id).id)):
            self.world.review(turn.id, "send_back")
        else:
            self.world.review(turn.id, "accept")

    @precondition(lambda self: self.world.held_turns())
    @rule(pick=picks, state=st.sampled_from(["skipped", "reported", "returned"]))
    def leave(self, pick: int, state: TurnState) -> None:
        held = self.world.held_turns()
        turn = held[pick % len(held)]
        if state == "returned":
            self.world.give_back(turn.id)
        else:
            self.world.refuse(turn.id, state)

    @rule(seconds=st.sampled_from([1, 600, 86_400]))
    def pass_time(self, seconds: int) -> None:
        self.world.pass_time(seconds)

    @rule(pick=picks)
    def suspend_or_reinstate(self, pick: int) -> None:
        workers = list(self.world.workers)
        worker_id = workers[pick % len(workers)]
        if self.world.workers[worker_id].standing.suspended:
            self.world.reinstate(worker_id)
        else:
            self.world.suspend(worker_id)

    @rule(pick=picks, command=st.sampled_from(sorted(COMMANDS)))
    def command(self, pick: int, command: Command) -> None:
        tasks = list(self.world.tasks.values())
        task = tasks[pick % len(tasks)]
        makes_sense = (task.gold is not None) == (command == "unmake_gold") or command in ("cancel", "reopen")
        if makes_sense and task.state in COMMANDS[command]:
            self.world.command(task.id, command)

    @precondition(lambda self: any(t.response is not None for t in self.world.tasks.values()))
    @rule(pick=picks, verdict=st.sampled_from(["accept", "fix", "comment", "reject"]), word=st.sampled_from(WORDS))
    def audit(self, pick: int, verdict: AuditVerdict, word: str) -> None:
        finished = [task for task in self.world.tasks.values() if task.response is not None]
        self.world.audit(finished[pick % len(finished)].id, verdict, {"word": word} if verdict == "fix" else None)

    def teardown(self) -> None:
        if hasattr(self, "world"):
            bring_to_an_end(self.world)


TestWorkplace = Workplace.TestCase
TestWorkplace.settings = settings(max_examples=40, stateful_step_count=30, deadline=None)
