"""Tasks over the native API: created in bulk, listed, looked at, commanded; and their photos."""

from __future__ import annotations

import asyncio
import io
from typing import Any
from uuid import UUID

import httpx
import pytest
from PIL import Image

from assay.core.intake import ROWS_MAX
from harness import Organization
from street import Street, answer, box, new_street


async def street_with(organization: Organization, *names: str) -> tuple[Street, httpx.AsyncClient, str]:
    street = await new_street(organization)
    await street.add_photos(*names)
    return street, await organization.client_for("manager"), f"/v1/projects/{street.project_id}/tasks"


def code(found: httpx.Response) -> tuple[int, str]:
    return found.status_code, found.json()["code"]


def jpeg(shade: int = 0) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (64, 48), (shade, 100, 100)).save(out, "JPEG")
    return out.getvalue()


# --- creating -----------------------------------------------------------------------------------------------------


async def test_each_row_has_its_own_result_and_a_bad_one_stops_no_other(organization: Organization) -> None:
    street, client, path = await street_with(organization, "a.jpg")
    photo = str(street.photos["a.jpg"])
    rows: list[dict[str, Any]] = [
        {"attachment_id": photo, "unique_id": "one", "metadata": {"camera": 3}, "priority": 90},
        {},
        {"attachment_id": photo, "url": "https://example.org/b.jpg"},
        {"attachment_id": str(UUID(int=1))},
        {"url": "file:///etc/passwd"},
        {"attachment_id": photo, "unique_id": "one"},
        {"attachment_id": photo, "unique_id": ""},
        {"attachment_id": photo, "priority": 101},
        {"attachment_id": photo, "unique_id": "nul\x00"},
        {"attachment_id": photo, "metadata": {"nul": "\x00"}},
        {"attachment_id": photo, "metadata": {"long": "x" * 70_000}},
        {"attachment_id": photo, "gold": answer(box("g", 1, 1, 50, 50, "dragon"))},
        {"attachment_id": photo, "prelabels": answer(box("p", 1, 1, 50, 50))},
        {"url": "https://example.org/street.jpg", "unique_id": "far"},
    ]

    made = await client.post(path, json={"batch": "Monday", "tasks": rows})

    assert made.status_code == 201, made.text
    body = made.json()
    assert [r["status"] for r in body["results"]] == ["created"] + ["failed"] * 11 + ["created"] * 2
    assert (body["created"], body["existing"], body["failed"]) == (3, 0, 11)
    assert [[p["field"] for p in r["problems"]] for r in body["results"][1:8]] == [
        ["attachment_id"], ["attachment_id"], ["attachment_id"], ["url"], ["unique_id"], ["unique_id"], ["priority"],
    ]  # fmt: skip
    assert body["results"][11]["problems"][0]["field"].startswith("gold.annotations[0]")
    listed = (await client.get(path, params={"order": "oldest"})).json()["items"]
    assert [(t["unique_id"], t["state"], t["priority"], t["batch"]) for t in listed] == [
        ("one", "annotating", 90, "Monday"),
        (None, "annotating", 50, "Monday"),
        ("far", "preparing", 50, "Monday"),
    ]
    assert listed[0]["metadata"] == {"camera": 3}


@pytest.mark.parametrize(
    "body",
    [
        {"tasks": []},
        {},
        {"tasks": [{}], "surprise": 1},
        {"tasks": [{"attachment_id": "no-uuid"}]},
        {"tasks": [{"unique_id": 5}]},
        {"tasks": [{"priority": 1.5}]},
        {"tasks": [{"metadata": []}]},
        {"tasks": [{}], "batch": ""},
        {"tasks": [{}], "batch": "x" * 201},
        [],
        "tasks",
        None,
    ],
)
async def test_a_request_that_is_none_is_refused_whole(organization: Organization, body: Any) -> None:
    _, client, path = await street_with(organization)

    refused = await client.post(path, json=body)

    assert code(refused) == (400, "invalid"), refused.text


async def test_more_rows_than_allowed_are_refused(organization: Organization) -> None:
    street, client, path = await street_with(organization, "a.jpg")
    row = {"attachment_id": str(street.photos["a.jpg"])}

    refused = await client.post(path, json={"tasks": [row] * (ROWS_MAX + 1)})

    assert code(refused) == (400, "invalid")
    assert (await client.get(path)).json()["items"] == []


