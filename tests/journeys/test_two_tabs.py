"""One worker in two tabs: both go on with the same turn, and the tab that comes second says what became of it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from journey import Served, Visitor
from scenes import photo

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("journeys")]


def submit_empty(page: Page) -> None:
    """Hands in that nothing is to be marked."""
    page.locator("[data-stage]").focus()
    page.keyboard.press("Control+Enter")
    page.get_by_role("button", name="Submit empty").click()


def test_the_second_of_two_tabs_says_what_became_of_its_answer(served: Served, visit: Callable[..., Visitor]) -> None:
    project = served.project(name="Two tabs")
    task = served.add_photo(project, photo(width=640, height=480), "one.jpg")
    visitor = visit("Ada Annotator")
    first, second = visitor.page, visitor.context.new_page()
    for tab in (first, second):
        tab.goto(f"{served.url}/work/projects/{project}/annotate")
        expect(tab.locator("[data-stage]")).to_be_visible()
        tab.keyboard.press("Escape")

    second.keyboard.press("b")
    frame = second.locator("[data-stage]").bounding_box()
    assert frame is not None
    x, y = frame["x"] + frame["width"] / 2, frame["y"] + frame["height"] / 2
    second.mouse.move(x - 60, y - 60)
    second.mouse.down()
    second.mouse.move(x, y)
    second.mouse.move(x + 60, y + 60)
    second.mouse.up()
    # Or its draft would be the first to hear that the turn has ended.
    expect(second.get_by_text("Saved", exact=True)).to_be_visible()

    submit_empty(first)
    served.task(task, "completed")
    second.keyboard.press("Control+Enter")

    expect(second.get_by_text("You answered this task already, perhaps in another tab")).to_be_visible()
    expect(second.get_by_text("No task for you right now")).to_be_visible()
    assert served.task(task, "completed")["submissions"][0]["answer"].get("annotations", []) == []
