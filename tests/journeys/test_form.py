"""A form's whole way: made by API, answered by two people with the keyboard, merged, reviewed, and exported."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from journey import Served, Visitor, picture

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("journeys")]

TEXT = "The river rose by two metres on 3 March. Mayor Ann Lee closed both bridges.\n\nNobody was hurt."
TAXONOMY: dict[str, Any] = {
    "attributes": [
        {"name": "topic", "title": "What is it about?", "type": "category", "required": True, "choices": [
            {"name": "weather", "children": [{"name": "flood"}, {"name": "storm"}]},
            {"name": "politics"}]},
        {"name": "height", "title": "How high?", "type": "number", "unit": "m", "minimum": 0,
         "when": {"attribute": "topic", "any_of": ["weather"]}},
        {"name": "tone", "title": "Tone", "type": "multiselect", "choices_max": 2,
         "choices": [{"name": "calm"}, {"name": "urgent"}, {"name": "sad"}]},
        {"name": "day", "title": "Which day?", "type": "datetime"},
        {"name": "people", "title": "Who is named?", "type": "group", "values_max": 5, "attributes": [
            {"name": "name", "title": "Name", "type": "text", "length_max": 100, "required": True},
            {"name": "office", "title": "Office", "type": "text", "length_max": 100}]},
        {"name": "summary", "title": "In one sentence", "type": "text", "required": True},
    ]
}  # fmt: skip
SUMMARIES = {"Ada Annotator": "The river rose and both bridges closed.", "Ben Annotator": "Mayor closes bridges."}


def answer(page: Page, who: str, topic: str) -> None:
    """By keyboard alone: number keys choose, Tab and Enter go on, Ctrl+Enter submits."""
    expect(page.get_by_role("radio", name="flood")).to_be_focused()
    page.keyboard.press(topic)
    expect(page.get_by_label("How high?")).to_be_focused()
    page.keyboard.type("2")
    page.keyboard.press("Enter")
    page.keyboard.press("2")
    page.keyboard.press("Enter")
    expect(page.get_by_label("Which day?")).to_be_focused()
    page.get_by_label("Which day?").fill("2026-03-03")
    page.keyboard.press("Enter")
    page.keyboard.type("Ann Lee")
    page.keyboard.press("Enter")
    page.keyboard.type("Mayor")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_text("In one sentence is required.")).to_be_visible()
    expect(page.get_by_label("In one sentence")).to_be_focused()
    picture(page, f"form-{who.split()[0]}-missing")
    page.keyboard.type(SUMMARIES[who])
    expect(page.get_by_text("Saved")).to_be_visible()
    picture(page, f"form-{who.split()[0]}-filled")
    page.keyboard.press("Control+Enter")


def test_a_text_is_answered_by_two_merged_reviewed_and_exported(served: Served, visit: Callable[..., Visitor]) -> None:
    policy = {"overlap": {"mode": "fixed", "count": 2}, "review": {"mode": "all"}}
    project = served.project(
        name="Newsroom", kind="form", taxonomy=TAXONOMY, policy=policy, instructions="Answer from the **text** alone."
    )
    with served.client("Olga Owner") as owner:
        rows = [{"content": [{"type": "text", "text": TEXT, "title": "Report"}], "unique_id": "report-1"}]
        made = owner.post(f"/v1/projects/{project}/tasks", json={"tasks": rows}).json()
    task = made["results"][0]["task_id"]

    for who, topic in (("Ada Annotator", "1"), ("Ben Annotator", "2")):
        visitor = visit(who)
        page = visitor.page
        page.goto(f"{served.url}/work/projects/{project}/annotate")
        expect(page.get_by_role("complementary", name="Instructions")).to_be_visible()
        page.keyboard.press("Escape")
        expect(page.get_by_text("Nobody was hurt.")).to_be_visible()
        page.get_by_role("radio", name="flood").focus()
        answer(page, who, topic)
        expect(page.get_by_text("Nobody was hurt.")).not_to_be_visible()
        assert visitor.complaints == []
    waiting = served.task(task, "reviewing")
    assert waiting["consensus"]["answer"]["attributes"]["people"] == [{"name": "Ann Lee", "office": "Mayor"}]

    rita = visit("Rita Reviewer").page
    rita.goto(f"{served.url}/work/projects/{project}/review")
    rita.keyboard.press("Escape")
    said = rita.get_by_role("list", name="What annotators answered: In one sentence")
    expect(said.get_by_role("listitem")).to_have_count(2)
    picture(rita, "form-review")
    said.get_by_role("button", name=re.compile("Use [AB]'s answer")).click()
    rita.get_by_role("radio", name="storm").click()
    expect(rita.get_by_role("button", name="Save fix")).to_be_enabled()
    rita.keyboard.press("Control+Enter")
    done = served.task(task, "completed")

    fixed = done["response"]["answer"]["attributes"]
    assert done["response"]["origin"] == "review"
    assert fixed["summary"] in SUMMARIES.values()
    assert fixed["summary"] != waiting["consensus"]["answer"]["attributes"]["summary"]
    with served.client("Olga Owner") as owner:
        exported = owner.get(f"/v1/projects/{project}/export", params={"format": "csv"})
    (row,) = csv.DictReader(io.StringIO(exported.text))
    assert (row["unique_id"], row["height"], row["tone"], row["day"]) == ("report-1", "2", "urgent", "2026-03-03")
    assert (row["people.name"], row["people.office"], row["summary"]) == ("Ann Lee", "Mayor", fixed["summary"])


def test_a_form_is_made_in_the_console_and_its_texts_are_listed(served: Served, visit: Callable[..., Visitor]) -> None:
    visitor = visit("Olga Owner")
    page = visitor.page
    page.goto(f"{served.url}/console/projects/new")
    page.get_by_label("Name", exact=True).first.fill("Letters")
    page.get_by_role("radio", name="Questions about texts or photos").check(force=True)
    page.get_by_placeholder("occluded").fill("mood")
    page.get_by_role("textbox", name="Choice 1").fill("calm")
    page.get_by_role("textbox", name="Choice 2").fill("angry")
    preview = page.get_by_role("region", name="Preview")
    expect(preview.get_by_role("radio", name="angry")).to_be_visible()
    expect(page.get_by_text("No problems")).to_be_visible()
    picture(page, "form-console-editor")
    page.get_by_role("button", name="Create project").click()
    expect(page).to_have_url(re.compile(r"/console/projects/[0-9a-f-]{36}$"))
    project = page.url.rpartition("/")[2]
    with served.client("Olga Owner") as owner:
        rows = [{"content": [{"type": "text", "text": "Dear all, I am furious."}]}]
        task = owner.post(f"/v1/projects/{project}/tasks", json={"tasks": rows}).json()["results"][0]["task_id"]
    ada = visit("Ada Annotator").page
    ada.goto(f"{served.url}/work/projects/{project}/annotate")
    expect(ada.get_by_text("I am furious.")).to_be_visible()
    ada.keyboard.press("2")
    ada.keyboard.press("Control+Enter")
    served.task(task, "completed")

    page.goto(f"{served.url}/console/projects/{project}/tasks")
    page.get_by_role("link", name="Dear all, I am furious.").click()

    answers = page.get_by_role("tabpanel")
    expect(answers.get_by_text("angry")).to_be_visible()
    expect(page.get_by_role("region", name="What the task shows").get_by_text("I am furious.")).to_be_visible()
    picture(page, "form-console-task")
    assert visitor.complaints == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_form_fits_a_phone(served: Served, visit: Callable[..., Visitor], scheme: str) -> None:
    project = served.project(name=f"Pocket {scheme}", kind="form", taxonomy=TAXONOMY, instructions="")
    with served.client("Olga Owner") as owner:
        rows = [{"content": [{"type": "text", "text": TEXT * 8, "title": "Report"}]}]
        owner.post(f"/v1/projects/{project}/tasks", json={"tasks": rows})
    visitor = visit(
        "Ben Annotator", viewport={"width": 390, "height": 844}, color_scheme=scheme, has_touch=True, is_mobile=True
    )
    page = visitor.page
    page.goto(f"{served.url}/work/projects/{project}/annotate")

    page.get_by_role("radio", name="storm").tap()
    page.get_by_label("In one sentence").fill("It rained.")
    expect(page.get_by_text("Show more")).to_be_visible()
    picture(page, f"form-phone-{scheme}")

    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    heights = [box["height"] for each in page.get_by_role("radio").all() if (box := each.bounding_box())]
    assert min(heights) >= 44
    page.get_by_role("button", name="Submit").tap()
    expect(page.get_by_label("In one sentence")).not_to_be_visible()
    assert visitor.complaints == []


def test_two_photos_are_compared_side_by_side_and_looked_into(served: Served, visit: Callable[..., Visitor]) -> None:
    better = {"name": "better", "title": "Which is sharper?", "type": "category", "required": True}
    taxonomy = {"attributes": [{**better, "choices": [{"name": "left"}, {"name": "right"}]}]}
    project = served.project(name="Sharper", kind="form", taxonomy=taxonomy, instructions="")
    with served.client("Olga Owner") as owner:
        content = []
        for name in ("Left", "Right"):
            out = io.BytesIO()
            Image.effect_mandelbrot((900, 600), (-2, -1, 1, 1), 60 if name == "Left" else 80).save(out, "PNG")
            path = f"/v1/projects/{project}/attachments"
            sent = owner.post(path, content=out.getvalue(), headers={"x-file-name": f"{name}.png"}).json()
            content.append({"type": "image", "attachment_id": sent["id"], "title": name})
        made = owner.post(f"/v1/projects/{project}/tasks", json={"tasks": [{"content": content}]}).json()
    visitor = visit("Ada Annotator", color_scheme="dark")
    page = visitor.page
    page.goto(f"{served.url}/work/projects/{project}/annotate")
    left, right = page.get_by_role("img", name="Left"), page.get_by_role("img", name="Right")
    expect(right).to_be_visible()
    picture(page, "form-compare")
    before = left.bounding_box()

    page.get_by_role("region", name="Left").get_by_role("button", name="Larger").click()

    after = left.bounding_box()
    assert before is not None
    assert after is not None
    assert after["width"] > before["width"] * 1.2
    page.keyboard.press("2")
    page.keyboard.press("Control+Enter")
    done = served.task(made["results"][0]["task_id"], "completed")
    assert done["response"]["answer"] == {"attributes": {"better": "right"}}
    assert visitor.complaints == []
