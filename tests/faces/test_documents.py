"""Documents over HTTP: tasks of pages, typed, merged, sent in again as pre-labels, and read back."""

from __future__ import annotations

import csv
import io
from typing import Any
from uuid import UUID

import httpx

from assay.services import resolution
from assay.services.context import SYSTEM
from harness import Organization, Role
from papers import PAGE, bill

TAXONOMY: dict[str, Any] = {
    "labels": [{"name": "line", "text": "required"}, {"name": "row", "shapes": ["group"]}],
    "language": "de-CH",
}


def box(id: str, text: str = "Total", **changes: Any) -> dict[str, Any]:
    made = {"type": "box", "id": id, "label": "line", "text": text, "x": 10.0, "y": 20.0, "width": 90.0, "height": 30.0}
    return made | changes


async def new_project(organization: Organization, **fields: Any) -> tuple[httpx.AsyncClient, str]:
    manager = await organization.client_for("manager")
    body = {"name": "Bills", "kind": "document", "taxonomy": TAXONOMY, **fields}
    made = await manager.post("/v1/projects", json=body)
    assert made.status_code == 201, made.text
    return manager, made.json()["id"]


async def pages(manager: httpx.AsyncClient, project: str) -> list[dict[str, Any]]:
    """The two pages of a bill, uploaded."""
    path = f"/v1/projects/{project}/attachments"
    sent = [await manager.post(path, content=paper.content, headers={"x-file-name": "a.png"}) for paper in bill(1, 2)]
    return [{"type": "image", "attachment_id": one.json()["id"]} for one in sent]


async def add(manager: httpx.AsyncClient, project: str, **row: Any) -> dict[str, Any]:
    made = await manager.post(f"/v1/projects/{project}/tasks", json={"tasks": [row]})
    result: dict[str, Any] = made.json()["results"][0]
    return result


async def test_a_document_is_typed_by_two_merged_and_exported(organization: Organization) -> None:
    manager, project = await new_project(organization, policy={"overlap": {"mode": "fixed", "count": 2}})
    shown = await pages(manager, project)
    # What a request says of the size of a page counts for nothing.
    made = await add(manager, project, content=[shown[0] | {"width": 5, "height": 5}, shown[1]], unique_id="b1")
    roles: list[tuple[Role, str]] = [("annotator", "Total 12"), ("reviewer", "Total 12")]
    for role, text in roles:
        worker = await organization.client_for(role)
        turn = (await worker.post(f"/v1/work/projects/{project}/claim", json={})).json()
        at = f"/v1/work/turns/{turn['assignment_id']}"
        assert [item["media"]["width"] for item in turn["content"]] == [PAGE[0]] * 2
        assert turn["taxonomy"]["language"] == "de-CH"
        assert (await worker.put(f"{at}/draft", json={"answer": {"annotations": [box("a", "")]}})).is_success
        for wrong, field in ((box("a", " "), "annotations[0].text"), (box("a", page=2), "annotations[0].page")):
            refused = await worker.post(f"{at}/submit", json={"answer": {"annotations": [wrong]}})
            assert refused.json()["problems"][0]["field"] == field
        wide = box("a", text, page=1, x=PAGE[0] - 50.0)
        answer = {"annotations": [wide], "groups": [{"id": "g", "label": "row", "members": ["a"]}]}
        assert (await worker.post(f"{at}/submit", json={"answer": answer})).is_success
    async with organization.context_for(SYSTEM) as context:
        await resolution.advance(context, UUID(made["task_id"]))

    task = (await manager.get(f"/v1/tasks/{made['task_id']}")).json()
    assert (task["state"], task["agreement"]) == ("completed", 1)
    (region,) = task["response"]["answer"]["annotations"]
    assert (region["page"], region["text"], region["width"]) == (1, "Total 12", 50.0)
    assert [one["annotation_id"] for one in task["consensus"]["objects"]] == ["m1", "g1"]
    exported = await manager.get(f"/v1/projects/{project}/export?format=regions")
    (row,) = csv.DictReader(io.StringIO(exported.text))
    assert (row["unique_id"], row["text"], row["page_width"]) == ("b1", "Total 12", str(PAGE[0]))


async def test_a_document_is_its_pages(organization: Organization) -> None:
    manager, project = await new_project(organization)
    shown = await pages(manager, project)

    rows: list[dict[str, Any]] = [
        {"attachment_id": shown[0]["attachment_id"]},
        {"content": [*shown, {"type": "text", "text": "x"}]},
        {"content": []},
    ]
    for row in rows:
        result = await add(manager, project, **row)
        assert (result["status"], result["problems"][0]["field"]) == ("failed", "content")
    outside = await add(manager, project, content=shown, prelabels={"annotations": [box("a", x=5000.0)]})
    assert outside["problems"][0]["field"] == "prelabels.annotations[0]"
    cut = await add(manager, project, content=shown, prelabels={"annotations": [box("a", x=PAGE[0] - 30.0)]})
    task = (await manager.get(f"/v1/tasks/{cut['task_id']}")).json()
    assert task["prelabels"]["annotations"][0]["width"] == 30.0


async def test_a_project_of_photos_asks_for_no_text(organization: Organization) -> None:
    manager = await organization.client_for("manager")

    made = await manager.post("/v1/projects", json={"name": "Street", "kind": "image", "taxonomy": TAXONOMY})

    assert {one["field"] for one in made.json()["problems"]} >= {"taxonomy.language", "taxonomy.labels[0].text"}
