"""Whole projects out, over HTTP."""

from __future__ import annotations

import io
import json
import zipfile

import httpx
import pytest

from assay.core.annotations.kind import Answer, Merged, ObjectVerdict
from assay.core.steps import KeepConsensus
from assay.store.changes import Changes
from assay.store.exports import pages
from harness import Organization
from street import answer, box, new_street, served


async def _download(organization: Organization, path: str) -> httpx.Response:
    client = await organization.client_for("manager")
    return await client.get(path)


async def test_a_coco_file_holds_every_accepted_box_in_the_order_of_the_tasks(organization: Organization) -> None:
    street = await new_street(organization)
    await street.add_tasks("a.jpg", "b.jpg", "c.jpg")
    await street.accept("b.jpg", answer(box("p", 10, 20, 30, 40, "person")))
    await street.accept("a.jpg", answer(box("q", 1.5, 2.5, 3.5, 4.5), box("r", 0, 0, 640, 480)))

    response = await _download(organization, f"/v1/projects/{street.project_id}/export?format=coco")

    assert response.status_code == 200, response.text
    assert response.headers["content-type"].startswith("application/json")
    assert response.headers["content-disposition"] == 'attachment; filename="Street_scenes-coco.json"'
    file = json.loads(response.content)
    assert [image["file_name"] for image in file["images"]] == ["a.jpg", "b.jpg"]
    names = {image["id"]: image["file_name"] for image in file["images"]}
    labels = {category["id"]: category["name"] for category in file["categories"]}
    assert [(names[a["image_id"]], labels[a["category_id"]], a["bbox"]) for a in file["annotations"]] == [
        ("a.jpg", "car", [1.5, 2.5, 3.5, 4.5]),
        ("a.jpg", "car", [0, 0, 640, 480]),
        ("b.jpg", "person", [10, 20, 30, 40]),
    ]


async def test_all_brings_what_is_unfinished_and_golds_come_only_when_asked(organization: Organization) -> None:
    street = await new_street(organization)
    known: Answer = answer(box("g", 5, 5, 50, 50))
    await street.add_tasks("done.jpg", "open.jpg")
    await street.add_tasks("gold.jpg", gold=known)
    await street.accept("done.jpg", answer(box("d", 1, 1, 10, 10)))

    held: dict[str, dict[str, dict[str, object]]] = {}
    for query in ("", "&state=all", "&golds=true", "&state=all&golds=true"):
        response = await _download(organization, f"/v1/projects/{street.project_id}/export?format=jsonl{query}")
        assert response.headers["content-type"].startswith("application/jsonl")
        held[query] = {line["file_name"]: line for line in map(json.loads, response.text.splitlines())}

    assert set(held[""]) == {"done.jpg"}
    assert set(held["&state=all"]) == {"done.jpg", "open.jpg"}
    assert set(held["&golds=true"]) == {"done.jpg", "gold.jpg"}
    assert set(held["&state=all&golds=true"]) == {"done.jpg", "open.jpg", "gold.jpg"}
    assert held["&golds=true"]["gold.jpg"]["answer"] == known
    assert held["&golds=true"]["gold.jpg"]["is_gold"] is True
    assert held["&state=all"]["open.jpg"]["answer"] == {}
    assert "completed_at" not in held["&state=all"]["open.jpg"]
    assert held[""]["done.jpg"]["completed_at"] == "2026-03-02T09:00:00.000000Z"


@pytest.mark.parametrize(("format", "member"), [("yolo", "labels/a.txt"), ("voc", "Annotations/a.xml")])
async def test_archives_open_and_hold_a_label_file_for_each_photo(
    organization: Organization, format: str, member: str
) -> None:
    street = await new_street(organization, name='../"odd"\r\nname')
    await street.add_tasks("a.jpg")
    await street.accept("a.jpg", answer(box("q", 64, 48, 128, 96)))

    response = await _download(organization, f"/v1/projects/{street.project_id}/export?format={format}")

    assert response.headers["content-type"] == "application/zip"
    assert response.headers["content-disposition"] == f'attachment; filename="odd_name-{format}.zip"'
    with zipfile.ZipFile(io.BytesIO(response.content)) as archive:
        assert archive.testzip() is None
        assert b"car" in archive.read(member) or archive.read(member).startswith(b"0 ")


async def test_who_took_the_answers_out_is_on_record(organization: Organization) -> None:
    street = await new_street(organization)

    await _download(organization, f"/v1/projects/{street.project_id}/export?format=voc&golds=true")

    client = await organization.client_for("owner")
    events = (await client.get("/v1/events?type=project.exported")).json()["items"]
    assert [event["data"] for event in events] == [{"format": "voc", "unfinished": False, "golds": True}]
    assert events[0]["actor"]["id"] == str(organization.people["manager"].id)


