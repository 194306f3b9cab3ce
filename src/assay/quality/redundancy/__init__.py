"""Adaptive redundancy: given the votes so far and who gave them, ask once more or stop, and whom to ask.

Every name is loaded when it is first used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from assay.quality.redundancy.beliefs import Offers, fitted_temperature, task_posterior, tempered
    from assay.quality.redundancy.gains import accuracy_gain, doubt_times_ability, information_gain
    from assay.quality.redundancy.policies import (
        Decision,
        ExpectedGain,
        FixedOverlap,
        MarginPolicy,
        Policy,
        PosteriorPolicy,
        allocate,
        decide,
        price,
    )
    from assay.quality.redundancy.replaying import Replay, replay

__all__ = [
    "Decision",
    "ExpectedGain",
    "FixedOverlap",
    "MarginPolicy",
    "Offers",
    "Policy",
    "PosteriorPolicy",
    "Replay",
    "accuracy_gain",
    "allocate",
    "decide",
    "doubt_times_ability",
    "fitted_temperature",
    "information_gain",
    "price",
    "replay",
    "task_posterior",
    "tempered",
]

_HOME: dict[str, str] = {
    "Decision": "policies",
    "ExpectedGain": "policies",
    "FixedOverlap": "policies",
    "MarginPolicy": "policies",
    "Offers": "beliefs",
    "Policy": "policies",
    "PosteriorPolicy": "policies",
    "Replay": "replaying",
    "accuracy_gain": "gains",
    "allocate": "policies",
    "decide": "policies",
    "doubt_times_ability": "gains",
    "fitted_temperature": "beliefs",
    "information_gain": "gains",
    "price": "policies",
    "replay": "replaying",
    "task_posterior": "beliefs",
    "tempered": "beliefs",
}


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOME[name]}"), name)


def __dir__() -> list[str]:
    return sorted(__all__)
