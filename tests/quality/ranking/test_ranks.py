"""Ranks, how sure they are, and which pair to ask about."""

from __future__ import annotations

import numpy as np
import pytest

from assay.quality.ranking import Battles, BradleyTerry, Ranked, next_pairs
from assay.quality.ranking.connectivity import connectivity
from assay.quality.ranking.pairs import AIMS
from assay.quality.ranking.ranks import rank_sets, ranks, ranks_by_overlap


def test_equals_share_the_better_rank() -> None:
    assert ranks(np.array([0.3, 1.0, 0.3, -2.0, 0.3 + 1e-12])).tolist() == [2, 1, 2, 5, 2]


def test_ranks_by_overlap_count_intervals_wholly_above_and_below() -> None:
    interval = np.array([[2.0, 3.0], [1.5, 2.5], [0.0, 1.0], [-1.0, 0.5], [-3.0, -2.0]])

    assert ranks_by_overlap(interval, np.zeros(5, np.int32)).tolist() == [[1, 2], [1, 2], [3, 4], [3, 4], [5, 5]]


def test_pairs_are_told_apart_by_the_error_of_their_difference() -> None:
    """Errors of 1 each, correlated: scores 0 and 1 differ by 1 with an error of sqrt(2 - 2 r)."""
    score, component = np.array([0.0, 1.0]), np.zeros(2, np.int32)
    for correlation, apart in ((0.0, False), (0.9, True)):
        covariance = np.array([[1.0, correlation], [correlation, 1.0]])
        sets = rank_sets(score, covariance, component, confidence=0.95, simultaneous=False, draws=100, seed=0)
        # 1.96 sqrt(2) is 2.8, above 1; 1.96 sqrt(0.2) is 0.88, below.
        assert sets.tolist() == ([[2, 2], [1, 1]] if apart else [[1, 2], [1, 2]])


def test_the_critical_value_for_many_pairs_is_tukeys() -> None:
    """For independent equal errors the largest difference is the studentized range: 3.858 for five and 95 %.

    That quantile (tables of Tukey's range, infinite degrees of freedom) over sqrt 2 is 2.728.
    """
    covariance, component = np.eye(5), np.zeros(5, np.int32)
    for gap, apart in ((2.68, False), (2.78, True)):
        score = np.array([gap * 2**0.5, 0, 0, 0, 0])
        sets = rank_sets(score, covariance, component, confidence=0.95, simultaneous=True, draws=200_000, seed=1)
        assert sets[0].tolist() == ([1, 1] if apart else [1, 5])


def test_simultaneous_sets_hold_all_true_ranks_at_once() -> None:
    """200 simulated arenas of 6 items: at least 95 % nominally; each pair alone would fall short of it."""
    rng = np.random.default_rng(3)
    truth = np.array([0.0, 0.1, 0.2, 0.5, 1.0, 1.1])
    true = ranks(truth)
    held = {True: 0, False: 0}
    for _ in range(200):
        a = rng.integers(6, size=600)
        b = (a + rng.integers(1, 6, size=600)) % 6
        outcome = np.where(rng.random(600) < 1 / (1 + np.exp(truth[b] - truth[a])), 0, 1)
        ranked = BradleyTerry().fit(Battles.from_codes(a, b, outcome, n_items=6))
        for simultaneous in held:
            sets = ranked.rank_sets(simultaneous=simultaneous, draws=1000)
            held[simultaneous] += bool(((sets[:, 0] <= true) & (true <= sets[:, 1])).all())

    assert held[True] >= 0.93 * 200
    assert held[False] < held[True]


def test_connectivity_by_hand() -> None:
    """0 and 1 beat each other, both beat 2, and 3 and 4 drew apart from them."""
    found = connectivity(np.array([0, 1, 0, 1, 3, 4]), np.array([1, 0, 2, 2, 4, 3]), 6)

    assert found.component.tolist() == [0, 0, 0, 1, 1, 2]
    assert found.core.tolist() == [True, True, False, True, True, False]
    assert found.components == 3


def fitted(seed: int) -> Ranked:
    rng = np.random.default_rng(seed)
    truth = rng.normal(0, 1, 7)
    a = rng.integers(7, size=150)
    b = (a + rng.integers(1, 7, size=150)) % 7
    outcome = np.where(rng.random(150) < 1 / (1 + np.exp(truth[b] - truth[a])), 0, 1)
    return BradleyTerry(ridge=0.1, interval="model").fit(Battles.from_codes(a, b, outcome, n_items=7))


def test_most_information_is_the_largest_fall_of_the_volume_of_doubt() -> None:
    """By brute force: the determinant of the information with one more vote on each pair."""
    ranked = fitted(1)
    centre = np.linalg.pinv(ranked.covariance)
    best, chosen = -1.0, (0, 0)
    for i in range(7):
        for j in range(i + 1, 7):
            way = np.zeros(7)
            way[[i, j]] = 1, -1
            p = ranked.win_probability(i, j)
            volume = np.linalg.slogdet(centre + p * (1 - p) * np.outer(way, way) + np.ones((7, 7)))[1]
            if volume > best:
                best, chosen = volume, (i, j)

    assert next_pairs(ranked, 1, "information")[0].tolist() == list(chosen)


@pytest.mark.parametrize("aim", AIMS)
def test_a_batch_is_of_real_pairs_and_spreads(aim: str) -> None:
    ranked = fitted(2)

    pairs = next_pairs(ranked, 12, aim)  # type: ignore[arg-type]

    assert pairs.shape == (12, 2)
    assert (pairs[:, 0] != pairs[:, 1]).all()
    assert len({tuple(pair) for pair in pairs.tolist()}) > 2
    if aim == "adjacent":
        place = np.argsort(ranked.order)
        assert (np.abs(place[pairs[:, 0]] - place[pairs[:, 1]]) == 1).all()


def test_before_any_battle_a_batch_reaches_every_item() -> None:
    ranked = BradleyTerry(interval="model").fit(Battles.from_arrays([], [], [], items=list(range(10))))

    for aim in AIMS:
        assert set(next_pairs(ranked, 9, aim).ravel().tolist()) == set(range(10))


def test_a_pair_needs_two_items_and_a_known_aim() -> None:
    with pytest.raises(ValueError, match="a pair needs two items"):
        next_pairs(BradleyTerry().fit(Battles.from_arrays([], [], [], items=["x"])))
    with pytest.raises(ValueError, match="it is one of order"):
        next_pairs(fitted(3), 1, "fun")  # type: ignore[arg-type]
