"""Files: sent or fetched once, and used by tasks without being fetched again."""

from __future__ import annotations

import asyncio
import json
from io import BytesIO
from pathlib import Path
from typing import Any

import httpx
import pytest
from scaleapi.exceptions import ScaleDuplicateResource, ScaleException, ScaleInvalidRequest, ScaleResourceNotFound
from scaleapi.tasks import TaskStatus, TaskType

from assay.core.delivery import Outcome
from assay.faces.jobs import handlers
from assay.faces.jobs.workshop import Workshop
from assay.faces.scale import SpokenCallbacks
from assay.store.jobs import Job
from harness import PAGES, Organization, new_organization
from scenes import photo
from speaking import BOXES, Finish, Speak, Speaker, advanced

CAR = {"id": "c1", "type": "box", "label": "car", "x": 10, "y": 20, "width": 100, "height": 50}


@pytest.fixture
async def speaker(speak: Speak) -> Speaker:
    made = await speak()
    await made.create_project("Cars", TaskType.ImageAnnotation, {"geometries": BOXES})
    return made


@pytest.fixture
def jobs(organization: Organization) -> Any:
    """Does the fetching that waits, with no way out of the house."""

    class NoWayOut:
        def check(self, url: str) -> None:
            raise AssertionError(f"{url} was asked for")

        async def fetch(self, url: str, **_: Any) -> bytes:
            raise AssertionError(f"{url} was asked for")

    class Nobody:
        def check(self, address: str) -> None:
            raise AssertionError(f"{address} was asked for")

        async def send(self, *_: Any) -> Outcome:
            raise AssertionError("nobody is called back")

    async def done() -> None:
        shop = Workshop(organization.house, NoWayOut(), Nobody(), SpokenCallbacks())
        async with organization.context_for("manager") as context:
            waiting = await context.tenant.fetch(
                "select id from attachments where organization_id = $1 and state = 'pending'"
            )
        for row in waiting:
            await handlers.fetch_attachment(shop, Job(organization.id, row["id"]), 0)
        await advanced(organization)

    return done


async def test_a_file_is_told_with_what_it_is(speaker: Speaker, tmp_path: Path, organization: Organization) -> None:
    path = tmp_path / "straße 7.png"
    path.write_bytes(photo(1, 64, 48))

    def send() -> Any:
        with path.open("rb") as file:
            return speaker.client.upload_file(
                file=file, project_name="Cars", reference_id="ref/1", metadata=json.dumps({"camera": 7})
            )

    file = await asyncio.to_thread(send)

    told = file.as_dict()
    assert file.attachment_url == f"scaledata://{organization.id.hex[:12]}{organization.id.hex[-12:]}/{file.id}"
    assert (told["mime_type"], told["size"], told["project_names"]) == ("image/png", path.stat().st_size, ["Cars"])
    assert (told["reference_id"], told["metadata"]) == ("ref/1", {"camera": 7})
    assert told["created_at"] == told["updated_at"] == "2026-03-02T09:00:00.000Z"


@pytest.mark.parametrize(
    ("content", "mime_type"),
    [
        (b"%PDF-1.7\n", "application/pdf"),
        (b"plain text \xc3\xbc", "text/plain"),
        (b"<html><script>alert(1)</script></html>", "text/plain"),
        (b'{"a": 1}', "application/json"),
        (b"RIFF\x00\x00\x00\x00WAVEfmt ", "audio/wav"),
        (b"\x00\x01\x02\xff", "application/octet-stream"),
        ("ü".encode() * 40_000, "text/plain"),
        (b"x" * 65_531 + "ü".encode() * 9, "text/plain"),
    ],
)
async def test_any_file_is_kept_and_its_type_is_what_its_content_says(
    speaker: Speaker, content: bytes, mime_type: str
) -> None:
    file = await speaker.upload_file(BytesIO(content), display_name="anything.png")

    assert (file.as_dict()["mime_type"], file.as_dict()["size"]) == (mime_type, len(content))


async def test_a_task_uses_a_file_without_any_fetch(
    speaker: Speaker, organization: Organization, jobs: Any, finish: Finish
) -> None:
    file = await speaker.upload_file(BytesIO(photo(2, 640, 480)), display_name="street 7.png")

    task = await speaker.create_task(TaskType.ImageAnnotation, project="Cars", attachment=file.attachment_url)
    await jobs()

    async with organization.context_for("manager") as context:
        row = await context.tenant.fetchrow(
            "select state, file_name, width, height from attachments where organization_id = $1"
        )
    assert row is not None
    assert tuple(row.values()) == ("ready", "street 7.png", 640, 480)
    await finish({"annotations": [CAR]})
    done = await speaker.get_task(task.id)
    assert (done.status, done.params["attachment"]) == (TaskStatus.Completed.value, file.attachment_url)


async def test_a_file_that_is_no_photo_is_an_error_of_its_task(speaker: Speaker, jobs: Any) -> None:
    file = await speaker.upload_file(BytesIO(b"%PDF-1.7\n"))

    task = await speaker.create_task(TaskType.ImageAnnotation, project="Cars", attachment=file.attachment_url)
    await jobs()

    told = (await speaker.get_task(task.id)).as_dict()
    assert told["status"] == "error"
    assert "PDF" in told["response"]["error"]
    assert told["response"]["attachments"][0]["url"] == file.attachment_url


