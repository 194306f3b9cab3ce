"""Lines, tables and any bytes at all: refused with a reason, in bounded time and memory, and nothing else is raised."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assay.core.errors import Invalid
from assay.core.formats.imports import IMPORT_FORMATS
from assay.core.formats.names import safe_stem
from assay.core.formats.rows import ImportRow, RowProblem
from hostile import OBJECT, XML, archive, messages, read

# Lines


@pytest.mark.parametrize(
    ("name", "line", "message"),
    [
        ("assay", b"{", "not a line"),
        ("assay", b'{"answer":{}}', "names no photo"),
        ("assay", b'{"answer":' + b'{"a":' * 40 + b"1" + b"}" * 41, "nested"),
        ("assay", b'{"answer":' + b"[" * 100_000, "longer than"),
        ("assay", b'{"answer":' + b"[" * 60_000, "not a line"),
        ("assay", b'{"file_name":"a","answer":[]}', "not a line"),
        ("jsonl", b'{"file":"a","prority":1}', "prority"),
        ("jsonl", b'{"file":"a","priority":101}', "priority"),
        ("jsonl", b'{"file":"a","url":"https://a.b/"}', "either"),
        ("jsonl", b'{"file":"a\\u0000b"}', "NUL"),
        ("jsonl", b"{}", "either"),
        ("urls", b"ftp://example.com/a", "http"),
        ("urls", b"file:///etc/passwd", "http"),
        ("urls", b"javascript:alert(1)", "http"),
        ("urls", b"https://", "http"),
        ("urls", b"https://[::1", "not an address"),
        ("urls", b"https://a.b/\x00", "control"),
        ("urls", b"https://a.b/c d", "space"),
        ("urls", b"https://a.b/" + b"x" * 3000, "longer"),
        ("urls", b"\xff\xfe", "decode"),
    ],
)
def test_a_bad_line_is_a_problem_and_the_next_is_read(name: str, line: bytes, message: str) -> None:
    good = {"assay": b'{"file_name":"g","answer":{}}', "jsonl": b'{"file":"g"}', "urls": b"https://g.example/"}[name]

    first, second = read(name, line + b"\n" + good + b"\n")

    assert isinstance(first, RowProblem)
    assert message in first.message
    assert isinstance(second, ImportRow)
    assert second.row == 2


def test_a_file_of_too_many_lines_is_refused() -> None:
    with pytest.raises(Invalid, match="1000 lines"):
        read("urls", b"https://a.b/\n" * 1001)


def test_a_line_without_end_is_never_held_whole() -> None:
    (only,) = read("urls", b"x" * (3 << 20))

    assert isinstance(only, RowProblem)


@pytest.mark.parametrize(
    "data",
    [b"", b"name\nx", b"url,url\n", b"url,\xff\n", b"url\n\0\n", b"metadata.,url\n", b"priority\n1\n"],
)
def test_a_csv_with_a_wrong_header_is_refused(data: bytes) -> None:
    with pytest.raises(Invalid):
        read("csv", data)


@pytest.mark.parametrize(
    ("row", "message"),
    [
        (b"https://a.b/,1,2", "cells"),
        (b",5", "either"),
        (b"https://a.b/,x", "priority"),
        (b"https://a.b/,\xd9\xa3", "priority"),
        (b'"https://a.b/"x,5', "rest of the file"),
        (b'"' + b"x" * 200_000, "field"),
    ],
)
def test_a_bad_row_of_csv_is_a_problem(row: bytes, message: str) -> None:
    found = messages("csv", b"url,priority\n" + row)

    assert message in found[0]


# Anything at all


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(IMPORT_FORMATS), st.binary(max_size=300))
def test_no_bytes_raise_anything_but_invalid(name: str, data: bytes) -> None:
    with contextlib.suppress(Invalid):
        assert isinstance(read(name, data), list)


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(["yolo", "voc"]), st.data())
def test_no_damaged_archive_raises_anything_but_invalid(name: str, data: st.DataObject) -> None:
    xml = XML.format(OBJECT.format("<xmin>1</xmin><ymin>1</ymin><xmax>2</xmax><ymax>2</ymax>"))
    whole = bytearray(archive(lambda z: z.writestr("a.xml", xml)))
    for _ in range(data.draw(st.integers(1, 4))):
        whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))

    with contextlib.suppress(Invalid):
        assert isinstance(read(name, bytes(whole)), list)


@pytest.mark.parametrize("format", ["yolo", "voc"])
def test_an_entry_whose_name_begins_with_nothing_is_a_problem_of_its_own(format: str) -> None:
    whole = archive(lambda z: z.writestr("a.xml", "x")).replace(b"a.xml", b"\0.xml")

    assert "leads outside" in str(messages(format, whole))


@given(st.text(max_size=400))
def test_safe_stems_are_safe(name: str) -> None:
    stem = safe_stem(name)

    assert 1 <= len(stem) <= 81
    assert stem.isascii()
    assert not set(stem) & set('/\\:\0\n\r\t *?"<>|')
    assert stem not in {".", ".."}
    assert safe_stem(stem + ".jpg").lower().lstrip("_") == stem.lower().lstrip("_")
