"""Where callbacks may go: an http or https address, or the address of a mailbox."""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import urlsplit

from assay.core.errors import Invalid

ADDRESS_LENGTH_MAX: Final = 2048
# What mail servers take without being asked first: ASCII, one name before the @ and a host of at least two parts after
# it (RFC 5321, without quoted names and numeric hosts).
_NAME: Final = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*"
_PART: Final = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_MAILBOX: Final = re.compile(rf"{_NAME}@{_PART}(?:\.{_PART})+")
_NAME_LENGTH_MAX, _MAILBOX_LENGTH_MAX = 64, 254


def is_mail(address: str) -> bool:
    """Whether it looks like a mailbox rather than like an address of the web."""
    return "://" not in address and "@" in address


def host_of(address: str) -> str:
    """Where it leads, for people and for events: the rest of an address may be a secret or a person's name."""
    return address.rpartition("@")[2] if is_mail(address) else urlsplit(address).hostname or ""


def check_mailbox(address: str) -> None:
    """Raises ``Invalid`` for what mail cannot be sent to."""
    if (
        len(address) > _MAILBOX_LENGTH_MAX
        or not _MAILBOX.fullmatch(address)
        or len(address.partition("@")[0]) > _NAME_LENGTH_MAX
    ):
        raise Invalid("This is not an e-mail address that mail can be sent to.")
