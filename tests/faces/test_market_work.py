"""Finding work and qualifying for it over HTTP, from both sides of a market."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from litestar import Litestar

from assay.faces.http import House
from assay.store.connection import Database
from harness import Person
from trading import Trading, new_trading

TEST: dict[str, Any] = {
    "items": [
        {"item": "overview", "contents": [{"show": "heading", "text": "Birds"}]},
        {
            "item": "question",
            "id": "swims",
            "contents": [{"show": "text", "text": "Which of them swims?"}],
            "required": True,
            "answer": {
                "asks": "choice",
                "options": [{"id": one, "content": {"show": "text", "text": one}} for one in ("duck", "owl")],
            },
        },
    ]
}
KEY: dict[str, Any] = {
    "questions": [{"id": "swims", "options": [{"chosen": ["duck"], "score": 1}]}],
    "mapping": {"by": "percentage", "best": 1},
}
TYPE: dict[str, Any] = {"name": "Birds", "description": "Knows birds", "test": TEST, "test_seconds": 600, "key": KEY}


@pytest.fixture
async def trading(database: Database, app: Litestar, house: House) -> AsyncIterator[Trading]:
    made = await new_trading(database, app, house)
    await made.fund(100_000)
    yield made
    await made.market.close()
    await made.requester.close()


@pytest.fixture
async def ann(trading: Trading) -> tuple[Person, httpx.AsyncClient]:
    person = await trading.freelancer()
    client = await trading.market.client_for(person)
    assert (await client.post("/v1/market/profile", json={})).status_code == 201
    return person, client


@pytest.fixture
async def acme(trading: Trading) -> httpx.AsyncClient:
    return await trading.requester.client_for("manager")


async def test_a_test_opens_the_work_that_wants_it(
    trading: Trading, ann: tuple[Person, httpx.AsyncClient], acme: httpx.AsyncClient
) -> None:
    _, client = ann
    made = (await acme.post("/v1/market/qualification-types", json={**TYPE, "retry_seconds": 60})).json()
    offer = await trading.offer(title="Name the bird")
    await trading.posting(offer, 3)
    async with trading.books() as (_, room):
        wanted = f'[{{"type_id":"{made["id"]}","comparator":"at_least","integers":[80]}}]'
        await room.execute("update offers set requirements = $3 where organization_id = $1 and id = $2", offer, wanted)

    (closed,) = (await client.get("/v1/market/jobs")).json()["items"]
    (shown,) = (await client.get("/v1/market/offered-qualifications", params={"words": "bird"})).json()["items"]
    begun = (await client.post(f"/v1/market/offered-qualifications/{made['id']}/test")).json()
    wrong = await client.post(f"/v1/market/tests/{begun['id']}/submit", json={"fields": {"swims": "swan"}})
    failed = (await client.post(f"/v1/market/tests/{begun['id']}/submit", json={"fields": {"swims": "owl"}})).json()
    (waiting,) = (await client.get("/v1/market/jobs")).json()["items"]
    trading.market.clock.advance(60)
    again = (await client.post(f"/v1/market/offered-qualifications/{made['id']}/test")).json()
    passed = await client.post(f"/v1/market/tests/{again['id']}/submit", json={"fields": {"swims": ["duck"]}})
    (opened,) = (await client.get("/v1/market/jobs", params={"eligible_only": True})).json()["items"]
    following = (await client.get("/v1/market/next-job")).json()

    assert (made["own"], made["key"]) == (True, KEY)
    assert (closed["title"], closed["eligible"], closed["places"]) == ("Name the bird", False, 3)
    assert closed["why_not"] == [
        {
            "reason": "'Birds' is wanted, and you do not have it.",
            "remedy": "Take its test.",
            "way": "test",
            "type_id": made["id"],
        }
    ]
    assert (shown["way"], shown["test_seconds"], shown["holds"]) == ("test", 600, False)
    assert begun["test"]["items"][1]["id"] == "swims"
    assert "key" not in begun
    assert wrong.status_code == 400
    assert wrong.json()["problems"][0]["field"] == "swims"
    assert (failed["state"], failed["value"], failed["test"]) == ("granted", 0, None)
    assert waiting["why_not"][0]["way"] == "wait"
    assert passed.json()["value"] == 100
    assert opened["eligible"] is True
    assert following["job"]["offer_id"] == str(offer)


async def test_requests_wait_for_their_requester(
    ann: tuple[Person, httpx.AsyncClient], acme: httpx.AsyncClient
) -> None:
    person, client = ann
    body = {"name": "Cars", "description": "Knows cars"}
    type_id = (await acme.post("/v1/market/qualification-types", json=body)).json()["id"]

    asked = (await client.post(f"/v1/market/offered-qualifications/{type_id}/ask")).json()
    twice = await client.post(f"/v1/market/offered-qualifications/{type_id}/ask")
    (waiting,) = (await acme.get("/v1/market/qualification-requests")).json()["items"]
    given = await acme.post(f"/v1/market/qualification-requests/{waiting['id']}/accept", json={"value": 5})
    (mine,) = (await client.get("/v1/market/my-qualifications")).json()["items"]
    taken = await acme.request(
        "DELETE",
        f"/v1/market/qualification-types/{type_id}/holders/{person.worker_id}",
        params={"reason": "Too old"},
    )
    (former,) = (await acme.get(f"/v1/market/qualification-types/{type_id}/holders", params={"former": True})).json()[
        "items"
    ]
    (lost,) = (await client.get("/v1/market/my-qualifications")).json()["items"]

    assert (asked["state"], waiting["freelancer_id"]) == ("pending", str(person.worker_id))
    assert (twice.status_code, twice.json()["code"]) == (409, "asked_already")
    assert given.json()["value"] == 5
    assert (mine["holds"], mine["value"], mine["way"]) == (True, 5, "requester")
    assert taken.status_code == 204
    assert former["reason"] == "Too old"
    assert (lost["holds"], lost["reason"]) == (False, "Too old")


async def test_a_type_changes_and_goes(ann: tuple[Person, httpx.AsyncClient], acme: httpx.AsyncClient) -> None:
    _, client = ann
    made = (await acme.post("/v1/market/qualification-types", json=TYPE)).json()
    address = f"/v1/market/qualification-types/{made['id']}"

    changed = (await acme.patch(address, json={"description": "Of all birds", "state": "inactive"})).json()
    taken = await acme.post("/v1/market/qualification-types", json=TYPE)
    hidden = (await client.get("/v1/market/offered-qualifications")).json()["items"]
    gone = await acme.delete(address)

    assert (changed["description"], changed["state"], changed["key"]) == ("Of all birds", "inactive", KEY)
    assert (taken.status_code, taken.json()["code"]) == (409, "name_taken")
    assert hidden == []
    assert gone.status_code == 204
    assert (await acme.get(address)).status_code == 404
    assert (await acme.post("/v1/market/qualification-types", json=TYPE)).status_code == 201


async def test_test_keys_have_types_of_their_own(trading: Trading, acme: httpx.AsyncClient) -> None:
    await acme.post("/v1/market/qualification-types", json=TYPE)
    program = await trading.requester.key_client("test", "manager")

    assert (await program.get("/v1/market/qualification-types")).json()["items"] == []
    assert (await program.get("/v1/market/qualification-types", params={"mode": "live"})).status_code == 403
    assert (await program.post("/v1/market/qualification-types", json=TYPE)).json()["mode"] == "test"
    assert (await program.get("/v1/market/jobs")).status_code == 403, "a program holds no turns"


async def test_a_list_of_work_has_pages_filters_and_searches(
    trading: Trading, ann: tuple[Person, httpx.AsyncClient], acme: httpx.AsyncClient
) -> None:
    person, client = ann
    for number in range(3):
        await trading.posting(await trading.offer(10 + number, title=f"Work {number}"), 1, 10 + number)

    first = (await client.get("/v1/market/jobs", params={"sort": "reward", "limit": 2})).json()
    rest = (
        await client.get("/v1/market/jobs", params={"sort": "reward", "limit": 2, "cursor": first["next_cursor"]})
    ).json()
    await acme.put(f"/v1/market/blocks/{person.worker_id}", json={"reason": "Private"})
    blocked = (await client.get("/v1/market/jobs", params={"words": "work 1"})).json()["items"]
    saved = (await client.put("/v1/market/searches", json={"name": "Good", "filter": {"hourly_min_minor": 900}})).json()
    kept = (await client.get("/v1/market/searches")).json()["items"]

    assert [one["title"] for one in first["items"]] == ["Work 2", "Work 1"]
    assert ([one["title"] for one in rest["items"]], rest["next_cursor"]) == (["Work 0"], None)
    assert [one["why_not"][0]["reason"] for one in blocked] == ["This requester gives you no more work."]
    assert "Private" not in str(blocked)
    assert (await acme.get("/v1/market/blocks")).json()["items"][0]["reason"] == "Private"
    assert kept == [saved]
    assert (await client.delete(f"/v1/market/searches/{saved['id']}")).status_code == 204
    assert (await client.get("/v1/market/jobs", params={"cursor": "x"})).status_code == 400
