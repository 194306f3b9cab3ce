"""The models fitted by EM, against plain implementations of their formulas and sums over every possible truth."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from scipy.special import digamma, gammaln

from assay.quality import Votes
from assay.quality.aggregation.counts import Partition, partial
from assay.quality.aggregation.dawid_skene import DawidSkene
from assay.quality.aggregation.dirichlet import digamma_and_log_gamma, learned_pseudo
from assay.quality.aggregation.em import in_memory
from assay.quality.aggregation.ibcc import IBCC
from assay.quality.aggregation.method import FittedByEM
from assay.quality.aggregation.one_coin import OneCoin
from assay.quality.aggregation.pooled_bcc import PooledBCC
from quality.aggregation import reference

METHODS: list[FittedByEM] = [DawidSkene(), IBCC(), PooledBCC(), OneCoin()]


def crowd(classes: int, *, tasks: int = 60, workers: int = 8, each: int = 4, weights: bool = False) -> Votes:
    """Workers right 7 times in 10."""
    rng = np.random.default_rng(classes)
    truth = rng.integers(0, classes, tasks)
    task = np.repeat(np.arange(tasks), each)
    worker = np.concatenate([rng.choice(workers, each, replace=False) for _ in range(tasks)])
    label = np.where(rng.random(len(task)) < 0.7, truth[task], rng.integers(0, classes, len(task)))
    heavy = rng.uniform(0, 2, len(task)) if weights else None
    return Votes.from_codes(task, worker, label, n_workers=workers, n_classes=classes, weights=heavy)


@pytest.mark.parametrize("known", [{}, {3: 1, 40: 0}], ids=["no golds", "golds"])
@pytest.mark.parametrize("weights", [False, True], ids=["plain", "weighted"])
@pytest.mark.parametrize("classes", [2, 3, 4, 6])
@pytest.mark.parametrize(("method", "formulas"), [(DawidSkene, reference.dawid_skene), (IBCC, reference.ibcc)])
def test_a_fit_is_what_its_formulas_say(
    method: Any, formulas: Callable[..., Any], classes: int, weights: bool, known: dict[int, int]
) -> None:
    votes = crowd(classes, weights=weights)
    priors = {"right": 1.5, "wrong": 0.4, "class_votes": 0.3}

    result = method(**priors).with_iterations(7).fit(votes, known)

    expected, bound = formulas(votes, 7, **priors, known=known)
    assert result.posterior == pytest.approx(expected, abs=1e-9)
    found = result.log_likelihood if method is DawidSkene else result.trace[-1]
    assert found == pytest.approx(bound, abs=1e-6)


@pytest.mark.parametrize("classes", [2, 3, 4, 5])
def test_a_task_may_have_any_number_of_votes(classes: int) -> None:
    """Votes that weigh 1 each go through logarithms, which no other votes do; so do tasks of more than 200 votes."""
    rng = np.random.default_rng(classes)
    each = np.concatenate([np.tile(np.arange(12), 20), [150, 400, 0, 1_000]])
    task = np.repeat(np.arange(len(each)), each)
    worker = rng.integers(0, 40, len(task))
    label = np.where(rng.random(len(task)) < 0.6, task % classes, rng.integers(0, classes, len(task)))
    sizes: Any = {"n_tasks": len(each), "n_workers": 40, "n_classes": classes}
    plain = Votes.from_codes(task, worker, label, **sizes, repeated="all")
    weighted = Votes.from_codes(task, worker, label, **sizes, repeated="all", weights=np.ones(len(task)))
    golds = {int(task): int(task) % classes for task in range(0, len(each), 7)}

    found, expected = (DawidSkene().with_iterations(6).fit(votes, golds) for votes in (plain, weighted))

    assert found.posterior == pytest.approx(expected.posterior, abs=1e-9)
    assert found.confusion == pytest.approx(expected.confusion, abs=1e-9)
    assert found.trace == pytest.approx(expected.trace, rel=1e-12)


def test_many_classes_are_fitted_in_single_precision_as_well() -> None:
    votes = crowd(20, tasks=200)

    result = DawidSkene(right=1, wrong=0.1, class_votes=0.1).with_iterations(5).fit(votes)

    expected, likelihood = reference.dawid_skene(votes, 5, 1, 0.1, 0.1)
    assert result.posterior.dtype == np.float32
    assert result.posterior == pytest.approx(expected, abs=2e-4)
    assert result.log_likelihood == pytest.approx(likelihood, rel=1e-5)


def test_one_coin_is_dawid_skene_with_one_number_a_worker() -> None:
    """One iteration by hand: skills from the shares of the vote, then Bayes' rule."""
    votes = Votes.from_arrays([1, 1, 1, 2, 2], ["a", "b", "c", "a", "b"], ["x", "x", "y", "z", "y"])

    result = OneCoin(right=0, wrong=0, class_votes=0).with_iterations(1).fit(votes)

    # a: 2/3 and 1/2; b: 2/3 and 1/2; c: 1/3. Classes: x 2/3, y 1/3 + 1/2, z 1/2, of 2.
    a, b, c = 7 / 12, 7 / 12, 1 / 3
    prior = np.array([2 / 3, 5 / 6, 1 / 2]) / 2
    right, wrong = np.array([a, b, c]), (1 - np.array([a, b, c])) / 2
    first = prior * [right[0] * right[1] * wrong[2], wrong[0] * wrong[1] * right[2], wrong[0] * wrong[1] * wrong[2]]
    second = prior * [wrong[0] * wrong[1], wrong[0] * right[1], right[0] * wrong[1]]
    assert result.posterior[0] == pytest.approx(first / first.sum())
    assert result.posterior[1] == pytest.approx(second / second.sum())
    assert result.log_likelihood == pytest.approx(np.log(first.sum()) + np.log(second.sum()))


