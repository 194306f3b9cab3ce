"""Pages of their own: what may be shown, which answers fit, and how several become one."""

from __future__ import annotations

import io
from itertools import permutations
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.core.annotations import kind_named
from assay.core.annotations.kind import Content, MergeOptions, Voice
from assay.core.annotations.page_kind import page_problems
from assay.core.errors import Invalid
from assay.core.formats.exports import export, export_format
from assay.core.formats.rows import ExportFacts, ExportRow
from assay.core.pages import ExternalPage, FormPage, HtmlPage, PageItem
from assay.core.questionnaire import Chosen, Option, Paragraph, Question, Questionnaire, Written
from assay.core.taxonomy import Taxonomy

KIND = kind_named("page")
OPTIONS = MergeOptions()
FORM = FormPage(
    Questionnaire(
        [
            Question(
                "colour", [Paragraph("Which colour?")], Chosen([Option(c, Paragraph(c)) for c in ("red", "blue")])
            ),
            Question("why", [Paragraph("Why?")], Written(length_min=3)),
        ]
    )
)


def check(answer: Any, page: Any = None, *, complete: bool = True) -> Any:
    return KIND.check(answer, Taxonomy(), Content(page=page), complete=complete)


def answer(**fields: str | list[str]) -> dict[str, Any]:
    return {"attributes": fields}


def test_a_field_is_a_text_or_several_and_one_alone_is_itself() -> None:
    checked = check(answer(colour=["blue"], kinds=["coat", "hat"], empty=""))

    assert checked == answer(colour="blue", kinds=["coat", "hat"], empty="")


def test_what_is_no_field_is_named() -> None:
    with pytest.raises(Invalid) as raised:
        check({"attributes": {"n": 3, "deep": [["x"]], "": "no name", "nul": "a\x00"}, "marks": []})

    assert {problem.field for problem in raised.value.problems} == {
        "marks",
        "attributes.n",
        "attributes.deep",
        "attributes.",
        "attributes.nul",
    }


def test_a_form_asks_for_what_it_asks_and_a_draft_may_leave_it_out() -> None:
    with pytest.raises(Invalid) as raised:
        check(answer(colour="green"), FORM)
    assert {problem.field for problem in raised.value.problems} == {"attributes.colour", "attributes.why"}

    assert check(answer(colour="red", why="warm"), FORM) == answer(colour="red", why="warm")
    assert check({}, FORM, complete=False) == {}


@pytest.mark.parametrize(
    ("page", "field"),
    [
        (ExternalPage("ftp://elsewhere.test/x"), "page.url"),
        (HtmlPage("  "), "page.html"),
        (HtmlPage("é" * 40_000), "page.html"),
        (FormPage(Questionnaire([])), "page.questionnaire"),
    ],
    ids=["no-http", "empty", "too-long", "no-question"],
)
def test_pages_that_cannot_be_shown(page: Any, field: str) -> None:
    assert [problem.field for problem in page_problems(page)] == [field]


def test_each_field_goes_by_vote_and_sets_know_no_order() -> None:
    """Two of three say blue, and coat with hat in either order; the note of one is left out."""
    voices = [
        Voice("a", answer(colour="blue", kinds=["coat", "hat"], note="x")),
        Voice("b", answer(colour="blue ", kinds=["hat", "coat"])),
        Voice("c", answer(colour="red", kinds=["shoe"])),
    ]

    merged = KIND.merge(voices, OPTIONS)

    assert merged.answer["attributes"]["colour"].strip() == "blue"
    assert set(merged.answer["attributes"]["kinds"]) == {"coat", "hat"}
    assert "note" not in merged.answer["attributes"]
    # One pair of three agrees on colour and on kinds; of the two pairs with a note, none.
    assert merged.agreement == pytest.approx((1 / 3 + 1 / 3 + 0) / 3)
    assert {verdict.annotation_id: verdict.kept for verdict in merged.objects} == {
        "colour": True,
        "kinds": True,
        "note": False,
    }


def test_the_order_of_voices_does_not_matter() -> None:
    voices = [Voice("a", answer(x="1")), Voice("b", answer(x="2")), Voice("c", answer(x="2", y="3"), weight=0.2)]

    results = {str(KIND.merge(list(order), OPTIONS).answer) for order in permutations(voices)}

    assert len(results) == 1


def test_a_lone_answer_is_itself() -> None:
    merged = KIND.merge([Voice("a", answer(x="1"))], OPTIONS)

    assert (merged.answer, merged.agreement) == (answer(x="1"), 1.0)


def test_answers_to_pages_leave_as_csv_and_as_jsonl() -> None:
    facts = ExportFacts("1", "Colours", Taxonomy())
    content = msgspec.json.encode([PageItem(HtmlPage("<p>"))]).decode()
    row = ExportRow("7", "", 0, 0, answer(colour="blue", kinds=["coat", "hat"]), content=content)

    csv, jsonl = (
        b"".join(export(export_format(name, "page").begin(facts, io.BytesIO()), [row])) for name in ("csv", "jsonl")
    )

    assert csv.decode().splitlines() == [
        "task_id,unique_id,batch,origin,confidence,is_gold,completed_at,text,colour,kinds",
        "7,,,,,false,,,blue,coat | hat",
    ]
    assert msgspec.json.decode(jsonl)["answer"] == row.answer
    with pytest.raises(Invalid):
        export_format("coco", "page")


ANSWERS = st.dictionaries(st.sampled_from("xyz"), st.sampled_from(["1", "2", ["1", "2"], ["2", "1"]]), max_size=3).map(
    lambda fields: {"attributes": fields} if fields else {}
)


@given(ANSWERS, ANSWERS)
def test_agreement_is_symmetric_whole_with_itself_and_the_merge_of_two(left: Any, right: Any) -> None:
    one = KIND.agreement(left, right, OPTIONS)

    assert one == KIND.agreement(right, left, OPTIONS)
    assert 0.0 <= one <= 1.0
    assert KIND.agreement(left, left, OPTIONS) == 1.0
    assert KIND.merge([Voice("a", left), Voice("b", right)], OPTIONS).agreement == one


@given(st.lists(ANSWERS, min_size=1, max_size=6))
def test_what_is_merged_is_an_answer_somebody_could_give(answers: list[Any]) -> None:
    merged = KIND.merge([Voice(str(index), one) for index, one in enumerate(answers)], OPTIONS)

    assert check(merged.answer) == merged.answer
    assert 0.0 <= merged.confidence <= 1.0
