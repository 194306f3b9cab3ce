"""Qualifications, for freelancers: what there is, asking, and taking tests."""

from __future__ import annotations

from datetime import datetime
from typing import Literal
from uuid import UUID

import msgspec
from litestar import get, post
from litestar.params import FromPath, FromQuery, JSONBody

from assay.core.qualification_types import Asked
from assay.core.questionnaire import Questionnaire
from assay.faces.http import AnyRequest, Page, enter, id_cursor, page_of
from assay.faces.native.market import AskedMode, Limit, mode_of
from assay.services import qualifying


class OfferedQualification(msgspec.Struct):
    """A type as you stand to it. ``way``: how you could have it: ``request`` or ``test``, ``wait`` (until ``again_at``,
    or until its requester decides), ``none`` where one may ask only once, ``requester`` where only its maker gives it.
    ``holds``: you have it, with ``value``."""

    type_id: UUID
    requester_id: UUID
    name: str
    description: str
    keywords: str
    way: Literal["work", "profile", "request", "test", "wait", "requester", "operator", "none"]
    again_at: datetime | None
    test_seconds: int | None
    auto_granted: bool
    holds: bool
    value: int | None
    granted_at: datetime | None
    expires_at: datetime | None
    revoked_at: datetime | None
    reason: str | None


class QualificationRequest(msgspec.Struct):
    """What you asked for. While you take its test (``taking``), ``test`` and until when its answers are taken."""

    id: UUID
    type_id: UUID
    state: Literal["taking", "pending", "granted", "rejected", "lapsed"]
    begun_at: datetime
    deadline: datetime | None
    test: Questionnaire | None
    submitted_at: datetime | None
    decided_at: datetime | None
    value: int | None
    reason: str | None


class TestAnswers(msgspec.Struct, forbid_unknown_fields=True):
    """By question: the text, or the ids of the choices. What is written besides them stands under the question's id and
    ``.other``."""

    fields: dict[str, str | list[str]]


@get(
    "/market/offered-qualifications",
    opt={"permission": "market.work"},
    operation_id="list_offered_qualifications",
    tags=["Qualifications"],
)
async def list_offered_qualifications(
    request: AnyRequest,
    words: FromQuery[str] = "",
    mode: AskedMode = None,
    cursor: FromQuery[str | None] = None,
    limit: Limit = 50,
) -> Page[OfferedQualification]:
    """What can be asked for, the newest first. ``words``: all in name, keywords or description."""
    async with enter(request) as context:
        rows = await qualifying.offered(
            context, mode=mode_of(context, mode), query=words, before=id_cursor(cursor), limit=limit
        )
        return page_of([_offered(row, context.now) for row in rows], limit, lambda one: str(one.type_id))


@get(
    "/market/offered-qualifications/{type_id:uuid}",
    opt={"permission": "market.work"},
    operation_id="get_offered_qualification",
    tags=["Qualifications"],
)
async def get_offered_qualification(
    request: AnyRequest, type_id: FromPath[UUID], mode: AskedMode = None
) -> OfferedQualification:
    """One type as you stand to it."""
    async with enter(request) as context:
        return _offered(await qualifying.offered_type(context, type_id, mode=mode_of(context, mode)), context.now)


@post(
    "/market/offered-qualifications/{type_id:uuid}/ask",
    opt={"permission": "market.work"},
    operation_id="ask_for_qualification",
    tags=["Qualifications"],
)
async def ask_for_qualification(
    request: AnyRequest, type_id: FromPath[UUID], mode: AskedMode = None
) -> QualificationRequest:
    """Asks for what has no test: granted at once, or left to its requester."""
    async with enter(request) as context:
        return _request(await qualifying.ask(context, type_id, mode=mode_of(context, mode)), context.now)


@post(
    "/market/offered-qualifications/{type_id:uuid}/test",
    opt={"permission": "market.work"},
    operation_id="begin_qualification_test",
    tags=["Qualifications"],
)
async def begin_qualification_test(
    request: AnyRequest, type_id: FromPath[UUID], mode: AskedMode = None
) -> QualificationRequest:
    """Begins a test, or goes on with the one you began; its time runs from now."""
    async with enter(request) as context:
        return _request(await qualifying.begin_test(context, type_id, mode=mode_of(context, mode)), context.now)


@post(
    "/market/tests/{request_id:uuid}/submit",
    opt={"permission": "market.work"},
    operation_id="submit_qualification_test",
    tags=["Qualifications"],
    status_code=200,
)
async def submit_qualification_test(
    request: AnyRequest, request_id: FromPath[UUID], data: JSONBody[TestAnswers]
) -> QualificationRequest:
    """Hands a test in: graded at once by its key, or left to its requester. Safe to repeat."""
    async with enter(request) as context:
        return _request(await qualifying.submit_test(context, request_id, data.fields), context.now)


@get(
    "/market/my-qualifications",
    opt={"permission": "market.work"},
    operation_id="list_own_qualifications",
    tags=["Qualifications"],
)
async def list_own_qualifications(request: AnyRequest, mode: AskedMode = None) -> Page[OfferedQualification]:
    """What you have, or had."""
    async with enter(request) as context:
        found = await qualifying.mine(context, mode=mode_of(context, mode))
        return Page([_offered(one, context.now) for one in found])


@get(
    "/market/my-qualification-requests",
    opt={"permission": "market.work"},
    operation_id="list_own_qualification_requests",
    tags=["Qualifications"],
)
async def list_own_qualification_requests(
    request: AnyRequest, mode: AskedMode = None, cursor: FromQuery[str | None] = None, limit: Limit = 50
) -> Page[QualificationRequest]:
    """What you asked for, the newest first."""
    async with enter(request) as context:
        rows = await qualifying.my_requests(context, mode=mode_of(context, mode), before=id_cursor(cursor), limit=limit)
        return page_of([_request(row, context.now) for row in rows], limit, lambda one: str(one.id))


HANDLERS = [
    list_offered_qualifications,
    get_offered_qualification,
    ask_for_qualification,
    begin_qualification_test,
    submit_qualification_test,
    list_own_qualifications,
    list_own_qualification_requests,
]


def _offered(found: qualifying.Offered, now: datetime) -> OfferedQualification:
    grant, terms = found.grant, found.type.terms
    return OfferedQualification(
        found.type.id,
        found.type.requester_id,
        terms.name,
        terms.description,
        terms.keywords,
        found.shown.way,
        found.shown.again_at,
        terms.test_seconds,
        terms.auto_granted,
        grant is not None and grant.holds(now),
        grant.value if grant else None,
        grant.granted_at if grant else None,
        grant.expires_at if grant else None,
        grant.revoked_at if grant else None,
        grant.reason if grant else None,
    )


def _request(found: Asked, now: datetime) -> QualificationRequest:
    state = found.state_at(now)
    return QualificationRequest(
        found.id,
        found.type_id,
        state,
        found.begun_at,
        found.deadline,
        found.test if state == "taking" else None,
        found.submitted_at,
        found.decided_at,
        found.value,
        found.reason,
    )
