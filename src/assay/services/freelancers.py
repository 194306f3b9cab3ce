"""Freelancers: how they come, what they say of themselves, and what others see of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from assay.core import freelancers as rules
from assay.core import members
from assay.core.errors import AlreadyExists
from assay.core.freelancers import Profile as Profile
from assay.core.freelancers import ProfileChange as ProfileChange
from assay.core.market_settings import SignUp
from assay.core.offers import Mode
from assay.core.postings import MissingThing
from assay.core.reputation import Dealing, Record, record_of
from assay.services.context import Context
from assay.store import accounts, events, jobs, market_settings
from assay.store import freelancers as store
from assay.store.accounts import Member
from assay.store.connection import Tenant
from assay.store.freelancers import Shown as Shown

SIGN_UP_JOB = "send_sign_up"


@dataclass(frozen=True)
class Market:
    """What somebody who comes to a market is told of it."""

    id: UUID
    name: str
    sign_up: SignUp


@dataclass(frozen=True)
class SignedUp:
    member_id: UUID
    name: str
    email: str

    def letter(self, market: str, link: str) -> str:
        """What they are written. ``link``: the way in."""
        return (
            f"Hello {self.name},\n\nsomebody, most likely you, asked to work on {market}. This link lets you in, once, "
            f"within a day:\n\n{link}\n\nWhoever opens it is you: do not pass it on. If you did not ask for it, leave "
            "it; nothing happens without it.\n"
        )


@dataclass(frozen=True)
class Known:
    """A freelancer as a requester sees them: what everybody sees, their record in the market, and what the two have had
    with each other."""

    shown: Shown
    record: Record
    here: Dealing | None


# --- coming ---------------------------------------------------------------------------------------------------------


async def market(context: Context) -> Market:
    """The market that the tenant is, for anybody. Raises ``MissingThing`` for an organization that is none."""
    if await accounts.market_of(context.tenant) != context.organization_id:
        raise MissingThing("market")
    found = await accounts.organization(context.tenant)
    settings = await market_settings.get(context.tenant)
    return Market(found.id, found.name, settings.sign_up)


async def sign_up(context: Context, name: str, email: str, network: str) -> None:
    """Somebody nobody knows asks to be let in: a link goes to the address, by which whoever reads its mail gets in.
    The tenant is the market, the caller the system itself. What comes back tells nobody whether the address is known.

    Raises ``MissingThing`` for no market, ``Forbidden`` where it is not open to all, ``Invalid`` for name or address,
    and ``Throttled``.
    """
    rules.check_sign_up((await market(context)).sign_up)
    name, email = members.checked(name, email)
    tenant = context.tenant
    await store.forget_sign_ups(tenant, context.now - rules.SIGN_UPS_KEPT)
    since = context.now - rules.SIGN_UPS_WITHIN
    rules.check_pace(*await store.sign_ups_since(tenant, since, network, email))
    sign_up_id = context.new_id()
    member = await _let_in(context, name, email)
    # Those who run the market are let in by those who run the market, and nobody else is told that they do.
    is_freelancer = member.role == "annotator" and member.disabled_at is None
    await store.insert_sign_up(tenant, sign_up_id, email, network, member.id if is_freelancer else None, context.now)
    if is_freelancer:
        await jobs.enqueue(tenant, SIGN_UP_JOB, [sign_up_id])


async def signed_up(context: Context, sign_up_id: UUID) -> SignedUp | None:
    """Who waits for a link; none where nobody does any more."""
    found = await store.sign_up(context.tenant, sign_up_id)
    return None if found is None else SignedUp(*found)


async def _let_in(context: Context, name: str, email: str) -> Member:
    found = await accounts.member_called(context.tenant, email)
    if found is not None:
        return found
    member = Member(context.new_id(), name, email, "annotator", context.new_id(), context.now)
    try:
        async with context.tenant.attempt():
            await accounts.insert_member(context.tenant, member)
    except AlreadyExists:
        # Somebody else asked for it in the same moment.
        found = await accounts.member_called(context.tenant, email)
        assert found is not None, "the address is taken"
        return found
    data = {"member_id": str(member.id), "name": member.name, "role": member.role, "signed_up": True}
    await _record(context, context.tenant, "member.added", data)
    return member


async def join(context: Context, change: ProfileChange) -> Profile:
    """The caller becomes a freelancer, with what they say of themselves; for one who is, only that changes. Raises
    ``Invalid``."""
    async with context.market() as room:
        shown_name = rules.pseudonym(room.organization_id, context.worker_id)
        if await store.insert(room, context.worker_id, shown_name, context.now):
            await _record(context, room, "freelancer.joined", {"freelancer_id": str(context.worker_id)})
        return await _change(context, room, change)


# --- a freelancer's own ---------------------------------------------------------------------------------------------


async def profile(context: Context) -> Profile | None:
    """The caller's; none before they joined."""
    async with context.market() as room:
        try:
            return await store.get(room, context.worker_id)
        except MissingThing:
            return None


