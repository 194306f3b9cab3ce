"""The types of task there are, by name."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from assay.core.errors import Invalid
from assay.faces.scale import collection_types, document_types, entities_types, form_types, image_types, stored_types
from assay.faces.scale.task_type import TaskType

_ALL: Final = (
    *image_types.TYPES,
    *collection_types.TYPES,
    *form_types.TYPES,
    *entities_types.TYPES,
    *document_types.TYPES,
    *stored_types.TYPES,
)
# What the names are made of, to be read by people.
_WORDS: Final = re.compile(
    "(named|entity|recognition|federal|2d|lidar|top|down|video|image|audio|text|data|document|sensor|fusion|box|cuboid"
    "|polygon|lane|line|point|segmentation|segment|annotation|linking|collection|transcription|playback|lite)"
)
# The first type of each kind is the one that tasks of our own making are told as.
TYPES: Final[Mapping[str, TaskType]] = {one.name: one for one in _ALL}
# The kinds of ours that this dialect has words for, and what each is told as.
_TOLD_AS: Final[Mapping[str, TaskType]] = {one.kind: one for one in list(TYPES.values())[::-1]}
KINDS: Final = tuple(_TOLD_AS)


def type_named(task_type: Any) -> TaskType:
    """The type of this name. Raises ``Invalid``."""
    if isinstance(task_type, str) and task_type in TYPES:
        return TYPES[task_type]
    raise Invalid(f"There is no task type {str(task_type)[:50]!r}.", "type")


def plainly(task_type: str) -> str:
    """A type's name as people read it: ``polygonannotation`` is "Polygon annotation"."""
    found = " ".join(part for part in _WORDS.split(task_type) if part)
    return found[:1].upper() + found[1:]


def told_as(kind: str) -> TaskType:
    """The type that work of a kind is told as, where no program said one."""
    return _TOLD_AS[kind]
