"""A freelancer's turns over HTTP: pages in frames, and the kinds that have a desk."""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx
import pytest
from litestar import Litestar

from assay.core.offers import OfferTerms
from assay.core.pages import FormPage
from assay.core.questionnaire import Paragraph, Question, Questionnaire, Written
from assay.faces.http import House
from assay.services import offers, postings
from assay.store.connection import Database
from market import LIFETIME, TERMS, Market, new_market
from scenes import make_project, make_tasks

BOX = {"annotations": [{"type": "box", "id": "a", "label": "apple", "x": 1, "y": 2, "width": 10, "height": 10}]}


@pytest.fixture
async def market(database: Database, app: Litestar, house: House) -> AsyncIterator[Market]:
    made = await new_market(database, app, house)
    yield made
    await made.close()


async def test_a_page_is_previewed_accepted_answered_in_its_frame_and_paid(market: Market) -> None:
    ann = await market.freelancer()
    offer = await market.offer()
    posting = await market.post(offer, most=2)
    client = await market.organization.client_for(ann)

    looked = (await client.get(f"/v1/work/postings/{posting.id}/preview")).json()
    assert looked["title"] == TERMS.title
    assert looked["frame"]["url"].startswith(looked["frame"]["origin"] + "/t/")

    taken = await client.post(f"/v1/work/jobs/{offer.id}/accept")
    assert taken.status_code == 201, taken.text
    engagement = taken.json()["engagement"]
    assert engagement["state"] == "accepted"
    assert taken.json()["turn"] is None
    again = await client.post(f"/v1/work/postings/{posting.id}/accept")
    assert again.status_code == 409
    queue = (await client.get("/v1/work/engagements?states=accepted")).json()
    assert [(one["id"], one["title"]) for one in queue["items"]] == [(engagement["id"], "Name the colour")]

    frame = taken.json()["frame"]
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=market.organization.app)) as browser:  # type: ignore[arg-type]
        page = await browser.get(frame["url"], follow_redirects=True)
        assert page.status_code == 200
        sent = await browser.post(f"{frame['url']}/mturk/externalSubmit", data={"colour": "red"})
        assert sent.status_code == 200
    shown = (await client.get(f"/v1/work/engagements/{engagement['id']}")).json()
    assert shown["engagement"]["state"] == "submitted"
    assert shown["frame"] is None
    assert shown["answer"] == {"attributes": {"colour": "red"}}

    await market.tick(TERMS.auto_approval_seconds + 1)
    shown = (await client.get(f"/v1/work/engagements/{engagement['id']}")).json()
    assert shown["engagement"]["state"] == "approved"
    assert (await market.balances(ann.worker_id))["earned"] == TERMS.reward_minor
    await market.check()


async def test_a_form_is_drafted_extended_returned_and_answered_by_program(market: Market) -> None:
    ann = await market.freelancer()
    form = FormPage(Questionnaire([Question("name", [Paragraph("Its name?")], Written(length_min=2))]))
    offer = await market.offer()
    await market.post(offer, page=form)
    client = await market.organization.client_for(ann)
    taken = (await client.post(f"/v1/work/jobs/{offer.id}/accept")).json()
    assert taken["frame"]["drawn_by_us"]
    address = f"/v1/work/engagements/{taken['engagement']['id']}"

    assert (await client.put(f"{address}/draft", json={"answer": {"attributes": {"name": "R"}}})).status_code == 400
    longer = (await client.post(f"{address}/extend")).json()
    assert longer["extended"]
    assert longer["deadline"] > taken["engagement"]["deadline"]
    assert (await client.post(f"{address}/extend")).status_code == 409
    wrong = await client.post(f"{address}/submit", json={"answer": {"attributes": {"name": "R"}}})
    assert wrong.status_code == 400
    assert wrong.json()["problems"][0]["field"] == "attributes.name"

    assert (await client.post(f"{address}/return")).json()["state"] == "returned"
    assert (await client.post(f"{address}/return")).json()["state"] == "returned"
    assert (await client.get(address)).json()["frame"] is None
    once_more = (await client.post(f"/v1/work/jobs/{offer.id}/accept")).json()
    address = f"/v1/work/engagements/{once_more['engagement']['id']}"
    market.organization.clock.advance(20)
    answer = {"answer": {"attributes": {"name": "Rex"}}, "duration_seconds": 7.5}
    for _ in range(2):
        done = await client.post(f"{address}/submit", json=answer)
        assert done.status_code == 200, done.text
    assert done.json()["seconds"] == 7.5
    await market.check()


async def test_photos_of_a_requester_are_marked_at_the_desk_by_a_freelancer(market: Market) -> None:
    requester = market.requester
    project = await make_project(requester)
    await make_tasks(requester, project["id"], 2)
    terms = {name: getattr(TERMS, name) for name in TERMS.__struct_fields__}
    async with market.office() as context:
        offer = await offers.create(context, project["id"], OfferTerms(**terms))
        posted = await postings.publish_tasks(context, offer.id, lifetime_seconds=LIFETIME)
    assert len(posted) == 2
    ann = await market.freelancer()
    client = await market.organization.client_for(ann)

    taken = (await client.post(f"/v1/work/jobs/{offer.id}/accept")).json()
    turn = taken["turn"]
    assert taken["frame"] is None
    assert turn["kind"] == "image"
    assert (await client.get(turn["media"]["url"])).status_code == 200
    # The address was made for them and nobody else.
    bob = await market.organization.client_for(await market.freelancer())
    assert (await bob.get(turn["media"]["url"])).status_code == 403
    stranger = await requester.client_for("annotator")
    assert (await stranger.get(turn["media"]["url"])).status_code == 403

    address = f"/v1/work/engagements/{taken['engagement']['id']}"
    assert (await client.put(f"{address}/draft", json={"answer": BOX})).status_code == 204
    assert (await client.get(address)).json()["turn"]["draft"]["annotations"][0]["label"] == "apple"
    assert (await bob.get(address)).status_code == 404
    done = await client.post(f"{address}/submit", json={"answer": BOX, "duration_seconds": 12})
    assert done.status_code == 200, done.text
    await market.check()
