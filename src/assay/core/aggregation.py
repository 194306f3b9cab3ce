"""Files of votes: the rules that turn rows into parts, and the methods that can be fitted to parts.

A file may hold more votes than memory. Its rows come in blocks; ids of workers and classes, which are few, are coded as
they are met (``Codebook``). Tasks may be as many as votes: they are never listed all at once, but told apart by a hash
of their id, so that all votes on a task end up in one part (``places``), whose tasks are then coded on their own.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count as count_up
from itertools import pairwise
from typing import Any, Final, cast
from zlib import crc32

import numpy as np

from assay.core.errors import Invalid
from assay.quality.aggregation import METHODS, method_named
from assay.quality.aggregation.counts import Partition
from assay.quality.aggregation.parts import Parts
from assay.quality.aggregation.result import Aggregated
from assay.quality.aggregation.streamed import Answers, Streamed, fit_parts
from assay.quality.arrays import Codes, Flags, Ids
from assay.quality.coding import encode, object_array
from assay.quality.votes import Golds, Votes

__all__ = [
    "AUTO_VOTES_MAX",
    "BEYOND_AUTO",
    "SHORT",
    "STREAMED",
    "Aggregated",
    "Answers",
    "Codebook",
    "Lot",
    "Part",
    "Partition",
    "Parts",
    "Streamed",
    "chosen_method",
    "coded",
    "fit_streamed",
    "fit_whole",
    "gold_codes",
    "lots",
    "part_of",
    "places",
    "whole",
]

STREAMED: Final = ("majority", "one-coin", "dawid-skene", "ibcc", "pooled-bcc")
SHORT: Final = {"ds": "dawid-skene", "mv": "majority", "onecoin": "one-coin"}
# ``auto`` tries several methods, each over all votes in memory; beyond this it settles for the one to start with.
AUTO_VOTES_MAX: Final = 5_000_000
BEYOND_AUTO: Final = "ibcc"


def chosen_method(name: str, votes: int) -> str:
    """A method's full name; for ``auto`` over many votes, the method that stands in. Raises ``Invalid``."""
    full = SHORT.get(name, name)
    if full not in METHODS:
        raise Invalid(f"there is no method {name!r}; it is one of {', '.join([*METHODS, *SHORT])}", "--method")
    return BEYOND_AUTO if full == "auto" and votes > AUTO_VOTES_MAX else full


def fit_streamed(name: str, parts: Parts) -> Streamed:
    """The named one of ``STREAMED`` methods, fitted to votes in parts. Raises ``Invalid`` where it cannot be."""
    try:
        return fit_parts(method_named(name)(), parts)
    except ValueError as error:
        raise Invalid(str(error)) from error


def fit_whole(name: str, votes: Votes, golds: Golds) -> Aggregated:
    """Any method, fitted to votes in memory. Raises ``Invalid`` where they are not what the method can use."""
    try:
        return cast(Aggregated, method_named(name)().fit(votes, golds))
    except ValueError as error:
        raise Invalid(str(error)) from error


@dataclass
class Codebook:
    """Ids as they are met, each with the next code. The ids must be few enough for memory, as workers are."""

    code_of: dict[Any, int] = field(default_factory=dict)

    def codes(self, codes: Codes, ids: Ids) -> Codes:
        """Codes of this book for a block's rows, whose own ``codes`` stand for ``ids``: (rows,) int32."""
        met = self.code_of
        table = np.array([met.setdefault(each, len(met)) for each in ids.tolist()], dtype=np.int32)
        return table[codes] if len(table) else codes

    def ids(self) -> Ids:
        return object_array(list(self.code_of))

    def sorted_ids(self) -> tuple[Ids, Codes]:
        """Ids in ascending order where they can be compared, and the new code of each old one."""
        listed = list(self.code_of)
        try:
            order = sorted(range(len(listed)), key=listed.__getitem__)
        except TypeError:
            order = list(range(len(listed)))
        rank = np.empty(len(listed), dtype=np.int32)
        rank[order] = np.arange(len(listed), dtype=np.int32)
        return object_array([listed[place] for place in order]), rank


def coded(column: Ids | list[str | None], name: str, first_row: int) -> tuple[Codes, Ids]:
    """A block's column, integers or text, as codes (rows,) and the ids they stand for.

    Ids of text are objects: in an array of their own one long id would make all as long. Raises ``Invalid`` where an
    id is missing, that is None or empty.
    """
    if isinstance(column, np.ndarray):
        return encode(column, name)
    met: defaultdict[Any, int] = defaultdict(count_up().__next__)
    codes = np.fromiter(map(met.__getitem__, column), dtype=np.int32, count=len(column))
    missing = met.get(None, met.get(""))
    if missing is not None:
        row = first_row + int(np.flatnonzero(codes == missing)[0]) + 1
        raise Invalid(f"row {row} of column {name!r} is empty; leave such rows out", name)
    return codes, _objects(list(met))


def _objects(values: list[Any]) -> Ids:
    array = np.empty(len(values), dtype=object)
    array[:] = values
    return array


def places(ids: Ids, count: int) -> Codes:
    """The part, 0 to ``count`` - 1, of each task id: the same in every block, in every run and on every machine."""
    if count == 1:
        return np.zeros(len(ids), np.int32)
    if ids.dtype.kind == "i":
        # Steele, Lea and Flood (2014), SplitMix64's finish: ids that count up, or up in steps, spread evenly.
        mixed = ids.astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15)
        mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        mixed ^= mixed >> np.uint64(31)
        return (mixed % np.uint64(count)).astype(np.int32)
    sums = np.fromiter((crc32(each.encode()) for each in ids.tolist()), dtype=np.uint32, count=len(ids))
    return (sums % np.uint32(count)).astype(np.int32)


