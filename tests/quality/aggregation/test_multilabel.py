from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assay.quality.aggregation.multilabel import MultiLabel
from assay.quality.votes import Votes

LABELS = [f"label {c:02d}" for c in range(12)]


def taggers(seed: int, tasks: int = 300, workers: int = 30) -> tuple[Votes, Any, Any]:
    """5 of 30 workers name sets of 12 labels; careless ones forget labels, and some labels are hard for all."""
    chance = np.random.default_rng(seed)
    truth = chance.random((tasks, 12)) < chance.beta(1, 5, 12)
    care, ease = chance.normal(0, 1, workers), chance.normal(0, 0.7, 12)
    yes = 1 / (1 + np.exp(-(0.7 + care[:, None] + ease)))
    no = 1 / (1 + np.exp(-(2.8 + 0.7 * care[:, None] + np.zeros(12))))
    rows: list[tuple[int, int, str]] = []
    counts = np.zeros((tasks, 12))
    for task in range(tasks):
        for worker in chance.permutation(workers)[:5].tolist():
            named = chance.random(12) < np.where(truth[task], yes[worker], 1 - no[worker])
            counts[task] += named
            rows.extend((task, worker, LABELS[c]) for c in np.flatnonzero(named))
            if not named.any():
                rows.append((task, worker, "none of these"))
    columns = [list(column) for column in zip(*rows, strict=True)]
    votes = Votes.from_arrays(*columns, classes=[*LABELS, "none of these"], repeated="all")
    order = votes.tasks.astype(np.int64)
    return votes, truth[order], counts[order]


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_pooled_workers_beat_both_majority_and_separate_labels(seed: int) -> None:
    votes, truth, counts = taggers(seed)

    pooled = MultiLabel(nothing="none of these").fit(votes)
    separate = MultiLabel(nothing="none of these", strength=0.5).fit(votes)

    wrong = [int((chosen != truth).sum()) for chosen in (pooled.chosen, separate.chosen, counts > 2.5)]
    assert wrong[0] < 0.9 * wrong[2]
    assert wrong[0] <= wrong[1]
    assert pooled.converged


def test_memberships_are_calibrated() -> None:
    votes, truth, _ = taggers(4, tasks=800)

    membership = MultiLabel(nothing="none of these").fit(votes).membership

    for low, high in ((0.0, 0.1), (0.3, 0.7), (0.9, 1.01)):
        inside = (membership >= low) & (membership < high)
        assert membership[inside].mean() == pytest.approx(truth[inside].mean(), abs=0.08)


def test_sets_by_hand() -> None:
    """Three of three name red, one of three names blue, and all say that the second task has nothing."""
    rows = [(1, "a", "red"), (1, "a", "blue"), (1, "b", "red"), (1, "c", "red"), *((2, w, "-") for w in "abc")]

    result = MultiLabel(nothing="-").fit(Votes.from_arrays(*map(list, zip(*rows, strict=True)), repeated="all"))

    assert result.sets == [("red",), ()]
    assert result.classes.tolist() == ["blue", "red"]


def test_golds_are_kept_and_teach() -> None:
    votes, truth, _ = taggers(3)
    golds = {
        task: [LABELS[c] for c in np.flatnonzero(row)]
        for task, row in list(zip(votes.tasks.tolist(), truth, strict=True))[:100]
    }

    free, taught = (MultiLabel(nothing="none of these").fit(votes, given) for given in (None, golds))

    assert (taught.chosen[:100] == truth[:100]).all()
    assert (taught.chosen[100:] != truth[100:]).mean() <= (free.chosen[100:] != truth[100:]).mean() * 1.05


@settings(max_examples=40, deadline=None)
@given(rows=st.lists(st.tuples(st.integers(0, 3), st.integers(0, 2), st.sampled_from("xyz-")), max_size=20))
def test_any_sets_give_numbers(rows: list[tuple[int, int, str]]) -> None:
    columns = [list(column) for column in zip(*rows, strict=True)] or [[], [], []]
    votes = Votes.from_arrays(*columns, classes=["x", "y", "z", "-"], repeated="all")

    result = MultiLabel(nothing="-").fit(votes)

    for values in (result.membership, result.sensitivity, result.specificity, result.skill, result.trace):
        assert np.isfinite(values).all()
    assert ((result.membership >= 0) & (result.membership <= 1)).all()
    assert (result.skill_interval[:, 0] <= result.skill_interval[:, 1]).all()


def test_an_unknown_gold_is_refused() -> None:
    votes = Votes.from_arrays([1], ["a"], ["red"], repeated="all")

    with pytest.raises(ValueError, match="'green'"):
        MultiLabel().fit(votes, {1: ["green"]})
