"""Any history of a market keeps its books: publishing, working, deciding, appeals, bonuses, payouts, time that passes,
repeated requests, and servers that die between any two statements.

Through the services, on the real database. After every step everything is added up (``services.ledger.check``, whose
rules ``test_ledger`` breaks one by one) and compared with what this machine counted itself. ``ASSAY_HISTORIES`` is how
many histories are played; a few by default, and thousands when it matters.
"""

from __future__ import annotations

import asyncio
import os
import secrets
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any, TypeVar
from uuid import UUID

import hypothesis
import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from assay.core.errors import Conflict, Forbidden, Invalid, NotFound, Unavailable
from assay.core.ledger import TRANSFER_KINDS, Mode
from assay.core.payouts import Outcome
from assay.core.postings import Engagement, Posting
from assay.faces.http import House
from assay.faces.jobs.payouts import hand_over_payouts
from assay.faces.jobs.workshop import Workshop
from assay.services import bonuses, engagements, ledger, pay_floor, payouts, postings
from assay.store.postings import Offer
from fragile import FragileDatabase
from harness import Clock, Organization, Person
from market import Market, new_market

Done = TypeVar("Done")
Doing = Callable[[], Awaitable[Any]]

HISTORIES = int(os.environ.get("ASSAY_HISTORIES", "8"))
STEPS = 30
# Most steps go well; the others are cut at one of their first statements, or at one of their last.
CUTS = st.one_of(st.none(), st.none(), st.integers(0, 12), st.integers(0, 60))
PICKS = st.integers(0, 1000)
# What a rule forbids; anything else that is raised is a bug.
REFUSED = (Conflict, Forbidden, Invalid, NotFound)


