"""Documents as CSV."""

from __future__ import annotations

import csv
import io
import json
import tempfile
from typing import Any

import pytest

from assay.core.errors import Invalid
from assay.core.formats.exports import export, export_format
from assay.core.formats.rows import Exporter, ExportFacts, ExportRow
from assay.core.taxonomy import Label, Taxonomy

FACTS = ExportFacts("b", "Bills", Taxonomy([Label("line", text="required")]))
PAGES = [{"type": "image", "attachment_id": f"{number:032}"} for number in (1, 2)]
CONTENT = json.dumps([PAGES[0] | {"width": 600, "height": 800}, PAGES[1]])


def row(answer: dict[str, Any], **more: Any) -> ExportRow:
    return ExportRow("t1", "", 0, 0, answer, content=CONTENT, unique_id="u1", **more)


def written(*rows: ExportRow) -> tuple[list[dict[str, str]], Exporter]:
    with tempfile.SpooledTemporaryFile() as spool:
        exporter = export_format("regions", "document").begin(FACTS, spool)
        text = b"".join(export(exporter, rows)).decode()
    return list(csv.DictReader(io.StringIO(text))), exporter


def test_a_region_is_a_row_with_its_text_its_page_and_its_groups() -> None:
    answer = {
        "annotations": [
            {"type": "box", "id": "a", "label": "line", "text": "Total\n12,50", "x": 1.5, "y": 2.0, "width": 3.0,
             "height": 4.0, "attributes": {"currency": "EUR"}},
            {"type": "box", "id": "b", "label": "line", "page": 1, "x": 0.0, "y": 0.0, "width": 1.0, "height": 1.0},
        ],
        "groups": [{"id": "g", "label": "row", "members": ["b", "a"], "attributes": {"kind": "item"}}],
    }  # fmt: skip

    (first, second), exporter = written(row(answer, confidences={"a": 0.75}, batch="May", origin="consensus"))

    assert {name: first[name] for name in ("task_id", "unique_id", "batch", "origin", "annotation_id", "label")} == {
        "task_id": "t1", "unique_id": "u1", "batch": "May", "origin": "consensus", "annotation_id": "a",
        "label": "line",
    }  # fmt: skip
    assert (first["page"], first["text"], first["confidence"]) == ("0", "Total\n12,50", "0.75")
    assert [first[name] for name in ("x", "y", "width", "height", "page_width", "page_height")] == [
        "1.5", "2", "3", "4", "600", "800",
    ]  # fmt: skip
    assert json.loads(first["attributes"]) == {"currency": "EUR"}
    assert json.loads(second["groups"]) == [{"id": "g", "label": "row", "attributes": {"kind": "item"}}]
    assert (second["page"], second["page_width"], second["text"]) == ("1", "", "")
    assert exporter.losses.report() == []


def test_what_a_row_cannot_hold_is_told() -> None:
    outline = {"type": "polygon", "id": "p", "label": "line", "rings": [[[0, 0], [10, 0], [10, 5]]]}

    rows, exporter = written(
        row({"annotations": [outline], "attributes": {"legible": "yes"}}, metadata={"a": 1}), row({})
    )

    assert [(each["x"], each["width"], each["height"]) for each in rows] == [("0", "10", "5")]
    assert {loss.what: loss.count for loss in exporter.losses.report()} == {
        "outlines": 1, "attributes": 1, "metadata": 1, "empty": 1,
    }  # fmt: skip


def test_text_that_a_spreadsheet_would_take_for_a_formula_is_made_safe() -> None:
    region = {"type": "box", "id": "a", "label": "line", "text": "=1+1", "x": 0, "y": 0, "width": 1, "height": 1}

    assert written(row({"annotations": [region]}))[0][0]["text"] == "'=1+1"


def test_photos_have_no_pages() -> None:
    with pytest.raises(Invalid):
        export_format("regions", "image")
    with pytest.raises(Invalid):
        export_format("coco", "document")


def test_answers_may_come_as_rows_hold_them() -> None:
    region = {"type": "box", "id": "a", "label": "line", "text": "x", "x": 0, "y": 0, "width": 1, "height": 1}
    held = ExportRow("t1", "", 0, 0, json.dumps({"annotations": [region]}), content=CONTENT)

    assert [each["text"] for each in written(held)[0]] == ["x"]
