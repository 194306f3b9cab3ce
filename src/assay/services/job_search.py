"""Finding work: what there is, what it pays an hour, who may take it, and what to do next."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from assay.core import job_ranking as ranking
from assay.core.errors import Conflict, Invalid
from assay.core.freelancers import NotJoined
from assay.core.job_ranking import Expected, Filter, Job
from assay.core.offers import Mode
from assay.core.postings import MissingThing
from assay.core.qualifications import Unmet, allowed, types_of, unmet
from assay.core.reputation import Record, hourly, record_of
from assay.core.texts import is_storable
from assay.services.context import Context
from assay.store import events, freelancers, qualifications
from assay.store import job_search as store
from assay.store.connection import Tenant
from assay.store.job_search import Opening as Opening
from assay.store.job_search import SavedFilter as SavedFilter

# So many of the newest offers that fit are looked at; whoever wants older ones says what they look for.
LOOKED_AT: Final = 300
# Places are told exactly up to so many postings of an offer.
POSTINGS_COUNTED: Final = 20
# What an hour pays is told from so many of the latest answers.
TIMES: Final = 20
NAME_LENGTH_MAX: Final = 100


@dataclass(frozen=True)
class Found:
    """An offer as one freelancer sees it. ``hourly_minor``: what an hour pays by the median of real times; none while
    nobody's time is known. ``why_not``: sentences with what to do about each; ``unmet``: those that are requirements.
    ``may_preview``: they may look into it before they take it."""

    opening: Opening
    expected: Expected
    hourly_minor: int | None
    unmet: Sequence[Unmet]
    why_not: Sequence[tuple[str, str]]
    may_preview: bool

    @property
    def eligible(self) -> bool:
        return not self.why_not


async def search(context: Context, wanted: Filter, *, mode: Mode, skip: int = 0, limit: int) -> list[Found]:
    """What the caller may take first, then what they may not, each in the order that the filter wants; ``limit`` and
    one more where there are more, after ``skip`` of them. What its requester shows only to those who qualify is left
    out.

    Raises ``NotJoined``.
    """
    found = await _found(context, wanted, mode)
    return found[skip : skip + limit + 1]


async def job(context: Context, offer_id: UUID, *, mode: Mode) -> Found:
    """One offer. Raises ``MissingThing`` where there is nothing of it to take, and ``NotJoined``."""
    found = await _found(context, Filter(), mode, offer_id)
    if not found:
        raise MissingThing("offer")
    return found[0]


async def next_best(context: Context, wanted: Filter, *, mode: Mode) -> Found | None:
    """What the caller might do next: likely the best gain for their time, now and then something little known. None
    where there is nothing that they may take. Raises ``NotJoined``."""
    found = [one for one in await _found(context, wanted, mode) if one.eligible]
    record = await _record_of(context, mode)
    chosen = ranking.next_best([_job(one.opening) for one in found], record.approved, record.counted, context.chance)
    return next((one for one in found if chosen is not None and one.opening.id == chosen.offer_id), None)


async def preview(context: Context, offer_id: UUID, *, mode: Mode) -> UUID:
    """The posting that shows what the work of an offer is like. Raises ``MissingThing``, ``Conflict`` where only those
    who qualify may look into it, and ``NotJoined``."""
    found = await job(context, offer_id, mode=mode)
    if not found.may_preview:
        raise Conflict(" ".join(sentence for pair in found.why_not for sentence in pair))
    async with context.market() as room:
        posting = await store.first_posting(room, context.worker_id, offer_id, context.now)
    if posting is None:
        raise MissingThing("offer")
    return posting


# --- searches that are kept -----------------------------------------------------------------------------------------


async def filters(context: Context, *, mode: Mode) -> list[SavedFilter]:
    """The caller's, by name."""
    async with context.market() as room:
        return await store.filters(room, context.worker_id, mode)


async def save_filter(context: Context, name: str, wanted: Filter, *, mode: Mode) -> SavedFilter:
    """Keeps a search under a name, in place of the one that had it. Raises ``Invalid`` and ``NotJoined``."""
    name = name.strip()
    if not 1 <= len(name) <= NAME_LENGTH_MAX or not name.isprintable() or not is_storable(name):
        raise Invalid(f"1 to {NAME_LENGTH_MAX} characters that can be printed.", "name")
    if not is_storable(wanted.query):
        raise Invalid("Has a character that cannot be stored; remove it.", "filter.query")
    async with context.market() as room:
        await freelancers.lock_joined(room, context.worker_id)
        had = await store.filters(room, context.worker_id, mode)
        if len(had) >= ranking.FILTERS_MAX and name not in {one.name for one in had}:
            raise Invalid(f"At most {ranking.FILTERS_MAX} searches; delete one first.", "name")
        saved = await store.save_filter(room, context.new_id(), context.worker_id, mode, name, wanted, context.now)
        await _record(context, room, "saved_filter.saved", saved.id)
        return saved


