"""Where a pixel of the photo is on the screen of a journey, dragging from one to another, and when that can begin."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect


def page_is_here(page: Page) -> None:
    """Waits until a document's page can be drawn on."""
    expect(page.locator("[data-stage]")).to_be_visible()
    expect(page.get_by_text("Fetching the page")).to_have_count(0)


def wait_for_work(page: Page, desk: str) -> None:
    """Opens a desk by its address until there is something on it: what tasks show is fetched from customers first."""
    for _ in range(40):
        page.goto(desk)
        expect(page.get_by_role("heading").first).to_be_visible()
        if page.locator("[data-stage]").is_visible():
            return
        page.wait_for_timeout(500)


class Stage:
    """The photo on the page: where a pixel of the photo is on the screen, as the page itself says it."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.area = page.locator("[data-stage]")
        expect(self.area).to_be_visible()
        frame = self.area.bounding_box()
        assert frame is not None
        cx, cy = frame["x"] + frame["width"] / 2, frame["y"] + frame["height"] / 2
        # Two places, and what the page reads out there, give scale and origin.
        (x1, y1), (x2, y2) = self._read(cx - 120, cy - 120), self._read(cx + 120, cy + 120)
        self.scale = 240 / ((x2 - x1 + y2 - y1) / 2)
        self.left = cx - self.scale * (x1 + x2) / 2
        self.top = cy - self.scale * (y1 + y2) / 2

    def _read(self, x: float, y: float) -> tuple[float, float]:
        self.page.mouse.move(x, y)
        place = re.compile(r"(-?\d+), (-?\d+)\s+·")
        readout = self.page.get_by_text(place).first
        expect(readout).to_be_visible()
        found = place.search(readout.inner_text())
        assert found is not None
        return float(found[1]), float(found[2])

    def at(self, x: float, y: float) -> tuple[float, float]:
        return self.left + x * self.scale, self.top + y * self.scale

    def drag(self, start: tuple[float, float], end: tuple[float, float]) -> None:
        """From one pixel of the photo to another."""
        self.page.mouse.move(*self.at(*start))
        self.page.mouse.down()
        self.page.mouse.move(*self.at((start[0] + end[0]) / 2, (start[1] + end[1]) / 2))
        self.page.mouse.move(*self.at(*end))
        self.page.mouse.up()
