"""Entities out: as CoNLL and as CSV, read again by parsers that know nothing of how they were written."""

from __future__ import annotations

import csv
import io
import json
import tempfile
import zipfile
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.core.annotations.entities import Span
from assay.core.errors import Invalid
from assay.core.formats.entities_conll import outermost
from assay.core.formats.exports import export, export_format
from assay.core.formats.rows import Exporter, ExportFacts, ExportRow
from assay.core.taxonomy import Label, Taxonomy

FACTS = ExportFacts("p", "P", Taxonomy(labels=[Label("person", shapes=["span"])]))
TEXT = "Dr. Ada 𝄞 Lovelace-King's letter\nto Charles Babbage,\n\nLondon"


def row(number: int, text: str, spans: list[tuple[int, int, str]], **more: Any) -> ExportRow:
    marks = [
        {"type": "span", "id": f"s{index}", "label": label, "start": start, "end": end}
        for index, (start, end, label) in enumerate(spans)
    ]
    content = json.dumps([{"type": "text", "text": text}])
    answer = {"annotations": marks} | more.pop("answer", {})
    return ExportRow(f"t{number}", "", 0, 0, answer, content=content, unique_id=f"u{number}", **more)


def at(passage: str, label: str = "person", text: str = TEXT) -> tuple[int, int, str]:
    start = text.index(passage)
    return start, start + len(passage), label


def written(name: str, rows: list[ExportRow]) -> tuple[bytes, Exporter]:
    with tempfile.SpooledTemporaryFile() as spool:
        exporter = export_format(name, "entities").begin(FACTS, spool)
        return b"".join(export(exporter, rows, page_rows=2)), exporter


def conll(rows: list[ExportRow]) -> tuple[list[str], list[dict[str, Any]], dict[str, int]]:
    """The lines, the index, and what was lost."""
    archive = zipfile.ZipFile(io.BytesIO(written("conll", rows)[0]))
    index = [json.loads(line) for line in archive.read("index.jsonl").splitlines()]
    losses = {each["what"]: each["count"] for each in json.loads(archive.read("losses.json"))}
    text = archive.read("labels.conll").decode()
    return text.split("\n")[:-1], index, losses


def entities(lines: list[str]) -> list[tuple[str, tuple[str, ...]]]:
    """Label and words of each entity, by the rules of CoNLL-2002: B- begins one, I- goes on with it."""
    found: list[tuple[str, list[str]]] = []
    for line in lines:
        word, _, tag = line.partition(" ")
        if tag.startswith("B-"):
            found.append((tag[2:], [word]))
        elif tag.startswith("I-"):
            assert found[-1][0] == tag[2:]
            found[-1][1].append(word)
    return [(label, tuple(words)) for label, words in found]


def test_a_text_becomes_words_with_tags_and_lines_sentences() -> None:
    lines, index, losses = conll([row(1, TEXT, [at("Ada 𝄞 Lovelace"), at("Charles Babbage"), at("London", "a place")])])

    assert lines == [
        "Dr O", ". O", "Ada B-person", "𝄞 I-person", "Lovelace I-person", "- O", "King O", "' O", "s O", "letter O", "",
        "to O", "Charles B-person", "Babbage I-person", ", O", "", "London B-a_place", "",
    ]  # fmt: skip
    assert index == [{"task_id": "t1", "line": 1, "lines": 18, "unique_id": "u1"}]
    assert losses == {}


def test_of_overlapping_entities_the_longest_is_written_and_the_others_counted() -> None:
    spans = [at("Lovelace"), at("Ada 𝄞 Lovelace"), at("Lovelace-King", "place"), at("Charles"), at("Charles", "a")]

    lines, _, losses = conll([row(1, TEXT, spans, metadata={"a": 1})])

    assert entities(lines) == [("person", ("Ada", "𝄞", "Lovelace")), ("a", ("Charles",))]
    assert losses == {"overlap": 3, "metadata": 1}


def test_a_word_is_cut_where_an_entity_ends_within_it() -> None:
    lines, _, _ = conll([row(1, "Donaudampfschiff", [(0, 5, "river"), (10, 16, "thing")])])

    assert lines == ["Donau B-river", "dampf O", "schiff B-thing", ""]


def test_an_entity_may_run_over_a_line_and_two_may_touch() -> None:
    lines, _, _ = conll([row(1, "New\nYork City", [(0, 8, "place"), (9, 13, "place")])])

    assert lines == ["New B-place", "York I-place", "City B-place", ""]


