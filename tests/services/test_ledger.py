"""Money that comes in and goes back, statements of it, and the proof that it adds up."""

from __future__ import annotations

import csv
import io
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest
from litestar import Litestar

from assay.core import ledger as rules
from assay.core.errors import AlreadyExists, Forbidden, InsufficientFunds, Invalid, NotFound
from assay.core.ledger_check import RULES
from assay.core.statements import COLUMNS, as_csv
from assay.faces.http import House
from assay.services import ledger
from assay.services.context import Caller
from assay.store import ledger_check
from assay.store.connection import Database, Tenant
from harness import Organization
from trading import Trading, new_trading


@pytest.fixture
async def trading(database: Database, app: Litestar, house: House) -> AsyncIterator[Trading]:
    made = await new_trading(database, app, house)
    yield made
    await made.market.close()
    await made.requester.close()


async def test_what_came_in_can_be_spent_and_given_back(trading: Trading) -> None:
    async with trading.market.context_for("manager") as context:
        funded = await ledger.fund(context, trading.requester.id, 1000, "wire 1", "First payment")
        again = await ledger.fund(context, trading.requester.id, 1000, " wire 1 ")
        left = await ledger.give_back(context, trading.requester.id, 400, "wire 2")

    assert (funded.own_minor, again.own_minor, left.own_minor) == (1000, 1000, 600)
    async with trading.requester.context_for("manager") as context:
        assert await ledger.requester_balance(context) == ledger.Balance("live", "USD", 600, 0)
    async with trading.market.context_for("manager") as context:
        (listed,) = await ledger.requesters(context)
    assert (listed.id, listed.name, listed.balance.own_minor) == (trading.requester.id, "Requester", 600)


async def test_money_is_booked_by_the_market_alone_and_for_its_own_requesters(
    trading: Trading, organization: Organization
) -> None:
    async def refused(kind: type[Exception], by: Organization, *given: Any) -> None:
        with pytest.raises(kind):
            async with by.context_for("manager") as context:
                await ledger.fund(context, *given)

    await refused(Forbidden, trading.requester, trading.requester.id, 100, "mine")
    await refused(NotFound, trading.market, organization.id, 100, "stranger")
    await refused(NotFound, trading.market, uuid4(), 100, "nobody")
    await refused(NotFound, organization, organization.id, 100, "no market")
    for wrong in ((0, "wire"), (-5, "wire"), (10**15 + 1, "wire"), (5, " "), (5, "x" * 151), (5, "wire", "m" * 501)):
        await refused(Invalid, trading.market, trading.requester.id, *wrong)
    assert await trading.balances(trading.requester.id) == {}


async def test_one_reference_is_one_payment(trading: Trading) -> None:
    await trading.fund(1000, "wire")

    for amount, requester in ((999, trading.requester.id), (1000, trading.market.id)):
        with pytest.raises(AlreadyExists, match="reference"):
            async with trading.market.context_for("manager") as context:
                await ledger.fund(context, requester, amount, "wire")
    with pytest.raises(InsufficientFunds):
        async with trading.market.context_for("manager") as context:
            await ledger.give_back(context, trading.requester.id, 1001, "back")


async def test_play_money_is_always_the_same(trading: Trading) -> None:
    await trading.posting(await trading.offer(mode="test"), 3, mode="test")

    async with trading.requester.context_for(Caller("key", "manager", key_id=uuid4(), mode="test")) as context:
        assert await ledger.requester_balance(context) == ledger.Balance("test", "USD", 1_000_000, 300)
        with pytest.raises(Forbidden):
            await ledger.requester_balance(context, "live")


async def worked(trading: Trading) -> UUID:
    """Money in, three postings' worth held, one paid with a bonus, one rejected. The freelancer who was paid."""
    await trading.settings(fee_basis_points=1000)
    await trading.fund(1000)
    ada, bob = await trading.freelancer(), await trading.freelancer()
    posting = await trading.posting(await trading.offer(title="=Read receipts"), 3, 100, 10)
    trading.market.clock.advance(60)
    await trading.engagement(posting, ada)
    await trading.engagement(posting, bob, "rejected")
    assert ada.worker_id is not None
    return ada.worker_id


