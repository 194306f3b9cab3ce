"""Rejections looked at again: what requesters say to appeals, and what the market's reviewers rule."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal, TypeAlias
from uuid import UUID

import msgspec
from litestar import get, post
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter

from assay.core.appeals import Appeal as Found
from assay.faces.http import AnyRequest, Page, enter, house, id_cursor, page_of
from assay.faces.native.amounts import Amount, amount
from assay.services import appeals

Limit: TypeAlias = Annotated[int, QueryParameter(ge=1, le=500)]


class Appeal(msgspec.Struct):
    """A rejection that is looked at again. ``origin``: ``freelancer`` who appeals and says why (``words``), or
    ``brake``: the market held it back, as its requester rejected so much. ``state`` is ``open``, ``owed`` (the
    freelancer is in the right, and the requester short of money) or ``closed``; ``outcome``: ``upheld``, ``overturned``
    by a reviewer, or ``yielded`` by the requester. ``answer_by``: until then the requester may answer before anybody
    rules."""

    id: UUID
    engagement_id: UUID
    requester_id: UUID
    freelancer_id: UUID
    mode: str
    origin: str
    state: str
    outcome: str | None
    words: str | None
    opened_at: datetime
    answer: str | None
    answer_by: datetime
    answered_at: datetime | None
    reason: str | None
    ruled_at: datetime | None
    closed_at: datetime | None


class Case(msgspec.Struct):
    """What a reviewer must know. ``answer``: what the freelancer handed in; ``feedback`` and ``reason_code``: what the
    requester said when they rejected it."""

    appeal: Appeal
    title: str
    description: str
    reward: Amount
    submitted_at: datetime | None
    seconds: float | None
    rejected_at: datetime | None
    automatic: bool
    reason_code: str | None
    feedback: str | None
    answer: dict[str, Any] | None


class Words(msgspec.Struct, forbid_unknown_fields=True):
    words: str


class Ruling(msgspec.Struct, forbid_unknown_fields=True):
    """Both sides read the ``reason``."""

    verdict: Literal["uphold", "overturn"]
    reason: str


@get("/market/appeals", opt={"permission": "market.read"}, operation_id="list_appeals", tags=["Market"])
async def list_appeals(
    request: AnyRequest,
    cursor: FromQuery[str | None] = None,
    limit: Limit = 50,
    mode: FromQuery[Literal["live", "test"] | None] = None,
) -> Page[Appeal]:
    """Rejections of your organization's that are, or were, looked at again, newest first."""
    async with enter(request) as context:
        rows = await appeals.against(context, mode=context.mode(mode), before=id_cursor(cursor), limit=limit)
        return page_of([told(row) for row in rows], limit, lambda one: str(one.id))


@post(
    "/market/appeals/{appeal_id:uuid}/answer",
    status_code=200,
    opt={"permission": "market.write"},
    operation_id="answer_appeal",
    tags=["Market"],
)
async def answer_appeal(request: AnyRequest, appeal_id: FromPath[UUID], data: JSONBody[Words]) -> Appeal:
    """Says, once, why the rejection is right; a neutral reviewer rules after that."""
    async with enter(request) as context:
        return told(await appeals.answer(context, appeal_id, data.words))


@post(
    "/market/appeals/{appeal_id:uuid}/yield",
    status_code=200,
    opt={"permission": "market.write"},
    operation_id="yield_appeal",
    tags=["Market"],
)
async def yield_appeal(request: AnyRequest, appeal_id: FromPath[UUID]) -> Appeal:
    """Gives in: the work is approved and paid; where you have too little, as soon as you have it."""
    async with enter(request) as context:
        done = told(await appeals.give_in(context, appeal_id))
    house(request).ring()
    return done


@get("/market/appeal-queue", opt={"permission": "work.review"}, operation_id="list_appeal_queue", tags=["Market"])
async def list_appeal_queue(
    request: AnyRequest,
    cursor: FromQuery[str | None] = None,
    limit: Annotated[int, QueryParameter(ge=1, le=50)] = 25,
) -> Page[Case]:
    """What waits for a ruling, oldest first. For those who run the market."""
    async with enter(request) as context:
        context.require_live()
        rows = await appeals.to_rule(context, after=id_cursor(cursor), limit=limit)
        return page_of([_case(row) for row in rows], limit, lambda case: str(case.appeal.id))


@post(
    "/market/appeals/{appeal_id:uuid}/ruling",
    status_code=200,
    opt={"permission": "work.review"},
    operation_id="rule_on_appeal",
    tags=["Market"],
)
async def rule_on_appeal(request: AnyRequest, appeal_id: FromPath[UUID], data: JSONBody[Ruling]) -> Appeal:
    """Decides. What is overturned is approved and paid. For people who run the market and have no part in it."""
    async with enter(request) as context:
        done = told(await appeals.rule(context, appeal_id, data.verdict, data.reason))
    house(request).ring()
    return done


HANDLERS = [list_appeals, answer_appeal, yield_appeal, list_appeal_queue, rule_on_appeal]


def told(found: Found) -> Appeal:
    return Appeal(**{name: getattr(found, name) for name in Appeal.__struct_fields__})


def _case(case: appeals.Case) -> Case:
    done, terms = case.engagement, case.offer.terms
    return Case(
        told(case.appeal),
        terms.title,
        terms.description,
        amount(done.reward_minor, done.currency),
        done.submitted_at,
        done.seconds,
        done.rejected_at,
        done.automatic,
        done.reason_code,
        done.feedback,
        case.answer,
    )
