"""Forms: which questions can be asked, and which answers fit them."""

from __future__ import annotations

from typing import Any

import pytest

from assay.core.annotations import kind_named
from assay.core.annotations.kind import Content
from assay.core.errors import Invalid
from assay.core.taxonomy import Attribute, Choice, Condition, Label, Taxonomy

FORM = kind_named("form")
YES_NO = [Choice("yes"), Choice("no")]
BIRDS = Choice("bird", children=[Choice("owl"), Choice("crow")])


def asked(*questions: Attribute) -> Taxonomy:
    return Taxonomy(attributes=list(questions))


def wrong(taxonomy: Taxonomy) -> list[str]:
    with pytest.raises(Invalid) as refused:
        FORM.check_taxonomy(taxonomy)
    return [problem.field for problem in refused.value.problems]


def checked(answer: dict[str, Any], *questions: Attribute, complete: bool = True) -> dict[str, Any]:
    canonical = FORM.check({"attributes": answer}, asked(*questions), Content(), complete=complete)
    values: dict[str, Any] = canonical.get("attributes", {})
    return values


def refused(answer: Any, *questions: Attribute, complete: bool = True) -> list[str]:
    with pytest.raises(Invalid) as error:
        FORM.check(answer, asked(*questions), Content(), complete=complete)
    return [problem.field for problem in error.value.problems]


# --- questions ----------------------------------------------------------------------------------------------------


def test_everything_a_form_offers_may_be_asked() -> None:
    person = Attribute(
        "person", "group", values_max=3, attributes=[Attribute("name", "text"), Attribute("n", "number")]
    )

    FORM.check_taxonomy(
        asked(
            Attribute("animal", "category", choices=[BIRDS, Choice("fox")], description="The largest one."),
            Attribute("nest", "text", when=Condition("animal", ["bird"]), values_max=2),
            Attribute("seen", "datetime", time_of_day=True),
            Attribute("weight", "number", unit="kg", minimum=0),
            Attribute("marks", "multiselect", choices=YES_NO, choices_min=1, choices_max=2),
            person,
        )
    )


@pytest.mark.parametrize(
    ("question", "fields"),
    [
        (Attribute("a", "category"), ["choices"]),
        (Attribute("a", "category", choices=[Choice("x", children=[Choice("x")])]), ["choices[0].children[0].name"]),
        (Attribute("a", "category", choices=YES_NO, values_max=2), ["values_max"]),
        (Attribute("a", "text", values_max=0), ["values_max"]),
        (Attribute("a", "text", values_max=101), ["values_max"]),
        (Attribute("a", "text", unit="kg"), ["unit"]),
        (Attribute("a", "number", unit=" "), ["unit"]),
        (Attribute("a", "number", time_of_day=True), ["time_of_day"]),
        (Attribute("a", "text", choices_max=1), ["choices_max"]),
        (Attribute("a", "multiselect", choices=YES_NO, choices_min=3), ["choices_min"]),
        (Attribute("a", "multiselect", choices=YES_NO, choices_min=2, choices_max=1), ["choices_max"]),
        (Attribute("a", "group"), ["attributes"]),
        (Attribute("a", "text", attributes=[Attribute("b", "text")]), ["attributes"]),
        (Attribute("a", "group", attributes=[Attribute("b", "text"), Attribute("b", "text")]), ["attributes[1].name"]),
        (Attribute("a", "text", description="x" * 2001), ["description"]),
    ],
)
def test_a_question_that_cannot_be_asked_is_refused_by_its_field(question: Attribute, fields: list[str]) -> None:
    assert wrong(asked(question)) == [f"attributes[0].{field}" for field in fields]


def test_groups_and_choices_end_somewhere() -> None:
    group, choice = Attribute("g", "text"), Choice("c")
    for depth in range(5):
        group = Attribute(f"g{depth}", "group", attributes=[group])
    for depth in range(9):
        choice = Choice(f"c{depth}", children=[choice])

    assert any("attributes" in field for field in wrong(asked(group)))
    assert len(wrong(asked(Attribute("a", "category", choices=[choice])))) == 1


def test_a_form_has_questions_and_no_labels() -> None:
    assert wrong(Taxonomy()) == ["attributes"]
    assert wrong(Taxonomy(labels=[Label("car")], attributes=[Attribute("a", "text")])) == ["labels"]


