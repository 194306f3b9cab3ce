"""Nobody reaches into another organization: every route that takes an id, as every role.

The matrix is generated from the application's own routes; a new route with an id joins it by itself, and one whose
id or body the matrix does not know fails until it is taught.
"""

from __future__ import annotations

import hashlib
import itertools
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from typing import Any

import asyncpg
import pytest
from litestar import Litestar

from assay.core import permissions
from harness import ROLES, Organization
from scenes import ANSWER, Scene, photo, populated

# What each changing route is sent: well-formed, so that nothing but the id is wrong with it.
BODIES: dict[str, dict[str, Any]] = {
    "PATCH /v1/members/{member_id}": {"json": {"name": "Taken over"}},
    "POST /v1/members/{member_id}/sign-in-links": {},
    "DELETE /v1/api-keys/{key_id}": {},
    "DELETE /v1/signing-keys/{signing_key_id}": {},
    "DELETE /v1/market/layouts/{layout_id}": {},
    "POST /v1/market/engagements/{engagement_id}/messages": {"json": {"body": "Thank you"}},
    "POST /v1/work/engagements/{engagement_id}/messages": {"json": {"body": "Gladly"}},
    "PATCH /v1/projects/{project_id}": {"json": {"name": "Taken over", "instructions": "New"}},
    "POST /v1/projects/{project_id}/attachments": {"content": photo(7), "headers": {"x-file-name": "7.png"}},
    "POST /v1/projects/{project_id}/tasks": {"json": {"tasks": [{"url": "https://photos.acme.org/2.jpg"}]}},
    "POST /v1/projects/{project_id}/imports": {
        "content": b'{"url": "https://photos.acme.org/3.jpg"}\n',
        "params": {"format": "jsonl", "as": "tasks"},
        "headers": {"x-file-name": "rows.jsonl"},
    },
    "POST /v1/projects/{project_id}/workers/{worker_id}/suspend": {"json": {"reason": "Careless"}},
    "POST /v1/projects/{project_id}/workers/{worker_id}/reinstate": {"json": {}},
    "POST /v1/projects/{project_id}/workers/{worker_id}/training/pass": {},
    "POST /v1/projects/{project_id}/workers/{worker_id}/training/begin-again": {},
    "PUT /v1/projects/{project_id}/crew": {"json": {"crew_only": False, "worker_ids": []}},
    "POST /v1/projects/{project_id}/groups": {"json": {"name": "Night shift"}},
    "PATCH /v1/projects/{project_id}/groups/{group_id}": {"json": {"name": "Taken over"}},
    "POST /v1/tasks/{task_id}/cancel": {},
    "POST /v1/tasks/{task_id}/reopen": {},
    "POST /v1/tasks/{task_id}/audits": {"json": {"verdict": "accept"}},
    "PUT /v1/tasks/{task_id}/gold": {"json": {"answer": ANSWER}},
    "DELETE /v1/tasks/{task_id}/gold": {},
    "PATCH /v1/webhooks/{webhook_id}": {"json": {"description": "Taken over"}},
    "POST /v1/webhooks/{webhook_id}/secret": {"json": {"overlap_seconds": 60}},
    "DELETE /v1/webhooks/{webhook_id}": {},
    "POST /v1/webhooks/{webhook_id}/test": {},
    "POST /v1/deliveries/{delivery_id}/replay": {},
    "POST /v1/tasks/{task_id}/callbacks": {},
    "POST /v1/batches/{batch_id}/finalize": {},
    "PUT /v1/batches/{batch_id}/priority": {"json": {"priority": 70}},
    "POST /v1/batches/{batch_id}/callbacks": {},
    "POST /v1/work/jobs/{offer_id}/accept": {},
    "POST /v1/work/postings/{posting_id}/accept": {},
    "PUT /v1/work/engagements/{engagement_id}/draft": {"json": {"answer": {}}},
    "PUT /v1/work/engagements/{engagement_id}/disclosure": {"json": {"disclosure": "A translator."}},
    "POST /v1/work/engagements/{engagement_id}/submit": {"json": {"answer": {}}},
    "POST /v1/work/engagements/{engagement_id}/extend": {},
    "POST /v1/work/engagements/{engagement_id}/return": {},
    "POST /v1/market/engagements/{engagement_id}/bonuses": {"json": {"amount": "0.05", "reason": "Quick"}},
    "POST /v1/market/offers/{offer_id}/top-up": {},
    "POST /v1/projects/{project_id}/offers": {"json": {"title": "Ours", "description": "Now", "reward": "0.01"}},
    "POST /v1/market/offers/{offer_id}/pause": {},
    "POST /v1/market/offers/{offer_id}/resume": {},
    "POST /v1/market/offers/{offer_id}/postings": {"json": {}},
    "POST /v1/market/postings/{posting_id}/extend": {"json": {"more": 1}},
    "POST /v1/market/postings/{posting_id}/end": {"json": {"ends_at": "2026-03-02T09:00:00Z"}},
    "POST /v1/market/postings/{posting_id}/dispose": {},
    "POST /v1/market/engagements/{engagement_id}/approve": {"json": {}},
    "POST /v1/market/engagements/{engagement_id}/reject": {"json": {"feedback": "No", "reason_code": "wrong"}},
    "POST /v1/work/engagements/{engagement_id}/appeal": {"json": {"words": "It is right."}},
    "POST /v1/market/appeals/{appeal_id}/answer": {"json": {"words": "It is not."}},
    "POST /v1/market/appeals/{appeal_id}/ruling": {"json": {"verdict": "uphold", "reason": "It is not."}},
    "POST /v1/market/appeals/{appeal_id}/yield": {},
    "POST /v1/market/signals/{signal_id}/seen": {"json": {"note": "Two sisters."}},
    "POST /v1/market/requesters/{requester_id}/funds": {"json": {"amount": "5", "reference": "wire 2"}},
    "POST /v1/market/requesters/{requester_id}/refunds": {"json": {"amount": "1", "reference": "wire 3"}},
    "POST /v1/market/payouts/{payout_id}/outcome": {"json": {"state": "paid"}},
    "PUT /v1/market/freelancers/{freelancer_id}/masters": {"json": {"masters": True}},
    "DELETE /v1/market/searches/{search_id}": {},
    "PATCH /v1/market/qualification-types/{type_id}": {"json": {"description": "Taken over"}},
    "DELETE /v1/market/qualification-types/{type_id}": {},
    "PUT /v1/market/qualification-types/{type_id}/holders/{freelancer_id}": {"json": {"value": 3}},
    "DELETE /v1/market/qualification-types/{type_id}/holders/{freelancer_id}": {},
    "POST /v1/market/qualification-requests/{request_id}/accept": {"json": {}},
    "POST /v1/market/qualification-requests/{request_id}/reject": {"json": {}},
    "PUT /v1/market/blocks/{freelancer_id}": {"json": {"reason": "Careless"}},
    "DELETE /v1/market/blocks/{freelancer_id}": {},
    "POST /v1/market/offered-qualifications/{type_id}/ask": {},
    "POST /v1/market/offered-qualifications/{type_id}/test": {},
    "POST /v1/market/tests/{request_id}/submit": {"json": {"fields": {}}},
    "POST /v1/work/projects/{project_id}/claim": {"json": {"stage": "annotate"}},
    "PUT /v1/work/turns/{turn_id}/draft": {"json": {"answer": ANSWER}},
    "POST /v1/work/turns/{turn_id}/submit": {"json": {"answer": ANSWER, "duration_seconds": 3}},
    "POST /v1/work/turns/{turn_id}/extend": {},
    "POST /v1/work/turns/{turn_id}/skip": {"json": {"reason": "unclear"}},
    "POST /v1/work/turns/{turn_id}/report": {"json": {"reason": "offensive"}},
    "POST /v1/work/turns/{turn_id}/return": {},
    "POST /v1/work/turns/{turn_id}/review": {"json": {"verdict": "accept", "duration_seconds": 3}},
}
QUERIES = {"GET /v1/projects/{project_id}/export": {"format": "jsonl"}}
# Answers that go on as long as they are listened to: refused abroad like the others, not waited for at home.
ENDLESS = {"GET /v1/projects/{project_id}/progress/stream"}
# Paths that are no objects of ours: pages and built files. Signed media addresses are tried on their own below.
NOT_OBJECTS = ("/static", "/console", "/work/", "/v1/schema", "/media/")
# Open to a stranger: signing in, pages without content, and the sign of life.
OPEN = {
    "POST /v1/sessions",
    "GET /v1/market/sign-ups",
    "POST /v1/market/sign-ups",
    "GET /console",
    "GET /console/{_}",
    "GET /work",
    "GET /work/{_}",
    "GET /sign-in",
    "GET /healthz",
    # Programs that sign each request are asked who they are by their signature.
    "POST /",
    "POST /mturk",
    "POST /mturk-sandbox",
    "GET /static/{file_path}",
    "HEAD /static/{file_path}",
}


