"""Webhooks, deliveries and events over HTTP."""

from __future__ import annotations

from datetime import timedelta

import pytest

from harness import Organization

NEW = {"url": "https://hooks.acme.org/assay", "events": ["webhook.test", "member.added"], "description": "CRM"}


async def test_a_secret_is_shown_when_the_webhook_is_made_and_never_again(organization: Organization) -> None:
    manager = await organization.client_for("manager")

    made = await manager.post("/v1/webhooks", json=NEW)
    listed = await manager.get("/v1/webhooks")
    changed = await manager.patch(f"/v1/webhooks/{made.json()['id']}", json={"description": "New"})

    assert made.status_code == 201, made.text
    secret = made.json()["secret"]
    assert secret.startswith("whsec_")
    expected = {name: value for name, value in made.json().items() if name != "secret"}
    assert listed.json() == {"items": [expected], "next_cursor": None}
    assert changed.json() == {**expected, "description": "New"}


async def test_a_secret_is_rotated_with_an_overlap_that_is_told(organization: Organization) -> None:
    manager = await organization.client_for("manager")
    made = (await manager.post("/v1/webhooks", json=NEW)).json()
    path = f"/v1/webhooks/{made['id']}/secret"

    default = (await manager.post(path, json={})).json()
    at_once = (await manager.post(path, json={"overlap_seconds": 0})).json()
    too_long = await manager.post(path, json={"overlap_seconds": 30 * 86_400})
    listed = (await manager.get("/v1/webhooks")).json()["items"]
    (event, *_) = (await manager.get("/v1/events", params={"type": "webhook.secret_rotated"})).json()["items"]

    assert len({made["secret"], default["secret"], at_once["secret"]}) == 3
    assert default["old_secret_until"] == "2026-03-03T09:00:00Z"
    assert at_once["old_secret_until"] is None
    assert (too_long.status_code, too_long.json()["problems"][0]["field"]) == (400, "overlap_seconds")
    assert listed == [{name: value for name, value in at_once.items() if name != "secret"}]
    assert "whsec_" not in str(event)


@pytest.mark.parametrize(
    "url",
    [
        "https://127.0.0.1/",
        "https://localhost/",
        "https://[::1]/",
        "https://169.254.169.254/latest/meta-data/",
        "https://10.1.2.3/",
        "https://2130706433/",
        "https://0x7f.1/",
        "https://[::ffff:10.0.0.1]/",
        "https://[64:ff9b::7f00:1]/",
        "https://metadata.internal/",
        "https://hooks.acme.org:25/",
        "http://hooks.acme.org/",
        "http://127.0.0.1:8000/",
    ],
)
async def test_an_address_inside_is_refused_when_it_is_typed(organization: Organization, url: str) -> None:
    manager = await organization.client_for("manager")
    made = (await manager.post("/v1/webhooks", json=NEW)).json()

    created = await manager.post("/v1/webhooks", json={**NEW, "url": url})
    changed = await manager.patch(f"/v1/webhooks/{made['id']}", json={"url": url})

    for answer in (created, changed):
        assert answer.status_code == 400, answer.text
        assert [problem["field"] for problem in answer.json()["problems"]] == ["url"]
    assert [w["url"] for w in (await manager.get("/v1/webhooks")).json()["items"]] == [NEW["url"]]


async def test_deliveries_are_listed_in_pages_and_replayed(organization: Organization) -> None:
    manager = await organization.client_for("manager")
    webhook = (await manager.post("/v1/webhooks", json=NEW)).json()
    sent = []
    for _ in range(5):
        sent.append((await manager.post(f"/v1/webhooks/{webhook['id']}/test")).json())
        organization.clock.advance(timedelta(minutes=1).total_seconds())

    first = (await manager.get(f"/v1/webhooks/{webhook['id']}/deliveries", params={"limit": 3})).json()
    second = (
        await manager.get(
            f"/v1/webhooks/{webhook['id']}/deliveries", params={"limit": 3, "cursor": first["next_cursor"]}
        )
    ).json()
    replayed = await manager.post(f"/v1/deliveries/{sent[0]['id']}/replay")
    wrong = await manager.get(f"/v1/webhooks/{webhook['id']}/deliveries", params={"cursor": "1e9.x"})

    assert [d["id"] for d in first["items"] + second["items"]] == [d["id"] for d in reversed(sent)]
    assert second["next_cursor"] is None
    assert (replayed.status_code, replayed.json()["state"]) == (202, "pending")
    assert wrong.status_code == 400


async def test_a_deleted_webhook_takes_its_deliveries_along(organization: Organization) -> None:
    manager = await organization.client_for("manager")
    webhook = (await manager.post("/v1/webhooks", json=NEW)).json()
    sent = (await manager.post(f"/v1/webhooks/{webhook['id']}/test")).json()

    gone = await manager.delete(f"/v1/webhooks/{webhook['id']}")

    assert gone.status_code == 204
    assert (await manager.get(f"/v1/webhooks/{webhook['id']}/deliveries")).status_code == 404
    assert (await manager.post(f"/v1/deliveries/{sent['id']}/replay")).status_code == 404


async def test_events_tell_who_did_what_newest_first(organization: Organization) -> None:
    manager = await organization.client_for("manager")
    program = await organization.key_client("live", "manager")
    organization.clock.advance(1)
    await manager.post("/v1/members", json={"name": "Ann", "email": "ann@example.org", "role": "annotator"})
    organization.clock.advance(1)
    await program.post("/v1/members", json={"name": "Bob", "email": "bob@example.org", "role": "annotator"})

    auditor = await organization.client_for("auditor")
    newest = (await auditor.get("/v1/events", params={"type": "member.added", "limit": 2})).json()
    older = (await auditor.get("/v1/events", params={"type": "member.added", "cursor": newest["next_cursor"]})).json()

    names = [(event["data"]["name"], event["actor"]["kind"], event["actor"]["name"]) for event in newest["items"]]
    assert names == [("Bob", "key", "live manager"), ("Ann", "member", organization.people["manager"].name)]
    assert {event["actor"]["kind"] for event in older["items"]} == {"system"}
    assert len(older["items"]) == 4, "the members the organization began with, besides its owner"


async def test_nothing_secret_is_in_the_record(organization: Organization) -> None:
    manager = await organization.client_for("manager")
    url = "https://hooks.acme.org/hidden-in-the-path"
    secret = (await manager.post("/v1/webhooks", json={**NEW, "url": url})).json()["secret"]
    key = (await manager.post("/v1/api-keys", json={"name": "K", "mode": "live", "role": "reviewer"})).json()["key"]
    target = organization.people["annotator"]
    link = (await manager.post(f"/v1/members/{target.id}/sign-in-links")).json()["url"]

    record = (await manager.get("/v1/events", params={"limit": 500})).text

    for hidden in (secret, key, link.partition("#token=")[2], target.session, "hidden-in-the-path"):
        assert hidden not in record
