"""Who is who: organizations, members, ways in, keys."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final, Literal
from uuid import UUID

from assay.core import members as rules
from assay.core import permissions, tokens
from assay.core.errors import AlreadyExists, Conflict, Forbidden, Invalid, NotFound, Unauthenticated
from assay.core.permissions import Role
from assay.core.tokens import Token
from assay.services.context import Caller, Context
from assay.store import accounts as store
from assay.store import due, events
from assay.store.accounts import ApiKey, Member, Organization
from assay.store.at_once import SeenKey as SeenKey
from assay.store.at_once import SeenSession as SeenSession
from assay.store.connection import Tenant, queries

__all__ = [
    "SESSION_LIFE",
    "ApiKey",
    "MadeKey",
    "Member",
    "Organization",
    "Session",
    "SignInLink",
    "add_member",
    "api_keys",
    "authenticate",
    "change_member",
    "create_organization",
    "everybody",
    "invite",
    "keep_to_test",
    "make_api_key",
    "make_sign_in_link",
    "member_called",
    "members",
    "organization",
    "revoke_api_key",
    "seen_key",
    "seen_session",
    "sign_in",
    "sign_out",
]

LINK_LIFE: Final = timedelta(hours=24)
# A demonstration's links are printed once and used for as long as it is up.
DEMO_LINK_LIFE: Final = timedelta(days=30)
SESSION_IDLE: Final = timedelta(days=14)
SESSION_LIFE: Final = timedelta(days=90)
KEY_LIFE_MAX: Final = timedelta(days=36_500)
# How many places a member can be signed in at; one more ends the oldest.
SESSIONS_MAX: Final = 10
# How stale "last seen" may get, so that reading does not mean writing.
SEEN_EVERY: Final = timedelta(minutes=1)
# How long a session that is over stays in the table.
ENDED_KEPT: Final = timedelta(days=30)
ENDED: Final = "This sign-in or key has ended. Sign in again with a fresh link, or make a new key."
LINK_ENDED: Final = "This link was used or has expired. Ask a manager for a new one."

KeyMode = Literal["live", "test"]


@dataclass(frozen=True)
class SignInLink:
    """``text`` is the token, to be shown once."""

    text: str
    token: Token
    expires_at: datetime


@dataclass(frozen=True)
class Session:
    """``text`` is the cookie's value."""

    text: str
    token: Token
    expires_at: datetime
    member: Member


@dataclass(frozen=True)
class MadeKey:
    """``text`` is the key itself, to be shown once."""

    text: str
    key: ApiKey


# --- asking who is there --------------------------------------------------------------------------------------------


async def authenticate(tenant: Tenant, token: Token, now: datetime) -> Caller:
    """Who carries this token. Raises ``Unauthenticated`` for one that is unknown, ended, or whose owner is disabled."""
    sql = queries("accounts")
    if token.kind == "session":
        row = await tenant.fetchrow(sql["session_caller"], token.hash, now, now - SESSION_IDLE)
        if row is not None:
            if now - row["last_seen_at"] > SEEN_EVERY:
                await tenant.execute(sql["touch_session"], token.hash, now)
            return Caller(
                "member", row["role"], row["member_id"], row["worker_id"], name=row["name"], email=row["email"]
            )
    elif token.kind in ("live", "test"):
        row = await tenant.fetchrow(sql["key_caller"], token.hash, now)
        if row is not None:
            if row["last_used_at"] is None or now - row["last_used_at"] > SEEN_EVERY:
                await tenant.execute(sql["touch_key"], row["key_id"], now)
            return Caller("key", row["role"], key_id=row["key_id"], name=row["name"], mode=row["mode"])
    raise Unauthenticated(ENDED)


async def as_worker(tenant: Tenant, worker_id: UUID) -> Caller:
    """The member who works under this id, where something we gave them stands for their sign-in. Raises
    ``Unauthenticated`` for one who is unknown or disabled."""
    row = await tenant.fetchrow(queries("accounts")["worker_caller"], worker_id)
    if row is None:
        raise Unauthenticated(ENDED)
    return Caller("member", row["role"], row["member_id"], worker_id, name=row["name"], email=row["email"])


def seen_session(token: Token, caller: Caller, now: datetime) -> SeenSession | None:
    """What to ask of a session whose caller was seen before; none for what cannot be asked in passing."""
    if token.kind != "session" or caller.worker_id is None:
        return None
    return SeenSession(token.hash, caller.worker_id, caller.role, now - SESSION_IDLE, now - SEEN_EVERY)


