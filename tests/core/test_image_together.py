"""What is said of marks on photos besides their place, by several people: relations, angles, places, other marks."""

from __future__ import annotations

from typing import Any

import pytest

from assay.core.annotations import kind_named
from assay.core.annotations.kind import Content, MediaSize, MergeOptions, Voice
from assay.core.errors import Invalid
from assay.core.taxonomy import Attribute, Choice, Condition, Label, RelationType, Shape, ShapeLimits, Taxonomy

IMAGE = kind_named("image")
SIZE = Content(MediaSize(1000, 1000))
FAR = Attribute("far", "category", choices=[Choice("yes"), Choice("no")])
TAXONOMY = Taxonomy(
    labels=[
        Label("man"),
        Label(
            "dog",
            attributes=[
                Attribute("turn", "angle"),
                Attribute("head", "across"),
                Attribute("owner", "mark", labels=["man"]),
                FAR,
                Attribute("why", "text", when=Condition("far", ["yes"])),
            ],
        ),
    ],
    attributes=[Attribute("main", "mark")],
    relations=[
        RelationType("leads", source_labels=["man"], target_labels=["dog"]),
        RelationType("leads", directed=False, source_labels=["dog"], target_labels=["dog"]),
    ],
)
OPTIONS = MergeOptions(taxonomy=TAXONOMY)


def box(id: str, label: str, x: float, **attributes: Any) -> dict[str, Any]:
    return {"type": "box", "id": id, "label": label, "x": x, "y": 0.0, "width": 50.0, "height": 50.0} | (
        {"attributes": attributes} if attributes else {}
    )


def leads(id: str, source: str, target: str, directed: bool = True) -> dict[str, Any]:
    said = {"id": id, "name": "leads", "source": source, "target": target}
    return said if directed else said | {"directed": False}


def man_and_dog(man: str, dog: str, *relations: dict[str, Any], **attributes: Any) -> dict[str, Any]:
    return {"annotations": [box(man, "man", 0), box(dog, "dog", 100, **attributes)], "relations": list(relations)}


def test_the_rule_that_the_ends_fit_says_whether_a_relation_is_directed() -> None:
    answer = {
        "annotations": [box("m", "man", 0), box("d", "dog", 100), box("e", "dog", 200)],
        "relations": [leads("1", "m", "d"), leads("2", "e", "d")],
    }

    checked = IMAGE.check(answer, TAXONOMY, SIZE)

    assert checked["relations"] == [leads("1", "m", "d"), leads("2", "e", "d", directed=False)]


@pytest.mark.parametrize(
    ("relation", "field"),
    [
        (leads("1", "d", "m"), ""),
        (leads("1", "m", "x"), ".target"),
        (leads("1", "m", "m"), ".target"),
        (leads("m", "m", "d"), ".id"),
        ({"id": "1", "name": "owns", "source": "m", "target": "d"}, ".name"),
    ],
)
def test_a_relation_joins_what_its_rules_name(relation: dict[str, Any], field: str) -> None:
    with pytest.raises(Invalid) as caught:
        IMAGE.check(man_and_dog("m", "d", relation), TAXONOMY, SIZE)

    assert [problem.field for problem in caught.value.problems] == [f"relations[0]{field}"]


def test_a_relation_survives_when_enough_of_those_who_saw_both_ends_drew_it() -> None:
    """Two of three drew it: 2 / 3 is at least a half. One of three did not reach it, and is told with its verdict."""
    drew = [Voice(w, man_and_dog(f"m{w}", f"d{w}", leads("l", f"m{w}", f"d{w}"))) for w in "ab"]
    silent = [Voice(w, man_and_dog("x", "y")) for w in "cd"]

    merged = IMAGE.merge([*drew, silent[0]], OPTIONS)
    voted_out = IMAGE.merge([drew[0], *silent], OPTIONS)

    assert merged.answer["relations"] == [{"id": "r1", "name": "leads", "source": "m1", "target": "m2"}]
    assert [verdict.kept for verdict in merged.objects] == [True, True, True]
    assert "relations" not in voted_out.answer
    assert [verdict.kept for verdict in voted_out.objects] == [True, True, False]


def test_a_relation_goes_with_an_end_that_is_voted_out() -> None:
    lone = Voice("a", man_and_dog("m", "d", leads("l", "m", "d")))
    others = [Voice(name, {"annotations": [box("m", "man", 0)]}) for name in "bc"]

    merged = IMAGE.merge([lone, *others], OPTIONS)

    assert [mark["label"] for mark in merged.answer["annotations"]] == ["man"]
    assert "relations" not in merged.answer


def test_relations_count_as_one_thing_each() -> None:
    """The same two boxes and a relation on one side: 2 * 2 shared of 5 said. With it on both: all is shared."""
    with_it, without = man_and_dog("m", "d", leads("l", "m", "d")), man_and_dog("p", "q")
    same = man_and_dog("p", "q", leads("k", "p", "q"))

    for compare in (IMAGE.agreement, IMAGE.score):
        assert compare(with_it, without, OPTIONS) == pytest.approx(4 / 5)
        assert compare(with_it, same, OPTIONS) == 1
    assert IMAGE.merge([Voice("a", with_it), Voice("b", without)], OPTIONS).agreement == pytest.approx(4 / 5)


