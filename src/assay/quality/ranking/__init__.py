"""Ranking: which of several items is better, and how sure that is, from comparisons of two or more.

Every method is a frozen dataclass of its parameters with ``fit(battles) -> Ranked`` (Plackett-Luce fits ``Orders``).
Names are loaded when they are first used: compiled kernels cost time to load.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from assay.quality.ranking.battles import Battles, relative_difference
    from assay.quality.ranking.bradley_terry import BradleyTerry, Davidson, RaoKupper
    from assay.quality.ranking.elo import Elo
    from assay.quality.ranking.judges import JudgeAware
    from assay.quality.ranking.orders import Orders
    from assay.quality.ranking.pairs import next_pairs
    from assay.quality.ranking.plackett_luce import PlackettLuce
    from assay.quality.ranking.result import Effects, Judges, Ranked
    from assay.quality.ranking.win_rate import WinRate

__all__ = [
    "METHODS",
    "Battles",
    "BradleyTerry",
    "Davidson",
    "Effects",
    "Elo",
    "JudgeAware",
    "Judges",
    "Orders",
    "PlackettLuce",
    "Ranked",
    "RaoKupper",
    "WinRate",
    "next_pairs",
    "rank",
    "relative_difference",
]

METHODS: dict[str, str] = {
    "bradley-terry": "BradleyTerry",
    "rao-kupper": "RaoKupper",
    "davidson": "Davidson",
    "judge-aware": "JudgeAware",
    "elo": "Elo",
    "win-rate": "WinRate",
}

_HOME: dict[str, str] = {
    "Battles": "battles",
    "BradleyTerry": "bradley_terry",
    "Davidson": "bradley_terry",
    "Effects": "result",
    "Elo": "elo",
    "JudgeAware": "judges",
    "Judges": "result",
    "PlackettLuce": "plackett_luce",
    "Ranked": "result",
    "Orders": "orders",
    "RaoKupper": "bradley_terry",
    "WinRate": "win_rate",
    "next_pairs": "pairs",
    "relative_difference": "battles",
}


class Method(Protocol):
    """What every method of ranking by battles can do."""

    def fit(self, battles: Battles) -> Ranked: ...


def rank(battles: Battles, method: str = "bradley-terry", **settings: Any) -> Ranked:
    """The items of ``battles`` ranked by a method of ``METHODS``, with its ``settings``.

    Raises ``ValueError`` for a name that is not there.
    """
    if method not in METHODS:
        raise ValueError(f"method {method!r} is not known; it is one of {', '.join(METHODS)}")
    chosen: Method = __getattr__(METHODS[method])(**settings)
    return chosen.fit(battles)


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOME[name]}"), name)


def __dir__() -> list[str]:
    return sorted(__all__)