class Histories(RuleBasedStateMachine):
    """One market with two requesters who have little money, and three freelancers."""

    loop: asyncio.AbstractEventLoop
    database: FragileDatabase
    house: House
    counted: dict[str, int]
    kinds: dict[str, int]

    def __init__(self) -> None:
        super().__init__()
        clock = Clock()
        # Ids of their own for each history, as all are in one database.
        self.home = replace(self.house, database=self.database, clock=clock, random_bytes=secrets.token_bytes)
        self.shop = Workshop(self.home, None, None, None)  # type: ignore[arg-type]
        self.clock = clock
        self.market: Market = self.run(new_market(self.database, None, self.home, ("One", "Two"), minor=0))  # type: ignore[arg-type]
        self.people: list[Person] = [self.run(self.market.freelancer()) for _ in range(3)]
        one, two = self.market.requesters
        terms: list[tuple[Organization, int, Mode]] = [
            (one, 100, "live"),
            (one, 7, "live"),
            (two, 60, "live"),
            (two, 50, "test"),
            (two, 0, "live"),
        ]
        self.offers: list[Offer] = [
            self.run(self.market.offer(requester, reward_minor=reward, mode=mode, auto_approval_seconds=86_400))
            for requester, reward, mode in terms
        ]
        self.posted: list[Posting] = []
        self.turns: list[tuple[Engagement, Person]] = []
        self.came_in: dict[str, int] = {}
        self.went_back: dict[str, int] = {}
        self.asked: list[payouts.Payout] = []
        self.paid_out: dict[UUID, int] = {}
        self.last: tuple[Doing, Callable[[Any], None]] | None = None
        # Each begins in the middle of things, with money, work that can be taken, and some that was handed in.
        for requester in (0, 1):
            self.fund(requester, 900, None)
        for offer in (0, 2, 3):
            self.publish(offer, 3, None)
            self.accept(len(self.posted) - 1, offer, None)
            self.end_turn(len(self.turns) - 1, True, None)

    def run(self, work: Awaitable[Done]) -> Done:
        return self.loop.run_until_complete(work)

    def do(self, work: Doing, cut: int | None, then: Callable[[Any], None] = lambda _: None) -> None:
        """One request, which may be cut off; what came of it is noted only where it was acknowledged."""
        self.last = work, then
        self.database.crash_after = cut
        try:
            done = self.run(work())
        except Unavailable:
            self.counted["cut"] += 1
        except REFUSED:
            self.counted["refused"] += 1
        else:
            self.counted["done"] += 1
            then(done)
        finally:
            self.database.crash_after = None

    # --- money in and out -----------------------------------------------------------------------------------------

    @rule(requester=st.integers(0, 1), minor=st.integers(1, 500), cut=CUTS)
    def fund(self, requester: int, minor: int, cut: int | None) -> None:
        reference = f"wire {len(self.came_in)}"

        async def work() -> None:
            async with self.market.organization.context_for("manager") as context:
                await ledger.fund(context, self.market.requesters[requester].id, minor, reference)

        self.do(work, cut, lambda _: self.came_in.__setitem__(reference, minor))

    @rule(requester=st.integers(0, 1), minor=st.integers(1, 500), cut=CUTS)
    def give_back(self, requester: int, minor: int, cut: int | None) -> None:
        reference = f"back {len(self.went_back)}"

        async def work() -> None:
            async with self.market.organization.context_for("manager") as context:
                await ledger.give_back(context, self.market.requesters[requester].id, minor, reference)

        self.do(work, cut, lambda _: self.went_back.__setitem__(reference, minor))

    @rule(
        person=PICKS, minor=st.one_of(st.none(), st.integers(1, 120)), mode=st.sampled_from(["live", "test"]), cut=CUTS
    )
    def ask_for_payout(self, person: int, minor: int | None, mode: Any, cut: int | None) -> None:
        async def work() -> payouts.Payout:
            async with self.market.organization.context_for(self.one(self.people, person)) as context:
                return await payouts.ask(context, "slow" if (minor or 0) % 2 else "mine", minor, mode=mode)

        self.do(work, cut, self.asked.append)

    @precondition(lambda self: self.asked)
    @rule(which=PICKS, state=st.sampled_from(["sent", "paid", "failed"]), cut=CUTS)
    def tell_of_payout(self, which: int, state: Any, cut: int | None) -> None:
        payout = self.one(self.asked, which)

        async def work() -> payouts.Payout:
            async with self.market.organization.context_for("manager") as context:
                outcome = Outcome(state, None, "It came back." if state == "failed" else None)
                return await payouts.tell(context, payout.id, outcome)

        def then(told: payouts.Payout) -> None:
            if told.state == "paid" and told.mode == "live":
                self.paid_out[told.id] = told.amount_minor

        self.do(work, cut, then)

    @rule(cut=CUTS)
    def hand_over(self, cut: int | None) -> None:
        self.do(lambda: hand_over_payouts(self.shop, self.market.organization.id), cut)

    # --- requesters -----------------------------------------------------------------------------------------------

    @rule(offer=PICKS, most=st.integers(1, 3), cut=CUTS)
    def publish(self, offer: int, most: int, cut: int | None) -> None:
        self.do(lambda: self.market.post(self.one(self.offers, offer), most), cut, self.posted.append)

    @precondition(lambda self: self.posted)
    @rule(which=PICKS, what=st.sampled_from(["extend", "end", "reopen", "look", "dispose", "move"]), to=PICKS, cut=CUTS)
    def change_posting(self, which: int, what: str, to: int, cut: int | None) -> None:
        posting = self.one(self.posted, which)

        async def work() -> None:
            requester = self.market._of(posting.requester_id)
            async with self.market.office(requester, posting.mode) as context:
                match what:
                    case "extend":
                        await postings.extend(context, posting.id, 1)
                    case "end":
                        await postings.end_at(context, posting.id, context.now)
                    case "reopen":
                        await postings.end_at(context, posting.id, context.now + timedelta(days=2))
                    case "look":
                        await postings.set_reviewing(context, posting.id, True)
                    case "dispose":
                        await postings.dispose(context, posting.id)
                    case "move":
                        await postings.move(context, posting.id, self.one(self.offers, to).id)

        self.do(work, cut)

    @precondition(lambda self: self.turns)
    @rule(which=PICKS, what=st.sampled_from(["approve", "reject", "override"]), cut=CUTS)
    def decide(self, which: int, what: str, cut: int | None) -> None:
        """``override`` is how an appeal that succeeds ends."""
        engagement, _ = self.one(self.turns, which)

        async def work() -> None:
            async with self.market.office(self.market._of(engagement.requester_id), engagement.mode) as context:
                if what == "reject":
                    await engagements.reject(context, engagement.id, feedback="Not this.")
                else:
                    await engagements.approve(context, engagement.id, override=what == "override")

        self.do(work, cut)

    @precondition(lambda self: self.turns)
    @rule(which=PICKS, minor=st.integers(1, 80), token=st.one_of(st.none(), st.sampled_from(["a", "b", "c"])), cut=CUTS)
    def give_bonus(self, which: int, minor: int, token: str | None, cut: int | None) -> None:
        engagement, _ = self.one(self.turns, which)

        async def work() -> None:
            async with self.market.office(self.market._of(engagement.requester_id), engagement.mode) as context:
                await bonuses.send(context, engagement.id, minor, "Well done", token=token)

        self.do(work, cut)

    @rule(offer=PICKS, cut=CUTS)
    def top_up(self, offer: int, cut: int | None) -> None:
        wanted = self.one(self.offers, offer)

        async def work() -> None:
            async with self.market.office(self.market._of(wanted.requester_id), wanted.mode) as context:
                await pay_floor.top_up(context, wanted.id, mode=wanted.mode)

        self.do(work, cut)

    # --- freelancers ----------------------------------------------------------------------------------------------

    @precondition(lambda self: self.posted)
    @rule(which=PICKS, person=PICKS, cut=CUTS)
    def accept(self, which: int, person: int, cut: int | None) -> None:
        posting, who = self.one(self.posted, which), self.one(self.people, person)
        self.do(lambda: self.market.accept(who, posting), cut, lambda turn: self.turns.append((turn, who)))

    @precondition(lambda self: self.turns)
    @rule(which=PICKS, hands_in=st.sampled_from([True, True, False]), cut=CUTS)
    def end_turn(self, which: int, hands_in: bool, cut: int | None) -> None:
        engagement, who = self.one(self.turns, which)

        async def work() -> None:
            if hands_in:
                await self.market.submit(who, engagement, colour="blue")
            else:
                await self.market.give_back(who, engagement)

        self.do(work, cut)

    # --- by itself ------------------------------------------------------------------------------------------------

    @rule(seconds=st.sampled_from([30, 1800, 4000, 90_000, 700_000]), cut=CUTS)
    def time_passes(self, seconds: int, cut: int | None) -> None:
        """Turns run out, work is approved, postings end."""
        self.do(lambda: self.market.tick(seconds), cut)

    @rule(fee=st.sampled_from([0, 2000]), floor=st.sampled_from([None, 1, 36_000]))
    def market_changes(self, fee: int, floor: int | None) -> None:
        self.run(self.market.settings(fee_basis_points=fee, pay_floor_minor=floor))

    @precondition(lambda self: self.last is not None)
    @rule()
    def ask_again(self) -> None:
        """Whoever got no answer repeats the request; so do some who did."""
        assert self.last is not None
        self.counted["repeated"] += 1
        self.do(self.last[0], None, self.last[1])

    # --- what must hold -------------------------------------------------------------------------------------------

    @invariant()
    def the_books_are_right(self) -> None:
        report = self.run(self.check())
        broken = [finding for finding in report.findings if finding.broken]
        assert broken == []
        outside = sum(int(str(t["minor"])) for t in report.totals if (t["mode"], t["purpose"]) == ("live", "outside"))
        assert -outside == sum(self.came_in.values()) - sum(self.went_back.values()) - sum(self.paid_out.values())
        self.counted["checked"] += 1

    def teardown(self) -> None:
        for kind, times in self.run(self.booked()).items():
            self.kinds[kind] = self.kinds.get(kind, 0) + times

    async def booked(self) -> dict[str, int]:
        async with self.market.books() as (_, room):
            rows = await room.fetch("select kind, count(*) from transfers where organization_id = $1 group by kind")
        return {row["kind"]: row["count"] for row in rows}

    async def check(self) -> Any:
        async with self.market.organization.context_for("auditor") as context:
            return await ledger.check(context)

    @staticmethod
    def one(things: Sequence[Done], pick: int) -> Done:
        return things[pick % len(things)]


