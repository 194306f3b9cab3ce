"""What moved somebody's money, in the order of time. Ids of transfers sort by time, so a period is a range of ids."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final
from uuid import UUID

from assay.core.ledger import Mode
from assay.core.statements import Line, MonthSum, Side, Standing
from assay.store.connection import Tenant, queries

_LINES: Final[Mapping[Side, str]] = {"requester": "of_requester", "freelancer": "of_freelancer"}
_MONTHS: Final[Mapping[Side, str]] = {"requester": "months_of_requester", "freelancer": "months_of_freelancer"}
_SUMS: Final[Mapping[Side, str]] = {"requester": "sums_of_requester", "freelancer": "sums_of_freelancer"}


async def lines(
    room: Tenant, side: Side, party: UUID, mode: Mode, *, since: UUID, before: UUID, limit: int
) -> Sequence[Line]:
    """The newest first, with ``since`` and without ``before``."""
    rows = await room.fetch(queries("statements")[_LINES[side]], party, mode, since, before, limit)
    return [Line(**row) for row in rows]


async def months(room: Tenant, side: Side, party: UUID, mode: Mode, *, since: UUID, before: UUID) -> Sequence[MonthSum]:
    """By month, currency and kind."""
    rows = await room.fetch(queries("statements")[_MONTHS[side]], party, mode, since, before)
    return [MonthSum(**row) for row in rows]


async def standing(room: Tenant, side: Side, party: UUID, mode: Mode, *, before: UUID) -> Sequence[Standing]:
    """What there was before that transfer, by currency."""
    rows = await room.fetch(queries("statements")[_SUMS[side]], party, mode, before)
    return [Standing(**row) for row in rows]
