"""Ties by threshold (Rao and Kupper) and by closeness (Davidson), against closed forms and a general optimiser."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import minimize

from assay.quality.arrays import Floats
from assay.quality.ranking import Battles, BradleyTerry, Davidson, RaoKupper

MODELS = {"rao-kupper": RaoKupper, "davidson": Davidson}


def probabilities(model: str, a: Floats, b: Floats, tie: float) -> tuple[Floats, Floats, Floats]:
    """As the papers write them, in strengths ``a`` and ``b``: chances that a wins, that b wins, and of a tie."""
    if model == "rao-kupper":
        first, second = a / (a + tie * b), b / (tie * a + b)
        both = a * b * (tie**2 - 1) / ((a + tie * b) * (tie * a + b))
    else:
        total = a + b + tie * np.sqrt(a * b)
        first, second, both = a / total, b / total, tie * np.sqrt(a * b) / total
    return first, second, both


def arena(seed: int, rows: int = 600, items: int = 5) -> Battles:
    rng = np.random.default_rng(seed)
    truth = rng.normal(0, 0.8, items)
    a = rng.integers(items, size=rows)
    b = (a + rng.integers(1, items, size=rows)) % items
    u = truth[a] - truth[b] + rng.logistic(size=rows)
    return Battles.from_codes(a, b, np.where(u > 0.5, 0, np.where(u < -0.5, 1, 2)), n_items=items)


@pytest.mark.parametrize("model", MODELS)
def test_two_items_are_fitted_exactly(model: str) -> None:
    """Three shares and two parameters that span them: the model's chances are the shares, 12, 5 and 3 of 20."""
    battles = Battles.from_codes([0] * 20, [1] * 20, [0] * 12 + [1] * 5 + [2] * 3)

    ranked = MODELS[model](ridge=1e-10).fit(battles)

    assert ranked.outcome_probabilities(0, 1) == pytest.approx((0.6, 0.25, 0.15), abs=1e-6)
    assert ranked.win_probability(0, 1) == pytest.approx(0.675, abs=1e-6)
    assert ranked.log_likelihood == pytest.approx(12 * np.log(0.6) + 5 * np.log(0.25) + 3 * np.log(0.15))
    assert ranked.tie is not None
    # Solved by hand: Davidson's nu is P(tie) / sqrt(P(a) P(b)).
    if model == "davidson":
        assert ranked.tie == pytest.approx(0.15 / (0.6 * 0.25) ** 0.5, abs=1e-5)
    else:
        strengths = np.exp(ranked.score)
        first, second, both = probabilities(model, strengths[:1], strengths[1:], ranked.tie)
        assert [first[0], second[0], both[0]] == pytest.approx([0.6, 0.25, 0.15], abs=1e-6)


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("seed", [1, 2])
def test_the_maximum_and_the_errors_are_those_of_a_general_optimiser(model: str, seed: int) -> None:
    battles, ridge = arena(seed), 1e-3

    def loss(values: Floats) -> float:
        if model == "rao-kupper" and values[-1] <= 0:
            return 1e9  # below a threshold of 1 there are no ties
        strength, tie = np.exp(values[:-1]), np.exp(values[-1])
        chances = np.stack(probabilities(model, strength[battles.a], strength[battles.b], float(tie)))
        return float(-np.log(chances[battles.outcome, np.arange(len(battles))]).sum() + 0.5 * ridge * (values**2).sum())

    found = minimize(loss, np.append(np.zeros(5), 0.5), method="BFGS", options={"gtol": 1e-6})
    step = 1e-4 * np.eye(6)
    curvature = np.array(
        [
            [
                (loss(found.x + p + q) - loss(found.x + p - q) - loss(found.x - p + q) + loss(found.x - p - q)) / 4e-8
                for p in step
            ]
            for q in step
        ]
    )
    centre = np.eye(5) - 1 / 5

    ranked = MODELS[model](ridge=ridge, interval="model").fit(battles)
    robust = MODELS[model](ridge=ridge).fit(battles)

    assert ranked.converged
    assert ranked.score == pytest.approx(found.x[:-1] - found.x[:-1].mean(), abs=1e-4)
    assert ranked.tie == pytest.approx(np.exp(found.x[-1]), abs=1e-4)
    expected = centre @ np.linalg.inv(curvature)[:5, :5] @ centre
    assert ranked.covariance == pytest.approx(expected, rel=2e-3, abs=1e-5)
    assert ranked.tie_interval is not None
    assert ranked.tie is not None
    assert ranked.tie_interval[0] < ranked.tie < ranked.tie_interval[1]
    # The model is nearly right here, so the robust intervals are not far from its own.
    assert np.diff(robust.interval) == pytest.approx(np.diff(ranked.interval), rel=0.15)


@pytest.mark.parametrize("model", MODELS)
def test_without_ties_both_are_bradley_terry(model: str) -> None:
    battles = arena(3)
    decided = battles.outcome != 2
    battles = Battles.from_codes(battles.a[decided], battles.b[decided], battles.outcome[decided])

    ranked, plain = MODELS[model]().fit(battles), BradleyTerry().fit(battles)

    assert ranked.score == pytest.approx(plain.score)
    assert ranked.covariance == pytest.approx(plain.covariance)
    assert ranked.tie == (1.0 if model == "rao-kupper" else 0.0)


@pytest.mark.parametrize("model", MODELS)
def test_nothing_but_ties_leaves_items_equal(model: str) -> None:
    ranked = MODELS[model]().fit(Battles.from_codes([0, 1, 2] * 10, [1, 2, 0] * 10, [2] * 30))

    assert ranked.score == pytest.approx(np.zeros(3), abs=1e-9)
    assert ranked.outcome_probabilities(0, 1)[2] > 0.99
    assert np.isfinite(ranked.interval).all()


@pytest.mark.parametrize("model", MODELS)
def test_the_bootstrap_takes_samples_without_ties(model: str) -> None:
    """One tie of twenty battles is missing from a third of the samples."""
    battles = Battles.from_codes([0] * 20, [1] * 20, [0] * 11 + [1] * 8 + [2])

    ranked = MODELS[model](interval="bootstrap", rounds=50).fit(battles)

    assert np.isfinite(ranked.interval).all()
    assert ranked.interval[0, 0] < ranked.score[0] < ranked.interval[0, 1]
