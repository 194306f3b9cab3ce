"""Parts of votes on this machine: read by threads of this process, or by processes of their own.

Kernels run without the interpreter's lock, so that threads are all that one machine needs, and start at once. Processes
are for those who want them apart, and the nearest thing to a cluster that needs no other machine. Either way a part is
read anew for each pass, and at most as many are held as run at once.
"""

from __future__ import annotations

import multiprocessing
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

from assay.adapters.vote_parts import VoteParts
from assay.core.aggregation import Partition, Parts

Shared = TypeVar("Shared")
Found = TypeVar("Found")


@dataclass(frozen=True)
class PooledParts:
    """Parts that a pool of threads or processes works on, ``at_once`` of them at a time."""

    pool: Executor
    held: VoteParts
    at_once: int

    def map_parts(self, work: Callable[[Partition, Shared], Found], shared: Shared) -> Iterator[Found]:
        # What is ready waits for its turn, so no more may be under way than memory is meant to hold.
        under_way: deque[Future[Found]] = deque()
        try:
            for number in range(self.held.count):
                if len(under_way) > self.at_once:
                    yield under_way.popleft().result()
                under_way.append(self.pool.submit(_worked, self.held, number, work, shared))
            while under_way:
                yield under_way.popleft().result()
        finally:
            for future in under_way:
                future.cancel()


@contextmanager
def by_threads(held: VoteParts, at_once: int) -> Iterator[Parts]:
    """``at_once`` threads of this process."""
    with ThreadPoolExecutor(at_once) as pool:
        yield PooledParts(pool, held, at_once)


@contextmanager
def by_processes(held: VoteParts, at_once: int) -> Iterator[Parts]:
    """``at_once`` processes. They are started afresh: a fork would take along locks that other threads hold."""
    with ProcessPoolExecutor(at_once, mp_context=multiprocessing.get_context("spawn")) as pool:
        yield PooledParts(pool, held, at_once)


def _worked(held: VoteParts, number: int, work: Callable[[Partition, Any], Found], shared: Any) -> Found:
    return work(held.load(number), shared)
