from __future__ import annotations

import numpy as np
import pytest

from assay.quality.aggregation.dawid_skene import DawidSkene
from assay.quality.aggregation.ordinal import Ordinal
from assay.quality.votes import Votes
from quality.aggregation.crowds import accuracy, recorded


def graders(seed: int) -> tuple[Votes, np.ndarray[tuple[int], np.dtype[np.int64]]]:
    """Grades 0 to 4 by 60 workers who lean and scatter, 5 a task."""
    chance = np.random.default_rng(seed)
    truth = chance.integers(0, 5, 600)
    task = np.repeat(np.arange(600), 5)
    worker = np.concatenate([chance.permutation(60)[:5] for _ in range(600)])
    lean, scatter = chance.normal(0, 0.5, 60), chance.uniform(0.4, 1.5, 60)
    seen = truth[task] + lean[worker] + scatter[worker] * chance.normal(size=3000)
    return Votes.from_codes(task, worker, np.clip(np.round(seen), 0, 4).astype(np.int64), n_classes=5), truth


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_knowing_the_order_of_grades_helps(seed: int) -> None:
    votes, truth = graders(seed)

    plain, ordered = DawidSkene().fit(votes), Ordinal().fit(votes)

    assert accuracy(ordered.posterior, truth) > accuracy(plain.posterior, truth) + 4
    assert np.abs(ordered.label_codes - truth).mean() < 0.8 * np.abs(plain.label_codes - truth).mean()


@pytest.mark.parametrize("name", ["adult", "relevance"])
def test_real_grades_are_nearer_to_the_truth_than_by_dawid_and_skene(name: str) -> None:
    votes, truth = recorded(name)
    known = truth >= 0

    plain, ordered = DawidSkene().fit(votes), Ordinal().fit(votes)

    far = [np.abs(result.label_codes[known] - truth[known]).mean() for result in (plain, ordered)]
    assert far[1] < 0.98 * far[0]


def test_the_median_is_nearer_than_the_likeliest() -> None:
    votes, truth = graders(5)

    likeliest, median = Ordinal().fit(votes), Ordinal(answer="median").fit(votes)

    far = np.abs(np.arange(5)[None, :, None] - np.arange(5)) @ likeliest.posterior.T
    expected = far[0].T
    rows = np.arange(600)
    assert (expected[rows, median.label_codes] <= expected[rows, likeliest.label_codes] + 1e-9).all()
    assert np.abs(median.label_codes - truth).mean() < 1


def test_uneven_steps_are_taken_as_given() -> None:
    votes, _ = graders(7)

    even, uneven = Ordinal().fit(votes), Ordinal(positions=(0.0, 1.0, 2.0, 3.0, 30.0)).fit(votes)

    assert Ordinal(positions=(0.0, 2.0, 4.0, 6.0, 8.0)).fit(votes).posterior == pytest.approx(even.posterior, abs=1e-4)
    assert not np.allclose(uneven.posterior, even.posterior, atol=1e-2)
