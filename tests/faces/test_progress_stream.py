"""Watching a project's progress, over a real socket."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from assay.core.errors import NotFound
from assay.faces.broadcast import Broadcast
from assay.faces.native import progress
from assay.services import accounts
from harness import Organization
from street import answer, box, new_street, served


@dataclass
class Watcher:
    """The events of one open stream."""

    lines: AsyncIterator[str]

    async def next(self) -> dict[str, Any]:
        """The next progress, passing comments over."""
        async with asyncio.timeout(10):
            async for line in self.lines:
                if line.startswith("data: "):
                    found: dict[str, Any] = json.loads(line.removeprefix("data: "))
                    return found
        raise AssertionError("the stream ended")


@asynccontextmanager
async def watching(client: httpx.AsyncClient, project_id: object) -> AsyncIterator[Watcher]:
    async with client.stream("GET", f"/v1/projects/{project_id}/progress/stream", timeout=30) as response:
        assert response.status_code == 200
        assert response.headers["content-type"].startswith("text/event-stream")
        yield Watcher(response.aiter_lines())


async def test_a_change_is_told_within_a_second_and_only_changes_are_told(organization: Organization) -> None:
    street = await new_street(organization)
    await street.add_tasks("a.jpg", "b.jpg")

    async with served(organization) as client, watching(client, street.project_id) as watcher:
        first = await watcher.next()
        await street.accept("a.jpg", answer(box("x", 1, 1, 9, 9)))
        async with asyncio.timeout(2):
            second = await watcher.next()
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(1.5):
                await watcher.next()

    assert (first["total"], first["completed"]) == (2, 0)
    assert (second["total"], second["completed"]) == (2, 1)
    path = f"/v1/projects/{street.project_id}/progress"
    assert second == (await (await organization.client_for("manager")).get(path)).json()


async def test_everyone_who_watches_shares_one_look_and_nobody_left_ends_it(organization: Organization) -> None:
    street = await new_street(organization)
    house = organization.house

    async with served(organization) as client:
        async with watching(client, street.project_id) as one, watching(client, street.project_id) as two:
            assert await one.next() == await two.next()
            assert house.watching.looking == 1
        for _ in range(100):
            if house.watching.looking == 0:
                break
            await asyncio.sleep(0.02)

    assert house.watching.looking == 0


async def test_the_stream_ends_with_the_session(organization: Organization, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress, "CHECK_SECONDS", 0.2)
    street = await new_street(organization)
    reviewer = await organization.add("reviewer")

    async with served(organization, reviewer) as client:
        path = f"/v1/projects/{street.project_id}/progress/stream"
        async with client.stream("GET", path, timeout=10) as response, asyncio.timeout(10):
            lines = response.aiter_lines()
            async for line in lines:
                if line.startswith("data: "):
                    break
            async with organization.context_for("owner") as context:
                await accounts.change_member(context, reviewer.id, disabled=True)
            # Ends by itself, and cleanly.
            rest = [line async for line in lines]

    assert not any(line.startswith("data: ") for line in rest)


async def test_a_quiet_line_shows_that_it_is_up(organization: Organization, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress, "CHECK_SECONDS", 0.2)
    monkeypatch.setattr(progress, "HEARTBEAT_SECONDS", 0.5)
    street = await new_street(organization)

    async with served(organization) as client:
        path = f"/v1/projects/{street.project_id}/progress/stream"
        async with client.stream("GET", path, timeout=10) as response, asyncio.timeout(5):
            async for line in response.aiter_lines():
                if line.startswith(":"):
                    break

    assert line == ": still here"


async def test_who_may_not_read_the_project_may_not_watch_it(
    organization: Organization, neighbour: Organization
) -> None:
    street = await new_street(organization)
    path = f"/v1/projects/{street.project_id}/progress/stream"

    annotator = await (await organization.client_for("annotator")).get(path)
    stranger = await (await neighbour.client_for("owner")).get(path)

    assert (annotator.status_code, stranger.status_code) == (403, 404)


async def test_what_is_gone_ends_every_stream_of_it() -> None:
    async def look() -> bytes:
        raise NotFound("gone")

    broadcast = Broadcast()
    with pytest.raises(NotFound):
        async for _ in broadcast.changes("x", look, quiet_seconds=1):
            pass

    assert broadcast.looking == 0


async def test_closing_ends_streams_at_once() -> None:
    async def look() -> bytes:
        return b"same"

    broadcast = Broadcast()
    async with asyncio.timeout(2):
        async for value in broadcast.changes("x", look, quiet_seconds=60):
            assert value == b"same"
            asyncio.get_running_loop().call_later(0.05, broadcast.close)

    assert broadcast.looking == 0
