"""What is asked of the outside world. Each port has a memory version that passes the same tests as the real ones."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import BinaryIO, Protocol

from assay.core import payouts
from assay.core.delivery import Outcome
from assay.core.media_links import Grant
from assay.core.sigv4 import Credentials


class Blobs(Protocol):
    """Files by key. Keys are as ``media_links.check_key`` allows; every method raises ``Invalid`` for others,
    and ``Unavailable`` when the store does not answer."""

    async def put(self, key: str, content: bytes, content_type: str) -> None:
        """Write the whole file, or nothing. A file that was there is replaced."""

    async def put_file(self, key: str, file: BinaryIO, content_type: str) -> None:
        """The same from an open file at its start, which is never in memory as a whole."""

    async def get(self, key: str) -> bytes:
        """Raises ``NotFound``."""

    def stream(self, key: str) -> AsyncIterator[bytes]:
        """The file in pieces. Raises ``NotFound`` before the first."""

    async def delete(self, key: str) -> None:
        """Nothing happens when there is no such file."""

    async def exists(self, key: str) -> bool: ...

    async def size(self, key: str) -> int:
        """Bytes. Raises ``NotFound``."""

    def signed_url(self, key: str, *, expires_at: datetime, content_type: str, viewer: str) -> str:
        """A link to GET the file until ``expires_at``, served as ``content_type``, for ``viewer`` (an id)."""

    def check_url(self, key: str, query: Mapping[str, str], *, viewer: str, now: datetime) -> Grant:
        """What a link of ours allows ``viewer``. Raises ``Forbidden``."""


class Egress(Protocol):
    """The one way out. Addresses inside our own network are refused."""

    def check(self, url: str) -> None:
        """Refuses an address by its looks, before it is stored; what its name leads to is checked at each request.
        Raises ``Invalid``."""

    async def fetch(self, url: str, *, bytes_max: int, seconds_max: float) -> bytes:
        """The body at ``url``. Raises ``Invalid`` for an address that may not be asked or an answer that is no use,
        ``TooLarge`` over ``bytes_max``, ``Unavailable`` when nobody answers in time."""


@dataclass(frozen=True)
class Message:
    """One message to deliver. ``id`` stays the same over all attempts, by which a receiver knows a repeat.

    ``address`` is one of the web or a mailbox. ``secrets`` are ``whsec_…``; each signs, so that a receiver can change
    over. ``body`` is JSON, sent as it is, with ``headers`` of its own; ``title`` is what mail says it is about.
    ``letter``: what a mail says instead of carrying the body.
    """

    id: str
    address: str
    body: bytes
    secrets: Sequence[str]
    headers: Mapping[str, str] = field(default_factory=dict)
    title: str = ""
    letter: str = ""


class Callbacks(Protocol):
    """Tells a customer's server, or a mailbox."""

    def check(self, address: str) -> None:
        """Refuses an address by its looks, before it is stored. Raises ``Invalid``."""

    async def send(self, message: Message, now: datetime) -> Outcome:
        """One attempt; never raises for what a receiver does. ``now`` is the time it is signed with."""


class Payouts(Protocol):
    """Pays freelancers. ``tells``: whether ``look`` knows more than ``send`` did, or people say what became of it."""

    name: str
    tells: bool

    def check(self, destination: str) -> None:
        """Refuses a destination by its looks, before it is stored. Raises ``Invalid``."""

    async def send(self, payout: payouts.Payout) -> payouts.Outcome:
        """Pays, once for the payout's id however often it is asked. Raises ``Unavailable`` when nobody answers."""

    async def look(self, payout: payouts.Payout) -> payouts.Outcome:
        """What became of one that was sent. Raises ``Unavailable``."""


@dataclass(frozen=True)
class QueueMessage:
    """One message for a queue, by its address, or for a topic, by its name. ``body`` is JSON. ``region``: of queues
    whose address does not say one; ``topics_url``: where topics are, if not where Amazon has them."""

    topic: bool
    destination: str
    body: bytes
    credentials: Credentials
    region: str
    topics_url: str | None = None


class Queues(Protocol):
    """Puts messages where programs fetch them."""

    async def send(self, message: QueueMessage, now: datetime) -> Outcome:
        """One attempt; never raises for what a receiver does. ``now`` is the time it is signed with."""


class Seals(Protocol):
    """Secrets that must be read again, encrypted at rest."""

    def seal(self, secret: str, purpose: str) -> bytes:
        """``purpose`` (for example ``webhook:<id>``) must be named again to open it: a sealed value copied into
        another row cannot be opened there."""

    def unseal(self, sealed: bytes, purpose: str) -> str:
        """Raises ``Unavailable`` when no known key fits or the value was changed."""

    def is_current(self, sealed: bytes) -> bool:
        """Whether the key that seals now sealed it; one that did not may be taken away some day."""