def seen_key(token: Token, caller: Caller, now: datetime) -> SeenKey:
    """What to ask of a key whose caller was seen before."""
    assert caller.key_id is not None, "a key's caller"
    return SeenKey(token.hash, caller.key_id, caller.role, now - SEEN_EVERY)


async def keep_to_test(context: Context, ids: Sequence[UUID]) -> None:
    """The wall of a test key: no id of a live project, of its tasks, photos or imports is there for it.

    Raises ``NotFound``, as for an id that is nobody's.
    """
    if ids and await context.tenant.fetchval(queries("accounts")["any_is_live"], ids):
        raise NotFound("There is no such thing among what a test key sees. Use a live key for live projects.")


# --- organizations --------------------------------------------------------------------------------------------------


async def create_organization(context: Context, name: str, owner_name: str, owner_email: str) -> Member:
    """The organization that the context's tenant is to become, and its first owner.

    Open the tenant under a new id. Raises ``AlreadyExists`` when it is there, ``Invalid`` for a name or address.
    """
    sql = queries("accounts")
    await context.tenant.execute(sql["insert_tenant"])
    await context.tenant.execute(sql["insert_organization"], rules.checked_name(name), context.now)
    owner = _new_member(context, owner_name, owner_email, "owner")
    await store.insert_member(context.tenant, owner)
    await _record(context, "organization.created", {"name": name, "owner_id": str(owner.id)})
    return owner


async def organization(context: Context) -> Organization:
    """The caller's."""
    return await store.organization(context.tenant)


# --- members --------------------------------------------------------------------------------------------------------


async def market_of(context: Context) -> UUID | None:
    """Where the organization offers work to freelancers; its own id if it is a market."""
    return await store.market_of(context.tenant)


async def is_market(context: Context) -> bool:
    """Whether the organization is a market, whose annotators work for others."""
    return await market_of(context) == context.organization_id


async def members(context: Context, *, after: UUID | None, limit: int) -> Sequence[Member]:
    """Oldest first; one more than ``limit`` where there are more. Raises ``Forbidden`` for a test key."""
    context.require_live()
    return await store.members(context.tenant, after=after, limit=limit + 1)


async def everybody(context: Context) -> Sequence[Member]:
    """Everyone who is not disabled, oldest first. Raises ``Forbidden`` for a test key."""
    context.require_live()
    found = await store.members(context.tenant, after=None, limit=None)
    return [member for member in found if member.disabled_at is None]


async def member_called(context: Context, email: str) -> Member:
    """The member with this address. Raises ``NotFound``."""
    context.require_live()
    found = await store.member_called(context.tenant, email.strip().lower())
    if found is None:
        raise NotFound(f"No member of your organization: {email[:100]}.")
    return found


async def invite(context: Context, email: str, role: Role) -> Member:
    """The member with this address: as they are, or added under a name made of it. A sign-in link is made separately.

    Raises ``Forbidden`` for a role the caller may not appoint, ``Invalid`` for no address, and ``Conflict`` for
    somebody who is disabled.
    """
    context.require_live()
    permissions.check_appointment(context.caller.role, role)
    found = await store.member_called(context.tenant, email.strip().lower())
    if found is None:
        return await add_member(context, rules.name_from(email), email, role)
    if found.disabled_at is not None:
        raise Conflict(f"{found.email} is disabled; enable them in the console first.", "emails")
    return found


async def add_member(context: Context, name: str, email: str, role: Role) -> Member:
    """Raises ``Forbidden`` for a role the caller may not appoint, ``AlreadyExists`` for an address in use."""
    context.require_live()
    permissions.check_appointment(context.caller.role, role)
    member = _new_member(context, name, email, role)
    try:
        await store.insert_member(context.tenant, member)
    except AlreadyExists:
        raise AlreadyExists(
            f"{member.email} is a member already: change that one (enable it, if it is disabled), or give another "
            "address.",
            "email",
        ) from None
    await _record(context, "member.added", {"member_id": str(member.id), "name": member.name, "role": role})
    return member


