"""Whom to trust: rings that hold the consensus, undone by golds."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import polars
import pytest

from assay.quality import Votes, aggregate
from assay.quality.reliability import triage, trusted_workers

RECORDED = Path(__file__).parents[4] / "shared" / "data" / "crowd"


def rte() -> tuple[Votes, dict[Any, Any]]:
    if not RECORDED.exists():
        pytest.skip(f"recorded crowds are not here: {RECORDED}")
    known = polars.read_parquet(RECORDED / "rte.truth.parquet")
    votes = Votes.from_frame(polars.read_parquet(RECORDED / "rte.labels.parquet"))
    return votes, dict(zip(known["task"].to_list(), known["truth"].to_list(), strict=True))


def joined_by_a_ring(votes: Votes, share: float, seed: int) -> tuple[Votes, np.ndarray]:
    """New workers with ``share`` of all votes copy from one random sheet, each as busy as some honest worker."""
    rng = np.random.default_rng(seed)
    sheet = rng.integers(0, votes.n_classes, votes.n_tasks)
    tasks: list[np.ndarray] = []
    while sum(map(len, tasks)) < share / (1 - share) * len(votes):
        tasks.append(rng.choice(votes.n_tasks, int(rng.choice(votes.worker_votes())), replace=False))
    size = votes.n_workers + len(tasks)
    added = np.concatenate(tasks)
    attacked = Votes.from_codes(
        np.concatenate([votes.task, added]),
        np.concatenate([votes.worker, np.repeat(np.arange(votes.n_workers, size), [len(some) for some in tasks])]),
        np.concatenate([votes.label, sheet[added]]),
        tasks=votes.tasks,
        classes=votes.classes,
    )
    return attacked, np.arange(size) >= votes.n_workers


def accuracy(result: Any, truth: dict[Any, Any]) -> float:
    return float(np.mean([truth[t] == said for t, said in zip(result.tasks.tolist(), result.labels, strict=True)]))


def test_a_ring_with_two_votes_in_five_is_undone_by_golds_on_a_tenth_of_the_tasks() -> None:
    """RTE, a shared random answer sheet: clamped golds do not help, the filter gives more than 92 % back."""
    votes, truth = rte()
    reached = []
    for seed in range(3):
        attacked, ring = joined_by_a_ring(votes, 0.4, seed)
        drawn = np.random.default_rng(seed).choice(sorted(truth), 80, replace=False).tolist()
        golds = {task: truth[task] for task in drawn}

        trust = trusted_workers(attacked, golds)

        assert accuracy(aggregate(attacked, "ibcc", golds), truth) < 0.7
        assert (ring & trust.trusted & ~trust.one_voice).mean() < 0.02
        reached.append(accuracy(aggregate(trust.keep(attacked), "ibcc", golds), truth))

    assert float(np.mean(reached)) > 0.92


def test_an_honest_crowd_keeps_its_accuracy() -> None:
    votes, truth = rte()
    golds = {task: truth[task] for task in sorted(truth)[::10]}

    trust = trusted_workers(votes, golds)

    assert not trust.by_copying.any()
    kept = accuracy(aggregate(trust.keep(votes), "ibcc", golds), truth)
    assert kept > accuracy(aggregate(votes, "ibcc", golds), truth) - 0.01


def made(seed: int, ring: int, tasks: int = 200) -> tuple[Votes, np.ndarray]:
    """Twelve workers of skill 0.85 answer everything, and ``ring`` more say what one random sheet says."""
    rng = np.random.default_rng(seed)
    truth, sheet = rng.integers(0, 2, tasks), rng.integers(0, 2, tasks)
    label = np.where(rng.random((12, tasks)) < 0.85, truth, 1 - truth)
    label = np.concatenate([label, np.repeat(sheet[None], ring, axis=0)])
    worker, task = np.indices(label.shape)
    return Votes.from_codes(task.ravel(), worker.ravel(), label.ravel()), truth


def test_who_fails_many_golds_is_turned_away_and_the_good_are_not() -> None:
    votes, truth = made(1, ring=4)

    trust = trusted_workers(votes, {task: int(truth[task]) for task in range(0, 200, 4)}, link=False)

    assert trust.trusted.tolist() == [True] * 12 + [False] * 4
    assert trust.by_golds[12:].all()


def test_a_ring_member_without_golds_goes_with_the_ring() -> None:
    votes, truth = made(2, ring=5)
    # The last worker answers no gold.
    golds = {task: int(truth[task]) for task in range(0, 200, 5)}
    seen = (votes.worker != 16) | (votes.task % 5 != 0)

    trust = trusted_workers(votes.only(seen), golds)

    assert trust.skill.gold_votes[16] == 0
    assert not trust.trusted[16]
    assert trust.by_copying[16]
    assert trust.trusted[:12].all()


def test_a_group_on_which_golds_are_silent_has_one_voice() -> None:
    """Four copy each other where there are no golds at all: none is turned away by golds, but they count once."""
    votes, truth = made(3, ring=4)
    golds = {task: int(truth[task]) for task in range(20)}
    votes = votes.only((votes.worker < 12) | (votes.task >= 20))

    trust = trusted_workers(votes, golds)
    kept = trust.keep(votes)

    heard = np.bincount(kept.task[kept.worker >= 12], minlength=200)
    assert trust.one_voice[12:].any() or not trust.trusted[12:].any()
    assert heard.max() <= 1


def test_where_there_is_one_class_only_nobody_is_turned_away() -> None:
    votes = Votes.from_arrays([1, 1, 2], ["ann", "bob", "ann"], ["x", "x", "x"])

    assert trusted_workers(votes, {1: "x"}).trusted.all()


def test_no_golds_is_an_error() -> None:
    votes, _ = made(4, ring=0)

    with pytest.raises(ValueError, match="golds"):
        trusted_workers(votes, {})


def test_triage_names_the_ring_and_the_guessers_with_reasons() -> None:
    votes, truth = made(5, ring=3)

    concerns = triage(votes, {task: int(truth[task]) for task in range(0, 200, 10)})

    assert {concern.worker for concern in concerns} == {12, 13, 14}
    first = concerns[0]
    assert 0.9 < first.score <= 1.0
    assert first.votes == 200
    assert any("same answer" in reason or "answer sheet" in reason for reason in first.reasons)
    assert all(reason.endswith(".") for reason in first.reasons)


def test_triage_of_nothing_is_nothing() -> None:
    assert triage(Votes.from_arrays([], [], [])) == []