@dataclass(frozen=True)
class Route:
    method: str
    path: str
    parameters: tuple[str, ...]
    permission: str | None

    @property
    def name(self) -> str:
        return f"{self.method} {self.path}"

    def arguments(self, ids: dict[str, Any]) -> dict[str, Any]:
        """What to send, with these ids in the address."""
        assert self.method == "GET" or self.name in BODIES, f"tell BODIES what {self.name} is sent"
        sent = {"params": QUERIES[self.name]} if self.name in QUERIES else {}
        return {"method": self.method, "url": self.path.format(**ids), **sent, **BODIES.get(self.name, {})}


def routes(app: Litestar) -> Iterator[Route]:
    """Every route of ours; those that Litestar adds are tested where they are."""
    for route in app.routes:
        for handler in getattr(route, "route_handlers", []):
            methods = set(handler.http_methods) - {"OPTIONS"}
            if not methods or route.path.startswith("/v1/schema"):
                continue
            path, parameters = "", []
            for part in route.path_components:
                path += "/" + (part if isinstance(part, str) else "{" + part.name + "}")
                if not isinstance(part, str):
                    parameters.append(part.name)
            for method in sorted(methods):
                yield Route(method, path or "/", tuple(parameters), handler.opt["permission"])


def routes_with_ids(app: Litestar) -> list[Route]:
    return [route for route in routes(app) if route.parameters and not route.path.startswith(NOT_OBJECTS)]


