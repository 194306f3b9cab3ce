"""One photo's whole way: somebody draws its boxes, a reviewer fixes one, and the COCO file is right."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect
from pycocotools.coco import COCO

from journey import STREET, Served, Visitor
from pixels import Stage

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("journeys")]

# A street with people, a dog and a bicycle.
PHOTO = "000000000074.jpg"
KEYS = {"person": "1", "dog": "2", "car": "3"}


def truth() -> tuple[Path, list[tuple[str, list[float]]]]:
    """The photo and the boxes of its people, dogs and cars."""
    if not STREET.exists():
        pytest.skip("the street photos are not here (../shared/data/street)")
    known = json.loads((STREET / "instances_street_dev.json").read_text())
    image = next(i for i in known["images"] if i["file_name"].endswith(PHOTO))
    names = {c["id"]: c["name"] for c in known["categories"]}
    boxes = [
        (names[a["category_id"]], a["bbox"])
        for a in known["annotations"]
        if a["image_id"] == image["id"] and names[a["category_id"]] in KEYS and min(a["bbox"][2:]) > 12
    ]
    return STREET / "images" / PHOTO, boxes


def iou(a: list[float], b: list[float]) -> float:
    width = min(a[0] + a[2], b[0] + b[2]) - max(a[0], b[0])
    height = min(a[1] + a[3], b[1] + b[3]) - max(a[1], b[1])
    shared = max(width, 0) * max(height, 0)
    return shared / (a[2] * a[3] + b[2] * b[3] - shared)


def test_a_photo_is_boxed_reviewed_and_exported(served: Served, visit: Callable[..., Visitor], tmp_path: Path) -> None:
    photo, boxes = truth()
    project = served.project(name="One photo", policy={"review": {"mode": "all"}})
    task = served.add_photo(project, photo, PHOTO)

    ada = visit("Ada Annotator").page
    ada.get_by_role("link", name=re.compile("One photo|Annotate|Start|Label")).first.click()
    stage = Stage(ada)
    for label, (x, y, width, height) in boxes:
        # Nothing selected, so that a drag beginning on a handle of the last box is not taken for one.
        ada.keyboard.press("Escape")
        ada.keyboard.press("b")
        ada.keyboard.press(KEYS[label])
        stage.drag((x, y), (x + width, y + height))
    ada.keyboard.press("Control+Enter")
    drawn = served.task(task, "reviewing")["submissions"][0]["answer"]["annotations"]
    assert len(drawn) == len(boxes)

    rita = visit("Rita Reviewer").page
    rita.goto(f"{served.url}/work/projects/{project}/review")
    Stage(rita).area.focus()
    rita.keyboard.press("Tab")
    for _ in range(7):
        rita.keyboard.press("ArrowRight")
    expect(rita.get_by_role("button", name="Save fix")).to_be_enabled()
    rita.keyboard.press("Control+Enter")
    done = served.task(task, "completed")

    assert done["response"]["origin"] == "review"
    assert done["reviews"][0]["verdict"] == "fix"
    with served.client("Olga Owner") as owner:
        exported = owner.get(f"/v1/projects/{project}/export", params={"format": "coco"})
    file = tmp_path / "labels.json"
    file.write_bytes(exported.content)
    check(COCO(str(file)), boxes, done["response"]["answer"]["annotations"])


def check(coco: Any, boxes: list[tuple[str, list[float]]], accepted: list[dict[str, Any]]) -> None:
    """The file holds exactly the accepted boxes; each is near the one it was drawn after, one moved by 7 pixels."""
    names = {c["id"]: c["name"] for c in coco.loadCats(coco.getCatIds())}
    found = [(names[a["category_id"]], a["bbox"]) for a in coco.loadAnns(coco.getAnnIds())]
    image = coco.loadImgs(coco.getImgIds())[0]

    assert image["file_name"].endswith(PHOTO)
    assert sorted(found) == sorted(
        (mark["label"], [mark["x"], mark["y"], mark["width"], mark["height"]]) for mark in accepted
    )
    best = [max(iou(box, other) for name, other in found if name == label) for label, box in boxes]
    assert all(overlap > 0.6 for overlap in best)
    assert sum(overlap > 0.9 for overlap in best) >= len(boxes) - 1