async def test_a_unique_id_twenty_send_at_once_makes_one_task(organization: Organization) -> None:
    """Each of the others is told of that one."""
    street, client, path = await street_with(organization, "a.jpg")
    rows = [{"attachment_id": str(street.photos["a.jpg"]), "unique_id": f"order-{n}"} for n in range(3)]

    sent = await asyncio.gather(
        *(client.post(path, json={"tasks": rows if n % 2 else rows[::-1], "batch": "B"}) for n in range(20))
    )

    assert {found.status_code for found in sent} <= {201, 409}, [found.text for found in sent]
    taken = [found.json() for found in sent if found.status_code == 201]
    ids = {row["unique_id"]: set() for row in rows}  # type: dict[str, set[str]]
    for number, found in enumerate(sent):
        if found.status_code == 201:
            for row, result in zip(rows if number % 2 else rows[::-1], found.json()["results"], strict=True):
                ids[row["unique_id"]].add(result["task_id"])
    assert {len(found) for found in ids.values()} == {1}
    assert sum(body["created"] for body in taken) == 3
    assert sum(body["existing"] for body in taken) == 3 * len(taken) - 3
    assert len((await client.get(path)).json()["items"]) == 3


async def test_a_unique_id_that_is_there_stops_no_other_row(organization: Organization) -> None:
    """Nor is anything of the request written twice: turns and events as well."""
    street, client, path = await street_with(organization, "a.jpg")
    rows = [{"attachment_id": str(street.photos["a.jpg"]), "unique_id": name} for name in ("a", "b", "c", "d")]
    first = (await client.post(path, json={"tasks": rows[2:3], "batch": "B"})).json()

    second = (await client.post(path, json={"tasks": rows, "batch": "B"})).json()

    assert [r["status"] for r in second["results"]] == ["created", "created", "existing", "created"]
    assert second["results"][2]["task_id"] == first["results"][0]["task_id"]
    listed = (await client.get(path, params={"order": "oldest"})).json()["items"]
    assert sorted(task["unique_id"] for task in listed) == ["a", "b", "c", "d"]
    for task in listed:
        whole = (await client.get(f"/v1/tasks/{task['id']}")).json()
        assert len(whole["assignments"]) == 1
        assert [event["type"] for event in whole["events"]] == ["task.created"]


async def test_an_idempotency_key_gives_the_first_answer_again_and_is_for_one_request(
    organization: Organization,
) -> None:
    street, client, path = await street_with(organization, "a.jpg")
    body = {"tasks": [{"attachment_id": str(street.photos["a.jpg"])}] * 2}
    key = {"Idempotency-Key": "monday-1"}

    first = await client.post(path, json=body, headers=key)
    again = await client.post(path, json=body, headers=key)
    at_once = await asyncio.gather(
        *(client.post(path, json=body, headers={"Idempotency-Key": "monday-2"}) for _ in range(6))
    )
    other = await client.post(path, json={"tasks": body["tasks"][:1]}, headers=key)
    bad = [await client.post(path, json=body, headers={"Idempotency-Key": text}) for text in ("", "x" * 256)]

    assert first.status_code == again.status_code == 201
    assert again.json() == first.json()
    assert [found.json() for found in at_once] == [at_once[0].json()] * 6
    assert code(other) == (409, "already_exists")
    assert [code(found) for found in bad] == [(400, "invalid")] * 2
    assert len((await client.get(path)).json()["items"]) == 4


async def test_a_key_whose_request_failed_may_be_used_again(organization: Organization) -> None:
    street, client, path = await street_with(organization, "a.jpg")
    key = {"Idempotency-Key": "tuesday"}

    refused = await client.post(path, json={"tasks": []}, headers=key)
    done = await client.post(path, json={"tasks": [{"attachment_id": str(street.photos["a.jpg"])}]}, headers=key)

    assert (refused.status_code, done.status_code) == (400, 201)


async def test_an_archived_project_takes_nothing_in(organization: Organization) -> None:
    street, client, path = await street_with(organization, "a.jpg")
    await client.patch(f"/v1/projects/{street.project_id}", json={"state": "archived"})

    found = await client.post(path, json={"tasks": [{"attachment_id": str(street.photos["a.jpg"])}]})
    photo = await client.post(
        f"/v1/projects/{street.project_id}/attachments", content=jpeg(), headers={"X-File-Name": "b.jpg"}
    )

    assert [code(found), code(photo)] == [(409, "conflict")] * 2


# --- listing ------------------------------------------------------------------------------------------------------


