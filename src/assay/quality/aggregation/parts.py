"""Votes in parts: where they lie is somebody else's business, and what is done with them is the same everywhere.

Two functions are all it takes. ``Parts.map_parts(work, shared)`` runs a plain function over each part, in this process,
in several or on several machines, and gives what it found in the order of the parts; ``combine`` reduces counts in that
order. So the same parts give the same answer to the last bit, wherever they lie and however many run at once. Other
parts of the same votes add up in another order, which moves the last digits only.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

import numpy as np

from assay.quality.aggregation.counts import Partition

Shared = TypeVar("Shared")
Found = TypeVar("Found")
# Task, worker and label codes of some votes, one array each, and their weights where they have any.
Block = tuple[Any, ...]


class Parts(Protocol):
    """Partitions of the same votes, each task whole in one of them, always in the same order."""

    def map_parts(self, work: Callable[[Partition, Shared], Found], shared: Shared) -> Iterator[Found]:
        """``work(part, shared)`` for each part, in the order of the parts.

        ``work`` is a function of a module and ``shared`` a value that can be pickled, so that both can travel.
        """
        ...


@dataclass(frozen=True)
class InTurn:
    """Parts that ``chunks()`` makes anew for every pass, such as by reading a file, and that are held one at a time."""

    chunks: Callable[[], Iterable[Partition]]

    def map_parts(self, work: Callable[[Partition, Shared], Found], shared: Shared) -> Iterator[Found]:
        return (work(chunk, shared) for chunk in self.chunks())


def partitions(blocks: Iterable[Block], n_workers: int, n_classes: int) -> Iterator[Partition]:
    """Partitions of whole tasks from votes that come in blocks, as a file sorted by task gives them.

    ``blocks``: (task, worker, label) or (task, worker, label, weight), one-dimensional arrays of codes of one length;
    task codes ascend through all blocks. A task may begin in one block and end in a later one: its votes are held back
    until it is whole. Task ``i`` of all partitions together is the ``i``-th that has votes.

    Raises ``ValueError`` where task codes descend, where a code is beyond its count, or where columns differ in length.
    """
    held: list[Any] | None = None
    for block in blocks:
        columns = [np.asarray(column) for column in block]
        if len({len(column) for column in columns}) > 1:
            raise ValueError("the columns of a block differ in length; give one task, worker and label a vote")
        if held is not None:
            columns = [np.concatenate([before, column]) for before, column in zip(held, columns, strict=True)]
        task = columns[0]
        if len(task) == 0:
            continue
        if (task[1:] < task[:-1]).any():
            raise ValueError("task codes descend; sort the votes by task, or use Votes where they fit into memory")
        last = int(np.searchsorted(task, task[-1]))
        held = [column[last:] for column in columns]
        if last:
            yield _partition([column[:last] for column in columns], n_workers, n_classes)
    if held is not None and len(held[0]):
        yield _partition(held, n_workers, n_classes)


def _partition(columns: list[Any], n_workers: int, n_classes: int) -> Partition:
    task, worker, label = columns[:3]
    for name, codes, count in (("worker", worker, n_workers), ("label", label, n_classes)):
        if int(codes.min()) < 0 or int(codes.max()) >= count:
            raise ValueError(f"{name} codes lie within {codes.min()} and {codes.max()}; they are 0 to {count - 1}")
    fresh = np.flatnonzero(task[1:] != task[:-1]) + 1
    return Partition(
        np.require(worker, np.int32, ["C", "W"]),
        np.require(label, np.int32, ["C", "W"]),
        np.concatenate([[0], fresh, [len(task)]]).astype(np.int64),
        n_workers,
        n_classes,
        np.require(columns[3], np.float64, ["C", "W"]) if len(columns) > 3 else None,
    )
