"""Statements: what moved somebody's money, in a period.

A line says what changed of one's own (``own_minor``: what a requester can spend, what a freelancer has earned and not
been paid) and of what is set aside (``aside_minor``: held for postings, or on its way out).
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final, Literal, TypeAlias
from uuid import UUID

from assay.core.errors import Invalid
from assay.core.formats.cells import safe_cell
from assay.core.ledger import TransferKind
from assay.core.money import show

Side: TypeAlias = Literal["requester", "freelancer"]
YEAR_MIN, YEAR_MAX = 2000, 9998

COLUMNS: Final[Sequence[str]] = (
    "time", "kind", "amount", "set aside", "fee", "currency", "title", "memo", "posting", "engagement", "other party",
    "transfer",
)  # fmt: skip


@dataclass(frozen=True)
class Line:
    """One transfer, as one side sees it; minor units of ``currency``. ``other_id``: whom it was with."""

    id: UUID
    made_at: datetime
    kind: TransferKind
    currency: str
    own_minor: int
    aside_minor: int
    fee_minor: int
    memo: str
    title: str | None
    posting_id: UUID | None
    engagement_id: UUID | None
    other_id: UUID | None


@dataclass(frozen=True)
class MonthSum:
    """All transfers of one kind in one month, together."""

    month: datetime
    currency: str
    kind: TransferKind
    transfers: int
    own_minor: int
    aside_minor: int
    fee_minor: int


@dataclass(frozen=True)
class Standing:
    """What there was at a moment."""

    currency: str
    own_minor: int
    aside_minor: int


@dataclass(frozen=True)
class YearStatement:
    """A year by month and kind, with what there was before and after; opening and months sum to closing."""

    year: int
    opening: Sequence[Standing]
    months: Sequence[MonthSum]
    closing: Sequence[Standing]


def first_id_at(moment: datetime) -> UUID:
    """Sorts before every id (version 7) made at that time or later, and after all made before."""
    return UUID(int=max(0, int(moment.timestamp() * 1000)) << 80)


def year_bounds(year: int) -> tuple[datetime, datetime]:
    """The first moments (UTC) of a year and of the next. Raises ``Invalid``."""
    if not YEAR_MIN <= year <= YEAR_MAX:
        raise Invalid(f"A year is between {YEAR_MIN} and {YEAR_MAX}.", "year")
    return datetime(year, 1, 1, tzinfo=UTC), datetime(year + 1, 1, 1, tzinfo=UTC)


def closing(opening: Sequence[Standing], months: Sequence[MonthSum]) -> Sequence[Standing]:
    """What there is after these months, by currency."""
    own = {one.currency: one.own_minor for one in opening}
    aside = {one.currency: one.aside_minor for one in opening}
    for one in months:
        own[one.currency] = own.get(one.currency, 0) + one.own_minor
        aside[one.currency] = aside.get(one.currency, 0) + one.aside_minor
    return [Standing(currency, own[currency], aside[currency]) for currency in sorted(own)]


def as_csv(lines: Iterable[Line], *, heading: bool) -> bytes:
    """Lines as CSV (RFC 4180, UTF-8); amounts with the decimals of their currency, times in UTC."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    if heading:
        writer.writerow(COLUMNS)
    for line in lines:
        # An amount may begin with a minus: it is a number, which no spreadsheet takes for a formula.
        amounts = (show(minor, line.currency) for minor in (line.own_minor, line.aside_minor, line.fee_minor))
        texts = (line.currency, line.title or "", line.memo)
        ids = (line.posting_id or "", line.engagement_id or "", line.other_id or "", line.id)
        time = line.made_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        writer.writerow((time, line.kind, *amounts, *(safe_cell(text) for text in texts), *ids))
    return out.getvalue().encode()
