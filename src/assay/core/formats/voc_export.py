"""Pascal VOC out: a zip of ``Annotations/<stem>.xml``, ``labels.txt`` and ``index.jsonl``.

VOC counts pixels from 1 and names the last one covered, in whole numbers: a box from 0 to 10 is ``xmin`` 1,
``xmax`` 10. What has no element in the devkit (VOC 2012, "The PASCAL Visual Object Classes Challenge", Everingham
et al.) is written in those that tools around it agreed on: ``polygon`` with ``x1 y1 x2 y2 …`` counted from 1,
``robndbox`` (centre, size, angle in radians) for turned boxes, and ``attributes`` of ``name`` and ``value``.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Sequence
from xml.sax.saxutils import escape

from assay.core.annotations.image import AttributeValue, Box, Cuboid, Ellipse, Mark, Point, Polygon, Polyline
from assay.core.annotations.image_outlines import as_polygon
from assay.core.formats.coco_export import Categories
from assay.core.formats.label_archive import RENAMED, RENAMED_MESSAGE, LabelArchive
from assay.core.formats.rows import ExportFacts, ExportRow, Losses, Spool
from assay.core.formats.shapes import Envelope, box_corners, envelope

LOSSES = {
    "whole_pixels": "VOC boxes are whole pixels: the box was rounded to the nearest",
    "polyline": "VOC has no open lines: left out",
    "point": "VOC has no single points: left out",
    "ellipse": "VOC has no ellipses: a polygon of 72 corners was written",
    "cuboid": "VOC has no cuboids: the polygon around what is seen of it was written",
    "outside": "VOC boxes lie within the photo: what reaches over its edge was cut off",
    "relation": "VOC does not relate objects: left out",
    "hole": "VOC outlines have no holes: the outer outline was written",
    "rotation": "VOC boxes are upright: the box around the turned one was written, and the turned one as `robndbox`",
    "character": "XML cannot hold control characters: they were replaced with a question mark",
    "confidence": "VOC has no confidence: left out",
    "metadata": "VOC has no metadata: left out",
    RENAMED: RENAMED_MESSAGE,
}

# All that XML 1.0 forbids, even escaped.
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


class VocExporter:
    """See ``Exporter``."""

    def __init__(self, facts: ExportFacts, spool: Spool) -> None:
        self.losses = Losses(LOSSES)
        self._categories = Categories(facts.taxonomy)
        self._archive = LabelArchive(spool, self.losses, "Annotations", "xml")

    def add(self, rows: Iterable[ExportRow]) -> bytes:
        for row in rows:
            if row.confidence is not None:
                self.losses.add("confidence")
            if row.metadata:
                self.losses.add("metadata")
            stem = self._archive.stem(row)
            self._archive.put(row, stem, self._document(row).encode())
        return self._archive.take()

    def finish(self) -> Iterator[bytes]:
        labels = "".join(f"{' '.join(name.split())}\n" for name in self._categories.numbers)
        yield from self._archive.finish([("labels.txt", labels.encode())])

    def _document(self, row: ExportRow) -> str:
        answer = row.image_answer()
        objects = "".join(self._object(mark, row) for mark in answer.annotations)
        if answer.relations:
            self.losses.add("relation", len(answer.relations))
        return (
            "<annotation>\n  <folder>images</folder>\n"
            f"  <filename>{self._text(row.file_name)}</filename>\n"
            "  <source><database>Assay</database></source>\n"
            f"  <size><width>{row.width}</width><height>{row.height}</height><depth>3</depth></size>\n"
            f"  <segmented>0</segmented>\n{self._attributes(answer.attributes, '  ')}{objects}</annotation>\n"
        )

    def _object(self, mark: Mark, row: ExportRow) -> str:
        if isinstance(mark, Point | Polyline):
            self.losses.add("point" if isinstance(mark, Point) else "polyline")
            return ""
        if isinstance(mark, Ellipse | Cuboid):
            self.losses.add("ellipse" if isinstance(mark, Ellipse) else "cuboid")
            mark = as_polygon(mark)
        self._categories.number(mark.label)
        return (
            f"  <object>\n    <name>{self._text(mark.label)}</name>\n    <pose>Unspecified</pose>\n"
            "    <truncated>0</truncated>\n    <difficult>0</difficult>\n"
            f"{self._shape(mark, row)}{self._attributes(mark.attributes, '    ')}  </object>\n"
        )

    def _shape(self, mark: Box | Polygon, row: ExportRow) -> str:
        if isinstance(mark, Polygon):
            if len(mark.rings) > 1:
                self.losses.add("hole", len(mark.rings) - 1)
            return self._bndbox(envelope(mark.rings[0]), row) + _polygon(mark.rings[0])
        if mark.rotation:
            self.losses.add("rotation")
            return self._bndbox(envelope(box_corners(mark)), row) + _robndbox(mark)
        return self._bndbox((mark.x, mark.y, mark.width, mark.height), row)

    def _bndbox(self, box: Envelope, row: ExportRow) -> str:
        left, top, right, bottom = box[0], box[1], box[0] + box[2], box[1] + box[3]
        if min(left, top) < 0 or right > row.width or bottom > row.height:
            self.losses.add("outside")
            left, top = min(max(left, 0.0), row.width - 1.0), min(max(top, 0.0), row.height - 1.0)
            right, bottom = max(min(right, float(row.width)), left), max(min(bottom, float(row.height)), top)
            box = left, top, right - left, bottom - top
        exact = (box[0] + 1, box[1] + 1, box[0] + box[2], box[1] + box[3])
        first, above = round(exact[0]), round(exact[1])
        # A box thinner than half a pixel still covers the pixel it begins in.
        last, below = max(round(exact[2]), first), max(round(exact[3]), above)
        if (first, above, last, below) != exact:
            self.losses.add("whole_pixels")
        return f"    <bndbox><xmin>{first}</xmin><ymin>{above}</ymin><xmax>{last}</xmax><ymax>{below}</ymax></bndbox>\n"

    def _attributes(self, values: dict[str, AttributeValue], indent: str) -> str:
        """One element for each value; of a list, one for each member."""
        pairs = [
            (name, value) for name, held in values.items() for value in (held if isinstance(held, list) else [held])
        ]
        if not pairs:
            return ""
        inner = "".join(
            f"<attribute><name>{self._text(name)}</name><value>{self._text(str(value))}</value></attribute>"
            for name, value in pairs
        )
        return f"{indent}<attributes>{inner}</attributes>\n"

    def _text(self, text: str) -> str:
        clean, replaced = _FORBIDDEN.subn("?", text)
        if replaced:
            self.losses.add("character", replaced)
        # A bare carriage return would be read back as a newline.
        return escape(clean, {"\r": "&#13;"})


def _polygon(ring: Sequence[tuple[float, float]]) -> str:
    vertices = "".join(f"<x{n}>{x + 1!r}</x{n}><y{n}>{y + 1!r}</y{n}>" for n, (x, y) in enumerate(ring, start=1))
    return f"    <polygon>{vertices}</polygon>\n"


def _robndbox(box: Box) -> str:
    cx, cy = box.x + box.width / 2 + 1, box.y + box.height / 2 + 1
    return (
        f"    <robndbox><cx>{cx!r}</cx><cy>{cy!r}</cy><w>{box.width!r}</w><h>{box.height!r}</h>"
        f"<angle>{math.radians(box.rotation)!r}</angle></robndbox>\n"
    )
