"""The type that marks passages of a text, and relations between them, on our kind ``entities``.

Places in the text count Unicode code points, as Python does.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from assay.core.annotations.kind import Answer
from assay.core.content import TITLE_LENGTH_MAX, KeptItem, TextItem
from assay.core.errors import Invalid
from assay.core.taxonomy import Label, RelationType, Taxonomy
from assay.faces.scale import describing
from assay.faces.scale.attributes import Asked, attributes_of
from assay.faces.scale.conditions import in_order
from assay.faces.scale.plain_text import plain
from assay.faces.scale.reading import a_flag, a_list, a_number, a_text, an_object
from assay.faces.scale.task_type import NOTHING, Answered, Json, Params, Shown, TaskType


def _shown(params: Params) -> Shown:
    return Shown(items=[TextItem(text_of(params))])


def text_of(params: Params) -> str:
    """The text as it is shown. Where lines are to be merged, breaks are blanks: every place stays where it was.
    Raises ``Invalid``."""
    text = params.get("text")
    if not isinstance(text, str) or not text.strip():
        raise Invalid("Give the text to mark entities in.", "text")
    if a_flag(params.get("merge_newlines"), "merge_newlines"):
        return text.replace("\r", " ").replace("\n", " ")
    return text


# --- what is asked ------------------------------------------------------------------------------------------------


def _question(params: Params) -> Taxonomy:
    entries = a_list(params.get("labels"), "labels")
    names = dict(_names(entries, "labels", ()))
    everywhere = attributes_of(an_object(params.get("annotation_attributes"), "annotation_attributes"), names)
    whole = attributes_of(_global(params), names)
    labels = [_label(entry, f"labels[{index}]", (), everywhere) for index, entry in enumerate(entries)]
    relations = [_relation(one, names, index) for index, one in enumerate(_listed(params.get("relationships")))]
    attributes = [*(one.here() for one in everywhere if one.of_the_whole), *(one.here() for one in whole)]
    return Taxonomy(labels=labels, attributes=in_order(attributes), relations=relations) if labels else NOTHING


def _global(params: Params) -> Mapping[str, Any]:
    return an_object(params.get("global_attributes"), "global_attributes")


def _names(entries: Sequence[Any], path: str, above: tuple[str, ...]) -> list[tuple[str, tuple[str, ...]]]:
    """Every label with where it stands. Raises ``Invalid`` for one that stands at two places."""
    found: dict[str, tuple[str, ...]] = {}
    for index, entry in enumerate(entries):
        here = f"{path}[{index}]"
        name, below = _entry(entry, here)
        for each, where in [(name, (*above, name)), *_names(below, f"{here}.children", (*above, name))]:
            if each in found:
                raise Invalid(f"The label {each!r} stands at two places; give each its own name.", here)
            found[each] = where
    return list(found.items())


def _entry(entry: Any, path: str) -> tuple[str, Sequence[Any]]:
    if not isinstance(entry, Mapping):
        return a_text(entry, path).strip(), ()
    name = a_text(entry.get("name", entry.get("choice")), f"{path}.name").strip()
    return name, a_list(entry.get("children", entry.get("subchoices")), f"{path}.children")


def _label(entry: Any, path: str, above: tuple[str, ...], everywhere: Sequence[Asked]) -> Label:
    name, below = _entry(entry, path)
    here, said = (*above, name), entry if isinstance(entry, Mapping) else {}
    title = plain(said.get("display_name", said.get("display")), f"{path}.display_name", TITLE_LENGTH_MAX)
    own = attributes_of(_by_name(said.get("attributes"), f"{path}.attributes"), ())
    asked = [found for one in everywhere if (found := one.of_label(here)) is not None]
    children = [_label(one, f"{path}.children[{index}]", here, everywhere) for index, one in enumerate(below)]
    attributes = [] if children else in_order([*asked, *(one.here() for one in own)])
    title = None if title == name else title
    return Label(name, title, shapes=[] if children else ["span"], attributes=attributes, children=children)


def _by_name(given: Any, path: str) -> Mapping[str, Any]:
    """Attributes by their names; a list of them, each with its name, will do too."""
    if not isinstance(given, list):
        return an_object(given, path)
    items = [an_object(one, f"{path}[{index}]") for index, one in enumerate(given)]
    return {a_text(one.get("name"), f"{path}[{index}].name"): one for index, one in enumerate(items)}


def _listed(given: Any) -> Sequence[Any]:
    return a_list(given, "relationships")


def _relation(given: Any, labels: Mapping[str, Any], index: int) -> RelationType:
    path = f"relationships[{index}]"
    said = an_object(given, path)
    name = a_text(said.get("name"), f"{path}.name").strip()
    title = plain(said.get("display_name"), f"{path}.display_name", TITLE_LENGTH_MAX)
    directed = a_flag(said.get("is_directed", True), f"{path}.is_directed")
    ends = []
    for field in ("source_label", "target_label"):
        value = said.get(field)
        wanted = [] if value is None else [a_text(one, f"{path}.{field}") for one in _one_or_more(value)]
        unknown = [one for one in wanted if one not in labels]
        if unknown:
            raise Invalid(f"There is no label {unknown[0]!r}.", f"{path}.{field}")
        ends.append(wanted)
    return RelationType(name, None if title == name else title, directed, *ends)


def _one_or_more(value: Any) -> Sequence[Any]:
    return value if isinstance(value, list) else [value]


# --- out and in ---------------------------------------------------------------------------------------------------


def _response(done: Answered) -> Json:
    text = text_of(done.params) if done.params.get("text") else ""
    annotations = [
        {
            "id": span["id"],
            "start": span["start"],
            "end": span["end"],
            "text": text[span["start"] : span["end"]],
            "label": span["label"],
            "attributes": span.get("attributes", {}),
        }
        for span in done.answer.get("annotations", ())
    ]
    relations = [
        {"id": one["id"], "source_ref": one["source"], "target_ref": one["target"], "name": one["name"]}
        for one in done.answer.get("relations", ())
    ]
    whole = done.answer.get("attributes", {})
    return {"annotations": annotations, "relationships": relations, "global_attributes": whole}


def _prelabels(params: Params, said: Any, path: str) -> Answer | None:  # noqa: ARG001 - places say all
    if not said:
        return None
    given = an_object(said, path)
    spans = [_span(one, f"{path}.annotations[{n}]", n) for n, one in enumerate(_part(given, "annotations", path))]
    relations = [
        _joined(one, f"{path}.relationships[{n}]", n) for n, one in enumerate(_part(given, "relationships", path))
    ]
    whole = dict(an_object(given.get("global_attributes"), f"{path}.global_attributes"))
    return {"annotations": spans, "relations": relations, "attributes": whole}


def _part(given: Mapping[str, Any], name: str, path: str) -> Sequence[Any]:
    return a_list(given.get(name), f"{path}.{name}")


def _span(given: Any, path: str, index: int) -> Json:
    said = an_object(given, path)
    return {
        "id": str(said.get("id", f"entity-{index}")),
        "type": "span",
        "label": a_text(said.get("label"), f"{path}.label"),
        "start": _place(said.get("start"), f"{path}.start"),
        "end": _place(said.get("end"), f"{path}.end"),
        "attributes": dict(an_object(said.get("attributes"), f"{path}.attributes")),
    }


def _joined(given: Any, path: str, index: int) -> Json:
    said = an_object(given, path)
    ends = {ours: str(said.get(theirs, "")) for ours, theirs in (("source", "source_ref"), ("target", "target_ref"))}
    return {"id": str(said.get("id", f"relation-{index}")), "name": a_text(said.get("name"), f"{path}.name"), **ends}


def _place(value: Any, path: str) -> int:
    found = a_number(value, path)
    if found is None or found != int(found):
        raise Invalid("Must be a whole number.", path)
    return int(found)


# --- a project of our own making ----------------------------------------------------------------------------------


def described(taxonomy: Taxonomy, instructions: str) -> Json:
    """What a project asks that was made by other means."""
    relations = [
        {
            "name": one.name,
            "display_name": one.title or one.name,
            "is_directed": one.directed,
            "source_label": one.source_labels,
            "target_label": one.target_labels,
        }
        for one in taxonomy.relations
    ]
    attributes = describing.attributes_told(taxonomy)
    told: Json = {"instruction": instructions, "labels": [_described(one) for one in taxonomy.labels]}
    return (
        told
        | ({"relationships": relations} if relations else {})
        | ({"annotation_attributes": attributes} if attributes else {})
    )


def _described(label: Label) -> Json:
    told: Json = {"name": label.name, "display_name": label.title or label.name}
    return {**told, "children": [_described(one) for one in label.children]} if label.children else told


def _described_task(_: str | None) -> Json:
    return {}


def _described_items(items: Sequence[KeptItem]) -> Json:
    return {"text": next((item.text for item in items if isinstance(item, TextItem)), "")}


TYPES: Final = [
    TaskType(
        "namedentityrecognition",
        "entities",
        frozenset({"labels", "relationships", "annotation_attributes", "global_attributes"}),
        question=_question,
        shown=_shown,
        prelabels=_prelabels,
        response=_response,
        nothing=("Nothing is asked; give labels, in the task or in its project.", "labels"),
        described=described,
        described_task=_described_task,
        described_items=_described_items,
    )
]
