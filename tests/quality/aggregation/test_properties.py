"""What must hold of every method for any votes: properties, not examples."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assay.quality import Votes
from assay.quality.aggregation.dawid_skene import DawidSkene
from assay.quality.aggregation.ibcc import IBCC
from assay.quality.aggregation.majority import MajorityVote, Wawa
from assay.quality.aggregation.one_coin import OneCoin
from assay.quality.aggregation.pooled_bcc import PooledBCC

# Few passes: what holds after each pass holds at the end, and rounding has no time to part two ways to one answer.
VOTERS: list[Any] = [MajorityVote(), Wawa()]
FITTED: list[Any] = [method.with_iterations(5) for method in (OneCoin(), DawidSkene(), IBCC(), PooledBCC())]
EVERY = pytest.mark.parametrize("method", VOTERS + FITTED, ids=lambda method: str(method.name))
QUICK = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
Rows = list[tuple[int, int, int]]
CLASSES = 3
ROWS: st.SearchStrategy[Rows] = st.lists(
    st.tuples(st.integers(0, 6), st.integers(0, 4), st.integers(0, CLASSES - 1)),
    min_size=1,
    max_size=40,
    unique_by=lambda row: row[:2],
)


def votes_of(rows: Rows, classes: list[int] | None = None) -> Votes:
    task, worker, label = zip(*rows, strict=True)
    return Votes.from_arrays(task, worker, label, classes=classes or list(range(CLASSES)))


def by_id(ids: Any, values: Any) -> dict[Any, Any]:
    return dict(zip(ids.tolist(), values, strict=True))


def close(one: dict[Any, Any], other: dict[Any, Any]) -> bool:
    return one.keys() == other.keys() and all(np.allclose(one[key], other[key], atol=1e-7) for key in one)


@EVERY
@QUICK
@given(rows=ROWS)
def test_every_number_is_a_probability(method: Any, rows: Rows) -> None:
    result = method.fit(votes_of(rows))

    assert np.isfinite(result.posterior).all()
    assert result.posterior.min() >= 0
    assert np.allclose(result.posterior.sum(axis=1), 1)
    assert ((result.skill >= 0) & (result.skill <= 1)).all()
    assert (result.skill_interval[:, 0] <= result.skill + 1e-9).all()
    assert (result.skill_interval[:, 1] >= result.skill - 1e-9).all()
    assert ((result.confidence > 0) & (result.confidence <= 1 + 1e-12)).all()
    if result.confusion is not None:
        assert np.allclose(result.confusion.sum(axis=2), 1)


@EVERY
@QUICK
@given(rows=ROWS, data=st.data())
def test_the_order_of_the_votes_does_not_matter(method: Any, rows: Rows, data: st.DataObject) -> None:
    shuffled = data.draw(st.permutations(rows))

    one, other = method.fit(votes_of(rows)), method.fit(votes_of(shuffled))

    assert close(by_id(one.tasks, one.posterior), by_id(other.tasks, other.posterior))
    assert close(by_id(one.workers, one.skill), by_id(other.workers, other.skill))


@EVERY
@QUICK
@given(rows=ROWS, order=st.permutations(range(CLASSES)))
def test_the_names_of_the_classes_do_not_matter(method: Any, rows: Rows, order: list[int]) -> None:
    renamed = [(task, worker, order[label]) for task, worker, label in rows]

    one, other = method.fit(votes_of(rows)), method.fit(votes_of(renamed))

    assert np.allclose(one.posterior, other.posterior[:, order], atol=1e-7)
    assert np.allclose(one.skill, other.skill, atol=1e-7)


@EVERY
@QUICK
@given(rows=ROWS)
def test_a_copy_of_every_task_by_other_workers_is_answered_alike(method: Any, rows: Rows) -> None:
    copied = [(task + 100, worker + 100, label) for task, worker, label in rows]

    result = method.fit(votes_of(rows + copied))

    answers = by_id(result.tasks, result.posterior)
    assert all(np.allclose(answers[task], answers[task + 100], atol=1e-7) for task, _, _ in rows)


@pytest.mark.parametrize("method", FITTED, ids=lambda method: str(method.name))
@settings(max_examples=10, deadline=None)
@given(seed=st.integers(0, 1000))
def test_a_perfect_worker_does_not_make_answers_worse(method: Any, seed: int) -> None:
    rng = np.random.default_rng(seed)
    truth = rng.integers(0, CLASSES, 200)
    task, worker = np.repeat(np.arange(200), 3), np.tile(np.arange(3), 200)
    label = np.where(rng.random(600) < 0.6, truth[task], rng.integers(0, CLASSES, 600))
    crowd = Votes.from_codes(task, worker, label, n_classes=CLASSES)
    joined = Votes.from_codes(
        np.concatenate([task, np.arange(200)]),
        np.concatenate([worker, np.full(200, 3)]),
        np.concatenate([label, truth]),
        n_classes=CLASSES,
    )

    before, after = method.fit(crowd), method.fit(joined)

    assert (after.label_codes == truth).mean() >= (before.label_codes == truth).mean()
    assert after.skill.argmax() == 3


@EVERY
@QUICK
@given(rows=ROWS, data=st.data())
def test_a_gold_is_the_answer_to_its_task(method: Any, rows: Rows, data: st.DataObject) -> None:
    votes = votes_of(rows)
    known = data.draw(st.dictionaries(st.sampled_from(votes.tasks.tolist()), st.integers(0, CLASSES - 1)))

    result = method.fit(votes, known)

    answers = by_id(result.tasks, result.labels.tolist())
    assert {task: answers[task] for task in known} == known
    assert np.isfinite(result.posterior).all()
