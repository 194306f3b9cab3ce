"""Each export is read back by libraries that are not ours."""

from __future__ import annotations

import contextlib
import io
import json
import tempfile
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely
import supervision
import yaml
from PIL import Image
from pycocotools.coco import COCO

from assay.core.errors import Invalid
from assay.core.formats.exports import EXPORT_FORMATS, export, export_format
from assay.core.formats.rows import Exporter, ExportFacts, ExportRow
from assay.core.formats.yolo_export import YoloExporter, data_yaml
from assay.core.taxonomy import Attribute, Label, Taxonomy

TAXONOMY = Taxonomy(
    labels=[
        Label("vehicle", shapes=[], children=[Label("car", shapes=["box", "polygon"]), Label("bus")]),
        Label("person", shapes=["box", "polygon", "point"], attributes=[Attribute("occluded", "text")]),
        Label("lane", shapes=["polyline"]),
    ]
)
FACTS = ExportFacts("p1", "Streets", TAXONOMY, "2026-01-02T03:04:05Z")

Json = dict[str, Any]

BOX: Json = {"type": "box", "id": "a", "label": "car", "x": 10.0, "y": 20.0, "width": 30.0, "height": 40.0}
OF_PHOTOS = [name for name, known in EXPORT_FORMATS.items() if known.kinds is None or "image" in known.kinds]
TURNED: Json = {**BOX, "id": "b", "x": 60.0, "y": 30.0, "rotation": 30.0}
TRIANGLE: Json = {
    "type": "polygon",
    "id": "c",
    "label": "person",
    "rings": [[[10.0, 10.0], [50.0, 10.0], [10.0, 50.0]]],
}
RING: Json = {
    "type": "polygon",
    "id": "d",
    "label": "car",
    "rings": [
        [[20.0, 20.0], [60.0, 20.0], [60.0, 60.0], [20.0, 60.0]],
        [[30.0, 30.0], [30.0, 50.0], [50.0, 50.0], [50.0, 30.0]],
    ],
}
LINE: Json = {"type": "polyline", "id": "e", "label": "lane", "points": [[0.0, 0.0], [50.0, 50.0]]}
POINT: Json = {"type": "point", "id": "f", "label": "person", "x": 33.0, "y": 44.0}


def row(number: int, marks: Sequence[dict[str, Any]], **changes: Any) -> ExportRow:
    values: dict[str, Any] = {
        "task_id": f"task-{number}",
        "file_name": f"photo{number}.jpg",
        "width": 120,
        "height": 90,
        "answer": {"annotations": list(marks)},
    }
    return ExportRow(**{**values, **changes})


def written(name: str, rows: Sequence[ExportRow], facts: ExportFacts = FACTS) -> tuple[bytes, Exporter]:
    with tempfile.SpooledTemporaryFile() as spool:
        exporter = export_format(name).begin(facts, spool)
        return b"".join(export(exporter, rows, page_rows=2)), exporter


def lost(exporter: Exporter) -> dict[str, int]:
    return {loss.what: loss.count for loss in exporter.losses.report()}


def opened_by_pycocotools(data: bytes, folder: Path) -> COCO:
    path = folder / "labels.json"
    path.write_bytes(data)
    with contextlib.redirect_stdout(io.StringIO()):
        return COCO(str(path))


def photos(folder: Path, names: Sequence[str]) -> Path:
    folder.mkdir(exist_ok=True)
    for name in names:
        Image.new("RGB", (120, 90), "white").save(folder / name)
    return folder


def test_pycocotools_reads_boxes_categories_and_images(tmp_path: Path) -> None:
    data, _ = written("coco", [row(1, [BOX]), row(2, []), row(3, [BOX, TRIANGLE])])

    coco = opened_by_pycocotools(data, tmp_path)

    assert [image["file_name"] for image in coco.loadImgs(coco.getImgIds())] == [
        "photo1.jpg",
        "photo2.jpg",
        "photo3.jpg",
    ]
    assert {c["id"]: (c["name"], c["supercategory"]) for c in coco.loadCats(coco.getCatIds())} == {
        1: ("vehicle", ""),
        2: ("car", "vehicle"),
        3: ("bus", "vehicle"),
        4: ("person", ""),
        5: ("lane", ""),
    }
    (box,) = coco.loadAnns(coco.getAnnIds(imgIds=[1]))
    assert (box["bbox"], box["area"], box["iscrowd"], box["category_id"]) == ([10, 20, 30, 40], 1200, 0, 2)
    assert len(coco.getAnnIds(imgIds=[3])) == 2


