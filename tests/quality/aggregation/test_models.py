"""What holds of every model of crowds that is fitted from one or several starts: GLAD, MACE, EBCC, ordinal."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assay.quality.aggregation import method_named
from assay.quality.aggregation.ebcc import EBCC
from assay.quality.aggregation.glad import GLAD
from assay.quality.aggregation.mace import MACE
from assay.quality.aggregation.ordinal import Ordinal
from assay.quality.votes import Votes
from quality.aggregation.crowds import accuracy, made

MODELS = [
    GLAD(tolerance=1e-8),
    GLAD(signed=True, tolerance=1e-8),
    MACE(restarts=2),
    MACE(variational=False, restarts=2),
    EBCC(restarts=2),
    Ordinal(),
]
MODEL = pytest.mark.parametrize("model", MODELS, ids=lambda model: type(model).__name__)


@MODEL
def test_a_good_crowd_is_understood(model: Any) -> None:
    votes, truth = made(3, tasks=200, votes_each=5, skill=0.8)

    result = model.fit(votes)

    assert accuracy(result.posterior, truth) > 90
    assert result.converged
    assert result.posterior.sum(axis=1) == pytest.approx(1)
    assert np.corrcoef(result.skill, _shares_right(votes, truth))[0, 1] > 0.8


def _shares_right(votes: Votes, truth: Any) -> Any:
    right = votes.label == truth[votes.task]
    return np.bincount(votes.worker, right, votes.n_workers) / votes.worker_votes()


@MODEL
def test_golds_are_kept_and_teach(model: Any) -> None:
    votes, truth = made(5, skill=0.5)
    golds = {task: int((truth[task] + 1) % 3) for task in range(0, 20, 2)}

    result = model.fit(votes, golds)

    for task, label in golds.items():
        assert result.labels[task] == label
        assert result.posterior[task, label] == pytest.approx(1)
    assert not np.allclose(result.posterior[1::2], model.fit(votes).posterior[1::2])


@MODEL
def test_a_vote_of_weight_two_counts_like_two_votes(model: Any) -> None:
    votes, _ = made(7)
    twice = Votes.from_codes(
        *(np.concatenate([column, column]) for column in (votes.task, votes.worker, votes.label)), repeated="all"
    )
    heavy = Votes.from_codes(votes.task, votes.worker, votes.label, weights=np.full(len(votes), 2.0))

    # EBCC starts by chance from patterns of votes, which the two do not share; it is compared where it ends.
    assert model.fit(heavy).posterior == pytest.approx(model.fit(twice).posterior, abs=5e-3)


@MODEL
def test_the_same_seed_gives_the_same_answer(model: Any) -> None:
    votes, _ = made(11)

    first, second = model.fit(votes), model.fit(votes)

    assert (first.posterior == second.posterior).all()
    assert (first.skill_interval == second.skill_interval).all()


@MODEL
@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 10**6))
def test_the_order_of_rows_does_not_matter(model: Any, seed: int) -> None:
    votes, _ = made(seed, tasks=30)
    shuffled = np.random.default_rng(seed).permutation(len(votes))
    other = Votes.from_codes(votes.task[shuffled], votes.worker[shuffled], votes.label[shuffled], n_classes=3)

    assert model.fit(other).posterior == pytest.approx(model.fit(votes).posterior, abs=1e-2)


@pytest.mark.parametrize(
    "model", [GLAD(tolerance=1e-8), GLAD(signed=True, tolerance=1e-8), MACE(restarts=1)], ids=["glad", "signed", "mace"]
)
@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 10**6), order=st.permutations(range(3)))
def test_renaming_the_classes_renames_the_answers(model: Any, seed: int, order: list[int]) -> None:
    votes, _ = made(seed, tasks=30)
    renamed = Votes.from_codes(votes.task, votes.worker, np.array(order)[votes.label], n_classes=3)

    result = model.fit(renamed)

    assert result.posterior[:, order] == pytest.approx(model.fit(votes).posterior, abs=1e-3)


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 10**6))
def test_turning_the_scale_around_turns_ordinal_answers_around(seed: int) -> None:
    votes, _ = made(seed, tasks=30)
    turned = Votes.from_codes(votes.task, votes.worker, 2 - votes.label, n_classes=3)

    assert Ordinal().fit(turned).posterior[:, ::-1] == pytest.approx(Ordinal().fit(votes).posterior, abs=1e-6)


@MODEL
def test_a_perfect_worker_does_not_hurt(model: Any) -> None:
    votes, truth = made(13, tasks=150, skill=0.6)
    better = Votes.from_codes(
        np.concatenate([votes.task, np.arange(150)]),
        np.concatenate([votes.worker, np.full(150, 12)]),
        np.concatenate([votes.label, truth]),
    )

    result = model.fit(better)

    assert accuracy(result.posterior, truth) >= accuracy(model.fit(votes).posterior, truth)
    assert result.skill[12] == result.skill.max()


@MODEL
@settings(max_examples=25, deadline=None)
@given(
    rows=st.lists(st.tuples(st.integers(0, 6), st.integers(0, 4), st.integers(0, 2)), max_size=30),
    classes=st.integers(3, 4),
)
def test_any_votes_give_numbers(model: Any, rows: list[tuple[int, int, int]], classes: int) -> None:
    table = np.array(rows, dtype=np.int64).reshape(-1, 3)
    votes = Votes.from_codes(*table.T, n_tasks=7, n_workers=5, n_classes=classes)

    result = model.fit(votes)

    for values in (result.posterior, result.skill, result.skill_interval, result.trace):
        assert np.isfinite(values).all()
    assert result.posterior.sum(axis=1) == pytest.approx(1)
    assert (result.skill_interval[:, 0] <= result.skill + 1e-9).all()
    assert (result.skill <= result.skill_interval[:, 1] + 1e-9).all()


@MODEL
def test_a_single_class_is_answered(model: Any) -> None:
    votes = Votes.from_arrays(["a", "b"], ["ann", "bob"], ["yes", "yes"])

    assert model.fit(votes).labels.tolist() == ["yes", "yes"]


@pytest.mark.parametrize("name", ["glad", "mace", "ebcc", "ordinal"])
def test_each_is_found_by_name(name: str) -> None:
    assert method_named(name).name == name


@pytest.mark.parametrize(
    ("kind", "parameters"),
    [
        (GLAD, {"ease_prior": (1.0, 0.0)}),
        (MACE, {"guess_prior": 0.0}),
        (MACE, {"class_prior": "all"}),
        (EBCC, {"class_votes": "some"}),
        (EBCC, {"subtypes": 0}),
        (Ordinal, {"slip": 0.0}),
        (Ordinal, {"positions": (0.0, 1.0, 1.0)}),
    ],
)
def test_a_parameter_out_of_its_range_is_refused(kind: Any, parameters: dict[str, Any]) -> None:
    votes, _ = made(1)

    with pytest.raises(ValueError, match=r"must be|it is"):
        kind(**parameters).fit(votes)
