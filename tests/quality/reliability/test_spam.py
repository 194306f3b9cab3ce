"""Spam: information against SciPy's G test, and three kinds of worker told apart."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from assay.quality import Votes
from assay.quality.aggregation.ibcc import IBCC
from assay.quality.reliability import informativeness
from assay.quality.reliability.spam import _information


def test_information_is_that_of_the_g_test() -> None:
    """Against scipy.stats.chi2_contingency with the log-likelihood statistic, without correction."""
    table = np.array([[30.0, 10.0, 5.0], [6.0, 25.0, 9.0], [4.0, 8.0, 20.0]])

    bits, p_value = _information(table[None])

    test = stats.chi2_contingency(table, correction=False, lambda_="log-likelihood")
    assert p_value[0] == pytest.approx(test.pvalue, rel=1e-9)
    nats = test.statistic / (2 * table.sum())
    assert bits[0] == pytest.approx((nats - 4 / (2 * table.sum())) / np.log(2))


def test_independent_counts_hold_no_information() -> None:
    bits, p_value = _information(np.outer([20.0, 30.0], [0.4, 0.6])[None])

    assert bits[0] == 0.0
    assert p_value[0] == pytest.approx(1.0)


def mixed_crowd(seed: int) -> tuple[Votes, dict[int, int]]:
    """300 tasks, 3 classes: workers 0 to 7 right with 0.8; 8 clicks at random, 9 always says 0, 10 right with 0.6."""
    rng = np.random.default_rng(seed)
    truth = rng.integers(0, 3, 300)
    label = np.where(rng.random((11, 300)) < 0.8, truth, (truth + rng.integers(1, 3, (11, 300))) % 3)
    label[8] = rng.integers(0, 3, 300)
    label[9] = 0
    label[10] = np.where(rng.random(300) < 0.6, truth, (truth + rng.integers(1, 3, 300)) % 3)
    worker, task = np.indices(label.shape)
    votes = Votes.from_codes(task.ravel(), worker.ravel(), label.ravel())
    return votes, dict(enumerate(truth.tolist()))


def test_random_clickers_and_constant_answerers_are_told_from_the_weak() -> None:
    for seed in range(5):
        votes, _ = mixed_crowd(seed)

        told = informativeness(votes, IBCC().fit(votes))

        assert (told.spam_probability[[8, 9]] > 0.5).all()
        assert (told.spam_probability[:8] < 1e-6).all()
        assert told.spam_probability[10] < 0.01
        assert (told.p_value[:8] < 1e-6).all()
        assert told.bits[8] < 0.02
        assert told.top_share[9] == 1.0
        assert told.top_p_value[9] < 1e-6
        assert (told.top_p_value[:8] > 1e-3).all()


def test_of_two_votes_little_is_concluded() -> None:
    votes = Votes.from_arrays([1, 1, 1, 2, 2, 2], ["a", "b", "c"] * 2, ["x", "x", "y", "y", "y", "x"])

    told = informativeness(votes, IBCC().fit(votes), spam_share=0.05)

    assert (told.spam_probability < 0.3).all()
    assert np.isfinite(told.bits).all()


def test_one_class_only_leaves_the_prior() -> None:
    votes = Votes.from_arrays([1, 1, 2], ["a", "b", "a"], ["x", "x", "x"])

    told = informativeness(votes, IBCC().fit(votes), spam_share=0.1)

    assert told.spam_probability.tolist() == [0.1, 0.1]
    assert told.p_value.tolist() == [1.0, 1.0]


def test_no_votes_give_no_findings() -> None:
    votes = Votes.from_arrays([], [], [])

    assert len(informativeness(votes, IBCC().fit(votes)).bits) == 0


def test_a_share_of_spam_outside_0_and_1_is_an_error() -> None:
    votes = Votes.from_arrays([1], ["a"], ["x"])

    with pytest.raises(ValueError, match="spam_share"):
        informativeness(votes, IBCC().fit(votes), spam_share=1.0)
