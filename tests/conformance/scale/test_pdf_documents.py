"""PDF documents for transcription: sent by the client, shown page by page, answered and told by page."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from io import BytesIO
from typing import Any

import pytest
from scaleapi.exceptions import ScaleInvalidRequest
from scaleapi.tasks import TaskType

from assay.adapters.callbacks import MemoryCallbacks
from assay.adapters.egress import MemoryEgress
from assay.faces.jobs.handlers import fetch_attachment
from assay.faces.jobs.workshop import Workshop
from assay.faces.scale import SpokenCallbacks
from assay.services.context import SYSTEM
from assay.store.jobs import Job
from harness import Organization
from pdfs import HEIGHT, WIDTH, ink, locked, pdf
from scenes import photo
from speaking import Speak, Speaker, a_turn, advanced

BILL: dict[str, Any] = {"features": [{"type": "text", "label": "total"}]}
HOST = "https://papers.acme.org"
# A4 at 200 dots an inch, from its points alone.
PAGE = {"width": round(WIDTH * 200 / 72), "height": round(HEIGHT * 200 / 72)}
Fetch = Callable[..., Awaitable[None]]


@pytest.fixture
async def speaker(speak: Speak) -> Speaker:
    made = await speak()
    await made.create_project("Bills", TaskType.DocumentTranscription, BILL)
    return made


@pytest.fixture
def fetch(organization: Organization) -> Fetch:
    """What tasks wait for is fetched from an internet of these pages."""

    async def fetched(**pages: bytes) -> None:
        egress = MemoryEgress({f"{HOST}/{name.replace('_', '.')}": content for name, content in pages.items()})
        shop = Workshop(organization.house, egress, MemoryCallbacks(), SpokenCallbacks())
        async with organization.context_for(SYSTEM) as context:
            waiting = await context.tenant.fetch("select id from attachments where organization_id = $1 order by id")
        for row in waiting:
            # A job may be done twice.
            for tries in range(2):
                await fetch_attachment(shop, Job(organization.id, row["id"]), tries)
        await advanced(organization)

    return fetched


def total(page: int, text: str = "12,50") -> dict[str, Any]:
    place = {"type": "box", "x": 10.0, "y": 20.0, "width": 100.0, "height": 30.0}
    return {"id": f"t{page}", "label": "total", "text": text, **place, **({"page": page} if page else {})}


async def document(speaker: Speaker, **more: Any) -> Any:
    given = more or {"attachment": f"{HOST}/bill.pdf"}
    return await speaker.create_task(TaskType.DocumentTranscription, project="Bills", **given)


async def test_each_page_of_a_pdf_is_a_page_of_the_document(
    speaker: Speaker, fetch: Fetch, organization: Organization
) -> None:
    task = await document(speaker)
    await fetch(bill_pdf=pdf(*(ink(0, 0, 100, 100 * page) for page in (1, 2, 3))))

    turn = await a_turn(organization)
    media = [item["media"] for item in turn["content"]]
    assert [{"width": one["width"], "height": one["height"]} for one in media] == [PAGE] * 3
    assert [one["file_name"] for one in media] == [f"bill.pdf page {number}" for number in (1, 2, 3)]
    assert len({one["id"] for one in media}) == 3
    annotator = await organization.client_for("annotator")
    assert (await annotator.get(media[2]["url"])).headers["content-type"] == "image/jpeg"
    answer = {"annotations": [total(2)]}
    handed = await annotator.post(
        f"/v1/work/turns/{turn['assignment_id']}/submit", json={"answer": answer, "duration_seconds": 3}
    )
    assert handed.status_code == 200, handed.text
    await advanced(organization)

    found = (await speaker.get_task(task.id)).as_dict()
    assert found["document_pages"] == [PAGE] * 3
    assert [(one["page"], one["text"]) for one in found["response"]["annotations"]] == [(2, "12,50")]
    assert found["params"]["attachment"] == f"{HOST}/bill.pdf"
    async with organization.context_for("manager") as context:
        # Of the document itself nothing is left to wait for.
        assert await context.tenant.fetchval("select count(*) from awaited where organization_id = $1") == 0
        states = await context.tenant.fetch("select distinct state from attachments where organization_id = $1")
    assert [row["state"] for row in states] == ["ready"]


async def test_what_lies_at_the_address_says_what_it_is(
    speaker: Speaker, fetch: Fetch, organization: Organization
) -> None:
    """An address without an ending, a file that was put away, and photos between, in the order they were given."""
    file = await speaker.upload_file(BytesIO(pdf(ink(0, 0, 9, 9), "")), project_name="Bills")
    given = [f"{HOST}/scan", file.attachment_url, f"{HOST}/last.png", {"type": "pdf", "content": f"{HOST}/x"}]
    await document(speaker, attachments=given)
    await fetch(scan=photo(1, 40, 60), last_png=photo(2, 30, 20), x=pdf(ink(0, 0, 5, 5)))

    sizes = [(item["media"]["width"], item["media"]["height"]) for item in (await a_turn(organization))["content"]]

    page = (PAGE["width"], PAGE["height"])
    assert sizes == [(40, 60), page, page, (30, 20), page]


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (locked(), "password"),
        (b"%PDF-1.4 cut", "damaged"),
        (pdf(*[""] * 201), "201 pages; at most 200"),
        (b"<html>", "web page"),
    ],
    ids=["locked", "damaged", "too long", "no document"],
)
async def test_a_document_that_cannot_be_shown_is_an_error_with_a_reason(
    speaker: Speaker, fetch: Fetch, content: bytes, sentence: str
) -> None:
    task = await document(speaker)
    await fetch(bill_pdf=content)

    found = await speaker.get_task(task.id)
    assert found.status == "error"
    assert sentence in found.response["error"]
    assert found.response["attachments"][0]["url"] == f"{HOST}/bill.pdf"


async def test_several_documents_have_so_many_pages_together(speaker: Speaker, fetch: Fetch) -> None:
    task = await document(speaker, attachments=[f"{HOST}/a.pdf", f"{HOST}/b.pdf"])
    await fetch(a_pdf=pdf(*[""] * 150, size=(20, 20)), b_pdf=pdf(*[ink(0, 0, 9, 9)] * 51, size=(20, 20)))

    found = await speaker.get_task(task.id)
    assert (found.status, "at most 200 pages" in found.response["error"]) == ("error", True)


async def test_a_guess_is_checked_once_the_pages_are_known(
    speaker: Speaker, fetch: Fetch, organization: Organization
) -> None:
    place = {"type": "box", "left": 1, "top": 2, "width": 30, "height": 20}
    guess = {"annotations": [{"label": "total", "page": 1, "text": "9", "location": place}]}
    beyond = {"annotations": [{**guess["annotations"][0], "page": 7}]}
    with pytest.raises(ScaleInvalidRequest, match="page"):
        await document(
            speaker,
            attachment=f"{HOST}/bill.pdf",
            hypothesis={"annotations": [{**guess["annotations"][0], "page": 200}]},
        )
    wrong = await document(speaker, attachment=f"{HOST}/bill.pdf", hypothesis=beyond)
    await fetch(bill_pdf=pdf("", ""))
    found = await speaker.get_task(wrong.id)
    assert (found.status, "page" in found.response["error"]) == ("error", True)

    await document(speaker, attachment=f"{HOST}/bill.pdf", hypothesis=guess)
    await fetch(bill_pdf=pdf("", ink(0, 0, 9, 9)))
    assert [one["page"] for one in (await a_turn(organization))["prelabels"]["annotations"]] == [1]


async def test_a_test_key_needs_no_document(speak: Speak) -> None:
    test = await speak("test")

    made = await test.create_task(TaskType.DocumentTranscription, attachment=f"{HOST}/bill.pdf", **BILL)

    assert made.status == "completed"
    assert {one["label"] for one in made.response["annotations"]} <= {"total"}
