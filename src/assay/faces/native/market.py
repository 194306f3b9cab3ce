"""Freelancers: how they come to a market, what they say of themselves, and what others see of it."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal, TypeAlias
from uuid import UUID

import msgspec
from litestar import get, patch, post, put
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter
from msgspec import UNSET

from assay.core.errors import Invalid, NotFound, Unavailable
from assay.core.postings import MissingThing
from assay.core.reputation import Record
from assay.core.tokens import Token
from assay.faces.http import (
    AnyRequest,
    Page,
    enter,
    enter_unknown,
    house,
    id_cursor,
    network_of,
    page_of,
    refuse_foreign_pages,
)
from assay.services import freelancers, reputation
from assay.services.context import Context

Mode: TypeAlias = Literal["live", "test"]
AskedMode: TypeAlias = FromQuery[Mode | None]
Limit: TypeAlias = Annotated[int, QueryParameter(ge=1, le=500, description="How many items a page has.")]


class Market(msgspec.Struct):
    """``sign_up``: who may become a freelancer here: everybody (``open``), those who were invited, nobody new."""

    id: UUID
    name: str
    sign_up: Literal["open", "invitation", "closed"]


class SignUp(msgspec.Struct, forbid_unknown_fields=True):
    """Somebody who wants to become a freelancer of a market. A link goes to the address."""

    market_id: UUID
    name: str
    email: str


class WorkRecord(msgspec.Struct):
    """What a freelancer's work came to, with everybody. ``rejected``: all rejections; ``counted``: as many as count
    towards ``percent``, the share approved, as those of one requester count up to a bound. ``contested``: under appeal
    or held back, which count nowhere. ``requesters``: with how many they had work."""

    submitted: int
    approved: int
    rejected: int
    counted: int
    contested: int
    requesters: int
    percent: int


class Profile(msgspec.Struct):
    """``shown_name``: what requesters call them. ``adult``: they are of age and agree to see what is for adults.
    ``masters``: named so by the people who run the market."""

    freelancer_id: UUID
    shown_name: str
    joined_at: datetime
    country: str | None
    subdivision: str | None
    languages: list[str]
    skills: list[str]
    adult: bool
    masters: bool


class OwnProfile(Profile):
    record: WorkRecord


class ProfileChange(msgspec.Struct, forbid_unknown_fields=True):
    """What is left out stays as it is; an empty ``country`` or ``subdivision`` is taken out. ``country`` is of ISO
    3166-1, like DE, ``subdivision`` the second half of ISO 3166-2, ``languages`` are of BCP 47."""

    shown_name: str | None = None
    country: str | None = None
    subdivision: str | None = None
    languages: list[str] | None = None
    skills: list[str] | None = None
    adult: bool | None = None


class KnownFreelancer(msgspec.Struct):
    """A freelancer as a requester sees them: ``approved`` and ``rejected`` by the requester itself."""

    freelancer_id: UUID
    shown_name: str
    joined_at: datetime
    country: str | None
    languages: list[str]
    skills: list[str]
    masters: bool
    record: WorkRecord
    approved: int
    rejected: int


class NotYetJoined(NotFound):
    """Where they work is a market, and they may join it: pages ask them to."""

    code = "not_joined"


class Mastery(msgspec.Struct, forbid_unknown_fields=True):
    masters: bool


class Figures(msgspec.Struct):
    """What freelancers are told of a requester. Counts are of all time; ``rejection_rate`` is of decided answers, none
    while there are too few to tell; ``reversal_rate`` of rejections. ``hourly_minor`` (what an hour paid, in minor
    units of ``currency``) and ``seconds_to_pay`` are medians of the ``timed`` latest approved answers."""

    requester_id: UUID
    name: str
    approved: int
    rejected: int
    reversed: int
    freelancers: int
    rejection_rate: float | None
    reversal_rate: float | None
    timed: int
    hourly_minor: int | None
    currency: str | None
    seconds_to_pay: float | None


# --- coming ---------------------------------------------------------------------------------------------------------


@get("/market/sign-ups", opt={"permission": None}, operation_id="get_market", tags=["Freelancers"])
async def get_market(request: AnyRequest, market_id: FromQuery[UUID]) -> Market:
    """A market, for somebody who thinks of working there."""
    async with enter_unknown(request, _stranger(market_id)) as context:
        found = await freelancers.market(context)
        return Market(found.id, found.name, found.sign_up)


@post("/market/sign-ups", opt={"permission": None}, operation_id="sign_up", tags=["Freelancers"], status_code=202)
async def sign_up(request: AnyRequest, data: JSONBody[SignUp]) -> None:
    """Asks to be let into a market that is open to all: a link is sent by mail, which lets in whoever reads it. The
    answer tells nobody whether the address is known."""
    refuse_foreign_pages(request)
    home = house(request)
    async with enter_unknown(request, _stranger(data.market_id)) as context:
        try:
            home.check_callback(data.email.strip().lower())
        except Invalid as error:
            if "sends no mail" in error.message:
                raise Unavailable("This installation sends no mail. Ask the people who run it for a link.") from None
            raise Invalid(error.message, "email") from None
        await freelancers.sign_up(context, data.name, data.email, network_of(request))
    home.ring()


@post("/market/profile", opt={"permission": "market.work"}, operation_id="join_market", tags=["Freelancers"])
async def join_market(request: AnyRequest, data: JSONBody[ProfileChange], mode: AskedMode = None) -> OwnProfile:
    """Becomes a freelancer of the market where you are signed in; a second time only changes what is given."""
    async with enter(request) as context:
        return await _own(context, await freelancers.join(context, _change(data)), mode)


@get("/market/profile", opt={"permission": "market.work"}, operation_id="get_profile", tags=["Freelancers"])
async def get_profile(request: AnyRequest, mode: AskedMode = None) -> OwnProfile:
    """What you say of yourself, and what your work came to. Not found before you joined."""
    async with enter(request) as context:
        found = await freelancers.profile(context)
        if found is None:
            # Nothing is found either for those whose organization only trades on a market, and who cannot join it.
            await freelancers.market(context)
            raise NotYetJoined("You have not joined the market yet.")
        return await _own(context, found, mode)


@patch("/market/profile", opt={"permission": "market.work"}, operation_id="change_profile", tags=["Freelancers"])
async def change_profile(request: AnyRequest, data: JSONBody[ProfileChange], mode: AskedMode = None) -> OwnProfile:
    """Changes what is given."""
    async with enter(request) as context:
        return await _own(context, await freelancers.change(context, _change(data)), mode)


# --- what others see ------------------------------------------------------------------------------------------------


@get("/market/freelancers", opt={"permission": "market.read"}, operation_id="list_freelancers", tags=["Freelancers"])
async def list_freelancers(
    request: AnyRequest, words: FromQuery[str | None] = None, cursor: FromQuery[str | None] = None, limit: Limit = 50
) -> Page[Profile]:
    """Everybody who joined, for those who run the market, in the order they came; with ``words`` those whose shown name
    has them. A requester's list is empty."""
    async with enter(request) as context:
        context.require_live()
        rows = await freelancers.freelancers(context, after=id_cursor(cursor), limit=limit, query=words)
        return page_of([_profile(row) for row in rows], limit, lambda one: str(one.freelancer_id))


