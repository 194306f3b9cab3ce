"""Which taxonomies can be worked with."""

from __future__ import annotations

from typing import Any

import pytest

from assay.core.annotations import kind_named
from assay.core.errors import Invalid
from assay.core.taxonomy import (
    Attribute,
    Choice,
    Condition,
    GivenMarks,
    Label,
    RelationType,
    Shape,
    ShapeLimits,
    Taxonomy,
)

IMAGE = kind_named("image")


def fields(taxonomy: Taxonomy) -> list[str]:
    with pytest.raises(Invalid) as caught:
        IMAGE.check_taxonomy(taxonomy)
    return [problem.field for problem in caught.value.problems]


def of_attributes(*attributes: Attribute) -> Taxonomy:
    return Taxonomy(labels=[Label("dog")], attributes=list(attributes))


def choices(*names: str) -> list[Choice]:
    return [Choice(name) for name in names]


def nested(depth: int) -> Taxonomy:
    label = Label(f"level {depth}")
    for level in range(depth - 1, 0, -1):
        label = Label(f"level {level}", shapes=[], children=[label])
    return Taxonomy(labels=[label])


def test_a_full_taxonomy_is_fine() -> None:
    kind = Attribute("kind", "category", choices=choices("big", "small"))
    size = Attribute("size", "number", minimum=1, maximum=1, when=Condition("kind", ["big"]))
    dog = Label("dog", color="#12aBef", shapes=["box", "polygon"], attributes=[kind, size])
    heading = Label("animal", shapes=[], children=[dog, Label("köt 猫")])

    IMAGE.check_taxonomy(Taxonomy(labels=[heading], attributes=[Attribute("note", "text")]))


def test_a_question_about_the_whole_photo_is_enough() -> None:
    IMAGE.check_taxonomy(Taxonomy(attributes=[Attribute("note", "text")]))


def test_something_has_to_be_asked() -> None:
    assert fields(Taxonomy()) == ["labels"]


def test_a_photo_has_no_spans() -> None:
    assert fields(Taxonomy(labels=[Label("dog", shapes=["box", "span"])])) == ["labels[0].shapes"]


def test_a_relation_on_photos_may_have_several_rules() -> None:
    rules = [RelationType("owns", source_labels=["dog"]), RelationType("owns", directed=False, target_labels=["cat"])]

    assert fields(Taxonomy(labels=[Label("dog")], relations=rules)) == ["relations[1].target_labels[0]"]


def test_a_margin_is_a_number_of_pixels() -> None:
    assert fields(Taxonomy(labels=[Label("dog")], margin_x=-1, margin_y=float("inf"))) == ["margin_x", "margin_y"]


def test_given_marks_are_marks() -> None:
    marks: list[dict[str, Any]] = [
        {"type": "point", "id": "a", "label": "dog", "x": 1, "y": 1},
        {"type": "box", "id": "b", "label": "cat"},
    ]
    box = {"type": "box", "id": "a", "label": "dog", "x": 1, "y": 1, "width": 1, "height": 1}

    assert fields(Taxonomy(labels=[Label("dog")], given=GivenMarks(marks))) == ["given.annotations[1]"]
    assert fields(Taxonomy(labels=[Label("dog")], given=GivenMarks(marks[:1]))) == ["given.annotations[0].label"]
    assert fields(Taxonomy(labels=[Label("dog")], given=GivenMarks([box, box]))) == ["given.annotations[1].id"]


def test_label_names_are_unique_over_the_whole_tree() -> None:
    tree = Taxonomy(labels=[Label("dog"), Label("animal", shapes=[], children=[Label("cat"), Label("dog")])])

    assert fields(tree) == ["labels[1].children[1].name"]


@pytest.mark.parametrize("name", ["", "  ", " dog", "a\x00b", "a\nb", "x" * 201, "\ud800"])
def test_names_can_be_shown_and_stored(name: str) -> None:
    assert fields(Taxonomy(labels=[Label(name)])) == ["labels[0].name"]
    assert fields(of_attributes(Attribute(name, "text"))) == ["attributes[0].name"]
    assert fields(of_attributes(Attribute("a", "category", choices=choices(name)))) == ["attributes[0].choices[0].name"]


@pytest.mark.parametrize("color", ["red", "#fff", "#12345g", "#1234567", "", "#123456\n"])
def test_colours_are_written_in_hexadecimal(color: str) -> None:
    assert fields(Taxonomy(labels=[Label("dog", color=color)])) == ["labels[0].color"]


def test_a_label_can_be_marked_or_has_labels_below() -> None:
    assert fields(Taxonomy(labels=[Label("animal", shapes=[])])) == ["labels[0].shapes"]
    assert fields(Taxonomy(labels=[Label("dog", shapes=["box", "box"])])) == ["labels[0].shapes"]


