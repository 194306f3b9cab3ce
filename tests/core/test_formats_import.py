"""What is written can be read again, and what others wrote is read as they meant it."""

from __future__ import annotations

import io
import json
import math
import tempfile
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pycocotools import mask as coco_mask

from assay.core.annotations.image import ImageAnswer
from assay.core.annotations.kind import MediaSize
from assay.core.errors import Invalid
from assay.core.formats.exports import export, export_format
from assay.core.formats.imports import IMPORT_FORMATS, read_rows
from assay.core.formats.rows import ExportFacts, ExportRow, ImportRow, ReadRow, RowProblem
from assay.core.formats.shapes import box_corners, decode_runs, mask_runs, runs_to_rings
from assay.core.taxonomy import Attribute, Choice, Label, Taxonomy

Json = dict[str, Any]

ATTRIBUTES = [
    Attribute("colour", "category", choices=[Choice("red"), Choice("blue")]),
    Attribute("parts", "multiselect", choices=[Choice("left"), Choice("right")]),
    Attribute("weight", "number"),
]
TAXONOMY = Taxonomy(
    labels=[
        Label("car", shapes=["box", "polygon"], rotatable=True, attributes=ATTRIBUTES),
        Label("person", shapes=["box", "polygon", "polyline", "point"], children=[Label("child", rotatable=True)]),
    ],
    attributes=[Attribute("sky", "text")],
)
FACTS = ExportFacts("p", "P", TAXONOMY)
SIZE = MediaSize(640, 480)


def read(name: str, data: bytes, taxonomy: Taxonomy | None = TAXONOMY) -> list[ReadRow]:
    return list(read_rows(name, io.BytesIO(data), taxonomy))


def read_one(name: str, data: bytes, taxonomy: Taxonomy | None = TAXONOMY) -> ImportRow:
    (only,) = read(name, data, taxonomy)
    assert isinstance(only, ImportRow), only
    return only


def problem(name: str, data: bytes) -> str:
    (only,) = read(name, data)
    assert isinstance(only, RowProblem)
    return only.message


def marks(row: ImportRow) -> list[Json]:
    assert row.answer is not None
    listed: list[Json] = row.answer["annotations"]
    return listed


def zipped(files: Mapping[str, str | bytes]) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return held.getvalue()


def coco(annotations: Sequence[Json], **image: Any) -> bytes:
    return json.dumps(
        {
            "images": [{"id": 7, "file_name": "a.jpg", "width": 640, "height": 480, **image}],
            "categories": [{"id": 3, "name": "car"}, {"id": 9, "name": "boat"}, {"id": 4, "name": "child"}],
            "annotations": [{"id": n, "image_id": 7, "category_id": 3, **a} for n, a in enumerate(annotations)],
        }
    ).encode()


# Round trips


def numbers(low: float, high: float) -> st.SearchStrategy[float]:
    return st.floats(low, high, allow_nan=False).map(lambda value: round(value, 3))


VERTICES = st.tuples(numbers(0, 640), numbers(0, 480)).map(list)
LABELS = st.sampled_from(["car", "person"])
CAR_ATTRIBUTES = st.fixed_dictionaries(
    {},
    optional={
        "colour": st.sampled_from(["red", "blue"]),
        "parts": st.lists(st.sampled_from(["left", "right"]), min_size=1, unique=True),
        "weight": numbers(-10, 10),
    },
)


def boxes(rotations: st.SearchStrategy[float]) -> st.SearchStrategy[Json]:
    return st.builds(
        lambda x, y, w, h, r: (
            {"type": "box", "label": "car", "x": x, "y": y, "width": w, "height": h} | ({"rotation": r} if r else {})
        ),
        numbers(0, 500),
        numbers(0, 400),
        numbers(1, 100),
        numbers(1, 70),
        rotations,
    )


UPRIGHT = boxes(st.just(0.0))
TURNED = boxes(numbers(-179, 180))
POLYGONS = st.builds(
    lambda label, rings: {"type": "polygon", "label": label, "rings": rings},
    LABELS,
    st.lists(st.lists(VERTICES, min_size=5, max_size=8, unique_by=tuple), min_size=1, max_size=3),
)
POLYLINES = st.builds(
    lambda points: {"type": "polyline", "label": "person", "points": points}, st.lists(VERTICES, min_size=2, max_size=6)
)
POINTS = st.builds(lambda v: {"type": "point", "label": "person", "x": v[0], "y": v[1]}, VERTICES)


