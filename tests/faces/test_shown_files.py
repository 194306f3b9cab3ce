"""What a task shows besides photos: fetched as what it is, played from where it is kept, and nothing that could run."""

from __future__ import annotations

import io
import wave
from typing import Any

import pytest

from assay.core.content import Fetched, GivenItem, LinkItem
from assay.core.errors import Invalid
from assay.core.intake import TaskRow
from assay.core.policy import Policy
from assay.core.taxonomy import Attribute, Taxonomy
from assay.faces.fetched import item_of
from assay.faces.media import part_of, put_away
from assay.services import customer_tasks, projects, resolution
from assay.services.context import SYSTEM
from harness import Organization
from scenes import photo
from speaking import a_turn, advanced

PDF = b"%PDF-1.7\n%fake\n"


def sound(seconds: float = 0.2) -> bytes:
    """Silence, as a WAV file."""
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes(bytes(int(8000 * seconds) * 2))
    return out.getvalue()


async def listened_to(organization: Organization) -> list[dict[str, Any]]:
    """A task that shows a link, a text, a recording, a paper and twice the same photo; its attachments in order."""
    async with organization.context_for("manager") as context:
        project = await projects.create(
            context,
            name="Calls",
            kind="form",
            instructions="",
            taxonomy=Taxonomy(attributes=[Attribute("words", "text")]),
            policy=Policy(),
        )
        items: list[GivenItem] = [
            LinkItem("https://acme.org/about"),
            Fetched("https://acme.org/a.txt", "text", "Letter"),
            Fetched("https://acme.org/a.wav", "audio"),
            Fetched("https://acme.org/a.pdf", "pdf"),
            Fetched("https://acme.org/a.png"),
            Fetched("https://acme.org/b.png"),
        ]
        await customer_tasks.create(context, project, TaskRow(), items=items)
        rows = await context.tenant.fetch("select * from attachments where organization_id = $1 order by id")
    return [dict(row) for row in rows]


async def test_everything_is_shown_once_all_of_it_is_here(organization: Organization) -> None:
    text, recording, paper, *photos = await listened_to(organization)
    blobs = organization.house.blobs
    for row, wanted, content in (
        (text, "text", b"\xef\xbb\xbfDear Ada"),
        (recording, "audio", sound()),
        (paper, "pdf", PDF),
    ):
        async with organization.context_for(SYSTEM) as context:
            assert await resolution.wanted_as(context, row["id"]) == wanted
            item = await item_of(blobs, organization.id, wanted, row["file_name"], content)
            await resolution.item_arrived(context, row["id"], item)
            await resolution.item_arrived(context, row["id"], item)
    annotator = await organization.client_for("annotator")
    await advanced(organization)
    assert (await annotator.get("/v1/work/projects")).json()["items"][0]["annotate_open"] == 0
    stored = await put_away(blobs, organization.id, "a.png", photo(1, 64, 48))
    for row in photos:
        async with organization.context_for(SYSTEM) as context:
            await resolution.photo_arrived(context, row["id"], stored)
    await advanced(organization)

    link, letter, played, opened, *shown = (await a_turn(organization))["content"]

    assert link == {"type": "link", "url": "https://acme.org/about", "title": None}
    assert letter == {"type": "text", "text": "Dear Ada", "title": "Letter"}
    assert (played["media"], played["content_type"], played["file_name"]) == ("audio", "audio/wav", "a.wav")
    assert (opened["media"], opened["content_type"]) == ("pdf", "application/pdf")
    # The same photo at two addresses is one photo.
    assert [one["media"]["id"] for one in shown] == [shown[0]["media"]["id"]] * 2
    heard = await annotator.get(played["url"], headers={"range": "bytes=8-11"})
    assert (heard.status_code, heard.content) == (206, b"WAVE")
    assert (await annotator.get(played["url"])).content == sound()
    neighbour = await organization.client_for("reviewer")
    assert (await neighbour.get(played["url"])).status_code == 403
    async with organization.context_for("manager") as context:
        # Of what is no photo nothing is left to wait for.
        assert await context.tenant.fetchval("select count(*) from attachments where organization_id = $1") == 1
        assert await context.tenant.fetchval("select count(*) from awaited where organization_id = $1") == 0


async def test_one_part_that_cannot_be_had_breaks_the_task(organization: Organization) -> None:
    _, recording, *_ = await listened_to(organization)
    async with organization.context_for(SYSTEM) as context:
        await resolution.photo_failed(context, recording["id"], "The address answered 404.", 404)
    await advanced(organization)

    async with organization.context_for("manager") as context:
        row = await context.tenant.fetchrow("select state, broken_reason from tasks where organization_id = $1")
    assert tuple(row or ()) == ("broken", "The address answered 404.")


@pytest.mark.parametrize(
    ("wanted", "content"),
    [
        ("audio", b"<script>alert(1)</script>"),
        ("audio", PDF),
        ("video", sound()),
        ("pdf", b"<html>%PDF-"),
        ("text", b"\xff\xfe\x00a"),
        ("text", b"  \n"),
        ("text", b"a\x00b"),
        ("text", b"a" * 500_001),
    ],
)
async def test_what_is_not_what_it_should_be_is_refused(
    organization: Organization, wanted: str, content: bytes
) -> None:
    with pytest.raises(Invalid):
        await item_of(organization.house.blobs, organization.id, wanted, "a", content)


async def test_nobody_brings_a_file_of_somebody_elses_by_its_key(organization: Organization) -> None:
    manager = await organization.client_for("manager")
    asked = {
        "name": "Calls",
        "kind": "form",
        "instructions": "",
        "taxonomy": {"attributes": [{"name": "a", "type": "text"}]},
    }
    project = (await manager.post("/v1/projects", json=asked)).json()
    stolen = {"type": "file", "media": "pdf", "key": "a/b", "content_type": "application/pdf", "file_name": "x"}

    answer = await manager.post(f"/v1/projects/{project['id']}/tasks", json={"tasks": [{"content": [stolen]}]})

    assert answer.status_code == 400


@pytest.mark.parametrize(
    ("header", "part"),
    [
        ("bytes=0-3", (0, 3)),
        ("bytes=4-", (4, 9)),
        ("bytes=-2", (8, 9)),
        ("bytes=-99", (0, 9)),
        ("bytes=2-99", (2, 9)),
        ("bytes=12-13", None),
        ("bytes=5-2", None),
        ("bytes=0-1,3-4", None),
        ("bytes=-", None),
        ("lines=0-1", None),
        (None, None),
    ],
)
def test_a_part_is_what_the_header_asks_for(header: str | None, part: tuple[int, int] | None) -> None:
    assert part_of(header, 10) == part
