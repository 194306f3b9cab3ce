"""Drift: the test's own distribution, changes that are found, and difficulty that is not taken for a change."""

from __future__ import annotations

import numpy as np
import pytest

from assay.quality import Votes
from assay.quality.reliability import skill_drift
from assay.quality.reliability.drift import change_point, forgetting_mean


def test_without_change_p_values_err_to_the_safe_side() -> None:
    rng = np.random.default_rng(1)

    p_values = [change_point((rng.random(60) < 0.8).astype(float))[1] for _ in range(400)]

    assert np.mean(np.array(p_values) < 0.05) <= 0.05
    assert np.mean(np.array(p_values) < 0.3) > 0.05


def test_a_clean_change_is_found_where_it_is() -> None:
    values = np.array([1.0] * 30 + [0.0] * 20)

    at, p_value = change_point(values)

    # By hand: the sum departs from the line by 30 * 0.4 = 12, over 0.4899 * sqrt(50) = 3.464.
    assert at == 30
    assert p_value == pytest.approx(2 * np.exp(-2 * (12 / (np.sqrt(0.24) * np.sqrt(50))) ** 2), rel=1e-6)


def test_values_that_do_not_differ_do_not_change() -> None:
    assert change_point(np.ones(20)) == (0, 1.0)
    assert change_point(np.zeros(0)) == (0, 1.0)


def test_forgetting_by_hand() -> None:
    """Half-life of one vote: weights 1/4, 1/2, 1 and a prior of two votes at 1/2: (1 + 1/4 + 1) / (2 + 7/4)."""
    assert forgetting_mean(np.array([1.0, 0.0, 1.0]), 1.0, 0.5) == pytest.approx(2.25 / 3.75)


def crowd(seed: int, declining: int) -> tuple[Votes, dict[int, int]]:
    """Ten workers of skill 0.9 answer 200 tasks in order; ``declining`` guesses from task 120 on."""
    rng = np.random.default_rng(seed)
    truth = rng.integers(0, 2, 200)
    right = rng.random((10, 200)) < 0.9
    right[declining, 120:] = rng.random(80) < 0.5
    worker, task = np.indices(right.shape)
    label = np.where(right, truth, 1 - truth)
    when = task.ravel() * 10.0 + worker.ravel()
    votes = Votes.from_codes(task.ravel(), worker.ravel(), label.ravel(), times=when)
    return votes, dict(enumerate(truth.tolist()))


def test_who_declines_is_found_with_the_time_it_began() -> None:
    votes, golds = crowd(1, declining=4)

    drift = skill_drift(votes, golds)

    assert np.flatnonzero(drift.changed).tolist() == [4]
    assert drift.before[4] > 0.8
    assert drift.after[4] < 0.65
    assert drift.changed_at[4] == pytest.approx(1200, abs=300)
    assert drift.recent[4] < 0.65
    assert drift.votes.tolist() == [200.0] * 10


def test_tasks_that_grow_hard_for_all_are_nobodys_decline() -> None:
    rng = np.random.default_rng(2)
    truth = rng.integers(0, 2, 200)
    skill = np.where(np.arange(200) < 100, 0.95, 0.65)
    right = rng.random((10, 200)) < skill
    worker, task = np.indices(right.shape)
    votes = Votes.from_codes(
        task.ravel(), worker.ravel(), np.where(right, truth, 1 - truth).ravel(), times=task.ravel().astype(float)
    )

    drift = skill_drift(votes, dict(enumerate(truth.tolist())))

    assert not drift.changed.any()


def test_few_votes_are_not_tested_and_no_order_is_an_error() -> None:
    votes = Votes.from_arrays([1, 2, 3], ["a"] * 3, ["x", "y", "x"], times=[1.0, 2.0, 3.0])
    drift = skill_drift(votes, {1: "x", 2: "x", 3: "x"})
    assert drift.p_value.tolist() == [1.0]
    assert drift.before[0] == pytest.approx(2 / 3)

    with pytest.raises(ValueError, match="order"):
        skill_drift(Votes.from_arrays([1], ["a"], ["x"]), {1: "x"})
    with pytest.raises(ValueError, match="nothing to judge"):
        skill_drift(votes)
