"""Entities as CSV (RFC 4180, UTF-8): a row for each span.

Columns: ``task_id``, ``unique_id``, ``batch``, ``origin``, ``is_gold``, ``annotation_id``, ``label``, ``start`` and
``end`` (Unicode code points of the text, the end left out), ``text`` (the passage), ``confidence`` (of the span, where
several people's were merged), ``attributes`` and ``relations``, both JSON: what the span answers, and the relations
that begin at it, with ``name`` and the ``annotation_id`` of their ``target``. A task in which nothing is marked has no
row.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from typing import Any, Final

import msgspec

from assay.core.formats.cells import safe_cell
from assay.core.formats.entities_rows import answer_of, text_shown
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


class SpansCsvExporter:
    """See ``Exporter``. Needs no spool."""

    def __init__(self, facts: ExportFacts, spool: Spool) -> None:  # noqa: ARG002 - all exporters are made alike
        self.losses = Losses(_LOSSES)
        self._begun = False

    def add(self, rows: Iterable[ExportRow]) -> bytes:
        out = io.StringIO(newline="")
        writer = csv.writer(out)
        if not self._begun:
            writer.writerow(COLUMNS)
            self._begun = True
        for row in rows:
            writer.writerows([safe_cell(cell) for cell in cells] for cells in self._spans(row))
        return out.getvalue().encode()

    def finish(self) -> Iterator[bytes]:
        # Without a task the file is its heading.
        yield self.add(())

    def _spans(self, row: ExportRow) -> Iterator[tuple[Any, ...]]:
        answer, text = answer_of(row), text_shown(row)
        lost = (("empty", not answer.annotations), ("attributes", answer.attributes), ("metadata", row.metadata))
        for what, is_lost in lost:
            if is_lost:
                self.losses.add(what)
        relations: dict[str, list[dict[str, str]]] = {}
        for each in answer.relations:
            relations.setdefault(each.source, []).append({"name": each.name, "target": each.target})
        for span in answer.annotations:
            yield (
                row.task_id, row.unique_id, row.batch, row.origin, row.is_gold, span.id, span.label, span.start,
                span.end, text[span.start : span.end], row.confidences.get(span.id),
                _json(span.attributes), _json(relations.get(span.id)),
            )  # fmt: skip


def _json(value: Any) -> str | None:
    return msgspec.json.encode(value).decode() if value else None