@dataclass(frozen=True)
class Lot:
    """Those of a block's votes whose tasks fall to one part: ``task`` codes stand for ``ids``."""

    place: int
    ids: Ids
    task: Codes
    worker: Codes
    label: Codes
    weight: Any | None = None


def lots(task: Codes, ids: Ids, worker: Codes, label: Codes, weight: Any | None, count: int) -> list[Lot]:
    """A block's votes, shared out among ``count`` parts; votes of one task keep their order."""
    place = places(ids, count)
    id_order = np.argsort(place, kind="stable")
    id_cuts = np.searchsorted(place[id_order], np.arange(count + 1))
    rank = np.empty(len(ids), dtype=np.int32)
    rank[id_order] = np.arange(len(ids)) - np.repeat(id_cuts[:-1], np.diff(id_cuts))
    of_row = place[task]
    order = np.argsort(of_row, kind="stable")
    cuts = np.searchsorted(of_row[order], np.arange(count + 1))
    shared = []
    for number, ((begin, end), (first, last)) in enumerate(zip(pairwise(cuts), pairwise(id_cuts), strict=True)):
        if begin < end:
            rows = order[begin:end]
            heavy = None if weight is None else weight[rows]
            mine = ids[id_order[first:last]]
            shared.append(Lot(number, mine, rank[task[rows]], worker[rows], label[rows], heavy))
    return shared


@dataclass(frozen=True, eq=False)
class Part:
    """One part, ready to be counted, with the ids of its tasks. ``dropped``: votes that repeated a worker's vote."""

    partition: Partition
    ids: Ids
    dropped: int
    golds_met: int


def part_of(given: Sequence[Lot], workers: int, rank: Codes, golds: Mapping[Any, int] | None) -> Part:
    """The part made of its lots, in the order of the file; of a worker's votes on one task the last counts.

    ``workers``: how many there are in all. ``rank``: (classes,), new codes of labels. ``golds``: class codes by task
    id, or None.
    """
    numbers = all(lot.ids.dtype.kind == "i" for lot in given)
    listed = np.concatenate([np.zeros(0, np.int64 if numbers else object), *(lot.ids for lot in given)])
    codes, ids = coded(listed if numbers else listed.tolist(), "task", 0)
    begins = np.cumsum([0, *(len(lot.ids) for lot in given)])
    task = [codes[begin + lot.task] for begin, lot in zip(begins[:-1], given, strict=True)]
    weight = [lot.weight for lot in given if lot.weight is not None]
    votes = Votes.from_codes(
        _joined(task),
        _joined([lot.worker for lot in given]),
        rank[_joined([lot.label for lot in given])] if given else _joined([]),
        n_tasks=len(ids),
        n_workers=workers,
        n_classes=len(rank),
        weights=np.concatenate(weight) if weight else None,
    )
    dropped = sum(len(lot.task) for lot in given) - len(votes)
    known, met = None, 0
    if golds is not None:
        known = np.fromiter((golds.get(each, -1) for each in ids.tolist()), dtype=np.int32, count=len(ids))
        met = int((known >= 0).sum())
    partition = Partition(votes.worker, votes.label, votes.start, workers, len(rank), votes.weight, known)
    return Part(partition, ids, dropped, met)


def gold_codes(golds: Mapping[Any, Any], classes: Ids) -> dict[Any, int]:
    """Golds by class code. Raises ``Invalid`` where an answer is not among the classes that votes name."""
    code_of = {value: code for code, value in enumerate(classes.tolist())}
    for task, answer in golds.items():
        if answer not in code_of:
            raise Invalid(f"the gold of task {task!r} says {answer!r}, which no vote says", "--golds")
    return {task: code_of[answer] for task, answer in golds.items()}


def whole(
    loaded: Callable[[int], tuple[Partition, Ids]], count: int, workers: Ids, classes: Ids
) -> tuple[Votes, Golds]:
    """All parts as one, for the methods that need all votes in memory; tasks in the order of the parts."""
    parts = [loaded(number) for number in range(count)]
    begins = np.cumsum([0, *(len(ids) for _, ids in parts)])
    ids = object_array([each for _, some in parts for each in some.tolist()])
    task = [
        np.repeat(np.arange(part.n_tasks), np.diff(part.start)) + begin for (part, _), begin in _with(parts, begins)
    ]
    weight = [part.weight for part, _ in parts if part.weight is not None]
    votes = Votes.from_codes(
        np.concatenate(task),
        _joined([part.worker for part, _ in parts]),
        _joined([part.label for part, _ in parts]),
        tasks=ids,
        workers=workers,
        classes=classes,
        weights=np.concatenate(weight) if weight else None,
        repeated="all",
    )
    known = _joined([np.full(part.n_tasks, -1, np.int32) if part.known is None else part.known for part, _ in parts])
    met: Flags = known >= 0
    return votes, Golds(np.flatnonzero(met).astype(np.int32), known[met])


def _with(parts: list[tuple[Partition, Ids]], begins: Any) -> Any:
    return zip(parts, begins[:-1], strict=True)


def _joined(arrays: list[Codes]) -> Codes:
    return np.concatenate(arrays).astype(np.int32, copy=False) if arrays else np.zeros(0, np.int32)
