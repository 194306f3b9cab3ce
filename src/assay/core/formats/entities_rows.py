"""What both formats for entities read from a row."""

from __future__ import annotations

import msgspec

from assay.core.annotations.entities import EntitiesAnswer
from assay.core.content import KeptItem, text_of
from assay.core.formats.rows import ExportRow

_decode_answer = msgspec.json.Decoder(EntitiesAnswer).decode
_decode_items = msgspec.json.Decoder(list[KeptItem]).decode


def answer_of(row: ExportRow) -> EntitiesAnswer:
    """Raises ``msgspec.ValidationError`` when it is not an answer about a text."""
    return msgspec.convert(row.answer, EntitiesAnswer) if isinstance(row.answer, dict) else _decode_answer(row.answer)


def text_shown(row: ExportRow) -> str:
    """The text that the spans lie in; empty without one."""
    return (text_of(_decode_items(row.content)) if row.content is not None else None) or ""
