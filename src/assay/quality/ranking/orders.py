"""``Orders``: orders of several items, best first, coded once into dense integers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from assay.quality.arrays import Codes, Floats, Ids, Offsets
from assay.quality.coding import encode, object_array
from assay.quality.ranking.battles import _listed, _numbers, _ordered, _placed, _sorted_codes


@dataclass(frozen=True, eq=False)
class Orders:
    """Orders of two or more items each, all or only the best of them ranked.

    ``item``: int32 codes, one ranking after the other, best first; ``start``: (rankings + 1,) int64 offsets.
    ``depth``: (rankings,) how many places were ranked; the items after them were on offer and come below, in no order.
    ``items``: ids by code. ``worker``, ``workers``: who ranked, or None. ``weight``: (rankings,) above 0, or None.

    >>> orders = Orders.from_lists([["x", "y", "z"], ["y", "x"]])
    >>> len(orders), orders.items.tolist(), orders.depth.tolist()
    (2, ['x', 'y', 'z'], [3, 2])
    """

    item: Codes
    start: Offsets
    depth: Offsets
    items: Ids
    worker: Codes | None = None
    workers: Ids | None = None
    weight: Floats | None = None
    notes: tuple[str, ...] = ()

    @property
    def n_items(self) -> int:
        return len(self.items)

    def __len__(self) -> int:
        return len(self.start) - 1

    @classmethod
    def from_lists(
        cls,
        orders: Iterable[Sequence[Any]],
        *,
        others: Iterable[Sequence[Any]] | None = None,
        items: Sequence[Any] | None = None,
        workers: Any = None,
        weights: Any = None,
    ) -> Orders:
        """Orders from lists of ids, best first. ``others``: for each, the items on offer that were not ranked.

        A single choice among several is an order of one with its ``others``. Orders that compare nothing (fewer than
        two items) are left out, and said so. Raises ``ValueError`` where an item stands twice in a ranking or is not
        among ``items``, or where columns differ in length.
        """
        ranked = [list(order) for order in orders]
        rest = [[] for _ in ranked] if others is None else [list(other) for other in others]
        weight = None if weights is None else _numbers(weights, "weights")
        for name, column in (("others", rest), ("workers", workers), ("weights", weight)):
            if column is not None and len(column) != len(ranked):
                raise ValueError(f"{name} has {len(column)} rows for {len(ranked)} rankings; give one each")
        if weight is not None and (weight <= 0).any():
            raise ValueError("weights must be above 0; leave out rankings that should not count")
        worker, worker_ids = (None, None) if workers is None else _sorted_codes(workers, "workers")
        whole = [order + other for order, other in zip(ranked, rest, strict=True)]
        for row, order in enumerate(whole):
            if len(set(order)) != len(order):
                raise ValueError(f"ranking {row} names an item twice; a ranking has no equals")
        keep = [row for row, order in enumerate(whole) if len(order) > 1 and ranked[row]]
        notes = () if len(keep) == len(whole) else (f"{len(whole) - len(keep)} rankings that compare nothing left out",)
        codes, ids = encode([one for row in keep for one in whole[row]], "orders")
        order = _ordered(ids.tolist()) if items is None else _listed(items)
        start = np.zeros(len(keep) + 1, dtype=np.int64)
        np.cumsum([len(whole[row]) for row in keep], out=start[1:])
        return cls(
            item=_placed(codes, ids, {item: code for code, item in enumerate(order)}, "orders"),
            start=start,
            depth=np.array([len(ranked[row]) for row in keep], dtype=np.int64),
            items=object_array(order),
            worker=None if worker is None else worker[keep],
            workers=worker_ids,
            weight=None if weight is None else weight[keep],
            notes=notes,
        )
