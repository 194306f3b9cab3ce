"""Everything the OpenAPI document allows, and much that it does not, thrown at every route.

Whatever comes: no answer is a fault of ours (5xx), and each has a status, a type and a body that the document names.
ASSAY_LONG=1 throws more, and different things each time.
"""

from __future__ import annotations

import os
import string
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from assay.app import described
from assay.services import resolution
from assay.services.context import SYSTEM
from harness import BASE_URL, Organization
from street import Street, answer, box, new_street

LONG: Final = bool(os.environ.get("ASSAY_LONG"))
# Its type follows the format that is asked for, of which the document can name only one.
OF_MANY_TYPES: Final = "export_project"
# Never ends; it has tests of its own.
ENDLESS: Final = "watch_progress"
CHECKS: Final = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]
SETTINGS: Final = settings(
    max_examples=250 if LONG else 8,
    deadline=None,
    derandomize=not LONG,
    database=None,
    suppress_health_check=list(HealthCheck),
)


@cache
def operations() -> dict[str, Any]:
    """Every operation by its id."""
    schema = schemathesis.openapi.from_dict(described())
    found = [result.ok() for result in schema.get_all_operations() if isinstance(result, Ok)]
    return {operation.definition.raw["operationId"]: operation for operation in found}


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "operation_id" in metafunc.fixturenames:
        metafunc.parametrize("operation_id", sorted(set(operations()) - {ENDLESS}))


@dataclass(frozen=True)
class Town:
    """Things whose ids are worth asking for, and those who ask."""

    street: Street
    ids: dict[str, list[str]]
    callers: dict[str, httpx.AsyncClient]


@pytest.fixture
async def town(organization: Organization) -> Town:
    """One of everything: a task done, one in review, one held, one open, a gold, a webhook, a key."""
    street = await new_street(organization)
    manager, annotator = await organization.client_for("manager"), await organization.client_for("annotator")
    reviewer, key = await organization.client_for("reviewer"), await organization.key_client(role="manager")
    project = f"/v1/projects/{street.project_id}"
    await manager.patch(project, json={"policy": {"review": {"mode": "all"}}})
    await street.add_tasks("a.jpg", "b.jpg", "c.jpg", "d.jpg")
    await street.add_tasks("g.jpg", gold=answer(box("g", 1, 1, 40, 40)))
    turns = []
    for name in ("a.jpg", "b.jpg", "c.jpg"):
        turns.append((await annotator.post(f"/v1/work/projects/{street.project_id}/claim", json={})).json())
        if name != "c.jpg":
            body = {"answer": answer(box("x", 5, 5, 60, 60))}
            await annotator.post(f"/v1/work/turns/{turns[-1]['assignment_id']}/submit", json=body)
            async with organization.context_for(SYSTEM) as context:
                await resolution.advance(context, street.tasks[name])
    review = (await reviewer.post(f"/v1/work/projects/{street.project_id}/claim", json={"stage": "review"})).json()
    hook = (await manager.post("/v1/webhooks", json={"url": "https://hooks.example.org/a", "events": ["*"]})).json()
    delivery = (await manager.post(f"/v1/webhooks/{hook['id']}/test")).json()
    keys = (await manager.get("/v1/api-keys")).json()["items"]
    ids = {
        "project_id": [str(street.project_id)],
        "task_id": [str(task_id) for task_id in street.tasks.values()],
        "turn_id": [turn["assignment_id"] for turn in [*turns, review]],
        "worker_id": [str(organization.people["annotator"].worker_id)],
        "member_id": [str(organization.people["annotator"].id), str(organization.people["auditor"].id)],
        "webhook_id": [hook["id"]],
        "delivery_id": [delivery["id"]],
        # Not the one that asks.
        "key_id": [made["id"] for made in keys[1:]],
    }
    return Town(street, ids, {"key": key, "annotator": annotator, "reviewer": reviewer, "manager": manager})


async def test_a_claim_that_finds_nothing_is_an_answer_the_document_names(organization: Organization) -> None:
    """It takes an empty queue, so that chance seldom meets it."""
    street = await new_street(organization)
    client = await organization.client_for("annotator")

    answer = await client.post(f"/v1/work/projects/{street.project_id}/claim", json={})

    assert answer.status_code == 204
    assert "204" in operations()["claim"].definition.raw["responses"]


