"""Customers' pages on origins of their own: shown by ticket, answered by ticket, and nothing else is there."""

from __future__ import annotations

from collections.abc import AsyncIterator
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from litestar import Litestar

from assay.core.frames import Ticket
from assay.core.pages import ExternalPage, FormPage, HtmlPage, Page
from assay.core.postings import Engagement, Posting
from assay.core.questionnaire import Chosen, Option, Paragraph, Question, Questionnaire, Written
from assay.faces.http import House
from assay.faces.mturk.ids import told, worker_told
from assay.services import accounts, engagements
from assay.store.connection import Database
from harness import BASE_URL, Person
from market import Market, new_market

HTML = HtmlPage("""<html><script src="https://s3.amazonaws.com/mturk-public/externalHIT_v1.js"></script>
<form action="https://www.mturk.com/mturk/externalSubmit"><input name="colour"></form></html>""")
FORM = FormPage(
    Questionnaire(
        [
            Question("name", [Paragraph("What is it called?")], Written(length_min=2)),
            Question("kind", [], Chosen([Option("d", Paragraph("Dog")), Option("c", Paragraph("Cat"))]), "Kind", True),
        ]
    )
)


@pytest.fixture
async def market(database: Database, app: Litestar, house: House) -> AsyncIterator[Market]:
    made = await new_market(database, app, house)
    yield made
    await made.close()


class Frame:
    """A browser's frame, opened with a ticket."""

    def __init__(self, market: Market, who: Person, posting: Posting, engagement: Engagement | None) -> None:
        home = market.organization
        assert who.worker_id is not None
        assert home.house.frames is not None
        ticket = Ticket(home.id, who.worker_id, posting.id, engagement.id if engagement else None)
        self.path = f"/t/{ticket.seal(home.house.seals)}"
        self.origin = home.house.frames.of(posting.requester_id)
        self.client = httpx.AsyncClient(transport=httpx.ASGITransport(app=home.app), base_url=self.origin)  # type: ignore[arg-type]


async def framed(
    market: Market, page: Page, *, accept: bool = True
) -> tuple[Frame, Person, Posting, Engagement | None]:
    ann = await market.freelancer()
    posting = await market.post(await market.offer(), most=3, page=page)
    engagement = await market.accept(ann, posting) if accept else None
    return Frame(market, ann, posting, engagement), ann, posting, engagement


async def test_a_customers_page_is_shown_and_answered(market: Market) -> None:
    frame, ann, posting, engagement = await framed(market, HTML)
    assert engagement is not None

    opened = await frame.client.get(frame.path)
    assert opened.status_code == 303
    address = urlsplit(opened.headers["location"])
    assert address.path == f"{frame.path}/page"
    assert ann.worker_id is not None
    assert parse_qs(address.query) == {
        "assignmentId": [told(engagement.id)],
        "hitId": [told(posting.id)],
        "workerId": [worker_told(ann.worker_id)],
        "turkSubmitTo": [frame.origin + frame.path],
    }

    page = await frame.client.get(opened.headers["location"])
    assert page.headers["content-type"].startswith("text/html")
    assert f'action="{frame.origin}{frame.path}/mturk/externalSubmit"' in page.text
    assert f'src="{frame.origin}/helpers/externalHIT_v1.js"' in page.text
    policy = page.headers["content-security-policy"]
    assert f"frame-ancestors {BASE_URL};" in policy
    assert "allow-top-navigation" not in policy

    sent = await frame.client.post(
        f"{frame.path}/mturk/externalSubmit",
        data={"assignmentId": told(engagement.id), "colour": ["red", "blue"], "hitId": "x", "note": ""},
    )
    assert sent.status_code == 200, sent.text
    assert 'data-state="submitted"' in sent.text
    async with market.office() as context:
        said = await engagements.answers(context, [engagement.id])
    assert said[engagement.id] == {"attributes": {"colour": ["red", "blue"], "note": ""}}
    again = await frame.client.get(frame.path)
    assert again.status_code == 409
    assert "over" in again.text
    await market.check()


@pytest.mark.parametrize("how", ["doubled slash", "multipart", "in the address", "by its own address"])
async def test_answers_come_however_pages_send_them(market: Market, how: str) -> None:
    frame, _, _, engagement = await framed(market, HTML)
    assert engagement is not None
    submit = f"{frame.path}/mturk/externalSubmit"
    fields = {"assignmentId": told(engagement.id), "colour": "red"}
    if how == "doubled slash":
        sent = await frame.client.post(f"{frame.path}//mturk/externalSubmit", data=fields)
    elif how == "multipart":
        sent = await frame.client.post(submit, files={name: (None, value) for name, value in fields.items()})
    elif how == "in the address":
        sent = await frame.client.post(submit, params=fields)
    else:
        referer = {"referer": f"{frame.origin}{frame.path}/page?x=1"}
        sent = await frame.client.post("/mturk/externalSubmit", data=fields, headers=referer)
    assert sent.status_code == 200, sent.text
    assert (await market.engagement(engagement.id)).state == "submitted"


