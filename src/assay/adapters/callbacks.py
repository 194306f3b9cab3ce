"""Telling customers: their servers after Standard Webhooks, over the guarded way out, and mailboxes; and in memory."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from assay.adapters.egress import HttpEgress
from assay.adapters.mail import SmtpMail
from assay.core.callbacks import check_mailbox, is_mail
from assay.core.delivery import Outcome, outcome_of, signed_headers
from assay.core.errors import AssayError, Invalid
from assay.core.ports import Message

_SECONDS_MAX: Final = 15.0
_NO_RELAY: Final = (
    "This installation sends no mail: give an http or https address, or have ASSAY_SMTP_HOST and ASSAY_MAIL_FROM set, "
    "and ASSAY_EGRESS on."
)


class HttpCallbacks:
    """The port ``Callbacks``. Redirects are not followed: who may be told was decided when the address was set."""

    def __init__(self, egress: HttpEgress, mail: SmtpMail | None = None, *, seconds_max: float = _SECONDS_MAX) -> None:
        """``mail``: none where the installation has no relay."""
        self._egress = egress
        self._mail = mail
        self._seconds_max = seconds_max

    def check(self, address: str) -> None:
        """See the port."""
        if not is_mail(address):
            self._egress.check(address)
            return
        check_mailbox(address)
        if self._mail is None:
            raise Invalid(_NO_RELAY)

    async def send(self, message: Message, now: datetime) -> Outcome:
        if is_mail(message.address):
            return Outcome("retry", None, _NO_RELAY) if self._mail is None else await self._mail.send(message, now)
        try:
            answer = await self._egress.request(
                "POST",
                message.address,
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

    def check(self, address: str) -> None:
        """Takes every address."""

    async def send(self, message: Message, now: datetime) -> Outcome:
        try:
            sent = Sent(message.address, _headers(message, now), message.body)
        except AssayError as error:
            return Outcome("retry", None, error.message)
        status = self._respond(sent)
        if status is None:
            return Outcome("retry", None, "The receiver did not answer.")
        self.sent.append(sent)
        return outcome_of(status)


def _headers(message: Message, now: datetime) -> dict[str, str]:
    signed = signed_headers(message.id, now, message.body, message.secrets)
    return {"content-type": "application/json", **message.headers, **signed}
