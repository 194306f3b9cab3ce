"""One text's whole way: two people mark who and where, a reviewer joins them, and the files are right."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from journey import Served, Visitor, picture

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("journeys")]

# The clef is one code point and two of what a browser counts.
TEXT = "Ada 𝄞 Lovelace wrote to Charles Babbage in London.\nShe was a daughter of Lord Byron, the poet."
TAXONOMY = {
    "labels": [
        {"name": "person", "title": "Person", "shapes": ["span"]},
        {"name": "place", "title": "Place", "shapes": ["span"]},
        {
            "name": "role",
            "title": "Role",
            "shapes": ["span"],
            "attributes": [{"name": "past", "type": "category", "choices": [{"name": "yes"}, {"name": "no"}]}],
        },
    ],
    "relations": [{"name": "lives_in", "title": "lives in", "source_labels": ["person"], "target_labels": ["place"]}],
}


def make(served: Served, **policy: Any) -> tuple[str, str]:
    """A project and its one task."""
    project = served.project(name="Letters", kind="entities", taxonomy=TAXONOMY, policy=policy)
    with served.client("Olga Owner") as owner:
        made = owner.post(
            f"/v1/projects/{project}/tasks",
            json={
                "tasks": [{"unique_id": "letter 1", "content": [{"type": "text", "text": TEXT, "title": "A letter"}]}]
            },
        ).json()
    return project, str(made["results"][0]["task_id"])


def drag(page: Page, passage: str) -> None:
    """Draws over a passage as a hand does, from within its first letter to within its last."""
    ends = page.evaluate(
        """(passage) => {
            const pieces = [...document.querySelectorAll('[data-from]')];
            const whole = pieces.map((piece) => piece.textContent).join('');
            const place = (unit) => {
                const piece = pieces.findLast((each) => Number(each.dataset.from) <= unit);
                const range = document.createRange();
                const at = unit - Number(piece.dataset.from);
                range.setStart(piece.firstChild, at);
                range.setEnd(piece.firstChild, at + 1);
                const box = range.getBoundingClientRect();
                return [box.left, box.right, box.top + box.height / 2];
            };
            const start = whole.indexOf(passage);
            return [place(start), place(start + passage.length - 1)];
        }""",
        passage,
    )
    (left, _, top), (_, right, bottom) = ends
    page.mouse.move(left + 1, top)
    page.mouse.down()
    page.mouse.move((left + right) / 2, (top + bottom) / 2, steps=3)
    page.mouse.move(right - 1, bottom, steps=3)
    page.mouse.up()


def passages(answer: dict[str, Any]) -> set[tuple[str, str]]:
    """What is marked, read from the text as Python counts it."""
    return {(mark["label"], TEXT[mark["start"] : mark["end"]]) for mark in answer.get("annotations", [])}


def test_a_text_is_marked_by_two_merged_reviewed_and_exported(served: Served, visit: Callable[..., Visitor]) -> None:
    project, task = make(served, overlap={"mode": "fixed", "count": 2}, review={"mode": "all"})

    ada = visit("Ada Annotator").page
    ada.goto(f"{served.url}/work/projects/{project}/annotate")
    expect(ada.get_by_role("group", name="Text")).to_be_visible()
    # Half of a name is drawn over and the whole is taken.
    drag(ada, "da 𝄞 Lovela")
    ada.keyboard.press("1")
    drag(ada, "London")
    ada.keyboard.press("2")
    drag(ada, "daughter of Lord Byron")
    ada.keyboard.press("3")
    ada.get_by_role("group", name="past").get_by_role("button", name="yes").click()
    drag(ada, "Lord Byron")
    picture(ada, "passage")
    ada.get_by_role("list", name="Labels").get_by_role("button", name="Person").click()
    ada.get_by_role("list", name="Marked passages").get_by_role("button", name="Ada 𝄞 Lovelace").click()
    ada.get_by_role("button", name="lives in").click()
    ada.locator("[data-run]", has_text="London").click()
    expect(ada.get_by_role("list", name="Relations").get_by_role("button")).to_have_count(1)
    picture(ada, "marked")
    ada.keyboard.press("Control+z")
    expect(ada.get_by_role("list", name="Relations").get_by_role("button")).to_have_count(0)
    ada.keyboard.press("Control+Shift+z")
    # A page that is left and opened again has everything still.
    expect(ada.get_by_text("Saved", exact=True)).to_be_visible()
    ada.reload()
    expect(ada.get_by_role("list", name="Marked passages").get_by_role("button")).to_have_count(4)
    ada.keyboard.press("Control+Enter")

    ben = visit("Ben Annotator").page
    ben.goto(f"{served.url}/work/projects/{project}/annotate")
    ben.get_by_role("button", name="Close").click()
    ben.get_by_role("group", name="Text").focus()
    # By the keyboard alone: the first word and the next, a label; five words on, two words, a label.
    for key in ("ArrowRight", "Shift+ArrowRight", "1", *["ArrowRight"] * 3, "Shift+ArrowRight", "1"):
        ben.keyboard.press(key)
    for key in ("ArrowRight", "ArrowRight", "2"):
        ben.keyboard.press(key)
    expect(ben.get_by_role("list", name="Marked passages").get_by_role("button")).to_have_count(3)
    ben.keyboard.press("Control+Enter")

    merged = served.task(task, "reviewing")
    answers = [passages(each["answer"]) for each in merged["submissions"]]
    both = {("person", "Ada 𝄞 Lovelace"), ("place", "London")}
    assert both | {("person", "Lord Byron"), ("role", "daughter of Lord Byron")} in answers
    assert both | {("person", "Charles Babbage")} in answers

    rita = visit("Rita Reviewer").page
    rita.goto(f"{served.url}/work/projects/{project}/review")
    expect(rita.get_by_role("region", name="Review")).to_contain_text("Agreement")
    for name in "AB":
        rita.get_by_role("region", name="Review").get_by_role("button", name=name, exact=False).first.click()
    picture(rita, "review")
    expect(rita.get_by_role("list", name="Marked passages").get_by_role("button")).to_have_count(5)
    rita.get_by_role("list", name="Marked passages").get_by_role("button", name="daughter of Lord Byron").click()
    rita.get_by_role("group", name="Text").focus()
    rita.keyboard.press("Delete")
    expect(rita.get_by_role("button", name="Save fix")).to_be_enabled()
    rita.keyboard.press("Control+Enter")
    done = served.task(task, "completed")

    answer = done["response"]["answer"]
    assert passages(answer) == both | {("person", "Lord Byron"), ("person", "Charles Babbage")}
    ends = {mark["id"]: TEXT[mark["start"] : mark["end"]] for mark in answer["annotations"]}
    assert [(ends[each["source"]], each["name"], ends[each["target"]]) for each in answer["relations"]] == [
        ("Ada 𝄞 Lovelace", "lives_in", "London")
    ]
    with served.client("Olga Owner") as owner:
        line = owner.get(f"/v1/projects/{project}/export", params={"format": "jsonl"}).text
        conll = owner.get(f"/v1/projects/{project}/export", params={"format": "conll"}).content
    assert json.loads(line)["answer"] == answer
    words = zipfile.ZipFile(io.BytesIO(conll)).read("labels.conll").decode().splitlines()
    assert words[:3] == ["Ada B-person", "𝄞 I-person", "Lovelace I-person"]
    assert [word for word in words if "B-" in word] == [
        "Ada B-person",
        "Charles B-person",
        "London B-place",
        "Lord B-person",
    ]

    olga = visit("Olga Owner").page
    olga.goto(f"{served.url}/console/projects/{project}/tasks/{task}")
    expect(olga.get_by_role("group", name="Text")).to_contain_text("wrote to Charles Babbage")
    expect(olga.locator('[data-name="Person"]')).to_have_count(3)
    picture(olga, "console-task")


def test_a_project_of_texts_is_made_in_the_console(served: Served, visit: Callable[..., Visitor]) -> None:
    olga = visit("Olga Owner").page
    olga.goto(f"{served.url}/console/projects/new")
    olga.get_by_label("Name", exact=True).first.fill("Contracts")
    olga.get_by_role("radiogroup", name="What is worked on").get_by_text("Marks in texts").click()
    olga.get_by_role("button", name="Add relation").click()
    olga.get_by_placeholder("lives_in").fill("owns")
    picture(olga, "console-editor")
    olga.get_by_role("button", name="Create").click()
    expect(olga.get_by_text("The project is made")).to_be_visible()

    with served.client("Olga Owner") as owner:
        made = next(each for each in owner.get("/v1/projects").json()["items"] if each["name"] == "Contracts")
    assert made["kind"] == "entities"
    assert made["taxonomy"]["labels"][0]["shapes"] == ["span"]
    assert made["taxonomy"]["relations"] == [{"name": "owns"}]


def test_a_text_is_marked_with_a_finger_on_a_phone(served: Served, visit: Callable[..., Visitor]) -> None:
    project, task = make(served)
    ada = visit("Ada Annotator", viewport={"width": 390, "height": 800}, has_touch=True, color_scheme="dark").page
    ada.goto(f"{served.url}/work/projects/{project}/annotate")
    ada.get_by_role("button", name="Close").click()
    # A tap takes a word, a label marks it.
    ada.locator("[data-run]").first.tap(position={"x": 12, "y": 10})
    expect(ada.get_by_role("region", name="Passage")).to_contain_text("Ada")
    ada.get_by_role("list", name="Labels").get_by_role("button", name="Person").tap()
    expect(ada.get_by_role("list", name="Marked passages").get_by_role("button")).to_have_count(1)
    picture(ada, "phone")
    ada.get_by_role("button", name="Submit").tap()

    assert passages(served.task(task, "completed")["response"]["answer"]) == {("person", "Ada")}
