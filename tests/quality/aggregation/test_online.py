"""A fit that is kept up to date says what fitting anew would say."""

from __future__ import annotations

import numpy as np
import pytest

from assay.quality import Votes
from assay.quality.aggregation.dawid_skene import DawidSkene
from assay.quality.aggregation.ibcc import IBCC
from assay.quality.aggregation.method import FittedByEM
from assay.quality.aggregation.one_coin import OneCoin
from assay.quality.aggregation.one_task import posterior_from_skill
from assay.quality.aggregation.pooled_bcc import PooledBCC
from quality.aggregation.crowds import made

METHODS: list[FittedByEM] = [DawidSkene(), IBCC(), PooledBCC(), OneCoin()]
EVERY = pytest.mark.parametrize("method", METHODS, ids=lambda method: str(method.name))
VOTES, TRUTH = made(seed=4, tasks=120, workers=10, votes_each=5, skill=0.8)


@EVERY
def test_votes_that_come_later_end_where_fitting_all_ends(method: FittedByEM) -> None:
    """The first 100 tasks are fitted; the rest, by two workers nobody has met, come in one by one."""
    first = VOTES.task < 100
    early = Votes.from_codes(VOTES.task[first], VOTES.worker[first], VOTES.label[first], n_classes=3)
    later = [
        (int(task), f"new {worker}" if worker < 2 else int(worker), int(label))
        for task, worker, label in zip(VOTES.task[~first], VOTES.worker[~first], VOTES.label[~first], strict=True)
    ]
    online = method.online(early)
    for task, worker, label in later:
        assert online.add([task], [worker], [label]) == [task]
    at_once = method.fit(online.votes())

    kept, refitted = online.result(), online.refit()

    assert kept.tasks.tolist() == list(range(120))
    assert set(refitted.workers.tolist()) == {*range(10), "new 0", "new 1"}
    assert (kept.label_codes == at_once.label_codes).mean() > 0.95
    assert (refitted.label_codes == at_once.label_codes).mean() > 0.98
    assert refitted.trace is not None
    assert at_once.trace is not None
    assert refitted.trace[-1] > at_once.trace[-1] - 1e-3 * len(VOTES)


@EVERY
def test_weighing_votes_that_are_there_gives_the_posterior_that_is_there(method: FittedByEM) -> None:
    online = method.with_iterations(300).online(VOTES)
    result = online.result()

    for task in range(5):
        rows = slice(int(VOTES.start[task]), int(VOTES.start[task + 1]))
        found = online.posterior_of(VOTES.label[rows].tolist(), VOTES.worker[rows].tolist())

        assert found == pytest.approx(result.posterior[task], abs=1e-3)


@EVERY
def test_a_vote_taken_back_and_given_again_leaves_no_trace(method: FittedByEM) -> None:
    online = method.with_iterations(300).online(VOTES)
    worker, label = int(VOTES.worker[0]), int(VOTES.label[0])
    before = online.answer(0)

    online.add([0], [worker], [(label + 1) % 3])
    changed = online.answer(0)
    for _ in range(30):
        online.add([0], [worker], [label])

    assert changed != before
    assert online.answer(0)[1] == pytest.approx(before[1], abs=0.01)
    assert len(online.votes()) == len(VOTES)


def test_a_gold_stays_the_answer_as_votes_come() -> None:
    online = IBCC().online(VOTES, {0: 2})

    online.add([0, 0], ["x", "y"], [1, 1])

    assert online.answer(0) == (2, 1.0)


def test_what_cannot_be_taken_in_is_refused_whole() -> None:
    online = IBCC().online(VOTES)

    with pytest.raises(ValueError, match="9 is not among the classes"):
        online.add(["t", "t"], ["a", "b"], [1, 9])
    with pytest.raises(ValueError, match="differ in length"):
        online.add(["t"], ["a", "b"], [1, 1])

    assert "t" not in online.votes().tasks.tolist()


def test_weighted_votes_are_refused() -> None:
    heavy = Votes.from_arrays([1, 1], ["a", "b"], ["x", "y"], weights=[1, 2])

    with pytest.raises(ValueError, match="no weights"):
        IBCC().online(heavy)


def test_one_task_by_known_skills_is_bayes_rule() -> None:
    """Three classes: two of skill 0.8 say the first, one of 0.6 the second; by hand."""
    found = posterior_from_skill([0, 0, 1], [0.8, 0.8, 0.6], [0.2, 0.5, 0.3])

    chances = np.array([0.2 * 0.8 * 0.8 * 0.2, 0.5 * 0.1 * 0.1 * 0.6, 0.3 * 0.1 * 0.1 * 0.2])
    assert found == pytest.approx(chances / chances.sum())


def test_one_task_with_nothing_said_is_the_prior() -> None:
    assert posterior_from_skill([], [], [0.25, 0.75]) == pytest.approx([0.25, 0.75])


def test_workers_who_are_never_wrong_and_disagree_leave_a_tie() -> None:
    assert posterior_from_skill([0, 1], [1.0, 1.0], [0.5, 0.5]) == pytest.approx([0.5, 0.5])


def test_one_task_needs_a_skill_for_each_vote_and_a_class_that_can_be() -> None:
    with pytest.raises(ValueError, match="2 votes come with 1 skills"):
        posterior_from_skill([0, 1], [0.5], [0.5, 0.5])
    with pytest.raises(ValueError, match="no class has a prior"):
        posterior_from_skill([0], [0.5], [0.0, 0.0])
