"""Forms of questions and their keys. The rules are the published ones of QuestionForm and AnswerKey."""

from fractions import Fraction
from math import floor

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.core.questionnaire import (
    AnswerKey,
    Chosen,
    Fields,
    Format,
    Heading,
    KeyOption,
    KeyQuestion,
    Option,
    Overview,
    Paragraph,
    Percentage,
    Question,
    Questionnaire,
    Range,
    Ranges,
    Reply,
    Scale,
    Written,
    check_answers,
    check_key,
    check_questionnaire,
    grade,
    replies_of,
)


def choice(id: str, *ids: str, least: int = 1, most: int = 1, other: bool = False, required: bool = False) -> Question:
    options = [Option(one, Paragraph(one.title())) for one in ids]
    asked = Chosen(options, chosen_min=least, chosen_max=most, other=Written() if other else None)
    return Question(id, [Paragraph("Which?")], asked, required=required)


def text(id: str, required: bool = False, **asked: object) -> Question:
    return Question(id, [], msgspec.convert({"asks": "text", **asked}, Written), required=required)


FORM = Questionnaire(
    [
        Overview([Heading("Birds")]),
        choice("kind", "owl", "duck", "swan", required=True),
        choice("seen", "here", "there", "nowhere", most=3, other=True),
        text("name", length_min=2, length_max=5),
        text("count", numeric=True, minimum=1, maximum=10),
        text("zip", formats=[{"pattern": r"^\d{5}$", "error": "Five digits."}]),
    ]
)
KEY = AnswerKey(
    [
        KeyQuestion("kind", [KeyOption(["owl"], 10), KeyOption(["duck"], -5)]),
        KeyQuestion("seen", [KeyOption(["here", "there"], 4), KeyOption(["here"], 2)], default=1),
    ]
)


def problems(fields: Fields) -> list[tuple[str, str]]:
    return [(problem.field, problem.message) for problem in check_answers(FORM, fields)]


def test_a_form_that_is_well_made_and_well_answered() -> None:
    fields = {"kind": "owl", "seen": ["there", "here"], "name": "Ann", "count": "10", "zip": "98101"}

    assert check_questionnaire(FORM) == []
    assert problems(fields) == []
    assert replies_of(FORM, fields) == {
        "kind": Reply(chosen=["owl"]),
        "seen": Reply(chosen=["here", "there"]),
        "name": Reply(text="Ann"),
        "count": Reply(text="10"),
        "zip": Reply(text="98101"),
    }


@pytest.mark.parametrize(
    ("fields", "field", "message"),
    [
        ({"name": "Ann"}, "kind", "'kind' has to be answered."),
        ({"kind": "owl"}, "name", "'name' has to be answered."),
        ({"kind": "owl", "name": "A"}, "name", "at least 2 characters; this has 1."),
        ({"kind": "owl", "name": "Annabel"}, "name", "at most 5 characters; this has 7."),
        ({"kind": "owl", "name": ["Ann", "Bo"]}, "name", "takes one text."),
        ({"kind": "crow", "name": "Ann"}, "kind", "'crow' is none of the choices."),
        ({"kind": ["owl", "duck"], "name": "Ann"}, "kind", "choose at most 1; these are 2."),
        ({"kind": "owl", "name": "Ann", "count": "many"}, "count", "must be a number."),
        ({"kind": "owl", "name": "Ann", "count": "nan"}, "count", "must be a number."),
        ({"kind": "owl", "name": "Ann", "count": "11"}, "count", "must be at most 10."),
        ({"kind": "owl", "name": "Ann", "count": "0.5"}, "count", "must be at least 1."),
        ({"kind": "owl", "name": "Ann", "zip": "9810"}, "zip", "Five digits."),
        ({"kind": "owl", "name": "Ann", "colour": "red"}, "colour", "is not asked here; leave it out."),
    ],
    ids=lambda value: value if isinstance(value, str) else None,
)
def test_answers_that_do_not_fit_are_told_why(fields: Fields, field: str, message: str) -> None:
    assert problems(fields) == [(field, message)]


def test_a_form_without_its_required_answers_can_be_kept_as_a_draft() -> None:
    assert check_answers(FORM, {}, complete=False) == []


def test_something_else_is_written_where_that_is_asked() -> None:
    fields = {"kind": "owl", "name": "Ann", "seen": ["here"], "seen.other": "at the lake"}

    assert problems(fields) == []
    assert replies_of(FORM, fields)["seen"] == Reply(chosen=["here"], other="at the lake")
    assert replies_of(FORM, {"seen": "at sea"})["seen"] == Reply(other="at sea")
    assert problems({"kind": "owl", "kind.other": "a crow", "name": "Ann"}) == [
        ("kind.other", "takes the choices given; nothing else can be written."),
        ("kind", "choose at most 1; these are 2."),
    ]


