"""The parameters of projects and tasks, and what they ask in our words.

A request is kept as it was sent, beside its translation. What a project says is the default of what its tasks say.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import msgspec

from assay.core.errors import Invalid
from assay.core.policy import FixedOverlap, Policy, ReviewLowAgreement
from assay.core.projects import INSTRUCTIONS_LENGTH_MAX
from assay.core.taxonomy import Taxonomy
from assay.faces.scale.reading import an_object
from assay.faces.scale.task_type import Params, TaskType
from assay.faces.scale.task_types import told_as
from assay.services.projects import Version

_PIPELINES: Final[Mapping[str, Policy]] = {
    "standard_task": Policy(),
    "consensus_task": Policy(overlap=FixedOverlap(count=3), review=ReviewLowAgreement()),
}


class ProjectRequest(msgspec.Struct, frozen=True, omit_defaults=True):
    """A version of a project as it was sent. ``other`` is what came beside name, type and parameters; ``hidden`` marks
    the project that holds tasks without one."""

    type: str
    params: dict[str, Any] = {}
    other: dict[str, Any] = {}
    hidden: bool = False


class TaskRequest(msgspec.Struct, frozen=True, omit_defaults=True):
    """A task as it was sent, without what has a place of its own: metadata, unique id and tags."""

    type: str
    params: dict[str, Any] = {}


@dataclass(frozen=True)
class Question:
    """``instructions`` as workers read them; ``taxonomy`` is empty where nothing is asked."""

    instructions: str
    taxonomy: Taxonomy


def question_of(task_type: TaskType, params: Params) -> Question:
    """What the parameters of a project ask. Raises ``Invalid``."""
    return Question(instruction_of(params), task_type.question(params))


def instruction_of(params: Params) -> str:
    """Raises ``Invalid`` for one that is no text."""
    instruction = params.get("instruction")
    if instruction is None:
        return ""
    if not isinstance(instruction, str):
        raise Invalid("Must be a text.", "instruction")
    if len(instruction) > INSTRUCTIONS_LENGTH_MAX:
        raise Invalid(f"At most {INSTRUCTIONS_LENGTH_MAX:,} characters.", "instruction")
    return instruction


def asks_itself(task_type: TaskType, params: Params) -> bool:
    """Whether the parameters of a task say anything about what is asked."""
    return any(params.get(name) is not None for name in task_type.asks)


def policy_of(other: Params) -> Policy:
    """How a project wants its work done. Raises ``Invalid``."""
    pipeline = other.get("pipeline") or "standard_task"
    if pipeline not in _PIPELINES:
        raise Invalid(f"Must be {' or '.join(_PIPELINES)}.", "pipeline")
    return _PIPELINES[pipeline]


def request_of(version: Version, kind: str) -> ProjectRequest:
    """What a version of a project says in this dialect: as it was sent, else as it follows from what it asks.
    ``kind``: the project's."""
    if version.request is not None:
        return _decode(version.request)
    task_type = told_as(kind)
    assert task_type.described is not None, f"work of the kind {kind} can be told"
    return ProjectRequest(task_type.name, task_type.described(version.taxonomy, version.instructions))


_decode = msgspec.json.Decoder(ProjectRequest).decode


def merged(project: Params, task: Params) -> dict[str, Any]:
    """The project's parameters with the task's over them."""
    return {**project, **{name: value for name, value in task.items() if value is not None}}


def changed(before: ProjectRequest, body: Params) -> ProjectRequest:
    """After ``setParams``: with ``patch`` what was sent over what was there, else only what was sent."""
    sent = {name: value for name, value in body.items() if name != "patch"}
    params = {**before.params, **sent} if body.get("patch") else sent
    return msgspec.structs.replace(before, params={name: value for name, value in params.items() if value is not None})


def sent_params(body: Params) -> dict[str, Any]:
    """The ``params`` of a new project. Raises ``Invalid``."""
    return {name: value for name, value in an_object(body.get("params"), "params").items() if value is not None}
