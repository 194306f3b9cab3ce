"""Members, roles and API keys over HTTP."""

from __future__ import annotations

from datetime import timedelta

import pytest

from harness import BASE_URL, ROLES, Clock, Organization, Role

RANK = {"owner": 3, "manager": 2, "reviewer": 1, "annotator": 0, "auditor": 0}


@pytest.mark.parametrize("role", ROLES)
async def test_me_says_who_is_asking_and_what_they_may_do(organization: Organization, role: Role) -> None:
    client = await organization.client_for(role)

    me = (await client.get("/v1/me")).json()

    person = organization.people[role]
    assert (me["member_id"], me["role"], me["email"]) == (str(person.id), role, person.email)
    assert me["organization"] == {"id": str(organization.id), "name": "Orchard", "market_id": None}
    assert ("member.write" in me["permissions"]) == (role in ("owner", "manager"))
    assert (me["worker_id"] is None) == (role == "auditor"), "everyone but an auditor can hold turns"


async def test_a_new_member_is_listed_and_gets_in_with_their_link(organization: Organization) -> None:
    manager = await organization.client_for("manager")

    made = await manager.post(
        "/v1/members", json={"name": "Ann Ötker 👩‍🌾", "email": " Ann@Example.org ", "role": "annotator"}
    )
    link = await manager.post(f"/v1/members/{made.json()['id']}/sign-in-links")
    nobody = await organization.client_for(None)
    entered = await nobody.post("/v1/sessions", json={"token": link.json()["url"].partition("#token=")[2]})

    assert made.status_code == 201, made.text
    assert made.json()["email"] == "ann@example.org"
    assert link.status_code == 201, link.text
    assert link.json()["url"].startswith(f"{BASE_URL}/sign-in#token=assay_link_")
    assert entered.status_code == 201, entered.text
    assert entered.json()["name"] == "Ann Ötker 👩‍🌾"
    assert (await nobody.get("/v1/me")).json()["role"] == "annotator"
    listed = (await manager.get("/v1/members", params={"limit": 500})).json()["items"]
    assert "Ann Ötker 👩‍🌾" in [member["name"] for member in listed]


async def test_one_address_is_one_member(organization: Organization) -> None:
    owner = await organization.client_for("owner")

    again = await owner.post("/v1/members", json={"name": "Twin", "email": "OLIVE@assay.test", "role": "annotator"})

    assert (again.status_code, again.json()["code"]) == (409, "already_exists")
    (problem,) = again.json()["problems"]
    assert problem["field"] == "email"
    assert "olive@assay.test is a member already" in problem["message"]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"name": "", "email": "a@b.c", "role": "annotator"}, "name"),
        ({"name": "x" * 201, "email": "a@b.c", "role": "annotator"}, "name"),
        ({"name": "line\nbreak", "email": "a@b.c", "role": "annotator"}, "name"),
        ({"name": "NUL\0", "email": "a@b.c", "role": "annotator"}, "name"),
        ({"name": "Ann", "email": "ann", "role": "annotator"}, "email"),
        ({"name": "Ann", "email": "a@" + "b" * 320, "role": "annotator"}, "email"),
        ({"name": "Ann", "email": "a\0@b.c", "role": "annotator"}, "email"),
    ],
)
async def test_a_member_who_is_not_well_formed_is_refused_by_field(
    organization: Organization, body: dict[str, str], field: str
) -> None:
    owner = await organization.client_for("owner")

    refused = await owner.post("/v1/members", json=body)

    assert refused.status_code == 400, refused.text
    assert [problem["field"] for problem in refused.json()["problems"]] == [field]


@pytest.mark.parametrize("extra", ["id", "organization_id", "disabled_at", "worker_id", "is_admin"])
async def test_fields_that_nobody_may_set_are_refused(organization: Organization, extra: str) -> None:
    owner = await organization.client_for("owner")
    annotator = organization.people["annotator"]

    body = {"name": "Ann", "email": "ann@example.org", "role": "annotator", extra: "1"}
    created = await owner.post("/v1/members", json=body)
    changed = await owner.patch(f"/v1/members/{annotator.id}", json={extra: "1"})

    assert (created.status_code, changed.status_code) == (400, 400)


@pytest.mark.parametrize("actor", ROLES)
async def test_nobody_makes_anyone_what_they_could_not_be(organization: Organization, actor: Role) -> None:
    """Every role tries to appoint every role, newly and by change; only owners make owners and managers."""
    client = await organization.client_for(actor)
    for role in ROLES:
        target = await organization.add("annotator")
        added = await client.post("/v1/members", json={"name": "N", "email": f"{role}@new.test", "role": role})
        changed = await client.patch(f"/v1/members/{target.id}", json={"role": role})

        may = actor == "owner" or (actor == "manager" and RANK[role] < RANK["manager"])
        assert added.status_code == (201 if may else 403), (role, added.text)
        assert changed.status_code == (200 if may else 403), (role, changed.text)


