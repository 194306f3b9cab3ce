"""Claiming, as SQL does it, held against core's rules for who may take which turn."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assay.core.errors import AlreadyExists, Forbidden
from assay.core.policy import FixedOverlap, GoldRule, Policy
from assay.core.routing import SPENT, Asker, ProjectState, queue_position, why_not
from assay.core.tasks import Stage, Turn, TurnState
from assay.core.taxonomy import Label, Taxonomy
from assay.services import labeling, projects, resolution, routing, workforce
from assay.services.context import SYSTEM
from assay.store import assignments
from harness import Organization, Person
from street import Street, answer, box, new_street

# One organization serves all examples: each makes its own project.
SETTINGS = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@dataclass(frozen=True)
class Row:
    """A turn to be: ``worker`` and ``reserved`` are indexes of workers, of whom 0 asks."""

    stage: Stage
    round: int
    state: TurnState
    worker: int | None
    reserved: int | None
    priority: int


@st.composite
def turns(draw: st.DrawFn) -> Row:
    state: TurnState = draw(
        st.sampled_from(["open", "open", "open", "claimed", "submitted", "skipped", "reported", "expired", "returned"])
    )
    worker = None if state == "open" else draw(st.integers(0, 2))
    reserved = draw(st.sampled_from([None, None, 0, 1])) if state == "open" else None
    stage: Stage = draw(st.sampled_from(["annotate", "annotate", "review"]))
    return Row(stage, draw(st.integers(1, 2)), state, worker, reserved, draw(st.sampled_from([0, 50, 50, 100])))


def possible(rows: Sequence[Row]) -> list[Row]:
    """Without a worker's second turn on a task in a round, which the table refuses."""
    seen: set[tuple[Stage, int, int | None]] = set()
    kept = []
    for row in rows:
        key = (row.stage, row.round, row.worker)
        if row.state in SPENT and key in seen:
            continue
        if row.state in SPENT:
            seen.add(key)
        kept.append(row)
    return kept


worlds = st.lists(st.lists(turns(), max_size=5).map(possible), min_size=1, max_size=4)


async def build(
    street: Street, world: Sequence[Sequence[Row]], workers: Sequence[UUID], sequence: Sequence[int]
) -> list[tuple[int, Turn, list[Turn]]]:
    """Writes a world's turns; each open one with its queue position and all turns of its task, first in queue first."""
    names = [f"{number}.jpg" for number in range(len(world))]
    await street.add_tasks(*names)
    now = street.organization.clock()
    open_turns: list[tuple[int, Turn, list[Turn]]] = []
    async with street.organization.context_for(SYSTEM) as context:
        await context.tenant.execute(
            "delete from assignments where organization_id = $1 and project_id = $2", street.project_id
        )
        numbers = iter(sequence)
        for name, rows in zip(names, world, strict=True):
            of_task: list[Turn] = []
            for row in rows:
                turn = Turn(
                    id=context.new_id(),
                    stage=row.stage,
                    round=row.round,
                    state=row.state,
                    worker_id=None if row.worker is None else workers[row.worker],
                    reserved_for=None if row.reserved is None else workers[row.reserved],
                )
                position = queue_position(row.priority, next(numbers))
                lease_until = now + timedelta(hours=1) if turn.state == "claimed" else None
                await context.tenant.execute(
                    """insert into assignments (organization_id, id, task_id, project_id, stage, round, state,
                        queue_position, reserved_for, worker_id, opened_at, claimed_at, lease_until, closed_at)
                    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $11, $12, $13)""",
                    turn.id, street.tasks[name], street.project_id, turn.stage, turn.round, turn.state, position,
                    turn.reserved_for, turn.worker_id, now, lease_until,
                    None if turn.state in ("open", "claimed") else now,
                )  # fmt: skip
                of_task.append(turn)
                if turn.state == "open":
                    open_turns.append((position, turn, of_task))
    return sorted(open_turns, key=lambda found: found[0])


