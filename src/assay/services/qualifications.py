"""What requesters ask freelancers to be able to do: types, grants, and requests that wait. What freelancers do is in
``qualifying``. Every change is an event of the market."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final
from uuid import UUID

import msgspec

from assay.core.errors import Invalid
from assay.core.offers import Mode
from assay.core.postings import MissingThing, WrongState
from assay.core.qualification_types import (
    TYPES_MAX,
    Asked,
    TypeChange,
    TypeTerms,
    changed,
    check_reason,
    check_terms,
    ends_at,
)
from assay.core.qualifications import INTEGER_MAX, INTEGER_MIN, SYSTEM_NAMES
from assay.services.context import Context
from assay.store import events
from assay.store import qualifications as store
from assay.store.connection import Tenant
from assay.store.qualifications import Grant as Grant
from assay.store.qualifications import QualificationType as QualificationType
from assay.store.qualifications import without_key

_DISPOSED: Final = "This qualification type was disposed of."
_DESCRIPTIONS: Final[Mapping[str, str]] = {
    "Masters": "Freelancers whom the people who run the market name for long and good work.",
    "Approved answers": "How many answers of a freelancer were approved.",
    "Adult content": "Freelancers who are of age and agree to see content for adults: 1, else 0.",
    "Place": "The country, or part of one, where a freelancer lives.",
    "Percent approved": "The share of a freelancer's answers that were approved; 100 until 100 were submitted.",
}


# --- a requester's types --------------------------------------------------------------------------------------------


async def create_type(
    context: Context, terms: TypeTerms, *, mode: Mode, request: dict[str, Any] | None = None
) -> QualificationType:
    """A type of the caller's. ``request``: as a program said it. Raises ``Invalid`` and ``NameTaken``."""
    terms = msgspec.structs.replace(terms, name=terms.name.strip())
    check_terms(terms)
    async with context.market() as room:
        if await store.count_types(room, context.organization_id, mode) >= TYPES_MAX:
            raise Invalid(f"An organization has at most {TYPES_MAX} qualification types.", "name")
        made = QualificationType(
            id=context.new_id(),
            requester_id=context.organization_id,
            mode=mode,
            terms=terms,
            created_at=context.now,
            request=request,
        )
        await store.insert_type(room, made)
        await _record(context, room, "qualification_type.created", made, {"name": terms.name})
    return made


async def update_type(
    context: Context, type_id: UUID, change: TypeChange, *, mode: Mode, request: dict[str, Any] | None = None
) -> QualificationType:
    """Changes what is given. ``request``: replaces the keys of what a program said. Raises ``MissingThing``,
    ``WrongState`` for one that is disposed of, and ``Invalid``."""
    async with context.market() as room:
        before = await _own(context, room, type_id, mode)
        after = replace(before, terms=changed(before.terms, change), request=_merged(before.request, request))
        if after == before:
            return before
        await store.update_type(room, type_id, after.terms, after.request, context.now)
        told = [
            name for name in TypeTerms.__struct_fields__ if getattr(after.terms, name) != getattr(before.terms, name)
        ]
        await _record(context, room, "qualification_type.changed", after, {"changed": told})
    return after


async def dispose_type(context: Context, type_id: UUID, *, mode: Mode) -> None:
    """Takes a type away: its name is free at once, open requests are rejected, grants stay where they are wanted.
    Raises ``MissingThing`` and ``WrongState``."""
    async with context.market() as room:
        found = await _own(context, room, type_id, mode)
        await store.dispose_type(room, type_id, context.now)
        rejected = await store.reject_waiting(room, type_id, context.now, _DISPOSED)
        data = {"name": found.terms.name, "requests_rejected": [str(id_) for id_, _ in rejected]}
        await _record(context, room, "qualification_type.disposed", found, data)


async def get_type(context: Context, type_id: UUID, *, mode: Mode) -> QualificationType:
    """A type of anybody's; of other requesters' without the key. Raises ``MissingThing``, also for one that is
    disposed of."""
    async with context.market() as room:
        if type_id in SYSTEM_NAMES:
            return system_type(type_id, room.organization_id, mode, context)
        found = (await store.get_types(room, [type_id])).get(type_id)
        if found is None or found.disposed_at is not None or found.mode != mode:
            raise MissingThing("qualification type")
        return found if _owns(context, found) else without_key(found)


