"""What the routes about money share: amounts, lines of statements, and their files."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from datetime import UTC, date, datetime, time
from typing import Annotated, Final, Literal, TypeAlias
from uuid import UUID

import msgspec
from litestar.params import FromQuery, QueryParameter
from litestar.response import Stream

from assay.core.money import show
from assay.core.statements import Line, MonthSum, Side, Standing, YearStatement, as_csv
from assay.faces.http import AnyRequest, Page, enter, id_cursor, page_of
from assay.services import ledger

Mode: TypeAlias = Literal["live", "test"]
AskedMode: TypeAlias = FromQuery[Mode | None]
AskedYear: TypeAlias = FromQuery[int | None]
Limit: TypeAlias = Annotated[int, QueryParameter(ge=1, le=500, description="How many items a page has.")]
Since: TypeAlias = Annotated[date | None, QueryParameter(name="since", description="The first day (UTC).")]
Until: TypeAlias = Annotated[date | None, QueryParameter(name="until", description="The day after the last one (UTC).")]
Cursor: TypeAlias = FromQuery[str | None]

_PAGE: Final = 1000


class Amount(msgspec.Struct):
    """``minor`` units (cents) of ``currency``, and the same as people write it."""

    minor: int
    currency: str
    text: str


def amount(minor: int, currency: str) -> Amount:
    return Amount(minor, currency, show(minor, currency))


class Balance(msgspec.Struct):
    """A requester's. ``held`` is set aside for postings, and comes back as far as they are not paid."""

    mode: Mode
    available: Amount
    held: Amount


def balance(found: ledger.Balance) -> Balance:
    return Balance(found.mode, amount(found.own_minor, found.currency), amount(found.aside_minor, found.currency))


class StatementLine(msgspec.Struct):
    """One movement of money. ``amount``: of one's own, below zero for what went; ``set_aside``: of what is held for
    postings, or on its way to a bank; ``fee``: the market's part. ``other_id``: whom it was with."""

    id: UUID
    at: datetime
    kind: str
    amount: Amount
    set_aside: Amount
    fee: Amount
    memo: str
    title: str | None
    posting_id: UUID | None
    engagement_id: UUID | None
    other_id: UUID | None


def _line(line: Line) -> StatementLine:
    return StatementLine(
        line.id,
        line.made_at,
        line.kind,
        amount(line.own_minor, line.currency),
        amount(line.aside_minor, line.currency),
        amount(line.fee_minor, line.currency),
        line.memo,
        line.title,
        line.posting_id,
        line.engagement_id,
        line.other_id,
    )


class MonthLine(msgspec.Struct):
    """All movements of one kind in one month (its first day), together."""

    month: date
    kind: str
    count: int
    amount: Amount
    set_aside: Amount
    fee: Amount


class Stood(msgspec.Struct):
    """What there was: of one's own, and set aside."""

    amount: Amount
    set_aside: Amount


class Year(msgspec.Struct):
    """A year (UTC) by month and kind; ``opening`` and ``months`` sum to ``closing``."""

    year: int
    opening: list[Stood]
    months: list[MonthLine]
    closing: list[Stood]


def year_of(statement: YearStatement) -> Year:
    months = [_month(one) for one in statement.months]
    return Year(statement.year, _stood(statement.opening), months, _stood(statement.closing))


def _month(one: MonthSum) -> MonthLine:
    amounts = (amount(minor, one.currency) for minor in (one.own_minor, one.aside_minor, one.fee_minor))
    return MonthLine(one.month.astimezone(UTC).date(), one.kind, one.transfers, *amounts)


def _stood(found: Sequence[Standing]) -> list[Stood]:
    return [Stood(amount(one.own_minor, one.currency), amount(one.aside_minor, one.currency)) for one in found]


async def statement_page(
    request: AnyRequest, side: Side, mode: Mode | None, since: date | None, until: date | None, cursor: str | None,
    limit: int,
) -> Page[StatementLine]:  # fmt: skip
    """A page of the caller's own statement."""
    async with enter(request) as context:
        asked = ledger.asked(context, side, mode, since=_moment(since), until=_moment(until))
        lines = await ledger.statement(context, asked, before=id_cursor(cursor), limit=limit)
        return page_of([_line(line) for line in lines], limit, lambda line: str(line.id))


async def statement_file(
    request: AnyRequest, side: Side, mode: Mode | None, since: date | None, until: date | None
) -> Stream:
    """All of it as CSV. Each page is read by itself, as a reader may be slow; what is there does not change."""
    async with enter(request) as context:
        asked = ledger.asked(context, side, mode, since=_moment(since), until=_moment(until))
        first = await ledger.statement(context, asked, limit=_PAGE)
    headers = {"content-disposition": 'attachment; filename="statement.csv"', "cache-control": "no-store"}
    return Stream(_written(request, asked, list(first)), media_type="text/csv; charset=utf-8", headers=headers)


async def _written(request: AnyRequest, asked: ledger.Asked, lines: list[Line]) -> AsyncIterator[bytes]:
    yield as_csv(lines[:_PAGE], heading=True)
    while len(lines) > _PAGE:
        async with enter(request) as context:
            lines = list(await ledger.statement(context, asked, before=lines[_PAGE - 1].id, limit=_PAGE))
        yield as_csv(lines[:_PAGE], heading=False)


def _moment(day: date | None) -> datetime | None:
    return None if day is None else datetime.combine(day, time(), UTC)