@SETTINGS
@given(
    world=worlds,
    sequence=st.permutations(range(20)),
    stage=st.sampled_from(["annotate", "review"]),
    state=st.sampled_from(["active"] * 6 + ["paused", "archived"]),
    suspended=st.sampled_from([False] * 6 + [True]),
    skip=st.integers(0, 3),
)
async def test_a_claim_gives_the_first_turn_that_core_says_is_eligible(
    organization: Organization,
    world: list[list[Row]],
    sequence: list[int],
    stage: Stage,
    state: ProjectState,
    suspended: bool,
    skip: int,
) -> None:
    """And none when core says none is; from any place in the queue on, for the worker who asks. What is kept for them
    comes first, wherever it stands."""
    street = await new_street(organization)
    workers = [organization.people[role].worker_id for role in ("reviewer", "annotator", "manager")]
    assert all(workers), "who annotates or reviews is a worker"
    known = await build(street, world, [w for w in workers if w], sequence)
    asker = Asker(worker_id=workers[0] or UUID(int=0), stages=frozenset({"annotate", "review"}), suspended=suspended)
    start = known[min(skip, len(known) - 1)][0] if skip and known else 0
    async with organization.context_for("manager") as context:
        if suspended:
            await workforce.suspend(context, street.project_id, asker.worker_id, "Guessed.")
        await projects.change(context, street.project_id, state=state)
    kept_first = sorted(known, key=lambda found: found[1].reserved_for is None)
    expected = next(
        (turn.id for position, turn, of_task in kept_first
         if (position >= start or turn.reserved_for) and turn.stage == stage
         and why_not(asker, turn, of_task, state) is None),
        None,
    )  # fmt: skip

    async with organization.context_for("reviewer") as context:
        try:
            found = await routing.claim_next(context, street.project_id, stage, from_position=start)
        except Forbidden:
            assert suspended
            found = None

    assert (None if found is None else found.turn.id) == expected
    if found is not None:
        assert (found.turn.state, found.turn.worker_id) == ("claimed", asker.worker_id)
        position, turn = next((position, turn) for position, turn, _ in known if turn.id == expected)
        assert found.position == (position if turn.reserved_for is None else None)


async def crowd(organization: Organization, size: int) -> list[Person]:
    return [await organization.add("annotator") for _ in range(size)]


async def claim(street: Street, who: Person, from_position: int = 0) -> UUID | None:
    """The task of the turn given, through the service."""
    async with street.organization.context_for(who) as context:
        found = await routing.claim_next(context, street.project_id, "annotate", from_position=from_position)
    return None if found is None else found.turn.task_id


async def test_claims_at_once_never_give_one_turn_twice(organization: Organization) -> None:
    """Fifty workers at thirty turns: thirty get one each."""
    street = await new_street(organization)
    await street.add_tasks(*(f"{n}.jpg" for n in range(30)))
    people = await crowd(organization, 50)

    given_ = [task for task in await asyncio.gather(*(claim(street, who) for who in people)) if task is not None]
    # A claim that passed over rows another was taking just then finds nothing; whoever asks again is served.
    given_ += [task for task in [await claim(street, who) for who in people] if task is not None]

    assert sorted(given_) == sorted(street.tasks.values())


async def test_a_worker_who_claims_in_many_places_at_once_gets_each_task_once(organization: Organization) -> None:
    """Every task has three open turns, so that the same task could be found again and again."""
    street = await new_street(organization, overlap=3)
    await street.add_tasks(*(f"{n}.jpg" for n in range(5)))
    client = await organization.client_for("annotator")

    answers = await asyncio.gather(
        *(client.post(f"/v1/work/projects/{street.project_id}/claim", json={"stage": "annotate"}) for _ in range(8))
    )

    assert {found.status_code for found in answers} <= {200, 204}, [found.text for found in answers]
    tasks = [found.json()["task_id"] for found in answers if found.status_code == 200]
    assert len(set(tasks)) == len(tasks) == 5


