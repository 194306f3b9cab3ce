"""Answers go out."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from uuid import UUID

from assay.core.formats.exports import ExportFormat, export_format
from assay.core.formats.names import safe_stem
from assay.core.formats.rows import ExportFacts, Spool
from assay.services.context import Context
from assay.store import events, exports, projects
from assay.store.connection import Tenant


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

    Raises ``NotFound``, and ``Invalid`` for a format that is not written here.
    """
    known = export_format(format)
    project = await projects.get(context.tenant, project_id)
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
        if chunk := exporter.add(rows):
            yield chunk
    for chunk in exporter.finish():
        if chunk:
            yield chunk
