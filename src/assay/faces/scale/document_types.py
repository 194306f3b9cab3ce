"""The type that transcribes documents, on our kind ``document``.

    features  [{"type": "text", "label": "total", "title": "Total", "flags": ["money"]},
               {"type": "block", "label": "stamp"}, {"type": "group", "label": "row"}]
    geometry  "box" or "polygon"
    lang      "ar"

A text is a region that is typed, a block one that is not, a group what belongs together. What a flag asks for is a
question about the region, which is told beside its text (``flags``). Pages count from 0. A block refers to the texts
that lie in it, a group to its members.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import radians
from typing import Any, Final
from urllib.parse import urlsplit

import msgspec

from assay.core.annotations.document import BoxRegion, DocumentAnswer, Region, mark_of
from assay.core.annotations.image_shapes import bounds
from assay.core.annotations.kind import Answer
from assay.core.content import TITLE_LENGTH_MAX, Fetched, GivenItem
from assay.core.errors import Invalid
from assay.core.taxonomy import Label, Shape, Taxonomy
from assay.faces.scale.attached import at_least, items_of
from assay.faces.scale.flags import CHECKED, FLAGS, asked_by_flags, read_values, told_values
from assay.faces.scale.marks import marks_of
from assay.faces.scale.plain_text import plain
from assay.faces.scale.reading import a_list, a_number, a_text, an_object
from assay.faces.scale.task_type import NOTHING, Answered, Json, Params, Shown, TaskType

_GEOMETRIES: Final[Mapping[str, Shape]] = {"box": "box", "polygon": "polygon"}
_FEATURES: Final = ("text", "block", "group")
_LANGUAGE_LENGTH_MAX: Final = 35
_PHOTOS: Final = (".png", ".jpg", ".jpeg", ".webp")


# --- what is shown and asked --------------------------------------------------------------------------------------


def _shown(params: Params) -> Shown:
    """The pages. Raises ``Invalid``."""
    path = "attachment" if params.get("attachment") is not None else "attachments"
    return Shown(items=[_page(item, path) for item in at_least(items_of(params), 1, path)])


def _page(item: GivenItem, path: str) -> GivenItem:
    """One page, or all pages of a document; what lies there says which, unless its address does already."""
    if not isinstance(item, Fetched) or item.type not in ("image", "pdf"):
        raise Invalid("Only images and PDF documents can be transcribed.", path)
    is_photo = item.type == "image" and urlsplit(item.url).path.lower().endswith(_PHOTOS)
    return item if is_photo else msgspec.structs.replace(item, type="pages")


def _question(params: Params) -> Taxonomy:
    features = a_list(params.get("features"), "features")
    if not features:
        return NOTHING
    shape = _shape(params.get("geometry"))
    labels = [_label(one, f"features[{index}]", shape) for index, one in enumerate(features)]
    return Taxonomy(labels=labels, language=_language(params.get("lang")))


def _shape(given: Any) -> Shape:
    if given is None:
        return "box"
    if isinstance(given, Mapping):
        given = next(iter(given), None)
    if str(given).lower() not in _GEOMETRIES:
        raise Invalid(f"Must be {' or '.join(_GEOMETRIES)}.", "geometry")
    return _GEOMETRIES[str(given).lower()]


def _language(given: Any) -> str | None:
    if given is None:
        return None
    text = a_text(given, "lang").strip().replace("_", "-")
    if len(text) > _LANGUAGE_LENGTH_MAX or not all(part.isalnum() and part.isascii() for part in text.split("-")):
        raise Invalid("Must be the tag of a language, such as en, ar or de-CH.", "lang")
    return text


def _label(given: Any, path: str, shape: Shape) -> Label:
    said = {"label": given} if isinstance(given, str) else an_object(given, path)
    type_ = str(said.get("type") or "text").lower()
    if type_ not in _FEATURES:
        raise Invalid(f"Must be {', '.join(_FEATURES[:-1])} or {_FEATURES[-1]}.", f"{path}.type")
    name = a_text(said.get("label"), f"{path}.label").strip()
    title = plain(said.get("title"), f"{path}.title", TITLE_LENGTH_MAX)
    asked = asked_by_flags(said.get("flags"), f"{path}.flags")
    return Label(
        name=name,
        title=None if title == name else title,
        shapes=["group"] if type_ == "group" else [shape],
        attributes=asked,
        # What is ticked has often nothing written in it.
        text="none" if type_ != "text" else "optional" if CHECKED in asked else "required",
    )


# --- out ----------------------------------------------------------------------------------------------------------


def _response(done: Answered) -> Json:
    answer = msgspec.convert(done.answer, DocumentAnswer)
    labels = done.taxonomy.by_name()
    blocks = {name for name, label in labels.items() if label.text == "none"}
    around = bounds([mark_of(one) for one in answer.annotations]).tolist()
    told = []
    for region, (left, top, right, bottom) in zip(answer.annotations, around, strict=True):
        said: Json = {"uuid": region.id, "type": "text", "page": region.page, "label": region.label}
        said |= {"text": region.text, "location": _location(region), "refs": [], **told_values(region.attributes)}
        if region.label in blocks:
            del said["text"]
            inside = [
                other.id
                for other, (x, y, u, v) in zip(answer.annotations, around, strict=True)
                if other.page == region.page
                and other.label not in blocks
                and left <= (x + u) / 2 <= right
                and top <= (y + v) / 2 <= bottom
            ]
            said |= {"type": "block", "refs": inside}
        told.append(said)
    pages = {region.id: region.page for region in answer.annotations}
    for group in answer.groups:
        first = pages.get(group.members[0], 0) if group.members else 0
        said = {"uuid": group.id, "type": "group", "page": first, "label": group.label, "refs": group.members}
        told.append(said | told_values(group.attributes))
    return {"annotations": told, "global_attributes": done.answer.get("attributes", {})}


def _location(region: Region) -> Json:
    if isinstance(region, BoxRegion):
        place = {"left": region.x, "top": region.y, "width": region.width, "height": region.height}
        turned = {"rotation": radians(region.rotation)} if region.rotation else {}
        return {"type": "box", **place, **turned}
    return {"type": "polygon", "vertices": [{"x": x, "y": y} for x, y in region.rings[0]]}


# --- in -----------------------------------------------------------------------------------------------------------


def _prelabels(params: Params, said: Any, path: str) -> Answer | None:  # noqa: ARG001 - what is said says all
    if not said:
        return None
    given = an_object(said, path)
    regions, groups = [], []
    for index, one in enumerate(a_list(given.get("annotations"), f"{path}.annotations")):
        here = f"{path}.annotations[{index}]"
        entry = an_object(one, here)
        if entry.get("location") is None and entry.get("refs"):
            groups.append(_group(entry, here, index))
        else:
            regions.append(_region(entry, here, index))
    whole = dict(an_object(given.get("global_attributes"), f"{path}.global_attributes"))
    return {"annotations": regions, "groups": groups, "attributes": whole}


def _region(entry: Mapping[str, Any], path: str, index: int) -> Json:
    location = an_object(entry.get("location"), f"{path}.location")
    type_ = location.get("type") or ("polygon" if location.get("vertices") and "left" not in location else "box")
    placed = {
        **location,
        "type": type_,
        "uuid": entry.get("uuid") or f"hypothesis-{index}",
        "label": entry.get("label"),
    }
    (mark,) = marks_of("documenttranscription", [placed], path, "hypothesis")
    page, text = a_number(entry.get("page"), f"{path}.page") or 0, entry.get("text")
    if page != int(page):
        raise Invalid("Must be a whole number, from 0.", f"{path}.page")
    read = "" if text is None or text == "" else a_text(text, f"{path}.text")
    return {**mark, "attributes": read_values(entry, path), "page": int(page), "text": read}


def _group(entry: Mapping[str, Any], path: str, index: int) -> Json:
    return {
        "id": str(entry.get("uuid") or f"hypothesis-group-{index}"),
        "label": a_text(entry.get("label"), f"{path}.label"),
        "members": [a_text(one, f"{path}.refs") for one in a_list(entry.get("refs"), f"{path}.refs")],
        "attributes": read_values(entry, path),
    }


# --- a project of our own making ----------------------------------------------------------------------------------


def described(taxonomy: Taxonomy, instructions: str) -> Json:
    """What a project asks that was made by other means."""
    drawn = [label for _, label in taxonomy.walk() if label.shapes]
    features = [
        {
            "type": "group" if "group" in label.shapes else "block" if label.text == "none" else "text",
            "label": label.name,
            "title": label.title or label.name,
            "flags": [one.name for one in label.attributes if one.name in FLAGS],
        }
        for label in drawn
    ]
    outlined = any("polygon" in label.shapes for label in drawn)
    told: Json = {"instruction": instructions, "features": features, "geometry": "polygon" if outlined else "box"}
    return {**told, "lang": taxonomy.language} if taxonomy.language else told


def _described_task(_: str | None) -> Json:
    return {}


TYPES: Final[Sequence[TaskType]] = [
    TaskType(
        "documenttranscription",
        "document",
        frozenset({"features", "geometry", "lang"}),
        question=_question,
        shown=_shown,
        prelabels=_prelabels,
        response=_response,
        nothing=("Nothing is asked; give features, in the task or in its project.", "features"),
        described=described,
        described_task=_described_task,
        paged=True,
    )
]