async def change(context: Context, change: ProfileChange) -> Profile:
    """Changes what is given. Raises ``NotJoined`` and ``Invalid``."""
    async with context.market() as room:
        return await _change(context, room, change)


async def record(context: Context, *, mode: Mode) -> Record:
    """The caller's record with everybody, as it counts."""
    async with context.market() as room:
        return record_of(await store.dealings_of(room, context.worker_id, mode))


async def _change(context: Context, room: Tenant, change: ProfileChange) -> Profile:
    before = await store.lock_joined(room, context.worker_id)
    after = rules.changed(before, change)
    if after == before:
        return before
    await store.update(room, after, context.now)
    told = [name for name in ProfileChange.__struct_fields__ if getattr(after, name) != getattr(before, name)]
    data = {"freelancer_id": str(context.worker_id), "changed": told}
    await _record(context, room, "freelancer.changed", data)
    return after


# --- what others see ------------------------------------------------------------------------------------------------


async def known(context: Context, freelancer_ids: Sequence[UUID], *, mode: Mode) -> Mapping[UUID, Known]:
    """These people as the caller's organization sees them: those with whom it has had work. Whoever runs the market
    sees everybody."""
    async with context.market() as room:
        dealings = await store.dealings_between(room, context.organization_id, freelancer_ids, mode)
        runs_it = room.organization_id == context.organization_id and context.caller.mode == "live"
    seen = list(freelancer_ids) if runs_it else list(dealings)
    if not seen:
        return {}
    # A freelancer's own row and their record with others are out of a requester's sight; these few columns are not.
    async with context.market() as room, room.room(room.organization_id) as whole:
        shown = await store.shown(whole, seen)
        return {
            id_: Known(one, record_of(await store.dealings_of(whole, id_, mode)), dealings.get(id_))
            for id_, one in shown.items()
        }


async def freelancers(
    context: Context, *, after: UUID | None = None, limit: int, query: str | None = None
) -> list[Profile]:
    """All of the market's, for those who run it; one more than ``limit`` where there are more. A requester sees
    nobody here."""
    async with context.market() as room:
        return await store.listed(room, after=after, limit=limit + 1, query=query or None)


async def set_masters(context: Context, freelancer_id: UUID, masters: bool) -> Profile:
    """Names somebody a master, or takes that back; for those who run the market. Raises ``MissingThing``."""
    async with context.market() as room:
        before = await store.lock(room, freelancer_id)
        if before.masters == masters:
            return before
        after = Profile(**{name: getattr(before, name) for name in Profile.__struct_fields__} | {"masters": masters})
        await store.update(room, after, context.now)
        data = {"freelancer_id": str(freelancer_id), "masters": masters}
        await _record(context, room, "freelancer.masters_changed", data)
        return after


async def _record(context: Context, room: Tenant, type: str, data: Mapping[str, object]) -> None:
    event = events.NewEvent(context.new_id(), type, data=data)
    await events.record(room, context.now, context.caller.actor, [event])
