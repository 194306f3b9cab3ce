"""COCO out: one JSON object, written as it comes.

Annotations go straight out and the ten times smaller list of images waits in the spool, so the object's order is
``info, annotations, categories, images``. Categories come late because an answer may use a label that was since
taken out of the taxonomy; it gets an id after all others.

What COCO has no field for is written under keys of our own, which its readers ignore: in an image ``task_id``,
``unique_id``, ``metadata``, ``attributes``, ``confidence``, ``origin``, ``is_gold``, ``relations`` and
``polylines``; in an annotation
``annotation_id``, ``attributes``, ``score``, and ``rings`` (a polygon with holes, exactly).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import msgspec
from msgspec import UNSET, UnsetType

from assay.core.annotations.image import Box, Cuboid, Ellipse, Mark, Point, Polygon, Polyline
from assay.core.annotations.image_outlines import as_polygon
from assay.core.annotations.relations import Relation
from assay.core.formats.rows import ExportFacts, ExportRow, Losses, Spool
from assay.core.formats.shapes import box_corners, envelope, mask_runs, rings_area
from assay.core.taxonomy import Taxonomy

LOSSES = {
    "polyline": "COCO has no open lines: they are listed in their image under `polylines`, not among the annotations",
    "hole": "COCO polygons have no holes: the annotation has a run-length mask, and its exact outline under `rings`",
    "rotation": "COCO boxes are upright: the box is drawn around the turned one, whose corners are the segmentation",
    "ellipse": "COCO has no ellipses: a polygon of 72 corners stands for it",
    "cuboid": "COCO has no cuboids: the polygon around what is seen of it stands for it",
    "relation": "COCO does not relate annotations: they are in the image under `relations`",
    "image_attribute": "COCO does not ask about whole images: the values are in the image under `attributes`",
}

_READ_BYTES = 1 << 16


class _Upright(msgspec.Struct, gc=False):
    """An annotation of an upright box and nothing more: nearly all of a large export. All that COCO demands."""

    id: int
    image_id: int
    category_id: int
    bbox: tuple[float, float, float, float]
    area: float
    annotation_id: str
    segmentation: Sequence[list[float]] | dict[str, list[int]] = ()
    iscrowd: int = 0


class _PlainBox(msgspec.Struct, tag_field="type", tag="box", gc=False, forbid_unknown_fields=True):
    """A box neither turned nor with attributes, as it stands in an answer."""

    id: str
    label: str
    x: float
    y: float
    width: float
    height: float


class _PlainAnswer(msgspec.Struct, gc=False, forbid_unknown_fields=True):
    annotations: list[_PlainBox] = []


_decode_plain = msgspec.json.Decoder(_PlainAnswer).decode


def _upright_boxes(row: ExportRow) -> list[_PlainBox] | None:
    """The answer's marks, when all of them are plain boxes and there is nothing else; found out by reading it so."""
    if isinstance(row.answer, dict):
        return None
    try:
        return _decode_plain(row.answer).annotations
    except msgspec.ValidationError:
        return None


class _Annotation(_Upright):
    """An annotation with whatever else there is to say."""

    keypoints: tuple[float, float, int] | UnsetType = UNSET
    num_keypoints: int | UnsetType = UNSET
    attributes: dict[str, Any] | UnsetType = UNSET
    rings: list[list[float]] | UnsetType = UNSET
    score: float | UnsetType = UNSET


class _Image(msgspec.Struct, omit_defaults=True):
    id: int
    file_name: str
    width: int
    height: int
    task_id: str
    unique_id: str | None = None
    metadata: dict[str, Any] = {}
    attributes: dict[str, Any] = {}
    confidence: float | None = None
    origin: str | None = None
    is_gold: bool = False
    polylines: list[dict[str, Any]] = []
    relations: list[Relation] = []


class _Numbers(dict[str, int]):
    """Labels by number; one that is asked for the first time gets the next."""

    def __missing__(self, label: str) -> int:
        self[label] = number = len(self) + 1
        return number


