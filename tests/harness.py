"""What every test that needs the database builds on; the fixtures are in conftest.py.

One database serves a whole test process and each test gets a new organization, so tests are kept apart by row-level
security itself: a test that sees another test's rows has found a hole.
"""

from __future__ import annotations

import random
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Literal, cast
from uuid import UUID

import httpx
from litestar import Litestar

from assay.core import ids
from assay.core.errors import AssayError
from assay.faces.http import COOKIE, CSRF_HEADER, House
from assay.services import accounts
from assay.services.context import SYSTEM, Caller, Context
from assay.store.connection import Database

Role = Literal["owner", "manager", "reviewer", "annotator", "auditor"]
ROLES: tuple[Role, ...] = ("owner", "manager", "reviewer", "annotator", "auditor")
# What lies at which address, for as much of the outside world as tests need.
PAGES: dict[str, bytes | AssayError] = {}
# Over https, as cookies are marked Secure.
BASE_URL = "https://assay.test"


@dataclass
class Clock:
    """A clock that stands still until it is told: ``clock()`` is now, ``clock.advance(60)`` a minute passes."""

    now: datetime = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def advance(self, seconds: float) -> datetime:
        self.now += timedelta(seconds=seconds)
        return self.now


@dataclass(frozen=True)
class Person:
    """A member, as a service sees them (``caller``) and as a browser does (``session``, the cookie's value)."""

    id: UUID
    worker_id: UUID | None
    name: str
    email: str
    role: Role
    session: str

    @property
    def caller(self) -> Caller:
        return Caller("member", self.role, self.id, self.worker_id, name=self.name, email=self.email)


@dataclass
class Organization:
    """A new tenant with one member of each role, and the ways to act in it.

        async with organization.context_for("manager") as context:       # a committed transaction
            await projects.create(context, ...)
        client = await organization.client_for("annotator")              # a browser, signed in
        second = await organization.add("annotator")                     # another person; give it instead of a role

    ``people`` holds the member that each role's name stands for.
    """

    id: UUID
    name: str
    database: Database
    app: Litestar
    house: House
    people: dict[Role, Person] = field(default_factory=dict)
    _clients: AsyncExitStack = field(default_factory=AsyncExitStack)

    @property
    def clock(self) -> Clock:
        return cast(Clock, self.house.clock)

    def person(self, who: Role | Person) -> Person:
        return who if isinstance(who, Person) else self.people[who]

    @asynccontextmanager
    async def context_for(self, who: Role | Person | Caller) -> AsyncIterator[Context]:
        """What a face gives to a service: the person's transaction, committed on leaving the block."""
        caller = who if isinstance(who, Caller) else self.person(who).caller
        async with self.database.tenant(self.id) as tenant:
            yield Context(tenant, self.clock(), caller, self.house.random_bytes, self.house.chance)

    async def add(self, role: Role, name: str | None = None, email: str | None = None) -> Person:
        """One more member, signed in."""
        async with self.context_for(SYSTEM) as context:
            return await self._add(context, role, name, email)

    async def _add(self, context: Context, role: Role, name: str | None = None, email: str | None = None) -> Person:
        number = context.random_bytes(4).hex()
        name, email = name or f"{role.title()} {number}", email or f"{role}.{number}@assay.test"
        return await self._let_in(context, await accounts.add_member(context, name, email, role))

    async def _let_in(self, context: Context, member: accounts.Member) -> Person:
        link = await accounts.make_sign_in_link(context, member.id)
        session = await accounts.sign_in(context, link.token)
        person = Person(member.id, member.worker_id, member.name, member.email, member.role, session.text)
        self.people.setdefault(member.role, person)
        return person

    async def client_for(self, who: Role | Person | None, headers: Mapping[str, str] = {}) -> httpx.AsyncClient:
        """A browser signed in as this person; None is a browser that is signed out. Closed after the test."""
        cookies = {COOKIE: self.person(who).session} if who is not None else {}
        return await self._client({CSRF_HEADER: "1", **headers}, cookies)

    async def key_client(
        self, mode: Literal["live", "test"] = "live", role: Role = "manager", headers: Mapping[str, str] = {}
    ) -> httpx.AsyncClient:
        """A program with an API key made by the owner. Closed after the test."""
        async with self.context_for("owner") as context:
            made = await accounts.make_api_key(context, f"{mode} {role}", mode, role)
        return await self._client({"authorization": f"Bearer {made.text}", **headers}, {})

    async def _client(self, headers: Mapping[str, str], cookies: Mapping[str, str]) -> httpx.AsyncClient:
        client = httpx.AsyncClient(
            # An exception that leaves the application fails the test where it happened.
            transport=httpx.ASGITransport(app=self.app, client=("192.0.2.1", 50000)),  # type: ignore[arg-type]
            base_url=BASE_URL,
            headers=dict(headers),
            cookies=dict(cookies),
        )
        return await self._clients.enter_async_context(client)

    async def close(self) -> None:
        await self._clients.aclose()


async def new_organization(database: Database, app: Litestar, house: House, name: str = "Orchard") -> Organization:
    """A tenant nobody has used, with one member of each role."""
    organization_id = ids.uuid7(int(house.clock().timestamp() * 1000), house.random_bytes(10))
    organization = Organization(organization_id, name, database, app, house)
    async with organization.context_for(SYSTEM) as context:
        owner = await accounts.create_organization(context, name, "Olive Owner", "olive@assay.test")
        await organization._let_in(context, owner)
        for role in ROLES[1:]:
            await organization._add(context, role)
    return organization


def deterministic_house(house: House, seed: str) -> House:
    """The house with a clock that stands still and with chance that repeats itself for the same seed."""
    source = random.Random(seed)
    return replace(house, clock=Clock(), random_bytes=source.randbytes, chance=source.random)
