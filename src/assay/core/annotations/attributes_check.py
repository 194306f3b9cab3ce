"""Whether attribute values answer what a taxonomy asks. Any kind may use it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import date, datetime
from math import isfinite
from typing import Any, TypeAlias

from assay.core.annotations.problems import Problems
from assay.core.annotations.taxonomy_check import is_storable
from assay.core.taxonomy import Attribute, Condition

# A group's value is an object of values; what may be given several times is a list.
Value: TypeAlias = "str | float | dict[str, Value] | list[Value]"

# A turn by 360 degrees is one by 0, and is told so: see ``_check_number``.
_RANGE = {
    "across": Attribute("across", "number", minimum=0.0, maximum=1.0),
    "down": Attribute("down", "number", minimum=0.0, maximum=1.0),
    "angle": Attribute("angle", "angle", minimum=0.0, maximum=360.0),
}
_DATE = re.compile(r"\d{4}-\d\d-\d\d")
_MINUTE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d)?")


def check_attributes(
    given: Any, asked: Sequence[Attribute], path: str, complete: bool, problems: Problems
) -> dict[str, Value]:
    """The values in the order they are asked, without those whose condition is not met.

    Adds a problem for each unknown name, wrong value, and, where ``complete``, each required one that is missing.
    """
    if not isinstance(given, dict):
        problems.add(path, "must be an object of names and values")
        return {}
    known = {attribute.name for attribute in asked}
    for name in given:
        if name not in known:
            problems.add(f"{path}.{name}", "is not asked here; leave it out")
    answered: dict[str, Value] = {}
    earlier: dict[str, Attribute] = {}
    for attribute in asked:
        earlier[attribute.name] = attribute
        if not is_asked(attribute, answered, earlier):
            continue
        field = f"{path}.{attribute.name}"
        if attribute.name in given:
            before = len(problems)
            value = _check_value(given[attribute.name], attribute, field, complete, problems)
            if value is not None:
                answered[attribute.name] = value
            elif len(problems) > before:
                # A wrong value was reported; that nothing is there follows from it.
                continue
        if complete and attribute.required and attribute.name not in answered:
            problems.add(field, f"{attribute.title or attribute.name!r} has to be answered")
    return answered


def is_asked(attribute: Attribute, answered: Mapping[str, Value], asked: Mapping[str, Attribute]) -> bool:
    """Whether the attribute's condition is met by what is answered. ``asked``: the attributes by name."""
    if attribute.when is None:
        return True
    return any(all(_is_met(one, answered, asked) for one in way) for way in attribute.when.ways())


def _is_met(condition: Condition, answered: Mapping[str, Value], asked: Mapping[str, Attribute]) -> bool:
    value = answered.get(condition.attribute)
    meeting = asked[condition.attribute].meeting(condition.any_of)
    return any(choice in meeting for choice in (value if isinstance(value, list) else [value]))


def _check_value(value: Any, attribute: Attribute, field: str, complete: bool, problems: Problems) -> Value | None:
    """The value, or None where it is wrong or says nothing (blank text, no choices, an empty list or group)."""
    if attribute.values_max == 1:
        return _check_one(value, attribute, field, complete, problems)
    if not isinstance(value, list | tuple):
        problems.add(field, f"{_shown(value)} is not a list; give a list, also of a single value")
        return None
    if len(value) > attribute.values_max:
        problems.add(field, f"has {len(value):,} values; at most {attribute.values_max:,} are taken")
        return None
    before = len(problems)
    several = [_check_one(one, attribute, f"{field}[{index}]", complete, problems) for index, one in enumerate(value)]
    return None if len(problems) > before else [one for one in several if one is not None] or None


