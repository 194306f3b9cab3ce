"""What an answer about a text may be, and what becomes of it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.core.annotations.entities_kind import EntitiesKind
from assay.core.annotations.kind import Content
from assay.core.content import ImageItem, TextItem
from assay.core.errors import Invalid, Problem
from assay.core.taxonomy import Attribute, Choice, Label, RelationType, Taxonomy

ENTITIES = EntitiesKind()
# The second letter of the clef is beyond U+FFFF: one code point, two UTF-16 units.
TEXT = "Ada 𝄞 Lovelace wrote to  Charles Babbage in London."
ROLE = Attribute("role", "category", choices=[Choice("author"), Choice("reader")], required=True)
TAXONOMY = Taxonomy(
    labels=[
        Label("who", shapes=[], children=[Label("person", shapes=["span"]), Label("writer", shapes=["span"])]),
        Label("place", shapes=["span"]),
        Label("part", shapes=["span"], attributes=[ROLE]),
    ],
    attributes=[Attribute("language", "text")],
    relations=[
        RelationType("lives_in", source_labels=["who"], target_labels=["place"]),
        RelationType("knows", directed=False, source_labels=["writer"], target_labels=["person"]),
        RelationType("same", directed=False),
    ],
)


def span(start: int = 25, end: int = 40, **changes: Any) -> dict[str, Any]:
    return {"type": "span", "id": "a", "label": "person", "start": start, "end": end} | changes


def relation(source: str, target: str, **changes: Any) -> dict[str, Any]:
    return {"id": f"{source}{target}", "name": "lives_in", "source": source, "target": target} | changes


def check(*spans: Any, relations: Any = (), text: str | None = TEXT, complete: bool = True, **attributes: Any) -> Any:
    given = {"annotations": list(spans), "relations": list(relations), "attributes": attributes}
    return ENTITIES.check(given, TAXONOMY, Content(text=text), complete=complete)


def problems(*spans: Any, **more: Any) -> list[Problem]:
    with pytest.raises(Invalid) as caught:
        check(*spans, **more)
    return caught.value.problems


def fields(*spans: Any, **more: Any) -> list[str]:
    return [problem.field for problem in problems(*spans, **more)]


def test_a_good_answer_comes_back_with_its_defaults_left_out() -> None:
    assert check(span(attributes={}), language="en") == {
        "annotations": [{"type": "span", "id": "a", "label": "person", "start": 25, "end": 40}],
        "attributes": {"language": "en"},
    }
    assert ENTITIES.check({}, TAXONOMY, Content(text=TEXT)) == ENTITIES.empty()


def test_offsets_are_code_points() -> None:
    start = TEXT.index("Charles")

    assert TEXT[start : start + 7] == "Charles"
    assert TEXT.encode("utf-16-le").index("Charles".encode("utf-16-le")) == 2 * (start + 1)
    assert check(span(start, start + 7))["annotations"][0]["start"] == start


def test_blanks_at_the_ends_are_cut_off() -> None:
    assert check(span(23, 41))["annotations"][0] == span(25, 40)


def test_blanks_alone_are_no_span() -> None:
    assert fields(span(23, 25)) == ["annotations[0]"]


@pytest.mark.parametrize(
    ("start", "end", "field"),
    [(-1, 4, "start"), (4, 4, "end"), (9, 4, "end"), (0, len(TEXT) + 1, "end"), (0.5, 4, "start"), ("0", 4, "start")],
)
def test_a_span_lies_within_the_text(start: Any, end: Any, field: str) -> None:
    assert fields(span(start, end)) == [f"annotations[0].{field}"]


def test_without_its_text_a_span_stays_as_it_is() -> None:
    assert check(span(23, 90), text=None)["annotations"] == [span(23, 90)]
    assert fields(span(0, 10**30), text=None) == ["annotations[0].end"]


def test_spans_may_overlap_nest_and_share_their_place_with_another_label() -> None:
    given = [span(25, 40), span(25, 32, id="b"), span(28, 50, id="c"), span(25, 40, id="d", label="writer")]

    assert check(*given)["annotations"] == given


def test_the_same_is_not_said_twice() -> None:
    assert fields(span(), span(24, 41, id="b")) == ["annotations[1]"]


def test_labels_have_to_exist_and_headings_mark_nothing() -> None:
    assert fields(span(label="ghost"), span(0, 3, id="b", label="who")) == [
        "annotations[0].label",
        "annotations[1].label",
    ]


def test_attributes_of_spans_are_checked_and_drafts_may_lack_them() -> None:
    assert fields(span(label="part")) == ["annotations[0].attributes.role"]
    assert check(span(label="part"), complete=False)["annotations"] == [span(label="part")]
    assert check(span(label="part", attributes={"role": "author"}))["annotations"][0]["attributes"] == {
        "role": "author"
    }


def test_a_relation_joins_the_labels_it_is_for_headings_included() -> None:
    spans = [span(), span(44, 50, id="b", label="place")]

    assert check(*spans, relations=[relation("a", "b")])["relations"] == [relation("a", "b")]
    assert fields(*spans, relations=[relation("b", "a")]) == ["relations[0]"]


def test_the_ends_of_a_relation_without_direction_may_be_exchanged() -> None:
    spans = [span(), span(0, 14, id="b", label="writer")]

    checked = check(*spans, relations=[relation("a", "b", name="knows", directed=True)])

    assert checked["relations"] == [relation("b", "a", id="ab", name="knows", directed=False)]


@pytest.mark.parametrize(
    ("given", "field"),
    [
        (relation("a", "ghost"), ".target"),
        (relation("ghost", "b"), ".source"),
        (relation("a", "a"), ".target"),
        (relation("a", "b", name="owns"), ".name"),
        (relation("a", "b", id="a"), ".id"),
        (relation("a", "b", id=""), ".id"),
        (relation("a", "b", weight=1), ""),
        ("a", ""),
    ],
)
def test_a_relation_that_cannot_be_is_named(given: Any, field: str) -> None:
    assert fields(span(), span(44, 50, id="b", label="place"), relations=[given]) == [f"relations[0]{field}"]


def test_a_relation_is_not_drawn_twice_either_way() -> None:
    twice = [relation("a", "b", name="same"), relation("b", "a", name="same")]

    assert fields(span(), span(0, 3, id="b"), relations=twice) == ["relations[1]"]


@pytest.mark.parametrize("answer", [None, [], "x", {"marks": []}, {"annotations": {}}, {"annotations": [3]}])
def test_what_is_no_answer_is_refused(answer: Any) -> None:
    with pytest.raises(Invalid):
        ENTITIES.check(answer, TAXONOMY, Content(text=TEXT))


def test_too_much_is_refused_at_once() -> None:
    assert fields(*[span(id=str(number)) for number in range(5001)]) == ["annotations"]


def test_a_taxonomy_of_spans_and_relations_is_fine_and_boxes_are_not() -> None:
    ENTITIES.check_taxonomy(TAXONOMY)
    with pytest.raises(Invalid) as caught:
        ENTITIES.check_taxonomy(
            Taxonomy([Label("person")], relations=[RelationType("a", source_labels=["ghost"]), RelationType("a")])
        )
    assert [problem.field for problem in caught.value.problems] == [
        "labels[0].shapes",
        "relations[0].source_labels[0]",
        "relations[1].name",
    ]


def test_a_task_shows_one_text_and_nothing_else() -> None:
    text, photo = TextItem(TEXT), ImageItem(UUID(int=1))

    assert list(ENTITIES.content_problems([text], photo=False)) == []
    for items, with_photo in ((None, False), ([], False), ([photo], False), ([text, text], False), ([text], True)):
        assert [each.field for each in ENTITIES.content_problems(items, with_photo)] == ["content"]


@given(st.text(alphabet="ab \n\u00a0𝄞", max_size=12), st.integers(-1, 13), st.integers(-1, 13))
def test_what_is_taken_begins_and_ends_with_a_letter_and_is_taken_again(text: str, start: int, end: int) -> None:
    try:
        checked = check(span(start, end), text=text)
    except Invalid:
        passage = text[max(start, 0) : max(end, 0)]
        assert start < 0 or end > len(text) or not passage.strip()
        return
    kept = checked["annotations"][0]
    passage = text[kept["start"] : kept["end"]]
    assert passage == passage.strip() == text[start:end].strip()
    assert ENTITIES.check(checked, TAXONOMY, Content(text=text)) == checked
