"""The compiled search for the order with the fewest broken preferences."""

from __future__ import annotations

import numpy as np

from assay.quality.arrays import Floats, Offsets
from assay.quality.compiled import compiled


@compiled
def best_order(against: Floats) -> Offsets:
    """The order of least cost, over all orders; among equals later items rather stand last. At most 16 items.

    ``against``: (items, items), what it costs to place the first after the second. Dynamic programming over subsets
    (Held and Karp 1962): 2 ** items * items steps.
    """
    items = len(against)
    every = 1 << items
    cost = np.full(every, np.inf)
    cost[0] = 0.0
    last = np.full(every, -1, np.int64)
    behind = np.zeros((items, every))
    for item in range(items):
        for subset in range(1, every):
            low = 0
            while not (subset >> low) & 1:
                low += 1
            behind[item, subset] = behind[item, subset & (subset - 1)] + against[item, low]
    for subset in range(1, every):
        for item in range(items - 1, -1, -1):
            if (subset >> item) & 1:
                before = subset ^ (1 << item)
                here = cost[before] + behind[item, before]
                if here < cost[subset] - 1e-12:
                    cost[subset] = here
                    last[subset] = item
    order = np.empty(items, np.int64)
    left = every - 1
    for place in range(items - 1, -1, -1):
        order[place] = last[left]
        left ^= 1 << last[left]
    return order


@compiled
def improved_order(order: Offsets, against: Floats) -> Offsets:
    """``order`` with single items moved to where they cost least, until no move helps. Costs as in ``best_order``."""
    order = order.copy()
    items = len(order)
    moved = True
    while moved:
        moved = False
        for place in range(items):
            item = order[place]
            best, where, change = -1e-9, place, 0.0
            for target in range(place - 1, -1, -1):
                change += against[order[target], item] - against[item, order[target]]
                if change < best:
                    best, where = change, target
            change = 0.0
            for target in range(place + 1, items):
                change += against[item, order[target]] - against[order[target], item]
                if change < best:
                    best, where = change, target
            if where != place:
                moved = True
                if where < place:
                    order[where + 1 : place + 1] = order[where:place].copy()
                else:
                    order[place:where] = order[place + 1 : where + 1].copy()
                order[where] = item
    return order
