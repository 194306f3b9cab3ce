"""How a message to a customer is signed, and what follows from sending it: delivered, try again and when, or stop.

Source: Standard Webhooks specification 1.0 (2023). It asks for many attempts, further and further apart, over days; for
webhooks they are ten over 75 hours. Callbacks are tried twenty times within a day.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal

from assay.core.errors import Invalid

OutcomeState = Literal["delivered", "retry", "gone"]

# The job that makes one attempt. Its subject is the delivery.
SEND: Final = "send_callback"
# For how long an old secret may sign beside the new one: longer than any receiver needs to change over, and short
# enough that a secret which leaked ends.
OVERLAP_SECONDS_MAX: Final = 7 * 86_400

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
# The same for callbacks. With the longest of all pauses the last attempt is 23.1 hours after the first.
CALLBACK_RETRY_SECONDS: Final = (
    *(5, 15, 30),
    *(1 * _MINUTE, 2 * _MINUTE, 4 * _MINUTE, 8 * _MINUTE, 15 * _MINUTE, 30 * _MINUTE),
    *(1 * _HOUR,) * 3,
    *(2 * _HOUR,) * 4,
    *(3 * _HOUR,) * 3,
)
CALLBACK_ATTEMPTS_MAX: Final = len(CALLBACK_RETRY_SECONDS) + 1
_JITTER: Final = 0.1

_PREFIX: Final = "whsec_"
_SECRET_BYTES_MIN, _SECRET_BYTES_MAX = 24, 64


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


def retry_after(attempts: int, chance: float, pauses: Sequence[int] = RETRY_SECONDS) -> timedelta | None:
    """How long to wait after ``attempts`` failed ones; None when it is time to give up.

    ``pauses``: seconds before the second attempt, the third, and so on. ``chance`` in [0, 1) spreads a pause over 90 to
    110 %, so that a receiver that comes back is not met by everybody at once.
    """
    assert attempts >= 1, "nothing was tried yet"
    if attempts > len(pauses):
        return None
    return timedelta(seconds=pauses[attempts - 1] * (1 - _JITTER + 2 * _JITTER * chance))


def signed_headers(message_id: str, sent_at: datetime, body: bytes, secrets: Sequence[str]) -> dict[str, str]:
    """The headers by which a receiver knows that ``body`` is ours, new, and which message it repeats.

    One signature for each secret, so that a receiver may know either while it changes over. Raises ``Invalid`` for a
    secret that is not ``whsec_`` and 24 to 64 bytes in base64.
    """
    assert message_id, "a message has an id"
    assert "." not in message_id, "the id ends at the first full stop of what is signed"
    assert secrets, "a message is signed"
    timestamp = str(int(sent_at.timestamp()))
    text = f"{message_id}.{timestamp}.".encode() + body
    signatures = (base64.b64encode(hmac.digest(_key(secret), text, hashlib.sha256)).decode() for secret in secrets)
    return {
        "webhook-id": message_id,
        "webhook-timestamp": timestamp,
        "webhook-signature": " ".join(f"v1,{signature}" for signature in signatures),
    }


def _key(secret: str) -> bytes:
    wrong = Invalid(f"A signing secret is {_PREFIX} and {_SECRET_BYTES_MIN} to {_SECRET_BYTES_MAX} bytes in base64.")
    if not secret.startswith(_PREFIX):
        raise wrong
    try:
        key = base64.b64decode(secret.removeprefix(_PREFIX), validate=True)
    except (binascii.Error, ValueError):
        raise wrong from None
    if not _SECRET_BYTES_MIN <= len(key) <= _SECRET_BYTES_MAX:
        raise wrong
    return key
