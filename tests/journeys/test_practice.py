"""A newcomer practises before work is offered; a customer rejects an answer, which somebody then does again."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

import httpx
from playwright.sync_api import Page, expect

from journey import Served, Visitor, picture
from scenes import photo

Visit = Callable[..., Visitor]
CAR = {"type": "box", "label": "car", "left": 300, "top": 120, "width": 200, "height": 150}


def program(served: Served) -> httpx.Client:
    """A customer's program, in Scale's dialect."""
    with served.client("Olga Owner") as owner:
        made = owner.post("/v1/api-keys", json={"name": "Importer", "mode": "live", "role": "manager"}).json()
    return httpx.Client(base_url=f"{served.url}/scale/v1", auth=(made["key"], ""), timeout=30)


def put_away(customer: httpx.Client, shade: int) -> str:
    content = photo(shade, 640, 480)
    return str(customer.post("/files/upload", files={"file": ("street.png", content)}).json()["attachment_url"])


def draw(page: Page) -> None:
    canvas = page.get_by_role("application").or_(page.locator("canvas")).first
    box = canvas.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] * 0.55, box["y"] + box["height"] * 0.3)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.75, box["y"] + box["height"] * 0.55, steps=6)
    page.mouse.up()


def look(page: Page, name: str) -> None:
    """A picture on a desk, and one on a phone in the dark."""
    if not os.environ.get("ASSAY_PICTURES"):
        return
    picture(page, name)
    page.set_viewport_size({"width": 390, "height": 844})
    page.emulate_media(color_scheme="dark")
    picture(page, f"{name}-narrow-dark")
    page.emulate_media(color_scheme="light")
    page.set_viewport_size({"width": 1440, "height": 900})


def test_practice_comes_before_work_and_a_rejected_answer_is_done_again(served: Served, visit: Visit) -> None:
    customer = program(served)
    body: dict[str, Any] = {"geometries": {"box": {"objects_to_annotate": ["car"]}}, "instruction": "Box every car."}
    made = customer.post("/projects", json={"type": "imageannotation", "name": "Night cars", "params": body})
    assert made.status_code == 200, made.text
    for shade in (40, 41):
        sent = {
            "project": "Night cars",
            "attachment": put_away(customer, shade),
            "expected_response": {"annotations": [CAR]},
        }
        answer = customer.post("/training_tasks/imageannotation", json=sent)
        assert answer.status_code == 200, answer.text
    work = {"project": "Night cars", "attachment": put_away(customer, 42), "unique_id": "real"}
    task_id = customer.post("/task/imageannotation", json=work).json()["task_id"]
    with served.client("Olga Owner") as owner:
        project = next(p for p in owner.get("/v1/projects").json()["items"] if p["name"] == "Night cars")
        rule = {**project["policy"], "training": {"tasks": 2, "score_min": 0.01, "runs_max": 3}}
        owner.patch(f"/v1/projects/{project['id']}", json={"policy": rule})

    ada = visit("Ada Annotator").page
    card = ada.get_by_role("listitem").filter(has_text="Night cars")
    expect(card).to_contain_text("Practice first")
    look(ada, "home-practice")
    card.get_by_role("link", name="Practise").click()
    for number in (1, 2):
        expect(ada.get_by_text(f"Practice, {number} of 2.")).to_be_visible()
        draw(ada)
        look(ada, f"practice-{number}-before")
        ada.get_by_role("button", name="Submit").click()
        expect(ada.get_by_text("This is the right answer.")).to_be_visible()
        look(ada, f"practice-{number}-after")
        ada.get_by_role("button", name="Show mine").click()
        expect(ada.get_by_text("This is your answer.")).to_be_visible()
        if number == 2:
            expect(ada.get_by_text("You have passed")).to_be_visible()
        ada.get_by_role("button", name="Next").click()
    expect(ada.get_by_text("Practice,")).to_have_count(0)
    draw(ada)
    ada.get_by_role("button", name="Submit").click()
    expect(ada.get_by_text("No task for you right now")).to_be_visible()
    # Her page goes on looking, and would be the one to find what is rejected.
    ada.goto(f"{served.url}/work")

    with served.client("Olga Owner") as owner:
        found = owner.get(f"/v1/projects/{project['id']}/tasks", params={"gold": False}).json()["items"]
    served.task(found[0]["id"], "completed")
    olga = visit("Olga Owner").page
    olga.goto(f"{served.url}/console/projects/{project['id']}/tasks/{found[0]['id']}")
    judge = olga.get_by_role("group", name="Judge the answer")
    expect(judge.get_by_role("button", name="Accept")).to_be_visible()
    look(olga, "audit")
    judge.get_by_role("button", name="Have it done again…").click()
    olga.get_by_label("What should be different?").fill("The box is too large.")
    look(olga, "audit-reject")
    olga.get_by_role("button", name="Reject and redo").click()
    # What was typed stands there, too, until it is taken in.
    expect(olga.get_by_label("What should be different?")).to_have_count(0)
    expect(olga.get_by_label("Audit").get_by_text("The box is too large.")).to_be_visible()
    look(olga, "audit-rejected")
    assert customer.get(f"/task/{task_id}").json()["customer_review_status"] == "rejected"

    ben = visit("Ben Annotator").page
    with served.client("Olga Owner") as owner:
        members = owner.get("/v1/members").json()["items"]
        worker = next(m["worker_id"] for m in members if m["name"] == "Ben Annotator")
        passed = owner.post(f"/v1/projects/{project['id']}/workers/{worker}/training/pass")
        assert passed.status_code == 204
    ben.goto(f"{served.url}/work/projects/{project['id']}/annotate")
    expect(ben.get_by_text("The box is too large.")).to_be_visible()
    look(ben, "redo")
    ben.get_by_role("button", name="Submit").click()
    again = served.task(found[0]["id"], "completed")
    assert [submission["round"] for submission in again["submissions"]] == [1, 2]

    olga.goto(f"{served.url}/console/projects/{project['id']}/workers")
    expect(olga.get_by_text("Everybody who works in your organization.")).to_be_visible()
    olga.get_by_role("button", name="New group").click()
    olga.get_by_label("Name", exact=True).fill("Night shift")
    olga.get_by_role("checkbox", name="Ada Annotator").check()
    look(olga, "group")
    olga.get_by_role("button", name="Save").click()
    expect(olga.get_by_role("list", name="Groups")).to_contain_text("Night shift")
    olga.get_by_role("region", name="Who works here").or_(
        olga.locator("section", has_text="Who works here")
    ).get_by_role("button", name="Change", exact=True).first.click()
    olga.get_by_role("radio", name="Only these people").check()
    olga.get_by_role("checkbox", name="Ada Annotator").check()
    look(olga, "crew-dialog")
    olga.get_by_role("button", name="Save").click()
    expect(olga.get_by_text("Only Ada Annotator.")).to_be_visible()
    look(olga, "crew")
    ben.goto(f"{served.url}/work")
    expect(ben.get_by_role("heading", level=1)).to_be_visible()
    expect(ben.get_by_text("Night cars")).to_have_count(0)
