"""Several answers about one document made one, how far they agree, and how right one is."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assay.core.annotations.document_kind import DocumentKind
from assay.core.annotations.document_text import accuracy, edits, medoid, similarity
from assay.core.annotations.kind import Answer, Content, MediaSize, Merged, MergeOptions, Voice
from assay.core.taxonomy import Attribute, Choice, Label, Taxonomy

DOCUMENTS = DocumentKind()
TAXONOMY = Taxonomy(
    labels=[
        Label("line", text="required"),
        Label("note", shapes=["box", "polygon"], text="optional"),
        Label("row", shapes=["group"]),
        Label("sum", shapes=["group"]),
    ],
    attributes=[Attribute("legible", "category", choices=[Choice("yes"), Choice("no")])],
)
OPTIONS = MergeOptions(taxonomy=TAXONOMY)
PAGES = Content(pages=[MediaSize(1000, 1000)] * 3)


def box(id: str, x: float, text: str = "", label: str = "line", page: int = 0, **changes: Any) -> dict[str, Any]:
    made = {"type": "box", "id": id, "label": label, "x": x, "y": 10.0, "width": 100.0, "height": 20.0}
    return made | ({"text": text} if text else {}) | ({"page": page} if page else {}) | changes


def answer(*regions: dict[str, Any], groups: Any = (), **attributes: Any) -> Answer:
    parts = (("annotations", list(regions)), ("groups", list(groups)), ("attributes", attributes))
    return {name: value for name, value in parts if value}


def row(id: str, *members: str, label: str = "row") -> dict[str, Any]:
    return {"id": id, "label": label, "members": list(members)}


def merge(*answers: Answer, weights: list[float] | None = None, options: MergeOptions = OPTIONS) -> Merged:
    weights = weights or [1.0] * len(answers)
    voices = [Voice(str(at), each, weight) for at, (each, weight) in enumerate(zip(answers, weights, strict=True))]
    return DOCUMENTS.merge(voices, options)


def agreement(left: Answer, right: Answer) -> float:
    return DOCUMENTS.agreement(left, right, OPTIONS)


def score(given: Answer, gold: Answer) -> float:
    return DOCUMENTS.score(given, gold, OPTIONS)


# --- text ---------------------------------------------------------------------------------------------------------


def table_edits(left: str, right: str) -> int:
    """The table of Wagner and Fischer (1974), filled in cell by cell."""
    above = list(range(len(right) + 1))
    for at, letter in enumerate(left, 1):
        here = [at]
        for column, other in enumerate(right, 1):
            here.append(min(above[column] + 1, here[-1] + 1, above[column - 1] + (letter != other)))
        above = here
    return above[-1]


@given(st.text("abc", max_size=90), st.text("abc", max_size=90))
@settings(max_examples=300)
def test_edits_are_those_of_the_whole_table(left: str, right: str) -> None:
    assert edits(left, right) == table_edits(left, right)


def test_texts_are_compared_as_they_are_read() -> None:
    # "kitten" and "sitting" are three edits apart: the example of every textbook.
    assert similarity("kitten", "sitting") == pytest.approx(1 - 3 / 7)
    assert similarity("Total:\n 12", "Total: 12") == 1.0
    assert similarity("Cafe\u0301", "Café") == 1.0
    assert similarity("total", "Total") == pytest.approx(4 / 5)
    assert similarity("", "") == 1.0
    assert similarity("", "x") == 0.0


def test_the_character_error_rate_is_of_what_stands_there() -> None:
    assert accuracy("Invoize", "Invoice") == pytest.approx(6 / 7)
    assert accuracy("a much longer text than that", "short") == 0.0
    assert accuracy("", "x") == accuracy("x", "") == 0.0
    assert accuracy("", "") == 1.0


def test_the_medoid_is_a_text_that_somebody_typed() -> None:
    assert medoid(["1O0 EUR", "100 EUR", "100 EUF"], [1.0, 1.0, 1.0]) == "100 EUR"
    assert medoid(["b", "a"], [1.0, 2.0]) == "a"


# --- merging ------------------------------------------------------------------------------------------------------


def test_a_single_answer_stays_as_it_is() -> None:
    only = answer(box("a", 10, "Total"), box("b", 200, "12"), groups=[row("g", "b", "a")], legible="yes")

    merged = merge(only)

    assert merged.answer == only
    assert merged.agreement == 1.0
    assert [one.annotation_id for one in merged.objects] == ["a", "b", "g"]


def test_regions_are_matched_on_their_own_page_only() -> None:
    merged = merge(answer(box("a", 10, "one")), answer(box("b", 10, "one", page=1)), answer(box("c", 10, "one")))

    assert [(one["text"], one.get("page", 0)) for one in merged.answer["annotations"]] == [("one", 0)]
    assert [(one.kept, one.members) for one in merged.objects] == [
        (True, ((0, "a"), (2, "c"))),
        (False, ((1, "b"),)),
    ]


def test_regions_are_called_by_their_place_page_by_page() -> None:
    both = answer(box("z", 10, "second", page=1), box("y", 10, "low", y=300.0), box("x", 10, "first"))

    merged = merge(both, both)

    assert [(one["id"], one["text"]) for one in merged.answer["annotations"]] == [
        ("m1", "first"),
        ("m2", "low"),
        ("m3", "second"),
    ]


def test_the_text_closest_to_all_is_kept_and_doubt_is_told() -> None:
    merged = merge(*(answer(box("a", 10, text)) for text in ("Rech nung 17", "Rechnung 17", "Rechnung I7")))

    assert merged.answer["annotations"][0]["text"] == "Rechnung 17"
    sure = merge(*[answer(box("a", 10, "Rechnung 17"))] * 3)
    assert merged.objects[0].confidence < sure.objects[0].confidence
    assert merged.confidence < sure.confidence


def test_a_trusted_reader_is_followed() -> None:
    texts = [answer(box("a", 10, "7 1")), answer(box("a", 10, "1 7"))]

    assert merge(*texts, weights=[0.2, 1.0]).answer["annotations"][0]["text"] == "1 7"


def test_text_that_most_left_out_is_left_out_unless_it_has_to_be_there() -> None:
    def three(label: str) -> Merged:
        typed, empty = answer(box("a", 10, "sign", label)), answer(box("a", 10, "", label))
        return merge(typed, empty, empty)

    assert "text" not in three("note").answer["annotations"][0]
    assert three("line").answer["annotations"][0]["text"] == "sign"


def test_only_those_who_named_it_so_settle_the_text() -> None:
    lines = [answer(box("a", 10, "12,50"))] * 2

    merged = merge(*lines, answer(box("a", 10, "nothing of the kind", "note")))

    assert merged.answer["annotations"][0]["text"] == "12,50"
    assert merged.objects[0].label_share == pytest.approx(2 / 3)


def test_groups_follow_their_regions() -> None:
    def said(*groups: Any) -> Answer:
        return answer(box("a", 10, "x"), box("b", 200, "y"), box("c", 400, "z"), groups=groups)

    merged = merge(said(row("g", "b", "a")), said(row("h", "b", "a", "c")), said(row("i", "a", "b")))

    assert merged.answer["groups"] == [{"id": "g1", "label": "row", "members": ["m2", "m1"]}]
    verdict = merged.objects[-1]
    assert (verdict.annotation_id, verdict.kept, verdict.members) == ("g1", True, ((0, "g"), (1, "h"), (2, "i")))
    assert verdict.spread_iou == pytest.approx((1 + 2 / 3 + 1) / 3)


def test_a_group_that_one_of_three_made_is_voted_out_and_told() -> None:
    plain = answer(box("a", 10, "x"), box("b", 200, "y"))

    merged = merge(plain, plain, plain | {"groups": [row("g", "a", "b", label="sum")]})

    assert "groups" not in merged.answer
    assert [(one.label, one.kept) for one in merged.objects][-1] == ("sum", False)


def test_a_group_of_regions_that_are_gone_is_gone() -> None:
    merged = merge(answer(box("a", 10, "x"), groups=[row("g", "a")]), answer(), answer())

    assert merged.answer == {}


def test_nobody_marking_anything_is_agreement() -> None:
    merged = merge(answer(), answer())

    assert merged.answer == {}
    assert merged.agreement == 1.0
    assert merged.confidence > 0.9


# --- comparing ----------------------------------------------------------------------------------------------------


def test_agreement_counts_place_and_text_by_half_each() -> None:
    one = answer(box("a", 10, "kitten"))

    assert agreement(one, one) == 1.0
    assert agreement(one, answer(box("b", 10, "sitting"))) == pytest.approx((1 + 4 / 7) / 2)
    # Half of the box beside it: an overlap of 50 in 150.
    assert agreement(one, answer(box("b", 30, "kitten"))) == pytest.approx(80 / 120)
    assert agreement(one, answer(box("b", 10, "kitten", "note"))) == 0.0
    assert agreement(one, answer(box("b", 10, "kitten", page=1))) == 0.0
    assert agreement(answer(), answer()) == 1.0


def test_a_gold_asks_for_regions_and_for_their_letters() -> None:
    gold = answer(box("a", 10, "Invoice"), box("b", 300, "17"))

    assert score(gold, gold) == 1.0
    assert score(answer(box("c", 20, "Invoice"), box("d", 300, "17")), gold) == 1.0
    assert score(answer(box("c", 10, "Invoize"), box("d", 300, "17")), gold) == pytest.approx((1 + 6 / 7 + 2) / 4)
    # One of two found, exactly: F1 is 2/3.
    assert score(answer(box("c", 10, "Invoice")), gold) == pytest.approx(2 / 3)
    assert score(answer(), gold) == 0.0


def test_groups_count_by_their_regions() -> None:
    regions = (box("a", 10, "x"), box("b", 200, "y"), box("c", 400, "z"))
    whole, part = (answer(*regions, groups=[row("g", *members)]) for members in ("abc", "ab"))

    assert agreement(whole, part) == pytest.approx((3 + 2 / 3) / 4)
    assert score(part, whole) == 1.0
    assert score(answer(*regions, groups=[row("g", "a", "b", "c", label="sum")]), whole) == pytest.approx(3 / 4)


# --- whatever people answer ---------------------------------------------------------------------------------------


@st.composite
def answers(draw: st.DrawFn) -> Answer:
    places = draw(st.lists(st.tuples(st.integers(0, 8), st.integers(0, 2)), max_size=5, unique=True))
    regions = [
        box(
            f"r{at}",
            float(x * 90),
            draw(st.sampled_from(["Total", "Tota1", "12,50", "\u0645\u062c\u0645\u0648\u0639"])),
            draw(st.sampled_from(["line", "note"])),
            page,
        )
        for at, (x, page) in enumerate(places)
    ]
    ids = [one["id"] for one in regions]
    groups = []
    if ids:
        sets = draw(st.lists(st.lists(st.sampled_from(ids), min_size=1, unique=True), max_size=2))
        groups = [
            row(f"g{at}", *members, label=draw(st.sampled_from(["row", "sum"]))) for at, members in enumerate(sets)
        ]
    values = draw(st.sampled_from([{}, {"legible": "yes"}, {"legible": "no"}]))
    return answer(*regions, groups=groups, **values)


@given(st.lists(answers(), min_size=1, max_size=4), st.randoms())
@settings(max_examples=60, deadline=None)
def test_a_merged_answer_is_one_that_one_person_could_have_given(said: list[Answer], chance: Any) -> None:
    merged = merge(*said)

    assert DOCUMENTS.check(merged.answer, TAXONOMY, PAGES) == merged.answer
    assert 0 <= merged.confidence <= 1
    assert 0 <= merged.agreement <= 1
    turned = list(said)
    chance.shuffle(turned)
    again = merge(*turned)
    if len(said) > 1:
        assert json.dumps(again.answer) == json.dumps(merged.answer)
    assert again.confidence == pytest.approx(merged.confidence)


@given(answers(), answers())
@settings(max_examples=60, deadline=None)
def test_agreement_is_symmetric_and_whole_with_oneself(left: Answer, right: Answer) -> None:
    assert agreement(left, right) == pytest.approx(agreement(right, left))
    assert agreement(left, left) == pytest.approx(1.0)
    assert score(left, left) == pytest.approx(1.0)
