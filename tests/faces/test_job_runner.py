"""Jobs that outlive what interrupts them."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import cast
from uuid import UUID

import asyncpg
import pytest

from assay.faces.jobs import runner as runner_module
from assay.faces.jobs.runner import Bell, Runner
from assay.faces.jobs.workshop import ATTEMPTS_MAX, Workshop
from assay.services.context import SYSTEM
from assay.store import jobs
from assay.store.connection import Database
from assay.store.jobs import Job
from harness import Organization

KIND = "test_of_the_runner"


class Desk:
    """A handler that waits until it is let go, and counts."""

    def __init__(self) -> None:
        self.started = asyncio.Event()
        self.let_go = asyncio.Event()
        self.done: list[UUID] = []

    async def handle(self, _: Workshop, job: Job, __: int) -> None:
        self.started.set()
        await self.let_go.wait()
        self.done.append(job.subject)


@pytest.fixture
def desk(monkeypatch: pytest.MonkeyPatch) -> Desk:
    made = Desk()
    monkeypatch.setattr(runner_module, "HANDLERS", {KIND: made.handle})
    monkeypatch.setattr(runner_module, "ROUNDS", {})
    return made


@contextlib.asynccontextmanager
async def running(database: Database) -> AsyncIterator[None]:
    runner = Runner(cast(Workshop, object()), database, Bell())
    await runner.start()
    yield
    await runner.stop()


async def one_job(organization: Organization) -> UUID:
    async with organization.context_for(SYSTEM) as context:
        subject = context.new_id()
        await jobs.enqueue(context.tenant, KIND, [subject])
    return subject


async def test_a_job_cut_short_by_a_stop_is_done_after_the_next_start(
    organization: Organization, database: Database, desk: Desk
) -> None:
    """It is not dropped as cancelled."""
    subject = await one_job(organization)
    async with running(database):
        await asyncio.wait_for(desk.started.wait(), 10)
    assert desk.done == []

    desk.let_go.set()
    async with running(database):
        for _ in range(200):
            if desk.done:
                break
            await asyncio.sleep(0.05)

    assert desk.done == [subject]


async def test_a_job_set_aside_before_its_last_try_is_taken_up_again(
    organization: Organization, database_url: str
) -> None:
    """So is what could not be queued again because the database was away; one that has run out of tries is not."""
    subjects = [await one_job(organization) for _ in range(2)]
    connection = await asyncpg.connect(database_url)
    mine = "convert_from(payload, 'UTF8') like '%' || $1 || '%'"
    try:
        for subject, attempts in zip(subjects, (0, ATTEMPTS_MAX - 1), strict=True):
            await connection.execute(
                f"update queue.pgqueuer set status = 'failed', attempts = $2 where {mine}", str(subject), attempts
            )

        revived = await jobs.revive(connection, ATTEMPTS_MAX)
        states = [
            tuple(row)
            for subject in subjects
            for row in await connection.fetch(f"select status, attempts from queue.pgqueuer where {mine}", str(subject))
        ]
    finally:
        await connection.execute("delete from queue.pgqueuer where entrypoint = $1", KIND)
        await connection.close()

    assert revived == 1
    assert states == [("queued", 1), ("failed", ATTEMPTS_MAX - 1)]
