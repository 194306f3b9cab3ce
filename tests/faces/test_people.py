"""Sessions, members and keys over HTTP."""

from __future__ import annotations

from harness import ROLES, Organization, Role


async def test_me_says_who_is_asking(organization: Organization) -> None:
    client = await organization.client_for("reviewer")

    me = await client.get("/v1/me")

    assert me.status_code == 200, me.text
    assert me.json()["role"] == "reviewer"
