"""Forms over HTTP: tasks with content and questions of their own, answered, merged, and read back."""

from __future__ import annotations

import csv
import io
import json
from typing import Any
from uuid import UUID

import httpx
import pytest
from PIL import Image

from assay.services import resolution
from assay.services.context import SYSTEM
from harness import Organization, Role

TAXONOMY: dict[str, Any] = {
    "attributes": [
        {"name": "topic", "type": "category", "required": True, "choices": [
            {"name": "sport", "children": [{"name": "football"}, {"name": "tennis"}]}, {"name": "politics"}]},
        {"name": "club", "type": "text", "when": {"attribute": "topic", "any_of": ["sport"]}},
    ]
}  # fmt: skip
OWN = {"attributes": [{"name": "better", "type": "category", "choices": [{"name": "left"}, {"name": "right"}]}]}


async def new_form(organization: Organization, **fields: Any) -> tuple[httpx.AsyncClient, str]:
    client = await organization.client_for("manager")
    made = await client.post("/v1/projects", json={"name": "News", "kind": "form", "taxonomy": TAXONOMY, **fields})
    assert made.status_code == 201, made.text
    return client, made.json()["id"]


async def add(client: httpx.AsyncClient, project: str, *rows: dict[str, Any]) -> list[dict[str, Any]]:
    made = await client.post(f"/v1/projects/{project}/tasks", json={"tasks": rows})
    assert made.status_code == 201, made.text
    results: list[dict[str, Any]] = made.json()["results"]
    return results


async def claim(worker: httpx.AsyncClient, project: str) -> tuple[dict[str, Any], str]:
    turn = (await worker.post(f"/v1/work/projects/{project}/claim", json={})).json()
    return turn, f"/v1/work/turns/{turn['assignment_id']}"


def text(said: str) -> dict[str, Any]:
    return {"content": [{"type": "text", "text": said}]}


async def test_a_text_task_is_answered_merged_and_exported(organization: Organization) -> None:
    manager, project = await new_form(organization, policy={"overlap": {"mode": "fixed", "count": 2}})
    (made,) = await add(manager, project, {**text("United won."), "unique_id": "n1"})
    roles: list[tuple[Role, str]] = [("annotator", "United"), ("reviewer", "united")]
    for role, club in roles:
        worker = await organization.client_for(role)
        turn, at = await claim(worker, project)
        assert (turn["kind"], turn["media"]) == ("form", None)
        assert turn["content"] == [{"type": "text", "text": "United won.", "title": None}]
        answer = {"attributes": {"topic": "football", "club": club}}
        assert (await worker.put(f"{at}/draft", json={"answer": {"attributes": {"club": "not yet asked"}}})).is_success
        refused = await worker.post(f"{at}/submit", json={"answer": {"attributes": {"topic": "sport"}}})
        assert refused.json()["problems"][0]["field"] == "attributes.topic"
        assert (await worker.post(f"{at}/submit", json={"answer": answer})).is_success
    async with organization.context_for(SYSTEM) as context:
        await resolution.advance(context, UUID(made["task_id"]))

    task = (await manager.get(f"/v1/tasks/{made['task_id']}")).json()

    assert (task["state"], task["excerpt"], task["media"]) == ("completed", "United won.", None)
    assert task["agreement"] == 1
    assert [each["annotation_id"] for each in task["consensus"]["objects"]] == ["topic", "club"]
    (line,) = map(json.loads, (await manager.get(f"/v1/projects/{project}/export?format=jsonl")).text.splitlines())
    assert line["content"] == [{"type": "text", "text": "United won."}]
    assert line["answer"]["attributes"]["topic"] == "football"
    assert "file_name" not in line
    found = (await manager.get(f"/v1/projects/{project}/export?format=csv")).text
    (row,) = csv.DictReader(io.StringIO(found))
    assert (row["unique_id"], row["topic"], row["text"]) == ("n1", "football", "United won.")
    refused = await manager.get(f"/v1/projects/{project}/export?format=coco")
    assert refused.status_code == 400
    assert "jsonl or csv" in refused.text


async def test_a_task_may_ask_a_question_of_its_own(organization: Organization) -> None:
    manager, project = await new_form(organization)
    gold = {"attributes": {"better": "left"}}
    (first, second) = await add(
        manager, project, {**text("Which?"), "taxonomy": OWN, "gold": gold}, {**text("Which?"), "taxonomy": OWN}
    )
    assert first["status"] == "created", first

    worker = await organization.client_for("annotator")
    turn, at = await claim(worker, project)

    assert [each["name"] for each in turn["taxonomy"]["attributes"]] == ["better"]
    refused = await worker.post(f"{at}/submit", json={"answer": {"attributes": {"topic": "football"}}})
    assert refused.json()["problems"][0]["field"] == "attributes.topic"
    assert (await worker.post(f"{at}/submit", json={"answer": {"attributes": {"better": "right"}}})).is_success
    task = (await manager.get(f"/v1/tasks/{second['task_id']}")).json()
    assert task["taxonomy"]["attributes"][0]["name"] == "better"


