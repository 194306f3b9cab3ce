from __future__ import annotations

import numpy as np
import pytest

from assay.quality.aggregation.mace import MACE
from assay.quality.aggregation.mace_kernels import digamma, run
from assay.quality.votes import Votes
from quality.aggregation.crowds import accuracy, made, recorded


@pytest.mark.parametrize(
    ("x", "value"),
    [(1.0, -0.5772156649015329), (0.5, -1.9635100260214235), (10.0, 2.2517525890667211), (1e-3, -1000.5755719318103)],
)
def test_the_digamma_function(x: float, value: float) -> None:
    """Values of Abramowitz and Stegun, table 6.1 and formula 6.3.3, and of Wolfram's Mathematica for 0.001."""
    assert digamma(x) == pytest.approx(value, rel=1e-12)


def test_the_likelihood_is_that_of_the_papers_model() -> None:
    """EM's last likelihood and posterior, worked out again truth by truth from the parameters it ended with."""
    votes, _ = made(1, tasks=30, workers=6)
    slot = (votes.worker * 3 + votes.label).astype(np.int32)
    count = np.bincount(slot, minlength=18).reshape(6, 3).astype(np.float64)
    prior = np.array([0.2, 0.3, 0.5])
    knowing, guess = np.full(6, 0.5), np.full((6, 3), 1 / 3)
    posterior, trace = np.empty((30, 3)), np.empty(200)

    made_iterations = run(
        votes.start, slot, votes.label, np.zeros(0), np.full(30, -1, np.int32), np.log(prior), count, knowing, guess,
        False, np.full(2, 0.01), 0.01, 200, 1e-9, posterior, trace,
    )  # fmt: skip

    total = 0.0
    for task in range(30):
        chance = prior.copy()
        for vote in range(votes.start[task], votes.start[task + 1]):
            worker, said = votes.worker[vote], votes.label[vote]
            chance *= knowing[worker] * (np.arange(3) == said) + (1 - knowing[worker]) * guess[worker, said]
        total += np.log(chance.sum())
        assert posterior[task] == pytest.approx(chance / chance.sum(), abs=1e-9)
    assert trace[made_iterations - 1] == pytest.approx(total)
    assert 1 < made_iterations < 200


def test_the_evidence_bound_ascends() -> None:
    votes, _ = made(4, tasks=100, skill=0.6)

    trace = MACE(tolerance=1e-9).fit(votes).trace

    assert trace is not None
    assert bool((np.diff(trace) >= -1e-8).all())


def test_one_who_always_presses_the_same_button_is_seen_through() -> None:
    votes, truth = made(6, tasks=120, workers=6, votes_each=3, skill=0.8)
    spammed = Votes.from_codes(
        np.concatenate([votes.task, np.arange(120), np.arange(120)]),
        np.concatenate([votes.worker, np.full(120, 6), np.full(120, 7)]),
        np.concatenate([votes.label, np.zeros(240, np.int64)]),
    )

    result = MACE().fit(spammed)

    assert accuracy(result.posterior, truth) > accuracy(spammed.counts(), truth) + 5
    assert result.skill[6:].max() < np.median(result.skill[:6])
    assert result.confusion is not None
    assert (result.confusion[6:, :, 0] > 0.8).all()


@pytest.mark.parametrize(
    ("name", "peer"), [("product", 92.9), ("rte", 92.8), ("possent", 95.3), ("bluebird", 76.9), ("temporal", 94.2)]
)
def test_real_crowds_are_answered_as_well_as_published(name: str, peer: float) -> None:
    """product: 92.9 in the benchmark of Li, Rubinstein and Cohn (2019); the others as crowd-kit 1.4.2 has them."""
    votes, truth = recorded(name)

    assert accuracy(MACE(restarts=2).fit(votes).posterior, truth) > peer - 0.3