@SETTINGS
@given(data=st.data())
async def test_every_answer_is_one_the_document_names(town: Town, operation_id: str, data: st.DataObject) -> None:
    """Well-formed requests and malformed ones, at things that exist and at others, by each kind of caller."""
    operation = operations()[operation_id]
    modes = [GenerationMode.POSITIVE] * 2 + ([GenerationMode.NEGATIVE] if _can_be_wrong(operation) else [])
    case = data.draw(operation.as_strategy(generation_mode=data.draw(st.sampled_from(modes))))
    for name, known in town.ids.items():
        if name in (case.path_parameters or {}) and known and data.draw(st.integers(0, 4)):
            case.path_parameters[name] = data.draw(st.sampled_from(known))
    client = town.callers[data.draw(st.sampled_from(sorted(town.callers)))]

    asked = case.as_transport_kwargs(base_url=BASE_URL)
    response = await client.send(_request(client, asked))
    await response.aread()

    excluded = [content_type_conformance] if operation_id == OF_MANY_TYPES else []
    case.validate_response(response, checks=CHECKS, excluded_checks=excluded)


def _can_be_wrong(operation: Any) -> bool:
    return bool(operation.body or operation.query)


def _request(client: httpx.AsyncClient, asked: dict[str, Any]) -> httpx.Request:
    headers = {
        name: value
        for name, value in (asked.get("headers") or {}).items()
        # What cannot be said in a header cannot be sent by anybody.
        if set(str(value)) <= set(string.printable) - set("\r\n\x0b\x0c") and name.lower() not in ("user-agent",)
    }
    return client.build_request(
        asked["method"],
        asked["url"],
        params=asked.get("params") or None,
        headers=headers,
        json=asked.get("json"),
        content=asked.get("data") if isinstance(asked.get("data"), bytes | str) else None,
    )


HUGE = 10**400
ODD_VALUES: Final[dict[str, bytes]] = {
    "nul": rb'"\u0000"',
    "lone surrogate": rb'"\ud800"',
    "surrogate pair": rb'"\ud83d\ude00"',
    "right to left": '"\u202eevil"'.encode(),
    "not UTF-8": b'"\xff\xfe"',
    "long": b'"' + b"x" * 300_000 + b'"',
    "beyond 32 bits": b"2147483648",
    "beyond 64 bits": b"18446744073709551616",
    "beyond floats": str(HUGE).encode(),
    "infinite": b"1e999",
    "NaN": b"NaN",
    "tiny": b"5e-324",
    "deep list": b"[" * 5000 + b"]" * 5000,
    "deep object": b'{"a":' * 1500 + b"1" + b"}" * 1500,
    "no date": b'"2026-02-30T25:61:00Z"',
    "early date": b'"0001-01-01T00:00:00+14:00"',
    "late date": b'"9999-12-31T23:59:59-14:00"',
    "null": b"null",
    "empty": b'""',
    "truth": b"true",
    "twice": b'{"a":1,"a":2}',
}


