"""Other people's files in: over HTTP, then through the job that reads them."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

import httpx
import pytest

from assay.adapters.callbacks import MemoryCallbacks
from assay.adapters.egress import EgressPolicy, HttpEgress
from assay.core.errors import NotFound
from assay.faces.jobs import importing
from assay.faces.jobs.handlers import HANDLERS
from assay.faces.jobs.workshop import Workshop
from assay.faces.scale import SpokenCallbacks
from assay.services import imports, labeling, resolution, routing
from assay.store.attachments import stored_from
from assay.store.connection import Tenant
from assay.store.jobs import Job
from harness import Organization
from street import HEIGHT, WIDTH, Street, answer, box, new_street


@dataclass
class Importer:
    """A manager's browser, and the queue's worker."""

    street: Street
    client: httpx.AsyncClient
    shop: Workshop

    async def send(self, content: bytes, format: str, purpose: str, name: str = "file.json") -> dict[str, Any]:
        response = await self.client.post(
            f"/v1/projects/{self.street.project_id}/imports?format={format}&as={purpose}",
            content=content,
            headers={"x-file-name": name},
        )
        assert response.status_code == 202, response.text
        started: dict[str, Any] = response.json()
        return started

    async def run(self, import_id: str, attempts: int = 0) -> dict[str, Any]:
        await HANDLERS["run_import"](self.shop, Job(self.street.organization.id, UUID(import_id)), attempts)
        return await self.get(import_id)

    async def bring(self, content: bytes, format: str, purpose: str, name: str = "file.json") -> dict[str, Any]:
        return await self.run((await self.send(content, format, purpose, name))["id"])

    async def get(self, import_id: str) -> dict[str, Any]:
        found: dict[str, Any] = (await self.client.get(f"/v1/imports/{import_id}")).json()
        return found

    async def problems(self, import_id: str) -> dict[str, str]:
        items = (await self.client.get(f"/v1/imports/{import_id}/problems")).json()["items"]
        return {problem["item"]: problem["message"] for problem in items}

    async def rows(self) -> list[dict[str, Any]]:
        """Every task with the address it was made from."""
        async with self.street.organization.context_for("manager") as context:
            rows = await context.tenant.fetch(
                """select task.id::text as id, attachment.id::text as attachment_id, attachment.source_url as url
                   from tasks task
                   join attachments attachment
                       on attachment.organization_id = $1 and attachment.id = task.attachment_id
                   where task.organization_id = $1"""
            )
        return [dict(row) for row in rows]

    async def tasks(self) -> dict[str, dict[str, Any]]:
        """Whole tasks by file name."""
        path = f"/v1/projects/{self.street.project_id}/tasks?limit=500&order=oldest"
        rows = (await self.client.get(path)).json()["items"]
        return {
            (row["media"] or {"file_name": row["unique_id"]})["file_name"]: (
                await self.client.get(f"/v1/tasks/{row['id']}")
            ).json()
            for row in rows
        }


@pytest.fixture
async def importer(organization: Organization) -> AsyncIterator[Importer]:
    egress = HttpEgress(EgressPolicy(enabled=False))
    street = await new_street(organization)
    yield Importer(
        street,
        await organization.client_for("manager"),
        Workshop(organization.house, egress, MemoryCallbacks(), SpokenCallbacks()),
    )
    await egress.aclose()


def coco(*images: tuple[str, Sequence[Sequence[float]]], width: int = WIDTH, label: str = "car") -> bytes:
    return json.dumps(
        {
            "images": [
                {"id": n, "file_name": name, "width": width, "height": HEIGHT} for n, (name, _) in enumerate(images)
            ],
            "categories": [{"id": 7, "name": label}],
            "annotations": [
                {"id": 100 * n + m, "image_id": n, "category_id": 7, "bbox": bbox, "iscrowd": 0}
                for n, (_, boxes) in enumerate(images)
                for m, bbox in enumerate(boxes)
            ],
        }
    ).encode()


async def test_prelabels_reach_tasks_that_are_there_and_make_those_that_are_not(importer: Importer) -> None:
    await importer.street.add_tasks("there.jpg")
    await importer.street.add_photos("day 1/fresh.jpg")

    done = await importer.bring(
        coco(("there.jpg", [[1, 2, 30, 40]]), ("fresh.jpg", [[5, 6, 70, 80]])), "coco", "prelabels"
    )

    assert (done["state"], done["total"], done["done"], done["failed"]) == ("done", 2, 2, 0)
    tasks = await importer.tasks()
    assert set(tasks) == {"there.jpg", "day 1/fresh.jpg"}
    for name, corner in (("there.jpg", (1, 2, 30, 40)), ("day 1/fresh.jpg", (5, 6, 70, 80))):
        (mark,) = tasks[name]["prelabels"]["annotations"]
        assert (mark["x"], mark["y"], mark["width"], mark["height"], mark["label"]) == (*corner, "car")
        assert [a["state"] for a in tasks[name]["assignments"]] == ["open"]


async def test_prelabels_never_change_under_somebody_who_began(importer: Importer, organization: Organization) -> None:
    await importer.street.add_tasks("begun.jpg")
    async with organization.context_for("annotator") as context:
        assert await routing.claim_next(context, importer.street.project_id, "annotate") is not None

    done = await importer.bring(coco(("begun.jpg", [[1, 2, 30, 40]])), "coco", "prelabels")

    assert (done["state"], done["done"], done["failed"]) == ("done", 0, 1)
    assert "has begun" in (await importer.problems(done["id"]))["begun.jpg"]
    assert (await importer.tasks())["begun.jpg"]["prelabels"] is None


async def test_golds_turn_open_tasks_into_tests_and_score_what_was_answered(
    importer: Importer, organization: Organization
) -> None:
    """An answer given before the task became a gold counts as one given to a gold."""
    await importer.street.add_tasks("open.jpg", "answered.jpg")
    await importer.street.add_photos("fresh.jpg")
    async with organization.context_for("annotator") as context:
        claimed = await routing.claim_next(context, importer.street.project_id, "annotate")
        assert claimed is not None
        await labeling.submit(context, claimed.turn.id, answer(box("a", 10, 10, 100, 100)), 5.0)
        answered = claimed.turn.task_id
    names = ["open.jpg", "answered.jpg", "fresh.jpg"]

    done = await importer.bring(coco(*((name, [[10, 10, 100, 100]]) for name in names)), "coco", "golds")
    async with organization.context_for("manager") as context:
        for task_id in importer.street.tasks.values():
            await resolution.advance(context, task_id)

    assert (done["state"], done["done"]) == ("done", 3)
    tasks = {task["id"]: task for task in (await importer.tasks()).values()}
    assert all(task["is_gold"] for task in tasks.values())
    assert all(task["gold"]["annotations"][0]["width"] == 100 for task in tasks.values())
    assert tasks[str(answered)]["submissions"][0]["gold_score"] == 1.0
    assert [e["type"] for e in tasks[str(answered)]["events"]].count("task.made_gold") == 1


async def test_rows_that_cannot_be_taken_are_told_and_stop_no_others(importer: Importer) -> None:
    await importer.street.add_photos("good.jpg", "a/same.jpg", "b/same.jpg", "other-size.jpg", "outside.jpg")

    file = json.loads(
        coco(("good.jpg", [[1, 1, 9, 9]]), ("nowhere.jpg", []), ("same.jpg", []), ("outside.jpg", [[9999, 1, 9, 9]]))
    )
    file["images"].append({"id": 50, "file_name": "other-size.jpg", "width": 320, "height": 240})
    done = await importer.bring(json.dumps(file).encode(), "coco", "prelabels")

    problems = await importer.problems(done["id"])
    assert (done["state"], done["done"], done["failed"]) == ("done", 1, 4)
    assert "4 of 5 rows" in done["message"]
    assert "upload it first" in problems["nowhere.jpg"]
    assert "2 photos" in problems["same.jpg"]
    assert "320 x 240" in problems["other-size.jpg"]
    assert "prelabels.annotations[0]" in problems["outside.jpg"]
    assert set(await importer.tasks()) == {"good.jpg"}


async def test_a_csv_lists_photos_by_name_and_address(importer: Importer) -> None:
    await importer.street.add_photos("a.jpg")
    table = io.StringIO()
    csv.writer(table).writerows(
        [
            ["file", "url", "unique_id", "priority", "batch", "metadata.camera"],
            ["a.jpg", "", "first", "90", "monday", "north"],
            ["", "https://photos.example/b.jpg", "second", "", "monday", ""],
            ["missing.jpg", "", "third", "", "", ""],
        ]
    )

    done = await importer.bring(table.getvalue().encode(), "csv", "tasks", "list.csv")

    tasks = {task["unique_id"]: task for task in (await importer.tasks()).values()}
    assert (done["done"], done["failed"]) == (2, 1)
    assert set(tasks) == {"first", "second"}
    assert (tasks["first"]["priority"], tasks["first"]["batch"]) == (90, "monday")
    assert tasks["first"]["metadata"] == {"camera": "north"}
    assert tasks["second"]["state"] == "preparing"
    batches = (await importer.client.get(f"/v1/projects/{importer.street.project_id}/batches")).json()["items"]
    assert [(b["name"], b["tasks"]) for b in batches] == [("monday", 2)]


async def test_an_archive_of_yolo_files_is_placed_on_photos_of_any_size(importer: Importer) -> None:
    await importer.street.add_photos("street/000001.jpg")
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as files:
        files.writestr("data.yaml", "names: [car, person]\n")
        files.writestr("labels/000001.txt", "1 0.5 0.5 0.25 0.5\n")

    done = await importer.bring(archive.getvalue(), "yolo", "prelabels", "labels.zip")

    assert (done["done"], done["failed"]) == (1, 0), await importer.problems(done["id"])
    (mark,) = (await importer.tasks())["street/000001.jpg"]["prelabels"]["annotations"]
    assert (mark["label"], mark["x"], mark["y"], mark["width"], mark["height"]) == ("person", 240, 120, 160, 240)


async def test_what_was_exported_comes_back_the_same(importer: Importer, organization: Organization) -> None:
    """Every box of one project, taken into another as pre-labels, bit for bit."""
    street = importer.street
    given = {f"{n}.jpg": answer(box("b1", n / 3, 1 / 7, 100 / 3, 99.9, "person")) for n in range(1, 6)}
    await street.add_tasks(*given)
    for name, accepted in given.items():
        await street.accept(name, accepted)
    exported = await importer.client.get(f"/v1/projects/{street.project_id}/export?format=coco")
    importer.street = await new_street(organization, name="Second")
    await importer.street.add_photos(*given)

    done = await importer.bring(exported.content, "coco", "prelabels")

    assert (done["done"], done["failed"]) == (5, 0)
    assert {name: task["prelabels"] for name, task in (await importer.tasks()).items()} == given


async def test_a_second_run_changes_nothing(importer: Importer) -> None:
    await importer.street.add_photos(*(f"{n}.jpg" for n in range(5)))
    first = await importer.bring(coco(*((f"{n}.jpg", [[1, 1, 5, 5]]) for n in range(5))), "coco", "prelabels")

    again = await importer.run(first["id"])

    assert again == first
    assert len(await importer.tasks()) == 5


async def test_a_killed_import_goes_on_where_its_last_commit_left_it(
    importer: Importer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The database goes away in the middle of the third chunk; nothing is lost and nothing is done twice."""
    monkeypatch.setattr(importing, "CHUNK_ROWS", 3)
    names = [f"{n:02}.jpg" for n in range(11)]
    await importer.street.add_photos(*names[1:])
    started = await importer.send(coco(*((name, [[1, 1, 5, 5]]) for name in names)), "coco", "prelabels")

    class Dies:
        """The same database, whose tenants stop answering after so many were opened."""

        left = 5

        def tenant(self, organization_id: UUID, *, durable: bool = True) -> Any:
            self.left -= 1
            inner = importer.shop.home.database.tenant(organization_id, durable=durable)
            return inner if self.left >= 0 else _Broken(inner)

        async def at_once(self, *_: Any) -> Any:
            raise AssertionError("an import is no claim")

    dying = replace(importer.shop, home=replace(importer.shop.home, database=Dies()))
    with pytest.raises(ConnectionError):
        await HANDLERS["run_import"](dying, Job(importer.street.organization.id, UUID(started["id"])), 0)
    halfway = await importer.get(started["id"])
    done = await importer.run(started["id"], attempts=1)

    assert (halfway["state"], halfway["done"] + halfway["failed"]) == ("running", 9)
    assert (done["state"], done["total"], done["done"], done["failed"]) == ("done", 11, 10, 1)
    assert set(await importer.tasks()) == set(names[1:])
    problems = await importer.problems(done["id"])
    assert list(problems) == ["00.jpg"]


