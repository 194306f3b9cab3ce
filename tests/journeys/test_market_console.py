"""A market in the console: its operator funds an organization, which offers a project, decides on what a freelancer
handed in, and sees its money move."""

from __future__ import annotations

import asyncio
import json
import re
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import httpx
import pytest
from playwright.sync_api import Page, expect

from assay.app import opened
from assay.config import Settings
from assay.services import accounts, markets
from assay.services.context import SYSTEM, Context
from journey import Served, Visitor, picture, serving

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("journeys")]

FORM: dict[str, Any] = {
    "name": "Weather reports",
    "kind": "form",
    "instructions": "Say what the **text** is about.",
    "taxonomy": {"attributes": [{"name": "topic", "title": "Topic", "type": "text", "required": True}]},
    "policy": {"overlap": {"mode": "fixed", "count": 1}, "review": {"mode": "none"}},
}


@dataclass
class Requester:
    """An organization that trades on the market, and the cookie of its owner."""

    id: str
    session: str


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    """A server of its own: its organization becomes a market, which others' would not expect."""
    with serving() as found:
        yield found


@pytest.fixture(scope="module")
def requester(served: Served) -> Requester:
    return asyncio.run(_trade(served))


async def _trade(served: Served) -> Requester:
    with served.client("Olga Owner") as owner:
        market = uuid.UUID(owner.get("/v1/me").json()["organization"]["id"])
    dsn = json.loads((served.home / "postgres/state.json").read_text())["dsn"]
    async with opened(replace(Settings(home=served.home), database_url=dsn)) as inside:
        home = inside.house
        async with inside.database.tenant(market) as tenant:
            await markets.open_here(Context(tenant, home.clock(), SYSTEM, home.random_bytes, home.chance))
        id_ = uuid.uuid4()
        async with inside.database.tenant(id_) as tenant:
            context = Context(tenant, home.clock(), SYSTEM, home.random_bytes, home.chance)
            mia = await accounts.create_organization(context, "Acme Maps", "Mia Maps", "mia@acme.test")
            await markets.join(context, market)
            link = await accounts.make_sign_in_link(context, mia.id)
            return Requester(str(id_), (await accounts.sign_in(context, link.token)).text)


def client(served: Served, requester: Requester) -> httpx.Client:
    return httpx.Client(
        base_url=served.url,
        headers={"x-assay-request": "1"},
        cookies={"assay_session": requester.session},
        timeout=30,
    )


def at_work(served: Served, name: str, offer: str, topic: str) -> None:
    """A freelancer who joined takes the next turn of an offer and hands it in."""
    with served.client(name) as freelancer:
        freelancer.post("/v1/market/profile", json={})
        taken = freelancer.post(f"/v1/work/jobs/{offer}/accept")
        assert taken.status_code == 201, taken.text
        turn = taken.json()["engagement"]["id"]
        body = {"answer": {"attributes": {"topic": topic}}, "duration_seconds": 30}
        done = freelancer.post(f"/v1/work/engagements/{turn}/submit", json=body)
        assert done.status_code == 200, done.text


def choose(page: Page, name: str) -> None:
    page.get_by_role("navigation", name="Market").get_by_role("link", name=name).click()


def test_a_project_is_offered_answered_decided_on_and_paid(
    served: Served, requester: Requester, visit: Callable[..., Visitor]
) -> None:
    fund(visit("Olga Owner").page, requester)
    with client(served, requester) as acme:
        project = acme.post("/v1/projects", json=FORM).json()["id"]
        rows = [{"content": [{"type": "text", "text": f"It rained on day {number}."}]} for number in range(3)]
        made = acme.post(f"/v1/projects/{project}/tasks", json={"tasks": rows})
        assert made.status_code in (200, 201), made.text
        manager = acme.post(
            "/v1/members", json={"name": "Max Manager", "email": "max@acme.test", "role": "manager"}
        ).json()
        link = acme.post(f"/v1/members/{manager['id']}/sign-in-links").json()["url"]

    visitor = visit("Olga Owner")
    visitor.context.clear_cookies()
    page = visitor.page
    page.goto(link)
    page.wait_for_url(lambda url: "/sign-in" not in url)
    page.get_by_role("navigation", name="Main").get_by_role("link", name="Market").click()
    expect(page.get_by_role("heading", name="Nothing is offered yet")).to_be_visible()
    expect(page.get_by_text("$100.00 available, $0.00 held")).to_be_visible()
    picture(page, "market-empty")
    offer = make_offer(page)
    post_tasks(page)

    for name, topic in (("Ada Annotator", "rain"), ("Ben Annotator", "weather")):
        at_work(served, name, offer, topic)
    at_work(served, "Ada Annotator", offer, "nothing at all")
    page.reload()
    decide(page)
    see_money(page)


