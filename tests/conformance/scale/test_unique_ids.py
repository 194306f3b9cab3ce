"""A customer's own id for a task: once in a mode, whatever happens at the same time."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import scaleapi
from litestar import Litestar
from litestar.types import Message, Receive, Scope, Send
from scaleapi.exceptions import ScaleDuplicateResource, ScaleInvalidRequest
from scaleapi.tasks import Task, TaskType

from speaking import BOXES, PHOTO, Speak, Speaker, listening


@pytest.fixture
async def speaker(speak: Speak) -> Speaker:
    made = await speak()
    for name in ("Cars", "Signs"):
        await made.create_project(name, TaskType.ImageAnnotation, {"geometries": BOXES})
    return made


def create(client: scaleapi.ScaleClient, unique_id: str | None, project: str = "Cars") -> Task:
    task: Task = client.create_task(
        TaskType.ImageAnnotation, project=project, attachment=PHOTO, **({"unique_id": unique_id} if unique_id else {})
    )
    return task


async def test_a_hundred_threads_that_create_one_unique_id_leave_one_task(speaker: Speaker) -> None:
    def attempt(_: int) -> str:
        try:
            return str(create(speaker.client, "one").id)
        except ScaleDuplicateResource:
            return ""

    loop = asyncio.get_running_loop()
    with ThreadPoolExecutor(100) as pool:
        made = await asyncio.gather(*(loop.run_in_executor(pool, attempt, n) for n in range(100)))

    assert len([task_id for task_id in made if task_id]) == 1
    page = await speaker.tasks()
    assert ([task.id for task in page.docs], page.total) == ([task_id for task_id in made if task_id], 1)


async def test_a_unique_id_is_taken_in_every_project_and_for_the_same_payload(speaker: Speaker) -> None:
    await asyncio.to_thread(create, speaker.client, "one")

    for project in ("Cars", "Signs"):
        with pytest.raises(ScaleDuplicateResource, match="one"):
            await asyncio.to_thread(create, speaker.client, "one", project)


async def test_a_unique_id_is_changed_taken_away_and_given_again(speaker: Speaker) -> None:
    first, second = [await asyncio.to_thread(create, speaker.client, name) for name in ("first", "second")]

    assert (await speaker.update_task_unique_id(first.id, "renamed")).unique_id == "renamed"
    with pytest.raises(ScaleDuplicateResource):
        await speaker.update_task_unique_id(first.id, "second")
    assert "unique_id" not in (await speaker.clear_task_unique_id(second.id)).as_dict()
    assert (await speaker.update_task_unique_id(first.id, "second")).unique_id == "second"
    # Saying what is so already is no conflict.
    assert (await speaker.update_task_unique_id(first.id, "second")).unique_id == "second"
    assert "unique_id" not in (await speaker.clear_task_unique_id(second.id)).as_dict()
    with pytest.raises(ScaleInvalidRequest):
        await speaker.update_task_unique_id(first.id, "")


@pytest.mark.parametrize("unique_id", ["a&b", "50 %", "#1", "ü/ö", "a,b", "x" * 512])
async def test_a_unique_id_may_be_anything(speaker: Speaker, unique_id: str) -> None:
    made = await asyncio.to_thread(create, speaker.client, unique_id)

    assert [task.id for task in (await speaker.tasks(unique_id=unique_id)).docs] == [made.id]


class Faltering:
    """The application, whose first answer to a creation is lost: the task is there, and the client is told 503."""

    def __init__(self, app: Litestar) -> None:
        self.app = app
        self.lost = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        asked: Any = scope
        if asked.get("method") != "POST" or "/task/" not in asked["path"] or self.lost:
            await self.app(scope, receive, send)
            return
        self.lost += 1

        async def lose(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["status"] = 503
            await send(message)

        await self.app(scope, receive, lose)


@pytest.fixture
async def faltering_url(_app: Litestar, authority: Path) -> AsyncIterator[str]:
    pem = str(authority.with_name("server.pem"))
    async with listening(Faltering(_app), ssl_certfile=pem, ssl_keyfile=pem) as port:
        yield f"https://localhost:{port}/scale/v1"


async def test_a_client_whose_first_answer_was_lost_is_given_the_task_it_made(
    speaker: Speaker, faltering_url: str, authority: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its retry is a conflict, after which it asks for the unique id, knowing only the environment's certificates."""
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(authority))
    client: Any = scaleapi.ScaleClient(speaker.key, api_instance_url=faltering_url)

    task = await asyncio.to_thread(create, client, "one")

    page = await speaker.tasks()
    assert task.unique_id == "one"
    assert [(one.id, one.unique_id) for one in page.docs] == [(task.id, "one")]


async def test_one_that_is_taken_before_the_first_try_is_a_conflict_over_https_too(speak: Speak) -> None:
    speaker = await speak(tls=True)
    await speaker.create_project("Cars", TaskType.ImageAnnotation, {"geometries": BOXES})
    await asyncio.to_thread(create, speaker.client, "one")

    with pytest.raises(ScaleDuplicateResource):
        await asyncio.to_thread(create, speaker.client, "one")
