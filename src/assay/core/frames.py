"""Where customers' own pages are shown: in frames, each requester's on an origin of its own.

A customer's page is a program that somebody else wrote. On an origin apart from ours it can reach neither our pages nor
their cookies, and on one apart from other requesters' it cannot reach theirs: the browser keeps them apart. A frame is
opened with a ticket, which stands in the address and says whose turn it is; nobody is signed in there.
"""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit
from uuid import UUID

from assay.core.errors import Invalid, NotFound, Unavailable
from assay.core.ports import Seals

REQUESTER: Final = "{requester}"
PURPOSE: Final = "frame"
# What a page may do inside its frame. Without an origin of its own it would have no storage, and many break; that it
# has one is safe only because the origin is not ours.
SANDBOX: Final = "allow-scripts allow-forms allow-same-origin allow-popups allow-modals allow-downloads"
_TICKET_LENGTH_MAX: Final = 400


@dataclass(frozen=True)
class FrameOrigins:
    """Origins by requester, from one address with ``{requester}`` as its first label:
    ``https://{requester}.frames.example.org``."""

    scheme: str
    # With the port: everything after the requester's label.
    rest: str

    def of(self, requester_id: UUID) -> str:
        return f"{self.scheme}://{requester_id.hex}.{self.rest}"

    def requester_of(self, host: str) -> UUID | None:
        """Whose origin a request's ``Host`` names; none for a host that is no frame's."""
        label, _, rest = host.lower().partition(".")
        if rest != self.rest or len(label) != 32:
            return None
        try:
            return UUID(hex=label)
        except ValueError:
            return None

    @property
    def pattern(self) -> str:
        """All of them, as a content security policy names them."""
        return f"{self.scheme}://*.{self.rest}"


def frame_origins(address: str) -> FrameOrigins:
    """Raises ``Invalid`` for an address that gives requesters no origins of their own."""
    parts = urlsplit(address)
    host = parts.netloc.lower()
    plain = parts.path in ("", "/") and not parts.query and not parts.fragment and "@" not in host
    if parts.scheme not in ("http", "https") or not host.startswith(f"{REQUESTER}.") or not plain:
        raise Invalid(
            f"Write it as https://{REQUESTER}.frames.example.org, with a wildcard in DNS and certificate; it is "
            f"{address!r}.",
            "ASSAY_FRAMES_URL",
        )
    return FrameOrigins(parts.scheme, host.removeprefix(f"{REQUESTER}."))


def loopback_origins(port: int) -> FrameOrigins:
    """For a server on this machine: browsers take every name under ``localhost`` to be it."""
    return FrameOrigins("http", f"localhost:{port}")


@dataclass(frozen=True)
class Ticket:
    """What opens a frame: a turn (``engagement_id``), or a posting to be looked at before anybody accepts it."""

    market_id: UUID
    # Who was given it, and acts by it.
    freelancer_id: UUID
    posting_id: UUID
    # None for a look.
    engagement_id: UUID | None

    def seal(self, seals: Seals) -> str:
        """As it stands in an address: letters, digits, ``-`` and ``_``."""
        ids = [
            self.market_id,
            self.freelancer_id,
            self.posting_id,
            *([self.engagement_id] if self.engagement_id else []),
        ]
        sealed = seals.seal("".join(id_.hex for id_ in ids), PURPOSE)
        return base64.urlsafe_b64encode(sealed).decode().rstrip("=")


def open_ticket(text: str, seals: Seals) -> Ticket:
    """Raises ``NotFound`` for a text that is no ticket of ours."""
    try:
        if len(text) > _TICKET_LENGTH_MAX:
            raise ValueError("too long")
        opened = seals.unseal(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)), PURPOSE)
        ids = [UUID(hex=opened[start : start + 32]) for start in range(0, len(opened), 32)]
        return Ticket(ids[0], ids[1], ids[2], ids[3] if len(ids) > 3 else None)
    except (ValueError, IndexError, binascii.Error, Unavailable):
        raise NotFound("This page belongs to no turn. Open the job again from your list.") from None
