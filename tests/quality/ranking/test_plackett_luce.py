"""Plackett-Luce: closed forms, choix's numbers, and the likelihood written out."""

from __future__ import annotations

from math import log

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assay.quality.arrays import Floats
from assay.quality.ranking import Battles, BradleyTerry, Orders, PlackettLuce

# choix 0.4.1: opt_rankings with alpha = 0.05 (a ridge of 0.1 here) and ilsr_rankings; opt_top1 with alpha = 0.05.
ORDERS = [(0, 1, 2, 3), (1, 0, 2, 3), (0, 2, 1, 3), (3, 0, 1), (2, 1, 0), (1, 3), (0, 2, 3, 1), (2, 3)]
CHOIX_RIDGE = [0.81484693, -0.08288475, 0.39272288, -1.12468507]
CHOIX_PLAIN = [0.85418014, -0.08209199, 0.40725706, -1.17934521]
CHOICES = [(0, (1, 2)), (1, (0, 3)), (2, (0, 1, 3)), (3, (1, 2)), (0, (2, 3)), (1, (2,))]
CHOIX_CHOICES = [0.57408293, 0.12505274, -0.53524228, -0.1638934]


def test_scores_are_those_of_choix() -> None:
    plain = PlackettLuce(ridge=1e-9).fit(Orders.from_lists(ORDERS))
    held = PlackettLuce(ridge=0.1).fit(Orders.from_lists(ORDERS))

    assert plain.score == pytest.approx(CHOIX_PLAIN, abs=2e-7)
    assert held.score == pytest.approx(CHOIX_RIDGE, abs=2e-8)


def test_single_choices_among_several_are_those_of_choix() -> None:
    rankings = Orders.from_lists([[best] for best, _ in CHOICES], others=[rest for _, rest in CHOICES])

    ranked = PlackettLuce(ridge=0.1).fit(rankings)

    assert ranked.score == pytest.approx(CHOIX_CHOICES, abs=2e-8)


def test_three_items_in_all_orders_with_exact_counts() -> None:
    """Strengths 3 : 2 : 1 put x first in half of all rankings, and y before z in two of three of those."""
    orders = [["x", "y", "z"]] * 20 + [["x", "z", "y"]] * 10 + [["y", "x", "z"]] * 15 + [["y", "z", "x"]] * 5
    orders += [["z", "x", "y"]] * 6 + [["z", "y", "x"]] * 4

    ranked = PlackettLuce(ridge=1e-9).fit(Orders.from_lists(orders))

    assert ranked.score - ranked.score[2] == pytest.approx([log(3), log(2), 0.0], abs=1e-7)
    chances = [1 / 2 * 2 / 3, 1 / 2 * 1 / 3, 1 / 3 * 3 / 4, 1 / 3 * 1 / 4, 1 / 6 * 3 / 5, 1 / 6 * 2 / 5]
    assert ranked.log_likelihood == pytest.approx(np.array([20, 10, 15, 5, 6, 4]) @ np.log(chances))


@given(st.lists(st.permutations(range(4)).map(lambda order: order[:2]), min_size=1, max_size=40))
@settings(max_examples=40, deadline=None)
def test_rankings_of_two_are_bradley_terry(orders: list[list[int]]) -> None:
    battles = Battles.from_arrays([one for one, _ in orders], [two for _, two in orders], ["a"] * len(orders))

    ranked, plain = PlackettLuce().fit(Orders.from_lists(orders)), BradleyTerry().fit(battles)

    assert ranked.score == pytest.approx(plain.score, abs=1e-6)
    assert ranked.covariance == pytest.approx(plain.covariance, rel=1e-4, abs=1e-6)
    assert ranked.win_rate == pytest.approx(plain.win_rate)
    assert ranked.note == plain.note


def slopes(orders: list[tuple[int, ...]], depth: list[int], score: Floats) -> Floats:
    """Each ranking's gradient, place by place as the model is defined."""
    each = np.zeros((len(orders), len(score)))
    for row, order in enumerate(orders):
        for place in range(min(depth[row], len(order) - 1)):
            left = list(order[place:])
            chance = np.exp(score[left]) / np.exp(score[left]).sum()
            each[row, order[place]] += 1
            each[row, left] -= chance
    return each


@pytest.mark.parametrize("cluster", [None, "worker"])
def test_intervals_are_the_textbooks_sandwich(cluster: str | None) -> None:
    rng = np.random.default_rng(1)
    ridge, n = 0.05, 5
    orders = [tuple(rng.permutation(n)[: rng.integers(2, n + 1)].tolist()) for _ in range(80)]
    depth = [int(rng.integers(1, len(order) + 1)) for order in orders]
    workers = rng.integers(10, size=80)
    rankings = Orders.from_lists(
        [order[:cut] for order, cut in zip(orders, depth, strict=True)],
        others=[order[cut:] for order, cut in zip(orders, depth, strict=True)],
        items=list(range(n)),
        workers=workers,
    )

    ranked = PlackettLuce(ridge=ridge, cluster=cluster).fit(rankings)  # type: ignore[arg-type]

    each = slopes(orders, depth, ranked.score)
    assert each.sum(axis=0) == pytest.approx(ridge * ranked.score, abs=1e-4)
    step = 1e-5
    curvature = ridge * np.eye(n) - np.stack(
        [
            (slopes(orders, depth, ranked.score + way) - slopes(orders, depth, ranked.score - way)).sum(axis=0)
            / (2 * step)
            for way in step * np.eye(n)
        ]
    )
    meat = each.T @ each
    if cluster:
        summed = np.stack([each[workers == worker].sum(axis=0) for worker in range(10)])
        meat = summed.T @ summed * 10 / 9
    centre, bread = np.eye(n) - 1 / n, np.linalg.inv(curvature)
    expected = centre @ bread @ (meat + ridge * np.eye(n)) @ bread @ centre
    assert ranked.covariance == pytest.approx(expected, rel=1e-4, abs=1e-7)


def test_rankings_that_compare_nothing_are_left_out_and_equals_are_refused() -> None:
    rankings = Orders.from_lists([["x"], ["x", "y"], []], workers=["p", "q", "p"], weights=[1, 2, 3])

    assert len(rankings) == 1
    assert rankings.notes == ("2 rankings that compare nothing left out",)
    assert rankings.weight is not None
    assert rankings.weight.tolist() == [2.0]
    with pytest.raises(ValueError, match="ranking 0 names an item twice"):
        Orders.from_lists([["x", "x"]])
    with pytest.raises(ValueError, match="weights has 1 rows for 2"):
        Orders.from_lists([["x", "y"], ["y", "x"]], weights=[1.0])


def test_an_item_always_last_stays_finite_and_is_named() -> None:
    ranked = PlackettLuce().fit(Orders.from_lists([["x", "y", "z"], ["y", "x", "z"]] * 5))

    assert np.isfinite(ranked.interval).all()
    assert "1 of 3 items never lost or never won" in ranked.note