class _Broken:
    """Everything is written, and the commit never comes."""

    def __init__(self, inner: Any) -> None:
        self._inner = inner

    async def __aenter__(self) -> Tenant:
        tenant: Tenant = await self._inner.__aenter__()
        return tenant

    async def __aexit__(self, *_: object) -> None:
        gone = ConnectionError("the server went away")
        await self._inner.__aexit__(type(gone), gone, None)
        raise gone


@pytest.mark.parametrize(
    ("content", "format"),
    [(b"not json", "coco"), (b"PK\x03\x04 broken", "voc"), (b"a,b\n1,2\n", "csv"), (b"\xff\xfe\x00", "csv")],
)
async def test_a_file_that_is_not_in_its_format_fails_with_a_sentence_and_changes_nothing(
    importer: Importer, content: bytes, format: str
) -> None:
    done = await importer.bring(content, format, "tasks" if format == "csv" else "prelabels")

    assert done["state"] == "failed"
    assert len(done["message"]) > 10
    assert done["finished_at"] is not None
    assert await importer.tasks() == {}


async def test_addresses_that_have_a_task_are_left_alone_and_counted(importer: Importer) -> None:
    """The same list again, grown by one; what could not be fetched is tried again; unique ids ask for two tasks."""
    first = await importer.bring(b"https://a.example/1.jpg\nhttps://a.example/2.jpg\n", "urls", "tasks")
    (broken,) = [task for task in (await importer.rows()) if task["url"] == "https://a.example/2.jpg"]
    async with importer.street.organization.context_for("manager") as context:
        await resolution.photo_failed(context, UUID(broken["attachment_id"]), "Not found.")
        await resolution.advance(context, UUID(broken["id"]))

    again = await importer.bring(
        b"https://a.example/1.jpg\nhttps://a.example/2.jpg\nhttps://a.example/3.jpg\nhttps://a.example/3.jpg\n",
        "urls",
        "tasks",
    )
    rows = [{"url": "https://a.example/1.jpg", "unique_id": name} for name in ("x", "y")]
    twice = await importer.bring("".join(f"{json.dumps(row)}\n" for row in rows).encode(), "jsonl", "tasks")
    third = await importer.bring(b"https://a.example/2.jpg\n", "urls", "tasks")

    assert (first["done"], first["existing"]) == (2, 0)
    assert (again["done"], again["existing"], again["failed"]) == (4, 2, 0)
    assert (twice["done"], twice["existing"]) == (2, 0)
    assert (third["done"], third["existing"]) == (1, 1)
    counts = Counter(task["url"] for task in await importer.rows())
    assert counts == {"https://a.example/1.jpg": 3, "https://a.example/2.jpg": 2, "https://a.example/3.jpg": 1}


