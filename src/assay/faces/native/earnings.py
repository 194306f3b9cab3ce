"""A freelancer's money: what they earned, where it came from, and having it paid out."""

from __future__ import annotations

from datetime import datetime
from typing import Literal
from uuid import UUID

import msgspec
from litestar import get, post
from litestar.params import JSONBody
from litestar.response import Stream

from assay.core.money import parse
from assay.faces.http import AnyRequest, Page, enter, house, id_cursor, page_of
from assay.faces.native.amounts import (
    Amount,
    AskedMode,
    AskedYear,
    Cursor,
    Limit,
    Mode,
    Since,
    StatementLine,
    Until,
    Year,
    amount,
    statement_file,
    statement_page,
    year_of,
)
from assay.services import ledger, markets, payouts


class Earnings(msgspec.Struct):
    """``earned`` can be asked for, if it is at least ``payout_minimum``; ``on_its_way`` was; ``paid_out`` arrived."""

    mode: Mode
    earned: Amount
    on_its_way: Amount
    paid_out: Amount
    payout_minimum: Amount


class Payout(msgspec.Struct):
    """``asked``: nothing was done yet. ``sent``: it is on its way. What ``failed`` is earned again; ``failure`` says
    why."""

    id: UUID
    mode: Mode
    freelancer_id: UUID
    amount: Amount
    state: Literal["asked", "sent", "paid", "failed"]
    destination: str
    reference: str | None
    failure: str | None
    asked_at: datetime
    sent_at: datetime | None
    ended_at: datetime | None


class NewPayout(msgspec.Struct, forbid_unknown_fields=True):
    """``destination``: where to, for whoever pays: a name and an account. ``amount``: such as `12.50`; all that is
    earned where it is left out."""

    destination: str
    amount: str | None = None
    mode: Mode | None = None


@get("/market/earnings", opt={"permission": "market.work"}, operation_id="get_earnings", tags=["Money"])
async def get_earnings(request: AnyRequest, mode: AskedMode = None) -> Earnings:
    """What the caller has earned on the market."""
    async with enter(request) as context:
        found = await ledger.freelancer_balance(context, mode)
        least = (await markets.settings(context)).payout_minimum_minor
    own, aside, out, minimum = (
        amount(minor, found.currency) for minor in (found.own_minor, found.aside_minor, found.out_minor, least)
    )
    return Earnings(found.mode, own, aside, out, minimum)


@get("/market/earnings/statement", opt={"permission": "market.work"}, operation_id="get_earned", tags=["Money"])
async def get_earned(
    request: AnyRequest,
    mode: AskedMode = None,
    since: Since = None,
    until: Until = None,
    cursor: Cursor = None,
    limit: Limit = 100,
) -> Page[StatementLine]:
    """What moved the caller's money, the newest first."""
    return await statement_page(request, "freelancer", mode, since, until, cursor, limit)


@get("/market/earnings/statement.csv", opt={"permission": "market.work"}, operation_id="export_earned", tags=["Money"])
async def export_earned(
    request: AnyRequest, mode: AskedMode = None, since: Since = None, until: Until = None
) -> Stream:
    """The same as one CSV file."""
    return await statement_file(request, "freelancer", mode, since, until)


@get("/market/earnings/year", opt={"permission": "market.work"}, operation_id="get_year_earned", tags=["Money"])
async def get_year_earned(request: AnyRequest, year: AskedYear = None, mode: AskedMode = None) -> Year:
    """A year by month and kind, with what there was before and after; this year, if none is named."""
    async with enter(request) as context:
        return year_of(await ledger.year(context, "freelancer", year or context.now.year, mode))


@get("/market/earnings/payouts", opt={"permission": "market.work"}, operation_id="list_own_payouts", tags=["Money"])
async def list_own_payouts(
    request: AnyRequest, mode: AskedMode = None, cursor: Cursor = None, limit: Limit = 50
) -> Page[Payout]:
    """What the caller asked to be paid out, the newest first."""
    async with enter(request) as context:
        rows = await payouts.mine(context, mode=mode, before=id_cursor(cursor), limit=limit)
        return page_of([payout_of(row) for row in rows], limit, lambda payout: str(payout.id))


@post("/market/earnings/payouts", opt={"permission": "market.work"}, operation_id="ask_for_payout", tags=["Money"])
async def ask_for_payout(request: AnyRequest, data: JSONBody[NewPayout]) -> Payout:
    """Asks for what was earned. It leaves what is earned at once, and comes back if it cannot be paid."""
    home = house(request)
    async with enter(request) as context:
        mode = context.mode(data.mode)
        home.payouts[mode].check(data.destination)
        settings = await markets.settings(context)
        minor = None if data.amount is None else parse(data.amount, settings.currency).minor
        return payout_of(await payouts.ask(context, data.destination, minor, mode=mode))


HANDLERS = [
    get_earnings,
    get_earned,
    export_earned,
    get_year_earned,
    list_own_payouts,
    ask_for_payout,
]


def payout_of(row: payouts.Payout) -> Payout:
    return Payout(
        row.id,
        row.mode,
        row.freelancer_id,
        amount(row.amount_minor, row.currency),
        row.state,
        row.destination,
        row.reference,
        row.failure,
        row.asked_at,
        row.sent_at,
        row.ended_at,
    )
