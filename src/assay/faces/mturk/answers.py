"""Answers as the dialect tells them: a QuestionFormAnswers document, which programs take apart in ways of their own.

Some search for ``<FreeText>…</FreeText>`` with an expression for one line, some take the first and the second child of
each Answer. So texts stand without attributes and without CDATA, on the line of their element, and the identifier
always comes first.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final
from xml.sax.saxutils import escape

from assay.core.pages import FormPage, Page
from assay.core.questionnaire import Questionnaire, Written, replies_of
from assay.faces.mturk.documents import SCHEMAS

_SCHEMA: Final = SCHEMAS + "2005-10-01/QuestionFormAnswers.xsd"
# What XML has no place for; and breaks, which end an expression's search for the text, and are changed by readers.
_UNWRITABLE: Final = dict.fromkeys((*range(9), 11, 12, *range(14, 32), 0xFFFE, 0xFFFF), " ") | {
    10: "&#10;",
    13: "&#13;",
}

Fields = Mapping[str, str | Sequence[str]]


def written(page: Page | None, fields: Fields) -> str:
    """The document. ``fields``: for each field, or question of a form, a text or several."""
    if isinstance(page, FormPage):
        answers = _of_form(page.questionnaire, fields)
    else:
        answers = ((name, [("FreeText", _joined(value))]) for name, value in fields.items())
    return _document(answers)


def of_test(form: Questionnaire, fields: Fields) -> str:
    """The same of the answers to a test."""
    return _document(_of_form(form, fields))


def _document(answers: Iterator[tuple[str, list[tuple[str, str]]]]) -> str:
    lines = ['<?xml version="1.0" encoding="UTF-8"?>', f'<QuestionFormAnswers xmlns="{_SCHEMA}">']
    for name, parts in answers:
        lines += ["<Answer>", _element("QuestionIdentifier", name), *(_element(*part) for part in parts), "</Answer>"]
    return "\n".join([*lines, "</QuestionFormAnswers>"])


def _of_form(form: Questionnaire, fields: Fields) -> Iterator[tuple[str, list[tuple[str, str]]]]:
    replies = replies_of(form, fields)
    for question in form.questions():
        reply = replies.get(question.id)
        if isinstance(question.answer, Written):
            yield question.id, [("FreeText", reply.text or "" if reply else "")]
            continue
        parts = [("SelectionIdentifier", chosen) for chosen in reply.chosen] if reply else []
        if reply is not None and reply.other is not None:
            parts.append(("OtherSelectionText", reply.other))
        yield question.id, parts


def _joined(value: str | Sequence[str]) -> str:
    """Boxes that were ticked under one name came back as one text."""
    return value if isinstance(value, str) else "|".join(value)


def _element(name: str, text: str) -> str:
    return f"<{name}>{escape(text).translate(_UNWRITABLE)}</{name}>"
