"""Telling customers' servers, after Standard Webhooks: over the guarded way out, and in memory for tests."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from assay.adapters.egress import HttpEgress
from assay.core.delivery import Outcome, outcome_of, signed_headers
from assay.core.errors import AssayError
from assay.core.ports import Message

_SECONDS_MAX: Final = 15.0


class HttpCallbacks:
    """The port ``Callbacks``. Redirects are not followed: who may be told was decided when the address was set."""

    def __init__(self, egress: HttpEgress, *, seconds_max: float = _SECONDS_MAX) -> None:
        self._egress = egress
        self._seconds_max = seconds_max

    async def send(self, message: Message, now: datetime) -> Outcome:
        try:
            answer = await self._egress.request(
                "POST",
                message.url,
                headers=_headers(message, now),
                content=message.body,
                seconds_max=self._seconds_max,
            )
        except AssayError as error:
            # A refused address too: a name that leads inside today may be mended tomorrow.
            return Outcome("retry", None, error.message)
        return outcome_of(answer.status)


@dataclass(frozen=True)
class Sent:
    """One request as a receiver sees it. Header names are in lower case."""

    url: str
    headers: Mapping[str, str]
    body: bytes


class MemoryCallbacks:
    """Keeps what was sent in ``sent``. ``respond`` gives the receiver's status, or None for no answer."""

    def __init__(self, respond: Callable[[Sent], int | None] = lambda sent: 200) -> None:  # noqa: ARG005
        self.sent: list[Sent] = []
        self._respond = respond

    async def send(self, message: Message, now: datetime) -> Outcome:
        try:
            sent = Sent(message.url, _headers(message, now), message.body)
        except AssayError as error:
            return Outcome("retry", None, error.message)
        status = self._respond(sent)
        if status is None:
            return Outcome("retry", None, "The receiver did not answer.")
        self.sent.append(sent)
        return outcome_of(status)


def _headers(message: Message, now: datetime) -> dict[str, str]:
    signed = signed_headers(message.id, now, message.body, message.secrets)
    return {"content-type": "application/json", **signed}
