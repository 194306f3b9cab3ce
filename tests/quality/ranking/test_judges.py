"""Judge-aware ranking: the joint maximum by a general optimiser, and what it is for."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy.optimize import minimize

from assay.quality.arrays import Floats
from assay.quality.ranking import Battles, BradleyTerry, JudgeAware


def arena(seed: int, judges: Any, rows: int, items: int = 8, model: str = "scale") -> tuple[Battles, Floats]:
    """Battles by judges as sharp as told ("scale", with ties) or as likely to say what they saw, and the scores."""
    rng = np.random.default_rng(seed)
    truth = rng.normal(0, 1.2, items)
    each = np.asarray(judges)
    worker = rng.integers(len(each), size=rows)
    a = rng.integers(items, size=rows)
    b = (a + rng.integers(1, items, size=rows)) % items
    noise = rng.logistic(size=rows)
    if model == "scale":
        u = each[worker] * (truth[a] - truth[b]) + noise
        outcome = np.where(u > 0.2, 0, np.where(u < -0.2, 1, 2))
    else:
        said = rng.random(rows) < each[worker]
        outcome = np.where((truth[a] - truth[b] + noise > 0) == said, 0, 1)
    return Battles.from_codes(a, b, outcome, n_items=items, workers=worker), truth - truth.mean()


@pytest.mark.parametrize("model", ["scale", "flip"])
def test_scores_and_judges_are_the_joint_maximum(model: Any) -> None:
    """The log-likelihood and its priors as the docstring writes them, climbed by BFGS with numerical slopes."""
    battles, _ = arena(1, [1.0, 0.6, 1.5, 0.1], 500, items=4)
    centre, precision, ridge = (1.0, 4.0, 0.1) if model == "scale" else (np.log(9), 1.0, 0.1)
    share = np.array([1.0, 0.0, 0.5])[battles.outcome]
    assert battles.worker is not None
    worker = battles.worker

    def loss(values: Floats) -> float:
        score, judge = values[:4], values[4:]
        d = score[battles.a] - score[battles.b]
        if model == "scale":
            chance = 1 / (1 + np.exp(-judge[worker] * d))
        else:
            h = 1 / (1 + np.exp(-judge[worker]))
            chance = h / (1 + np.exp(-d)) + (1 - h) / (1 + np.exp(d))
        likelihood = share @ np.log(chance) + (1 - share) @ np.log(1 - chance)
        return float(-likelihood + 0.5 * ridge * score @ score + 0.5 * precision * ((judge - centre) ** 2).sum())

    found = minimize(loss, np.append(np.zeros(4), np.full(4, centre)), method="BFGS", options={"gtol": 1e-6}).x
    typical = 1.0 if model == "flip" else np.mean(found[4:][worker])

    ranked = JudgeAware(model=model, ridge=ridge).fit(battles)

    assert ranked.converged
    assert ranked.score == pytest.approx(typical * (found[:4] - found[:4].mean()), abs=2e-4)
    assert ranked.judges is not None
    expected = found[4:] / typical if model == "scale" else 1 / (1 + np.exp(-found[4:]))
    assert ranked.judges.reliability == pytest.approx(expected, abs=2e-4)
    assert (ranked.judges.interval[:, 0] < expected).all()
    assert (expected < ranked.judges.interval[:, 1]).all()
    assert ranked.judges.votes.sum() == 500


@pytest.mark.parametrize("model", ["scale", "flip"])
def test_careless_and_contrary_judges_are_found_and_cost_less(model: Any) -> None:
    kinds = (1.5, 0.0, -1.5) if model == "scale" else (0.97, 0.5, 0.03)
    battles, truth = arena(2, np.repeat(kinds, (6, 4, 2)), 4000, model=model)

    plain = BradleyTerry().fit(battles)
    ranked = JudgeAware(model=model).fit(battles)

    judged = ranked.judges
    assert judged is not None
    middle = 0.0 if model == "scale" else 0.5
    assert (judged.interval[:6, 0] > middle).all()
    assert (judged.interval[10:, 1] < middle).all()
    assert (judged.reliability[6:10] < judged.reliability[:6].min()).all()
    # Scores are on the scale of the average voter, whose votes here say little; what counts is their pattern.
    off = {name: 1 - np.corrcoef(each.score, truth)[0, 1] for name, each in (("plain", plain), ("aware", ranked))}
    assert off["aware"] < off["plain"] / 2
    wide = {
        name: np.diff(each.interval).mean() / np.std(each.score) for name, each in (("plain", plain), ("aware", ranked))
    }
    assert wide["aware"] < 0.7 * wide["plain"]


def test_judges_who_may_not_differ_give_bradley_terry() -> None:
    battles, _ = arena(3, [1.0, 0.5, 2.0], 600)

    ranked, plain = JudgeAware(spread=1e-4).fit(battles), BradleyTerry().fit(battles)

    assert ranked.score == pytest.approx(plain.score, abs=1e-4)
    assert ranked.covariance == pytest.approx(plain.covariance, rel=1e-3, abs=1e-6)
    by_worker = JudgeAware(spread=1e-4, cluster="worker").fit(battles)
    assert by_worker.covariance == pytest.approx(
        BradleyTerry(cluster="worker").fit(battles).covariance, rel=1e-3, abs=1e-6
    )


def test_intervals_that_include_the_judges_cover_the_truth() -> None:
    """80 simulated arenas of 6 items and 1,000 battles, with eight judges whose sharpness is 1 on average."""
    covered: list[Any] = []
    for seed in range(80):
        sharp = np.random.default_rng(1000 + seed).normal(1.0, 0.4, 8)
        battles, truth = arena(seed, sharp / sharp.mean(), 1000, items=6)
        ranked = JudgeAware().fit(battles)
        covered.append((ranked.interval[:, 0] <= truth) & (truth <= ranked.interval[:, 1]))

    assert 0.91 <= np.mean(covered) <= 0.98


def test_battles_without_workers_are_refused() -> None:
    with pytest.raises(ValueError, match="needs battles built with workers"):
        JudgeAware().fit(Battles.from_codes([0], [1], [0]))
    with pytest.raises(ValueError, match="it is one of scale, flip"):
        JudgeAware(model="other").fit(Battles.from_codes([0], [1], [0], workers=[0]))  # type: ignore[arg-type]


def test_a_judge_with_one_vote_and_an_unbeaten_item_are_no_trouble() -> None:
    battles = Battles.from_arrays(["x"] * 5, ["y"] * 5, ["a"] * 5, workers=["p", "p", "p", "p", "q"])

    for model in ("scale", "flip"):
        ranked = JudgeAware(model=model).fit(battles)
        assert np.isfinite(ranked.interval).all()
        assert ranked.judges is not None
        assert np.isfinite(ranked.judges.interval).all()
        assert "never lost" in ranked.note or "group" in ranked.note or ranked.rank[0] == 1
