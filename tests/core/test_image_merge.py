"""Several answers about one photo made one."""

from __future__ import annotations

import json
from math import isfinite
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assay.core.annotations import kind_named
from assay.core.annotations.kind import Answer, Content, MediaSize, Merged, MergeOptions, Voice
from assay.core.taxonomy import Attribute, Choice, Condition, Label, Taxonomy

IMAGE = kind_named("image")
OPTIONS = MergeOptions()
SIZE = MediaSize(400, 300)
COLOR = Attribute("color", "category", choices=[Choice(name) for name in ("red", "green", "blue")], required=True)
PARTS = Attribute("parts", "multiselect", choices=[Choice(name) for name in ("door", "wheel", "roof")])
AGE = Attribute("age", "number", minimum=0, maximum=99, required=True, when=Condition("color", ["red"]))
NOTE = Attribute("note", "text")
SHAPES: list[Any] = ["box", "polygon", "polyline", "point"]
TAXONOMY = Taxonomy(
    labels=[
        Label("dog", shapes=SHAPES, rotatable=True, width_min=3, height_min=3),
        Label("cat", shapes=SHAPES, attributes=[COLOR, PARTS, AGE, NOTE]),
    ],
    attributes=[COLOR, AGE],
)


def merge(*answers: Answer, options: MergeOptions = OPTIONS, weights: list[float] | None = None) -> Merged:
    weights = weights or [1.0] * len(answers)
    voices = [
        Voice(str(index), answer, weight) for index, (answer, weight) in enumerate(zip(answers, weights, strict=True))
    ]
    return IMAGE.merge(voices, options)


def box(number: int, x: float, y: float, width: float, height: float, label: str = "dog", **more: Any) -> Answer:
    return {"type": "box", "id": f"b{number}", "label": label, "x": x, "y": y, "width": width, "height": height} | more


def answer(*marks: dict[str, Any], **attributes: Any) -> Answer:
    return {"annotations": list(marks)} | ({"attributes": attributes} if attributes else {})


# Whole numbers on a small photo make marks coincide, touch and compete, which is where ties are.
PLACE = st.integers(0, 60).map(float)
SIDE = st.integers(4, 60).map(float)


def attributes() -> st.SearchStrategy[dict[str, Any]]:
    # A condition is met by some and not by others.
    return st.one_of(
        st.fixed_dictionaries({"color": st.just("red"), "age": st.integers(0, 99).map(float)}),
        st.fixed_dictionaries({"color": st.sampled_from(["green", "blue"])}),
    )


def cat_attributes() -> st.SearchStrategy[dict[str, Any]]:
    more = st.fixed_dictionaries(
        {},
        optional={
            "parts": st.lists(st.sampled_from(["door", "wheel", "roof"]), unique=True, min_size=1),
            "note": st.sampled_from(["a dog", "a cat", "the cat", "nothing"]),
        },
    )
    return st.builds(lambda one, other: one | other, attributes(), more)


def shapes() -> st.SearchStrategy[dict[str, Any]]:
    vertex = st.tuples(PLACE, PLACE)
    boxes = st.fixed_dictionaries({"type": st.just("box"), "x": PLACE, "y": PLACE, "width": SIDE, "height": SIDE})
    outline = st.builds(
        lambda x, y, w, h: {"type": "polygon", "rings": [[(x, y), (x + w, y), (x + w, y + h), (x + w / 3, y + h)]]},
        PLACE,
        PLACE,
        SIDE,
        SIDE,
    )
    lines = st.lists(vertex, min_size=2, max_size=4, unique=True).map(lambda vs: {"type": "polyline", "points": vs})
    points = vertex.map(lambda v: {"type": "point", "x": v[0], "y": v[1]})
    return st.one_of(boxes, boxes, outline, lines, points)


def marks() -> st.SearchStrategy[dict[str, Any]]:
    angle = st.sampled_from([0.0, 0.0, 30.0, 90.0, -135.0, 180.0])

    def dog(shape: dict[str, Any], rotation: float) -> dict[str, Any]:
        turned = {"rotation": rotation} if shape["type"] == "box" else {}
        return shape | {"label": "dog"} | turned

    def cat(shape: dict[str, Any], given: dict[str, Any]) -> dict[str, Any]:
        return shape | {"label": "cat", "attributes": given}

    return st.one_of(st.builds(dog, shapes(), angle), st.builds(cat, shapes(), cat_attributes()))


@st.composite
def answers(draw: st.DrawFn) -> Answer:
    drawn = draw(st.lists(marks(), max_size=4))
    raw = answer(*[mark | {"id": f"b{number}"} for number, mark in enumerate(drawn)], **draw(attributes()))
    return IMAGE.check(raw, TAXONOMY, Content(SIZE))


