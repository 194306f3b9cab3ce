"""Texts of a customer who uses Scale's client, the whole way: created, answered in the browser by two, merged, called
back, audited, exported. What the tasks show lies on the customer's own server."""

from __future__ import annotations

import csv
import io
import time
import wave
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

import pytest
import scaleapi
from playwright.sync_api import Page, expect
from scaleapi.tasks import TaskType

from customer import Customer, open_customer
from journey import Served, Visitor, picture, serving

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("journeys")]

LETTER = "The soap arrived late. Ada Lovelace in London was not amused."


def recording() -> bytes:
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes(bytes(16_000))
    return out.getvalue()


@pytest.fixture(scope="module")
def customer() -> Iterator[Customer]:
    with open_customer({"/letter.txt": LETTER.encode(), "/call.wav": recording()}) as found:
        yield found


@pytest.fixture(scope="module")
def served(customer: Customer) -> Iterator[Served]:
    with serving(ASSAY_PRIVATE_HOSTS=customer.url.removeprefix("http://")) as found:
        yield found


@pytest.fixture(scope="module")
def client(served: Served) -> scaleapi.ScaleClient:
    with served.client("Olga Owner") as owner:
        made = owner.post("/v1/api-keys", json={"name": "program", "mode": "live", "role": "manager"})
        assert made.status_code == 201, made.text
        key = made.json()["key"]
    return scaleapi.ScaleClient(key, api_instance_url=f"{served.url}/scale/v1")


def project_of(served: Served, name: str) -> str:
    with served.client("Olga Owner") as owner:
        return str(next(one["id"] for one in owner.get("/v1/projects").json()["items"] if one["name"] == name))


def completed(client: scaleapi.ScaleClient, task_id: str, seconds: float = 20) -> Any:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        found = client.get_task(task_id)
        if found.status == "completed":
            return found
        time.sleep(0.2)
    raise AssertionError(f"the task is {found.status}")


def at_work(visit: Callable[..., Visitor], served: Served, who: str, project: str, sign: str) -> Page:
    """The page of somebody who has read the instructions and sees the sign."""
    page = visit(who).page
    # What it shows is fetched first.
    for _ in range(40):
        page.goto(f"{served.url}/work/projects/{project}/annotate")
        expect(page.get_by_role("heading").or_(page.get_by_role("complementary")).first).to_be_visible()
        if page.get_by_role("complementary", name="Instructions").is_visible():
            break
        page.wait_for_timeout(500)
    page.keyboard.press("Escape")
    expect(page.get_by_text(sign).first).to_be_visible()
    return page


FIELDS = [
    {"type": "category", "field_id": "mood", "title": "<b>How</b> does it sound?", "required": True,
     "choices": [{"label": "Pleased", "value": 1}, {"label": "Annoyed", "value": 2}]},
    {"type": "text", "field_id": "why", "title": "Why?", "conditions": [{"mood": ["2"]}]},
]  # fmt: skip


def test_a_collection_is_answered_by_two_called_back_audited_and_exported(
    served: Served, visit: Callable[..., Visitor], client: scaleapi.ScaleClient, customer: Customer
) -> None:
    client.create_project("Letters", TaskType.TextCollection, {"instruction": "Read and listen.", "fields": FIELDS})
    task = client.create_task(
        TaskType.TextCollection,
        project="Letters",
        attachments=[
            {"type": "text", "content": f"{customer.url}/letter.txt"},
            {"type": "audio", "content": f"{customer.url}/call.wav"},
            {"type": "website", "content": "https://soap.example.org/"},
        ],
        responses_required=2,
        unique_id="letter-1",
        callback_url=f"{customer.url}/done",
    )
    project = project_of(served, "Letters")

    for who in ("Ada Annotator", "Ben Annotator"):
        page = at_work(visit, served, who, project, "arrived late")
        expect(page.get_by_text("How does it sound?")).to_be_visible()
        player = page.locator("audio")
        expect(player).to_have_js_property("duration", 1)
        link = page.get_by_role("link", name="Open the website")
        expect(link).to_have_attribute("rel", "noopener noreferrer")
        page.get_by_role("radio", name="Annoyed").check(force=True)
        page.get_by_label("Why?").fill("It arrived late.")
        picture(page, f"scale-collection-{who.split()[0]}")
        if who.startswith("Ben"):
            page.set_viewport_size({"width": 390, "height": 844})
            picture(page, "scale-collection-phone")
        page.keyboard.press("Control+Enter")
        expect(page.get_by_text("arrived late").first).not_to_be_visible()

    found = completed(client, task.id)
    told = {"mood": [[2], [2]], "why": [["It arrived late."]] * 2}
    assert {name: one["responses"] for name, one in found.response["annotations"].items()} == told
    assert customer.told_of(task.id)["response"] == found.response
    client.audit_task(task.id, accepted=True, comments="Well heard.")
    assert client.get_task(task.id).as_dict()["customer_review_status"] == "accepted"
    with served.client("Olga Owner") as owner:
        exported = owner.get(f"/v1/projects/{project}/export", params={"format": "csv"})
    (row,) = csv.DictReader(io.StringIO(exported.text))
    assert (row["unique_id"], row["mood"], row["why"]) == ("letter-1", "2", "It arrived late.")


