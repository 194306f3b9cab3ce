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
    from assay.quality.agreement.annotations import annotation_alpha
    from assay.quality.agreement.breakdown import ClassAgreement, WorkerAgreement, by_class, by_worker
    from assay.quality.agreement.chance import fleiss_kappa, gwet_ac, percent_agreement
    from assay.quality.agreement.cohen import cohen_kappa, cohen_kappa_of, cohen_kappa_of_table
    from assay.quality.agreement.distances import (
        box_distance,
        box_set_distance,
        jaccard_distance,
        masi_distance,
        span_distance,
    )
    from assay.quality.agreement.patterns import Patterns
    from assay.quality.agreement.result import Agreement
    from assay.quality.agreement.weights import agreement_weights

__all__ = [
    "Agreement",
    "ClassAgreement",
    "Patterns",
    "WorkerAgreement",
    "agreement_weights",
    "annotation_alpha",
    "box_distance",
    "box_set_distance",
    "by_class",
    "by_worker",
    "cohen_kappa",
    "cohen_kappa_of",
    "cohen_kappa_of_table",
    "fleiss_kappa",
    "gwet_ac",
    "jaccard_distance",
    "krippendorff_alpha",
    "masi_distance",
    "percent_agreement",
    "span_distance",
]

_HOME: dict[str, str] = {
    "Agreement": "result",
    "ClassAgreement": "breakdown",
    "Patterns": "patterns",
    "WorkerAgreement": "breakdown",
    "agreement_weights": "weights",
    "annotation_alpha": "annotations",
    "box_distance": "distances",
    "box_set_distance": "distances",
    "by_class": "breakdown",
    "by_worker": "breakdown",
    "cohen_kappa": "cohen",
    "cohen_kappa_of": "cohen",
    "cohen_kappa_of_table": "cohen",
    "fleiss_kappa": "chance",
    "gwet_ac": "chance",
    "jaccard_distance": "distances",
    "krippendorff_alpha": "alpha",
    "masi_distance": "distances",
    "percent_agreement": "chance",
    "span_distance": "distances",
}


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOME[name]}"), name)


def __dir__() -> list[str]:
    return sorted(__all__)
