"""CSV files (RFC 4180, UTF-8) with a row for each mark of an answer: what those of all kinds share."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

import msgspec

from assay.core.formats.cells import safe_cell
from assay.core.formats.rows import ExportRow, Losses

# The marks of a row, a tuple of cells each; what is lost by writing them so is added to the tally.
MarksOf = Callable[[ExportRow, Losses], Iterator[tuple[Any, ...]]]


class MarkCsvExporter:
    """See ``Exporter``. Needs no spool. ``losses``: what may be lost, in the words of the file's report."""

    def __init__(self, columns: Sequence[str], losses: Mapping[str, str], marks_of: MarksOf) -> None:
        self.losses = Losses(dict(losses))
        self._columns = columns
        self._marks_of = marks_of
        self._begun = False

    def add(self, rows: Iterable[ExportRow]) -> bytes:
        out = io.StringIO(newline="")
        writer = csv.writer(out)
        if not self._begun:
            writer.writerow(self._columns)
            self._begun = True
        for row in rows:
            writer.writerows([safe_cell(cell) for cell in cells] for cells in self._marks_of(row, self.losses))
        return out.getvalue().encode()

    def finish(self) -> Iterator[bytes]:
        # Without a task the file is its heading.
        yield self.add(())


def json_cell(value: Any) -> str | None:
    """JSON text; no cell for what is empty."""
    return msgspec.json.encode(value).decode() if value else None
