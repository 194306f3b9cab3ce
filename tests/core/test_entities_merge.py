"""Several answers about one text made one, how far they agree, and how right one is."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assay.core.annotations.entities_kind import EntitiesKind
from assay.core.annotations.kind import Answer, Content, Merged, MergeOptions, Voice
from assay.core.taxonomy import Attribute, Choice, Label, RelationType, Taxonomy

ENTITIES = EntitiesKind()
OPTIONS = MergeOptions()
TEXT = "abcdefgh ijklmn opqrst uvwxyz 012345"
ROLE = Attribute("role", "category", choices=[Choice("author"), Choice("reader")], required=True)
TAXONOMY = Taxonomy(
    labels=[Label("person", shapes=["span"]), Label("place", shapes=["span"], attributes=[ROLE])],
    attributes=[ROLE],
    relations=[
        RelationType("lives_in", source_labels=["person"], target_labels=["place"]),
        RelationType("near", directed=False, source_labels=["place"]),
        RelationType("same", directed=False),
    ],
)


def span(id: str, start: int, end: int, label: str = "person", **more: Any) -> dict[str, Any]:
    return {"type": "span", "id": id, "label": label, "start": start, "end": end} | more


def answer(*spans: dict[str, Any], relations: list[dict[str, Any]] | None = None, **attributes: Any) -> Answer:
    return {
        key: value
        for key, value in (("annotations", list(spans)), ("relations", relations), ("attributes", attributes))
        if value
    }


def joined(id: str, name: str, source: str, target: str, **more: Any) -> dict[str, Any]:
    return {"id": id, "name": name, "source": source, "target": target} | more


def merge(*answers: Answer, weights: list[float] | None = None, options: MergeOptions = OPTIONS) -> Merged:
    weights = weights or [1.0] * len(answers)
    return ENTITIES.merge(
        [Voice(str(index), each, weight) for index, (each, weight) in enumerate(zip(answers, weights, strict=True))],
        options,
    )


@st.composite
def answers(draw: st.DrawFn) -> Answer:
    places = draw(
        st.lists(
            st.tuples(st.integers(0, 30), st.integers(1, 9), st.sampled_from(["person", "place"])),
            max_size=5,
            unique_by=lambda each: (TEXT[each[0] : each[0] + each[1]].strip(), each[2]),
        )
    )
    spans = []
    for number, (start, length, label) in enumerate(places):
        if TEXT[start : start + length].strip():
            role = {"attributes": {"role": draw(st.sampled_from(["author", "reader"]))}} if label == "place" else {}
            spans.append(span(f"s{number}", start, min(start + length, len(TEXT)), label) | role)
    relations: list[dict[str, Any]] = []
    if len(spans) > 1:
        pairs = st.tuples(st.sampled_from(spans), st.sampled_from(spans), st.sampled_from(["lives_in", "near", "same"]))
        known = set()
        for source, target, name in draw(st.lists(pairs, max_size=4)):
            fits = {
                "lives_in": source["label"] == "person" and target["label"] == "place",
                "near": source["label"] == "place",
                "same": True,
            }[name]
            ends = (name, source["id"], target["id"])
            if source is target or not fits or ends in known or (name, target["id"], source["id"]) in known:
                continue
            known.add(ends)
            relations.append(joined(f"r{len(relations)}", *ends))
    role = draw(st.sampled_from(["author", "reader"]))
    return ENTITIES.check(answer(*spans, relations=relations, role=role), TAXONOMY, Content(text=TEXT))


VOICES = st.lists(answers(), min_size=1, max_size=5)
WEIGHTS = st.lists(st.sampled_from([0.0, 0.25, 0.5, 1.0]), min_size=5, max_size=5)
MANY = settings(max_examples=60, deadline=None)


def said(merged: Merged) -> str:
    """What the answer says, whatever its parts are called."""
    spans = {each["id"]: {**each, "id": ""} for each in merged.answer.get("annotations", [])}
    relations = [
        {**each, "id": "", "source": spans[each["source"]], "target": spans[each["target"]]}
        for each in merged.answer.get("relations", [])
    ]
    parts = [sorted(json.dumps(each, sort_keys=True) for each in group) for group in (spans.values(), relations)]
    return json.dumps([parts, merged.answer.get("attributes")], sort_keys=True)


@MANY
@given(VOICES, WEIGHTS, st.randoms(use_true_random=False))
def test_the_order_of_voices_does_not_matter(voices: list[Answer], weights: list[float], random: Any) -> None:
    order = list(range(len(voices)))
    random.shuffle(order)

    there = merge(*voices, weights=weights[: len(voices)])
    back = merge(*[voices[index] for index in order], weights=[weights[index] for index in order])

    assert said(there) == said(back)
    assert back.confidence == pytest.approx(there.confidence)
    assert back.agreement == pytest.approx(there.agreement)


@MANY
@given(VOICES, WEIGHTS)
def test_a_merged_answer_is_one_that_anybody_could_have_given(voices: list[Answer], weights: list[float]) -> None:
    merged = merge(*voices, weights=weights[: len(voices)])

    assert ENTITIES.check(merged.answer, TAXONOMY, Content(text=TEXT)) == merged.answer
    assert 0 <= merged.confidence <= 1
    assert 0 <= merged.agreement <= 1
    kept = {each["id"] for key in ("annotations", "relations") for each in merged.answer.get(key, [])}
    assert {thing.annotation_id for thing in merged.objects if thing.kept} == kept
    assert len({thing.annotation_id for thing in merged.objects}) == len(merged.objects)


@MANY
@given(VOICES)
def test_every_mark_belongs_to_one_object(voices: list[Answer]) -> None:
    marks = {(index, each["id"]) for index, one in enumerate(voices) for each in one.get("annotations", [])}
    spans = {each["id"] for one in voices for each in one.get("annotations", [])}

    members = [each for thing in merge(*voices).objects for each in thing.members if each[1] in spans]

    assert sorted(members) == sorted(marks)


@MANY
@given(answers(), st.integers(1, 4))
def test_those_who_say_the_same_are_believed_the_more_of_them_there_are(one: Answer, count: int) -> None:
    merged = merge(*[one] * count)
    fewer = merge(*[one] * max(count - 1, 1))

    assert said(merged) == said(merge(one))
    assert merged.agreement == 1
    assert merged.confidence >= fewer.confidence


@MANY
@given(st.lists(answers(), min_size=2, max_size=3))
def test_saying_everything_twice_changes_nothing(voices: list[Answer]) -> None:
    assert said(merge(*voices, *voices)) == said(merge(*voices))


@MANY
@given(answers(), answers())
def test_agreement_is_symmetric_and_one_with_oneself(one: Answer, other: Answer) -> None:
    there, back = ENTITIES.agreement(one, other, OPTIONS), ENTITIES.agreement(other, one, OPTIONS)

    assert there == pytest.approx(back)
    assert 0 <= there <= ENTITIES.score(one, other, OPTIONS) + 1e-9 <= 1 + 1e-9
    assert ENTITIES.agreement(one, one, OPTIONS) == pytest.approx(1)
    assert merge(one, other).agreement == pytest.approx(there)


def test_agreement_by_hand() -> None:
    """Three spans and four: one the same, one pair sharing 6 of 8 letters, the others alone or labelled otherwise."""
    left = answer(span("a", 0, 8), span("b", 9, 15), span("c", 30, 36))
    right = answer(span("a", 0, 8), span("b", 9, 17), span("c", 30, 36, "place"), span("d", 18, 20))

    assert ENTITIES.agreement(left, right, OPTIONS) == pytest.approx(2 * (1 + 6 / 8) / 7)
    assert ENTITIES.score(left, right, OPTIONS) == pytest.approx(2 * 2 / 7)
    assert ENTITIES.score(left, right, MergeOptions(iou_min=0.8)) == pytest.approx(2 * 1 / 7)


def test_nothing_agrees_with_nothing() -> None:
    assert ENTITIES.agreement({}, {}, OPTIONS) == ENTITIES.score({}, {}, OPTIONS) == 1
    assert merge({}, {}).answer == {}


def test_a_relation_is_shared_when_both_its_ends_are() -> None:
    ends = [span("a", 0, 8), span("b", 9, 15, "place", attributes={"role": "author"})]
    left = answer(*ends, relations=[joined("r", "lives_in", "a", "b")])
    right = answer(*ends[::-1], relations=[joined("x", "lives_in", "a", "b")])
    turned = answer(*ends, relations=[joined("r", "lives_in", "b", "a")])

    assert ENTITIES.agreement(left, right, OPTIONS) == 1
    assert ENTITIES.agreement(left, turned, OPTIONS) == pytest.approx(2 * 2 / 6)


def test_a_relation_without_direction_is_the_same_either_way() -> None:
    ends = [span("a", 0, 8), span("b", 9, 15)]
    one = answer(*ends, relations=[joined("r", "same", "a", "b", directed=False)])
    other = answer(*ends, relations=[joined("r", "same", "b", "a", directed=False)])

    merged = merge(one, other, one)

    assert ENTITIES.agreement(one, other, OPTIONS) == 1
    assert merged.answer["relations"] == [joined("r1", "same", "m1", "m2", directed=False)]
    assert merged.objects[-1].members == ((0, "r"), (1, "r"), (2, "r"))


def test_two_of_three_carry_a_span_its_label_and_its_ends() -> None:
    merged = merge(
        answer(span("a", 0, 8), span("x", 23, 29)),
        answer(span("b", 0, 8, "place", attributes={"role": "author"})),
        answer(span("c", 0, 7)),
    )

    first, second = merged.objects
    assert merged.answer == {"annotations": [span("m1", 0, 8)]}
    assert first.kept
    assert (first.label_share, first.spread_iou) == pytest.approx((2 / 3, 23 / 24))
    assert first.members == ((0, "a"), (1, "b"), (2, "c"))
    assert (second.kept, second.members) == (False, ((0, "x"),))


def test_the_heavier_of_two_voices_has_its_ends() -> None:
    short, long = answer(span("a", 0, 5)), answer(span("a", 0, 8))

    assert merge(short, long, weights=[1, 0.5]).answer["annotations"] == [span("m1", 0, 5)]
    assert merge(short, long).answer["annotations"] == [span("m1", 0, 8)]


def test_a_relation_is_voted_on_by_those_who_marked_both_its_ends() -> None:
    """One of the two who marked both drew it; the third, who marked one end, has no say."""
    a, b = span("a", 0, 8), span("b", 9, 15)
    drawn = answer(a, b, relations=[joined("r", "same", "a", "b", directed=False)])

    merged = merge(drawn, answer(a, b), answer(a))
    outvoted = merge(drawn, answer(a, b), answer(a, b), answer(a))

    assert [each["name"] for each in merged.answer["relations"]] == ["same"]
    assert "relations" not in outvoted.answer
    assert [thing.label for thing in outvoted.objects if not thing.kept] == ["same"]


def test_a_relation_goes_with_its_ends() -> None:
    a, b = span("a", 0, 8), span("b", 9, 15)
    drawn = answer(a, b, relations=[joined("r", "same", "a", "b", directed=False)])

    assert "relations" not in merge(drawn, answer(a), answer(a)).answer


def test_a_single_voice_is_left_as_it_is() -> None:
    one = answer(span("z", 9, 15), span("y", 0, 8), relations=[joined("q", "same", "z", "y", directed=False)])

    merged = merge(one)

    assert merged.answer == one
    assert {thing.annotation_id for thing in merged.objects} == {"z", "y", "q"}
    assert merged.confidence == pytest.approx(0.8 * 0.8 * 2 / 3 + 0.8 / 3)


def test_without_a_voice_there_is_nothing_to_merge() -> None:
    with pytest.raises(ValueError, match="one voice"):
        ENTITIES.merge([], OPTIONS)
