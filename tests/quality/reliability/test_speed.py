"""Too fast: relative to the person and the task, by median polish."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars
import pytest

from assay.quality.reliability import answer_times

RECORDED = Path(__file__).parents[4] / "shared" / "data" / "crowd"


def grid(
    seed: int, tasks: int = 80, workers: int = 12, noise: float = 0.25
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Each worker has a pace and each task a length, from a factor 3 below the usual to one above."""
    rng = np.random.default_rng(seed)
    pace, length = rng.uniform(-1.1, 1.1, workers), rng.uniform(-1.1, 1.1, tasks)
    worker, task = (part.ravel() for part in np.indices((workers, tasks)))
    return task, worker, np.exp(3.0 + pace[worker] + length[task] + rng.normal(0, noise, len(task)))


def test_slow_people_and_long_tasks_are_no_excuse_and_no_accusation() -> None:
    task, worker, seconds = grid(1)
    hurried = np.flatnonzero(worker == 3)[:8]
    seconds[hurried] /= 8.0

    times = answer_times(task, worker, seconds)

    assert times.too_fast[hurried].all()
    assert times.too_fast.sum() <= len(hurried) + 5
    assert times.fast_share[3] == pytest.approx(0.1, abs=0.02)
    assert times.spread == pytest.approx(0.25, abs=0.04)


def test_two_way_medians_by_hand() -> None:
    """Times that are exactly usual * pace * length leave no deviation: 4 * (1/2, 1, 2) * (1/2, 1, 2)."""
    steps = np.array([0.5, 1.0, 2.0])
    seconds = 4.0 * steps[:, None] * steps[None, :]
    worker, task = (part.ravel() for part in np.indices(seconds.shape))

    times = answer_times(task, worker, seconds.ravel())

    np.testing.assert_allclose(times.expected, seconds.ravel(), rtol=1e-6)
    np.testing.assert_allclose(times.pace, steps, rtol=1e-6)
    assert not times.too_fast.any()


def test_a_worker_who_rushes_everything_has_a_low_pace() -> None:
    task, worker, seconds = grid(2, workers=20)
    seconds[worker == 7] = np.random.default_rng(0).uniform(0.3, 0.6, (worker == 7).sum())

    times = answer_times(task, worker, seconds)

    assert int(np.argmin(times.pace_deviation)) == 7
    assert times.pace[7] < 0.1


def test_rows_come_back_in_their_own_order() -> None:
    task, worker, seconds = grid(3, tasks=20)
    order = np.random.default_rng(1).permutation(len(task))

    straight = answer_times(task, worker, seconds)
    shuffled = answer_times(task[order], worker[order], seconds[order])

    np.testing.assert_allclose(shuffled.deviation, straight.deviation[order], atol=1e-9)


def test_no_time_at_all_is_always_too_fast() -> None:
    times = answer_times(["a", "b", "c"], ["w", "w", "w"], [10.0, 0.0, 12.0])

    assert times.too_fast.tolist() == [False, True, False]


def test_columns_that_do_not_match_and_times_that_are_no_numbers_are_errors() -> None:
    with pytest.raises(ValueError, match="rows"):
        answer_times(["a"], ["w", "v"], [1.0])
    with pytest.raises(ValueError, match=r"seconds\[1\]"):
        answer_times(["a", "b"], ["w", "w"], [1.0, np.nan])


def test_recorded_translators_fit_the_model_better_than_the_task_alone() -> None:
    path = RECORDED / "wmt23_mqm_sxs_zhen.parquet"
    if not path.exists():
        pytest.skip(f"recorded crowds are not here: {path}")
    rows = polars.read_parquet(path).filter(polars.col("seconds") > 0)
    task = (rows["task"].cast(str) + "/" + rows["system"].cast(str)).to_list()

    both = answer_times(task, rows["worker"].to_list(), rows["seconds"].to_numpy())
    alone = answer_times(task, [0] * len(rows), rows["seconds"].to_numpy())

    assert both.spread < alone.spread
    assert 0 < both.too_fast.mean() < 0.1
