"""What every service is told: who asks, when, and in which tenant; and where ids and chance come from.

Time, ids, randomness and the caller are arguments, so that a test can be any of them.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import count
from typing import Literal, Protocol
from uuid import UUID

import asyncpg
from asyncpg.pgproto import pgproto

from assay.core import ids, permissions
from assay.core.errors import Forbidden, NotFound
from assay.core.permissions import Permission, Role
from assay.core.tasks import Stage
from assay.store import accounts
from assay.store.connection import Tenant

CallerKind = Literal["member", "worker", "key", "system"]


@dataclass(frozen=True)
class Caller:
    """Who is asking. ``worker_id`` is set for a member who can hold turns; ``key_id`` for an API key."""

    kind: CallerKind
    role: Role
    member_id: UUID | None = None
    worker_id: UUID | None = None
    key_id: UUID | None = None
    name: str = ""
    email: str = ""
    mode: Literal["live", "test"] = "live"

    @property
    def actor(self) -> tuple[CallerKind, UUID | None]:
        """As an event records it."""
        if self.kind == "key":
            return "key", self.key_id
        return self.kind, self.member_id


class Tenants(Protocol):
    """Opens a tenant: what a face needs of the database."""

    def tenant(self, organization_id: UUID, *, durable: bool = True) -> AbstractAsyncContextManager[Tenant]:
        """A transaction that sees one organization; committed on leaving, rolled back on any exception."""

    async def at_once(self, organization_id: UUID, sql: str, *args: object) -> asyncpg.Record | None:
        """The answer to one call of a function of the schema, which others may travel with."""


SYSTEM = Caller(kind="system", role="owner", name="Assay")


@dataclass(frozen=True)
class Context:
    """One request, or one job, at work in one tenant.

    ``chance`` gives floats in [0, 1); ``random_bytes`` gives n unguessable bytes.
    """

    tenant: Tenant
    now: datetime
    caller: Caller
    random_bytes: Callable[[int], bytes]
    chance: Callable[[], float]
    # Turns opened in this transaction: project, stage and queue position. Whoever commits passes them on.
    opened: list[tuple[UUID, Stage, int]] = field(default_factory=list, init=False)
    _made: Iterator[int] = field(default_factory=count, init=False, repr=False, compare=False)

    @property
    def organization_id(self) -> UUID:
        return self.tenant.organization_id

    def new_id(self) -> UUID:
        """An id that sorts after those this context made before, though all carry the same millisecond: RFC 9562
        allows the 12 bits after the time to count (section 6.2, method 1)."""
        chance = self.random_bytes(8)
        return ids.uuid7(int(self.now.timestamp() * 1000), (next(self._made) << 4 & 0xFFFF).to_bytes(2) + chance)

    def new_ids(self, count: int) -> list[UUID]:
        """``count`` ids in ascending order, so that rows keep the order they came in."""
        made = ids.uuid7s(int(self.now.timestamp() * 1000), self.random_bytes(ids.RANDOM_BYTES * count))
        # The driver's own kind of UUID, which it sends without a detour through Python.
        return [pgproto.UUID(id_) for id_ in made]

    def require(self, permission: Permission) -> None:
        """Raises ``Forbidden`` unless the caller's role carries the permission."""
        if not permissions.may(self.caller.role, permission):
            raise Forbidden(f"Your role ({self.caller.role}) does not allow this ({permission}).")

    def require_live(self) -> None:
        """Raises ``Forbidden`` for a test key: people, keys and webhooks are real, whatever the key is for."""
        if self.caller.mode == "test":
            raise Forbidden("A test key reaches test projects only; use a live key, or sign in.")

    def mode(self, asked: Literal["live", "test"] | None = None) -> Literal["live", "test"]:
        """Which of the two worlds is meant: the caller's, unless another is asked for. Raises ``Forbidden`` for a test
        key that asks for the live one."""
        if asked == "live":
            self.require_live()
        return asked or self.caller.mode

    @asynccontextmanager
    async def market(self) -> AsyncIterator[Tenant]:
        """The market's room, in the same transaction, as far as the caller may see it: a requester's organization sees
        what concerns it, a freelancer what concerns them, and the market's own people and jobs see everything.

        Raises ``NotFound`` for an organization that trades on no market.
        """
        home = self.tenant
        market_id = await accounts.market_of(home)
        if market_id is None:
            raise NotFound("Your organization is not on a market. Whoever runs this installation can bring it there.")
        party: UUID | None = home.organization_id
        if market_id == home.organization_id:
            # Those who work there are freelancers; everybody else with a way in runs the market.
            party = self.worker_id if self.caller.role == "annotator" else None
        async with home.room(market_id, party) as room:
            yield room

    @asynccontextmanager
    async def own_market(self) -> AsyncIterator[Tenant]:
        """The market's room, for its own people. Raises ``Forbidden`` for those who only trade there."""
        async with self.market() as room:
            if room.organization_id != self.organization_id or room.party is not None:
                raise Forbidden("Whoever runs the market does this; ask them.")
            yield room

    def at(self, tenant: Tenant) -> Context:
        """The same request at work in another room of its transaction."""
        there = replace(self, tenant=tenant)
        object.__setattr__(there, "opened", self.opened)
        object.__setattr__(there, "_made", self._made)
        return there

    @property
    def worker_id(self) -> UUID:
        """The caller as a worker. Raises ``Forbidden`` for a caller who cannot hold turns (an API key)."""
        if self.caller.worker_id is None:
            raise Forbidden("Only a signed-in person can hold turns; sign in with a link.")
        return self.caller.worker_id