VOICES = st.lists(answers(), min_size=1, max_size=5)
WEIGHTS = st.lists(st.sampled_from([0.0, 0.25, 0.5, 1.0]), min_size=5, max_size=5)
MANY = settings(max_examples=20, deadline=None)


def without_ids(merged: Merged) -> str:
    rows = [json.dumps(mark | {"id": ""}, sort_keys=True) for mark in merged.answer.get("annotations", [])]
    return json.dumps([sorted(rows), merged.answer.get("attributes")], sort_keys=True)


@MANY
@given(VOICES, WEIGHTS, st.randoms(use_true_random=False))
def test_the_order_of_voices_does_not_matter(voices: list[Answer], weights: list[float], random: Any) -> None:
    order = list(range(len(voices)))
    random.shuffle(order)

    there = merge(*voices, weights=weights[: len(voices)])
    back = merge(*[voices[index] for index in order], weights=[weights[index] for index in order])

    assert without_ids(there) == without_ids(back)
    assert back.confidence == there.confidence
    assert back.agreement == pytest.approx(there.agreement)
    assert sorted((thing.confidence, thing.kept) for thing in back.objects) == sorted(
        (thing.confidence, thing.kept) for thing in there.objects
    )


@MANY
@given(st.lists(answers(), min_size=2, max_size=3))
def test_saying_everything_twice_changes_nothing(voices: list[Answer]) -> None:
    once, twice = merge(*voices), merge(*voices, *voices)

    assert [mark["label"] for mark in twice.answer.get("annotations", [])] == [
        mark["label"] for mark in once.answer.get("annotations", [])
    ]
    assert numbers(twice.answer) == pytest.approx(numbers(once.answer), abs=0.01)


def numbers(value: Any) -> list[float]:
    if isinstance(value, dict):
        return [number for key in sorted(value) for number in numbers(value[key])]
    if isinstance(value, list | tuple):
        return [number for each in value for number in numbers(each)]
    return [float(value)] if isinstance(value, int | float) else []


@settings(max_examples=40, deadline=None)
@given(answers())
def test_a_single_voice_is_the_answer(voice: Answer) -> None:
    merged = merge(voice)

    assert merged.answer == voice
    assert merged.agreement == 1.0
    assert {thing.annotation_id for thing in merged.objects} == {mark["id"] for mark in voice.get("annotations", [])}


@MANY
@given(VOICES, WEIGHTS, st.sampled_from([0.3, 0.5, 0.75]), st.sampled_from([0.2, 0.5, 0.8]))
def test_a_merged_answer_is_a_good_answer(
    voices: list[Answer], weights: list[float], iou_min: float, vote_min: float
) -> None:
    merged = merge(*voices, weights=weights[: len(voices)], options=MergeOptions(iou_min, vote_min))

    assert IMAGE.check(merged.answer, TAXONOMY, Content(SIZE)) is not None
    assert 0 <= merged.confidence <= 1
    assert 0 <= merged.agreement <= 1
    assert all(isfinite(number) for number in numbers(merged.answer))
    kept = {thing.annotation_id for thing in merged.objects if thing.kept}
    assert kept == {mark["id"] for mark in merged.answer.get("annotations", [])}
    for thing in merged.objects:
        assert 0 <= thing.confidence <= 1
        assert 0 < thing.label_share <= 1
        assert 0 <= thing.spread_iou <= 1
        assert len({voice for voice, _ in thing.members}) == len(thing.members)
    every = sorted(member for thing in merged.objects for member in thing.members)
    assert every == sorted(
        (index, mark["id"]) for index, voice in enumerate(voices) for mark in voice.get("annotations", [])
    )


@MANY
@given(answers(), answers())
def test_agreement_is_symmetric_within_bounds_and_full_only_with_oneself(left: Answer, right: Answer) -> None:
    there = IMAGE.agreement(left, right, OPTIONS)

    assert there == pytest.approx(IMAGE.agreement(right, left, OPTIONS))
    assert 0 <= there <= 1
    assert IMAGE.agreement(left, left, OPTIONS) == pytest.approx(1.0)
    assert IMAGE.score(left, left, OPTIONS) == pytest.approx(1.0)
    assert 0 <= IMAGE.score(left, right, OPTIONS) <= 1
    assert merge(left, right).agreement == pytest.approx(there)


