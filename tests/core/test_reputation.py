"""No single requester makes or breaks a freelancer. The attack is the one of 19 August 2022 on Mechanical Turk: one
requester posted more than 70,000 one-cent tasks and rejected them all."""

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.core.reputation import Dealing, RequesterFigures, hourly, record_of


def dealing(number: int, approved: int = 0, rejected: int = 0, contested: int = 0, open_: int = 0) -> Dealing:
    return Dealing(UUID(int=number), approved + rejected + contested + open_, approved, rejected, contested)


HONEST = [dealing(1, 600, 3), dealing(2, 300, 2), dealing(3, 100)]


@pytest.mark.parametrize("hit", [1, 50, 500, 70_000], ids=str)
def test_one_requester_who_rejects_everything_wrecks_nobody(hit: int) -> None:
    before, after = record_of(HONEST), record_of([*HONEST, dealing(9, rejected=hit)])

    assert before.percent == 99
    assert after.percent >= 98
    assert after.rejected == before.rejected + hit, "all of them are told; they do not all count"


def test_a_newcomer_hit_by_it_keeps_the_better_part() -> None:
    """All 100 answers they ever gave were rejected, by one requester."""
    assert record_of([dealing(9, rejected=100)]).percent == 98
    assert record_of([dealing(1, 90), dealing(9, rejected=70_000)]).percent == 98


def test_rejections_by_many_add_up() -> None:
    many = [dealing(number, approved=8, rejected=2) for number in range(50)]
    careless = [dealing(number, rejected=10) for number in range(20)]

    assert record_of(many).percent == 80
    assert record_of(careless).percent == 60


def test_what_is_under_appeal_counts_nowhere() -> None:
    contested = record_of([*HONEST, dealing(9, contested=500)])

    assert contested.percent == record_of(HONEST).percent
    assert (contested.contested, contested.counted, contested.rejected) == (500, 5, 505)


def test_below_a_hundred_answers_the_share_says_nothing() -> None:
    assert record_of([dealing(1, approved=1, rejected=98)]).percent == 100
    assert record_of([]).percent == 100


@given(
    st.lists(
        st.tuples(st.integers(0, 500), st.integers(0, 500), st.integers(0, 20), st.integers(0, 20)),
        min_size=1,
        max_size=8,
    )
)
def test_no_requester_moves_the_share_by_more_than_two_percent(counts: list[tuple[int, int, int, int]]) -> None:
    """Against the same record with that requester's rejections still undecided."""
    known = [dealing(number, *one) for number, one in enumerate(counts)]
    percent = record_of(known).percent

    for at, one in enumerate(known):
        spared = Dealing(one.requester_id, one.submitted, one.approved, 0, one.contested)
        without = record_of([*known[:at], spared, *known[at + 1 :]]).percent
        # Two, and one for the rounding.
        assert 0 <= without - percent <= 3


@given(st.integers(0, 300), st.integers(0, 300), st.integers(1, 50))
def test_an_approval_never_lowers_the_share_and_a_rejection_never_raises_it(
    approved: int, rejected: int, more: int
) -> None:
    others = dealing(2, 100, 1)
    percent = record_of([others, dealing(1, approved, rejected)]).percent

    assert record_of([others, dealing(1, approved + more, rejected)]).percent >= percent - 1
    assert record_of([others, dealing(1, approved, rejected + more)]).percent <= percent


def test_rates_of_a_requester_are_told_when_there_is_enough_to_tell() -> None:
    few = RequesterFigures(UUID(int=1), "Acme", 5, 4, 0, 3, 0, None, None, None)
    many = RequesterFigures(UUID(int=1), "Acme", 60, 40, 10, 30, 50, 720, "USD", 3600.0)

    assert (few.rejection_rate, few.reversal_rate) == (None, 0.0)
    assert (many.rejection_rate, many.reversal_rate) == (0.4, 0.2)
    assert RequesterFigures(UUID(int=1), "Acme", 60, 0, 0, 30, 0, None, None, None).reversal_rate is None


@pytest.mark.parametrize(
    ("reward", "seconds", "paid"), [(10, 30.0, 1200), (1, 7.0, 514), (5, 0.0, None), (5, None, None)], ids=str
)
def test_what_an_hour_pays_follows_from_real_times(reward: int, seconds: float | None, paid: int | None) -> None:
    assert hourly(reward, seconds) == paid
