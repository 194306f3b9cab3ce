"""Qualification types, tests, requests and grants, from both sides of a market."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import pytest
from litestar import Litestar

from assay.core.errors import Invalid
from assay.core.freelancers import ProfileChange
from assay.core.postings import MissingThing, WrongState
from assay.core.qualification_types import (
    NameTaken,
    TypeChange,
)
from assay.core.qualifications import ADULT, APPROVED, APPROVED_PERCENT, LOCALE, Held, Locale
from assay.core.questionnaire import AnswerKey
from assay.core.reputation import Dealing
from assay.faces.http import House
from assay.services import freelancers, qualifications, qualifying
from assay.store import freelancers as people
from assay.store import qualifications as store
from assay.store.connection import Database
from harness import Person
from qualified import FORM, KEY, made, worker
from trading import Trading, new_trading


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


# --- types ----------------------------------------------------------------------------------------------------------


async def test_a_type_is_found_by_words_of_its_name_in_any_case(trading: Trading) -> None:
    birds = await made(trading, keywords="wings, FEATHERS", retry_seconds=60)
    await made(trading, name="Cars", state="inactive", description="100%_sure")

    async with trading.requester.context_for("manager") as context:

        async def found(query: str = "", **wanted: Any) -> list[str]:
            page = await qualifications.types(context, mode="live", query=query, limit=10, **wanted)
            return [one.terms.name for one in page]

        assert await found() == ["Cars", "Birds"]
        assert await found("BIR") == ["Birds"]
        assert await found("feathers knows") == ["Birds"]
        assert await found("feathers cars") == []
        assert await found("%_s") == ["Cars"]
        assert await found(requestable=True) == ["Birds"]
        assert await qualifications.get_type(context, birds.id, mode="live") == birds


async def test_a_name_is_taken_until_its_type_is_disposed_of(trading: Trading, ann: Person) -> None:
    birds = await made(trading)
    async with trading.market.context_for(ann) as context:
        asked = await qualifying.ask(context, birds.id, mode="live")

    with pytest.raises(NameTaken) as taken:
        await made(trading)
    async with trading.requester.context_for("manager") as context:
        await qualifications.dispose_type(context, birds.id, mode="live")
    again = await made(trading)

    assert taken.value.name == "Birds"
    assert again.id != birds.id
    async with trading.requester.context_for("manager") as context:
        with pytest.raises(WrongState) as gone:
            await qualifications.dispose_type(context, birds.id, mode="live")
        with pytest.raises(MissingThing):
            await qualifications.get_type(context, birds.id, mode="live")
    assert (gone.value.what, gone.value.state, gone.value.allowed) == (
        "qualification type",
        "disposed",
        ("active", "inactive"),
    )
    async with trading.market.context_for(ann) as context:
        (told,) = await qualifying.my_requests(context, mode="live", limit=10)
    assert (told.id, told.state, told.reason) == (asked.id, "rejected", "This qualification type was disposed of.")


async def test_live_and_test_are_two_worlds(trading: Trading) -> None:
    birds = await made(trading)

    async with trading.requester.context_for("manager") as context:
        with pytest.raises(MissingThing):
            await qualifications.get_type(context, birds.id, mode="test")
        assert await qualifications.types(context, mode="test", limit=10) == []
        await qualifications.create_type(context, birds.terms, mode="test")


@pytest.mark.parametrize(
    ("terms", "field"),
    [
        ({"test": FORM}, "test_seconds"),
        ({"test_seconds": 60}, "test_seconds"),
        ({"key": KEY}, "key"),
        ({"test": FORM, "test_seconds": 60, "auto_granted": True}, "auto_granted"),
        ({"description": "x" * 2001}, "description"),
        ({"name": " "}, "name"),
        ({"retry_seconds": -1}, "retry_seconds"),
        ({"test": FORM, "test_seconds": 60, "key": AnswerKey([])}, None),
    ],
    ids=["time", "no-test", "key", "auto", "long", "name", "retry", "empty-key"],
)
async def test_terms_that_contradict_themselves_are_refused(
    trading: Trading, terms: dict[str, Any], field: str | None
) -> None:
    if field is None:
        await made(trading, **terms)
        return
    with pytest.raises(Invalid) as refused:
        await made(trading, **terms)
    assert [problem.field for problem in refused.value.problems] == [field]


async def test_a_new_test_without_a_key_is_graded_by_hand(trading: Trading, ann: Person) -> None:
    birds = await made(trading, test=FORM, test_seconds=60, key=KEY)

    async with trading.requester.context_for("manager") as context:
        after = await qualifications.update_type(context, birds.id, TypeChange(test=FORM), mode="live")
        with pytest.raises(Invalid):
            await qualifications.update_type(context, birds.id, TypeChange(auto_granted=True), mode="live")

    assert after.terms.key is None
    async with trading.market.context_for(ann) as context:
        begun = await qualifying.begin_test(context, birds.id, mode="live")
        assert (await qualifying.submit_test(context, begun.id, {"bird": "duck"})).state == "pending"


# --- granting -------------------------------------------------------------------------------------------------------


async def test_a_grant_overwrites_and_leaves_an_open_request_open(trading: Trading, ann: Person) -> None:
    birds = await made(trading)
    async with trading.market.context_for(ann) as context:
        await qualifying.ask(context, birds.id, mode="live")

    async with trading.requester.context_for("manager") as context:
        for value in (3, 9):
            await qualifications.grant(context, birds.id, worker(ann), value, mode="live")
        assert (await qualifications.held(context, birds.id, worker(ann), mode="live")).value == 9
        assert len(await qualifications.requests(context, mode="live", limit=10)) == 1
        with pytest.raises(MissingThing) as nobody:
            await qualifications.grant(context, birds.id, UUID(int=1), mode="live")
    assert nobody.value.what == "freelancer"


async def test_what_is_taken_away_is_told_apart_from_what_never_was(trading: Trading, ann: Person) -> None:
    birds = await made(trading)

    async with trading.requester.context_for("manager") as context:
        with pytest.raises(MissingThing) as never:
            await qualifications.held(context, birds.id, worker(ann), mode="live")
        await qualifications.grant(context, birds.id, worker(ann), mode="live")
        await qualifications.revoke(context, birds.id, worker(ann), "Too slow.", mode="live")
        with pytest.raises(WrongState) as gone:
            await qualifications.held(context, birds.id, worker(ann), mode="live")
        with pytest.raises(WrongState):
            await qualifications.revoke(context, birds.id, worker(ann), mode="live")
        assert await qualifications.holders(context, birds.id, mode="live", limit=10) == []
        (former,) = await qualifications.holders(context, birds.id, mode="live", holding=False, limit=10)

    assert never.value.what == "qualification"
    assert (gone.value.state, gone.value.allowed) == ("revoked", ("granted",))
    assert (former.freelancer_id, former.reason) == (worker(ann), "Too slow.")


async def test_a_grant_runs_out(trading: Trading, ann: Person) -> None:
    birds = await made(trading, valid_seconds=3600)
    async with trading.requester.context_for("manager") as context:
        await qualifications.grant(context, birds.id, worker(ann), mode="live")

    async def standing() -> Held:
        async with trading.market.context_for(ann) as context, context.market() as room:
            found = await store.standing_of(room, worker(ann), "live", [birds.id], context.now)
            return found[birds.id]

    assert (await standing()).granted
    trading.market.clock.advance(3600)
    assert not (await standing()).granted
    async with trading.requester.context_for("manager") as context:
        with pytest.raises(WrongState):
            await qualifications.held(context, birds.id, worker(ann), mode="live")


async def test_standing_is_the_profile_the_work_and_what_is_held(trading: Trading, ann: Person) -> None:
    await trading.fund(1000)
    offer = await trading.offer(1)
    states = ["approved"] * 3 + ["rejected"] * 5 + ["submitted", "returned"]
    work = [await trading.engagement(await trading.posting(offer, 1, 1), ann, state) for state in states]
    async with trading.books() as (context, room):
        # One rejection is under appeal; another was reversed.
        await room.execute("update engagements set counted = false where organization_id = $1 and id = $2", work[3])
        await room.execute("update engagements set state = 'approved' where organization_id = $1 and id = $2", work[4])

    async with trading.books() as (context, room):
        found = await store.standing_of(room, worker(ann), "live", [], context.now)
        (dealing,) = await people.dealings_of(room, worker(ann), "live")
        other_world = await people.dealings_of(room, worker(ann), "test")
        with pytest.raises(MissingThing):
            await store.standing_of(room, UUID(int=1), "live", [], context.now)

    assert found == {
        APPROVED: Held(4),
        APPROVED_PERCENT: Held(100),
        ADULT: Held(0),
        LOCALE: Held(locale=Locale("US", "CA")),
    }
    assert dealing == Dealing(trading.requester.id, submitted=9, approved=4, rejected=3, contested=1, reversed=1)
    assert other_world == []
