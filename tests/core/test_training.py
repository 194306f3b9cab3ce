"""How a worker gets through a project's training, on numbers worked out by hand."""

from __future__ import annotations

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.core.policy import TrainingRule
from assay.core.training import Attempt, next_task, progress

COURSE = [UUID(int=number) for number in range(1, 6)]
ANN, BO = UUID(int=100), UUID(int=200)
RULE = TrainingRule(tasks=3, score_min=0.7, runs_max=2)


def run(number: int, *scores: float, counts: bool = True) -> list[Attempt]:
    return [Attempt(task, number, score, counts) for task, score in zip(COURSE, scores, strict=False)]


def test_nobody_has_passed_who_has_not_begun() -> None:
    at = progress([], COURSE, RULE)

    assert (at.state, at.run, at.place, at.done, at.wanted, at.score) == ("practising", 1, 1, 0, 3, None)


def test_a_run_counts_its_tasks_and_their_mean() -> None:
    at = progress(run(1, 1.0, 0.5), COURSE, RULE)

    assert (at.state, at.run, at.done, at.wanted, at.score) == ("practising", 1, 2, 3, 0.75)


@pytest.mark.parametrize(
    ("scores", "state"),
    [
        ((1.0, 1.0, 1.0), "passed"),
        ((1.0, 1.0, 0.1), "passed"),
        ((0.7, 0.7, 0.7), "passed"),
        ((1.0, 1.0, 0.0), "practising"),
    ],
)
def test_a_whole_run_at_the_bar_passes(scores: tuple[float, ...], state: str) -> None:
    """(1 + 1 + 0.1) / 3 = 0.7, the bar itself, whatever the rounding; (1 + 1 + 0) / 3 is below."""
    assert progress(run(1, *scores), COURSE, RULE).state == state


def test_a_run_below_the_bar_begins_another() -> None:
    at = progress(run(1, 0.0, 1.0, 1.0), COURSE, RULE)

    assert (at.state, at.run, at.place, at.done, at.score) == ("practising", 2, 2, 0, None)


def test_after_the_last_run_a_manager_must_decide() -> None:
    attempts = run(1, 0.0, 0.0, 0.0) + run(2, 0.5, 0.5, 0.5)
    at = progress(attempts, COURSE, RULE)
    assert (at.state, at.place, at.score) == ("failed", 2, 0.5)

    # Let to begin again, the worker has all runs before them, under numbers that were not used yet.
    forgiven = [Attempt(one.task_id, one.run, one.score, counts=False) for one in attempts]
    again = progress(forgiven, COURSE, RULE)
    assert (again.state, again.run, again.place) == ("practising", 3, 1)
    assert progress(forgiven + run(3, 1.0, 1.0, 1.0), COURSE, RULE).state == "passed"


def test_a_small_course_is_a_short_run() -> None:
    assert progress(run(1, 1.0), COURSE[:1], RULE).state == "passed"
    assert progress([], [], RULE).state == "passed"


def test_a_run_has_each_task_once_and_another_run_begins_with_the_others() -> None:
    met: list[Attempt] = []
    for _ in range(3):
        task = next_task(ANN, met, COURSE, 1)
        assert task is not None
        met.append(Attempt(task, 1, 0.0))
    first = {one.task_id for one in met}
    for _ in range(2):
        task = next_task(ANN, met, COURSE, 2)
        assert task is not None
        met.append(Attempt(task, 2, 0.0))

    assert len(first) == 3
    assert {one.task_id for one in met if one.run == 2} == set(COURSE) - first
    assert next_task(ANN, run(1, 1, 1, 1, 1, 1), COURSE, 1) is None


def test_neighbours_do_not_get_the_same_tasks_in_the_same_order() -> None:
    many = [UUID(int=number) for number in range(1, 41)]

    assert next_task(ANN, [], many, 1) != next_task(BO, [], many, 1)


@given(
    st.lists(st.floats(0, 1), max_size=30),
    st.integers(1, 5),
    st.floats(0, 1),
    st.integers(1, 5),
)
def test_whoever_goes_on_practising_comes_to_an_end(
    scores: list[float], tasks: int, score_min: float, runs_max: int
) -> None:
    """Whatever the scores, a worker has passed or failed after at most all tasks of all runs."""
    rule = TrainingRule(tasks=tasks, score_min=score_min, runs_max=runs_max)
    attempts: list[Attempt] = []
    for score in scores:
        at = progress(attempts, COURSE, rule)
        if at.state != "practising":
            break
        task = next_task(ANN, attempts, COURSE, at.run)
        assert task is not None
        attempts.append(Attempt(task, at.run, score))

    at = progress(attempts, COURSE, rule)
    assert len(attempts) <= tasks * runs_max
    assert at.state != "practising" or len(attempts) == len(scores) or len(attempts) < tasks * runs_max
    assert at.done <= at.wanted
