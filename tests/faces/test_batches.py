"""Batches over our own API: a page of them, letting one go, its priority, and telling once more that it is done."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID, uuid4

import pytest

from assay.services import batches, projects
from calling import Caller, Receiver, calling, receiving
from harness import Organization
from street import Street, new_street
from working import claim, settle, submit


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with receiving() as made:
        yield made


@pytest.fixture
async def caller(organization: Organization, receiver: Receiver) -> AsyncIterator[Caller]:
    async with calling(organization, receiver) as made:
        yield made


async def create(street: Street, name: str, **more: Any) -> UUID:
    async with street.organization.context_for("manager") as context:
        project = await projects.get(context, street.project_id)
        return (await batches.create(context, project, name, **more)).id


async def fill(street: Street, batch: str, *names: str) -> None:
    await street.add_photos(*names)
    manager = await street.organization.client_for("manager")
    rows = [{"attachment_id": str(street.photos[name])} for name in names]
    made = await manager.post(f"/v1/projects/{street.project_id}/tasks", json={"batch": batch, "tasks": rows})
    assert made.json()["created"] == len(names), made.text
    street.tasks |= {name: UUID(row["task_id"]) for name, row in zip(names, made.json()["results"], strict=True)}


async def listed(street: Street, role: str = "auditor", **params: Any) -> dict[str, Any]:
    client = await street.organization.client_for(role)  # type: ignore[arg-type]
    answer = await client.get(f"/v1/projects/{street.project_id}/batches", params=params)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def test_pages_of_batches_are_the_newest_first_and_complete(organization: Organization) -> None:
    street = await new_street(organization)
    for number in range(5):
        await create(street, f"Batch {number}")
        organization.clock.advance(1)

    names, cursor, pages = [], None, 0
    while pages == 0 or cursor is not None:
        page = await listed(street, limit=2, **({} if cursor is None else {"cursor": cursor}))
        names += [batch["name"] for batch in page["items"]]
        cursor, pages = page["next_cursor"], pages + 1

    assert (names, pages) == ([f"Batch {number}" for number in (4, 3, 2, 1, 0)], 3)
    manager = await organization.client_for("manager")
    refused = await manager.get(f"/v1/projects/{street.project_id}/batches", params={"cursor": "two"})
    assert (refused.status_code, refused.json()["problems"][0]["field"]) == (400, "cursor")


async def test_a_batch_says_what_it_is_how_far_and_who_is_offered_it(organization: Organization) -> None:
    street = await new_street(organization)
    made = await create(street, "Monday", purpose="calibration", staged=True)
    await fill(street, "Monday", "a.jpg", "b.jpg")
    manager = await organization.client_for("manager")
    group = (await manager.post(f"/v1/projects/{street.project_id}/groups", json={"name": "Night shift"})).json()
    async with organization.context_for("manager") as context:
        await batches.keep_to(context, await batches.get(context, made), ["Night shift"])

    (told,) = (await listed(street))["items"]

    assert {name: told[name] for name in ("id", "name", "state", "purpose", "priority", "rank", "groups")} == {
        "id": str(made),
        "name": "Monday",
        "state": "staging",
        "purpose": "calibration",
        "priority": None,
        "rank": 0,
        "groups": [{"id": group["id"], "name": "Night shift"}],
    }
    assert [told[name] for name in ("tasks", "open", "completed", "unreadable", "cancelled")] == [2, 2, 0, 0, 0]
    assert (told["callback"], told["called_back"]) == (None, None)


async def test_a_staged_batch_is_let_go_and_put_forward_by_managers_only(organization: Organization) -> None:
    street = await new_street(organization)
    made = await create(street, "Monday", staged=True)
    await fill(street, "Monday", "a.jpg")
    await settle(street)
    manager, reviewer = await organization.client_for("manager"), await organization.client_for("reviewer")
    path = f"/v1/batches/{made}"
    assert (await reviewer.post(f"{path}/finalize")).status_code == 403
    assert (await reviewer.put(f"{path}/priority", json={"priority": 90})).status_code == 403
    async with organization.context_for("annotator") as context:
        assert await context.tenant.fetchval("select count(*) from assignments where organization_id = $1") == 0

    first = (await manager.put(f"{path}/priority", json={"priority": 90})).json()
    finalized = (await manager.post(f"{path}/finalize")).json()
    again = (await manager.post(f"{path}/finalize")).json()
    await settle(street)

    assert (first["priority"], first["state"]) == (90, "staging")
    assert finalized["state"] == again["state"] == "in_progress"
    assert await claim(await organization.client_for("annotator"), street)
    for wrong in (-1, 101):
        refused = await manager.put(f"{path}/priority", json={"priority": wrong})
        assert (refused.status_code, refused.json()["problems"][0]["field"]) == (400, "priority")


async def test_whoever_is_told_of_a_batch_is_told_once_more(
    organization: Organization, receiver: Receiver, caller: Caller
) -> None:
    street = await new_street(organization)
    made, plain = await create(street, "Monday", callback=receiver.url), await create(street, "Silent")
    await fill(street, "Monday", "a.jpg")
    manager, auditor = await organization.client_for("manager"), await organization.client_for("auditor")
    path = f"/v1/batches/{made}/callbacks"
    unfinished = await manager.post(path)
    assert (await auditor.get(path)).json()["items"] == []
    annotator = await organization.client_for("annotator")
    await submit(annotator, await claim(annotator, street))
    await settle(street)
    receiver.status = 500
    await caller.deliver()

    failed = (await auditor.get(path)).json()["items"]
    receiver.status = 200
    organization.clock.advance(1)
    sent = await manager.post(path)
    await caller.deliver()
    items = (await auditor.get(path)).json()["items"]

    assert (unfinished.status_code, unfinished.json()["code"]) == (409, "conflict")
    assert [(one["state"], one["last_status"]) for one in failed] == [("pending", 500)]
    assert sent.status_code == 202
    assert [(one["id"], one["state"]) for one in items] == [
        (sent.json()["id"], "delivered"),
        (failed[0]["id"], "pending"),
    ]
    assert [call.said["batch"]["name"] for call in receiver.calls] == ["Monday", "Monday"]
    told = {batch["name"]: batch for batch in (await listed(street))["items"]}
    assert (told["Monday"]["callback"], told["Monday"]["called_back"]) == (receiver.url, "delivered")
    assert told["Silent"]["called_back"] is None
    assert (await manager.post(f"/v1/batches/{plain}/callbacks")).status_code == 409
    assert (await auditor.post(path)).status_code == 403
    assert (await manager.get(f"/v1/batches/{uuid4()}/callbacks")).status_code == 404
    events = (await manager.get("/v1/events", params={"type": "batch.callback_resent"})).json()["items"]
    assert [event["data"] for event in events] == [{"batch_id": str(made)}]
