"""Who gets which turn."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal
from uuid import UUID

from assay.core import permissions
from assay.core.annotations import kind_named
from assay.core.annotations.kind import Answer
from assay.core.errors import Forbidden, NotFound
from assay.core.routing import EARLY_TURNS, gold_gap, gold_is_due, turns_told_apart
from assay.core.tasks import Stage
from assay.core.training import Progress, next_task
from assay.services import practice
from assay.services.context import Context, Tenants
from assay.store import assignments, at_once, audits, projects, training
from assay.store.assignments import HeldTurn as HeldTurn
from assay.store.at_once import GoldGaps, SeenSession
from assay.store.connection import queries
from assay.store.projects import Version as Version
from assay.store.training import Record


@dataclass(frozen=True)
class Claimed:
    """``position``: where in the queue it stood; none for a gold, which stands in no queue, and for a turn that was
    kept for this worker, which is given whatever stands before it. ``version``: the project's current one, which may
    be newer than the turn's."""

    turn: HeldTurn
    position: int | None
    version: Version


async def claim_next(
    context: Context, project_id: UUID, stage: Stage, *, from_position: int = 0, chance: float | None = None
) -> Claimed | None:
    """Gives the caller the next turn that fits them, or none when nothing does now.

    ``from_position``: where in the queue to begin to look (see ``core.routing.ClaimHints``). ``chance``: within
    [0, 1), where it was drawn before (see ``claim_at_once``). Raises ``NotFound``,
    and ``Forbidden`` for a worker suspended in the project or a role that does not do this stage.
    """
    context.require("work.review" if stage == "review" else "work.annotate")
    worker_id, now = context.worker_id, context.now
    facts = await assignments.claim_facts(context.tenant, project_id, worker_id)
    if facts.suspended_reason is not None:
        raise Forbidden(f"You are suspended in this project: {facts.suspended_reason}")
    if not facts.in_crew:
        raise Forbidden("This project is kept to its crew. Ask a manager to add you.")
    if facts.state != "active":
        return None
    version = await projects.version(context.tenant, project_id, facts.version)
    policy = version.policy
    lease_until = now + timedelta(seconds=policy.lease_seconds)
    if stage == "annotate" and not facts.trained:
        record, progress = await practice.looked_at(context, project_id, worker_id, policy)
        if progress.state == "failed":
            raise Forbidden("You did not pass the training of this project. Ask a manager to let you try again.")
        if progress.state == "practising" or (record.preparing and not record.course):
            return await _claim_training(context, project_id, record, progress, version)
    chance = context.chance() if chance is None else chance
    if stage == "annotate" and facts.has_golds and await _gold_is_due(context, project_id, policy.gold.rate, chance):
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
            return Claimed(await assignments.get(context.tenant, turn_id), None, version)
    if facts.keeps and stage == "annotate":
        await assignments.reserve_kept(context.tenant, project_id, worker_id, now)
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
    return _claimed(*found, version)


async def _claim_training(
    context: Context, project_id: UUID, record: Record, progress: Progress, version: Version
) -> Claimed | None:
    """The next task to practise on; none while those that are left are under way or not here yet."""
    free = [task_id for task_id in record.course if task_id not in record.held]
    task_id = next_task(context.worker_id, record.attempts, free, progress.run)
    if task_id is None:
        return None
    turn_id = context.new_id()
    await training.claim(
        context.tenant,
        turn_id,
        task_id,
        project_id,
        progress.run,
        context.worker_id,
        now=context.now,
        lease_until=context.now + timedelta(seconds=version.policy.lease_seconds),
        event_id=context.new_id(),
    )
    return Claimed(await assignments.get(context.tenant, turn_id), None, version)


async def _gold_is_due(context: Context, project_id: UUID, rate: float, chance: float) -> bool:
    if rate <= 0.0:
        return False
    total, since_gold = await assignments.recent_turns(
        context.tenant, project_id, context.worker_id, turns_told_apart(rate)
    )
    return gold_is_due(since_gold, total, rate, chance)


async def claim_at_once(
    tenants: Tenants,
    organization_id: UUID,
    session: SeenSession,
    project_id: UUID,
    version: Version,
    *,
    now: datetime,
    chance: float,
    event_id: UUID,
    from_position: int = 0,
) -> Claimed | None:
    """``claim_next`` of an annotate turn, in one round trip, for a worker who claimed here before.

    ``version``: the project's, as of then. ``chance``: within [0, 1), the same that is given to ``claim_next``
    afterwards. None when anything has changed, when a gold is due, or when nothing fits from that position on: then
    ask ``claim_next``, which knows why.
    """
    rate = version.policy.gold.rate
    found = await at_once.claim(
        tenants,
        organization_id,
        session,
        project_id,
        version.version,
        GoldGaps(turns_told_apart(rate), EARLY_TURNS, gold_gap(0, rate, chance), gold_gap(EARLY_TURNS, rate, chance)),
        now=now,
        lease_until=now + timedelta(seconds=version.policy.lease_seconds),
        from_position=from_position,
        event_id=event_id,
    )
    return None if found is None else _claimed(*found, version)


def _claimed(turn: HeldTurn, position: int, version: Version) -> Claimed:
    return Claimed(turn, position if turn.reserved_for is None else None, version)


async def first_open(context: Context, project_id: UUID, stage: Stage) -> int | None:
    """The queue's first open position; none when it is empty."""
    position: int | None = await context.tenant.fetchval(queries("assignments")["first_open"], project_id, stage)
    return position


@dataclass(frozen=True)
class SentBack:
    """An answer that is to be done again, and why. ``by``: a reviewer sent the caller's own answer back, or the
    customer rejected what was the task's answer, whoever gave it; ``comment`` may then be empty."""

    answer: Answer
    comment: str
    by: Literal["reviewer", "customer"]


async def sent_back(context: Context, turn: HeldTurn) -> SentBack | None:
    """What is to be done again in this turn; none where the task starts from nothing."""
    if turn.round == 1 or turn.stage == "review":
        return None
    rejected = await audits.rejection(context.tenant, turn.task_id, turn.round - 1)
    if rejected is not None:
        return SentBack(*rejected, "customer")
    own = await assignments.earlier_answer(context.tenant, turn.task_id, context.worker_id, turn.round)
    return None if own is None else SentBack(*own, "reviewer")


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
    rows = await context.tenant.fetch(queries("assignments")["work_projects"], context.worker_id, reviews, since)
    return [row for row in rows if kind_named(row["kind"]).has_desk]


async def stats(context: Context, since: datetime) -> Any:
    """How much the caller has submitted, today and ever, and their median seconds."""
    return await context.tenant.fetchrow(queries("assignments")["worker_stats"], context.worker_id, since)
