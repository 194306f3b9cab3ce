"""What the members of a request may look like, and what is said of those that do not: the service's own wording.

Every check is made here, as clients leave patterns, choices and most bounds to the server. A value of another JSON type
than its shape's is a ``SerializationException``; everything else that is wrong is told together in one
``ValidationException``. Members that no shape names are passed over, as they always were.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from math import isfinite
from typing import Any, Final, TypeAlias

from assay.faces.mturk.refusals import Refused

# More than any list of the documents; the rest of a list is not looked at one by one.
LIST_MAX: Final = 1000
_TOLD_MAX: Final = 10
_SAID_MAX: Final = 200


@dataclass(frozen=True)
class Text:
    """``pattern`` as the documents write it."""

    length_min: int = 0
    length_max: int | None = None
    pattern: str | None = None
    choices: tuple[str, ...] = ()


@dataclass(frozen=True)
class Whole:
    least: int | None = None
    most: int | None = None
    bits: int = 32


@dataclass(frozen=True)
class Flag:
    pass


@dataclass(frozen=True)
class Moment:
    """Seconds since 1970-01-01 UTC, with a fraction or without; or a text of ISO 8601."""


@dataclass(frozen=True)
class ListOf:
    member: Shape


@dataclass(frozen=True)
class Structure:
    members: Mapping[str, Shape]
    required: tuple[str, ...] = ()


Shape: TypeAlias = Text | Whole | Flag | Moment | ListOf | Structure


def checked(shape: Structure, given: object) -> dict[str, Any]:
    """The members of a request as values of ours: texts, integers, booleans, moments, lists and structures of them.
    A member that was sent as null is left out. Raises ``Refused``."""
    value: dict[str, Any] = _converted(shape, given, "")
    wrong = list(_wrong(shape, value, ""))
    if wrong:
        count = "1 validation error" if len(wrong) == 1 else f"{len(wrong)} validation errors"
        raise Refused("ValidationException", f"{count} detected: " + "; ".join(wrong[:_TOLD_MAX]))
    return value


# --- JSON types -----------------------------------------------------------------------------------------------------


def _converted(shape: Shape, given: object, path: str) -> Any:
    match shape, given:
        case Structure(), dict():
            return {
                name: _converted(member, given[name], f"{path}.{name}" if path else name)
                for name, member in shape.members.items()
                if given.get(name) is not None
            }
        case ListOf(), list():
            if len(given) > LIST_MAX:
                raise Refused("ValidationException", f"{path} has {len(given)} members; at most {LIST_MAX} are read.")
            return [_converted(shape.member, one, f"{path}[{number}]") for number, one in enumerate(given, 1)]
        case Text(), str():
            return given
        case Flag(), bool():
            return given
        case Whole(), int() | float() if not isinstance(given, bool) and given == given // 1:
            if -(1 << shape.bits - 1) <= given < 1 << shape.bits - 1:
                return int(given)
        case Moment(), int() | float() | str() if not isinstance(given, bool):
            found = _moment(given)
            if found is not None:
                return found
    raise Refused(
        "SerializationException", f"{_KINDS[type(given)]} can not be converted to {_WANTED[type(shape)]} at {path}."
    )


_KINDS: Final[dict[type, str]] = {
    type(None): "NULL_VALUE",
    bool: "TRUE_OR_FALSE_VALUE",
    int: "NUMBER_VALUE",
    float: "NUMBER_VALUE",
    str: "STRING_VALUE",
    list: "START_ARRAY",
    dict: "START_OBJECT",
}
_WANTED: Final[dict[type, str]] = {
    Text: "a string",
    Whole: "an integer",
    Flag: "a boolean",
    Moment: "a timestamp",
    ListOf: "a list",
    Structure: "a structure",
}


def _moment(given: float | str) -> datetime | None:
    try:
        if isinstance(given, str):
            said = datetime.fromisoformat(given)
            return said.replace(tzinfo=UTC) if said.tzinfo is None else said.astimezone(UTC)
        return datetime.fromtimestamp(given, UTC) if isfinite(given) else None
    except (ValueError, OverflowError, OSError):
        return None


# --- bounds ---------------------------------------------------------------------------------------------------------


def _wrong(shape: Shape, value: Any, path: str) -> Iterator[str]:
    match shape:
        case Structure():
            for name, member in shape.members.items():
                below = f"{path}.{_camel(name)}" if path else _camel(name)
                if name in value:
                    yield from _wrong(member, value[name], below)
                elif name in shape.required:
                    yield f"Value null at '{below}' failed to satisfy constraint: Member must not be null"
        case ListOf():
            for number, one in enumerate(value, 1):
                yield from _wrong(shape.member, one, f"{path}.{number}.member")
        case Text() | Whole():
            for said in _constraints(shape, value):
                yield f"Value '{str(value)[:_SAID_MAX]}' at '{path}' failed to satisfy constraint: Member must {said}"


def _constraints(shape: Text | Whole, value: Any) -> Iterator[str]:
    if isinstance(shape, Whole):
        if shape.least is not None and value < shape.least:
            yield f"have value greater than or equal to {shape.least}"
        if shape.most is not None and value > shape.most:
            yield f"have value less than or equal to {shape.most}"
        return
    if shape.choices and value not in shape.choices:
        yield f"satisfy enum value set: [{', '.join(shape.choices)}]"
    if len(value) < shape.length_min:
        yield f"have length greater than or equal to {shape.length_min}"
    if shape.length_max is not None and len(value) > shape.length_max:
        yield f"have length less than or equal to {shape.length_max}"
    if shape.pattern is not None and not _compiled(shape.pattern).fullmatch(value):
        yield f"satisfy regular expression pattern: {shape.pattern}"


@lru_cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.ASCII)


def _camel(name: str) -> str:
    return name[:1].lower() + name[1:]
