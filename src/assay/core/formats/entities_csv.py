"""Entities as CSV (RFC 4180, UTF-8): a row for each span.

Columns: ``task_id``, ``unique_id``, ``batch``, ``origin``, ``is_gold``, ``annotation_id``, ``label``, ``start`` and
``end`` (Unicode code points of the text, the end left out), ``text`` (the passage), ``confidence`` (of the span, where
several people's were merged), ``attributes`` and ``relations``, both JSON: what the span answers, and the relations
that begin at it, with ``name`` and the ``annotation_id`` of their ``target``. A task in which nothing is marked has no
row.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from assay.core.formats.entities_rows import answer_of, text_shown
from assay.core.formats.mark_csv import MarkCsvExporter, json_cell
from assay.core.formats.rows import ExportFacts, ExportRow, Losses, Spool

COLUMNS: Final = (
    "task_id", "unique_id", "batch", "origin", "is_gold", "annotation_id", "label", "start", "end", "text",
    "confidence", "attributes", "relations",
)  # fmt: skip
_LOSSES: Final = {
    "empty": "a row is a span: tasks in which nothing is marked are not in the file",
    "attributes": "a row is a span: what was answered about the whole text was left out",
    "metadata": "a row is a span: metadata of tasks was left out",
}


def begin_spans(_: ExportFacts, __: Spool) -> MarkCsvExporter:
    """See ``ExportFormat``."""
    return MarkCsvExporter(COLUMNS, _LOSSES, _spans)


def _spans(row: ExportRow, losses: Losses) -> Iterator[tuple[Any, ...]]:
    answer, text = answer_of(row), text_shown(row)
    lost = (("empty", not answer.annotations), ("attributes", answer.attributes), ("metadata", row.metadata))
    for what, is_lost in lost:
        if is_lost:
            losses.add(what)
    relations: dict[str, list[dict[str, str]]] = {}
    for each in answer.relations:
        relations.setdefault(each.source, []).append({"name": each.name, "target": each.target})
    for span in answer.annotations:
        yield (
            row.task_id, row.unique_id, row.batch, row.origin, row.is_gold, span.id, span.label, span.start,
            span.end, text[span.start : span.end], row.confidences.get(span.id),
            json_cell(span.attributes), json_cell(relations.get(span.id)),
        )  # fmt: skip
