"""What may become of a posting and of the engagements on it.

    posting:    assignable ──> unassignable ──> reviewable <──> reviewing ──> disposed
                    ^   │            │             ^ │                           ^
                    │   └────────────┼─────────────┘ └───────────────────────────┘
                    └────────────────┴─ returned, extended, or its end moved on

    engagement: accepted ──> submitted ──> approved
                    │             └──────> rejected ──> approved (overridden within 30 days)
                    └──> returned, abandoned

A posting's status follows from four counts, its end and two marks, and is never written by itself: the schema computes
it by the rule of ``Posting.status``. While it has places and has not expired, it is *assignable*; while somebody still
works on it and nobody else can begin, *unassignable*; then its requester may look through it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal, TypeAlias
from uuid import UUID

from assay.core.errors import AlreadyExists, Conflict, Forbidden, Invalid, NotFound, NothingToClaim
from assay.core.ledger import promised
from assay.core.offers import ENGAGEMENTS_MAX, REASONS, YEAR_SECONDS, Mode
from assay.core.qualifications import Unmet

Status: TypeAlias = Literal["assignable", "unassignable", "reviewable", "reviewing", "disposed"]
EngagementState: TypeAlias = Literal["accepted", "submitted", "approved", "rejected", "returned", "abandoned"]

ENGAGEMENT_TRANSITIONS: Final[Mapping[EngagementState, frozenset[EngagementState]]] = {
    "accepted": frozenset({"submitted", "returned", "abandoned"}),
    "submitted": frozenset({"approved", "rejected"}),
    "rejected": frozenset({"approved"}),
    "approved": frozenset(),
    "returned": frozenset(),
    "abandoned": frozenset(),
}
# Those that take one of the posting's places and keep their freelancer from another turn on it.
COUNTED: Final[frozenset[EngagementState]] = frozenset({"accepted", "submitted", "approved", "rejected"})

# How many turns one freelancer may hold at once.
QUEUE_MAX: Final = 25
OVERRIDE_WITHIN: Final = timedelta(days=30)
DISPOSED_AFTER: Final = timedelta(days=120)
# A posting made for fewer never reaches so many, where the market keeps to the strict limits: it would have been
# dearer.
SMALL_MAX: Final = 10
# What one extension of a turn adds, by its freelancer's own wish: half of what they had, within these bounds.
EXTENSION_MIN: Final = timedelta(minutes=1)
EXTENSION_MAX: Final = timedelta(days=1)


class WrongState(Conflict):
    """What is asked is not done in this ``state``, but in the ``allowed`` ones. ``what``: posting, engagement."""

    code = "wrong_state"

    def __init__(self, what: str, state: str, allowed: Sequence[str], why: str = "") -> None:
        listed = " or ".join(allowed) or "another"
        super().__init__(f"This {what} is {state}; that can be done while it is {listed}.{' ' * bool(why)}{why}")
        self.what, self.state, self.allowed = what, state, tuple(allowed)


class MissingThing(NotFound):
    """``what``: posting, engagement or offer."""

    def __init__(self, what: str) -> None:
        super().__init__(f"There is no such {what}.")
        self.what = what


class NotEligible(Forbidden):
    """A freelancer may not take this. ``unmet``: the requirements, each with its reason and remedy; empty for other
    reasons."""

    code = "not_eligible"

    def __init__(self, message: str, unmet: Sequence[Unmet] = ()) -> None:
        super().__init__(message)
        self.unmet = tuple(unmet)


class NoPlaceLeft(NothingToClaim):
    code = "no_place_left"


class LimitReached(Conflict):
    """``limit``: ``cap`` (so many of an offer a freelancer) or ``queue`` (so many turns at once)."""

    code = "limit_reached"

    def __init__(self, message: str, limit: Literal["cap", "queue"]) -> None:
        super().__init__(message)
        self.limit = limit


class HadBefore(AlreadyExists):
    """The freelancer has done, or does, this posting."""

    code = "had_before"


class TooMany(Invalid):
    """A small posting cannot become a large one."""

    code = "too_many"


@dataclass(frozen=True, kw_only=True)
class Posting:
    """One task offered ``max_engagements`` times. Money is in minor units, for one engagement.

    ``first_max``: how many were asked for when it was made. ``expired_at``: when it ended, as far as that was noticed.
    """

    id: UUID
    offer_id: UUID
    requester_id: UUID
    project_id: UUID
    mode: Mode
    max_engagements: int
    first_max: int
    reward_minor: int
    fee_minor: int
    currency: str
    expires_at: datetime
    created_at: datetime
    expired_at: datetime | None = None
    reviewing: bool = False
    disposed_at: datetime | None = None
    annotation: str | None = None
    pending: int = 0
    submitted: int = 0
    approved: int = 0
    rejected: int = 0

    @property
    def status(self) -> Status:
        """As the schema computes it."""
        if self.disposed_at is not None:
            return "disposed"
        if self.expired_at is None and self.available > 0:
            return "assignable"
        if self.pending > 0:
            return "unassignable"
        return "reviewing" if self.reviewing else "reviewable"

    @property
    def available(self) -> int:
        """Places nobody has; it keeps them when it expires, for when its end is moved on."""
        return self.max_engagements - self.pending - self.submitted - self.completed

    @property
    def completed(self) -> int:
        return self.approved + self.rejected

    @property
    def unit_minor(self) -> int:
        """What one approved engagement costs."""
        return self.reward_minor + self.fee_minor

    @property
    def promised_minor(self) -> int:
        """What is held for it: what may still have to be paid."""
        return promised(
            self.unit_minor,
            most=self.max_engagements,
            pending=self.pending,
            submitted=self.submitted,
            approved=self.approved,
            rejected=self.rejected,
            expired=self.expired_at is not None,
        )

    @property
    def is_done(self) -> bool:
        """Whether nothing more comes as things stand: nobody can begin, nobody works on it, and all is decided."""
        return self.status in ("reviewable", "reviewing", "disposed") and self.submitted == 0

    def is_open(self, now: datetime) -> bool:
        return self.status == "assignable" and self.expires_at > now


@dataclass(frozen=True, kw_only=True)
class Engagement:
    """One freelancer's turn on a posting. ``id`` is the assignment's in the requester's room."""

    id: UUID
    posting_id: UUID
    offer_id: UUID
    requester_id: UUID
    freelancer_id: UUID
    mode: Mode
    state: EngagementState
    reward_minor: int
    fee_minor: int
    currency: str
    accepted_at: datetime
    deadline: datetime
    extended: bool = False
    submitted_at: datetime | None = None
    auto_approve_at: datetime | None = None
    decided_at: datetime | None = None
    rejected_at: datetime | None = None
    closed_at: datetime | None = None
    automatic: bool = False
    reason_code: str | None = None
    feedback: str | None = None
    seconds: float | None = None
    # What the freelancer says of help by machines.
    disclosure: str | None = None
    # False while its rejection is appealed or held back.
    counted: bool = True

    @property
    def reason(self) -> str | None:
        """Why it was rejected, as its freelancer reads it, where its requester named a reason."""
        return None if self.reason_code is None else REASONS.get(self.reason_code)


