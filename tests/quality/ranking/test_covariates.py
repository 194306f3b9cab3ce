"""Covariates and position: effects beside the scores, against a general optimiser and dense matrices."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy.optimize import minimize

from assay.quality.arrays import Floats
from assay.quality.ranking import Battles, BradleyTerry, Davidson, RaoKupper
from assay.quality.ranking.cells import uncollapsed
from assay.quality.ranking.likelihood import DAVIDSON, HALF_WINS, RAO_KUPPER, evaluate, score_covariance

EFFECTS = np.array([0.6, -0.3])


def arena(seed: int, rows: int = 1500, items: int = 5, **columns: Any) -> Battles:
    """Battles in which two covariates count, one of them measured in hundreds."""
    rng = np.random.default_rng(seed)
    truth = rng.normal(0, 0.8, items)
    a = rng.integers(items, size=rows)
    b = (a + rng.integers(1, items, size=rows)) % items
    x = rng.normal(0, 1, (rows, 2)) * [1.0, 100.0]
    u = truth[a] - truth[b] + x @ (EFFECTS / [1.0, 100.0]) + rng.logistic(size=rows)
    outcome = np.where(u > 0.3, 0, np.where(u < -0.3, 1, 2))
    return Battles.from_codes(
        a,
        b,
        outcome,
        n_items=items,
        covariates=x,
        covariate_names=["length", "bold"],
        groups=rng.integers(30, size=rows),
        **columns,
    )


def design(battles: Battles) -> tuple[Floats, Floats]:
    x = np.zeros((len(battles), battles.n_items))
    x[np.arange(len(battles)), battles.a] += 1
    x[np.arange(len(battles)), battles.b] -= 1
    assert battles.covariates is not None
    return np.column_stack([x, battles.covariates]), np.array([1.0, 0.0, 0.5])[battles.outcome]


def test_scores_effects_and_their_errors_are_the_textbooks() -> None:
    battles, ridge = arena(1), 1e-4
    x, y = design(battles)
    prior = ridge * np.append(np.ones(5), (x[:, 5:] ** 2).mean(axis=0))

    def loss(values: Floats) -> float:
        return float(-(y * (x @ values) - np.logaddexp(0, x @ values)).sum() + 0.5 * prior @ values**2)

    def slope(values: Floats) -> Floats:
        return np.asarray(-x.T @ (y - 1 / (1 + np.exp(-x @ values))) + prior * values)

    found = minimize(loss, np.zeros(7), jac=slope, method="BFGS", options={"gtol": 1e-7})
    p = 1 / (1 + np.exp(-x @ found.x))
    bread = np.linalg.inv(x.T @ (x * (p * (1 - p))[:, None]) + np.diag(prior))
    slopes = x * (y - p)[:, None]
    whole = bread @ (slopes.T @ slopes + np.diag(prior)) @ bread

    ranked = BradleyTerry(ridge=ridge).fit(battles)

    assert ranked.effects is not None
    assert ranked.effects.names == ("length", "bold")
    assert ranked.score == pytest.approx(found.x[:5] - found.x[:5].mean(), abs=1e-5)
    assert ranked.effects.value == pytest.approx(found.x[5:], rel=1e-4)
    centre = np.eye(5) - 1 / 5
    assert ranked.covariance == pytest.approx(centre @ whole[:5, :5] @ centre, rel=1e-4, abs=1e-8)
    reach = 1.959963984540054 * np.sqrt(np.diag(whole)[5:])
    assert np.diff(ranked.effects.interval)[:, 0] == pytest.approx(2 * reach, rel=1e-4)

    assert battles.group is not None
    summed = np.stack([slopes[battles.group == group].sum(axis=0) for group in range(30)])
    clustered = bread @ (summed.T @ summed * 30 / 29 + np.diag(prior)) @ bread
    by_group = BradleyTerry(ridge=ridge, cluster="group").fit(battles)
    assert by_group.covariance == pytest.approx(centre @ clustered[:5, :5] @ centre, rel=1e-4, abs=1e-8)


@pytest.mark.parametrize("model", [BradleyTerry, RaoKupper, Davidson])
def test_swapping_sides_and_changing_units_change_nothing(model: Any) -> None:
    battles = arena(2)
    assert battles.covariates is not None
    other = Battles.from_codes(
        battles.b, battles.a, np.array([1, 0, 2])[battles.outcome], covariates=-battles.covariates / [1.0, 100.0]
    )

    first, second = model().fit(battles), model().fit(other)

    assert second.score == pytest.approx(first.score, abs=1e-7)
    assert second.interval == pytest.approx(first.interval, abs=1e-6)
    assert second.effects.value == pytest.approx(first.effects.value * [1.0, 100.0], rel=1e-6)


def test_covariates_of_weight_and_a_constant_one_are_taken() -> None:
    """Weights of 2 are two battles; a covariate that is always 0 has no effect, and none is invented."""
    battles = arena(3, rows=400)
    assert battles.covariates is not None
    still = np.column_stack([battles.covariates, np.zeros(400)])
    heavy = Battles.from_codes(battles.a, battles.b, battles.outcome, covariates=still, weights=np.full(400, 2.0))
    twice = Battles.from_codes(
        *(np.tile(c, 2) for c in (battles.a, battles.b, battles.outcome)), covariates=np.tile(still, (2, 1))
    )

    first, second = BradleyTerry().fit(heavy), BradleyTerry().fit(twice)

    assert first.score == pytest.approx(second.score, abs=1e-9)
    assert first.effects is not None
    assert first.effects.value[2] == 0.0
    assert first.effects.interval[2, 0] < -100
    assert first.converged


def test_a_judge_who_favours_the_first_side_is_found_out() -> None:
    """Two equal items, the first side preferred in three of four battles: the effect is log 3, and scores are equal."""
    battles = Battles.from_codes([0, 1] * 40, [1, 0] * 40, ([0, 0] * 3 + [1, 1]) * 10)

    plain, fair = BradleyTerry().fit(battles), BradleyTerry(position=True, ridge=1e-9).fit(battles)

    assert plain.effects is None
    assert fair.effects is not None
    assert fair.effects.names == ("position",)
    assert fair.effects.value == pytest.approx([np.log(3)], abs=1e-6)
    assert fair.score == pytest.approx([0, 0], abs=1e-9)


def test_position_beside_covariates_is_one_more_effect() -> None:
    battles = arena(4)
    alone = BradleyTerry(position=True, covariates=False).fit(battles)
    both = BradleyTerry(position=True).fit(battles)
    clustered = BradleyTerry(position=True, covariates=False, cluster="group").fit(battles)
    drawn = BradleyTerry(position=True, interval="bootstrap", rounds=20).fit(battles)

    for ranked in (alone, both, clustered, drawn):
        assert ranked.effects is not None
        assert ranked.effects.interval[-1, 0] < 0 < ranked.effects.interval[-1, 1]
    assert both.effects is not None
    assert both.effects.names == ("length", "bold", "position")


@pytest.mark.parametrize("family", [HALF_WINS, RAO_KUPPER, DAVIDSON])
def test_slopes_and_curvatures_are_those_of_the_likelihood(family: int) -> None:
    """By differences, at a point that is no maximum, for differences of score from tiny to huge."""
    battles = arena(5, rows=700)
    rows = uncollapsed(battles)
    rng = np.random.default_rng(0)
    values = np.concatenate([rng.normal(0, 6, 5), [0.4, -0.01], [] if family == HALF_WINS else [0.7]])
    likelihood, slope, curvature = evaluate(family, rows, values, 5)
    steps = 1e-5 * np.eye(len(values))
    steps[6] /= 100

    for place, step in enumerate(steps):
        size = step[place]
        above, below = evaluate(family, rows, values + step, 5), evaluate(family, rows, values - step, 5)
        assert (above[0] - below[0]) / (2 * size) == pytest.approx(slope[place], rel=1e-5, abs=1e-4)
        assert (below[1] - above[1]) / (2 * size) == pytest.approx(curvature[place], rel=1e-4, abs=2e-3)
    assert np.isfinite(likelihood)
    each = [
        evaluate(family, uncollapsed(one), values, 5)[1]
        for one in (
            Battles.from_codes([a], [b], [o], n_items=5, covariates=[x])
            for a, b, o, x in zip(battles.a, battles.b, battles.outcome, np.asarray(battles.covariates), strict=True)
        )
    ]
    assert score_covariance(family, rows, values, 5) == pytest.approx(np.asarray(each).T @ np.asarray(each), rel=1e-9)


def test_the_blocked_pass_has_full_accuracy() -> None:
    """Its exponential and logarithm are polynomials: against NumPy's, over all differences that can occur."""
    gaps = np.concatenate([np.linspace(-40, 40, 4001), [-690.0, 690.0, -1e4, 1e4, 0.0, 1e-300]])
    for outcome in range(3):
        for gap in gaps[:: 37 if outcome else 1]:
            rows = uncollapsed(Battles.from_codes([0], [1], [outcome]))
            value, slope, curvature = evaluate(HALF_WINS, rows, np.array([gap, 0.0]), 2)
            share = (1.0, 0.0, 0.5)[outcome]
            expected = share * gap - np.logaddexp(0.0, gap)
            assert value == pytest.approx(expected, rel=1e-14, abs=1e-300 if abs(gap) < 600 else 1e-16 * abs(gap))
            chance = 1 / (1 + np.exp(-min(max(gap, -700), 700)))
            assert slope[0] == pytest.approx(share - chance, abs=2e-16)
            assert curvature[0, 0] == pytest.approx(
                np.exp(-min(abs(gap), 700)) * chance**2 if gap > 0 else np.exp(-min(abs(gap), 700)) * (1 - chance) ** 2,
                rel=1e-12,
            )
