"""Whatever a program sends, whoever is allowed to send gets an answer in the dialect, and never a fault of ours."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterator
from typing import Any

import httpx
import pytest
from litestar import Litestar

from assay.core.qualification_types import TypeTerms
from assay.core.sigv4 import Credentials, signing_headers
from assay.faces.http import House
from assay.faces.mturk import ids
from assay.faces.mturk.door import TARGET
from assay.faces.mturk.members import Flag, ListOf, Moment, Shape, Structure, Text, Whole
from assay.faces.mturk.operations import OPERATIONS
from assay.services import qualifications, signing_keys
from assay.store.connection import Database
from harness import BASE_URL
from hits import QUESTION
from market import Market, new_market

URL = f"{BASE_URL}/mturk"
# Of one type of JSON or another, none of them what anybody wants.
STRANGE: list[Any] = ["", "a\x00b", "😀" * 50, "x" * 70_000, "' or 1=1 --%s", "2026-99-99T00:00:00Z"]
STRANGE += [0, -1, 2**31, 1e308, True, [], [None], {"a": None}]


@pytest.fixture
async def market(database: Database, app: Litestar, house: House) -> AsyncIterator[Market]:
    made = await new_market(database, app, house)
    yield made
    await made.check()
    await made.close()


async def things(market: Market) -> dict[str, Any]:
    """What there is, under the names of members, so that requests reach as far as they can."""
    freelancer = await market.freelancer()
    assert freelancer.worker_id is not None
    offer = await market.offer()
    posting = await market.post(offer, 3)
    engagement = await market.done(freelancer, posting, colour="blue")
    async with market.office() as context:
        terms = TypeTerms(name="Birds", description="Knows birds")
        type_ = await qualifications.create_type(context, terms, mode="live")
        await qualifications.grant(context, type_.id, freelancer.worker_id, mode="live")
    return {
        "HITId": ids.told(posting.id),
        "HITTypeId": ids.told(offer.id),
        "AssignmentId": ids.told(engagement.id),
        "WorkerId": ids.worker_told(freelancer.worker_id),
        "WorkerIds": [ids.worker_told(freelancer.worker_id)],
        "QualificationTypeId": ids.told(type_.id),
        "Question": QUESTION,
        "Version": "2014-08-15",
        "Destination": "https://hooks.acme.org/",
        "Transport": "Webhook",
        "EventTypes": ["HITCreated"],
        "Reward": "0.01",
        "BonusAmount": "0.01",
    }


def plain(shape: Shape, there: dict[str, Any], name: str = "") -> Any:
    """Something of this shape that is not refused for its looks."""
    if name in there:
        return there[name]
    match shape:
        case Structure():
            asked = {*shape.required, *({"Question"} & set(shape.members))}
            return {each: plain(member, there, each) for each, member in shape.members.items() if each in asked}
        case ListOf():
            return [plain(shape.member, there, name)]
        case Text():
            if shape.choices:
                return shape.choices[0]
            return "3" * 30 if shape.pattern is not None else "text"
        case Whole():
            return 60
        case Flag():
            return True
        case Moment():
            return 0


def bent(operation: str, there: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Requests that are plain but for one member, at whatever depth it is."""
    shape = OPERATIONS[operation]
    base = plain(shape, there)
    for name, member in shape.members.items():
        for strange in STRANGE:
            yield {**base, name: strange}
        if isinstance(member, Structure):
            for below in member.members:
                for strange in STRANGE:
                    yield {**base, name: {**plain(member, there), below: strange}}
        if isinstance(member, ListOf) and isinstance(member.member, Structure):
            for below in member.member.members:
                for strange in STRANGE:
                    yield {**base, name: [{**plain(member.member, there), below: strange}]}


@pytest.mark.parametrize("operation", sorted(OPERATIONS))
async def test_nothing_that_is_sent_breaks_us(market: Market, operation: str) -> None:
    home = market.requester
    async with home.context_for("owner") as context:
        key = await signing_keys.make(context, home.house.seals, name="K", mode="live", role="manager")
    transport = httpx.ASGITransport(app=home.app)  # type: ignore[arg-type]
    there, asked = await things(market), 0
    async with httpx.AsyncClient(transport=transport) as client:
        for given in bent(operation, there):
            body = json.dumps(given).encode()
            headers = signing_headers(
                "POST",
                URL,
                {"x-amz-target": TARGET + operation},
                body,
                Credentials(key.access_key, key.secret),
                region="us-east-1",
                service="mturk-requester",
                now=home.clock(),
            )
            answer = await client.post(URL, headers=headers, content=body)
            assert answer.status_code in (200, 400), (given, answer.text)
            told = answer.json()
            assert (answer.status_code == 200) == ("__type" not in told), (given, told)
            asked += 1
    assert asked >= len(STRANGE) * len(OPERATIONS[operation].members)
