"""Files made to hurt: each is refused with a reason, in bounded time and memory, and none raises anything else."""

from __future__ import annotations

import contextlib
import io
import json
import stat
import struct
import time
import tracemalloc
import zipfile
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assay.core.errors import Invalid
from assay.core.formats.imports import IMPORT_FORMATS, read_rows
from assay.core.formats.names import safe_stem
from assay.core.formats.rows import ImportRow, Limits, ReadRow, RowProblem
from assay.core.formats.shapes import decode_runs, runs_to_rings

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


def read(name: str, data: bytes, limits: Limits = LIMITS) -> list[ReadRow]:
    return list(read_rows(name, io.BytesIO(data), None, limits))


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


# Archives


@pytest.mark.parametrize(
    "name", ["../x.txt", "/etc/x.txt", "a/../../x.txt", "C:\\x.txt", "..\\x.txt", "labels/" + "n" * 600 + ".txt"]
)
def test_an_entry_that_leads_outside_is_a_problem_and_the_others_are_read(name: str) -> None:
    rows = read("yolo", archive(lambda z: z.writestr(name, "0 .5 .5 .1 .1")))

    assert len([row for row in rows if isinstance(row, RowProblem)]) == 1
    assert [row.file_stem for row in rows if isinstance(row, ImportRow)] == ["good"]


def test_entries_are_numbered_by_their_place_in_the_archive_whether_good_or_bad() -> None:
    """Problems are kept by their number; two of one number would be taken for one."""

    def fill(opened: zipfile.ZipFile) -> None:
        opened.writestr("../x.txt", "0 .5 .5 .1 .1")
        opened.writestr("labels/BAD.TXT", "7 .5 .5 .1 .1")

    rows = read("yolo", archive(fill))

    assert {row.row: getattr(row, "item", "") or getattr(row, "file_stem", "") for row in rows} == {
        2: "good",
        3: "../x.txt",
        4: "labels/BAD.TXT",
    }


def test_a_link_is_not_followed() -> None:
    link = zipfile.ZipInfo("labels/evil.txt")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16

    assert "link" in messages("yolo", archive(lambda z: z.writestr(link, "/etc/passwd")))[0]


def test_an_archive_within_the_archive_is_not_opened() -> None:
    inner = archive(lambda _: None)

    assert "archive inside" in messages("yolo", archive(lambda z: z.writestr("more.zip", inner)))[0]


def test_two_entries_of_one_name_are_not_both_read() -> None:
    with pytest.warns(UserWarning, match="Duplicate"):
        data = archive(lambda z: z.writestr("labels/good.txt", "0 .1 .1 .1 .1"))

    assert "same name" in messages("yolo", data)[0]


def test_a_bomb_is_stopped_while_it_unpacks() -> None:
    """16 MiB of zeros in some 16 KiB: neither it nor what it says of its size is believed."""
    data = archive(lambda z: z.writestr("labels/bomb.txt", b"0" * (16 << 20)))
    tracemalloc.start()

    found = messages("yolo", data)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert "larger than" in found[0]
    assert peak < 8 << 20


def test_many_entries_that_are_large_together_are_refused() -> None:
    def fill(opened: zipfile.ZipFile) -> None:
        for number in range(8):
            opened.writestr(f"labels/{number}.txt", b" " * 900_000)

    with pytest.raises(Invalid, match="unpacks to more than 4 MiB"):
        read("yolo", archive(fill))


def test_an_archive_of_too_many_entries_is_refused() -> None:
    def fill(opened: zipfile.ZipFile) -> None:
        for number in range(300):
            opened.writestr(f"labels/{number}.txt", "")

    with pytest.raises(Invalid, match="302 entries"):
        read("yolo", archive(fill))


def test_a_directory_that_claims_to_be_huge_is_not_read_into_memory() -> None:
    """The tail says that the list of entries is 2 GiB long, and the file is long enough to try."""
    data = bytearray(archive(lambda _: None))
    tail = data.rfind(b"PK\x05\x06")
    struct.pack_into("<L", data, tail + 12, 3 << 20)
    padded = b"\0" * (3 << 20) + bytes(data)

    with pytest.raises(Invalid):
        read("yolo", padded)


