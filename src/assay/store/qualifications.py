"""Qualification types, what was asked for, what is held, and what requirements ask of a freelancer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from assay.core.errors import AlreadyExists, NotFound
from assay.core.offers import Mode
from assay.core.postings import MissingThing
from assay.core.qualification_types import Asked, NameTaken, RequestState, TypeTerms, shown
from assay.core.qualifications import (
    ADULT,
    APPROVED,
    APPROVED_PERCENT,
    LOCALE,
    MASTERS,
    Held,
    Locale,
    Standing,
    TypeShown,
)
from assay.core.questionnaire import AnswerKey, Questionnaire
from assay.core.reputation import Dealing, record_of
from assay.store.connection import Tenant, as_json, queries


@dataclass(frozen=True, kw_only=True)
class QualificationType:
    """``request``: as a program said it. A type that is disposed of stays where it is wanted or held."""

    id: UUID
    requester_id: UUID
    mode: Mode
    terms: TypeTerms
    created_at: datetime
    request: dict[str, Any] | None = None
    disposed_at: datetime | None = None


def without_key(found: QualificationType) -> QualificationType:
    """As others see it: what answers are worth is its requester's secret, and so is what a program said of it."""
    return replace(found, terms=msgspec.structs.replace(found.terms, key=None), request=None)


@dataclass(frozen=True)
class Grant:
    """What a freelancer has of a type, or had."""

    type_id: UUID
    freelancer_id: UUID
    value: int
    granted_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None
    reason: str | None

    def holds(self, now: datetime) -> bool:
        return self.revoked_at is None and (self.expires_at is None or self.expires_at > now)

    def held(self, now: datetime) -> Held:
        """As requirements see it."""
        return Held(self.value, granted=self.holds(now))


# --- what requirements ask ------------------------------------------------------------------------------------------


async def standing_of(
    room: Tenant, freelancer_id: UUID, mode: Mode, type_ids: Sequence[UUID], now: datetime
) -> Standing:
    """What a freelancer holds of these types, and of all the market's own. Open the room as the freelancer or as the
    market itself: a requester sees only its own dealings. Raises ``MissingThing`` for one who has not joined."""
    row = await room.fetchrow(queries("qualifications")["standing"], freelancer_id, mode, list(type_ids), now)
    if row is None:
        raise MissingThing("freelancer")
    dealings = [Dealing(UUID(one[0]), *one[1:]) for one in msgspec.json.decode(row["dealings"] or "[]")]
    record = record_of(dealings)
    standing = {
        APPROVED: Held(record.approved),
        APPROVED_PERCENT: Held(record.percent),
        ADULT: Held(int(row["adult"])),
    }
    if row["country"] is not None:
        standing[LOCALE] = Held(locale=Locale(row["country"], row["subdivision"]))
    if row["masters"]:
        standing[MASTERS] = Held()
    for type_id, value, granted in msgspec.json.decode(row["held"] or "[]"):
        standing[UUID(type_id)] = Held(value, granted=granted)
    return standing


async def shown_types(
    room: Tenant, freelancer_id: UUID, type_ids: Sequence[UUID], standing: Standing, now: datetime
) -> Mapping[UUID, TypeShown]:
    """How these types look to a freelancer: by which way they could come by each."""
    if not type_ids:
        return {}
    types = await get_types(room, type_ids)
    last = await last_requests(room, freelancer_id, type_ids)
    return {
        one.id: shown(one.terms, last.get(one.id), standing.get(one.id), now)
        if one.disposed_at is None
        else TypeShown(one.terms.name)
        for one in types.values()
    }


# --- types ----------------------------------------------------------------------------------------------------------


async def insert_type(room: Tenant, made: QualificationType) -> None:
    """Raises ``NameTaken``, and the transaction goes on."""
    terms = made.terms
    try:
        async with room.attempt():
            await room.execute(
                queries("qualifications")["insert_type"],
                made.id,
                made.requester_id,
                made.mode,
                terms.name,
                terms.keywords,
                terms.description,
                *_changing(terms),
                _json(made.request),
                made.created_at,
            )
    except AlreadyExists as error:
        raise NameTaken(terms.name) from error


