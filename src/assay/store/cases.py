"""A task read whole, as the case that core decides."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import asyncpg
import msgspec

from assay.core import permissions
from assay.core.batches import policy_in
from assay.core.errors import NotFound
from assay.core.permissions import Permission, Role
from assay.core.policy import FixedOverlap, Policy
from assay.core.tasks import Case, Consensus, MediaState, Response, Review, Submission, Turn
from assay.core.workforce import Standing
from assay.store import projects
from assay.store.connection import Tenant, from_json, queries
from assay.store.shown import content_of, items_from, taxonomy_from
from assay.store.tasks import MISSING

# Beyond this many people nobody asks whether the last one who could take a turn is gone.
_PEOPLE_MAX: Final = 200

_MEDIA: Final[dict[str | None, MediaState]] = {
    None: "ready",
    "pending": "waiting",
    "ready": "ready",
    "failed": "failed",
}


@dataclass(frozen=True)
class LoadedCase:
    """One task, locked until the transaction ends, with what is needed to write the steps that follow. ``rank``: of its
    batch among batches; ``kept``: that is kept to some workers."""

    case: Case
    project_id: UUID
    kind: str
    priority: int
    version: projects.Version
    batch_id: UUID | None
    rank: int | None
    kept: bool


async def load(tenant: Tenant, task_id: UUID, now: datetime) -> LoadedCase:
    """Locks the task and reads everything known of it. Raises ``NotFound``."""
    found = await load_all(tenant, [task_id], now)
    if not found:
        raise NotFound(MISSING)
    return found[0]


async def load_all(tenant: Tenant, task_ids: Sequence[UUID], now: datetime) -> list[LoadedCase]:
    """The same of several, in no particular order; ids that are no task's are left out."""
    if not task_ids:
        return []
    locked = await tenant.fetch(queries("cases")["lock_tasks"], task_ids)
    rows = await tenant.fetch(queries("cases")["cases"], [row["id"] for row in locked], _PEOPLE_MAX)
    # One text for all tasks of a project.
    allowed = {text: _Allowed.read(text) for row in rows for text in {row["people"], row["kept_to"]}}
    loaded = []
    for row in rows:
        version = await projects.version(tenant, row["project_id"], row["project_version"])
        everybody = allowed[row["people"]]
        annotators = allowed[row["kept_to"]].annotators if row["kept"] else everybody.annotators
        case = _case(row, version, everybody, annotators, now)
        loaded.append(
            LoadedCase(
                case,
                row["project_id"],
                row["kind"],
                row["priority"],
                version,
                row["batch_id"],
                row["rank"],
                row["kept"],
            )
        )
    return loaded


@dataclass(frozen=True)
class _Allowed:
    """Who may take turns; none stands for more people than are worth listing."""

    annotators: frozenset[UUID] | None
    reviewers: frozenset[UUID] | None

    @classmethod
    def read(cls, text: str | None) -> _Allowed:
        people = msgspec.json.decode(text or "[]", type=list[tuple[UUID, Role]])
        return cls(_with(people, "work.annotate"), _with(people, "work.review"))


def _with(people: Sequence[tuple[UUID, Role]], permission: Permission) -> frozenset[UUID] | None:
    if len(people) > _PEOPLE_MAX:
        return None
    return frozenset(worker_id for worker_id, role in people if permissions.may(role, permission))


def _case(
    row: asyncpg.Record, version: projects.Version, allowed: _Allowed, annotators: frozenset[UUID] | None, now: datetime
) -> Case:
    return Case(
        task_id=row["id"],
        state=row["state"],
        policy=policy_for(policy_in(version.policy, row["batch_purpose"]), row["opinions"]),
        now=now,
        round=row["round"],
        media=_MEDIA[row["media_state"]],
        media_problem=row["media_failure"],
        held=row["batch_state"] == "staging",
        gold=from_json(row["gold"]) if row["is_gold"] else None,
        training=row["is_training"],
        offered=row["offered"],
        taxonomy=version.taxonomy if row["taxonomy"] is None else taxonomy_from(row["taxonomy"]),
        made_up=row["is_made_up"],
        shown=content_of(None, items_from(row["content"])),
        suggested=from_json(row["suggested"]),
        turns=_decode(row["turns"], tuple[Turn, ...], ()),
        submissions=_decode(row["submissions"], tuple[Submission, ...], ()),
        reviews=_decode(row["reviews"], tuple[Review, ...], ()),
        consensus=_decode(row["consensus"], Consensus, None),
        response=_decode(row["response"], Response, None),
        standings=_decode(row["standings"], tuple[Standing, ...], ()),
        annotators=annotators,
        reviewers=allowed.reviewers,
    )


def policy_for(policy: Policy, opinions: int | None) -> Policy:
    """How a task is worked on that wants so many answers, whatever its project says."""
    return policy if opinions is None else msgspec.structs.replace(policy, overlap=FixedOverlap(count=opinions))


def _decode(text: str | None, type: Any, default: Any) -> Any:
    return default if text is None else msgspec.json.decode(text, type=type)