def answers(shapes: st.SearchStrategy[Json], attributes: bool = True) -> st.SearchStrategy[Json]:
    def whole(found: list[tuple[Json, Json]], sky: str) -> Json:
        annotations = [
            {**mark, "id": f"m{n}"}
            | ({"attributes": values} if attributes and values and mark["label"] == "car" else {})
            for n, (mark, values) in enumerate(found)
        ]
        answer = {"annotations": annotations} | ({"attributes": {"sky": sky}} if attributes and sky else {})
        # The canonical form, as the store has it: defaults left out.
        return json.loads(msgspec.json.encode(msgspec.convert(answer, ImageAnswer)))  # type: ignore[no-any-return]

    text = st.text(st.characters(codec="utf-8"), max_size=10)
    return st.builds(whole, st.lists(st.tuples(shapes, CAR_ATTRIBUTES), max_size=6), text)


def exported(name: str, answer: Json, file_name: str = "street/1.jpg") -> bytes:
    row = ExportRow("t1", file_name, SIZE.width, SIZE.height, answer, unique_id="u1", metadata={"a": [1, None]})
    with tempfile.SpooledTemporaryFile() as spool:
        return b"".join(export(export_format(name).begin(FACTS, spool), [row]))


def canonical(answer: Json | None) -> Json:
    whole: Json = json.loads(msgspec.json.encode(msgspec.convert(answer, ImageAnswer)))
    return whole


def assert_same_marks(got: Json, wanted: Json, within: float, *, ids: bool = True) -> None:
    assert len(got.get("annotations", [])) == len(wanted.get("annotations", []))
    for mine, theirs in zip(got.get("annotations", []), wanted.get("annotations", []), strict=True):
        assert {**mine, "id": ""}.keys() == {**theirs, "id": ""}.keys()
        for name, value in theirs.items():
            if name == "rings":
                assert [len(ring) for ring in mine["rings"]] == [len(ring) for ring in value]
                for ours, ring in zip(mine["rings"], value, strict=True):
                    assert np.asarray(ours) == pytest.approx(np.asarray(ring), abs=within)
            elif isinstance(value, float):
                assert mine[name] == pytest.approx(value, abs=within)
            elif name != "id" or ids:
                assert mine[name] == value


@settings(max_examples=40, deadline=None)
@given(answers(st.one_of(UPRIGHT, TURNED, POLYGONS, POLYLINES, POINTS)))
def test_jsonl_gives_back_everything(answer: Json) -> None:
    row = read_one("assay", exported("jsonl", answer))

    assert row.answer == answer
    assert (row.file_name, row.unique_id, row.metadata) == ("street/1.jpg", "u1", {"a": [1, None]})
    assert row.size == SIZE


@settings(max_examples=40, deadline=None)
@given(answers(st.one_of(UPRIGHT, POLYGONS, POINTS)))
def test_coco_gives_back_boxes_outlines_with_holes_and_points_exactly(answer: Json) -> None:
    row = read_one("coco", exported("coco", answer))

    assert canonical(row.answer) == canonical(answer)
    assert (row.file_name, row.unique_id, row.metadata) == ("street/1.jpg", "u1", {"a": [1, None]})


@settings(max_examples=40, deadline=None)
@given(answers(TURNED))
def test_coco_gives_back_turned_boxes(answer: Json) -> None:
    row = read_one("coco", exported("coco", answer))

    assert_same_marks(canonical(row.answer), canonical(answer), within=1e-6)


@settings(max_examples=20, deadline=None)
@given(answers(POLYLINES))
def test_coco_gives_back_lines(answer: Json) -> None:
    row = read_one("coco", exported("coco", answer))

    assert canonical(row.answer) == canonical(answer)


@settings(max_examples=40, deadline=None)
@given(answers(UPRIGHT, attributes=False))
def test_yolo_gives_back_boxes_to_a_thousandth_of_a_pixel(answer: Json) -> None:
    row = read_one("yolo", exported("yolo", answer))

    assert row.size == SIZE
    assert row.unique_id == "u1"
    assert_same_marks(canonical(row.answer), answer, within=1e-3, ids=False)


@settings(max_examples=40, deadline=None)
@given(answers(POLYGONS.map(lambda p: {**p, "rings": p["rings"][:1]}), attributes=False))
def test_yolo_gives_back_outlines_to_a_thousandth_of_a_pixel(answer: Json) -> None:
    row = read_one("yolo", exported("yolo", answer))

    assert_same_marks(canonical(row.answer), answer, within=1e-3, ids=False)


@settings(max_examples=40, deadline=None)
@given(answers(st.one_of(UPRIGHT, TURNED, POLYGONS.map(lambda p: {**p, "rings": p["rings"][:1]}))))
def test_voc_gives_back_boxes_to_the_pixel_and_the_rest_closely(answer: Json) -> None:
    row = read_one("voc", exported("voc", answer))

    # Left and right edges are each rounded, so that a width may be off by one.
    assert_same_marks(canonical(row.answer), canonical(answer), within=1.001, ids=False)


