"""What may be looked at beside a photo: shown with it, fetched like it, and never marked."""

from __future__ import annotations

from typing import Any

import pytest
from scaleapi.exceptions import ScaleInvalidRequest
from scaleapi.tasks import TaskType

from assay.faces.media import put_away
from assay.services import resolution
from assay.services.context import SYSTEM
from harness import Organization
from scenes import photo
from speaking import PHOTO, Finish, Speak, a_turn

BOX = {"id": "a", "type": "box", "label": "car", "x": 1.0, "y": 1.0, "width": 9.0, "height": 9.0}
CONTEXT: list[Any] = [
    {"attachment": "https://photos.acme.org/before.png", "title": "A second before"},
    {"attachment": "Taken at dusk."},
    {"attachment": "https://acme.org/rules.html"},
]


async def the_photo_arrives(organization: Organization) -> None:
    """The task's own, and nothing else."""
    stored = await put_away(organization.house.blobs, organization.id, "a.png", photo(1, 64, 48))
    async with organization.context_for(SYSTEM) as context:
        sql = "select id from attachments where organization_id = $1 and source_url = $2"
        await resolution.photo_arrived(context, await context.tenant.fetchval(sql, PHOTO), stored)


@pytest.mark.parametrize("legacy", [False, True], ids=["geometries", "legacy"])
async def test_it_is_shown_with_the_photo_and_told_as_it_was_sent(
    speak: Speak, organization: Organization, finish: Finish, legacy: bool
) -> None:
    speaker = await speak()
    labels = {"objects_to_annotate": ["car"]}
    params = labels if legacy else {"geometries": {"box": labels}}
    type_ = TaskType.Annotation if legacy else TaskType.ImageAnnotation
    task = await speaker.create_task(type_, attachment=PHOTO, context_attachments=CONTEXT, **params)

    await finish()
    turn = await a_turn(organization)

    image, text, link = turn["content"]
    assert turn["media"]["width"] == 640
    assert (image["type"], image["title"], image["media"]["width"]) == ("image", "A second before", 640)
    assert image["media"]["id"] != turn["media"]["id"]
    assert (text["text"], link) == (
        "Taken at dusk.",
        {"type": "link", "url": "https://acme.org/rules.html", "title": None},
    )
    annotator = await organization.client_for("annotator")
    sent = {"answer": {"annotations": [BOX]}, "duration_seconds": 3}
    assert (await annotator.post(f"/v1/work/turns/{turn['assignment_id']}/submit", json=sent)).status_code == 200
    await finish()
    done = await speaker.get_task(task.id)
    assert (done.status, len(done.response["annotations"])) == ("completed", 1)
    assert done.params["context_attachments"] == CONTEXT


async def test_nobody_is_given_the_task_before_everything_is_here(
    speak: Speak, organization: Organization, finish: Finish
) -> None:
    speaker = await speak()
    await speaker.create_task(
        TaskType.ImageAnnotation,
        attachment=PHOTO,
        geometries={"box": {"objects_to_annotate": ["car"]}},
        context_attachments=CONTEXT,
    )
    await the_photo_arrives(organization)
    async with organization.context_for(SYSTEM) as context:
        states = await context.tenant.fetch("select state from tasks where organization_id = $1")

    await finish()

    assert [row["state"] for row in states] == ["preparing"]
    assert (await a_turn(organization))["media"]["width"] == 64


async def test_a_task_whose_context_cannot_be_had_is_an_error_that_names_it(
    speak: Speak, organization: Organization, finish: Finish
) -> None:
    speaker = await speak()
    task = await speaker.create_task(
        TaskType.ImageAnnotation,
        attachment=PHOTO,
        geometries={"box": {"objects_to_annotate": ["car"]}},
        context_attachments=CONTEXT,
    )

    await the_photo_arrives(organization)
    await finish(failure="There is nothing at the address.")

    found = await speaker.get_task(task.id)
    assert (found.status, found.response["error"]) == ("error", "There is nothing at the address.")
    assert [one["url"] for one in found.response["attachments"]] == [CONTEXT[0]["attachment"]]


@pytest.mark.parametrize(
    ("context", "words"),
    [
        ("https://photos.acme.org/before.png", "context_attachments"),
        ([{"title": "nothing"}], r"context_attachments\[0\]"),
        ([{"attachment": "x", "attachment_type": "image"}], r"context_attachments\[0\].*address"),
        ([{"attachment": "Look."}] * 51, "context_attachments"),
    ],
    ids=["no list", "nothing", "no address", "too many"],
)
async def test_what_is_no_context_is_refused_by_name(speak: Speak, context: Any, words: str) -> None:
    speaker = await speak()

    with pytest.raises(ScaleInvalidRequest, match=words):
        await speaker.create_task(
            TaskType.ImageAnnotation,
            attachment=PHOTO,
            geometries={"box": {"objects_to_annotate": ["car"]}},
            context_attachments=context,
        )


async def test_the_context_of_a_project_is_that_of_its_tasks(
    speak: Speak, organization: Organization, finish: Finish
) -> None:
    speaker = await speak()
    params = {"geometries": {"box": {"objects_to_annotate": ["car"]}}, "context_attachments": CONTEXT[1:2]}
    await speaker.create_project("Cars", TaskType.ImageAnnotation, params)
    await speaker.create_task(TaskType.ImageAnnotation, project="Cars", attachment=PHOTO)

    await finish()

    assert [one["text"] for one in (await a_turn(organization))["content"]] == ["Taken at dusk."]


async def test_context_of_our_own_api_is_told_in_this_dialect(speak: Speak, organization: Organization) -> None:
    speaker, manager = await speak(), await organization.client_for("manager")
    made = {"name": "Ours", "kind": "image", "instructions": "", "taxonomy": {"labels": [{"name": "car"}]}}
    project = (await manager.post("/v1/projects", json=made)).json()["id"]
    row = {"url": PHOTO, "content": [{"type": "text", "text": "Taken at dusk."}]}

    created = await manager.post(f"/v1/projects/{project}/tasks", json={"tasks": [row]})

    assert created.json()["created"] == 1, created.text
    (found,) = await speaker.gathered("get_tasks", project_name="Ours")
    assert found.params["context_attachments"] == [{"type": "text", "attachment": "Taken at dusk."}]
