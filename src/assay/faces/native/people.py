"""Sessions, members and API keys."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal, TypeAlias
from uuid import UUID

import msgspec
from litestar import Response, delete, get, patch, post
from litestar.datastructures import Cookie
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter

from assay.core import errors, tokens
from assay.core.permissions import Role, permissions_of
from assay.faces.http import (
    COOKIE,
    AnyRequest,
    Page,
    enter,
    enter_unknown,
    house,
    id_cursor,
    page_of,
    refuse_foreign_pages,
    token_of,
)
from assay.services import accounts
from assay.services.context import Caller, Context

KeyMode: TypeAlias = Literal["live", "test"]
KeyRole: TypeAlias = Literal["manager", "reviewer", "annotator", "auditor"]
Limit: TypeAlias = Annotated[int, QueryParameter(ge=1, le=500)]


class Organization(msgspec.Struct):
    """``market_id``: where it offers work to freelancers; its own id if it is a market."""

    id: UUID
    name: str
    market_id: UUID | None


class Me(msgspec.Struct):
    """The caller, and what they may do."""

    member_id: UUID | None
    worker_id: UUID | None
    name: str
    email: str
    role: str
    organization: Organization
    permissions: list[str]


class SignIn(msgspec.Struct, forbid_unknown_fields=True):
    """``token`` is what follows `#token=` in a sign-in link."""

    token: str


class Member(msgspec.Struct):
    id: UUID
    name: str
    email: str
    role: Role
    worker_id: UUID | None
    created_at: datetime
    disabled_at: datetime | None
    last_seen_at: datetime | None


class NewMember(msgspec.Struct, forbid_unknown_fields=True):
    name: str
    email: str
    role: Role


class MemberChange(msgspec.Struct, forbid_unknown_fields=True):
    """Only what is given changes."""

    name: str | None = None
    role: Role | None = None
    disabled: bool | None = None


class SignInLink(msgspec.Struct):
    """Shown once: only a hash of it is kept."""

    url: str
    expires_at: datetime


class ApiKey(msgspec.Struct):
    id: UUID
    name: str
    mode: str
    role: str
    prefix: str
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None
    last_used_at: datetime | None


class MadeApiKey(ApiKey):
    """``key`` is shown once: only a hash of it is kept."""

    key: str


class NewApiKey(msgspec.Struct, forbid_unknown_fields=True):
    """``expires_at`` needs an offset from UTC; without one the key stays until it is revoked."""

    name: str
    mode: KeyMode
    role: KeyRole
    expires_at: Annotated[datetime, msgspec.Meta(tz=True)] | None = None


# --- sessions -------------------------------------------------------------------------------------------------------


@post("/sessions", opt={"permission": None}, operation_id="sign_in", tags=["People"])
async def sign_in(request: AnyRequest, data: JSONBody[SignIn]) -> Response[Me]:
    """Exchanges a sign-in link for a session cookie; the session that this browser had before ends."""
    refuse_foreign_pages(request)
    token = tokens.parse(data.token)
    async with enter_unknown(request, token) as context:
        session = await accounts.sign_in(context, token, instead_of=_session_of(request))
        member = session.member
        caller = Caller("member", member.role, member.id, member.worker_id, name=member.name, email=member.email)
        me = await _me(context, caller)
    house(request).gate.passed(session.token)
    return Response(
        me, status_code=201, cookies=[_cookie(request, session.text, accounts.SESSION_LIFE.total_seconds())]
    )


@delete("/sessions/current", opt={"permission": "self.read"}, operation_id="sign_out", tags=["People"], status_code=204)
async def sign_out(request: AnyRequest) -> Response[None]:
    """Ends this session and takes the cookie back."""
    async with enter(request) as context:
        await accounts.sign_out(context, token_of(request))
    return Response(None, status_code=204, cookies=[_cookie(request, "", 0)])


@get("/me", opt={"permission": "self.read"}, operation_id="get_me", tags=["People"])
async def get_me(request: AnyRequest) -> Me:
    """Who you are."""
    async with enter(request) as context:
        return await _me(context, context.caller)


# --- members --------------------------------------------------------------------------------------------------------


@get("/members", opt={"permission": "member.read"}, operation_id="list_members", tags=["People"])
async def list_members(request: AnyRequest, cursor: FromQuery[str | None] = None, limit: Limit = 50) -> Page[Member]:
    """Everyone in the organization, oldest first."""
    async with enter(request) as context:
        rows = await accounts.members(context, after=id_cursor(cursor), limit=limit)
        return page_of([_member(row) for row in rows], limit, lambda member: str(member.id))


@post("/members", opt={"permission": "member.write"}, operation_id="add_member", tags=["People"])
async def add_member(request: AnyRequest, data: JSONBody[NewMember]) -> Member:
    """Adds a person. They get in with a sign-in link, which is made separately."""
    async with enter(request) as context:
        return _member(await accounts.add_member(context, data.name, data.email, data.role))


@patch("/members/{member_id:uuid}", opt={"permission": "member.write"}, operation_id="change_member", tags=["People"])
async def change_member(request: AnyRequest, member_id: FromPath[UUID], data: JSONBody[MemberChange]) -> Member:
    """Renames, appoints, disables or enables. Disabling ends the person's sessions, links and keys at once."""
    async with enter(request) as context:
        changed = await accounts.change_member(
            context, member_id, name=data.name, role=data.role, disabled=data.disabled
        )
        return _member(changed)


