"""What follows from trying to tell somebody: delivered, try again and when, or stop.

Source: Standard Webhooks specification 1.0 (2023), on retries: many attempts, further and further apart, over
days. Here ten over 75 hours.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Final, Literal

OutcomeState = Literal["delivered", "retry", "gone"]

_MINUTE, _HOUR = 60, 3600
# Seconds before the second attempt, the third, and so on.
RETRY_SECONDS: Final = (
    5,
    5 * _MINUTE,
    30 * _MINUTE,
    2 * _HOUR,
    5 * _HOUR,
    10 * _HOUR,
    14 * _HOUR,
    20 * _HOUR,
    24 * _HOUR,
)
ATTEMPTS_MAX: Final = len(RETRY_SECONDS) + 1
_JITTER: Final = 0.1


@dataclass(frozen=True)
class Outcome:
    """One attempt. ``status`` is the receiver's HTTP status when it answered; ``error`` says in a sentence what was
    wrong, never in the receiver's words. ``gone``: the receiver does not want any more (410)."""

    state: OutcomeState
    status: int | None = None
    error: str | None = None


def outcome_of(status: int) -> Outcome:
    """2xx is delivered, 410 is gone, and everything else is worth another attempt."""
    if 200 <= status <= 299:
        return Outcome("delivered", status)
    if status == 410:
        return Outcome("gone", status, "The receiver answered 410: it wants no more of these.")
    return Outcome("retry", status, f"The receiver answered {status} instead of 2xx.")


def retry_after(attempts: int, chance: float) -> timedelta | None:
    """How long to wait after ``attempts`` failed ones; None when it is time to give up.

    ``chance`` in [0, 1) spreads a pause over 90 to 110 %, so that a receiver that comes back is not met by everybody
    at once.
    """
    assert attempts >= 1, "nothing was tried yet"
    if attempts > len(RETRY_SECONDS):
        return None
    return timedelta(seconds=RETRY_SECONDS[attempts - 1] * (1 - _JITTER + 2 * _JITTER * chance))