def test_a_header_that_lies_about_the_size_is_noticed() -> None:
    data = bytearray(archive(lambda z: z.writestr("labels/liar.txt", "0 .5 .5 .1 .1\n" * 50)))
    place = data.rfind(b"labels/liar.txt")
    # The unpacked size in the directory, 22 bytes before the name.
    struct.pack_into("<L", data, place - 22, 14)

    found = messages("yolo", bytes(data))

    assert "cannot be unpacked" in found[0]


def test_an_encrypted_entry_is_refused_by_name() -> None:
    data = bytearray(archive(lambda z: z.writestr("labels/secret.txt", "0 .5 .5 .1 .1")))
    place = data.rfind(b"labels/secret.txt")
    struct.pack_into("<H", data, place - 38, 1)

    assert "encrypted" in messages("yolo", bytes(data))[0]


def test_what_operating_systems_add_is_passed_over() -> None:
    rows = read("yolo", archive(lambda z: z.writestr("__MACOSX/labels/._good.txt", b"\0\5\x16")))

    assert len(rows) == 1


# YOLO


@pytest.mark.parametrize(
    "line",
    [
        "0 nan .5 .1 .1",
        "0 inf .5 .1 .1",
        "0 .5 .5 .1",
        "0 .5 .5 0 .1",
        "0 .5 .5 -.1 .1",
        "0 5 5 1 1",
        "7 .5 .5 .1 .1",
        "-1 .5 .5 .1 .1",
        "car .5 .5 .1 .1",
        "9" * 5000 + " .5 .5 .1 .1",
        "0 .1 .1 .2 .2 .3 .3 .4",
        "0 .1 .1 .2 .2 .3 1e300",
        "0 " + ".1 .2 " * 501,
        "٣ .5 .5 .1 .1",
    ],
)
def test_a_broken_line_makes_its_file_a_problem(line: str) -> None:
    found = messages("yolo", archive(lambda z: z.writestr("labels/bad.txt", "0 .5 .5 .1 .1\n" + line)))

    assert found
    assert found[0].startswith("line 2: ")


@pytest.mark.parametrize(
    "yaml",
    [
        "a: &a [x, x]\nb: &b [*a, *a]\nnames: [*b, *b]",
        "[" * 5000,
        "names: {x: y}",
        "names: []",
        "names: 3",
        "- names",
        "\0",
        "names: [[1]]",
        "? [a]\n: b",
    ],
)
def test_class_names_in_hostile_yaml_are_refused(yaml: str) -> None:
    with pytest.raises(Invalid):
        read("yolo", archive(lambda z: z.writestr("data.yaml", yaml)))


def test_a_tag_in_yaml_makes_nothing_but_text() -> None:
    yaml = "names: !!python/object/apply:os.system [ls]"

    (row,) = read("yolo", archive(lambda z: z.writestr("data.yaml", yaml)))

    assert isinstance(row, ImportRow)
    assert row.answer is not None
    assert row.answer["annotations"][0]["label"] == "ls"


def test_more_marks_than_a_photo_may_have_make_it_a_problem() -> None:
    found = messages("yolo", archive(lambda z: z.writestr("labels/x.txt", "0 .5 .5 .1 .1\n" * 51)))

    assert "more than 50 marks" in found[0]


# VOC

BOMB = """<!DOCTYPE a [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;">]>
<annotation><filename>&c;</filename></annotation>"""
FILE = """<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><annotation><filename>&x;</filename></annotation>"""
REMOTE = """<!DOCTYPE a SYSTEM "http://127.0.0.1:1/a.dtd"><annotation/>"""


@pytest.mark.parametrize("xml", [BOMB, FILE, REMOTE])
def test_xml_that_declares_entities_is_not_read(xml: str) -> None:
    (found,) = messages("voc", archive(lambda z: z.writestr("a.xml", xml), base=False))

    assert "document type or entities" in found


