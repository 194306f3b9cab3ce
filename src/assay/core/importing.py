"""What becomes of one row of a file that somebody brought."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias
from uuid import UUID

from assay.core.annotations.kind import Answer, Content, MediaSize
from assay.core.formats.archives import shown
from assay.core.formats.rows import ImportRow
from assay.core.intake import DEFAULT_PRIORITY, TaskRow
from assay.core.tasks import TaskState
from assay.core.taxonomy import Taxonomy

Purpose: TypeAlias = Literal["tasks", "prelabels", "golds"]


@dataclass(frozen=True)
class KnownPhoto:
    """A photo of the project. ``size`` is in pixels as shown."""

    id: UUID
    size: MediaSize


@dataclass(frozen=True)
class KnownTask:
    """A task of the project. ``photo`` is none until it is fetched. ``begun``: somebody took a turn on it.
    ``content``: what answers to it depend on beside its photo, ``taxonomy``: its own."""

    id: UUID
    unique_id: str | None
    photo: KnownPhoto | None
    state: TaskState
    is_gold: bool
    project_version: int
    begun: bool
    content: Content = field(default_factory=Content)
    taxonomy: Taxonomy | None = None


@dataclass(frozen=True)
class Create:
    row: TaskRow


@dataclass(frozen=True)
class SetPrelabels:
    task: KnownTask
    answer: Answer


@dataclass(frozen=True)
class MakeGold:
    task: KnownTask
    answer: Answer


@dataclass(frozen=True)
class Leave:
    """What the row asks for is there already."""


@dataclass(frozen=True)
class Refuse:
    message: str


Outcome: TypeAlias = Create | SetPrelabels | MakeGold | Leave | Refuse


def outcome(
    purpose: Purpose, row: ImportRow, photo: KnownPhoto | None, task: KnownTask | None, *, manifest: bool
) -> Outcome:
    """``photo`` and ``task`` are those the row speaks of, where they exist.

    ``manifest``: the file lists work to do, so that its rows may carry pre-labels and known answers beside the photo;
    in other formats the one answer of a row is whatever ``purpose`` says it is, and nothing when that is ``tasks``.
    """
    photo = photo or (task.photo if task else None)
    if photo is None and task is None and row.url is None:
        return Refuse("no photo of this name is in the project; upload it first")
    if photo is not None and row.size is not None and not row.relative and row.size != photo.size:
        return Refuse(
            f"the file says that the photo has {row.size.width} x {row.size.height} pixels, but here it has "
            f"{photo.size.width} x {photo.size.height}; its marks would be misplaced"
        )
    if row.relative and row.answer is not None:
        if photo is None:
            return Refuse("the photo is not here yet, and its size is needed to place the marks")
        row = row.placed(photo.size)
    match purpose:
        case "tasks":
            if task is not None:
                return Leave()
            return _create(row, photo, prelabels=row.answer if manifest else None, gold=row.gold if manifest else None)
        case "prelabels":
            if row.answer is None:
                return Refuse("the row has no pre-labels")
            return _prelabel(row, row.answer, photo, task)
        case "golds":
            answer = row.gold if row.gold is not None else row.answer
            if answer is None:
                return Refuse("the row has no known answer")
            return MakeGold(task, answer) if task is not None else _create(row, photo, gold=answer)


def _prelabel(row: ImportRow, answer: Answer, photo: KnownPhoto | None, task: KnownTask | None) -> Outcome:
    if task is None:
        return _create(row, photo, prelabels=answer)
    if task.is_gold:
        return Refuse("its task is a gold; pre-labels would give its answer away")
    if task.begun or task.state not in ("preparing", "annotating"):
        return Refuse("work on its task has begun; pre-labels can no longer be changed")
    return SetPrelabels(task, answer)


def _create(
    row: ImportRow, photo: KnownPhoto | None, *, prelabels: Answer | None = None, gold: Answer | None = None
) -> Create:
    metadata: dict[str, Any] = row.metadata
    return Create(
        TaskRow(
            attachment_id=photo.id if photo else None,
            url=None if photo else row.url,
            unique_id=row.unique_id,
            metadata=metadata,
            priority=DEFAULT_PRIORITY if row.priority is None else row.priority,
            prelabels=prelabels,
            gold=gold,
        )
    )


def item_of(row: ImportRow) -> str:
    """What to call a row in a list of problems: its photo, in the file's own words."""
    return shown(row.file_name or row.file_stem or row.unique_id or row.url or f"row {row.row}")
