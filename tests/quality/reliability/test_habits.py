"""Confusion matrices with intervals: Dirichlet posteriors by hand, and the habits that made the votes."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from assay.quality import Votes
from assay.quality.aggregation.ibcc import IBCC
from assay.quality.reliability import worker_habits


def test_golds_alone_give_dirichlet_rows() -> None:
    """By hand: of five x golds three were called x. The pool is the worker: (3 + 2, 2 + 1) of 8, four votes of it."""
    votes = Votes.from_arrays(range(6), ["ann"] * 6, ["x", "x", "x", "y", "y", "y"])

    habits = worker_habits(votes, dict.fromkeys(range(5), "x"), strength=4.0)

    assert habits.alpha[0, 0].tolist() == pytest.approx([3 + 4 * 5 / 8, 2 + 4 * 3 / 8])
    assert habits.alpha[0, 1].tolist() == pytest.approx([4 / 3, 8 / 3])
    assert habits.mean[0, 0, 0] == pytest.approx(5.5 / 9)
    assert habits.interval[0, 0, 0] == pytest.approx(stats.beta(5.5, 3.5).interval(0.95))


def test_agreement_finds_who_takes_one_class_for_another() -> None:
    rng = np.random.default_rng(3)
    truth = rng.integers(0, 3, 400)
    label = np.where(rng.random((6, 400)) < 0.85, truth, (truth + rng.integers(1, 3, (6, 400))) % 3)
    # The last worker calls half of the ones twos.
    label[5] = np.where((truth == 1) & (rng.random(400) < 0.5), 2, truth)
    worker, task = np.indices(label.shape)
    votes = Votes.from_codes(task.ravel(), worker.ravel(), label.ravel())

    habits = worker_habits(votes, result=IBCC().fit(votes))

    assert habits.mean[5, 1, 2] == pytest.approx(0.5, abs=0.1)
    low, high = habits.interval[5, 1, 2]
    assert low < 0.5 < high
    assert (habits.mean[:5, 1, 2] < 0.2).all()
    np.testing.assert_allclose(habits.mean.sum(axis=2), 1.0)


def test_neither_golds_nor_a_result_is_an_error() -> None:
    with pytest.raises(ValueError, match="nothing to judge"):
        worker_habits(Votes.from_arrays([1], ["ann"], ["x"]))


def test_one_class_is_certain() -> None:
    habits = worker_habits(Votes.from_arrays([1], ["ann"], ["x"]), {1: "x"})

    assert habits.mean.tolist() == [[[1.0]]]
    assert np.isfinite(habits.interval).all()
