"""The document kind: regions on the pages of a document, the text that stands in them, and groups of regions.

Coordinates are pixels of the page as floats, as on photos (``image``). Pages count from 0, in the order they are shown.
"""

from __future__ import annotations

from typing import TypeAlias

import msgspec

from assay.core.annotations.image import AttributeValue, Box, Mark, Polygon


class BoxRegion(Box, tag="box", frozen=True, forbid_unknown_fields=True, omit_defaults=True, kw_only=True):
    """A box on a page. ``text`` is what stands there, in the order it is read, lines apart by line feeds."""

    page: int = 0
    text: str = ""


class PolygonRegion(Polygon, tag="polygon", frozen=True, forbid_unknown_fields=True, omit_defaults=True, kw_only=True):
    """An outline on a page; ``page`` and ``text`` as for a box."""

    page: int = 0
    text: str = ""


Region: TypeAlias = BoxRegion | PolygonRegion


class Group(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Regions that belong together, also over several pages. ``members``: ids of regions, in the order they were put
    together. ``id`` is unique among regions and groups of one answer."""

    id: str
    label: str
    members: list[str]
    attributes: dict[str, AttributeValue] = {}


class DocumentAnswer(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Everything one person says about one document."""

    annotations: list[Region] = []
    groups: list[Group] = []
    attributes: dict[str, AttributeValue] = {}


def mark_of(region: Region) -> Mark:
    """The region as a mark on a photo, without page and text."""
    plain = Box if isinstance(region, BoxRegion) else Polygon
    return plain(**{name: getattr(region, name) for name in plain.__struct_fields__})


def region_of(mark: Mark, page: int, text: str) -> Region:
    """The region that a mark is, on this page."""
    assert isinstance(mark, Box | Polygon), "regions are boxes and polygons"
    kind = BoxRegion if isinstance(mark, Box) else PolygonRegion
    given = {name: getattr(mark, name) for name in mark.__struct_fields__}
    return kind(**given, page=page, text=text)
