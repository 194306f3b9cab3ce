"""Pages of PDF documents as pictures, made in a process of its own (see ``pdf_renderer``)."""

from __future__ import annotations

import asyncio
import struct
import sys
from collections.abc import AsyncGenerator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from assay.core.content import PAGES_MAX
from assay.core.errors import Invalid

_PROGRAM: Final = str(Path(__file__).with_name("pdf_renderer.py"))
# PDF readers look for the mark within the first kilobyte (ISO 32000-1:2008, annex H.3.4.1).
_MARK_WITHIN: Final = 1024
# A page is at most some megapixels, and a JPEG of them far less than this.
_PAGE_BYTES_MAX: Final = 64 * 1024 * 1024
# One document at a time: each may take all the memory it is given.
_rendering: Final = asyncio.Semaphore(1)


@dataclass(frozen=True)
class PdfLimits:
    """``dots_per_inch`` is what a page is drawn with unless it has more than ``pixels_max`` then. ``cpu_seconds`` are
    for all pages together, ``wait_seconds`` how long one of them may be waited for."""

    pages_max: int = PAGES_MAX
    pixels_max: int = 8_000_000
    dots_per_inch: int = 200
    memory_bytes: int = 1536 * 1024 * 1024
    cpu_seconds: int = 180
    wait_seconds: float = 120.0


DEFAULT_LIMITS: Final = PdfLimits()


def is_pdf(content: bytes) -> bool:
    """Whether these bytes say that they are a PDF."""
    return b"%PDF-" in content[:_MARK_WITHIN]


async def rendered(content: bytes, limits: PdfLimits = DEFAULT_LIMITS) -> AsyncGenerator[bytes, None]:
    """Each page in order, as a JPEG. Close the generator when leaving it before its end.

    Raises ``Invalid``, with a sentence for whoever sent the document, where it is locked, damaged, too long or too
    costly; some pages may have come by then.
    """
    async with _rendering:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-I",
            _PROGRAM,
            *(
                str(one)
                for one in (
                    limits.pages_max,
                    limits.pixels_max,
                    limits.dots_per_inch,
                    limits.memory_bytes,
                    limits.cpu_seconds,
                )
            ),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            # Nothing of ours is told to it, and Ctrl-C in a terminal is not meant for it.
            env={},
            cwd="/",
            start_new_session=True,
        )
        try:
            assert process.stdin is not None
            assert process.stdout is not None
            with suppress(BrokenPipeError, ConnectionResetError):
                process.stdin.write(content)
                await process.stdin.drain()
                process.stdin.close()
            while True:
                letter, said = await asyncio.wait_for(_part(process.stdout), limits.wait_seconds)
                if letter == b"Z":
                    return
                if letter == b"E":
                    raise Invalid(_sentence(said.decode(), limits))
                yield said
        except (asyncio.IncompleteReadError, TimeoutError):
            raise Invalid(
                "This PDF takes more time or memory to show than a document may, or breaks what shows it. "
                "Save it again with another program, or send its pages as images."
            ) from None
        finally:
            with suppress(ProcessLookupError):
                process.kill()
            await process.wait()


async def _part(stream: asyncio.StreamReader) -> tuple[bytes, bytes]:
    letter, length = struct.unpack(">cI", await stream.readexactly(5))
    assert length <= _PAGE_BYTES_MAX, "a page within its pixels is no larger"
    return letter, await stream.readexactly(length)


def _sentence(word: str, limits: PdfLimits) -> str:
    what, _, number = word.partition(" ")
    if what == "locked":
        return "This PDF is locked with a password. Save it without one."
    if what == "page":
        return f"Page {number} of this PDF is damaged. Save it again, or send its pages as images."
    if what == "pages" and number != "0":
        return f"This PDF has {number} pages; at most {limits.pages_max} are shown in one task. Split it up."
    return "This PDF is damaged and has no page that can be shown. Save or copy it again."
