"""The ledger: transfers, their entries, and what accounts hold.

Rows of the market's room. Whoever is in it as a requester or a freelancer sees the transfers that concern them and
their own accounts; ``post`` alone reaches the accounts of both sides.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

import asyncpg
import msgspec

from assay.core.errors import InsufficientFunds
from assay.core.ledger import AccountName, Mode, Purpose, Transfer
from assay.core.money import Money
from assay.store.connection import Tenant, queries


async def post(room: Tenant, transfer: Transfer, *, id: UUID, at: datetime, mode: Mode, currency: str) -> bool:
    """Books a transfer as ``id`` (which sorts by time); false when its key was booked before, and nothing was done.

    Raises ``InsufficientFunds`` when an account does not have what is taken from it, after which the transaction is
    over (but for an ``attempt``). An engagement that was paid is not paid again: that raises ``AlreadyExists``. Two
    that touch the same accounts wait for each other; whoever posts many in one transaction posts them by freelancer.
    """
    names = [name for name, _ in transfer.entries]
    try:
        made: bool = await room.fetchval(
            queries("ledger")["post"],
            id,
            transfer.key,
            transfer.kind,
            mode,
            currency,
            transfer.requester_id,
            transfer.freelancer_id,
            transfer.posting_id,
            transfer.engagement_id,
            transfer.memo,
            at,
            [name.purpose for name in names],
            [name.owner for name in names],
            [minor for _, minor in transfer.entries],
        )
    except asyncpg.CheckViolationError as error:
        if error.constraint_name != "accounts_covered" or not error.detail:
            raise
        raise _short(error.detail, currency) from error
    return made


class _Short(msgspec.Struct):
    purpose: Purpose
    needed: int
    there: int


_WORDS: Mapping[Purpose, str] = {
    "available": "available",
    "held": "held for this posting",
    "earned": "earned and not yet paid out",
    "paying": "on its way",
    "fees": "in fees",
    "outside": "outside",
}


def _short(detail: str, currency: str) -> InsufficientFunds:
    short = msgspec.json.decode(detail, type=_Short)
    needed, there = Money(short.needed, currency), Money(short.there, currency)
    remedy = " Ask whoever runs the market to add funds." if short.purpose == "available" else ""
    return InsufficientFunds(f"This takes {needed}, and {there} is {_WORDS[short.purpose]}.{remedy}")


async def transfer_with(room: Tenant, mode: Mode, key: str) -> tuple[UUID, str, Transfer] | None:
    """Id, currency and content of the transfer with this key."""
    row = await room.fetchrow(queries("ledger")["transfer_with_key"], mode, key)
    if row is None:
        return None
    names = [AccountName(owner, purpose) for owner, purpose in zip(row["owners"], row["purposes"], strict=True)]
    transfer = Transfer(
        key=row["key"],
        kind=row["kind"],
        entries=tuple(zip(names, row["amounts"], strict=True)),
        requester_id=row["requester_id"],
        freelancer_id=row["freelancer_id"],
        posting_id=row["posting_id"],
        engagement_id=row["engagement_id"],
        memo=row["memo"],
    )
    return row["id"], row["currency"], transfer


async def balances(room: Tenant, party: UUID, mode: Mode, currency: str) -> Mapping[Purpose, int]:
    """What a requester or a freelancer has, in minor units by purpose; what is nothing is left out. ``held`` is for all
    postings together; ``outside`` is below zero by what came in, and above by what was paid out."""
    rows = await room.fetch(queries("ledger")["balances"], mode, currency, party)
    return {row["purpose"]: row["minor"] for row in rows}


async def held_for(room: Tenant, posting_id: UUID, mode: Mode) -> int:
    """What is set aside for a posting."""
    held: int = await room.fetchval(queries("ledger")["held_for"], mode, posting_id)
    return held


async def lock_balance(room: Tenant, owner: UUID, purpose: Purpose, mode: Mode, currency: str) -> int:
    """What an account holds, which nobody else changes until this transaction ends."""
    found: int | None = await room.fetchval(queries("ledger")["lock_balance"], mode, currency, purpose, owner)
    return found or 0


async def requesters(room: Tenant, *, after: UUID | None, limit: int) -> list[UUID]:
    """Those with an account for what they can spend, by id."""
    rows = await room.fetch(queries("ledger")["requesters"], after, limit)
    return [row["owner_id"] for row in rows]


async def is_used(room: Tenant) -> bool:
    """Whether any money was ever moved."""
    found: bool = await room.fetchval(queries("ledger")["is_used"])
    return found