def _check_one(value: Any, attribute: Attribute, field: str, complete: bool, problems: Problems) -> Value | None:
    match attribute.type:
        case "category":
            offered = attribute.offered()
            if not isinstance(value, str) or value not in offered:
                problems.add(field, f"{_shown(value)} is not a choice; use one of: {_listed(offered)}")
                return None
            return value
        case "multiselect":
            return _check_choices(value, attribute, field, complete, problems)
        case "number":
            return _check_number(value, attribute, field, problems)
        case "across" | "down" | "angle":
            return _check_number(value, _RANGE[attribute.type], field, problems)
        case "datetime":
            return _check_datetime(value, attribute, field, problems)
        case "group":
            return check_attributes(value, attribute.attributes, field, complete, problems) or None
        case "text" | "mark":
            return _check_text(value, attribute, field, problems)


def _check_text(value: Any, attribute: Attribute, field: str, problems: Problems) -> str | None:
    if not isinstance(value, str):
        problems.add(field, f"{_shown(value)} is not text")
        return None
    if len(value) > attribute.length_max:
        problems.add(field, f"has {len(value):,} characters; at most {attribute.length_max:,} are taken")
        return None
    if not is_storable(value):
        problems.add(field, "has a character that cannot be stored; remove it")
        return None
    return value if value.strip() else None


def _check_datetime(value: Any, attribute: Attribute, field: str, problems: Problems) -> str | None:
    """In the one form that is kept; seconds of 0 are left out."""
    if value == "":
        return None
    if isinstance(value, str):
        with suppress(ValueError):
            if attribute.time_of_day and _MINUTE.fullmatch(value):
                return datetime.fromisoformat(value).isoformat(timespec="seconds").removesuffix(":00")
            if not attribute.time_of_day and _DATE.fullmatch(value):
                return date.fromisoformat(value).isoformat()
    example = (
        "a date and time like 2026-11-22T14:05, without a zone" if attribute.time_of_day else "a date like 2026-11-22"
    )
    problems.add(field, f"{_shown(value)} is not {example}")
    return None


def _check_choices(
    value: Any, attribute: Attribute, field: str, complete: bool, problems: Problems
) -> list[Value] | None:
    offered = attribute.offered()
    if not isinstance(value, list | tuple):
        problems.add(field, f"{_shown(value)} is not a list of choices")
        return None
    before = len(problems)
    for index, choice in enumerate(value):
        if choice not in offered:
            problems.add(f"{field}[{index}]", f"{_shown(choice)} is not a choice; use any of: {_listed(offered)}")
        elif choice in value[:index]:
            problems.add(f"{field}[{index}]", f"{_shown(choice)} is chosen twice; choose it once")
    if len(problems) == before and attribute.choices_max is not None and len(value) > attribute.choices_max:
        problems.add(field, f"has {len(value)} choices; choose at most {attribute.choices_max}")
    least = attribute.choices_min or 0
    if len(problems) == before and complete and value and len(value) < least:
        problems.add(field, f"has {len(value)} choices; choose at least {least}")
    if len(problems) > before:
        return None
    return [choice for choice in offered if choice in value] or None


def _check_number(value: Any, attribute: Attribute, field: str, problems: Problems) -> float | None:
    number = float("nan")
    if isinstance(value, int | float) and not isinstance(value, bool):
        try:
            number = float(value)
        except OverflowError:
            number = float("inf")
    if not isfinite(number):
        problems.add(field, f"{_shown(value)} is not a finite number")
        return None
    if attribute.minimum is not None and number < attribute.minimum:
        problems.add(field, f"{number:g} is less than {attribute.minimum:g}")
        return None
    if attribute.maximum is not None and number > attribute.maximum:
        problems.add(field, f"{number:g} is more than {attribute.maximum:g}")
        return None
    if attribute.type == "angle" and number == 360.0:
        return 0.0
    return number


def _shown(value: Any) -> str:
    text = repr(value) if isinstance(value, str | int | float | bool | None) else type(value).__name__
    return text if len(text) <= 40 else text[:39] + "…"


def _listed(offered: list[str]) -> str:
    return ", ".join(offered[:10]) + (", …" if len(offered) > 10 else "")
