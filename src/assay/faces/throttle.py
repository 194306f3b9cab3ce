"""A brake on guessing: each network may miss a few times, then once in a while.

Tokens are 256 bits of chance, so nobody guesses one; the brake keeps the attempts from costing the database. It never
locks a person out: a token that was good lately passes however much its network misses, and another network is not
touched. Kept in memory and bounded; a restart forgets it.
"""

from __future__ import annotations

import ipaddress
from collections import OrderedDict
from datetime import datetime
from functools import lru_cache
from typing import Final

from assay.core.errors import Throttled
from assay.core.tokens import Token

MISSES_AT_ONCE: Final = 30
MISSES_PER_SECOND: Final = 1.0
NETWORKS_MAX: Final = 10_000
KNOWN_MAX: Final = 20_000


class Gate:
    """Who may try. ``check`` before a lookup, then ``missed`` or ``passed``."""

    def __init__(
        self,
        *,
        at_once: int = MISSES_AT_ONCE,
        per_second: float = MISSES_PER_SECOND,
        networks_max: int = NETWORKS_MAX,
        known_max: int = KNOWN_MAX,
    ) -> None:
        self._at_once = at_once
        self._per_second = per_second
        self._networks_max = networks_max
        self._known_max = known_max
        # How many misses each network has left, as of a moment. The least recent goes first.
        self._left: OrderedDict[str, tuple[float, datetime]] = OrderedDict()
        # Hashes of tokens that were good, so that guessing cannot shut out those who share the guesser's network.
        self._known: OrderedDict[bytes, None] = OrderedDict()

    def check(self, network: str, token: Token, now: datetime) -> None:
        """Raises ``Throttled`` when this network has no miss left and the token is not known to be good."""
        if token.hash not in self._known and self._misses_left(network, now) < 1.0:
            raise Throttled("Too many failed attempts from your network. Wait a few seconds, then try again.")

    def missed(self, network: str, token: Token, now: datetime) -> None:
        self._known.pop(token.hash, None)
        self._left[network] = (max(0.0, self._misses_left(network, now) - 1.0), now)
        self._left.move_to_end(network)
        if len(self._left) > self._networks_max:
            self._left.popitem(last=False)

    def passed(self, token: Token) -> None:
        self._known[token.hash] = None
        self._known.move_to_end(token.hash)
        if len(self._known) > self._known_max:
            self._known.popitem(last=False)

    def _misses_left(self, network: str, now: datetime) -> float:
        left, since = self._left.get(network, (float(self._at_once), now))
        # A clock that was set back gives nothing and takes nothing.
        seconds = max(0.0, (now - since).total_seconds())
        return min(float(self._at_once), left + seconds * self._per_second)


@lru_cache(maxsize=4096)
def network(address: str) -> str:
    """What an attacker pays for: one IPv4 address, or the /64 of an IPv6 address, which is given out whole."""
    try:
        parsed = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address[:64]
    if isinstance(parsed, ipaddress.IPv6Address):
        if parsed.ipv4_mapped is not None:
            return str(parsed.ipv4_mapped)
        return str(ipaddress.ip_network((parsed, 64), strict=False))
    return str(parsed)
