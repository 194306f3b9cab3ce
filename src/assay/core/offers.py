"""The terms on which work is offered: what they may be, and when two offers are the same.

The limits are those of Mechanical Turk's requester API, for all, so that a program written for it finds what it knows.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from typing import Any, Final, Literal, TypeAlias, get_args
from uuid import UUID

import msgspec

from assay.core.errors import Invalid, Problem
from assay.core.money import MINOR_MAX
from assay.core.qualifications import Requirement, check_requirements
from assay.core.texts import is_storable

Mode: TypeAlias = Literal["live", "test"]
OfferState: TypeAlias = Literal["active", "paused"]
AiHelp: TypeAlias = Literal["forbidden", "allowed_with_disclosure", "allowed"]

TITLE_LENGTH_MAX: Final = 128
DESCRIPTION_LENGTH_MAX: Final = 2000
KEYWORDS_LENGTH_MAX: Final = 1000
ANNOTATION_LENGTH_MAX: Final = 255
SECONDS_MIN: Final = 30
YEAR_SECONDS: Final = 365 * 86_400
AUTO_APPROVAL_SECONDS_MAX: Final = 30 * 86_400
ENGAGEMENTS_MAX: Final = 1_000_000_000
# A posting promises its reward so many times; what it promises must be a sum the ledger can hold.
_REWARD_MAX: Final = MINOR_MAX // 1_000


class OfferTerms(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a freelancer reads before they take a turn.

    ``reward_minor``: for one approved engagement, in minor units of ``currency``. ``duration_seconds``: how long one
    may take. ``auto_approval_seconds``: after so long without a decision what was submitted is approved; 0 at once.
    ``per_worker_cap``: how many of its engagements one freelancer may take. ``ai_help``: what the requester says of
    help by machines; none: nothing.
    """

    title: str
    description: str
    reward_minor: int
    currency: str
    duration_seconds: int
    auto_approval_seconds: int = AUTO_APPROVAL_SECONDS_MAX
    keywords: str = ""
    requirements: list[Requirement] = []
    per_worker_cap: int | None = None
    ai_help: AiHelp | None = None

    def fingerprint(self, project_id: UUID | None = None) -> bytes:
        """32 bytes that equal terms have in common, in whatever order their requirements stand. ``project_id``: where
        offers of different projects are different offers."""
        told: dict[str, Any] = msgspec.to_builtins(self)
        told["requirements"] = sorted(msgspec.json.encode(one, order="sorted").decode() for one in self.requirements)
        told["project_id"] = str(project_id)
        return hashlib.sha256(msgspec.json.encode(told, order="sorted")).digest()


def problems(terms: OfferTerms) -> list[Problem]:
    """What is wrong with them, each naming its field; empty when they can be offered."""
    return [*_texts(terms), *_numbers(terms), *check_requirements(terms.requirements)]


def _texts(terms: OfferTerms) -> Iterator[Problem]:
    for name, text, least, most in (
        ("title", terms.title, 1, TITLE_LENGTH_MAX),
        ("description", terms.description, 1, DESCRIPTION_LENGTH_MAX),
        ("keywords", terms.keywords, 0, KEYWORDS_LENGTH_MAX),
    ):
        if not least <= len(text) <= most:
            yield Problem(name, f"Must have {least} to {most} characters; this has {len(text)}.")
        elif not is_storable(text):
            yield Problem(name, "Has a character that cannot be stored; remove it.")


def _numbers(terms: OfferTerms) -> Iterator[Problem]:
    for name, number, least, most in (
        ("reward_minor", terms.reward_minor, 0, _REWARD_MAX),
        ("duration_seconds", terms.duration_seconds, SECONDS_MIN, YEAR_SECONDS),
        ("auto_approval_seconds", terms.auto_approval_seconds, 0, AUTO_APPROVAL_SECONDS_MAX),
        ("per_worker_cap", terms.per_worker_cap, 1, ENGAGEMENTS_MAX),
    ):
        if number is not None and not least <= number <= most:
            yield Problem(name, f"Must be within {least} and {most}; this is {number}.")


def posting_problems(max_engagements: int, lifetime_seconds: int | None, annotation: str | None) -> list[Problem]:
    """What is wrong with what a posting says beside its offer. ``lifetime_seconds``: none is not asked."""
    found = []
    if not 1 <= max_engagements <= ENGAGEMENTS_MAX:
        found.append(Problem("max_engagements", f"Must be within 1 and {ENGAGEMENTS_MAX}; this is {max_engagements}."))
    if lifetime_seconds is not None and not SECONDS_MIN <= lifetime_seconds <= YEAR_SECONDS:
        found.append(Problem("lifetime_seconds", f"Must be within {SECONDS_MIN} and {YEAR_SECONDS}."))
    if annotation is not None and (len(annotation) > ANNOTATION_LENGTH_MAX or not is_storable(annotation)):
        found.append(Problem("annotation", f"At most {ANNOTATION_LENGTH_MAX} characters that can be stored."))
    return found


# Of what is written to a freelancer: characters that no page can show.
_CONTROL: Final = frozenset(chr(code) for code in range(32) if code not in (9, 10, 13))
FEEDBACK_LENGTH_MAX: Final = 1024
DISCLOSURE_LENGTH_MAX: Final = 1000
ReasonCode: TypeAlias = Literal[
    "wrong",
    "incomplete",
    "off_topic",
    "instructions_not_followed",
    "known_answers_missed",
    "disagrees_with_others",
    "machine_made",
    "other",
]
REASON_CODES: Final[tuple[ReasonCode, ...]] = get_args(ReasonCode)
# As freelancers read them.
REASONS: Final[Mapping[str, str]] = {
    "wrong": "The requester finds the answer wrong.",
    "incomplete": "The requester finds that something is missing.",
    "off_topic": "The requester finds that the answer is about something else.",
    "instructions_not_followed": "The requester finds that the instructions were not followed.",
    "known_answers_missed": "Too many of the questions whose answers are known were answered otherwise.",
    "disagrees_with_others": "Others who did the same gave another answer.",
    "machine_made": "The requester believes that a machine wrote the answer.",
    "other": "The requester gives a reason of their own.",
}


def disclosed(text: str | None) -> str | None:
    """What a freelancer says of the help they had from machines, without space around it; none where they say nothing.
    Raises ``Invalid``."""
    said = (text or "").strip()
    if len(said) > DISCLOSURE_LENGTH_MAX or not is_storable(said):
        raise Invalid(f"At most {DISCLOSURE_LENGTH_MAX} characters that can be stored.", "disclosure")
    return said or None


def feedback_problems(feedback: str | None, reason_code: str | None = None) -> list[Problem]:
    """What is wrong with what a requester tells a freelancer about their work."""
    found = []
    if feedback is not None and len(feedback) > FEEDBACK_LENGTH_MAX:
        found.append(Problem("feedback", f"At most {FEEDBACK_LENGTH_MAX} characters; this has {len(feedback)}."))
    elif feedback is not None and (_CONTROL.intersection(feedback) or not is_storable(feedback)):
        found.append(Problem("feedback", "Has a control character; remove it."))
    if reason_code is not None and reason_code not in REASON_CODES:
        found.append(Problem("reason_code", f"No such reason; use one of {', '.join(REASON_CODES)}."))
    return found
