"""The pay floor: what an hour of work must bring on a market.

Nobody knows beforehand how long a task takes, so the floor is asked twice: of a new posting, by the time that earlier
work on the same offer took in the middle (or the requester's own estimate while there is none), and of work that was
done, by the time it did take. What was paid below the floor is owed and can be topped up. The median, as one
freelancer who left the page open overnight must not make everybody's pay.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from math import ceil
from typing import Final
from uuid import UUID

from assay.core.errors import Invalid
from assay.core.money import Money

# Times of fewer say little about how long the next one takes.
MEASURED_MIN: Final = 5
# The latest so many are looked at.
MEASURED_MAX: Final = 1000


@dataclass(frozen=True)
class Pace:
    """How long work on one offer takes: ``median_seconds`` of the latest ``measured`` times, none where there is none.

    ``reward_minor``: what one engagement pays, in minor units of ``currency``.
    """

    offer_id: UUID
    reward_minor: int
    currency: str
    measured: int = 0
    median_seconds: float | None = None

    @property
    def seconds(self) -> float | None:
        """How long the next one takes; none while too few were measured to say."""
        return self.median_seconds if self.measured >= MEASURED_MIN else None

    @property
    def hourly_minor(self) -> int | None:
        """What an hour of it brings, rounded down; none while too few were measured or it takes no time."""
        return int(self.reward_minor * 3600 / Fraction(self.seconds)) if self.seconds else None


@dataclass(frozen=True)
class Shortfall:
    """What one approved engagement was paid below the floor, bonuses counted."""

    engagement_id: UUID
    posting_id: UUID
    freelancer_id: UUID
    missing_minor: int


def least_reward(floor_minor: int, seconds: float) -> int:
    """The least that so many seconds must bring, in minor units, rounded up: ``floor_minor`` is for an hour."""
    assert floor_minor >= 0 <= seconds, "an hour's pay and a time"
    return ceil(Fraction(seconds) * floor_minor / 3600)


def check_reward(
    reward_minor: int, currency: str, floor_minor: int | None, seconds: float | None, *, field: str = "reward"
) -> None:
    """Raises ``Invalid`` naming the least reward, where there is a floor and the time is known and it pays less.

    ``seconds``: as ``Pace`` has them, else the requester's estimate.
    """
    if floor_minor is None or seconds is None:
        return
    least = least_reward(floor_minor, seconds)
    if reward_minor < least:
        raise Invalid(
            f"This takes {seconds:.0f} seconds in the middle, and an hour must bring {Money(floor_minor, currency)} on "
            f"this market: offer at least {Money(least, currency)}.",
            field,
        )
