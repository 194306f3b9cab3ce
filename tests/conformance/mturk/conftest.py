"""A server that the unmodified libraries talk to over real sockets.

client()     boto3's client with a live manager's key; client("test"), client(role="auditor"), client(url=…)
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import datetime
from typing import Literal

import pytest
from litestar import Litestar

from assay.faces.http import House
from assay.services import signing_keys
from assay.store.connection import Database
from harness import Clock, Organization
from market import Market, new_market
from requesting import Requester
from speaking import listening

Make = Callable[..., Awaitable[Requester]]


@pytest.fixture(scope="session")
async def url(_app: Litestar) -> AsyncIterator[str]:
    async with listening(_app) as port:
        yield f"http://127.0.0.1:{port}"


@pytest.fixture(autouse=True)
def _one_clock(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    """The library signs with the house's clock, which tests move on by days."""

    def now(remove_tzinfo: bool = True) -> datetime:
        return clock().replace(tzinfo=None) if remove_tzinfo else clock()

    monkeypatch.setattr("botocore.auth.get_current_datetime", now)


@pytest.fixture
async def market(database: Database, app: Litestar, house: House) -> AsyncIterator[Market]:
    """One requester, with 10,000.00."""
    made = await new_market(database, app, house)
    yield made
    await made.check()
    await made.close()


@pytest.fixture
async def requester(market: Market, client: Make) -> Requester:
    """A program of the market's requester."""
    return await client(of=market.requester)


@pytest.fixture
def client(app: Litestar, organization: Organization, url: str) -> Make:
    async def made(
        mode: Literal["live", "test"] = "live",
        role: Literal["manager", "auditor"] = "manager",
        *,
        of: Organization | None = None,
        path: str = "/mturk",
        session_seconds: int | None = None,
    ) -> Requester:
        theirs = of or organization
        async with theirs.context_for("owner") as context:
            key = await signing_keys.make(
                context,
                theirs.house.seals,
                name=f"{mode} {role}",
                mode=mode,
                role=role,
                session_seconds=session_seconds,
            )
        return Requester.at(url + path, key)

    return made
