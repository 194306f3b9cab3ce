"""A server that the unmodified libraries talk to over real sockets.

client()     boto3's client with a live manager's key; client("test"), client(role="auditor"), client(url=…)
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime
from typing import Literal

import pytest
from litestar import Litestar

from assay.services import signing_keys
from harness import Clock, Organization
from requesting import Requester
from speaking import listening

Make = Callable[..., Awaitable[Requester]]


@pytest.fixture(scope="session")
async def url(_app: Litestar) -> AsyncIterator[str]:
    async with listening(_app) as port:
        yield f"http://127.0.0.1:{port}"


@pytest.fixture(autouse=True)
def _this_moment(clock: Clock) -> None:
    """Libraries sign with the machine's clock, so the house's is set to it; from there on it stands still."""
    clock.now = datetime.now(UTC)


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
