"""Rules that look through work as it comes in: against known answers, and against what most others said.

``known_answers`` looks at one engagement when it is submitted; ``plurality`` at a posting each time that it becomes
reviewable. Both are those of Mechanical Turk's requester API (ScoreMyKnownAnswers and SimplePlurality, 2011-09-01) in
our words. Scores are percents, cut off after the point: 2 of 3 are 66. They find and intend; who calls them carries out
what was intended and keeps the report.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Final, Literal, TypeAlias
from uuid import UUID

import msgspec

from assay.core.errors import Problem
from assay.core.offers import FEEDBACK_LENGTH_MAX, YEAR_SECONDS
from assay.core.postings import SMALL_MAX

QUESTIONS_MAX: Final = 15
KEYS_MAX: Final = 1000
ANSWER_LENGTH_MAX: Final = 256
EXTEND_SECONDS_MIN: Final = 60
EXTEND_MAX_MIN, EXTEND_MAX_MAX = 2, 25

Rule: TypeAlias = Literal["known_answers", "plurality"]
ActionName: TypeAlias = Literal["approve", "reject", "extend"]
ActionStatus: TypeAlias = Literal["intended", "succeeded", "failed", "cancelled"]
Subject: TypeAlias = Literal["engagement", "posting"]
Key: TypeAlias = Literal[
    # Of one question of one engagement, "1" or "0"; and of the engagement.
    "known_answer_correct",
    "known_answer_score",
    # Of one question: "true" or "false"; and, where it was agreed on, what and by how many.
    "answer_agreed",
    "agreed_answer",
    "answer_agreement",
    # Of one engagement, as far as there is anything agreed on.
    "worker_agreement",
    "answers_like_plurality",
    "answers_unlike_plurality",
    # Of the posting.
    "posting_agreement",
]
Fields: TypeAlias = Mapping[str, str | Sequence[str]]


class KnownAnswers(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """``answers``: by question all texts that are right together. An engagement scores the share of them it has.

    ``approve_at``: approved with that score or more, from 0 (always) to 101 (never); ``reject_below``: rejected with
    less, from 0 (never) to 101 (always); ``extend_below``: with less the posting gets one more place, up to
    ``extend_max`` in all, and at least ``extend_seconds`` from now. None of these: nothing follows.
    """

    answers: dict[str, list[str]]
    approve_at: int | None = None
    approve_reason: str | None = None
    reject_below: int | None = None
    reject_reason: str | None = None
    extend_below: int | None = None
    extend_max: int = 5
    extend_seconds: int = 0


class Plurality(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """``questions`` are looked at; one is agreed on where more than ``agreed_above`` percent give the same answer.

    Left out are rejected engagements with ``disregard_rejected`` and those whose known answers scored less than
    ``disregard_known_below``. ``extend_below``: of the share of questions agreed on; ``approve_at`` and
    ``reject_below``: of the share of agreed questions in which an engagement says the same.
    """

    questions: list[str]
    agreed_above: int
    disregard_rejected: bool = False
    disregard_known_below: int | None = None
    extend_below: int | None = None
    extend_max: int | None = None
    extend_seconds: int | None = None
    approve_at: int | None = None
    reject_below: int | None = None
    reject_reason: str | None = None


class Policies(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """What looks at a posting; fixed when it is made."""

    known_answers: KnownAnswers | None = None
    plurality: Plurality | None = None


class Found(msgspec.Struct, frozen=True, omit_defaults=True):
    """One thing found out. ``question`` where it is of one."""

    subject: Subject
    subject_id: UUID
    key: Key
    value: str
    question: str | None = None


class Action(msgspec.Struct, frozen=True, omit_defaults=True):
    """What was to follow, and what became of it. ``feedback``: what a freelancer is told; ``error``: the code of the
    rule it failed by; ``result``: in words."""

    name: ActionName
    target: Subject
    target_id: UUID
    status: ActionStatus = "intended"
    feedback: str | None = None
    at: datetime | None = None
    result: str | None = None
    error: str | None = None


class Report(msgspec.Struct, frozen=True, omit_defaults=True):
    """One look. ``action_id`` binds what was found and done by it."""

    rule: Rule
    found: list[Found]
    actions: list[Action] = []
    action_id: UUID | None = None


class Opinion(msgspec.Struct, frozen=True):
    """One engagement's answer. ``known_score``: of its known answers, where those were looked at."""

    engagement_id: UUID
    fields: Fields
    rejected: bool = False
    known_score: int | None = None


