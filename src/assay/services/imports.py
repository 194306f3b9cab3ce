"""Files that others made come in: lists of photos, pre-labels and known answers.

An import is a row, a file in the blob store and a job. The job reads the file in chunks; each chunk is written in one
transaction together with how far the import has come, so a job that is run twice, or killed and run again, goes on
where the last commit left it and does nothing twice.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from assay.core import intake as rules
from assay.core.annotations import kind_named
from assay.core.annotations.kind import Content
from assay.core.errors import Conflict, Invalid, Problem
from assay.core.formats.imports import ANSWERLESS, IMPORT_FORMATS, MANIFEST_READERS
from assay.core.formats.names import file_stem, last_part
from assay.core.formats.rows import ImportRow, Limits, ReadRow, RowProblem
from assay.core.importing import (
    Create,
    KnownPhoto,
    KnownTask,
    Leave,
    MakeGold,
    Outcome,
    Purpose,
    Refuse,
    SetPrelabels,
    item_of,
    outcome,
)
from assay.core.intake import TaskRow
from assay.core.steps import StartRound
from assay.core.taxonomy import Taxonomy
from assay.core.workflow import commanded
from assay.services.context import Context
from assay.store import attachments, cases, due, events, imports, jobs, new_tasks, projects, tasks
from assay.store.changes import Changes
from assay.store.connection import as_json, from_json
from assay.store.imports import Import as Import

LIMITS: Final = Limits()


# --- asking for one, and watching it ------------------------------------------------------------------------------


async def accepting(context: Context, project_id: UUID, format: str, purpose: Purpose) -> UUID:
    """The id of an import to be, once it is known that the project and the format take one.

    Raises ``NotFound``, ``Conflict`` for an archived project, and ``Invalid`` for a format that is not read here or
    cannot hold what is asked of it.
    """
    if format not in IMPORT_FORMATS:
        raise Invalid(f"No such import format; use one of {', '.join(IMPORT_FORMATS)}.", "format")
    if format in ANSWERLESS and purpose != "tasks":
        raise Invalid(
            f"A file of the format {format} holds no answers; bring it as tasks, or use another format.", "as"
        )
    await _open_project(context, project_id)
    return context.new_id()


async def start(
    context: Context, import_id: UUID, project_id: UUID, *, format: str, purpose: Purpose, file_name: str, blob_key: str
) -> Import:
    """An import of a file that lies in the blob store, with its job."""
    await _open_project(context, project_id)
    new = Import(
        import_id, project_id, format, purpose, file_name, blob_key, "running", 0, 0, 0, 0, None, context.now, None
    )
    await imports.insert(context.tenant, new)
    await jobs.enqueue(context.tenant, "run_import", [import_id])
    await _record(context, "import.started", new, {"format": format, "purpose": purpose, "file_name": file_name})
    return new


async def get(context: Context, import_id: UUID) -> Import:
    """Raises ``NotFound``."""
    return await imports.get(context.tenant, import_id)


async def listed(context: Context, project_id: UUID, *, before: UUID | None, limit: int) -> Sequence[Import]:
    """Newest first; one more than ``limit`` where there are more. Raises ``NotFound``."""
    await projects.get(context.tenant, project_id)
    return await imports.listed(context.tenant, project_id, before=before, limit=limit + 1)


async def problems(context: Context, import_id: UUID, *, after: int, limit: int) -> Sequence[RowProblem]:
    """In the file's order, after that row; one more than ``limit`` where there are more. Raises ``NotFound``."""
    await imports.get(context.tenant, import_id)
    return await imports.problems(context.tenant, import_id, after=after, limit=limit + 1)


# --- carrying one out ---------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Work:
    """An import, and what its file is read with."""

    import_: Import
    taxonomy: Taxonomy


async def work(context: Context, import_id: UUID) -> Work:
    """What there is to do. Raises ``NotFound``."""
    found = await imports.get(context.tenant, import_id)
    project = await projects.get(context.tenant, found.project_id)
    return Work(found, project.current.taxonomy)


async def set_total(context: Context, import_id: UUID, total: int) -> None:
    """How many rows the file has."""
    await imports.set_total(context.tenant, import_id, total)


async def take(context: Context, import_id: UUID, position: int, rows: Sequence[ReadRow]) -> bool:
    """Writes a chunk of rows, the first of which is number ``position`` of the file (from 0).

    False when the import is over or another runner is ahead; then nothing was written and this runner should stop.
    Raises ``Conflict`` when the project was archived meanwhile.
    """
    found = await imports.lock(context.tenant, import_id)
    if found.state != "running" or found.position != position:
        return False
    project = await _open_project(context, found.project_id)
    chunk = _Chunk(context, project, found)
    await chunk.write(rows)
    failed = len(chunk.failed)
    await imports.add_problems(context.tenant, import_id, chunk.told, LIMITS.problems_max)
    done = len(rows) - failed
    await imports.count_rows(context.tenant, import_id, done=done, existing=chunk.existing, failed=failed)
    return True


