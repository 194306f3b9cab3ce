"""Ellipses and cuboids: what they may be, how alike two are, what several become, and what files make of them."""

from __future__ import annotations

import json
from math import cos, pi, radians, sin
from tempfile import TemporaryFile
from typing import Any

import pytest

from assay.core.annotations import kind_named
from assay.core.annotations.image import Ellipse
from assay.core.annotations.image_outlines import as_polygon, ellipse_bounds, extremes
from assay.core.annotations.kind import Content, MediaSize, MergeOptions, Voice
from assay.core.errors import Invalid
from assay.core.formats.exports import EXPORT_FORMATS, export
from assay.core.formats.rows import ExportFacts, ExportRow
from assay.core.formats.shapes import ring_area
from assay.core.taxonomy import Label, Taxonomy

IMAGE = kind_named("image")
SIZE = Content(MediaSize(400, 300))
TAXONOMY = Taxonomy(
    labels=[Label("pond", shapes=["ellipse", "polygon", "box"]), Label("car", shapes=["cuboid"], width_min=30)]
)
FACE = [[100.0, 100.0], [160.0, 100.0], [160.0, 160.0], [100.0, 160.0]]


def ellipse(id: str = "a", **changes: Any) -> dict[str, Any]:
    shape = {"type": "ellipse", "id": id, "label": "pond", "x": 100.0, "y": 100.0, "width": 80.0, "height": 40.0}
    return shape | changes


def cuboid(id: str = "a", shift: float = 0.0, **changes: Any) -> dict[str, Any]:
    face = [[x + shift, y] for x, y in FACE]
    return {
        "type": "cuboid",
        "id": id,
        "label": "car",
        "face": face,
        "side": [[190 + shift, 90], [190 + shift, 150]],
    } | changes


def check(mark: dict[str, Any]) -> Any:
    return IMAGE.check({"annotations": [mark]}, TAXONOMY, SIZE)["annotations"][0]


def merge(*marks: dict[str, Any]) -> Any:
    return IMAGE.merge([Voice(str(at), {"annotations": [mark]}) for at, mark in enumerate(marks)], MergeOptions())


@pytest.mark.parametrize(
    ("mark", "field"),
    [
        (ellipse(width=0), ".width"),
        (ellipse(x=500), ""),
        (ellipse(x=float("nan")), ".x"),
        (cuboid(side=[[1, 1]]), ".side"),
        (cuboid(face=[[1, 1]] * 4), ".face"),
        (cuboid(shift=500), ""),
        (cuboid(face=[[0, 0], [9, 0], [9, 9], [0, 9]], side=[[12, 0], [12, 9]]), ""),
    ],
)
def test_what_is_no_shape_or_out_of_sight_is_refused(mark: dict[str, Any], field: str) -> None:
    with pytest.raises(Invalid) as caught:
        check(mark)

    assert [problem.field for problem in caught.value.problems] == [f"annotations[0]{field}"]


def test_neither_is_cut_at_the_edge() -> None:
    assert check(ellipse(x=-20)) == ellipse(x=-20)
    assert [list(corner) for corner in check(cuboid(shift=230))["side"]] == [[420, 90], [420, 150]]


def test_the_ends_of_the_axes_turn_with_the_ellipse() -> None:
    """Half axes 40 and 20 about (140, 120), turned by a right angle clockwise: what was on top is on the right."""
    mark = Ellipse(id="a", label="pond", x=100, y=100, width=80, height=40, rotation=90)

    assert [(round(x, 9), round(y, 9)) for x, y in extremes(mark)] == [(160, 120), (140, 160), (120, 120), (140, 80)]


def test_bounds_are_where_the_ellipse_reaches() -> None:
    """Walked around by its definition, in steps so small that the farthest is found."""
    mark = Ellipse(id="a", label="pond", x=100, y=100, width=80, height=40, rotation=30)
    turn, steps = radians(30), [2 * pi * step / 100_000 for step in range(100_000)]
    xs = [140 + 40 * cos(t) * cos(turn) - 20 * sin(t) * sin(turn) for t in steps]
    ys = [120 + 40 * cos(t) * sin(turn) + 20 * sin(t) * cos(turn) for t in steps]

    assert ellipse_bounds(mark) == pytest.approx((min(xs), min(ys), max(xs), max(ys)), abs=1e-4)