async def test_both_sides_read_what_passed_between_them(trading: Trading) -> None:
    ada = await worked(trading)

    async with trading.requester.context_for("auditor") as context:
        mine = await ledger.statement(context, ledger.asked(context, "requester"))
    async with trading.market.context_for(Caller("member", "annotator", uuid4(), ada)) as context:
        theirs = await ledger.statement(context, ledger.asked(context, "freelancer"))
        balance = await ledger.freelancer_balance(context)

    assert [(line.kind, line.own_minor, line.aside_minor, line.fee_minor) for line in mine] == [
        ("release", 110, -110, 0),
        ("pay", 0, -110, 10),
        ("hold", -330, 330, 0),
        ("fund", 1000, 0, 0),
    ]
    assert [(line.kind, line.own_minor, line.title, line.other_id) for line in theirs] == [
        ("pay", 100, "=Read receipts", trading.requester.id)
    ]
    assert mine[1].other_id == ada
    assert (balance.own_minor, balance.aside_minor, balance.out_minor) == (100, 0, 0)


async def test_pages_and_periods_leave_nothing_out_and_tell_nothing_twice(trading: Trading) -> None:
    await worked(trading)
    began = trading.market.clock().replace(second=0)

    async with trading.requester.context_for("auditor") as context:
        whole = ledger.asked(context, "requester")
        first = await ledger.statement(context, whole, limit=2)
        rest = await ledger.statement(context, whole, before=first[1].id, limit=2)
        early = ledger.asked(context, "requester", until=began)
        late = ledger.asked(context, "requester", since=began)
        kinds = [[line.kind for line in await ledger.statement(context, one)] for one in (early, late)]
        with pytest.raises(Invalid):
            ledger.asked(context, "requester", since=began, until=began)

    assert len(first) == 3, "one more says that there is more"
    assert [line.kind for line in [*first[:2], *rest]] == ["release", "pay", "hold", "fund"]
    assert kinds == [["hold", "fund"], ["release", "pay"]]


async def test_a_year_opens_with_what_the_one_before_closed_with(trading: Trading) -> None:
    trading.market.clock.now = datetime(2025, 12, 31, 23, 59, 30, tzinfo=UTC)
    ada = await worked(trading)  # half of it a minute later, in 2026

    async with trading.requester.context_for("auditor") as context:
        years = [await ledger.year(context, "requester", year) for year in (2024, 2025, 2026)]
        with pytest.raises(Invalid):
            await ledger.year(context, "requester", 1999)
    async with trading.market.context_for(Caller("member", "annotator", uuid4(), ada)) as context:
        earned = await ledger.year(context, "freelancer", 2026)

    def sums(year: Any) -> list[tuple[int, int]]:
        return [(one.own_minor, one.aside_minor) for one in (*year.opening, *year.closing)]

    assert sums(years[0]) == []
    assert sums(years[1]) == [(670, 330)]
    assert sums(years[2]) == [(670, 330), (780, 110)]
    assert [(one.month.month, one.kind, one.own_minor, one.fee_minor) for one in years[2].months] == [
        (1, "pay", 0, 10),
        (1, "release", 110, 0),
    ]
    assert [(one.kind, one.own_minor, one.transfers) for one in earned.months] == [("pay", 100, 1)]


async def test_a_statement_as_csv_has_every_line_and_no_formula(trading: Trading) -> None:
    ada = await worked(trading)
    async with trading.market.context_for(Caller("member", "annotator", uuid4(), ada)) as context:
        lines = await ledger.statement(context, ledger.asked(context, "freelancer"))

    rows = list(csv.reader(io.StringIO(as_csv(lines, heading=True).decode())))

    assert tuple(rows[0]) == COLUMNS
    found = dict(zip(COLUMNS, rows[1], strict=True))
    assert (found["amount"], found["currency"], found["title"]) == ("1.00", "USD", "'=Read receipts")
    assert found["other party"] == str(trading.requester.id)