async def update_type(
    room: Tenant, type_id: UUID, terms: TypeTerms, request: dict[str, Any] | None, now: datetime
) -> None:
    await room.execute(
        queries("qualifications")["update_type"], type_id, terms.description, *_changing(terms), _json(request), now
    )


async def dispose_type(room: Tenant, type_id: UUID, now: datetime) -> None:
    await room.execute(queries("qualifications")["dispose_type"], type_id, now)


async def get_types(room: Tenant, type_ids: Sequence[UUID]) -> Mapping[UUID, QualificationType]:
    """Those of them that there are, disposed of or not."""
    rows = await room.fetch(queries("qualifications")["get_types"], list(type_ids))
    return {row["id"]: _type(row) for row in rows}


async def lock_type(room: Tenant, type_id: UUID, requester_id: UUID, mode: Mode) -> QualificationType:
    """A requester's own, which nobody else changes until this transaction ends. Raises ``MissingThing``."""
    row = await room.fetchrow(queries("qualifications")["lock_type"], type_id, requester_id, mode)
    if row is None:
        raise MissingThing("qualification type")
    return _type(row)


async def types(
    room: Tenant,
    mode: Mode,
    *,
    requester_id: UUID | None = None,
    requestable: bool = False,
    query: str = "",
    before: UUID | None = None,
    limit: int,
) -> list[QualificationType]:
    """The newest first. ``query``: words that must all be in name, keywords or description, in any case."""
    patterns = [f"%{_escaped(word)}%" for word in query.split()[:20]]
    rows = await room.fetch(
        queries("qualifications")["list_types"], mode, requester_id, requestable, patterns, before, limit
    )
    return [_type(row) for row in rows]


async def count_types(room: Tenant, requester_id: UUID, mode: Mode) -> int:
    found: int = await room.fetchval(queries("qualifications")["count_types"], requester_id, mode)
    return found


def _changing(terms: TypeTerms) -> tuple[object, ...]:
    return (
        terms.state,
        terms.retry_seconds,
        terms.valid_seconds,
        _json(terms.test),
        terms.test_seconds,
        _json(terms.key),
        terms.auto_granted,
        terms.auto_value,
    )


def _type(row: Any) -> QualificationType:
    terms = TypeTerms(
        name=row["name"],
        description=row["description"],
        keywords=row["keywords"],
        state=row["state"],
        retry_seconds=row["retry_seconds"],
        valid_seconds=row["valid_seconds"],
        test=_read(row["test"], Questionnaire),
        test_seconds=row["test_seconds"],
        key=_read(row["answer_key"], AnswerKey),
        auto_granted=row["auto_granted"],
        auto_value=row["auto_value"],
    )
    return QualificationType(
        id=row["id"],
        requester_id=row["requester_id"],
        mode=row["mode"],
        terms=terms,
        created_at=row["created_at"],
        request=_read(row["request"], dict[str, Any]),
        disposed_at=row["disposed_at"],
    )


# --- requests -------------------------------------------------------------------------------------------------------


async def insert_request(room: Tenant, asked: Asked, mode: Mode) -> None:
    """Raises ``AlreadyExists`` where one is open, after which the transaction is over."""
    await room.execute(
        queries("qualifications")["insert_request"],
        asked.id,
        asked.type_id,
        asked.requester_id,
        asked.freelancer_id,
        mode,
        asked.state,
        _json(asked.test),
        _json(asked.key),
        asked.deadline,
        asked.begun_at,
        asked.submitted_at,
        asked.decided_at,
        asked.value,
    )


async def lock_request(room: Tenant, request_id: UUID) -> Asked:
    """Raises ``MissingThing``."""
    row = await room.fetchrow(queries("qualifications")["lock_request"], request_id)
    if row is None:
        raise MissingThing("qualification request")
    return _asked(row)


async def last_requests(room: Tenant, freelancer_id: UUID, type_ids: Sequence[UUID]) -> Mapping[UUID, Asked]:
    """What a freelancer asked for last, by type."""
    rows = await room.fetch(queries("qualifications")["last_requests"], freelancer_id, list(type_ids))
    return {row["type_id"]: _asked(row) for row in rows}