def test_the_index_says_which_lines_are_whose() -> None:
    rows = [row(1, "one two", [(0, 3, "x")]), row(2, " \n ", []), row(3, "three", [])]

    lines, index, _ = conll(rows)

    own = [lines[each["line"] - 1 : each["line"] - 1 + each["lines"]] for each in index]
    assert own == [["one B-x", "two O", ""], [], ["three O", ""]]
    assert [each["task_id"] for each in index] == ["t1", "t2", "t3"]


@st.composite
def marked(draw: st.DrawFn) -> tuple[str, list[tuple[int, int, str]]]:
    text = draw(st.text(alphabet="ab1_ .\n\u00a0\u2028𝄞é", min_size=1, max_size=30))
    spans = []
    for start, length, label in draw(
        st.lists(st.tuples(st.integers(0, 29), st.integers(1, 8), st.sampled_from("xy")), max_size=6, unique=True)
    ):
        passage = text[start : start + length]
        if passage.strip():
            begin = start + len(passage) - len(passage.lstrip())
            spans.append((begin, begin + len(passage.strip()), label))
    return text, spans


@given(st.lists(marked(), max_size=3))
def test_what_is_written_is_found_again(tasks: list[tuple[str, list[tuple[int, int, str]]]]) -> None:
    lines, index, losses = conll([row(number, *task) for number, task in enumerate(tasks)])

    overlapping = 0
    for entry, (text, spans) in zip(index, tasks, strict=True):
        own = lines[entry["line"] - 1 : entry["line"] - 1 + entry["lines"]]
        words = [line.split(" ")[0] for line in own if line]
        kept = outermost([Span(str(n), label, start, end) for n, (start, end, label) in enumerate(spans)])
        assert "".join(words) == "".join(text.split())
        assert [(label, "".join(words)) for label, words in entities(own)] == [
            (span.label, "".join(text[span.start : span.end].split())) for span in kept
        ]
        overlapping += len(spans) - len(kept)
    assert losses.get("overlap", 0) == overlapping


@given(marked())
def test_what_is_left_out_overlaps_something_as_long(task: tuple[str, list[tuple[int, int, str]]]) -> None:
    spans = [Span(str(n), label, start, end) for n, (start, end, label) in enumerate(task[1])]

    kept = outermost(spans)

    assert all(one.end <= other.start for one, other in pairwise(kept))
    for span in spans:
        rivals = [each for each in kept if each.start < span.end and span.start < each.end]
        assert span in kept or max(each.end - each.start for each in rivals) >= span.end - span.start


def test_a_csv_has_a_row_for_each_span_and_its_relations() -> None:
    relation = {"id": "r", "name": "wrote_to", "source": "s0", "target": "s1"}
    first = row(
        1,
        TEXT,
        [at("Ada 𝄞 Lovelace"), at("Charles Babbage")],
        answer={"relations": [relation], "attributes": {"tone": "warm"}},
        confidences={"s0": 0.75},
        origin="consensus",
    )
    second = row(2, "=1+1", [(0, 4, "formula")])

    data, exporter = written("spans", [first, second, row(3, "nothing here", [])])

    read = list(csv.DictReader(io.StringIO(data.decode(), newline="")))
    assert [(each["label"], each["text"], each["start"], each["end"]) for each in read] == [
        ("person", "Ada 𝄞 Lovelace", "4", "18"),
        ("person", "Charles Babbage", "36", "51"),
        ("formula", "'=1+1", "0", "4"),
    ]
    assert json.loads(read[0]["relations"]) == [{"name": "wrote_to", "target": "s1"}]
    assert (read[0]["confidence"], read[0]["unique_id"], read[0]["origin"]) == ("0.75", "u1", "consensus")
    assert TEXT[int(read[1]["start"]) : int(read[1]["end"])] == read[1]["text"]
    assert {each.what: each.count for each in exporter.losses.report()} == {"empty": 1, "attributes": 1}


def test_nothing_to_write_is_still_a_file() -> None:
    assert conll([]) == ([], [], {})
    assert written("spans", [])[0].decode().startswith("task_id,")


def test_the_answer_may_be_json_text() -> None:
    plain = row(1, TEXT, [at("London")])
    text = row(1, TEXT, [at("London")])
    text = ExportRow(text.task_id, "", 0, 0, json.dumps(text.answer), content=text.content, unique_id=text.unique_id)

    for name in ("conll", "spans"):
        assert written(name, [plain])[0] == written(name, [text])[0]


def test_photos_have_no_entities() -> None:
    with pytest.raises(Invalid):
        export_format("conll", "image")
    with pytest.raises(Invalid):
        export_format("coco", "entities")
