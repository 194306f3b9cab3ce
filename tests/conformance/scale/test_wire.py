"""How the dialect is spoken: keys, errors, paths, bodies."""

from __future__ import annotations

import asyncio
import base64
from typing import Any

import httpx
import pytest
from scaleapi.exceptions import (
    ScaleException,
    ScaleInvalidRequest,
    ScaleResourceNotFound,
    ScaleUnauthorized,
)
from scaleapi.tasks import TaskType

from assay.faces.scale.door import BODY_BYTES_MAX
from harness import Organization
from speaking import BOXES, PHOTO, Speak, Speaker


def headers(key: str, scheme: str = "basic") -> dict[str, str]:
    basic = base64.b64encode(f"{key}:".encode()).decode()
    return {"authorization": f"Basic {basic}" if scheme == "basic" else f"Bearer {key}"}


async def asked(speaker: Speaker, method: str, path: str, **more: Any) -> httpx.Response:
    async with httpx.AsyncClient(headers=headers(speaker.key), trust_env=False) as client:
        return await client.request(method, speaker.base + path, **more)


def is_a_refusal(answer: httpx.Response, status: int) -> bool:
    body = answer.json()
    assert answer.headers["content-type"] == "application/json", answer.headers
    assert isinstance(body["error"], str), body
    assert body["error"], body
    return (answer.status_code, body["status_code"]) == (status, status)


@pytest.mark.parametrize("scheme", ["basic", "bearer"])
async def test_the_key_is_taken_as_basic_and_as_bearer(speak: Speak, scheme: str) -> None:
    speaker = await speak()
    async with httpx.AsyncClient(headers=headers(speaker.key, scheme), trust_env=False) as client:
        answer = await client.get(f"{speaker.base}/projects")

    assert (answer.status_code, answer.json()) == (200, [])


@pytest.mark.parametrize(
    "sent",
    [
        {},
        {"authorization": "Basic !!"},
        {"authorization": "Basic " + base64.b64encode(b"live_abc:").decode()},
        {"authorization": "Bearer"},
        {"authorization": "Digest x"},
        headers("assay_live_" + "0" * 32 + "_" + "a" * 52),
    ],
    ids=["none", "not base64", "a key of another maker", "empty", "another scheme", "unknown"],
)
async def test_whoever_has_no_good_key_is_refused_in_json(speak: Speak, sent: dict[str, str]) -> None:
    speaker = await speak()
    async with httpx.AsyncClient(headers=sent, trust_env=False) as client:
        for method, path in (("GET", "/projects"), ("POST", "/task/imageannotation"), ("GET", "/task/" + "a" * 24)):
            assert is_a_refusal(await client.request(method, speaker.base + path), 401)


async def test_a_cookie_is_no_key(speak: Speak, organization: Organization) -> None:
    speaker = await speak()
    browser = await organization.client_for("manager")

    async with httpx.AsyncClient(cookies=dict(browser.cookies), trust_env=False) as client:
        assert is_a_refusal(await client.get(f"{speaker.base}/projects"), 401)


async def test_the_client_raises_what_it_has_for_each_status(speak: Speak) -> None:
    speaker = await speak()
    wrong = Speaker(type(speaker.client)("assay_live_x", api_instance_url=speaker.base), "x", speaker.base)

    with pytest.raises(ScaleUnauthorized):
        await wrong.projects()
    with pytest.raises(ScaleResourceNotFound, match="no project"):
        await speaker.get_project("nowhere")
    with pytest.raises(ScaleResourceNotFound, match="no task"):
        await speaker.get_task("0" * 24)
    with pytest.raises(ScaleResourceNotFound):
        await speaker.get_task("not an id")
    with pytest.raises(ScaleInvalidRequest, match="attachment"):
        await speaker.create_task(TaskType.ImageAnnotation, geometries=BOXES)


async def test_what_the_framework_refuses_reads_like_all_else(speak: Speak) -> None:
    speaker = await speak()

    assert is_a_refusal(await asked(speaker, "GET", "/nothing/here"), 404)
    assert is_a_refusal(await asked(speaker, "DELETE", "/projects"), 405)
    assert is_a_refusal(await asked(speaker, "POST", "/projects", content=b"{not json"), 400)
    assert is_a_refusal(await asked(speaker, "POST", "/projects", content=b"[" * 200_000), 400)
    assert is_a_refusal(await asked(speaker, "POST", "/projects", content=b'["a list"]'), 400)
    assert is_a_refusal(await asked(speaker, "POST", "/projects", content=b"{" + b" " * BODY_BYTES_MAX), 413)


async def test_a_fault_of_ours_is_told_without_its_details(
    speak: Speak, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    async def broken(*_: Any) -> None:
        raise RuntimeError("a secret")

    monkeypatch.setattr("assay.services.projects.everything", broken)
    speaker = await speak()

    answer = await asked(speaker, "GET", "/projects")

    assert is_a_refusal(answer, 500)
    assert "secret" not in answer.text


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", "/quality/nothing"), ("POST", "/tasks/of/another/day")],
)
async def test_what_is_not_built_says_so(speak: Speak, method: str, path: str) -> None:
    answer = await asked(await speak(), method, path, content=b"")

    assert is_a_refusal(answer, 404)
    assert "not built yet" in answer.json()["error"]


