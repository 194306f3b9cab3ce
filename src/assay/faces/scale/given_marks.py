"""Base annotations: what a task begins with, and what may be done with it.

base_annotations        {"annotations": [{"uuid": …, "type": "box", "label": "car", "left": …}]}, or the list alone
can_add_base_annotations, can_edit_base_annotations, can_delete_base_annotations       true unless said otherwise
can_edit_base_annotation_labels, also written can_edit_label_base_annotations          false unless said otherwise
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from assay.core.taxonomy import GivenMarks
from assay.faces.scale.marks import marks_of
from assay.faces.scale.reading import a_flag, an_object

_MAY: Final[Mapping[str, str]] = {
    "can_add_base_annotations": "may_add",
    "can_edit_base_annotations": "may_change",
    "can_edit_base_annotation_labels": "may_relabel",
    "can_edit_label_base_annotations": "may_relabel",
    "can_delete_base_annotations": "may_delete",
}
PARAMETERS: Final = frozenset({"base_annotations", *_MAY})


def given_of(task_type: str, params: Mapping[str, Any]) -> GivenMarks | None:
    """The marks that a task begins with; none where none are sent. Raises ``Invalid``."""
    base = params.get("base_annotations")
    if not base:
        return None
    if isinstance(base, list):
        base = {"annotations": base}
    said = an_object(base, "base_annotations").get("annotations")
    marks = marks_of(task_type, said, "base_annotations.annotations", "base")
    may = {ours: a_flag(params[theirs], theirs) for theirs, ours in _MAY.items() if params.get(theirs) is not None}
    return GivenMarks(annotations=marks, **may)
