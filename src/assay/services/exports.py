"""Answers go out."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from assay.core.formats.exports import ExportFormat, export_format
from assay.core.formats.names import safe_stem
from assay.core.formats.rows import ExportFacts, ExportRow, Spool
from assay.services.context import Context
from assay.services.threads import others_first
from assay.store import events, exports, projects
from assay.store.connection import Tenant

_PORTION_CHARACTERS: Final = 64 * 1024


@dataclass(frozen=True)
class Export:
    """One export, asked for and recorded. ``unfinished`` and ``golds`` say what it holds besides accepted answers."""

    project_id: UUID
    format: ExportFormat
    facts: ExportFacts
    unfinished: bool
    golds: bool

    @property
    def file_name(self) -> str:
        """Plain ASCII, fit for a header and for any disk."""
        return f"{safe_stem(self.facts.project_name)}-{self.format.name}.{self.format.ending}"


async def ask(context: Context, project_id: UUID, format: str, *, unfinished: bool, golds: bool) -> Export:
    """Records that somebody takes the answers out, and says what to write.

    Raises ``NotFound``, and ``Invalid`` for a format that is not written here or not for this kind of project.
    """
    project = await projects.get(context.tenant, project_id)
    known = export_format(format, project.kind)
    data = {"format": format, "unfinished": unfinished, "golds": golds}
    event = events.NewEvent(context.new_id(), "project.exported", project_id=project_id, data=data)
    await events.record(context.tenant, context.now, context.caller.actor, [event])
    taxonomy = project.current.taxonomy
    facts = ExportFacts(str(project_id), project.name, taxonomy, context.now.isoformat().replace("+00:00", "Z"))
    return Export(project_id, known, facts, unfinished, golds)


async def write(tenant: Tenant, export: Export, spool: Spool) -> AsyncIterator[bytes]:
    """The file in chunks, none empty. ``spool`` is an empty scratch file that the format may need."""
    exporter = export.format.begin(export.facts, spool)
    async for rows in exports.pages(tenant, export.project_id, unfinished=export.unfinished, golds=export.golds):
        for portion in _portions(rows):
            if chunk := exporter.add(portion):
                yield chunk
            # The database sends what it has ready meanwhile, and nobody else waits for a whole page.
            await others_first()
    for chunk in exporter.finish():
        if chunk:
            yield chunk


def _portions(rows: Sequence[ExportRow]) -> Iterator[Sequence[ExportRow]]:
    """A page in parts of about 64 KiB of answers. The values made of so many stay in a processor's own cache until they
    are written: 500 rows of 10 boxes at once take a quarter more time a box than 60."""
    first = size = 0
    for after, row in enumerate(rows, 1):
        size += len(row.answer)
        if size >= _PORTION_CHARACTERS:
            yield rows[first:after]
            first, size = after, 0
    if first < len(rows):
        yield rows[first:]
