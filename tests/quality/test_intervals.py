"""Intervals for a share, against scipy.stats."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from assay.quality.intervals import clopper_pearson, jeffreys, wilson

COUNTS = st.integers(0, 400).flatmap(lambda trials: st.tuples(st.integers(0, trials), st.just(trials)))


@settings(max_examples=40, deadline=None)
@given(COUNTS.filter(lambda pair: pair[1] > 0), st.sampled_from([0.8, 0.95, 0.99]))
def test_wilson_and_exact_agree_with_scipy(counts: tuple[int, int], confidence: float) -> None:
    test = stats.binomtest(*counts)

    assert wilson(*counts, confidence) == pytest.approx(tuple(test.proportion_ci(confidence, "wilson")), abs=1e-12)
    assert clopper_pearson(*counts, confidence) == pytest.approx(tuple(test.proportion_ci(confidence, "exact")))


@settings(max_examples=40, deadline=None)
@given(COUNTS.filter(lambda pair: 0 < pair[0] < pair[1]))
def test_jeffreys_is_the_middle_of_the_posterior(counts: tuple[int, int]) -> None:
    successes, trials = counts
    low, high = jeffreys(successes, trials)

    posterior = stats.beta(successes + 0.5, trials - successes + 0.5)

    assert posterior.cdf(low) == pytest.approx(0.025)
    assert posterior.cdf(high) == pytest.approx(0.975)


@settings(max_examples=40, deadline=None)
@given(COUNTS)
def test_intervals_hold_the_observed_share(counts: tuple[int, int]) -> None:
    successes, trials = counts

    for interval in (wilson, clopper_pearson, jeffreys):
        low, high = interval(successes, trials)
        assert 0 <= low < high <= 1
        assert trials == 0 or low <= successes / trials <= high


def test_nothing_is_known_without_trials() -> None:
    assert wilson(0, 0) == clopper_pearson(0, 0) == jeffreys(0, 0) == (0.0, 1.0)


def test_impossible_counts_are_refused() -> None:
    with pytest.raises(ValueError, match="successes"):
        wilson(3, 2)
    with pytest.raises(ValueError, match="confidence"):
        wilson(1, 2, confidence=1.0)
