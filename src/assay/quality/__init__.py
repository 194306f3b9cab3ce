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
    from assay.quality.ranking import rank
    from assay.quality.ranking.battles import Battles
    from assay.quality.ranking.bradley_terry import BradleyTerry, Davidson, RaoKupper
    from assay.quality.ranking.elo import Elo
    from assay.quality.ranking.judges import JudgeAware
    from assay.quality.ranking.orders import Orders
    from assay.quality.ranking.pairs import next_pairs
    from assay.quality.ranking.plackett_luce import PlackettLuce
    from assay.quality.ranking.result import Ranked
    from assay.quality.ranking.win_rate import WinRate
    from assay.quality.votes import Golds, Votes

__all__ = [
    "METHODS",
    "Aggregated",
    "Battles",
    "BradleyTerry",
    "Davidson",
    "Elo",
    "Golds",
    "JudgeAware",
    "Orders",
    "PlackettLuce",
    "Ranked",
    "RaoKupper",
    "Votes",
    "WinRate",
    "aggregate",
    "next_pairs",
    "rank",
]

_HOME: dict[str, str] = {
    "METHODS": "aggregation",
    "Aggregated": "aggregation.result",
    "Battles": "ranking.battles",
    "BradleyTerry": "ranking.bradley_terry",
    "Davidson": "ranking.bradley_terry",
    "Elo": "ranking.elo",
    "Golds": "votes",
    "JudgeAware": "ranking.judges",
    "Orders": "ranking.orders",
    "PlackettLuce": "ranking.plackett_luce",
    "Ranked": "ranking.result",
    "RaoKupper": "ranking.bradley_terry",
    "Votes": "votes",
    "WinRate": "ranking.win_rate",
    "aggregate": "aggregation",
    "next_pairs": "ranking.pairs",
    "rank": "ranking",
}


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOME[name]}"), name)


def __dir__() -> list[str]:
    return sorted(__all__)
