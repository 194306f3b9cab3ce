"""What every request and every answer has in common: headers, hostile text, bounds, secrets, and one tenant each."""

from __future__ import annotations

import asyncio
import json
import random
from collections.abc import AsyncIterator
from urllib.parse import quote

import asyncpg
import httpx
import pytest

from assay.core import tokens
from assay.core.errors import Unavailable
from assay.services import accounts
from assay.services.context import Caller
from assay.store.connection import Database, Tenant, queries
from harness import Organization
from scenes import TAXONOMY, make_project, populated

# Text that breaks things that are built from text.
HOSTILE = [
    "\0",
    "name\0",
    "'; drop table members; --",
    "\u202egnp.exe",
    "👩‍🌾 ёлка 日本語 ‏عربي",
    "<script>alert(1)</script>",
    "{{7*7}} ${7*7} %s %n",
    "=cmd|' /C calc'!A0",
    "../../../../etc/passwd",
    "line\r\nSet-Cookie: a=b",
    "x" * 100_000,
    "\ufeff\u200b",
]


async def _every_kind_of_answer(organization: Organization) -> list[httpx.Response]:
    scene = await populated(organization)
    owner, nobody = await organization.client_for("owner"), await organization.client_for(None)
    annotator = await organization.client_for("annotator")
    return [
        await owner.get("/v1/me"),
        await owner.get("/v1/projects"),
        await owner.get(f"/v1/projects/{scene.ids['project_id']}/export", params={"format": "jsonl"}),
        await owner.post("/v1/members", json={"name": "N", "email": "n@new.test", "role": "annotator"}),
        await owner.delete(f"/v1/api-keys/{scene.ids['key_id']}"),
        await owner.post("/v1/members", content=b"{", headers={"content-type": "application/json"}),
        await owner.get("/v1/tasks/0192f3a0-0000-7000-8000-000000000000"),
        await owner.get("/v1/nowhere"),
        await owner.put("/v1/me"),
        await annotator.get("/v1/members"),
        await annotator.get(scene.made["turn"]["media"]["url"]),
        await nobody.get("/v1/me"),
        await nobody.get("/"),
        await nobody.get("/sign-in"),
        await nobody.get("/healthz"),
        await nobody.get("/static/nothing.js"),
        await nobody.options("/v1/me"),
        await nobody.get("/%2e%2e/%2e%2e/etc/passwd"),
    ]


async def test_every_answer_carries_the_security_headers(organization: Organization) -> None:
    for answer in await _every_kind_of_answer(organization):
        headers, where = answer.headers, f"{answer.request.method} {answer.request.url} {answer.status_code}"
        policy = headers.get("content-security-policy", "")
        assert "default-src 'none'" in policy, where
        assert "frame-ancestors 'none'" in policy, where
        assert "unsafe" not in policy, where
        assert "content-security-policy-report-only" not in headers, where
        assert headers.get("x-content-type-options") == "nosniff", where
        assert headers.get("referrer-policy") == "no-referrer", where
        assert headers.get("cross-origin-resource-policy") == "same-origin", where
        assert headers.get("cross-origin-opener-policy") == "same-origin", where
        assert "access-control-allow-origin" not in headers, where
        assert "server" not in headers, where


async def test_what_is_private_is_kept_in_no_cache(organization: Organization) -> None:
    owner = await organization.client_for("owner")

    for path in ("/v1/me", "/v1/members", "/v1/projects", "/v1/events"):
        assert (await owner.get(path)).headers["cache-control"] == "no-store", path


async def test_every_error_is_a_problem_that_can_be_quoted(organization: Organization) -> None:
    for answer in await _every_kind_of_answer(organization):
        if answer.status_code < 400 or answer.request.url.path.startswith("/static"):
            continue
        assert answer.headers["content-type"].startswith("application/problem+json"), answer.request.url
        problem = answer.json()
        assert problem["status"] == answer.status_code
        assert problem["code"]
        assert len(problem["request_id"]) == 16


# --- hostile input --------------------------------------------------------------------------------------------------


