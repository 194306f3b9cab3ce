"""Which formats can be written, and how to begin one."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice

from assay.core.errors import Invalid
from assay.core.formats.coco_export import CocoExporter
from assay.core.formats.document_csv import begin_regions
from assay.core.formats.entities_conll import ConllExporter
from assay.core.formats.entities_csv import begin_spans
from assay.core.formats.form_csv import FormCsvExporter
from assay.core.formats.jsonl import JsonlExporter
from assay.core.formats.rows import Exporter, ExportFacts, ExportRow, Spool
from assay.core.formats.voc_export import VocExporter
from assay.core.formats.yolo_export import YoloExporter

PAGE_ROWS = 50


@dataclass(frozen=True)
class ExportFormat:
    """``begin`` makes an exporter from facts and an empty spool; ``ending`` is the file's, without a dot. ``kinds``:
    whose answers it holds, none for every kind's."""

    name: str
    title: str
    ending: str
    content_type: str
    begin: Callable[[ExportFacts, Spool], Exporter]
    kinds: tuple[str, ...] | None = ("image",)


EXPORT_FORMATS = {
    known.name: known
    for known in (
        ExportFormat("coco", "COCO", "json", "application/json", CocoExporter),
        ExportFormat("yolo", "YOLO", "zip", "application/zip", YoloExporter),
        ExportFormat("voc", "Pascal VOC", "zip", "application/zip", VocExporter),
        ExportFormat("jsonl", "Assay JSONL", "jsonl", "application/jsonl", JsonlExporter, None),
        ExportFormat("csv", "CSV", "csv", "text/csv; charset=utf-8", FormCsvExporter, ("form", "page")),
        ExportFormat("conll", "CoNLL", "zip", "application/zip", ConllExporter, ("entities",)),
        ExportFormat("spans", "CSV of spans", "csv", "text/csv; charset=utf-8", begin_spans, ("entities",)),
        ExportFormat("regions", "CSV of regions", "csv", "text/csv; charset=utf-8", begin_regions, ("document",)),
    )
}


def export_format(name: str, kind: str | None = None) -> ExportFormat:
    """Raises ``Invalid`` (field ``format``) for a format that is not written here, or that does not hold the answers of
    that kind of project."""
    if name not in EXPORT_FORMATS:
        raise Invalid(f"no such export format; use one of {', '.join(EXPORT_FORMATS)}", "format")
    found = EXPORT_FORMATS[name]
    if kind is not None and found.kinds is not None and kind not in found.kinds:
        fit = [each.name for each in EXPORT_FORMATS.values() if each.kinds is None or kind in each.kinds]
        raise Invalid(f"{found.title} holds no answers of the kind {kind!r}; use {' or '.join(fit)}", "format")
    return found


def export(exporter: Exporter, rows: Iterable[ExportRow], page_rows: int = PAGE_ROWS) -> Iterator[bytes]:
    """The whole file as chunks of bytes, none empty, from rows that are at hand (see ``Exporter`` for async)."""
    feed = iter(rows)
    while page := list(islice(feed, page_rows)):
        if chunk := exporter.add(page):
            yield chunk
    yield from (chunk for chunk in exporter.finish() if chunk)
