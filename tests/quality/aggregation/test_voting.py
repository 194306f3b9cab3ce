"""Voting: by hand, and against plain counting."""

from __future__ import annotations

import numpy as np
import pytest

from assay.quality import Votes, aggregate
from assay.quality.aggregation.majority import MajorityVote, WeightedVote

VOTES = Votes.from_arrays(
    ["t1"] * 3 + ["t2"] * 2 + ["t3"] * 2,
    ["ann", "bob", "cyd", "ann", "bob", "bob", "cyd"],
    ["x", "x", "y", "y", "x", "x", "x"],
)


def test_the_class_most_say_wins_and_ties_are_told() -> None:
    result = MajorityVote().fit(VOTES)

    # Of seven votes five say x, so that a tie goes to x.
    assert result.labels.tolist() == ["x", "x", "x"]
    assert result.tied.tolist() == [False, True, False]
    assert result.posterior == pytest.approx(np.array([[2 / 3, 1 / 3], [1 / 2, 1 / 2], [1, 0]]))
    assert result.confidence.tolist() == pytest.approx([2 / 3, 1 / 2, 1])
    assert result.worker_votes.tolist() == [2, 3, 2]
    # ann: 2/3 and 1/2; bob: 2/3, 1/2 and 1; cyd: 1/3 and 1.
    assert result.skill.tolist() == pytest.approx([7 / 12, 13 / 18, 2 / 3])
    assert (result.skill_interval[:, 0] < result.skill).all()
    assert (result.skill_interval[:, 1] > result.skill).all()


@pytest.mark.parametrize(
    ("classes", "most"), [(2, 70_000 // 2), (3, 70_000 // 3), (4, 70_000 // 4), (5, 32), (100, 32), (100, 33)]
)
def test_a_task_may_have_any_number_of_votes(classes: int, most: int) -> None:
    """Against votes that weigh 1 each, which are counted another way. Up to 4 classes and 15 votes the leader is looked
    up; with more classes votes are compared with each other, in two ways up to 5 and up to 32."""
    rng = np.random.default_rng(classes)
    each = np.concatenate([np.tile(np.arange(1, 20), 30), [most]])
    task = np.repeat(np.arange(len(each)), each)
    worker, label = rng.integers(0, 30, len(task)), rng.integers(0, classes, len(task))
    plain = Votes.from_codes(task, worker, label, repeated="all")
    weighted = Votes.from_codes(task, worker, label, repeated="all", weights=np.ones(len(task)))

    found, expected = MajorityVote().fit(plain), MajorityVote().fit(weighted)

    assert expected.tied.any()
    assert found.labels.tolist() == expected.labels.tolist()
    assert found.tied.tolist() == expected.tied.tolist()
    # Many classes have posteriors in single precision.
    assert found.posterior == pytest.approx(expected.posterior, abs=1e-7 if classes > 16 else 1e-12)
    assert found.skill == pytest.approx(expected.skill, abs=1e-7 if classes > 16 else 1e-12)


def test_a_known_answer_stands_whatever_the_votes() -> None:
    result = MajorityVote().fit(VOTES, {"t1": "y"})

    assert result.labels.tolist() == ["y", "x", "x"]
    assert result.posterior[0].tolist() == [0, 1]


def test_weights_of_workers_and_of_votes_multiply() -> None:
    weighted = Votes.from_arrays([1, 1, 1], ["a", "b", "c"], ["x", "y", "y"], weights=[4, 1, 1])

    result = WeightedVote(weight_of={"a": 0.5}, otherwise=1.5).fit(weighted)

    # 4 * 0.5 for x against 1.5 + 1.5 for y.
    assert result.posterior.tolist() == [pytest.approx([0.4, 0.6])]


def test_a_weight_below_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="weight_of"):
        WeightedVote(weight_of={"ann": -1.0}).fit(VOTES)


def test_wawa_weighs_workers_by_their_agreement_with_the_majority() -> None:
    result = aggregate(VOTES, "wawa")

    # A tie is half an agreement: ann 1 + 1/2 of 2, bob 1 + 1/2 + 1 of 3, cyd 0 + 1 of 2.
    ann, bob, cyd = 3 / 4, 5 / 6, 1 / 2
    assert result.skill.tolist() == pytest.approx([ann, bob, cyd])
    assert result.posterior.tolist() == [
        pytest.approx([(ann + bob) / (ann + bob + cyd), cyd / (ann + bob + cyd)]),
        pytest.approx([bob / (ann + bob), ann / (ann + bob)]),
        pytest.approx([1, 0]),
    ]


@pytest.mark.parametrize("classes", [2, 3, 4, 5, 40])
def test_every_way_of_counting_counts_the_same(classes: int) -> None:
    """Up to four classes are counted in a register, more in memory; a weight of 1 takes the way of weights."""
    rng = np.random.default_rng(classes)
    task, worker, label = rng.integers(0, 60, 400), rng.integers(0, 9, 400), rng.integers(0, classes, 400)
    plain = Votes.from_codes(task, worker, label, n_classes=classes, repeated="all")
    heavy = Votes.from_codes(task, worker, label, n_classes=classes, repeated="all", weights=np.ones(400))

    result, same = MajorityVote().fit(plain), MajorityVote().fit(heavy)

    assert result.posterior == pytest.approx(plain.counts() / plain.counts().sum(axis=1, keepdims=True))
    assert result.posterior == pytest.approx(same.posterior)
    assert result.skill == pytest.approx(same.skill)
    assert result.prior == pytest.approx(same.prior)
    assert result.worker_votes.tolist() == same.worker_votes.tolist()
    assert (result.label_codes == same.label_codes).all()


def test_a_task_without_votes_gets_the_overall_shares() -> None:
    votes = Votes.from_codes([0, 0, 0], [0, 1, 2], [1, 1, 0], n_tasks=2)

    result = MajorityVote().fit(votes)

    assert result.posterior[1] == pytest.approx([1 / 3, 2 / 3])


def test_a_method_that_is_not_there_is_told_with_those_that_are() -> None:
    with pytest.raises(ValueError, match="there is no method 'plurality'; it is one of auto, majority"):
        aggregate(VOTES, "plurality")