class Categories:
    """Numbers for labels: the taxonomy's, from 1 in its own order (headings too, so that giving a heading a tool
    renumbers nothing), then strangers as they are met."""

    def __init__(self, taxonomy: Taxonomy) -> None:
        self.numbers = _Numbers()
        self._parents: dict[str, str] = {}
        self._shapes: dict[str, list[str]] = {}
        for path, label in taxonomy.walk():
            self.number(label.name)
            self._shapes[label.name] = list(label.shapes)
            if len(path) > 1:
                self._parents[label.name] = path[-2]

    def number(self, label: str) -> int:
        return self.numbers[label]

    def listed(self) -> list[dict[str, Any]]:
        """As COCO lists them. A label that takes points is a category of one keypoint."""
        return [
            {"id": number, "name": name}
            | ({"supercategory": self._parents[name]} if name in self._parents else {"supercategory": ""})
            | ({"keypoints": ["point"], "skeleton": []} if "point" in self._shapes.get(name, ()) else {})
            for name, number in self.numbers.items()
        ]


class CocoExporter:
    """See ``Exporter``. ``spool`` takes the images."""

    def __init__(self, facts: ExportFacts, spool: Spool) -> None:
        self.losses = Losses(LOSSES)
        self._facts = facts
        self._spool = spool
        self._categories = Categories(facts.taxonomy)
        self._rotation_taken = any(
            attribute.name == "rotation" for _, label in facts.taxonomy.walk() for attribute in label.attributes
        )
        self._encode = msgspec.json.Encoder().encode
        self._images = self._annotations = 0
        self._begun = False

    def add(self, rows: Iterable[ExportRow]) -> bytes:
        drawn: list[_Upright] = []
        images: list[_Image] = []
        lead = b"" if self._begun else self._lead()
        # A comma goes before all but the first annotation of the file, and the first image.
        comma, image_comma = bool(self._annotations), bool(self._images)
        numbers = self._categories.numbers
        image, number = self._images, self._annotations
        for row in rows:
            image += 1
            boxes = _upright_boxes(row)
            if boxes is not None:
                # Comprehensions and not functions: a million calls are half of what the export may cost.
                if row.confidences:
                    score = row.confidences.get
                    drawn += [
                        _Annotation(
                            number,
                            image,
                            numbers[box.label],
                            (box.x, box.y, box.width, box.height),
                            box.width * box.height,
                            box.id,
                            score=score(box.id, UNSET),
                        )
                        for number, box in enumerate(boxes, number + 1)
                    ]
                else:
                    drawn += [
                        _Upright(
                            number,
                            image,
                            numbers[box.label],
                            (box.x, box.y, box.width, box.height),
                            box.width * box.height,
                            box.id,
                        )
                        for number, box in enumerate(boxes, number + 1)
                    ]
                number += len(boxes)
                images.append(self._image(row, image, {}, []))
                continue
            answer = row.image_answer()
            polylines: list[dict[str, Any]] = []
            for mark in answer.annotations:
                if type(mark) is Polyline:
                    polylines.append(self._polyline(mark, row))
                else:
                    number += 1
                    drawn.append(self._annotation(mark, row, number, image))
            images.append(self._image(row, image, answer.attributes, polylines, answer.relations))
        self._images, self._annotations = image, number
        if images:
            self._spool.write((b"," if image_comma else b"") + self._encode(images)[1:-1])
        return lead + (b"," if comma and drawn else b"") + self._encode(drawn)[1:-1]

    def finish(self) -> Iterator[bytes]:
        """The rest of the file. The tally of losses is its last key, ``assay``."""
        head = b"" if self._begun else self._lead()
        yield head + b'],"categories":' + self._encode(self._categories.listed()) + b',"images":['
        self._spool.seek(0)
        while block := self._spool.read(_READ_BYTES):
            yield block
        tail = {"project_id": self._facts.project_id, "losses": [vars(loss) for loss in self.losses.report()]}
        yield b'],"assay":' + self._encode(tail) + b"}"

    def _lead(self) -> bytes:
        self._begun = True
        info = {
            "description": self._facts.project_name,
            "version": "1.0",
            "contributor": "Assay",
            "date_created": self._facts.exported_at,
        }
        return b'{"info":' + self._encode(info) + b',"licenses":[],"annotations":['

    def _annotation(self, mark: Mark, row: ExportRow, number: int, image: int) -> _Annotation:
        annotation = _Annotation(number, image, self._categories.number(mark.label), _NOWHERE, 0.0, mark.id)
        if mark.attributes:
            annotation.attributes = dict(mark.attributes)
        if row.confidences:
            annotation.score = row.confidences.get(mark.id, UNSET)
        if type(mark) is Box:
            if mark.rotation:
                self._draw_turned(annotation, mark)
            else:
                annotation.bbox = (mark.x, mark.y, mark.width, mark.height)
                annotation.area = mark.width * mark.height
        elif type(mark) is Polygon:
            self._draw_polygon(annotation, mark, row)
        elif isinstance(mark, Ellipse | Cuboid):
            self.losses.add("ellipse" if isinstance(mark, Ellipse) else "cuboid")
            self._draw_polygon(annotation, as_polygon(mark), row)
        elif type(mark) is Point:
            annotation.bbox = (mark.x, mark.y, 0.0, 0.0)
            # 2 is COCO's word for a point that is labelled and visible.
            annotation.keypoints = (mark.x, mark.y, 2)
            annotation.num_keypoints = 1
        return annotation

    def _draw_turned(self, annotation: _Annotation, box: Box) -> None:
        self.losses.add("rotation")
        corners = box_corners(box)
        annotation.bbox = envelope(corners)
        annotation.area = box.width * box.height
        annotation.segmentation = [_flat(corners)]
        # Annotation tools look for the angle here; a label with an attribute of that name keeps its own.
        if not self._rotation_taken:
            annotation.attributes = {**box.attributes, "rotation": box.rotation}

    def _draw_polygon(self, annotation: _Annotation, polygon: Polygon, row: ExportRow) -> None:
        annotation.bbox = envelope(polygon.rings[0])
        annotation.area = rings_area(polygon.rings)
        if len(polygon.rings) == 1:
            annotation.segmentation = [_flat(polygon.rings[0])]
            return
        self.losses.add("hole", len(polygon.rings) - 1)
        annotation.segmentation = {
            "counts": mask_runs(polygon.rings, row.width, row.height),
            "size": [row.height, row.width],
        }
        annotation.rings = [_flat(ring) for ring in polygon.rings]

    def _polyline(self, mark: Polyline, row: ExportRow) -> dict[str, Any]:
        self.losses.add("polyline")
        score = row.confidences.get(mark.id)
        return (
            {
                "annotation_id": mark.id,
                "category_id": self._categories.number(mark.label),
                "polyline": _flat(mark.points),
            }
            | ({"attributes": mark.attributes} if mark.attributes else {})
            | ({} if score is None else {"score": score})
        )

    def _image(
        self,
        row: ExportRow,
        number: int,
        attributes: dict[str, Any],
        polylines: list[dict[str, Any]],
        relations: Sequence[Relation] = (),
    ) -> _Image:
        if relations:
            self.losses.add("relation", len(relations))
        if attributes:
            self.losses.add("image_attribute", len(attributes))
        return _Image(
            number,
            row.file_name,
            row.width,
            row.height,
            row.task_id,
            row.unique_id,
            row.metadata,
            attributes,
            row.confidence,
            row.origin,
            row.is_gold,
            polylines,
            list(relations),
        )


_NOWHERE = (0.0, 0.0, 0.0, 0.0)


def _flat(points: Iterable[tuple[float, float]]) -> list[float]:
    return [number for point in points for number in point]
