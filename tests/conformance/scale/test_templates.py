"""What the tasks of a project have in common."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from scaleapi.exceptions import ScaleResourceNotFound
from scaleapi.tasks import TaskType

from harness import Organization
from speaking import BOXES, Speak, Speaker

LINES = {"line": {"objects_to_annotate": ["curb"]}}


async def sent(speaker: Speaker, path: str, body: object) -> httpx.Response:
    async with httpx.AsyncClient(auth=(speaker.key, ""), trust_env=False) as client:
        return await client.post(speaker.base + path, json=body)


async def test_a_template_keeps_its_id_while_its_version_counts(speak: Speak, organization: Organization) -> None:
    speaker = await speak()
    await speaker.create_project("a/b", TaskType.ImageAnnotation, {"geometries": BOXES, "instruction": "Box cars."})

    first = await speaker.get_project_template("a/b")
    organization.clock.advance(60)
    await speaker.update_project("a/b", patch=True, instruction="Box every car.")
    second = await speaker.get_project_template("a/b")

    assert first.template_variables == {"geometries": BOXES, "instruction": "Box cars."}
    assert second.template_variables["instruction"] == "Box every car."
    assert (first.id, first.version, second.version) == (second.id, 1, 2)
    assert (first.created_at, first.updated_at) == ("2026-03-02T09:00:00.000Z", "2026-03-02T09:00:00.000Z")
    assert (second.created_at, second.updated_at) == ("2026-03-02T09:00:00.000Z", "2026-03-02T09:01:00.000Z")
    assert second.get_response_schema() is None
    assert second.is_auto_onboardable()
    await speaker.add_studio_assignments([organization.people["annotator"].email], ["a/b"])
    assert not (await speaker.get_project_template("a/b")).is_auto_onboardable()
    with pytest.raises(ScaleResourceNotFound):
        await speaker.get_project_template("nowhere")


@pytest.mark.parametrize("wrapped", [False, True])
async def test_an_ontology_replaces_what_is_asked_and_nothing_else(speak: Speak, wrapped: bool) -> None:
    speaker = await speak()
    before = {
        "instruction": "Look.",
        "geometries": BOXES,
        "annotation_attributes": {"occluded": {"choices": ["yes", "no"]}},
    }
    await speaker.create_project("Cars", TaskType.ImageAnnotation, before)

    body = {"geometries": LINES}
    answer = await sent(speaker, "/projects/Cars/setOntology", {"ontology": body} if wrapped else body)

    assert answer.status_code == 200, answer.text
    project = await speaker.get_project("Cars")
    assert project.version == 2
    assert project.as_dict()["params"] == {"instruction": "Look.", "geometries": LINES}
    refused: list[dict[str, Any]] = [
        {},
        {"instruction": "x"},
        {"ontology": []},
        {"geometries": {"box": {"objects_to_annotate": [1.5, {}]}}},
    ]
    for wrong in refused:
        assert (await sent(speaker, "/projects/Cars/setOntology", wrong)).status_code == 400
    assert (await speaker.get_project("Cars")).version == 2


async def test_archived_projects_are_listed_by_themselves(speak: Speak, organization: Organization) -> None:
    speaker = await speak()
    for name in ("Old", "New"):
        await speaker.create_project(name, TaskType.ImageAnnotation, {"geometries": BOXES})
    manager = await organization.client_for("manager")
    listed = (await manager.get("/v1/projects")).json()["items"]
    old = next(project["id"] for project in listed if project["name"] == "Old")
    await manager.patch(f"/v1/projects/{old}", json={"state": "archived"})

    async with httpx.AsyncClient(auth=(speaker.key, ""), trust_env=False) as client:
        found = {}
        for asked in ("", "?archived=false", "?archived=True", "?archived=true"):
            found[asked] = [one["name"] for one in (await client.get(f"{speaker.base}/projects{asked}")).json()]

    assert [project.name for project in await speaker.projects()] == ["New"]
    assert found == {"": ["New"], "?archived=false": ["New"], "?archived=True": ["Old"], "?archived=true": ["Old"]}