async def change_member(
    context: Context,
    member_id: UUID,
    *,
    name: str | None = None,
    role: Role | None = None,
    disabled: bool | None = None,
) -> Member:
    """Changes what is given. Disabling ends every session, link and key of the member at once.

    Raises ``NotFound``, ``Forbidden`` for what the caller's role does not reach, and ``Conflict`` when no owner
    would be left.
    """
    context.require_live()
    actor = context.caller.role
    # Owners first and in one order: two owners who remove each other then wait, not deadlock.
    owners = len(await context.tenant.fetch(queries("accounts")["lock_owners"]))
    before = await store.lock_member(context.tenant, member_id)
    own = member_id == context.caller.member_id
    current = before.role
    if before.disabled_at is not None:
        owners += 1  # who is disabled does not count among the owners, and so does not leave them

    if not own:
        permissions.check_handling(actor, current)
    if role is not None and role != current:
        permissions.check_role_change(actor, current, role, own=own, owners=owners)
    if disabled and before.disabled_at is None:
        permissions.check_disabling(actor, current, own=own, owners=owners)

    after = replace(
        before,
        name=before.name if name is None else rules.checked_name(name),
        role=role or current,
        disabled_at=(before.disabled_at or context.now)
        if disabled
        else None
        if disabled is False
        else before.disabled_at,
    )
    if after == before:
        return before
    await context.tenant.execute(
        queries("accounts")["update_member"], after.id, after.name, after.role, after.disabled_at
    )
    if after.name != before.name:
        await context.tenant.execute(queries("accounts")["rename_worker_of_member"], after.id, after.name)
    if after.role != before.role:
        await _changed_role(context, after)
    if after.disabled_at is not None and before.disabled_at is None:
        await _shut_out(context, after.id)
    if after.role != before.role or after.disabled_at != before.disabled_at:
        await _look_again(context, after.id)
    await _record(context, "member.changed", {"member_id": str(after.id), **_difference(before, after)})
    return await store.member(context.tenant, member_id)


async def _changed_role(context: Context, member: Member) -> None:
    """A member who may work gets their worker; keys that would now outdo their maker end."""
    if rules.can_work(member.role):
        await store.insert_worker(context.tenant, context.new_id(), member, context.now)
    outdone = [r for r in permissions.KEY_ROLES if not _may_make_key(member.role, r)]
    await context.tenant.execute(queries("accounts")["revoke_keys_of_member"], member.id, context.now, outdone)


async def _shut_out(context: Context, member_id: UUID) -> None:
    sql = queries("accounts")
    await context.tenant.execute(sql["end_sessions_of_member"], member_id, context.now)
    await context.tenant.execute(sql["delete_links_of_member"], member_id)
    roles = sorted(permissions.KEY_ROLES)
    await context.tenant.execute(sql["revoke_keys_of_member"], member_id, context.now, roles)


async def _look_again(context: Context, member_id: UUID) -> None:
    """Tasks that wait for this member, or count on their answer, are advanced: what they may do has changed."""
    rows = await context.tenant.fetch(queries("accounts")["tasks_touched_by_member"], member_id)
    await due.mark(context.tenant, [row["id"] for row in rows])


# --- ways in --------------------------------------------------------------------------------------------------------


async def make_sign_in_link(context: Context, member_id: UUID, *, reusable: bool = False) -> SignInLink:
    """A way in for one member, good once within a day.

    ``reusable`` is for the links that a demonstration prints: they may be used again until they expire, and only
    the server itself makes them. Raises ``Forbidden`` for a member whom the caller may not handle, because whoever
    has the link *is* that member; and ``Invalid`` for one who is disabled.
    """
    context.require_live()
    if reusable and context.caller.kind != "system":
        raise Forbidden("Links that can be used again are made by the server only, for a demonstration.")
    member = await store.lock_member(context.tenant, member_id)
    if member_id != context.caller.member_id:
        permissions.check_handling(context.caller.role, member.role)
    if member.disabled_at is not None:
        raise Invalid("This member is disabled; enable them first.", "member_id")
    text, token, _ = tokens.make("link", context.organization_id, context.random_bytes(32))
    expires_at = context.now + (DEMO_LINK_LIFE if reusable else LINK_LIFE)
    sql = queries("accounts")
    await context.tenant.execute(sql["delete_links_expired"], member_id, context.now)
    await context.tenant.execute(sql["insert_link"], token.hash, member_id, reusable, context.now, expires_at)
    await _record(context, "member.invited", {"member_id": str(member_id)})
    return SignInLink(text, token, expires_at)