async def test_doubled_and_trailing_slashes_are_overlooked_and_nothing_is_redirected(speak: Speak) -> None:
    speaker = await speak()
    slashed = Speaker(type(speaker.client)(speaker.key, api_instance_url=speaker.base + "/"), speaker.key, speaker.base)

    assert await slashed.projects() == []
    assert (await asked(speaker, "GET", "//projects/")).status_code == 200


@pytest.mark.parametrize("name", ["a/b", "50 % of it", "straße/ünï?", "a+b & c", "..", "a//b", "%2F"])
async def test_a_name_with_anything_in_it_is_a_part_of_a_path(speak: Speak, name: str) -> None:
    speaker = await speak()

    made = await speaker.create_project(name, TaskType.ImageAnnotation, {"geometries": BOXES})
    if name == "..":
        # A path cannot carry this one: programs resolve it before they send it.
        return
    found = await speaker.get_project(name)
    changed = await speaker.update_project(name, patch=True, instruction="Again")

    assert (made.name, found.name, changed.name) == (name, name, name)


async def test_an_auditor_reads_and_changes_nothing(speak: Speak) -> None:
    auditor = await speak(role="auditor")

    assert await auditor.projects() == []
    with pytest.raises(ScaleException) as refused:
        await auditor.create_project("Cars", TaskType.ImageAnnotation, {})
    assert refused.value.code == 403


async def test_other_organizations_are_not_there(speak: Speak, neighbour: Organization) -> None:
    ours, theirs = await speak(), await speak(of=neighbour)
    await ours.create_project("Cars", TaskType.ImageAnnotation, {"geometries": BOXES})
    task = await ours.create_task(TaskType.ImageAnnotation, project="Cars", attachment=PHOTO, unique_id="one")

    assert await theirs.projects() == []
    assert (await theirs.tasks()).docs == []
    for refused in (theirs.get_project("Cars"), theirs.get_task(task.id), theirs.cancel_task(task.id)):
        with pytest.raises(ScaleResourceNotFound):
            await refused
    await theirs.create_project("Cars", TaskType.ImageAnnotation, {"geometries": BOXES})
    await theirs.create_task(TaskType.ImageAnnotation, project="Cars", attachment=PHOTO, unique_id="one")


async def test_live_and_test_are_two_worlds(speak: Speak) -> None:
    live, test = await speak("live"), await speak("test")
    for world in (live, test):
        await world.create_project("Cars", TaskType.ImageAnnotation, {"geometries": BOXES})
    real = await live.create_task(TaskType.ImageAnnotation, project="Cars", attachment=PHOTO, unique_id="one")
    made_up = await test.create_task(TaskType.ImageAnnotation, project="Cars", attachment=PHOTO, unique_id="one")

    assert (real.is_test, made_up.is_test) == (False, True)
    assert [task.id for task in (await live.tasks()).docs] == [real.id]
    assert [task.id for task in (await test.tasks(unique_id="one")).docs] == [made_up.id]
    for refused in (test.get_task(real.id), live.get_task(made_up.id), test.cancel_task(real.id)):
        with pytest.raises(ScaleResourceNotFound):
            await refused


@pytest.mark.parametrize("tls", [False, True], ids=["http", "https"])
async def test_every_method_that_is_built_works_by_http_and_by_https(speak: Speak, tls: bool) -> None:
    """With a certificate of one's own. The methods of a task and of a project call those of the client."""
    speaker = await speak(tls=tls)

    project = await speaker.create_project("Cars", TaskType.ImageAnnotation, {"geometries": BOXES})
    assert (await speaker.get_project("Cars")).as_dict() == project.as_dict()
    assert (await speaker.update_project("Cars", patch=True, instruction="Box cars.")).version == 2
    assert [one.name for one in await speaker.projects()] == [one.name for one in await speaker.get_projects()]
    task = await speaker.create_task(TaskType.ImageAnnotation, project="Cars", attachment=PHOTO, unique_id="one")
    for change, given, name, value in (
        (task.update_unique_id, ["two"], "unique_id", "two"),
        (task.set_metadata, [{"n": 1}], "metadata", {"n": 1}),
        (task.set_tags, [["a"]], "tags", ["a"]),
        (task.add_tags, [["b"]], "tags", ["a", "b"]),
        (task.delete_tags, [["a"]], "tags", ["b"]),
    ):
        await asyncio.to_thread(change, *given)
        await asyncio.to_thread(task.refresh)
        assert task.as_dict()[name] == value
    await asyncio.to_thread(task.clear_unique_id)
    assert (await speaker.tasks(project="Cars")).docs[0].id == task.id
    assert [one.id for one in await speaker.gathered("get_tasks", project_name="Cars", tags=["b"])] == [task.id]
    assert await speaker.get_tasks_count(project_name="Cars", unique_id="two") == 0
    await asyncio.to_thread(task.cancel, True)
    assert (await speaker.get_task(task.id)).status == "canceled"
