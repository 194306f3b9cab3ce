"""Mathematics on arrays: many noisy judgments in, one trusted answer out. A library on its own.

    from assay.quality import Votes, aggregate

    votes = Votes.from_arrays(tasks, workers, labels)
    result = aggregate(votes)

What is used most has its name here; the whole of each subject is in its own package: `aggregation`, `agreement`,
`reliability` (of workers), `redundancy` (one more label, or stop), `ranking` and `geometry`.

Names are loaded when they are first used, so that importing this package costs nothing: the server wants its geometry
and none of its compiled kernels.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from assay.quality.aggregation import METHODS, aggregate
    from assay.quality.aggregation.abstention import Abstention, abstain
    from assay.quality.aggregation.calibration import Calibration, calibration
    from assay.quality.aggregation.counts import Partition
    from assay.quality.aggregation.dawid_skene import DawidSkene
    from assay.quality.aggregation.ebcc import EBCC
    from assay.quality.aggregation.glad import GLAD
    from assay.quality.aggregation.ibcc import IBCC
    from assay.quality.aggregation.mace import MACE
    from assay.quality.aggregation.majority import MajorityVote, Wawa, WeightedVote
    from assay.quality.aggregation.multilabel import MultiLabel
    from assay.quality.aggregation.numbers import RobustMean
    from assay.quality.aggregation.one_coin import OneCoin
    from assay.quality.aggregation.one_task import posterior_from_skill
    from assay.quality.aggregation.online import Online
    from assay.quality.aggregation.ordinal import Ordinal
    from assay.quality.aggregation.parts import InTurn, Parts, partitions
    from assay.quality.aggregation.pooled_bcc import PooledBCC
    from assay.quality.aggregation.rankings import RankingConsensus
    from assay.quality.aggregation.result import Aggregated
    from assay.quality.aggregation.spans import SpanMerge
    from assay.quality.aggregation.streamed import Streamed, fit_parts
    from assay.quality.aggregation.texts import TextMedoid
    from assay.quality.auto import Auto
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
    "EBCC",
    "GLAD",
    "IBCC",
    "MACE",
    "METHODS",
    "Abstention",
    "Aggregated",
    "Auto",
    "Battles",
    "BradleyTerry",
    "Calibration",
    "Davidson",
    "DawidSkene",
    "Elo",
    "Golds",
    "InTurn",
    "JudgeAware",
    "MajorityVote",
    "MultiLabel",
    "OneCoin",
    "Online",
    "Orders",
    "Ordinal",
    "Partition",
    "Parts",
    "PlackettLuce",
    "PooledBCC",
    "Ranked",
    "RankingConsensus",
    "RaoKupper",
    "RobustMean",
    "SpanMerge",
    "Streamed",
    "TextMedoid",
    "Votes",
    "Wawa",
    "WeightedVote",
    "WinRate",
    "abstain",
    "aggregate",
    "calibration",
    "fit_parts",
    "next_pairs",
    "partitions",
    "posterior_from_skill",
    "rank",
]

_HOME: dict[str, str] = {
    "Abstention": "aggregation.abstention",
    "Aggregated": "aggregation.result",
    "Auto": "auto",
    "Battles": "ranking.battles",
    "BradleyTerry": "ranking.bradley_terry",
    "Calibration": "aggregation.calibration",
    "Davidson": "ranking.bradley_terry",
    "DawidSkene": "aggregation.dawid_skene",
    "EBCC": "aggregation.ebcc",
    "Elo": "ranking.elo",
    "GLAD": "aggregation.glad",
    "Golds": "votes",
    "IBCC": "aggregation.ibcc",
    "InTurn": "aggregation.parts",
    "JudgeAware": "ranking.judges",
    "MACE": "aggregation.mace",
    "METHODS": "aggregation",
    "MajorityVote": "aggregation.majority",
    "MultiLabel": "aggregation.multilabel",
    "OneCoin": "aggregation.one_coin",
    "Online": "aggregation.online",
    "Orders": "ranking.orders",
    "Ordinal": "aggregation.ordinal",
    "Partition": "aggregation.counts",
    "Parts": "aggregation.parts",
    "PlackettLuce": "ranking.plackett_luce",
    "PooledBCC": "aggregation.pooled_bcc",
    "Ranked": "ranking.result",
    "RankingConsensus": "aggregation.rankings",
    "RaoKupper": "ranking.bradley_terry",
    "RobustMean": "aggregation.numbers",
    "SpanMerge": "aggregation.spans",
    "Streamed": "aggregation.streamed",
    "TextMedoid": "aggregation.texts",
    "Votes": "votes",
    "Wawa": "aggregation.majority",
    "WeightedVote": "aggregation.majority",
    "WinRate": "ranking.win_rate",
    "abstain": "aggregation.abstention",
    "aggregate": "aggregation",
    "calibration": "aggregation.calibration",
    "fit_parts": "aggregation.streamed",
    "next_pairs": "ranking.pairs",
    "partitions": "aggregation.parts",
    "posterior_from_skill": "aggregation.one_task",
    "rank": "ranking",
}


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOME[name]}"), name)


def __dir__() -> list[str]:
    return sorted(__all__)