async def finish(context: Context, import_id: UUID) -> None:
    """The file was read to its end. Safe to repeat."""
    found = await imports.lock(context.tenant, import_id)
    told = [f"{found.failed:,} of {found.position:,} rows were not taken; see the problems."] if found.failed else []
    if found.purpose == "tasks" and found.format not in MANIFEST_READERS and found.done:
        told.append("The photos are tasks now; to use their answers too, import the file as pre-labels or golds.")
    if await imports.end(context.tenant, import_id, "done", " ".join(told) or None, context.now):
        await _record(context, "import.done", found, {"done": found.done, "failed": found.failed})


async def fail(context: Context, import_id: UUID, message: str) -> None:
    """The import cannot go on. What it wrote so far stays. Safe to repeat."""
    found = await imports.lock(context.tenant, import_id)
    if found.position:
        message = f"{message} ({found.done:,} rows were taken before.)"
    if await imports.end(context.tenant, import_id, "failed", message[:2000], context.now):
        await _record(context, "import.failed", found, {"message": message[:2000]})


async def _open_project(context: Context, project_id: UUID) -> projects.Project:
    project = await projects.get(context.tenant, project_id)
    if project.state == "archived":
        raise Conflict("This project is archived. Make it active before adding to it.")
    return project


async def _record(context: Context, type: str, import_: Import, data: dict[str, object]) -> None:
    event = events.NewEvent(context.new_id(), type, import_.project_id, data={"import_id": str(import_.id), **data})
    await events.record(context.tenant, context.now, context.caller.actor, [event])


# --- a chunk of rows ----------------------------------------------------------------------------------------------