def test_a_choice_that_need_not_be_made_may_be_left() -> None:
    form = Questionnaire([choice("kind", "owl", "duck", least=0, required=True)])

    assert check_answers(form, {}) == []


@pytest.mark.parametrize(
    ("items", "field"),
    [
        ([Overview([])], "questionnaire"),
        ([text("a"), text("a")], "questionnaire.items[1].id"),
        ([choice("a", "x", other=True), text("a.other")], "questionnaire.items[1].id"),
        ([choice("a", "x", "x")], "questionnaire.items[0].answer.options"),
        ([choice("a", "x", "y", least=2)], "questionnaire.items[0].answer.chosen_max"),
        ([choice("a", "x", least=2, most=2)], "questionnaire.items[0].answer.chosen_min"),
        ([text("a", minimum=2, maximum=1)], "questionnaire.items[0].answer.minimum"),
        ([text("a", length_min=2, length_max=1)], "questionnaire.items[0].answer.length_min"),
    ],
    ids=lambda value: value if isinstance(value, str) else None,
)
def test_a_form_nobody_could_answer_is_refused(items: list[Overview | Question], field: str) -> None:
    assert [problem.field for problem in check_questionnaire(Questionnaire(items))] == [field]


def test_a_format_may_fit_letters_of_either_case() -> None:
    form = Questionnaire([text("a", formats=[msgspec.to_builtins(Format("^[A-Z]+$", ignore_case=True))])])

    assert check_answers(form, {"a": "ab"}) == []
    assert check_answers(form, {"a": "a1"})[0].message == "Invalid input supplied."


def test_a_form_and_its_key_are_kept_as_they_are() -> None:
    for value in (FORM, KEY, AnswerKey(KEY.questions, Ranges([Range(0, 5, 1)], 7))):
        assert msgspec.json.decode(msgspec.json.encode(value), type=type(value)) == value


@pytest.mark.parametrize(
    ("fields", "score"),
    [
        ({"kind": "owl", "seen": ["here", "there"]}, 14),
        ({"kind": "owl", "seen": ["there", "here"]}, 14),
        ({"kind": "duck", "seen": ["here"]}, -3),
        ({"kind": "swan", "seen": ["here", "nowhere"]}, 1),
        ({"kind": "owl", "seen": ["here"], "seen.other": "at sea"}, 11),
        ({}, 1),
    ],
    ids=["both", "any-order", "negative", "more-than-asked", "something-else", "nothing"],
)
def test_only_exactly_the_keyed_choices_score(fields: Fields, score: int) -> None:
    assert grade(KEY, FORM, fields) == score


@given(st.integers(-300, 300), st.integers(1, 250))
def test_percentages_round_half_up(score: int, best: int) -> None:
    key = AnswerKey([KeyQuestion("kind", [KeyOption(["owl"], score)])], Percentage(best))

    assert grade(key, FORM, {"kind": "owl"}) == floor(Fraction(100 * score, best) + Fraction(1, 2))


@pytest.mark.parametrize(("factor", "value"), [(3.0, 30), (0.25, 3), (0.0, 0), (1e30, 2**31 - 1)], ids=str)
def test_scales_multiply_the_sum(factor: float, value: int) -> None:
    key = AnswerKey([KeyQuestion("kind", [KeyOption(["owl"], 10)])], Scale(factor))

    assert grade(key, FORM, {"kind": "owl"}) == value


@pytest.mark.parametrize(("score", "value"), [(4, 9), (5, 1), (10, 1), (11, 2), (20, 2), (21, 9)], ids=str)
def test_ranges_have_both_their_ends(score: int, value: int) -> None:
    ranges = Ranges([Range(5, 10, 1), Range(11, 20, 2)], otherwise=9)
    key = AnswerKey([KeyQuestion("kind", [KeyOption(["owl"], score)])], ranges)

    assert grade(key, FORM, {"kind": "owl"}) == value


@pytest.mark.parametrize(
    ("key", "field"),
    [
        (AnswerKey([KeyQuestion("name")]), "key.questions[0].id"),
        (AnswerKey([KeyQuestion("colour")]), "key.questions[0].id"),
        (AnswerKey([KeyQuestion("kind"), KeyQuestion("kind")]), "key.questions[1].id"),
        (AnswerKey([KeyQuestion("kind", [KeyOption(["crow"], 1)])]), "key.questions[0].options"),
        (AnswerKey(KEY.questions, Ranges([Range(2, 1, 0)])), "key.mapping.ranges[0]"),
        (AnswerKey(KEY.questions, Scale(float("inf"))), "key.mapping.factor"),
    ],
    ids=["text", "unknown", "twice", "choice", "range", "scale"],
)
def test_a_key_that_could_not_grade_is_refused(key: AnswerKey, field: str) -> None:
    assert check_key(KEY, FORM) == []
    assert [problem.field for problem in check_key(key, FORM)] == [field]
