"""Whether attribute values answer what a taxonomy asks. Any kind may use it."""

from __future__ import annotations

from collections.abc import Sequence
from math import isfinite
from typing import Any

from assay.core.annotations.problems import Problems
from assay.core.annotations.taxonomy_check import is_storable
from assay.core.taxonomy import Attribute

Value = str | float | list[str]


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
    for attribute in asked:
        if not _is_asked(attribute, answered):
            continue
        field = f"{path}.{attribute.name}"
        if attribute.name in given:
            before = len(problems)
            value = _check_value(given[attribute.name], attribute, field, problems)
            if value is not None:
                answered[attribute.name] = value
            elif len(problems) > before:
                # A wrong value was reported; that nothing is there follows from it.
                continue
        if complete and attribute.required and attribute.name not in answered:
            problems.add(field, f"{attribute.title or attribute.name!r} has to be answered")
    return answered


def _is_asked(attribute: Attribute, answered: dict[str, Value]) -> bool:
    if attribute.when is None:
        return True
    value = answered.get(attribute.when.attribute)
    chosen = value if isinstance(value, list) else [value]
    return any(choice in attribute.when.any_of for choice in chosen)


def _check_value(value: Any, attribute: Attribute, field: str, problems: Problems) -> Value | None:
    """The value, or None where it is wrong or says nothing (blank text, no choices)."""
    offered = [choice.name for choice in attribute.choices]
    if attribute.type == "category":
        if not isinstance(value, str) or value not in offered:
            problems.add(field, f"{_shown(value)} is not a choice; use one of: {_listed(offered)}")
            return None
        return value
    if attribute.type == "multiselect":
        return _check_choices(value, offered, field, problems)
    if attribute.type == "number":
        return _check_number(value, attribute, field, problems)
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


def _check_choices(value: Any, offered: list[str], field: str, problems: Problems) -> list[str] | None:
    if not isinstance(value, list | tuple):
        problems.add(field, f"{_shown(value)} is not a list of choices")
        return None
    before = len(problems)
    for index, choice in enumerate(value):
        if choice not in offered:
            problems.add(f"{field}[{index}]", f"{_shown(choice)} is not a choice; use any of: {_listed(offered)}")
        elif choice in value[:index]:
            problems.add(f"{field}[{index}]", f"{_shown(choice)} is chosen twice; choose it once")
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
    return number


def _shown(value: Any) -> str:
    text = repr(value) if isinstance(value, str | int | float | bool | None) else type(value).__name__
    return text if len(text) <= 40 else text[:39] + "…"


def _listed(offered: list[str]) -> str:
    return ", ".join(offered[:10]) + (", …" if len(offered) > 10 else "")
