"""Forms as CSV (RFC 4180, UTF-8): a row for each task, a column for each question.

Before the questions come ``task_id``, ``unique_id``, ``batch``, ``origin``, ``confidence``, ``is_gold``,
``completed_at`` and ``text``, the first text that the task shows. A question that is called like one of these has
``answer.`` before its name. Several values, and the choices of a multiselect, are joined by `` | ``; a question inside
a group has a column of its own, ``group.question``, and a group that was answered several times has its values joined
there in order, with nothing between two bars where one was left out.

A spreadsheet takes a cell that begins with ``=``, ``+``, ``-`` or ``@`` for a formula. Such texts get an apostrophe in
front, which spreadsheets know to mean text. Numbers stay as they are.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final

import msgspec

from assay.core.annotations.form import FormAnswer
from assay.core.content import KeptItem, text_of
from assay.core.formats.cells import cell_text, safe_cell
from assay.core.formats.rows import ExportFacts, ExportRow, Losses, Spool
from assay.core.taxonomy import Attribute

FIXED: Final = ("task_id", "unique_id", "batch", "origin", "confidence", "is_gold", "completed_at", "text")
JOINT: Final = " | "

_CHUNK_BYTES: Final = 256 * 1024
_decode_answer = msgspec.json.Decoder(FormAnswer).decode
_decode_items = msgspec.json.Decoder(list[KeptItem]).decode
_LOSSES: Final = {
    "metadata": "CSV has one column a question: metadata was left out",
    "confidences": "CSV has one column a question: the confidence of single questions was left out",
    "bar": "a value holds the bar that separates several values: they cannot be told apart for certain",
}


class FormCsvExporter:
    """See ``Exporter``. Rows wait in the spool until all are seen: a task may have asked what its project does not, and
    the first line names every column."""

    def __init__(self, facts: ExportFacts, spool: Spool) -> None:
        self.losses = Losses(_LOSSES)
        self._spool = spool
        # In the order of the project's questions, then as they turn up.
        self._columns = dict.fromkeys(columns_of(facts.taxonomy.attributes))
        self._encode = msgspec.json.Encoder().encode

    def add(self, rows: Iterable[ExportRow]) -> bytes:
        for row in rows:
            answer = row.answer
            values = answer.get("attributes", {}) if isinstance(answer, dict) else _decode_answer(answer).attributes
            cells: dict[str, Any] = {}
            for name, value in values.items():
                self._put(cells, name, value)
            self._columns.update(dict.fromkeys(cells))
            for what, lost in (("metadata", bool(row.metadata)), ("confidences", bool(row.confidences))):
                if lost:
                    self.losses.add(what)
            self._spool.write(self._encode((_fixed(row), cells)) + b"\n")
        return b""

    def finish(self) -> Iterator[bytes]:
        names = list(self._columns)
        out = io.StringIO(newline="")
        writer = csv.writer(out)
        writer.writerow([*FIXED, *(safe_cell(f"answer.{name}" if name in FIXED else name) for name in names)])
        self._spool.seek(0)
        for line in _lines(self._spool):
            fixed, cells = msgspec.json.decode(line)
            writer.writerow([safe_cell(cell) for cell in (*fixed, *(cells.get(name) for name in names))])
            if out.tell() >= _CHUNK_BYTES:
                yield out.getvalue().encode()
                out.seek(0)
                out.truncate()
        yield out.getvalue().encode()

    def _put(self, cells: dict[str, Any], name: str, value: Any) -> None:
        if isinstance(value, dict):
            for inner, each in value.items():
                self._put(cells, f"{name}.{inner}", each)
        elif isinstance(value, list) and any(isinstance(each, dict) for each in value):
            # In the order they were first answered: a dict keeps it, a set would not.
            for inner in dict.fromkeys(inner for each in value for inner in each):
                several: dict[str, Any] = {}
                for each in value:
                    one: dict[str, Any] = {}
                    self._put(one, f"{name}.{inner}", each.get(inner, ""))
                    for column, cell in one.items():
                        several.setdefault(column, []).append(cell)
                cells.update({column: self._joined(found) for column, found in several.items()})
        elif isinstance(value, list):
            cells[name] = self._joined(value)
        else:
            cells[name] = value

    def _joined(self, values: Sequence[Any]) -> str:
        texts = [cell_text(value) for value in values]
        if any("|" in text for text in texts):
            self.losses.add("bar")
        return JOINT.join(texts)


def columns_of(attributes: Sequence[Attribute], above: str = "") -> Iterator[str]:
    """The columns of questions, those inside groups by their path."""
    for attribute in attributes:
        if attribute.type == "group":
            yield from columns_of(attribute.attributes, f"{above}{attribute.name}.")
        else:
            yield f"{above}{attribute.name}"


def _fixed(row: ExportRow) -> tuple[Any, ...]:
    text = None if row.content is None else text_of(_decode_items(row.content))
    shown = row.file_name if text is None else text
    return row.task_id, row.unique_id, row.batch, row.origin, row.confidence, row.is_gold, row.completed_at, shown


def _lines(spool: Spool) -> Iterator[bytes]:
    rest = b""
    while block := spool.read(_CHUNK_BYTES):
        *whole, rest = (rest + block).split(b"\n")
        yield from whole
    if rest:
        yield rest
