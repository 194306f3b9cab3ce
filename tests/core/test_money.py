"""Amounts, fees, promises and the pay floor. Numbers are worked out by hand."""

from __future__ import annotations

from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.core import ledger
from assay.core.errors import Invalid
from assay.core.ledger import fee_of, promised
from assay.core.market_settings import MarketSettings, check
from assay.core.money import MINOR_MAX, Money, check_currency, parse, show
from assay.core.pay_floor import Pace, check_reward, least_reward


@pytest.mark.parametrize(
    ("text", "currency", "minor"),
    [
        ("0.05", "USD", 5),
        ("12", "USD", 1200),
        (" 1.50 ", "EUR", 150),
        (".05", "USD", 5),
        ("5.", "USD", 500),
        ("0.0500", "USD", 5),
        ("500", "JPY", 500),
        ("1.234", "KWD", 1234),
        ("0", "USD", 0),
    ],
)
def test_an_amount_reads_in_minor_units(text: str, currency: str, minor: int) -> None:
    assert parse(text, currency) == Money(minor, currency)


@pytest.mark.parametrize(
    "text", ["", "abc", "-1", "+1", "1e3", "0.055", "1,5", "$5", "NaN", "1.2.3", "٣", "9" * 17, "."]
)
def test_what_is_no_amount_is_refused(text: str) -> None:
    with pytest.raises(Invalid):
        parse(text, "USD")
    with pytest.raises(Invalid):
        parse("0.5", "JPY")


@given(st.integers(-MINOR_MAX, MINOR_MAX), st.sampled_from(["USD", "JPY", "KWD", "CLF"]))
def test_what_is_shown_reads_back(minor: int, currency: str) -> None:
    text = show(minor, currency)

    assert parse(text.removeprefix("-"), currency).minor == abs(minor)
    assert text.startswith("-") == (minor < 0)


def test_currencies_are_three_capitals() -> None:
    assert check_currency("CHF") == "CHF"
    for wrong in ("usd", "US", "DOLLAR", "", "US1", "USD\n"):
        with pytest.raises(Invalid):
            check_currency(wrong)


@pytest.mark.parametrize(
    ("minor", "basis_points", "minimum", "fee"),
    [
        (100, 2000, 1, 20),
        (5, 2000, 1, 1),
        (2, 2000, 1, 1),  # 0.4 of a cent, at least one
        (12, 2000, 0, 2),  # 2.4
        (13, 2000, 0, 3),  # 2.6
        (5, 1000, 0, 1),  # half rounds up
        (100, 0, 0, 0),
        (100, 0, 3, 3),
        (0, 2000, 1, 0),
    ],
)
def test_a_fee_is_rounded_half_up_and_has_a_least(minor: int, basis_points: int, minimum: int, fee: int) -> None:
    assert fee_of(minor, basis_points, minimum) == fee


def test_a_posting_promises_what_it_may_still_pay() -> None:
    counts = {"most": 10, "pending": 2, "submitted": 3, "approved": 1, "rejected": 1}

    assert promised(110, **counts, expired=False) == 8 * 110
    assert promised(110, **counts, expired=True) == 5 * 110
    assert promised(110, most=3, pending=0, submitted=0, approved=2, rejected=1, expired=False) == 0


def test_a_transfer_must_balance_and_be_known() -> None:
    a, b = (ledger.AccountName(uuid4(), "available") for _ in range(2))

    for entries in (((a, -5), (b, 4)), ((a, 0),), ((a, -5), (a, 5))):
        with pytest.raises(AssertionError):
            ledger.Transfer("key", "fund", entries, uuid4())
    with pytest.raises(AssertionError):
        ledger.Transfer("", "fund", ((a, -5), (b, 5)), uuid4())
    for nothing in (0, -5):
        with pytest.raises(AssertionError):
            ledger.fund(uuid4(), nothing, "key")
        with pytest.raises(AssertionError):
            ledger.pay(uuid4(), uuid4(), uuid4(), uuid4(), nothing, 0, "key")


def test_the_least_reward_brings_the_floor() -> None:
    assert least_reward(720, 500) == 100
    assert least_reward(800, 60) == 14, "13.3 cents round up"
    assert least_reward(800, 0) == 0


@given(st.integers(1, 10**6), st.floats(0.1, 10**6))
def test_the_least_reward_is_enough_and_one_less_is_not(floor: int, seconds: float) -> None:
    least = least_reward(floor, seconds)

    assert least * 3600 >= floor * seconds * (1 - 1e-12)
    assert (least - 1) * 3600 < floor * seconds * (1 + 1e-12)


def test_a_reward_below_the_floor_is_refused_with_what_would_do() -> None:
    with pytest.raises(Invalid, match=r"at least 0\.40 USD") as refused:
        check_reward(39, "USD", 1200, 120)
    assert [problem.field for problem in refused.value.problems] == ["reward"]
    check_reward(40, "USD", 1200, 120)
    check_reward(1, "USD", None, 120)
    check_reward(1, "USD", 1200, None)


def test_a_few_times_say_nothing_yet() -> None:
    pace = Pace(uuid4(), 40, "USD", measured=4, median_seconds=120)

    assert pace.seconds is pace.hourly_minor is None
    known = Pace(uuid4(), 40, "USD", measured=5, median_seconds=120)
    assert (known.seconds, known.hourly_minor) == (120, 1200)


def test_settings_out_of_bounds_are_named() -> None:
    check(MarketSettings())
    with pytest.raises(Invalid) as refused:
        check(MarketSettings("usd", -1, 0, 0, 0, "perhaps", appeal_days=400))  # type: ignore[arg-type]
    assert {problem.field for problem in refused.value.problems} == {
        "currency", "fee_basis_points", "pay_floor_minor", "payout_minimum_minor", "sign_up", "appeal_days"
    }  # fmt: skip