async def sign_in(context: Context, link: Token, *, instead_of: Token | None = None) -> Session:
    """A new session for the member the link was made for.

    ``instead_of`` is the session that the same browser had before; it ends. So does the member's oldest beyond
    ``SESSIONS_MAX``. Raises ``Unauthenticated`` for a link that is not there, was used, or has expired.
    """
    sql = queries("accounts")
    member_id = await context.tenant.fetchval(sql["use_link"], link.hash, context.now) if link.kind == "link" else None
    if member_id is None:
        raise Unauthenticated(LINK_ENDED)
    member = await store.lock_member(context.tenant, member_id)
    if instead_of is not None and instead_of.organization_id == context.organization_id:
        await context.tenant.fetchval(sql["end_session"], instead_of.hash, context.now)
    text, token, _ = tokens.make("session", context.organization_id, context.random_bytes(32))
    expires_at = context.now + SESSION_LIFE
    await context.tenant.execute(sql["delete_sessions_ended"], member_id, context.now - ENDED_KEPT)
    await context.tenant.execute(sql["end_sessions_beyond"], member_id, context.now, SESSIONS_MAX - 1)
    await context.tenant.execute(sql["insert_session"], token.hash, member_id, context.now, expires_at)
    await _record(context, "member.signed_in", {}, actor=("member", member_id))
    return Session(text, token, expires_at, replace(member, last_seen_at=context.now))


async def sign_out(context: Context, session: Token) -> None:
    """Ends a session; one that has ended already stays so. Raises ``Invalid`` for a key, which is revoked instead."""
    if session.kind != "session":
        raise Invalid("An API key is not a session; revoke it at DELETE /v1/api-keys/{id}.")
    member_id = await context.tenant.fetchval(queries("accounts")["end_session"], session.hash, context.now)
    if member_id is not None:
        await _record(context, "member.signed_out", {})


# --- keys -----------------------------------------------------------------------------------------------------------


async def api_keys(context: Context, *, before: UUID | None, limit: int) -> Sequence[ApiKey]:
    """Newest first, ended ones included; one more than ``limit`` where there are more. A test key sees its like."""
    return await store.keys(context.tenant, before=before, limit=limit + 1, only_test=context.caller.mode == "test")


async def make_api_key(
    context: Context, name: str, mode: KeyMode, role: Role, expires_at: datetime | None = None
) -> MadeKey:
    """A key for a program. Made by people only, so that a key that leaks cannot plant a second one.

    Raises ``Forbidden`` for a role above the caller's, ``Invalid`` for a name or for an end that is past.
    """
    if context.caller.member_id is None:
        raise Forbidden("Keys are made by people; sign in with a link.")
    permissions.check_key(context.caller.role, role)
    if expires_at is not None and expires_at <= context.now:
        raise Invalid("must lie in the future.", "expires_at")
    if expires_at is not None and expires_at > context.now + KEY_LIFE_MAX:
        raise Invalid("must lie within a hundred years; leave it out for a key without an end.", "expires_at")
    text, token, prefix = tokens.make(mode, context.organization_id, context.random_bytes(32))
    key = ApiKey(
        context.new_id(),
        rules.checked_name(name),
        mode,
        role,
        prefix,
        context.caller.member_id,
        context.now,
        expires_at,
    )
    await context.tenant.execute(
        queries("accounts")["insert_key"],
        key.id,
        key.name,
        key.prefix,
        token.hash,
        mode,
        role,
        key.created_by,
        key.created_at,
        key.expires_at,
    )
    await _record(context, "key.created", {"key_id": str(key.id), "name": key.name, "mode": mode, "role": role})
    return MadeKey(text, key)


async def revoke_api_key(context: Context, key_id: UUID) -> None:
    """Ends a key at once; a second time changes nothing. Raises ``NotFound``."""
    context.require_live()
    key = await store.lock_key(context.tenant, key_id)
    if key.revoked_at is None:
        await context.tenant.execute(queries("accounts")["revoke_key"], key_id, context.now)
        await _record(context, "key.revoked", {"key_id": str(key_id), "name": key.name})


# --- shared ---------------------------------------------------------------------------------------------------------


def _may_make_key(maker: Role, role: Role) -> bool:
    try:
        permissions.check_key(maker, role)
    except Forbidden:
        return False
    return True


def _new_member(context: Context, name: str, email: str, role: Role) -> Member:
    name, email = rules.checked(name, email)
    worker_id = context.new_id() if rules.can_work(role) else None
    return Member(context.new_id(), name, email, role, worker_id, context.now)


def _difference(before: Member, after: Member) -> dict[str, Any]:
    said: dict[str, Any] = {}
    if before.name != after.name:
        said["name"] = [before.name, after.name]
    if before.role != after.role:
        said["role"] = [before.role, after.role]
    if before.disabled_at != after.disabled_at:
        said["disabled"] = after.disabled_at is not None
    return said


async def _record(
    context: Context,
    type: str,
    data: dict[str, Any],
    actor: tuple[str, UUID | None] | None = None,
) -> None:
    event = events.NewEvent(context.new_id(), type, data=data)
    await events.record(context.tenant, context.now, actor or context.caller.actor, [event])
