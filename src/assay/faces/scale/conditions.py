"""When something is asked only after something else, in annotations and in forms alike.

Items of a list of conditions stand instead of each other, what stands in one item holds together. A string or a number
is equality, a list membership. What can be a condition: choices, texts and numbers.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from assay.core.errors import Invalid
from assay.core.taxonomy import NUMBERS, Attribute, Condition, number_in
from assay.faces.scale.reading import a_text


def texts_of(value: Any, path: str) -> list[str]:
    """One value or a list of them, as texts. Raises ``Invalid``."""
    return [a_text(one, path) for one in (value if isinstance(value, list) else [value])]


def condition_on(other: Attribute, values: Any, path: str) -> Condition:
    """The condition that another attribute has one of these values. Raises ``Invalid`` where it cannot have them."""
    wanted = list(dict.fromkeys(one.strip() for one in texts_of(values, path)))
    if other.choices:
        for one in wanted:
            if not other.meeting([one]) & set(other.offered()):
                raise Invalid(f"{one!r} is no choice of {other.name!r}.", path)
    elif other.type in NUMBERS:
        for one in wanted:
            if number_in(one) is None:
                raise Invalid(f"{one!r} is no number, and {other.name!r} is one.", path)
    elif other.type != "text":
        raise Invalid(f"{other.name!r} has no choices, text or number, and nothing else can be a condition.", path)
    return Condition(other.name, wanted)


def any_way(ways: Sequence[tuple[Condition, ...]]) -> Condition:
    """One condition that is met where any of these is, whole. Those of one attribute alone are said together."""
    alone: dict[str, list[str]] = {}
    several = []
    for way in ways:
        if len(way) == 1:
            alone.setdefault(way[0].attribute, []).extend(way[0].any_of)
        elif way not in several:
            several.append(way)
    said = [Condition(name, list(dict.fromkeys(values))) for name, values in alone.items()]
    said += [Condition(way[0].attribute, way[0].any_of, also=list(way[1:])) for way in several]
    return msgspec.structs.replace(said[0], or_else=said[1:])


def in_order(attributes: Sequence[Attribute], above: str = "annotation_attributes") -> list[Attribute]:
    """Each after those that its conditions name, otherwise as they came. A way to be asked is left out where what it
    names is not asked beside it, as it is never met, and so is an attribute with no way left. ``above``: what the
    request calls them all. Raises ``Invalid`` for conditions that go round in a circle."""
    left = {attribute.name: attribute for attribute in attributes}
    ordered: dict[str, Attribute] = {}
    while left:
        there = left.keys() | ordered.keys()
        for attribute in list(left.values()):
            if attribute.when is None:
                continue
            ways = [tuple(_bare(one) for one in way) for way in attribute.when.ways()]
            possible = [way for way in ways if all(one.attribute in there for one in way)]
            if not possible:
                del left[attribute.name]
            elif len(possible) < len(ways):
                left[attribute.name] = msgspec.structs.replace(attribute, when=any_way(possible))
        if left.keys() | ordered.keys() != there:
            continue
        ready = next((one for one in left.values() if _named(one) <= ordered.keys()), None)
        if ready is None:
            raise Invalid("Its conditions lead back to itself.", f"{above}.{next(iter(left))}.conditions")
        ordered[ready.name] = left.pop(ready.name)
    return list(ordered.values())


def _bare(condition: Condition) -> Condition:
    return Condition(condition.attribute, condition.any_of)


def _named(attribute: Attribute) -> set[str]:
    """The attributes that its conditions name."""
    return {one.attribute for way in attribute.when.ways() for one in way} if attribute.when is not None else set()
