"""Answers out, as a file in somebody else's format."""

from __future__ import annotations

import asyncio
import os
import tempfile
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Annotated, Final, Literal
from uuid import UUID

import structlog
from litestar import get
from litestar.params import FromPath, FromQuery, QueryParameter
from litestar.response import Stream

from assay.core.errors import Throttled, Unavailable
from assay.faces.http import AnyRequest, House, enter, house
from assay.services import exports
from assay.services.exports import Export

log = structlog.get_logger()

# Each takes a connection and most of a processor for as long as the database gives rows.
MAKING_MAX: Final = 2
# Those whose reader is slower than we are. Each may have its whole file on the disk.
SENDING_MAX: Final = 8

_BLOCK_BYTES: Final = 256 * 1024
_SPOOL_BYTES: Final = 1 << 20

_making: Final = asyncio.Semaphore(MAKING_MAX)
_sending: Final = asyncio.Semaphore(SENDING_MAX)


@get(
    "/projects/{project_id:uuid}/export",
    opt={"permission": "export.read"},
    operation_id="export_project",
    tags=["Exports"],
)
async def export_project(
    request: AnyRequest,
    project_id: FromPath[UUID],
    format: FromQuery[Literal["coco", "yolo", "voc", "jsonl", "csv", "conll", "spans", "regions"]],
    which: Annotated[Literal["completed", "all"], QueryParameter(name="state")] = "completed",
    golds: FromQuery[bool] = False,
) -> Stream:
    """The project's answers as one file: coco is .json, jsonl is .jsonl, csv and spans are .csv, the others are .zip.

    With `state=all`, tasks without an accepted answer come too, with what their opinions say so far. With
    `golds=true`, golds come too, with their known answer. When the transfer breaks off, so does the file: a
    download that ended well is whole.
    """
    home = house(request)
    async with enter(request) as context:
        export = await exports.ask(context, project_id, format, unfinished=which == "all", golds=golds)
        organization_id = context.organization_id
    if _sending.locked():
        raise Throttled(f"{SENDING_MAX} exports are under way; try again when one has ended.")
    return Stream(
        _sent(home, organization_id, export),
        media_type=export.format.content_type,
        headers={
            # Only letters, digits, dots, dashes and underscores: see services.exports.
            "content-disposition": f'attachment; filename="{export.file_name}"',
            "cache-control": "no-store",
        },
    )


async def _sent(home: House, organization_id: UUID, export: Export) -> AsyncIterator[bytes]:
    """The file, block by block, while it is still being made.

    It is made at full speed into a scratch file and sent from there, because the transaction that reads the rows
    must not last as long as somebody's slow line: the snapshot it holds keeps the queue's dead rows from being
    cleaned away, and claims slow down for everybody.
    """
    async with _sending:
        with tempfile.TemporaryFile() as file:
            growing = _GrowingFile(file.fileno())
            maker = asyncio.create_task(growing.fill(_made(home, organization_id, export)))
            try:
                async for block in growing.blocks():
                    yield block
            finally:
                maker.cancel()
                with suppress(asyncio.CancelledError):
                    await maker


async def _made(home: House, organization_id: UUID, export: Export) -> AsyncIterator[bytes]:
    """The file's chunks, in a transaction of their own."""
    async with _making, home.database.tenant(organization_id) as tenant:
        with tempfile.SpooledTemporaryFile(_SPOOL_BYTES) as spool:
            async for chunk in exports.write(tenant, export, spool):
                yield chunk


class _GrowingFile:
    """A scratch file that one task writes while another reads it, each at its own pace."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._size = 0
        self._ended = False
        self._error: Exception | None = None
        self._grown = asyncio.Event()

    async def fill(self, chunks: AsyncIterator[bytes]) -> None:
        """Writes everything. What goes wrong is raised where the file is read."""
        try:
            async for chunk in chunks:
                left = memoryview(chunk)
                while left:
                    written = os.pwrite(self._descriptor, left, self._size)
                    left, self._size = left[written:], self._size + written
                self._grown.set()
        except Exception as error:
            self._error = error
        finally:
            self._ended = True
            self._grown.set()

    async def blocks(self) -> AsyncIterator[bytes]:
        """Everything, as it comes. Raises ``Unavailable`` when it could not be made to its end."""
        place = 0
        while True:
            self._grown.clear()
            if place < self._size:
                block = os.pread(self._descriptor, _BLOCK_BYTES, place)
                place += len(block)
                yield block
            elif self._error is not None:
                log.error("export broke off", exc_info=self._error)
                raise Unavailable("The export broke off.") from self._error
            elif self._ended:
                return
            else:
                await self._grown.wait()


HANDLERS = [export_project]