async def test_an_address_whose_photo_was_there_by_another_name_keeps_its_task(
    importer: Importer, organization: Organization
) -> None:
    """The fetched photo proved to be one that was uploaded before: its task is pointed at that one."""
    await importer.street.add_photos("here.jpg")
    await importer.bring(b"https://a.example/1.jpg\n", "urls", "tasks")
    (task,) = await importer.rows()
    async with organization.context_for("manager") as context:
        columns = await context.tenant.fetchrow(
            "select * from attachments where organization_id = $1 and id = $2", importer.street.photos["here.jpg"]
        )
        await resolution.photo_arrived(context, UUID(task["attachment_id"]), stored_from(columns))

    again = await importer.bring(b"https://a.example/1.jpg\n", "urls", "tasks")

    assert (again["done"], again["existing"]) == (1, 1)


@pytest.mark.parametrize(("format", "purpose"), [("csv", "golds"), ("urls", "golds"), ("urls", "prelabels")])
async def test_a_list_that_holds_no_answers_is_not_taken_for_any(importer: Importer, format: str, purpose: str) -> None:
    path = f"/v1/projects/{importer.street.project_id}/imports?format={format}&as={purpose}"

    refused = await importer.client.post(path, content=b"x", headers={"x-file-name": "a.txt"})

    assert refused.status_code == 400
    assert [problem["field"] for problem in refused.json()["problems"]] == ["as"]