@get(
    "/market/freelancers/{freelancer_id:uuid}",
    opt={"permission": "market.read"},
    operation_id="get_freelancer",
    tags=["Freelancers"],
)
async def get_freelancer(request: AnyRequest, freelancer_id: FromPath[UUID], mode: AskedMode = None) -> KnownFreelancer:
    """A freelancer who has worked for you; whoever runs the market sees everybody."""
    async with enter(request) as context:
        found = (await freelancers.known(context, [freelancer_id], mode=mode_of(context, mode))).get(freelancer_id)
        if found is None:
            raise MissingThing("freelancer")
        shown, here = found.shown, found.here
        return KnownFreelancer(
            shown.freelancer_id,
            shown.shown_name,
            shown.joined_at,
            shown.country,
            shown.languages,
            shown.skills,
            shown.masters,
            _record(found.record),
            here.approved if here else 0,
            here.rejected + here.contested if here else 0,
        )


@put(
    "/market/freelancers/{freelancer_id:uuid}/masters",
    opt={"permission": "market.write"},
    operation_id="set_masters",
    tags=["Freelancers"],
)
async def set_masters(request: AnyRequest, freelancer_id: FromPath[UUID], data: JSONBody[Mastery]) -> Profile:
    """Names a freelancer a master, or takes that back; for those who run the market."""
    async with enter(request) as context:
        context.require_live()
        return _profile(await freelancers.set_masters(context, freelancer_id, data.masters))


@get(
    "/market/requesters/{requester_id:uuid}/figures",
    opt={"permission": "market.work"},
    operation_id="get_requester_figures",
    tags=["Freelancers"],
)
async def get_requester_figures(request: AnyRequest, requester_id: FromPath[UUID], mode: AskedMode = None) -> Figures:
    """How a requester pays and decides, from its latest answers."""
    async with enter(request) as context:
        found = await reputation.figures(context, requester_id, mode=mode_of(context, mode))
        if found is None:
            raise MissingThing("requester")
        return figures(found)


HANDLERS = [
    get_market,
    sign_up,
    join_market,
    get_profile,
    change_profile,
    list_freelancers,
    get_freelancer,
    set_masters,
    get_requester_figures,
]


# --- shared ---------------------------------------------------------------------------------------------------------


def mode_of(context: Context, asked: Mode | None) -> Mode:
    """The world that a request is about: the one it names, or the key's. Raises ``Forbidden`` for a test key that asks
    for the live one."""
    if asked == "live":
        context.require_live()
    return asked or context.caller.mode


def figures(found: reputation.RequesterFigures) -> Figures:
    return Figures(
        found.requester_id,
        found.name,
        found.approved,
        found.rejected,
        found.reversed,
        found.freelancers,
        found.rejection_rate,
        found.reversal_rate,
        found.timed,
        found.hourly_minor,
        found.currency,
        found.seconds_to_pay,
    )


def _stranger(market_id: UUID) -> Token:
    """For somebody who has no token: the market they name, so that misses count against their network."""
    return Token("link", market_id, b"")


def _change(data: ProfileChange) -> freelancers.ProfileChange:
    given = {name: value for name in data.__struct_fields__ if (value := getattr(data, name)) is not None}
    return freelancers.ProfileChange(**dict.fromkeys(data.__struct_fields__, UNSET) | given)


def _profile(found: freelancers.Profile) -> Profile:
    return Profile(**{name: getattr(found, name) for name in Profile.__struct_fields__})


async def _own(context: Context, found: freelancers.Profile, mode: Mode | None) -> OwnProfile:
    record = await freelancers.record(context, mode=mode_of(context, mode))
    return OwnProfile(**{name: getattr(found, name) for name in Profile.__struct_fields__}, record=_record(record))


def _record(found: Record) -> WorkRecord:
    return WorkRecord(**{name: getattr(found, name) for name in WorkRecord.__struct_fields__})
