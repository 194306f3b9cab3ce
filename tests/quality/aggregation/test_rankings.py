from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assay.quality.aggregation.ranking_kernels import best_order, improved_order
from assay.quality.aggregation.rankings import RankingConsensus
from assay.quality.geometry.arrays import FloatArray

# The choice of a capital of Tennessee, the textbook example of voting theory: 100 voters, four cities.
TENNESSEE = {
    ("Memphis", "Nashville", "Chattanooga", "Knoxville"): 42,
    ("Nashville", "Chattanooga", "Knoxville", "Memphis"): 26,
    ("Chattanooga", "Knoxville", "Nashville", "Memphis"): 15,
    ("Knoxville", "Chattanooga", "Nashville", "Memphis"): 17,
}


def test_kemenys_order_of_the_textbook_example() -> None:
    """Its Kemeny score is 393 of 600 preferences, as the textbook's table of all 24 orders says."""
    names, weights = list(TENNESSEE), list(TENNESSEE.values())

    result = RankingConsensus(weighted=False).fit(["capital"] * 4, range(4), names, weights=weights)

    assert result.orders == [("Nashville", "Chattanooga", "Knoxville", "Memphis")]
    assert result.agreement[0] == pytest.approx(393 / 600)
    assert result.exact.all()


def test_bordas_order_of_the_textbook_example() -> None:
    """Borda's points are 194, 173, 126 and 107 of 300 each, counted by hand."""
    result = RankingConsensus(method="borda", weighted=False).fit(
        ["capital"] * 4, range(4), list(TENNESSEE), weights=list(TENNESSEE.values())
    )

    assert result.orders == [("Nashville", "Chattanooga", "Memphis", "Knoxville")]
    assert result.scores[0] == pytest.approx([194 / 300, 173 / 300, 126 / 300, 107 / 300])


def test_worths_of_two_items_are_in_proportion_to_their_wins() -> None:
    rankings = [["a", "b"]] * 3 + [["b", "a"]]

    result = RankingConsensus(method="plackett-luce", weighted=False, pseudo=1e-9).fit([0] * 4, range(4), rankings)

    assert result.scores[0] == pytest.approx([0.75, 0.25], abs=1e-6)


def test_worths_of_three_items_are_the_greatest_likelihood() -> None:
    """Compared with a fine grid over all worths, the likelihood written out from Plackett's definition."""
    rankings = [["a", "b", "c"], ["b", "a", "c"], ["a", "c", "b"], ["c", "a", "b"], ["a", "b", "c"]]
    result = RankingConsensus(method="plackett-luce", weighted=False, pseudo=1e-9).fit([0] * 5, range(5), rankings)

    found = dict(zip(result.orders[0], result.scores[0].tolist(), strict=True))
    step = np.linspace(0.01, 0.98, 98)
    a, b = np.meshgrid(step, step)
    worth = {"a": a, "b": b, "c": np.where(a + b < 0.995, 1 - a - b, np.nan)}
    total = sum(
        np.log(worth[first]) + np.log(worth[second]) - np.log(worth[second] + worth[third])
        for first, second, third in rankings
    )
    at = np.unravel_index(np.nanargmax(total), total.shape)
    assert found["a"] == pytest.approx(a[at], abs=0.01)
    assert found["b"] == pytest.approx(b[at], abs=0.01)


def cost(order: list[int], against: FloatArray) -> float:
    """What an order costs by definition: ``against[a, b]`` for every a that stands after b."""
    return sum(float(against[order[j], order[i]]) for j in range(len(order)) for i in range(j))


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 10**6), items=st.integers(1, 6))
def test_no_order_costs_less_than_the_one_found(seed: int, items: int) -> None:
    against = np.random.default_rng(seed).integers(0, 9, (items, items)).astype(np.float64)

    found = best_order(against)

    least = min(cost(list(order), against) for order in permutations(range(items)))
    assert cost(found.tolist(), against) == pytest.approx(least)
    assert sorted(found.tolist()) == list(range(items))


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 10**6))
def test_moving_single_items_never_makes_an_order_worse(seed: int) -> None:
    chance = np.random.default_rng(seed)
    against = chance.random((15, 15))
    start = chance.permutation(15)

    found = improved_order(start, against)

    assert sorted(found.tolist()) == list(range(15))
    assert cost(found.tolist(), against) <= cost(start.tolist(), against) + 1e-9


def rankers(
    seed: int, good: int, poor: int, items: int = 7, tasks: int = 8
) -> tuple[list[int], list[str], list[list[int]]]:
    """Good rankers see item i at i with little noise, poor ones with much."""
    chance = np.random.default_rng(seed)
    rows = []
    for task in range(tasks):
        for worker in range(good + poor):
            noise = 1.0 if worker < good else 30.0
            rows.append((task, f"w{worker}", np.argsort(np.arange(items) + noise * chance.normal(size=items)).tolist()))
    columns = list(zip(*rows, strict=True))
    return list(columns[0]), list(columns[1]), list(columns[2])


@pytest.mark.parametrize("method", ["kemeny", "borda", "plackett-luce"])
def test_weighing_workers_brings_the_order_nearer_to_the_truth(method: str) -> None:
    tasks, workers, rankings = rankers(4, good=3, poor=5)

    plain = RankingConsensus(method=method, weighted=False).fit(tasks, workers, rankings)  # type: ignore[arg-type]
    weighted = RankingConsensus(method=method).fit(tasks, workers, rankings)  # type: ignore[arg-type]

    assert sum(map(misplaced, weighted.orders)) < sum(map(misplaced, plain.orders))
    assert weighted.converged
    assert weighted.skill[:3].min() > weighted.skill[3:].max()


def misplaced(order: tuple[int, ...]) -> int:
    """Pairs that stand the wrong way round."""
    return sum(order[i] > order[j] for j in range(len(order)) for i in range(j))


def test_a_ranking_may_leave_items_out_and_hold_equals() -> None:
    rankings: list[list[object]] = [["a", ["b", "c"]], ["b", "d"], ["a", "d"], ["c", "d"]]

    result = RankingConsensus(weighted=False).fit([0] * 4, range(4), rankings)

    order = result.orders[0]
    assert set(order) == {"a", "b", "c", "d"}
    assert order[0] == "a"
    assert order[-1] == "d"


def test_groups_that_beat_each_other_are_ordered_exactly_though_there_are_many_items() -> None:
    items = list(range(60))

    result = RankingConsensus(weighted=False).fit([0] * 3, range(3), [items] * 3)

    assert result.orders == [tuple(items)]
    assert result.exact.all()


def test_an_item_placed_twice_is_refused() -> None:
    with pytest.raises(ValueError, match="places 'a' twice"):
        RankingConsensus().fit([0], [0], [["a", "b", "a"]])


def test_nothing_ranked_gives_nothing() -> None:
    result = RankingConsensus().fit([], [], [])

    assert result.orders == []
