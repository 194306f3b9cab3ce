"""What hostile files are made with and read with: small limits, archives, and COCO with one thing wrong."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable
from typing import Any

from assay.core.formats.imports import read_rows
from assay.core.formats.rows import Limits, ReadRow, RowProblem

LIMITS = Limits(
    file_bytes_max=4 << 20,
    line_bytes_max=1 << 16,
    rows_max=1000,
    annotations_max=50,
    vertices_max=500,
    entries_max=200,
    entry_bytes_max=1 << 20,
    unpacked_bytes_max=4 << 20,
)
XML = "<annotation><filename>a.jpg</filename>{}</annotation>"
OBJECT = "<object><name>car</name><bndbox>{}</bndbox></object>"


def read(name: str, data: bytes) -> list[ReadRow]:
    return list(read_rows(name, io.BytesIO(data), None, LIMITS))


def messages(name: str, data: bytes) -> list[str]:
    return [row.message for row in read(name, data) if isinstance(row, RowProblem)]


def archive(fill: Callable[[zipfile.ZipFile], Any], base: bool = True) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as opened:
        if base:
            opened.writestr("classes.txt", "car\n")
            opened.writestr("labels/good.txt", "0 .5 .5 .1 .1\n")
        fill(opened)
    return held.getvalue()


def coco(**parts: Any) -> bytes:
    whole = {
        "images": [{"id": 1, "file_name": "a.jpg", "width": 10, "height": 10}],
        "categories": [{"id": 1, "name": "car"}],
        "annotations": [],
    }
    return json.dumps({**whole, **parts}).encode()


def annotation(**parts: Any) -> bytes:
    return coco(annotations=[{"id": 5, "image_id": 1, "category_id": 1, **parts}])
