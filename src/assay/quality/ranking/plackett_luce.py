"""Plackett-Luce scores from rankings of several items."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, Literal

import numpy as np

from assay.quality.arrays import Floats
from assay.quality.compiled import compiled
from assay.quality.ranking.connectivity import connectivity
from assay.quality.ranking.linear import inverse, product
from assay.quality.ranking.newton import maximum
from assay.quality.ranking.orders import Orders
from assay.quality.ranking.result import Ranked, made, referred


@dataclass(frozen=True)
class PlackettLuce:
    """Luce (1959) and Plackett (1975): each place is won by one of those left, with odds exp of their scores.

    For two items this is Bradley-Terry. ``ridge``, ``interval`` ("sandwich" or "model"), ``cluster`` and
    ``confidence`` as there; a ranking is one observation, or with ``cluster="worker"`` all orders of a worker.
    ``Ranked.win_rate`` is the share of the other items that an item was placed above.

    >>> ranked = PlackettLuce().fit(Orders.from_lists([["x", "y", "z"], ["y", "x", "z"], ["x", "z", "y"]]))
    >>> [ranked.items[code].item() for code in ranked.order]
    ['x', 'y', 'z']
    """

    ridge: float = 1e-4
    interval: Literal["sandwich", "model"] = "sandwich"
    cluster: Literal["worker"] | None = None
    confidence: float = 0.95
    iterations: int = 100
    method: ClassVar[str] = "plackett-luce"

    def fit(self, orders: Orders) -> Ranked:
        """Scores of the items of ``orders``. Raises ``ValueError`` where a setting is out of its range."""
        if not self.ridge > 0:
            raise ValueError(f"ridge must be above 0, got {self.ridge}; a tiny one such as 1e-6 hardly moves a score")
        if self.interval not in ("sandwich", "model"):
            raise ValueError(f"interval is {self.interval!r}; it is sandwich or model")
        if self.cluster not in (None, "worker") or (self.cluster == "worker" and orders.worker is None):
            raise ValueError(f"cluster={self.cluster!r} needs orders built with workers, or is not known")
        n = orders.n_items
        weight = np.ones(len(orders)) if orders.weight is None else orders.weight
        data = (orders.item, orders.start, orders.depth, weight)
        ridge = np.full(n, self.ridge)

        def evaluate(values: Floats) -> tuple[float, Floats, Floats]:
            gradient, information = np.zeros(n), np.zeros((n, n))
            likelihood = _accumulate(*data, values, gradient, information)
            return likelihood, gradient, information + np.tril(information, -1).T

        best = maximum(evaluate, np.zeros(n), ridge, iterations=self.iterations)
        covariance = inverse(best.information, ridge)
        if self.interval == "sandwich":
            cluster = orders.worker if self.cluster == "worker" else None
            code = np.arange(len(orders)) if cluster is None else np.unique(cluster, return_inverse=True)[1]
            order = np.argsort(code, kind="stable")
            meat = np.zeros((n, n))
            _spread(*data, best.values, order, code[order], meat)
            clusters = len(np.unique(code))
            if self.cluster == "worker" and clusters > 1:
                meat *= clusters / (clusters - 1)
            meat[np.diag_indices(n)] += ridge
            covariance = product(product(covariance, meat), covariance)
        above, below, placed, met = _pairs(orders, weight)
        links = connectivity(above, below, n)
        score, spread = referred(best.values, covariance, links.core / max(int(links.core.sum()), 1))
        notes = [*orders.notes, *links.notes(orders.items)]
        if not best.converged:
            notes.append(f"the search stopped after {best.iterations} steps before it had converged")
        return made(
            score,
            spread,
            links.component,
            confidence=self.confidence,
            items=orders.items,
            method=self.method,
            log_likelihood=best.log_likelihood,
            converged=best.converged,
            iterations=best.iterations,
            note="; ".join(notes),
            win_rate=np.where(met > 0, placed / np.where(met > 0, met, 1.0), 0.5),
            battles=met,
        )


def _pairs(orders: Orders, weight: Floats) -> tuple[Any, Any, Floats, Floats]:
    """Neighbours in orders, enough to say what is connected; and by item, others placed below it, and all met."""
    placed, met = np.zeros(orders.n_items), np.zeros(orders.n_items)
    size = int(np.maximum(np.diff(orders.start), 1).sum()) + len(orders)
    above, below = np.zeros(size, np.int32), np.zeros(size, np.int32)
    count = _neighbours(orders.item, orders.start, orders.depth, weight, placed, met, above, below)
    return above[:count], below[:count], placed, met


@compiled
def _neighbours(item: Any, start: Any, depth: Any, weight: Any, placed: Any, met: Any, above: Any, below: Any) -> int:
    count = 0
    for ranking in range(len(start) - 1):
        begin, size, ranked = start[ranking], start[ranking + 1] - start[ranking], depth[ranking]
        for place in range(size):
            here = item[begin + place]
            # An unranked item was met only by the ranked ones, which all stand above it.
            met[here] += weight[ranking] * (size - 1 if place < ranked else ranked)
            if place < ranked:
                placed[here] += weight[ranking] * (size - 1 - place)
            if place > 0:
                above[count] = item[begin + min(place, ranked) - 1]
                below[count] = here
                count += 1
    return count


@compiled
def _accumulate(item: Any, start: Any, depth: Any, weight: Any, values: Any, gradient: Any, information: Any) -> float:
    """The log-likelihood; adds its gradient, and its information in the lower triangle.

    Place s is won with probability w / Z(s), Z(s) the sum over those left. What a pair of items adds to the
    information is the sum of w w' / Z(s)^2 over the places at which both were left: a running sum, up to the better.
    """
    total = 0.0
    longest = 0
    for ranking in range(len(start) - 1):
        longest = max(longest, start[ranking + 1] - start[ranking])
    strength, left = np.empty(longest), np.empty(longest)
    first, second = np.empty(longest), np.empty(longest)
    for ranking in range(len(start) - 1):
        begin, size = start[ranking], start[ranking + 1] - start[ranking]
        w = weight[ranking]
        top = -np.inf
        for place in range(size):
            top = max(top, values[item[begin + place]])
        running = 0.0
        for place in range(size - 1, -1, -1):
            strength[place] = np.exp(values[item[begin + place]] - top)
            running += strength[place]
            left[place] = running
        chances, squares = 0.0, 0.0
        for place in range(size):
            # The last place of all is no choice; beyond the ranked ones none was made.
            if place < min(depth[ranking], size - 1):
                total += w * (values[item[begin + place]] - top - np.log(left[place]))
                gradient[item[begin + place]] += w
                chances += 1.0 / left[place]
                squares += 1.0 / (left[place] * left[place])
            first[place], second[place] = chances, squares
            gradient[item[begin + place]] -= w * strength[place] * chances
        for place in range(size):
            here = item[begin + place]
            information[here, here] += w * strength[place] * (first[place] - strength[place] * second[place])
            for better in range(place):
                other = item[begin + better]
                row, column = max(here, other), min(here, other)
                information[row, column] -= w * strength[place] * strength[better] * second[better]
    return total


@compiled
def _spread(item: Any, start: Any, depth: Any, weight: Any, values: Any, order: Any, cluster: Any, meat: Any) -> None:
    """Add the outer product of each cluster's gradient; ``order`` has orders of a cluster beside each other."""
    size = len(values)
    slope, met = np.zeros(size), np.zeros(size, np.bool_)
    touched, left = np.empty(size, np.int64), np.empty(size)
    count = 0
    for at in range(len(order)):
        ranking = order[at]
        begin, end = start[ranking], start[ranking + 1]
        top = -np.inf
        for place in range(begin, end):
            top = max(top, values[item[place]])
        running = 0.0
        for place in range(end - 1, begin - 1, -1):
            running += np.exp(values[item[place]] - top)
            left[place - begin] = running
        chances = 0.0
        for place in range(begin, end):
            here = np.int64(item[place])
            if not met[here]:
                met[here] = True
                touched[count] = here
                count += 1
            strength = np.exp(values[here] - top)
            if place - begin < min(depth[ranking], end - begin - 1):
                chances += 1.0 / left[place - begin]
                slope[here] += weight[ranking]
            slope[here] -= weight[ranking] * strength * chances
        if at + 1 == len(order) or cluster[at + 1] != cluster[at]:
            for row in range(count):
                for column in range(count):
                    meat[touched[row], touched[column]] += slope[touched[row]] * slope[touched[column]]
            for row in range(count):
                slope[touched[row]] = 0.0
                met[touched[row]] = False
            count = 0