@pytest.fixture
async def superuser(database_url: str) -> AsyncIterator[asyncpg.Connection[Any]]:
    connection = await asyncpg.connect(database_url)
    yield connection
    await connection.close()


async def _all_rows(superuser: asyncpg.Connection[Any], organization: Organization) -> dict[str, str]:
    """A fingerprint of each table's rows of one organization. Sessions leave out when they were seen last."""
    tables = await superuser.fetch("""
        select table_name from information_schema.columns
        where table_schema = 'public' and column_name = 'organization_id' and table_name <> 'tenants'""")
    found = {}
    for row in tables:
        table = row["table_name"]
        rows = await superuser.fetch(
            f"select (to_jsonb(t) - 'last_seen_at' - 'last_used_at')::text from {table} t"
            " where organization_id = $1 order by 1",
            organization.id,
        )
        found[table] = hashlib.sha256("\n".join(r[0] for r in rows).encode()).hexdigest()
    return found


async def test_foreign_ids_are_not_found_by_any_role_and_nothing_changes(
    organization: Organization, neighbour: Organization, app: Litestar, superuser: asyncpg.Connection[Any]
) -> None:
    """404 where the role may do such a thing at home, 403 where it may not: never a hint that the object exists."""
    theirs = await populated(neighbour)
    before = await _all_rows(superuser, neighbour)
    tried = 0

    for role in ROLES:
        client = await organization.client_for(role)
        for route in routes_with_ids(app):
            assert set(route.parameters) <= set(theirs.ids), f"tell scenes.populated how to make {route.parameters}"
            answer = await client.request(**route.arguments(theirs.ids))

            allowed = permissions.may(role, route.permission)  # type: ignore[arg-type]
            expected = 404 if allowed else 403
            assert answer.status_code == expected, f"{role}: {route.name}: {answer.status_code} {answer.text}"
            for value in _secrets(theirs):
                assert value not in answer.text, f"{role}: {route.name} tells {value}"
            tried += 1

    assert await _all_rows(superuser, neighbour) == before
    assert tried >= 5 * 30


