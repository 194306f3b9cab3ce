"""What flags ask of a region of a document beside its text, and how that is told and read.

    money    {"amount": "12.5"}
    date     {"year": 2026, "month": 11, "day": 22}
    checked  true or false

That an amount is told as text in an object, and a check mark as a truth value, is Scale's; the members of a date are
not published, and these are ours. A plain number and a day like 2026-11-22 are read as well.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from assay.core.errors import Invalid
from assay.core.taxonomy import Attribute, Choice
from assay.faces.scale.reading import a_flag, a_list, a_number, a_text, an_object

Json = dict[str, Any]
MONEY: Final = Attribute("money", "number", "Amount")
DATE: Final = Attribute("date", "datetime", "Date")
CHECKED: Final = Attribute("checked", "category", "Checked", [Choice("yes", "Yes"), Choice("no", "No")])
# By any of the names that they go by. Others (line, key, value, thead, tbody) change nothing that is told.
FLAGS: Final[Mapping[str, Attribute]] = {
    "money": MONEY,
    "amount": MONEY,
    "currency": MONEY,
    "date": DATE,
    "checked": CHECKED,
    "checkbox": CHECKED,
}
_PARTS: Final = ("year", "month", "day")


def asked_by_flags(flags: Any, path: str) -> list[Attribute]:
    """What flags ask, each once; one that asks nothing we know of is left alone. Raises ``Invalid``."""
    if isinstance(flags, Mapping):
        flags = [name for name, value in flags.items() if a_flag(value, f"{path}.{name}")]
    elif isinstance(flags, str):
        flags = [flags]
    names = [a_text(one, path).lower() for one in a_list(flags, path)]
    found = [FLAGS[word] for name in names if (word := name.removeprefix("is_")) in FLAGS]
    return list({one.name: one for one in found}.values())


def told_values(attributes: Mapping[str, Any]) -> Json:
    """The values of flags, to stand beside the text, and as ``attributes`` whatever else a project of our own making
    asks, be it under the same names."""
    told: Json = {}
    others: Json = {}
    for name, value in attributes.items():
        if name == MONEY.name and isinstance(value, int | float):
            told[name] = {"amount": f"{value:.15g}"}
        elif name == DATE.name and isinstance(value, str) and (day := _day_in(value)) is not None:
            told[name] = {part: getattr(day, part) for part in _PARTS}
        elif name == CHECKED.name and value in CHECKED.offered():
            told[name] = value == "yes"
        else:
            others[name] = value
    return {**told, **({"attributes": others} if others else {})}


def _day_in(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def read_values(entry: Mapping[str, Any], path: str) -> Json:
    """The values of a region as it is told. Raises ``Invalid``."""
    values = dict(an_object(entry.get("attributes"), f"{path}.attributes"))
    money, day = entry.get("money"), entry.get("date")
    if money is not None:
        said = money.get("amount") if isinstance(money, Mapping) else money
        values["money"] = a_number(said, f"{path}.money")
    if day is not None:
        values["date"] = _day(day, f"{path}.date") if isinstance(day, Mapping) else a_text(day, f"{path}.date")
    if entry.get("checked") is not None:
        values["checked"] = "yes" if a_flag(entry["checked"], f"{path}.checked") else "no"
    return values


def _day(given: Mapping[str, Any], path: str) -> str:
    parts = [a_number(given.get(part), f"{path}.{part}") for part in _PARTS]
    try:
        return date(*(int(part) for part in parts if part is not None)).isoformat()
    except (TypeError, ValueError, OverflowError):
        raise Invalid("Must be a day there is, as year, month and day.", path) from None
