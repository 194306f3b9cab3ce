"""New tasks in one round trip: as in the ordinary way, and nothing that has changed is overlooked."""

from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import httpx
import pytest

from assay.core.errors import Unavailable
from assay.services import accounts, customer_tasks
from assay.services.context import SYSTEM
from harness import Organization

Json = dict[str, Any]
PARAMS: Json = {"geometries": {"box": {"objects_to_annotate": ["person", "dog"]}}, "instruction": "Box all."}
PHOTO = "https://photos.acme.org/17.jpg"


@pytest.fixture
def trips(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """Whether the short way created the task, call by call."""
    given: list[bool] = []
    real = customer_tasks.create_at_once

    async def watched(*args: Any, **kwargs: Any) -> Any:
        found = await real(*args, **kwargs)
        given.append(found is not None)
        return found

    monkeypatch.setattr(customer_tasks, "create_at_once", watched)
    return given


async def create(client: httpx.AsyncClient, task_type: str = "imageannotation", **more: Any) -> httpx.Response:
    body = {"project": "Street", "attachment": PHOTO, **more}
    return await client.post(f"/scale/v1/task/{task_type}", json=body)


async def program(organization: Organization, **first: Any) -> httpx.AsyncClient:
    """A program that has created one task, so that the next can be short."""
    client = await organization.key_client()
    made = await client.post("/scale/v1/projects", json={"name": "Street", "type": "imageannotation", "params": PARAMS})
    assert made.status_code == 200, made.text
    assert (await create(client, **first)).status_code == 200
    return client


async def rows(organization: Organization, sql: str, *args: object) -> list[Any]:
    async with organization.context_for(SYSTEM) as context:
        return await context.tenant.fetch(sql, *args)


async def change(organization: Organization, sql: str, *args: object) -> None:
    async with organization.context_for(SYSTEM) as context:
        assert await context.tenant.execute(sql, *args), "something was changed"


async def in_batch(client: httpx.AsyncClient, name: str, **more: Any) -> None:
    made = await client.post("/scale/v1/batches", json={"project": "Street", "name": name, **more})
    assert made.status_code == 200, made.text


async def test_the_short_way_tells_and_writes_what_the_ordinary_one_does(
    organization: Organization, trips: list[bool]
) -> None:
    said: Json = {
        "metadata": {"camera": 3},
        "tags": ["night", "rain", "night"],
        "priority": 20,
        "instruction": "Dogs only.",
        "geometries": {"box": {"objects_to_annotate": ["dog"]}},
        "callback_url": "https://acme.org/done",
        "hypothesis": {
            "annotations": [{"type": "box", "label": "dog", "left": 1, "top": 2, "width": 30, "height": 40}]
        },
    }
    client = await program(organization, unique_id="first", **said)

    short = await create(client, unique_id="second", **said)

    ordinary = await client.get(f"/scale/v1/task/{short.json()['task_id']}")
    first = (await client.get("/scale/v1/tasks?unique_id=first")).json()["docs"][0]
    assert trips == [True]
    assert short.json() == ordinary.json()
    assert {**first, "unique_id": "second", "task_id": short.json()["task_id"]} == short.json()
    without_length = [sorted((n, v) for n, v in r.headers.items() if n != "content-length") for r in (short, ordinary)]
    assert without_length[0] == without_length[1]
    kept = await rows(
        organization,
        """select task.unique_id, task.unique_among, task.metadata, task.tags, task.request, task.taxonomy,
               task.prelabels, task.state, task.priority, task.callback, task.project_version, task.created_at,
               photo.state as photo, photo.file_name, photo.source_url, event.type, event.actor_kind, event.actor_id,
               (select count(*) from queue.pgqueuer job where job.entrypoint = 'fetch_attachment'
                   and convert_from(job.payload, 'UTF8')::json ->> 'subject' = photo.id::text
                   and convert_from(job.payload, 'UTF8')::json ->> 'organization_id' = $1::text) as jobs
           from tasks task
           join attachments photo on photo.organization_id = $1 and photo.id = task.attachment_id
           join events event on event.organization_id = $1 and event.task_id = task.id
           where task.organization_id = $1 order by task.unique_id""",
    )
    one, other = (dict(row) for row in kept)
    assert (one.pop("unique_id"), other.pop("unique_id")) == ("first", "second")
    assert one == other
    assert (other["jobs"], other["type"], other["actor_kind"]) == (1, "task.created", "key")
    assert json.loads(other["prelabels"])["annotations"][0]["label"] == "dog"


async def revoke(organization: Organization, _: httpx.AsyncClient) -> None:
    async with organization.context_for("owner") as context:
        [key] = await accounts.api_keys(context, before=None, limit=1)
        await accounts.revoke_api_key(context, key.id)


async def disable_maker(organization: Organization, _: httpx.AsyncClient) -> None:
    async with organization.context_for(SYSTEM) as context:
        await context.tenant.execute(
            "update members set disabled_at = $2 where organization_id = $1 and role = 'owner'", context.now
        )


async def demote(organization: Organization, _: httpx.AsyncClient) -> None:
    await change(organization, "update api_keys set role = 'auditor' where organization_id = $1")


async def archive(organization: Organization, _: httpx.AsyncClient) -> None:
    await change(organization, "update projects set state = 'archived' where organization_id = $1")


async def take_unique_id(organization: Organization, client: httpx.AsyncClient) -> None:
    other = await organization.key_client()
    assert (await create(other, unique_id="mine")).status_code == 200


async def expire(organization: Organization, _: httpx.AsyncClient) -> None:
    await change(
        organization,
        "update api_keys set expires_at = $2 where organization_id = $1",
        organization.clock(),
    )


@pytest.mark.parametrize(
    ("happens", "status"),
    [(revoke, 401), (disable_maker, 401), (expire, 401), (demote, 403), (archive, 400), (take_unique_id, 409)],
)
async def test_what_has_changed_since_the_last_task_counts_at_once(
    organization: Organization,
    trips: list[bool],
    happens: Callable[[Organization, httpx.AsyncClient], Awaitable[None]],
    status: int,
) -> None:
    client = await program(organization)

    await happens(organization, client)
    found = await create(client, unique_id="mine")

    assert (trips, found.status_code) == ([False], status), found.text
    assert found.json()["error"]


async def test_new_parameters_of_the_project_are_read_before_the_next_task(
    organization: Organization, trips: list[bool]
) -> None:
    client = await program(organization)
    changed = await client.post("/scale/v1/projects/Street/setParams", json={**PARAMS, "instruction": "Dogs."})
    assert changed.status_code == 200, changed.text

    first, second = (await create(client)).json(), (await create(client)).json()

    assert trips == [False, True]
    assert [(one["project_param_version"], one["instruction"]) for one in (first, second)] == [(2, "Dogs.")] * 2


async def test_a_renamed_project_is_still_called_by_its_handle(organization: Organization, trips: list[bool]) -> None:
    client = await program(organization)
    await change(organization, "update projects set name = 'Avenue' where organization_id = $1")

    made = await create(client)

    assert (trips, made.json()["project"]) == ([True], "Street")


async def test_a_key_used_long_ago_is_marked_as_used_again(organization: Organization, trips: list[bool]) -> None:
    client = await program(organization)
    organization.clock.advance(61)
    assert (await create(client)).status_code == 200
    organization.clock.advance(0.5)
    assert (await create(client)).status_code == 200

    [key] = await rows(organization, "select last_used_at from api_keys where organization_id = $1")
    assert trips == [False, True]
    assert (organization.clock() - key["last_used_at"]).total_seconds() == 0.5


# --- batches ------------------------------------------------------------------------------------------------------


async def test_a_batch_is_asked_each_time(organization: Organization, trips: list[bool]) -> None:
    client = await program(organization)
    await in_batch(client, "May", callback="https://acme.org/batch")
    assert (await create(client, batch="May")).status_code == 200

    plain = (await create(client, batch="May")).json()
    await change(organization, "update batches set priority = 37 where organization_id = $1")
    lifted, own = (await create(client, batch="May")).json(), (await create(client, batch="May", priority=25)).json()

    assert trips == [True, True, True]
    assert [(one["batch"], one["priority"]) for one in (plain, lifted, own)] == [("May", 30), ("May", 17), ("May", 25)]
    [batch] = await rows(
        organization,
        """select count(*) from tasks where organization_id = $1
               and batch_id = (select id from batches where organization_id = $1 and name = 'May')""",
    )
    assert batch["count"] == 4


async def complete(organization: Organization, _: httpx.AsyncClient) -> None:
    await change(
        organization,
        "update batches set state = 'completed', completed_at = $2 where organization_id = $1",
        organization.clock(),
    )


async def complete_staged(organization: Organization, _: httpx.AsyncClient) -> None:
    await change(
        organization,
        "update batches set state = 'completed', staged = true, completed_at = $2 where organization_id = $1",
        organization.clock(),
    )


@pytest.mark.parametrize(("happens", "status"), [(complete, 200), (complete_staged, 400)])
async def test_a_batch_that_is_completed_is_opened_again_or_refuses(
    organization: Organization,
    trips: list[bool],
    happens: Callable[[Organization, httpx.AsyncClient], Awaitable[None]],
    status: int,
) -> None:
    client = await program(organization)
    await in_batch(client, "May")
    assert (await create(client, batch="May")).status_code == 200

    await happens(organization, client)
    found = await create(client, batch="May")

    assert (trips, found.status_code) == ([False], status), found.text
    [batch] = await rows(organization, "select state from batches where organization_id = $1")
    assert batch["state"] == ("in_progress" if status == 200 else "completed")


async def test_a_batch_that_is_being_settled_is_waited_for_alone(organization: Organization, trips: list[bool]) -> None:
    client = await program(organization)
    await in_batch(client, "May")
    assert (await create(client, batch="May")).status_code == 200

    async with organization.context_for(SYSTEM) as context:
        await context.tenant.fetch("select from batches where organization_id = $1 for no key update")
        waiting = asyncio.create_task(create(client, batch="May"))
        async with asyncio.timeout(20):
            while not trips:  # noqa: ASYNC110 - what is watched is a list
                await asyncio.sleep(0.01)
        beside = await create(client)

    assert ((await waiting).status_code, beside.status_code) == (200, 200)
    assert trips == [False, True], "what goes with others waits for nobody"


async def test_a_batch_of_another_project_is_refused(organization: Organization, trips: list[bool]) -> None:
    client = await program(organization)
    await in_batch(client, "May")
    assert (await create(client, batch="May")).status_code == 200
    await client.post("/scale/v1/projects", json={"name": "Signs", "type": "imageannotation", "params": PARAMS})
    assert (await create(client, project="Signs")).status_code == 200

    refused = await create(client, project="Signs", batch="May")
    implied = await client.post("/scale/v1/task/imageannotation", json={"attachment": PHOTO, "batch": "May"})
    again = await client.post("/scale/v1/task/imageannotation", json={"attachment": PHOTO, "batch": "May"})

    assert (refused.status_code, implied.json()["project"]) == (400, "Street")
    assert (trips, again.json()["project"]) == ([True], "Street")


# --- together -----------------------------------------------------------------------------------------------------


async def test_of_tasks_that_come_together_each_has_its_own_answer(
    organization: Organization, trips: list[bool]
) -> None:
    client = await program(organization, unique_id="0")
    other = await organization.key_client(role="auditor")

    found = await asyncio.gather(*(create(client, unique_id=str(n % 20)) for n in range(40)), create(other))

    assert sorted(one.status_code for one in found) == [200] * 19 + [403] + [409] * 21
    [count] = await rows(organization, "select count(*) from tasks where organization_id = $1")
    assert count["count"] == 20
    assert trips.count(True) == 19


async def test_a_task_of_which_nobody_knows_what_became_is_not_created_twice(
    organization: Organization, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = await program(organization)
    real = customer_tasks.create_at_once

    async def lost(*args: Any, **kwargs: Any) -> Any:
        await real(*args, **kwargs)
        raise Unavailable("The database went away before it said that it had committed.")

    monkeypatch.setattr(customer_tasks, "create_at_once", lost)
    found = await create(client)

    [count] = await rows(organization, "select count(*) from tasks where organization_id = $1")
    assert (found.status_code, found.json()["status_code"], count["count"]) == (503, 503, 2)


# --- what is not plainly such a task ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"{", 400),
        (b"[]", 400),
        (b"[" * 100_000, 400),
        (b'{"project": ["Street"], "attachment": "https://a.org/1.jpg"}', 400),
        (b'{"project": "Nowhere", "attachment": "https://a.org/1.jpg"}', 404),
        (b'{"project": "Street", "attachment": 7}', 400),
        (b'{"project": "Street", "attachment": "scaledata://a/b"}', 400),
        (b'{"project": "Street", "attachment": "https://a.org/1.jpg", "unique_id": "a\\u0000"}', 400),
        (b'{"project": "Street", "attachment": "https://a.org/1.jpg", "metadata": {"a": "\\u0000"}}', 400),
        (b'{"project": "Street", "attachment": "ftp://a.org/1.jpg"}', 400),
        (b'{"project": "Street", "attachment": "https://a.org/1.jpg", "callback_url": 7}', 400),
    ],
)
async def test_what_is_wrong_is_refused_the_ordinary_way(
    organization: Organization, trips: list[bool], body: bytes, status: int
) -> None:
    client = await program(organization)

    refused = await client.post("/scale/v1/task/imageannotation", content=body)

    assert (refused.status_code, trips) == (status, [])
    assert refused.json()["status_code"] == status


