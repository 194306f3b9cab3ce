"""What an export reads: one cursor over a project's answers, a page at a time."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Final
from uuid import UUID

import msgspec

from assay.core.formats.rows import ExportRow
from assay.store.connection import Tenant, queries

# A page is as many rows as make a megabyte of answers, within these.
_ROWS_MIN: Final = 10
_ROWS_MAX: Final = 500
_PAGE_CHARACTERS: Final = 1_000_000


class _Verdict(msgspec.Struct, gc=False):
    """Of ``core.annotations.kind.ObjectVerdict``, what an export tells."""

    annotation_id: str
    kept: bool
    confidence: float


_decode_verdicts = msgspec.json.Decoder(list[_Verdict]).decode


async def pages(tenant: Tenant, project_id: UUID, *, unfinished: bool, golds: bool) -> AsyncIterator[list[ExportRow]]:
    """A project's rows in the order of their tasks, in pages that fit in memory whatever their answers' size.

    ``unfinished``: also tasks without an accepted answer. ``golds``: also golds, with their known answer. While a
    page is used the database is already making the next. What is read is as it was when the first page was asked for.
    """
    rows = _ROWS_MIN
    fetch = await tenant.cursor(queries("exports")["feed"], project_id, unfinished, golds)
    following = asyncio.ensure_future(fetch(rows))
    try:
        while records := await following:
            wanted = rows
            characters = sum(len(record[4]) for record in records)
            rows = min(_ROWS_MAX, max(_ROWS_MIN, _PAGE_CHARACTERS * len(records) // max(1, characters)))
            more = len(records) == wanted
            if more:
                following = asyncio.ensure_future(fetch(rows))
                # One turn of the loop, in which the request leaves.
                await asyncio.sleep(0)
            yield [_row(*record) for record in records]
            if not more:
                return
    finally:
        # A fetch that nobody waits for would leave the connection busy.
        following.cancel()
        await asyncio.gather(following, return_exceptions=True)


def _row(
    task_id: str,
    file_name: str,
    width: int,
    height: int,
    answer: str,
    unique_id: str | None,
    confidence: float | None,
    origin: str | None,
    metadata: str,
    is_gold: bool,
    batch: str | None,
    project_version: int,
    completed_at: str | None,
    objects: str | None,
    content: str | None,
) -> ExportRow:
    return ExportRow(
        task_id,
        file_name,
        width,
        height,
        answer,
        unique_id,
        confidence,
        origin,
        {} if metadata == "{}" else msgspec.json.decode(metadata),
        is_gold,
        batch,
        project_version,
        completed_at,
        {} if objects is None else {v.annotation_id: v.confidence for v in _decode_verdicts(objects) if v.kept},
        content,
    )
