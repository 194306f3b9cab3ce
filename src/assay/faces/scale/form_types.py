"""Types of task that are a few plain questions about what is shown, on our kind ``form``: which category, which of
several, what stands there, what can be found there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from assay.core.annotations.kind import Answer
from assay.core.content import TITLE_LENGTH_MAX
from assay.core.errors import Invalid
from assay.core.taxonomy import Attribute, Choice, Taxonomy
from assay.faces.scale.attached import at_least, items_of
from assay.faces.scale.plain_text import plain
from assay.faces.scale.reading import a_flag, a_list, a_text, an_object
from assay.faces.scale.task_type import NOTHING, Answered, Json, Params, Shown, TaskType

_DESCRIPTION_MAX: Final = 2000
_TEXT_MAX: Final = 100_000
_REPEATED_MAX: Final = 100


# --- one of several -----------------------------------------------------------------------------------------------


def _categories(params: Params) -> Taxonomy:
    choices = _choices(params.get("categories"), "categories")
    if not choices:
        return NOTHING
    several = a_flag(params.get("allow_multiple"), "allow_multiple")
    ids = an_object(params.get("category_ids"), "category_ids")
    unknown = sorted(ids.keys() - {choice.name for choice in choices})
    if unknown:
        raise Invalid(f"{unknown[0]!r} is not among the categories.", f"category_ids.{unknown[0]}")
    question = Attribute("category", "multiselect" if several else "category", "Category", choices, required=True)
    return Taxonomy(attributes=[question])


def _comparing(params: Params) -> Taxonomy:
    choices = _choices(params.get("choices"), "choices")
    return (
        Taxonomy(attributes=[Attribute("choice", "category", "Choice", choices, required=True)]) if choices else NOTHING
    )


def _choices(given: Any, path: str) -> list[Choice]:
    """Choices as texts, or as objects with a name and a title. The same one twice is refused."""
    found: dict[str, Choice] = {}
    for index, entry in enumerate(a_list(given, path)):
        here, title = f"{path}[{index}]", None
        if isinstance(entry, Mapping):
            name = next(
                (entry[key] for key in ("name", "value", "choice", "label") if entry.get(key) is not None), None
            )
            title = plain(entry.get("display") or entry.get("label"), here, TITLE_LENGTH_MAX)
            entry = name
        name = a_text(entry, here).strip()
        if name in found:
            raise Invalid(f"{name!r} is there twice.", here)
        found[name] = Choice(name, title if title != name else None)
    return list(found.values())


def _category(done: Answered) -> Json:
    value = done.answer.get("attributes", {}).get("category")
    ids = done.params.get("category_ids") or {}
    id_ = [ids.get(one) for one in value] if isinstance(value, list) else ids.get(value)
    return {"category": value, **({"category_id": id_} if ids else {})}


def _choice(done: Answered) -> Json:
    return {"choice": done.answer.get("attributes", {}).get("choice")}


def _said_category(_: Params, said: Any, path: str) -> Answer | None:
    return _said_one("category", said, path)


def _said_choice(_: Params, said: Any, path: str) -> Answer | None:
    return _said_one("choice", said, path)


def _said_one(name: str, said: Any, path: str) -> Answer | None:
    value = an_object(said, path).get(name) if isinstance(said, Mapping | None) else said
    if value is None:
        return None
    where = f"{path}.{name}"
    found = [a_text(one, where) for one in value] if isinstance(value, list) else a_text(value, where)
    return {"attributes": {name: found}}


# --- fields to fill in --------------------------------------------------------------------------------------------


def _fields(params: Params) -> Taxonomy:
    questions = list(_texts(params.get("fields"), "fields"))
    repeated = list(_texts(params.get("repeatable_fields"), "repeatable_fields"))
    if repeated:
        if any(question.name == "repeatable_fields" for question in questions):
            raise Invalid("A field cannot be called so where some are repeated.", "fields.repeatable_fields")
        group = Attribute(
            "repeatable_fields", "group", "As often as it is there", values_max=_REPEATED_MAX, attributes=repeated
        )
        questions.append(group)
    return Taxonomy(attributes=questions) if questions else NOTHING


def _texts(given: Any, path: str) -> Iterator[Attribute]:
    """Fields as ``{name: description}``, or as a list of names or of objects."""
    entries: Sequence[tuple[str, Any, str]]
    if isinstance(given, Mapping):
        entries = [(str(name), what, f"{path}.{name}") for name, what in given.items()]
    else:
        entries = [(*_entry(one, f"{path}[{n}]"), f"{path}[{n}]") for n, one in enumerate(a_list(given, path))]
    for name, what, here in entries:
        said = what if isinstance(what, Mapping) else {"description": what}
        title = plain(said.get("title"), f"{here}.title", TITLE_LENGTH_MAX)
        description = plain(said.get("description"), f"{here}.description", _DESCRIPTION_MAX)
        required = a_flag(said.get("required"), f"{here}.required")
        yield Attribute(name, "text", title, required=required, length_max=_TEXT_MAX, description=description)


def _entry(one: Any, path: str) -> tuple[str, Any]:
    if isinstance(one, Mapping):
        name = next((one[key] for key in ("field_id", "name", "key", "title") if one.get(key) is not None), None)
        return a_text(name, f"{path}.field_id"), one
    return a_text(one, path), None


def _filled(done: Answered) -> Json:
    """Every field that is asked once, those that nobody filled in as empty texts; and the rows of the others."""
    values = dict(done.answer.get("attributes", {}))
    repeated = values.pop("repeatable_fields", [])
    asked = [one.name for one in done.taxonomy.attributes if one.type != "group"]
    told: Json = {"fields": {name: values.get(name, "") for name in asked}}
    group = next((one for one in done.taxonomy.attributes if one.type == "group"), None)
    if group is not None:
        told["repeatable_fields"] = [{one.name: row.get(one.name, "") for one in group.attributes} for row in repeated]
    return told


def _said_fields(_: Params, said: Any, path: str) -> Answer | None:
    if not said:
        return None
    given = an_object(said, path)
    values: Json = {
        name: a_text(value, f"{path}.fields.{name}")
        for name, value in an_object(given.get("fields"), f"{path}.fields").items()
        if value not in (None, "")
    }
    rows = [
        {name: a_text(value, here) for name, value in an_object(row, here).items() if value not in (None, "")}
        for index, row in enumerate(a_list(given.get("repeatable_fields"), f"{path}.repeatable_fields"))
        for here in (f"{path}.repeatable_fields[{index}]",)
    ]
    return {"attributes": {**values, **({"repeatable_fields": rows} if rows else {})}}


# --- the types ----------------------------------------------------------------------------------------------------


def _one_or_more(params: Params) -> Shown:
    return Shown(items=at_least(items_of(params), 1, "attachment"))


def _two_or_more(params: Params) -> Shown:
    return Shown(items=at_least(items_of(params), 2, "attachments"))


def _recording(params: Params) -> Shown:
    return Shown(items=at_least(items_of(params, default="audio"), 1, "attachment"))


def _transcript(_: Params) -> Taxonomy:
    return Taxonomy(attributes=[Attribute("transcript", "text", "What is said", required=True, length_max=_TEXT_MAX)])


def _heard(done: Answered) -> Json:
    return {"transcript": done.answer.get("attributes", {}).get("transcript", "")}


def _said_transcript(_: Params, said: Any, path: str) -> Answer | None:
    return _said_one("transcript", said, path)


_NO_FIELDS: Final = ("Nothing is asked; give fields, in the task or in its project.", "fields")

TYPES: Final = [
    TaskType(
        "categorization",
        "form",
        frozenset({"categories", "allow_multiple", "category_ids"}),
        question=_categories,
        shown=_one_or_more,
        prelabels=_said_category,
        response=_category,
        nothing=("Nothing is asked; give categories, in the task or in its project.", "categories"),
    ),
    TaskType(
        "comparison",
        "form",
        frozenset({"choices"}),
        question=_comparing,
        shown=_two_or_more,
        prelabels=_said_choice,
        response=_choice,
        nothing=("Nothing is asked; give choices, in the task or in its project.", "choices"),
    ),
    TaskType(
        "audiotranscription",
        "form",
        frozenset({"attachment"}),
        question=_transcript,
        shown=_recording,
        prelabels=_said_transcript,
        response=_heard,
    ),
    *(
        TaskType(
            name,
            "form",
            frozenset({"fields", "repeatable_fields"}),
            question=_fields,
            shown=_one_or_more,
            prelabels=_said_fields,
            response=_filled,
            nothing=_NO_FIELDS,
            words={"attributes": "fields"},
        )
        for name in ("transcription", "datacollection")
    ),
]
