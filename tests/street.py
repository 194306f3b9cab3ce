"""A small project to export from, import into and watch: photos by name, tasks on them, answers accepted."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import httpx
import uvicorn

from assay.core.annotations.kind import Answer
from assay.core.intake import TaskRow
from assay.core.photos import StoredPhoto
from assay.core.policy import FixedOverlap, Policy
from assay.core.taxonomy import Label, Taxonomy
from assay.services import intake, projects
from assay.store.changes import Changes
from harness import Organization, Person, Role

WIDTH, HEIGHT = 640, 480


def photo(name: str) -> StoredPhoto:
    """A photo's row. Its bytes are nowhere: what uses this never looks at them."""
    digest = hashlib.sha256(name.encode()).digest()
    key = f"photos/{digest.hex()}"
    return StoredPhoto(
        name, digest, "image/jpeg", 1000, WIDTH, HEIGHT, WIDTH, HEIGHT, f"{key}.jpg", f"{key}.jpg", f"{key}-s.webp"
    )


def box(id_: str, x: float, y: float, width: float, height: float, label: str = "car") -> dict[str, Any]:
    return {"type": "box", "id": id_, "label": label, "x": x, "y": y, "width": width, "height": height}


def answer(*marks: dict[str, Any]) -> Answer:
    return {"annotations": list(marks)}


@dataclass
class Street:
    """``photos`` and ``tasks`` by file name."""

    organization: Organization
    project_id: UUID
    photos: dict[str, UUID] = field(default_factory=dict)
    tasks: dict[str, UUID] = field(default_factory=dict)

    async def add_photos(self, *names: str) -> None:
        async with self.organization.context_for("manager") as context:
            for name in names:
                self.photos[name], _ = await intake.add_attachment(context, self.project_id, photo(name))

    async def add_tasks(self, *names: str, **fields: Any) -> None:
        """One task for each photo, added where it is not there yet; ``fields`` as of ``core.intake.TaskRow``."""
        await self.add_photos(*(name for name in names if name not in self.photos))
        rows = [TaskRow(attachment_id=self.photos[name], **{"unique_id": f"id-{name}", **fields}) for name in names]
        async with self.organization.context_for("manager") as context:
            for name, result in zip(names, await intake.create_tasks(context, self.project_id, rows), strict=True):
                assert result.task_id is not None, result.problems
                self.tasks[name] = result.task_id

    async def accept(self, name: str, given: Answer, confidence: float = 1.0) -> None:
        """The task's answer is in."""
        async with self.organization.context_for("manager") as context:
            changes = Changes()
            changes.resolve(self.tasks[name], given, confidence, "submission")
            await changes.write(context.tenant, context.now)


async def new_street(
    organization: Organization, labels: Sequence[str] = ("car", "person"), overlap: int = 1, name: str = "Street scenes"
) -> Street:
    async with organization.context_for("manager") as context:
        project = await projects.create(
            context,
            name=name,
            kind="image",
            instructions="",
            taxonomy=Taxonomy(labels=[Label(label) for label in labels]),
            policy=Policy(overlap=FixedOverlap(overlap)),
        )
    return Street(organization, project.id)


@asynccontextmanager
async def served(organization: Organization, who: Role | Person = "manager") -> AsyncIterator[httpx.AsyncClient]:
    """The application behind a real socket, and a client of it."""
    server = uvicorn.Server(uvicorn.Config(organization.app, port=0, log_level="critical", lifespan="off"))
    serving = asyncio.create_task(server.serve())
    while not server.started:  # noqa: ASYNC110 - uvicorn has no event for it
        await asyncio.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    headers = {"cookie": f"assay_session={organization.person(who).session}"}
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", headers=headers) as client:
        yield client
    server.should_exit = True
    await serving
