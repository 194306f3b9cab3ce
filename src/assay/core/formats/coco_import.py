"""COCO in: detection, segmentation and single keypoints, ours and everyone's.

The object is kept as its bytes and cut into rows; only one image's annotations are values at a time. Crowd regions
(``iscrowd`` 1) are not objects and are left out with a note. Run-length masks become outlines along their pixels.
"""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

import msgspec

from assay.core.annotations.image import Vertex
from assay.core.annotations.kind import MediaSize
from assay.core.errors import Invalid
from assay.core.formats.archives import shown
from assay.core.formats.gathering import Gathering, Rings, Wanted
from assay.core.formats.rows import ImportRow, Limits, ReadRow, RowProblem, Source
from assay.core.formats.shapes import box_from_corners, decode_runs, runs_to_rings
from assay.core.formats.text import check_depth, finite
from assay.core.taxonomy import Taxonomy


class _Document(msgspec.Struct):
    images: list[msgspec.Raw]
    categories: list[msgspec.Raw]
    annotations: list[msgspec.Raw] = []


class _Category(msgspec.Struct):
    id: int
    name: str


class _Image(msgspec.Struct):
    id: int | str
    file_name: str = ""
    width: int | None = None
    height: int | None = None
    unique_id: str | None = None
    metadata: dict[str, Any] = {}
    attributes: dict[str, Any] = {}
    polylines: list[dict[str, Any]] = []


class _Owner(msgspec.Struct):
    image_id: int | str


class _Annotation(msgspec.Struct):
    category_id: int
    id: int | str | None = None
    bbox: list[float] | None = None
    segmentation: list[list[float] | float] | dict[str, Any] | None = None
    iscrowd: int = 0
    keypoints: list[float] | None = None
    attributes: dict[str, Any] = {}
    rings: list[list[float]] | None = None
    annotation_id: str | None = None


_decode_document = msgspec.json.Decoder(_Document).decode
_decode_category = msgspec.json.Decoder(_Category).decode
_decode_image = msgspec.json.Decoder(_Image).decode
_decode_owner = msgspec.json.Decoder(_Owner).decode
_decode_annotation = msgspec.json.Decoder(_Annotation).decode


def read_coco(source: Source, taxonomy: Taxonomy | None = None, limits: Limits | None = None) -> Iterator[ReadRow]:
    """One row for each image, in the file's order; an image without annotations says that nothing is on it.

    A photo of which any annotation is broken becomes a problem as a whole, because an answer that lacks an object
    would teach and judge wrongly. Raises ``Invalid`` when the file is not COCO or over a limit.
    """
    limits = limits or Limits()
    document = _document(source, limits)
    labels = _labels(document)
    owned: dict[int | str, list[msgspec.Raw]] = defaultdict(list)
    # What is wrong with no one image is numbered after them all.
    beyond = itertools.count(len(document.images) + 1)
    for place, raw in enumerate(document.annotations):
        try:
            owned[_decode_owner(raw).image_id].append(raw)
        except (msgspec.DecodeError, RecursionError) as error:
            yield RowProblem(next(beyond), f"annotations[{place}]", f"it names no image: {error}")
    document.annotations.clear()
    wanted = Wanted(taxonomy)
    seen: set[str] = set()
    seen_ids: set[int | str] = set()
    for number, raw in enumerate(document.images, start=1):
        item = f"images[{number - 1}]"
        try:
            image = _decode_image(raw)
            item = shown(image.file_name) or item
            # Whose the marks are cannot be known then, and without them the second photo would be called empty.
            if image.id in seen_ids:
                raise ValueError(f"another image of this file has the id {shown(str(image.id))}")
            seen_ids.add(image.id)
            marks = owned.pop(image.id, [])
            name = image.unique_id or image.file_name
            if not name:
                raise ValueError("it has no file_name")
            if name in seen:
                raise ValueError("another image of this file has the same name")
            seen.add(name)
            check_depth(image.metadata)
            if len(msgspec.json.encode(image.metadata)) > limits.metadata_bytes_max:
                raise ValueError(f"its metadata is over {limits.metadata_bytes_max >> 10} KiB")
            yield _row(number, image, marks, labels, wanted, limits)
        except (msgspec.DecodeError, RecursionError, ValueError) as error:
            yield RowProblem(number, item, str(error))
    for image_id, orphans in owned.items():
        item = f"image_id {shown(str(image_id))}"
        yield RowProblem(next(beyond), item, f"{len(orphans)} annotations of an unknown image: the file lists none")


