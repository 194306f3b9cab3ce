"""What is asked of marks on photos: vertices, angles, places, other marks, and under which conditions."""

from __future__ import annotations

from typing import Any

import pytest

from assay.core.annotations import kind_named
from assay.core.annotations.kind import Content, MediaSize
from assay.core.errors import Invalid
from assay.core.taxonomy import Attribute, Choice, Condition, Label, ShapeLimits, Taxonomy

IMAGE = kind_named("image")
SIZE = Content(MediaSize(100, 100))
YES_NO = [Choice("yes"), Choice("no")]
SQUARE = [[10, 10], [20, 10], [20, 20], [10, 20]]


def check(taxonomy: Taxonomy, *marks: dict[str, Any], complete: bool = True, **attributes: Any) -> Any:
    return IMAGE.check({"annotations": list(marks), "attributes": attributes}, taxonomy, SIZE, complete=complete)


def fields(taxonomy: Taxonomy, *marks: dict[str, Any], **attributes: Any) -> list[str]:
    with pytest.raises(Invalid) as caught:
        check(taxonomy, *marks, **attributes)
    return [problem.field for problem in caught.value.problems]


def dog(id: str = "a", **attributes: Any) -> dict[str, Any]:
    return {"type": "box", "id": id, "label": "dog", "x": 1, "y": 1, "width": 9, "height": 9, "attributes": attributes}


OUTLINED = Taxonomy(
    labels=[
        Label(
            "roof",
            shapes=["polygon", "polyline", "box"],
            limits={"polygon": ShapeLimits(vertices_min=4, vertices_max=5), "box": ShapeLimits(width_min=12)},
        )
    ]
)


def roof(rings: list[Any]) -> dict[str, Any]:
    return {"type": "polygon", "id": "a", "label": "roof", "rings": rings}


def test_an_outline_has_as_many_vertices_as_are_asked_for() -> None:
    assert check(OUTLINED, roof([SQUARE]))
    assert fields(OUTLINED, roof([SQUARE[:3]])) == ["annotations[0].rings[0]"]
    assert fields(OUTLINED, roof([[*SQUARE, [5, 20], [5, 15]]])) == ["annotations[0].rings[0]"]


def test_holes_and_other_shapes_have_as_many_as_they_like() -> None:
    line = {"type": "polyline", "id": "b", "label": "roof", "points": [[0, 0], [9, 9]]}

    assert check(OUTLINED, roof([SQUARE, [[12, 12], [14, 12], [14, 14]]]), line)


def test_drafts_are_not_asked_for_vertices() -> None:
    assert check(OUTLINED, roof([SQUARE[:3]]), complete=False)


def test_an_outline_that_cutting_gives_too_many_vertices_is_refused() -> None:
    """The five corners of an arrow whose tip hangs over the edge are six once it is cut there."""
    arrow = [[60, 10], [80, 10], [120, 40], [80, 70], [60, 70]]

    assert fields(OUTLINED, roof([arrow])) == ["annotations[0].rings[0]"]


def test_a_least_size_of_boxes_is_one_of_boxes_alone() -> None:
    small = {"type": "box", "id": "a", "label": "roof", "x": 1, "y": 1, "width": 10, "height": 10}

    assert fields(OUTLINED, small) == ["annotations[0].width"]
    assert check(OUTLINED, roof([SQUARE]))


MANY = Taxonomy(
    labels=[
        Label("man"),
        Label(
            "dog",
            attributes=[
                Attribute("turn", "angle"),
                Attribute("head", "across"),
                Attribute("knee", "down"),
                Attribute("owner", "mark", labels=["man"]),
            ],
        ),
    ],
    attributes=[Attribute("main", "mark")],
)
MAN = {"type": "box", "id": "m", "label": "man", "x": 1, "y": 1, "width": 9, "height": 9}


def test_angles_places_and_named_marks_are_kept() -> None:
    checked = check(MANY, MAN, dog(turn=359.5, head=0, knee=1, owner="m"), main="a")

    assert checked["annotations"][1]["attributes"] == {"turn": 359.5, "head": 0.0, "knee": 1.0, "owner": "m"}
    assert checked["attributes"] == {"main": "a"}


def test_a_whole_turn_is_none() -> None:
    assert check(MANY, dog(turn=360))["annotations"][0]["attributes"] == {"turn": 0.0}


@pytest.mark.parametrize(
    ("name", "value"),
    [("turn", -1), ("turn", 361), ("head", 1.1), ("knee", "top"), ("owner", "nobody"), ("owner", "a"), ("owner", "b")],
)
def test_what_is_no_such_value_is_refused(name: str, value: Any) -> None:
    """`b` is a dog, and only a man will do; nobody owns themselves."""
    assert fields(MANY, MAN, dog(**{name: value}), dog("b")) == [f"annotations[1].attributes.{name}"]


def asked(when: Condition) -> Taxonomy:
    said = [Attribute("far", "category", choices=YES_NO), Attribute("seen", "multiselect", choices=YES_NO)]
    return Taxonomy(
        labels=[Label("dog", attributes=[*said, Attribute("note", "text"), Attribute("why", "text", when=when)])]
    )


@pytest.mark.parametrize(
    ("answers", "is_asked"),
    [
        ({"lanes": 3}, True),
        ({"lanes": 4.5}, True),
        ({"lanes": 4}, False),
    ],
)
def test_a_condition_on_a_number_holds_however_the_number_is_written(answers: dict[str, Any], is_asked: bool) -> None:
    when = Condition("lanes", ["3.0", "4.50"])
    attributes = [Attribute("lanes", "number"), Attribute("why", "text", when=when)]
    taxonomy = Taxonomy(labels=[Label("dog", attributes=attributes)])
    IMAGE.check_taxonomy(taxonomy)

    kept = check(taxonomy, dog(**answers, why="x"))["annotations"][0]["attributes"]

    assert ("why" in kept) is is_asked


@pytest.mark.parametrize(
    ("answers", "is_asked"),
    [
        ({"far": "yes"}, False),
        ({"far": "yes", "seen": ["yes"]}, True),
        ({"seen": ["yes"]}, False),
        ({"note": "odd"}, True),
        ({"note": "Odd"}, False),
    ],
)
def test_conditions_in_one_hold_together_and_several_instead_of_each_other(
    answers: dict[str, Any], is_asked: bool
) -> None:
    """Asked when far and seen, or when the note is the word `odd`."""
    both = Condition("far", ["yes"], also=[Condition("seen", ["yes"])], or_else=[Condition("note", ["odd"])])

    kept = check(asked(both), dog(**answers, why="x"))["annotations"][0]["attributes"]

    assert ("why" in kept) is is_asked
