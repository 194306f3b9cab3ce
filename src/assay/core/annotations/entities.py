"""The entities kind: spans of one text, with labels, and relations between spans.

Offsets count the Unicode code points of the task's text, as Python does, from 0; a span holds ``start`` and not
``end``. (JavaScript, Java and C# count UTF-16 units instead: there, what is beyond U+FFFF, emoji above all, is two.)
"""

from __future__ import annotations

import msgspec

from assay.core.annotations.image import AttributeValue
from assay.core.annotations.relations import Relation as Relation


class Span(msgspec.Struct, tag_field="type", tag="span", frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """One passage. Spans may overlap, and lie within each other. ``id`` is unique within one answer."""

    id: str
    label: str
    start: int
    end: int
    attributes: dict[str, AttributeValue] = {}


class EntitiesAnswer(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Everything one person says about one text."""

    annotations: list[Span] = []
    relations: list[Relation] = []
    attributes: dict[str, AttributeValue] = {}
