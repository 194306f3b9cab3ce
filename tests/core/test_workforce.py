from __future__ import annotations

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from assay.core.policy import GoldRule
from assay.core.workforce import Standing, falls_short

WORKER = UUID(int=1)
counts = st.integers(0, 200).flatmap(lambda n: st.tuples(st.just(n), st.integers(0, n)))


def a_standing(answered: int, right: int, *, suspended: bool = False) -> Standing:
    return Standing(worker_id=WORKER, golds_answered=answered, golds_right=right, suspended=suspended)


def test_a_worker_nobody_tested_has_the_weight_of_the_prior_and_no_accuracy() -> None:
    standing = a_standing(0, 0)

    assert (standing.weight, standing.accuracy, standing.interval) == (0.8, None, None)


def test_the_interval_is_wilsons() -> None:
    """8 of 10 at 95 %: (0.4902, 0.9433), a value found in many tables of the score interval."""
    interval = a_standing(10, 8).interval

    assert interval == pytest.approx((0.4902, 0.9433), abs=5e-5)


@given(counts)
def test_a_weight_is_a_share_and_moves_with_the_record(count: tuple[int, int]) -> None:
    standing = a_standing(*count)

    assert 0.0 < standing.weight < 1.0
    assert standing.after_gold(right=True).weight > standing.weight > standing.after_gold(right=False).weight


@given(counts)
def test_a_suspended_worker_weighs_nothing(count: tuple[int, int]) -> None:
    assert a_standing(*count, suspended=True).weight == 0.0


def test_weight_approaches_the_true_accuracy() -> None:
    assert a_standing(10_000, 7_000).weight == pytest.approx(0.7, abs=1e-3)


def test_nobody_is_judged_before_enough_golds() -> None:
    """0 of 3 reaches up to 0.562, below the bar; but four answers are asked before judging."""
    rule = GoldRule(accuracy_min=0.6, answers_min=4)

    assert falls_short(a_standing(3, 0), rule) is None
    reason = falls_short(a_standing(4, 0), rule)
    assert reason is not None
    assert reason.startswith("0 of 4")


@pytest.mark.parametrize(("right", "short"), [(0, True), (1, True), (2, True), (3, True), (4, False), (10, False)])
def test_ten_golds_against_a_bar_of_six_tenths(right: int, short: bool) -> None:
    """Upper ends by Wilson's formula: 0.278, 0.404, 0.510, 0.603..., computed by hand for 2 and 3 of 10."""
    rule = GoldRule(accuracy_min=0.61, answers_min=4)

    assert (falls_short(a_standing(10, right), rule) is not None) == short


@given(counts, st.floats(0.0, 1.0))
def test_one_more_right_answer_never_suspends(count: tuple[int, int], accuracy_min: float) -> None:
    rule = GoldRule(accuracy_min=accuracy_min, answers_min=1)
    standing = a_standing(*count)

    if standing.golds_answered and falls_short(standing, rule) is None:
        assert falls_short(standing.after_gold(right=True), rule) is None


@given(counts)
def test_who_is_always_right_is_never_suspended(count: tuple[int, int]) -> None:
    answered, _ = count
    perfect = replace(a_standing(answered, answered), suspended=False)

    assert falls_short(perfect, GoldRule(accuracy_min=1.0, answers_min=1)) is None
