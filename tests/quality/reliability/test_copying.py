"""Copying: evidence by hand, its honesty where nobody copies, and rings that are found."""

from __future__ import annotations

import math

import numpy as np
import pytest

from assay.quality import Votes
from assay.quality.reliability import find_copying
from assay.quality.reliability.copying import COPY_RATES
from assay.quality.reliability.discovery import discoveries, e_discoveries, local_false_rate
from assay.quality.reliability.evidence import skill_confusion


def independent(seed: int, workers: int, tasks: int, skill: float, each: int = 8) -> tuple[Votes, np.ndarray]:
    rng = np.random.default_rng(seed)
    truth = rng.integers(0, 3, tasks)
    task = np.repeat(np.arange(tasks), each)
    worker = np.concatenate([rng.permutation(workers)[:each] for _ in range(tasks)])
    right = rng.random(len(task)) < skill
    label = np.where(right, truth[task], (truth[task] + rng.integers(1, 3, len(task))) % 3)
    return Votes.from_codes(task, worker, label, n_workers=workers, n_classes=3), truth


def with_copies(votes: Votes, pairs: list[tuple[int, int]]) -> Votes:
    """The second of each pair says what the first says wherever both answer."""
    label = votes.label.copy()
    for source, copier in pairs:
        said = dict(
            zip(votes.task[votes.worker == source].tolist(), label[votes.worker == source].tolist(), strict=True)
        )
        for row in np.flatnonzero(votes.worker == copier):
            label[row] = said.get(int(votes.task[row]), label[row])
    return Votes.from_codes(votes.task, votes.worker, label, n_workers=votes.n_workers, n_classes=votes.n_classes)


def certain(truth: np.ndarray) -> np.ndarray:
    rows: np.ndarray = np.eye(3)[truth]
    return rows


def test_evidence_of_a_pair_is_that_of_the_formula() -> None:
    """By hand: skill 0.8 and three classes; three shared mistakes, five shared right answers, one difference.

    A lone worker is right with 0.8 and makes a given mistake with 0.1; the two are the only voters, so that the task's
    own lure, (0 + 1/2) / (0 + 1), allows no surprise above 2.
    """
    said = [1, 1, 1, 0, 0, 0, 0, 0]
    votes = Votes.from_codes([*range(9)] * 2, [0] * 9 + [1] * 9, [*said, 0, *said, 2])
    posterior = certain(np.zeros(9, int))

    report = find_copying(votes, skill_confusion(np.array([0.8, 0.8]), 3), posterior, rate=0.99, rule="odds")

    ratios = [(1 - c + c * 2) ** 3 * (1 - c + c / 0.8) ** 5 * (1 - c) for c in COPY_RATES]
    assert report.pairs_tested == 1
    pair = report.pairs[0]
    assert pair.log_evidence == pytest.approx(math.log(np.mean(ratios)))
    assert (pair.together, pair.same) == (9, 8)
    assert pair.same_wrong == pytest.approx(3.0)
    # Both right, or both making the same one of two mistakes.
    assert pair.same_expected == pytest.approx(9 * (0.8**2 + 2 * 0.1**2))


def test_e_values_of_independent_workers_average_at_most_one() -> None:
    """The defining property of an e-value, over 30 crowds of 45 pairs; known skill and truth, so the null is exact."""
    values = []
    for seed in range(30):
        votes, truth = independent(seed, 10, 60, 0.7)
        report = find_copying(votes, skill_confusion(np.full(10, 0.7), 3), certain(truth), rate=0.999, rule="odds")
        found = [min(math.exp(pair.log_evidence), 1e4) for pair in report.pairs]
        values.append(sum(found) / report.pairs_tested)

    assert float(np.mean(values)) < 1.0


def test_independent_workers_are_not_accused() -> None:
    for seed in range(10):
        votes, truth = independent(seed, 40, 300, 0.7)

        report = find_copying(votes, skill_confusion(np.full(40, 0.7), 3), certain(truth))

        assert report.pairs == ()
        assert (report.group == -1).all()


def test_copiers_are_found_and_joined_in_groups() -> None:
    votes, truth = independent(4, 30, 400, 0.7)
    votes = with_copies(votes, [(0, 1), (0, 2), (10, 11)])

    report = find_copying(votes, skill_confusion(np.full(30, 0.7), 3), certain(truth))

    assert report.groups == ((0, 1, 2), (10, 11))
    assert report.group[[0, 1, 2, 10, 11]].tolist() == [0, 0, 0, 1, 1]
    assert {frozenset((pair.first, pair.second)) for pair in report.pairs} >= {frozenset((0, 1)), frozenset((10, 11))}
    assert report.pairs[0].same > report.pairs[0].same_expected


def test_good_workers_who_agree_are_not_accused() -> None:
    """Two workers right on all of 200 tasks agree on all of them, which is what good workers do."""
    votes, truth = independent(2, 12, 200, 0.98)

    report = find_copying(votes, skill_confusion(np.full(12, 0.98), 3), certain(truth))

    assert report.pairs == ()


def test_a_task_that_misleads_everyone_accuses_no_one() -> None:
    """All of eight workers fall for the same wrong answer on a fifth of the tasks."""
    votes, truth = independent(6, 8, 200, 0.8)
    label = np.where(votes.task < 40, (truth[votes.task] + 1) % 3, votes.label)
    misled = Votes.from_codes(votes.task, votes.worker, label, n_classes=3)

    report = find_copying(misled, skill_confusion(np.full(8, 0.8), 3), certain(truth))

    assert report.pairs == ()


def test_thousands_of_workers_take_seconds() -> None:
    votes, truth = independent(1, 3000, 20_000, 0.7, each=5)

    report = find_copying(votes, skill_confusion(np.full(3000, 0.7), 3), certain(truth), together_min=3)

    assert report.pairs_tested < 3000 * 2999 / 2
    assert report.pairs == ()


def test_benjamini_hochberg_as_in_their_paper() -> None:
    """Benjamini and Hochberg 1995, section 4: of these fifteen, four stand at 0.05."""
    paper = [0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.3240, 0.4262, 0.5719, 0.6528]
    values = np.array([*paper, 0.7590, 1.0])

    assert int(discoveries(values, 0.05).sum()) == 4
    assert discoveries(values, 0.05)[:4].all()
    assert not discoveries(np.array([np.nan, 0.9])).any()


def test_e_values_stand_as_their_inverses_would() -> None:
    """By hand: of ten tests at 0.1, one e-value of 100 stands, since 1/100 <= 0.1 * 1 / 10; one of 99 does not."""
    log_values = np.full(10, -1.0)

    log_values[0] = np.log(100.0001)
    assert e_discoveries(log_values, 0.1).tolist() == [True] + [False] * 9
    log_values[0] = np.log(99.0)
    assert not e_discoveries(log_values, 0.1).any()


def test_the_share_of_true_findings_is_learned_from_all() -> None:
    rng = np.random.default_rng(1)
    # The log-likelihood ratio of N(3, 1) against N(0, 1), for 800 null and 200 true observations.
    shifts = np.concatenate([np.zeros(800), np.full(200, 3.0)])
    ratio = 3.0 * (shifts + rng.normal(size=1000)) - 4.5

    true = 1.0 - local_false_rate(ratio)

    assert true.mean() == pytest.approx(0.2, abs=0.03)
    assert len(local_false_rate(np.zeros(0))) == 0