async def delete_filter(context: Context, filter_id: UUID) -> None:
    """Raises ``MissingThing``."""
    async with context.market() as room:
        if not await store.delete_filter(room, filter_id, context.worker_id):
            raise MissingThing("saved search")
        await _record(context, room, "saved_filter.deleted", filter_id)


# --- shared ---------------------------------------------------------------------------------------------------------


async def _found(context: Context, wanted: Filter, mode: Mode, offer_id: UUID | None = None) -> list[Found]:
    async with context.market() as room:
        # What others did, for times and places, is out of a freelancer's sight; sums of it are told to everybody.
        async with room.room(room.organization_id) as whole:
            openings = await store.openings(
                whole,
                context.worker_id,
                mode,
                context.now,
                wanted,
                offer_id=offer_id,
                limit=LOOKED_AT,
                postings_counted=POSTINGS_COUNTED,
                times=TIMES,
            )
        type_ids = list({type_id: None for one in openings for type_id in types_of(one.requirements)})
        try:
            standing = await qualifications.standing_of(room, context.worker_id, mode, type_ids, context.now)
        except MissingThing as error:
            raise NotJoined from error
        shown = [one for one in openings if allowed(one.requirements, standing, "discover")]
        types = await qualifications.shown_types(room, context.worker_id, type_ids, standing, context.now)
        record = await _record_in(room, context, mode)
    by_id = {one.id: one for one in shown}
    ranked = ranking.best_first([_job(one) for one in shown], record.approved, record.counted)
    found = []
    for place, expected in ranked:
        one = by_id[place.offer_id]
        lacking = unmet(one.requirements, standing, "accept", types)
        found.append(
            Found(
                one,
                expected,
                hourly(one.reward_minor, one.seconds),
                lacking,
                [*((each.reason, each.remedy) for each in lacking), *_why_not(one)],
                not one.blocked and allowed(one.requirements, standing, "preview"),
            )
        )
    return _sorted(_fitting(found, wanted), wanted)


def _why_not(one: Opening) -> list[tuple[str, str]]:
    """What is no requirement, and keeps a freelancer from it all the same."""
    said = []
    if one.blocked:
        said.append(("This requester gives you no more work.", "There are others; nobody else is told."))
    if one.per_worker_cap is not None and one.own_turns >= one.per_worker_cap:
        most = one.per_worker_cap
        said.append((f"One person may do {most} of these, and you have.", "There are other offers for you."))
    return said


def _fitting(found: Sequence[Found], wanted: Filter) -> list[Found]:
    least = wanted.hourly_min_minor
    return [
        one
        for one in found
        if (one.eligible or not wanted.eligible_only)
        # What nobody has tried may pay as much; leaving it out would see to it that nobody tries.
        and (least is None or one.hourly_minor is None or one.hourly_minor >= least)
    ]


def _sorted(found: Sequence[Found], wanted: Filter) -> list[Found]:
    # Whatever is equal stays in the order of its gain.
    return sorted(found, key=lambda one: (not one.eligible, _place(one, wanted.sort)))


def _place(one: Found, sort: ranking.Sort) -> float:
    """Less comes first."""
    match sort:
        case "best":
            return 0
        case "hourly":
            return -(one.hourly_minor or 0)
        case "reward":
            return -one.opening.reward_minor
        case "newest":
            return -one.opening.created_at.timestamp()
        case "most":
            return -one.opening.places


def _job(one: Opening) -> Job:
    figures = one.figures
    return Job(
        one.id,
        one.reward_minor,
        one.duration_seconds,
        one.seconds,
        one.timed,
        figures.approved if figures else 0,
        figures.rejected if figures else 0,
        one.own_approved,
        one.own_rejected,
    )


async def _record_of(context: Context, mode: Mode) -> Record:
    async with context.market() as room:
        return await _record_in(room, context, mode)


async def _record_in(room: Tenant, context: Context, mode: Mode) -> Record:
    return record_of(await freelancers.dealings_of(room, context.worker_id, mode))


async def _record(context: Context, room: Tenant, type: str, filter_id: UUID) -> None:
    data = {"filter_id": str(filter_id), "freelancer_id": str(context.worker_id)}
    await events.record(room, context.now, context.caller.actor, [events.NewEvent(context.new_id(), type, data=data)])
