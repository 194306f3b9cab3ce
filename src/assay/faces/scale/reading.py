"""Reading what a program sent, leniently where it does no harm: values, query strings, times."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final

import msgspec

from assay.core.errors import Invalid

_FLAGS: Final = {"true": True, "1": True, "yes": True, "false": False, "0": False, "no": False, "": False}


def json_of(body: bytes) -> Any:
    """The value of a body; none for an empty one, which this client sends for an empty list or object too.

    Raises ``Invalid`` for what is not JSON.
    """
    if not body.strip():
        return None
    try:
        return msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise Invalid("The body is not JSON.") from None


def an_object(value: Any, path: str) -> Mapping[str, Any]:
    """An object, empty where nothing was sent. Raises ``Invalid``."""
    if value is None:
        return {}
    if not isinstance(value, Mapping):
        raise Invalid("Must be an object.", path)
    return value


def a_list(value: Any, path: str) -> Sequence[Any]:
    """A list, empty where nothing was sent. Raises ``Invalid``."""
    if value is None:
        return ()
    if not isinstance(value, list):
        raise Invalid("Must be a list.", path)
    return value


def a_text(value: Any, path: str) -> str:
    """A text; numbers and truth values as JSON writes them. Raises ``Invalid``."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return str(value)
    if not isinstance(value, str) or not value.strip():
        raise Invalid("Must be a text.", path)
    return value


def an_entry(entry: Any, path: str) -> tuple[str, str | None, Sequence[Any]]:
    """Name, title and finer entries of a label or a choice: a string, or an object that describes it."""
    if isinstance(entry, Mapping):
        name = a_text(entry.get("choice"), f"{path}.choice")
        display = entry.get("display")
        return (
            name,
            display if isinstance(display, str) and display != name else None,
            a_list(entry.get("subchoices"), f"{path}.subchoices"),
        )
    return a_text(entry, path), None, ()


def a_number(value: Any, path: str) -> float | None:
    """A number, also one written as text; none where nothing was sent. Raises ``Invalid``."""
    if value is None or value == "":
        return None
    if isinstance(value, bool):
        raise Invalid("Must be a number.", path)
    try:
        return float(value)
    except (TypeError, ValueError, OverflowError):
        raise Invalid("Must be a number.", path) from None


def a_flag(value: Any, path: str) -> bool:
    """True or false, as JSON or as Python writes it; false where nothing was sent. Raises ``Invalid``."""
    if value is None or isinstance(value, bool):
        return bool(value)
    found = _FLAGS.get(str(value).strip().lower())
    if found is None:
        raise Invalid("Must be true or false.", path)
    return found


def a_time(text: str, path: str) -> datetime:
    """An ISO 8601 time or day; without a zone it is UTC. Raises ``Invalid``."""
    text = text.strip()
    before, _, zone = text.rpartition(" ")
    try:
        # A plus sign that was not escaped arrives as a space.
        found = datetime.fromisoformat(f"{before}+{zone}" if "T" in before else text)
    except ValueError:
        raise Invalid(f"{text[:50]!r} is not a time; write it as 2026-11-22T14:05:00Z.", path) from None
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)


def written(moment: datetime | None) -> str | None:
    """A time as this dialect writes it: ISO 8601 with milliseconds and a Z."""
    if moment is None:
        return None
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def one(query: Mapping[str, Sequence[str]], name: str) -> str | None:
    """The last value given for a name; none where it is missing or empty."""
    values = [value for value in query.get(name, ()) if value != ""]
    return values[-1] if values else None


def several(query: Mapping[str, Sequence[str]], name: str) -> list[str]:
    """All values given for a name, repeated or joined by commas; a value with commas also stands for itself."""
    found: dict[str, None] = {}
    for value in query.get(name, ()):
        for part in (value, *value.split(",")):
            if part.strip():
                found[part.strip()] = None
    return list(found)
