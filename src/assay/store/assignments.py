"""Turns: the queue, who holds what, and what came back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import msgspec

from assay.core.annotations.kind import Answer, Content
from assay.core.content import KeptItem
from assay.core.errors import NotFound
from assay.core.photos import StoredPhoto
from assay.core.tasks import Stage
from assay.core.taxonomy import Taxonomy
from assay.store import attachments
from assay.store.connection import Tenant, as_json, from_json, queries
from assay.store.projects import Version
from assay.store.shown import content_of, items_from, taxonomy_from

MISSING: Final = "No such turn in your organization."


@dataclass(frozen=True)
class ClaimFacts:
    """What decides whether and how a worker may claim in a project."""

    state: str
    version: int
    kind: str
    name: str
    suspended_reason: str | None
    has_golds: bool
    keeps: bool
    in_crew: bool
    trained: bool


class HeldTurn(msgspec.Struct, frozen=True):
    """A turn with what is needed to work on it. ``photo`` is none for a task without one, ``items`` for one without
    content; ``taxonomy`` is none where the version's holds."""

    id: UUID
    task_id: UUID
    project_id: UUID
    project_name: str
    project_version: int
    kind: str
    stage: Stage
    round: int
    state: str
    worker_id: UUID | None
    reserved_for: UUID | None
    claimed_at: datetime | None
    lease_until: datetime | None
    extended: bool
    reason: str | None
    prelabels: Answer | None
    draft: Answer | None
    is_gold: bool
    attachment_id: UUID | None
    photo: StoredPhoto | None
    items: list[KeptItem] | None = None
    taxonomy: Taxonomy | None = None
    # A task to practise on, whose answer is shown afterwards; ``round`` is then the worker's run.
    is_training: bool = False

    @property
    def content(self) -> Content:
        return content_of(self.photo, self.items)

    def asks(self, version: Version) -> Taxonomy:
        """What is asked, under the version of its task."""
        return version.taxonomy if self.taxonomy is None else self.taxonomy

    def reads(self, version: Version) -> str:
        """The instructions: the task's own, and the project's after them."""
        return "\n\n".join(part for part in (self.asks(version).instructions, version.instructions) if part)


async def claim_facts(tenant: Tenant, project_id: UUID, worker_id: UUID) -> ClaimFacts:
    """Raises ``NotFound`` for a project that is not there."""
    row = await tenant.fetchrow(queries("assignments")["claim_facts"], project_id, worker_id)
    if row is None:
        raise NotFound("No such project in your organization.")
    return ClaimFacts(**row)


async def recent_turns(tenant: Tenant, project_id: UUID, worker_id: UUID, turns_max: int) -> tuple[int, int]:
    """Of the worker's last ``turns_max`` turns in the project: how many there are, and how many since the last gold."""
    row = await tenant.fetchrow(queries("assignments")["recent_turns"], project_id, worker_id, turns_max)
    assert row is not None, "aggregates always give a row"
    return row["total"], row["since_gold"]


async def reserve_kept(tenant: Tenant, project_id: UUID, worker_id: UUID, now: datetime) -> None:
    """Reserves a turn for a worker that a batch is kept to, if there is one, so that they claim it next."""
    await tenant.execute(queries("assignments")["reserve_kept"], project_id, worker_id, now)


async def claim(
    tenant: Tenant,
    project_id: UUID,
    stage: Stage,
    worker_id: UUID,
    *,
    now: datetime,
    lease_until: datetime,
    from_position: int,
    event_id: UUID,
) -> tuple[HeldTurn, int] | None:
    """Takes the first open turn that fits, from a queue position on: the turn and its position, or none."""
    row = await tenant.fetchrow(
        queries("assignments")["claim_turn"], project_id, stage, worker_id, now, lease_until, from_position, event_id
    )
    return None if row is None else (held_from(row), row["queue_position"])


async def claim_gold(
    tenant: Tenant,
    turn_id: UUID,
    project_id: UUID,
    worker_id: UUID,
    *,
    now: datetime,
    lease_until: datetime,
    from_position: int,
    event_id: UUID,
) -> bool:
    """Gives the worker a gold they have not met, as a new turn; false when there is none left, or no ordinary turn
    from the queue position on among which to hide it."""
    row = await tenant.fetchrow(
        queries("assignments")["claim_gold"], turn_id, project_id, worker_id, now, lease_until, from_position, event_id
    )
    return row is not None


async def get(tenant: Tenant, turn_id: UUID) -> HeldTurn:
    """Raises ``NotFound``."""
    row = await tenant.fetchrow(queries("assignments")["get_turn"], turn_id)
    if row is None:
        raise NotFound(MISSING)
    return held_from(row)


