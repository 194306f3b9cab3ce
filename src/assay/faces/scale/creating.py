"""What a program asks for when it creates a task, in our words. Nothing is looked up here."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

import msgspec

from assay.core.errors import Invalid, Problem
from assay.core.intake import TaskRow
from assay.core.taxonomy import Taxonomy
from assay.faces.http import House
from assay.faces.scale.callbacks_told import address_in
from assay.faces.scale.params import (
    ProjectRequest,
    TaskRequest,
    asks_itself,
    instruction_of,
    request_of,
)
from assay.faces.scale.reading import a_list, a_number, an_object
from assay.faces.scale.task_type import NOTHING, Params, Shown, TaskType
from assay.faces.scale.tasks_told import PRIORITY_OFFSET
from assay.services.projects import Project

# What the project of a type is called that holds tasks without one.
WITHOUT: Final = "Tasks without a project: "
# What the row of a task has columns for.
_HAVE_A_PLACE: Final = frozenset({"metadata", "unique_id", "tags"})
# What the request names our fields.
_THEIR_WORDS: Final = {"prelabels": "hypothesis", "url": "attachment", "content": "attachments"}


@dataclass(frozen=True)
class Asked:
    """``request`` is JSON text. ``own_priority``: it says one, and so does not take its batch's."""

    row: TaskRow
    own_priority: bool
    tags: Sequence[str]
    request: str
    taxonomy: Taxonomy | None
    callback: str | None
    opinions: int | None


def said_in(task_type: TaskType, body: Params) -> TaskRequest:
    """What is kept of a request as it was sent."""
    return TaskRequest(task_type.name, {name: value for name, value in body.items() if name not in _HAVE_A_PLACE})


def asked_of(
    home: House,
    task_type: TaskType,
    body: Params,
    said: TaskRequest,
    params: Params,
    shown: Shown,
    project: Project,
) -> Asked:
    """``params``: what the task says with what its project says. Raises ``Invalid``."""
    tags, row = tags_in(body.get("tags")), _row(task_type, params, body, shown)
    with in_their_words(task_type):
        return Asked(
            row=row,
            own_priority=params.get("priority") is not None,
            tags=tags,
            request=msgspec.json.encode(said).decode(),
            taxonomy=_own_question(task_type, said, params, project),
            callback=address_in(home, params),
            opinions=task_type.opinions(params) if task_type.opinions is not None else None,
        )


def _row(task_type: TaskType, params: Params, body: Params, shown: Shown) -> TaskRow:
    unique_id = body.get("unique_id")
    if unique_id is not None and not isinstance(unique_id, str):
        raise Invalid("Must be a text.", "unique_id")
    priority = a_number(params.get("priority"), "priority")
    if priority is not None and not 10 <= priority <= 30:
        raise Invalid("Must be within 10 and 30.", "priority")
    return TaskRow(
        url=shown.url,
        unique_id=unique_id,
        metadata=dict(an_object(body.get("metadata"), "metadata")),
        priority=round(30 if priority is None else priority) + PRIORITY_OFFSET,
        prelabels=task_type.prelabels(params, params.get("hypothesis"), "hypothesis"),
    )


def tags_in(value: Any) -> list[str]:
    """Raises ``Invalid`` for what is no list of texts."""
    tags = a_list(value, "tags")
    if not all(isinstance(tag, str) for tag in tags):
        raise Invalid("Must be a list of texts.", "tags")
    return list(tags)


def asked_by(project: Project, task_type: TaskType) -> ProjectRequest:
    """What the project says to tasks of this type. Raises ``Invalid`` where it has another."""
    asked = request_of(project.current, project.kind)
    if asked.type != task_type.name:
        raise Invalid(f"The project's tasks are of the type {asked.type}.", "project")
    return asked


def _own_question(task_type: TaskType, said: TaskRequest, params: Params, project: Project) -> Taxonomy | None:
    """What a task asks, where that is not what its project asks. Raises ``Invalid``."""
    taxonomy = project.current.taxonomy
    if asks_itself(task_type, said.params):
        taxonomy = task_type.question(params)
    if taxonomy == NOTHING and task_type.nothing is not None:
        raise Invalid(*task_type.nothing)
    own = instruction_of(said.params)
    if own and own != project.current.instructions:
        taxonomy = msgspec.structs.replace(taxonomy, instructions=own)
    return None if taxonomy == project.current.taxonomy else taxonomy


@contextmanager
def in_their_words(task_type: TaskType) -> Iterator[None]:
    """Names the field of an ``Invalid`` as the request does."""
    try:
        yield
    except Invalid as error:
        words = {**_THEIR_WORDS, **task_type.words}
        raise Invalid([Problem(_their_field(one.field, words), one.message) for one in error.problems]) from error


def _their_field(field: str, words: Mapping[str, str]) -> str:
    first, end, rest = re.fullmatch(r"(\w*)(\W?)(.*)", field, re.DOTALL).groups()  # type: ignore[union-attr]
    return words.get(first, first) + end + rest