async def test_an_empty_project_gives_a_valid_empty_file(organization: Organization) -> None:
    street = await new_street(organization)

    response = await _download(organization, f"/v1/projects/{street.project_id}/export?format=coco")

    assert json.loads(response.content)["annotations"] == []
    assert [c["name"] for c in json.loads(response.content)["categories"]] == ["car", "person"]


async def test_only_those_who_may_read_exports_get_one(organization: Organization, neighbour: Organization) -> None:
    street = await new_street(organization)
    path = f"/v1/projects/{street.project_id}/export?format=coco"

    answers = {
        role: (await (await organization.client_for(role)).get(path)).status_code for role in organization.people
    }
    stranger = await (await neighbour.client_for("owner")).get(path)

    assert answers == {"owner": 200, "manager": 200, "auditor": 200, "reviewer": 403, "annotator": 403}
    assert stranger.status_code == 404


async def test_a_format_that_is_not_written_here_is_refused(organization: Organization) -> None:
    street = await new_street(organization)

    response = await _download(organization, f"/v1/projects/{street.project_id}/export?format=excel")

    assert response.status_code == 400
    assert "format" in response.text


async def test_a_merge_tells_how_sure_it_is_of_each_object_until_somebody_says_otherwise(
    organization: Organization,
) -> None:
    street = await new_street(organization)
    names = ["merged.jpg", "reviewed.jpg", "open.jpg"]
    await street.add_tasks(*names)
    drawn: Answer = answer(box("m", 1, 1, 10, 10))
    async with organization.context_for("manager") as context:
        changes = Changes()
        for name in names:
            for sure in (0.25, 0.75):
                verdicts = tuple(
                    ObjectVerdict(id_, "car", kept, sure, 1.0, 1.0, ()) for id_, kept in (("m", True), ("out", False))
                )
                step = KeepConsensus(Merged(drawn, 0.5, 1.0, verdicts), (context.new_id(),), (1.0,))
                changes.keep_consensus(context.new_id(), street.tasks[name], 1, step, (1.0,))
        changes.resolve(street.tasks["merged.jpg"], drawn, 0.5, "consensus")
        changes.resolve(street.tasks["reviewed.jpg"], drawn, 1.0, "review")
        await changes.write(context.tenant, context.now)

    told: dict[str, dict[str, tuple[object, object]]] = {}
    for query in ("", "&state=all"):
        response = await _download(organization, f"/v1/projects/{street.project_id}/export?format=jsonl{query}")
        lines = [json.loads(line) for line in response.text.splitlines()]
        assert all(line["answer"] == drawn for line in lines)
        told[query] = {line["file_name"]: (line["confidence"], line.get("confidences")) for line in lines}

    # The later merge counts, and what a reviewer said is not the merge's any more.
    accepted = {"merged.jpg": (0.5, {"m": 0.75}), "reviewed.jpg": (1.0, None)}
    assert told == {"": accepted, "&state=all": {**accepted, "open.jpg": (0.5, {"m": 0.75})}}


async def test_pages_grow_small_when_answers_are_large(organization: Organization) -> None:
    """400 tasks of about 30 kB: a page must not hold all twelve megabytes."""
    street = await new_street(organization)
    names = [f"{number:03}.jpg" for number in range(400)]
    await street.add_tasks(*names)
    large = answer(*(box(f"b{n:03}", n, n, 100.25, 100.75) for n in range(300)))
    for name in names:
        await street.accept(name, large)

    async with organization.context_for("manager") as context:
        sizes = [
            sum(len(row.answer) for row in page)
            async for page in pages(context.tenant, street.project_id, unfinished=False, golds=False)
        ]

    response = await _download(organization, f"/v1/projects/{street.project_id}/export?format=jsonl")

    assert sum(sizes) > 10_000_000
    assert max(sizes) < 2_000_000
    assert [json.loads(line)["file_name"] for line in response.text.splitlines()] == names


async def test_a_broken_export_never_passes_as_whole(organization: Organization) -> None:
    """Over a real socket: the transfer ends without its last chunk, which every client takes for an error."""
    street = await new_street(organization)
    names = [f"{number:02}.jpg" for number in range(30)]
    await street.add_tasks(*names)
    for name in names:
        await street.accept(name, answer(box("q", 1, 1, 10, 10)))
    async with organization.context_for("manager") as context:
        # What no service would write, on a page after the first.
        await context.tenant.execute("delete from responses where organization_id = $1 and task_id = $2",
                                     street.tasks["29.jpg"])  # fmt: skip
        changes = Changes()
        changes.resolve(street.tasks["29.jpg"], {"annotations": 5}, 1.0, "submission")
        await changes.write(context.tenant, context.now)

    received = b""
    async with served(organization) as client:
        with pytest.raises(httpx.RemoteProtocolError):  # noqa: PT012 - it breaks off somewhere in here
            async with client.stream("GET", f"/v1/projects/{street.project_id}/export?format=coco") as response:
                assert response.status_code == 200
                async for block in response.aiter_bytes():
                    received += block

    assert b'"bbox"' in received
    with pytest.raises(ValueError):
        json.loads(received)
