"""Tasks that are due advance together, and one that cannot holds up no other."""

from __future__ import annotations

import asyncio
from typing import Any
from uuid import UUID

import pytest

from assay.core import workflow
from assay.core.policy import GoldRule, Policy
from assay.core.tasks import Case
from assay.faces.jobs.advancing import Advancer
from assay.faces.jobs.workshop import Workshop
from assay.services import labeling, projects, resolution, routing
from assay.services.context import SYSTEM
from assay.store import due
from assay.store.connection import Database
from harness import Organization, Person
from street import Street, answer, box, new_street

NAMES = ("a.jpg", "b.jpg", "c.jpg")
TRUTH = answer(box("t", 100, 100, 60, 60))


def advancer(organization: Organization, database: Database) -> Advancer:
    """One that sees only this organization, as other tests of this database leave tasks due as well."""
    return Advancer(Workshop(organization.house, None, None, None), database, asyncio.Event())  # type: ignore[arg-type]


@pytest.fixture
def alone(monkeypatch: pytest.MonkeyPatch, organization: Organization) -> None:
    async def only(*_: Any) -> list[UUID]:
        return [organization.id]

    monkeypatch.setattr(due, "organizations", only)


async def submit_all(street: Street, who: Person, given: Any = TRUTH) -> None:
    async with street.organization.context_for(who) as context:
        while (claimed := await routing.claim_next(context, street.project_id, "annotate")) is not None:
            await labeling.submit(context, claimed.turn.id, given, 3.0)


async def states(street: Street) -> dict[str, str]:
    async with street.organization.context_for(SYSTEM) as context:
        rows = await context.tenant.fetch("select id, state from tasks where organization_id = $1")
    found = {row["id"]: row["state"] for row in rows}
    return {name: found[task_id] for name, task_id in street.tasks.items()}


async def left(organization: Organization) -> list[tuple[UUID, int]]:
    async with organization.context_for(SYSTEM) as context:
        rows = await context.tenant.fetch(
            "select task_id, attempts from queue.due_tasks where organization_id = $1 order by id"
        )
    return [(row["task_id"], row["attempts"]) for row in rows]


@pytest.mark.usefixtures("alone")
async def test_what_was_submitted_advances_in_one_round(organization: Organization, database: Database) -> None:
    street = await new_street(organization)
    await street.add_tasks(*NAMES)
    await submit_all(street, organization.people["annotator"])

    taken = await advancer(organization, database).once()

    assert taken == 3
    assert set((await states(street)).values()) == {"completed"}
    assert await left(organization) == []


@pytest.mark.usefixtures("alone")
async def test_a_task_that_cannot_advance_holds_up_no_other(
    organization: Organization, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    street = await new_street(organization)
    await street.add_tasks(*NAMES)
    await submit_all(street, organization.people["annotator"])
    real = workflow.next_steps

    def fails_for_b(case: Case, kind: Any) -> Any:
        if case.task_id == street.tasks["b.jpg"]:
            raise RuntimeError("a bug in the rules")
        return real(case, kind)

    monkeypatch.setattr(resolution, "next_steps", fails_for_b)
    runner = advancer(organization, database)
    await runner.once()

    assert await states(street) == {"a.jpg": "completed", "b.jpg": "annotating", "c.jpg": "completed"}
    assert await left(organization) == [(street.tasks["b.jpg"], 1)]
    # It waits a second before it is tried again, so a broken rule does not keep the database busy.
    assert await runner.once() == 0


@pytest.mark.usefixtures("alone")
async def test_a_task_is_set_aside_after_ten_failures_and_kept(organization: Organization, database: Database) -> None:
    street = await new_street(organization)
    await street.add_tasks("a.jpg")
    task_id = street.tasks["a.jpg"]
    async with organization.context_for(SYSTEM) as context:
        await due.mark(context.tenant, [task_id])
    for _ in range(due.ATTEMPTS_MAX):
        async with organization.context_for(SYSTEM) as context:
            await due.postpone(context.tenant, task_id, "a bug")
        async with organization.context_for(SYSTEM) as context:
            await context.tenant.execute(
                "update queue.due_tasks set due_at = now() where organization_id = $1 and due_at < 'infinity'"
            )

    assert await advancer(organization, database).once() == 0
    assert await left(organization) == [(task_id, due.ATTEMPTS_MAX)]


@pytest.mark.usefixtures("alone")
async def test_golds_that_come_together_suspend_as_if_they_had_come_one_by_one(
    organization: Organization, database: Database
) -> None:
    """The second gold is scored when the first one counts: one suspension, one event."""
    street = await new_street(organization)
    async with organization.context_for("manager") as context:
        rule = GoldRule(rate=1.0, answers_min=2, accuracy_min=0.9)
        await projects.change(context, street.project_id, policy=Policy(gold=rule))
    await street.add_tasks(*NAMES, gold=TRUTH)
    await street.add_tasks("d.jpg", "e.jpg", "f.jpg", "g.jpg")
    spammer = organization.people["annotator"]
    async with organization.context_for(spammer) as context:
        for _ in range(3):
            claimed = await routing.claim_next(context, street.project_id, "annotate")
            assert claimed is not None
            assert claimed.turn.is_gold
            await labeling.submit(context, claimed.turn.id, answer(), 3.0)

    runner = advancer(organization, database)
    while await runner.once():
        pass

    async with organization.context_for(SYSTEM) as context:
        suspended = await context.tenant.fetchval(
            "select count(*) from suspensions where organization_id = $1 and lifted_at is null"
        )
        told = await context.tenant.fetchval(
            "select count(*) from events where organization_id = $1 and type = 'worker.suspended'"
        )
    assert (suspended, told) == (1, 1)


async def test_a_transaction_that_breaks_off_leaves_its_tasks_due(organization: Organization) -> None:
    street = await new_street(organization)
    await street.add_tasks("a.jpg")
    async with organization.context_for(SYSTEM) as context:
        await due.mark(context.tenant, [street.tasks["a.jpg"]])

    async def broken_off() -> None:
        async with organization.context_for(SYSTEM) as context:
            assert (await due.take(context.tenant, 0, 10)).task_ids == [street.tasks["a.jpg"]]
            raise RuntimeError("killed")

    with pytest.raises(RuntimeError):
        await broken_off()

    assert await left(organization) == [(street.tasks["a.jpg"], 0)]


async def test_what_another_runner_took_is_passed_over(organization: Organization) -> None:
    """And what happens to a task while it advances makes it due once more."""
    street = await new_street(organization)
    await street.add_tasks("a.jpg", "b.jpg")
    async with organization.context_for(SYSTEM) as context:
        await due.mark(context.tenant, [street.tasks["a.jpg"]])

    async with organization.context_for(SYSTEM) as first:
        assert (await due.take(first.tenant, 0, 10)).task_ids == [street.tasks["a.jpg"]]
        async with organization.context_for(SYSTEM) as second:
            await due.mark(second.tenant, [street.tasks["a.jpg"], street.tasks["b.jpg"]])
        async with organization.context_for(SYSTEM) as second:
            meanwhile = await due.take(second.tenant, 0, 1)

    assert meanwhile.task_ids == [street.tasks["a.jpg"]]
    assert await left(organization) == [(street.tasks["b.jpg"], 0)]
