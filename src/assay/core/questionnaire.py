"""Forms of questions that somebody brings with a task or sets as a test: what is shown, what is asked, which answers
fit, and what a known answer is worth.

The rules are those of Mechanical Turk's QuestionForm and AnswerKey, in our words. An answer is fields: for each
question the texts given under its id; what was written beside the choices of a question stands under its id and
``OTHER``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from math import isfinite
from typing import Annotated, Final, Literal, TypeAlias

import msgspec
from msgspec import Meta

from assay.core.errors import Problem
from assay.core.qualifications import INTEGER_MAX, INTEGER_MIN
from assay.core.taxonomy import number_in
from assay.core.text_formats import fits

ITEMS_MAX: Final = 1000
OPTIONS_MAX: Final = 1000
ID_LENGTH_MAX: Final = 256
TEXT_LENGTH_MAX: Final = 65_535
OTHER: Final = ".other"
ERROR_TEXT: Final = "Invalid input supplied."

Text: TypeAlias = Annotated[str, Meta(max_length=TEXT_LENGTH_MAX)]
Id: TypeAlias = Annotated[str, Meta(min_length=1, max_length=ID_LENGTH_MAX)]
Count: TypeAlias = Annotated[int, Meta(ge=0, le=INTEGER_MAX)]


class Heading(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="show", tag="heading"):
    text: Text


class Paragraph(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="show", tag="text"):
    text: Text


class Listing(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="show", tag="list"):
    items: Annotated[list[Text], Meta(max_length=ITEMS_MAX)]


class MediaContent(
    msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="show", tag="media", omit_defaults=True
):
    """A picture, recording or film elsewhere. ``width`` and ``height``: CSS pixels, where the form says so."""

    kind: Literal["image", "audio", "video"]
    url: Annotated[str, Meta(min_length=1, max_length=4096)]
    subtype: Annotated[str, Meta(max_length=100)] = ""
    alt: Text = ""
    width: Count | None = None
    height: Count | None = None


# Another thing of the same name is in the API's description already.
Media: TypeAlias = MediaContent


class Markup(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="show", tag="markup"):
    """A piece of XHTML of the allowed elements, which whoever read it has checked."""

    html: Text


Content: TypeAlias = Heading | Paragraph | Listing | Media | Markup
Contents: TypeAlias = Annotated[list[Content], Meta(max_length=ITEMS_MAX)]


class Format(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A pattern that must be found in a text, and what is said where it is not. ``ignore_case``: of letters."""

    pattern: Annotated[str, Meta(max_length=4096)]
    error: Annotated[str, Meta(max_length=1000)] = ERROR_TEXT
    ignore_case: bool = False


class Written(
    msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="asks", tag="text", omit_defaults=True
):
    """A text of the worker's own. ``numeric``: it must be a number, within ``minimum`` and ``maximum``. ``lines``: how
    many lines to make room for; a hint."""

    numeric: bool = False
    minimum: float | None = None
    maximum: float | None = None
    length_min: Count | None = None
    length_max: Count | None = None
    formats: Annotated[list[Format], Meta(max_length=20)] = []
    default: Text = ""
    lines: Annotated[int, Meta(ge=1, le=1000)] = 1