async def test_answers_that_were_not_asked_for_are_not_dropped_in_silence(importer: Importer) -> None:
    await importer.street.add_photos("a.jpg")

    done = await importer.bring(coco(("a.jpg", [[1, 1, 5, 5]])), "coco", "tasks")

    assert "import the file as pre-labels" in done["message"]
    assert (await importer.tasks())["a.jpg"]["prelabels"] is None


async def test_a_file_is_cleared_away_when_its_import_is_over_however_it_ended(
    importer: Importer, organization: Organization
) -> None:
    """Done, not readable, its project archived meanwhile, or the process killed between the last commit and this."""
    await importer.street.add_photos("a.jpg")
    good, bad, killed, late = [
        await importer.send(content, "coco", "prelabels") for content in (coco(("a.jpg", [])), b"no", b"no", b"no")
    ]
    async with organization.context_for("manager") as context:
        await imports.fail(context, UUID(killed["id"]), "Killed.")

    for each in (good, bad, killed):
        await importer.run(each["id"])
    await importer.client.patch(f"/v1/projects/{importer.street.project_id}", json={"state": "archived"})
    ended = await importer.run(late["id"])

    assert ended["state"] == "failed"
    for each in (good, bad, killed, late):
        with pytest.raises(NotFound):
            await organization.house.blobs.get(f"{organization.id.hex}/imports/{UUID(each['id']).hex}")


