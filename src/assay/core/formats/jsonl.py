"""Our own format, JSONL: a line for each task with everything in it, and the way back.

Nothing is lost. A line is one JSON object: ``task_id``, ``unique_id``, ``file_name``, ``width``, ``height``,
``answer`` (as the API gives it), ``confidence``, ``confidences`` (by annotation id), ``origin``, ``is_gold``,
``batch``, ``project_version``, ``completed_at``, ``metadata``, and ``content`` of a task that shows more than a
photo; what is empty is left out. It holds answers of every kind.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import msgspec

from assay.core.annotations.kind import MediaSize
from assay.core.formats.rows import (
    ExportFacts,
    ExportRow,
    ImportRow,
    Limits,
    Losses,
    ReadRow,
    RowProblem,
    Source,
    Spool,
)
from assay.core.formats.text import check_depth, lines


class _Line(msgspec.Struct, omit_defaults=True, kw_only=True):
    task_id: str
    file_name: str | None = None
    width: int | None = None
    height: int | None = None
    answer: msgspec.Raw | dict[str, Any]
    unique_id: str | None = None
    confidence: float | None = None
    confidences: dict[str, float] = {}
    origin: str | None = None
    is_gold: bool = False
    batch: str | None = None
    project_version: int | None = None
    completed_at: str | None = None
    metadata: dict[str, Any] = {}
    content: msgspec.Raw | None = None


class _ReadLine(msgspec.Struct):
    answer: dict[str, Any]
    file_name: str | None = None
    unique_id: str | None = None
    width: int | None = None
    height: int | None = None
    batch: str | None = None
    metadata: dict[str, Any] = {}


class JsonlExporter:
    """See ``Exporter``. Needs no spool, and loses nothing."""

    def __init__(self, facts: ExportFacts, spool: Spool) -> None:  # noqa: ARG002 - all exporters are made alike
        self.losses = Losses({})
        self._encode = msgspec.json.Encoder().encode_lines

    def add(self, rows: Iterable[ExportRow]) -> bytes:
        return self._encode([_line(row) for row in rows])

    def finish(self) -> Iterator[bytes]:
        return iter(())


def _line(row: ExportRow) -> _Line:
    answer = row.answer
    has_photo = row.width > 0 or row.content is None
    return _Line(
        task_id=row.task_id,
        file_name=row.file_name if has_photo else None,
        width=row.width if has_photo else None,
        height=row.height if has_photo else None,
        # JSON text goes through as it is, and must not break the line.
        answer=answer if isinstance(answer, dict) else msgspec.Raw(_one_line(answer)),
        unique_id=row.unique_id,
        confidence=row.confidence,
        confidences=row.confidences,
        origin=row.origin,
        is_gold=row.is_gold,
        batch=row.batch,
        project_version=row.project_version,
        completed_at=row.completed_at,
        metadata=row.metadata,
        content=None if row.content is None else msgspec.Raw(_one_line(row.content)),
    )


def _one_line(text: bytes | str) -> bytes:
    # Inside JSON strings newlines are escaped, so those that are bare are only layout.
    data = text.encode() if isinstance(text, str) else text
    return data.replace(b"\r", b" ").replace(b"\n", b" ")


_decode = msgspec.json.Decoder(_ReadLine).decode


def read_jsonl(source: Source, limits: Limits | None = None) -> Iterator[ReadRow]:
    """What ``JsonlExporter`` wrote, one ``ImportRow`` for each line, as it is read.

    Only the shape of a line is looked at; whether its answer suits a project is for the project's kind to check.
    Raises ``Invalid`` when there are more lines than ``limits`` allow.
    """
    limits = limits or Limits()
    for number, line in lines(source, limits):
        if isinstance(line, RowProblem):
            yield line
            continue
        try:
            read = _decode(line)
            check_depth(read.answer)
        except (msgspec.DecodeError, RecursionError, ValueError) as error:
            yield RowProblem(number, f"line {number}", f"not a line of an Assay export: {error}")
            continue
        if len(msgspec.json.encode(read.metadata)) > limits.metadata_bytes_max:
            yield RowProblem(number, f"line {number}", f"its metadata is over {limits.metadata_bytes_max >> 10} KiB")
            continue
        if not read.file_name and not read.unique_id:
            yield RowProblem(number, f"line {number}", "it names no photo: give file_name or unique_id")
            continue
        size = MediaSize(read.width, read.height) if read.width and read.height else None
        yield ImportRow(
            number,
            file_name=read.file_name,
            unique_id=read.unique_id,
            answer=read.answer,
            metadata=read.metadata,
            batch=read.batch,
            size=size,
        )