def test_a_row_that_is_relative_is_placed_on_its_photo() -> None:
    data = zipped({"labels/a.txt": "0 0.5 0.5 0.5 0.5\n1 0 0 0.5 0.25 0.25 0.5\n", "classes.txt": "car\nperson\n"})

    row = read_one("yolo", data)
    placed = row.placed(MediaSize(200, 100))

    assert (row.relative, row.file_stem, row.file_name) == (True, "a", None)
    assert marks(placed) == [
        {"type": "box", "id": "1", "label": "car", "x": 50, "y": 25, "width": 100, "height": 50},
        {"type": "polygon", "id": "2", "label": "person", "rings": [[[0, 0], [100, 25], [50, 50]]]},
    ]
    assert placed.placed(MediaSize(9, 9)) == placed


# What others write


def test_real_street_photos_are_read_whole() -> None:
    path = Path(__file__).parents[3] / "shared/data/street/coco/instances_street_dev.json"
    if not path.exists():
        pytest.skip("the sample of real street photos is not beside the repository")
    truth = json.loads(path.read_text())
    crowds = sum(annotation["iscrowd"] for annotation in truth["annotations"])
    with_masks = [a for a in truth["annotations"] if a["segmentation"] and not a["iscrowd"]]

    rows = read("coco", path.read_bytes(), taxonomy=None)
    people = Taxonomy(labels=[Label("person"), Label("car")])
    fitted = read("coco", path.read_bytes(), people)

    assert all(isinstance(row, ImportRow) for row in rows)
    found = [mark for row in rows if isinstance(row, ImportRow) for mark in marks(row)]
    parts = sum(len(a["segmentation"]) for a in with_masks)
    assert len([mark for mark in found if mark["type"] == "polygon"]) == parts
    assert len([mark for mark in found if mark["type"] == "box"]) == len(truth["annotations"]) - crowds - len(
        with_masks
    )
    kept = [mark for row in fitted if isinstance(row, ImportRow) for mark in marks(row)]
    assert {mark["type"] for mark in kept} == {"box"}
    names = {category["id"]: category["name"] for category in truth["categories"]}
    wanted = [a for a in truth["annotations"] if names[a["category_id"]] in ("person", "car") and not a["iscrowd"]]
    assert len(kept) >= len(wanted)


def test_an_image_without_annotations_says_that_nothing_is_on_it() -> None:
    assert marks(read_one("coco", coco([]))) == []


def test_a_crowd_is_left_out_with_a_note() -> None:
    row = read_one("coco", coco([{"iscrowd": 1, "segmentation": {"counts": [0, 5], "size": [1, 5]}}]))

    assert marks(row) == []
    assert "crowd" in row.notes[0]


def test_labels_the_project_has_not_are_left_out_with_a_note() -> None:
    row = read_one("coco", coco([{"category_id": 9, "bbox": [1, 2, 3, 4]}, {"bbox": [1, 2, 3, 4]}]))

    assert [mark["label"] for mark in marks(row)] == ["car"]
    assert row.notes == ("1 marks have labels that the project has not: boat",)


def test_an_outline_becomes_a_box_where_the_label_takes_only_boxes() -> None:
    row = read_one("coco", coco([{"category_id": 4, "segmentation": [[10, 10, 20, 10, 15, 30]]}]))

    assert marks(row) == [{"type": "box", "id": "0", "label": "child", "x": 10, "y": 10, "width": 10, "height": 20}]
    assert "boxes around them" in row.notes[0]


def test_a_box_becomes_an_outline_where_the_label_takes_only_outlines() -> None:
    taxonomy = Taxonomy(labels=[Label("car", shapes=["polygon"])])

    row = read_one("coco", coco([{"bbox": [1, 2, 3, 4]}]), taxonomy)

    assert marks(row)[0]["rings"] == [[[1, 2], [4, 2], [4, 6], [1, 6]]]


