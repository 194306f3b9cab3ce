"""One photo of a customer who uses Scale's client, with links, conditions and base annotations: created, answered in
the browser by two, merged, called back, audited and exported."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import scaleapi
from playwright.sync_api import Page, expect
from scaleapi.tasks import TaskType

from customer import Customer, open_customer
from journey import STREET, Served, Visitor, picture, serving
from pixels import Stage, wait_for_work
from scenes import photo

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("journeys")]

SIZE = (640, 426)
PARAMS: dict[str, Any] = {
    "geometries": {
        "box": {"objects_to_annotate": ["man", "dog"]},
        "ellipse": {"objects_to_annotate": ["pond"]},
        "cuboid": {"objects_to_annotate": ["car"]},
    },
    "annotation_attributes": {
        "leashed": {"choices": ["yes", "no"], "required": True, "conditions": {"label_condition": {"label": "dog"}}},
        "owner": {
            "type": "linked",
            "allowed_labels": ["man"],
            "conditions": {"label_condition": {"label": "dog"}, "attribute_conditions": [{"leashed": "yes"}]},
        },
    },
    "links": {"leads": {"from_allowed_labels": ["man"], "to_allowed_labels": ["dog"]}},
    "padding": 40,
}
BASE = {"uuid": "base", "type": "box", "label": "man", "left": 330, "top": 60, "width": 80, "height": 220}


@pytest.fixture(scope="module")
def customer() -> Iterator[Customer]:
    """Has one photo, a street where there is one, else a plain picture of its size; and one to look at beside it."""
    street = STREET / "images" / "000000000074.jpg"
    first = street.read_bytes() if street.exists() else photo(0, *SIZE)
    with open_customer({"/street.jpg": first, "/before.jpg": photo(7, 480, 320)}) as found:
        yield found


@pytest.fixture(scope="module")
def served(customer: Customer) -> Iterator[Served]:
    with serving(ASSAY_PRIVATE_HOSTS=customer.url.removeprefix("http://")) as found:
        yield found


def at_work(page: Page, served: Served, project: str) -> Stage:
    wait_for_work(page, f"{served.url}/work/projects/{project}/annotate")
    expect(page.get_by_role("list", name="Marks").get_by_role("listitem")).to_have_count(1)
    return Stage(page)


def referred(page: Page) -> None:
    """What is for reference stands beside the photo, and goes and comes by its key."""
    beside = page.get_by_role("complementary", name="For reference")
    expect(beside.get_by_role("img", name="A moment before")).to_be_visible()
    expect(beside.get_by_text("Taken at dusk.")).to_be_visible()
    page.keyboard.press("g")
    expect(beside).not_to_be_visible()
    page.keyboard.press("g")
    expect(beside).to_be_visible()


def answered(page: Page, stage: Stage, slip: float) -> None:
    """As a careful worker does it, who is off by so many pixels."""
    # What was given stays where it is, however it is dragged.
    page.keyboard.press("v")
    stage.drag((370, 200), (300, 250))
    expect(page.get_by_text("This was given with the task")).to_be_visible()
    page.keyboard.press("Escape")
    # The dog sits half beside the photo, in its margin.
    page.keyboard.press("2")
    page.keyboard.press("b")
    stage.drag((-30 + slip, 280), (90 + slip, 380))
    page.get_by_role("button", name="yes", exact=True).click()
    page.get_by_label("owner").select_option(label="man 1")
    page.get_by_role("button", name=re.compile("^man 1,")).click()
    page.keyboard.press("r")
    expect(page.get_by_text("Choose the mark it is related to")).to_be_visible()
    page.mouse.click(*stage.at(30, 330))
    expect(page.get_by_role("region", name="Relations").get_by_text("leads")).to_be_visible()
    page.keyboard.press("3")
    stage.drag((440, 330 + slip), (600, 400 + slip))
    page.keyboard.press("4")
    stage.drag((120 + slip, 40), (260 + slip, 140))
    expect(page.get_by_role("list", name="Marks").get_by_role("listitem")).to_have_count(4)


def test_a_photo_with_links_conditions_and_base_annotations(
    served: Served, visit: Callable[..., Visitor], customer: Customer
) -> None:
    with served.client("Olga Owner") as owner:
        key = owner.post("/v1/api-keys", json={"name": "program", "mode": "live", "role": "manager"}).json()["key"]
    client = scaleapi.ScaleClient(key, api_instance_url=f"{served.url}/scale/v1")
    client.create_project("Streets", TaskType.ImageAnnotation, PARAMS)
    with served.client("Olga Owner") as owner:
        (item,) = owner.get("/v1/projects").json()["items"]
        project = item["id"]
        policy = owner.get(f"/v1/projects/{project}").json()["policy"] | {"overlap": {"mode": "fixed", "count": 2}}
        assert owner.patch(f"/v1/projects/{project}", json={"policy": policy}).status_code == 200
    task = client.create_task(
        TaskType.ImageAnnotation,
        project="Streets",
        attachment=f"{customer.url}/street.jpg",
        callback_url=f"{customer.url}/done",
        base_annotations=[BASE],
        can_edit_base_annotations=False,
        can_delete_base_annotations=False,
        unique_id="street-1",
        context_attachments=[
            {"attachment": f"{customer.url}/before.jpg", "title": "A moment before"},
            {"attachment": "Taken at dusk."},
        ],
    )

    for who, slip in (("Ada Annotator", 0.0), ("Ben Annotator", 4.0)):
        page = visit(who, color_scheme="light" if slip == 0 else "dark").page
        stage = at_work(page, served, project)
        referred(page)
        answered(page, stage, slip)
        page.get_by_role("button", name=re.compile("^man 1,")).click()
        picture(page, f"image-options-{who.split()[0]}")
        if slip:
            page.set_viewport_size({"width": 390, "height": 844})
            page.wait_for_timeout(300)
            picture(page, "image-options-phone")
            page.get_by_role("button", name="Details", exact=True).first.click()
            picture(page, "image-options-phone-details")
            page.get_by_role("button", name="Reference", exact=True).click()
            expect(page.get_by_role("region", name="Panel").get_by_text("Taken at dusk.")).to_be_visible()
            picture(page, "image-options-phone-reference")
            page.keyboard.press("Escape")
        page.keyboard.press("Control+Enter")
        expect(page.locator("[data-stage]")).not_to_be_visible()

    deadline = time.monotonic() + 30
    while (found := client.get_task(task.id)).status != "completed" and time.monotonic() < deadline:
        time.sleep(0.2)
    told = {one["label"]: one for one in found.response["annotations"]}
    assert sorted(told) == ["car", "dog", "man", "pond"]
    assert {side: told["man"][side] for side in ("uuid", "left", "top", "width", "height")} == {
        side: BASE[side] for side in ("uuid", "left", "top", "width", "height")
    }
    assert told["dog"]["left"] == pytest.approx(-28, abs=2)
    assert told["dog"]["attributes"] == {"leashed": "yes", "owner": "base"}
    (link,) = found.response["links"]
    assert (link["label"], link["from"], link["to"]) == ("leads", "base", told["dog"]["uuid"])
    assert told["pond"]["vertices"][1]["x"] - told["pond"]["vertices"][3]["x"] == pytest.approx(160, abs=3)
    assert len(told["car"]["vertices"]) == 6
    assert customer.told_of(task.id)["response"] == found.response
    with served.client("Olga Owner") as owner:
        (row,) = owner.get(f"/v1/projects/{project}/tasks").json()["items"]
    page = visit("Olga Owner").page
    page.goto(f"{served.url}/console/projects/{project}/tasks/{row['id']}")
    page.get_by_role("tab", name="Reference (2)").click()
    expect(page.get_by_role("img", name="A moment before")).to_be_visible()
    picture(page, "image-options-console")
    client.audit_task(task.id, accepted=True, comments="Even the shadow.")
    assert client.get_task(task.id).as_dict()["customer_review_status"] == "accepted"
    with served.client("Olga Owner") as owner:
        whole = json.loads(owner.get(f"/v1/projects/{project}/export", params={"format": "jsonl"}).text)
        coco = owner.get(f"/v1/projects/{project}/export", params={"format": "coco"}).json()
    assert [mark["type"] for mark in whole["answer"]["annotations"]].count("ellipse") == 1
    assert {loss["what"] for loss in coco["assay"]["losses"]} == {"ellipse", "cuboid", "relation"}