async def test_no_ready_turn_is_starved_by_the_hints(organization: Organization) -> None:
    """Whatever order work arrives in, and whoever was told that there was none: all of it is given out through the
    face, which begins each look where its hints say."""
    street = await new_street(organization)
    people = await crowd(organization, 3)
    clients = [await organization.client_for(who) for who in people]
    client = await organization.client_for("manager")
    path = f"/v1/work/projects/{street.project_id}/claim"
    given_: Counter[str] = Counter()

    async def everyone_claims() -> None:
        for worker in clients:
            found = await worker.post(path, json={"stage": "annotate"})
            if found.status_code == 200:
                given_[found.json()["task_id"]] += 1

    await street.add_photos("a.jpg")
    for number, priority in enumerate([50, 0, 100, 50, 70, 20, 100, 0, 50, 90]):
        await everyone_claims()
        row = {"attachment_id": str(street.photos["a.jpg"]), "priority": priority, "unique_id": f"late-{number}"}
        await client.post(f"/v1/projects/{street.project_id}/tasks", json={"tasks": [row]})
        organization.clock.advance(0.3)
    # No claim was rolled back and one process opened everything, so that nothing may be found late.
    for _ in range(5):
        await everyone_claims()

    assert len(given_) == 10
    assert set(given_.values()) == {1}


async def test_a_turn_that_comes_back_is_given_to_somebody_else_at_once(organization: Organization) -> None:
    """A returned turn is opened anew behind the marks of whoever found the queue empty."""
    street = await new_street(organization)
    await street.add_tasks("a.jpg")
    first, second = [await organization.client_for(who) for who in await crowd(organization, 2)]
    path = f"/v1/work/projects/{street.project_id}/claim"
    turn = (await first.post(path, json={})).json()
    assert (await second.post(path, json={})).status_code == 204

    await first.post(f"/v1/work/turns/{turn['assignment_id']}/return")
    await advance_all(street)

    organization.clock.advance(1.0)
    assert (await second.post(path, json={})).json()["task_id"] == turn["task_id"]


async def advance_all(street: Street) -> None:
    """What the job runner would do now."""
    for task_id in street.tasks.values():
        async with street.organization.context_for(SYSTEM) as context:
            await resolution.advance(context, task_id)


async def test_a_lease_that_ends_puts_the_turn_back_and_shuts_its_worker_out(organization: Organization) -> None:
    street = await new_street(organization)
    await street.add_tasks("a.jpg")
    slow, quick = await crowd(organization, 2)
    assert await claim(street, slow) == street.tasks["a.jpg"]
    async with organization.context_for(slow) as context:
        (held,) = await routing.held_turns(context)

    assert held.lease_until is not None
    organization.clock.now = held.lease_until - timedelta(microseconds=1)
    async with organization.context_for(SYSTEM) as context:
        before = await assignments.overdue(context.tenant, context.now, context.now - timedelta(days=1))
    organization.clock.now = held.lease_until
    async with organization.context_for(SYSTEM) as context:
        after = await assignments.overdue(context.tenant, context.now, context.now - timedelta(days=1))
    await advance_all(street)

    assert (before, after) == ([], [street.tasks["a.jpg"]])
    assert await claim(street, quick) == street.tasks["a.jpg"]
    late = await (await organization.client_for(slow)).post(
        f"/v1/work/turns/{held.id}/submit", json={"answer": {"annotations": []}}
    )
    assert (late.status_code, late.json()["code"]) == (409, "lease_lost")


async def test_one_who_let_a_lease_end_may_take_the_task_again(organization: Organization) -> None:
    """In a small team nobody else may be there to do it."""
    street = await new_street(organization)
    await street.add_tasks("a.jpg")
    (who,) = await crowd(organization, 1)
    await claim(street, who)

    organization.clock.advance(3601)
    await advance_all(street)

    assert await claim(street, who) == street.tasks["a.jpg"]


