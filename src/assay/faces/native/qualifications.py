"""Qualifications, for requesters: types, grants, and requests that wait."""

from __future__ import annotations

from datetime import datetime
from typing import Literal, TypeAlias
from uuid import UUID

import msgspec
from litestar import delete, get, patch, post, put
from litestar.params import FromPath, FromQuery, JSONBody
from msgspec import UNSET

from assay.core.qualification_types import Asked, TypeChange, TypeTerms
from assay.core.questionnaire import AnswerKey, Questionnaire
from assay.faces.http import AnyRequest, Page, enter, id_cursor, page_of
from assay.faces.native.market import AskedMode, Limit, mode_of
from assay.services import qualifications
from assay.services.context import Context

TypeState: TypeAlias = Literal["active", "inactive"]


class QualificationType(msgspec.Struct):
    """``retry_seconds``: after how long one may ask again; none: never. ``valid_seconds``: how long a grant holds;
    none: until it is taken away. ``key`` is shown to the type's own requester only. ``own``: it is yours."""

    id: UUID
    requester_id: UUID
    own: bool
    mode: Literal["live", "test"]
    name: str
    description: str
    keywords: str
    state: TypeState
    retry_seconds: int | None
    valid_seconds: int | None
    test: Questionnaire | None
    test_seconds: int | None
    key: AnswerKey | None
    auto_granted: bool
    auto_value: int
    created_at: datetime


class NewQualificationType(msgspec.Struct, forbid_unknown_fields=True):
    """A test needs ``test_seconds``, a key needs a test, and what is granted to whoever asks has no test. Name and
    keywords stay as they are made."""

    name: str
    description: str
    keywords: str = ""
    state: TypeState = "active"
    retry_seconds: int | None = None
    valid_seconds: int | None = None
    test: Questionnaire | None = None
    test_seconds: int | None = None
    key: AnswerKey | None = None
    auto_granted: bool = False
    auto_value: int = 1


class QualificationTypeChange(msgspec.Struct, forbid_unknown_fields=True):
    """What is left out stays as it is. A new test without a key is graded by hand."""

    description: str | None = None
    state: TypeState | None = None
    retry_seconds: int | None = None
    valid_seconds: int | None = None
    test: Questionnaire | None = None
    test_seconds: int | None = None
    key: AnswerKey | None = None
    auto_granted: bool | None = None
    auto_value: int | None = None


class Holder(msgspec.Struct):
    """Who has a qualification, or had it (``revoked_at``, or past ``expires_at``)."""

    freelancer_id: UUID
    value: int
    granted_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None
    reason: str | None


class NewGrant(msgspec.Struct, forbid_unknown_fields=True):
    value: int = 1


class WaitingRequest(msgspec.Struct):
    """Somebody asked for a qualification; with the test they took, and their texts by question."""

    id: UUID
    type_id: UUID
    freelancer_id: UUID
    submitted_at: datetime | None
    test: Questionnaire | None
    answer: dict[str, list[str]] | None


class Acceptance(msgspec.Struct, forbid_unknown_fields=True):
    value: int | None = None


class Reason(msgspec.Struct, forbid_unknown_fields=True):
    """Told to the freelancer."""

    reason: str | None = None


# --- types ----------------------------------------------------------------------------------------------------------


@get(
    "/market/qualification-types",
    opt={"permission": "market.read"},
    operation_id="list_qualification_types",
    tags=["Qualifications"],
)
async def list_qualification_types(
    request: AnyRequest,
    words: FromQuery[str] = "",
    owned: FromQuery[bool] = False,
    mode: AskedMode = None,
    cursor: FromQuery[str | None] = None,
    limit: Limit = 50,
) -> Page[QualificationType]:
    """All requesters' types, or your own, the newest first. ``words``: all in name, keywords or description."""
    async with enter(request) as context:
        rows = await qualifications.types(
            context, mode=mode_of(context, mode), query=words, owned=owned, before=id_cursor(cursor), limit=limit
        )
        return page_of([_type(context, row) for row in rows], limit, lambda one: str(one.id))


@post(
    "/market/qualification-types",
    opt={"permission": "market.write"},
    operation_id="create_qualification_type",
    tags=["Qualifications"],
)
async def create_qualification_type(
    request: AnyRequest, data: JSONBody[NewQualificationType], mode: AskedMode = None
) -> QualificationType:
    """Makes a type under a name that you have no other of."""
    terms = TypeTerms(**{name: getattr(data, name) for name in data.__struct_fields__})
    async with enter(request) as context:
        return _type(context, await qualifications.create_type(context, terms, mode=mode_of(context, mode)))


@get(
    "/market/qualification-types/{type_id:uuid}",
    opt={"permission": "market.read"},
    operation_id="get_qualification_type",
    tags=["Qualifications"],
)
async def get_qualification_type(
    request: AnyRequest, type_id: FromPath[UUID], mode: AskedMode = None
) -> QualificationType:
    """A type of anybody's, or one of the market's own."""
    async with enter(request) as context:
        return _type(context, await qualifications.get_type(context, type_id, mode=mode_of(context, mode)))


@patch(
    "/market/qualification-types/{type_id:uuid}",
    opt={"permission": "market.write"},
    operation_id="change_qualification_type",
    tags=["Qualifications"],
)
async def change_qualification_type(
    request: AnyRequest, type_id: FromPath[UUID], data: JSONBody[QualificationTypeChange], mode: AskedMode = None
) -> QualificationType:
    """Changes what is given. Whoever is taking its test goes on with the one they began."""
    given = {name: UNSET if (value := getattr(data, name)) is None else value for name in data.__struct_fields__}
    async with enter(request) as context:
        changed = await qualifications.update_type(context, type_id, TypeChange(**given), mode=mode_of(context, mode))
        return _type(context, changed)