def scene(seed: int, voices: int) -> tuple[Answer, list[Answer]]:
    """Twelve dogs and cats apart from each other, and several annotators who err in every way there is."""
    rng = np.random.default_rng(seed)
    truth = np.array([[90.0 * (n % 4), 95.0 * (n // 4), 60 + 4 * n % 30, 50 + 7 * n % 30] for n in range(12)])
    labels = ["dog" if n % 2 else "cat" for n in range(12)]

    def row(number: int, values: Any, label: str) -> dict[str, Any]:
        x, y, width, height = (float(value) for value in values)
        return box(number, x, y, width, height, label=label)

    def annotate() -> Answer:
        found = []
        for number, (values, label) in enumerate(zip(truth, labels, strict=True)):
            if rng.random() < 0.15:
                continue
            wrong = rng.random() < 0.1
            found.append(row(number, values + rng.normal(0, 3, 4), "dog" if wrong and label == "cat" else label))
        if rng.random() < 0.5:
            found.append(row(99, [rng.uniform(0, 300), rng.uniform(0, 200), 40, 40], "dog"))
        return answer(*found)

    known = answer(*[row(n, values, label) for n, (values, label) in enumerate(zip(truth, labels, strict=True))])
    return known, [annotate() for _ in range(voices)]


@MANY
@given(st.integers(0, 2**32 - 1), st.integers(1, 6))
def test_another_perfect_annotator_does_not_hurt(seed: int, voices: int) -> None:
    known, given_answers = scene(seed, voices)

    before = IMAGE.score(merge(*given_answers).answer, known, OPTIONS)
    after = IMAGE.score(merge(*given_answers, known).answer, known, OPTIONS)

    assert after >= before


def test_the_majority_decides_what_there_is_what_it_is_called_and_where() -> None:
    merged = merge(
        answer(box(1, 10, 10, 50, 50), box(2, 200, 200, 20, 20)),
        answer(box(1, 12, 11, 50, 50)),
        answer(box(1, 11, 9, 50, 50, label="cat")),
    )

    assert merged.answer["annotations"] == [box(1, 11.0, 10.5, 50.0, 50.0) | {"id": "m1"}]
    kept, dropped = merged.objects
    assert (kept.kept, kept.members) == (True, ((0, "b1"), (1, "b1"), (2, "b1")))
    assert kept.label_share == pytest.approx(2 / 3)
    assert (dropped.kept, dropped.members) == (False, ((0, "b2"),))


def test_confidence_is_the_posterior_of_the_votes() -> None:
    """By hand: presence 3 of 3 and label 3 of 3 are each 0.8^3 / (0.8^3 + 0.2^3), and the place is certain."""
    right = 0.8**3 / (0.8**3 + 0.2**3)

    same = answer(box(1, 10, 10, 50, 50))

    assert merge(same, same, same).confidence == pytest.approx(right**2)
    assert merge(same).confidence == pytest.approx(0.8**2)
    assert merge({}, {}, {}).confidence == pytest.approx(right)
    assert merge(same, weights=[0.0]).confidence == pytest.approx(0.25)


def test_confidence_falls_with_every_kind_of_disagreement() -> None:
    same = answer(box(1, 10, 10, 50, 50))
    full = merge(same, same, same).confidence

    assert merge(same, same, {}).confidence < full
    assert merge(same, same, answer(box(1, 10, 10, 50, 50, label="cat"))).confidence < full
    assert merge(same, same, answer(box(1, 20, 15, 50, 50))).confidence < full


def test_a_trusted_voice_outweighs_two_that_are_not() -> None:
    one, other = answer(box(1, 10, 10, 50, 50)), answer(box(1, 200, 10, 50, 50, label="cat"))

    merged = merge(one, other, other, weights=[1.0, 0.3, 0.3])

    assert [mark["label"] for mark in merged.answer["annotations"]] == ["dog"]


def test_a_box_and_a_polygon_of_one_thing_are_one_thing() -> None:
    diamond = {
        "type": "polygon",
        "id": "p",
        "label": "dog",
        "rings": [[(35.0, 10.0), (60.0, 35.0), (35.0, 60.0), (10.0, 35.0)]],
    }

    merged = merge(answer(box(1, 10, 10, 50, 50)), answer(diamond), answer(diamond))

    assert merged.answer["annotations"] == [diamond | {"id": "m1"}]
    assert len(merged.objects) == 1


def test_holes_survive_merging() -> None:
    def ring(x: float, y: float, size: float) -> list[tuple[float, float]]:
        return [(x, y), (x + size, y), (x + size, y + size), (x, y + size)]

    def drawn(shift: float) -> Answer:
        rings = [ring(10 + shift, 10, 100), ring(40, 40 + shift, 40)]
        return answer({"type": "polygon", "id": "p", "label": "dog", "rings": rings})

    merged = merge(drawn(-2.0), drawn(0.0), drawn(2.0))

    (polygon,) = merged.answer["annotations"]
    assert len(polygon["rings"]) == 2
    assert IMAGE.agreement(merged.answer, drawn(0.0), OPTIONS) > 0.98


def test_points_and_polylines_are_merged_by_nearness() -> None:
    def drawn(shift: float) -> Answer:
        return answer(
            {"type": "point", "id": "a", "label": "dog", "x": 100.0 + shift, "y": 50.0},
            {"type": "polyline", "id": "b", "label": "cat", "points": [(10.0, 200 + shift), (300.0, 220 + shift)]},
        )

    merged = merge(
        drawn(-1.0), drawn(0.0), drawn(1.0), answer({"type": "point", "id": "z", "label": "dog", "x": 300.0, "y": 50.0})
    )

    point, line = sorted(merged.answer["annotations"], key=lambda mark: mark["type"])
    assert (point["x"], point["y"]) == pytest.approx((100.0, 50.0), abs=0.01)
    assert line["points"] == [pytest.approx((10, 200), abs=0.1), pytest.approx((300, 220), abs=0.1)]
    assert [thing.kept for thing in merged.objects].count(False) == 1


def test_attributes_are_voted_on_by_their_type() -> None:
    def about(color: str, age: float, parts: list[str], note: str) -> Answer:
        given_attributes = {"color": color, "age": age, "parts": parts, "note": note}
        return answer(box(1, 10, 10, 50, 50, label="cat", attributes=given_attributes), **given_attributes)

    merged = merge(
        about("red", 3.0, ["door"], "a cat"),
        about("red", 90.0, ["door", "roof"], "the cat"),
        about("blue", 4.0, ["wheel", "roof", "door"], "the cat"),
    )

    expected = {"age": 4.0, "color": "red", "note": "the cat", "parts": ["door", "roof"]}
    assert merged.answer["attributes"] == expected
    assert merged.answer["annotations"][0]["attributes"] == expected


def test_among_texts_nobody_repeats_the_one_most_like_the_others_wins() -> None:
    texts = ["a brown dog", "a brown dog runs", "no idea"]

    merged = merge(*[answer(note=text) for text in texts])

    assert merged.answer["attributes"]["note"] in texts[:2]


def test_a_question_asked_under_a_condition_is_answered_by_those_who_met_it() -> None:
    """Red wins with less than half of the voices, and only the one who said red was asked for an age."""
    merged = merge(answer(color="red", age=7.0), answer(color="green"), answer(color="blue"), weights=[1.0, 0.6, 0.6])

    assert merged.answer["attributes"] == {"color": "red", "age": 7.0}


def test_agreement_counts_overlap_labels_and_attributes() -> None:
    one = answer(box(1, 0, 0, 100, 100))

    assert IMAGE.agreement({}, {}, OPTIONS) == 1.0
    assert IMAGE.agreement(one, {}, OPTIONS) == 0.0
    assert IMAGE.agreement(one, answer(box(1, 0, 0, 100, 80)), OPTIONS) == pytest.approx(0.8)
    assert IMAGE.agreement(one, answer(box(1, 0, 0, 100, 100, label="cat")), OPTIONS) == 0.0
    assert IMAGE.agreement(one, answer(box(1, 0, 0, 100, 100), box(2, 0, 200, 9, 9)), OPTIONS) == pytest.approx(2 / 3)
    assert IMAGE.agreement(answer(color="red"), answer(color="blue"), OPTIONS) == 0.0
    red = answer(box(1, 0, 0, 100, 100, label="cat", attributes={"color": "red"}))
    blue = answer(box(1, 0, 0, 100, 100, label="cat", attributes={"color": "blue"}))
    assert IMAGE.agreement(red, blue, OPTIONS) == pytest.approx(0.5)


def test_a_score_asks_whether_things_were_found_not_how_tightly() -> None:
    gold = answer(box(1, 0, 0, 100, 100), box(2, 200, 0, 50, 50))

    assert IMAGE.score(answer(box(1, 0, 0, 100, 70), box(2, 200, 0, 50, 40)), gold, OPTIONS) == 1.0
    assert IMAGE.score(answer(box(1, 0, 0, 100, 70)), gold, OPTIONS) == pytest.approx(2 / 3)
    assert IMAGE.score(answer(box(1, 0, 0, 100, 40), box(2, 200, 0, 50, 40)), gold, OPTIONS) == pytest.approx(0.5)
    assert IMAGE.score({}, gold, OPTIONS) == 0.0
    assert IMAGE.score({}, {}, OPTIONS) == 1.0


def test_someone_has_to_speak() -> None:
    with pytest.raises(ValueError, match="voice"):
        merge()
