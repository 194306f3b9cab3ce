"""The demo's photos: what is said to be on them is on them."""

from __future__ import annotations

import contextlib
import io
import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw
from pycocotools.coco import COCO

from assay.cli.pens import Pen
from assay.cli.scenes import HEIGHT, LABELS, WIDTH, Scene, coco_truth, demo_scenes, draw_scene
from assay.core.formats.imports import read_rows
from assay.core.formats.rows import ImportRow
from assay.core.taxonomy import Label, Taxonomy


@pytest.fixture(scope="module")
def scenes() -> list[Scene]:
    return list(demo_scenes(5))


def test_a_scene_is_a_photo_of_the_stated_size(scenes: list[Scene]) -> None:
    for scene in scenes:
        photo = Image.open(io.BytesIO(scene.jpeg))
        assert photo.format == "JPEG"
        assert photo.size == (scene.width, scene.height) == (WIDTH, HEIGHT)
        assert len(scene.jpeg) < 600_000


def test_the_same_number_gives_the_same_scene(scenes: list[Scene]) -> None:
    assert draw_scene(1) == scenes[1]


def test_scenes_differ_and_together_show_every_label(scenes: list[Scene]) -> None:
    assert len({scene.jpeg for scene in scenes}) == len(scenes)
    assert len({scene.file_name for scene in scenes}) == len(scenes)
    assert {thing.label for scene in scenes for thing in scene.objects} == set(LABELS)


def test_boxes_lie_within_the_photo_and_are_large_enough_to_draw(scenes: list[Scene]) -> None:
    for scene in scenes:
        assert len(scene.objects) >= 4
        for thing in scene.objects:
            x, y, width, height = thing.box
            assert 0 <= x < x + width <= WIDTH
            assert 0 <= y < y + height <= HEIGHT
            assert width >= 8
            assert height >= 15


def test_outlines_fill_their_boxes_to_the_pixel(scenes: list[Scene]) -> None:
    """The box is of the pixels in sight; an outline leaves away specks and bends by less than a pixel."""
    for scene in scenes:
        for thing in scene.objects:
            points = np.array([vertex for part in thing.parts for vertex in part])
            x, y, width, height = thing.box
            low, high = points.min(axis=0), points.max(axis=0)
            assert low == pytest.approx([x, y], abs=6)
            assert high == pytest.approx([x + width, y + height], abs=6)


def test_an_object_is_where_its_outline_says(scenes: list[Scene]) -> None:
    """Inside its outline an object looks other than the ground around it: the means of the colours differ."""
    told_apart = total = 0
    for scene in scenes:
        photo = np.asarray(Image.open(io.BytesIO(scene.jpeg)), dtype=float)
        for thing in scene.objects:
            inside = Image.new("1", (WIDTH, HEIGHT))
            for part in thing.parts:
                ImageDraw.Draw(inside).polygon(part, fill=1)
            x, y, width, height = (round(value) for value in thing.box)
            around = np.zeros((HEIGHT, WIDTH), dtype=bool)
            around[max(0, y - 6) : y + height + 6, max(0, x - 6) : x + width + 6] = True
            mask = np.asarray(inside)
            told_apart += bool(np.abs(photo[mask].mean(axis=0) - photo[around & ~mask].mean(axis=0)).max() > 8)
            total += 1
    assert told_apart / total > 0.85


def test_what_a_pen_draws_is_on_the_map_of_things() -> None:
    pen = Pen(40, 30)
    pen.thing = 3
    pen.box(10, 5, 12, 8, (200, 0, 0))

    rows, columns = np.nonzero(pen.things() == 3)

    assert (columns.min(), columns.max() + 1, rows.min(), rows.max() + 1) == (10, 22, 5, 13)


def test_the_truth_is_coco_that_others_and_we_can_read(scenes: list[Scene], tmp_path: Path) -> None:
    path = tmp_path / "truth.json"
    path.write_text(json.dumps(coco_truth(scenes)))

    with contextlib.redirect_stdout(io.StringIO()):
        coco = COCO(str(path))
    taxonomy = Taxonomy(labels=[Label(label) for label in LABELS])
    rows = list(read_rows("coco", io.BytesIO(path.read_bytes()), taxonomy))

    assert len(coco.anns) == sum(len(scene.objects) for scene in scenes)
    first = coco.anns[1]
    assert coco.annToMask(first).sum() == pytest.approx(first["area"], rel=0.05)
    for row, scene in zip(rows, scenes, strict=True):
        assert isinstance(row, ImportRow)
        assert row.file_name == scene.file_name
        assert row.answer is not None
        labels = [mark["label"] for mark in row.answer["annotations"]]
        assert labels == [mark["label"] for mark in scene.answer()["annotations"]]
