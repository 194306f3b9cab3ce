"""A batch as this dialect tells it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from assay.faces.scale.reading import written
from assay.faces.scale.task_ids import shown
from assay.faces.scale.tasks_told import PRIORITY_OFFSET
from assay.services.batches import Batch, Counts

_TYPES = {"production": "Production", "calibration": "Calibration", "self_label": "SelfLabel"}


def told(batch: Batch, counts: Counts | None = None) -> dict[str, Any]:
    """A batch; with ``counts`` the number of its tasks by their status."""
    whole: dict[str, Any] = {
        "id": shown(batch.id),
        "name": batch.name,
        "project": batch.project_name,
        "status": batch.state,
        "created_at": written(batch.created_at),
        "completed_at": written(batch.completed_at),
        "callback": batch.callback or "",
        "metadata": batch.metadata,
        "calibration_batch": batch.purpose == "calibration",
        "self_label_batch": batch.purpose == "self_label",
        "archived": batch.archived,
        "priority": None if batch.priority is None else batch.priority - PRIORITY_OFFSET,
    }
    if counts is not None:
        whole |= {f"tasks_{status}": number for status, number in counted(counts).items()}
    return {name: value for name, value in whole.items() if value is not None}


def counted(counts: Counts) -> dict[str, int]:
    """How many tasks have each status."""
    return {
        "pending": counts.open,
        "completed": counts.completed,
        "error": counts.unreadable,
        "canceled": counts.cancelled,
    }


def told_in_order(batch: Batch, counts: Counts, groups: Sequence[Any]) -> dict[str, Any]:
    """A batch as lists of the order of work tell it. ``groups``: who may work on it."""
    whole: dict[str, Any] = {
        "id": shown(batch.id),
        "name": batch.name,
        "projectId": shown(batch.project_id),
        "projectName": batch.project_name,
        "batchType": _TYPES[batch.purpose],
        "studioPriority": batch.rank,
        "total": counts.total,
        "completed": counts.completed,
        "groups": list(groups),
    }
    return {name: value for name, value in whole.items() if value is not None}