async def test_other_types_test_keys_and_bodies_of_unknown_length_go_the_ordinary_way(
    organization: Organization, trips: list[bool]
) -> None:
    client = await program(organization)
    other = await create(client, "categorization", attachment_type="image", taxonomies={})
    trial = await organization.key_client("test")
    await trial.post("/scale/v1/projects", json={"name": "Street", "type": "imageannotation", "params": PARAMS})
    tried = [await create(trial), await create(trial)]

    async def parts() -> AsyncIterator[bytes]:
        for byte in json.dumps({"project": "Street", "attachment": PHOTO}).encode():
            yield bytes([byte])

    in_parts = await client.post("/scale/v1/task/imageannotation", content=parts())

    assert other.status_code == 400
    assert [(one.status_code, one.json()["status"]) for one in tried] == [(200, "completed")] * 2
    assert (in_parts.status_code, trips) == (200, [])


async def test_a_key_may_be_shown_as_basic(organization: Organization, trips: list[bool]) -> None:
    client = await program(organization)
    key = client.headers["authorization"].removeprefix("Bearer ")
    basic = "Basic " + base64.b64encode(f"{key}:".encode()).decode()
    body = {"project": "Street", "attachment": PHOTO}

    found = await client.post("/scale/v1/task/imageannotation", json=body, headers={"authorization": basic})

    assert (found.status_code, trips) == (200, [True])