async def types(
    context: Context,
    *,
    mode: Mode,
    query: str = "",
    requestable: bool = False,
    owned: bool = False,
    before: UUID | None = None,
    limit: int,
) -> list[QualificationType]:
    """The newest first, one more than ``limit`` where there are more; without the market's own. ``query``: words that
    are all in name, keywords or description. ``owned``: by the caller's organization."""
    async with context.market() as room:
        found = await store.types(
            room,
            mode,
            requester_id=context.organization_id if owned else None,
            requestable=requestable,
            query=query,
            before=before,
            limit=limit + 1,
        )
        return [one if _owns(context, one) else without_key(one) for one in found]


def system_type(type_id: UUID, market_id: UUID, mode: Mode, context: Context) -> QualificationType:
    """One of the market's own, which nobody asks for. Raises ``KeyError``."""
    name = SYSTEM_NAMES[type_id]
    terms = TypeTerms(name=name, description=_DESCRIPTIONS[name])
    return QualificationType(id=type_id, requester_id=market_id, mode=mode, terms=terms, created_at=context.now)


# --- a requester's grants -------------------------------------------------------------------------------------------


async def grant(context: Context, type_id: UUID, freelancer_id: UUID, value: int = 1, *, mode: Mode) -> Grant:
    """Gives somebody a qualification, asked for or not, in place of what they had; an open request stays open.

    Raises ``MissingThing`` for the type or the freelancer, ``WrongState`` and ``Invalid``.
    """
    _check_value(value)
    async with context.market() as room:
        return await _grant(context, room, await _own(context, room, type_id, mode), freelancer_id, value)


async def revoke(
    context: Context, type_id: UUID, freelancer_id: UUID, reason: str | None = None, *, mode: Mode
) -> None:
    """Takes a qualification away; ``reason`` is told to the freelancer. Raises ``MissingThing`` for the type or for
    somebody who never had it, ``WrongState`` where they no longer have it."""
    check_reason(reason)
    async with context.market() as room:
        found = await _own(context, room, type_id, mode)
        if not await store.revoke(room, type_id, freelancer_id, context.now, reason):
            if await store.get_grant(room, type_id, freelancer_id) is None:
                raise MissingThing("qualification")
            raise WrongState("qualification", "revoked", ["granted"])
        data = {"freelancer_id": str(freelancer_id), "reason": reason}
        await _record(context, room, "qualification.revoked", found, data)


async def held(context: Context, type_id: UUID, freelancer_id: UUID, *, mode: Mode) -> Grant:
    """What somebody has of a type of the caller's, as long as they have it. Raises ``MissingThing`` (for the type, or
    for somebody who never had it) and ``WrongState`` once it was taken away or ran out."""
    async with context.market() as room:
        await _check_own(context, room, type_id, mode)
        found = await store.get_grant(room, type_id, freelancer_id)
        if found is None:
            raise MissingThing("qualification")
        if not found.holds(context.now):
            raise WrongState("qualification", "revoked", ["granted"])
        return found


async def holders(
    context: Context, type_id: UUID, *, mode: Mode, holding: bool = True, after: UUID | None = None, limit: int
) -> list[Grant]:
    """Who has a type of the caller's, or who had it; one more than ``limit`` where there are more. Raises
    ``MissingThing``."""
    async with context.market() as room:
        await _check_own(context, room, type_id, mode)
        return await store.grants(room, type_id, holding=holding, now=context.now, after=after, limit=limit + 1)


# --- a requester's requests -----------------------------------------------------------------------------------------


async def requests(
    context: Context, *, mode: Mode, type_id: UUID | None = None, after: UUID | None = None, limit: int
) -> list[Asked]:
    """What waits for the caller's decision, the oldest first; one more than ``limit`` where there are more."""
    async with context.market() as room:
        if type_id is not None:
            await _check_own(context, room, type_id, mode)
        return await store.requests(room, context.organization_id, mode, type_id=type_id, after=after, limit=limit + 1)