async def test_a_reserved_turn_waits_for_its_worker_and_then_for_anyone(organization: Organization) -> None:
    street = await new_street(organization)
    await street.add_tasks("a.jpg")
    author, other = await crowd(organization, 2)
    async with organization.context_for(SYSTEM) as context:
        await context.tenant.execute(
            "update assignments set reserved_for = $2 where organization_id = $1 and project_id = $3",
            author.worker_id,
            street.project_id,
        )

    assert await claim(street, other) is None
    organization.clock.advance(86_400)
    await advance_all(street)
    assert await claim(street, other) == street.tasks["a.jpg"]


async def test_the_next_round_is_open_to_who_answered_the_last(organization: Organization) -> None:
    street = await new_street(organization)
    await street.add_tasks("a.jpg")
    (who,) = await crowd(organization, 1)
    await claim(street, who)
    async with organization.context_for(who) as context:
        (held,) = await routing.held_turns(context)
        await labeling.submit(context, held.id, answer(box("a", 1, 2, 30, 40)), 1.0)
    async with organization.context_for(SYSTEM) as context:
        for round_ in (1, 2):
            await context.tenant.execute(
                """insert into assignments (organization_id, id, task_id, project_id, stage, round, state,
                    queue_position, opened_at) values ($1, $2, $3, $4, 'annotate', $5::int, 'open', $5::int, $6)""",
                context.new_id(), street.tasks["a.jpg"], street.project_id, round_, context.now,
            )  # fmt: skip

    async with organization.context_for(who) as context:
        found = await routing.claim_next(context, street.project_id, "annotate")

    assert found is not None
    assert found.turn.round == 2


async def test_golds_come_only_among_other_work_and_once_to_each_worker(organization: Organization) -> None:
    """A gold that came when nothing else does would give itself away."""
    street = await new_street(organization)
    async with organization.context_for("manager") as context:
        await projects.change(context, street.project_id, policy=Policy(FixedOverlap(1), gold=GoldRule(rate=1.0)))
    golden: dict[str, Any] = answer(box("g", 1, 1, 50, 50))
    await street.add_tasks("g1.jpg", "g2.jpg", gold=golden)
    first, second = await crowd(organization, 2)
    golds = {street.tasks["g1.jpg"], street.tasks["g2.jpg"]}

    nothing = await claim(street, first)
    await street.add_tasks("a.jpg", "b.jpg")
    theirs = [await claim(street, first) for _ in range(4)]
    others = [await claim(street, second) for _ in range(1)]

    assert nothing is None
    assert set(theirs[:2]) == golds
    assert set(theirs[2:]) == {street.tasks["a.jpg"], street.tasks["b.jpg"]}
    assert others == [None]


async def test_a_second_turn_on_a_task_in_a_round_is_refused_by_the_table(organization: Organization) -> None:
    street = await new_street(organization, overlap=2)
    await street.add_tasks("a.jpg")
    (who,) = await crowd(organization, 1)
    await claim(street, who)

    async with organization.context_for(SYSTEM) as context:
        with pytest.raises(AlreadyExists):
            await context.tenant.execute(
                """update assignments set state = 'claimed', worker_id = $2, claimed_at = $3, lease_until = $3
                where organization_id = $1 and project_id = $4 and state = 'open'""",
                who.worker_id, context.now, street.project_id,
            )  # fmt: skip
        await context.tenant.connection.execute("rollback; begin")


async def test_a_project_asks_of_its_workers_what_its_present_version_says(organization: Organization) -> None:
    """The lease is the project's present one, whatever version the task remembers."""
    street = await new_street(organization)
    await street.add_tasks("a.jpg")
    async with organization.context_for("manager") as context:
        await projects.change(
            context, street.project_id, policy=Policy(lease_seconds=60), taxonomy=Taxonomy([Label("tree")])
        )

    async with organization.context_for("annotator") as context:
        found = await routing.claim_next(context, street.project_id, "annotate")

    assert found is not None
    assert found.turn.lease_until == organization.clock() + timedelta(seconds=60)
    assert found.turn.project_version == 1