async def test_a_test_key_finds_nothing_of_live_projects(
    organization: Organization, app: Litestar, superuser: asyncpg.Connection[Any]
) -> None:
    """Test keys are handed around more freely; they create and reach projects of their own mode."""
    live = await populated(organization)
    program = await organization.key_client("test", "manager")
    named = {"project_id", "task_id", "batch_id", "import_id", "attachment_id"}
    within = [r for r in routes_with_ids(app) if named & set(r.parameters)]
    before = await _all_rows(superuser, organization)

    for route in within:
        answer = await program.request(**route.arguments(live.ids))
        assert answer.status_code == 404, f"{route.name}: {answer.status_code} {answer.text}"

    assert len(within) > 15
    assert await _all_rows(superuser, organization) == before
    made = await program.post("/v1/projects", json={"name": "Trial", "taxonomy": {"labels": [{"name": "a"}]}})
    assert (await program.get(f"/v1/projects/{made.json()['id']}")).json()["mode"] == "test"


async def test_no_list_and_no_address_tells_a_test_key_of_the_live_world(
    organization: Organization, app: Litestar
) -> None:
    """Whatever can be read, by every route there is: nothing in it names a live project, person or webhook."""
    live = await populated(organization)
    program = await organization.key_client("test", "manager")
    trial = (await program.post("/v1/projects", json={"name": "Trial", "taxonomy": {"labels": [{"name": "a"}]}})).json()
    telling = [*_secrets(live), *(str(id_) for id_ in live.ids.values() if str(id_) != str(organization.id))]
    telling += [person.email for person in organization.people.values()]
    found = {}

    for route in routes(app):
        if route.method != "GET" or not route.path.startswith(("/v1/", "/guide-images/")) or route.name in ENDLESS:
            continue
        answer = await program.request(**route.arguments(live.ids))
        found[route.name] = answer.status_code
        # A refusal may name what was asked for.
        told = [text for text in telling if answer.status_code == 200 and text in answer.text]
        assert told == [], f"{route.name} tells {told}"

    assert {name for name, status in found.items() if status == 200} == {
        "GET /v1/me", "GET /v1/projects", "GET /v1/events", "GET /v1/api-keys",
        "GET /v1/market/qualification-types", "GET /v1/market/qualification-requests", "GET /v1/market/blocks",
        # Of the sandbox.
        "GET /v1/market/messages", "GET /v1/work/messages", "GET /v1/market/appeals",
        # Of play money.
        "GET /v1/market/offers", "GET /v1/market/postings",
        "GET /v1/market/balance", "GET /v1/market/statement", "GET /v1/market/statement.csv",
        "GET /v1/market/statement/year", "GET /v1/market/bonuses", "GET /v1/market/pay", "GET /v1/market/settings",
        "GET /v1/market/payouts", "GET /v1/market/payouts.csv",
    }  # fmt: skip
    events = (await program.get("/v1/events")).json()["items"]
    assert {event["project_id"] for event in events} == {trial["id"]}
    assert {key["mode"] for key in (await program.get("/v1/api-keys")).json()["items"]} == {"test"}