def test_pycocotools_sees_the_hole_of_a_polygon(tmp_path: Path) -> None:
    data, exporter = written("coco", [row(1, [RING])])

    coco = opened_by_pycocotools(data, tmp_path)
    mask = coco.annToMask(coco.anns[1])

    # By hand: 40 x 40 less 20 x 20.
    assert mask.sum() == 1200
    assert mask[40, 40] == 0
    assert mask[25, 25] == 1
    assert coco.anns[1]["area"] == 1200
    assert lost(exporter) == {"hole": 1}


def test_a_mask_holds_the_pixels_whose_centres_shapely_finds_inside() -> None:
    outline = [(12.3, 5.1), (100.7, 30.2), (70.4, 80.9), (30.5, 60.0), (5.2, 85.3)]
    hole = [(40.2, 30.3), (60.9, 40.1), (45.0, 55.5)]
    mark = {"type": "polygon", "id": "x", "label": "car", "rings": [outline, hole]}
    x, y = np.meshgrid(np.arange(120) + 0.5, np.arange(90) + 0.5)

    data, _ = written("coco", [row(1, [mark])])
    segmentation = json.loads(data)["annotations"][0]["segmentation"]
    runs = segmentation["counts"]
    mask = np.repeat(np.arange(len(runs)) % 2 == 1, runs).reshape(120, 90).T

    assert segmentation["size"] == [90, 120]
    assert (mask == shapely.contains_xy(shapely.Polygon(outline, [hole]), x, y)).all()


def test_a_turned_box_is_written_with_its_corners_and_angle(tmp_path: Path) -> None:
    data, exporter = written("coco", [row(1, [TURNED])])

    coco = opened_by_pycocotools(data, tmp_path)
    annotation = coco.anns[1]

    assert annotation["attributes"] == {"rotation": 30.0}
    assert annotation["area"] == 1200
    # By hand: 30 cos 30 + 40 sin 30 wide.
    assert annotation["bbox"][2] == pytest.approx(45.9808, abs=1e-3)
    assert coco.annToMask(annotation).sum() == pytest.approx(1200, rel=0.05)
    assert lost(exporter) == {"rotation": 1}


def test_an_attribute_called_rotation_keeps_its_value() -> None:
    label = Label("car", rotatable=True, attributes=[Attribute("rotation", "text")])
    facts = ExportFacts("p", "P", Taxonomy(labels=[label]))

    data, _ = written("coco", [row(1, [{**TURNED, "attributes": {"rotation": "slow"}}])], facts)

    assert json.loads(data)["annotations"][0]["attributes"] == {"rotation": "slow"}


def test_a_point_is_a_keypoint_of_a_category_that_has_one(tmp_path: Path) -> None:
    data, _ = written("coco", [row(1, [POINT])])

    coco = opened_by_pycocotools(data, tmp_path)

    assert coco.anns[1]["keypoints"] == [33, 44, 2]
    assert coco.anns[1]["num_keypoints"] == 1
    assert coco.loadCats([4])[0]["keypoints"] == ["point"]


def test_coco_drops_nothing_silently() -> None:
    answer = {"annotations": [LINE, {**BOX, "attributes": {"colour": ["red", "blue"]}}], "attributes": {"sky": "dusk"}}
    whole = row(
        1,
        [],
        answer=answer,
        unique_id="u1",
        metadata={"city": "Ghent"},
        confidence=0.5,
        confidences={"a": 0.75},
        origin="consensus",
        is_gold=True,
    )

    data, exporter = written("coco", [whole])
    document = json.loads(data)

    (image,) = document["images"]
    assert image["polylines"] == [{"annotation_id": "e", "category_id": 5, "polyline": [0, 0, 50, 50]}]
    assert image["attributes"] == {"sky": "dusk"}
    assert (image["unique_id"], image["metadata"], image["confidence"]) == ("u1", {"city": "Ghent"}, 0.5)
    assert (image["origin"], image["is_gold"]) == ("consensus", True)
    (box,) = document["annotations"]
    assert (box["attributes"], box["score"]) == ({"colour": ["red", "blue"]}, 0.75)
    assert lost(exporter) == {"polyline": 1, "image_attribute": 1}
    assert [loss["what"] for loss in document["assay"]["losses"]] == ["polyline", "image_attribute"]


