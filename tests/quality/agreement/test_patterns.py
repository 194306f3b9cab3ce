"""Units collapse to the same patterns whichever way they come, and what is no answer is refused."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assay.quality.agreement import Patterns, cohen_kappa, cohen_kappa_of, krippendorff_alpha, patterns
from assay.quality.votes import Votes
from quality.agreement.answers import counted, units


def described(made: Patterns) -> dict[tuple[tuple[object, float], ...], int]:
    """How many units gave which classes how often."""
    names = made.classes.tolist()
    rows = [slice(begin, end) for begin, end in zip(made.start[:-1], made.start[1:], strict=True)]
    keys = [
        tuple(
            (names[code], count) for code, count in zip(made.code[row].tolist(), made.count[row].tolist(), strict=True)
        )
        for row in rows
    ]
    assert len(set(keys)) == len(keys)
    return dict(zip(keys, made.times.tolist(), strict=True))


def ratings(drawn: list[list[int]]) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    matrix = np.full((6, len(drawn)), np.nan)
    for unit, labels in enumerate(drawn):
        matrix[: len(labels), unit] = labels
    return matrix


@settings(max_examples=60, deadline=None)
@given(units, st.booleans())
def test_votes_counts_and_ratings_give_the_same_patterns(drawn: list[list[int]], by_hash: bool) -> None:
    """By the table over all patterns, and by hashing, which is for many classes."""
    task = np.repeat(np.arange(len(drawn)), [len(unit) for unit in drawn])
    worker = np.concatenate([np.arange(len(unit)) for unit in drawn])
    label = np.concatenate([np.array(unit, np.int64) for unit in drawn])
    votes = Votes.from_codes(task, worker, label, n_tasks=len(drawn), n_classes=4)
    size = patterns.TABLE_MAX
    patterns.TABLE_MAX = 1 if by_hash else size
    try:
        made = [
            Patterns.from_votes(votes),
            Patterns.from_counts(counted(drawn)),
            Patterns.from_ratings(ratings(drawn), classes=[0.0, 1.0, 2.0, 3.0]),
            Patterns.from_ratings(ratings(drawn)),
            Patterns.from_ratings(ratings(drawn) / 8, classes=[0.0, 0.125, 0.25, 0.375]),
        ]
    finally:
        patterns.TABLE_MAX = size

    assert described(made[0]) == described(made[1]) == described(made[2]) == described(made[3])
    assert made[3].classes.tolist() == sorted({float(code) for unit in drawn for code in unit})
    assert sorted(made[4].times.tolist()) == sorted(made[0].times.tolist())
    assert made[0].totals.tolist() == counted(drawn).sum(axis=0).tolist() == made[4].totals.tolist()
    assert made[0].units == sum(len(unit) > 0 for unit in drawn)


@pytest.mark.parametrize("late", [7.0, -1.0, 1.5])
def test_a_number_unlike_all_before_it_is_counted_too(late: float) -> None:
    """The span of the first units foretells that of all, and here wrongly."""
    matrix = np.tile([[1.0, 2.0, np.nan], [1.0, 3.0, 3.0]], 1_000)
    matrix[0, -1] = late

    made = described(Patterns.from_ratings(matrix))

    assert made == {
        ((1.0, 2.0),): 1_000,
        ((2.0, 1.0), (3.0, 1.0)): 1_000,
        ((3.0, 1.0),): 999,
        tuple(sorted([(late, 1.0), (3.0, 1.0)])): 1,
    }


def test_many_distinct_numbers_are_told_apart() -> None:
    """Zero and minus zero are one number; the table of codes grows as needed."""
    rng = np.random.default_rng(0)
    matrix = rng.normal(size=(3, 2_000))
    matrix[0, :10], matrix[1, :10] = 0.0, -0.0

    made = Patterns.from_ratings(matrix)

    assert made.classes.tolist() == sorted(set(matrix.ravel().tolist()))
    assert made.units == 2_000


def test_more_answers_than_a_sort_by_hand_is_meant_for() -> None:
    rng = np.random.default_rng(0)
    drawn = [rng.integers(0, 40, 60).tolist() for _ in range(5)]

    made = Patterns.from_counts(counted(drawn, 40))

    assert made.totals.tolist() == counted(drawn, 40).sum(axis=0).tolist()
    assert made.size.tolist() == [60.0] * 5


def test_text_answers_with_gaps() -> None:
    made = Patterns.from_ratings([["cat", None, "dog"], ["cat", "dog", "dog"]])

    assert made.classes.tolist() == ["cat", "dog"]
    assert described(made) == {(("cat", 2.0),): 1, (("dog", 1.0),): 1, (("dog", 2.0),): 1}


def test_weights_of_votes_do_not_count() -> None:
    votes = Votes.from_arrays([1, 1, 2, 2], "abab", [0, 0, 1, 0], weights=[0.1, 2.0, 3.0, 0.5])

    assert krippendorff_alpha(votes) == krippendorff_alpha([[2, 0], [1, 1]])


@pytest.mark.parametrize(
    ("counts", "said"),
    [([1, 2], "shape"), ([[1, -1]], "0 or more"), ([[0.5, 1]], "whole numbers"), ([[1, 0], [0, 1]], "two answers")],
)
def test_counts_that_are_none_are_refused(counts: object, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        krippendorff_alpha(counts)


def test_ratings_that_are_none_are_refused() -> None:
    with pytest.raises(ValueError, match="raters, units"):
        Patterns.from_ratings([1.0, 2.0])
    with pytest.raises(ValueError, match="infinite"):
        Patterns.from_ratings([[1.5, np.inf]])
    with pytest.raises(ValueError, match="not among the classes"):
        Patterns.from_ratings([[1.0, 2.0]], classes=[1.0])
    with pytest.raises(ValueError, match="columns"):
        Patterns.from_counts([[1, 2]], classes=["a"])


def test_no_units_at_all_are_refused() -> None:
    for empty in (np.zeros((0, 3)), np.zeros((4, 3))):
        with pytest.raises(ValueError, match="two answers"):
            krippendorff_alpha(empty)
    with pytest.raises(ValueError, match="labelled by both"):
        cohen_kappa([], [])


def test_two_workers_of_votes() -> None:
    votes = Votes.from_arrays([1, 1, 2, 2, 3, 3, 4], "abababa", list("xxyyxyx"))

    kappa = cohen_kappa_of(votes, "a", "b")

    assert kappa == cohen_kappa(list("xyx"), list("xyy"))
    assert kappa.units == 3
    with pytest.raises(ValueError, match="no worker"):
        cohen_kappa_of(votes, "a", "c")
    with pytest.raises(ValueError, match="themselves"):
        cohen_kappa_of(votes, "a", "a")


def test_a_scale_of_numbers_needs_numbers() -> None:
    letters = Patterns.from_ratings([["a", "b"], ["a", "a"]])

    for scale in ("interval", "ratio", "circular"):
        with pytest.raises(ValueError, match="between numbers"):
            krippendorff_alpha(letters, scale)
    with pytest.raises(ValueError, match="below 0"):
        krippendorff_alpha(Patterns.from_ratings([[-1.0, 2.0], [1.0, 2.0]]), "ratio")
    with pytest.raises(ValueError, match="symmetric"):
        krippendorff_alpha([[1, 1]], [[0, 1], [2, 0]])
    with pytest.raises(ValueError, match="distance is 'euclid'"):
        krippendorff_alpha([[1, 1]], "euclid")
    with pytest.raises(ValueError, match="weights is 'cubic'"):
        cohen_kappa([0, 1], [0, 1], "cubic")
