"""Money of requesters and freelancers: what there is, where it came from, and what comes in and goes back.

Whoever runs the market books what requesters sent in and got back; everything else is booked by what happens.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from assay.core import ledger as rules
from assay.core.errors import AlreadyExists, Invalid, NotFound
from assay.core.ledger import PLAY_MONEY, Mode, Transfer
from assay.core.ledger_check import Report
from assay.core.money import MINOR_MAX, digits
from assay.core.statements import Line, Side, YearStatement, closing, first_id_at, year_bounds
from assay.core.texts import is_storable
from assay.services.context import Context
from assay.store import accounts, events, ledger, ledger_check, market_settings, statements
from assay.store.connection import Tenant

REFERENCE_MAX: Final = 150
# Ids of transfers are below it.
_END: Final = UUID(int=(1 << 128) - 1)


@dataclass(frozen=True)
class Balance:
    """Minor units of ``currency``. Of a requester: ``own_minor`` can be spent and ``aside_minor`` is held for postings.
    Of a freelancer: earned and not yet asked for, and on its way; ``out_minor`` was paid out so far."""

    mode: Mode
    currency: str
    own_minor: int
    aside_minor: int
    out_minor: int = 0


async def requester_balance(context: Context, mode: Mode | None = None) -> Balance:
    """What the caller's organization has to spend. Play money is always as much, as it never runs out."""
    mode = context.mode(mode)
    async with context.market() as room:
        return await _requester_balance(room, context.organization_id, mode)


async def _requester_balance(room: Tenant, requester_id: UUID, mode: Mode) -> Balance:
    currency = (await market_settings.get(room)).currency
    found = await ledger.balances(room, requester_id, mode, currency)
    own = found.get("available", 0) if mode == "live" else PLAY_MONEY * 10 ** digits(currency)
    return Balance(mode, currency, own, found.get("held", 0))


async def freelancer_balance(context: Context, mode: Mode | None = None) -> Balance:
    """What the caller has earned."""
    mode = context.mode(mode)
    async with context.market() as room:
        currency = (await market_settings.get(room)).currency
        found = await ledger.balances(room, context.worker_id, mode, currency)
    return Balance(mode, currency, found.get("earned", 0), found.get("paying", 0), found.get("outside", 0))


# --- what comes in and goes back ----------------------------------------------------------------------------------


async def fund(context: Context, requester_id: UUID, minor: int, reference: str, memo: str = "") -> Balance:
    """Books what came in from a requester. ``reference``: what tells this payment from all others, as the bank has it;
    booking it again changes nothing. For whoever runs the market. Raises ``NotFound`` for an organization that does not
    trade here, ``AlreadyExists`` for a reference that was another payment's, ``Invalid``, ``Forbidden``."""
    return await _book(context, rules.fund(requester_id, _checked(minor), _key("fund", reference)), memo)


async def give_back(context: Context, requester_id: UUID, minor: int, reference: str, memo: str = "") -> Balance:
    """The other way round, of what is available. Raises ``InsufficientFunds`` too."""
    return await _book(context, rules.withdraw(requester_id, _checked(minor), _key("withdraw", reference)), memo)


async def _book(context: Context, transfer: Transfer, memo: str) -> Balance:
    if len(memo) > rules.MEMO_MAX or not is_storable(memo):
        raise Invalid(f"At most {rules.MEMO_MAX} characters that can be stored.", "memo")
    requester_id = transfer.requester_id
    assert requester_id is not None, "it is a requester's"
    context.require_live()
    async with context.own_market() as room:
        await _check_requester(context, room, requester_id)
        currency = (await market_settings.get(room)).currency
        made = await ledger.post(
            room, transfer.told(memo), id=context.new_id(), at=context.now, mode="live", currency=currency
        )
        if made:
            data = {"requester_id": str(requester_id), "amount_minor": _moved(transfer), "currency": currency}
            type_ = "money.funded" if transfer.kind == "fund" else "money.given_back"
            event = events.NewEvent(context.new_id(), type_, data=data)
            await events.record(room, context.now, context.caller.actor, [event])
        else:
            before = await ledger.transfer_with(room, "live", transfer.key)
            if before is None or (set(before[2].entries), before[1]) != (set(transfer.entries), currency):
                raise AlreadyExists("Another payment was booked under this reference.", "reference")
        return await _requester_balance(room, requester_id, "live")


