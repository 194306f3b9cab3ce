"""Programs that others wrote for Scale's answers read ours, and understand what was drawn.

They live in an environment of their own: ``scripts/setup readers``, or a Python with them in ``ASSAY_READERS``.
"""

from __future__ import annotations

import asyncio
import json
import os
import re
from math import pi
from pathlib import Path
from typing import Any

import httpx
import pytest
from scaleapi.tasks import Task, TaskType

from asked_of_types import ENOUGH
from scenes import photo
from speaking import PHOTO, Finish, Speak, Speaker

Json = dict[str, Any]
ROOT = Path(__file__).parents[3]
PYTHON = Path(os.environ.get("ASSAY_READERS") or ROOT / ".venv-readers/bin/python")
READERS = Path(__file__).parent / "readers"
SIZE = (640, 480)

pytestmark = pytest.mark.skipif(
    not PYTHON.exists(), reason=f"no readers: {PYTHON} is absent (scripts/setup readers, or set ASSAY_READERS)"
)

PARAMS: Json = {
    "geometries": {
        "box": {"objects_to_annotate": ["man", {"choice": "vehicle", "subchoices": ["car", "bus"]}]},
        "polygon": {"objects_to_annotate": ["roof"]},
        "line": {"objects_to_annotate": ["kerb"]},
        "point": {"objects_to_annotate": ["nose"]},
        "ellipse": {"objects_to_annotate": ["pond"]},
        "cuboid": {"objects_to_annotate": ["crate"]},
    },
    "annotation_attributes": {
        "pose": {"choices": ["standing", "sitting"], "conditions": {"label_condition": {"label": "man"}}},
        "wears": {
            "choices": ["hat", "coat", "bag"],
            "allow_multiple": True,
            "conditions": {"label_condition": {"label": "man"}},
        },
        "age": {"type": "number", "min": 0, "max": 120, "conditions": {"label_condition": {"label": "man"}}},
        "plate": {"type": "text", "conditions": {"label_condition": {"label": "car"}}},
        "light": {"choices": ["day", "night"], "conditions": {"is_global": True}},
        "weather": {"choices": ["rain", "wind", "sun"], "allow_multiple": True, "conditions": {"is_global": True}},
    },
}
MAN = {
    "id": "m",
    "type": "box",
    "label": "man",
    "x": 12.5,
    "y": 40.0,
    "width": 60.0,
    "height": 120.25,
    "attributes": {"pose": "sitting", "wears": ["hat", "bag"], "age": 41.5},
}
CAR = {
    "id": "c",
    "type": "box",
    "label": "car",
    "x": 320.0,
    "y": 240.0,
    "width": 100.0,
    "height": 60.0,
    "attributes": {"plate": "ÄB 12"},
}
ROOF = {"id": "r", "type": "polygon", "label": "roof", "rings": [[[64, 48], [128, 48], [160, 96], [96, 120]]]}
KERB = {"id": "k", "type": "polyline", "label": "kerb", "points": [[0, 480], [320, 360], [640, 480]]}
NOSE = {"id": "n", "type": "point", "label": "nose", "x": 32.0, "y": 60.0}
POND = {"id": "p", "type": "ellipse", "label": "pond", "x": 300.0, "y": 300.0, "width": 80.0, "height": 40.0}
CRATE = {
    "id": "b",
    "type": "cuboid",
    "label": "crate",
    "face": [[400, 100], [460, 100], [460, 160], [400, 160]],
    "side": [[490, 95], [490, 150]],
}
WHOLE: Json = {
    "annotations": [MAN, CAR, ROOF, KERB, NOSE, POND, CRATE],
    "attributes": {"light": "night", "weather": ["rain", "wind"]},
}


async def put_down(speaker: Speaker, folder: Path, *created: Task) -> Path:
    """The tasks as the client tells them, in a file: what a program for Scale's answers begins with."""
    tasks = [(await speaker.get_task(task.id)).as_dict() for task in created]
    assert {task["status"] for task in tasks} == {"completed"}
    path = folder / "tasks.json"
    path.write_text(json.dumps(tasks))
    return path


async def read(*command: str | Path) -> str:
    """What a reader printed. Fails with its own words where it does."""
    process = await asyncio.create_subprocess_exec(
        *map(str, command), stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )
    said, complaint = await process.communicate()
    assert process.returncode == 0, (said + complaint).decode()[-4000:]
    return said.decode()


async def read_by_fiftyone(tasks: Path) -> Json:
    """The samples by task, and the warnings (see ``readers/fiftyone_reader.py``)."""
    told = await read(PYTHON, "-P", READERS / "fiftyone_reader.py", asked_of_fiftyone(tasks))
    found: Json = json.loads(told.splitlines()[-1])
    return found


def asked_of_fiftyone(tasks: Path) -> Path:
    """The request: every task is of the same photo."""
    street, request = tasks.with_name("street.png"), tasks.with_name("request.json")
    street.write_bytes(photo(90, *SIZE))
    photos = {task["task_id"]: str(street) for task in json.loads(tasks.read_text())}
    request.write_text(json.dumps({"tasks": str(tasks), "photos": photos}))
    return request


def pixels(points: Any) -> Any:
    """Shares of the photo as its pixels."""
    return [pytest.approx([point[0] * SIZE[0], point[1] * SIZE[1]]) for point in points]


def halves(box: list[float]) -> list[list[float]]:
    return [box[:2], box[2:]]


