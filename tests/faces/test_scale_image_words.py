"""What the other dialect says of marks on photos, and ours: links, conditions, base annotations, margins, shapes."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from assay.core.annotations import kind_named
from assay.core.annotations.kind import Content, MediaSize
from assay.core.errors import Invalid
from assay.core.taxonomy import Attribute, Choice, Condition, Connection, GivenMarks, Label, RelationType, ShapeLimits
from assay.faces.scale import describing
from assay.faces.scale.answers import prelabels_of, response_of
from assay.faces.scale.labels import taxonomy_of

Json = dict[str, Any]
IMAGE = "imageannotation"
BOXES: Json = {"box": {"objects_to_annotate": ["man", "dog"]}}
SIZE = Content(MediaSize(400, 300))


def asked(**params: Any) -> Any:
    return taxonomy_of(IMAGE, {"geometries": BOXES, **params})


def asked_of_dogs(attributes: Json) -> list[Attribute]:
    attributes_: list[Attribute] = asked(annotation_attributes=attributes).by_name()["dog"].attributes
    return attributes_


def told(params: Json, answer: Json) -> Json:
    taxonomy = taxonomy_of(IMAGE, params)
    kind = kind_named("image")
    return response_of(IMAGE, params, taxonomy, kind.check(answer, taxonomy, SIZE))


def test_every_type_of_attribute_has_one_of_ours() -> None:
    attributes = asked_of_dogs(
        {
            "turn": {"type": "angle"},
            "head": {"type": "x_offset"},
            "knee": {"type": "y_offset", "required": True},
            "owner": {"type": "linked", "allowed_labels": ["man"]},
            "friend": {"type": "linked", "allowed_labels": "dog"},
        }
    )

    assert attributes == [
        Attribute("turn", "angle"),
        Attribute("head", "across"),
        Attribute("knee", "down", required=True),
        Attribute("owner", "mark", labels=["man"]),
        Attribute("friend", "mark", labels=["dog"]),
    ]


def test_items_of_a_list_are_alternatives_and_what_stands_in_one_goes_together() -> None:
    far, seen = ["yes", "no"], {"choices": ["yes", "no"], "allow_multiple": True}
    conditions = [
        {"label_condition": {"label": "dog"}, "attribute_conditions": [{"far": "yes", "seen": ["yes", "no"]}]},
        {"attribute_conditions": [{"note": "odd"}, {"far": "no"}]},
        {"label_condition": {"label": "man"}},
    ]
    asked_for = {"far": far, "seen": seen, "note": {"type": "text"}, "why": {"type": "text", "conditions": conditions}}
    labels = asked(annotation_attributes=asked_for).by_name()

    assert labels["man"].attributes[-1].when is None
    assert labels["dog"].attributes[-1].when == Condition(
        "note",
        ["odd"],
        or_else=[Condition("far", ["no"]), Condition("far", ["yes"], also=[Condition("seen", ["yes", "no"])])],
    )


def test_numbers_can_be_conditions_and_other_annotations_cannot() -> None:
    lanes, angle = {"type": "number"}, {"type": "angle"}
    owner = {"type": "linked", "allowed_labels": ["man"]}
    conditions = {"attribute_conditions": [{"lanes": [2, "3.0"], "turned": 90}]}
    asked_for = {"lanes": lanes, "turned": angle, "owner": owner, "why": {"type": "text", "conditions": conditions}}

    why = asked_of_dogs(asked_for)[-1]

    assert why.when == Condition("lanes", ["2", "3.0"], also=[Condition("turned", ["90"])])
    for wrong, words in (({"lanes": "many"}, "no number"), ({"owner": "a"}, "nothing else")):
        with pytest.raises(Invalid, match=words):
            asked_of_dogs(asked_for | {"why": {"type": "text", "conditions": {"attribute_conditions": wrong}}})


def test_a_way_to_be_asked_that_is_never_open_is_left_out() -> None:
    """`kind` is asked of men, so a dog can only have been asked by the note."""
    attributes = {
        "kind": {"choices": ["a"], "conditions": {"label_condition": {"label": "man"}}},
        "note": {"type": "text"},
        "why": {"type": "text", "conditions": [{"attribute_conditions": [{"kind": "a"}, {"note": "x"}]}]},
        "gone": {"type": "text", "conditions": {"attribute_conditions": [{"kind": "a", "note": "x"}]}},
    }

    of_dogs = asked_of_dogs(attributes)

    assert [attribute.name for attribute in of_dogs] == ["note", "why"]
    assert of_dogs[1].when == Condition("note", ["x"])


RULE = {"is_bidirectional": "False", "from_allowed_labels": ["man"], "to_allowed_labels": "dog"}


@pytest.mark.parametrize("rule", [RULE, [RULE]])
def test_a_rule_of_links_is_an_object_or_a_list(rule: Any) -> None:
    assert asked(links={"leads": rule}).relations == [
        RelationType("leads", source_labels=["man"], target_labels=["dog"])
    ]


def test_several_rules_are_several_relations_of_one_name() -> None:
    rules = [RULE, {"is_bidirectional": True}]

    assert [one.directed for one in asked(links={"leads": rules}).relations] == [True, False]


def test_links_name_labels_that_there_are() -> None:
    with pytest.raises(Invalid, match="boat"):
        asked(links={"leads": {"from_allowed_labels": ["boat"]}})


def test_links_are_told_and_read_as_they_are_told() -> None:
    params = {"geometries": BOXES, "links": {"leads": RULE}}
    box = {"type": "box", "x": 1, "y": 1, "width": 9, "height": 9}
    answer = {
        "annotations": [box | {"id": "m", "label": "man"}, box | {"id": "d", "label": "dog"}],
        "relations": [{"id": "l", "name": "leads", "source": "m", "target": "d"}],
    }

    response = told(params, answer)

    ends = {"from": "m", "to": "d", "from_id": "m", "to_id": "d"}
    assert response["links"] == [{"uuid": "l", "label": "leads", **ends, "is_bidirectional": False}]
    assert told(params, prelabels_of(IMAGE, response) or {}) == response


def test_base_annotations_come_as_a_list_or_in_an_object_with_what_may_be_done() -> None:
    box = {"type": "box", "uuid": "b", "label": "dog", "left": 1, "top": 2, "width": 3, "height": 4}
    mark = {"id": "b", "label": "dog", "attributes": {}, "type": "box", "x": 1, "y": 2, "width": 3, "height": 4}

    assert asked(base_annotations=[box]).given == GivenMarks([mark])
    assert asked(base_annotations={"annotations": [box]}, can_add_base_annotations=False).given == GivenMarks(
        [mark], may_add=False
    )
    for name in ("can_edit_base_annotation_labels", "can_edit_label_base_annotations"):
        assert asked(base_annotations=[box], **{name: "true"}).given.may_relabel is True
    locked = asked(base_annotations=[box], can_edit_base_annotations=False, can_delete_base_annotations=False).given
    assert (locked.may_change, locked.may_relabel, locked.may_delete) == (False, False, False)
    assert asked(can_add_base_annotations=False).given is None


def test_a_task_begins_with_its_base_annotations_and_then_its_hypothesis() -> None:
    base, guess = [{"id": "b"}], {"annotations": [{"type": "point", "label": "dog", "x": 1, "y": 2}]}

    prelabels = prelabels_of(IMAGE, guess, "hypothesis", base)

    assert prelabels is not None
    assert [mark["id"] for mark in prelabels["annotations"]] == ["b", "hypothesis-0"]
    assert prelabels_of(IMAGE, None) is None


def test_padding_is_a_margin() -> None:
    assert (asked(padding=20).margin_x, asked(padding=20).margin_y) == (20, 20)
    assert (asked(padding=20, paddingX=0).margin_x, asked(paddingY="5").margin_y) == (0, 5)


def test_least_and_most_vertices_are_of_their_geometry() -> None:
    polygon = {"objects_to_annotate": ["roof"], "min_vertices": 4, "max_vertices": 8, "min_width": 3}
    line = {"objects_to_annotate": ["roof"], "max_vertices": 2}

    (roof,) = taxonomy_of(IMAGE, {"geometries": {"polygon": polygon, "line": line}}).labels

    assert roof.limits == {
        "polygon": ShapeLimits(vertices_min=4, vertices_max=8),
        "polyline": ShapeLimits(vertices_max=2),
    }


def test_points_may_be_connected() -> None:
    point = {
        "objects_to_annotate": ["head", "neck"],
        "connections": [{"pair": ["head", "neck"], "connection_attribute": "who"}],
    }

    assert taxonomy_of(IMAGE, {"geometries": {"point": point}}).connections == [Connection(("head", "neck"), "who")]
    with pytest.raises(Invalid, match="two labels"):
        taxonomy_of(IMAGE, {"geometries": {"point": {**point, "connections": [{"pair": ["head", "foot"]}]}}})


ROUND: Json = {"geometries": {"ellipse": {"objects_to_annotate": ["pond"]}, "cuboid": {"objects_to_annotate": ["car"]}}}
POND = {"type": "ellipse", "id": "p", "label": "pond", "x": 100, "y": 100, "width": 80, "height": 40}


@pytest.mark.parametrize("rotation", [0.0, 30.0, 90.0, -45.0, 180.0])
@pytest.mark.parametrize("order", [(0, 1, 2, 3), (0, 2, 1, 3), (3, 0, 1, 2), (2, 1, 0, 3)])
def test_an_ellipse_is_told_by_the_ends_of_its_axes_and_read_in_any_order(
    rotation: float, order: tuple[int, ...]
) -> None:
    (pond,) = told(ROUND, {"annotations": [POND | {"rotation": rotation}]})["annotations"]
    shuffled = {**pond, "vertices": [pond["vertices"][index] for index in order]}

    (again,) = told(ROUND, prelabels_of(IMAGE, {"annotations": [shuffled]}) or {})["annotations"]

    def ends(one: Json) -> list[tuple[float, float]]:
        return sorted((round(end["x"], 6), round(end["y"], 6)) for end in one["vertices"])

    assert pond["type"] == "ellipse"
    assert ends(again) == ends(pond)
    if rotation == 0:
        assert pond["vertices"] == [
            {"x": 140, "y": 100},
            {"x": 180, "y": 120},
            {"x": 140, "y": 140},
            {"x": 100, "y": 120},
        ]


def test_a_cuboid_is_told_by_corners_with_names_and_read_by_them() -> None:
    car = {
        "type": "cuboid",
        "id": "c",
        "label": "car",
        "face": [[10, 20], [60, 20], [60, 70], [10, 70]],
        "side": [[80, 15], [80, 60]],
    }

    (response,) = told(ROUND, {"annotations": [car]})["annotations"]
    names = {one["description"]: (one["x"], one["y"]) for one in response["vertices"]}
    backwards = {**response, "vertices": response["vertices"][::-1]}

    assert names["face-topleft"] == (10, 20)
    assert names["face-bottomright"] == (60, 70)
    assert names["side-topcorner"] == (80, 15)
    assert [(one["vertex1"], one["vertex2"]) for one in response["edges"]][4:] == [
        ("face-topright", "side-topcorner"),
        ("side-topcorner", "side-bottomcorner"),
        ("side-bottomcorner", "face-bottomright"),
    ]
    assert told(ROUND, prelabels_of(IMAGE, {"annotations": [backwards]}) or {})["annotations"] == [response]


def test_the_edges_of_a_cuboid_seen_from_the_right_lead_to_its_left_side() -> None:
    face, side = [[30, 20], [60, 20], [60, 70], [30, 70]], [[10, 15], [10, 60]]
    car = {"type": "cuboid", "id": "c", "label": "car", "face": face, "side": side}

    (response,) = told(ROUND, {"annotations": [car]})["annotations"]

    ends = [(one["vertex1"], one["vertex2"]) for one in response["edges"]]
    assert (ends[4], ends[6]) == (("face-topleft", "side-topcorner"), ("side-bottomcorner", "face-bottomleft"))


def test_the_older_type_calls_its_answers_cuboids() -> None:
    params = {"objects_to_annotate": ["car"]}
    taxonomy = taxonomy_of("cuboidannotation", params)

    assert response_of("cuboidannotation", params, taxonomy, {}) == {"cuboids": []}


def test_all_of_it_told_in_the_dialect_is_read_as_the_same() -> None:
    params: Json = {
        "geometries": {
            "polygon": {"objects_to_annotate": ["roof"], "min_vertices": 4, "max_vertices": 9},
            "box": {"objects_to_annotate": ["man", "dog"], "min_width": 5, "can_rotate": True},
            "point": {"objects_to_annotate": ["head", "neck"], "connections": [{"pair": ["head", "neck"]}]},
            "ellipse": {"objects_to_annotate": ["pond"]},
        },
        "annotation_attributes": {
            "kind": {"choices": ["a", "b"], "conditions": {"label_condition": {"label": ["man", "dog"]}}},
            "owner": {"type": "linked", "allowed_labels": ["man"], "conditions": {"label_condition": {"label": "dog"}}},
            "turn": {
                "type": "angle",
                "conditions": {"label_condition": {"label": "dog"}, "attribute_conditions": [{"kind": "a"}]},
            },
        },
        "links": {"leads": [{"from_allowed_labels": ["man"]}, {"is_bidirectional": True}], "near": {}},
        "paddingX": 10,
    }
    taxonomy = taxonomy_of(IMAGE, params)

    written = msgspec.json.decode(msgspec.json.encode(describing.params_of(taxonomy, "")))

    again = taxonomy_of(IMAGE, written)
    assert {label.name: label for label in again.labels} == {label.name: label for label in taxonomy.labels}
    assert (again.relations, again.connections, again.margin_x) == (taxonomy.relations, taxonomy.connections, 10)
    assert Choice("a") in taxonomy.by_name()["dog"].attributes[0].choices
    assert taxonomy.by_name()["pond"] == Label("pond", shapes=["ellipse"])