async def _check_requester(context: Context, room: Tenant, requester_id: UUID) -> None:
    async with context.tenant.room(requester_id) as theirs:
        trades = await accounts.market_of(theirs)
    if trades != room.organization_id:
        raise NotFound("No such requester on this market.")


def _moved(transfer: Transfer) -> int:
    return max(minor for _, minor in transfer.entries)


def _checked(minor: int) -> int:
    if not 1 <= minor <= MINOR_MAX:
        raise Invalid("An amount is more than nothing.", "amount")
    return minor


def _key(kind: str, reference: str) -> str:
    stripped = reference.strip()
    if not 1 <= len(stripped) <= REFERENCE_MAX or not is_storable(stripped):
        raise Invalid(f"What tells this payment from others, in 1 to {REFERENCE_MAX} characters.", "reference")
    return f"{kind}:{stripped}"


@dataclass(frozen=True)
class Requester:
    """A requester who has money on the market."""

    id: UUID
    name: str
    balance: Balance


async def requesters(context: Context, *, after: UUID | None = None, limit: int = 50) -> Sequence[Requester]:
    """Those who ever had money here, by id; one more than ``limit`` where there is more. For whoever runs the
    market."""
    context.require_live()
    found = []
    async with context.own_market() as room:
        for id_ in await ledger.requesters(room, after=after, limit=limit + 1):
            balance = await _requester_balance(room, id_, "live")
            async with context.tenant.room(id_) as theirs:
                name = (await accounts.organization(theirs)).name
            found.append(Requester(id_, name, balance))
    return found


# --- statements ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Asked:
    """A statement somebody asked for: whose, of which world and period (ids of transfers, from and before)."""

    side: Side
    party: UUID
    mode: Mode
    since: UUID
    before: UUID


def asked(
    context: Context,
    side: Side,
    mode: Mode | None = None,
    *,
    since: datetime | None = None,
    until: datetime | None = None,
) -> Asked:
    """The caller's own statement. Raises ``Invalid`` for a period that ends before it begins, and ``Forbidden``."""
    if since is not None and until is not None and until <= since:
        raise Invalid("The period ends before it begins.", "until")
    party = context.organization_id if side == "requester" else context.worker_id
    first = first_id_at(since) if since is not None else UUID(int=0)
    return Asked(side, party, context.mode(mode), first, first_id_at(until) if until is not None else _END)


async def statement(context: Context, asked: Asked, *, before: UUID | None = None, limit: int = 100) -> Sequence[Line]:
    """The newest first, older than ``before``; one more than ``limit`` where there is more."""
    end = asked.before if before is None else min(asked.before, before)
    async with context.market() as room:
        return await statements.lines(
            room, asked.side, asked.party, asked.mode, since=asked.since, before=end, limit=limit + 1
        )


async def year(context: Context, side: Side, year: int, mode: Mode | None = None) -> YearStatement:
    """A year (UTC) of the caller's own. Raises ``Invalid``."""
    since, until = year_bounds(year)
    what = asked(context, side, mode, since=since, until=until)
    async with context.market() as room:
        opening = await statements.standing(room, side, what.party, what.mode, before=what.since)
        months = await statements.months(room, side, what.party, what.mode, since=what.since, before=what.before)
    return YearStatement(year, opening, months, closing(opening, months))


# --- proof --------------------------------------------------------------------------------------------------------


async def check(context: Context) -> Report:
    """Adds everything up. For whoever runs the market. Raises ``Forbidden``, and ``NotFound`` where there is none."""
    context.require_live()
    async with context.own_market() as room:
        return await ledger_check.check(room)


async def check_if_market(context: Context) -> Report | None:
    """The same for whoever goes through all organizations: none for one that is no market."""
    if await accounts.market_of(context.tenant) != context.organization_id:
        return None
    return await ledger_check.check(context.tenant)