async def _hostile_requests(organization: Organization, text: str) -> AsyncIterator[httpx.Response]:
    owner = await organization.client_for("owner")
    project = await make_project(organization, "Quiet")
    base = f"/v1/projects/{project['id']}"
    member = organization.people["annotator"]
    labelled = {"labels": [{"name": text, "shapes": ["box"], "title": text}]}
    yield await owner.post("/v1/members", json={"name": text, "email": f"{text}@b.c", "role": "annotator"})
    yield await owner.patch(f"/v1/members/{member.id}", json={"name": text})
    yield await owner.post("/v1/api-keys", json={"name": text, "mode": "live", "role": "annotator"})
    yield await owner.post("/v1/webhooks", json={"url": text, "events": [text], "description": text})
    yield await owner.post("/v1/projects", json={"name": text, "instructions": text, "taxonomy": TAXONOMY})
    yield await owner.post("/v1/projects", json={"name": "Labels", "taxonomy": labelled})
    yield await owner.patch(base, json={"name": text, "instructions": text})
    yield await owner.post(f"{base}/workers/{member.worker_id}/suspend", json={"reason": text})
    yield await owner.post(
        f"{base}/tasks",
        json={"batch": text, "tasks": [{"url": text, "unique_id": text, "metadata": {text: text}}]},
    )
    yield await owner.post(f"{base}/attachments", content=text.encode(), headers={"x-file-name": quote(text[:300])})
    for path, name in (
        (f"{base}/tasks", "search"),
        (f"{base}/tasks", "batch"),
        (f"{base}/tasks", "state"),
        (f"{base}/tasks", "order"),
        (f"{base}/tasks", "cursor"),
        ("/v1/projects", "cursor"),
        ("/v1/members", "cursor"),
        ("/v1/members", "limit"),
        ("/v1/events", "type"),
        ("/v1/events", "project"),
    ):
        yield await owner.get(path, params={name: text[:2000]})
    yield await owner.post("/v1/sessions", json={"token": text})
    yield await owner.get("/v1/tasks/" + quote(text[:20].replace("/", "").replace("?", ""), safe=""))


@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: ascii(text[:12]))
async def test_hostile_text_is_taken_as_text_or_refused_never_a_fault(organization: Organization, text: str) -> None:
    async for answer in _hostile_requests(organization, text):
        assert answer.status_code < 500, f"{answer.request.method} {answer.request.url}: {answer.text}"
        if (
            "\0" in text
            and answer.request.method in ("POST", "PATCH")
            and "\\u0000" in answer.request.content.decode(errors="replace")
        ):
            assert answer.status_code in (400, 401) or _all_failed(answer), f"{answer.request.url} took a NUL"


def _all_failed(answer: httpx.Response) -> bool:
    """A bulk request says row by row what is wrong."""
    return answer.status_code == 201 and answer.json().get("created") == 0


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"[]",
        b"{",
        b'{"name": 1, "email": [], "role": {}}',
        b'{"name": "\xff\xfe", "email": "a@b.c", "role": "annotator"}',
        b'{"name": "\\ud800", "email": "a@b.c", "role": "annotator"}',
        b'{"name": "a", "name": "b"}',
        b"[" * 100_000,
        b'{"a":' * 50_000,
    ],
    ids=lambda body: ascii(body[:16]),
)
async def test_a_body_that_is_no_json_of_ours_is_refused(organization: Organization, body: bytes) -> None:
    owner = await organization.client_for("owner")

    answer = await owner.post("/v1/members", content=body, headers={"content-type": "application/json"})

    assert (answer.status_code, answer.json()["code"]) == (400, "invalid"), answer.text


async def test_a_body_over_the_bound_is_refused(organization: Organization) -> None:
    owner = await organization.client_for("owner")

    large = await owner.post("/v1/members", json={"name": "x" * 1_100_000, "email": "a@b.c", "role": "annotator"})

    async def endless() -> AsyncIterator[bytes]:
        for _ in range(40):
            yield b" " * 50_000

    unannounced = await owner.post("/v1/members", content=endless(), headers={"content-type": "application/json"})

    assert (large.status_code, large.json()["code"]) == (413, "too_large")
    assert unannounced.status_code == 413


async def _broken(*_: object) -> Caller:
    raise RuntimeError("password=hunter2 at 10.1.2.3")


async def test_the_server_keeps_its_faults_to_itself(
    organization: Organization, monkeypatch: pytest.MonkeyPatch
) -> None:
    owner = await organization.client_for("owner")
    monkeypatch.setattr(accounts, "authenticate", _broken)

    answer = await owner.get("/v1/members")

    assert (answer.status_code, answer.json()["code"]) == (500, "bug")
    assert "hunter2" not in answer.text
    assert answer.json()["request_id"] in answer.json()["detail"]


