"""Documents asked and told in the client's words."""

from __future__ import annotations

from typing import Any

import pytest
from scaleapi.exceptions import ScaleInvalidRequest
from scaleapi.tasks import TaskType

from harness import Organization
from speaking import Finish, Speak, Speaker, a_turn

BILL: dict[str, Any] = {
    "features": [
        {"type": "text", "label": "total", "title": "Total", "flags": ["money"]},
        {"type": "text", "label": "day", "flags": {"is_date": True, "is_money": False}},
        {"type": "text", "label": "paid", "flags": ["checkbox"]},
        {"type": "block", "label": "table"},
        {"type": "group", "label": "row"},
    ],
    "lang": "ar",
}
PAGES = [f"https://papers.test/{number}.png" for number in (1, 2)]


def box(id: str, label: str, page: int = 0, **more: Any) -> dict[str, Any]:
    place = {"type": "box", "x": 10.0, "y": 20.0, "width": 100.0, "height": 30.0}
    return {"id": id, "label": label} | place | ({"page": page} if page else {}) | more


ANSWER: dict[str, Any] = {
    "annotations": [
        box("a", "total", text="12,50", attributes={"money": 12.5}),
        box("b", "day", 1, text="22.11.2026", attributes={"date": "2026-11-22"}),
        box("c", "paid", 1, attributes={"checked": "yes"}),
        box("d", "table", 1, x=0.0, y=0.0, width=300.0, height=200.0),
    ],
    "groups": [{"id": "g", "label": "row", "members": ["b", "c"]}],
}


@pytest.fixture
async def speaker(speak: Speak) -> Speaker:
    return await speak()


async def test_regions_and_groups_are_told_with_their_pages(speaker: Speaker, finish: Finish) -> None:
    await speaker.create_project("Bills", TaskType.DocumentTranscription, BILL)
    task = await speaker.create_task(TaskType.DocumentTranscription, project="Bills", attachments=PAGES)
    assert task.status == "pending"
    await finish(ANSWER)

    found = await speaker.get_task(task.id)
    place = {"type": "box", "left": 10.0, "top": 20.0, "width": 100.0, "height": 30.0}
    total, day, paid, table, row = found.response["annotations"]
    assert total == {
        "uuid": "a", "type": "text", "page": 0, "label": "total", "text": "12,50",
        "money": {"amount": "12.5"}, "location": place, "refs": [],
    }  # fmt: skip
    assert (day["page"], day["date"], day["text"]) == (1, {"year": 2026, "month": 11, "day": 22}, "22.11.2026")
    assert (paid["checked"], paid["text"]) == (True, "")
    # What lies in a block is told with it; the total is on another page.
    assert (table["type"], table["refs"], "text" in table) == ("block", ["b", "c"], False)
    assert row == {"uuid": "g", "type": "group", "page": 1, "label": "row", "refs": ["b", "c"]}
    assert found.as_dict()["document_pages"] == [{"width": 640, "height": 480}] * 2
    assert found.params["attachments"] == PAGES


async def test_a_document_may_be_one_page_and_ask_its_own_question(
    speaker: Speaker, finish: Finish, organization: Organization
) -> None:
    await speaker.create_task(TaskType.DocumentTranscription, attachment=PAGES[0], geometry="polygon", **BILL)
    await finish()

    turn = await a_turn(organization)
    assert turn["kind"] == "document"
    assert [item["type"] for item in turn["content"]] == ["image"]
    assert turn["taxonomy"]["language"] == "ar"
    asked = {label["name"]: label for label in turn["taxonomy"]["labels"]}
    assert {name: label["shapes"] for name, label in asked.items()} == {
        "total": ["polygon"], "day": ["polygon"], "paid": ["polygon"], "table": ["polygon"], "row": ["group"],
    }  # fmt: skip
    assert {name: label.get("text", "none") for name, label in asked.items()} == {
        "total": "required", "day": "required", "paid": "optional", "table": "none", "row": "none",
    }  # fmt: skip
    assert asked["day"]["attributes"] == [{"name": "date", "type": "datetime", "title": "Date"}]


async def test_what_is_told_is_a_guess_too(speaker: Speaker, finish: Finish, organization: Organization) -> None:
    await speaker.create_project("Bills", TaskType.DocumentTranscription, BILL)
    task = await speaker.create_task(TaskType.DocumentTranscription, project="Bills", attachments=PAGES)
    await finish(ANSWER)
    told = (await speaker.get_task(task.id)).response

    await speaker.create_task(TaskType.DocumentTranscription, project="Bills", attachments=PAGES, hypothesis=told)
    await finish()

    assert (await a_turn(organization))["prelabels"] == ANSWER


async def test_outlines_are_told_and_taken(speaker: Speaker, finish: Finish, organization: Organization) -> None:
    outline = {"type": "polygon", "id": "p", "label": "total", "text": "9", "rings": [[[1, 2], [30, 2], [30, 20]]]}
    await speaker.create_project("Outlines", TaskType.DocumentTranscription, BILL | {"geometry": "polygon"})
    task = await speaker.create_task(TaskType.DocumentTranscription, project="Outlines", attachments=PAGES)
    await finish({"annotations": [outline]})

    (told,) = (await speaker.get_task(task.id)).response["annotations"]
    assert told["location"] == {
        "type": "polygon",
        "vertices": [{"x": 1, "y": 2}, {"x": 30, "y": 2}, {"x": 30, "y": 20}],
    }
    hypothesis = {"annotations": [told]}
    await speaker.create_task(
        TaskType.DocumentTranscription, project="Outlines", attachments=PAGES, hypothesis=hypothesis
    )
    await finish()
    assert (await a_turn(organization))["prelabels"]["annotations"] == [outline]


async def test_test_keys_get_an_answer_of_the_right_shape(speak: Speak, finish: Finish) -> None:
    speaker = await speak("test")
    task = await speaker.create_task(TaskType.DocumentTranscription, attachments=PAGES, **BILL)
    await finish()

    done = await speaker.get_task(task.id)
    assert done.status == "completed"
    assert {one["label"] for one in done.response["annotations"]} == {"total", "day", "paid", "table", "row"}
    assert all(0 <= one["page"] < 2 for one in done.response["annotations"])


@pytest.mark.parametrize(
    ("sent", "words"),
    [
        ({"features": BILL["features"]}, "Give what is to be looked at"),
        ({"attachment": PAGES[0]}, "give features"),
        ({"attachment": PAGES[0], "features": [{"type": "line", "label": "x"}]}, "text, block or group"),
        ({"attachment": PAGES[0], "features": [{"type": "text"}]}, "Must be a text"),
        ({"attachment": PAGES[0], "features": ["x"], "geometry": "line"}, "box or polygon"),
        ({"attachment": PAGES[0], "features": ["x"], "lang": "??"}, "tag of a language"),
        ({"attachments": [{"type": "text", "content": "hello"}], "features": ["x"]}, "Only images"),
    ],
)
async def test_what_cannot_be_transcribed_is_refused(speaker: Speaker, sent: dict[str, Any], words: str) -> None:
    with pytest.raises(ScaleInvalidRequest, match=words):
        await speaker.create_task(TaskType.DocumentTranscription, **sent)