class Option(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    id: Id
    content: Paragraph | Media | Markup


Style: TypeAlias = Literal["radiobutton", "dropdown", "checkbox", "list", "combobox", "multichooser"]


class Chosen(
    msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="asks", tag="choice", omit_defaults=True
):
    """``chosen_min`` to ``chosen_max`` of the options; ``other``: or something else, in the worker's own words."""

    options: Annotated[list[Option], Meta(min_length=1, max_length=OPTIONS_MAX)]
    chosen_min: Count = 1
    chosen_max: Count = 1
    style: Style | None = None
    other: Written | None = None


class Overview(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="item", tag="overview"):
    """Something shown between the questions."""

    contents: Contents


class Question(
    msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="item", tag="question", omit_defaults=True
):
    id: Id
    contents: Contents
    answer: Written | Chosen
    title: Text = ""
    required: bool = False

    @property
    def must_be_answered(self) -> bool:
        """Also where nothing would be too short a text."""
        return self.required or (isinstance(self.answer, Written) and (self.answer.length_min or 0) > 0)


class Questionnaire(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    items: Annotated[list[Overview | Question], Meta(min_length=1, max_length=ITEMS_MAX)]

    def questions(self) -> Iterator[Question]:
        return (item for item in self.items if isinstance(item, Question))


class KeyOption(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``score`` for exactly these choices, no more and no fewer."""

    chosen: Annotated[list[Id], Meta(max_length=OPTIONS_MAX)]
    score: Annotated[int, Meta(ge=INTEGER_MIN, le=INTEGER_MAX)]


class KeyQuestion(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    id: Id
    options: Annotated[list[KeyOption], Meta(max_length=OPTIONS_MAX)] = []
    default: Annotated[int, Meta(ge=INTEGER_MIN, le=INTEGER_MAX)] = 0


class Percentage(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="by", tag="percentage"):
    """The sum as percents of ``best``, half a percent rounded up."""

    best: Annotated[int, Meta(ge=1, le=INTEGER_MAX)]


class Scale(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="by", tag="scale"):
    """The sum times ``factor``, half rounded up."""

    factor: float


class Range(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``value`` for sums from ``least`` to ``most``, both among them."""

    least: int
    most: int
    value: int


class Ranges(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="by", tag="ranges"):
    """The value of the first range that has the sum; ``otherwise`` where none has."""

    ranges: Annotated[list[Range], Meta(max_length=1000)]
    otherwise: int = 0


class AnswerKey(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """What answers are worth. Without a ``mapping`` the value is the sum of the scores."""

    questions: Annotated[list[KeyQuestion], Meta(min_length=1, max_length=ITEMS_MAX)]
    mapping: Percentage | Scale | Ranges | None = None


Fields: TypeAlias = Mapping[str, str | Sequence[str]]


class Reply(msgspec.Struct, frozen=True, omit_defaults=True):
    """One question as it was answered: a text, or choices and what else was written."""

    text: str | None = None
    chosen: list[str] = []
    other: str | None = None


def check_questionnaire(form: Questionnaire, field: str = "questionnaire") -> list[Problem]:
    """What is wrong with a form, each naming its field; its shape and lengths are checked where it is read."""
    problems = []
    taken: set[str] = set()
    if not any(form.questions()):
        problems.append(Problem(field, "needs at least one question."))
    for number, item in enumerate(form.items):
        if not isinstance(item, Question):
            continue
        path = f"{field}.items[{number}]"
        names = {item.id}
        if isinstance(item.answer, Chosen):
            names |= {item.id + OTHER} if item.answer.other else set()
            problems += _check_choice(item.answer, f"{path}.answer")
        else:
            problems += _check_written(item.answer, f"{path}.answer")
        if names & taken:
            problems.append(Problem(f"{path}.id", f"{item.id!r} is the id of an earlier question; use another."))
        taken |= names
    return problems


def check_key(key: AnswerKey, form: Questionnaire, field: str = "key") -> list[Problem]:
    """Whether a key can grade a form: its questions exist, once each, and are choices."""
    problems = []
    asked = {question.id: question for question in form.questions()}
    seen: set[str] = set()
    for number, keyed in enumerate(key.questions):
        path = f"{field}.questions[{number}]"
        question = asked.get(keyed.id)
        if keyed.id in seen:
            problems.append(Problem(f"{path}.id", f"{keyed.id!r} is keyed before; say everything in one place."))
        elif question is None:
            problems.append(Problem(f"{path}.id", f"the form asks no question {keyed.id!r}."))
        elif isinstance(question.answer, Written):
            problems.append(Problem(f"{path}.id", f"{keyed.id!r} asks for a text, which no key can grade."))
        else:
            known = {option.id for option in question.answer.options}
            for option in keyed.options:
                problems += [
                    Problem(f"{path}.options", f"{keyed.id!r} has no choice {one!r}.")
                    for one in option.chosen
                    if one not in known
                ]
        seen.add(keyed.id)
    if isinstance(key.mapping, Scale) and not isfinite(key.mapping.factor):
        problems.append(Problem(f"{field}.mapping.factor", "must be a number."))
    if isinstance(key.mapping, Ranges):
        problems += [
            Problem(f"{field}.mapping.ranges[{number}]", "its least is above its most.")
            for number, one in enumerate(key.mapping.ranges)
            if one.least > one.most
        ]
    return problems


def replies_of(form: Questionnaire, fields: Fields) -> dict[str, Reply]:
    """The questions that were answered, in the form's order. Choices come in the form's order and once each; what is
    no choice and stands under the question's id, where something else may be written, was written there."""
    replies = {}
    for question in form.questions():
        given = [text for text in _texts(fields, question.id) if text != ""]
        if isinstance(question.answer, Written):
            if given:
                replies[question.id] = Reply(text=given[0])
            continue
        ids = [option.id for option in question.answer.options]
        unknown = [text for text in given if text not in ids]
        written = [text for text in _texts(fields, question.id + OTHER) if text != ""]
        if question.answer.other is None:
            chosen = [one for one in ids if one in given] + unknown
        else:
            chosen, written = [one for one in ids if one in given], written or unknown
        if chosen or written:
            replies[question.id] = Reply(chosen=chosen, other=written[0] if written else None)
    return replies


def check_answers(form: Questionnaire, fields: Fields, *, complete: bool = True) -> list[Problem]:
    """What is wrong with the answers to a form. ``complete``: what must be answered is."""
    problems = []
    names: set[str] = set()
    for question in form.questions():
        names |= {question.id, question.id + OTHER}
        if isinstance(question.answer, Written) and len(_texts(fields, question.id)) > 1:
            problems.append(Problem(question.id, "takes one text."))
    problems += [Problem(name, "is not asked here; leave it out.") for name in fields if name not in names]
    replies = replies_of(form, fields)
    for question in form.questions():
        reply = replies.get(question.id)
        if reply is None:
            free = isinstance(question.answer, Chosen) and question.answer.chosen_min == 0
            if complete and question.must_be_answered and not free:
                problems.append(Problem(question.id, f"{question.title or question.id!r} has to be answered."))
        elif isinstance(question.answer, Written):
            problems += _check_text(question.answer, reply.text or "", question.id)
        else:
            problems += _check_chosen(question.answer, reply, question.id)
    return problems


def grade(key: AnswerKey, form: Questionnaire, fields: Fields) -> int:
    """What the answers are worth: a whole number of 32 bits; sums beyond it end there."""
    replies = replies_of(form, fields)
    total = sum(_score(question, replies.get(question.id)) for question in key.questions)
    return max(INTEGER_MIN, min(INTEGER_MAX, _mapped(key.mapping, total)))


def _score(question: KeyQuestion, reply: Reply | None) -> int:
    if reply is not None and reply.other is not None:
        return question.default
    chosen = set(reply.chosen) if reply else set()
    return next((option.score for option in question.options if set(option.chosen) == chosen), question.default)


def _mapped(mapping: Percentage | Scale | Ranges | None, total: int) -> int:
    if mapping is None:
        return total
    if isinstance(mapping, Ranges):
        return next((one.value for one in mapping.ranges if one.least <= total <= one.most), mapping.otherwise)
    exact = Fraction(100 * total, mapping.best) if isinstance(mapping, Percentage) else total * Fraction(mapping.factor)
    return int((exact + Fraction(1, 2)).__floor__())


def _texts(fields: Fields, name: str) -> Sequence[str]:
    given = fields.get(name, ())
    return [given] if isinstance(given, str) else given


def _check_choice(asked: Chosen, field: str) -> list[Problem]:
    problems = []
    ids = [option.id for option in asked.options]
    if len(set(ids)) < len(ids):
        twice = next(one for one in ids if ids.count(one) > 1)
        problems.append(Problem(f"{field}.options", f"{twice!r} is the id of two choices; use another."))
    if asked.chosen_max < max(1, asked.chosen_min):
        problems.append(Problem(f"{field}.chosen_max", "must be at least 1 and at least chosen_min."))
    if asked.chosen_min > len(ids) + (asked.other is not None):
        problems.append(Problem(f"{field}.chosen_min", f"there are only {len(ids)} to choose."))
    if asked.chosen_max > 1 and asked.style in ("radiobutton", "dropdown"):
        problems.append(Problem(f"{field}.style", f"a {asked.style} takes one choice; use checkbox or list."))
    return problems + (_check_written(asked.other, f"{field}.other") if asked.other else [])


def _check_written(asked: Written, field: str) -> list[Problem]:
    problems = []
    if asked.minimum is not None and asked.maximum is not None and asked.minimum > asked.maximum:
        problems.append(Problem(f"{field}.minimum", "is above the maximum."))
    if asked.length_min is not None and asked.length_max is not None and asked.length_min > asked.length_max:
        problems.append(Problem(f"{field}.length_min", "is above length_max."))
    return problems


def _check_text(asked: Written, text: str, field: str) -> list[Problem]:
    if len(text) > TEXT_LENGTH_MAX:
        return [Problem(field, f"at most {TEXT_LENGTH_MAX} characters.")]
    problems = []
    if asked.length_min is not None and len(text) < asked.length_min:
        problems.append(Problem(field, f"at least {asked.length_min} characters; this has {len(text)}."))
    if asked.length_max is not None and len(text) > asked.length_max:
        problems.append(Problem(field, f"at most {asked.length_max} characters; this has {len(text)}."))
    if asked.numeric or asked.minimum is not None or asked.maximum is not None:
        number = number_in(text)
        if number is None:
            problems.append(Problem(field, "must be a number."))
        elif asked.minimum is not None and number < asked.minimum:
            problems.append(Problem(field, f"must be at least {asked.minimum:g}."))
        elif asked.maximum is not None and number > asked.maximum:
            problems.append(Problem(field, f"must be at most {asked.maximum:g}."))
    problems += [
        Problem(field, one.error)
        for one in asked.formats
        if fits(one.pattern, text, ignore_case=one.ignore_case) is False
    ]
    return problems


def _check_chosen(asked: Chosen, reply: Reply, field: str) -> list[Problem]:
    known = {option.id for option in asked.options}
    problems = [Problem(field, f"{one!r} is none of the choices.") for one in reply.chosen if one not in known][:1]
    if reply.other is not None:
        if asked.other is None:
            problems.append(Problem(field + OTHER, "takes the choices given; nothing else can be written."))
        else:
            problems += _check_text(asked.other, reply.other, field + OTHER)
    count = len(reply.chosen) + (reply.other is not None)
    if count < asked.chosen_min:
        problems.append(Problem(field, f"choose at least {asked.chosen_min}; these are {count}."))
    if count > asked.chosen_max:
        problems.append(Problem(field, f"choose at most {asked.chosen_max}; these are {count}."))
    return problems
