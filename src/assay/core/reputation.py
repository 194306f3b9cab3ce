"""What is told of people and requesters, such that no single other side can make or break it.

A freelancer's rejections count per requester, and those of one requester only up to a bound: two, or one for every
hundred answers that anybody approved, whichever is more. So however much one requester rejects, it moves the share
approved by two percent at most, while rejections by many add up. Rejections that are under appeal or held back count
nowhere, and those reversed count as the approvals they became. `docs/explanation/reputation.md` tells why.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from assay.core.qualifications import percent_of

# Of one requester: so many rejections always count, and one more for every so many approvals by anybody.
FREE: Final = 2
APPROVALS_PER_REJECTION: Final = 100
# From so many decided answers on a figure is told as a rate, and not as "too few to tell".
TELLING_MIN: Final = 10


@dataclass(frozen=True)
class Dealing:
    """How many answers one requester and one freelancer had with each other. ``submitted``: all of them. ``rejected``:
    those that count; ``contested``: rejections that do not, for now. ``reversed``: of the approved, those that had been
    rejected."""

    requester_id: UUID
    submitted: int
    approved: int
    rejected: int
    contested: int = 0
    reversed: int = 0


@dataclass(frozen=True)
class Record:
    """A freelancer's record with everybody. ``rejected``: all of them; ``counted``: as many as count. ``percent``: of
    answers approved, 100 until 100 were submitted."""

    submitted: int
    approved: int
    rejected: int
    counted: int
    contested: int
    requesters: int
    percent: int


def record_of(dealings: Iterable[Dealing]) -> Record:
    known = list(dealings)
    submitted = sum(one.submitted for one in known)
    approved = sum(one.approved for one in known)
    counted = counted_rejections(known)
    return Record(
        submitted,
        approved,
        rejected=sum(one.rejected + one.contested for one in known),
        counted=counted,
        contested=sum(one.contested for one in known),
        requesters=len(known),
        percent=percent_of(approved, counted, submitted),
    )


def counted_rejections(dealings: Sequence[Dealing]) -> int:
    """How many rejections count: of each requester at most a share of what all requesters approved."""
    most = max(FREE, sum(one.approved for one in dealings) // APPROVALS_PER_REJECTION)
    return sum(min(one.rejected, most) for one in dealings)


@dataclass(frozen=True)
class RequesterFigures:
    """What freelancers are told of a requester. Counts are of all time; ``hourly_minor`` (minor units of ``currency``)
    and ``seconds_to_pay`` are medians of the ``timed`` latest approved answers whose times are known; none without."""

    requester_id: UUID
    name: str
    approved: int
    rejected: int
    reversed: int
    freelancers: int
    timed: int
    hourly_minor: int | None
    currency: str | None
    seconds_to_pay: float | None

    @property
    def decided(self) -> int:
        return self.approved + self.rejected

    @property
    def rejection_rate(self) -> float | None:
        """Of all decided answers, those that are rejected; none while there are too few to tell."""
        return self.rejected / self.decided if self.decided >= TELLING_MIN else None

    @property
    def reversal_rate(self) -> float | None:
        """Of all that were ever rejected, those that were approved in the end; none where nothing was rejected."""
        ever = self.rejected + self.reversed
        return self.reversed / ever if ever else None


def hourly(reward_minor: int, seconds: float | None) -> int | None:
    """What an hour pays at this pace, in minor units, rounded down; none where the pace is not known."""
    return int(reward_minor * 3600 / seconds) if seconds is not None and seconds > 0 else None