def held_from(row: Any) -> HeldTurn:
    """A row of the statements that give a turn with everything."""
    return HeldTurn(
        **{name: row[name] for name in _PLAIN},
        prelabels=from_json(row["prelabels"]),
        draft=from_json(row["draft"]),
        photo=attachments.stored_from(row) if row["blob_key"] is not None else None,
        items=items_from(row["content"]),
        taxonomy=taxonomy_from(row["taxonomy"]),
        # What is claimed from the queue never is.
        is_training=row.get("is_training", False),
    )


_JSON: Final = ("prelabels", "draft", "photo", "items", "taxonomy", "is_training")
_PLAIN: Final = [name for name in HeldTurn.__struct_fields__ if name not in _JSON]


async def held(tenant: Tenant, worker_id: UUID) -> Sequence[UUID]:
    """The turns a worker holds, oldest first."""
    return [row["id"] for row in await tenant.fetch(queries("assignments")["turns_held"], worker_id)]


async def earlier_answer(
    tenant: Tenant, task_id: UUID, worker_id: UUID, before_round: int
) -> tuple[Answer, str] | None:
    """What the worker answered before the task was sent back, and what the reviewer said."""
    row = await tenant.fetchrow(queries("assignments")["earlier_answer"], task_id, worker_id, before_round)
    return None if row is None or row["comment"] is None else (from_json(row["answer"]), row["comment"])


async def submit(
    tenant: Tenant,
    turn_id: UUID,
    worker_id: UUID,
    submission_id: UUID,
    answer_json: str,
    annotation_count: int,
    duration_seconds: float,
    now: datetime,
) -> Any | None:
    """Closes the turn, keeps the answer and leaves the job that advances the task; none if the turn is not held."""
    return await tenant.fetchrow(
        queries("assignments")["submit"],
        turn_id,
        worker_id,
        submission_id,
        answer_json,
        annotation_count,
        duration_seconds,
        now,
    )


async def submission_of(tenant: Tenant, turn_id: UUID) -> tuple[UUID, Answer, UUID] | None:
    """Id, answer and worker of what a turn was submitted with."""
    row = await tenant.fetchrow(queries("assignments")["submission_of"], turn_id)
    return None if row is None else (row["id"], from_json(row["answer"]), row["worker_id"])


async def end(
    tenant: Tenant, turn_id: UUID, worker_id: UUID, state: str, reason: str | None, now: datetime
) -> Any | None:
    """Closes a turn its worker will not submit; none if the turn is not held."""
    return await tenant.fetchrow(queries("assignments")["end_turn"], turn_id, worker_id, state, reason, now)


async def extend(tenant: Tenant, turn_id: UUID, worker_id: UUID, lease_until: datetime) -> bool:
    """Moves the end of a lease, once; false if it was moved before or the turn is not held."""
    sql = queries("assignments")["extend_turn"]
    return await tenant.fetchval(sql, turn_id, worker_id, lease_until) is not None


async def save_draft(tenant: Tenant, turn_id: UUID, worker_id: UUID, answer: Answer, now: datetime) -> bool:
    """False if the turn is not held."""
    sql = queries("assignments")["save_draft"]
    return await tenant.fetchval(sql, turn_id, worker_id, as_json(answer), now) is not None


async def review(
    tenant: Tenant,
    turn_id: UUID,
    worker_id: UUID,
    review_id: UUID,
    verdict: str,
    comment: str | None,
    answer: Answer | None,
    duration_seconds: float,
    now: datetime,
) -> Any | None:
    """Closes the review turn and keeps the verdict; none if the turn is not held."""
    return await tenant.fetchrow(
        queries("assignments")["review"],
        turn_id,
        worker_id,
        review_id,
        verdict,
        comment,
        None if answer is None else as_json(answer),
        duration_seconds,
        now,
    )


async def voices(tenant: Tenant, submission_ids: Sequence[UUID]) -> Sequence[tuple[UUID, Answer]]:
    """Submissions by id, in the order of the ids."""
    rows = await tenant.fetch(queries("assignments")["voices"], submission_ids)
    return [(row["id"], from_json(row["answer"])) for row in rows]


async def overdue(tenant: Tenant, now: datetime, reserved_before: datetime) -> Sequence[UUID]:
    """Tasks with a turn whose time is up."""
    rows = await tenant.fetch(queries("assignments")["expired_tasks"], now, reserved_before)
    return [row["task_id"] for row in rows]
