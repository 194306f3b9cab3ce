"""The program that turns a PDF into pictures of its pages, in a process of its own.

    python -I pdf_renderer.py PAGES PIXELS DOTS MEMORY_BYTES CPU_SECONDS  < document.pdf  > pages

It reads the document from its standard input and writes, for each page in order, the letter P, four bytes of length and
a JPEG; then Z. What keeps it from a page it says instead: E, a length, and a word, with a number where one belongs to
it. It imports nothing of Assay, opens no file and no connection after it has begun to read, and a document that wants
more memory or time than it may have ends it: PDF is read by a large library, and files come from anywhere.
"""

from __future__ import annotations

import math
import resource
import struct
import sys
from io import BytesIO
from typing import Any

import pypdfium2 as pdfium
from PIL import Image

POINTS_AN_INCH = 72
SIDE_MAX = 10_000
QUALITY = 90


def confine(memory_bytes: int, cpu_seconds: int) -> None:
    """From here on nothing can be opened, no process started, and memory and time are what is given."""
    # What is loaded when first used is loaded now.
    Image.new("RGB", (8, 8)).save(BytesIO(), "JPEG", quality=QUALITY)
    for what, most in (
        (resource.RLIMIT_AS, memory_bytes),
        (resource.RLIMIT_CPU, cpu_seconds),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NPROC, 0),
        (resource.RLIMIT_NOFILE, 3),
    ):
        resource.setrlimit(what, (most, most))


def scale_of(width: float, height: float, dots: int, pixels: int) -> float:
    """Pixels for a point of a page of so many points: ``dots`` an inch, or fewer where the page is large."""
    return min(dots / POINTS_AN_INCH, math.sqrt(pixels / (width * height)), SIDE_MAX / max(width, height))


def write(letter: bytes, content: bytes) -> None:
    sys.stdout.buffer.write(letter + struct.pack(">I", len(content)) + content)
    sys.stdout.buffer.flush()


def rendered(page: Any, dots: int, pixels: int) -> bytes:
    width, height = page.get_size()
    if not (0 < width < 1e6 and 0 < height < 1e6):
        raise ValueError("a page without a size")
    bitmap = page.render(scale=scale_of(width, height, dots, pixels), rev_byteorder=True)
    out = BytesIO()
    # No finer colour than brightness: letters are read by their edges.
    bitmap.to_pil().convert("RGB").save(out, "JPEG", quality=QUALITY, subsampling=0)
    return out.getvalue()


def main() -> None:
    write(*_said())


def _said() -> tuple[bytes, bytes]:
    """Writes the pages; what is written after them."""
    pages_max, pixels, dots, memory_bytes, cpu_seconds = (int(one) for one in sys.argv[1:])
    confine(memory_bytes, cpu_seconds)
    content = sys.stdin.buffer.read()
    try:
        document = pdfium.PdfDocument(content)
    except pdfium.PdfiumError as error:
        locked = getattr(error, "err_code", None) == pdfium.raw.FPDF_ERR_PASSWORD
        return b"E", b"locked" if locked else b"damaged"
    if not 1 <= len(document) <= pages_max:
        return b"E", b"pages %d" % len(document)
    # What was filled into a form belongs to the page.
    document.init_forms()
    for index in range(len(document)):
        try:
            page = document[index]
            shown = rendered(page, dots, pixels)
            page.close()
        except (pdfium.PdfiumError, ValueError):
            return b"E", b"page %d" % (index + 1)
        write(b"P", shown)
    return b"Z", b""


if __name__ == "__main__":
    main()
