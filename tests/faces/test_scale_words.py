"""The words of the other dialect and ours: pure translation, both ways."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime
from math import degrees
from typing import Any
from uuid import UUID

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.core import ids
from assay.core.annotations import kind_named
from assay.core.annotations.kind import Content, MediaSize
from assay.core.errors import Invalid, NotFound
from assay.core.taxonomy import Attribute, Choice, Condition, Label, Shape, ShapeLimits, Taxonomy
from assay.faces.scale import describing, reading, task_ids
from assay.faces.scale.answers import prelabels_of, response_of
from assay.faces.scale.labels import taxonomy_of

Json = dict[str, Any]
IMAGE = "imageannotation"


def asked(attributes: Json, labels: list[Any] | None = None) -> Taxonomy:
    geometries = {"box": {"objects_to_annotate": labels or ["car", "sign"]}}
    return taxonomy_of(IMAGE, {"geometries": geometries, "annotation_attributes": attributes})


def attributes_of(taxonomy: Taxonomy, label: str) -> list[str]:
    return [attribute.name for attribute in taxonomy.by_name()[label].attributes]


# --- ids ----------------------------------------------------------------------------------------------------------


@given(st.integers(0, 2**48 - 1), st.binary(min_size=10, max_size=10))
def test_a_task_is_found_by_the_digits_it_is_shown_with(time: int, chance: bytes) -> None:
    id_ = ids.uuid7(time, chance)

    text = task_ids.shown(id_)
    wanted = task_ids.sought(text.upper())

    assert len(text) == 24
    assert int(text[:12], 16) == time
    assert wanted.first <= id_ <= wanted.last
    assert str(id_).endswith(wanted.ending)


def test_ids_of_another_millisecond_are_never_looked_at() -> None:
    at, nothing, everything = 0x017F22E279B0, bytes(10), b"\xff" * 10
    wanted = task_ids.sought(task_ids.shown(ids.uuid7(at, nothing)))

    assert wanted.first == ids.uuid7(at, nothing)
    assert wanted.last == ids.uuid7(at, everything)
    assert ids.uuid7(at - 1, everything) < wanted.first
    assert ids.uuid7(at + 1, nothing) > wanted.last


@pytest.mark.parametrize("text", ["", "12", "g" * 24, "a" * 25, str(UUID(int=0)), "é" * 24, "a" * 23 + "\n"])
def test_what_is_no_id_is_nobodys(text: str) -> None:
    with pytest.raises(NotFound):
        task_ids.sought(text)


# --- labels -------------------------------------------------------------------------------------------------------


def test_a_label_of_several_geometries_is_one_label_with_several_shapes() -> None:
    tree = ["car", {"choice": "signs", "subchoices": ["stop", {"choice": "yield", "display": "Give way"}]}]
    taxonomy = taxonomy_of(
        IMAGE,
        {"geometries": {"polygon": {"objects_to_annotate": tree}, "box": {"objects_to_annotate": ["car", "dog"]}}},
    )

    assert taxonomy == Taxonomy(
        labels=[
            Label("car", shapes=["polygon", "box"]),
            Label(
                "signs",
                shapes=[],
                children=[Label("stop", shapes=["polygon"]), Label("yield", title="Give way", shapes=["polygon"])],
            ),
            Label("dog", shapes=["box"]),
        ]
    )


def test_options_of_boxes_are_of_boxes_alone() -> None:
    box = {"objects_to_annotate": ["car", "tree"], "min_width": 5, "min_height": "6", "can_rotate": True}
    taxonomy = taxonomy_of(IMAGE, {"geometries": {"box": box, "polygon": {"objects_to_annotate": ["tree"]}}})

    car, tree = taxonomy.labels
    assert car.limits == tree.limits == {"box": ShapeLimits(width_min=5, height_min=6)}
    assert (car.rotatable, tree.rotatable) == (True, True)


@pytest.mark.parametrize(
    ("task_type", "shape"),
    [
        ("annotation", "box"),
        ("polygonannotation", "polygon"),
        ("lineannotation", "polyline"),
        ("pointannotation", "point"),
        ("cuboidannotation", "cuboid"),
    ],
)
def test_the_older_types_list_their_labels_at_the_top(task_type: str, shape: str) -> None:
    taxonomy = taxonomy_of(task_type, {"objects_to_annotate": ["car"], "min_width": 3})

    assert taxonomy.labels[0].name == "car"
    assert list(taxonomy.labels[0].shapes) == [shape]


def test_nothing_asked_is_an_empty_taxonomy() -> None:
    assert taxonomy_of(IMAGE, {}) == taxonomy_of("annotation", {"min_width": 3}) == Taxonomy()


# --- attributes ---------------------------------------------------------------------------------------------------


def test_attributes_hang_on_the_labels_that_their_conditions_name() -> None:
    taxonomy = asked(
        {
            "all": {"choices": ["a"]},
            "one": {"choices": ["a"], "conditions": {"label_condition": {"label": "stop"}}},
            "below": {"choices": ["a"], "conditions": [{"label_condition": {"label": ["signs"]}}]},
            "either": {
                "choices": ["a"],
                "conditions": [{"label_condition": {"label": "car"}}, {"label_condition": {"label": "stop"}}],
            },
            "scene": {"choices": ["a"], "conditions": {"is_global": True}},
        },
        ["car", {"choice": "signs", "subchoices": ["stop", "yield"]}],
    )

    assert attributes_of(taxonomy, "car") == ["all", "either"]
    assert attributes_of(taxonomy, "stop") == ["all", "one", "below", "either"]
    assert attributes_of(taxonomy, "yield") == ["all", "below"]
    assert attributes_of(taxonomy, "signs") == []
    assert [attribute.name for attribute in taxonomy.attributes] == ["scene"]


def test_an_attribute_stands_after_the_one_that_its_condition_names() -> None:
    depends = {"attribute_conditions": [{"kind": "lorry"}]}
    taxonomy = asked(
        {
            "load": {"type": "text", "conditions": depends},
            "kind": {"choices": ["car", {"choice": "lorry", "subchoices": ["box", "flat"]}], "required": True},
        }
    )

    assert taxonomy.labels[0].attributes == [
        Attribute(
            "kind",
            "category",
            choices=[Choice("car"), Choice("box", "lorry / box"), Choice("flat", "lorry / flat")],
            required=True,
        ),
        Attribute("load", "text", when=Condition("kind", ["box", "flat"])),
    ]


def test_cases_with_one_attribute_are_any_of_its_values_and_one_without_is_always() -> None:
    a, b = ({"attribute_conditions": [{"kind": value}]} for value in ("a", "b"))
    always = {"label_condition": {"label": "sign"}}
    taxonomy = asked({"kind": {"choices": ["a", "b", "c"]}, "more": {"type": "number", "conditions": [a, b, always]}})

    car, sign = taxonomy.labels
    assert car.attributes[1].when == Condition("kind", ["a", "b"])
    assert sign.attributes[1].when is None


def test_an_attribute_whose_condition_is_never_met_is_not_asked() -> None:
    for_signs = {"label_condition": {"label": "sign"}}
    taxonomy = asked(
        {
            "kind": {"choices": ["a"], "conditions": for_signs},
            "more": {"type": "text", "conditions": {"attribute_conditions": [{"kind": "a"}]}},
        }
    )

    assert attributes_of(taxonomy, "car") == []
    assert attributes_of(taxonomy, "sign") == ["kind", "more"]


def test_types_of_attributes() -> None:
    taxonomy = asked(
        {
            "many": {"type": "category", "choices": ["a", 1, True], "allow_multiple": "True", "description": "Which?"},
            "speed": {"type": "number", "min": -1, "max": 5.5},
            "heading": {"type": "angle"},
        }
    )

    assert taxonomy.labels[0].attributes == [
        Attribute("many", "multiselect", "Which?", choices=[Choice("a"), Choice("1"), Choice("true")]),
        Attribute("speed", "number", minimum=-1, maximum=5.5),
        Attribute("heading", "angle"),
    ]


@pytest.mark.parametrize(
    ("attributes", "words"),
    [
        ({"a": {"type": "linked", "allowed_labels": ["boat"]}}, "boat"),
        ({"a": {"type": "colour"}}, "colour"),
        ({"a": {"conditions": {"label_condition": {"label": "boat"}}, "choices": ["x"]}}, "boat"),
        ({"a": {"conditions": {"attribute_conditions": [{"b": "x"}]}, "choices": ["x"]}}, "'b'"),
        (
            {"a": {"type": "linked"}, "b": {"type": "text", "conditions": {"attribute_conditions": [{"a": "1"}]}}},
            "nothing else",
        ),
        ({"a": ["x"], "b": {"type": "text", "conditions": {"attribute_conditions": [{"a": "y"}]}}}, "no choice"),
        (
            {
                "a": {"choices": ["x"], "conditions": {"attribute_conditions": [{"b": "x"}]}},
                "b": {"choices": ["x"], "conditions": {"attribute_conditions": [{"a": "x"}]}},
            },
            "lead back",
        ),
    ],
)
def test_what_cannot_be_asked_is_refused_by_name(attributes: Json, words: str) -> None:
    with pytest.raises(Invalid, match=words):
        asked(attributes)


@pytest.mark.parametrize(
    "labels",
    [["car", {"choice": "vehicles", "subchoices": ["car"]}], [{"subchoices": ["car"]}], [""], [None], [["car"]]],
)
def test_labels_that_are_none_are_refused(labels: list[Any]) -> None:
    with pytest.raises(Invalid):
        asked({}, labels)


_words = st.sampled_from(
    ["box", "polygon", "choice", "subchoices", "objects_to_annotate", "conditions", "choices", "type", "number", "text"]
) | st.sampled_from(
    ["label_condition", "attribute_conditions", "label", "is_global", "min", "vertices", "annotations", "x", "left"]
)
_anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=3) | _words,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_words | st.text(max_size=2), inner, max_size=4),
    max_leaves=25,
)


@given(_anything, _anything)
def test_whatever_is_sent_is_read_or_refused(geometries: Any, attributes: Any) -> None:
    box = {"box": {"objects_to_annotate": ["car", {"choice": "sign", "subchoices": ["stop"]}]}}
    for params in (
        {"geometries": geometries, "annotation_attributes": attributes},
        {"geometries": box, "annotation_attributes": {"one": ["a", "b"], "two": attributes}},
        {"geometries": {"box": geometries}},
        {"geometries": {"line": {"objects_to_annotate": geometries}}},
    ):
        with suppress(Invalid):
            assert isinstance(taxonomy_of(IMAGE, params), Taxonomy)
    with suppress(Invalid):
        prelabels_of(IMAGE, {"annotations": [attributes, geometries]})


@pytest.mark.parametrize("levels", [9, 400])
def test_labels_nested_without_end_are_refused(levels: int) -> None:
    entry: Any = "leaf"
    for level in range(levels):
        entry = {"choice": str(level), "subchoices": [entry]}

    for params in (
        {"geometries": {"box": {"objects_to_annotate": [entry]}}},
        {"annotation_attributes": {"a": [entry]}},
    ):
        with suppress(Invalid):
            kind_named("image").check_taxonomy(taxonomy_of(IMAGE, params))
            assert "annotation_attributes" in params, "choices are told by their leaves, so their depth is no matter"


# --- ours in their words, and back --------------------------------------------------------------------------------

_names = st.lists(st.text("abcdefghij", min_size=1, max_size=4), min_size=1, max_size=6, unique=True)


@st.composite
def taxonomies(draw: st.DrawFn) -> Taxonomy:
    """Forests that the dialect can say: a label has one shape or is a heading, attributes are the same everywhere."""
    offered: list[Shape] = ["box", "polygon", "polyline", "point"]
    shapes = st.sampled_from(offered)
    names = draw(_names)
    colours = Attribute("colour", "category", choices=[Choice("red"), Choice("blue")], required=draw(st.booleans()))
    shade = Attribute("shade", "text", when=Condition("colour", ["blue"]))
    labels = [
        Label(name, shapes=[draw(shapes)], attributes=[colours, shade] if draw(st.booleans()) else []) for name in names
    ]
    if draw(st.booleans()):
        labels = [Label("heading", shapes=[], children=labels[:1]), *labels[1:]]
    scene = [Attribute("scene", "number", minimum=0, maximum=draw(st.integers(1, 9)))] if draw(st.booleans()) else []
    return Taxonomy(labels=labels, attributes=scene)


@given(taxonomies())
def test_a_taxonomy_told_in_the_dialect_is_read_as_the_same(taxonomy: Taxonomy) -> None:
    params = msgspec.json.decode(msgspec.json.encode(describing.params_of(taxonomy, "Look.")))

    found = taxonomy_of(IMAGE, params)

    assert found.attributes == taxonomy.attributes
    # Labels come geometry by geometry, so only their order may differ.
    assert sorted(map(_canonical, found.walk())) == sorted(map(_canonical, taxonomy.walk()))


def _canonical(each: tuple[tuple[str, ...], Label]) -> tuple[tuple[str, ...], bytes]:
    path, label = each
    return path, msgspec.json.encode(msgspec.structs.replace(label, children=[]))


_side = st.floats(1, 200)


@given(_side, _side, _side, _side, st.floats(-179, 180))
def test_a_turned_box_told_and_sent_back_is_the_same(
    x: float, y: float, width: float, height: float, turn: float
) -> None:
    taxonomy = Taxonomy(labels=[Label("car", rotatable=True)])
    mark = {
        "id": "1",
        "type": "box",
        "label": "car",
        "x": x,
        "y": y,
        "width": width,
        "height": height,
        "rotation": turn,
    }

    told = response_of(IMAGE, {}, taxonomy, {"annotations": [mark]})
    back = prelabels_of(IMAGE, told)

    assert back is not None
    box = back["annotations"][0]
    assert [box[side] for side in ("x", "y", "width", "height")] == [x, y, width, height]
    assert box.get("rotation", 0.0) == pytest.approx(turn, abs=1e-9)
    # Its corners are as far apart as its sides, and their mean is its middle.
    corners = told["annotations"][0]["vertices"]
    first, second, third, _ = ((one["x"], one["y"]) for one in corners)
    assert ((first[0] - second[0]) ** 2 + (first[1] - second[1]) ** 2) ** 0.5 == pytest.approx(width)
    assert ((third[0] - second[0]) ** 2 + (third[1] - second[1]) ** 2) ** 0.5 == pytest.approx(height)
    assert sum(one["x"] for one in corners) / 4 == pytest.approx(x + width / 2)
    assert degrees(told["annotations"][0]["rotation"]) == pytest.approx(turn, abs=1e-9)


def test_every_mark_told_and_sent_back_is_an_answer_again() -> None:
    taxonomy = Taxonomy(
        labels=[Label("a", shapes=["box", "polygon", "polyline", "point"], attributes=[Attribute("n", "number")])]
    )
    said: Json = {"label": "a", "attributes": {"n": 2.0}}
    answer = {
        "annotations": [
            {"id": "1", "type": "box", "x": 1.0, "y": 2.0, "width": 3.0, "height": 4.0, **said},
            {"id": "2", "type": "polygon", "rings": [[[1.0, 1.0], [5.0, 1.0], [5.0, 5.0]]], **said},
            {"id": "3", "type": "polyline", "points": [[1.0, 1.0], [5.0, 1.0]], **said},
            {"id": "4", "type": "point", "x": 1.0, "y": 2.0, **said},
        ]
    }

    back = prelabels_of(IMAGE, response_of(IMAGE, {}, taxonomy, answer))

    checked = kind_named("image").check(back, taxonomy, Content(MediaSize(10, 10)))
    assert checked == kind_named("image").check(answer, taxonomy, Content(MediaSize(10, 10)))


def test_holes_are_told_beside_the_outline() -> None:
    rings = [[[0, 0], [9, 0], [9, 9]], [[2, 1], [3, 1], [3, 2]]]
    mark = {"id": "1", "type": "polygon", "label": "car", "rings": rings}

    told = response_of(IMAGE, {}, Taxonomy(), {"annotations": [mark]})["annotations"][0]

    assert told["vertices"] == [{"x": 0, "y": 0}, {"x": 9, "y": 0}, {"x": 9, "y": 9}]
    assert told["holes"] == [[{"x": 2, "y": 1}, {"x": 3, "y": 1}, {"x": 3, "y": 2}]]


@given(st.lists(st.tuples(_side, _side), min_size=2, max_size=2))
def test_boxes_that_touch_still_touch_in_whole_pixels(sizes: list[tuple[float, float]]) -> None:
    (first, height), (second, _) = sizes
    mark = {"type": "box", "label": "car", "y": 1.0, "height": height}
    boxes = [{"id": "1", "x": 0.4, "width": first, **mark}, {"id": "2", "x": 0.4 + first, "width": second, **mark}]

    params = {"geometries": {"box": {"objects_to_annotate": ["car"], "integer_pixels": True}}}
    left, right = response_of(IMAGE, params, Taxonomy(), {"annotations": boxes})["annotations"]

    assert left["left"] + left["width"] == right["left"]


# --- reading ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-03-02T09:00:00", datetime(2026, 3, 2, 9, tzinfo=UTC)),
        ("2026-03-02T09:00:00.123Z", datetime(2026, 3, 2, 9, 0, 0, 123000, tzinfo=UTC)),
        ("2026-03-02T11:00:00+02:00", datetime(2026, 3, 2, 9, tzinfo=UTC)),
        # As a plus sign arrives that nobody escaped.
        ("2026-03-02T11:00:00 02:00", datetime(2026, 3, 2, 9, tzinfo=UTC)),
        ("2026-03-02 09:00", datetime(2026, 3, 2, 9, tzinfo=UTC)),
        ("2026-03-02", datetime(2026, 3, 2, tzinfo=UTC)),
    ],
)
def test_times_without_a_zone_are_utc(text: str, moment: datetime) -> None:
    assert reading.a_time(text, "start_time") == moment


def test_times_are_written_with_milliseconds_and_a_z() -> None:
    assert reading.written(datetime(2026, 3, 2, 9, 0, 0, 123999, tzinfo=UTC)) == "2026-03-02T09:00:00.123Z"
    assert reading.written(None) is None


def test_lists_in_a_query_are_repeated_or_joined() -> None:
    query = {"tags": ["a", "b,c"], "none": [""]}

    assert reading.several(query, "tags") == ["a", "b,c", "b", "c"]
    assert reading.several(query, "none") == reading.several(query, "missing") == []
    assert reading.one(query, "tags") == "b,c"
    assert reading.one(query, "none") is None
