"""What a requester may ask of freelancers: the terms of a qualification type, how it changes, and who may ask for it.

The rules are those of Mechanical Turk's requester API: a test needs a time, a key needs a test, what is granted to
whoever asks has no test; a test is never taken away again, and a new one without a key is graded by hand.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, Final, Literal, TypeAlias
from uuid import UUID

import msgspec
from msgspec import UNSET, Meta, UnsetType

from assay.core.errors import AlreadyExists, Conflict, Invalid, Problem
from assay.core.postings import WrongState
from assay.core.qualifications import INTEGER_MAX, INTEGER_MIN, Held, TypeShown, Way
from assay.core.questionnaire import AnswerKey, Questionnaire, check_key, check_questionnaire
from assay.core.texts import is_storable

TypeState: TypeAlias = Literal["active", "inactive"]
RequestState: TypeAlias = Literal["taking", "pending", "granted", "rejected", "lapsed"]
OPEN: Final[tuple[RequestState, ...]] = ("taking", "pending")

NAME_LENGTH_MAX: Final = 200
DESCRIPTION_LENGTH_MAX: Final = 2000
KEYWORDS_LENGTH_MAX: Final = 1000
REASON_LENGTH_MAX: Final = 1024
SECONDS_MAX: Final = 10 * 365 * 86_400
TYPES_MAX: Final = 10_000
# How long after the end of a test its answers are still taken: what the way to us may cost.
GRACE: Final = timedelta(seconds=30)

Integer: TypeAlias = Annotated[int, Meta(ge=INTEGER_MIN, le=INTEGER_MAX)]


class NameTaken(AlreadyExists):
    """The requester has a type of this ``name``, with the id ``type_id`` if that is known."""

    code = "name_taken"

    def __init__(self, name: str) -> None:
        super().__init__(f"You have a qualification type {name!r} already. Choose another name.", "name")
        self.name = name


class RetryTooEarly(Conflict):
    """It can be asked for again, from ``again_at`` on."""

    code = "retry_too_early"

    def __init__(self, again_at: datetime) -> None:
        super().__init__(f"You may ask for this again from {again_at:%Y-%m-%d %H:%M} UTC on.")
        self.again_at = again_at


class RetryNotAllowed(Conflict):
    code = "retry_not_allowed"

    def __init__(self) -> None:
        super().__init__("This can be asked for only once, and you have.")


class AskedAlready(AlreadyExists):
    code = "asked_already"

    def __init__(self, state: RequestState) -> None:
        super().__init__("You have asked for this; the requester has yet to decide.")
        self.state = state


class HeldAlready(AlreadyExists):
    code = "held_already"

    def __init__(self) -> None:
        super().__init__("You have this qualification already.")


class TimeIsUp(Conflict):
    """The time of the test was up at ``deadline``."""

    code = "time_is_up"

    def __init__(self, deadline: datetime) -> None:
        super().__init__(f"The time for this test was up at {deadline:%H:%M:%S} UTC; these answers were not taken.")
        self.deadline = deadline


class TypeTerms(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``retry_seconds``: after how long one may ask again; none: never again. ``valid_seconds``: how long a grant
    holds; none: until it is taken away. ``test``, with ``test_seconds`` to take it, graded by ``key`` or else by hand.
    ``auto_granted``: whoever asks has it at once, with ``auto_value``."""

    name: str
    description: str
    keywords: str = ""
    state: TypeState = "active"
    retry_seconds: int | None = None
    valid_seconds: int | None = None
    test: Questionnaire | None = None
    test_seconds: int | None = None
    key: AnswerKey | None = None
    auto_granted: bool = False
    auto_value: Integer = 1


