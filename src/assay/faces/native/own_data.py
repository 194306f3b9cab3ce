"""A freelancer takes along everything that the market holds on them."""

from __future__ import annotations

import asyncio
import tempfile
import zipfile
from collections.abc import AsyncIterator
from contextlib import aclosing
from typing import IO, Final

from litestar import get
from litestar.response import Stream

from assay.core.errors import Throttled
from assay.faces.http import AnyRequest, enter
from assay.services import own_data
from assay.services.context import Context

_MAKING_MAX: Final = 2
_BLOCK_BYTES: Final = 256 * 1024
_making: Final = asyncio.Semaphore(_MAKING_MAX)

_README: Final = """Everything this market holds on you, a file for each kind of thing.

Each line of a .jsonl file is one row, as JSON. Amounts end in _minor: cents, or the least unit of their currency.
Times are UTC. submissions.jsonl has every answer you handed in, and engagements.jsonl what became of it.
"""


@get("/market/export", opt={"permission": "market.work"}, operation_id="export_own_data", tags=["Freelancers"])
async def export_own_data(request: AnyRequest) -> Stream:
    """Everything that the market holds on you, as a ZIP archive with a file of JSON lines for each kind of thing:
    profile, turns and answers, decisions, appeals, messages, qualifications, blocks, money."""
    if _making.locked():
        raise Throttled(f"{_MAKING_MAX} are being made; try again in a minute.")
    async with _making:
        # The caller's line may be slow, so the rows are read first and sent after that.
        file = tempfile.TemporaryFile()  # noqa: SIM115 - it is closed when it is sent
        try:
            async with enter(request) as context:
                await _write(context, file)
        except BaseException:
            file.close()
            raise
    headers = {"content-disposition": 'attachment; filename="my-data.zip"', "cache-control": "no-store"}
    return Stream(_sent(file), media_type="application/zip", headers=headers)


async def _write(context: Context, file: IO[bytes]) -> None:
    """One file for each table; tables come one after another."""
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("README.txt", _README)
        entry: IO[bytes] | None = None
        written = ""
        async with aclosing(own_data.everything(context)) as everything:  # type: ignore[type-var]
            async for table, rows in everything:
                if table != written:
                    if entry is not None:
                        entry.close()
                    entry, written = archive.open(f"{table}.jsonl", "w", force_zip64=True), table
                assert entry is not None, "it was just opened"
                await asyncio.to_thread(entry.write, "".join(f"{row}\n" for row in rows).encode())
        if entry is not None:
            entry.close()


async def _sent(file: IO[bytes]) -> AsyncIterator[bytes]:
    with file:
        file.seek(0)
        while block := await asyncio.to_thread(file.read, _BLOCK_BYTES):
            yield block


HANDLERS = [export_own_data]