async def test_when_nobody_can_say_who_may_nobody_may(
    organization: Organization, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def away(*_: object) -> Caller:
        raise Unavailable("The database does not answer.")

    owner = await organization.client_for("owner")
    monkeypatch.setattr(accounts, "authenticate", away)

    answer = await owner.get("/v1/members")

    assert (answer.status_code, answer.headers["retry-after"]) == (503, "1")


# --- secrets --------------------------------------------------------------------------------------------------------


async def test_no_token_or_secret_is_anywhere_in_the_database(organization: Organization, database_url: str) -> None:
    """Every table, the queue's too, read as text by a superuser."""
    scene = await populated(organization)
    owner = await organization.client_for("owner")
    link = (await owner.post(f"/v1/members/{organization.people['annotator'].id}/sign-in-links")).json()["url"]
    texts = [
        scene.made["key"]["key"],
        link.partition("#token=")[2],
        *(person.session for person in organization.people.values()),
    ]
    secret = scene.made["webhook"]["secret"]
    needles = [text.rpartition("_")[2] for text in texts] + [secret, secret.removeprefix("whsec_")]
    needles += [text.rpartition("_")[2].encode().hex() for text in texts] + [secret.encode().hex()]

    superuser = await asyncpg.connect(database_url)
    try:
        tables = await superuser.fetch("""
            select oid::regclass::text as name from pg_class
            where relkind = 'r' and relnamespace in ('public'::regnamespace, 'queue'::regnamespace)""")
        assert len(tables) > 25
        for table in tables:
            text = await superuser.fetchval(f"select string_agg(to_jsonb(t)::text, ' ') from {table['name']} t") or ""
            for needle in needles:
                assert needle not in text, f"{table['name']} holds a secret"
        stored = await superuser.fetchval(
            "select count(*) from sessions where token_hash = $1", tokens.parse(texts[2]).hash
        )
        assert stored == 1, "the hash is what is kept"
    finally:
        await superuser.close()


async def test_nothing_secret_is_logged_not_even_by_a_bug(
    organization: Organization, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    owner = await organization.client_for("owner")
    key = (await owner.post("/v1/api-keys", json={"name": "K", "mode": "live", "role": "annotator"})).json()["key"]
    program = await organization.client_for(None, {"authorization": f"Bearer {key}"})
    for path in ("/v1/me", "/v1/members", "/v1/nowhere", "/v1/events?type=%00"):
        await program.get(path)
        await owner.get(path)
    monkeypatch.setattr(accounts, "organization", _broken)
    await program.get("/v1/me", headers={"x-forged": "\n{}"})
    await owner.get("/v1/me")

    written = capsys.readouterr()

    lines = [json.loads(line) for line in written.err.splitlines()]
    assert [line["event"] for line in lines] == ["bug", "bug"]
    assert "RuntimeError" in lines[0]["exception"]
    for secret in (key, organization.people["owner"].session):
        assert secret.rpartition("_")[2] not in written.out + written.err


# --- one tenant each ------------------------------------------------------------------------------------------------


async def test_three_hundred_interleaved_rounds_leak_nothing(
    organization: Organization, neighbour: Organization, database: Database
) -> None:
    """Two connections, two organizations, twelve at once, with failures and cancellations in between: whatever a
    connection was used for before, it shows one organization and only while a transaction is open."""
    narrow = Database(database._dsn, size=2)
    await narrow.open()
    source = random.Random(7)
    leaks: list[object] = []

    async def look(tenant: Tenant) -> None:
        rows = await tenant.connection.fetch("select organization_id from members")
        leaks.extend(row for row in rows if row["organization_id"] != tenant.organization_id)
        assert rows

    async def visit(home: Organization, fate: float) -> None:
        async with narrow.tenant(home.id) as tenant:
            await look(tenant)
            if fate < 0.2:
                raise LookupError
            if fate < 0.4:
                await tenant.connection.fetch("select 1/0")
            if fate < 0.5:
                await tenant.connection.execute("select pg_sleep(5)")
            await look(tenant)

    async def one(home: Organization, fate: float) -> None:
        visiting = asyncio.create_task(visit(home, fate))
        if 0.4 <= fate < 0.5:
            await asyncio.sleep(0.02)
            visiting.cancel()
        await asyncio.gather(visiting, return_exceptions=True)

    try:
        for _ in range(25):
            await asyncio.gather(*(one(source.choice((organization, neighbour)), source.random()) for _ in range(12)))
        async with narrow.pool.acquire() as connection:
            with pytest.raises((asyncpg.UndefinedObjectError, asyncpg.InvalidTextRepresentationError)):
                await connection.fetch("select * from members")
    finally:
        await narrow.close()
    assert leaks == []


async def test_requests_of_two_organizations_at_once_see_their_own(
    organization: Organization, neighbour: Organization
) -> None:
    homes = [organization, neighbour]
    clients = [await home.client_for("owner") for home in homes]

    async def ask(number: int) -> None:
        home = homes[number % 2]
        me = (await clients[number % 2].get("/v1/me")).json()
        assert me["organization"]["id"] == str(home.id)
        members = (await clients[number % 2].get("/v1/members", params={"limit": 500})).json()["items"]
        assert {member["id"] for member in members} == {str(person.id) for person in home.people.values()}

    await asyncio.gather(*(ask(number) for number in range(40)))


async def test_two_owners_who_remove_each_other_leave_one(organization: Organization) -> None:
    """At the same moment, twenty times over: there is always an owner, and nobody waits for ever."""
    for _ in range(20):
        first, second = await organization.add("owner"), await organization.add("owner")
        async with organization.context_for(first) as context:
            others = [row["id"] for row in await context.tenant.fetch(queries("accounts")["lock_owners"])]
            for other in others:
                if other not in (first.id, second.id):
                    await accounts.change_member(context, other, disabled=True)
        answers = await asyncio.gather(
            (await organization.client_for(first)).patch(f"/v1/members/{second.id}", json={"disabled": True}),
            (await organization.client_for(second)).patch(f"/v1/members/{first.id}", json={"disabled": True}),
        )
        assert sorted(answer.status_code for answer in answers)[0] == 200
        async with organization.context_for(first) as context:
            left = await context.tenant.fetch(queries("accounts")["lock_owners"])
        assert len(left) == 1
