"""Keys by which programs sign their requests, for the dialects that are spoken so."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal, TypeAlias
from uuid import UUID

import msgspec
from litestar import delete, get, post
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter

from assay.faces.http import AnyRequest, Page, enter, house, id_cursor, page_of
from assay.services import signing_keys

Limit: TypeAlias = Annotated[int, QueryParameter(ge=1, le=500)]


class SigningKey(msgspec.Struct):
    """``access_key`` is what programs send in clear. ``temporary``: it is for a while, and comes with a token."""

    id: UUID
    access_key: str
    name: str
    mode: str
    role: str
    temporary: bool
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None
    last_used_at: datetime | None


class MadeSigningKey(SigningKey):
    """``secret`` and ``session_token`` are shown once."""

    secret: str
    session_token: str | None


class NewSigningKey(msgspec.Struct, forbid_unknown_fields=True):
    """``session_seconds`` makes a key for 15 minutes to 36 hours that comes with a token."""

    name: str
    mode: Literal["live", "test"]
    role: Literal["manager", "auditor"] = "manager"
    session_seconds: int | None = None


@get("/signing-keys", opt={"permission": "key.read"}, operation_id="list_signing_keys", tags=["People"])
async def list_signing_keys(
    request: AnyRequest, cursor: FromQuery[str | None] = None, limit: Limit = 50
) -> Page[SigningKey]:
    """All keys that sign, newest first, revoked ones included; those for a while only as long as they last."""
    async with enter(request) as context:
        rows = await signing_keys.listed(context, before=id_cursor(cursor), limit=limit)
        keys = [SigningKey(**_fields(context.organization_id, row)) for row in rows]
        return page_of(keys, limit, lambda key: str(key.id))


@post("/signing-keys", opt={"permission": "key.write"}, operation_id="make_signing_key", tags=["People"])
async def make_signing_key(request: AnyRequest, data: JSONBody[NewSigningKey]) -> MadeSigningKey:
    """Makes an access key and its secret, for programs that sign their requests with Signature Version 4. A live key
    reaches both worlds, by their addresses; a test key the sandbox only."""
    async with enter(request) as context:
        made = await signing_keys.make(
            context,
            house(request).seals,
            name=data.name,
            mode=data.mode,
            role=data.role,
            session_seconds=data.session_seconds,
        )
        fields = _fields(context.organization_id, made.key)
        return MadeSigningKey(**fields, secret=made.secret, session_token=made.session_token)


@delete(
    "/signing-keys/{signing_key_id:uuid}",
    opt={"permission": "key.write"},
    operation_id="revoke_signing_key",
    tags=["People"],
    status_code=204,
)
async def revoke_signing_key(request: AnyRequest, signing_key_id: FromPath[UUID]) -> None:
    """Ends a key at once. It stays in the list."""
    async with enter(request) as context:
        await signing_keys.revoke(context, signing_key_id)


HANDLERS = [list_signing_keys, make_signing_key, revoke_signing_key]


def _fields(organization_id: UUID, row: signing_keys.SigningKey) -> dict[str, Any]:
    return {name: getattr(row, name) for name in SigningKey.__struct_fields__ if name != "access_key"} | {
        "access_key": signing_keys.text_of(organization_id, row)
    }
