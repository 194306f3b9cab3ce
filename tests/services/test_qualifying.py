"""Freelancers come by qualifications: asking, tests and their time, retries."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta

import msgspec
import pytest
from litestar import Litestar

from assay.core.errors import Conflict, Invalid
from assay.core.freelancers import NotJoined, ProfileChange
from assay.core.postings import MissingThing, WrongState
from assay.core.qualification_types import (
    AskedAlready,
    HeldAlready,
    RetryNotAllowed,
    RetryTooEarly,
    TimeIsUp,
    TypeChange,
)
from assay.core.questionnaire import Questionnaire
from assay.faces.http import House
from assay.services import freelancers, qualifications, qualifying
from assay.store.connection import Database
from harness import Person, new_organization
from qualified import FORM, KEY, made, worker
from trading import Trading, joined, new_trading


@pytest.fixture
async def trading(database: Database, app: Litestar, house: House) -> AsyncIterator[Trading]:
    made = await new_trading(database, app, house)
    yield made
    await made.market.close()
    await made.requester.close()


@pytest.fixture
async def ann(trading: Trading) -> Person:
    """A freelancer of the market."""
    person = await trading.freelancer()
    async with trading.market.context_for(person) as context:
        await freelancers.join(context, ProfileChange(country="us", subdivision="ca"))
    return person


async def test_what_is_asked_for_is_granted_by_its_requester(trading: Trading, ann: Person) -> None:
    birds = await made(trading)
    async with trading.market.context_for(ann) as context:
        asked = await qualifying.ask(context, birds.id, mode="live")
        with pytest.raises(AskedAlready):
            await qualifying.ask(context, birds.id, mode="live")

    async with trading.requester.context_for("manager") as context:
        waiting = await qualifications.requests(context, mode="live", limit=10)
        granted = await qualifications.accept_request(context, asked.id, 7, mode="live")
        with pytest.raises(WrongState) as twice:
            await qualifications.accept_request(context, asked.id, mode="live")

    assert [one.id for one in waiting] == [asked.id]
    assert (granted.freelancer_id, granted.value) == (worker(ann), 7)
    assert twice.value.state == "granted"
    async with trading.market.context_for(ann) as context:
        with pytest.raises(HeldAlready):
            await qualifying.ask(context, birds.id, mode="live")
        (mine,) = await qualifying.mine(context, mode="live")
        assert mine.grant is not None
        assert mine.grant.value == 7


async def test_without_a_retry_delay_one_asks_once(trading: Trading, ann: Person) -> None:
    birds = await made(trading)
    async with trading.market.context_for(ann) as context:
        asked = await qualifying.ask(context, birds.id, mode="live")
    async with trading.requester.context_for("manager") as context:
        await qualifications.reject_request(context, asked.id, "Not yet.", mode="live")

    async with trading.market.context_for(ann) as context:
        with pytest.raises(RetryNotAllowed):
            await qualifying.ask(context, birds.id, mode="live")
        (told,) = await qualifying.my_requests(context, mode="live", limit=10)
        (shown,) = await qualifying.offered(context, mode="live", limit=10)
    assert (told.state, told.reason, shown.shown.way) == ("rejected", "Not yet.", "none")


async def test_a_retry_waits_for_its_delay(trading: Trading, ann: Person) -> None:
    birds = await made(trading, test=FORM, test_seconds=60, key=KEY, retry_seconds=3600)
    clock = trading.market.clock
    async with trading.market.context_for(ann) as context:
        begun = await qualifying.begin_test(context, birds.id, mode="live")
        first = await qualifying.submit_test(context, begun.id, {"bird": "owl"})
        assert (first.state, first.value) == ("granted", 0)

    clock.advance(3599)
    async with trading.market.context_for(ann) as context:
        with pytest.raises(RetryTooEarly) as early:
            await qualifying.begin_test(context, birds.id, mode="live")
        assert early.value.again_at == clock() + timedelta(seconds=1)
    clock.advance(1)
    async with trading.market.context_for(ann) as context:
        begun = await qualifying.begin_test(context, birds.id, mode="live")
        second = await qualifying.submit_test(context, begun.id, {"bird": "duck"})
    assert (second.state, second.value) == ("granted", 100)
    async with trading.requester.context_for("manager") as context:
        assert (await qualifications.held(context, birds.id, worker(ann), mode="live")).value == 100


async def test_what_is_granted_to_whoever_asks_is_granted_at_once(trading: Trading, ann: Person) -> None:
    birds = await made(trading, auto_granted=True, auto_value=5)

    async with trading.market.context_for(ann) as context:
        asked = await qualifying.ask(context, birds.id, mode="live")

    assert (asked.state, asked.value) == ("granted", 5)
    async with trading.requester.context_for("manager") as context:
        (held,) = await qualifications.holders(context, birds.id, mode="live", limit=10)
    assert (held.freelancer_id, held.value) == (worker(ann), 5)


async def test_a_test_is_over_when_its_time_is_up(trading: Trading, ann: Person) -> None:
    birds = await made(trading, test=FORM, test_seconds=60, key=KEY, retry_seconds=0)
    clock = trading.market.clock
    async with trading.market.context_for(ann) as context:
        begun = await qualifying.begin_test(context, birds.id, mode="live")
        assert (await qualifying.begin_test(context, birds.id, mode="live")).id == begun.id
    clock.advance(91)
    async with trading.market.context_for(ann) as context:
        with pytest.raises(TimeIsUp):
            await qualifying.submit_test(context, begun.id, {"bird": "duck"})
        again = await qualifying.begin_test(context, birds.id, mode="live")

    assert again.id != begun.id
    async with trading.market.context_for(ann) as context:
        told = await qualifying.my_requests(context, mode="live", limit=10)
    assert [(one.id, one.state) for one in told] == [(again.id, "taking"), (begun.id, "lapsed")]


async def test_a_test_is_answered_as_it_was_begun(trading: Trading, ann: Person) -> None:
    birds = await made(trading, test=FORM, test_seconds=60, key=KEY)
    async with trading.market.context_for(ann) as context:
        begun = await qualifying.begin_test(context, birds.id, mode="live")
    other = msgspec.convert(msgspec.to_builtins(FORM) | {}, Questionnaire)
    async with trading.requester.context_for("manager") as context:
        await qualifications.update_type(context, birds.id, TypeChange(test=other, state="inactive"), mode="live")

    async with trading.market.context_for(ann) as context:
        with pytest.raises(Invalid, match="bird"):
            await qualifying.submit_test(context, begun.id, {})
        done = await qualifying.submit_test(context, begun.id, {"bird": ["duck"]})
        assert await qualifying.submit_test(context, begun.id, {"bird": "duck"}) == done
    assert (done.state, done.value) == ("granted", 100)


async def test_no_answer_is_worth_more_by_being_somebody_elses(trading: Trading, ann: Person) -> None:
    birds = await made(trading, test=FORM, test_seconds=60, key=KEY)
    bob = await trading.freelancer()
    async with trading.market.context_for(ann) as context:
        begun = await qualifying.begin_test(context, birds.id, mode="live")

    async with trading.market.context_for(bob) as context:
        with pytest.raises(MissingThing):
            await qualifying.submit_test(context, begun.id, {"bird": "duck"})
        with pytest.raises(NotJoined):
            await qualifying.begin_test(context, birds.id, mode="live")


async def test_freelancers_and_other_requesters_see_no_key(
    trading: Trading, ann: Person, database: Database, app: Litestar, house: House
) -> None:
    birds = await made(trading, test=FORM, test_seconds=60, key=KEY)
    rival = await new_organization(database, app, house, "Rival")
    await joined(rival, trading.market)

    async with trading.market.context_for(ann) as context:
        (seen,) = await qualifying.offered(context, mode="live", limit=10)
        assert (seen.type.terms.key, seen.type.terms.test, seen.shown.way) == (None, FORM, "test")
    async with rival.context_for("manager") as context:
        (found,) = await qualifications.types(context, mode="live", limit=10)
        assert found.terms.key is None
        for refused in (
            qualifications.update_type(context, birds.id, TypeChange(description="Mine"), mode="live"),
            qualifications.dispose_type(context, birds.id, mode="live"),
            qualifications.grant(context, birds.id, worker(ann), mode="live"),
            qualifications.holders(context, birds.id, mode="live", limit=10),
        ):
            with pytest.raises(MissingThing):
                await refused
    await rival.close()


async def test_what_has_a_test_is_not_had_for_the_asking(trading: Trading, ann: Person) -> None:
    birds = await made(trading, test=FORM, test_seconds=60)
    cars = await made(trading, name="Cars", state="inactive")

    async with trading.market.context_for(ann) as context:
        with pytest.raises(Conflict, match="begin the test"):
            await qualifying.ask(context, birds.id, mode="live")
        with pytest.raises(WrongState) as inactive:
            await qualifying.ask(context, cars.id, mode="live")
    assert inactive.value.state == "inactive"