@pytest.mark.parametrize("size", [-1.0, float("nan"), float("inf")])
def test_minimum_sizes_are_sizes(size: float) -> None:
    assert fields(Taxonomy(labels=[Label("dog", width_min=size)])) == ["labels[0].width_min"]


def test_there_are_at_most_500_labels_eight_deep() -> None:
    IMAGE.check_taxonomy(Taxonomy(labels=[Label(f"label {number}") for number in range(500)]))
    IMAGE.check_taxonomy(nested(8))

    assert fields(Taxonomy(labels=[Label(f"label {number}") for number in range(501)])) == ["labels"]
    assert fields(nested(9)) == ["labels[0]" + ".children[0]" * 8]


def test_attributes_are_asked_once() -> None:
    assert fields(of_attributes(Attribute("a", "text"), Attribute("a", "number"))) == ["attributes[1].name"]


@pytest.mark.parametrize(
    ("attribute", "field"),
    [
        (Attribute("a", "category"), "choices"),
        (Attribute("a", "multiselect", choices=choices("x", "x")), "choices[1].name"),
        (Attribute("a", "number", choices=choices("x")), "choices"),
        (Attribute("a", "number", minimum=2, maximum=1), "minimum"),
        (Attribute("a", "number", maximum=float("nan")), "maximum"),
        (Attribute("a", "text", length_max=0), "length_max"),
    ],
)
def test_what_an_attribute_takes_makes_sense(attribute: Attribute, field: str) -> None:
    assert fields(of_attributes(attribute)) == [f"attributes[0].{field}"]


@pytest.mark.parametrize(
    ("condition", "field"),
    [
        (Condition("later", ["x"]), "attribute"),
        (Condition("asks", ["x"]), "attribute"),
        (Condition("owner", ["x"]), "attribute"),
        (Condition("size", ["3", "nan"]), "any_of[1]"),
        (Condition("kind", ["x"], also=[Condition("owner", ["x"])]), "also[0].attribute"),
        (Condition("kind", ["x"], or_else=[Condition("kind", ["z"])]), "or_else[0].any_of[0]"),
        (Condition("kind", ["x"], also=[Condition("kind", ["x"], also=[Condition("kind", ["x"])])]), "also[0]"),
        (
            Condition("kind", ["x"], or_else=[Condition("kind", ["x"], or_else=[Condition("kind", ["x"])])]),
            "or_else[0].or_else",
        ),
        (Condition("kind", []), "any_of"),
        (Condition("kind", ["x", "z"]), "any_of[1]"),
    ],
)
def test_conditions_look_back_at_choices_there_are(condition: Condition, field: str) -> None:
    kind = Attribute("kind", "category", choices=choices("x", "y"))
    later = Attribute("later", "category", choices=choices("x"))
    taxonomy = of_attributes(
        kind, Attribute("size", "number"), Attribute("owner", "mark"), Attribute("asks", "text", when=condition), later
    )

    assert fields(taxonomy) == [f"attributes[3].when.{field}"]


def test_a_text_can_be_a_condition() -> None:
    IMAGE.check_taxonomy(of_attributes(Attribute("a", "text"), Attribute("b", "text", when=Condition("a", ["x"]))))


@pytest.mark.parametrize(
    ("limits", "field"),
    [
        ({"box": ShapeLimits(vertices_min=4)}, "limits.box.vertices_min"),
        ({"polygon": ShapeLimits(vertices_max=2)}, "limits.polygon.vertices_max"),
        ({"polygon": ShapeLimits(vertices_min=6, vertices_max=5)}, "limits.polygon.vertices_max"),
        ({"polygon": ShapeLimits(vertices_max=3000)}, "limits.polygon.vertices_max"),
        ({"polyline": ShapeLimits()}, "limits.polyline"),
        ({"box": ShapeLimits(width_min=-1)}, "limits.box.width_min"),
    ],
)
def test_limits_are_of_shapes_that_can_keep_them(limits: dict[Shape, ShapeLimits], field: str) -> None:
    assert fields(Taxonomy(labels=[Label("dog", shapes=["box", "polygon"], limits=limits)])) == [f"labels[0].{field}"]


def test_questions_of_marks_are_for_marks_on_photos() -> None:
    label = Label("dog", attributes=[Attribute("owner", "mark", labels=["man"]), Attribute("where", "across")])
    whole = [Attribute("main", "mark"), Attribute("where", "down")]

    assert fields(Taxonomy(labels=[label], attributes=whole)) == [
        "attributes[1].type",
        "labels[0].attributes[0].labels[0]",
    ]
    with pytest.raises(Invalid):
        kind_named("form").check_taxonomy(Taxonomy(attributes=[Attribute("turn", "angle")]))


def test_no_more_problems_are_listed_than_anyone_reads() -> None:
    assert len(fields(Taxonomy(labels=[Label("") for _ in range(90)]))) == 50
