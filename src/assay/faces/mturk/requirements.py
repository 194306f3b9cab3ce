"""Qualification requirements: who may see, preview and take a task."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from assay.core.qualifications import Comparator, Guarded, Locale, Requirement
from assay.faces.mturk import ids
from assay.faces.mturk.ids import Mode
from assay.faces.mturk.refusals import missing, wrong_parameter

_NAME: Final = "QualificationRequirements"
_COMPARATORS: Final[dict[str, Comparator]] = {
    "LessThan": "less",
    "LessThanOrEqualTo": "at_most",
    "GreaterThan": "more",
    "GreaterThanOrEqualTo": "at_least",
    "EqualTo": "equal",
    "NotEqualTo": "not_equal",
    "Exists": "held",
    "DoesNotExist": "not_held",
    "In": "in",
    "NotIn": "not_in",
}
_GUARDED: Final[dict[str, Guarded]] = {
    "Accept": "accept",
    "PreviewAndAccept": "preview",
    "DiscoverPreviewAndAccept": "discover",
}
_COMPARATORS_TOLD: Final = {ours: theirs for theirs, ours in _COMPARATORS.items()}
_GUARDED_TOLD: Final = {ours: theirs for theirs, ours in _GUARDED.items()}


def read(given: Sequence[Mapping[str, Any]]) -> list[Requirement]:
    """Raises ``Refused`` for a type that no id stands for, and for two ways of saying what is guarded."""
    return [_one(one) for one in given]


def _one(given: Mapping[str, Any]) -> Requirement:
    guards, previewed = given.get("ActionsGuarded"), given.get("RequiredToPreview")
    if guards is not None and previewed is not None:
        raise wrong_parameter(_NAME, "give ActionsGuarded or RequiredToPreview, not both.")
    guarded = _GUARDED[guards] if guards is not None else "preview" if previewed else "accept"
    type_id = ids.qualification_meant(given["QualificationTypeId"])
    if type_id is None:
        raise missing("QualificationType", given["QualificationTypeId"])
    return Requirement(
        type_id,
        _COMPARATORS[given["Comparator"]],
        integers=given.get("IntegerValues", []),
        locales=[Locale(one["Country"], one.get("Subdivision")) for one in given.get("LocaleValues", [])],
        guards=guarded,
    )


def told(requirement: Requirement, mode: Mode) -> dict[str, Any]:
    """With both ways of saying what is guarded, as it always came back."""
    said: dict[str, Any] = {
        "QualificationTypeId": ids.qualification_told(requirement.type_id, mode),
        "Comparator": _COMPARATORS_TOLD[requirement.comparator],
        "ActionsGuarded": _GUARDED_TOLD[requirement.guards],
        "RequiredToPreview": requirement.guards != "accept",
    }
    if requirement.integers:
        said["IntegerValues"] = requirement.integers
    if requirement.locales:
        said["LocaleValues"] = [locale(one) for one in requirement.locales]
    return said


def locale(place: Locale) -> dict[str, str]:
    return {"Country": place.country} | ({"Subdivision": place.subdivision} if place.subdivision else {})


def type_of(text: str) -> UUID:
    """Raises ``Refused`` for the id of no type."""
    found = ids.qualification_meant(text)
    if found is None:
        raise missing("QualificationType", text)
    return found
