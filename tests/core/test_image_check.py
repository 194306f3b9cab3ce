"""What an answer about a photo may be, and what becomes of it."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assay.core.annotations import KINDS, kind_named
from assay.core.annotations.kind import Content, MediaSize
from assay.core.errors import Invalid, Problem
from assay.core.taxonomy import Attribute, Choice, Condition, Label, Taxonomy

IMAGE = kind_named("image")
SIZE = MediaSize(640, 480)
COLOR = Attribute("color", "category", choices=[Choice("red"), Choice("blue")], required=True)
SHADE = Attribute("shade", "number", required=True, minimum=0, maximum=1, when=Condition("color", ["red"]))
TAXONOMY = Taxonomy(
    labels=[
        Label("animal", shapes=[], children=[Label("dog"), Label("cat", shapes=["box", "polygon", "point"])]),
        Label("car", shapes=["box"], rotatable=True, width_min=8, height_min=5, attributes=[COLOR, SHADE]),
        Label("lane", shapes=["polyline"]),
        Label("roof", shapes=["polygon"], width_min=8),
    ],
    attributes=[
        Attribute("weather", "multiselect", choices=[Choice("rain"), Choice("snow"), Choice("sun")]),
        Attribute("note", "text", length_max=20),
    ],
)


def box(**changes: Any) -> dict[str, Any]:
    return {"type": "box", "id": "a", "label": "dog", "x": 10, "y": 20, "width": 30, "height": 40} | changes


def polygon(*rings: list[tuple[float, float]], **changes: Any) -> dict[str, Any]:
    return {"type": "polygon", "id": "a", "label": "roof", "rings": [list(ring) for ring in rings]} | changes


def check(*marks: dict[str, Any], complete: bool = True, size: MediaSize | None = SIZE, **attributes: Any) -> Any:
    return IMAGE.check(
        {"annotations": list(marks), "attributes": attributes}, TAXONOMY, Content(size), complete=complete
    )


def problems(*marks: Any, complete: bool = True, **attributes: Any) -> list[Problem]:
    with pytest.raises(Invalid) as caught:
        check(*marks, complete=complete, **attributes)
    return caught.value.problems


def fields(*marks: Any, complete: bool = True, **attributes: Any) -> list[str]:
    return [problem.field for problem in problems(*marks, complete=complete, **attributes)]


def test_a_good_answer_comes_back_with_its_defaults_left_out() -> None:
    assert check(box(rotation=0, attributes={})) == {
        "annotations": [{"type": "box", "id": "a", "label": "dog", "x": 10.0, "y": 20.0, "width": 30.0, "height": 40.0}]
    }
    assert IMAGE.check({}, TAXONOMY, Content(SIZE)) == IMAGE.empty() == {}


@pytest.mark.parametrize("answer", [None, [], "x", {"annotations": 3}, {"annotations": [None, 3]}, {"attributes": 1}])
def test_what_is_no_answer_is_refused(answer: Any) -> None:
    with pytest.raises(Invalid):
        IMAGE.check(answer, TAXONOMY, Content(SIZE))


def test_every_problem_is_reported_with_its_place() -> None:
    marks = [
        box(label="dgo"),
        box(id="b", width="wide"),
        box(id="c", x=float("nan")),
        polygon([(0, 0), (10, 10)], id="d"),
        box(id="e", colour="red"),
        box(),
    ]

    assert sorted(fields(*marks, mood="good")) == [
        "annotations[0].label",
        "annotations[1].width",
        "annotations[2].x",
        "annotations[3].rings[0]",
        "annotations[4]",
        "annotations[5].id",
        "attributes.mood",
    ]


def test_no_more_problems_are_listed_than_anyone_reads() -> None:
    assert len(problems(*[box(id=str(number), label="?") for number in range(200)])) == 50


@pytest.mark.parametrize("value", [float("nan"), float("inf"), -float("inf"), 1e300, 10**400])
@pytest.mark.parametrize("field", ["x", "y", "width", "height"])
def test_coordinates_are_finite(field: str, value: float) -> None:
    assert fields(box(**{field: value}))[0].startswith("annotations[0]")


@pytest.mark.parametrize("size", [0, -3])
def test_a_box_has_an_extent(size: float) -> None:
    assert fields(box(width=size)) == ["annotations[0].width"]


def test_ids_are_unique_and_storable() -> None:
    assert fields(box(), box(x=99)) == ["annotations[1].id"]
    assert fields(box(id="")) == ["annotations[0].id"]
    assert fields(box(id="a\x00b")) == ["annotations[0].id"]
    assert fields(box(id="\ud800")) == ["annotations[0].id"]


def test_a_label_allows_only_its_tools() -> None:
    assert fields(polygon([(0, 0), (9, 0), (0, 9)], label="dog")) == ["annotations[0].label"]
    assert "box" in problems({"type": "point", "id": "a", "label": "dog", "x": 1, "y": 1})[0].message
    assert fields(box(label="animal")) == ["annotations[0].label"]


def test_only_rotatable_labels_are_turned_and_angles_are_brought_into_range() -> None:
    assert fields(box(rotation=5)) == ["annotations[0].rotation"]

    turned = check(box(label="car", rotation=270, attributes={"color": "blue"}))

    assert turned["annotations"][0]["rotation"] == -90.0


def test_what_overhangs_the_photo_is_cut_at_its_edge() -> None:
    cut = check(box(x=-5, y=470))["annotations"][0]
    assert (cut["x"], cut["y"], cut["width"], cut["height"]) == (0.0, 470.0, 25.0, 10.0)

    roof = check(polygon([(600, 10), (680, 10), (680, 90), (600, 90)]))["annotations"][0]
    assert sorted(roof["rings"][0]) == [(600, 10), (600, 90), (640, 10), (640, 90)]

    lane = check({"type": "polyline", "id": "a", "label": "lane", "points": [(10, 10), (10, 500)]})["annotations"][0]
    assert lane["points"] == [(10, 10), (10, 480)]

    point = check({"type": "point", "id": "a", "label": "cat", "x": 641.5, "y": 10})["annotations"][0]
    assert point["x"] == 640


@pytest.mark.parametrize(
    "mark",
    [
        box(x=640),
        box(y=-40),
        box(label="car", x=700, rotation=10, attributes={"color": "blue"}),
        polygon([(700, 0), (800, 0), (700, 90)]),
        {"type": "polyline", "id": "a", "label": "lane", "points": [(700, 0), (700, 90)]},
        {"type": "point", "id": "a", "label": "cat", "x": 660, "y": 0},
    ],
)
def test_what_lies_wholly_outside_is_refused(mark: dict[str, Any]) -> None:
    assert fields(mark) == ["annotations[0]"]


def test_nothing_is_cut_while_the_size_is_unknown() -> None:
    assert check(box(x=9000.0), size=None)["annotations"][0]["x"] == 9000.0


def test_holes_wholly_outside_go_and_the_rest_stays() -> None:
    outline = [(600.0, 10.0), (700.0, 10.0), (700.0, 90.0), (600.0, 90.0)]
    hole = [(650.0, 20.0), (690.0, 20.0), (690.0, 40.0)]

    assert len(check(polygon(outline, hole))["annotations"][0]["rings"]) == 1


@pytest.mark.parametrize("ring", [[(0, 0), (9, 9)], [(0, 0), (5, 5), (9, 9)], [(1, 1), (1, 1), (1, 1)], []])
def test_a_ring_encloses_something(ring: list[tuple[float, float]]) -> None:
    assert fields(polygon([(0, 0), (20, 0), (0, 20)], ring)) == ["annotations[0].rings[1]"]


def test_sizes_have_bounds() -> None:
    ring = [(float(index % 100), float(index // 100 + index % 2)) for index in range(2001)]
    assert fields(polygon(ring)) == ["annotations[0].rings[0]"]
    assert fields(*[box(id=str(number)) for number in range(5001)]) == ["annotations"]
    heavy = [polygon(ring[:2000], id=str(number)) for number in range(101)]
    assert fields(*heavy) == ["annotations[100]"]


def test_cutting_may_not_make_a_ring_too_long_to_be_sent_again() -> None:
    """Every other vertex lies outside, so the edge of the photo adds one for each."""
    teeth = [(-5.0 if index % 2 else 5.0, index / 5) for index in range(1998)]

    assert fields(polygon([*teeth, (300.0, 400.0), (300.0, 0.0)])) == ["annotations[0].rings[0]"]


def test_minimum_sizes_are_asked_of_complete_answers_only() -> None:
    small = box(label="car", width=7, attributes={"color": "blue"})

    assert fields(small) == ["annotations[0].width"]
    assert fields(polygon([(0, 0), (7, 0), (0, 70)])) == ["annotations[0]"]
    assert check(small, complete=False)["annotations"][0]["width"] == 7.0


def test_required_attributes_are_asked_of_complete_answers_only() -> None:
    assert fields(box(label="car")) == ["annotations[0].attributes.color"]
    assert check(box(label="car"), complete=False)


def test_conditions_decide_what_is_asked() -> None:
    assert fields(box(label="car", attributes={"color": "red"})) == ["annotations[0].attributes.shade"]
    kept = check(box(label="car", attributes={"color": "red", "shade": 1}))["annotations"][0]
    left_out = check(box(label="car", attributes={"color": "blue", "shade": 1}))["annotations"][0]

    assert kept["attributes"] == {"color": "red", "shade": 1.0}
    assert left_out["attributes"] == {"color": "blue"}


@pytest.mark.parametrize(
    ("attributes", "field"),
    [
        ({"weather": "rain"}, "attributes.weather"),
        ({"weather": ["rain", "fog"]}, "attributes.weather[1]"),
        ({"weather": ["rain", "rain"]}, "attributes.weather[1]"),
        ({"weather": [["rain"]]}, "attributes.weather[0]"),
        ({"note": 3}, "attributes.note"),
        ({"note": "x" * 21}, "attributes.note"),
        ({"note": "a\x00"}, "attributes.note"),
    ],
)
def test_attribute_values_fit_their_type(attributes: dict[str, Any], field: str) -> None:
    assert fields(**attributes) == [field]


@pytest.mark.parametrize("value", [True, "1", float("nan"), float("inf"), 10**400, -0.1, 1.1, None, [1]])
def test_numbers_are_finite_and_within_their_range(value: Any) -> None:
    assert fields(box(label="car", attributes={"color": "red", "shade": value}))[0].startswith("annotations[0]")


def test_values_that_say_nothing_are_left_out() -> None:
    assert check(note="  ", weather=[]) == {}


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=12,
)
NUMBER = st.floats(-100, 800) | st.sampled_from([0.0, 640.0, float("nan"), float("inf")])
RING = st.lists(st.tuples(NUMBER, NUMBER), max_size=7)
SHAPE = st.one_of(
    st.fixed_dictionaries({"type": st.just("box"), "x": NUMBER, "y": NUMBER, "width": NUMBER, "height": NUMBER}),
    st.fixed_dictionaries({"type": st.just("polygon"), "rings": st.lists(RING, max_size=3)}),
    st.fixed_dictionaries({"type": st.just("polyline"), "points": RING}),
    st.fixed_dictionaries({"type": st.just("point"), "x": NUMBER, "y": NUMBER}),
)
MARK = st.builds(
    lambda shape, label, number: shape | {"id": str(number), "label": label},
    SHAPE,
    st.sampled_from(["dog", "cat", "lane", "roof"]),
    st.integers(0, 99),
)


@settings(max_examples=40, deadline=None)
@given(JSON | st.fixed_dictionaries({"annotations": JSON, "attributes": JSON}))
def test_anything_at_all_is_checked_or_refused(answer: Any) -> None:
    with suppress(Invalid):
        assert isinstance(IMAGE.check(answer, TAXONOMY, Content(SIZE)), dict)


@settings(max_examples=80, deadline=None)
@given(st.lists(MARK, max_size=3), st.booleans())
def test_checking_twice_changes_nothing(marks: list[dict[str, Any]], complete: bool) -> None:
    try:
        once = check(*marks, complete=complete)
    except Invalid:
        return

    assert IMAGE.check(once, TAXONOMY, Content(SIZE), complete=complete) == once


def test_kinds_are_found_by_name() -> None:
    assert kind_named("image") is KINDS["image"]
    with pytest.raises(Invalid, match="image"):
        kind_named("hologram")
