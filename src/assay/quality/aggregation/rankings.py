"""Rankings: one order a task from many workers' orders of its items."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from assay.quality.aggregation.priors import require_positive
from assay.quality.aggregation.ranking_kernels import best_order, improved_order
from assay.quality.arrays import Codes, Flags, Floats, Ids, Offsets
from assay.quality.coding import encode

# Up to here all orders are compared, by dynamic programming; 12 items take about a millisecond.
EXACT_ITEMS = 12


@dataclass(frozen=True, eq=False)
class Rankings:
    """One order a task, best first.

    ``orders``: a tuple of items for every task. ``scores``: for every task its items' scores, in the same order: by
    "borda" and "kemeny" the weighted share of other items they were placed before (0 to 1), by "plackett-luce" the
    probability of being chosen first. ``agreement``: (n_tasks,), the weighted share of preferences that the order
    keeps, 0.5 by chance. ``exact``: (n_tasks,), whether no other order could cost less. ``skill``: (n_workers,), the
    share of a worker's preferences that the others share by majority, 0 to 1. ``trace``: mean agreement by round.
    """

    tasks: Ids
    workers: Ids
    orders: list[tuple[Any, ...]]
    scores: list[Floats]
    agreement: Floats
    exact: Flags
    skill: Floats
    worker_votes: Offsets
    trace: Floats
    converged: bool
    iterations: int


@dataclass(frozen=True, kw_only=True)
class RankingConsensus:
    """The order that breaks the fewest preferences ("kemeny"), or by mean places ("borda"), or "plackett-luce".

    A ranking is a sequence of items, best first; a list or a set within it holds equals. Items that a ranking leaves
    out say nothing. Kemeny's order (1959) is the likeliest truth if every preference is right with the same probability
    (Young 1988). It is found exactly: items fall into groups of which each beats the next (Truchon 1998), and within a
    group of up to 12 all orders are compared; larger groups are improved from Borda's order by moving single items.
    Plackett (1975) and Luce (1959) have items chosen one after the other in proportion to their worth, which is fitted
    by Hunter's algorithm (2004) with ``pseudo`` lost and won choices against an item of average worth; equals are
    treated as in Breslow's method (1974).

    With ``weighted`` a worker's rankings weigh the log-odds of their preferences being right (Nitzan and Paroush 1982),
    judged by the majority of the others, mixed with ``pull`` preferences of the crowd's average.
    """

    method: Literal["kemeny", "borda", "plackett-luce"] = "kemeny"
    weighted: bool = True
    pull: float = 10.0
    pseudo: float = 0.1
    iterations_max: int = 20

    def fit(self, tasks: Any, workers: Any, rankings: Sequence[Sequence[Any]], *, weights: Any = None) -> Rankings:
        """From columns, one row a ranking. ``weights``: 0 or more, times the worker's.

        Raises ``ValueError`` where columns differ in length, an item stands twice in a ranking or a parameter is out of
        its range.
        """
        require_positive(pull=self.pull, pseudo=self.pseudo, iterations_max=self.iterations_max)
        if self.method not in ("kemeny", "borda", "plackett-luce"):
            raise ValueError(f"method is {self.method!r}; it is 'kemeny', 'borda' or 'plackett-luce'")
        task, task_ids = encode(tasks, "tasks")
        worker, worker_ids = encode(workers, "workers")
        given = np.ones(len(task)) if weights is None else np.asarray(weights, dtype=np.float64)
        if not (len(task) == len(worker) == len(rankings) == len(given)):
            raise ValueError("tasks, workers, rankings and weights differ in length; give one row a ranking in each")
        ballots = _Ballots.of(task, rankings, len(task_ids))
        n_workers = len(worker_ids)
        trust = np.ones(n_workers)
        skill = np.full(n_workers, 0.5)
        orders: list[Offsets] = []
        trace: list[float] = []
        converged = False
        while not converged and len(trace) < self.iterations_max:
            before, share = orders, given * trust[worker]
            tables = ballots.preferences(share)
            skill = self._skill(ballots, tables, share, given, worker, n_workers)
            found = [_order(self, ballots, t, tables[t], share) for t in range(len(task_ids))]
            orders = [order for order, _, _ in found]
            kept = np.array([_kept(table, order) for table, order in zip(tables, orders, strict=True)])
            trace.append(float(kept.mean()) if len(kept) else 1.0)
            converged = not self.weighted or (
                len(before) > 0 and all((a == b).all() for a, b in zip(before, orders, strict=True))
            )
            odds = np.maximum(np.log(skill) - np.log1p(-skill), 0.0)
            trust = odds / odds.mean() if odds.sum() > 0 else np.ones(n_workers)
        return Rankings(
            tasks=task_ids,
            workers=worker_ids,
            orders=[tuple(ballots.items[t][item] for item in order.tolist()) for t, order in enumerate(orders)],
            scores=[score for _, score, _ in found],
            agreement=kept,
            exact=np.array([exact for _, _, exact in found], dtype=np.bool_),
            skill=skill,
            worker_votes=np.bincount(worker, minlength=n_workers).astype(np.int64),
            trace=np.array(trace),
            converged=converged,
            iterations=len(trace),
        )

    def _skill(
        self, ballots: _Ballots, tables: list[Floats], share: Floats, given: Floats, worker: Codes, n_workers: int
    ) -> Floats:
        right, total = np.zeros(n_workers), np.zeros(n_workers)
        for row, place in enumerate(ballots.places):
            prefers = _prefers(place)
            others = tables[ballots.task[row]] - share[row] * prefers
            lead = others - others.T
            # Where the others are even a preference can be neither right nor wrong.
            told = (prefers == 1) & (np.abs(lead) > 1e-12)
            right[worker[row]] += given[row] * float((lead[told] > 0).sum())
            total[worker[row]] += given[row] * float(told.sum())
        usual = (right.sum() + 0.7) / (total.sum() + 1)
        skill = (right + self.pull * usual) / (total + self.pull)
        return np.asarray(np.clip(skill, 0.01, 0.99))


@dataclass(frozen=True, eq=False)
class _Ballots:
    """``items``: of every task. ``task``: (rows,). ``places``: of every row, the place it gives each of the task's
    items, NaN where it leaves one out."""

    items: list[list[Hashable]]
    task: Codes
    places: list[Floats]
    of_task: list[list[int]]

    @classmethod
    def of(cls, task: Codes, rankings: Sequence[Sequence[Any]], n_tasks: int) -> _Ballots:
        code: list[dict[Hashable, int]] = [{} for _ in range(n_tasks)]
        placed: list[dict[int, float]] = []
        of_task: list[list[int]] = [[] for _ in range(n_tasks)]
        for row, (t, ranking) in enumerate(zip(task.tolist(), rankings, strict=True)):
            places: dict[int, float] = {}
            for place, entry in enumerate(ranking):
                for item in entry if isinstance(entry, list | set | frozenset) else (entry,):
                    at = code[t].setdefault(item, len(code[t]))
                    if at in places:
                        raise ValueError(f"rankings[{row}] places {item!r} twice; place each item once")
                    places[at] = float(place)
            placed.append(places)
            of_task[t].append(row)
        rows = []
        for t, places in zip(task.tolist(), placed, strict=True):
            row_places = np.full(len(code[t]), np.nan)
            row_places[list(places)] = list(places.values())
            rows.append(row_places)
        return cls([list(names) for names in code], task, rows, of_task)

    def preferences(self, weight: Floats) -> list[Floats]:
        """For every task (items, items): the weight of rankings that place the first before the second."""
        tables = [np.zeros((len(items), len(items))) for items in self.items]
        for row, place in enumerate(self.places):
            tables[self.task[row]] += weight[row] * _prefers(place)
        return tables


def _prefers(place: Floats) -> Floats:
    """(items, items): 1 where the first stands before the second, 0.5 where they are equals, else 0."""
    # A comparison with NaN, an item left out, is false either way.
    table = (place[:, None] < place[None, :]) + 0.5 * (place[:, None] == place[None, :])
    np.fill_diagonal(table, 0.0)
    return np.asarray(table, dtype=np.float64)


def _order(
    method: RankingConsensus, ballots: _Ballots, task: int, table: Floats, share: Floats
) -> tuple[Offsets, Floats, bool]:
    """The order of one task's items, their scores in that order, and whether it is certainly the best."""
    met = table + table.T
    borda = table.sum(axis=1) / np.maximum(met.sum(axis=1), 1e-300)
    by_place = np.argsort(-np.round(borda, 12), kind="stable")
    if method.method == "borda":
        return by_place, borda[by_place], True
    if method.method == "plackett-luce":
        worth = _worths(ballots, task, share, method.pseudo)
        order = np.argsort(-np.round(worth, 12), kind="stable")
        return order, worth[order], True
    order, exact = _kemeny(table, by_place)
    return order, borda[order], exact


