"""The fields of a collection of texts, as our questions.

    {"type": "category", "field_id": "mood", "title": "Mood?", "choices": [{"label": "Good", "value": "good"}]}
    {"type": "fieldset", "field_id": "person", "fields": [...], "max_responses": 5}
    {"type": "text", "field_id": "why", "conditions": {"mood": ["bad"]}}

Values of choices may be anything; ours are texts, and what was sent is told again.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import msgspec

from assay.core.annotations.form_taxonomy import DESCRIPTION_LENGTH_MAX, VALUES_MAX
from assay.core.content import TITLE_LENGTH_MAX
from assay.core.errors import Invalid
from assay.core.taxonomy import Attribute, AttributeType, Choice, Condition
from assay.faces.scale.conditions import any_way, condition_on, in_order
from assay.faces.scale.plain_text import plain
from assay.faces.scale.reading import a_flag, a_list, a_number, a_text, an_object

TEXT_MAX: Final = 100_000
# What a type is called there, in lower case and without spaces and lines.
_TYPES: Final[Mapping[str, AttributeType]] = {
    "text": "text",
    "textarea": "text",
    "category": "category",
    "number": "number",
    "unit": "number",
    "datetime": "datetime",
    "date": "datetime",
    "fieldset": "group",
    "form": "group",
}
# The parts of an amount with a unit to choose.
AMOUNT: Final = ("value", "unit")


@dataclass(frozen=True)
class Field:
    """One field and the question that it is. ``values``: what each choice was called when it was sent; ``fields``:
    those of a group; ``measured``: a number with one of several units, which is a group here."""

    name: str
    type: str
    attribute: Attribute
    values: Mapping[str, Any] = field(default_factory=dict)
    fields: Sequence[Field] = ()
    measured: bool = False


def fields_of(given: Any, path: str = "fields") -> list[Field]:
    """The fields, each after those that its condition names. Raises ``Invalid``."""
    entries = [an_object(one, f"{path}[{index}]") for index, one in enumerate(a_list(given, path))]
    found: dict[str, Field] = {}
    for index, entry in enumerate(entries):
        one = _field(entry, f"{path}[{index}]")
        if one.name in found:
            raise Invalid(f"There are two fields {one.name!r}.", f"{path}[{index}].field_id")
        found[one.name] = one
    asked = []
    for index, (entry, one) in enumerate(zip(entries, found.values(), strict=True)):
        given_conditions = entry.get("conditions", entry.get("condition"))
        when = _condition(given_conditions, found, f"{path}[{index}].conditions") if given_conditions else None
        asked.append(msgspec.structs.replace(one.attribute, when=when))
    ordered = in_order(asked, path)
    return [_with(found[attribute.name], attribute) for attribute in ordered]


def _with(one: Field, attribute: Attribute) -> Field:
    return Field(one.name, one.type, attribute, one.values, one.fields, one.measured)


def _field(entry: Mapping[str, Any], path: str) -> Field:
    said = entry.get("type")
    kind = str(said or "text").replace("_", "").replace(" ", "").replace("-", "").lower()
    if kind not in _TYPES:
        raise Invalid(f"There is no type of field {str(said)[:50]!r}; use any of {', '.join(_TYPES)}.", f"{path}.type")
    name = a_text(entry.get("field_id", entry.get("name")), f"{path}.field_id").strip()
    attribute = Attribute(
        name,
        _TYPES[kind],
        plain(entry.get("title"), f"{path}.title", TITLE_LENGTH_MAX),
        required=a_flag(entry.get("required"), f"{path}.required"),
        description=_description(entry, path),
    )
    several = _several(entry, path)
    if kind == "category":
        return _category(kind, attribute, entry, path)
    if kind in ("fieldset", "form"):
        inner = fields_of(entry.get("fields"), f"{path}.fields")
        if not inner:
            raise Invalid("The group asks nothing; give it fields.", f"{path}.fields")
        questions = [one.attribute for one in inner]
        group = msgspec.structs.replace(attribute, attributes=questions, values_max=several)
        return Field(name, kind, group, fields=inner)
    if kind == "unit":
        return _measure(attribute, entry, several, path)
    if kind == "number":
        return Field(name, kind, msgspec.structs.replace(_bounded(attribute, entry, path), values_max=several))
    if attribute.type == "datetime":
        return Field(name, kind, msgspec.structs.replace(attribute, time_of_day=kind == "datetime", values_max=several))
    return Field(name, kind, msgspec.structs.replace(attribute, length_max=TEXT_MAX, values_max=several))


def _description(entry: Mapping[str, Any], path: str) -> str | None:
    parts = [plain(entry.get(name), f"{path}.{name}", DESCRIPTION_LENGTH_MAX) for name in ("description", "hint")]
    text = "\n".join(part for part in parts if part)
    return text[:DESCRIPTION_LENGTH_MAX] or None


def _several(entry: Mapping[str, Any], path: str) -> int:
    """How many values may be given."""
    for name in ("max_responses", "max_responses_required"):
        most = a_number(entry.get(name), f"{path}.{name}")
        if most is not None:
            if not 1 <= most <= VALUES_MAX:
                raise Invalid(f"Must be within 1 and {VALUES_MAX}.", f"{path}.{name}")
            return int(most)
    return 1


def _bounded(attribute: Attribute, entry: Mapping[str, Any], path: str) -> Attribute:
    minimum, maximum = a_number(entry.get("min"), f"{path}.min"), a_number(entry.get("max"), f"{path}.max")
    return msgspec.structs.replace(attribute, minimum=minimum, maximum=maximum)


def _measure(attribute: Attribute, entry: Mapping[str, Any], several: int, path: str) -> Field:
    """A number with its unit: one that is given, or one to choose."""
    listed = entry.get("units", entry.get("choices"))
    units = [listed] if isinstance(listed, str) else list(a_list(listed, f"{path}.units"))
    if not units and entry.get("unit") is not None:
        units = [entry["unit"]]
    choices, values = _choices(units, f"{path}.units")
    if len(choices) < 2:
        unit = (choices[0].title or choices[0].name) if choices else None
        number = msgspec.structs.replace(_bounded(attribute, entry, path), unit=unit, values_max=several)
        return Field(attribute.name, "unit", number, values)
    amount = _bounded(Attribute(AMOUNT[0], "number", "Amount", required=attribute.required), entry, path)
    unit_asked = Attribute(AMOUNT[1], "category", "Unit", choices, required=attribute.required)
    group = msgspec.structs.replace(attribute, type="group", attributes=[amount, unit_asked], values_max=several)
    return Field(attribute.name, "unit", group, values, measured=True)


# --- choices ------------------------------------------------------------------------------------------------------


def _category(kind: str, attribute: Attribute, entry: Mapping[str, Any], path: str) -> Field:
    choices, values = _choices(entry.get("choices"), f"{path}.choices")
    least, most = (_bound(entry, name, path) for name in ("min_choices", "max_choices"))
    several = a_flag(entry.get("allow_multiple"), f"{path}.allow_multiple") if most is None else most > 1
    required = attribute.required or bool(least)
    if not several:
        return Field(
            attribute.name, kind, msgspec.structs.replace(attribute, choices=choices, required=required), values
        )
    offered = len(values)
    chosen = msgspec.structs.replace(
        attribute,
        type="multiselect",
        choices=choices,
        required=required,
        choices_min=min(least, offered) if least else None,
        choices_max=None if most is None else min(most, offered),
    )
    return Field(attribute.name, kind, chosen, values)


def _bound(entry: Mapping[str, Any], name: str, path: str) -> int | None:
    value = a_number(entry.get(name), f"{path}.{name}")
    if value is not None and value < 0:
        raise Invalid("Must be 0 or more.", f"{path}.{name}")
    return None if value is None else int(value)


def _choices(given: Any, path: str) -> tuple[list[Choice], dict[str, Any]]:
    """The choices, and what each of those that can be chosen was called when it was sent."""
    values: dict[str, Any] = {}

    def read(entries: Sequence[Any], path: str) -> Iterator[Choice]:
        for index, entry in enumerate(entries):
            here = f"{path}[{index}]"
            said = entry if isinstance(entry, Mapping) else {"value": entry}
            value = said.get("value", said.get("label"))
            # A heading may have nothing but a label.
            name = a_text(value, f"{here}.value").strip()
            title = plain(said.get("label"), f"{here}.label", TITLE_LENGTH_MAX) or name
            hint = plain(said.get("hint"), f"{here}.hint", TITLE_LENGTH_MAX)
            shown = f"{title} ({hint})"[:TITLE_LENGTH_MAX] if hint else title
            below = list(read(a_list(said.get("subchoices"), f"{here}.subchoices"), f"{here}.subchoices"))
            if not below:
                values[name] = value
            yield Choice(name, None if shown == name else shown, below)

    return list(read(a_list(given, path), path)), values


# --- conditions ---------------------------------------------------------------------------------------------------


def _condition(given: Any, known: Mapping[str, Field], path: str) -> Condition:
    ways = [tuple(_on(pair, known, path) for pair in way) for way in _ways(given, path)]
    if not all(ways):
        raise Invalid("It depends on nothing; name a field with the values it must have.", path)
    return any_way(ways)


def _on(pair: tuple[str, Any], known: Mapping[str, Field], path: str) -> Condition:
    name, values = pair
    if name not in known:
        raise Invalid(f"There is no field {name!r} beside this one.", path)
    return condition_on(known[name].attribute, values, path)


def _ways(given: Any, path: str) -> Iterator[list[tuple[str, Any]]]:
    """The names and values of each way to be asked."""
    for item in given if isinstance(given, list) else [given]:
        said = an_object(item, path)
        nested = next((said[key] for key in ("field_conditions", "attribute_conditions") if said.get(key)), None)
        if nested is not None:
            yield from _ways(nested, path)
        elif "field_id" in said:
            values = next((said[key] for key in ("values", "value", "equals", "any_of") if key in said), None)
            yield [(a_text(said["field_id"], f"{path}.field_id"), values)]
        else:
            yield [(str(name), values) for name, values in said.items()]
