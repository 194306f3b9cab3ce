"""YOLO out: a zip of ``labels/<stem>.txt``, ``data.yaml`` and ``index.jsonl``.

A line is ``class x y width height`` (the box's centre and size) or ``class x1 y1 x2 y2 …`` (an outline), all as
shares of the photo's width and height. A trainer takes a whole file for one or the other, so an archive holds only
boxes or only outlines: ``segments`` writes boxes as four-cornered outlines, ``boxes`` writes outlines as the boxes
around them. Class numbers are the taxonomy's order from 0, one below COCO's category ids.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence

from assay.core.annotations.image import Box, Cuboid, Ellipse, Mark, Point, Polygon, Polyline
from assay.core.annotations.image_outlines import as_polygon
from assay.core.formats.coco_export import Categories
from assay.core.formats.label_archive import RENAMED, RENAMED_MESSAGE, LabelArchive
from assay.core.formats.rows import ExportFacts, ExportRow, Losses, Spool
from assay.core.formats.shapes import Envelope, box_corners, envelope

LOSSES = {
    "polyline": "YOLO has no open lines: left out",
    "point": "YOLO label files for boxes and outlines have no single points: left out",
    "ellipse": "YOLO has no ellipses: a polygon of 72 corners stands for it, or the box around it",
    "cuboid": "YOLO has no cuboids: the polygon around what is seen of it stands for it, or the box around that",
    "outside": "YOLO labels lie within the photo: what reaches over its edge was moved to it",
    "relation": "YOLO does not relate objects: left out",
    "polygon": "this archive holds boxes: the box around the outline was written",
    "rotation": "this archive holds upright boxes: the box around the turned one was written",
    "hole": "YOLO outlines have no holes: the outer outline was written",
    "attribute": "YOLO has no attributes: left out",
    "image_attribute": "YOLO does not ask about whole images: left out",
    "confidence": "YOLO label files have no confidence: left out",
    "metadata": "YOLO has no metadata: left out",
    RENAMED: RENAMED_MESSAGE,
}


# Pixels: what turning and fusing may put over the edge.
_ROUNDING = 0.01


class YoloExporter:
    """See ``Exporter``. ``segments`` None chooses outlines when any label of the taxonomy takes polygons."""

    def __init__(self, facts: ExportFacts, spool: Spool, segments: bool | None = None) -> None:
        self.losses = Losses(LOSSES)
        if segments is None:
            segments = any("polygon" in label.shapes for _, label in facts.taxonomy.walk())
        self._segments = segments
        self._categories = Categories(facts.taxonomy)
        self._archive = LabelArchive(spool, self.losses, "labels", "txt")

    def add(self, rows: Iterable[ExportRow]) -> bytes:
        for row in rows:
            answer = row.image_answer()
            for what, lost in (
                ("image_attribute", len(answer.attributes)),
                ("confidence", int(row.confidence is not None)),
                ("metadata", int(bool(row.metadata))),
                ("relation", len(answer.relations)),
            ):
                if lost:
                    self.losses.add(what, lost)
            lines = [line for mark in answer.annotations if (line := self._line(mark, row))]
            self._archive.put(row, self._archive.stem(row), "".join(lines).encode("ascii"))
        return self._archive.take()

    def finish(self) -> Iterator[bytes]:
        yield from self._archive.finish([("data.yaml", data_yaml(list(self._categories.numbers)).encode())])

    def _line(self, mark: Mark, row: ExportRow) -> str | None:
        if mark.attributes:
            self.losses.add("attribute", len(mark.attributes))
        if isinstance(mark, Point | Polyline):
            self.losses.add("point" if isinstance(mark, Point) else "polyline")
            return None
        number = self._categories.number(mark.label) - 1
        if isinstance(mark, Ellipse | Cuboid):
            self.losses.add("ellipse" if isinstance(mark, Ellipse) else "cuboid")
            mark = as_polygon(mark)
        left, top, width, height = envelope(box_corners(mark) if isinstance(mark, Box) else mark.rings[0])
        if min(left, top) < -_ROUNDING or left + width > row.width + _ROUNDING or top + height > row.height + _ROUNDING:
            self.losses.add("outside")
        if self._segments:
            return _outline_line(number, self._outline(mark), row)
        return _box_line(number, self._around(mark), row)

    def _outline(self, mark: Box | Polygon) -> Sequence[tuple[float, float]]:
        if isinstance(mark, Box):
            return box_corners(mark)
        if len(mark.rings) > 1:
            self.losses.add("hole", len(mark.rings) - 1)
        return mark.rings[0]

    def _around(self, mark: Box | Polygon) -> Envelope:
        if isinstance(mark, Polygon):
            self.losses.add("polygon")
            return envelope(mark.rings[0])
        if mark.rotation:
            self.losses.add("rotation")
            return envelope(box_corners(mark))
        return mark.x, mark.y, mark.width, mark.height


def data_yaml(names: Sequence[str]) -> str:
    """What a trainer reads first. Photos belong into ``images/`` beside ``labels/``."""
    listed = "".join(f"  {number}: {_quoted(name)}\n" for number, name in enumerate(names))
    return f"path: .\ntrain: images\nval: images\nnc: {len(names)}\nnames:\n{listed}"


def _quoted(name: str) -> str:
    """A YAML string. JSON's are YAML's too, but for unprintable characters, which YAML wants escaped."""
    text = json.dumps(name, ensure_ascii=False)
    return "".join(c if c.isprintable() else f"\\U{ord(c):08x}" for c in text)


def _share(value: float) -> float:
    """Trainers refuse labels that reach outside the photo, be it by rounding."""
    return min(1.0, max(0.0, value))


def _box_line(number: int, box: Envelope, row: ExportRow) -> str:
    left, right = _share(box[0] / row.width), _share((box[0] + box[2]) / row.width)
    top, bottom = _share(box[1] / row.height), _share((box[1] + box[3]) / row.height)
    return f"{number} {(left + right) / 2:.7f} {(top + bottom) / 2:.7f} {right - left:.7f} {bottom - top:.7f}\n"


def _outline_line(number: int, outline: Sequence[tuple[float, float]], row: ExportRow) -> str:
    pairs = " ".join(f"{_share(x / row.width):.7f} {_share(y / row.height):.7f}" for x, y in outline)
    return f"{number} {pairs}\n"