async def test_a_file_of_the_other_mode_or_of_another_customer_is_refused(
    speaker: Speaker, speak: Speak, organization: Organization
) -> None:
    test = await speak("test")
    await test.create_project("Cars", TaskType.ImageAnnotation, {"geometries": BOXES})
    stranger = await new_organization(organization.database, organization.app, organization.house, "Strangers")
    theirs = await speak(of=stranger)
    file = await speaker.upload_file(BytesIO(photo(3, 64, 48)))

    await theirs.create_project("Cars", TaskType.ImageAnnotation, {"geometries": BOXES})
    for other in (test, theirs):
        with pytest.raises(ScaleInvalidRequest, match="no file"):
            await other.create_task(TaskType.ImageAnnotation, project="Cars", attachment=file.attachment_url)
    for wrong in ("scaledata://x/y", "scaledata://", file.attachment_url[:-1]):
        with pytest.raises(ScaleInvalidRequest, match="no file"):
            await speaker.create_task(TaskType.ImageAnnotation, project="Cars", attachment=wrong)
    assert await speaker.get_tasks_count(project_name="Cars") == 0
    await stranger.close()


async def test_a_reference_is_taken_once_in_a_mode(speaker: Speaker, speak: Speak) -> None:
    await speaker.upload_file(BytesIO(b"one"), reference_id="r")

    with pytest.raises(ScaleDuplicateResource, match="reference"):
        await speaker.upload_file(BytesIO(b"two"), reference_id="r")
    assert (await (await speak("test")).upload_file(BytesIO(b"one"), reference_id="r")).as_dict()["reference_id"] == "r"


async def test_what_is_no_file_is_refused(speaker: Speaker) -> None:
    with pytest.raises(ScaleInvalidRequest, match="empty"):
        await speaker.upload_file(BytesIO(b""))
    with pytest.raises(ScaleInvalidRequest, match="metadata"):
        await speaker.upload_file(BytesIO(b"x"), metadata="[1]")
    with pytest.raises(ScaleResourceNotFound, match="Nowhere"):
        await speaker.upload_file(BytesIO(b"x"), project_name="Nowhere")
    async with httpx.AsyncClient(auth=(speaker.key, "")) as client:
        for sent in ({"content": b"{}"}, {"data": {"file": "text"}}, {"files": {"other": b"x"}}):
            refused = await client.post(f"{speaker.base}/files/upload", **sent)
            assert (refused.status_code, "part 'file'" in refused.json()["error"]) == (400, True)


async def test_a_file_that_is_too_large_is_refused_with_the_limit(speaker: Speaker) -> None:
    with pytest.raises(ScaleException, match="80 MiB") as refused:
        await speaker.upload_file(BytesIO(b"\x00" * (80 * 2**20 + 1)))

    assert refused.value.code == 413


async def test_one_who_may_only_read_puts_nothing_away(speak: Speak) -> None:
    auditor = await speak(role="auditor")

    with pytest.raises(ScaleException) as refused:
        await auditor.upload_file(BytesIO(b"x"))

    assert refused.value.code == 403


async def test_what_lies_at_an_address_is_put_away(speaker: Speaker, jobs: Any) -> None:
    url = "https://photos.acme.org/straße/a%20b.png"
    PAGES[url] = photo(4, 64, 48)

    file = await speaker.import_file(url, project_name="Cars", metadata={"a": [1]})

    told = file.as_dict()
    assert (told["display_name"], told["mime_type"], told["metadata"]) == ("a b.png", "image/png", {"a": [1]})
    task = await speaker.create_task(TaskType.ImageAnnotation, project="Cars", attachment=file.attachment_url)
    await jobs()
    assert (await speaker.get_task(task.id)).status == TaskStatus.Pending.value


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1/x",
        "http://10.1.2.3/x",
        "http://[::1]/x",
        "http://169.254.169.254/latest/meta-data",
        "http://localhost/x",
        "file:///etc/passwd",
        "ftp://photos.acme.org/x",
        "https://photos.acme.org:22/x",
        "assay-file://019adc31-0000-7000-8000-000000000000/x",
        "",
    ],
)
async def test_addresses_inside_are_not_asked(speaker: Speaker, url: str) -> None:
    with pytest.raises(ScaleInvalidRequest):
        await speaker.import_file(url)


async def test_lists_give_an_address_at_which_anybody_can_fetch_the_photo(
    speaker: Speaker, jobs: Any, organization: Organization
) -> None:
    content = photo(5, 64, 48)
    file = await speaker.upload_file(BytesIO(content))
    await speaker.create_task(TaskType.ImageAnnotation, project="Cars", attachment=file.attachment_url)
    waiting = await speaker.tasks(include_attachment_url=True)
    assert "attachmentS3Downloads" not in waiting.docs[0].as_dict()
    await jobs()

    (task,) = await speaker.gathered("get_tasks", project_name="Cars")

    (download,) = task.as_dict()["attachmentS3Downloads"]
    assert (download["attachmentURL"], download["isConvertedImage"]) == (file.attachment_url, False)
    address = download["s3URL"].replace(organization.house.public_url, speaker.base.removesuffix("/scale/v1"))
    async with httpx.AsyncClient() as client:
        fetched = await client.get(address)
        assert (fetched.status_code, fetched.headers["content-type"]) == (200, "image/png")
        assert fetched.content.startswith(b"\x89PNG")
        # It was signed for this photo, and for a while.
        other = address.replace("-original", "-thumbnail")
        assert (await client.get(other)).status_code == 403
        organization.clock.advance(3 * 3600)
        assert (await client.get(address)).status_code == 403
    plain = await speaker.tasks()
    assert "attachmentS3Downloads" not in plain.docs[0].as_dict()
