"""Callbacks over our own API: where they go, who sees their keys, and what became of those of a task."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from uuid import uuid4

import pytest

from assay.adapters.sealing import AesSeals
from assay.services import callback_keys, callbacks
from assay.services.context import SYSTEM
from assay.store.events import NewEvent, record
from calling import Caller, calling, receiving
from harness import ROLES, Organization
from street import new_street
from working import claim, settle, submit

HOOK = "https://hooks.acme.org/assay"


@pytest.fixture
async def caller(organization: Organization) -> AsyncIterator[Caller]:
    async with receiving() as receiver, calling(organization, receiver) as made:
        yield made


async def test_each_mode_has_an_address_for_tasks_that_name_nobody(organization: Organization) -> None:
    manager = await organization.client_for("manager")
    nothing = {"address": None, "rotated_at": None, "old_secret_until": None}

    before = (await manager.get("/v1/callbacks")).json()
    changed = (await manager.patch("/v1/callbacks", json={"mode": "test", "address": HOOK})).json()
    after = (await manager.get("/v1/callbacks")).json()
    removed = (await manager.patch("/v1/callbacks", json={"mode": "test", "address": None})).json()

    assert before == {"items": [{"mode": "live", **nothing}, {"mode": "test", **nothing}]}
    assert (changed["mode"], changed["address"]) == ("test", HOOK)
    assert after["items"] == [before["items"][0], changed]
    assert removed["address"] is None
    events = (await manager.get("/v1/events", params={"type": "callback.address_changed"})).json()["items"]
    assert [event["data"] for event in events] == [{"mode": "test", "set": False}, {"mode": "test", "set": True}]


@pytest.mark.parametrize("address", ["http://10.0.0.1/", "ftp://acme.org", "ops@acme.org", "", "x" * 3000])
async def test_an_address_that_cannot_be_called_is_refused_by_field(organization: Organization, address: str) -> None:
    manager = await organization.client_for("manager")

    refused = await manager.patch("/v1/callbacks", json={"mode": "live", "address": address})

    assert (refused.status_code, refused.json()["problems"][0]["field"]) == (400, "address")


async def test_only_an_owner_sees_and_changes_the_keys_and_that_is_told(organization: Organization) -> None:
    owner = await organization.client_for("owner")
    for role in ROLES[1:]:
        client = await organization.client_for(role)
        for path in ("/v1/callbacks/keys/reveal", "/v1/callbacks/keys/rotate"):
            assert (await client.post(path, json={"mode": "live"})).status_code == 403, role
    program = await organization.key_client("live", "manager")
    assert (await program.post("/v1/callbacks/keys/reveal", json={"mode": "live"})).status_code == 403

    first = (await owner.post("/v1/callbacks/keys/reveal", json={"mode": "live"})).json()
    again = (await owner.post("/v1/callbacks/keys/reveal", json={"mode": "live"})).json()
    new = (await owner.post("/v1/callbacks/keys/rotate", json={"mode": "live"})).json()
    other = (await owner.post("/v1/callbacks/keys/reveal", json={"mode": "test"})).json()
    too_long = await owner.post("/v1/callbacks/keys/rotate", json={"mode": "live", "overlap_seconds": 10**7})

    assert first == again
    assert first["key"].startswith("callback_live_")
    assert len({first["key"], new["key"], other["key"], first["secret"], new["secret"], other["secret"]}) == 6
    assert too_long.status_code == 400
    told = (await owner.get("/v1/events")).text
    assert "callback.keys_shown" in told
    assert "callback.keys_rotated" in told
    assert first["key"] not in told
    assert first["secret"] not in told


async def test_a_test_key_neither_sees_nor_changes_how_callbacks_are_sent(organization: Organization) -> None:
    program = await organization.key_client("test")

    assert (await program.get("/v1/callbacks")).status_code == 403
    assert (await program.patch("/v1/callbacks", json={"mode": "test", "address": HOOK})).status_code == 403


async def test_keys_are_kept_sealed_for_their_mode_and_are_sealed_again(organization: Organization) -> None:
    seals = organization.house.seals
    async with organization.context_for("owner") as context:
        live = await callbacks.keys(context, seals, "live")
        await callbacks.rotate(context, seals, "live", overlap_seconds=60)
    async with organization.context_for(SYSTEM) as context:
        row = await context.tenant.fetchrow("select * from callback_settings where organization_id = $1")
    assert row is not None
    assert live.key.encode() not in row["sealed_key"]
    assert seals.unseal(row["sealed_key"], f"callback-key:{organization.id}:live") != live.key
    assert seals.unseal(row["old_sealed_secret"], f"callback-secret:{organization.id}:live") == live.secrets[0]

    newer = AesSeals([bytes(range(32))])

    class Both:
        seal, is_current = newer.seal, newer.is_current

        def unseal(self, sealed: bytes, purpose: str) -> str:
            return (newer if newer.is_current(sealed) else seals).unseal(sealed, purpose)

    async with organization.context_for(SYSTEM) as context:
        counts = [await callback_keys.reseal(context, Both()) for _ in range(2)]
    organization.house = replace(organization.house, seals=newer)
    async with organization.context_for("owner") as context:
        after = await callbacks.keys(context, newer, "live")
    assert counts == [1, 0]
    assert after.secrets[1] == live.secrets[0]


async def test_a_task_shows_its_callbacks_and_sends_one_more(organization: Organization, caller: Caller) -> None:
    street = await new_street(organization)
    await street.add_tasks("a.jpg")
    task_id = street.tasks["a.jpg"]
    manager, auditor = await organization.client_for("manager"), await organization.client_for("auditor")
    path = f"/v1/tasks/{task_id}/callbacks"
    unfinished = await manager.post(path)
    async with organization.context_for(SYSTEM) as context:
        await context.tenant.execute(
            "update tasks set callback = $2 where organization_id = $1 and id = $3", HOOK, task_id
        )
    annotator = await organization.client_for("annotator")
    await submit(annotator, await claim(annotator, street))
    await settle(street)

    listed = (await auditor.get(path)).json()["items"]
    sent = await manager.post(path)

    assert (unfinished.status_code, unfinished.json()["code"]) == (409, "conflict")
    assert [(one["address"], one["event_type"], one["state"]) for one in listed] == [
        (HOOK, "task.completed", "pending")
    ]
    assert sent.status_code == 202
    assert {one["id"] for one in (await auditor.get(path)).json()["items"]} == {listed[0]["id"], sent.json()["id"]}
    assert (await auditor.post(path)).status_code == 403
    assert (await manager.get(f"/v1/tasks/{uuid4()}/callbacks")).status_code == 404


@pytest.mark.parametrize(("mode", "heard"), [("live", {"live"}), ("test", {"test"}), ("both", {"live", "test"})])
async def test_a_webhook_hears_of_projects_of_its_mode(organization: Organization, mode: str, heard: set[str]) -> None:
    manager = await organization.client_for("manager")
    hook = (await manager.post("/v1/webhooks", json={"url": HOOK, "events": ["task.completed"]})).json()
    assert hook["mode"] == "live"
    changed = (await manager.patch(f"/v1/webhooks/{hook['id']}", json={"mode": mode})).json()
    project = {}
    for each in ("live", "test"):
        program = await organization.key_client(each)
        new = {"name": each, "taxonomy": {"labels": [{"name": "a"}]}}
        project[(await program.post("/v1/projects", json=new)).json()["id"]] = each

    async with organization.context_for(SYSTEM) as context:
        for project_id in await context.tenant.fetch("select id from projects where organization_id = $1"):
            event = NewEvent(context.new_id(), "task.completed", project_id["id"])
            await record(context.tenant, context.now, context.caller.actor, [event])

    async with organization.context_for(SYSTEM) as context:
        rows = await context.tenant.fetch(
            "select payload::json -> 'data' ->> 'project_id' as of from deliveries where organization_id = $1"
        )
    assert changed["mode"] == mode
    assert {project[row["of"]] for row in rows} == heard