async def accept_request(context: Context, request_id: UUID, value: int | None = None, *, mode: Mode) -> Grant:
    """Grants what was asked for, with this value or 1. Raises ``MissingThing``, ``WrongState`` and ``Invalid``."""
    _check_value(value or 0)
    async with context.market() as room:
        asked, found = await _waiting(context, room, request_id, mode)
        given = 1 if value is None else value
        done = replace(asked, state="granted", decided_at=context.now, value=given)
        await store.update_request(room, done)
        return await _grant(context, room, found, asked.freelancer_id, given, request_id)


async def reject_request(context: Context, request_id: UUID, reason: str | None = None, *, mode: Mode) -> None:
    """Says no to what was asked for; ``reason`` is told to the freelancer. Raises ``MissingThing``, ``WrongState``."""
    check_reason(reason)
    async with context.market() as room:
        asked, found = await _waiting(context, room, request_id, mode)
        done = replace(asked, state="rejected", decided_at=context.now, reason=reason)
        await store.update_request(room, done)
        data = {"freelancer_id": str(asked.freelancer_id), "request_id": str(request_id), "reason": reason}
        await _record(context, room, "qualification_request.rejected", found, data)


# --- shared ---------------------------------------------------------------------------------------------------------


async def _check_own(context: Context, room: Tenant, type_id: UUID, mode: Mode) -> None:
    """Whether it is the caller's, disposed of or not. Raises ``MissingThing``."""
    found = (await store.get_types(room, [type_id])).get(type_id)
    if found is None or found.requester_id != context.organization_id or found.mode != mode:
        raise MissingThing("qualification type")


async def _own(context: Context, room: Tenant, type_id: UUID, mode: Mode) -> QualificationType:
    """The caller's, to be changed. Raises ``MissingThing``, and ``WrongState`` for one that is disposed of."""
    found = await store.lock_type(room, type_id, context.organization_id, mode)
    if found.disposed_at is not None:
        raise WrongState("qualification type", "disposed", ["active", "inactive"])
    return found


async def _waiting(context: Context, room: Tenant, request_id: UUID, mode: Mode) -> tuple[Asked, QualificationType]:
    """A request that waits for the caller, and its type. Locked in the order in which types are disposed of."""
    asked = await store.lock_request(room, request_id)
    if asked.requester_id != context.organization_id:
        raise MissingThing("qualification request")
    found = (await store.get_types(room, [asked.type_id]))[asked.type_id]
    if found.mode != mode:
        raise MissingThing("qualification request")
    if asked.state != "pending":
        raise WrongState("qualification request", asked.state, ["pending"])
    return asked, found


async def _grant(
    context: Context,
    room: Tenant,
    found: QualificationType,
    freelancer_id: UUID,
    value: int,
    request_id: UUID | None = None,
) -> Grant:
    expires_at = ends_at(found.terms, context.now)
    await store.grant(room, found, freelancer_id, value, context.now, expires_at)
    data: dict[str, object] = {"freelancer_id": str(freelancer_id), "value": value}
    if request_id is not None:
        data["request_id"] = str(request_id)
    await _record(context, room, "qualification.granted", found, data)
    return Grant(found.id, freelancer_id, value, context.now, expires_at, None, None)


def _owns(context: Context, found: QualificationType) -> bool:
    return found.requester_id == context.organization_id and context.caller.role != "annotator"


def _merged(before: dict[str, Any] | None, given: dict[str, Any] | None) -> dict[str, Any] | None:
    """A key whose value is none is taken out."""
    if given is None:
        return before
    return {name: value for name, value in {**(before or {}), **given}.items() if value is not None}


def _check_value(value: int) -> None:
    if not INTEGER_MIN <= value <= INTEGER_MAX:
        raise Invalid(f"From {INTEGER_MIN} to {INTEGER_MAX}.", "value")


async def _record(
    context: Context, room: Tenant, type: str, found: QualificationType, data: Mapping[str, object]
) -> None:
    told = {"type_id": str(found.id), "requester_id": str(found.requester_id), **data}
    event = events.NewEvent(context.new_id(), type, data=told)
    await events.record(room, context.now, context.caller.actor, [event])
