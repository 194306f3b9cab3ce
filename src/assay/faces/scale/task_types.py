"""The types of task there are, and which of them can be worked on here."""

from __future__ import annotations

from typing import Any, Final

from assay.core.errors import Invalid
from assay.faces.scale.labels import LEGACY_GEOMETRY

IMAGE: Final = "imageannotation"
# Types whose tasks are ours of the kind `image`.
BUILT: Final = frozenset({IMAGE, *LEGACY_GEOMETRY})
NOT_BUILT: Final = frozenset(
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
# The kinds of ours that this dialect has words for.
KINDS: Final = ("image",)


def checked(task_type: Any) -> str:
    """A type that can be worked on. Raises ``Invalid``, saying whether it exists at all."""
    if task_type in BUILT:
        return str(task_type)
    if task_type in NOT_BUILT:
        raise Invalid(f"The editor for {task_type} is not built yet, so such tasks are not taken.", "type")
    raise Invalid(f"There is no task type {str(task_type)[:50]!r}.", "type")