def _kemeny(table: Floats, start: Offsets) -> tuple[Offsets, bool]:
    """The order that breaks the least weight of preferences, and whether that is certain."""
    # Among orders of equal cost the one nearest Borda's is wanted, so items are searched in that order.
    against = np.ascontiguousarray(table[np.ix_(start, start)])
    reach = against >= against.T - 1e-12
    for middle in range(len(reach)):
        reach |= reach[:, [middle]] & reach[[middle], :]
    # Who reaches more stands in an earlier group; within a group all reach each other.
    depth = reach.sum(axis=1)
    order: list[int] = []
    exact = True
    for size in sorted(set(depth.tolist()), reverse=True):
        inside = np.flatnonzero(depth == size)
        part = np.ascontiguousarray(against[np.ix_(inside, inside)])
        if len(inside) <= EXACT_ITEMS:
            found = best_order(part)
        else:
            exact = False
            found = improved_order(np.arange(len(inside)), part)
        order.extend(inside[found].tolist())
    return start[order], exact


def _worths(ballots: _Ballots, task: int, share: Floats, pseudo: float) -> Floats:
    """Plackett-Luce worths (items,), summing to 1, by minorization and maximization."""
    items = len(ballots.items[task])
    worth = np.ones(items)
    stages: list[tuple[Floats, Offsets, float]] = []
    won = np.full(items, pseudo)
    for row in ballots.of_task[task]:
        place = ballots.places[row]
        for rank in np.unique(place[~np.isnan(place)]):
            chosen, left = place == rank, place >= rank
            if left.sum() > chosen.sum() or chosen.sum() > 1:
                won += share[row] * chosen
                stages.append((left.astype(np.float64), np.flatnonzero(left), share[row] * float(chosen.sum())))
    for _ in range(1000):
        lost = 2 * pseudo / (worth + 1.0)
        for left, who, weight in stages:
            lost += left * (weight / worth[who].sum())
        fresh = won / lost
        fresh /= np.exp(np.log(fresh).mean())
        settled = bool((np.abs(np.log(fresh / worth)) < 1e-9).all())
        worth = fresh
        if settled:
            break
    return np.asarray(worth / worth.sum())


def _kept(table: Floats, order: Offsets) -> float:
    """The share of the weight of preferences that an order keeps; 1 where there are none."""
    total = table.sum()
    kept = np.triu(table[np.ix_(order, order)]).sum()
    return float(kept / total) if total > 0 else 1.0