async def requests(
    room: Tenant, requester_id: UUID, mode: Mode, *, type_id: UUID | None, after: UUID | None, limit: int
) -> list[Asked]:
    """Those that wait for a requester, the oldest first."""
    rows = await room.fetch(queries("qualifications")["list_requests"], requester_id, mode, type_id, after, limit)
    return [_asked(row) for row in rows]


async def requests_of(room: Tenant, freelancer_id: UUID, mode: Mode, *, before: UUID | None, limit: int) -> list[Asked]:
    """A freelancer's own, the newest first."""
    rows = await room.fetch(queries("qualifications")["requests_of"], freelancer_id, mode, before, limit)
    return [_asked(row) for row in rows]


async def update_request(room: Tenant, asked: Asked, state: RequestState | None = None) -> None:
    await room.execute(
        queries("qualifications")["update_request"],
        asked.id,
        state or asked.state,
        _json(asked.answer),
        asked.submitted_at,
        asked.decided_at,
        asked.value,
        asked.reason,
    )


async def reject_waiting(room: Tenant, type_id: UUID, now: datetime, reason: str) -> list[tuple[UUID, UUID]]:
    """Every open request of a type is rejected: their ids and freelancers."""
    rows = await room.fetch(queries("qualifications")["reject_waiting"], type_id, now, reason)
    return [(row["id"], row["freelancer_id"]) for row in rows]


def _asked(row: Any) -> Asked:
    fields = dict(row)
    key = _read(fields.pop("answer_key"), AnswerKey)
    fields["test"] = _read(row["test"], Questionnaire)
    fields["answer"] = _read(row["answer"], dict[str, list[str]])
    return Asked(**fields, key=key)


# --- grants ---------------------------------------------------------------------------------------------------------


async def grant(
    room: Tenant,
    type_: QualificationType,
    freelancer_id: UUID,
    value: int,
    now: datetime,
    expires_at: datetime | None,
) -> None:
    """Instead of what they had of it. Raises ``MissingThing`` for no freelancer, and the transaction goes on."""
    values = (type_.id, freelancer_id, type_.requester_id, type_.mode, value, now, expires_at)
    try:
        async with room.attempt():
            await room.execute(queries("qualifications")["grant"], *values)
    except NotFound as error:
        raise MissingThing("freelancer") from error


async def revoke(room: Tenant, type_id: UUID, freelancer_id: UUID, now: datetime, reason: str | None) -> bool:
    """Whether it held until now."""
    return await room.execute(queries("qualifications")["revoke"], type_id, freelancer_id, now, reason) > 0


async def get_grant(room: Tenant, type_id: UUID, freelancer_id: UUID) -> Grant | None:
    row = await room.fetchrow(queries("qualifications")["get_grant"], type_id, freelancer_id)
    return None if row is None else Grant(**row)


async def grants(
    room: Tenant, type_id: UUID, *, holding: bool, now: datetime, after: UUID | None, limit: int
) -> list[Grant]:
    """Of a type, by freelancer: those that hold, or those that no longer do."""
    rows = await room.fetch(queries("qualifications")["list_grants"], type_id, holding, now, after, limit)
    return [Grant(**row) for row in rows]


async def grants_of(
    room: Tenant, freelancer_id: UUID, mode: Mode, type_ids: Sequence[UUID] | None = None
) -> Mapping[UUID, Grant]:
    """A freelancer's, by type; all of them, or of these types."""
    ids = None if type_ids is None else list(type_ids)
    rows = await room.fetch(queries("qualifications")["grants_of"], freelancer_id, mode, ids)
    return {row["type_id"]: Grant(**row) for row in rows}


# --- shared ---------------------------------------------------------------------------------------------------------


def _json(value: object) -> str | None:
    return None if value is None else as_json(value)


def _read(text: str | None, shape: Any) -> Any:
    return None if text is None else msgspec.json.decode(text, type=shape)


def _escaped(word: str) -> str:
    return word.replace("\\", "\\\\").replace("%", r"\%").replace("_", r"\_")
