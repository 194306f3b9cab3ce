"""A server of its own for a benchmark: started as a separate process, filled through the services.

    with stage.server() as server:          # a fresh home, removed afterwards
        asyncio.run(stage.fill(server, tasks=1000, workers=16, overlap=1))

The load then comes from the benchmark's process and the server's CPU time can be read apart from it.
"""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import asyncpg
import msgspec
import psutil

from assay.app import opened
from assay.config import Settings
from assay.core.intake import TaskRow
from assay.core.permissions import Role
from assay.core.photos import StoredPhoto
from assay.core.policy import FixedOverlap, Policy
from assay.core.taxonomy import Label, Taxonomy
from assay.services import accounts, intake, projects
from assay.services.context import SYSTEM, Context

SERVE = [sys.executable, "-m", "assay.cli.main", "serve", "--json"]

LABELS = ["person", "dog", "car"]


@dataclass(frozen=True)
class Server:
    """``dsn`` is a superuser's. ``settings`` open the same house in another process."""

    url: str
    dsn: str
    settings: Settings
    process: psutil.Process


@dataclass(frozen=True)
class Stage:
    """An organization with a project full of tasks. ``sessions`` are one cookie value for each worker."""

    organization_id: uuid.UUID
    project_id: uuid.UUID
    owner_session: str
    owner_key: str
    sessions: list[str]
    worker_ids: list[uuid.UUID]
    attachment_id: uuid.UUID


@contextlib.contextmanager
def server(**environment: str) -> Iterator[Server]:
    """A server process on a free port, over a fresh home; both are gone afterwards."""
    home = Path(tempfile.mkdtemp(prefix="assay-bench-", dir="/tmp"))
    home.chmod(0o755)
    env = {**os.environ, "ASSAY_HOME": str(home), "ASSAY_PORT": "0", **environment}
    process = subprocess.Popen(SERVE, env=env, stdout=subprocess.DEVNULL)
    try:
        yield attach(home, process)
    finally:
        process.send_signal(signal.SIGINT)
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
        shutil.rmtree(home, ignore_errors=True)


def attach(home: Path, process: subprocess.Popen[bytes]) -> Server:
    """Waits until the process answers."""
    state = home / "server.json"
    for _ in range(600):
        if process.poll() is not None:
            raise SystemExit(f"the server ended with {process.returncode}")
        with contextlib.suppress(OSError, ValueError):
            found = json.loads(state.read_text())
            if found["pid"] == process.pid:
                dsn = json.loads((home / "postgres/state.json").read_text())["dsn"]
                return Server(found["url"], dsn, Settings(home=home), psutil.Process(process.pid))
        time.sleep(0.05)
    raise SystemExit("the server did not start within 30 seconds")


async def fill(server: Server, *, tasks: int, workers: int, overlap: int = 1, policy: Policy | None = None) -> Stage:
    """An organization, a project and its tasks, each on the same photo, put in through the services."""
    policy = msgspec.structs.replace(policy or Policy(), overlap=FixedOverlap(overlap))
    async with opened(replace(server.settings, database_url=server.dsn)) as inside:
        home, organization_id = inside.house, uuid.uuid4()

        async def enter() -> Any:
            return inside.database.tenant(organization_id)

        sessions, worker_ids = [], []
        async with await enter() as tenant:
            context = Context(tenant, home.clock(), SYSTEM, home.random_bytes, home.chance)
            owner = await accounts.create_organization(context, "Bench", "Owner", "owner@bench.test")
            link = await accounts.make_sign_in_link(context, owner.id)
            owner_session = (await accounts.sign_in(context, link.token)).text
            caller = replace(SYSTEM, kind="member", member_id=owner.id, role="owner")
            key = await accounts.make_api_key(replace_caller(context, caller), "bench", "live", "manager")
            for number in range(workers):
                member = await accounts.add_member(context, f"Worker {number}", f"w{number}@bench.test", "annotator")
                link = await accounts.make_sign_in_link(context, member.id)
                sessions.append((await accounts.sign_in(context, link.token)).text)
                assert member.worker_id is not None
                worker_ids.append(member.worker_id)
            project = await projects.create(
                context,
                name="Bench",
                kind="image",
                instructions="Box everything.",
                taxonomy=Taxonomy(labels=[Label(name=name) for name in LABELS]),
                policy=policy,
            )
            attachment_id, _ = await intake.add_attachment(context, project.id, _photo())
        for start in range(0, tasks, 10_000):
            async with await enter() as tenant:
                context = Context(tenant, home.clock(), SYSTEM, home.random_bytes, home.chance)
                rows = [TaskRow(attachment_id=attachment_id) for _ in range(min(10_000, tasks - start))]
                await intake.create_tasks(context, project.id, rows)
    return Stage(organization_id, project.id, owner_session, key.text, sessions, worker_ids, attachment_id)


async def add_person(server: Server, filled: Stage, role: Role) -> str:
    """One more member of the stage's organization; the cookie value of their session."""
    async with opened(replace(server.settings, database_url=server.dsn)) as inside:
        home = inside.house
        async with inside.database.tenant(filled.organization_id) as tenant:
            context = Context(tenant, home.clock(), SYSTEM, home.random_bytes, home.chance)
            member = await accounts.add_member(context, role.title(), f"{secrets.token_hex(4)}@bench.test", role)
            link = await accounts.make_sign_in_link(context, member.id)
            return (await accounts.sign_in(context, link.token)).text


def replace_caller(context: Context, caller: Any) -> Context:
    return Context(context.tenant, context.now, caller, context.random_bytes, context.chance)


def _photo() -> StoredPhoto:
    return StoredPhoto(
        file_name="bench.jpg",
        sha256=secrets.token_bytes(32),
        content_type="image/jpeg",
        byte_count=100_000,
        width=1280,
        height=853,
        display_width=1280,
        display_height=853,
        blob_key="bench/original.jpg",
        display_key="bench/original.jpg",
        thumbnail_key="bench/thumbnail.webp",
    )


def answer(boxes: int = 8) -> dict[str, Any]:
    """An answer of ordinary size: about 0.8 KB of JSON."""
    return {
        "annotations": [
            {
                "id": f"a{n}",
                "type": "box",
                "label": LABELS[n % 3],
                "x": 40.5 + 120 * n,
                "y": 100.25,
                "width": 80.0,
                "height": 160.5,
            }
            for n in range(boxes)
        ]
    }


def cpu_seconds(process: psutil.Process, *, children: bool) -> float:
    """User and system time of a process, or of its descendants (the database)."""
    if not children:
        times = process.cpu_times()
        return float(times.user + times.system)
    total = 0.0
    for child in process.children(recursive=True):
        with contextlib.suppress(psutil.Error):
            times = child.cpu_times()
            total += times.user + times.system + times.children_user + times.children_system
    return total


async def connect(server: Server) -> asyncpg.Connection:
    return await asyncpg.connect(server.dsn)
