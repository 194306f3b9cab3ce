"""A project's progress, told as it changes."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from typing import Final
from uuid import UUID

import msgspec
from litestar import get
from litestar.params import FromPath
from litestar.response import Stream

from assay.core.errors import AssayError, Unavailable
from assay.faces.http import AnyRequest, enter, house
from assay.faces.native.projects import progress_of
from assay.services import projects
from assay.services.context import SYSTEM, Context

HEARTBEAT_SECONDS: Final = 15.0
# How long somebody whose session ended, or whose role changed, may go on watching.
CHECK_SECONDS: Final = 5.0

_RETRY = b"retry: 2000\n\n"
_HEARTBEAT = b": still here\n\n"


@get(
    "/projects/{project_id:uuid}/progress/stream",
    opt={"permission": "project.read"},
    operation_id="watch_progress",
    tags=["Projects"],
)
async def watch_progress(request: AnyRequest, project_id: FromPath[UUID]) -> Stream:
    """Server-sent events: `progress`, with the same data as the progress, at once and whenever it changes.

    At most two a second; a comment every 15 seconds shows that the line is up. Ends when the session does.
    """
    async with enter(request) as context:
        await projects.get(context, project_id)
        organization_id = context.organization_id
    return Stream(
        _events(request, organization_id, project_id),
        media_type="text/event-stream",
        # Proxies that gather output before they pass it on would make this a stream of nothing.
        headers={"cache-control": "no-store", "x-accel-buffering": "no"},
    )


async def _events(request: AnyRequest, organization_id: UUID, project_id: UUID) -> AsyncIterator[bytes]:
    home = house(request)

    async def look() -> bytes:
        async with home.database.tenant(organization_id) as tenant:
            context = Context(tenant, home.clock(), SYSTEM, home.random_bytes, home.chance)
            return msgspec.json.encode(progress_of(project_id, await projects.progress(context, project_id)))

    yield _RETRY
    told = checked = time.monotonic()
    key = ("progress", organization_id, project_id)
    async for value in home.watching.changes(key, look, quiet_seconds=CHECK_SECONDS):
        now = time.monotonic()
        if now - checked >= CHECK_SECONDS:
            if not await _may_go_on(request):
                return
            checked = now
        if value is not None:
            yield b"event: progress\ndata: " + value + b"\n\n"
            told = now
        elif now - told >= HEARTBEAT_SECONDS - CHECK_SECONDS / 2:
            yield _HEARTBEAT
            told = now


async def _may_go_on(request: AnyRequest) -> bool:
    try:
        async with enter(request):
            return True
    except Unavailable:
        return True
    except AssayError:
        return False


HANDLERS = [watch_progress]
