"""Parts of votes in the memory of a Ray cluster: dealt out once, and counted where they lie, pass after pass.

Actors hold the parts. In each pass the tables travel once to each machine, through Ray's object store, and one table of
counts a part comes back; they are added up here in the order of the parts, so that the answer is, to the last bit, what
one process would find. Ray is imported when it is asked for: it is the extra ``cluster``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from importlib import import_module
from typing import Any, Final, TypeVar

import numpy as np

from assay.adapters.vote_parts import VoteParts
from assay.core.aggregation import Partition, Parts
from assay.core.errors import Unavailable

Shared = TypeVar("Shared")
Found = TypeVar("Found")

# Ray on this machine alone, started for this run and stopped after it.
HERE: Final = "here"
# Parts on their way to actors at a time: each is held here until it has arrived.
ON_THEIR_WAY: Final = 4
ANSWER_SECONDS: Final = 600


class Holder:
    """An actor: holds some of the parts and works on them. Its methods run on the machine where it lives."""

    def __init__(self) -> None:
        self._parts: dict[int, Partition] = {}

    def hold(self, number: int, part: Partition) -> int:
        # What comes out of the object store is read-only, and kernels would be compiled once more for that.
        columns = {name: getattr(part, name) for name in ("worker", "label", "start", "weight", "known")}
        own: dict[str, Any] = {name: None if array is None else np.array(array) for name, array in columns.items()}
        self._parts[number] = replace(part, **own).with_cells()
        return number

    def work(self, number: int, task: tuple[Callable[[Partition, Any], Any], Any]) -> Any:
        work, shared = task
        return work(self._parts[number], shared)


@dataclass(frozen=True)
class RayParts:
    """Parts that actors hold; part ``i`` is held by ``holders[i % len(holders)]``."""

    ray: Any
    holders: list[Any]
    count: int

    def map_parts(self, work: Callable[[Partition, Shared], Found], shared: Shared) -> Iterator[Found]:
        task = self.ray.put((work, shared))
        asked = [self.holders[number % len(self.holders)].work.remote(number, task) for number in range(self.count)]
        for answer in asked:
            yield self.ray.get(answer, timeout=ANSWER_SECONDS)


@contextmanager
def by_ray(held: VoteParts, at_once: int, address: str = HERE) -> Iterator[Parts]:
    """The parts on ``at_once`` actors of the cluster at ``address``, or of one started on this machine for the while.

    Raises ``Unavailable`` where Ray is not installed, or the cluster does not answer or lacks free processors.
    """
    ray = _ray()
    try:
        if address == HERE:
            ray.init(num_cpus=at_once, include_dashboard=False, _node_ip_address="127.0.0.1", **_QUIET)
        else:
            ray.init(address=address, **_QUIET)
    except (ConnectionError, RuntimeError, ValueError, TimeoutError) as error:
        remedy = (
            "Every machine of it needs the same RAY_AUTH_TOKEN, and RAY_AUTH_MODE=token, before `ray start`; so does"
            " this command"
        )
        raise Unavailable(f"The Ray cluster at {address} does not take us: {error}. {remedy}.") from error
    try:
        holders = [ray.remote(num_cpus=1)(Holder).remote() for _ in range(at_once)]
        _deal(ray, held, holders)
        yield RayParts(ray, holders, held.count)
    finally:
        ray.shutdown()


_QUIET: Final[dict[str, Any]] = {"log_to_driver": False, "logging_level": "ERROR"}


def _deal(ray: Any, held: VoteParts, holders: list[Any]) -> None:
    under_way: list[Any] = []
    try:
        for number in range(held.count):
            if len(under_way) == ON_THEIR_WAY:
                ray.get(under_way.pop(0), timeout=ANSWER_SECONDS)
            under_way.append(holders[number % len(holders)].hold.remote(number, held.load(number)))
        for each in under_way:
            ray.get(each, timeout=ANSWER_SECONDS)
    except ray.exceptions.GetTimeoutError as error:
        free = f"{ray.available_resources().get('CPU', 0):.0f} processors are free"
        raise Unavailable(f"The Ray cluster did not start {len(holders)} actors of one processor; {free}.") from error
    except ray.exceptions.RayActorError as error:
        remedy = "is the same version of assay installed on every machine?"
        raise Unavailable(f"An actor on the Ray cluster ended: {error}; {remedy}") from error


def _ray() -> Any:
    try:
        return import_module("ray")
    except ImportError as error:
        raise Unavailable("Ray is not installed: pip install 'assay[cluster]', here and on every machine.") from error