# --- looking ------------------------------------------------------------------------------------------------------


def look_at_one(rule: KnownAnswers, posting_id: UUID, engagement_id: UUID, fields: Fields) -> Report:
    """What known answers say of one engagement."""
    right = {question: _same(fields.get(question), texts) for question, texts in rule.answers.items()}
    score = _percent(sum(right.values()), len(right))
    found = [
        Found("engagement", engagement_id, "known_answer_correct", str(int(one)), question)
        for question, one in right.items()
    ]
    found.append(Found("engagement", engagement_id, "known_answer_score", str(score)))
    actions = _decided(
        engagement_id, score, rule.approve_at, rule.reject_below, rule.approve_reason, rule.reject_reason
    )
    if rule.extend_below is not None and score < rule.extend_below:
        actions.append(Action("extend", "posting", posting_id))
    return Report("known_answers", found, actions)


def look_at_all(rule: Plurality, posting_id: UUID, opinions: Sequence[Opinion]) -> Report:
    """What most say, and how far each says the same. Of equally many the first of the alphabet is what most say."""
    heard = [one for one in opinions if not _disregarded(rule, one)]
    agreed: dict[str, tuple[str, ...]] = {}
    found: list[Found] = []
    for question in rule.questions:
        answers = [said for one in heard if (said := _said(one.fields.get(question))) is not None]
        counts = Counter(answers)
        most = min(counts, key=lambda answer: (-counts[answer], answer), default=())
        score = _percent(counts[most], len(answers))
        told = [("answer_agreed", "false")]
        if answers and score > rule.agreed_above:
            agreed[question] = most
            told = [("answer_agreed", "true"), ("agreed_answer", "|".join(most)), ("answer_agreement", str(score))]
        found += [Found("posting", posting_id, key, value, question) for key, value in told]  # type: ignore[arg-type]
    share = _percent(len(agreed), len(rule.questions))
    found.append(Found("posting", posting_id, "posting_agreement", str(share)))
    actions: list[Action] = []
    for one in heard if agreed else ():
        same = sum(_said(one.fields.get(question)) == answer for question, answer in agreed.items())
        score = _percent(same, len(agreed))
        found += [
            Found("engagement", one.engagement_id, "worker_agreement", str(score)),
            Found("engagement", one.engagement_id, "answers_like_plurality", str(same)),
            Found("engagement", one.engagement_id, "answers_unlike_plurality", str(len(agreed) - same)),
        ]
        actions += _decided(one.engagement_id, score, rule.approve_at, rule.reject_below, None, rule.reject_reason)
    if rule.extend_below is not None and share < rule.extend_below:
        actions.append(Action("extend", "posting", posting_id))
    return Report("plurality", found, actions)


def known_score(report: Report) -> int | None:
    """The score that a report of known answers found."""
    return next((int(found.value) for found in report.found if found.key == "known_answer_score"), None)


def _decided(
    engagement_id: UUID,
    score: int,
    approve_at: int | None,
    reject_below: int | None,
    approve_reason: str | None,
    reject_reason: str | None,
) -> list[Action]:
    """Where a rule says both, whoever did the work has the benefit."""
    if approve_at is not None and score >= approve_at:
        return [Action("approve", "engagement", engagement_id, feedback=approve_reason)]
    if reject_below is not None and score < reject_below:
        return [Action("reject", "engagement", engagement_id, feedback=reject_reason)]
    return []


def _disregarded(rule: Plurality, opinion: Opinion) -> bool:
    if rule.disregard_rejected and opinion.rejected:
        return True
    return (
        rule.disregard_known_below is not None
        and opinion.known_score is not None
        and opinion.known_score < rule.disregard_known_below
    )


