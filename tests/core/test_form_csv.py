"""Forms as CSV, read back by the standard library's reader."""

from __future__ import annotations

import csv
import io
import json
import tempfile
from typing import Any

import pytest

from assay.core.errors import Invalid
from assay.core.formats.exports import export, export_format
from assay.core.formats.rows import ExportFacts, ExportRow
from assay.core.taxonomy import Attribute, Choice, Taxonomy

TAXONOMY = Taxonomy(
    attributes=[
        Attribute("topic", "category", choices=[Choice("sport"), Choice("politics")]),
        Attribute("tags", "multiselect", choices=[Choice("long"), Choice("short")]),
        Attribute("people", "group", values_max=9, attributes=[Attribute("name", "text"), Attribute("age", "number")]),
        Attribute("text", "text"),
    ]
)
FIXED = {"unique_id": "", "batch": "", "origin": "", "confidence": "", "is_gold": "false", "completed_at": ""}


def row(number: int, attributes: dict[str, Any], **changes: Any) -> ExportRow:
    content = json.dumps([{"type": "text", "text": f"Text {number}"}])
    values = {"file_name": "", "width": 0, "height": 0, "answer": json.dumps({"attributes": attributes})}
    return ExportRow(**{"task_id": f"t{number}", "content": content, **values, **changes})


def read_back(*rows: ExportRow) -> tuple[list[dict[str, str]], dict[str, int]]:
    with tempfile.SpooledTemporaryFile() as spool:
        exporter = export_format("csv", "form").begin(ExportFacts("p", "Forms", TAXONOMY), spool)
        data = b"".join(export(exporter, rows, page_rows=2)).decode()
    found = csv.DictReader(io.StringIO(data, newline=""))
    return list(found), {loss.what: loss.count for loss in exporter.losses.report()}


def test_a_row_is_a_task_and_a_column_a_question() -> None:
    people = [{"name": "Ada", "age": 36.0}, {"name": "Bo"}]

    rows, _ = read_back(row(1, {"topic": "sport", "tags": ["long", "short"], "people": people}), row(2, {"text": "hm"}))

    assert rows == [
        {"task_id": "t1", **FIXED, "text": "Text 1", "topic": "sport", "tags": "long | short",
         "people.name": "Ada | Bo", "people.age": "36 | ", "answer.text": ""},
        {"task_id": "t2", **FIXED, "text": "Text 2", "topic": "", "tags": "", "people.name": "", "people.age": "",
         "answer.text": "hm"},
    ]  # fmt: skip


def test_a_question_that_only_a_task_asks_has_a_column_too() -> None:
    rows, _ = read_back(row(1, {"topic": "sport"}), row(2, {"mood": "calm"}))

    assert [each["mood"] for each in rows] == ["", "calm"]


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-1", "@sum(A1)", "\t=1", "\r=1", "\n=1"])
def test_no_cell_is_a_formula(cell: str) -> None:
    rows, _ = read_back(row(1, {"text": cell, "=evil": 'a "quoted",\nline'}, unique_id=cell))

    assert rows[0]["answer.text"] == rows[0]["unique_id"] == f"'{cell}"
    assert rows[0]["'=evil"] == 'a "quoted",\nline'


def test_numbers_below_zero_stay_numbers() -> None:
    rows, _ = read_back(row(1, {"depth": -3.5}))

    assert rows[0]["depth"] == "-3.5"


def test_what_the_file_could_not_hold_is_counted() -> None:
    _, lost = read_back(row(1, {"tags": ["a | b", "c"]}, metadata={"a": 1}, confidences={"tags": 0.9}))

    assert lost == {"metadata": 1, "confidences": 1, "bar": 1}


def test_formats_for_photos_refuse_forms_and_the_other_way_round() -> None:
    for name in ("coco", "yolo", "voc"):
        with pytest.raises(Invalid, match="use jsonl or csv"):
            export_format(name, "form")
    with pytest.raises(Invalid, match="coco or yolo or voc or jsonl"):
        export_format("csv", "image")