def more_places(posting: Posting, more: int, *, strict: bool) -> int:
    """How many engagements the posting may have with so many more.

    ``strict``: one made for fewer than ten stays below ten. Raises ``WrongState``, ``Invalid`` and ``TooMany``.
    """
    if posting.status == "disposed":
        raise WrongState("posting", "disposed", ("assignable", "unassignable", "reviewable", "reviewing"))
    if more < 1:
        raise Invalid("Must be at least 1.", "more")
    most = posting.max_engagements + more
    if most > ENGAGEMENTS_MAX:
        raise Invalid(f"A posting has at most {ENGAGEMENTS_MAX} engagements.", "more")
    if strict and posting.first_max < SMALL_MAX <= most:
        raise TooMany(
            f"A posting made for fewer than {SMALL_MAX} engagements stays below {SMALL_MAX}; make another.", "more"
        )
    return most


def new_end(posting: Posting, ends_at: datetime, now: datetime) -> datetime:
    """When the posting ends if it is to end then; the past is now. Raises ``WrongState`` and ``Invalid``."""
    if posting.status == "disposed":
        raise WrongState("posting", "disposed", ("assignable", "unassignable", "reviewable", "reviewing"))
    if ends_at > now + timedelta(seconds=YEAR_SECONDS):
        raise Invalid("At most a year from now.", "ends_at")
    return max(ends_at, now)


def check_reviewing(posting: Posting, reviewing: bool) -> None:
    """Whether the requester's own mark may be set, or taken back. Raises ``WrongState``."""
    wanted: Status = "reviewable" if reviewing else "reviewing"
    if posting.status != wanted:
        raise WrongState("posting", posting.status, (wanted,))


def check_disposal(posting: Posting) -> None:
    """Whether it may be put away for good. Raises ``WrongState``, for one with undecided work too."""
    if posting.status not in ("reviewable", "reviewing"):
        raise WrongState("posting", posting.status, ("reviewing", "reviewable"))
    if posting.submitted:
        raise WrongState(
            "posting", posting.status, ("reviewing", "reviewable"), f"First decide on {posting.submitted} submitted."
        )


def check_taking(posting: Posting, now: datetime) -> None:
    """Whether a freelancer may begin. Raises ``NoPlaceLeft``."""
    if not posting.is_open(now):
        raise NoPlaceLeft("Nothing is left of this; others were faster, or it has ended.")


def check_transition(engagement: Engagement, wanted: EngagementState) -> None:
    """Raises ``WrongState`` where an engagement cannot go there."""
    if wanted not in ENGAGEMENT_TRANSITIONS[engagement.state]:
        allowed = [state for state, ways in ENGAGEMENT_TRANSITIONS.items() if wanted in ways]
        raise WrongState("engagement", engagement.state, allowed)


def check_approval(engagement: Engagement, posting: Posting, now: datetime, *, override: bool) -> None:
    """Whether it may be approved; one that was rejected only by ``override``, in time, and while its posting is there.

    Raises ``WrongState``.
    """
    if engagement.state == "submitted":
        return
    if engagement.state != "rejected" or not override:
        raise WrongState("engagement", engagement.state, ("submitted",))
    assert engagement.submitted_at is not None, "what was rejected was submitted"
    if posting.status == "disposed":
        raise WrongState("posting", "disposed", ("reviewable", "reviewing"), "Its rejections stand.")
    if now > engagement.submitted_at + OVERRIDE_WITHIN:
        raise WrongState("engagement", "rejected", ("submitted",), "A rejection stands after 30 days.")


def extended_deadline(engagement: Engagement, duration_seconds: int, now: datetime) -> datetime:
    """The end of a turn once its freelancer takes more time, which they may once. Raises ``WrongState``."""
    if engagement.state != "accepted" or engagement.deadline <= now:
        raise WrongState("engagement", "over" if engagement.state == "accepted" else engagement.state, ("accepted",))
    if engagement.extended:
        raise WrongState("engagement", "extended", ("accepted",), "Time is added once.")
    more = min(max(timedelta(seconds=duration_seconds) / 2, EXTENSION_MIN), EXTENSION_MAX)
    return engagement.deadline + more