async def pages(client: httpx.AsyncClient, path: str, between: Any = None, **params: Any) -> list[dict[str, Any]]:
    found, cursor = [], None
    while True:
        page = (await client.get(path, params={**params, **({"cursor": cursor} if cursor else {})})).json()
        found += page["items"]
        cursor = page["next_cursor"]
        if cursor is None:
            return found
        if between is not None:
            await between()


@pytest.mark.parametrize("order", ["newest", "oldest", "agreement"])
async def test_pages_neither_repeat_nor_leave_out_while_tasks_arrive(organization: Organization, order: str) -> None:
    street, client, path = await street_with(organization)
    await street.add_tasks(*(f"{n}.jpg" for n in range(10)))
    before = set(map(str, street.tasks.values()))
    number = iter(range(100))

    async def one_more() -> None:
        organization.clock.advance(1)
        await street.add_tasks(f"late-{next(number)}.jpg")

    found = [task["id"] for task in await pages(client, path, one_more, order=order, limit=3)]

    assert len(found) == len(set(found))
    assert before <= set(found)


async def test_filters_find_what_they_name(organization: Organization) -> None:
    street, client, path = await street_with(organization)
    await street.add_tasks("north-1.jpg", unique_id="A_1%")
    await street.add_tasks("north-2.jpg", "south_1.jpg")
    await street.add_tasks("gold.jpg", gold=answer(box("g", 1, 1, 40, 40)))
    await street.accept("south_1.jpg", answer())
    worker = await organization.client_for("annotator")
    turn = (await worker.post(f"/v1/work/projects/{street.project_id}/claim", json={})).json()
    batch = [{"attachment_id": str(street.photos["gold.jpg"]), "unique_id": "batched"}]
    await client.post(path, json={"batch": "Second", "tasks": batch})

    async def ids(**params: Any) -> set[str]:
        return {task["unique_id"] for task in (await client.get(path, params=params)).json()["items"]}

    assert await ids(state="completed") == {"id-south_1.jpg"}
    assert await ids(gold="true") == {"id-gold.jpg"}
    assert await ids(gold="false", state="annotating") == {"A_1%", "id-north-2.jpg", "batched"}
    assert await ids(batch="Second") == {"batched"}
    assert await ids(search="north") == {"A_1%", "id-north-2.jpg"}
    assert await ids(search="A_1%") == {"A_1%"}
    assert await ids(search="A%") == set(), "a wildcard is a letter like any other"
    assert await ids(search="south_1") == {"id-south_1.jpg"}
    assert await ids(search="s_uth") == set()
    me = organization.people["annotator"].worker_id
    assert await ids(worker=str(me)) == {
        task["unique_id"] for task in (await client.get(path)).json()["items"] if task["id"] == turn["task_id"]
    }


@pytest.mark.parametrize(
    "params",
    [
        {"limit": 0},
        {"limit": 501},
        {"limit": "many"},
        {"order": "random"},
        {"cursor": "x"},
        {"cursor": "0_zz"},
        {"order": "agreement", "cursor": "nan_" + str(UUID(int=1))},
        {"order": "agreement", "cursor": "1e999_" + str(UUID(int=1))},
        {"order": "agreement", "cursor": "1_000_" + str(UUID(int=1))},
        {"order": "agreement", "cursor": str(UUID(int=1))},
        {"worker": "me"},
        {"state": "done"},
        {"gold": "maybe"},
        {"agreement_max": "low"},
        {"agreement_max": "nan"},
        {"agreement_max": "1e300"},
        {"search": "\x00"},
        {"batch": "\x00"},
    ],
)
async def test_a_query_that_means_nothing_is_refused(organization: Organization, params: dict[str, Any]) -> None:
    _, client, path = await street_with(organization)

    found = await client.get(path, params=params)

    assert code(found) == (400, "invalid"), found.text


# --- commands -----------------------------------------------------------------------------------------------------


async def test_a_cancelled_task_is_taken_from_its_workers_and_stays_so(organization: Organization) -> None:
    street, client, _ = await street_with(organization)
    await street.add_tasks("a.jpg")
    task = f"/v1/tasks/{street.tasks['a.jpg']}"
    worker = await organization.client_for("annotator")
    turn = (await worker.post(f"/v1/work/projects/{street.project_id}/claim", json={})).json()

    cancelled = await client.post(f"{task}/cancel")
    late = await worker.post(f"/v1/work/turns/{turn['assignment_id']}/submit", json={"answer": answer()})
    again = await client.post(f"{task}/cancel")
    reopened = await client.post(f"{task}/reopen")

    assert cancelled.json()["state"] == "cancelled"
    assert [code(found) for found in (late, again, reopened)] == [
        (409, "lease_lost"),
        (409, "conflict"),
        (409, "conflict"),
    ]


