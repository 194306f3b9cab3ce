"""Agreement: how far people say the same beyond chance, overall, by class, by worker, and on any kind of answer.

    krippendorff_alpha    any number of people, gaps, any scale or distance of classes
    annotation_alpha      the same for answers that are all different, such as boxes and spans
    fleiss_kappa          many people, classes
    gwet_ac               AC1 and AC2: as Fleiss', steady where one class is rare
    cohen_kappa           two people
    percent_agreement     not corrected for chance
    by_class, by_worker   where the disagreement comes from

Each gives an ``Agreement``. Names are loaded when they are first used, because their kernels cost time to load.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from assay.quality.agreement.alpha import krippendorff_alpha
    from assay.quality.agreement.chance import fleiss_kappa, gwet_ac, percent_agreement
    from assay.quality.agreement.cohen import cohen_kappa, cohen_kappa_of, cohen_kappa_of_table
    from assay.quality.agreement.patterns import Patterns
    from assay.quality.agreement.result import Agreement
    from assay.quality.agreement.weights import agreement_weights

__all__ = [
    "Agreement",
    "Patterns",
    "agreement_weights",
    "cohen_kappa",
    "cohen_kappa_of",
    "cohen_kappa_of_table",
    "fleiss_kappa",
    "gwet_ac",
    "krippendorff_alpha",
    "percent_agreement",
]

_HOME: dict[str, str] = {
    "Agreement": "result",
    "Patterns": "patterns",
    "agreement_weights": "weights",
    "cohen_kappa": "cohen",
    "cohen_kappa_of": "cohen",
    "cohen_kappa_of_table": "cohen",
    "fleiss_kappa": "chance",
    "gwet_ac": "chance",
    "krippendorff_alpha": "alpha",
    "percent_agreement": "chance",
}


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOME[name]}"), name)


def __dir__() -> list[str]:
    return sorted(__all__)