def test_a_label_no_longer_in_the_taxonomy_gets_the_next_category() -> None:
    data, _ = written("coco", [row(1, [{**BOX, "label": "tram"}])])

    document = json.loads(data)

    assert document["annotations"][0]["category_id"] == 6
    assert document["categories"][5]["name"] == "tram"


@pytest.mark.parametrize("name", OF_PHOTOS)
def test_an_export_of_nothing_is_still_whole(name: str) -> None:
    data, _ = written(name, [])

    if name == "coco":
        assert json.loads(data)["images"] == []
    elif name == "jsonl":
        assert data == b""
    else:
        assert zipfile.ZipFile(io.BytesIO(data)).testzip() is None


@pytest.mark.parametrize("name", OF_PHOTOS)
def test_answers_as_json_text_give_the_same_bytes_as_builtins(name: str) -> None:
    marks = [BOX, TURNED, TRIANGLE, RING, LINE, POINT]
    plain = row(1, marks)
    text = row(1, marks, answer=json.dumps(plain.answer, separators=(",", ":")))

    assert written(name, [plain])[0] == written(name, [text])[0]


def test_supervision_reads_the_coco_export(tmp_path: Path) -> None:
    data, _ = written("coco", [row(1, [BOX, TRIANGLE]), row(2, [RING])])
    (tmp_path / "labels.json").write_bytes(data)

    dataset: Any = supervision.DetectionDataset.from_coco(
        str(photos(tmp_path / "images", ["photo1.jpg", "photo2.jpg"])), str(tmp_path / "labels.json")
    )

    found = {Path(path).name: detections for path, _, detections in dataset}
    first = found["photo1.jpg"]
    assert [dataset.classes[i] for i in first.class_id] == ["car", "person"]
    assert first.xyxy.tolist() == [[10, 20, 40, 60], [10, 10, 50, 50]]
    assert found["photo2.jpg"].mask[0].sum() == 1200


def test_supervision_reads_the_yolo_export(tmp_path: Path) -> None:
    facts = ExportFacts("p", "P", Taxonomy(labels=[Label("car"), Label("person")]))
    marks = [BOX, {**BOX, "id": "z", "label": "person", "x": 0.0, "y": 0.0}]
    data, exporter = written("yolo", [row(1, marks), row(2, [])], facts)
    zipfile.ZipFile(io.BytesIO(data)).extractall(tmp_path)

    dataset: Any = supervision.DetectionDataset.from_yolo(
        str(photos(tmp_path / "images", ["photo1.jpg", "photo2.jpg"])),
        str(tmp_path / "labels"),
        str(tmp_path / "data.yaml"),
    )

    found = {Path(path).name: detections for path, _, detections in dataset}
    assert dataset.classes == ["car", "person"]
    assert found["photo1.jpg"].xyxy == pytest.approx(np.array([[10, 20, 40, 60], [0, 0, 30, 40]]), abs=1e-3)
    assert len(found["photo2.jpg"]) == 0
    assert lost(exporter) == {}


def test_supervision_reads_yolo_outlines(tmp_path: Path) -> None:
    data, exporter = written("yolo", [row(1, [TRIANGLE, BOX, TURNED, RING, LINE, POINT])])
    zipfile.ZipFile(io.BytesIO(data)).extractall(tmp_path)

    dataset: Any = supervision.DetectionDataset.from_yolo(
        str(photos(tmp_path / "images", ["photo1.jpg"])),
        str(tmp_path / "labels"),
        str(tmp_path / "data.yaml"),
        force_masks=True,
    )

    ((_, _, detections),) = list(dataset)
    assert detections.xyxy[0] == pytest.approx([10, 10, 50, 50], abs=0.1)
    assert detections.mask[2].sum() == pytest.approx(1200, rel=0.1)
    assert lost(exporter) == {"polyline": 1, "point": 1, "hole": 1}


def test_yolo_boxes_of_outlines_are_counted_as_a_loss() -> None:
    with tempfile.SpooledTemporaryFile() as spool:
        exporter = YoloExporter(FACTS, spool, segments=False)
        data = b"".join(export(exporter, [row(1, [TRIANGLE, TURNED])]))

    lines = zipfile.ZipFile(io.BytesIO(data)).read("labels/photo1.txt").decode().splitlines()
    assert [float(value) for value in lines[0].split()] == pytest.approx([3, 0.25, 1 / 3, 1 / 3, 40 / 90])
    assert lost(exporter) == {"polygon": 1, "rotation": 1}


