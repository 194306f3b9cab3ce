"""A requester's money on the market: what there is, what became of it, bonuses, and pay beside the floor."""

from __future__ import annotations

from datetime import datetime
from typing import Literal
from uuid import UUID

import msgspec
from litestar import get, post
from litestar.params import FromPath, FromQuery, JSONBody
from litestar.response import Stream

from assay.core.money import parse
from assay.faces.http import AnyRequest, Page, enter, id_cursor, page_of
from assay.faces.native.amounts import (
    Amount,
    AskedMode,
    AskedYear,
    Balance,
    Cursor,
    Limit,
    Since,
    StatementLine,
    Until,
    Year,
    amount,
    balance,
    statement_file,
    statement_page,
    year_of,
)
from assay.services import bonuses, ledger, markets, pay_floor


class Bonus(msgspec.Struct):
    """``amount`` is what the freelancer got, ``fee`` the market's part on top. ``origin``: `top_up` for what was
    missing to the pay floor."""

    id: UUID
    engagement_id: UUID
    posting_id: UUID
    freelancer_id: UUID
    amount: Amount
    fee: Amount
    reason: str
    origin: Literal["requester", "top_up"]
    paid_at: datetime


class NewBonus(msgspec.Struct, forbid_unknown_fields=True):
    """``amount``: in the market's currency, such as `0.50`. ``token``: your own word for it; sent again, it is the same
    bonus and nothing is paid."""

    amount: str
    reason: str
    token: str | None = None


class OfferPay(msgspec.Struct):
    """``hourly``: what an hour of it brings, by the median of the latest times; none while too few are known.
    ``least``: what one engagement must bring by the market's floor. ``short`` approved engagements brought less, by
    ``missing`` together, which a top-up pays."""

    offer_id: UUID
    title: str
    reward: Amount
    measured: int
    median_seconds: float | None
    hourly: Amount | None
    least: Amount | None
    short: int
    missing: Amount


class ToppedUp(msgspec.Struct):
    """``left``: how many engagements are still short, for another click."""

    bonuses: list[Bonus]
    paid: Amount
    left: int


@get("/market/balance", opt={"permission": "market.read"}, operation_id="get_balance", tags=["Money"])
async def get_balance(request: AnyRequest, mode: AskedMode = None) -> Balance:
    """What the organization can spend on the market, and what is held for its postings. Play money (`mode=test`) never
    runs out."""
    async with enter(request) as context:
        return balance(await ledger.requester_balance(context, mode))


@get("/market/statement", opt={"permission": "market.read"}, operation_id="get_statement", tags=["Money"])
async def get_statement(
    request: AnyRequest,
    mode: AskedMode = None,
    since: Since = None,
    until: Until = None,
    cursor: Cursor = None,
    limit: Limit = 100,
) -> Page[StatementLine]:
    """What moved the organization's money, the newest first."""
    return await statement_page(request, "requester", mode, since, until, cursor, limit)


@get("/market/statement.csv", opt={"permission": "market.read"}, operation_id="export_statement", tags=["Money"])
async def export_statement(
    request: AnyRequest, mode: AskedMode = None, since: Since = None, until: Until = None
) -> Stream:
    """The same as one CSV file."""
    return await statement_file(request, "requester", mode, since, until)


@get("/market/statement/year", opt={"permission": "market.read"}, operation_id="get_year_statement", tags=["Money"])
async def get_year_statement(request: AnyRequest, year: AskedYear = None, mode: AskedMode = None) -> Year:
    """A year by month and kind, with what there was before and after; this year, if none is named."""
    async with enter(request) as context:
        return year_of(await ledger.year(context, "requester", year or context.now.year, mode))


@get("/market/bonuses", opt={"permission": "market.read"}, operation_id="list_bonuses", tags=["Money"])
async def list_bonuses(
    request: AnyRequest,
    mode: AskedMode = None,
    posting_id: FromQuery[UUID | None] = None,
    engagement_id: FromQuery[UUID | None] = None,
    cursor: Cursor = None,
    limit: Limit = 100,
) -> Page[Bonus]:
    """Bonuses that the organization paid, the newest first."""
    async with enter(request) as context:
        rows = await bonuses.page(
            context,
            mode=mode,
            before=id_cursor(cursor),
            limit=limit,
            posting_id=posting_id,
            engagement_id=engagement_id,
        )
        return page_of([_bonus(row) for row in rows], limit, lambda bonus: str(bonus.id))


@post(
    "/market/engagements/{engagement_id:uuid}/bonuses",
    opt={"permission": "market.write"},
    operation_id="pay_bonus",
    tags=["Money"],
)
async def pay_bonus(request: AnyRequest, engagement_id: FromPath[UUID], data: JSONBody[NewBonus]) -> Bonus:
    """Adds to what an engagement paid, whatever was decided on it. The freelancer has it at once."""
    try:
        async with enter(request) as context:
            currency = (await markets.settings(context)).currency
            minor = parse(data.amount, currency).minor
            return _bonus(await bonuses.send(context, engagement_id, minor, data.reason, token=data.token))
    except bonuses.BonusRepeated as repeated:
        before = repeated.bonus
        if (before.engagement_id, before.amount_minor, before.reason) != (engagement_id, minor, data.reason):
            raise
        return _bonus(before)


@get("/market/pay", opt={"permission": "market.read"}, operation_id="list_pay", tags=["Money"])
async def list_pay(
    request: AnyRequest, mode: AskedMode = None, cursor: Cursor = None, limit: Limit = 50
) -> Page[OfferPay]:
    """The organization's offers, the newest first: what an hour of each brings, and what is owed to the market's
    floor."""
    async with enter(request) as context:
        rows = await pay_floor.page(context, mode=mode, before=id_cursor(cursor), limit=limit)
        return page_of([_pay(row) for row in rows], limit, lambda pay: str(pay.offer_id))


@post(
    "/market/offers/{offer_id:uuid}/top-up", opt={"permission": "market.write"}, operation_id="top_up", tags=["Money"]
)
async def top_up(request: AnyRequest, offer_id: FromPath[UUID], mode: AskedMode = None) -> ToppedUp:
    """Pays, as bonuses, what the approved work on an offer brought less than the market's floor."""
    async with enter(request) as context:
        done = await pay_floor.top_up(context, offer_id, mode=mode)
        currency = (await markets.settings(context)).currency
    paid = sum(bonus.amount_minor for bonus in done.bonuses)
    return ToppedUp([_bonus(bonus) for bonus in done.bonuses], amount(paid, currency), done.left)


HANDLERS = [
    get_balance,
    get_statement,
    export_statement,
    get_year_statement,
    list_bonuses,
    pay_bonus,
    list_pay,
    top_up,
]


def _bonus(bonus: bonuses.Bonus) -> Bonus:
    return Bonus(
        bonus.id,
        bonus.engagement_id,
        bonus.posting_id,
        bonus.freelancer_id,
        amount(bonus.amount_minor, bonus.currency),
        amount(bonus.fee_minor, bonus.currency),
        bonus.reason,
        bonus.origin,
        bonus.paid_at,
    )


def _pay(row: pay_floor.OfferPay) -> OfferPay:
    pace, currency = row.pace, row.pace.currency
    return OfferPay(
        offer_id=pace.offer_id,
        title=row.title,
        reward=amount(pace.reward_minor, currency),
        measured=pace.measured,
        median_seconds=pace.median_seconds,
        hourly=None if pace.hourly_minor is None else amount(pace.hourly_minor, currency),
        least=None if row.least_minor is None else amount(row.least_minor, currency),
        short=row.short,
        missing=amount(row.missing_minor, currency),
    )
