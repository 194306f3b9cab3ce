"""Keys by which programs sign their requests: made by people, shown once, revoked at once.

A secret is kept sealed, as a signature can be checked only by who can make it. A key for a while comes with a token
that every request must bring; programs that rotate their credentials use those.
"""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, Literal
from uuid import UUID

from assay.core import members, permissions, signing_keys
from assay.core.errors import Conflict, Forbidden, Invalid, Unauthenticated
from assay.core.ports import Seals
from assay.core.signing_keys import AccessKey
from assay.services.context import Caller, Context
from assay.store import events
from assay.store import signing_keys as store
from assay.store.connection import Tenant
from assay.store.signing_keys import Mode, SigningKey

__all__ = [
    "Ended",
    "Entered",
    "MadeKey",
    "Mode",
    "SigningKey",
    "entered",
    "listed",
    "make",
    "reseal",
    "revoke",
    "text_of",
    "used",
]

KEYS_MAX: Final = 200
# How stale "last used" may get, so that reading does not mean writing.
USED_EVERY: Final = timedelta(minutes=1)
SESSION_SECONDS: Final = (900, 36 * 3600)
_KEPT: Final = timedelta(days=1)

KeyRole = Literal["manager", "auditor"]


class Ended(Unauthenticated):
    """The key was for a while, and that is over."""

    code = "ended"


@dataclass(frozen=True)
class MadeKey:
    """``secret`` and ``session_token`` are shown once."""

    key: SigningKey
    access_key: str
    secret: str
    session_token: str | None


@dataclass(frozen=True)
class Entered:
    """Who a key stands for, once its signature is proven with ``secret``. ``stale``: its last use is worth a note."""

    caller: Caller
    secret: str
    stale: bool


def text_of(organization_id: UUID, key: SigningKey) -> str:
    """The access key, which is no secret."""
    return signing_keys.access_key(organization_id, key.id, key.mode)


async def make(
    context: Context, seals: Seals, *, name: str, mode: Mode, role: KeyRole, session_seconds: int | None = None
) -> MadeKey:
    """A key for a program. Made by people only, so that a key that leaks cannot plant a second one.

    ``session_seconds``: for how long, where it is to come with a token. Raises ``Forbidden`` for a role above the
    caller's, ``Invalid`` for a name or a time, and ``Conflict`` over ``KEYS_MAX`` keys.
    """
    if context.caller.member_id is None:
        raise Forbidden("Signing keys are made by people; sign in with a link.")
    permissions.check_key(context.caller.role, role)
    if session_seconds is not None and not SESSION_SECONDS[0] <= session_seconds <= SESSION_SECONDS[1]:
        raise Invalid(f"must be {SESSION_SECONDS[0]} to {SESSION_SECONDS[1]} seconds.", "session_seconds")
    await store.forget(context.tenant, context.now - _KEPT)
    if session_seconds is None and await store.count(context.tenant) >= KEYS_MAX:
        raise Conflict(f"There are {KEYS_MAX} signing keys already; revoke one first.")
    key = SigningKey(
        context.new_id(),
        members.checked_name(name),
        mode,
        role,
        session_seconds is not None,
        context.caller.member_id,
        context.now,
        None if session_seconds is None else context.now + timedelta(seconds=session_seconds),
    )
    secret, token = signing_keys.secret(context.random_bytes(signing_keys.SECRET_BYTES)), None
    if key.temporary:
        token = signing_keys.secret(context.random_bytes(signing_keys.SESSION_BYTES))
    sealed = seals.seal(secret, _purpose(key.id))
    await store.insert(context.tenant, key, sealed, None if token is None else signing_keys.session_hash(token))
    about = {"key_id": str(key.id), "name": key.name, "mode": mode, "role": role, "temporary": key.temporary}
    await _record(context, "signing_key.created", about)
    return MadeKey(key, text_of(context.organization_id, key), secret, token)


async def listed(context: Context, *, before: UUID | None, limit: int) -> Sequence[SigningKey]:
    """Newest first, revoked ones too; one more than ``limit`` where there are more."""
    context.require_live()
    return await store.listed(context.tenant, before=before, limit=limit + 1, now=context.now)


async def revoke(context: Context, key_id: UUID) -> None:
    """Ends a key at once; a second time changes nothing. Raises ``NotFound``."""
    context.require_live()
    name = await store.revoke(context.tenant, key_id, context.now)
    if name is not None:
        await _record(context, "signing_key.revoked", {"key_id": str(key_id), "name": name})


async def entered(tenant: Tenant, seals: Seals, named: AccessKey, token: str | None, now: datetime) -> Entered:
    """Who asks, if they can prove it with the secret. ``token``: what came beside the key.

    Raises ``Unauthenticated`` for a key that is not there, was revoked, or whose maker may no longer make it, and for a
    token where none is wanted, or another; ``Ended`` for a key whose time is over.
    """
    found = await store.get(tenant, named.key_id)
    if found is None or found.revoked_at is not None or found.maker_disabled_at is not None:
        raise Unauthenticated("The access key is unknown or was revoked.")
    if not permissions.may(found.maker_role, "key.write"):
        raise Unauthenticated("Whoever made this access key may no longer have one. Ask a manager for a new key.")
    wanted, given = found.session_hash, None if token is None else signing_keys.session_hash(token)
    if (wanted is None) != (given is None) or (wanted and given and not hmac.compare_digest(wanted, given)):
        raise Unauthenticated("The session token is not the one of this access key.")
    if found.expires_at is not None and found.expires_at <= now:
        raise Ended("The access key has ended. Make a new one.")
    caller = Caller("key", found.role, key_id=found.id, name=found.name, mode=found.mode)
    stale = found.last_used_at is None or now - found.last_used_at > USED_EVERY
    return Entered(caller, seals.unseal(found.sealed_secret, _purpose(found.id)), stale)


async def used(tenant: Tenant, key_id: UUID, now: datetime) -> None:
    """Notes that a request was proven to be a key's."""
    await store.touch(tenant, key_id, now)


async def reseal(context: Context, seals: Seals) -> int:
    """Seals with the newest master key whatever an older one sealed; of how many keys. Safe to repeat."""
    count = 0
    for key_id, sealed in await store.lock_secrets(context.tenant):
        if not seals.is_current(sealed):
            again = seals.seal(seals.unseal(sealed, _purpose(key_id)), _purpose(key_id))
            await store.replace_secret(context.tenant, key_id, again)
            count += 1
    return count


def _purpose(key_id: UUID) -> str:
    return f"signing key:{key_id}"


async def _record(context: Context, type: str, data: dict[str, Any]) -> None:
    event = events.NewEvent(context.new_id(), type, data=data)
    await events.record(context.tenant, context.now, context.caller.actor, [event])
