"""Work over HTTP as tests do it: claim, submit, and what the job runner would do in between."""

from __future__ import annotations

from typing import Any

import httpx

from assay.core.policy import Policy
from assay.services import projects, resolution
from assay.services.context import SYSTEM
from harness import Organization, Person, Role
from street import Street, answer, box, new_street

DRAWN = answer(box("a", 10, 20, 50, 80), box("b", 200, 100, 60, 40, "person"))
OTHER = answer(box("a", 11, 20, 50, 80))


async def settle(street: Street) -> None:
    """What the job runner would do now."""
    for task_id in street.tasks.values():
        async with street.organization.context_for(SYSTEM) as context:
            await resolution.advance(context, task_id)


async def with_policy(street: Street, **fields: Any) -> Street:
    async with street.organization.context_for("manager") as context:
        await projects.change(context, street.project_id, policy=Policy(**fields))
    return street


async def claim(client: httpx.AsyncClient, street: Street, stage: str = "annotate") -> dict[str, Any]:
    found = await client.post(f"/v1/work/projects/{street.project_id}/claim", json={"stage": stage})
    assert found.status_code == 200, found.text
    turn: dict[str, Any] = found.json()
    return turn


def at(turn: dict[str, Any], what: str) -> str:
    return f"/v1/work/turns/{turn['assignment_id']}/{what}"


async def submit(client: httpx.AsyncClient, turn: dict[str, Any], given: dict[str, Any] = DRAWN) -> httpx.Response:
    return await client.post(at(turn, "submit"), json={"answer": given, "duration_seconds": 12.5})


async def one_turn(
    organization: Organization, who: Role | Person = "annotator"
) -> tuple[Street, httpx.AsyncClient, dict[str, Any]]:
    street = await new_street(organization)
    await street.add_tasks("a.jpg")
    client = await organization.client_for(who)
    return street, client, await claim(client, street)


def code(found: httpx.Response) -> tuple[int, str]:
    assert found.headers["content-type"].startswith("application/problem+json")
    return found.status_code, found.json()["code"]