def fund(page: Page, requester: Requester) -> None:
    """The operator books what the requester sent in, twice by mistake: it is there once."""
    page.get_by_role("navigation", name="Main").get_by_role("link", name="Market").click()
    choose(page, "Treasury")
    for _ in range(2):
        page.get_by_role("button", name="Fund an organization").first.click()
        dialog = page.get_by_role("dialog")
        dialog.get_by_label("Its id").fill(requester.id)
        dialog.get_by_label("Amount").fill("100")
        dialog.get_by_label("Reference").fill("wire 1")
        dialog.get_by_role("button", name="Fund", exact=True).click()
        expect(dialog).not_to_be_visible()
    row = page.get_by_role("region", name="Requesters").get_by_role("row").filter(has_text="Acme Maps")
    expect(row).to_contain_text("$100.00")
    page.get_by_role("button", name="Check the books").click()
    expect(page.get_by_text("They hold:")).to_be_visible()
    picture(page, "market-treasury")
    choose(page, "Settings")
    page.get_by_label("An hour of work must bring").fill("12")
    page.get_by_label("Fee, on top of rewards").fill("20")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Saved")).to_be_visible()
    picture(page, "market-settings")


def make_offer(page: Page) -> str:
    """An offer whose pay is first below the floor of 12 an hour; its id."""
    page.get_by_role("button", name="New offer").first.click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Project").select_option("Weather reports")
    expect(dialog.get_by_label("Title")).to_have_value("Weather reports")
    dialog.get_by_label("Description").fill("Read one sentence and say what it is about.")
    dialog.get_by_label("Reward, in USD").fill("0.05")
    dialog.get_by_label("One takes about").fill("60")
    expect(dialog.get_by_text("pay $0.20 or more")).to_be_visible()
    dialog.get_by_label("Reward, in USD").fill("0.50")
    expect(dialog.get_by_text("That is $30.00 an hour")).to_be_visible()
    dialog.get_by_role("button", name="Add requirement").click()
    dialog.get_by_label("Value 1").fill("90")
    picture(page, "market-new-offer")
    dialog.get_by_role("button", name="Create offer").click()
    page.wait_for_url(re.compile(r"/market/offers/[0-9a-f-]{36}"))
    expect(page.get_by_text("Percent approved at least 90")).to_be_visible()
    return page.url.split("/")[-1]


def post_tasks(page: Page) -> None:
    page.get_by_role("button", name="Post tasks").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_text("At most $60.00 is set aside")).to_be_visible()
    dialog.get_by_role("button", name="Post", exact=True).click()
    expect(page.get_by_role("status").filter(has_text="3 tasks posted").first).to_be_visible()
    rows = page.get_by_role("region", name="Postings").get_by_role("row")
    expect(rows).to_have_count(4)
    expect(rows.nth(1)).to_contain_text("open")


def decide(page: Page) -> None:
    """One rejected with a reason, the others approved together, one with a bonus."""
    answers = page.get_by_role("list", name="Answers").get_by_role("listitem")
    expect(answers).to_have_count(3)
    picture(page, "market-answers")
    bad = answers.filter(has_text="nothing at all")
    bad.get_by_role("button", name="Reject").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_role("button", name="Reject")).to_be_disabled()
    dialog.get_by_label("Reason").select_option("wrong")
    dialog.get_by_label("What was wrong").fill("The text is about rain.")
    dialog.get_by_role("button", name="Reject").click()
    expect(answers).to_have_count(2)
    page.get_by_label("All 2 on this page").check()
    page.get_by_role("button", name="Approve chosen").click()
    expect(page.get_by_role("heading", name="Nothing to decide")).to_be_visible()

    page.get_by_label("Which answers").select_option("approved")
    expect(answers).to_have_count(2)
    answers.filter(has_text="rain").get_by_role("button", name="Bonus").click()
    dialog.get_by_label("Amount").fill("0.10")
    dialog.get_by_label("What for").fill("In one word.")
    dialog.get_by_role("button", name="Pay").click()
    expect(page.get_by_text("$0.10 paid as a bonus")).to_be_visible()


def see_money(page: Page) -> None:
    """Of 100: two answers at 0.50 and a bonus of 0.10, with a fifth on top."""
    choose(page, "Money")
    expect(page.get_by_role("definition").filter(has_text="$98.68")).to_be_visible()
    expect(page.get_by_role("definition").filter(has_text="$0.00")).to_be_visible()
    statement = page.get_by_role("region", name="Statement")
    expect(statement.get_by_role("row").filter(has_text="Answer paid")).to_have_count(2)
    expect(statement.get_by_role("row").filter(has_text="Bonus")).to_contain_text("-$0.12")
    picture(page, "market-money")
    with page.expect_download() as download:
        page.get_by_role("link", name="Download CSV").click()
    text = download.value.path().read_text()
    assert text.splitlines()[0].startswith("time,kind,amount")
    assert sum(",bonus," in line for line in text.splitlines()) == 1