@pytest.mark.parametrize("actor", ROLES)
async def test_nobody_raises_themselves(organization: Organization, actor: Role) -> None:
    client = await organization.client_for(actor)
    me = organization.people[actor]
    for role in ROLES:
        if RANK[role] > RANK[actor]:
            assert (await client.patch(f"/v1/members/{me.id}", json={"role": role})).status_code == 403


async def test_a_manager_cannot_become_an_owner_through_a_link(organization: Organization) -> None:
    """Whoever opens a link is that member, so a link is made only for those below."""
    manager = await organization.client_for("manager")

    for role in ("owner", "manager"):
        target = await organization.add(role)
        refused = await manager.post(f"/v1/members/{target.id}/sign-in-links")
        assert refused.status_code == 403, role


async def test_the_last_owner_stays(organization: Organization) -> None:
    owner = await organization.client_for("owner")
    me = organization.people["owner"]

    demoted = await owner.patch(f"/v1/members/{me.id}", json={"role": "manager"})
    disabled = await owner.patch(f"/v1/members/{me.id}", json={"disabled": True})
    second = await organization.add("owner")
    left = await owner.patch(f"/v1/members/{me.id}", json={"disabled": True})
    other = await organization.client_for(second)
    alone = await other.patch(f"/v1/members/{second.id}", json={"role": "manager"})

    assert (demoted.status_code, disabled.status_code, left.status_code, alone.status_code) == (409, 409, 200, 409)
    fields = [refused.json()["problems"][0]["field"] for refused in (demoted, disabled, alone)]
    assert fields == ["role", "disabled", "role"]


async def test_a_disabled_owner_does_not_count_as_the_last(organization: Organization) -> None:
    owner = await organization.client_for("owner")
    second = await organization.add("owner")
    await owner.patch(f"/v1/members/{second.id}", json={"disabled": True})

    renamed = await owner.patch(f"/v1/members/{second.id}", json={"role": "annotator"})
    me = await owner.patch(f"/v1/members/{organization.people['owner'].id}", json={"disabled": True})

    assert renamed.status_code == 200, "one who is disabled may be demoted"
    assert me.status_code == 409


async def test_disabling_shuts_every_door_at_once_and_enabling_opens_none_of_them(organization: Organization) -> None:
    owner = await organization.client_for("owner")
    manager = await organization.client_for("manager")
    target = organization.people["manager"]
    key = (await manager.post("/v1/api-keys", json={"name": "Import", "mode": "live", "role": "manager"})).json()
    link = (await owner.post(f"/v1/members/{target.id}/sign-in-links")).json()
    program = await organization.client_for(None, {"authorization": f"Bearer {key['key']}"})
    assert (await program.get("/v1/me")).status_code == 200

    for disabled in (True, False):
        changed = await owner.patch(f"/v1/members/{target.id}", json={"disabled": disabled})

        assert (changed.json()["disabled_at"] is not None) == disabled
        assert (await manager.get("/v1/me")).status_code == 401
        assert (await program.get("/v1/me")).status_code == 401
        nobody = await organization.client_for(None)
        entered = await nobody.post("/v1/sessions", json={"token": link["url"].partition("#token=")[2]})
        assert entered.status_code == 401
    refused = await owner.post(f"/v1/members/{target.id}/sign-in-links")
    assert refused.status_code == 201, "a fresh link brings them back"


async def test_a_role_holds_from_the_next_request_on(organization: Organization) -> None:
    owner = await organization.client_for("owner")
    manager = await organization.client_for("manager")
    target = organization.people["manager"]

    await owner.patch(f"/v1/members/{target.id}", json={"role": "annotator"})

    assert (await manager.get("/v1/members")).status_code == 403
    assert (await manager.get("/v1/me")).json()["role"] == "annotator"


async def test_keys_that_outdo_their_demoted_maker_end(organization: Organization) -> None:
    owner = await organization.client_for("owner")
    manager = await organization.client_for("manager")
    key = (await manager.post("/v1/api-keys", json={"name": "K", "mode": "live", "role": "manager"})).json()
    program = await organization.client_for(None, {"authorization": f"Bearer {key['key']}"})

    await owner.patch(f"/v1/members/{organization.people['manager'].id}", json={"role": "reviewer"})

    assert (await program.get("/v1/me")).status_code == 401