@pytest.mark.parametrize(
    "attribute",
    [
        Attribute("a", "datetime"),
        Attribute("a", "group", attributes=[Attribute("b", "text")]),
        Attribute("a", "text", values_max=2),
        Attribute("a", "number", unit="kg"),
        Attribute("a", "category", choices=[BIRDS]),
        Attribute("a", "multiselect", choices=YES_NO, choices_max=1),
        Attribute("a", "text", description="Why?"),
    ],
)
def test_a_photo_is_asked_plain_questions_only(attribute: Attribute) -> None:
    for taxonomy in (asked(attribute), Taxonomy(labels=[Label("car", attributes=[attribute])])):
        with pytest.raises(Invalid, match="form"):
            kind_named("image").check_taxonomy(taxonomy)


# --- answers ------------------------------------------------------------------------------------------------------


def test_an_answer_comes_back_in_the_order_that_it_was_asked() -> None:
    questions = (Attribute("b", "text"), Attribute("a", "number"))

    assert list(checked({"a": 1, "b": "x"}, *questions).items()) == [("b", "x"), ("a", 1.0)]


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("2026-11-22T14:05", "2026-11-22T14:05"),
        ("2026-11-22T14:05:00", "2026-11-22T14:05"),
        ("2026-11-22T14:05:09",) * 2,
    ],
)
def test_a_time_has_one_form(given: str, kept: str) -> None:
    assert checked({"at": given}, Attribute("at", "datetime", time_of_day=True)) == {"at": kept}


@pytest.mark.parametrize("given", ["2026-02-30", "22.11.2026", "2026-11-22T14:05", "20261122", 20261122, "2026-11-22Z"])
def test_what_is_no_date_is_refused(given: Any) -> None:
    assert refused({"attributes": {"at": given}}, Attribute("at", "datetime")) == ["attributes.at"]


@pytest.mark.parametrize("given", ["2026-11-22", "2026-11-22T14:05Z", "2026-11-22T25:00", "2026-11-22 14:05"])
def test_what_is_no_time_is_refused(given: str) -> None:
    assert refused({"attributes": {"at": given}}, Attribute("at", "datetime", time_of_day=True)) == ["attributes.at"]


def test_a_heading_is_not_chosen_and_stands_for_what_is_below_it() -> None:
    questions = (
        Attribute("animal", "category", choices=[BIRDS, Choice("fox")]),
        Attribute("nest", "text", required=True, when=Condition("animal", ["bird"])),
    )

    assert refused({"attributes": {"animal": "bird"}}, *questions) == ["attributes.animal"]
    assert refused({"attributes": {"animal": "owl"}}, *questions) == ["attributes.nest"]
    assert checked({"animal": "fox", "nest": "left out"}, *questions) == {"animal": "fox"}


def test_several_values_are_a_list_without_blanks() -> None:
    notes = Attribute("notes", "text", values_max=2, required=True)

    assert checked({"notes": ["a", " "]}, notes) == {"notes": ["a"]}
    assert refused({"attributes": {"notes": [" "]}}, notes) == ["attributes.notes"]
    assert refused({"attributes": {"notes": "a"}}, notes) == ["attributes.notes"]
    assert refused({"attributes": {"notes": ["a", "b", "c"]}}, notes) == ["attributes.notes"]
    assert refused({"attributes": {"notes": ["a", 5]}}, notes) == ["attributes.notes[1]"]


def test_a_group_is_asked_whole() -> None:
    inner = [Attribute("name", "text", required=True), Attribute("age", "number", maximum=150)]
    person = Attribute("person", "group", attributes=inner, values_max=2)

    assert checked({"person": [{"name": "Ada", "age": 36}, {}]}, person, complete=False) == {
        "person": [{"name": "Ada", "age": 36.0}]
    }
    assert refused({"attributes": {"person": [{"age": 151}]}}, person) == [
        "attributes.person[0].name",
        "attributes.person[0].age",
    ]
    assert checked({}, person) == {}


def test_choices_keep_to_their_bounds_and_drafts_may_have_fewer() -> None:
    marks = Attribute(
        "marks", "multiselect", choices=[Choice("x"), Choice("y"), Choice("z")], choices_min=2, choices_max=2
    )

    assert checked({"marks": ["z", "x"]}, marks) == {"marks": ["x", "z"]}
    assert checked({"marks": ["x"]}, marks, complete=False) == {"marks": ["x"]}
    assert refused({"attributes": {"marks": ["x"]}}, marks) == ["attributes.marks"]
    assert refused({"attributes": {"marks": ["x", "y", "z"]}}, marks, complete=False) == ["attributes.marks"]


@pytest.mark.parametrize(
    ("answer", "field"), [([], ""), ({"annotations": []}, "annotations"), ({"attributes": []}, "attributes")]
)
def test_what_is_no_answer_is_refused(answer: Any, field: str) -> None:
    assert refused(answer, Attribute("a", "text")) == [field]
