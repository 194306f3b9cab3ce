"""Types of task about one image, on our kind ``image``."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any, Final

from assay.core.annotations.kind import Answer
from assay.core.content import KeptItem
from assay.core.errors import Invalid
from assay.faces.scale import describing
from assay.faces.scale.answers import prelabels_of, response_of
from assay.faces.scale.attached import context_of, told_items
from assay.faces.scale.given_marks import given_of
from assay.faces.scale.labels import LEGACY_GEOMETRY, QUESTION, taxonomy_of
from assay.faces.scale.task_type import Answered, Json, Params, Shown, TaskType

IMAGE: Final = "imageannotation"
# What requests call our fields.
_WORDS: Final = {
    "content": "context_attachments",
    "given": "base_annotations",
    "margin_x": "paddingX",
    "margin_y": "paddingY",
}


def shown(params: Params) -> Shown:
    """The one image of a task, and what may be looked at beside it. Raises ``Invalid``."""
    attachment = params.get("attachment")
    if not isinstance(attachment, str):
        raise Invalid("Give the address of an image.", "attachment")
    if params.get("attachment_type", "image") != "image":
        raise Invalid("Only images can be shown here.", "attachment_type")
    return Shown(attachment, context_of(params) or None)


def _prelabels(name: str, params: Params, said: Any, path: str) -> Answer | None:
    given = given_of(name, params) if path == "hypothesis" else None
    return prelabels_of(name, said, path, given.annotations if given is not None else ())


def _response(name: str, done: Answered) -> Json:
    return response_of(name, done.params, done.taxonomy, done.answer)


def _task(url: str | None) -> Json:
    return {"attachment": url, "attachment_type": "image"}


def _context(items: Sequence[KeptItem]) -> Json:
    return {"context_attachments": told_items(items, "attachment")}


TYPES: Final = [
    TaskType(
        name,
        "image",
        QUESTION,
        question=partial(taxonomy_of, name),
        shown=shown,
        prelabels=partial(_prelabels, name),
        response=partial(_response, name),
        nothing=("Nothing is asked; say what to annotate, in the task or in its project.", "geometries"),
        words=_WORDS,
        described=describing.params_of if name == IMAGE else None,
        described_task=_task if name == IMAGE else None,
        described_items=_context if name == IMAGE else None,
    )
    for name in (IMAGE, *LEGACY_GEOMETRY)
]
