"""When a rejection is looked at again, and what may become of that.

    open ──(the requester yields, or a reviewer overturns)──> owed ──(paid)──> closed
      └────(a reviewer upholds it)────────────────────────────────────────────> closed

A freelancer appeals once, within the days that the market gives. The requester has two days to answer or to yield; then
somebody of the market rules who has no part in it. A requester who rejects very much at once meets the same reviewers
without anybody's appeal: the brake. Until it is closed the rejection counts nowhere.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal, TypeAlias
from uuid import UUID

from assay.core.errors import Conflict, Forbidden, Invalid
from assay.core.offers import Mode
from assay.core.postings import Engagement, WrongState
from assay.core.texts import is_storable

Origin: TypeAlias = Literal["freelancer", "brake"]
AppealState: TypeAlias = Literal["open", "owed", "closed"]
Outcome: TypeAlias = Literal["upheld", "overturned", "yielded"]
Verdict: TypeAlias = Literal["uphold", "overturn"]

WORDS_MAX: Final = 4000
ANSWER_WITHIN: Final = timedelta(days=2)


class TooLate(Conflict):
    """The time for it is over."""

    code = "too_late"


class NotYet(Conflict):
    """The requester may still answer."""

    code = "not_yet"


@dataclass(frozen=True, kw_only=True)
class Appeal:
    """``words``: why the freelancer appeals, none for the brake's. ``reason``: why the reviewer ruled so."""

    id: UUID
    engagement_id: UUID
    requester_id: UUID
    freelancer_id: UUID
    mode: Mode
    origin: Origin
    state: AppealState
    outcome: Outcome | None = None
    words: str | None = None
    opened_at: datetime
    answer: str | None = None
    answer_by: datetime
    answered_at: datetime | None = None
    ruled_by: UUID | None = None
    reason: str | None = None
    ruled_at: datetime | None = None
    closed_at: datetime | None = None

    def is_ready(self, now: datetime) -> bool:
        """Whether a reviewer may rule: the requester has answered, or had the time to."""
        return self.state == "open" and (self.answered_at is not None or self.answer_by <= now)


def check_words(text: str, field: str) -> str:
    """The words without space around them. Raises ``Invalid``."""
    words = text.strip()
    if not 1 <= len(words) <= WORDS_MAX or not is_storable(words):
        raise Invalid(f"Write 1 to {WORDS_MAX} characters that can be stored.", field)
    return words


def appeal_by(engagement: Engagement, days: int, released_at: datetime | None = None) -> datetime | None:
    """Until when a rejection may be appealed; none for what is not rejected. ``released_at``: when the market let a
    rejection stand that it had held back, as nobody appeals what is not decided."""
    if engagement.state != "rejected" or engagement.rejected_at is None:
        return None
    return max(engagement.rejected_at, released_at or engagement.rejected_at) + timedelta(days=days)


def check_appeal(engagement: Engagement, earlier: list[Appeal], days: int, now: datetime) -> None:
    """Whether its freelancer may appeal. ``earlier``: all there were on it. Raises ``WrongState``, ``TooLate``, and
    ``Conflict`` for a second appeal or one on what is held back."""
    if engagement.state != "rejected":
        raise WrongState("engagement", engagement.state, ("rejected",))
    if any(one.origin == "freelancer" for one in earlier):
        raise Conflict("You have appealed this rejection before; each is appealed once.")
    if any(one.state != "closed" for one in earlier):
        raise Conflict("The market looks at this rejection already; you can appeal if it lets it stand.")
    released = max((one.closed_at for one in earlier if one.closed_at), default=None)
    until = appeal_by(engagement, days, released)
    assert until is not None, "what is rejected was rejected at some time"
    if now > until:
        raise TooLate(f"A rejection can be appealed for {days} days; this one could until {until:%Y-%m-%d %H:%M} UTC.")


def check_open(appeal: Appeal) -> None:
    """Whether anything can still be said to it. Raises ``WrongState``."""
    if appeal.state != "open":
        raise WrongState("appeal", appeal.state, ("open",))


def check_answer(appeal: Appeal) -> None:
    """Whether its requester may answer. Raises ``WrongState`` and ``Conflict`` for a second answer."""
    check_open(appeal)
    if appeal.answered_at is not None:
        raise Conflict("You have answered this appeal; the market's reviewers have it now.")


def check_ruling(
    appeal: Appeal, now: datetime, *, reviewer: UUID | None, decided_by: UUID | None, belongs: bool
) -> None:
    """Whether this member of the market may rule now. ``decided_by``: who rejected; ``belongs``: whether the reviewer
    belongs to the requester too. Raises ``WrongState``, ``NotYet`` and ``Forbidden``."""
    if reviewer is None:
        raise Forbidden("A person rules on appeals; sign in.")
    check_open(appeal)
    if belongs or reviewer == decided_by:
        raise Forbidden("You have a part in this; somebody else of the market rules.")
    if not appeal.is_ready(now):
        raise NotYet(f"The requester can answer until {appeal.answer_by:%Y-%m-%d %H:%M} UTC; rule after that.")


def is_braked(rejected: int, approved: int, *, count: int, percent: int) -> bool:
    """Whether a requester's next rejection is held back, who lately rejected and approved so many."""
    rejecting = rejected + 1
    return rejecting > count and rejecting * 100 > percent * (rejecting + approved)


def enough_approved(rejected: int, percent: int) -> int:
    """So many approvals lately, and the brake is off, however many more there were."""
    rejecting = rejected + 1
    return -(-rejecting * (100 - percent) // percent)
