"""A manager's whole way in the console: a project is made, filled, watched, looked into, and its answers taken."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Page, expect
from pycocotools.coco import COCO

from assay.cli.scenes import draw_scene
from journey import Served, Visitor

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("journeys")]

NAME = "People of the square"
LABEL = "pedestrian"
# Ada and Ben agree about one person only.
SHARED = (100, 120, 200, 300)
ADA = [SHARED, (620, 300, 90, 180)]
BEN = [(103, 122, 198, 298), (900, 480, 80, 160)]

Visit = Callable[..., Visitor]


def test_a_project_goes_from_its_editor_to_a_coco_file(served: Served, visit: Visit, tmp_path: Path) -> None:
    page = visit("Olga Owner").page
    project = create_project(page)
    add_photos(page)
    find_tasks(page)

    # What follows changes on the overview by itself: a mark on the window would not survive a reload.
    page.get_by_role("link", name="Overview").click()
    expect(page.get_by_text("live", exact=True)).to_be_visible()
    expect(page.get_by_text("0 of 3 tasks done")).to_be_visible()
    page.evaluate("window.kept = true")
    task = answer(served, "Ada Annotator", project, ADA)
    answer(served, "Ben Annotator", project, BEN, task)
    expect(page.get_by_role("link", name="reviewing 1")).to_be_visible()
    assert page.evaluate("window.kept")

    page.get_by_role("navigation", name="Project").get_by_role("link", name="Review").click()
    waiting = page.get_by_role("region", name="Tasks waiting for review").get_by_role("row").nth(1)
    expect(waiting).to_contain_text("low agreement")
    waiting.get_by_role("link").click()
    look_into(page)

    page.get_by_role("link", name=NAME).first.click()
    page.get_by_role("link", name="Overview").click()
    accept(served, "Rita Reviewer", project)
    expect(page.get_by_text("1 of 3 tasks done")).to_be_visible()
    expect(page.get_by_role("link", name="completed 1")).to_be_visible()
    assert page.evaluate("window.kept")

    page.get_by_role("link", name="Export", exact=True).first.click()
    with page.expect_download() as download:
        page.get_by_role("link", name="Download COCO").click()
    file = tmp_path / download.value.suggested_filename
    download.value.save_as(file)
    check(COCO(str(file)))


def create_project(page: Page) -> str:
    """In the editor, with the labelling page beside it. The project's id."""
    page.get_by_role("link", name="New project").first.click()
    page.get_by_label("Name", exact=True).first.fill(NAME)
    page.get_by_label("Label name").fill(LABEL)
    preview = page.get_by_role("region", name="Preview")
    expect(preview.locator("[data-stage]")).to_be_visible()
    expect(preview.get_by_text(LABEL).first).to_be_visible()

    page.get_by_role("button", name="Add question").first.click()
    question = page.get_by_role("listitem").filter(has=page.get_by_text("Must be answered"))
    question.get_by_label("Name", exact=True).last.fill("hidden")
    question.get_by_label("Choice 1", exact=True).last.fill("no")
    question.get_by_label("Choice 2", exact=True).last.fill("partly")

    page.get_by_role("tab", name="Quality").click()
    page.get_by_label("People a photo").fill("2")
    # Half of two voices is one: only above that is a mark made by one person voted out.
    page.get_by_label("Kept when marked by").fill("0.75")
    page.get_by_label("A reviewer looks at").select_option("low_agreement")
    expect(page.get_by_role("status").filter(has_text="No problems")).to_be_visible()
    page.get_by_role("button", name="Create project").click()
    page.wait_for_url(re.compile(r"/console/projects/[0-9a-f-]{36}/add"))
    return page.url.split("/")[-2]


def add_photos(page: Page) -> None:
    """Three photos, and a file that only says that it is one."""
    files: list[Any] = [
        {"name": f"square-{number}.jpg", "mimeType": "image/jpeg", "buffer": draw_scene(number).jpeg}
        for number in range(1, 4)
    ]
    files.append({"name": "torn.jpg", "mimeType": "image/jpeg", "buffer": files[0]["buffer"][:400]})
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name="Choose files").click()
    chooser.value.set_files(files)

    expect(page.get_by_text("3 tasks made")).to_be_visible()
    failed = page.get_by_role("region", name="Failed")
    expect(failed).to_contain_text("torn.jpg")
    expect(failed).to_contain_text("Trying again will not help.")
    expect(failed.get_by_role("listitem")).to_have_count(1)


def find_tasks(page: Page) -> None:
    page.get_by_role("link", name="Show tasks").click()
    rows = page.get_by_role("region", name="Tasks of this project").get_by_role("row")
    expect(rows).to_have_count(4)
    page.get_by_label("Search by id or file name").fill("square-2")
    expect(rows).to_have_count(2)
    expect(rows.nth(1)).to_contain_text("square-2.jpg")
    page.get_by_label("State", exact=True).select_option("completed")
    expect(page.get_by_role("heading", name="No task fits these filters")).to_be_visible()
    page.get_by_role("button", name="Clear filters").click()
    expect(rows).to_have_count(4)


