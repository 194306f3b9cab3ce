"""Batches of a customer who uses Scale's client: made in staging, let go in the console, and only then offered."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
import scaleapi
from playwright.sync_api import expect
from scaleapi.tasks import TaskType

from journey import Served, Visitor, picture, serving

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("journeys")]

FIELDS = [{"type": "text", "field_id": "gist", "title": "What is it about?", "required": True}]


@pytest.fixture(scope="module")
def heard() -> list[str]:
    """Where the customer was called back, call by call."""
    return []


@pytest.fixture(scope="module")
def hooks(heard: list[str]) -> Iterator[str]:
    class Hooks(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            heard.append(self.path)
            self.rfile.read(int(self.headers["content-length"]))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Hooks)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()


@pytest.fixture(scope="module")
def served(hooks: str) -> Iterator[Served]:
    with serving(ASSAY_PRIVATE_HOSTS=hooks.removeprefix("http://")) as found:
        yield found


@pytest.fixture(scope="module")
def client(served: Served) -> scaleapi.ScaleClient:
    with served.client("Olga Owner") as owner:
        made = owner.post("/v1/api-keys", json={"name": "program", "mode": "live", "role": "manager"})
    return scaleapi.ScaleClient(made.json()["key"], api_instance_url=f"{served.url}/scale/v1")


def test_a_batch_is_let_go_in_the_console_done_and_called_back_twice(
    served: Served, visit: Callable[..., Visitor], client: scaleapi.ScaleClient, hooks: str, heard: list[str]
) -> None:
    client.create_project("Letters", TaskType.TextCollection, {"instruction": "Read.", "fields": FIELDS}, True)
    for name, letter in {"Monday": "The soap came late.", "Tuesday": "The soap came early."}.items():
        client.create_batch("Letters", name, callback=f"{hooks}/{name}")
        content = [{"type": "text", "content": letter}]
        client.create_task(TaskType.TextCollection, batch=name, attachments=content, unique_id=name)
    with served.client("Olga Owner") as owner:
        project = str(owner.get("/v1/projects").json()["items"][0]["id"])

    page = visit("Olga Owner").page
    page.goto(f"{served.url}/console/projects/{project}")
    page.get_by_role("link", name="Batches").click()
    table = page.get_by_role("region", name="Batches of this project")
    monday, tuesday = (table.get_by_role("row", name=name) for name in ("Monday", "Tuesday"))
    expect(table.get_by_text("staging").locator("visible=true")).to_have_count(2)

    # By keyboard: what is asked first is undone by Escape, and the focus is where it was.
    finalize = monday.get_by_role("button", name="Finalize Monday")
    finalize.focus()
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog", name="Finalize Monday?")
    expect(dialog).to_contain_text("Its one waiting task is offered to workers from now on.")
    expect(dialog).to_contain_text(f"{hooks}/Monday is told when all are done.")
    page.keyboard.press("Escape")
    expect(finalize).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")
    expect(monday.get_by_text("in progress").locator("visible=true")).to_be_visible()
    expect(tuesday.get_by_text("staging").locator("visible=true")).to_be_visible()

    tuesday.get_by_role("button", name="More of Tuesday").click()
    page.get_by_role("menuitem", name="Change priority").click()
    page.get_by_label("Priority", exact=True).fill("101")
    expect(page.get_by_role("button", name="Save")).to_be_disabled()
    page.get_by_label("Priority", exact=True).fill("90")
    page.keyboard.press("Enter")
    expect(tuesday.get_by_role("cell", name="90", exact=True)).to_be_visible()
    picture(page, "batches")

    monday.get_by_role("link", name="Monday").click()
    expect(page.get_by_role("combobox", name="Batch")).to_have_value("Monday")
    expect(page.get_by_role("region", name="Tasks of this project").get_by_role("link")).to_have_count(1)

    worker = visit("Ada Annotator").page
    worker.goto(f"{served.url}/work/projects/{project}/annotate")
    expect(worker.get_by_role("complementary", name="Instructions")).to_be_visible()
    worker.keyboard.press("Escape")
    expect(worker.get_by_text("The soap came late.")).to_be_visible()
    worker.get_by_label("What is it about?").fill("Soap")
    worker.keyboard.press("Control+Enter")
    expect(worker.get_by_text("The soap came")).not_to_be_visible()
    # Tuesday has the higher priority, and is still kept back.
    with served.client("Ada Annotator") as ada:
        assert ada.post(f"/v1/work/projects/{project}/claim", json={"stage": "annotate"}).status_code == 204

    page.get_by_role("link", name="Batches").click()
    expect(monday.get_by_text("completed").locator("visible=true")).to_be_visible()
    expect(monday.get_by_text("delivered").locator("visible=true")).to_be_visible()
    monday.get_by_role("button", name="More of Monday").click()
    page.get_by_role("menuitem", name="Callbacks").click()
    told = page.get_by_role("dialog", name="Callbacks of Monday")
    told.get_by_role("button", name="Send again").click()
    expect(told.get_by_text("delivered")).to_have_count(2)
    picture(page, "batch-callbacks")
    assert heard == ["/Monday", "/Monday"]
    assert client.get_batch("Monday").status == "completed"