async def test_an_unknown_id_and_a_foreign_one_are_told_apart_by_nobody(
    organization: Organization, neighbour: Organization, app: Litestar
) -> None:
    theirs = await populated(neighbour)
    nowhere = dict.fromkeys(theirs.ids, "0192f3a0-0000-7000-8000-000000000000")
    client = await organization.client_for("owner")

    for route in routes_with_ids(app):
        foreign = (await client.request(**route.arguments(theirs.ids))).json()
        unknown = (await client.request(**route.arguments(nowhere))).json()
        for answer in (foreign, unknown):
            answer.pop("request_id")
        assert foreign == unknown, route.name


async def test_ids_of_two_organizations_are_not_mixed(
    organization: Organization, neighbour: Organization, app: Litestar, superuser: asyncpg.Connection[Any]
) -> None:
    """My project with their worker, their project with my worker: every mixture but my own."""
    mine, theirs = await populated(organization), await populated(neighbour)
    before = await _all_rows(superuser, neighbour), await _all_rows(superuser, organization)
    client = await organization.client_for("owner")
    nested = [route for route in routes_with_ids(app) if len(route.parameters) > 1]

    for route in nested:
        for scenes in itertools.product((mine, theirs), repeat=len(route.parameters)):
            if all(scene is mine for scene in scenes):
                continue
            ids = {name: scene.ids[name] for name, scene in zip(route.parameters, scenes, strict=True)}
            answer = await client.request(**route.arguments(ids))
            assert answer.status_code == 404, f"{route.name}: {answer.status_code} {answer.text}"

    assert len(nested) >= 2
    assert (await _all_rows(superuser, neighbour), await _all_rows(superuser, organization)) == before


async def test_ids_in_bodies_and_queries_are_not_followed_abroad(
    organization: Organization, neighbour: Organization
) -> None:
    mine, theirs = await populated(organization), await populated(neighbour)
    client = await organization.client_for("owner")
    manager = await neighbour.client_for("manager")
    sent = await manager.post(
        f"/v1/projects/{theirs.ids['project_id']}/attachments", content=photo(3), headers={"x-file-name": "3.png"}
    )

    rows = {"tasks": [{"attachment_id": sent.json()["id"]}]}
    made = await client.post(f"/v1/projects/{mine.ids['project_id']}/tasks", json=rows)
    events = await client.get("/v1/events", params={"project": str(theirs.ids["project_id"])})
    tasks = await client.get(
        f"/v1/projects/{mine.ids['project_id']}/tasks", params={"worker": str(theirs.ids["worker_id"])}
    )

    assert made.json()["created"] == 0, made.text
    assert made.json()["results"][0]["status"] == "failed"
    assert events.json()["items"] == []
    assert tasks.json()["items"] == []


async def test_the_matrix_sends_what_is_well_formed(organization: Organization, app: Litestar) -> None:
    """At home, with every role's own ids, the same requests do not fail for their form: so a 404 above means the wall
    and not a typing error here."""
    mine = await populated(organization)
    # Reading first and deleting last, so that what is asked is still there; turns end once, which is a conflict later.
    order = {"GET": 0, "PATCH": 1, "PUT": 2, "POST": 3, "DELETE": 4}
    statuses = {}
    for route in sorted(routes_with_ids(app), key=lambda r: (order[r.method], r.name)):
        if route.name in ENDLESS:
            continue
        works = route.path.startswith("/v1/work/") or route.permission == "market.work"
        role = "annotator" if works else "owner"
        client = await organization.client_for("reviewer" if route.path.endswith("/review") else role)  # type: ignore[arg-type]
        statuses[route.name] = (await client.request(**route.arguments(mine.ids))).status_code

    # A reviewer is not whose turn it is, so that route says what it says abroad.
    assert statuses.pop("POST /v1/work/turns/{turn_id}/review") in (403, 404, 409)
    # By then its requester has blocked the freelancer.
    for name in ("POST /v1/work/jobs/{offer_id}/accept", "POST /v1/work/postings/{posting_id}/accept"):
        assert statuses.pop(name) == 403
    wrong = {name: status for name, status in statuses.items() if status not in (200, 201, 202, 204, 409)}
    assert wrong == {}