def _said(value: str | Sequence[str] | None) -> tuple[str, ...] | None:
    """The texts as a set in order; none where nothing was said, or too much to compare."""
    if value is None:
        return None
    texts = {text.strip() for text in ([value] if isinstance(value, str) else value)}
    if not texts or any(len(text) > ANSWER_LENGTH_MAX for text in texts):
        return None
    return tuple(sorted(texts))


def _same(value: str | Sequence[str] | None, texts: Sequence[str]) -> bool:
    return value is not None and {t.strip() for t in ([value] if isinstance(value, str) else value)} == {
        text.strip() for text in texts
    }


def _percent(part: int, whole: int) -> int:
    return 100 * part // whole if whole else 0


# --- checking -----------------------------------------------------------------------------------------------------


def problems(policies: Policies, max_engagements: int, *, strict: bool) -> list[Problem]:
    """What is wrong with a posting's rules, each naming its field. ``strict``: as in ``core.postings.more_places``."""
    found: list[Problem] = []
    if policies.known_answers is not None:
        found += _known_problems(policies.known_answers, max_engagements, strict=strict)
    if policies.plurality is not None:
        found += _plurality_problems(policies.plurality, max_engagements, strict=strict)
    return found


def _known_problems(rule: KnownAnswers, most: int, *, strict: bool) -> Iterator[Problem]:
    field = "policies.known_answers"
    if not 1 <= len(rule.answers) <= KEYS_MAX or not all(rule.answers.values()):
        yield Problem(f"{field}.answers", f"Give 1 to {KEYS_MAX} questions, each with the texts that are right.")
    yield from _within(field, 0, 101, approve_at=rule.approve_at, reject_below=rule.reject_below)
    yield from _within(field, 0, 101, extend_below=rule.extend_below)
    yield from _texts(field, approve_reason=rule.approve_reason, reject_reason=rule.reject_reason)
    if rule.extend_seconds:
        yield from _within(field, EXTEND_SECONDS_MIN, YEAR_SECONDS, extend_seconds=rule.extend_seconds)
    if rule.extend_below is not None:
        yield from _extension_problems(field, rule.extend_max, most, strict=strict)


def _plurality_problems(rule: Plurality, most: int, *, strict: bool) -> Iterator[Problem]:
    field = "policies.plurality"
    if not 1 <= len(rule.questions) <= QUESTIONS_MAX or len(set(rule.questions)) < len(rule.questions):
        yield Problem(f"{field}.questions", f"Give 1 to {QUESTIONS_MAX} questions, each once.")
    yield from _within(field, 0, 100, agreed_above=rule.agreed_above, disregard_known_below=rule.disregard_known_below)
    yield from _within(field, 0, 101, approve_at=rule.approve_at, reject_below=rule.reject_below)
    yield from _within(field, 1, 100, extend_below=rule.extend_below)
    yield from _texts(field, reject_reason=rule.reject_reason)
    if rule.extend_below is not None:
        if rule.extend_max is None or rule.extend_seconds is None:
            yield Problem(field, "Where it extends, say extend_max and extend_seconds too.")
            return
        yield from _within(field, EXTEND_SECONDS_MIN, YEAR_SECONDS, extend_seconds=rule.extend_seconds)
        yield from _extension_problems(field, rule.extend_max, most, strict=strict)


def _extension_problems(field: str, extend_max: int, most: int, *, strict: bool) -> Iterator[Problem]:
    yield from _within(field, EXTEND_MAX_MIN, EXTEND_MAX_MAX, extend_max=extend_max)
    if strict and most < SMALL_MAX <= extend_max:
        yield Problem(f"{field}.extend_max", f"A posting made for fewer than {SMALL_MAX} stays below {SMALL_MAX}.")


def _within(field: str, least: int, most: int, **numbers: int | None) -> Iterator[Problem]:
    for name, number in numbers.items():
        if number is not None and not least <= number <= most:
            yield Problem(f"{field}.{name}", f"Must be within {least} and {most}; this is {number}.")


def _texts(field: str, **texts: str | None) -> Iterator[Problem]:
    for name, text in texts.items():
        if text is not None and len(text) > FEEDBACK_LENGTH_MAX:
            yield Problem(f"{field}.{name}", f"At most {FEEDBACK_LENGTH_MAX} characters.")