def _document(source: Source, limits: Limits) -> _Document:
    data = source.read(limits.file_bytes_max + 1)
    if len(data) > limits.file_bytes_max:
        raise Invalid(f"the file is larger than {limits.file_bytes_max >> 20} MiB; split it")
    try:
        document = _decode_document(data.removeprefix(b"\xef\xbb\xbf"))
    except (msgspec.DecodeError, RecursionError, UnicodeError) as error:
        raise Invalid(f"this is not a COCO file with images, annotations and categories: {error}") from error
    if len(document.images) > limits.rows_max:
        raise Invalid(f"the file has more than {limits.rows_max} images; split it")
    return document


def _labels(document: _Document) -> dict[int, str]:
    labels: dict[int, str] = {}
    for number, raw in enumerate(document.categories):
        try:
            category = _decode_category(raw)
        except (msgspec.DecodeError, RecursionError) as error:
            raise Invalid(str(error), f"categories[{number}]") from error
        if category.id in labels:
            raise Invalid(f"two categories have the id {category.id}", f"categories[{number}]")
        labels[category.id] = category.name
    return labels


def _row(
    number: int,
    image: _Image,
    annotations: list[msgspec.Raw],
    labels: dict[int, str],
    wanted: Wanted,
    limits: Limits,
) -> ImportRow:
    """Raises ``ValueError`` naming the annotation that is broken."""
    size = None
    if image.width is not None and image.height is not None:
        if not (0 < image.width <= 1_000_000 and 0 < image.height <= 1_000_000):
            raise ValueError("its width or height is no photo's")
        size = MediaSize(image.width, image.height)
    gathering = Gathering(wanted, limits)
    for raw in annotations:
        annotation_id: object = "?"
        try:
            annotation = _decode_annotation(raw)
            annotation_id = annotation.id
            check_depth(annotation.attributes)
            _gather(gathering, annotation, labels, size, limits)
        except (msgspec.DecodeError, RecursionError, ValueError) as error:
            raise ValueError(f"annotation {shown(str(annotation_id))}: {error}") from error
    for polyline in image.polylines:
        _gather_polyline(gathering, polyline, labels)
    if image.attributes:
        check_depth(image.attributes)
        gathering.image_attributes(image.attributes)
    return ImportRow(
        number,
        file_name=image.file_name or None,
        unique_id=image.unique_id,
        answer=gathering.answer(),
        metadata=image.metadata,
        size=size,
        notes=gathering.notes(),
    )


def _gather(
    gathering: Gathering, annotation: _Annotation, labels: dict[int, str], size: MediaSize | None, limits: Limits
) -> None:
    if annotation.iscrowd:
        gathering.note("crowd regions were left out: they are not single objects")
        return
    label = _label(annotation.category_id, labels)
    mark_id = annotation.annotation_id or ("" if annotation.id is None else str(annotation.id))
    attributes = annotation.attributes
    if annotation.keypoints and len(annotation.keypoints) == 3 and not annotation.segmentation:
        x, y, _ = annotation.keypoints
        gathering.point(label, x, y, id=mark_id, attributes=attributes)
        return
    if annotation.keypoints:
        gathering.note("keypoints were left out: an object's own points are not read")
    parts = _parts(annotation, size, limits)
    turned = _turned_box(parts, attributes)
    if turned is not None:
        rest = {name: value for name, value in attributes.items() if name != "rotation"}
        rotation = finite(attributes["rotation"])
        gathering.box(label, turned, rotation=rotation, id=mark_id, attributes=rest)
    elif parts and not _is_box(parts, annotation.bbox):
        gathering.polygons(label, parts, id=mark_id, attributes=attributes)
    elif annotation.bbox is not None and len(annotation.bbox) == 4:
        gathering.box(label, annotation.bbox, id=mark_id, attributes=attributes)
    else:
        raise ValueError("it has neither a segmentation nor a bbox of four numbers")


