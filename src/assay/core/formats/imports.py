"""Which formats can be read, and by which reader."""

from __future__ import annotations

from collections.abc import Iterator

from assay.core.errors import Invalid
from assay.core.formats.coco_import import read_coco
from assay.core.formats.jsonl import read_jsonl
from assay.core.formats.manifest import read_csv, read_manifest_jsonl, read_urls
from assay.core.formats.rows import Limits, ReadRow, Source
from assay.core.formats.voc_import import read_voc
from assay.core.formats.yolo_import import read_yolo
from assay.core.taxonomy import Taxonomy

# Those that bring photos (or name them), and those that bring answers to photos that are there.
MANIFEST_READERS = {"csv": read_csv, "urls": read_urls, "jsonl": read_manifest_jsonl}
ANSWER_READERS = {"coco": read_coco, "yolo": read_yolo, "voc": read_voc}
ANSWERLESS = ("csv", "urls")
IMPORT_FORMATS = (*MANIFEST_READERS, *ANSWER_READERS, "assay")


def read_rows(
    name: str, source: Source, taxonomy: Taxonomy | None = None, limits: Limits | None = None
) -> Iterator[ReadRow]:
    """Every row of a file in the format ``name``, as it is read.

    With a ``taxonomy`` marks are fitted to what the project takes. What is wrong with a row becomes a
    ``RowProblem``. Raises ``Invalid`` for an unknown format (at once), and while reading for a file that is not in
    its format or is over ``limits``; nothing else, whatever the file holds.
    """
    if name in MANIFEST_READERS:
        return MANIFEST_READERS[name](source, limits)
    if name in ANSWER_READERS:
        return ANSWER_READERS[name](source, taxonomy, limits)
    if name == "assay":
        return read_jsonl(source, limits)
    raise Invalid(f"no such import format; use one of {', '.join(IMPORT_FORMATS)}", "format")
