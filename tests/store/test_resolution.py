"""What the services write when a task advances, held against core's function that says what writing it means."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import reduce
from typing import Any, Literal, TypeAlias, get_args
from uuid import UUID

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from assay.core.annotations import kind_named
from assay.core.annotations.kind import Answer
from assay.core.errors import AssayError, Conflict, Forbidden
from assay.core.policy import (
    AdaptiveOverlap,
    FixedOverlap,
    GoldRule,
    NoReview,
    Policy,
    ReviewAll,
    ReviewLowAgreement,
)
from assay.core.steps import SuspendWorker, applied
from assay.core.tasks import COMMANDS, Case, Command, Stage, Turn
from assay.core.workflow import commanded, next_steps
from assay.services import labeling, projects, resolution, review, routing, workforce
from assay.services.context import SYSTEM
from assay.services.routing import HeldTurn
from assay.store import cases
from harness import Organization, Person
from street import Street, answer, box, new_street

KIND = kind_named("image")
TRUTH = answer(box("t", 100, 100, 60, 60))
# One that is right, one that is nearly so, one that is elsewhere, and one that says there is nothing.
ANSWERS = [TRUTH, answer(box("u", 104, 100, 60, 62)), answer(box("v", 400, 300, 50, 50)), answer()]

Deed: TypeAlias = Literal["submit", "skip", "report", "return", "hold", "accept", "fix", "send_back"]


@dataclass(frozen=True)
class Work:
    """Somebody takes a turn (or goes on with one they hold) and does something with it."""

    who: int
    stage: Stage
    deed: Deed
    answer: int


@dataclass(frozen=True)
class Order:
    command: Command
    task: int


@dataclass(frozen=True)
class Standing:
    """A manager suspends a worker, or lets a suspended one in again."""

    who: int


@dataclass(frozen=True)
class Wait:
    seconds: int


Act: TypeAlias = Work | Order | Standing | Wait

acts = st.one_of(
    st.builds(
        Work,
        st.integers(0, 3),
        st.just("annotate"),
        st.sampled_from(["submit", "submit", "submit", "submit", "skip", "report", "return", "hold"]),
        st.integers(0, 3),
    ),
    st.builds(Work, st.integers(3, 4), st.just("review"), st.sampled_from(get_args(Deed)[3:]), st.integers(0, 3)),
    st.builds(Order, st.sampled_from(sorted(COMMANDS)), st.integers(0, 3)),
    st.builds(Standing, st.integers(0, 3)),
    st.builds(Wait, st.sampled_from([1, 700, 90_000])),
)
policies = st.builds(
    Policy,
    overlap=st.sampled_from([FixedOverlap(1), FixedOverlap(2), AdaptiveOverlap(2, 3, 0.8)]),
    review=st.sampled_from([NoReview(), ReviewAll(), ReviewLowAgreement(0.7)]),
    gold=st.sampled_from([GoldRule(), GoldRule(rate=1.0, answers_min=1, accuracy_min=0.9)]),
    lease_seconds=st.just(600),
    skips_max=st.integers(1, 2),
    send_backs_max=st.integers(0, 1),
)


def work(who: int, *answers: int) -> list[Act]:
    return [Work(who, "annotate", "submit", number) for number in answers]


def rule(deed: Deed) -> Act:
    return Work(4, "review", deed, 0)


@settings(
    max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(policies, st.lists(acts, min_size=4, max_size=14))
@example(Policy(FixedOverlap(2)), [*work(0, 0, 0), *work(1, 1, 1)])
@example(Policy(AdaptiveOverlap(2, 3)), [*work(0, 0), *work(1, 2), *work(2, 1)])
@example(Policy(FixedOverlap(1), ReviewAll()), [*work(0, 0), rule("accept"), *work(0, 1), rule("fix"), Wait(1)])
@example(
    Policy(FixedOverlap(1), ReviewAll()), [*work(0, 0), rule("send_back"), Wait(90_000), *work(1, 0), rule("accept")]
)
@example(Policy(skips_max=2), [Work(n, "annotate", "skip", 0) for n in (0, 1)] + [Order("reopen", 0), *work(0, 0)])
@example(Policy(gold=GoldRule(rate=1.0, answers_min=1, accuracy_min=0.9)), [*work(0, 2), *work(1, 0), Standing(0)])
@example(
    Policy(FixedOverlap(1)), [*work(0, 0, 0), Order("make_gold", 0), *work(1, 1), Order("unmake_gold", 0), *work(2, 0)]
)
@example(Policy(FixedOverlap(2)), [*work(0, 0), Order("cancel", 0), Standing(0), *work(1, 0), *work(2, 0), Standing(0)])
async def test_what_is_written_is_what_core_foresaw(
    organization: Organization, policy: Policy, story: list[Act]
) -> None:
    """After every act, every task: the case read back equals the case core predicts, and nothing is left to do."""
    world = await World.new(organization, policy)
    for act in story:
        await world.do(act)
        await world.settle()


@dataclass
class World:
    street: Street
    people: list[Person]
    tasks: list[UUID] = field(default_factory=list)

    @classmethod
    async def new(cls, organization: Organization, policy: Policy) -> World:
        """Two tasks and two golds; three annotators, the manager and the reviewer."""
        street = await new_street(organization)
        async with organization.context_for("manager") as context:
            await projects.change(context, street.project_id, policy=policy)
        people = [organization.people["annotator"], organization.people["owner"]]
        people += [await organization.add("annotator", "Third", f"third.{street.project_id}@assay.test")]
        people += [organization.people["manager"], organization.people["reviewer"]]
        await street.add_tasks("a.jpg", "b.jpg")
        await street.add_tasks("g.jpg", "h.jpg", gold=TRUTH)
        return cls(street, people, list(street.tasks.values()))

    async def do(self, act: Act) -> None:
        match act:
            case Work(who, stage, deed, number):
                await self.work(self.people[who], stage, deed, ANSWERS[number])
            case Order(command, number):
                await self.order(command, self.tasks[number])
            case Standing(who):
                await self.change_standing(self.people[who])
            case Wait(seconds):
                self.street.organization.clock.advance(seconds)

    async def work(self, who: Person, stage: Stage, deed: Deed, given_: Answer) -> None:
        organization = self.street.organization
        organization.clock.advance(1)
        async with organization.context_for(who) as context:
            held = [t for t in await routing.held_turns(context) if t.project_id == self.street.project_id]
            turn = next((t for t in held if t.stage == stage), None)
            if turn is None:
                try:
                    found = await routing.claim_next(context, self.street.project_id, stage)
                except Forbidden:
                    return
                turn = found.turn if found is not None else None
        if turn is not None:
            # Whoever claimed a gold left its task with one more turn.
            await self.settle()
            organization.clock.advance(1)
            await self.finish(who, turn, deed, given_)

    async def finish(self, who: Person, turn: HeldTurn, deed: Deed, given_: Answer) -> None:
        async with self.street.organization.context_for(who) as context:
            match deed:
                case "submit":
                    await labeling.submit(context, turn.id, given_, 1.0)
                case "skip" | "report" | "return":
                    how = {"skip": "skipped", "report": "reported", "return": "returned"}[deed]
                    await labeling.leave(context, turn.id, how, reason="other")  # type: ignore[arg-type]
                case "accept" | "fix" | "send_back":
                    try:
                        await review.rule(
                            context, turn.id, deed, comment="Look again.", duration_seconds=1.0,
                            answer=given_ if deed == "fix" else None,
                        )  # fmt: skip
                    except Conflict:
                        assert deed == "send_back", "sent back as often as allowed"
                case "hold":
                    return

    async def order(self, command: Command, task_id: UUID) -> None:
        before = await self.case(task_id)
        try:
            ordered = commanded(before, command)
        except Conflict:
            return
        after = reduce(applied, ordered, before)
        if command in ("make_gold", "unmake_gold"):
            after = replace(after, gold=TRUTH if command == "make_gold" else None)
        expected = reduce(applied, next_steps(after, KIND), after)

        async with self.street.organization.context_for("manager") as context:
            await resolution.command(context, task_id, command, gold=TRUTH if command == "make_gold" else None)

        assert shown(await self.case(task_id)) == shown(expected), command

    async def change_standing(self, who: Person) -> None:
        assert who.worker_id is not None
        async with self.street.organization.context_for("manager") as context:
            try:
                await workforce.suspend(context, self.street.project_id, who.worker_id, "Guessed.")
            except AssayError:
                await workforce.reinstate(context, self.street.project_id, who.worker_id)

    async def case(self, task_id: UUID) -> Case:
        async with self.street.organization.context_for(SYSTEM) as context:
            return (await cases.load(context.tenant, task_id, context.now)).case

    async def settle(self) -> None:
        """Advances every task, and those once more that a suspension touched."""
        touched = True
        while touched:
            touched = False
            for task_id in self.tasks:
                async with self.street.organization.context_for(SYSTEM) as context:
                    before = (await cases.load(context.tenant, task_id, context.now)).case
                    steps = next_steps(before, KIND)
                    expected = reduce(applied, steps, before)
                    if not steps:
                        continue

                    written = await resolution.advance(context, task_id)

                    after = (await cases.load(context.tenant, task_id, context.now)).case
                assert len(written) == len(steps)
                assert shown(after) == shown(expected), steps
                assert next_steps(after, KIND) == (), "safe to repeat: nothing is left"
                touched |= any(isinstance(step, SuspendWorker) for step in steps)


def shown(case: Case) -> dict[str, Any]:
    """A case without what core cannot foresee: the ids of new rows, and floats beyond what a real keeps."""
    suspended = {s.worker_id for s in case.standings if s.suspended}
    turned = {t.worker_id or t.reserved_for for t in case.turns} - {None}
    return {
        "state": case.state,
        "round": case.round,
        "gold": case.gold,
        "turns": sorted(map(_turn, case.turns), key=repr),
        "submissions": [(s.id, s.round, s.worker_id, s.answer, _real(s.gold_score)) for s in case.submissions],
        "reviews": [(r.id, r.verdict, r.answer) for r in case.reviews],
        "consensus": case.consensus
        and (
            case.consensus.submission_ids,
            case.consensus.answer,
            _real(case.consensus.confidence),
            _real(case.consensus.agreement),
        ),
        "response": case.response and (case.response.answer, _real(case.response.confidence), case.response.origin),
        "standings": sorted((s for s in case.standings if s.worker_id in turned), key=lambda s: s.worker_id),
        "annotators": _without(case.annotators, suspended),
        "reviewers": _without(case.reviewers, suspended),
    }


def _turn(turn: Turn) -> Sequence[Any]:
    # An open review turn's row also says why the review is asked, which is nothing core decides from.
    reason = None if turn.state == "open" or turn.stage == "review" else turn.reason
    return (
        turn.stage,
        turn.round,
        turn.state,
        turn.worker_id,
        turn.reserved_for,
        turn.opened_at,
        turn.lease_until,
        reason,
    )


def _real(number: float | None) -> float | None:
    return None if number is None else round(number, 5)


def _without(workers: frozenset[UUID] | None, suspended: set[UUID]) -> frozenset[UUID] | None:
    return None if workers is None else workers - suspended
