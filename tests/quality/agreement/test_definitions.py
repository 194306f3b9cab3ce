"""Coefficients against their definitions written out pair by pair, and what must hold for any answers."""

from __future__ import annotations

from itertools import permutations
from math import pi, sin

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assay.quality.agreement import (
    Agreement,
    Patterns,
    cohen_kappa,
    fleiss_kappa,
    gwet_ac,
    krippendorff_alpha,
    percent_agreement,
)
from quality.agreement.answers import counted, units

VALUES = (0.0, 1.0, 3.0, 7.0)


def apart(scale: str, one: int, other: int, totals: list[int]) -> float:
    """Krippendorff 2011, as printed there."""
    a, b = VALUES[one], VALUES[other]
    if one == other:
        return 0.0
    if scale == "nominal":
        return 1.0
    if scale == "interval":
        return (a - b) ** 2
    if scale == "ratio":
        return ((a - b) / (a + b)) ** 2
    if scale == "circular":
        return sin(pi * (a - b) / 8) ** 2
    low, high = sorted((one, other))
    return (sum(totals[low : high + 1]) - (totals[low] + totals[high]) / 2) ** 2


def alpha_by_pairs(drawn: list[list[int]], scale: str) -> float | None:
    pairable = [unit for unit in drawn if len(unit) > 1]
    given_all = [label for unit in pairable for label in unit]
    totals = [given_all.count(code) for code in range(4)]
    seen = sum(
        apart(scale, a, b, totals) / (len(unit) - 1) for unit in pairable for a, b in permutations(unit, 2)
    ) / len(given_all)
    chance = sum(apart(scale, a, b, totals) for a, b in permutations(given_all, 2))
    return 1 - seen / (chance / (len(given_all) * (len(given_all) - 1))) if chance else None


@settings(max_examples=40, deadline=None)
@given(units, st.sampled_from(["nominal", "ordinal", "interval", "ratio", "circular"]))
def test_alpha_is_what_its_definition_says(drawn: list[list[int]], scale: str) -> None:
    patterns = Patterns.from_counts(counted(drawn), VALUES)

    alpha = krippendorff_alpha(patterns, scale, period=8)

    expected = alpha_by_pairs(drawn, scale)
    assert alpha.value == pytest.approx(0.0 if expected is None else expected, abs=1e-9)


@settings(max_examples=60, deadline=None)
@given(units)
def test_kappa_and_ac1_are_what_their_definitions_say(drawn: list[list[int]]) -> None:
    answered = [unit for unit in drawn if unit]
    seen = np.mean([np.mean([a == b for a, b in permutations(unit, 2)]) for unit in answered if len(unit) > 1])
    share = np.mean([np.bincount(unit, minlength=4) / len(unit) for unit in answered], axis=0)
    chance, gwets = float(share @ share), float(share @ (1 - share)) / 3

    assert percent_agreement(counted(drawn)).value == pytest.approx(seen)
    assert fleiss_kappa(counted(drawn)).value == pytest.approx((seen - chance) / (1 - chance) if chance < 1 else 0)
    assert gwet_ac(counted(drawn)).value == pytest.approx((seen - gwets) / (1 - gwets))


def every(counts: object) -> list[Agreement]:
    scales = ("nominal", "ordinal", "interval", "ratio", "circular")
    weights = ("identity", "linear", "quadratic", "ordinal")
    patterns = Patterns.from_counts(counts, VALUES)
    return [
        *(krippendorff_alpha(patterns, scale) for scale in scales),
        *(measure(patterns, one) for measure in (percent_agreement, fleiss_kappa, gwet_ac) for one in weights),
    ]


@settings(max_examples=40, deadline=None)
@given(units)
def test_parts_fit_together_and_nothing_is_nan(drawn: list[list[int]]) -> None:
    for one in every(counted(drawn)):
        assert np.isfinite([one.value, one.low, one.high, one.observed, one.expected]).all()
        assert one.low <= one.value <= one.high <= 1
        assert one.units == sum(len(unit) > 1 for unit in drawn)
        if one.expected < 1:
            assert one.value == pytest.approx((one.observed - one.expected) / (1 - one.expected))


