"""Mathematics on arrays: many noisy judgments in, one trusted answer out. A library on its own.

    from assay.quality import Votes, aggregate

    votes = Votes.from_arrays(tasks, workers, labels)
    result = aggregate(votes)

Names are loaded when they are first used, so that importing this package costs nothing: the server wants its geometry
and none of its compiled kernels.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from assay.quality.aggregation import METHODS, aggregate
    from assay.quality.aggregation.result import Aggregated
    from assay.quality.votes import Golds, Votes

__all__ = [
    "METHODS",
    "Aggregated",
    "Golds",
    "Votes",
    "aggregate",
]

_HOME: dict[str, str] = {
    "METHODS": "aggregation",
    "Aggregated": "aggregation.result",
    "Golds": "votes",
    "Votes": "votes",
    "aggregate": "aggregation",
}


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOME[name]}"), name)


def __dir__() -> list[str]:
    return sorted(__all__)