async def test_imports_are_listed_newest_first_and_paged(importer: Importer) -> None:
    ids = [(await importer.send(b"https://a.example/x.jpg\n", "urls", "tasks", f"{n}.txt"))["id"] for n in range(3)]

    path = f"/v1/projects/{importer.street.project_id}/imports"
    first = (await importer.client.get(f"{path}?limit=2")).json()
    second = (await importer.client.get(f"{path}?limit=2&cursor={first['next_cursor']}")).json()

    assert {row["id"] for row in first["items"] + second["items"]} == set(ids)
    assert len(first["items"]) == 2
    assert second["next_cursor"] is None
    assert {"format": "urls", "as": "tasks", "state": "running"}.items() <= first["items"][0].items()


async def test_problems_are_paged_in_the_order_of_the_file(importer: Importer) -> None:
    done = await importer.bring(coco(*((f"{n:02}.jpg", []) for n in range(25))), "coco", "golds")

    path = f"/v1/imports/{done['id']}/problems?limit=10"
    items, cursor = [], ""
    while cursor is not None:
        page = (await importer.client.get(f"{path}{'&cursor=' + cursor if cursor else ''}")).json()
        items += page["items"]
        cursor = page["next_cursor"]

    assert [problem["item"] for problem in items] == [f"{n:02}.jpg" for n in range(25)]
    assert (await importer.client.get(f"/v1/imports/{done['id']}/problems?cursor=x")).status_code == 400


async def test_only_those_who_may_add_tasks_may_import(
    importer: Importer, organization: Organization, neighbour: Organization
) -> None:
    path = f"/v1/projects/{importer.street.project_id}/imports?format=urls&as=tasks"
    headers = {"x-file-name": "a.txt"}
    statuses = {
        role: (await (await organization.client_for(role)).post(path, content=b"x", headers=headers)).status_code
        for role in organization.people
    }
    started = await importer.send(b"x", "urls", "tasks")
    stranger = await neighbour.client_for("owner")

    assert statuses == {"owner": 202, "manager": 202, "reviewer": 403, "annotator": 403, "auditor": 403}
    assert (await stranger.post(path, content=b"x", headers=headers)).status_code == 404
    assert (await stranger.get(f"/v1/imports/{started['id']}")).status_code == 404


async def test_a_request_without_a_file_or_in_an_unknown_format_is_refused(importer: Importer) -> None:
    path = f"/v1/projects/{importer.street.project_id}/imports"
    headers = {"x-file-name": "a.txt"}

    empty = await importer.client.post(f"{path}?format=urls&as=tasks", content=b"", headers=headers)
    unknown = await importer.client.post(f"{path}?format=excel&as=tasks", content=b"x", headers=headers)
    purpose = await importer.client.post(f"{path}?format=urls&as=answers", content=b"x", headers=headers)

    assert (empty.status_code, unknown.status_code, purpose.status_code) == (400, 400, 400)