def answer(
    served: Served, name: str, project: str, boxes: list[tuple[int, int, int, int]], task: str | None = None
) -> str:
    """The person answers what they are given, up to this task, or only the first. The last task's id."""
    marks = [
        {"type": "box", "id": f"m{index}", "label": LABEL, "attributes": {"hidden": "no"}}
        | dict(zip(("x", "y", "width", "height"), box, strict=True))
        for index, box in enumerate(boxes)
    ]
    with served.client(name) as worker:
        while True:
            claimed = worker.post(f"/v1/work/projects/{project}/claim", json={"stage": "annotate"})
            assert claimed.status_code == 200, claimed.text
            turn = claimed.json()
            body = {"answer": {"annotations": marks}, "duration_seconds": 12}
            sent = worker.post(f"/v1/work/turns/{turn['assignment_id']}/submit", json=body)
            assert sent.status_code == 200, sent.text
            if task in (None, turn["task_id"]):
                return str(turn["task_id"])


def look_into(page: Page) -> None:
    """Everybody's marks can be told apart on the photo, and what only one of them drew is not in the answer."""
    layers = page.get_by_role("region", name="Layers")
    for name in ("Merged answer", "Ada Annotator", "Ben Annotator"):
        expect(layers.get_by_text(name)).to_be_visible()
    objects = page.get_by_role("tabpanel", name=re.compile("Objects")).get_by_role("button")
    expect(objects).to_have_count(3)
    expect(objects.filter(has_text="voted out")).to_have_count(2)
    expect(objects.filter(has_text="1 of 2 drew it")).to_have_count(2)

    canvas = page.locator("canvas")
    page.wait_for_timeout(300)
    both = canvas.screenshot()
    layers.get_by_role("button", name="Hide Ada Annotator").click()
    expect(layers.get_by_role("button", name="Show Ada Annotator")).to_be_visible()
    page.wait_for_timeout(300)
    assert canvas.screenshot() != both


def accept(served: Served, name: str, project: str) -> None:
    with served.client(name) as reviewer:
        claimed = reviewer.post(f"/v1/work/projects/{project}/claim", json={"stage": "review"})
        assert claimed.status_code == 200, claimed.text
        body = {"verdict": "accept", "duration_seconds": 5}
        ruled = reviewer.post(f"/v1/work/turns/{claimed.json()['assignment_id']}/review", json=body)
        assert ruled.status_code == 200, ruled.text


def check(coco: Any) -> None:
    """One photo is completed, and one box on it, between those of the two who drew it."""
    assert [category["name"] for category in coco.loadCats(coco.getCatIds())] == [LABEL]
    (image,) = coco.loadImgs(coco.getImgIds())
    (box,) = coco.loadAnns(coco.getAnnIds())

    assert re.fullmatch(r"(.*/)?square-[123]\.jpg", image["file_name"])
    assert (image["width"], image["height"]) == (1280, 853)
    for found, ada, ben in zip(box["bbox"], SHARED, BEN[0], strict=True):
        assert min(ada, ben) <= found <= max(ada, ben)


def test_a_link_for_somebody_new_is_shown_once_and_works_once(served: Served, visit: Visit) -> None:
    page = visit("Olga Owner").page
    page.goto(f"{served.url}/console/organization/members")
    page.get_by_role("button", name="Invite").click()
    page.get_by_label("Name", exact=True).fill("Nina New")
    page.get_by_label("Email").fill("nina@street.test")
    page.get_by_role("dialog").get_by_role("button", name="Invite").click()
    link = page.get_by_label("Sign-in link", exact=True).input_value()
    page.get_by_role("button", name="I have copied it").click()

    expect(page.get_by_role("row").filter(has_text="nina@street.test")).to_be_visible()
    token = link.split("#token=")[1]
    assert token not in page.content()
    with httpx.Client(base_url=served.url, headers={"x-assay-request": "1"}) as nina:
        assert nina.post("/v1/sessions", json={"token": token}).json()["name"] == "Nina New"
        assert nina.post("/v1/sessions", json={"token": token}).status_code == 401


def test_a_key_is_shown_once_and_works(served: Served, visit: Visit) -> None:
    page = visit("Olga Owner").page
    page.goto(f"{served.url}/console/organization/keys")
    page.get_by_role("button", name="New key").first.click()
    page.get_by_label("Name", exact=True).fill("Nightly upload")
    page.get_by_role("dialog").get_by_role("button", name="Create").click()
    key = page.get_by_label("API key", exact=True).input_value()
    page.get_by_role("button", name="I have copied it").click()

    row = page.get_by_role("row").filter(has_text="Nightly upload")
    expect(row).to_be_visible()
    page.reload()
    expect(row).to_be_visible()
    assert key not in page.content()
    told = httpx.get(f"{served.url}/v1/projects", headers={"authorization": f"Bearer {key}"})
    assert told.status_code == 200


def test_a_webhooks_secret_is_changed_and_shown_once(served: Served, visit: Visit) -> None:
    with served.client("Olga Owner") as owner:
        hook = owner.post("/v1/webhooks", json={"url": "https://hooks.example.org/", "events": ["*"]}).json()
    page = visit("Olga Owner").page
    page.goto(f"{served.url}/console/organization/webhooks/{hook['id']}")
    page.get_by_role("button", name="More").click()
    page.get_by_role("menuitem", name="New secret").click()
    page.get_by_label("The old secret ends").select_option("after an hour")
    page.get_by_role("button", name="Make a new secret").click()
    secret = page.get_by_label("Signing secret", exact=True).input_value()
    page.get_by_role("button", name="I have copied it").click()

    expect(page.get_by_text("signed with the old secret too")).to_be_visible()
    assert secret.startswith("whsec_")
    assert secret != hook["secret"]
    assert secret not in page.content()