class TypeChange(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is left out stays as it is. Name and keywords stay for ever."""

    description: str | UnsetType = UNSET
    state: TypeState | UnsetType = UNSET
    retry_seconds: int | UnsetType = UNSET
    valid_seconds: int | UnsetType | None = UNSET
    test: Questionnaire | UnsetType = UNSET
    test_seconds: int | UnsetType = UNSET
    key: AnswerKey | UnsetType = UNSET
    auto_granted: bool | UnsetType = UNSET
    auto_value: Integer | UnsetType = UNSET


@dataclass(frozen=True, kw_only=True)
class Asked:
    """A request as it stands."""

    id: UUID
    type_id: UUID
    requester_id: UUID
    freelancer_id: UUID
    state: RequestState
    begun_at: datetime
    test: Questionnaire | None = None
    key: AnswerKey | None = None
    deadline: datetime | None = None
    answer: dict[str, list[str]] | None = None
    submitted_at: datetime | None = None
    decided_at: datetime | None = None
    value: int | None = None
    reason: str | None = None

    def state_at(self, now: datetime) -> RequestState:
        """As it stands at this moment: a test whose time is up has lapsed, whether or not that was written."""
        over = self.state == "taking" and self.deadline is not None and now > self.deadline + GRACE
        return "lapsed" if over else self.state


def check_terms(terms: TypeTerms) -> None:
    """Raises ``Invalid`` naming every field that is wrong."""
    problems = []
    for name, text, least, most in (
        ("name", terms.name, 1, NAME_LENGTH_MAX),
        ("description", terms.description, 1, DESCRIPTION_LENGTH_MAX),
        ("keywords", terms.keywords, 0, KEYWORDS_LENGTH_MAX),
    ):
        if not least <= len(text) <= most:
            problems.append(Problem(name, f"Must have {least} to {most} characters; this has {len(text)}."))
        elif not is_storable(text):
            problems.append(Problem(name, "Has a character that cannot be stored; remove it."))
    for name, seconds, least in (
        ("retry_seconds", terms.retry_seconds, 0),
        ("valid_seconds", terms.valid_seconds, 1),
        ("test_seconds", terms.test_seconds, 1),
    ):
        if seconds is not None and not least <= seconds <= SECONDS_MAX:
            problems.append(Problem(name, f"From {least} to {SECONDS_MAX} seconds; this is {seconds}."))
    if terms.test is None:
        if terms.key is not None:
            problems.append(Problem("key", "A key grades a test; give the test too."))
        if terms.test_seconds is not None:
            problems.append(Problem("test_seconds", "There is no test to take; leave it out, or give the test too."))
    else:
        problems += check_questionnaire(terms.test, "test")
        if terms.key is not None:
            problems += check_key(terms.key, terms.test)
        if terms.test_seconds is None:
            problems.append(Problem("test_seconds", "Say how long the test may take."))
        if terms.auto_granted:
            problems.append(
                Problem("auto_granted", "What has a test is granted by the test; leave out one of the two.")
            )
    if problems:
        raise Invalid(problems)


def changed(terms: TypeTerms, change: TypeChange) -> TypeTerms:
    """The terms with the change made. A new test without a key is graded by hand from then on. Raises ``Invalid``."""
    given = {name: value for name in change.__struct_fields__ if (value := getattr(change, name)) is not UNSET}
    if change.test is not UNSET and change.key is UNSET:
        given["key"] = None
    after = msgspec.structs.replace(terms, **given)
    check_terms(after)
    return after


def again_at(terms: TypeTerms, last: Asked) -> datetime | None:
    """From when on one may ask again who asked last; none for never."""
    if terms.retry_seconds is None:
        return None
    return (last.submitted_at or last.begun_at) + timedelta(seconds=terms.retry_seconds)


def ends_at(terms: TypeTerms, now: datetime) -> datetime | None:
    """When a grant of this moment runs out; none for never."""
    return None if terms.valid_seconds is None else now + timedelta(seconds=terms.valid_seconds)


def check_asking(terms: TypeTerms, last: Asked | None, held: Held | None, now: datetime) -> None:
    """Whether somebody may ask for it, who asked ``last`` and has ``held``. Whoever is in the middle of its test may go
    on with it, which is not asking.

    Raises ``WrongState`` for a type nobody may ask for, ``AskedAlready``, ``HeldAlready``, ``RetryNotAllowed`` and
    ``RetryTooEarly``.
    """
    if terms.state != "active":
        raise WrongState("qualification type", terms.state, ["active"])
    if last is not None and last.state_at(now) in OPEN:
        raise AskedAlready(last.state)
    if held is not None and held.granted and terms.test is None:
        raise HeldAlready
    if last is not None:
        then = again_at(terms, last)
        if then is None:
            raise RetryNotAllowed
        if then > now:
            raise RetryTooEarly(then)


def shown(terms: TypeTerms, last: Asked | None, held: Held | None, now: datetime) -> TypeShown:
    """What a freelancer is told of it, who asked ``last`` and has ``held``."""
    way: Way = "test" if terms.test is not None else "request"
    if last is not None and last.state_at(now) == "taking":
        return TypeShown(terms.name, "test")
    try:
        check_asking(terms, last, held, now)
    except AskedAlready:
        return TypeShown(terms.name, "wait")
    except RetryTooEarly as error:
        return TypeShown(terms.name, "wait", error.again_at)
    except RetryNotAllowed:
        return TypeShown(terms.name, "none")
    except (WrongState, HeldAlready):
        return TypeShown(terms.name, "requester")
    return TypeShown(terms.name, way)


def check_reason(reason: str | None, field: str = "reason") -> str | None:
    """Raises ``Invalid``."""
    if reason is not None and (len(reason) > REASON_LENGTH_MAX or not is_storable(reason)):
        raise Invalid(f"At most {REASON_LENGTH_MAX} characters that can be stored.", field)
    return reason
