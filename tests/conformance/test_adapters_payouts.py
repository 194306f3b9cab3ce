"""One suite that everybody who pays out passes."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

import pytest

from assay.adapters.payouts import ManualPayouts, PlayPayouts, providers
from assay.core.errors import Invalid
from assay.core.payouts import Payout, advances, check_outcome
from assay.core.ports import Payouts

ORDER = Payout(
    id=UUID("0193f1c2-0000-7000-8000-000000000001"),
    mode="live",
    freelancer_id=UUID("0193f1c2-0000-7000-8000-000000000002"),
    amount_minor=1250,
    currency="USD",
    state="asked",
    destination="Ada Lovelace, CH93 0076 2011 6238 5295 7",
    provider=None,
    reference=None,
    failure=None,
    asked_at=datetime(2026, 3, 2, tzinfo=UTC),
    sent_at=None,
    ended_at=None,
)


@pytest.fixture(params=[ManualPayouts, PlayPayouts], ids=lambda provider: provider.name)
def provider(request: pytest.FixtureRequest) -> Payouts:
    made: Payouts = request.param()
    return made


async def test_a_payout_is_sent_and_has_a_name_of_its_own(provider: Payouts) -> None:
    outcome = await provider.send(ORDER)
    other = await provider.send(replace(ORDER, id=UUID(int=ORDER.id.int + 1)))

    assert advances("asked", outcome.state)
    assert outcome.reference
    assert outcome.reference != other.reference
    check_outcome(outcome)


@pytest.mark.parametrize("destination", ["CH93 0076", "slow", "fail"])
async def test_asking_again_is_the_same_payment(provider: Payouts, destination: str) -> None:
    """Also in another process: a crash between sending and writing it down must not pay twice."""
    order = replace(ORDER, destination=destination)
    sent = [await provider.send(order), await provider.send(order), await type(provider)().send(order)]

    assert len(set(sent)) == 1
    assert (await provider.look(order)).reference == sent[0].reference


@pytest.mark.parametrize("destination", ["CH93 0076", "slow", "fail"])
async def test_what_is_told_later_goes_on_from_what_was_told_first(provider: Payouts, destination: str) -> None:
    order = replace(ORDER, destination=destination)
    first = await provider.send(order)

    later = [await provider.look(order), await provider.look(order)]

    for outcome in later:
        advances(first.state, outcome.state)  # no Conflict
        check_outcome(outcome)
    assert later[0] == later[1]
    if not provider.tells:
        assert later[0] == first


@pytest.mark.parametrize("destination", ["", "   ", "-", "?!"])
def test_a_destination_that_is_none_is_refused(provider: Payouts, destination: str) -> None:
    provider.check("Ada Lovelace, CH93 0076 2011 6238 5295 7")
    with pytest.raises(Invalid) as refused:
        provider.check(destination)
    assert [problem.field for problem in refused.value.problems] == ["destination"]


async def test_play_money_shows_every_way_that_a_payout_can_go() -> None:
    play = PlayPayouts()

    async def states(destination: str) -> tuple[str, str]:
        order = replace(ORDER, destination=destination)
        return (await play.send(order)).state, (await play.look(order)).state

    assert await states("my account") == ("paid", "paid")
    assert await states(" Slow ") == ("sent", "paid")
    assert await states("fail") == ("failed", "failed")


def test_play_money_and_real_money_are_paid_by_different_ones() -> None:
    assert {mode: provider.name for mode, provider in providers().items()} == {"live": "manual", "test": "play"}