@post(
    "/members/{member_id:uuid}/sign-in-links",
    opt={"permission": "member.write"},
    operation_id="make_sign_in_link",
    tags=["People"],
)
async def make_sign_in_link(request: AnyRequest, member_id: FromPath[UUID]) -> SignInLink:
    """A link that signs this person in, once, within a day. Hand it over yourself: whoever opens it is that person."""
    async with enter(request) as context:
        link = await accounts.make_sign_in_link(context, member_id)
    # After the #, so that neither server logs nor Referer headers ever hold it.
    return SignInLink(f"{house(request).public_url}/sign-in#token={link.text}", link.expires_at)


# --- API keys -------------------------------------------------------------------------------------------------------


@get("/api-keys", opt={"permission": "key.read"}, operation_id="list_api_keys", tags=["People"])
async def list_api_keys(request: AnyRequest, cursor: FromQuery[str | None] = None, limit: Limit = 50) -> Page[ApiKey]:
    """All keys, newest first, revoked ones included."""
    async with enter(request) as context:
        rows = await accounts.api_keys(context, before=id_cursor(cursor), limit=limit)
        return page_of([ApiKey(**_key_fields(row)) for row in rows], limit, lambda key: str(key.id))


@post("/api-keys", opt={"permission": "key.write"}, operation_id="make_api_key", tags=["People"])
async def make_api_key(request: AnyRequest, data: JSONBody[NewApiKey]) -> MadeApiKey:
    """Makes a key with a role of its own, at most yours. Test keys reach test projects only: they see no members,
    no webhooks, and of keys and events only those of their own kind."""
    async with enter(request) as context:
        made = await accounts.make_api_key(context, data.name, data.mode, data.role, data.expires_at)
        return MadeApiKey(**_key_fields(made.key), key=made.text)


@delete(
    "/api-keys/{key_id:uuid}",
    opt={"permission": "key.write"},
    operation_id="revoke_api_key",
    tags=["People"],
    status_code=204,
)
async def revoke_api_key(request: AnyRequest, key_id: FromPath[UUID]) -> None:
    """Ends a key at once. It stays in the list."""
    async with enter(request) as context:
        await accounts.revoke_api_key(context, key_id)


HANDLERS = [
    sign_in,
    sign_out,
    get_me,
    list_members,
    add_member,
    change_member,
    make_sign_in_link,
    list_api_keys,
    make_api_key,
    revoke_api_key,
]


async def _me(context: Context, caller: Caller) -> Me:
    organization = await accounts.organization(context)
    return Me(
        caller.member_id,
        caller.worker_id,
        caller.name,
        caller.email,
        caller.role,
        Organization(organization.id, organization.name, await accounts.market_of(context)),
        sorted(permissions_of(caller.role)),
    )


def _member(row: accounts.Member) -> Member:
    return Member(
        row.id, row.name, row.email, row.role, row.worker_id, row.created_at, row.disabled_at, row.last_seen_at
    )


def _key_fields(row: accounts.ApiKey) -> dict[str, Any]:
    return {name: getattr(row, name) for name in ApiKey.__struct_fields__}


def _session_of(request: AnyRequest) -> tokens.Token | None:
    """The session a browser still carries while it signs in again; none when it is not one of ours."""
    try:
        return tokens.parse(request.cookies.get(COOKIE, ""))
    except errors.Unauthenticated:
        return None


def _cookie(request: AnyRequest, value: str, seconds: float) -> Cookie:
    return Cookie(
        COOKIE,
        value=value,
        path="/",
        max_age=int(seconds),
        httponly=True,
        samesite="lax",
        secure=house(request).secure_cookies,
    )