class _Chunk:
    """Rows of a file on their way into the project.

    ``failed`` holds the places (in the chunk) of rows that were not taken, ``existing`` counts those that asked for
    what was there; ``told`` is what to tell about rows, taken ones included.
    """

    def __init__(self, context: Context, project: projects.Project, import_: Import) -> None:
        self._context = context
        self._tenant = context.tenant
        self._project = project
        self._import = import_
        self.failed: set[int] = set()
        self.existing = 0
        self.told: list[RowProblem] = []

    async def write(self, rows: Sequence[ReadRow]) -> None:
        given: dict[int, ImportRow] = {}
        for place, row in enumerate(rows):
            if isinstance(row, RowProblem):
                self.failed.add(place)
                self.told.append(row)
            else:
                given[place] = row
                if row.notes:
                    self.told.append(RowProblem(row.row, item_of(row), f"taken, but: {'; '.join(row.notes)}"))
        outcomes = await self._outcomes(given)
        creates: dict[str | None, dict[int, TaskRow]] = {}
        prelabels: dict[int, SetPrelabels] = {}
        for place, found in outcomes.items():
            match found:
                case Refuse(message):
                    self._refuse(place, given[place], message)
                case Create(new):
                    creates.setdefault(given[place].batch, {})[place] = new
                case SetPrelabels():
                    prelabels[place] = found
                case MakeGold(task, answer):
                    await self._make_gold(place, given[place], task, answer)
                case Leave():
                    self.existing += 1
        for batch, group in creates.items():
            await self._create(batch, group, given)
        await self._set_prelabels(prelabels, given)

    def _refuse(self, place: int, row: ImportRow, message: str) -> None:
        self.failed.add(place)
        self.told.append(RowProblem(row.row, item_of(row), message))

    async def _outcomes(self, rows: Mapping[int, ImportRow]) -> dict[int, Outcome]:
        photos = await self._photos(rows)
        by_photo, by_unique_id, by_url = await imports.tasks_found(
            self._tenant,
            self._project.id,
            [photo.id for photo in photos.values() if isinstance(photo, KnownPhoto)],
            [row.unique_id for row in rows.values() if row.unique_id is not None],
            [row.url for row in rows.values() if row.url is not None and row.unique_id is None],
        )
        purpose, manifest = self._import.purpose, self._import.format in MANIFEST_READERS
        found: dict[int, Outcome] = {}
        seen: dict[object, int] = {}
        for place, row in rows.items():
            photo = photos.get(place)
            if isinstance(photo, Refuse):
                found[place] = photo
                continue
            task = by_unique_id.get(row.unique_id) if row.unique_id is not None else None
            # A list of tasks may ask for two on one photo, by giving each a unique id.
            if task is None and photo is not None and (row.unique_id is None or purpose != "tasks"):
                task = by_photo.get(photo.id)
            if task is None and row.url is not None and row.unique_id is None:
                task = by_url.get(row.url)
            subject = task.id if task else row.unique_id or (photo.id if photo else row.url or row.row)
            if seen.setdefault(subject, row.row) != row.row:
                again = f"row {seen[subject]} of the file speaks of the same photo, address or unique id"
                found[place] = Leave() if purpose == "tasks" else Refuse(again)
            else:
                found[place] = outcome(purpose, row, photo, task, manifest=manifest)
        return found

    async def _photos(self, rows: Mapping[int, ImportRow]) -> dict[int, KnownPhoto | Refuse]:
        """The photo that each row names: by its whole name, else by the last part of it, else by that's stem."""
        found: dict[int, KnownPhoto | Refuse] = {}
        named = {place: row.file_name for place, row in rows.items() if row.file_name}
        whole = await imports.photos_by_name(self._tenant, self._project.id, list(named.values())) if named else {}
        for place, name in named.items():
            if name in whole:
                found[place] = _only(whole[name])
        names = {place: last_part(name) for place, name in named.items() if place not in found}
        stems = {place: file_stem(row.file_stem) for place, row in rows.items() if row.file_stem and not row.file_name}
        if names or stems:
            by_name, by_stem = await imports.photos_by_last_part(
                self._tenant, self._project.id, list(names.values()), list(stems.values())
            )
            for asked, there in ((names, by_name), (stems, by_stem)):
                found |= {place: _only(there[name]) for place, name in asked.items() if name in there}
        return found

    async def _create(self, batch: str | None, group: Mapping[int, TaskRow], given: Mapping[int, ImportRow]) -> None:
        """New tasks, all of one batch."""
        places = list(group)
        if batch is not None and not 1 <= len(batch.strip()) <= 200:
            for place in places:
                self._refuse(place, given[place], "a batch name has 1 to 200 characters")
            return
        photos = [row.attachment_id for row in group.values() if row.attachment_id is not None]
        sizes = await attachments.sizes(self._tenant, self._project.id, photos) if photos else {}
        good, bad = rules.check_rows(list(group.values()), self._project.kind, self._project.current.taxonomy, sizes)
        for index, found in bad.items():
            self._refuse(places[index], given[places[index]], _sentence(found))
        if good:
            context = self._context
            _, first = await new_tasks.write(
                self._tenant, self._project, good, batch, context.now, context.caller.actor, context.new_ids
            )
            if first is not None:
                context.opened.append((self._project.id, "annotate", first))

    async def _set_prelabels(self, asked: Mapping[int, SetPrelabels], given: Mapping[int, ImportRow]) -> None:
        checked: dict[UUID, str] = {}
        for place, step in asked.items():
            if (answer := await self._checked(place, given[place], step.task, step.answer, complete=False)) is not None:
                checked[step.task.id] = answer
        done = await imports.set_prelabels(self._tenant, checked)
        for place, step in asked.items():
            if step.task.id in checked and step.task.id not in done:
                self._refuse(place, given[place], "work on its task began while this file was read")

    async def _make_gold(self, place: int, row: ImportRow, task: KnownTask, answer: dict[str, object]) -> None:
        """What a manager's command does; what follows from it is left to a job."""
        checked = await self._checked(place, row, task, answer, complete=True)
        if checked is None:
            return
        context = self._context
        loaded = await cases.load(self._tenant, task.id, context.now)
        try:
            ordered = commanded(loaded.case, "make_gold")
        except Conflict as error:
            self._refuse(place, row, error.message)
            return
        await tasks.set_gold(self._tenant, task.id, from_json(checked), context.now)
        changes = Changes()
        for step in ordered:
            assert isinstance(step, StartRound), "to become a gold a task at most starts another round"
            changes.move(task.id, "annotating", step.round)
        await changes.write(self._tenant, context.now)
        event = events.NewEvent(context.new_id(), "task.made_gold", self._project.id, task.id)
        await events.record(self._tenant, context.now, context.caller.actor, [event])
        await due.mark(self._tenant, [task.id])

    async def _checked(
        self, place: int, row: ImportRow, task: KnownTask, answer: dict[str, object], *, complete: bool
    ) -> str | None:
        """The answer as the task's own version of the project takes it, as JSON text; none when it does not."""
        version = await projects.version(self._tenant, self._project.id, task.project_version)
        content = task.content if task.photo is None else Content(task.photo.size)
        taxonomy = task.taxonomy or version.taxonomy
        try:
            return as_json(kind_named(self._project.kind).check(answer, taxonomy, content, complete=complete))
        except Invalid as error:
            self._refuse(place, row, _sentence(error.problems))
            return None


def _only(photos: Sequence[KnownPhoto]) -> KnownPhoto | Refuse:
    if len(photos) == 1:
        return photos[0]
    return Refuse(f"{len(photos)} photos of the project have this name; say which by its folder or by unique_id")


def _sentence(problems: Sequence[Problem]) -> str:
    """The first few problems, as one line."""
    told = "; ".join(f"{p.field}: {p.message}" if p.field else p.message for p in problems[:3])
    return told if len(problems) <= 3 else f"{told}; and {len(problems) - 3} more"
