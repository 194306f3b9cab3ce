"""What a requester says of help by machines is read with the job, and what freelancers say of it with the answer."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from litestar import Litestar

from assay.faces.http import House
from assay.store.connection import Database
from market import Market, new_market

ANSWER = {"attributes": {"colour": "blue"}}


@pytest.fixture
async def market(database: Database, app: Litestar, house: House) -> AsyncIterator[Market]:
    made = await new_market(database, app, house)
    yield made
    await made.close()


async def taken(market: Market, client: httpx.AsyncClient, **terms: Any) -> tuple[str, str]:
    """Offer and engagement."""
    offer = await market.offer(**terms)
    await market.post(offer)
    answer = await client.post(f"/v1/work/jobs/{offer.id}/accept")
    assert answer.status_code == 201, answer.text
    return str(offer.id), answer.json()["engagement"]["id"]


async def test_the_policy_is_shown_with_the_job_and_the_disclosure_with_the_answer(market: Market) -> None:
    ann = await market.freelancer()
    client = await market.organization.client_for(ann)
    offer = await market.offer(ai_help="allowed_with_disclosure")
    silent = await market.offer()
    assert offer.id != silent.id
    posting = await market.post(offer)
    jobs = (await client.get("/v1/market/jobs")).json()["items"]
    assert [job["ai_help"] for job in jobs] == ["allowed_with_disclosure"]
    looked = (await client.get(f"/v1/work/postings/{posting.id}/preview")).json()
    assert looked["ai_help"] == "allowed_with_disclosure"
    shown = (await client.post(f"/v1/work/jobs/{offer.id}/accept")).json()
    assert (shown["ai_help"], shown["engagement"]["disclosure"]) == ("allowed_with_disclosure", None)
    at = f"/v1/work/engagements/{shown['engagement']['id']}"

    sent = {"answer": ANSWER, "disclosure": " A translator "}
    done = await client.post(f"{at}/submit", json=sent)
    assert (done.status_code, done.json()["disclosure"]) == (200, "A translator")
    # Sending it again is safe, and what was said stays.
    assert (await client.post(f"{at}/submit", json=sent)).status_code == 200
    assert (await client.post(f"{at}/submit", json=sent | {"disclosure": "None"})).status_code == 409

    requester = await market.requester.client_for("manager")
    (answered,) = (await requester.get(f"/v1/market/offers/{offer.id}/engagements")).json()["items"]
    assert (answered["disclosure"], answered["state"]) == ("A translator", "submitted")
    assert (await requester.get(f"/v1/market/offers/{offer.id}")).json()["ai_help"] == "allowed_with_disclosure"
    await market.check()


async def test_what_is_said_before_an_answer_comes_by_another_way_is_kept_with_it(market: Market) -> None:
    ann, bob = await market.freelancer(), await market.freelancer()
    client = await market.organization.client_for(ann)
    _, engagement = await taken(market, client, ai_help="forbidden")
    at = f"/v1/work/engagements/{engagement}"

    assert (await client.put(f"{at}/disclosure", json={"disclosure": "x" * 1001})).status_code == 400
    assert (await client.put(f"{at}/disclosure", json={"disclosure": "A spelling checker"})).status_code == 204
    other = await market.organization.client_for(bob)
    assert (await other.put(f"{at}/disclosure", json={"disclosure": "Mine"})).status_code == 404
    done = await client.post(f"{at}/submit", json={"answer": ANSWER})

    # Help is forbidden, and what was said of it decides nothing by itself.
    assert (done.json()["state"], done.json()["disclosure"]) == ("submitted", "A spelling checker")
    assert (await client.put(f"{at}/disclosure", json={"disclosure": "Later"})).status_code == 409


async def test_a_requester_declares_it_over_http(market: Market) -> None:
    requester = await market.requester.client_for("manager")
    project = await requester.post("/v1/projects", json={"name": "P", "taxonomy": {"labels": [{"name": "a"}]}})
    terms = {"title": "T", "description": "D", "reward": "0.10"}
    path = f"/v1/projects/{project.json()['id']}/offers"

    made = await requester.post(path, json=terms | {"ai_help": "forbidden"})
    assert (made.status_code, made.json()["ai_help"]) == (201, "forbidden")
    assert (await requester.post(path, json=terms | {"ai_help": "perhaps"})).status_code == 400