def test_any_history_keeps_the_books(database_url: str, house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    loop = asyncio.new_event_loop()
    database = FragileDatabase(database_url, size=2)
    loop.run_until_complete(database.open())
    counted = dict.fromkeys(("done", "refused", "cut", "repeated", "checked"), 0)
    monkeypatch.setattr(Histories, "loop", loop, raising=False)
    monkeypatch.setattr(Histories, "database", database, raising=False)
    monkeypatch.setattr(Histories, "house", house, raising=False)
    kinds: dict[str, int] = {}
    monkeypatch.setattr(Histories, "counted", counted, raising=False)
    monkeypatch.setattr(Histories, "kinds", kinds, raising=False)
    settings = hypothesis.settings(
        max_examples=HISTORIES,
        stateful_step_count=STEPS,
        deadline=None,
        derandomize="ASSAY_HISTORIES" not in os.environ,
        suppress_health_check=list(hypothesis.HealthCheck),
        database=None,
        report_multiple_bugs=False,
    )
    try:
        run_state_machine_as_test(Histories, settings=settings)
    finally:
        loop.run_until_complete(database.close())
        loop.close()

    print(counted, kinds)
    # Histories in which nothing happens prove nothing.
    assert counted["done"] > HISTORIES * 4
    assert counted["refused"] > 0
    assert database.crashes > 0
    assert counted["cut"] > 0
    assert {"fund", "hold", "pay"} <= kinds.keys()
    if HISTORIES >= 300:
        assert kinds.keys() == set(TRANSFER_KINDS) - {"reversal"}
