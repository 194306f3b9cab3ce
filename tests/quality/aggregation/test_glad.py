from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assay.quality.aggregation.glad import GLAD
from assay.quality.aggregation.glad_kernels import evaluate
from assay.quality.arrays import Floats
from assay.quality.votes import Votes
from quality.aggregation.crowds import accuracy, made, recorded


def objective(votes: Votes, point: Floats, signed: bool) -> tuple[float, Floats]:
    gradient, curvature = np.empty_like(point), np.empty_like(point)
    value = evaluate(
        votes.start, votes.worker, votes.label, np.zeros(0), np.full(votes.n_tasks, -1, np.int32),
        np.log([0.5, 0.3, 0.2]), np.array([0.7, 1.0]), np.array([1.5, 1.0]), signed, point, gradient, curvature,
        np.empty((votes.n_tasks, 3)),
    )  # fmt: skip
    assert (curvature > 0).all()
    return value, gradient


def by_definition(votes: Votes, point: Floats, signed: bool) -> float:
    """Whitehill et al., equation 1 with several classes, summed over the truths of every task one by one."""
    strength = point[: votes.n_workers] if signed else np.exp(point[: votes.n_workers])
    total = -0.75 * ((point[: votes.n_workers] - 0.7) ** 2).sum() - 0.5 * ((point[votes.n_workers :] - 1) ** 2).sum()
    for task in range(votes.n_tasks):
        ease = np.exp(point[votes.n_workers + task])
        likelihood = 0.0
        for truth, prior in enumerate([0.5, 0.3, 0.2]):
            chance = prior
            for vote in range(votes.start[task], votes.start[task + 1]):
                right = 1 / (1 + np.exp(-strength[votes.worker[vote]] * ease))
                chance *= right if votes.label[vote] == truth else (1 - right) / 2
            likelihood += chance
        total += np.log(likelihood)
    return float(total)


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 10**6), signed=st.booleans())
def test_the_objective_is_the_papers_and_its_gradient_is_its_slope(seed: int, signed: bool) -> None:
    votes, _ = made(seed, tasks=8, workers=5)
    point = np.random.default_rng(seed).normal(0.2, 0.4, 13)

    value, gradient = objective(votes, point, signed)

    assert value == pytest.approx(by_definition(votes, point, signed))
    for i in range(13):
        step = np.eye(13)[i] * 1e-5
        slope = (by_definition(votes, point + step, signed) - by_definition(votes, point - step, signed)) / 2e-5
        assert gradient[i] == pytest.approx(slope, abs=1e-5)


@pytest.mark.parametrize("signed", [False, True])
def test_the_trace_ascends(signed: bool) -> None:
    votes, _ = made(2, tasks=40, workers=8)
    method = GLAD(signed=signed, tolerance=1e-13, ability_prior=(0.7, 1.5**-0.5), class_prior=(0.5, 0.3, 0.2))

    result = method.fit(votes)

    assert result.trace is not None
    assert bool((np.diff(result.trace) >= -1e-9).all())
    assert result.converged
    assert result.log_likelihood > result.trace[0]


def test_tasks_that_split_the_crowd_are_the_hard_ones() -> None:
    chance = np.random.default_rng(0)
    task, worker = np.repeat(np.arange(60), 9), np.tile(np.arange(9), 60)
    hard = np.arange(60) < 20
    truth = chance.integers(0, 2, 60)
    right = chance.random(540) < np.where(hard[task], 0.6, 0.95)
    votes = Votes.from_codes(task, worker, np.where(right, truth[task], 1 - truth[task]))

    difficulty = GLAD().fit(votes).difficulty

    assert difficulty is not None
    assert difficulty[hard].mean() > 1.5 * difficulty[~hard].mean()


@pytest.mark.parametrize(
    ("name", "peer"), [("product", 92.8), ("rte", 92.6), ("possent", 94.8), ("zc_us", 87.6), ("relevance", 56.2)]
)
def test_real_crowds_are_answered_as_well_as_by_crowd_kit(name: str, peer: float) -> None:
    """Against the accuracy of crowd-kit 1.4.2 on the same votes, to within 0.3 points."""
    votes, truth = recorded(name)

    assert accuracy(GLAD().fit(votes).posterior, truth) > peer - 0.3