async def test_an_auditor_who_becomes_an_annotator_can_work(organization: Organization) -> None:
    owner = await organization.client_for("owner")
    target = organization.people["auditor"]

    changed = (await owner.patch(f"/v1/members/{target.id}", json={"role": "annotator"})).json()
    back = (await owner.patch(f"/v1/members/{target.id}", json={"role": "auditor"})).json()

    assert changed["worker_id"] is not None
    assert back["worker_id"] == changed["worker_id"], "the record of their work stays theirs"


async def test_a_key_is_shown_once_and_works_until_it_is_revoked(organization: Organization) -> None:
    owner = await organization.client_for("owner")

    made = await owner.post("/v1/api-keys", json={"name": "Nightly import", "mode": "live", "role": "manager"})
    key = made.json()
    program = await organization.client_for(None, {"authorization": f"Bearer {key['key']}"})
    before = await program.get("/v1/members")
    listed = (await owner.get("/v1/api-keys")).json()["items"]
    revoked = await owner.delete(f"/v1/api-keys/{key['id']}")
    again = await owner.delete(f"/v1/api-keys/{key['id']}")
    after = await program.get("/v1/members")

    assert made.status_code == 201, made.text
    assert key["key"].startswith("assay_live_")
    assert before.status_code == 200
    assert "key" not in listed[0]
    assert key["key"] not in str(listed)
    assert listed[0]["last_used_at"] is not None
    assert (revoked.status_code, again.status_code, after.status_code) == (204, 204, 401)


async def test_a_key_ends_at_its_time(organization: Organization, clock: Clock) -> None:
    owner = await organization.client_for("owner")
    ends = (clock() + timedelta(hours=1)).isoformat()
    body = {"name": "Short", "mode": "test", "role": "auditor", "expires_at": ends}
    key = (await owner.post("/v1/api-keys", json=body)).json()
    program = await organization.client_for(None, {"authorization": f"Bearer {key['key']}"})

    clock.advance(3599)
    before = await program.get("/v1/projects")
    clock.advance(1)
    after = await program.get("/v1/projects")
    past = await owner.post("/v1/api-keys", json={**body, "expires_at": clock().isoformat()})
    zoneless = await owner.post("/v1/api-keys", json={**body, "expires_at": "2030-01-01T00:00:00"})

    assert (before.status_code, after.status_code) == (200, 401)
    assert (past.status_code, zoneless.status_code) == (400, 400)


async def test_a_key_can_neither_be_an_owner_nor_make_keys(organization: Organization) -> None:
    owner = await organization.client_for("owner")
    program = await organization.key_client("live", "manager")

    as_owner = await owner.post("/v1/api-keys", json={"name": "K", "mode": "live", "role": "owner"})
    planted = await program.post("/v1/api-keys", json={"name": "K", "mode": "live", "role": "manager"})
    crowned = await program.post("/v1/members", json={"name": "N", "email": "n@new.test", "role": "manager"})

    assert (as_owner.status_code, planted.status_code, crowned.status_code) == (400, 403, 403)


async def test_a_test_key_does_not_touch_people_keys_and_webhooks(organization: Organization) -> None:
    program = await organization.key_client("test", "manager")
    target = organization.people["annotator"]

    refused = [
        await program.post("/v1/members", json={"name": "N", "email": "n@new.test", "role": "annotator"}),
        await program.patch(f"/v1/members/{target.id}", json={"disabled": True}),
        await program.post(f"/v1/members/{target.id}/sign-in-links"),
        await program.post("/v1/webhooks", json={"url": "https://hooks.acme.org/", "events": ["*"]}),
    ]

    assert [answer.status_code for answer in refused] == [403] * 4


async def test_lists_come_in_pages_that_fit_together(organization: Organization) -> None:
    for _ in range(4):
        await organization.add("annotator")
    owner = await organization.client_for("owner")
    whole = (await owner.get("/v1/members", params={"limit": 500})).json()

    found, cursor = [], None
    while True:
        params = {"limit": "2", **({"cursor": cursor} if cursor else {})}
        page = (await owner.get("/v1/members", params=params)).json()
        found += page["items"]
        cursor = page["next_cursor"]
        if cursor is None:
            break

    assert len(whole["items"]) == 9
    assert whole["next_cursor"] is None
    assert found == whole["items"]


@pytest.mark.parametrize("params", [{"limit": "0"}, {"limit": "501"}, {"limit": "x"}, {"cursor": "'; drop"}])
async def test_pages_that_make_no_sense_are_refused(organization: Organization, params: dict[str, str]) -> None:
    owner = await organization.client_for("owner")

    assert (await owner.get("/v1/members", params=params)).status_code == 400
