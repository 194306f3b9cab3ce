"""A claim, a submission or a new task in one round trip, for somebody who was here before.

What this process saw before is sent along, and the schema's functions do nothing unless it is still so.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final, Protocol
from uuid import UUID

import asyncpg

from assay.store.assignments import HeldTurn, held_from
from assay.store.connection import as_json, queries
from assay.store.customer_tasks import NewTask
from assay.store.projects import Project

# Longer ones go the ordinary way: they would hold up the others in their message.
ANSWER_LENGTH_MAX: Final = 256 * 1024


class AtOnce(Protocol):
    """Calls functions of the schema that are transactions by themselves."""

    async def at_once(self, organization_id: UUID, sql: str, *args: object) -> asyncpg.Record | None:
        """The row that answers this call. The statement takes an array for each argument: others may go along."""


@dataclass(frozen=True)
class SeenSession:
    """A session as it was seen before. ``idle_since``: one not seen after this has gone stale; ``fresh_since``: one not
    seen after this must be marked as seen again."""

    token_hash: bytes
    worker_id: UUID
    role: str
    idle_since: datetime
    fresh_since: datetime


@dataclass(frozen=True)
class SeenKey:
    """An API key as it was seen before; one not used after ``fresh_since`` must be marked as used again."""

    token_hash: bytes
    key_id: UUID
    role: str
    fresh_since: datetime


@dataclass(frozen=True)
class GoldGaps:
    """``turns`` to look back at, none where no golds are mixed in; ``early`` is the gap while a worker has claimed
    fewer than ``early_turns``, ``later`` after that."""

    turns: int
    early_turns: int
    early: int
    later: int


async def claim(
    database: AtOnce,
    organization_id: UUID,
    session: SeenSession,
    project_id: UUID,
    version: int,
    gaps: GoldGaps,
    *,
    now: datetime,
    lease_until: datetime,
    from_position: int,
    event_id: UUID,
) -> tuple[HeldTurn, int] | None:
    """Checks the session and claims in one round trip. None where anything is not as it was seen, where a gold is due,
    or where there is nothing to claim: then ask the ordinary way."""
    row = await database.at_once(
        organization_id,
        queries("assignments")["claim_at_once"],
        session.token_hash,
        session.worker_id,
        session.role,
        now,
        session.idle_since,
        session.fresh_since,
        project_id,
        version,
        gaps.turns,
        gaps.early_turns,
        gaps.early,
        gaps.later,
        lease_until,
        from_position,
        event_id,
    )
    return None if row is None else (held_from(row), row["queue_position"])


async def submit(
    database: AtOnce,
    organization_id: UUID,
    session: SeenSession,
    turn_id: UUID,
    submission_id: UUID,
    answer_json: str,
    annotation_count: int,
    duration_seconds: float,
    *,
    now: datetime,
    event_id: UUID,
) -> bool:
    """Checks the session, submits and records it in one round trip. False where nothing was written: then ask the
    ordinary way."""
    if len(answer_json) > ANSWER_LENGTH_MAX:
        return False
    row = await database.at_once(
        organization_id,
        queries("assignments")["submit_at_once"],
        session.token_hash,
        session.worker_id,
        session.role,
        now,
        session.idle_since,
        session.fresh_since,
        turn_id,
        submission_id,
        answer_json,
        annotation_count,
        duration_seconds,
        event_id,
        as_json({"submission_id": submission_id}),
    )
    assert row is not None, "a function gives a value"
    taken_in: bool = row["taken_in"]
    return taken_in


async def create(
    database: AtOnce,
    organization_id: UUID,
    key: SeenKey,
    project: Project,
    new: NewTask,
    batch: str | None,
    own_priority: bool,
    *,
    now: datetime,
) -> int | None:
    """Checks the key, the project, the unique id and the batch, and writes a photo's task in one round trip; its
    priority, which is its batch's unless it is its ``own_priority``. None where nothing was written: then ask the
    ordinary way."""
    assert new.photo_id is not None, "what shows something else goes the ordinary way"
    row = await database.at_once(
        organization_id,
        queries("customer_tasks")["create_at_once"],
        key.token_hash,
        key.key_id,
        key.role,
        now,
        key.fresh_since,
        project.id,
        project.version,
        batch,
        new.id,
        new.photo_id,
        new.row.row.unique_id,
        project.mode,
        new.row.metadata,
        as_json(new.tags) if new.tags else None,
        new.request,
        new.taxonomy,
        new.prelabels,
        new.file_name,
        new.row.row.priority,
        new.row.row.priority if own_priority else None,
        new.row.row.url,
        new.event_id,
        new.callback,
    )
    assert row is not None, "a function gives a value"
    priority: int | None = row["priority"]
    return priority
