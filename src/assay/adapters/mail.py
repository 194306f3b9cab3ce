"""Mail, by the one relay that the installation names: from the standard library, in a thread.

The relay is the operator's own and named in the settings, so it is no address that a customer could choose; what
customers choose is the mailbox.
"""

from __future__ import annotations

import asyncio
import smtplib
import ssl
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime
from typing import Final

from assay.core.delivery import Outcome
from assay.core.ports import Message

_SECONDS_MAX: Final = 15.0
# Beyond it relays begin to refuse; the mail says then where to look instead.
ATTACHED_BYTES_MAX: Final = 5 * 1024 * 1024
# Connections to the relay at once.
_TOGETHER: Final = 4


@dataclass(frozen=True)
class Relay:
    """Who takes our mail. ``security``: ``starttls`` asks for TLS and sends nothing without, ``tls`` speaks nothing
    else, ``off`` is for a relay on the same machine. ``sender`` is the mailbox that mail comes from."""

    host: str
    port: int
    sender: str
    security: str = "starttls"
    user: str | None = None
    password: str | None = None


class SmtpMail:
    """Sends what a callback says to a mailbox. One for the whole process."""

    def __init__(self, relay: Relay, *, trusted: ssl.SSLContext | None = None) -> None:
        """``trusted``: which certificates of the relay are believed; the system's own by default."""
        self._relay = relay
        self._trusted = trusted or ssl.create_default_context()
        self._free = asyncio.Semaphore(_TOGETHER)

    async def send(self, message: Message, now: datetime) -> Outcome:
        """One attempt. The status is the relay's reply (250 is success)."""
        letter = written(message, self._relay.sender, now)
        async with self._free:
            try:
                await asyncio.to_thread(self._hand_over, letter)
            except smtplib.SMTPRecipientsRefused as error:
                code = next(iter(error.recipients.values()))[0]
                return Outcome("retry", code, f"The mail relay does not take mail for this mailbox ({code}).")
            except smtplib.SMTPResponseException as error:
                return Outcome("retry", error.smtp_code, f"The mail relay answered {error.smtp_code}.")
            except (OSError, smtplib.SMTPException, ValueError) as error:
                return Outcome("retry", None, f"The mail relay could not be asked ({_plainly(error)}).")
        return Outcome("delivered", 250)

    def _hand_over(self, letter: EmailMessage) -> None:
        relay = self._relay
        if relay.security == "tls":
            server: smtplib.SMTP = smtplib.SMTP_SSL(relay.host, relay.port, timeout=_SECONDS_MAX, context=self._trusted)
        else:
            server = smtplib.SMTP(relay.host, relay.port, timeout=_SECONDS_MAX)
        with server:
            if relay.security == "starttls":
                server.starttls(context=self._trusted)
            if relay.user is not None:
                server.login(relay.user, relay.password or "")
            server.send_message(letter)


def written(message: Message, sender: str, now: datetime) -> EmailMessage:
    """The mail: a letter as it is, or what happened in words with the callback as a file. Each attempt is the same mail
    by its id."""
    letter = EmailMessage()
    letter["From"], letter["To"], letter["Subject"] = sender, message.address, message.title
    letter["Date"] = format_datetime(now)
    letter["Message-ID"] = f"<{message.id}@{sender.rpartition('@')[2]}>"
    # So that holiday notices do not answer (RFC 3834).
    letter["Auto-Submitted"] = "auto-generated"
    if message.letter:
        letter.set_content(message.letter)
    elif len(message.body) <= ATTACHED_BYTES_MAX:
        letter.set_content(f"{message.title}.\n\nWhat came out is in the file callback.json.\n")
        letter.add_attachment(message.body, maintype="application", subtype="json", filename="callback.json")
    else:
        letter.set_content(f"{message.title}.\n\nWhat came out is too large for mail; ask the API for it.\n")
    return letter


def _plainly(error: Exception) -> str:
    """What went wrong without what the other side said."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return "its certificate is not valid"
    if isinstance(error, smtplib.SMTPNotSupportedError):
        return "it does not offer what the settings ask for: TLS, or signing in"
    if isinstance(error, TimeoutError):
        return "it did not answer in time"
    # The library's own errors are OSErrors too.
    talked = isinstance(error, smtplib.SMTPException) or not isinstance(error, OSError)
    return "the talk failed" if talked else "no connection"
