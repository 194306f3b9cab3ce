"""Calibration and abstention, by hand and by their definitions."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.quality import Votes
from assay.quality.aggregation.abstention import abstain
from assay.quality.aggregation.calibration import calibration, discounted, mended
from assay.quality.aggregation.majority import MajorityVote
from assay.quality.aggregation.result import Aggregated


def result_of(confidences: list[float]) -> Aggregated:
    size = len(confidences)
    votes = Votes.from_codes(np.arange(size), np.zeros(size, np.int32), np.zeros(size, np.int32))
    sure = np.array(confidences)
    return replace(MajorityVote().fit(votes), posterior=np.stack([sure, 1 - sure], axis=1))


def test_error_and_brier_are_what_a_hand_calculation_gives() -> None:
    """Two answers at 0.95 (one right) and two at 0.65 (both right): gaps 0.45 and 0.35, half of the tasks each.

    Brier: 2 * 0.05**2, 2 * 0.95**2, 2 * 0.35**2 twice, and their mean.
    """
    posterior = np.array([[0.95, 0.05], [0.95, 0.05], [0.65, 0.35], [0.65, 0.35], [0.5, 0.5]])

    measured = calibration(posterior, np.array([0, 1, 0, 0, -1], np.int32))

    assert measured.error == pytest.approx(0.4)
    assert measured.brier == pytest.approx((2 * 0.05**2 + 2 * 0.95**2 + 4 * 0.35**2) / 4)
    assert measured.count.tolist() == [0, 0, 0, 0, 0, 0, 2, 0, 0, 2]
    assert measured.accuracy[[6, 9]].tolist() == [1.0, 0.5]


def test_nothing_known_measures_nothing() -> None:
    assert np.isnan(calibration(np.array([[0.5, 0.5]]), np.array([-1], np.int32)).error)


def test_four_votes_are_taken_for_two() -> None:
    """Odds of 81 to 1 from four votes become the square root of that, 9 to 1; one vote stays as it was."""
    posterior = np.array([[81 / 82, 1 / 82], [0.8, 0.2]])

    assert discounted(posterior, np.array([4, 1])) == pytest.approx(np.array([[0.9, 0.1], [0.8, 0.2]]))


@given(st.lists(st.floats(0.0, 1.0), min_size=2, max_size=5).filter(lambda p: sum(p) > 0), st.integers(0, 60))
def test_a_discount_changes_no_answer_and_keeps_rows_whole(shares: list[float], votes: int) -> None:
    posterior = np.array([shares]) / sum(shares)

    mild = discounted(posterior, np.array([votes]))

    assert mild.sum() == pytest.approx(1.0)
    assert mild[0, posterior[0].argmax()] == mild[0].max()


def test_what_is_certain_stays_certain() -> None:
    votes = Votes.from_codes([0, 0, 1, 1], [0, 1, 0, 1], [0, 1, 0, 1])
    result = replace(MajorityVote().fit(votes), posterior=np.array([[1.0, 0.0], [0.99, 0.01]]))

    mild = mended(result, votes).posterior

    assert mild[0, 0] == 1.0
    assert mild[1, 0] < 0.99


def test_abstention_answers_as_many_as_keep_the_accuracy_asked_for() -> None:
    """The means of 1, 0.9, 0.8, 0.6 from the top are 1, 0.95, 0.9, 0.825: three reach 0.9."""
    cut = abstain(result_of([0.6, 0.9, 1.0, 0.8]), accuracy=0.9)

    assert cut.answered.tolist() == [False, True, True, True]
    assert (cut.threshold, cut.coverage) == (0.8, 0.75)
    assert cut.expected_accuracy == pytest.approx(0.9)
    assert cut.held_back.tolist() == [0]


def test_tasks_that_are_equally_sure_are_treated_alike() -> None:
    cut = abstain(result_of([0.9, 0.7, 0.7, 0.6]), coverage=0.5)

    assert cut.answered.tolist() == [True, False, False, False]
    assert cut.held_back.tolist() == [3, 2, 1]


def test_an_accuracy_out_of_reach_holds_everything_back() -> None:
    cut = abstain(result_of([0.6, 0.7]), accuracy=0.99)

    assert not cut.answered.any()
    assert cut.threshold == float("inf")


def test_one_aim_must_be_given() -> None:
    with pytest.raises(ValueError, match="either accuracy or coverage"):
        abstain(result_of([0.6]), accuracy=0.9, coverage=0.5)