async def test_a_finished_task_becomes_a_test_and_an_ordinary_task_again(organization: Organization) -> None:
    street, client, _ = await street_with(organization)
    await street.add_tasks("a.jpg")
    await street.accept("a.jpg", answer(box("r", 5, 5, 50, 50)))
    task = f"/v1/tasks/{street.tasks['a.jpg']}"

    wrong = await client.put(f"{task}/gold", json={"answer": answer(box("g", 1, 1, 40, 40, "dragon"))})
    empty = await client.put(f"{task}/gold", json={})
    made = await client.put(f"{task}/gold", json={"answer": answer(box("g", 1, 1, 40, 40))})
    detail = (await client.get(task)).json()
    undone = await client.delete(f"{task}/gold")
    twice = await client.delete(f"{task}/gold")

    assert [code(found) for found in (wrong, empty, twice)] == [(400, "invalid")] * 2 + [(409, "conflict")]
    assert (made.json()["is_gold"], detail["gold"]["annotations"][0]["x"], detail["response"]) == (True, 1, None)
    assert (undone.json()["is_gold"], undone.json()["state"]) == (False, "annotating")


@pytest.mark.parametrize("role", ["annotator", "reviewer", "auditor"])
async def test_who_only_works_or_looks_commands_nothing(organization: Organization, role: Any) -> None:
    street, _, path = await street_with(organization)
    await street.add_tasks("a.jpg")
    client = await organization.client_for(role)
    task = f"/v1/tasks/{street.tasks['a.jpg']}"

    found = [
        await client.post(path, json={"tasks": [{"attachment_id": str(street.photos["a.jpg"])}]}),
        await client.post(f"{task}/cancel"),
        await client.put(f"{task}/gold", json={"answer": answer()}),
        await client.post(
            f"/v1/projects/{street.project_id}/attachments", content=jpeg(), headers={"X-File-Name": "b"}
        ),
    ]

    assert [code(answer) for answer in found] == [(403, "forbidden")] * len(found)


# --- photos -------------------------------------------------------------------------------------------------------


async def test_a_photo_is_served_to_whom_its_address_was_made_for_and_nobody_else(
    organization: Organization, neighbour: Organization
) -> None:
    street, client, _ = await street_with(organization)
    added = await client.post(
        f"/v1/projects/{street.project_id}/attachments", content=jpeg(), headers={"X-File-Name": "%C3%A9.jpg"}
    )
    url = added.json()["media"]["url"]

    mine = await client.get(url)
    others = [
        await (await organization.client_for("reviewer")).get(url),
        await (await organization.key_client()).get(url),
        await (await neighbour.client_for("manager")).get(url),
    ]
    stranger = await (await organization.client_for(None)).get(url)
    tampered = await client.get(url[:-1] + ("A" if url[-1] != "A" else "B"))
    organization.clock.advance(3 * 3600)
    late = await client.get(url)

    assert added.json()["media"]["file_name"] == "é.jpg"
    assert (mine.status_code, mine.headers["content-type"]) == (200, "image/jpeg")
    assert mine.headers["x-content-type-options"] == "nosniff"
    assert [found.status_code for found in [*others, tampered, late]] == [403] * 5
    assert stranger.status_code == 401


async def test_the_same_photo_again_is_the_same_attachment(organization: Organization) -> None:
    street, client, _ = await street_with(organization)
    path = f"/v1/projects/{street.project_id}/attachments"

    first = await client.post(path, content=jpeg(), headers={"X-File-Name": "a.jpg"})
    again = await asyncio.gather(
        *(client.post(path, content=jpeg(), headers={"X-File-Name": f"{n}.jpg"}) for n in range(4))
    )

    assert (first.status_code, first.json()["duplicate"]) == (201, False)
    assert {(a.status_code, a.json()["id"], a.json()["duplicate"]) for a in again} == {(201, first.json()["id"], True)}


@pytest.mark.parametrize("content", [b"", b"not a photo", b"<svg xmlns='http://www.w3.org/2000/svg'/>", jpeg()[:200]])
async def test_what_is_no_photo_is_refused(organization: Organization, content: bytes) -> None:
    street, client, _ = await street_with(organization)

    refused = await client.post(
        f"/v1/projects/{street.project_id}/attachments", content=content, headers={"X-File-Name": "a.jpg"}
    )

    assert code(refused) == (400, "invalid")
    assert len(refused.json()["detail"]) > 20
