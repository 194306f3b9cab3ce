"""Skill from golds and agreement: exact posteriors by hand, EM by another way, and no worker their own judge."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from scipy.optimize import minimize_scalar

from assay.quality import Votes
from assay.quality.aggregation.ibcc import IBCC
from assay.quality.aggregation.majority import MajorityVote
from assay.quality.reliability import confusion_of, leave_own_out, worker_skill
from assay.quality.reliability.evidence import skill_confusion
from assay.quality.reliability.skill import skill_by_chances


def crowd(seed: int, skills: list[float], tasks: int = 200, classes: int = 2) -> tuple[Votes, np.ndarray]:
    """Everyone answers everything, right with their own probability, else another class at random."""
    rng = np.random.default_rng(seed)
    truth = rng.integers(0, classes, tasks)
    task = np.repeat(np.arange(tasks), len(skills))
    worker = np.tile(np.arange(len(skills)), tasks)
    right = rng.random(len(task)) < np.array(skills)[worker]
    label = np.where(right, truth[task], (truth[task] + rng.integers(1, classes, len(task))) % classes)
    return Votes.from_codes(task, worker, label, n_classes=classes), truth


def test_golds_alone_give_the_beta_posterior() -> None:
    """By hand: 7 right and 3 wrong on a flat prior is Beta(8, 4); the interval is SciPy's."""
    labels = ["x"] * 7 + ["y"] * 3
    votes = Votes.from_arrays(range(10), ["ann"] * 10, labels)

    skill = worker_skill(votes, dict.fromkeys(range(10), "x"), prior=(1, 1))

    assert skill.alpha[0] == pytest.approx(8)
    assert skill.beta[0] == pytest.approx(4)
    assert skill.interval[0] == pytest.approx(stats.beta(8, 4).interval(0.95))
    assert skill.above(0.5)[0] == pytest.approx(stats.beta(8, 4).sf(0.5))


def test_golds_alone_leave_other_votes_out() -> None:
    votes = Votes.from_arrays([1, 2, 3], ["ann", "ann", "bob"], ["x", "y", "x"])

    skill = worker_skill(votes, {1: "x"}, prior=(1, 1))

    assert skill.mean.tolist() == pytest.approx([2 / 3, 1 / 2])
    assert skill.evidence.tolist() == [1.0, 0.0]
    assert skill.gold_votes.tolist() == [1, 0]


def test_uncertain_truths_give_the_maximum_of_the_likelihood() -> None:
    """Against SciPy's bounded maximiser of the same log-posterior, on a hundred soft truths of four classes."""
    rng = np.random.default_rng(5)
    chance = rng.beta(0.6, 0.4, 100)
    votes = Votes.from_codes(np.arange(100), np.zeros(100, int), rng.integers(0, 4, 100), n_classes=4)

    skill = skill_by_chances(votes, chance, prior=(3.0, 2.0))

    def loss(share: float) -> float:
        likelihood = np.log(share * chance + (1 - share) * (1 - chance) / 3).sum()
        return -float(likelihood + 3.0 * np.log(share) + 2.0 * np.log(1 - share))

    best = minimize_scalar(loss, bounds=(1e-6, 1 - 1e-6), method="bounded", options={"xatol": 1e-10})
    assert skill.mean[0] == pytest.approx(best.x, abs=1e-5)
    assert 0 < skill.evidence[0] < 100


def test_a_vote_of_which_nothing_is_known_is_no_evidence() -> None:
    alone = Votes.from_arrays([1, 2, 3], ["ann", "ann", "ann"], ["x", "y", "x"])

    skill = worker_skill(alone, result=MajorityVote().fit(alone), prior=(6, 2))

    assert skill.mean[0] == pytest.approx(0.75)
    assert skill.evidence[0] == 0.0


def test_nobody_is_judged_by_their_own_vote() -> None:
    """By hand: two others of skill 0.8 who said x leave 16 : 1 for x, whatever the one judged said."""
    votes = Votes.from_arrays([1, 1, 1], ["ann", "bob", "cat"], ["x", "x", "y"])
    confusion = skill_confusion(np.full(3, 0.8), 2)

    others = leave_own_out(votes, confusion, np.array([0.5, 0.5]))

    assert others[2] == pytest.approx([16 / 17, 1 / 17], rel=1e-3)
    assert others[0] == pytest.approx([0.5, 0.5])


def test_own_votes_on_a_task_are_all_left_out_and_golds_are_certain() -> None:
    votes = Votes.from_arrays([1, 1, 1, 2], ["ann", "ann", "bob", "bob"], ["x", "y", "y", "x"], repeated="all")
    confusion = skill_confusion(np.full(2, 0.8), 2)

    others = leave_own_out(votes, confusion, np.array([0.5, 0.5]), {2: "y"})

    assert others[0] == pytest.approx([0.2, 0.8], rel=1e-3)
    assert others[1] == pytest.approx([0.2, 0.8], rel=1e-3)
    assert others[3].tolist() == [0.0, 1.0]