async def test_fiftyone_reads_every_mark_that_it_knows_where_it_was_drawn(
    speak: Speak, finish: Finish, tmp_path: Path
) -> None:
    speaker = await speak()
    task = await speaker.create_task(TaskType.ImageAnnotation, attachment=PHOTO, **PARAMS)
    await finish(WHOLE)

    found = await read_by_fiftyone(await put_down(speaker, tmp_path, task))

    sample = found["samples"][task.id]
    boxes = {one["label"]: one for one in sample["detections"]["detections"]}
    lines = {one["label"]: one for one in sample["polylines"]["polylines"]}
    (nose,) = sample["keypoints"]["keypoints"]
    assert pixels(halves(boxes["man"]["bounding_box"])) == [[12.5, 40.0], [60.0, 120.25]]
    assert pixels(halves(boxes["car"]["bounding_box"])) == [[320.0, 240.0], [100.0, 60.0]]
    assert (boxes["man"]["pose"], boxes["man"]["wears"], boxes["man"]["age"]) == ("sitting", ["hat", "bag"], 41.5)
    assert boxes["car"]["plate"] == "ÄB 12"
    assert (lines["roof"]["closed"], lines["roof"]["filled"]) == (True, True)
    assert ROOF["rings"][0] == pixels(lines["roof"]["points"][0])
    assert (lines["kerb"]["closed"], lines["kerb"]["filled"]) == (False, False)
    assert KERB["points"] == pixels(lines["kerb"]["points"][0])
    assert (nose["label"], [[32.0, 60.0]]) == ("nose", pixels(nose["points"]))
    assert sample["light"]["label"] == "night"
    assert [one["label"] for one in sample["weather"]["classifications"]] == ["rain", "wind"]
    # These two it does not know.
    assert sorted(found["warnings"]) == [f"Ignoring unsupported label type '{name}'" for name in ("cuboid", "ellipse")]


async def test_fiftyone_reads_made_up_answers_and_their_masks(speak: Speak, tmp_path: Path) -> None:
    tester = await speak("test")
    marks = await tester.create_task(TaskType.ImageAnnotation, attachment=PHOTO, **PARAMS)
    mask = await tester.create_task(TaskType.SegmentAnnotation, **ENOUGH[TaskType.SegmentAnnotation])
    tasks = await put_down(tester, tmp_path, marks, mask)
    # The server's public address is not where this one listens, and the reader takes a file as well.
    text = tasks.read_text()
    for number, address in enumerate(set(re.findall(r'"indexedImage": "(http[^"]+)"', text))):
        async with httpx.AsyncClient() as anybody:
            image = await anybody.get(tester.base.removesuffix("/scale/v1") + httpx.URL(address).path)
        path = tmp_path / f"mask-{number}.png"
        path.write_bytes(image.content)
        text = text.replace(address, str(path))
    tasks.write_text(text)

    samples = (await read_by_fiftyone(tasks))["samples"]

    read_marks = samples[marks.id]
    assert {one["label"] for one in read_marks["detections"]["detections"]} == {"man", "car", "bus"}
    assert {one["label"] for one in read_marks["polylines"]["polylines"]} == {"roof", "kerb"}
    mapping = {str(one["index"]): label for label, one in mask.response["labelMapping"].items()}
    assert samples[mask.id]["segmentation"]["label_map"] == mapping
    assert samples[mask.id]["segmentation"]["mask"]


async def test_panlabel_reads_boxes_turned_boxes_and_outlines(speak: Speak, finish: Finish, tmp_path: Path) -> None:
    speaker = await speak()
    address = PHOTO.removesuffix("street.png")
    upright = {"box": {"objects_to_annotate": ["man", "car"]}, "polygon": {"objects_to_annotate": ["roof"]}}
    task = await speaker.create_task(
        TaskType.ImageAnnotation,
        attachment=f"{address}upright.png",
        geometries=upright,
        annotation_attributes={"pose": PARAMS["annotation_attributes"]["pose"]},
    )
    await finish({"annotations": [MAN | {"attributes": {"pose": "sitting"}}, ROOF]})
    turning = {"box": {"objects_to_annotate": ["car"], "can_rotate": True}}
    turned = await speaker.create_task(TaskType.ImageAnnotation, attachment=f"{address}turned.png", geometries=turning)
    await finish({"annotations": [{name: CAR[name] for name in CAR if name != "attributes"} | {"rotation": 90.0}]})
    tasks = await put_down(speaker, tmp_path, task, turned)

    result = tmp_path / "read.json"
    # It has but upright boxes, and calls it a loss to put one around everything else.
    panlabel = PYTHON.with_name("panlabel")
    await read(panlabel, "convert", "--allow-lossy", "-f", "scale-ai", "-t", "ir-json", "-i", tasks, "-o", result)

    found = json.loads(result.read_text())
    images = {one["id"]: one["attributes"]["scale_ai_task_id"] for one in found["images"]}
    names = {one["id"]: one["name"] for one in found["categories"]}
    sides = ("xmin", "ymin", "xmax", "ymax")
    seen = [
        (images[one["image_id"]], names[one["category_id"]], one["attributes"]["scale_ai_geometry_type"])
        for one in found["annotations"]
    ]
    boxes = {one["attributes"]["scale_ai_uuid"]: [one["bbox"][side] for side in sides] for one in found["annotations"]}
    assert sorted(seen) == sorted(
        [(task.id, "man", "box"), (task.id, "roof", "polygon"), (turned.id, "car", "rotated_box")]
    )
    # The car is 100 by 60 about (370, 270); after a quarter turn it is 60 by 100 there.
    assert boxes == {"m": [12.5, 40, 72.5, 160.25], "r": [64, 48, 160, 120], "c": pytest.approx([340, 220, 400, 320])}
    attributes = {one["attributes"]["scale_ai_uuid"]: one["attributes"] for one in found["annotations"]}
    assert attributes["m"]["scale_ai_attribute_pose"] == "sitting"
    assert float(attributes["c"]["scale_ai_rotation_rad"]) == pytest.approx(pi / 2)