@settings(max_examples=30, deadline=None)
@given(units.flatmap(lambda drawn: st.tuples(st.just(drawn), st.permutations(drawn))), st.permutations(range(4)))
def test_names_of_classes_and_order_of_units_do_not_matter(
    both: tuple[list[list[int]], list[list[int]]], order: list[int]
) -> None:
    """Of nominal coefficients; ordered ones keep their value when the order is turned round."""
    drawn, shuffled = both
    renamed = [[order[label] for label in unit] for unit in shuffled]
    turned = [[3 - label for label in unit] for unit in drawn]

    for measure in (krippendorff_alpha, percent_agreement, fleiss_kappa, gwet_ac):
        assert measure(counted(renamed)).value == pytest.approx(measure(counted(drawn)).value)
    for weights in ("linear", "quadratic", "ordinal"):
        for kappa in (fleiss_kappa, gwet_ac):
            assert kappa(counted(turned), weights).value == pytest.approx(kappa(counted(drawn), weights).value)
    for scale in ("ordinal", "interval"):
        before, after = (krippendorff_alpha(counted(one), scale).value for one in (drawn, turned))
        assert after == pytest.approx(before)


@settings(max_examples=30, deadline=None)
@given(units)
def test_asking_all_units_twice_over_changes_only_alphas_small_sample_part(drawn: list[list[int]]) -> None:
    """1 - alpha has the factor (n - 1) / n over the same sums, where n is how many pairable answers there are."""
    twice = counted(drawn + drawn)
    number = sum(len(unit) for unit in drawn if len(unit) > 1)

    for measure in (percent_agreement, fleiss_kappa, gwet_ac):
        assert measure(twice).value == pytest.approx(measure(counted(drawn)).value)
    before, after = krippendorff_alpha(counted(drawn)), krippendorff_alpha(twice)
    if before.expected < 1:
        assert (1 - after.value) / (1 - 1 / (2 * number)) == pytest.approx((1 - before.value) / (1 - 1 / number))


@settings(max_examples=30, deadline=None)
@given(units)
def test_adding_units_that_all_agree_on_raises_agreement(drawn: list[list[int]]) -> None:
    """Units of each class in the proportions of the answers so far, so that chance stays what it is."""
    answers = [label for unit in drawn for label in unit if len(unit) > 1]
    agreed = [[label, label] for label in answers]
    before, after = counted([unit for unit in drawn if len(unit) > 1]), counted(drawn + agreed)

    for measure in (krippendorff_alpha, percent_agreement):
        lower, higher = measure(before), measure(after)
        assert higher.value >= lower.value - 1e-12


@settings(max_examples=30, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), min_size=1, max_size=40))
def test_two_people_are_the_same_either_way_round(pairs: list[tuple[int, int]]) -> None:
    first, second = zip(*pairs, strict=True)

    for weights in ("identity", "linear", "quadratic", "ordinal"):
        one = cohen_kappa(first, second, weights, classes=range(4))
        other = cohen_kappa(second, first, weights, classes=range(4))
        assert one.value == pytest.approx(other.value)
        assert -1 - 1e-12 <= one.value <= 1


def test_linear_alpha_of_a_function_and_of_its_table_are_one() -> None:
    counts = counted([[0, 1, 3], [1, 1], [2, 3], [0, 0, 0]])
    table = np.abs(np.subtract.outer(VALUES, VALUES))

    by_function = krippendorff_alpha(Patterns.from_counts(counts, VALUES), lambda a, b: abs(a - b))
    by_table = krippendorff_alpha(Patterns.from_counts(counts, VALUES), table)

    assert by_function.value == by_table.value
    assert (by_function.low, by_function.high) == (by_table.low, by_table.high)


def test_distances_far_from_zero_lose_nothing() -> None:
    """Moving all values by a hundred million moves no difference of them."""
    counts = counted([[0, 1, 3], [1, 1], [2, 3], [0, 0, 0]])
    moved = [value + 1e8 for value in VALUES]

    near = krippendorff_alpha(Patterns.from_counts(counts, VALUES), "interval")
    far = krippendorff_alpha(Patterns.from_counts(counts, moved), "interval")

    assert far.value == pytest.approx(near.value, abs=1e-9)
    assert far.low == pytest.approx(near.low, abs=1e-9)