def test_agreement_finds_the_skill_that_made_the_votes_and_intervals_cover_it() -> None:
    made = [0.95, 0.9, 0.85, 0.8, 0.75, 0.7, 0.65, 0.6, 0.55]
    hits = []
    for seed in range(20):
        votes, _ = crowd(seed, made)
        skill = worker_skill(votes, result=IBCC().fit(votes))
        hits.append((skill.interval[:, 0] <= made) & (made <= skill.interval[:, 1]))
        assert np.abs(skill.mean - made).max() < 0.15

    # 180 intervals of 95 %: that fewer than 155 should cover has a probability below 1e-6.
    assert np.sum(hits) >= 155


def test_golds_and_agreement_together_are_surer_than_either() -> None:
    votes, truth = crowd(3, [0.9, 0.8, 0.7, 0.7, 0.6], tasks=100)
    golds = {task: int(truth[task]) for task in range(15)}

    by_golds = worker_skill(votes, golds, prior=(1, 1))
    by_peers = worker_skill(votes, result=IBCC().fit(votes), prior=(1, 1))
    by_both = worker_skill(votes, golds, IBCC().fit(votes, golds), prior=(1, 1))

    assert (by_both.evidence > by_golds.evidence).all()
    assert (by_both.evidence >= by_peers.evidence - 1e-6).all()


def test_a_worker_with_few_golds_is_taken_for_an_average_one() -> None:
    tasks = list(range(100)) * 20 + [0]
    workers = [f"w{n}" for n in range(20) for _ in range(100)] + ["new"]
    wrong = np.random.default_rng(1).random(2000) < 0.2
    labels = np.append(np.where(wrong, "y", "x"), "y")

    skill = worker_skill(Votes.from_arrays(tasks, workers, labels), dict.fromkeys(range(100), "x"))

    assert skill.mean[20] == pytest.approx(0.8, abs=0.05)


def test_a_result_of_trusted_votes_makes_no_witness_of_the_others() -> None:
    """Four who copy one wrong sheet are judged by the three whose votes were fitted, not by each other."""
    truth = np.tile([0, 1], 30)
    label = np.concatenate([np.tile(truth, (3, 1)), np.tile(1 - truth, (4, 1))])
    worker, task = np.indices(label.shape)
    votes = Votes.from_codes(task.ravel(), worker.ravel(), label.ravel())

    skill = worker_skill(votes, result=IBCC().fit(votes.only(votes.worker < 3)))

    assert (skill.mean[:3] > 0.9).all()
    assert (skill.mean[3:] < 0.1).all()


def test_neither_golds_nor_a_result_is_an_error() -> None:
    votes = Votes.from_arrays([1], ["ann"], ["x"])

    with pytest.raises(ValueError, match="nothing to judge workers by"):
        worker_skill(votes)


@settings(max_examples=30, deadline=None)
@given(st.data())
def test_classes_may_be_renamed_and_rows_shuffled(data: st.DataObject) -> None:
    size = data.draw(st.integers(1, 40))
    codes = st.lists(st.integers(0, 4), min_size=size, max_size=size)
    task, worker = data.draw(codes), data.draw(codes)
    label = data.draw(st.lists(st.integers(0, 2), min_size=size, max_size=size))
    votes = Votes.from_codes(task, worker, label, n_tasks=5, n_workers=5, n_classes=3, repeated="all")
    order = np.random.default_rng(size).permutation(size)
    other = Votes.from_codes(
        np.array(task)[order],
        np.array(worker)[order],
        2 - np.array(label)[order],
        n_tasks=5,
        n_workers=5,
        n_classes=3,
        repeated="all",
    )
    skills = np.array([0.9, 0.7, 0.5, 0.6, 0.8])

    here = leave_own_out(votes, skill_confusion(skills, 3), np.full(3, 1 / 3))
    there = leave_own_out(other, skill_confusion(skills, 3), np.full(3, 1 / 3))

    assert np.isfinite(here).all()
    key = np.lexsort((votes.label, votes.worker, votes.task))
    mirrored = np.lexsort((2 - other.label, other.worker, other.task))
    np.testing.assert_allclose(here[key], there[mirrored][:, ::-1], atol=1e-9)


def test_a_method_without_confusion_is_given_one_by_its_skill() -> None:
    votes, _ = crowd(1, [0.9, 0.8, 0.7], classes=3)
    result = MajorityVote().fit(votes)

    confusion = confusion_of(result)

    np.testing.assert_allclose(confusion.sum(axis=2), 1.0)
    np.testing.assert_allclose(confusion[:, 1, 1], result.skill, atol=1e-3)
    np.testing.assert_allclose(confusion[:, 0, 1], confusion[:, 0, 2])
