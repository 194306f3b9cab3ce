"""The method that chooses: what it chooses where the answer is known, and that golds stop a ring."""

from __future__ import annotations

import numpy as np
import pytest

from assay.quality import Golds, Votes, aggregate
from assay.quality.aggregation.heldout import foretold, hold_out
from assay.quality.aggregation.ibcc import IBCC
from assay.quality.auto import Auto, chosen_by_golds
from quality.aggregation.crowds import accuracy, made, recorded


def golds_of(truth: np.ndarray, count: int, seed: int = 0) -> Golds:
    known = np.flatnonzero(truth >= 0)
    task = np.sort(np.random.default_rng(seed).choice(known, count, replace=False)).astype(np.int32)
    return Golds(task, truth[task].astype(np.int32))


def test_workers_who_err_together_are_found_by_evidence() -> None:
    """Li, Rubinstein and Cohn (2019) print 91.2 % for EBCC on this crowd; independent models stay below 84 %."""
    votes, truth = recorded("zc_us")

    result = Auto().fit(votes)

    assert result.reason.startswith("workers err together")
    assert accuracy(result.posterior, truth) == pytest.approx(91.2, abs=0.3)


def test_uneven_confusions_are_found_by_votes_held_out() -> None:
    """crowd-kit's Dawid-Skene has 94.0 % on this crowd, its one-coin model 90.8 % and a majority vote 89.7 %."""
    votes, truth = recorded("product")

    result = Auto().fit(votes)

    assert "held-out" in result.reason
    assert accuracy(result.posterior, truth) == pytest.approx(94.0, abs=0.3)


def test_ibcc_is_taken_where_too_few_votes_can_be_held_out() -> None:
    votes = Votes.from_arrays([1, 1, 2, 2], ["ann", "bob"] * 2, ["x", "x", "x", "y"])

    result = Auto(calibrated=False).fit(votes)

    assert "too few" in result.reason
    np.testing.assert_allclose(result.posterior, IBCC().fit(votes).posterior)


def test_a_discounted_posterior_keeps_every_answer_and_is_better_calibrated() -> None:
    from assay.quality.aggregation.calibration import calibration

    votes, truth = recorded("rte")

    plain, mild = Auto(calibrated=False).fit(votes), Auto().fit(votes)

    assert plain.labels.tolist() == mild.labels.tolist()
    known = truth.astype(np.int32)
    assert calibration(mild.posterior, known).error < calibration(plain.posterior, known).error / 2


def test_golds_are_answered_as_given_and_the_choice_beats_a_majority_on_them() -> None:
    votes, truth = recorded("bluebird")
    golds = golds_of(truth, 40)

    result = Auto().fit(votes, golds)

    assert result.label_codes[golds.task].tolist() == golds.label.tolist()
    words = result.reason.split()
    chosen = float(words[words.index("right") - 2])
    assert chosen >= float(words[words.index("majority") + 1].rstrip(","))


@pytest.mark.parametrize(
    ("advised", "majority", "other", "chosen"),
    [(21, 21, 22, "advised"), (20, 21, 21, "other"), (20, 21, 20, "majority"), (18, 18, 25, "other")],
    ids=["a gold more is chance", "never below a majority", "not even by one gold", "seven golds more are clear"],
)
def test_golds_overrule_the_votes_for_a_clear_lead_or_to_keep_to_the_majority(
    advised: int, majority: int, other: int, chosen: str
) -> None:
    """By hand, of 25 golds: a lead of 1 is 0.04 with standard error 0.039; one of 7 is 0.28 with 0.09."""
    ranks = np.arange(25)
    right = {name: (ranks < count) * 1.0 for name, count in (("other", other), ("majority", majority))}
    right["advised"] = (ranks < advised) * 1.0

    assert chosen_by_golds(right, "advised") == chosen


@pytest.mark.parametrize("seed", [0, 3, 4])
def test_what_is_taken_is_never_below_a_majority_on_the_golds_hidden_from_it(seed: int) -> None:
    """With the first of these seeds the votes' own choice is taken, with the others it is overruled."""
    votes, truth = recorded("face")

    words = Auto().fit(votes, golds_of(truth, 58, seed)).reason.split()

    chosen = float(words[words.index("right") - 2])
    assert chosen >= float(words[words.index("majority") + 1].rstrip(","))


@pytest.mark.parametrize("seed", [0, 1])
def test_a_ring_with_two_votes_in_five_is_undone_by_golds(seed: int) -> None:
    """The ring joins RTE with one random sheet: majority falls to about 75 %; without it IBCC has 92.8 % (2019)."""
    votes, truth = recorded("rte")
    chance = np.random.default_rng(seed)
    sheet = chance.integers(0, 2, votes.n_tasks)
    per_task = round(len(votes) / votes.n_tasks * 0.4 / 0.6)
    task = np.tile(np.arange(votes.n_tasks), per_task)
    member = votes.n_workers + np.repeat(np.arange(per_task), votes.n_tasks)
    attacked = Votes.from_codes(
        np.concatenate([votes.task, task]),
        np.concatenate([votes.worker, member]),
        np.concatenate([votes.label, sheet[task]]),
        n_tasks=votes.n_tasks,
    )
    golds = golds_of(truth, 80, seed)
    rest = truth.copy()
    rest[golds.task] = -1

    result = Auto().fit(attacked, golds)

    assert accuracy(aggregate(attacked, "majority").posterior, rest) < 80
    assert accuracy(result.posterior, rest) > 91.5
    assert (result.skill[votes.n_workers :] < 0.7).all()


def test_the_same_votes_give_the_same_answer() -> None:
    votes, _ = made(3)

    assert np.array_equal(Auto().fit(votes).posterior, Auto().fit(votes).posterior)


@pytest.mark.parametrize("rows", [[], [(0, 0, 0)], [(0, 0, 0), (0, 1, 0)]])
def test_next_to_nothing_is_answered_without_nan(rows: list[tuple[int, int, int]]) -> None:
    columns = np.array(rows, dtype=np.int32).reshape(-1, 3)
    votes = Votes.from_codes(columns[:, 0], columns[:, 1], columns[:, 2])

    result = Auto().fit(votes)

    assert np.isfinite(result.posterior).all()


def test_a_held_out_vote_is_foretold_by_the_posterior_and_the_workers_confusions() -> None:
    """By hand: 0.8 sure of class 0, by somebody right nine times in ten and seven: 0.8 * 0.9 + 0.2 * 0.3 = 0.78."""
    votes = Votes.from_codes([0, 0, 0], [0, 1, 2], [0, 0, 0], n_classes=2)
    fitted = IBCC().fit(votes)
    table = np.repeat(np.array([[[0.9, 0.1], [0.3, 0.7]]]), 3, axis=0)
    from dataclasses import replace

    result = replace(fitted, posterior=np.array([[0.8, 0.2]]), confusion=table)

    held = hold_out(votes, np.random.default_rng(0))

    assert held.sum() == 1
    assert foretold(result, votes, held)[0] == pytest.approx(np.log(0.78))


def test_a_worker_who_answered_a_task_twice_is_judged_with_golds_too() -> None:
    """Trust once told votes apart by task and worker, and failed where both had come twice."""
    votes, truth = made(5, tasks=80, votes_each=6)
    twice = Votes.from_codes(
        np.append(votes.task, votes.task[:9]),
        np.append(votes.worker, votes.worker[:9]),
        np.append(votes.label, votes.label[:9]),
        repeated="all",
    )

    result = Auto().fit(twice, golds_of(truth, 30))

    assert np.isfinite(result.posterior).all()