@pytest.mark.parametrize("classes", [2, 3, 40])
def test_a_pass_over_coins_is_a_pass_over_their_matrices(classes: int) -> None:
    """The odds of a coin and the matrix that says the same give one posterior and one log-likelihood."""
    votes = crowd(classes, tasks=50, weights=classes == 3)
    partition = Partition.of(votes)
    skill = 0.6
    coins, matrices = OneCoin().flat(8, classes, skill), DawidSkene().flat(8, classes, skill)
    out = np.empty((50, classes)), np.empty((50, classes), dtype=np.float32 if classes > 16 else np.float64)

    by_coins, by_matrices = partial(partition, coins, out[0]), partial(partition, matrices, out[1])

    weight = votes.weight if votes.weight is not None else np.ones(len(votes))
    constant = weight.sum() * np.log((1 - skill) / (classes - 1))
    assert out[0] == pytest.approx(out[1], abs=1e-5)
    assert by_coins.log_likelihood + constant == pytest.approx(by_matrices.log_likelihood, rel=1e-6)
    assert by_coins.classes == pytest.approx(by_matrices.classes, rel=1e-5)
    diagonal = by_matrices.votes[:, np.arange(classes), np.arange(classes)].sum(axis=1)
    assert by_coins.votes[:, 0] == pytest.approx(diagonal, rel=1e-5)


def test_the_lower_bound_lies_below_the_evidence_and_its_posterior_near_the_exact_one() -> None:
    """By adding up all 2 ** 8 truths; mean-field bounds are known to be loose, but not by much on a clear case."""
    votes = Votes.from_codes(
        np.repeat(np.arange(8), 3),
        [0, 1, 2] * 8,
        [0, 0, 0, 1, 1, 1, 0, 0, 1, 1, 1, 1, 0, 0, 0, 1, 1, 0, 0, 1, 0, 1, 1, 1],
    )

    result = IBCC().fit(votes)

    evidence, exact = reference.log_evidence(votes, 4.0, 1.0, 1.0)
    assert result.trace is not None
    assert evidence - 2.0 < result.trace[-1] < evidence
    assert (result.posterior.argmax(axis=1) == exact.argmax(axis=1)).all()
    assert np.abs(result.posterior - exact).max() < 0.2


@pytest.mark.parametrize("method", METHODS, ids=lambda method: str(method.name))
@pytest.mark.parametrize("classes", [2, 5])
def test_the_objective_never_falls(method: FittedByEM, classes: int) -> None:
    result = method.with_iterations(40).fit(crowd(classes))

    assert result.trace is not None
    assert (np.diff(result.trace) > -1e-8).all()
    assert result.iterations == 40
    assert not result.converged


@pytest.mark.parametrize("method", METHODS, ids=lambda method: str(method.name))
@pytest.mark.parametrize("classes", [2, 4, 9])
def test_a_thousand_votes_on_one_task_do_not_underflow(method: FittedByEM, classes: int) -> None:
    """500 workers say one thing and then 500 another: the answer is between those two, not with who came first."""
    worker = np.concatenate([np.arange(1000), np.arange(1000)])
    task = np.repeat([0, 1], 1000)
    label = np.concatenate([np.repeat([0, 1], 500), np.repeat([1, 0], 500)])
    votes = Votes.from_codes(task, worker, label, n_classes=classes)
    flat = method.flat(1000, classes, 0.9)
    out = np.empty((2, classes))

    partial(Partition.of(votes), flat, out)

    assert out[:, :2] == pytest.approx(0.5, abs=1e-6)