def test_a_recording_is_heard_and_transcribed(
    served: Served, visit: Callable[..., Visitor], client: scaleapi.ScaleClient, customer: Customer
) -> None:
    # The client has no name for this type, and takes any that says its value.
    audio: Any = SimpleNamespace(value="audiotranscription")
    client.create_project("Calls", audio, {"instruction": "Write down every word."})
    task = client.create_task(
        audio, project="Calls", attachment=f"{customer.url}/call.wav", callback_url=f"{customer.url}/done"
    )
    project = project_of(served, "Calls")

    page = at_work(visit, served, "Ada Annotator", project, "What is said")
    expect(page.locator("audio")).to_have_js_property("duration", 1)
    page.get_by_label("What is said").fill("The soap arrived late.")
    picture(page, "scale-recording")
    page.set_viewport_size({"width": 390, "height": 844})
    page.emulate_media(color_scheme="dark")
    picture(page, "scale-recording-phone-dark")
    page.keyboard.press("Control+Enter")
    expect(page.locator("audio")).to_have_count(0)

    found = completed(client, task.id)
    assert found.response == {"transcript": "The soap arrived late."}
    assert customer.told_of(task.id)["response"] == found.response

    page = visit("Olga Owner").page
    page.goto(f"{served.url}/console/projects/{project}/tasks")
    page.get_by_role("link", name="call.wav").or_(page.get_by_role("link", name="audio")).or_(
        page.get_by_role("table").get_by_role("link")
    ).first.click()
    page.get_by_role("group", name="Judge the answer").get_by_role("link", name="Correct").click()
    # At the desk of its kind, with the answer that is there.
    words = page.get_by_label("What is said")
    expect(words).to_have_value("The soap arrived late.")
    expect(page.get_by_role("button", name="Save correction")).to_be_disabled()
    words.fill("The soap arrived very late.")
    picture(page, "correct-recording")
    page.keyboard.press("Control+Enter")
    page.get_by_label("What was wrong?").fill("A word is missing.")
    picture(page, "correct-recording-dialog")
    page.get_by_role("dialog").get_by_role("button", name="Save correction").click()
    page.wait_for_url("**/console/projects/**")
    expect(page.get_by_text("The customer corrected this answer. A word is missing.")).to_be_visible()
    assert client.get_task(task.id).response == {
        "transcript": "The soap arrived very late.",
        "is_customer_fix": True,
    }


def test_entities_are_marked_by_two_called_back_audited_and_exported(
    served: Served, visit: Callable[..., Visitor], client: scaleapi.ScaleClient, customer: Customer
) -> None:
    labels = [{"name": "person", "display_name": "Person"}, {"name": "place", "display_name": "Place"}]
    client.create_project("Names", TaskType.NamedEntityRecognition, {"instruction": "Mark.", "labels": labels})
    project = project_of(served, "Names")
    with served.client("Olga Owner") as owner:
        policy = owner.get(f"/v1/projects/{project}").json()["policy"] | {"overlap": {"mode": "fixed", "count": 2}}
        assert owner.patch(f"/v1/projects/{project}", json={"policy": policy}).status_code == 200
    task = client.create_task(
        TaskType.NamedEntityRecognition, project="Names", text=LETTER, callback_url=f"{customer.url}/done"
    )

    for who in ("Ada Annotator", "Ben Annotator"):
        page = at_work(visit, served, who, project, "was not amused")
        page.get_by_role("group", name="Text").focus()
        for key in (*["ArrowRight"] * 5, "Shift+ArrowRight", "1", "ArrowRight", "ArrowRight", "2"):
            page.keyboard.press(key)
        expect(page.get_by_role("list", name="Marked passages").get_by_role("button")).to_have_count(2)
        picture(page, f"scale-entities-{who.split()[0]}")
        page.keyboard.press("Control+Enter")
        expect(page.get_by_text("was not amused")).not_to_be_visible()

    found = completed(client, task.id)
    marked = [(one["label"], one["text"], one["start"]) for one in found.response["annotations"]]
    assert marked == [("person", "Ada Lovelace", 23), ("place", "London", 39)]
    assert customer.told_of(task.id)["response"] == found.response
    client.audit_task(task.id, accepted=False, comments="The soap is a thing.")
    assert client.get_task(task.id).status == "pending"
    with served.client("Olga Owner") as owner:
        exported = owner.get(f"/v1/projects/{project}/export", params={"format": "spans"})
    assert exported.status_code == 200


def test_work_whose_editor_is_to_come_says_so(
    served: Served, visit: Callable[..., Visitor], client: scaleapi.ScaleClient
) -> None:
    client.create_project("Roads", TaskType.LidarAnnotation, {"labels": ["car"]})
    client.create_task(TaskType.LidarAnnotation, project="Roads", attachments=["https://a.example.org/1.json"])
    project = project_of(served, "Roads")
    page = visit("Olga Owner").page

    page.goto(f"{served.url}/console/projects/{project}")
    expect(page.get_by_role("note")).to_contain_text("editor for this work is still to come")
    expect(page.get_by_role("link", name="Edit project")).to_have_count(0)
    picture(page, "stored-project")
    page.emulate_media(color_scheme="dark")
    picture(page, "stored-project-dark")
    with served.client("Olga Owner") as owner:
        (row,) = owner.get(f"/v1/projects/{project}/tasks").json()["items"]
    page.goto(f"{served.url}/console/projects/{project}/tasks/{row['id']}")
    expect(page.get_by_text("The editor for this work is still to come")).to_be_visible()
    page.set_viewport_size({"width": 390, "height": 844})
    picture(page, "stored-task-phone")
    assert row["state"] == "preparing"
