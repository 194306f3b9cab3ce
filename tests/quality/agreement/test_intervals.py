"""Intervals hold what they promise: against the jackknife, by simulation, and where little is known."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from assay.quality.agreement import (
    Agreement,
    Patterns,
    cohen_kappa,
    cohen_kappa_of_table,
    fleiss_kappa,
    gwet_ac,
    krippendorff_alpha,
    percent_agreement,
)
from assay.quality.agreement.resampling import draws
from assay.quality.agreement.result import Interval, student_quantile

Measure = Callable[..., Agreement]

COEFFICIENTS: list[tuple[Measure, dict[str, str]]] = [
    (krippendorff_alpha, {"distance": "nominal"}),
    (krippendorff_alpha, {"distance": "ordinal"}),
    (krippendorff_alpha, {"distance": "interval"}),
    (krippendorff_alpha, {"distance": "ratio"}),
    (krippendorff_alpha, {"distance": "circular"}),
    (percent_agreement, {}),
    (fleiss_kappa, {}),
    (fleiss_kappa, {"weights": "quadratic"}),
    (gwet_ac, {}),
    (gwet_ac, {"weights": "ordinal"}),
]


def crowd(units: int, seed: int, gaps: bool = True) -> np.ndarray[tuple[int, ...], np.dtype[np.int64]]:
    """Up to five people who know the class of a unit six times in ten; counts (units, 4)."""
    rng = np.random.default_rng(seed)
    truth = rng.choice(4, units, p=[0.5, 0.25, 0.15, 0.1])
    said = np.where(rng.random((units, 5)) < 0.6, truth[:, None], rng.integers(0, 4, (units, 5)))
    asked = np.arange(5) < (rng.integers(1, 6, units) if gaps else np.full(units, 3))[:, None]
    return np.stack([((said == code) & asked).sum(axis=1) for code in range(4)], axis=1)


@pytest.mark.parametrize(("measure", "options"), COEFFICIENTS)
def test_analytic_errors_are_those_of_leaving_out_one_unit(measure: Measure, options: dict[str, str]) -> None:
    """The jackknife (Quenouille, Tukey) is worked out unit by unit, without any of our derivatives."""
    counts = crowd(200, 0)
    if measure is krippendorff_alpha:
        counts = counts[counts.sum(axis=1) > 1]
    number = len(counts)
    left_out = np.array(
        [measure(np.delete(counts, unit, axis=0), interval="none", **options).value for unit in range(number)]
    )
    jackknife = np.sqrt((number - 1) / number * ((left_out - left_out.mean()) ** 2).sum())

    agreement = measure(counts, **options)

    error = (agreement.high - agreement.value) / student_quantile(0.975, number - 1)
    assert error == pytest.approx(jackknife, rel=0.03)


@pytest.mark.parametrize(("measure", "options"), COEFFICIENTS)
def test_kinds_of_interval_agree_on_large_samples(measure: Measure, options: dict[str, str]) -> None:
    counts = crowd(4_000, 1)

    ends = [measure(counts, interval=kind, **options) for kind in ("analytic", "bootstrap", "bca")]

    width = ends[0].high - ends[0].low
    for other in ends[1:]:
        assert other.value == ends[0].value
        assert [other.low, other.high] == pytest.approx([ends[0].low, ends[0].high], abs=0.12 * width)


@pytest.mark.parametrize("kind", ["analytic", "bootstrap", "bca"])
def test_intervals_hold_the_truth_about_as_often_as_they_say(kind: Interval) -> None:
    """Fifty units with gaps, three hundred times; the truth is what a million units give. 95 % promised; a rate of
    92 % of 300 would be seen below 88 % once in a hundred times."""
    truth = krippendorff_alpha(crowd(1_000_000, 99), interval="none").value

    ends = [krippendorff_alpha(crowd(50, seed), interval=kind, rounds=200) for seed in range(300)]

    assert np.mean([one.low <= truth <= one.high for one in ends]) > 0.88


def test_units_with_one_answer_say_nothing_of_how_people_agree() -> None:
    """A hundred units are judged by two people; four hundred more by one change no error of percent agreement."""
    judged = np.repeat([[2, 0], [1, 1], [0, 2]], [50, 20, 30], axis=0)
    singles = np.repeat([[1, 0], [0, 1]], [240, 160], axis=0)

    alone, among = percent_agreement(judged), percent_agreement(np.concatenate([judged, singles]))

    assert among.value == alone.value == pytest.approx(0.8)
    assert among.high - among.low == pytest.approx(alone.high - alone.low, rel=0.02)


def test_full_agreement_has_an_exact_lower_end() -> None:
    """Ten of ten units agree: the share that does is at least 0.025 ** (1 / 10), by Clopper and Pearson."""
    counts = np.repeat([[3, 0], [0, 3]], 5, axis=0)

    for kind in ("analytic", "bootstrap", "bca"):
        percent, kappa = percent_agreement(counts, interval=kind), fleiss_kappa(counts, interval=kind)
        assert percent.low == pytest.approx(0.025**0.1)
        assert kappa.low == pytest.approx((0.025**0.1 - 0.5) / 0.5)
        assert kappa.value == kappa.high == 1.0
        assert "all 10 units agree" in kappa.note


def test_answers_that_are_all_alike_show_nothing() -> None:
    same = [[3, 0], [2, 0], [5, 0]]

    for measure in (krippendorff_alpha, fleiss_kappa):
        one = measure(same)
        assert (one.value, one.low, one.high) == (0.0, -1.0, 1.0)
        assert "alike" in one.note
    assert cohen_kappa(["a", "a"], ["a", "a"]).value == 0.0
    assert krippendorff_alpha([[2], [3]]).value == gwet_ac([[2], [3]]).value == fleiss_kappa([[2], [3]]).value == 0.0
    # Two classes were to be had, so not to use one of them is agreement.
    assert gwet_ac(same).value == 1.0


def test_one_unit_gives_a_value_and_no_interval() -> None:
    alpha = krippendorff_alpha([[2, 1]])

    assert (alpha.low, alpha.high) == (-1.0, 1.0)
    assert "one unit" in alpha.note


def test_rounds_that_draw_one_class_only_are_left_out_and_counted() -> None:
    alpha = krippendorff_alpha([[2, 0], [2, 0], [2, 0], [1, 1]], interval="bootstrap")

    assert "of 1000 rounds" in alpha.note
    assert np.isfinite([alpha.low, alpha.high]).all()


def test_the_same_seed_gives_the_same_interval() -> None:
    counts = crowd(100, 2)

    first, again, other = (krippendorff_alpha(counts, interval="bootstrap", seed=seed) for seed in (1, 1, 2))

    assert first == again
    assert first.low != other.low


@pytest.mark.parametrize("times", [[400, 300, 300], [1, 2, 1, 1]])
def test_draws_take_as_many_units_as_there_are(times: list[int]) -> None:
    """In both ways of drawing; the mean of how often a kind comes is how often it is there."""
    drawn = np.concatenate(list(draws(np.array(times), 4_000, 0)))

    assert drawn.shape == (4_000, len(times))
    assert (drawn.sum(axis=1) == sum(times)).all()
    assert drawn.mean(axis=0) == pytest.approx(times, rel=0.1)


def test_what_cannot_be_asked_is_refused() -> None:
    asked: list[tuple[dict[str, Any], str]] = [
        ({"level": 1.0}, "level"),
        ({"rounds": 0}, "rounds"),
        ({"interval": "exact"}, "interval"),
    ]
    for options, said in asked:
        with pytest.raises(ValueError, match=said):
            krippendorff_alpha([[1, 1]], **options)
    with pytest.raises(ValueError, match="one row and one column"):
        cohen_kappa_of_table([[1, 2]])
    with pytest.raises(ValueError, match="whole numbers"):
        cohen_kappa_of_table([[1, -1], [0, 1]])


def test_patterns_pass_through_unchanged() -> None:
    made = Patterns.from_counts([[2, 0], [1, 1]])

    assert Patterns.of(made) is made
