"""The types of task there are, by name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from assay.core.errors import Invalid
from assay.faces.scale import image_types
from assay.faces.scale.task_type import TaskType

# The first type of each kind is the one that tasks of our own making are told as.
TYPES: Final[Mapping[str, TaskType]] = {one.name: one for one in image_types.TYPES}
# The kinds of ours that this dialect has words for, and what each is told as.
_TOLD_AS: Final[Mapping[str, TaskType]] = {one.kind: one for one in list(TYPES.values())[::-1]}
KINDS: Final = tuple(_TOLD_AS)

_NOT_BUILT: Final = frozenset(
    {
        "audiotranscription",
        "categorization",
        "chat",
        "chatexperimental",
        "chatlite",
        "comparison",
        "cuboidannotation",
        "datacollection",
        "documentmodel",
        "documenttranscription",
        "federal2dvideoannotation",
        "laneannotation",
        "lidarannotation",
        "lidarlinking",
        "lidarsegmentation",
        "lidartopdown",
        "multichat",
        "multistage",
        "namedentityrecognition",
        "segmentannotation",
        "sensorfusion",
        "textcollection",
        "transcription",
        "videoannotation",
        "videoboxannotation",
        "videocuboidannotation",
        "videoplaybackannotation",
    }
)


def type_named(task_type: Any) -> TaskType:
    """The type of this name. Raises ``Invalid``, saying whether it exists at all."""
    if isinstance(task_type, str) and task_type in TYPES:
        return TYPES[task_type]
    if task_type in _NOT_BUILT:
        raise Invalid(f"The editor for {task_type} is not built yet, so such tasks are not taken.", "type")
    raise Invalid(f"There is no task type {str(task_type)[:50]!r}.", "type")


def told_as(kind: str) -> TaskType:
    """The type that work of a kind is told as, where no program said one."""
    return _TOLD_AS[kind]
