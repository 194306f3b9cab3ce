"""Keys that sign: who makes them, what is kept of them, and when they end."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.adapters.sealing import AesSeals, memory_seals
from assay.core.errors import Conflict, Forbidden, Invalid, NotFound, Unauthenticated
from assay.core.signing_keys import AccessKey, access_key, access_key_in
from assay.services import accounts, signing_keys
from assay.services.signing_keys import Ended, MadeKey
from harness import Organization, Role


async def made(organization: Organization, who: Role = "owner", **given: Any) -> MadeKey:
    async with organization.context_for(who) as context:
        wanted = {"name": "Nightly", "mode": "live", "role": "manager", **given}
        return await signing_keys.make(context, organization.house.seals, **wanted)


async def entered(organization: Organization, key: MadeKey, token: str | None = None) -> signing_keys.Entered:
    named = access_key_in(key.access_key)
    assert named is not None
    async with organization.context_for("owner") as context:
        return await signing_keys.entered(
            context.tenant, organization.house.seals, named, token or key.session_token, organization.clock()
        )


async def test_a_key_opens_its_secret_and_says_who_asks(organization: Organization) -> None:
    key = await made(organization, mode="test", role="auditor")

    found = await entered(organization, key)

    assert found.secret == key.secret
    assert len(key.secret) == 40
    assert (found.caller.kind, found.caller.role, found.caller.mode) == ("key", "auditor", "test")
    assert found.caller.key_id == key.key.id


async def test_no_secret_is_kept_in_clear_nor_listed(organization: Organization) -> None:
    key = await made(organization, session_seconds=900)
    client = await organization.client_for("owner")

    listed = await client.get("/v1/signing-keys")
    async with organization.context_for("owner") as context:
        rows = await context.tenant.fetch("select key::text from signing_keys key where organization_id = $1")
        told = await context.tenant.fetch("select data::text from events where organization_id = $1")

    assert key.session_token is not None
    for secret in (key.secret, key.session_token, key.secret.encode().hex()):
        assert secret not in listed.text + "".join(row[0] for row in [*rows, *told])
    assert listed.json()["items"][0]["access_key"] == key.access_key


@pytest.mark.parametrize("who", ["reviewer", "annotator", "auditor"])
async def test_managers_make_keys_and_others_do_not(organization: Organization, who: Role) -> None:
    await made(organization, "manager")
    with pytest.raises(Forbidden):
        await made(organization, who)
    client = await organization.client_for(who)
    assert (await client.post("/v1/signing-keys", json={"name": "N", "mode": "live"})).status_code == 403


async def test_a_key_makes_no_keys(organization: Organization) -> None:
    client = await organization.key_client("live", "manager")

    assert (await client.post("/v1/signing-keys", json={"name": "N", "mode": "live"})).status_code == 403


async def test_a_revoked_key_ends_at_once_and_stays_in_the_list(organization: Organization) -> None:
    key = await made(organization)
    client = await organization.client_for("manager")

    for _ in range(2):
        assert (await client.delete(f"/v1/signing-keys/{key.key.id}")).status_code == 204

    with pytest.raises(Unauthenticated):
        await entered(organization, key)
    (listed,) = (await client.get("/v1/signing-keys")).json()["items"]
    assert listed["revoked_at"] is not None
    async with organization.context_for("owner") as context:
        with pytest.raises(NotFound):
            await signing_keys.revoke(context, uuid4())


async def test_a_key_ends_with_its_maker(organization: Organization) -> None:
    manager = await organization.add("manager")
    async with organization.context_for(manager) as context:
        key = await signing_keys.make(context, organization.house.seals, name="N", mode="live", role="manager")
    async with organization.context_for("owner") as context:
        await accounts.change_member(context, manager.id, disabled=True)

    with pytest.raises(Unauthenticated):
        await entered(organization, key)


async def test_a_key_for_a_while_wants_its_token_and_ends(organization: Organization) -> None:
    key, other = await made(organization, session_seconds=900), await made(organization)

    with pytest.raises(Unauthenticated):
        await entered(organization, key, "another")
    with pytest.raises(Unauthenticated):
        await entered(organization, other, key.session_token)
    organization.clock.advance(900)
    with pytest.raises(Ended):
        await entered(organization, key)
    organization.clock.advance(86_400)
    await made(organization)
    async with organization.context_for("owner") as context:
        names = [one.id for one in await signing_keys.listed(context, before=None, limit=10)]
    assert key.key.id not in names


@pytest.mark.parametrize("given", [{"name": ""}, {"session_seconds": 899}, {"session_seconds": 129_601}])
async def test_a_key_that_makes_no_sense_is_refused(organization: Organization, given: dict[str, Any]) -> None:
    with pytest.raises(Invalid):
        await made(organization, **given)


async def test_there_are_so_many_keys_and_no_more(organization: Organization, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(signing_keys, "KEYS_MAX", 2)
    keys = [await made(organization) for _ in range(2)]
    with pytest.raises(Conflict):
        await made(organization)

    async with organization.context_for("owner") as context:
        await signing_keys.revoke(context, keys[0].key.id)

    await made(organization)


async def test_secrets_are_sealed_again_with_a_new_key(organization: Organization) -> None:
    old, new = b"o" * 31 + b"1", b"n" * 31 + b"2"
    both = AesSeals([new, old])
    async with organization.context_for("owner") as context:
        key = await signing_keys.make(context, AesSeals([old]), name="N", mode="live", role="manager")
        counts = [await signing_keys.reseal(context, both) for _ in range(2)]
        named = access_key_in(key.access_key)
        assert named is not None
        found = await signing_keys.entered(context.tenant, AesSeals([new]), named, None, organization.clock())

    assert (counts, found.secret) == ([1, 0], key.secret)


async def test_a_key_of_another_organization_is_not_there(organization: Organization, neighbour: Organization) -> None:
    key = await made(neighbour)
    named = AccessKey(organization.id, key.key.id)

    async with organization.context_for("owner") as context:
        with pytest.raises(Unauthenticated):
            await signing_keys.entered(context.tenant, memory_seals(), named, None, organization.clock())


@given(st.uuids(), st.uuids(), st.sampled_from(["live", "test"]))
def test_an_access_key_says_whose_it_is(organization_id: Any, key_id: Any, mode: Any) -> None:
    text = access_key(organization_id, key_id, mode)

    assert access_key_in(text) == AccessKey(organization_id, key_id)
    assert text.isalnum()
    assert len(text) == 56
    for other in (text[:-1], text + "0", text.lower(), text[:6] + "Z" * 50, "AKIAIOSFODNN7EXAMPLE", ""):
        assert access_key_in(other) is None