def test_a_mark_that_is_named_is_the_same_object_whatever_each_calls_it() -> None:
    left, right = man_and_dog("m", "d", owner="m"), man_and_dog("p", "q", owner="p")

    merged = IMAGE.merge([Voice("a", left), Voice("b", right)], OPTIONS)

    assert merged.agreement == 1
    assert merged.answer["annotations"][1]["attributes"] == {"owner": "m1"}


def test_naming_another_mark_is_another_answer() -> None:
    """Two men and a dog; one voice says the other man. The dog's only attribute differs: (1 + 1 + 1/2) of 3."""
    men = [box("m", "man", 0), box("n", "man", 500)]
    left, right = ({"annotations": [*men, box("d", "dog", 100, owner=owner)]} for owner in "mn")

    assert IMAGE.agreement(left, right, OPTIONS) == pytest.approx(2.5 / 3)
    assert IMAGE.score(left, right, OPTIONS) == pytest.approx(2.5 / 3)


def test_a_mark_named_of_the_whole_photo_is_told_by_its_last_id() -> None:
    left = man_and_dog("m", "d") | {"attributes": {"main": "d"}}
    right = man_and_dog("p", "q") | {"attributes": {"main": "q"}}
    other = man_and_dog("p", "q") | {"attributes": {"main": "p"}}

    merged = IMAGE.merge([Voice("a", left), Voice("b", right), Voice("c", other)], OPTIONS)

    assert merged.answer["attributes"] == {"main": "m2"}
    assert IMAGE.agreement(left, right, OPTIONS) == 1
    assert IMAGE.agreement(left, other, OPTIONS) == pytest.approx(2 / 3)


@pytest.mark.parametrize(
    ("turns", "merged", "alike"),
    [((350.0, 10.0), 0.0, 1 - 20 / 180), ((0.0, 180.0), None, 0.0), ((350.0, 0.0, 10.0), 0.0, None)],
)
def test_angles_meet_the_short_way_round(turns: tuple[float, ...], merged: float | None, alike: float | None) -> None:
    """A pair of boxes counts by half for its attributes, and the man in full: (1 + (1 + alike) / 2) of 2."""
    answers = [man_and_dog("m", "d", turn=turn) for turn in turns]

    result = IMAGE.merge([Voice(str(turn), answer) for turn, answer in zip(turns, answers, strict=True)], OPTIONS)

    if merged is not None:
        assert result.answer["annotations"][1]["attributes"]["turn"] == pytest.approx(merged)
    if alike is not None:
        assert result.agreement == pytest.approx((1 + (1 + alike) / 2) / 2)


def test_places_in_a_mark_are_as_alike_as_they_are_near() -> None:
    """0.1 and 0.2 of the width lie 0.1 apart, whatever their ratio."""
    left, right = man_and_dog("m", "d", head=0.1), man_and_dog("m", "d", head=0.2)

    assert IMAGE.agreement(left, right, OPTIONS) == pytest.approx((1 + (1 + 0.9) / 2) / 2)


def test_nothing_is_kept_whose_condition_is_not_met_by_what_won() -> None:
    """Two say it is not far; the reason of the third, and a stray one, have nothing to explain."""
    said = [{"far": "no"}, {"far": "no", "why": "fog"}, {"far": "yes", "why": "fog"}]
    voices = [Voice(str(at), man_and_dog("m", "d", **values)) for at, values in enumerate(said)]

    assert IMAGE.merge(voices, OPTIONS).answer["annotations"][1]["attributes"] == {"far": "no"}


def test_a_fused_outline_keeps_to_the_number_of_vertices() -> None:
    """The fused contour of three rough squares has more corners than any of them; then one of theirs is taken."""
    limits: dict[Shape, ShapeLimits] = {"polygon": ShapeLimits(vertices_min=4, vertices_max=4)}
    taxonomy = Taxonomy(labels=[Label("roof", shapes=["polygon"], limits=limits)])
    squares = [
        [[3.0, 0.0], [121.0, 0.0], [112.0, 81.0], [0.0, 76.0]],
        [[0.0, 0.0], [116.0, 9.0], [75.0, 99.0], [18.0, 88.0]],
        [[2.0, 21.0], [76.0, 8.0], [89.0, 123.0], [3.0, 106.0]],
    ]
    voices = [
        Voice(str(at), {"annotations": [{"type": "polygon", "id": "a", "label": "roof", "rings": [square]}]})
        for at, square in enumerate(squares)
    ]

    free = IMAGE.merge(voices, MergeOptions()).answer["annotations"][0]["rings"][0]
    kept = IMAGE.merge(voices, MergeOptions(taxonomy=taxonomy)).answer["annotations"][0]["rings"][0]

    assert len(free) > 4
    assert [list(vertex) for vertex in kept] in squares
