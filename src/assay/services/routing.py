"""Who gets which turn."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from assay.core import permissions
from assay.core.annotations.kind import Answer
from assay.core.errors import Forbidden, NotFound
from assay.core.routing import gold_is_due, turns_told_apart
from assay.core.tasks import Stage
from assay.services.context import Context
from assay.store import assignments, projects
from assay.store.assignments import HeldTurn as HeldTurn
from assay.store.connection import queries


@dataclass(frozen=True)
class Claimed:
    """``position``: where in the queue it stood; none for a gold, which stands in no queue."""

    turn: HeldTurn
    position: int | None


async def claim_next(context: Context, project_id: UUID, stage: Stage, *, from_position: int = 0) -> Claimed | None:
    """Gives the caller the next turn that fits them, or none when nothing does now.

    ``from_position``: where in the queue to begin to look (see ``core.routing.ClaimHints``). Raises ``NotFound``,
    and ``Forbidden`` for a worker suspended in the project or a role that does not do this stage.
    """
    context.require("work.review" if stage == "review" else "work.annotate")
    worker_id, now = context.worker_id, context.now
    facts = await assignments.claim_facts(context.tenant, project_id, worker_id)
    if facts.suspended_reason is not None:
        raise Forbidden(f"You are suspended in this project: {facts.suspended_reason}")
    if facts.state != "active":
        return None
    policy = (await projects.version(context.tenant, project_id, facts.version)).policy
    lease_until = now + timedelta(seconds=policy.lease_seconds)
    if stage == "annotate" and facts.has_golds and await _gold_is_due(context, project_id, policy.gold.rate):
        turn_id = context.new_id()
        if await assignments.claim_gold(
            context.tenant,
            turn_id,
            project_id,
            worker_id,
            now=now,
            lease_until=lease_until,
            from_position=from_position,
            event_id=context.new_id(),
        ):
            return Claimed(await assignments.get(context.tenant, turn_id), None)
    found = await assignments.claim(
        context.tenant,
        project_id,
        stage,
        worker_id,
        now=now,
        lease_until=lease_until,
        from_position=from_position,
        event_id=context.new_id(),
    )
    if found is None:
        return None
    return Claimed(*found)


async def _gold_is_due(context: Context, project_id: UUID, rate: float) -> bool:
    if rate <= 0.0:
        return False
    total, since_gold = await assignments.recent_turns(
        context.tenant, project_id, context.worker_id, turns_told_apart(rate)
    )
    return gold_is_due(since_gold, total, rate, context.chance())


async def first_open(context: Context, project_id: UUID, stage: Stage) -> int | None:
    """The queue's first open position; none when it is empty."""
    position: int | None = await context.tenant.fetchval(queries("assignments")["first_open"], project_id, stage)
    return position


async def sent_back(context: Context, turn: HeldTurn) -> tuple[Answer, str] | None:
    """The caller's earlier answer and the reviewer's comment, when the task was sent back to them."""
    if turn.round == 1 or turn.stage == "review":
        return None
    return await assignments.earlier_answer(context.tenant, turn.task_id, context.worker_id, turn.round)


async def held_turns(context: Context) -> list[HeldTurn]:
    """The caller's turns, oldest first: what to go on with after a reload."""
    ids = await assignments.held(context.tenant, context.worker_id)
    return [await assignments.get(context.tenant, turn_id) for turn_id in ids]


async def own_turn(context: Context, turn_id: UUID) -> HeldTurn:
    """A turn of the caller's. Raises ``NotFound`` for any other, so that nobody learns of others' turns."""
    turn = await assignments.get(context.tenant, turn_id)
    if turn.worker_id != context.worker_id:
        raise NotFound(assignments.MISSING)
    return turn


async def projects_with_work(context: Context, since: datetime) -> list[Any]:
    """Active projects and what each has for the caller; ``since`` is the start of their day."""
    reviews = permissions.may(context.caller.role, "work.review")
    return await context.tenant.fetch(queries("assignments")["work_projects"], context.worker_id, reviews, since)


async def stats(context: Context, since: datetime) -> Any:
    """How much the caller has submitted, today and ever, and their median seconds."""
    return await context.tenant.fetchrow(queries("assignments")["worker_stats"], context.worker_id, since)
