"""Documents as CSV (RFC 4180, UTF-8): a row for each region.

Columns: ``task_id``, ``unique_id``, ``batch``, ``origin``, ``is_gold``, ``annotation_id``, ``page`` (from 0),
``label``, ``text``, ``x``, ``y``, ``width`` and ``height`` (the upright box around the region, in pixels of its page),
``page_width`` and ``page_height``, ``confidence`` (of the region, where several people's were merged), ``attributes``
and ``groups``, both JSON: what the region answers, and the groups that it is in, with ``id``, ``label`` and the answers
of each. A task in which nothing is marked has no row.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import msgspec

from assay.core.annotations.document import BoxRegion, DocumentAnswer, mark_of
from assay.core.annotations.image_shapes import bounds
from assay.core.content import KeptItem, pages_of
from assay.core.formats.mark_csv import MarkCsvExporter, json_cell
from assay.core.formats.rows import ExportFacts, ExportRow, Losses, Spool

COLUMNS: Final = (
    "task_id", "unique_id", "batch", "origin", "is_gold", "annotation_id", "page", "label", "text", "x", "y", "width",
    "height", "page_width", "page_height", "confidence", "attributes", "groups",
)  # fmt: skip
_LOSSES: Final = {
    "empty": "a row is a region: documents in which nothing is marked are not in the file",
    "outlines": "a row has the upright box around its region: outlines and turns were left out",
    "attributes": "a row is a region: what was answered about the whole document was left out",
    "metadata": "a row is a region: metadata of tasks was left out",
}
_decode_answer = msgspec.json.Decoder(DocumentAnswer).decode
_decode_items = msgspec.json.Decoder(list[KeptItem]).decode


def begin_regions(_: ExportFacts, __: Spool) -> MarkCsvExporter:
    """See ``ExportFormat``."""
    return MarkCsvExporter(COLUMNS, _LOSSES, _regions)


def _regions(row: ExportRow, losses: Losses) -> Iterator[tuple[Any, ...]]:
    answer = _answer_of(row)
    is_bent = any(not isinstance(region, BoxRegion) or region.rotation for region in answer.annotations)
    lost = {
        "empty": not answer.annotations,
        "outlines": is_bent,
        "attributes": answer.attributes,
        "metadata": row.metadata,
    }
    for what, is_lost in lost.items():
        if is_lost:
            losses.add(what)
    pages = pages_of(_decode_items(row.content)) if row.content is not None else []
    groups: dict[str, list[dict[str, Any]]] = {}
    for group in answer.groups:
        for member in group.members:
            said = {"id": group.id, "label": group.label, "attributes": group.attributes}
            groups.setdefault(member, []).append({name: value for name, value in said.items() if value})
    around = bounds([mark_of(region) for region in answer.annotations]).tolist()
    for region, (left, top, right, bottom) in zip(answer.annotations, around, strict=True):
        size = pages[region.page] if region.page < len(pages) else None
        yield (
            row.task_id, row.unique_id, row.batch, row.origin, row.is_gold, region.id, region.page, region.label,
            region.text, left, top, round(right - left, 3), round(bottom - top, 3), *(size or (None, None)),
            row.confidences.get(region.id), json_cell(region.attributes), json_cell(groups.get(region.id)),
        )  # fmt: skip


def _answer_of(row: ExportRow) -> DocumentAnswer:
    return msgspec.convert(row.answer, DocumentAnswer) if isinstance(row.answer, dict) else _decode_answer(row.answer)
