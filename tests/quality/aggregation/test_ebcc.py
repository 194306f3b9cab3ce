from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import digamma, gammaln

from assay.quality.aggregation.ebcc import EBCC
from assay.quality.aggregation.ebcc_kernels import psi_and_log_gamma, run, scatter_start
from assay.quality.aggregation.ibcc import IBCC
from assay.quality.aggregation.patterns import patterns
from assay.quality.arrays import Floats
from assay.quality.votes import Votes
from quality.aggregation.crowds import accuracy, made, recorded


@settings(max_examples=100, deadline=None)
@given(st.floats(1e-3, 1e6))
def test_digamma_and_log_gamma_are_scipys(x: float) -> None:
    psi, log_gamma = psi_and_log_gamma(x)

    assert psi == pytest.approx(digamma(x), rel=1e-10, abs=1e-10)
    assert log_gamma == pytest.approx(gammaln(x), rel=1e-10, abs=1e-10)


def reference(votes: Votes, table: Floats, total: Floats, subtypes: int, rounds: int) -> tuple[Floats, float]:
    """The paper's updates written with dense arrays, from the same expected counts; classes' posteriors and bound."""
    tasks, workers, classes = votes.n_tasks, votes.n_workers, votes.n_classes
    said = np.zeros((tasks, workers * classes))
    said[votes.task, votes.worker * classes + votes.label] = 1
    before = np.broadcast_to((np.ones((classes, classes)) + 3 * np.eye(classes))[None, :, :, None],
                             (workers, classes, classes, subtypes))  # fmt: skip
    counts, mass = table, total.reshape(classes, subtypes)
    for _ in range(rounds):
        eta, nu = 0.1 / subtypes + mass, 1.0 + mass.sum(axis=1)
        mu = before + counts.reshape(workers, classes, classes, subtypes)
        log_pi = digamma(eta) - digamma(eta.sum(axis=1, keepdims=True))
        log_tau = digamma(nu) - digamma(nu.sum())
        log_v = digamma(mu) - digamma(mu.sum(axis=1, keepdims=True))
        score = said @ log_v.reshape(workers * classes, -1)
        score = score.reshape(tasks, classes, subtypes) + log_pi + log_tau[:, None]
        top = score.max(axis=(1, 2), keepdims=True)
        share = np.exp(score - top)
        norm = share.sum(axis=(1, 2), keepdims=True)
        share /= norm
        bound = float((top + np.log(norm)).sum())
        dirichlets = [(eta, np.full_like(eta, 0.1 / subtypes), 1, log_pi), (nu, np.ones(classes), 0, log_tau)]
        for after, prior, axis, log in [*dirichlets, (mu, before, 1, log_v)]:
            bound -= (gammaln(after.sum(axis=axis)) - gammaln(prior.sum(axis=axis))).sum()
            bound += (gammaln(after) - gammaln(prior)).sum() - ((after - prior) * log).sum()
        counts, mass = said.T @ share.reshape(tasks, -1), share.sum(axis=0)
    return share.sum(axis=2), bound


@pytest.mark.parametrize("rounds", [1, 2, 30])
def test_every_round_is_the_papers(rounds: int) -> None:
    votes, _ = made(3, tasks=40, workers=7)
    slot = (votes.worker * 3 + votes.label).astype(np.int32)
    none, once = np.full(40, -1, np.int32), np.ones(40)
    table, room, total = np.empty((21, 12)), np.empty((21, 12)), np.empty(12)
    scatter_start(votes.start, slot, votes.label, np.zeros(0), none, once, 3, 4, 5, table, total)
    expected, bound = reference(votes, table.copy(), total, 4, rounds)
    posterior, trace = np.empty((40, 3)), np.empty(rounds)

    run(
        votes.start, slot, votes.label, np.zeros(0), none, once, 3, 4, np.ones(3), 0.1, 4.0, 1.0, 5, rounds, 0.0,
        np.zeros((0, 3)), table, room, posterior, trace,
    )  # fmt: skip

    assert posterior == pytest.approx(expected, abs=1e-5)
    assert trace[-1] == pytest.approx(bound, abs=1e-4)


def test_kinds_of_task_on_which_the_crowd_errs_together_are_found() -> None:
    """On half of class 0 the crowd guesses, on class 1 it never does: a split vote is a sign of class 0.

    One confusion matrix a worker cannot say so; the truth of a vote of 6 to 3 for class 1 is nearly always class 0.
    """
    chance = np.random.default_rng(2)
    truth = chance.integers(0, 2, 400)
    hard = (truth == 0) & (chance.random(400) < 0.5)
    right = chance.random((400, 9)) < np.where(hard, 0.5, 0.95)[:, None]
    label = np.where(right, truth[:, None], 1 - truth[:, None])
    votes = Votes.from_codes(np.repeat(np.arange(400), 9), np.tile(np.arange(9), 400), label.ravel())

    assert accuracy(EBCC().fit(votes).posterior, truth) > accuracy(IBCC().fit(votes).posterior, truth) + 2


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10**6))
def test_patterns_are_the_distinct_sets_of_votes(seed: int) -> None:
    votes, _ = made(seed, tasks=60, workers=4, classes=2, votes_each=3)
    gold = np.random.default_rng(seed).integers(-1, 2, 60).astype(np.int32)

    found = patterns(votes, gold)

    def key(start: Floats, worker: Floats, label: Floats, golds: Floats, i: int) -> tuple[object, ...]:
        rows = range(int(start[i]), int(start[i + 1]))
        return int(golds[i]), frozenset((int(worker[row]), int(label[row])) for row in rows)

    every = [key(votes.start, votes.worker, votes.label, gold, i) for i in range(60)]  # type: ignore[arg-type]
    kept = [key(found.start, found.worker, found.label, found.gold, i) for i in range(len(found.times))]  # type: ignore[arg-type]
    assert len(kept) == len(set(kept)) == len(set(every))
    assert [kept[i] for i in found.of_task.tolist()] == every
    assert found.times.tolist() == [every.count(one) for one in kept]


@pytest.mark.parametrize(("name", "published"), [("rte", 93.1), ("product", 93.5), ("zc_us", 91.2), ("dog", 84.0)])
def test_real_crowds_are_answered_as_the_authors_do(name: str, published: float) -> None:
    """The authors' own figures, of the best of 40 starts."""
    votes, truth = recorded(name)

    assert accuracy(EBCC(restarts=5).fit(votes).posterior, truth) > published - 0.3