@pytest.mark.parametrize(
    ("xml", "message"),
    [
        ("<annotation>", "not well-formed"),
        ("<x/>", "root"),
        (XML.format("<object/>"), "has no name"),
        (XML.format("<object><name>car</name></object>"), "no bndbox"),
        (XML.format(OBJECT.format("<xmin>1</xmin>")), "no ymin"),
        (XML.format(OBJECT.format("<xmin>x</xmin><ymin>1</ymin><xmax>1</xmax><ymax>1</ymax>")), "not a number"),
        (XML.format(OBJECT.format("<xmin>nan</xmin><ymin>1</ymin><xmax>1</xmax><ymax>1</ymax>")), "not a number"),
        (XML.format(OBJECT.format("<xmin>9</xmin><ymin>1</ymin><xmax>1</xmax><ymax>1</ymax>")), "ends before"),
        ('<?xml version="1.0" encoding="bogus"?><annotation/>', "not well-formed"),
        (XML.format("<object><name>car</name><polygon><x1>1</x1><y1>1</y1></polygon></object>"), "at least 3"),
    ],
)
def test_broken_xml_is_a_problem_with_its_reason(xml: str, message: str) -> None:
    (found,) = messages("voc", archive(lambda z: z.writestr("a.xml", xml), base=False))

    assert message in found


def test_an_outline_of_very_many_points_takes_no_time() -> None:
    points = "".join(f"<x{n}>{n}</x{n}><y{n}>{n}</y{n}>" for n in range(1, 20_000))
    data = XML.format(f"<object><name>car</name><polygon>{points}</polygon></object>")
    started = time.perf_counter()

    (found,) = messages("voc", archive(lambda z: z.writestr("a.xml", data), base=False))

    assert "more than 500 points" in found
    assert time.perf_counter() - started < 5


def test_deeply_nested_xml_is_survived() -> None:
    data = XML.format("<a>" * 50_000 + "</a>" * 50_000)

    rows = read("voc", archive(lambda z: z.writestr("a.xml", data), base=False))

    assert len(rows) == 1


# COCO


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"[]",
        b"{}",
        b"\xff\xfe",
        b'{"images":' + b"[" * 200_000,
        b'{"images":[],"categories":[{"id":1,"name":"a"},{"id":1,"name":"b"}]}',
        b'{"images":[],"categories":[{"id":"x"}]}',
        b'{"images":{},"categories":[]}',
        b" " * (5 << 20),
    ],
)
def test_what_is_not_coco_is_refused_at_once(data: bytes) -> None:
    with pytest.raises(Invalid):
        read("coco", data)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (annotation(), "neither a segmentation nor a bbox"),
        (annotation(bbox=[1, 2, 3]), "bbox of four"),
        (annotation(bbox=[1, 2, 0, 4]), "wider and higher"),
        (annotation(bbox=[1, 2, -3, 4]), "wider and higher"),
        (annotation(bbox=[1e300, 2, 3, 4]), "not a number within reason"),
        (annotation(bbox=["1", 2, 3, 4]), "Expected"),
        (annotation(bbox=[1, 2, 3, 4], category_id=2), "no category"),
        (annotation(segmentation=[[1, 2, 3, 4]]), "three pairs"),
        (annotation(segmentation=[[1, 2, 3, 4, 5, 6, 7]]), "three pairs"),
        (annotation(segmentation=[1, [2]]), "a list of outlines"),
        (annotation(segmentation={"size": [10, 10], "counts": [5]}), "add up"),
        (annotation(segmentation={"size": [10, 10], "counts": [-5, 105]}), "run lengths"),
        (annotation(segmentation={"size": [1e9, 1e9], "counts": "0"}), "size"),
        (annotation(segmentation={"size": [100_000, 100_000], "counts": [0, 10**10]}), "photo is 10 x 10"),
        (annotation(segmentation={"size": [10, 10], "counts": "\x01\x7f"}), "run-length text"),
        (annotation(segmentation={"size": [10, 10], "counts": "o" * 100}), "run-length text"),
        (annotation(segmentation={"size": [10, 10]}), "counts"),
        (coco(images=[{"id": 1}]), "no file_name"),
        (coco(images=[{"id": 1, "file_name": "a", "width": -1, "height": 1}]), "no photo's"),
        (coco(images=[{"file_name": "a"}]), "id"),
        (coco(images=[{"id": 1, "file_name": "a", "metadata": {"x": "y" * 70_000}}]), "over 64 KiB"),
        (coco(images=[{"id": 1, "file_name": "a", "polylines": [{"polyline": 3}]}]), "polyline needs"),
        (coco(annotations=[{"id": 1}]), "names no image"),
        (coco(annotations=[{"image_id": 99}]), "unknown image"),
    ],
)
def test_a_broken_row_of_coco_is_a_problem_with_its_reason(data: bytes, message: str) -> None:
    assert any(message in found for found in messages("coco", data))


