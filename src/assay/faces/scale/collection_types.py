"""The type that collects texts, choices, numbers and dates about whatever is shown, on our kind ``form``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import msgspec

from assay.core.annotations.kind import Answer
from assay.core.content import TITLE_LENGTH_MAX, GivenItem, KeptItem, TextItem
from assay.core.errors import Invalid
from assay.core.taxonomy import Attribute, Choice, Taxonomy
from assay.faces.scale.attached import at_least, items_of, told_items
from assay.faces.scale.collecting import AMOUNT, Field, fields_of
from assay.faces.scale.plain_text import plain
from assay.faces.scale.reading import a_number, a_text, an_object
from assay.faces.scale.task_type import NOTHING, Answered, Json, Params, Shown, TaskType

_DESCRIPTION_MAX: Final = 20_000


def _question(params: Params) -> Taxonomy:
    fields = fields_of(params.get("fields"))
    return Taxonomy(attributes=[one.attribute for one in fields]) if fields else NOTHING


def _shown(params: Params) -> Shown:
    """Title and description stand before what they speak of."""
    title = plain(params.get("title"), "title", TITLE_LENGTH_MAX)
    words = plain(params.get("description"), "description", _DESCRIPTION_MAX)
    items: list[GivenItem] = items_of(params)
    if words or (title and not items):
        items.insert(0, TextItem(words or title or "", title if words else None))
    elif title:
        items[0] = _titled(items[0], title)
    return Shown(items=at_least(items, 1, "attachments"))


def _titled(item: GivenItem, title: str) -> GivenItem:
    return item if item.title else msgspec.structs.replace(item, title=title)


def opinions_of(params: Params) -> int | None:
    """How many people are to answer, where it is said. Raises ``Invalid``."""
    wanted = a_number(params.get("responses_required"), "responses_required")
    if wanted is None:
        return None
    if not 1 <= wanted <= 100 or wanted != int(wanted):
        raise Invalid("Must be a whole number within 1 and 100.", "responses_required")
    return int(wanted)


# --- out ----------------------------------------------------------------------------------------------------------


def _response(done: Answered) -> Json:
    """Lists of values by field; where several people were to answer, the lists of all of them."""
    fields = fields_of(done.params.get("fields"))
    if (opinions_of(done.params) or 1) == 1:
        return {"annotations": _values(fields, done.answer.get("attributes", {}))}
    each = [_values(fields, voice.get("attributes", {})) for voice in done.voices or [done.answer]]
    return {
        "annotations": {
            one.name: {"type": one.type, "field_id": one.name, "responses": [values[one.name] for values in each]}
            for one in fields
        }
    }


def _values(fields: Sequence[Field], answered: Mapping[str, Any]) -> Json:
    return {one.name: _told(one, answered.get(one.name)) for one in fields}


def _told(one: Field, value: Any) -> list[Any]:
    if value is None:
        return []
    several = value if isinstance(value, list) else [value]
    if one.measured:
        return [{**row, **({"unit": one.values[row["unit"]]} if "unit" in row else {})} for row in several]
    if one.fields:
        return [_values(one.fields, row) for row in several]
    if one.attribute.choices:
        return [one.values.get(choice, choice) for choice in several]
    return [int(each) if isinstance(each, float) and each.is_integer() else each for each in several]


# --- in -----------------------------------------------------------------------------------------------------------


def _prelabels(params: Params, said: Any, path: str) -> Answer | None:
    if not said:
        return None
    if isinstance(said, Mapping) and "annotations" in said:
        said, path = said["annotations"], f"{path}.annotations"
    return {"attributes": _said(fields_of(params.get("fields")), said, path)}


def _said(fields: Sequence[Field], said: Any, path: str) -> Json:
    """Values by field: as ``{field: values}``, or as items that name their field."""
    if isinstance(said, list):
        items = [an_object(one, f"{path}[{index}]") for index, one in enumerate(said)]
        said = {a_text(one.get("field_id"), f"{path}[{index}].field_id"): one for index, one in enumerate(items)}
    given, known = an_object(said, path), {one.name: one for one in fields}
    found: Json = {}
    for name, value in given.items():
        if name not in known:
            raise Invalid(f"There is no field {name!r}.", f"{path}.{name}")
        values = _listed(value)
        if values:
            found[name] = _ours(known[name], values, f"{path}.{name}")
    return found


def _listed(value: Any) -> list[Any]:
    """The values of one field. Lists of lists are what several people answered; the first of them counts."""
    if isinstance(value, Mapping) and ("response" in value or "responses" in value):
        value = value.get("response", value.get("responses"))
        if isinstance(value, list) and value and isinstance(value[0], list):
            value = value[0]
    return [one for one in (value if isinstance(value, list) else [value]) if one is not None and one != ""]


def _ours(one: Field, values: Sequence[Any], path: str) -> Any:
    attribute = one.attribute
    if one.measured:
        parts = [an_object(value, path) for value in values]
        found: list[Any] = [
            {
                name: _unit(one, part[name], path) if name == AMOUNT[1] else a_number(part[name], path)
                for name in AMOUNT
                if part.get(name) is not None
            }
            for part in parts
        ]
    elif one.fields:
        found = [_said(one.fields, value, path) for value in values]
    elif attribute.choices:
        found = [_unit(one, value, path) for value in values]
        return found if attribute.type == "multiselect" else found[0]
    elif attribute.type == "number":
        found = [a_number(value, path) for value in values]
    else:
        found = [a_text(value, path) for value in values]
    return found if attribute.values_max > 1 else found[0]


def _unit(one: Field, value: Any, path: str) -> str:
    """The choice that was called so."""
    return next((name for name, was in one.values.items() if was == value), a_text(value, path).strip())


# --- a form of our own making -------------------------------------------------------------------------------------

_THEIRS: Final = {"category": "category", "multiselect": "category", "group": "fieldset"}


def described(taxonomy: Taxonomy, instructions: str) -> Json:
    """What a project asks that was made by other means."""
    return {"instruction": instructions, "fields": [_described(one) for one in taxonomy.attributes]}


def _described(one: Attribute) -> Json:
    kind = "date" if one.type == "datetime" and not one.time_of_day else _THEIRS.get(one.type, one.type)
    told: Json = {
        "type": "unit" if one.unit else kind,
        "field_id": one.name,
        "title": one.title,
        "description": one.description,
        "required": one.required or None,
        "min": one.minimum,
        "max": one.maximum,
        "units": [one.unit] if one.unit else None,
        "choices": [_described_choice(choice) for choice in one.choices] or None,
        "min_choices": one.choices_min,
        "max_choices": (one.choices_max or len(one.offered())) if one.type == "multiselect" else None,
        "max_responses": one.values_max if one.values_max > 1 else None,
        "conditions": _conditions(one),
        "fields": [_described(inner) for inner in one.attributes] or None,
    }
    return {name: value for name, value in told.items() if value is not None}


def _conditions(one: Attribute) -> Json | list[Json] | None:
    ways = [{met.attribute: met.any_of for met in way} for way in one.when.ways()] if one.when else []
    return ways if len(ways) > 1 else ways[0] if ways else None


def _described_choice(choice: Choice) -> Json:
    told: Json = {"label": choice.title or choice.name, "value": choice.name}
    return {**told, "subchoices": [_described_choice(one) for one in choice.children]} if choice.children else told


def _described_task(url: str | None) -> Json:
    return {"attachments": [{"type": "image", "content": url}]} if url else {}


def _described_items(items: Sequence[KeptItem]) -> Json:
    return {"attachments": told_items(items, "content")}


TYPES: Final = [
    TaskType(
        "textcollection",
        "form",
        frozenset({"fields"}),
        question=_question,
        shown=_shown,
        prelabels=_prelabels,
        response=_response,
        nothing=("Nothing is asked; give fields, in the task or in its project.", "fields"),
        described=described,
        described_task=_described_task,
        described_items=_described_items,
        opinions=opinions_of,
        words={"attributes": "fields"},
    )
]
