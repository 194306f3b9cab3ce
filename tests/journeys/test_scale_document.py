"""A document of a customer who uses Scale's client, the whole way: created, read in the browser by two, merged, called
back, rejected, read again, exported. Its pages lie on the customer's own server."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import scaleapi
from playwright.sync_api import Page, expect
from scaleapi.tasks import TaskType

from customer import Customer, open_customer
from journey import Served, Visitor, picture, serving
from papers import Line, bill
from pdfs import HEIGHT, pdf, words
from pixels import Stage, page_is_here, wait_for_work

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("journeys")]

PAPERS = bill(3, 2)
TOTAL = next(line for line in PAPERS[1].lines if line.label == "total")
ITEM, AMOUNT = PAPERS[1].lines[2], PAPERS[1].lines[3]
FEATURES = [
    {"type": "text", "label": "item", "title": "Item"},
    {"type": "text", "label": "amount", "title": "Amount", "flags": ["money"]},
    {"type": "block", "label": "stamp", "title": "Stamp"},
    {"type": "group", "label": "row", "title": "Row"},
]


@pytest.fixture(scope="module")
def customer() -> Iterator[Customer]:
    files = {f"/{number}.png": paper.content for number, paper in enumerate(PAPERS, 1)}
    contract = pdf(words("Contract", 72, 700), words("Signed: Ada Lovelace", 72, 400))
    with open_customer({**files, "/contract.pdf": contract}) as found:
        yield found


@pytest.fixture(scope="module")
def served(customer: Customer) -> Iterator[Served]:
    with serving(ASSAY_PRIVATE_HOSTS=customer.url.removeprefix("http://")) as found:
        yield found


def open_desk(page: Page, served: Served, project: str) -> Stage:
    """The desk, once the pages were fetched from the customer."""
    wait_for_work(page, f"{served.url}/work/projects/{project}/annotate")
    page_is_here(page)
    return Stage(page)


def around(stage: Stage, line: Line, slip: float) -> None:
    """Draws a box around a line, so many pixels too large."""
    left, top = line.x - slip, line.y - slip
    stage.drag((left, top), (line.x + line.width + slip, line.y + line.height + slip))


def read(page: Page, stage: Stage, slip: float) -> None:
    """A row, the total and the stamp of the second page."""
    page.locator("[data-stage]").focus()
    page.keyboard.press("PageDown")
    expect(page.get_by_role("status").filter(has_text="Page 2 of 2")).to_be_attached()
    page_is_here(page)
    for number, line in (("1", ITEM), ("2", AMOUNT), ("2", TOTAL)):
        page.keyboard.press(number)
        around(stage, line, slip)
        page.keyboard.type(line.text)
        if number == "2":
            page.get_by_label("Amount", exact=True).fill(line.text.removeprefix("Total ").removesuffix(" EUR"))
            page.get_by_label("Amount", exact=True).press("Enter")
        page.locator("[data-stage]").focus()
        page.keyboard.press("Escape")
    page.keyboard.press("3")
    around(stage, PAPERS[1].lines[-1], slip)
    regions = page.get_by_role("list", name="Regions")
    regions.get_by_role("button", name=f"Item: {ITEM.text}").click()
    regions.get_by_role("button", name=f"Amount: {AMOUNT.text}").click(modifiers=["Shift"])
    page.keyboard.press("4")
    expect(page.get_by_role("region", name="Groups").get_by_text("1 group")).to_be_visible()


def test_a_document_is_created_read_merged_called_back_and_audited(
    served: Served, visit: Callable[..., Visitor], customer: Customer
) -> None:
    with served.client("Olga Owner") as owner:
        key = owner.post("/v1/api-keys", json={"name": "program", "mode": "live", "role": "manager"}).json()["key"]
    client = scaleapi.ScaleClient(key, api_instance_url=f"{served.url}/scale/v1")
    client.create_project("Bills", TaskType.DocumentTranscription, {"features": FEATURES, "lang": "en"})
    with served.client("Olga Owner") as owner:
        (item,) = owner.get("/v1/projects").json()["items"]
        project = item["id"]
        policy = owner.get(f"/v1/projects/{project}").json()["policy"] | {"overlap": {"mode": "fixed", "count": 2}}
        assert owner.patch(f"/v1/projects/{project}", json={"policy": policy}).status_code == 200
    task = client.create_task(
        TaskType.DocumentTranscription,
        project="Bills",
        attachments=[f"{customer.url}/1.png", f"{customer.url}/2.png"],
        callback_url=f"{customer.url}/done",
        unique_id="bill-3",
    )

    for who, slip in (("Ada Annotator", 0.0), ("Ben Annotator", 2.0)):
        visitor = visit(who)
        read(visitor.page, open_desk(visitor.page, served, project), slip)
        visitor.page.keyboard.press("Control+Enter")
        expect(visitor.page.locator("[data-stage]")).not_to_be_visible()
        assert visitor.complaints == []

    told = customer.told_of(task.id)
    assert told["task_id"] == task.id
    by_label: dict[str, list[dict[str, Any]]] = {}
    for one in told["response"]["annotations"]:
        by_label.setdefault(one["label"], []).append(one)
    assert {label: len(found) for label, found in by_label.items()} == {"item": 1, "amount": 2, "stamp": 1, "row": 1}
    amount, total = by_label["amount"]
    assert (total["text"], total["page"]) == (TOTAL.text, 1)
    assert f"{float(total['money']['amount']):.2f}".replace(".", ",") in TOTAL.text
    assert total["location"]["left"] == pytest.approx(TOTAL.x - 1, abs=2)
    assert by_label["row"][0]["refs"] == [by_label["item"][0]["uuid"], amount["uuid"]]
    assert told["task"]["document_pages"] == [{"width": 850, "height": 1100}] * 2

    client.audit_task(task.id, accepted=False, comments="The stamp is missing its date.")
    for who in ("Ada Annotator", "Ben Annotator"):
        page = visit(who).page
        open_desk(page, served, project)
        # They begin with what was rejected, and read why.
        expect(page.get_by_text("The stamp is missing its date.")).to_be_visible()
        expect(page.get_by_text("4 regions", exact=True)).to_be_visible()
        page.locator("[data-stage]").focus()
        page.keyboard.press("Control+Enter")
        expect(page.locator("[data-stage]")).not_to_be_visible()
    again = customer.told_of(task.id, 2)
    assert [one["label"] for one in again["response"]["annotations"]].count("stamp") == 1

    with served.client("Olga Owner") as owner:
        exported = owner.get(f"/v1/projects/{project}/export", params={"format": "regions"})
    rows = list(csv.DictReader(io.StringIO(exported.text)))
    assert {(row["unique_id"], row["page"]) for row in rows} == {("bill-3", "1")}
    assert TOTAL.text in {row["text"] for row in rows}


def test_the_pages_of_a_pdf_are_read(served: Served, visit: Callable[..., Visitor], customer: Customer) -> None:
    with served.client("Olga Owner") as owner:
        key = owner.post("/v1/api-keys", json={"name": "other", "mode": "live", "role": "manager"}).json()["key"]
    client = scaleapi.ScaleClient(key, api_instance_url=f"{served.url}/scale/v1")
    client.create_project("Contracts", TaskType.DocumentTranscription, {"features": [{"label": "signed"}]})
    with served.client("Olga Owner") as owner:
        project = next(one["id"] for one in owner.get("/v1/projects").json()["items"] if one["name"] == "Contracts")
    task = client.create_task(
        TaskType.DocumentTranscription,
        project="Contracts",
        attachment=f"{customer.url}/contract.pdf",
        callback_url=f"{customer.url}/done",
    )
    page = visit("Ada Annotator").page
    stage = open_desk(page, served, project)

    page.locator("[data-stage]").focus()
    page.keyboard.press("PageDown")
    expect(page.get_by_role("status").filter(has_text="Page 2 of 2")).to_be_attached()
    page_is_here(page)
    page.keyboard.press("1")
    # Where the words are, from their points: 200 dots an inch, counted from above.
    top, bottom = ((HEIGHT - y) * 200 / 72 for y in (420, 390))
    stage.drag((72 * 200 / 72, top), (330 * 200 / 72, bottom))
    page.keyboard.type("Signed: Ada Lovelace")
    picture(page, "scale-pdf")
    page.keyboard.press("Control+Enter")
    expect(page.locator("[data-stage]")).not_to_be_visible()

    (signed,) = customer.told_of(task.id)["response"]["annotations"]
    assert (signed["page"], signed["label"], signed["text"]) == (1, "signed", "Signed: Ada Lovelace")
    assert signed["location"]["top"] == pytest.approx(top, abs=8)

    page = visit("Olga Owner", color_scheme="dark").page
    page.goto(f"{served.url}/work/tasks/{page_of(served, project)}/correct")
    page_is_here(page)
    page.get_by_role("list", name="Regions").get_by_role("button", name="signed: Signed: Ada Lovelace").click()
    page.keyboard.press("Delete")
    picture(page, "correct-document-dark")
    page.get_by_role("button", name="Save correction").click()
    page.get_by_role("dialog").get_by_role("button", name="Save correction").click()
    page.wait_for_url("**/console/projects/**")
    expect(page.get_by_text("The customer corrected this answer.")).to_be_visible()
    picture(page, "corrected-document-console-dark")
    assert client.get_task(task.id).response["annotations"] == []


def page_of(served: Served, project: str) -> str:
    """The only task of a project, as its page is addressed."""
    with served.client("Olga Owner") as owner:
        (row,) = owner.get(f"/v1/projects/{project}/tasks").json()["items"]
    return str(row["id"])
