"""Offers: a requester says on which terms work is to be done."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from assay.core import offers as rules
from assay.core.errors import AlreadyExists, Conflict, Invalid
from assay.core.market_settings import MarketSettings
from assay.core.money import check_currency
from assay.core.offers import Mode, OfferState, OfferTerms
from assay.core.policy import Policy
from assay.core.postings import MissingThing
from assay.core.taxonomy import Taxonomy
from assay.services.context import Context
from assay.store import events, market_settings, postings, projects
from assay.store.connection import Tenant
from assay.store.postings import Offer as Offer
from assay.store.postings import Progress as Progress


async def ensure(context: Context, terms: OfferTerms, *, mode: Mode) -> Offer:
    """The requester's offer with these terms for pages; made, with a project for its tasks, where there is none.

    Raises ``Invalid`` naming every field that is wrong.
    """
    fingerprint = terms.fingerprint()
    async with context.market() as room:
        await _check(room, terms)
        found = await postings.offer_with(room, context.organization_id, mode, fingerprint)
        if found is not None:
            return found
        offer = _new(context, context.new_id(), terms, mode)
        if not await postings.insert_offer(room, offer, fingerprint):
            # Another request made it in between.
            found = await postings.offer_with(room, context.organization_id, mode, fingerprint)
            assert found is not None, "what is in the way of an offer is the offer"
            return found
        await _tell(context, room, offer, "offer.created")
    name = terms.title[:200].strip() or "Untitled"
    await postings.insert_project(context.tenant, offer.project_id, name, mode, context.now)
    version = projects.Version(1, terms.description, Taxonomy(), Policy(), context.now)
    await projects.insert_version(context.tenant, offer.project_id, version)
    made = events.NewEvent(context.new_id(), "project.created", offer.project_id, data={"name": name})
    await events.record(context.tenant, context.now, context.caller.actor, [made])
    return offer


async def create(context: Context, project_id: UUID, terms: OfferTerms) -> Offer:
    """Offers the work of a project, of any kind, to freelancers. From then on its tasks are for them, once they are
    posted, and the organization's own people are given none.

    Raises ``NotFound``, ``Invalid``, ``Conflict`` for an archived project, and ``AlreadyExists`` for equal terms.
    """
    project = await projects.lock(context.tenant, project_id)
    if project.state == "archived":
        raise Conflict("This project is archived. Make it active before offering its work.")
    mode: Mode = "test" if project.mode == "test" else "live"
    fingerprint = terms.fingerprint(project_id)
    async with context.market() as room:
        await _check(room, terms)
        offer = _new(context, project_id, terms, mode)
        if not await postings.insert_offer(room, offer, fingerprint):
            raise AlreadyExists("This project is offered on these terms already.")
        await _tell(context, room, offer, "offer.created")
    if await postings.offer_project(context.tenant, project_id):
        said = events.NewEvent(context.new_id(), "project.offered", project_id, data={"offer_id": str(offer.id)})
        await events.record(context.tenant, context.now, context.caller.actor, [said])
    return offer


async def get(context: Context, offer_id: UUID) -> Offer:
    """One of the requester's. Raises ``MissingThing``."""
    async with context.market() as room:
        return await own(context, room, offer_id)


async def listed(
    context: Context, *, mode: Mode, before: UUID | None = None, project_id: UUID | None = None, limit: int
) -> Sequence[Offer]:
    """The requester's, the newest first; one more than ``limit`` where there are more."""
    async with context.market() as room:
        return await postings.offers(
            room, context.organization_id, mode, before=before, project_id=project_id, limit=limit + 1
        )


async def set_state(context: Context, offer_id: UUID, state: OfferState) -> Offer:
    """Pauses an offer, so that nobody new begins, or goes on with it. Raises ``MissingThing``."""
    async with context.market() as room:
        offer = await own(context, room, offer_id)
        if await postings.set_offer_state(room, offer_id, context.organization_id, state):
            await _tell(context, room, offer, f"offer.{state}")
        return await postings.offer(room, offer_id)


async def market(context: Context) -> MarketSettings:
    """How the market trades where the caller does."""
    async with context.market() as room:
        return await market_settings.get(room)


async def progress(context: Context, offer_id: UUID) -> Progress:
    """How far one of the requester's offers is. Raises ``MissingThing``."""
    async with context.market() as room:
        await own(context, room, offer_id)
        return await postings.progress(room, offer_id)


async def own(context: Context, room: Tenant, offer_id: UUID) -> Offer:
    """An offer of the caller's organization, in the caller's world. Raises ``MissingThing``."""
    found = await postings.offer(room, offer_id)
    if found.requester_id != context.organization_id or not sees(context, found.mode):
        raise MissingThing("offer")
    return found


def sees(context: Context, mode: Mode) -> bool:
    """Whether the caller reaches rows of this world: a program its own, people both."""
    return context.caller.kind != "key" or context.caller.mode == mode


async def _check(room: Tenant, terms: OfferTerms) -> None:
    settings = await market_settings.get(room)
    check_currency(terms.currency)
    problems = rules.problems(terms)
    if problems:
        raise Invalid(problems)
    if terms.currency != settings.currency:
        raise Invalid(f"This market pays in {settings.currency}.", "currency")


def _new(context: Context, project_id: UUID, terms: OfferTerms, mode: Mode) -> Offer:
    return Offer(context.new_id(), context.organization_id, project_id, mode, "active", terms, context.now)


async def _tell(context: Context, room: Tenant, offer: Offer, type: str) -> None:
    data = {"offer_id": str(offer.id), "requester_id": str(offer.requester_id), "mode": offer.mode}
    said = events.NewEvent(context.new_id(), type, data=data)
    await events.record(room, context.now, context.caller.actor, [said])
