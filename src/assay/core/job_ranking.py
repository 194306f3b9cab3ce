"""Which work to offer a freelancer first, and why: what it pays an hour, how likely that is, and how sure we are.

The gain of an offer is its reward times the chance that an answer is approved, by the time an answer takes. Both are
estimates that begin at what is usual and follow the numbers as they come in: the chance is the mean of what the
requester approves of all answers and what is approved of this freelancer's, moved by what the two had with each other;
the time is the median of recent ones, drawn towards the time at which the offer would pay what is usual here.

``next_best`` draws from what is not known yet (Thompson, 1933, On the likelihood that one unknown probability exceeds
another, Biometrika 25), so that offers nobody has tried are tried, and now and then any offer at all: no requester and
no newcomer starves behind those of whom much is known. A list must not change from page to page, so ``best_first``
adds a bonus that shrinks as answers come in instead (as upper confidence bounds do).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import exp, log, sqrt
from statistics import NormalDist, median
from typing import Annotated, Final, Literal, TypeAlias
from uuid import UUID

import msgspec
from msgspec import Meta

# What is usual before anything is known: of ten answers nine are approved.
PRIOR_APPROVED: Final = 9.0
PRIOR_REJECTED: Final = 1.0
# How many answers what is usual weighs against those between this freelancer and this requester, and how many times.
PRIOR_ANSWERS: Final = 8.0
PRIOR_TIMES: Final = 3.0
# Times of the same task scatter about so much (of their logarithms).
TIMES_SCATTER: Final = 0.7
# Of an offer nobody has tried, as a share of its gain.
BONUS: Final = 0.5
# How often any offer at all comes next.
EXPLORED: Final = 0.1

Sort: TypeAlias = Literal["best", "hourly", "reward", "newest", "most"]
FILTERS_MAX: Final = 50


class Filter(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """What a freelancer looks for. ``query``: words that are all in title, description or keywords. Money is in minor
    units of the market's currency. ``eligible_only``: leave out what they cannot take."""

    query: Annotated[str, Meta(max_length=200)] = ""
    reward_min_minor: Annotated[int, Meta(ge=0, le=10**12)] | None = None
    hourly_min_minor: Annotated[int, Meta(ge=0, le=10**12)] | None = None
    duration_max_seconds: Annotated[int, Meta(ge=1, le=31_536_000)] | None = None
    requester_id: UUID | None = None
    eligible_only: bool = False
    sort: Sort = "best"


@dataclass(frozen=True)
class Job:
    """An offer as far as its rank goes. ``seconds``: median of ``timed`` recent answers. Counts of decided answers: of
    the requester with everybody, and with this freelancer."""

    offer_id: UUID
    reward_minor: int
    duration_seconds: int
    seconds: float | None = None
    timed: int = 0
    approved: int = 0
    rejected: int = 0
    own_approved: int = 0
    own_rejected: int = 0


@dataclass(frozen=True)
class Expected:
    """``approval``: the chance, and how far it may be off; ``seconds``: for one answer, and by which factor's logarithm
    that may be off; ``hourly_minor``: the gain of an hour."""

    approval: float
    approval_sd: float
    seconds: float
    seconds_sd: float
    hourly_minor: float


def expected(job: Job, approved: int, rejected: int, usual_minor: float | None) -> Expected:
    """What one freelancer may expect of an offer. ``approved``, ``rejected``: of their answers to everybody, as many as
    count. ``usual_minor``: what an hour usually pays here; none where nobody knows."""
    of_requester = _share(job.approved, job.rejected)
    usual = (of_requester + _share(approved, rejected)) / 2
    weight = PRIOR_ANSWERS + job.own_approved + job.own_rejected
    approval = (PRIOR_ANSWERS * usual + job.own_approved) / weight
    seconds = _seconds(job, usual_minor)
    return Expected(
        approval,
        sqrt(approval * (1 - approval) / (weight + 1)),
        seconds,
        TIMES_SCATTER / sqrt(PRIOR_TIMES + job.timed),
        approval * job.reward_minor * 3600 / seconds,
    )


def best_first(jobs: Sequence[Job], approved: int, rejected: int) -> list[tuple[Job, Expected]]:
    """In the order of what an hour may bring, the same each time; those less tried a little further up."""
    usual = usual_hourly(jobs)
    known = [(job, expected(job, approved, rejected, usual)) for job in jobs]
    return sorted(known, key=lambda one: (-_hopeful(*one), one[0].offer_id.bytes))


def next_best(jobs: Sequence[Job], approved: int, rejected: int, chance: Callable[[], float]) -> Job | None:
    """One to do next; none where there is none. ``chance``: draws from [0, 1)."""
    if not jobs:
        return None
    if chance() < EXPLORED:
        return jobs[int(chance() * len(jobs))]
    usual = usual_hourly(jobs)
    drawn = [(_drawn(job, expected(job, approved, rejected, usual), chance), at) for at, job in enumerate(jobs)]
    return jobs[max(drawn)[1]]


def usual_hourly(jobs: Sequence[Job]) -> float | None:
    """What an hour pays by the median of the offers whose times are known."""
    paid = [job.reward_minor * 3600 / job.seconds for job in jobs if job.seconds]
    return median(paid) if paid else None


def _share(approved: int, rejected: int) -> float:
    return (approved + PRIOR_APPROVED) / (approved + rejected + PRIOR_APPROVED + PRIOR_REJECTED)


def _seconds(job: Job, usual_minor: float | None) -> float:
    # An offer of which nothing is known pays what is usual, as far as we know; where nothing is usual yet, it takes
    # half of the time it gives. Never more than all of it, nor less than a second.
    guess = job.reward_minor * 3600 / usual_minor if usual_minor else job.duration_seconds / 2
    guess = min(max(guess, 1.0), float(job.duration_seconds))
    if not job.seconds or not job.timed:
        return guess
    weight = PRIOR_TIMES + job.timed
    return exp((PRIOR_TIMES * log(guess) + job.timed * log(max(job.seconds, 1.0))) / weight)


def _hopeful(job: Job, known: Expected) -> float:
    return known.hourly_minor * (1 + BONUS / sqrt(1 + job.timed))


def _drawn(job: Job, known: Expected, chance: Callable[[], float]) -> float:
    normal = NormalDist()
    approval = known.approval + known.approval_sd * normal.inv_cdf(_inside(chance()))
    seconds = known.seconds * exp(known.seconds_sd * normal.inv_cdf(_inside(chance())))
    return min(max(approval, 0.0), 1.0) * job.reward_minor * 3600 / seconds


def _inside(share: float) -> float:
    return min(max(share, 1e-9), 1 - 1e-9)
