"""A market on a real server, for journeys: what requesters do is done from within, what freelancers do in a browser."""

from __future__ import annotations

import asyncio
import json
import uuid
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar
from uuid import UUID

import httpx

from assay.app import opened
from assay.config import Settings
from assay.core.offers import OfferTerms
from assay.core.pages import Page
from assay.core.permissions import Role
from assay.services import engagements, offers, postings
from harness import Organization, Person
from journey import Served
from market import LIFETIME, TERMS, Market, new_market

Answer = TypeVar("Answer")


@dataclass
class Bazaar:
    """``organizations``: id, name and people of the market and then of its requesters. ``freelancers`` by name."""

    served: Served
    organizations: list[tuple[UUID, str, dict[Role, Person]]] = field(default_factory=list)
    freelancers: dict[str, Person] = field(default_factory=dict)

    def within(self, do: Callable[[Market], Awaitable[Answer]]) -> Answer:
        """Does something in the market, in the server's database. A loop runs beside the browser's already: hence the
        thread."""

        async def inside() -> Answer:
            dsn = json.loads((self.served.home / "postgres/state.json").read_text())["dsn"]
            async with opened(replace(Settings(home=self.served.home), database_url=dsn)) as open_:
                homes = [
                    Organization(id_, name, open_.database, None, open_.house, people)  # type: ignore[arg-type]
                    for id_, name, people in self.organizations
                ]
                if homes:
                    return await do(Market(homes[0], homes[1:]))
                made = await new_market(open_.database, None, open_.house, ["Acme", "Borealis"])  # type: ignore[arg-type]
                self.organizations += [(one.id, one.name, one.people) for one in [made.organization, *made.requesters]]
                return await do(made)

        with ThreadPoolExecutor(1) as thread:
            return thread.submit(asyncio.run, inside()).result()

    def freelancer(self, name: str, *, joined: bool = True) -> Person:
        """Somebody new at the market."""

        async def come(market: Market) -> Person:
            if joined:
                return await market.freelancer(country="DE", languages=["en", "de"])
            return await market.organization.add("annotator", name, f"{uuid.uuid4().hex}@assay.test")

        self.freelancers[name] = self.within(come)
        return self.freelancers[name]

    def post(self, *pages: Page, requester: int = 0, most: int = 1, **terms: Any) -> UUID:
        """Pages of one offer; its id."""

        async def publish(market: Market) -> UUID:
            offer = await market.offer(market.requesters[requester], **terms)
            for page in pages:
                await market.post(offer, most, page=page)
            return offer.id

        return self.within(publish)

    def post_photo(self, photo: bytes, labels: list[str], **terms: Any) -> UUID:
        """A photo to draw boxes on; the offer's id."""
        with self.office() as office:
            taxonomy = {"labels": [{"name": name} for name in labels]}
            made = office.post("/v1/projects", json={"name": terms["title"], "instructions": "", "taxonomy": taxonomy})
            assert made.status_code == 201, made.text
            project = UUID(made.json()["id"])
            path = f"/v1/projects/{project}"
            kept = office.post(f"{path}/attachments", content=photo, headers={"x-file-name": "photo.png"})
            assert kept.status_code == 201, kept.text
            office.post(f"{path}/tasks", json={"tasks": [{"attachment_id": kept.json()["id"]}]})
        wanted = OfferTerms(**({name: getattr(TERMS, name) for name in TERMS.__struct_fields__} | terms))

        async def publish(market: Market) -> UUID:
            async with market.office() as context:
                made = await offers.create(context, project, wanted)
                await postings.publish_tasks(context, made.id, lifetime_seconds=LIFETIME)
                return made.id

        return self.within(publish)

    def answers(self, offer_id: UUID) -> list[dict[str, Any]]:
        """What was handed in for an offer, oldest first."""

        async def look(market: Market) -> list[dict[str, Any]]:
            async with market.books() as (_, room):
                rows = await room.fetch(
                    """select id, requester_id from engagements where organization_id = $1 and offer_id = $2
                    and submitted_at is not null order by submitted_at""",
                    offer_id,
                )
            home = next((one for one in market.requesters if rows and one.id == rows[0]["requester_id"]), None)
            if home is None:
                return []
            async with market.office(home) as context:
                said = await engagements.answers(context, [row["id"] for row in rows])
            return [dict(said[row["id"]]) for row in rows]

        return self.within(look)

    def office(self, requester: int = 0) -> httpx.Client:
        """A requester's manager, by HTTP."""
        manager = self.organizations[1 + requester][2]["manager"]
        return httpx.Client(
            base_url=self.served.url,
            headers={"x-assay-request": "1"},
            cookies={"assay_session": manager.session},
            timeout=30,
        )
