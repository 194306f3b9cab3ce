"""Which items the battles can compare: pieces that never met, and items that nothing but the prior holds finite."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from assay.quality.arrays import Codes, Flags, Ids
from assay.quality.compiled import compiled

NAMED = 3


@dataclass(frozen=True, eq=False)
class Connectivity:
    """``component``: (items,) int32, items of one number are connected by battles, the largest component is 0.

    ``core``: (items,) flags of the largest set in which everyone has, over some chain of battles, both beaten and lost
    to everyone (a tie is both); where several are as large, all of them. Within such a set the maximum of the
    likelihood is finite (Ford 1957); of the items outside it the battles alone say only "better" or "worse".
    """

    component: Codes
    core: Flags

    @property
    def components(self) -> int:
        return int(self.component.max(initial=-1)) + 1

    def notes(self, items: Ids) -> list[str]:
        said: list[str] = []
        if self.components > 1:
            sizes = np.bincount(self.component)
            said.append(
                f"the items fall into {self.components} groups that never met (sizes {_listed(sizes.tolist())});"
                " scores compare within a group only"
            )
        loose = np.flatnonzero(~self.core)
        if len(loose) and self.core.any():
            said.append(
                f"{len(loose)} of {len(items)} items never lost or never won against the rest"
                f" ({_listed(items[loose].tolist())}); only the prior keeps their scores finite"
            )
        return said


def connectivity(winner: Any, loser: Any, n_items: int) -> Connectivity:
    """Connectivity by directed edges: ``winner`` beat (or drew with) ``loser``, both (edges,) codes of items."""
    if _reaches_all(winner, loser, n_items) and _reaches_all(loser, winner, n_items):
        return Connectivity(np.zeros(n_items, np.int32), np.ones(n_items, np.bool_))
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    graph = coo_array((np.ones(len(winner), np.int8), (winner, loser)), shape=(n_items, n_items)).tocsr()
    _, weak = connected_components(graph, directed=True, connection="weak")
    _, strong = connected_components(graph, directed=True, connection="strong")
    component = _by_size(weak)
    core = _largest(strong)
    if np.bincount(strong).max() == 1:
        # No two items have beaten each other: all that met stands in for the core.
        core = _largest(weak)
    return Connectivity(component, core)


@compiled
def _reaches_all(source: Any, target: Any, n_items: int) -> bool:
    """Whether chains of edges lead from the first item to all. The usual case, and settled in a few passes."""
    reached = np.zeros(n_items, np.bool_)
    if n_items:
        reached[0] = True
    count, before = min(n_items, 1), -1
    while count < n_items and count > before:
        before = count
        for edge in range(len(source)):
            if reached[source[edge]] and not reached[target[edge]]:
                reached[target[edge]] = True
                count += 1
    return count == n_items


def _largest(label: Any) -> Flags:
    # All groups of the largest size, so that the choice does not hang on the order of the items.
    size = np.bincount(label)
    return np.asarray(size[label] == size.max())


def _by_size(label: Any) -> Codes:
    """Renumber so that the largest group is 0; of equal ones that with the first item."""
    sizes = np.bincount(label)
    first = np.full(len(sizes), len(label))
    np.minimum.at(first, label, np.arange(len(label)))
    rank = np.empty(len(sizes), np.int32)
    rank[np.lexsort((first, -sizes))] = np.arange(len(sizes), dtype=np.int32)
    return np.asarray(rank[label], dtype=np.int32)


def _listed(names: list[Any]) -> str:
    return ", ".join(map(str, names[:NAMED])) + (f" and {len(names) - NAMED} more" if len(names) > NAMED else "")