async def test_every_route_declares_a_permission_or_is_known_to_be_open(app: Litestar) -> None:
    undeclared = {route.name for route in routes(app) if route.permission is None}
    unknown = {
        route.permission
        for route in routes(app)
        if route.permission is not None and route.permission not in permissions.PERMISSIONS
    }

    assert undeclared == OPEN
    assert unknown == set()


async def test_to_be_signed_in_is_no_permission(
    organization: Organization, app: Litestar, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A role that was granted nothing gets nothing, whatever the route."""
    mine = await populated(organization)
    client = await organization.client_for("owner")
    monkeypatch.setattr(permissions, "_PERMISSIONS_OF", dict.fromkeys(permissions.ROLES, frozenset()))
    for route in routes(app):
        if route.permission is None or route.path.startswith(("/media/", "/static")) or route.path == "/":
            continue
        if not route.parameters:
            sent = await client.request(route.method, route.path, json=_PLAIN_BODIES.get(route.name))
        else:
            sent = await client.request(**route.arguments(mine.ids))
        assert sent.status_code == 403, f"{route.name}: {sent.status_code} {sent.text}"


_PLAIN_BODIES: dict[str, dict[str, Any]] = {
    "PATCH /v1/market/settings": {},
    "POST /v1/market/earnings/payouts": {"destination": "CH93 0076"},
    "POST /v1/members": {"name": "N", "email": "n@new.test", "role": "annotator"},
    "POST /v1/api-keys": {"name": "N", "mode": "live", "role": "annotator"},
    "POST /v1/signing-keys": {"name": "N", "mode": "live"},
    "POST /v1/market/messages": {"freelancer_ids": [], "subject": "S", "body": "B"},
    "PUT /v1/market/queue-credentials": {"access_key": "A" * 20, "secret": "s"},
    "POST /v1/market/layouts": {"name": "N", "html": "<p>${word}</p>"},
    "POST /v1/market/profile": {},
    "PATCH /v1/market/profile": {},
    "PUT /v1/market/searches": {"name": "N", "filter": {}},
    "POST /v1/market/qualification-types": {"name": "N", "description": "D"},
    "POST /v1/projects": {"name": "N", "taxonomy": {"labels": [{"name": "a"}]}},
    "POST /v1/projects/check": {"name": "N", "taxonomy": {"labels": [{"name": "a"}]}},
    "POST /v1/webhooks": {"url": "https://hooks.acme.org/", "events": ["*"]},
    "PATCH /v1/callbacks": {"mode": "live", "address": None},
    "POST /v1/callbacks/keys/reveal": {"mode": "live"},
    "POST /v1/callbacks/keys/rotate": {"mode": "live"},
}


async def test_a_stranger_gets_nothing_but_the_door(app: Litestar, organization: Organization) -> None:
    mine = await populated(organization)
    nobody = await organization.client_for(None)

    for route in routes(app):
        if route.permission is None or route.path in ("/", "/media/{key}"):
            continue
        sent = await nobody.request(route.method, route.path.format(**{**mine.ids, "key": "x"}))
        assert sent.status_code == 401, f"{route.name}: {sent.status_code} {sent.text}"


async def test_a_photos_address_works_for_nobody_else(organization: Organization, neighbour: Organization) -> None:
    theirs = await populated(neighbour)
    url = theirs.made["turn"]["media"]["url"]
    owner_of_it = await neighbour.client_for("annotator")
    assert (await owner_of_it.get(url)).status_code == 200

    for client in (
        await organization.client_for("owner"),
        await neighbour.client_for("reviewer"),
        await neighbour.client_for(None),
    ):
        assert (await client.get(url)).status_code in (401, 403, 404)


def _secrets(scene: Scene) -> list[str]:
    return [
        scene.made["project"]["name"],
        scene.made["key"]["key"],
        scene.made["webhook"]["secret"],
        scene.made["webhook"]["url"],
        scene.organization.people["owner"].email,
    ]
