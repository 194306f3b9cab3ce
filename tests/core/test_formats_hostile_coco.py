"""COCO made to hurt: a file that is none is refused at once, and a broken row is a problem with its reason."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assay.core.errors import Invalid
from assay.core.formats.rows import ImportRow, RowProblem
from assay.core.formats.shapes import decode_runs, runs_to_rings
from hostile import annotation, coco, messages, read


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"[]",
        b"{}",
        b"\xff\xfe",
        b'{"images":' + b"[" * 200_000,
        b'{"images":[],"categories":[{"id":1,"name":"a"},{"id":1,"name":"b"}]}',
        b'{"images":[],"categories":[{"id":"x"}]}',
        b'{"images":{},"categories":[]}',
        b" " * (5 << 20),
    ],
)
def test_what_is_not_coco_is_refused_at_once(data: bytes) -> None:
    with pytest.raises(Invalid):
        read("coco", data)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (annotation(), "neither a segmentation nor a bbox"),
        (annotation(bbox=[1, 2, 3]), "bbox of four"),
        (annotation(bbox=[1, 2, 0, 4]), "wider and higher"),
        (annotation(bbox=[1, 2, -3, 4]), "wider and higher"),
        (annotation(bbox=[1e300, 2, 3, 4]), "not a number within reason"),
        (annotation(bbox=["1", 2, 3, 4]), "Expected"),
        (annotation(bbox=[1, 2, 3, 4], category_id=2), "no category"),
        (annotation(segmentation=[[1, 2, 3, 4]]), "three pairs"),
        (annotation(segmentation=[[1, 2, 3, 4, 5, 6, 7]]), "three pairs"),
        (annotation(segmentation=[1, [2]]), "a list of outlines"),
        (annotation(segmentation={"size": [10, 10], "counts": [5]}), "add up"),
        (annotation(segmentation={"size": [10, 10], "counts": [-5, 105]}), "run lengths"),
        (annotation(segmentation={"size": [1e9, 1e9], "counts": "0"}), "size"),
        (annotation(segmentation={"size": [100_000, 100_000], "counts": [0, 10**10]}), "photo is 10 x 10"),
        (annotation(segmentation={"size": [10, 10], "counts": "\x01\x7f"}), "run-length text"),
        (annotation(segmentation={"size": [10, 10], "counts": "o" * 100}), "run-length text"),
        (annotation(segmentation={"size": [10, 10]}), "counts"),
        (coco(images=[{"id": 1}]), "no file_name"),
        (coco(images=[{"id": 1, "file_name": "a", "width": -1, "height": 1}]), "no photo's"),
        (coco(images=[{"file_name": "a"}]), "id"),
        (coco(images=[{"id": 1, "file_name": "a", "metadata": {"x": "y" * 70_000}}]), "over 64 KiB"),
        (coco(images=[{"id": 1, "file_name": "a", "polylines": [{"polyline": 3}]}]), "polyline needs"),
        (coco(annotations=[{"id": 1}]), "names no image"),
        (coco(annotations=[{"image_id": 99}]), "unknown image"),
    ],
)
def test_a_broken_row_of_coco_is_a_problem_with_its_reason(data: bytes, message: str) -> None:
    assert any(message in found for found in messages("coco", data))


def test_a_photo_with_one_broken_annotation_is_not_half_taken() -> None:
    data = coco(
        annotations=[
            {"id": 1, "image_id": 1, "category_id": 1, "bbox": [1, 1, 2, 2]},
            {"id": 2, "image_id": 1, "category_id": 1, "bbox": [1]},
        ]
    )

    (only,) = read("coco", data)

    assert isinstance(only, RowProblem)
    assert only.message.startswith("annotation 2:")


def test_a_mask_as_large_as_the_sky_is_refused() -> None:
    image = {"id": 1, "file_name": "a", "width": 100_000, "height": 100_000}
    segmentation = {"size": [100_000, 100_000], "counts": [0, 10**10]}
    data = coco(images=[image], annotations=[{"id": 1, "image_id": 1, "category_id": 1, "segmentation": segmentation}])

    assert "too large" in messages("coco", data)[0]


def test_a_chessboard_mask_stops_at_the_limit() -> None:
    with pytest.raises(ValueError, match="corners"):
        runs_to_rings([1] * 9_999, 101, 99, 500)


@given(st.text(max_size=40))
def test_run_length_text_gives_numbers_or_a_reason(text: str) -> None:
    try:
        runs = decode_runs(text)
    except ValueError:
        return
    assert all(isinstance(run, int) for run in runs)


def test_two_coco_images_of_one_id_share_no_marks() -> None:
    """Else the second photo would be called empty, which as a gold would punish everybody who is right."""
    images = [{"id": 1, "file_name": name, "width": 10, "height": 10} for name in ("a.jpg", "b.jpg")]

    first, second = read(
        "coco", coco(images=images, annotations=[{"id": 5, "image_id": 1, "category_id": 1, "bbox": [1, 1, 5, 5]}])
    )

    assert isinstance(first, ImportRow)
    assert isinstance(second, RowProblem)
    assert (second.item, second.row) == ("b.jpg", 2)
    assert "id 1" in second.message


def test_what_belongs_to_no_coco_image_has_a_number_of_its_own() -> None:
    boxes = [
        {"id": 5, "category_id": 1, "bbox": [1, 1, 5, 5], **more} for more in ({}, {"image_id": 8}, {"image_id": 9})
    ]

    rows = read("coco", coco(annotations=boxes))

    assert [(row.row, getattr(row, "item", "")) for row in rows] == [
        (2, "annotations[0]"),
        (1, ""),
        (3, "image_id 8"),
        (4, "image_id 9"),
    ]


def test_the_marks_of_a_refused_coco_image_are_not_called_strays() -> None:
    image = {"id": 1, "file_name": "", "width": 10, "height": 10}

    found = messages(
        "coco", coco(images=[image], annotations=[{"image_id": 1, "category_id": 1, "bbox": [1, 1, 5, 5]}])
    )

    assert found == ["it has no file_name"]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=6) | st.dictionaries(st.text(max_size=4), inner, max_size=4),
    max_leaves=8,
)


@settings(max_examples=150, deadline=None)
@given(
    st.fixed_dictionaries(
        {"id": JSON, "image_id": st.just(1), "category_id": st.just(1)},
        optional=dict.fromkeys(
            ("bbox", "segmentation", "keypoints", "attributes", "rings", "iscrowd", "annotation_id"), JSON
        ),
    )
)
def test_no_annotation_raises(given_annotation: dict[str, Any]) -> None:
    (only,) = read("coco", coco(annotations=[given_annotation]))

    assert isinstance(only, ImportRow | RowProblem)