@pytest.mark.parametrize("compressed", [True, False])
def test_a_run_length_mask_becomes_outlines_of_the_same_pixels(compressed: bool) -> None:
    """A mask encoded by pycocotools: a block with a hole, and a second part."""
    mask = np.zeros((480, 640), dtype=np.uint8, order="F")
    mask[10:50, 20:60] = 1
    mask[20:30, 30:45] = 0
    mask[100:103, 200:204] = 1
    encoded = coco_mask.encode(mask)
    counts = encoded["counts"].decode()
    segmentation = {"size": [480, 640], "counts": counts if compressed else decode_runs(counts)}

    row = read_one("coco", coco([{"segmentation": segmentation, "bbox": [0, 0, 1, 1]}]))

    large, small = marks(row)
    assert sorted(map(len, large["rings"])) == [4, 4]
    assert small["rings"] == [[[200, 100], [204, 100], [204, 103], [200, 103]]]
    assert "2 parts" in row.notes[0]


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32), st.floats(0.05, 0.95), st.integers(1, 14), st.integers(1, 14))
def test_outlines_of_any_mask_fill_to_the_same_mask(seed: int, share: float, width: int, height: int) -> None:
    mask = np.random.default_rng(seed).random((height, width)) < share
    flat = mask.T.ravel()
    edges = np.flatnonzero(np.diff(np.concatenate([[False], flat, [False]])))
    runs = np.diff(np.concatenate([[0], edges, [flat.size]])).tolist()

    polygons = runs_to_rings(runs, width, height, 10_000)
    filled = np.zeros(width * height, dtype=int)
    for rings in polygons:
        again = mask_runs(rings, width, height)
        filled += np.repeat(np.arange(len(again)) % 2, again)

    assert (mask == filled.reshape(width, height).T).all()


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**32))
def test_compressed_run_lengths_are_those_of_pycocotools(seed: int) -> None:
    rng = np.random.default_rng(seed)
    mask = np.asfortranarray(rng.random((37, 41)) < rng.random(), dtype=np.uint8)

    runs = decode_runs(coco_mask.encode(mask)["counts"].decode())

    assert (mask == np.repeat(np.arange(len(runs)) % 2, runs).reshape(41, 37).T).all()


def test_voc_counts_pixels_from_one() -> None:
    """A 10 x 10 box in the corner, by the devkit's rule."""
    xml = """<annotation><filename>a.jpg</filename><size><width>64</width><height>48</height></size>
      <object><name>car</name><bndbox><xmin>1</xmin><ymin>1</ymin><xmax>10.0</xmax><ymax>10</ymax></bndbox>
      </object></annotation>"""

    row = read_one("voc", zipped({"a.xml": xml}))

    assert marks(row) == [{"type": "box", "id": "1", "label": "car", "x": 0, "y": 0, "width": 10, "height": 10}]
    assert (row.file_name, row.size) == ("a.jpg", MediaSize(64, 48))


@pytest.mark.parametrize(
    ("yaml", "names"),
    [
        ("names: [person, car]", ["person", "car"]),
        ("names:\n  0: person\n  1: car\nnc: 2", ["person", "car"]),
        ("names: [yes, 1.0]", ["yes", "1.0"]),
    ],
)
def test_yolo_class_names_come_in_either_form_and_stay_words(yaml: str, names: list[str]) -> None:
    data = zipped({"data.yaml": yaml, "labels/train/x.txt": "0 .5 .5 .1 .1\n1 .5 .5 .1 .1"})

    row = read_one("yolo", data, None)

    assert [mark["label"] for mark in marks(row)] == names


def test_a_manifest_in_csv() -> None:
    data = (
        b"\xef\xbb\xbfurl,unique_id,priority,metadata.city\r\n"
        b'https://example.com/a.jpg,u1,7,"Ghent, old town"\r\n\r\nhttps://example.com/b.jpg,,,\r\n'
    )

    first, second = read("csv", data)

    assert first == ImportRow(
        2, url="https://example.com/a.jpg", unique_id="u1", priority=7, metadata={"city": "Ghent, old town"}
    )
    assert second == ImportRow(4, url="https://example.com/b.jpg")


def test_a_manifest_in_jsonl_brings_prelabels_and_golds() -> None:
    line = {"file": "a.jpg", "prelabels": {"annotations": []}, "gold": {"annotations": [1]}, "batch": "b"}

    row = read_one("jsonl", json.dumps(line).encode())

    assert (row.file_name, row.answer, row.gold, row.batch) == (
        "a.jpg",
        {"annotations": []},
        {"annotations": [1]},
        "b",
    )


def test_a_list_of_addresses() -> None:
    first, second = read("urls", b"# mine\nhttps://example.com/a.jpg\n\n  http://example.com/b?x=1  \n")

    assert isinstance(first, ImportRow)
    assert isinstance(second, ImportRow)
    assert (first.row, first.url, second.row, second.url) == (
        2,
        "https://example.com/a.jpg",
        4,
        "http://example.com/b?x=1",
    )


def test_turned_corners_are_where_geometry_puts_them() -> None:
    """A quarter turn clockwise on the screen takes the top-left corner to the top right."""
    from assay.core.annotations.image import Box

    corners = box_corners(Box(id="", label="", x=0, y=0, width=4, height=2, rotation=90))

    assert np.asarray(corners) == pytest.approx(np.array([[3, -1], [3, 3], [1, 3], [1, -1]]))
    assert math.dist(corners[0], corners[1]) == pytest.approx(4)


@pytest.mark.parametrize("name", IMPORT_FORMATS)
def test_an_empty_file_is_no_bug(name: str) -> None:
    try:
        rows = read(name, b"")
    except Invalid:
        return
    assert rows == []
