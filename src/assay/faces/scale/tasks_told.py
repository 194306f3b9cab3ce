"""A task as this dialect tells it."""

from __future__ import annotations

from typing import Any, Final

import msgspec

from assay.core.files import file_of
from assay.core.tasks import TaskState
from assay.core.taxonomy import Taxonomy
from assay.faces.scale.audits_told import audits_told
from assay.faces.scale.params import TaskRequest, merged, request_of
from assay.faces.scale.reading import written
from assay.faces.scale.task_ids import shown
from assay.faces.scale.task_type import Answered, Params
from assay.faces.scale.task_types import told_as, type_named
from assay.services.customer_tasks import DeliveryState, FoundTask, Search
from assay.services.projects import Version

# What a task says beside its parameters.
BESIDE: Final = frozenset(
    {"project", "batch", "instruction", "callback_url", "urgency", "priority", "metadata", "unique_id", "tags"}
)
# What is said of the latest callback; of one that is still tried, nothing.
_SUCCEEDED: Final[dict[DeliveryState | None, bool]] = {"delivered": True, "failed": False}
# Priorities here are 10 to 30, and 30 where none is given; ours 0 to 100, and 50.
PRIORITY_OFFSET: Final = 20

_UNFINISHED: Final[tuple[TaskState, ...]] = ("preparing", "annotating", "reviewing", "broken")
# Where each status of this dialect finds its tasks. One that workers could not do waits for a manager, and so is
# pending; one whose photo cannot be had is an error.
STATUSES: Final[dict[str, Search]] = {
    "pending": Search(states=_UNFINISHED, unreadable=False),
    "completed": Search(states=("completed",)),
    "canceled": Search(states=("cancelled",)),
    "error": Search(states=("broken",), unreadable=True),
}


def status_of(task: FoundTask) -> str:
    if task.state == "completed":
        return "completed"
    if task.state == "cancelled":
        return "canceled"
    return "error" if task.state == "broken" and task.media_problem is not None else "pending"


def gives_back(task: FoundTask) -> bool:
    """Whether its unique id is free: it ended in an error, and was created so that this frees it."""
    return status_of(task) == "error" and request_said(task).params.get("clear_unique_id_on_error") is True


def told(task: FoundTask, version: Version) -> dict[str, Any]:
    """A task. ``version``: of its project, that it was created under."""
    project, said = request_of(version, task.kind), request_said(task)
    params = merged(project.params, said.params)
    hidden = project.hidden
    status = status_of(task)
    whole: dict[str, Any] = {
        "task_id": shown(task.id),
        "type": said.type,
        "status": status,
        "created_at": written(task.created_at),
        "updated_at": written(task.changed_at),
        "completed_at": written(task.completed_at),
        "instruction": instruction(said.params, version),
        "params": {name: value for name, value in params.items() if name not in BESIDE},
        "metadata": task.metadata,
        "is_test": task.mode == "test",
        "project": None if hidden else task.project_name,
        "project_param_version": None if hidden else task.project_version,
        "batch": task.batch,
        "unique_id": None if gives_back(task) else task.unique_id,
        "tags": list(task.tags),
        "priority": task.priority - PRIORITY_OFFSET,
        "urgency": said.params.get("urgency"),
        "callback_url": params.get("callback_url"),
        "callback_succeeded": _SUCCEEDED.get(task.called_back),
        "work_started": task.begun,
        **audits_told(task),
    }
    if type_named(said.type).paged and task.pages:
        whole["document_pages"] = task.pages
    if status == "completed":
        whole["response"] = _response(task, said.type, params, version)
    elif status == "error":
        ours = task.source_url is not None and file_of(task.source_url) is not None
        address = params.get("attachment") if ours else task.source_url
        refused = {"statusCode": task.media_status, "url": address}
        whole["response"] = {"error": task.media_problem, "attachments": [refused]}
    return {name: value for name, value in whole.items() if value is not None}


def limited(task: FoundTask, version: Version) -> dict[str, Any]:
    """The few fields of ``limited_response``. No task has other versions yet."""
    project = None if request_of(version, task.kind).hidden else task.project_name
    found = {"task_id": shown(task.id), "status": status_of(task), "metadata": task.metadata, "project": project}
    return {**found, "otherVersion": None}


def request_said(task: FoundTask) -> TaskRequest:
    """What a program sent; for a task created by other means, what it would have sent."""
    if task.request is not None:
        return msgspec.convert(task.request, TaskRequest)
    task_type = told_as(task.kind)
    assert task_type.described_task is not None, f"work of the kind {task.kind} can be told"
    params = task_type.described_task(task.source_url)
    if task.content is not None and task_type.described_items is not None:
        params |= task_type.described_items(task.content)
    own = own_question(task)
    if own is not None and task_type.described is not None:
        params |= {name: value for name, value in task_type.described(own, own.instructions).items() if value}
    return TaskRequest(task_type.name, params)


def own_question(task: FoundTask) -> Taxonomy | None:
    """What it asks, where that is not what its project asks."""
    return None if task.taxonomy is None else msgspec.json.decode(task.taxonomy, type=Taxonomy)


def instruction(params: Params, version: Version) -> str:
    """What workers read: the task's own, and the project's after it."""
    return "\n\n".join(part for part in (params.get("instruction"), version.instructions) if part)


def _response(task: FoundTask, task_type: str, params: Params, version: Version) -> dict[str, Any]:
    assert task.answer is not None, "a completed task has an answer"
    done = Answered(params, own_question(task) or version.taxonomy, msgspec.json.decode(task.answer), task.voices)
    response = type_named(task_type).response(done)
    return {**response, "is_customer_fix": True} if task.origin == "audit" else response