def test_ellipses_within_each_other_are_as_alike_as_their_areas() -> None:
    """Half as wide and as high about the same middle: a quarter of the area (pi a b)."""
    inner = ellipse(x=120, y=110, width=40, height=20)

    agreement = IMAGE.agreement({"annotations": [ellipse()]}, {"annotations": [inner]}, MergeOptions(iou_min=0.2))

    assert agreement == pytest.approx(0.25, abs=1e-3)
    assert ring_area(as_polygon(Ellipse(id="", label="", x=0, y=0, width=80, height=40)).rings[0]) == pytest.approx(
        pi * 40 * 20, rel=2e-3
    )


def test_an_ellipse_is_compared_with_an_outline_by_what_both_cover() -> None:
    """It covers pi / 4 of the box around it. A box fits what is round as well as it can: it is alike by its bounds."""
    ring = [[100, 100], [180, 100], [180, 140], [100, 140]]
    outline = {"type": "polygon", "id": "p", "label": "pond", "rings": [ring]}
    box = {"type": "box", "id": "b", "label": "pond", "x": 100, "y": 100, "width": 80, "height": 40}

    alike = [
        IMAGE.agreement({"annotations": [ellipse()]}, {"annotations": [one]}, MergeOptions()) for one in (outline, box)
    ]

    assert alike == [pytest.approx(pi / 4, abs=2e-3), 1]


def test_one_ellipse_written_in_two_ways_is_fused_as_one() -> None:
    """80 by 40 is the same as 40 by 80 turned by 90 degrees about the same middle."""
    merged = merge(ellipse(), ellipse(x=120, y=80, width=40, height=80, rotation=90))

    (mark,) = merged.answer["annotations"]
    assert merged.agreement == pytest.approx(1, abs=1e-3)
    assert {mark["width"], mark["height"]} == {80, 40}
    assert (mark["x"] + mark["width"] / 2, mark["y"] + mark["height"] / 2) == (140, 120)


def test_cuboids_are_alike_by_what_is_seen_of_them() -> None:
    """Counted: of the points a quarter of a pixel apart that either hull covers, 0.7828 lie in both."""
    left, right = {"annotations": [cuboid()]}, {"annotations": [cuboid(shift=10)]}

    assert IMAGE.agreement(left, right, MergeOptions()) == pytest.approx(0.7828, abs=1e-3)


def test_cuboids_are_fused_corner_by_corner() -> None:
    merged = merge(cuboid(shift=-3), cuboid(shift=0), cuboid(shift=3))

    (mark,) = merged.answer["annotations"]
    assert [list(corner) for corner in mark["face"]] == FACE
    assert [list(corner) for corner in mark["side"]] == [[190, 90], [190, 150]]


def test_a_side_shown_on_the_left_does_not_mix_with_one_on_the_right() -> None:
    left = cuboid("l", side=[[80.0, 90.0], [80.0, 150.0]])

    (mark,) = merge(cuboid(), cuboid("b", shift=1), left).answer["annotations"]

    assert mark["side"][0][0] == pytest.approx(190.5)
    assert mark["face"][0][0] == pytest.approx(100.5)


@pytest.mark.parametrize("name", ["coco", "voc", "yolo"])
def test_files_without_a_word_for_a_shape_say_what_stands_for_it(name: str) -> None:
    row = ExportRow(
        task_id="t", file_name="a.jpg", width=400, height=300, answer={"annotations": [ellipse(), cuboid("b")]}
    )
    with TemporaryFile() as spool:
        exporter = EXPORT_FORMATS[name].begin(ExportFacts("p", "P", TAXONOMY, "2026-11-22"), spool)
        written = b"".join(export(exporter, [row]))

    assert {loss.what for loss in exporter.losses.report()} == {"ellipse", "cuboid"}
    if name == "coco":
        first, second = json.loads(written)["annotations"]
        assert len(first["segmentation"][0]) == 144
        assert first["bbox"] == pytest.approx([100, 100, 80, 40])
        assert second["area"] == pytest.approx(5700)