def _routes(street: Street, turn: str, task: str) -> list[tuple[str, str, str, str]]:
    """Method, path, a body with a hole, and the caller: each place in a body where text or a number is kept."""
    project = f"/v1/projects/{street.project_id}"
    photo = street.photos["c.jpg"]
    mark = '{"annotations":[{"id":"a","type":"box","label":"car","x":1,"y":1,"width":20,"height":20%s}]}'
    create = f'{{"tasks":[{{"attachment_id":"{photo}",%s}}]}}'
    project_body = '{"name":"P","taxonomy":{"labels":[{"name":"car"%s}]}%s}'
    return [
        ("POST", f"{project}/tasks", create % '"unique_id":@', "manager"),
        ("POST", f"{project}/tasks", create % '"metadata":{"k":@}', "manager"),
        ("POST", f"{project}/tasks", create % '"metadata":@', "manager"),
        ("POST", f"{project}/tasks", create % '"priority":@', "manager"),
        ("POST", f"{project}/tasks", create % '"prelabels":@', "manager"),
        ("POST", f"{project}/tasks", '{"tasks":[{"url":@}]}', "manager"),
        ("POST", f"{project}/tasks", f'{{"batch":@,"tasks":[{{"attachment_id":"{photo}"}}]}}', "manager"),
        ("POST", f"{project}/tasks", '{"tasks":@}', "manager"),
        ("POST", "/v1/projects", '{"name":@,"taxonomy":{"labels":[{"name":"car"}]}}', "manager"),
        ("POST", "/v1/projects", project_body % ('},{"name":@', ""), "manager"),
        ("POST", "/v1/projects", project_body % (',"color":@', ""), "manager"),
        ("POST", "/v1/projects", project_body % ("", ',"instructions":@'), "manager"),
        ("POST", "/v1/projects", project_body % ("", ',"policy":{"lease_seconds":@}'), "manager"),
        ("POST", "/v1/projects", project_body % ("", ',"policy":{"merge":{"iou_min":@}}'), "manager"),
        ("PATCH", project, '{"name":@}', "manager"),
        ("POST", "/v1/members", '{"name":@,"email":"x@example.org","role":"annotator"}', "manager"),
        ("POST", "/v1/members", '{"name":"X","email":@,"role":"annotator"}', "manager"),
        ("POST", "/v1/api-keys", '{"name":@,"mode":"live","role":"auditor"}', "manager"),
        ("POST", "/v1/api-keys", '{"name":"K","mode":"live","role":"auditor","expires_at":@}', "manager"),
        ("POST", "/v1/webhooks", '{"url":@,"events":["*"]}', "manager"),
        ("POST", "/v1/webhooks", '{"url":"https://hooks.example.org/b","events":[@]}', "manager"),
        ("POST", "/v1/webhooks", '{"url":"https://hooks.example.org/b","events":["*"],"description":@}', "manager"),
        ("POST", "/v1/sessions", '{"token":@}', "manager"),
        ("PUT", f"/v1/tasks/{task}/gold", '{"answer":@}', "manager"),
        ("PUT", f"/v1/work/turns/{turn}/draft", f'{{"answer":{mark % ""}}}'.replace('"car"', "@"), "annotator"),
        ("PUT", f"/v1/work/turns/{turn}/draft", f'{{"answer":{mark % ""}}}'.replace('"x":1', '"x":@'), "annotator"),
        ("PUT", f"/v1/work/turns/{turn}/draft", f'{{"answer":{mark % ""}}}'.replace('"a"', "@"), "annotator"),
        ("PUT", f"/v1/work/turns/{turn}/draft", f'{{"answer":{mark % ",%s"}}}' % '"rotation":@', "annotator"),
        ("PUT", f"/v1/work/turns/{turn}/draft", f'{{"answer":{mark % ",%s"}}}' % '"attributes":{"k":@}', "annotator"),
        ("PUT", f"/v1/work/turns/{turn}/draft", '{"answer":@}', "annotator"),
        ("POST", f"/v1/work/turns/{turn}/submit", f'{{"answer":{mark % ""},"duration_seconds":@}}', "reviewer"),
        ("POST", f"/v1/work/turns/{turn}/skip", '{"reason":"other","comment":@}', "reviewer"),
        ("POST", f"/v1/work/projects/{street.project_id}/claim", '{"stage":@}', "annotator"),
        ("POST", f"/v1/work/projects/{street.project_id}/claim", "@", "annotator"),
    ]


async def test_odd_values_are_taken_or_refused_and_never_break_anything(town: Town) -> None:
    """NUL, lone surrogates, numbers no column holds, dates that are none, JSON deeper than any stack: everywhere."""
    routes = _routes(town.street, town.ids["turn_id"][2], town.ids["task_id"][3])
    wrong = []
    for method, path, body, caller in routes:
        for name, value in ODD_VALUES.items():
            content = body.encode().replace(b"@", value, 1) if "email" not in body else _in_email(body, value)
            found = await town.callers[caller].request(
                method, path, content=content, headers={"content-type": "application/json"}
            )
            if found.status_code >= 500:
                wrong.append((method, path, body, name, found.status_code))

    assert wrong == []


def _in_email(body: str, value: bytes) -> bytes:
    # The address in this body has an @ of its own.
    return body.encode().replace(b":@", b":" + value, 1)


@pytest.mark.parametrize(
    "query",
    ["cursor=%00", "cursor=%FF%FE", "cursor=%F0%9F%98%80", "search=%00", "limit=99999999999999999999", "limit=1e3",
     "limit=%D9%A1", "state=%00", "worker=%00", "agreement_max=1e400", "agreement_max=-inf", "gold=%00",
     "batch=%ED%A0%80", "cursor=" + "9" * 5000, "type=%00", "type=" + "x" * 5000, "project=0"],
)  # fmt: skip
async def test_odd_queries_break_no_list(town: Town, query: str) -> None:
    client, project = town.callers["manager"], f"/v1/projects/{town.street.project_id}"
    lists = ["/v1/projects", "/v1/members", "/v1/api-keys", "/v1/webhooks", "/v1/events"]
    lists += [
        f"{project}/{name}" for name in ("tasks", "workers", "imports", "reviews", "export", "batches", "versions")
    ]
    lists.append(f"/v1/webhooks/{town.ids['webhook_id'][0]}/deliveries")

    found = {path: (await client.get(f"{path}?{query}")).status_code for path in lists}

    assert {path: status for path, status in found.items() if status not in (200, 400)} == {}
