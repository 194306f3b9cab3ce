"""A document's whole way: two pages transcribed by two people, merged, reviewed, looked at and exported."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from journey import Served, Visitor, picture
from papers import PAGE, Line, bill
from pixels import page_is_here

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("journeys")]

TAXONOMY: dict[str, Any] = {
    "labels": [
        {"name": "text", "title": "Text", "text": "required"},
        {"name": "amount", "title": "Amount", "text": "required", "attributes": [
            {"name": "currency", "title": "Currency", "type": "category",
             "choices": [{"name": "EUR"}, {"name": "USD"}]}]},
        {"name": "stamp", "title": "Stamp"},
        {"name": "row", "title": "Row", "shapes": ["group"]},
    ],
    "language": "en",
}  # fmt: skip
INSTRUCTIONS = "Draw around **every line** and type it as it stands."


def document(served: Served, project: str, seed: int, pages: int, **row: Any) -> str:
    """A task on a bill; its id."""
    with served.client("Olga Owner") as owner:
        content = []
        for number, paper in enumerate(bill(seed, pages), 1):
            path = f"/v1/projects/{project}/attachments"
            sent = owner.post(path, content=paper.content, headers={"x-file-name": f"bill-{seed}-{number}.png"})
            content.append({"type": "image", "attachment_id": sent.json()["id"]})
        made = owner.post(f"/v1/projects/{project}/tasks", json={"tasks": [{"content": content, **row}]}).json()
    task: str = made["results"][0]["task_id"]
    return task


def draw(page: Page, line: Line, slip: float = 0.0) -> None:
    """Drags a box around a line of the page in sight, which is shown whole. ``slip``: pixels too far, all around."""
    stage = page.locator("[data-stage]").bounding_box()
    assert stage is not None
    margin = min(16.0, stage["width"] / 16, stage["height"] / 16)
    scale = min((stage["width"] - 2 * margin) / PAGE[0], (stage["height"] - 2 * margin) / PAGE[1])
    left = stage["x"] + (stage["width"] - PAGE[0] * scale) / 2
    top = stage["y"] + (stage["height"] - PAGE[1] * scale) / 2
    page.mouse.move(left + (line.x - slip) * scale, top + (line.y - slip) * scale)
    page.mouse.down()
    right, bottom = line.x + line.width + slip, line.y + line.height + slip
    page.mouse.move(left + right * scale - 5, top + bottom * scale - 5)
    page.mouse.move(left + right * scale, top + bottom * scale)
    page.mouse.up()


def transcribe(page: Page, seed: int, misread: dict[str, str], slip: float = 0.0) -> None:
    """A few lines of both pages, by mouse and keyboard."""
    first, second = bill(seed, 2)
    heading, item, amount = first.lines[0], first.lines[3], first.lines[4]
    draw(page, heading, slip)
    expect(page.get_by_label("Text of Text")).to_be_focused()
    page.keyboard.type(misread.get(heading.text, heading.text))
    draw(page, item, slip)
    page.keyboard.type(item.text)
    draw(page, amount, slip)
    page.keyboard.type(amount.text)
    # Relabelled while it is being typed.
    page.keyboard.press("Alt+2")
    expect(page.get_by_label("Text of Amount")).to_have_value(amount.text)
    page.get_by_role("button", name="EUR", exact=True).click()
    page.keyboard.press("Escape")
    rows = page.get_by_role("list", name="Regions")
    rows.get_by_role("button", name=f"Text: {item.text}").click()
    rows.get_by_role("button", name=f"Amount: {amount.text}").click(modifiers=["Shift"])
    page.get_by_role("region", name="Put together").get_by_role("button", name="Row").click()
    expect(page.get_by_role("region", name="Groups").get_by_text("1 group")).to_be_visible()
    page.locator("[data-stage]").focus()
    page.keyboard.press("PageDown")
    expect(page.get_by_role("navigation", name="Pages").get_by_role("button", name="Page 2")).to_have_attribute(
        "aria-current", "page"
    )
    expect(page.get_by_role("status").filter(has_text="Page 2 of 2")).to_be_attached()
    total = next(line for line in second.lines if line.label == "total")
    # Nothing is selected, so the number is the label of what is drawn next.
    page.keyboard.press("Escape")
    page.keyboard.press("2")
    draw(page, total, slip)
    page.keyboard.type(total.text)
    page.keyboard.press("Escape")
    page.keyboard.press("3")
    draw(page, second.lines[-1], slip)


def test_a_bill_is_transcribed_by_two_merged_reviewed_and_exported(
    served: Served, visit: Callable[..., Visitor]
) -> None:
    policy = {"overlap": {"mode": "fixed", "count": 2}, "review": {"mode": "all"}}
    project = served.project(name="Bills", kind="document", taxonomy=TAXONOMY, policy=policy, instructions=INSTRUCTIONS)
    task = document(served, project, 3, 2, unique_id="bill-3")
    first, second = bill(3, 2)
    total = next(line for line in second.lines if line.label == "total")

    for who, misread in (("Ada Annotator", {}), ("Ben Annotator", {first.lines[0].text: "Linden Bakerv"})):
        visitor = visit(who)
        page = visitor.page
        page.goto(f"{served.url}/work/projects/{project}/annotate")
        expect(page.get_by_role("complementary", name="Instructions")).to_be_visible()
        picture(page, f"document-{who.split()[0]}-instructions")
        page.keyboard.press("Escape")
        page_is_here(page)
        transcribe(page, 3, misread, slip=0 if who.startswith("Ada") else 1.5)
        expect(page.get_by_text("5 regions", exact=True)).to_be_visible()
        expect(page.get_by_text("Saved")).to_be_visible()
        picture(page, f"document-{who.split()[0]}-done")
        # What is drawn and not typed is asked for, and found again by what is wrong.
        page.keyboard.press("Escape")
        page.keyboard.press("1")
        draw(page, second.lines[0])
        page.keyboard.press("Control+Enter")
        expect(page.get_by_role("alert").get_by_text("Type what stands in Text.")).to_be_visible()
        picture(page, f"document-{who.split()[0]}-problem")
        page.locator("[data-stage]").focus()
        page.keyboard.press("Control+z")
        expect(page.get_by_text("5 regions", exact=True)).to_be_visible()
        page.keyboard.press("Control+Enter")
        expect(page.get_by_text("5 regions", exact=True)).not_to_be_visible()
        assert visitor.complaints == []

    waiting = served.task(task, "reviewing")
    merged = waiting["consensus"]["answer"]
    assert [(one["label"], one.get("page", 0)) for one in merged["annotations"]] == [
        ("text", 0), ("text", 0), ("amount", 0), ("amount", 1), ("stamp", 1)
    ]  # fmt: skip
    assert merged["annotations"][0]["text"] in (first.lines[0].text, "Linden Bakerv")
    assert merged["annotations"][2]["attributes"] == {"currency": "EUR"}
    assert [len(group["members"]) for group in merged["groups"]] == [2]

    visitor = visit("Rita Reviewer")
    rita = visitor.page
    rita.goto(f"{served.url}/work/projects/{project}/review")
    rita.get_by_role("complementary", name="Instructions").press("Escape")
    regions = rita.get_by_role("list", name="Regions")
    regions.get_by_role("button", name="Text: Linden").click()
    readings = rita.get_by_role("list", name="What each one read")
    expect(readings.get_by_role("listitem")).to_have_count(2)
    rita.get_by_role("button", name="A 5").click()
    rita.get_by_role("button", name="B 5").click()
    picture(rita, "document-review")
    readings.get_by_role("button", name="Linden Bakerv").or_(readings.get_by_role("button", name="Linden Bakery")).and_(
        readings.locator("button:enabled")
    ).click()
    expect(rita.get_by_role("button", name="Save fix")).to_be_enabled()
    rita.keyboard.press("Control+Enter")
    done = served.task(task, "completed")
    assert done["response"]["origin"] == "review"
    assert done["response"]["answer"]["annotations"][0]["text"] != merged["annotations"][0]["text"]

    with served.client("Olga Owner") as owner:
        path = f"/v1/projects/{project}/export"
        lines = [json.loads(line) for line in owner.get(path, params={"format": "jsonl"}).text.splitlines()]
        exported = owner.get(path, params={"format": "regions"})
    assert exported.status_code == 200, exported.text
    rows = list(csv.DictReader(io.StringIO(exported.text)))
    assert lines[-1]["answer"] == done["response"]["answer"]
    assert [row["page"] for row in rows] == ["0", "0", "0", "1", "1"]
    assert rows[3]["text"] == total.text
    assert {row["unique_id"] for row in rows} == {"bill-3"}

    visitor = visit("Olga Owner")
    olga = visitor.page
    olga.goto(f"{served.url}/console/projects/{project}/tasks/{task}")
    expect(olga.get_by_role("tabpanel").get_by_text(total.text)).to_be_visible()
    picture(olga, "document-console")
    olga.get_by_role("button", name=total.text).click()
    expect(olga.get_by_role("button", name="Page 2")).to_have_attribute("aria-current", "page")
    assert visitor.complaints == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_document_fits_a_phone(served: Served, visit: Callable[..., Visitor], scheme: str) -> None:
    taxonomy = TAXONOMY | {"language": "ar"}
    project = served.project(name=f"Pocket bills {scheme}", kind="document", taxonomy=taxonomy, instructions="")
    task = document(served, project, 5, 2)
    visitor = visit(
        "Ben Annotator", viewport={"width": 390, "height": 844}, color_scheme=scheme, has_touch=True, is_mobile=True
    )
    page = visitor.page
    page.goto(f"{served.url}/work/projects/{project}/annotate")
    page_is_here(page)

    draw(page, bill(5, 2)[0].lines[0])
    text = page.get_by_label("Text of Text")
    expect(text).to_have_attribute("dir", "rtl")
    text.fill("\u0645\u062e\u0628\u0632 17")
    picture(page, f"document-phone-{scheme}")

    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    box = text.bounding_box()
    assert box is not None
    assert box["height"] >= 44
    page.get_by_role("button", name="Next page").tap()
    page_is_here(page)
    picture(page, f"document-phone-{scheme}-page-2")
    page.get_by_role("button", name="Submit").tap()
    done = served.task(task, "completed")
    assert done["response"]["answer"]["annotations"][0]["text"] == "\u0645\u062e\u0628\u0632 17"
    assert visitor.complaints == []


def test_a_document_is_worked_on_in_the_dark(served: Served, visit: Callable[..., Visitor]) -> None:
    project = served.project(name="Night bills", kind="document", taxonomy=TAXONOMY, instructions="")
    document(served, project, 3, 2)
    visitor = visit("Ada Annotator", color_scheme="dark")
    page = visitor.page
    page.goto(f"{served.url}/work/projects/{project}/annotate")
    page_is_here(page)

    transcribe(page, 3, {})

    expect(page.get_by_text("5 regions", exact=True)).to_be_visible()
    picture(page, "document-dark")
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keys and gestures")).to_be_visible()
    picture(page, "document-dark-help")
    assert visitor.complaints == []