def test_supervision_reads_the_voc_export(tmp_path: Path) -> None:
    data, exporter = written("voc", [row(1, [BOX, TRIANGLE]), row(2, [])])
    zipfile.ZipFile(io.BytesIO(data)).extractall(tmp_path)

    dataset: Any = supervision.DetectionDataset.from_pascal_voc(
        str(photos(tmp_path / "images", ["photo1.jpg", "photo2.jpg"])), str(tmp_path / "Annotations")
    )

    found = {Path(path).name: detections for path, _, detections in dataset}
    named = sorted(
        (dataset.classes[i], box.tolist())
        for i, box in zip(found["photo1.jpg"].class_id, found["photo1.jpg"].xyxy, strict=True)
    )
    assert named == [("car", [10, 20, 40, 60]), ("person", [10, 10, 50, 50])]
    assert lost(exporter) == {}


def test_voc_rounds_boxes_to_whole_pixels_and_says_so() -> None:
    data, exporter = written("voc", [row(1, [{**BOX, "x": 10.4, "width": 30.3}])])

    text = zipfile.ZipFile(io.BytesIO(data)).read("Annotations/photo1.xml").decode()

    assert "<xmin>11</xmin><ymin>21</ymin><xmax>41</xmax><ymax>60</ymax>" in text
    assert lost(exporter) == {"whole_pixels": 1}


HOSTILE_NAMES = [
    "../../x.jpg",
    "/etc/passwd",
    "C:\\Windows\\system.ini",
    "a\0b.jpg",
    "n" * 300 + ".jpg",
    "CON.jpg",
    "con",
    "..",
    "",
    "photo.jpg",
    "PHOTO.JPG",
    "day1/photo.jpg",
    "a\nb.jpg",
    "\u202egpj.exe",
    "photo-task-9.jpg",
    "</filename><x>.jpg",
    "🙂.png",
    ".htaccess",
]


@pytest.mark.parametrize("name", ["yolo", "voc"])
def test_no_name_a_customer_chose_leads_out_of_an_archive(name: str, tmp_path: Path) -> None:
    rows = [row(n, [BOX], file_name=file_name) for n, file_name in enumerate(HOSTILE_NAMES)]

    data, exporter = written(name, rows)
    archive = zipfile.ZipFile(io.BytesIO(data))

    assert archive.testzip() is None
    names = archive.namelist()
    assert len({entry.lower() for entry in names}) == len(names)
    labels = [entry for entry in names if "/" in entry]
    assert len(labels) == len(HOSTILE_NAMES)
    for entry in labels:
        folder, _, file = entry.partition("/")
        stem = file.rsplit(".", 1)[0]
        assert folder in {"labels", "Annotations"}
        assert stem.isascii()
        assert set(stem) <= set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-")
        assert not stem.startswith(".")
        assert len(file) < 140
        assert stem.lower() not in {"con", "nul"}
    archive.extractall(tmp_path / "out")
    assert not (tmp_path / "x.jpg").exists()
    index = [json.loads(line) for line in archive.read("index.jsonl").splitlines()]
    assert [line["file_name"] for line in index] == HOSTILE_NAMES
    assert {line["file"] for line in index} == set(labels)
    # x, passwd and system could keep their stems.
    assert lost(exporter)["renamed"] == len(HOSTILE_NAMES) - 3


@pytest.mark.parametrize("name", OF_PHOTOS)
def test_hostile_file_names_do_not_break_a_format(name: str) -> None:
    data, _ = written(name, [row(n, [BOX], file_name=file_name) for n, file_name in enumerate(HOSTILE_NAMES)])

    if name == "coco":
        assert [image["file_name"] for image in json.loads(data)["images"]] == HOSTILE_NAMES
    if name == "jsonl":
        assert [json.loads(line)["file_name"] for line in data.splitlines()] == HOSTILE_NAMES


def test_class_names_survive_yaml() -> None:
    names = ['say "hi"', "yes", "1: 2", "\x85\u2028 tab\t", "straße 🙂", "- x", "#"]

    read = yaml.safe_load(data_yaml(names))

    assert list(read["names"].values()) == names
    assert read["nc"] == len(names)


def test_an_unknown_format_is_refused_with_the_ones_there_are() -> None:
    with pytest.raises(Invalid, match="coco, yolo, voc, jsonl"):
        export_format("kitti")
