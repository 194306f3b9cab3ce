"""The unmodified client of the other dialect, and what happens on our side between two of its calls.

It is synchronous, so it is called in threads while the server answers on the tests' own loop.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import scaleapi
import uvicorn
from litestar.types import ASGIApp

from assay.core.errors import AssayError
from assay.services import labeling, resolution, routing
from assay.services.context import SYSTEM
from harness import Organization

PHOTO = "https://photos.acme.org/street.png"
BOXES = {"box": {"objects_to_annotate": ["car", "sign"]}}


@asynccontextmanager
async def listening(app: ASGIApp, **options: Any) -> AsyncIterator[int]:
    """The port of a server for the application."""
    # Said to be TCP, or asyncio leaves small answers waiting for 40 ms (Nagle).
    with socket.socket(proto=socket.IPPROTO_TCP) as listener:
        listener.bind(("127.0.0.1", 0))
        server = uvicorn.Server(
            uvicorn.Config(app, loop="none", http="httptools", ws="none", log_level="error", **options)
        )
        serving = asyncio.create_task(server._serve(sockets=[listener]))
        while not server.started:  # noqa: ASYNC110 - the server tells it nowhere else
            await asyncio.sleep(0.01)
        yield listener.getsockname()[1]
        server.should_exit = True
        await serving


@dataclass(frozen=True)
class Speaker:
    """The client, and its methods to be awaited: ``await speaker.get_task(id)``."""

    client: scaleapi.ScaleClient
    key: str
    base: str

    def __getattr__(self, name: str) -> Callable[..., Awaitable[Any]]:
        method = getattr(self.client, name)

        async def call(*args: Any, **named: Any) -> Any:
            return await asyncio.to_thread(method, *args, **named)

        return call

    async def gathered(self, name: str, **named: Any) -> list[Any]:
        """Everything that one of the client's generators gives."""
        return await asyncio.to_thread(lambda: list(getattr(self.client, name)(**named)))


Speak = Callable[..., Awaitable[Speaker]]


Finish = Callable[..., Awaitable[None]]


async def advanced(organization: Organization) -> None:
    """Everything that is due is decided, as the job that does it would."""
    async with organization.context_for(SYSTEM) as context:
        rows = await context.tenant.fetch("select distinct task_id from queue.due_tasks where organization_id = $1")
        await resolution.advance_all(context, [row["task_id"] for row in rows])
        await context.tenant.execute("delete from queue.due_tasks where organization_id = $1")


async def answered(organization: Organization, answer: dict[str, Any]) -> None:
    async with organization.context_for("annotator") as context:
        rows = await context.tenant.fetch("select id from projects where organization_id = $1")
        for row in rows:
            try:
                while (claimed := await routing.claim_next(context, row["id"], "annotate")) is not None:
                    await labeling.submit(context, claimed.turn.id, answer, 3.0)
            except AssayError as error:
                raise AssertionError(f"the answer was refused: {error.message}") from error


async def a_turn(organization: Organization) -> dict[str, Any]:
    """What the annotator is given in the only project that has work."""
    annotator = await organization.client_for("annotator")
    work = (await annotator.get("/v1/work/projects")).json()["items"]
    project = next(one for one in work if one["annotate_open"])
    turn: dict[str, Any] = (await annotator.post(f"/v1/work/projects/{project['id']}/claim", json={})).json()
    return turn
