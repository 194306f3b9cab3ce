"""PDF documents as pictures of their pages: right, bounded, and whatever is wrong with them said in a sentence."""

from __future__ import annotations

import asyncio
import time
from contextlib import aclosing
from io import BytesIO
from pathlib import Path

import numpy as np
import psutil
import pytest
from PIL import Image

from assay.adapters.pdf_pages import PdfLimits, is_pdf, rendered
from assay.core.errors import Invalid
from pdfs import HEIGHT, WIDTH, ink, locked, pdf, words, written

INVOICES = Path(__file__).parents[2].parent / "shared/data/documents/invoices_pdf"


async def pages(content: bytes, **limits: float) -> list[Image.Image]:
    async with aclosing(rendered(content, PdfLimits(**limits))) as found:  # type: ignore[arg-type]
        return [Image.open(BytesIO(page)) async for page in found]


async def test_each_page_is_shown_as_it_is_drawn_at_200_dots_an_inch() -> None:
    """The numbers follow from the points of the page alone: 200 / 72 pixels each, counted from the upper left."""
    drawn = ink(72, 600, 144, 72) + " " + words("Total", 72, 700)
    first, second = await pages(pdf(drawn, ink(0, 0, 36, 36)))

    assert first.size == (round(WIDTH * 200 / 72), round(HEIGHT * 200 / 72))
    dark = np.asarray(first.convert("L")) < 128
    rows, columns = np.nonzero(dark[round((HEIGHT - 680) * 200 / 72) :])
    assert columns.min() == pytest.approx(200, abs=2)
    assert columns.max() == pytest.approx(600, abs=2)
    assert rows.max() - rows.min() + 1 == pytest.approx(200, abs=2)
    lower_left = np.asarray(second.convert("L"))[-95:-5, 5:95]
    assert lower_left.max() < 40


async def test_pages_come_in_their_order() -> None:
    found = await pages(pdf(*(ink(0, 0, WIDTH, 40 * number) for number in (1, 2, 3))))

    shares = [(np.asarray(page.convert("L")) < 128).mean() * HEIGHT / 40 for page in found]
    assert shares == pytest.approx([1, 2, 3], abs=0.05)


async def test_a_large_page_is_shown_with_fewer_dots() -> None:
    (wide,) = await pages(pdf(ink(0, 0, 10, 10), size=(14_400, 7_200)), pixels_max=2_000_000)

    assert wide.size == pytest.approx((2000, 1000), abs=2)


@pytest.mark.skipif(not INVOICES.exists(), reason="the invoices are not here")
@pytest.mark.parametrize("name", ["AzureInterior", "QualityHosting", "oyo"])
async def test_real_invoices_are_shown(name: str) -> None:
    found = await pages((INVOICES / f"{name}.pdf").read_bytes())

    assert found
    for page in found:
        grey = np.asarray(page.convert("L"))
        # Paper that something stands on.
        assert np.median(grey) > 200
        assert 0.001 < (grey < 128).mean() < 0.5


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (locked(), "locked with a password"),
        (b"%PDF-1.7\nnothing else", "damaged and has no page"),
        (pdf(), "damaged and has no page"),
        (pdf(ink(0, 0, 1, 1))[:300], "damaged"),
        (pdf(*["" for _ in range(4)]), "has 4 pages; at most 3"),
    ],
    ids=["locked", "junk", "no page", "cut off", "too many"],
)
async def test_what_cannot_be_shown_is_named(content: bytes, words: str) -> None:
    with pytest.raises(Invalid, match=words):
        await pages(content, pages_max=3)


# A shape that is drawn in itself, ten times each, thirty deep.
NESTED = written(
    [
        "<< /Type /Catalog /Pages 2 0 R >>",
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] /Contents 4 0 R /Resources << /XObject << /X 5 0 R >> >> >>",
        "<< /Length 5 >>\nstream\n/X Do\nendstream",
        *(
            f"<< /Type /XObject /Subtype /Form /BBox [0 0 595 842] /Resources << /XObject << /X {6 + depth} 0 R >> >> "
            f"/Length 79 >>\nstream\n{' '.join(['q 1 0 0 1 1 1 cm /X Do Q'] * 10)[:79].ljust(79)}\nendstream"
            for depth in range(30)
        ),
        "<< /Type /XObject /Subtype /Form /BBox [0 0 9 9] /Length 11 >>\nstream\n0 0 9 9 re f\nendstream",
    ]
)
BUSY = pdf(" ".join(f"{n % 595} {n % 842} m {n * 7 % 595} {n * 13 % 842} l S" for n in range(300_000)))


@pytest.mark.parametrize(
    ("content", "limits"),
    [
        (BUSY, {"cpu_seconds": 1}),
        (NESTED, {"cpu_seconds": 1}),
        (BUSY, {"wait_seconds": 0.05}),
        (pdf(ink(0, 0, 9, 9)), {"memory_bytes": 60 * 2**20}),
    ],
    ids=["computes too long", "draws itself in itself", "is waited for too long", "takes too much memory"],
)
async def test_what_costs_too_much_is_stopped(content: bytes, limits: dict[str, float]) -> None:
    began = time.monotonic()

    with pytest.raises(Invalid, match="more time or memory"):
        await pages(content, **limits)

    assert time.monotonic() - began < 60
    assert not [one for one in psutil.Process().children() if "pdf_renderer" in " ".join(one.cmdline())]


async def test_the_event_loop_goes_on_meanwhile() -> None:
    turns = 0

    async def count() -> None:
        nonlocal turns
        while True:
            await asyncio.sleep(0.01)
            turns += 1

    counting = asyncio.create_task(count())
    await pages(pdf(*(words(f"Page {n}", 72, 700) for n in range(3))))
    counting.cancel()

    assert turns > 5


def test_a_pdf_says_that_it_is_one() -> None:
    assert is_pdf(pdf())
    assert is_pdf(b"\r\n" * 10 + pdf())
    assert not is_pdf(b"GIF89a")