@delete(
    "/market/qualification-types/{type_id:uuid}",
    opt={"permission": "market.write"},
    operation_id="dispose_qualification_type",
    tags=["Qualifications"],
    status_code=204,
)
async def dispose_qualification_type(request: AnyRequest, type_id: FromPath[UUID], mode: AskedMode = None) -> None:
    """Takes a type away. Its open requests are rejected; offers that want it still see who has it."""
    async with enter(request) as context:
        await qualifications.dispose_type(context, type_id, mode=mode_of(context, mode))


# --- grants ---------------------------------------------------------------------------------------------------------


@get(
    "/market/qualification-types/{type_id:uuid}/holders",
    opt={"permission": "market.read"},
    operation_id="list_holders",
    tags=["Qualifications"],
)
async def list_holders(
    request: AnyRequest,
    type_id: FromPath[UUID],
    former: FromQuery[bool] = False,
    mode: AskedMode = None,
    cursor: FromQuery[str | None] = None,
    limit: Limit = 50,
) -> Page[Holder]:
    """Who has a qualification of yours, or with ``former`` who had it."""
    async with enter(request) as context:
        rows = await qualifications.holders(
            context,
            type_id,
            mode=mode_of(context, mode),
            holding=not former,
            after=id_cursor(cursor),
            limit=limit,
        )
        return page_of([_holder(row) for row in rows], limit, lambda one: str(one.freelancer_id))


@put(
    "/market/qualification-types/{type_id:uuid}/holders/{freelancer_id:uuid}",
    opt={"permission": "market.write"},
    operation_id="grant_qualification",
    tags=["Qualifications"],
)
async def grant_qualification(
    request: AnyRequest,
    type_id: FromPath[UUID],
    freelancer_id: FromPath[UUID],
    data: JSONBody[NewGrant],
    mode: AskedMode = None,
) -> Holder:
    """Gives somebody a qualification, or another value of it. Their open request stays open."""
    async with enter(request) as context:
        return _holder(
            await qualifications.grant(context, type_id, freelancer_id, data.value, mode=mode_of(context, mode))
        )


@delete(
    "/market/qualification-types/{type_id:uuid}/holders/{freelancer_id:uuid}",
    opt={"permission": "market.write"},
    operation_id="revoke_qualification",
    tags=["Qualifications"],
    status_code=204,
)
async def revoke_qualification(
    request: AnyRequest,
    type_id: FromPath[UUID],
    freelancer_id: FromPath[UUID],
    reason: FromQuery[str | None] = None,
    mode: AskedMode = None,
) -> None:
    """Takes a qualification away. ``reason`` is told to the freelancer."""
    async with enter(request) as context:
        await qualifications.revoke(context, type_id, freelancer_id, reason, mode=mode_of(context, mode))


# --- requests -------------------------------------------------------------------------------------------------------


@get(
    "/market/qualification-requests",
    opt={"permission": "market.read"},
    operation_id="list_qualification_requests",
    tags=["Qualifications"],
)
async def list_qualification_requests(
    request: AnyRequest,
    type_id: FromQuery[UUID | None] = None,
    mode: AskedMode = None,
    cursor: FromQuery[str | None] = None,
    limit: Limit = 50,
) -> Page[WaitingRequest]:
    """What waits for your decision, the oldest first."""
    async with enter(request) as context:
        rows = await qualifications.requests(
            context, mode=mode_of(context, mode), type_id=type_id, after=id_cursor(cursor), limit=limit
        )
        return page_of([_waiting(row) for row in rows], limit, lambda one: str(one.id))


@post(
    "/market/qualification-requests/{request_id:uuid}/accept",
    opt={"permission": "market.write"},
    operation_id="accept_qualification_request",
    tags=["Qualifications"],
    status_code=200,
)
async def accept_qualification_request(
    request: AnyRequest, request_id: FromPath[UUID], data: JSONBody[Acceptance], mode: AskedMode = None
) -> Holder:
    """Grants what was asked for, with this value or 1."""
    async with enter(request) as context:
        return _holder(
            await qualifications.accept_request(context, request_id, data.value, mode=mode_of(context, mode))
        )


@post(
    "/market/qualification-requests/{request_id:uuid}/reject",
    opt={"permission": "market.write"},
    operation_id="reject_qualification_request",
    tags=["Qualifications"],
    status_code=204,
)
async def reject_qualification_request(
    request: AnyRequest, request_id: FromPath[UUID], data: JSONBody[Reason], mode: AskedMode = None
) -> None:
    """Says no to what was asked for."""
    async with enter(request) as context:
        await qualifications.reject_request(context, request_id, data.reason, mode=mode_of(context, mode))


HANDLERS = [
    list_qualification_types,
    create_qualification_type,
    get_qualification_type,
    change_qualification_type,
    dispose_qualification_type,
    list_holders,
    grant_qualification,
    revoke_qualification,
    list_qualification_requests,
    accept_qualification_request,
    reject_qualification_request,
]


def _type(context: Context, found: qualifications.QualificationType) -> QualificationType:
    terms = {name: getattr(found.terms, name) for name in TypeTerms.__struct_fields__}
    own = found.requester_id == context.organization_id
    return QualificationType(found.id, found.requester_id, own, found.mode, created_at=found.created_at, **terms)


def _holder(found: qualifications.Grant) -> Holder:
    return Holder(**{name: getattr(found, name) for name in Holder.__struct_fields__})


def _waiting(found: Asked) -> WaitingRequest:
    return WaitingRequest(**{name: getattr(found, name) for name in WaitingRequest.__struct_fields__})