@pytest.mark.parametrize("method", METHODS, ids=lambda method: str(method.name))
def test_the_answer_is_the_same_for_any_number_of_threads(method: FittedByEM) -> None:
    votes = crowd(4, tasks=60_000, workers=10, each=4)

    one, three = (
        type(method)(threads=1).with_iterations(3).fit(votes),
        type(method)(threads=3).with_iterations(3).fit(votes),
    )

    assert np.array_equal(one.posterior, three.posterior)
    assert np.array_equal(one.skill, three.skill)


@pytest.mark.parametrize("method", METHODS, ids=lambda method: str(method.name))
def test_pieces_partition_the_tasks(method: FittedByEM) -> None:
    votes = crowd(4, tasks=101)
    partition = Partition.of(votes)
    tables = method.flat(8, 4, 0.7)

    pieces = list(partition.pieces(7))

    whole = in_memory(partition, 1)(tables)
    assert sum(piece.n_tasks for piece in pieces) == 101
    assert sum(partial(piece, tables).log_likelihood for piece in pieces) == pytest.approx(whole.log_likelihood)


@pytest.mark.parametrize("method", METHODS, ids=lambda method: str(method.name))
def test_a_class_that_nobody_says_does_no_harm(method: FittedByEM) -> None:
    votes = crowd(3)
    wider = Votes.from_codes(votes.task, votes.worker, votes.label, n_classes=4)

    result = method.fit(wider)

    assert result.posterior[:, 3].max() < 0.2
    assert (result.label_codes < 3).all()
    assert np.isfinite(result.skill_interval).all()


@pytest.mark.parametrize("method", METHODS, ids=lambda method: str(method.name))
@pytest.mark.parametrize(
    "votes",
    [
        Votes.from_codes([], [], [], n_tasks=3, n_workers=2, n_classes=2),
        Votes.from_codes([0], [0], [0]),
        Votes.from_codes([], [], [], n_classes=2),
        Votes.from_arrays([], [], []),
        Votes.from_codes([0, 0, 1], [0, 1, 0], [0, 1, 2], weights=[0.0, 0.0, 0.0]),
    ],
    ids=["no votes", "one class", "no tasks", "nothing", "no weight"],
)
def test_the_least_of_votes_give_numbers(method: FittedByEM, votes: Votes) -> None:
    result = method.fit(votes)

    assert np.isfinite(result.posterior).all()
    assert np.isfinite(result.skill_interval).all()
    if votes.n_classes:
        assert result.posterior.sum(axis=1) == pytest.approx(np.ones(votes.n_tasks))


@pytest.mark.parametrize("method", METHODS, ids=lambda method: str(method.name))
def test_skill_is_near_what_it_was_made_as_and_inside_its_interval(method: FittedByEM) -> None:
    """20 workers of known skill with 400 votes each: at 95 % two or more misses of 20 are rare (3 allowed)."""
    rng = np.random.default_rng(3)
    skill = np.linspace(0.55, 0.95, 20)
    truth = rng.integers(0, 3, 800)
    task = np.repeat(np.arange(800), 10)
    worker = np.concatenate([rng.choice(20, 10, replace=False) for _ in range(800)])
    wrong = (truth[task] + rng.integers(1, 3, len(task))) % 3
    votes = Votes.from_codes(task, worker, np.where(rng.random(len(task)) < skill[worker], truth[task], wrong))

    result = method.fit(votes)

    inside = (result.skill_interval[:, 0] <= skill) & (skill <= result.skill_interval[:, 1])
    assert inside.sum() >= 17
    assert np.abs(result.skill - skill).max() < 0.08
    assert (result.label_codes == truth).mean() > 0.97


def test_compiled_gamma_functions_agree_with_scipy() -> None:
    for x in [1e-6, 1e-3, 0.1, 0.5, 1.0, 1.46163, 2.0, 7.99, 8.0, 31.4, 1e3, 1e8]:
        found = digamma_and_log_gamma(x)
        assert found[0] == pytest.approx(digamma(x), rel=1e-11, abs=1e-11)
        assert found[1] == pytest.approx(gammaln(x), rel=1e-11, abs=1e-11)


def test_a_learned_prior_is_the_one_the_counts_were_drawn_from() -> None:
    """4,000 workers with 30 votes a class, drawn from a known Dirichlet: found again to a few per cent."""
    rng = np.random.default_rng(5)
    made = np.array([[8.0, 2.0], [1.0, 3.0]])  # [truth, said]
    rates = np.stack([rng.dirichlet(row, 4000) for row in made], axis=1)
    counts = np.stack([rng.binomial(30, rates[:, truth, 0]) for truth in (0, 1)], axis=1)
    table = np.stack([counts, 30 - counts], axis=1).astype(np.float64)  # (workers, said, truth)

    learned = learned_pseudo(table, np.ones((2, 2)), np.zeros((2, 2)), np.ones(4000), 400)

    assert np.abs(learned.T / made - 1).max() < 0.1
