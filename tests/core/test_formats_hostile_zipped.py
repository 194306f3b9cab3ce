"""YOLO and VOC made to hurt: a broken file is one problem, and neither YAML nor XML does more than say something."""

from __future__ import annotations

import time

import pytest

from assay.core.errors import Invalid
from assay.core.formats.rows import ImportRow
from hostile import OBJECT, XML, archive, messages, read

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
