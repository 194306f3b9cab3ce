"""Sessions, members and API keys."""

from __future__ import annotations

from uuid import UUID

import msgspec
from litestar import get

from assay.core.permissions import permissions_of
from assay.faces.http import AnyRequest, enter
from assay.services import accounts


class Organization(msgspec.Struct):
    id: UUID
    name: str


class Me(msgspec.Struct):
    """The caller, and what they may do."""

    member_id: UUID | None
    worker_id: UUID | None
    name: str
    email: str
    role: str
    organization: Organization
    permissions: list[str]


@get("/me", opt={"permission": "self.read"}, operation_id="get_me", tags=["People"])
async def get_me(request: AnyRequest) -> Me:
    """Who you are."""
    async with enter(request) as context:
        organization = await accounts.organization(context)
        caller = context.caller
        return Me(
            caller.member_id,
            caller.worker_id,
            caller.name,
            caller.email,
            caller.role,
            Organization(organization.id, organization.name),
            sorted(permissions_of(caller.role)),
        )