async def test_what_is_not_kept_says_so_and_nothing_is_stored(market: Market) -> None:
    frame, _, _, engagement = await framed(market, HTML)
    assert engagement is not None
    submit = f"{frame.path}/mturk/externalSubmit"
    other = {"assignmentId": "3" + "0" * 29, "colour": "red"}
    for sent in (
        await frame.client.post(submit, data={"assignmentId": told(engagement.id)}),
        await frame.client.post(submit, data=other),
        await frame.client.post("/mturk/externalSubmit", data={"colour": "red"}),
        await frame.client.post("/t/nothing/mturk/externalSubmit", data={"colour": "red"}),
        await frame.client.post(submit, data={f"field{number}": "x" for number in range(2001)}),
        await frame.client.post(submit, files={"file": ("a.txt", b"hello")}),
    ):
        assert 400 <= sent.status_code < 500, sent.text
        assert 'data-state="refused"' in sent.text
    assert (await market.engagement(engagement.id)).state == "accepted"
    await market.tick(3601)
    late = await frame.client.post(submit, data={"colour": "red"})
    assert late.status_code == 409
    assert (await market.engagement(engagement.id)).state == "abandoned"


async def test_a_look_shows_the_page_and_takes_no_answer(market: Market) -> None:
    frame, _, posting, _ = await framed(market, HTML, accept=False)
    opened = await frame.client.get(frame.path)
    query = parse_qs(urlsplit(opened.headers["location"]).query)
    assert query == {"assignmentId": ["ASSIGNMENT_ID_NOT_AVAILABLE"], "hitId": [told(posting.id)]}
    assert (await frame.client.get(opened.headers["location"])).status_code == 200
    sent = await frame.client.post(f"{frame.path}/mturk/externalSubmit", data={"colour": "red"})
    assert sent.status_code == 409
    assert (await market.posting(posting.id)).submitted == 0


async def test_a_customers_own_server_is_told_who_comes(market: Market) -> None:
    frame, _, posting, engagement = await framed(market, ExternalPage("https://lab.example.org/task?study=1"))
    assert engagement is not None
    opened = await frame.client.get(frame.path)
    assert opened.status_code == 303
    address = urlsplit(opened.headers["location"])
    assert (address.netloc, address.path) == ("lab.example.org", "/task")
    assert address.query.startswith(f"study=1&assignmentId={told(engagement.id)}&hitId={told(posting.id)}&workerId=A")
    assert "turkSubmitTo=https%3A%2F%2F" in address.query


async def test_a_form_says_beside_each_question_what_is_wrong(market: Market) -> None:
    frame, _, _, engagement = await framed(market, FORM)
    assert engagement is not None
    opened = await frame.client.get(frame.path)
    page = await frame.client.get(opened.headers["location"])
    assert "default-src 'none'" in page.headers["content-security-policy"]
    wrong = await frame.client.post(f"{frame.path}/mturk/externalSubmit", data={"name": "R", "kind": ""})
    assert wrong.status_code == 200
    assert "at least 2 characters" in wrong.text
    assert "has to be answered" in wrong.text
    assert 'value="R"' in wrong.text
    right = await frame.client.post(f"{frame.path}/mturk/externalSubmit", data={"name": "Rex", "kind": "d"})
    assert 'data-state="submitted"' in right.text
    assert (await market.engagement(engagement.id)).state == "submitted"


async def test_one_requesters_origin_shows_nothing_of_anothers(market: Market) -> None:
    frame, _, _, _ = await framed(market, HTML)
    other = await market.add_requester("Other")
    assert other.house.frames is not None
    origin = other.house.frames.of(other.id)
    async with httpx.AsyncClient(transport=frame.client._transport, base_url=origin) as client:
        for path in (frame.path, f"{frame.path}/page"):
            assert (await client.get(path)).status_code == 404


async def test_nothing_of_ours_answers_on_a_frames_origin(market: Market) -> None:
    frame, ann, _, _ = await framed(market, HTML)
    signed_in = {"cookie": f"assay_session={ann.session}"}
    for path in ("/v1/me", "/work", "/console", "/healthz", "/sign-in", "/"):
        found = await frame.client.get(path, headers=signed_in)
        assert found.status_code == 404, path
    for path, start in (("/helpers/externalHIT_v1.js", '"use strict"'), ("/helpers/form.css", ":root")):
        assert (await frame.client.get(path)).text.startswith(start)
    own = await market.organization.client_for(ann)
    assert (await own.get(frame.path)).status_code == 404
    # The page that marks pictures is shown by a customer's page, which ours shows.
    marking = await frame.client.get("/static/apps/annotator/index.html")
    assert BASE_URL in marking.headers["content-security-policy"]


async def test_one_who_was_shut_out_comes_in_by_no_ticket(market: Market) -> None:
    frame, ann, _, _ = await framed(market, HTML)
    async with market.organization.context_for("owner") as context:
        await accounts.change_member(context, ann.id, disabled=True)
    assert (await frame.client.get(frame.path)).status_code == 401
