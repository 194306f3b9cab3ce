"""A project of one's own put on the market by HTTP, and what freelancers handed in decided on."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from litestar import Litestar

from assay.faces.http import House
from assay.services import engagements
from assay.store.connection import Database
from harness import Person
from market import Market, new_market

TERMS = {"title": "Which animal?", "description": "Read, and choose.", "reward": "0.50", "duration_seconds": 600}


@pytest.fixture
async def market(database: Database, app: Litestar, house: House) -> AsyncIterator[Market]:
    made = await new_market(database, app, house)
    yield made
    await made.close()


async def form_project(client: httpx.AsyncClient, texts: int = 3) -> str:
    made = await client.post(
        "/v1/projects",
        json={
            "name": "Animals",
            "kind": "form",
            "taxonomy": {
                "attributes": [
                    {
                        "name": "animal",
                        "type": "category",
                        "choices": [{"name": "cat"}, {"name": "dog"}],
                        "required": True,
                    }
                ]
            },
        },
    )
    assert made.status_code == 201, made.text
    tasks = [{"content": [{"type": "text", "text": f"It purrs, number {number}."}]} for number in range(texts)]
    created = await client.post(f"/v1/projects/{made.json()['id']}/tasks", json={"tasks": tasks})
    assert created.status_code == 201, created.text
    project_id: str = made.json()["id"]
    return project_id


async def offered(client: httpx.AsyncClient, project_id: str, **terms: Any) -> dict[str, Any]:
    made = await client.post(f"/v1/projects/{project_id}/offers", json={**TERMS, **terms})
    assert made.status_code == 201, made.text
    offer: dict[str, Any] = made.json()
    return offer


async def answer(market: Market, who: Person, offer: dict[str, Any], animal: str) -> str:
    async with market.organization.context_for(who) as context:
        engagement = (await engagements.accept_next(context, offer["id"])).engagement
    async with market.organization.context_for(who) as context:
        await engagements.submit(context, engagement.id, {"attributes": {"animal": animal}}, seconds=20.0)
    return str(engagement.id)


async def test_a_project_is_offered_posted_answered_and_decided_on(market: Market) -> None:
    client = await market.requester.client_for("manager")
    project_id = await form_project(client)
    offer = await offered(client, project_id)
    assert (offer["reward"], offer["auto_approval_seconds"], offer["state"]) == (
        {"minor": 50, "currency": "USD", "text": "0.50"},
        259_200,
        "active",
    )

    at = f"/v1/market/offers/{offer['id']}"
    posted = await client.post(f"{at}/postings", json={"max_engagements": 1, "limit": 2})
    assert posted.status_code == 201, posted.text
    assert len(posted.json()["task_ids"]) == 2
    await market.advance()
    # None of it is for the requester's own people any more, posted or not.
    assert (await client.get(f"/v1/projects/{project_id}/progress")).json()["open_assignments"] == 0

    ann, bob = await market.freelancer(), await market.freelancer()
    good, bad = await answer(market, ann, offer, "cat"), await answer(market, bob, offer, "dog")
    listed = (await client.get(f"{at}/engagements", params={"state": "submitted"})).json()["items"]
    assert [(one["id"], one["answer"]) for one in listed] == [
        (good, {"attributes": {"animal": "cat"}}),
        (bad, {"attributes": {"animal": "dog"}}),
    ]
    approved = await client.post(f"/v1/market/engagements/{good}/approve", json={"feedback": "Right"})
    assert (approved.status_code, approved.json()["state"]) == (200, "approved")
    again = await client.post(f"/v1/market/engagements/{good}/approve", json={})
    assert (again.status_code, again.json()["code"]) == (409, "wrong_state")
    rejected = await client.post(
        f"/v1/market/engagements/{bad}/reject", json={"feedback": "It purrs.", "reason_code": "wrong"}
    )
    assert (rejected.json()["state"], rejected.json()["feedback"]) == ("rejected", "It purrs.")
    await market.advance()

    told = (await client.get(at)).json()["progress"]
    assert told == {
        "postings": {"reviewable": 2},
        "engagements": {"approved": 1, "rejected": 1},
        "seconds_median": 0.0,
    }
    tasks = (await client.get(f"/v1/projects/{project_id}/tasks")).json()["items"]
    assert sorted(task["state"] for task in tasks) == ["annotating", "annotating", "completed"]
    await market.check()


async def test_a_pause_keeps_everybody_from_beginning_until_it_is_over(market: Market) -> None:
    client = await market.requester.client_for("manager")
    offer = await offered(client, await form_project(client))
    at = f"/v1/market/offers/{offer['id']}"
    await client.post(f"{at}/postings", json={})

    assert (await client.post(f"{at}/pause")).json()["state"] == "paused"
    refused = await client.post(f"{at}/postings", json={})
    assert (refused.status_code, refused.json()["code"]) == (409, "wrong_state")
    assert (await client.post(f"{at}/resume")).json()["state"] == "active"
    await answer(market, await market.freelancer(), offer, "cat")


async def test_postings_are_extended_ended_and_disposed_of(market: Market) -> None:
    client = await market.requester.client_for("manager")
    offer = await offered(client, await form_project(client, 1))
    (task_id,) = (await client.post(f"/v1/market/offers/{offer['id']}/postings", json={})).json()["task_ids"]
    at = f"/v1/market/postings/{task_id}"

    assert (await client.post(f"{at}/extend", json={"more": 2})).json()["max_engagements"] == 3
    assert (await client.get("/v1/market/balance")).json()["held"]["text"] == "1.50"
    ended = await client.post(f"{at}/end", json={"ends_at": "1970-01-01T00:00:00Z"})
    assert ended.json()["status"] == "reviewable"
    assert (await client.get("/v1/market/balance")).json()["held"]["text"] == "0.00"
    listed = (await client.get("/v1/market/postings", params={"status": "reviewable"})).json()["items"]
    assert [one["id"] for one in listed] == [task_id]
    assert (await client.post(f"{at}/dispose")).json()["status"] == "disposed"
    await market.advance()
    assert (await client.get(f"/v1/tasks/{task_id}")).json()["state"] == "cancelled"


@pytest.mark.parametrize(
    ("terms", "field"),
    [
        ({"reward": "0.005"}, "reward"),
        ({"title": " "}, "title"),
        ({"duration_seconds": 29}, "duration_seconds"),
        (
            {"requirements": [{"type_id": "00000000-0000-0000-0000-000000000040", "comparator": "equal"}]},
            "requirements",
        ),
    ],
    ids=["half-a-cent", "no-title", "too-short", "no-value"],
)
async def test_terms_that_cannot_be_offered_are_named(market: Market, terms: dict[str, Any], field: str) -> None:
    client = await market.requester.client_for("manager")

    refused = await client.post(f"/v1/projects/{await form_project(client, 1)}/offers", json={**TERMS, **terms})

    assert refused.status_code == 400, refused.text
    assert refused.json()["problems"][0]["field"].startswith(field)


async def test_an_organization_off_the_market_is_told_so(market: Market, organization: Any) -> None:
    client = await organization.client_for("manager")

    refused = await client.post(f"/v1/projects/{await form_project(client, 1)}/offers", json=TERMS)

    assert (refused.status_code, "not on a market" in refused.text) == (404, True)
    assert market.requester.id != organization.id
