"""The page kind: whatever a page of its own asks. An answer is fields, each a text or several.

It has the shape of an answer to a form, ``{"attributes": {"colour": "blue", "kinds": ["coat", "hat"]}}``, but nothing
is known of the fields of a customer's page beforehand, so they are told apart only by what stands in them: texts
without the space around them, several as a set. Each field goes by weighted vote; one that most left empty is left out.
Confidence of a field is the posterior that what was elected is right (see ``voting``), of the answer their mean.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from typing import Any, Final, TypeAlias

import msgspec

from assay.core.annotations.kind import Answer, Content, Merged, MergeOptions, ObjectVerdict, Voice
from assay.core.annotations.problems import Full, Problems, is_made_of
from assay.core.annotations.voting import ROUNDING, WEIGHT_MIN, belief, own_order, winner
from assay.core.content import Item, address_problem
from assay.core.errors import Invalid, Problem
from assay.core.pages import ExternalPage, FormPage, HtmlPage, Page
from assay.core.questionnaire import check_answers, check_questionnaire
from assay.core.taxonomy import Taxonomy
from assay.core.texts import is_storable

FIELDS_MAX: Final = 1000
NAME_LENGTH_MAX: Final = 256
# Of all names and texts: a drawn picture travels as text.
LETTERS_MAX: Final = 4 * 1024 * 1024
# UTF-8, as in the contract that such pages were written for.
HTML_BYTES_MAX: Final = 65_535

Fields: TypeAlias = dict[str, str | list[str]]


def fields_of(answer: Answer) -> Fields:
    """What an answer says in texts, by field; the fields of other forms that are no texts are left out."""
    return {
        name: value
        for name, value in answer.get("attributes", {}).items()
        if isinstance(value, str) or (isinstance(value, list) and all(isinstance(text, str) for text in value))
    }


def said(value: str | Sequence[str]) -> tuple[str, ...]:
    """What two people must share to have answered a field alike: the texts, in one order, each once."""
    texts = [value] if isinstance(value, str) else value
    return tuple(sorted({text.strip() for text in texts}))


def page_problems(page: Page, field: str = "page") -> Iterator[Problem]:
    """What keeps a page from being shown, each naming its field."""
    match page:
        case ExternalPage(url):
            wrong = address_problem(url)
            if wrong is not None:
                yield Problem(f"{field}.url", wrong)
        case HtmlPage(html):
            if not html.strip():
                yield Problem(f"{field}.html", "Is empty; write the page that is to be shown.")
            elif not is_storable(html):
                yield Problem(f"{field}.html", "Has a character that cannot be stored; remove it.")
            elif len(html.encode()) > HTML_BYTES_MAX:
                yield Problem(f"{field}.html", f"At most {HTML_BYTES_MAX:,} bytes.")
        case FormPage(questionnaire):
            yield from check_questionnaire(questionnaire, f"{field}.questionnaire")


class PageKind:
    """Pages that bring their own question, answered on the market. See ``Kind`` for each method."""

    name = "page"
    has_desk = False

    def check_taxonomy(self, taxonomy: Taxonomy) -> None:
        if taxonomy.labels or taxonomy.attributes or taxonomy.relations:
            raise Invalid("Pages bring their own question. Leave labels and attributes out.", "labels")

    def content_problems(self, items: Sequence[Item] | None, photo: bool) -> Iterator[Problem]:  # noqa: ARG002
        yield Problem("content", "Pages come into being as they are posted on the market; post them there.")

    def check(
        self,
        answer: Any,
        taxonomy: Taxonomy,  # noqa: ARG002 - the page itself asks
        content: Content,
        *,
        complete: bool = True,
    ) -> Answer:
        problems = Problems()
        fields: Fields = {}
        with suppress(Full):
            if is_made_of(answer, ("attributes",), problems):
                fields = _checked(answer.get("attributes", {}), problems)
                if isinstance(content.page, FormPage):
                    for one in check_answers(content.page.questionnaire, fields, complete=complete):
                        problems.add(f"attributes.{one.field}", one.message)
        problems.raise_any()
        return {"attributes": fields} if fields else {}

    def agreement(self, left: Answer, right: Answer, options: MergeOptions) -> float:  # noqa: ARG002
        return _agreement([_said(left), _said(right)])

    def merge(self, voices: Sequence[Voice], options: MergeOptions) -> Merged:  # noqa: ARG002 - nothing is asked twice
        if not voices:
            raise ValueError("merge needs at least one voice")
        order = sorted(range(len(voices)), key=lambda index: own_order(voices[index]))
        answers = [fields_of(voices[index].answer) for index in order]
        weights = [voices[index].weight for index in order]
        names = dict.fromkeys(name for answer in answers for name in answer)
        verdicts = [_verdict(name, answers, weights, order) for name in sorted(names)]
        merged = {verdict.annotation_id: value for verdict, value in verdicts if verdict.kept}
        sure = [verdict.confidence for verdict, _ in verdicts]
        single = len(voices) == 1
        return Merged(
            answer=voices[0].answer if single else ({"attributes": merged} if merged else {}),
            confidence=sum(sure) / len(sure) if sure else belief(sum(weights)),
            agreement=_agreement([_said(voice.answer) for voice in voices]),
            objects=tuple(verdict for verdict, _ in verdicts),
        )

    def score(self, answer: Answer, gold: Answer, options: MergeOptions) -> float:
        return self.agreement(answer, gold, options)

    def empty(self) -> Answer:
        return {}


def _checked(given: Any, problems: Problems) -> Fields:
    """The fields in canonical form: one text by itself, several as a list; nothing is left out, as a page may mean
    something by an empty text."""
    if not isinstance(given, dict):
        problems.add("attributes", "an object: for each field a text, or a list of texts")
        return {}
    if len(given) > FIELDS_MAX:
        problems.add("attributes", f"at most {FIELDS_MAX} fields; these are {len(given)}")
        return {}
    fields: Fields = {}
    letters = 0
    for name, value in given.items():
        texts = [value] if isinstance(value, str) else value
        if not isinstance(texts, list) or not all(isinstance(text, str) for text in texts):
            problems.add(f"attributes.{name}", "a text, or a list of texts")
            continue
        letters += len(name) + sum(len(text) for text in texts)
        if not 1 <= len(name) <= NAME_LENGTH_MAX:
            problems.add(f"attributes.{name[:40]}", f"a field's name has 1 to {NAME_LENGTH_MAX} characters")
        elif len(texts) > FIELDS_MAX:
            problems.add(f"attributes.{name}", f"at most {FIELDS_MAX} texts; these are {len(texts)}")
        elif not all(is_storable(text) for text in (name, *texts)):
            problems.add(f"attributes.{name}", "has a character that cannot be stored; remove it")
        else:
            fields[name] = texts[0] if len(texts) == 1 else texts
    if letters > LETTERS_MAX:
        problems.add("attributes", f"at most {LETTERS_MAX:,} characters in all; these are {letters:,}")
    return fields


def _said(answer: Answer) -> dict[str, tuple[str, ...]]:
    return {name: said(value) for name, value in fields_of(answer).items()}


def _agreement(answers: Sequence[Mapping[str, tuple[str, ...]]]) -> float:
    """For each field the share of pairs who say the same of it, among those pairs of whom somebody says anything; the
    mean over fields. 1 where nobody says anything. Counted, not compared: a survey has thousands of pairs."""
    pairs = _pairs(len(answers))
    names = {name for answer in answers for name in answer}
    if not pairs or not names:
        return 1.0
    total = 0.0
    for name in names:
        counts = Counter(answer[name] for answer in answers if name in answer)
        silent = _pairs(len(answers) - counts.total())
        total += sum(_pairs(count) for count in counts.values()) / (pairs - silent)
    return total / len(names)


def _pairs(count: int) -> int:
    return count * (count - 1) // 2


def _verdict(
    name: str, answers: Sequence[Fields], weights: Sequence[float], order: Sequence[int]
) -> tuple[ObjectVerdict, str | list[str]]:
    """What becomes of one field, and its elected value."""
    given = [index for index, answer in enumerate(answers) if name in answer]
    says = [max(weight, WEIGHT_MIN) for weight in weights]
    names = {said(answers[index][name]): answers[index][name] for index in reversed(given)}
    # The vote itself wants words.
    words = {value: msgspec.json.encode(value).decode() for value in names}
    elected_word, _ = winner([words[said(answers[i][name])] for i in given], [says[i] for i in given])
    elected = next(value for value, word in words.items() if word == elected_word)
    same = [index for index in given if said(answers[index][name]) == elected]
    share = sum(says[index] for index in same) / sum(says)
    answered = sum(says[index] for index in given) / sum(says)
    balance = 2 * sum(weights[index] for index in same) - sum(weights)
    verdict = ObjectVerdict(
        annotation_id=name,
        label=name,
        kept=answered >= 0.5 - ROUNDING,
        confidence=belief(balance),
        label_share=min(share, 1.0),
        spread_iou=min(share, 1.0),
        members=tuple(sorted((order[index], name) for index in given)),
    )
    return verdict, names[elected]