def _label(category_id: int, labels: dict[int, str]) -> str:
    if category_id not in labels:
        raise ValueError(f"no category has the id {category_id}")
    return labels[category_id]


def _parts(annotation: _Annotation, size: MediaSize | None, limits: Limits) -> list[Rings]:
    """The outline's parts, exactly as we wrote them where we did; empty when there is only a box."""
    if annotation.rings:
        return [[_vertices(ring) for ring in annotation.rings]]
    segmentation = annotation.segmentation
    if isinstance(segmentation, dict):
        return _decoded_mask(segmentation, size, limits)
    if not segmentation:
        return []
    rings = [part for part in segmentation if isinstance(part, list)]
    bare = [part for part in segmentation if not isinstance(part, list)]
    if rings and bare:
        raise ValueError("a segmentation is a list of outlines or a mask")
    # Some tools forget the outer list when there is but one part.
    return [[_vertices(ring)] for ring in rings or [bare]]


def _vertices(flat: list[float]) -> list[Vertex]:
    if len(flat) < 6 or len(flat) % 2:
        raise ValueError("an outline needs at least three pairs of numbers")
    points = list(zip(flat[::2], flat[1::2], strict=True))
    # A ring is not closed here; many write its first vertex twice.
    return points[:-1] if len(points) > 3 and points[0] == points[-1] else points


def _decoded_mask(mask: dict[str, Any], size: MediaSize | None, limits: Limits) -> list[Rings]:
    stated = mask.get("size")
    if (
        not isinstance(stated, list)
        or len(stated) != 2
        or not all(isinstance(side, int) and 0 < side <= 100_000 for side in stated)
    ):
        raise ValueError("the mask's size must be its height and width")
    height, width = stated
    if size is not None and (size.width, size.height) != (width, height):
        raise ValueError(
            f"the mask is for a photo of {width} x {height}, and the photo is {size.width} x {size.height}"
        )
    counts = mask.get("counts")
    if isinstance(counts, str):
        runs = decode_runs(counts)
    elif isinstance(counts, list) and all(isinstance(run, int) and 0 <= run <= width * height for run in counts):
        runs = counts
    else:
        raise ValueError("the mask's counts must be run lengths")
    return runs_to_rings(runs, width, height, limits.vertices_max)


def _turned_box(parts: list[Rings], attributes: dict[str, Any]) -> tuple[float, float, float, float] | None:
    """Annotation tools write a turned box as its four corners with the angle among the attributes."""
    rotation = attributes.get("rotation")
    if isinstance(rotation, bool) or not isinstance(rotation, int | float) or not -360 <= rotation <= 360:
        return None
    if len(parts) != 1 or len(parts[0]) != 1 or len(parts[0][0]) != 4:
        return None
    return box_from_corners(parts[0][0], rotation)


def _is_box(parts: list[Rings], bbox: list[float] | None) -> bool:
    """Whether the outline only repeats the box."""
    if bbox is None or len(bbox) != 4 or len(parts) != 1 or len(parts[0]) != 1 or len(parts[0][0]) != 4:
        return False
    x, y, width, height = bbox
    corners = {(x, y), (x + width, y), (x + width, y + height), (x, y + height)}
    return set(parts[0][0]) == corners


def _gather_polyline(gathering: Gathering, line: dict[str, Any], labels: dict[int, str]) -> None:
    numbers = line.get("polyline")
    category = line.get("category_id")
    if not isinstance(numbers, list) or len(numbers) % 2 or not isinstance(category, int):
        raise ValueError("a polyline needs a category_id and pairs of numbers")
    points = [(finite(x), finite(y)) for x, y in zip(numbers[::2], numbers[1::2], strict=True)]
    attributes = line.get("attributes")
    gathering.polyline(
        _label(category, labels),
        points,
        id=str(line.get("annotation_id") or ""),
        attributes=attributes if isinstance(attributes, dict) else None,
    )