# --- the proof ----------------------------------------------------------------------------------------------------


async def test_books_that_are_right_are_proved(trading: Trading) -> None:
    await worked(trading)

    async with trading.market.context_for("auditor") as context:
        report = await ledger.check(context)
    with pytest.raises(Forbidden):
        async with trading.requester.context_for("auditor") as context:
            await ledger.check(context)

    assert report.holds
    assert (report.transfers, report.entries) == (4, 9)
    assert [(one["purpose"], one["minor"]) for one in report.totals] == [
        ("available", 780), ("earned", 100), ("fees", 10), ("held", 110), ("outside", -1000)
    ]  # fmt: skip


# What a superuser could do, or a bug of ours: none of it goes unnoticed.
SPOILT = {
    "transfers_balance": "update entries set amount_minor = 9 where organization_id = $1 and purpose = 'fees'",
    "accounts_follow": "update accounts set balance_minor = 5 where organization_id = $1 and purpose = 'fees'",
    "accounts_covered": """
        alter table accounts drop constraint accounts_covered;
        update accounts set balance_minor = -5 where organization_id = $1 and purpose = 'fees'""",
    "money_is_conserved": "delete from accounts where organization_id = $1 and purpose = 'earned'",
    "holds_are_promises": "update postings set max_engagements = 4 where organization_id = $1",
    "paid_once": """
        drop index transfers_paid_once;
        insert into transfers (organization_id, id, key, kind, mode, currency, requester_id, engagement_id, made_at)
        select $1, gen_random_uuid(), 'again', kind, mode, currency, requester_id, engagement_id, made_at
        from transfers where organization_id = $1 and kind = 'pay'""",
    "paid_as_approved": """
        update engagements set state = 'submitted', decided_at = null, decided_kind = null
        where organization_id = $1 and state = 'approved'""",
    "bonuses_paid": """
        insert into bonuses (organization_id, id, mode, requester_id, freelancer_id, posting_id, engagement_id,
            amount_minor, fee_minor, currency, reason, paid_at)
        select $1, id, mode, requester_id, freelancer_id, posting_id, id, 5, 0, 'USD', '', now()
        from engagements where organization_id = $1 limit 1""",
    "payouts_paid": """
        insert into payouts (organization_id, id, mode, freelancer_id, amount_minor, currency, destination, asked_at)
        select $1, id, mode, freelancer_id, 5, 'USD', 'x', now() from engagements where organization_id = $1 limit 1""",
}


@pytest.mark.parametrize("rule", SPOILT)
async def test_what_is_not_right_is_found(trading: Trading, database_url: str, rule: str) -> None:
    """In a transaction that is rolled back, past triggers and constraints."""
    await worked(trading)
    superuser = await asyncpg.connect(database_url)
    await superuser.execute("begin; set local session_replication_role = replica")
    books = Tenant(superuser, trading.market.id)
    before = await ledger_check.check(books)

    for statement in SPOILT[rule].split(";"):
        if "$1" in statement:
            await superuser.execute(statement, trading.market.id)
        else:
            await superuser.execute(statement)
    after = await ledger_check.check(books)
    await superuser.close()

    assert before.holds
    (found,) = (finding for finding in after.findings if finding.rule == rule)
    assert found.broken >= 1
    assert found.examples
    assert not after.holds


def test_every_rule_was_broken_once() -> None:
    assert SPOILT.keys() == RULES.keys()


async def test_money_held_for_no_posting_is_found(trading: Trading) -> None:
    await trading.fund(100)
    nowhere = uuid4()
    await trading.post(rules.hold(trading.requester.id, nowhere, 100, "hold"))

    async with trading.market.context_for("auditor") as context:
        found = {finding.rule: finding for finding in (await ledger.check(context)).findings if finding.broken}

    assert found.keys() == {"holds_are_promises"}
    (example,) = found["holds_are_promises"].examples
    assert (example["posting_id"], example["held_minor"], example["promised_minor"]) == (str(nowhere), 100, 0)