@pytest.mark.parametrize(
    ("row", "fields"),
    [
        ({}, ["content"]),
        ({"content": []}, ["content"]),
        ({"content": [{"type": "text", "text": "  "}]}, ["content[0].text"]),
        ({"content": [{"type": "text", "text": "nul \x00"}]}, ["content[0].text"]),
        ({"content": [{"type": "text", "text": "a"}] * 51}, ["content"]),
        ({"content": [{"type": "text", "text": "a" * 1_000_001}]}, ["content"]),
        ({"content": [{"type": "image", "attachment_id": str(UUID(int=7))}]}, ["content[0].attachment_id"]),
        ({**text("a"), "url": "https://example.org/a.jpg"}, ["content"]),
        ({**text("a"), "taxonomy": {"labels": [{"name": "car"}]}}, ["taxonomy.labels", "taxonomy.attributes"]),
        ({**text("a"), "gold": {"attributes": {"topic": "sport"}}}, ["gold.attributes.topic"]),
    ],
)
async def test_what_cannot_be_shown_or_asked_is_refused_by_its_field(
    organization: Organization, row: dict[str, Any], fields: list[str]
) -> None:
    manager, project = await new_form(organization)

    (result,) = await add(manager, project, row)

    assert [problem["field"] for problem in result["problems"]] == fields, result


async def test_photos_keep_to_photos(organization: Organization) -> None:
    client = await organization.client_for("manager")
    dated = {"attributes": [{"name": "d", "type": "datetime"}]}
    refused = await client.post("/v1/projects", json={"name": "P", "taxonomy": dated})
    assert refused.json()["problems"][0]["field"] == "taxonomy.attributes[0].type"
    made = await client.post("/v1/projects", json={"name": "P", "taxonomy": {"labels": [{"name": "car"}]}})

    (result,) = await add(client, made.json()["id"], text("a"))

    # A text may stand beside a photo, never instead of it.
    assert [problem["field"] for problem in result["problems"]] == ["attachment_id"]


async def test_photos_of_the_content_are_shown_also_to_who_claims_again(organization: Organization) -> None:
    """The second claim takes the short way, which does not look up photos."""
    manager, project = await new_form(organization)
    photos = []
    for shade in (10, 200):
        out = io.BytesIO()
        Image.new("RGB", (64, 48), (shade, 90, 90)).save(out, "JPEG")
        headers = {"x-file-name": f"{shade}.jpg"}
        sent = await manager.post(f"/v1/projects/{project}/attachments", content=out.getvalue(), headers=headers)
        photos.append(sent.json()["id"])
    content = [{"type": "image", "attachment_id": each, "title": str(n)} for n, each in enumerate(photos)]
    made = await add(manager, project, *[{"content": [*content, {"type": "text", "text": f"{n}"}]} for n in range(3)])
    worker = await organization.client_for("annotator")

    for row in made:
        turn, at = await claim(worker, project)

        shown = [(each["type"], each["title"], each.get("text")) for each in turn["content"]]
        assert shown == [("image", "0", None), ("image", "1", None), ("text", None, str(made.index(row)))]
        assert [each["media"]["id"] for each in turn["content"][:2]] == photos
        assert (await worker.get(turn["content"][1]["media"]["display_url"])).status_code == 200
        assert (await worker.post(f"{at}/submit", json={"answer": {"attributes": {"topic": "politics"}}})).is_success
    task = (await manager.get(f"/v1/tasks/{made[0]['task_id']}")).json()
    assert task["content"][0]["media"]["file_name"] == "10.jpg"


async def test_a_long_text_is_answered_too(organization: Organization) -> None:
    """Beyond what the server keeps in mind of a turn between claim and submission."""
    manager, project = await new_form(organization)
    await add(manager, project, text("word " * 50_000), text("word " * 50_000))
    worker = await organization.client_for("annotator")
    for _ in range(2):
        turn, at = await claim(worker, project)
        assert len(turn["content"][0]["text"]) == 250_000
        assert (await worker.post(f"{at}/submit", json={"answer": {"attributes": {"topic": "politics"}}})).is_success
    listed = (await manager.get(f"/v1/projects/{project}/tasks")).json()["items"]
    assert [len(task["excerpt"]) for task in listed] == [200, 200]
