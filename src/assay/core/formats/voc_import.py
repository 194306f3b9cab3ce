"""Pascal VOC in: a zip of XML files, through a parser that knows no entities.

Coordinates count pixels from 1 and name the last covered one, so a box from ``xmin`` 1 to ``xmax`` 10 is 10 wide.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any
from xml.etree.ElementTree import Element, ParseError

import defusedxml
import defusedxml.ElementTree

from assay.core.annotations.image import Vertex
from assay.core.annotations.kind import MediaSize
from assay.core.formats.archives import ZipEntries, shown
from assay.core.formats.gathering import Gathering, Wanted
from assay.core.formats.names import file_stem, last_part
from assay.core.formats.rows import ImportRow, Limits, ReadRow, RowProblem, Source
from assay.core.formats.text import finite
from assay.core.formats.yolo_import import read_index
from assay.core.taxonomy import Taxonomy

_ELEMENTS_MAX = 100_000


def read_voc(source: Source, taxonomy: Taxonomy | None = None, limits: Limits | None = None) -> Iterator[ReadRow]:
    """One row for each XML file of the archive, in its order. A file with any broken object becomes a problem as a
    whole. Raises ``Invalid`` when the archive cannot be read or is over a limit."""
    limits = limits or Limits()
    entries = ZipEntries(source, limits)
    yield from entries.problems
    index = read_index(entries)
    wanted = Wanted(taxonomy)
    for name in entries.names():
        if not name.lower().endswith(".xml"):
            continue
        number = entries.row(name)
        try:
            row = _read_document(number, name, entries.read(name), wanted, limits)
        except ValueError as error:
            yield RowProblem(number, shown(name), str(error))
            continue
        known = index.get(name)
        if known is not None:
            row = replace(row, file_name=known.file_name or row.file_name, unique_id=known.unique_id)
        yield row


def _read_document(number: int, name: str, data: bytes, wanted: Wanted, limits: Limits) -> ImportRow:
    """One XML file. The photo is the one its ``filename`` names, else the one with the file's own stem.

    Raises ``ValueError`` saying what is wrong.
    """
    root = _root(data)
    gathering = Gathering(wanted, limits)
    for place, element in enumerate(root.findall("object"), start=1):
        try:
            _gather(gathering, element)
        except ValueError as error:
            raise ValueError(f"object {place}: {error}") from error
    gathering.image_attributes(_attributes(root))
    width, height = root.findtext("size/width"), root.findtext("size/height")
    size = None
    if width and height:
        size = MediaSize(round(finite(width)), round(finite(height)))
        if size.width <= 0 or size.height <= 0:
            # Some tools write 0 when they did not open the photo.
            size = None
    file_name = last_part((root.findtext("filename") or "").strip())
    return ImportRow(
        number,
        file_name=file_name or None,
        file_stem=None if file_name else file_stem(name),
        answer=gathering.answer(),
        size=size,
        notes=gathering.notes(),
    )


def _root(data: bytes) -> Element:
    try:
        root = defusedxml.ElementTree.fromstring(data, forbid_dtd=True, forbid_entities=True, forbid_external=True)
    except defusedxml.DefusedXmlException as error:
        raise ValueError("it declares a document type or entities; these are not read") from error
    except (ParseError, LookupError, UnicodeError, RecursionError) as error:
        raise ValueError(f"it is not well-formed XML ({error})") from error
    if root.tag != "annotation":
        raise ValueError(f"its root is {shown(root.tag)!r} where VOC has 'annotation'")
    if sum(1 for _ in root.iter()) > _ELEMENTS_MAX:
        raise ValueError(f"it has more than {_ELEMENTS_MAX} elements")
    return root


def _gather(gathering: Gathering, element: Element) -> None:
    label = (element.findtext("name") or "").strip()
    if not label:
        raise ValueError("it has no name")
    attributes = _attributes(element)
    turned, polygon = element.find("robndbox"), element.find("polygon")
    if turned is not None:
        cx, cy, width, height, angle = (_number(turned, tag) for tag in ("cx", "cy", "w", "h", "angle"))
        box = (cx - 1 - width / 2, cy - 1 - height / 2, width, height)
        gathering.box(label, box, rotation=_degrees(angle), attributes=attributes)
    elif polygon is not None and len(polygon):
        gathering.polygons(label, [[_vertices(polygon)]], attributes=attributes)
    else:
        bounds = element.find("bndbox")
        if bounds is None:
            raise ValueError("it has no bndbox")
        left, top, right, bottom = (_number(bounds, tag) for tag in ("xmin", "ymin", "xmax", "ymax"))
        if right < left or bottom < top:
            raise ValueError("its bndbox ends before it begins")
        gathering.box(label, (left - 1, top - 1, right - left + 1, bottom - top + 1), attributes=attributes)


def _degrees(angle: float) -> float:
    """Radians as degrees within (-180, 180]; the 12 digits make 30 of what was written for 30."""
    degrees = math.fmod(round(math.degrees(angle), 12), 360)
    return degrees - 360 if degrees > 180 else degrees + 360 if degrees <= -180 else degrees


def _vertices(polygon: Element) -> list[Vertex]:
    # By tag at once: looking each of n vertices up among n elements takes minutes for a hostile file.
    texts = {child.tag: child.text for child in polygon}
    return [
        (_parsed(texts, f"x{number}") - 1, _parsed(texts, f"y{number}") - 1)
        for number in range(1, len(polygon) // 2 + 1)
    ]


def _number(element: Element, tag: str) -> float:
    return _parsed({tag: element.findtext(tag)}, tag)


def _parsed(texts: Mapping[str, str | None], tag: str) -> float:
    text = texts.get(tag)
    if text is None:
        raise ValueError(f"it has no {tag}")
    try:
        return finite(text.strip())
    except ValueError:
        raise ValueError(f"its {tag} is not a number: {shown(text)!r}") from None


def _attributes(element: Element) -> dict[str, Any]:
    """Values by name; a name that comes more than once has a list of them."""
    gathered: dict[str, list[str]] = {}
    for attribute in element.findall("attributes/attribute"):
        if name := (attribute.findtext("name") or "").strip():
            gathered.setdefault(name, []).append(attribute.findtext("value") or "")
    return {name: values[0] if len(values) == 1 else values for name, values in gathered.items()}
