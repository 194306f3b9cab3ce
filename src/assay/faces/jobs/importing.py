"""The job that carries out an import: reads the file, hands its rows on in chunks."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Iterator
from itertools import islice
from typing import IO, Final

from assay.core.errors import Conflict, Invalid, NotFound, TooLarge
from assay.core.formats.imports import read_rows
from assay.core.formats.rows import ImportRow, ReadRow, Source
from assay.faces.jobs.workshop import Workshop
from assay.services import imports
from assay.services.imports import Work
from assay.store.jobs import Job

# What one transaction writes: long enough to be worth a commit, short enough for the queue to breathe.
CHUNK_ROWS: Final = 200
CHUNK_MARKS: Final = 5_000
# A fault of ours is tried again this often before the import is given up.
ATTEMPTS_MAX: Final = 3


async def run_import(shop: Workshop, job: Job, attempts: int) -> None:
    """Goes on with an import where its last committed chunk left it, to the end of the file."""
    try:
        async with shop.enter(job.organization_id) as context:
            work = await imports.work(context, job.subject)
    except NotFound:
        return
    try:
        # One that is over may have been stopped before its file was cleared away.
        if work.import_.state == "running":
            with tempfile.TemporaryFile() as file:
                if not await _run(shop, job, work, file):
                    return
    except (Conflict, Invalid, TooLarge) as error:
        await _fail(shop, job, error.message)
    except NotFound:
        await _fail(shop, job, "The file is no longer there. Import it again.")
    except Exception as error:
        if attempts + 1 < ATTEMPTS_MAX or not isinstance(error, ValueError | TypeError | LookupError | AssertionError):
            raise
        await _fail(shop, job, "A fault in Assay stopped this import. Please report it with the file.")
        raise
    await shop.home.blobs.delete(work.import_.blob_key)


async def _run(shop: Workshop, job: Job, work: Work, file: IO[bytes]) -> bool:
    """Whether the import is over; not, where another runner is ahead of this one."""
    async for piece in shop.home.blobs.stream(work.import_.blob_key):
        await asyncio.to_thread(file.write, piece)
    if not work.import_.total:
        # A look through the whole file first: one that cannot be read to its end then changes nothing.
        total = await asyncio.to_thread(_count, work, file)
        async with shop.enter(job.organization_id) as context:
            await imports.set_total(context, job.subject, total)
    position = work.import_.position
    reader = await asyncio.to_thread(_reader, work, file, position)
    while chunk := await asyncio.to_thread(_chunk, reader):
        async with shop.enter(job.organization_id) as context:
            if not await imports.take(context, job.subject, position, chunk):
                return False
        position += len(chunk)
        shop.home.ring()
    async with shop.enter(job.organization_id) as context:
        await imports.finish(context, job.subject)
    shop.home.ring()
    return True


async def _fail(shop: Workshop, job: Job, message: str) -> None:
    async with shop.enter(job.organization_id) as context:
        await imports.fail(context, job.subject, message)
    shop.home.ring()


def _reader(work: Work, file: Source, position: int) -> Iterator[ReadRow]:
    """The file's rows from that place on. The same file always gives the same rows."""
    file.seek(0)
    rows = read_rows(work.import_.format, file, work.taxonomy, imports.LIMITS)
    next(islice(rows, position, position), None)
    return rows


def _count(work: Work, file: Source) -> int:
    return sum(1 for _ in _reader(work, file, 0))


def _chunk(rows: Iterator[ReadRow]) -> list[ReadRow]:
    chunk: list[ReadRow] = []
    marks = 0
    for row in rows:
        chunk.append(row)
        if isinstance(row, ImportRow):
            marks += sum(len(answer.get("annotations", ())) for answer in (row.answer, row.gold) if answer)
        if len(chunk) >= CHUNK_ROWS or marks >= CHUNK_MARKS:
            break
    return chunk
