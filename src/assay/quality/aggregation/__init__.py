"""Aggregation: many votes a task, one answer each, with what it says of the workers.

Every method is a frozen dataclass of its parameters with ``fit(votes, golds=None) -> Aggregated``. ``METHODS`` finds
them by name; a method is imported when it is first asked for, because its kernels cost time to load.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from assay.quality.aggregation.result import Aggregated
    from assay.quality.votes import GoldsLike, Votes

METHODS: dict[str, str] = {
    "auto": "assay.quality.auto:Auto",
    "majority": "majority:MajorityVote",
    "weighted": "majority:WeightedVote",
    "wawa": "majority:Wawa",
    "one-coin": "one_coin:OneCoin",
    "dawid-skene": "dawid_skene:DawidSkene",
    "ibcc": "ibcc:IBCC",
    "pooled-bcc": "pooled_bcc:PooledBCC",
    "glad": "glad:GLAD",
    "mace": "mace:MACE",
    "ebcc": "ebcc:EBCC",
    "ordinal": "ordinal:Ordinal",
}


class Method(Protocol):
    """What every method of aggregation can do."""

    def fit(self, votes: Votes, golds: GoldsLike = None) -> Aggregated: ...


def aggregate(votes: Votes, method: str | Method = "auto", golds: GoldsLike = None, **parameters: Any) -> Aggregated:
    """One answer a task by a named method (or one already made), with its skill of workers.

    ``golds``: known answers, {task id: class}. ``parameters`` go to the named method. Raises ``ValueError`` where there
    is no such method, and ``TypeError`` where it has no such parameter.
    """
    chosen = method_named(method)(**parameters) if isinstance(method, str) else method
    fitted: Aggregated = chosen.fit(votes, golds)
    return fitted


def method_named(name: str) -> Any:
    """The class of a method by its name in ``METHODS``; raises ``ValueError`` where there is none."""
    if name not in METHODS:
        raise ValueError(f"there is no method {name!r}; it is one of {', '.join(METHODS)}")
    module, _, attribute = METHODS[name].partition(":")
    # "auto" stands above this package, because it also judges workers; it is named whole.
    return getattr(import_module(module if "." in module else f"{__name__}.{module}"), attribute)