def test_a_photo_with_one_broken_annotation_is_not_half_taken() -> None:
    data = coco(
        annotations=[
            {"id": 1, "image_id": 1, "category_id": 1, "bbox": [1, 1, 2, 2]},
            {"id": 2, "image_id": 1, "category_id": 1, "bbox": [1]},
        ]
    )

    (only,) = read("coco", data)

    assert isinstance(only, RowProblem)
    assert only.message.startswith("annotation 2:")


def test_a_mask_as_large_as_the_sky_is_refused() -> None:
    image = {"id": 1, "file_name": "a", "width": 100_000, "height": 100_000}
    segmentation = {"size": [100_000, 100_000], "counts": [0, 10**10]}
    data = coco(images=[image], annotations=[{"id": 1, "image_id": 1, "category_id": 1, "segmentation": segmentation}])

    assert "too large" in messages("coco", data)[0]


def test_a_chessboard_mask_stops_at_the_limit() -> None:
    with pytest.raises(ValueError, match="corners"):
        runs_to_rings([1] * 9_999, 101, 99, 500)


@given(st.text(max_size=40))
def test_run_length_text_gives_numbers_or_a_reason(text: str) -> None:
    try:
        runs = decode_runs(text)
    except ValueError:
        return
    assert all(isinstance(run, int) for run in runs)


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


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=6) | st.dictionaries(st.text(max_size=4), inner, max_size=4),
    max_leaves=8,
)


@settings(max_examples=150, deadline=None)
@given(
    st.fixed_dictionaries(
        {"id": JSON, "image_id": st.just(1), "category_id": st.just(1)},
        optional=dict.fromkeys(
            ("bbox", "segmentation", "keypoints", "attributes", "rings", "iscrowd", "annotation_id"), JSON
        ),
    )
)
def test_no_annotation_raises(given_annotation: dict[str, Any]) -> None:
    (only,) = read("coco", coco(annotations=[given_annotation]))

    assert isinstance(only, ImportRow | RowProblem)


@given(st.text(max_size=400))
def test_safe_stems_are_safe(name: str) -> None:
    stem = safe_stem(name)

    assert 1 <= len(stem) <= 81
    assert stem.isascii()
    assert not set(stem) & set('/\\:\0\n\r\t *?"<>|')
    assert stem not in {".", ".."}
    assert safe_stem(stem + ".jpg").lower().lstrip("_") == stem.lower().lstrip("_")


def test_two_coco_images_of_one_id_share_no_marks() -> None:
    """Else the second photo would be called empty, which as a gold would punish everybody who is right."""
    images = [{"id": 1, "file_name": name, "width": 10, "height": 10} for name in ("a.jpg", "b.jpg")]

    first, second = read(
        "coco", coco(images=images, annotations=[{"id": 5, "image_id": 1, "category_id": 1, "bbox": [1, 1, 5, 5]}])
    )

    assert isinstance(first, ImportRow)
    assert isinstance(second, RowProblem)
    assert (second.item, second.row) == ("b.jpg", 2)
    assert "id 1" in second.message


def test_what_belongs_to_no_coco_image_has_a_number_of_its_own() -> None:
    boxes = [
        {"id": 5, "category_id": 1, "bbox": [1, 1, 5, 5], **more} for more in ({}, {"image_id": 8}, {"image_id": 9})
    ]

    rows = read("coco", coco(annotations=boxes))

    assert [(row.row, getattr(row, "item", "")) for row in rows] == [
        (2, "annotations[0]"),
        (1, ""),
        (3, "image_id 8"),
        (4, "image_id 9"),
    ]


def test_the_marks_of_a_refused_coco_image_are_not_called_strays() -> None:
    image = {"id": 1, "file_name": "", "width": 10, "height": 10}

    found = messages(
        "coco", coco(images=[image], annotations=[{"image_id": 1, "category_id": 1, "bbox": [1, 1, 5, 5]}])
    )

    assert found == ["it has no file_name"]
