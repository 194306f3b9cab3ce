"""What journeys are made of: a real server in a process of its own, people, and what they see."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import httpx
from playwright.sync_api import BrowserContext, Page

from assay.app import opened
from assay.config import Settings
from assay.core.permissions import Role
from assay.services import accounts
from assay.services.context import SYSTEM, Context

ROOT = Path(__file__).parents[1]
STREET = ROOT.parent / "shared/data/street/coco"
CHROMIUM_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
PEOPLE: dict[str, Role] = {
    "Olga Owner": "owner",
    "Rita Reviewer": "reviewer",
    "Ada Annotator": "annotator",
    "Ben Annotator": "annotator",
}
SERVE = [sys.executable, "-m", "assay.cli.main", "serve", "--json"]


def picture(page: Page, name: str) -> None:
    """Kept for whoever wants to look, where a folder is named for it."""
    if folder := os.environ.get("ASSAY_PICTURES"):
        page.screenshot(path=str(Path(folder) / f"{name}.png"))


@dataclass
class Served:
    """A server with one organization. ``sessions`` are cookie values by name."""

    url: str
    home: Path
    sessions: dict[str, str] = field(default_factory=dict)

    def client(self, name: str) -> httpx.Client:
        """An HTTP client signed in as this person."""
        return httpx.Client(
            base_url=self.url,
            headers={"x-assay-request": "1"},
            cookies={"assay_session": self.sessions[name]},
            timeout=30,
        )

    def link(self, name: str) -> str:
        """A fresh sign-in link for this person."""
        with self.client("Olga Owner") as owner:
            members = owner.get("/v1/members").json()["items"]
            member = next(m for m in members if m["name"] == name)
            made = owner.post(f"/v1/members/{member['id']}/sign-in-links").json()
        return str(made["url"])

    def project(self, **fields: Any) -> str:
        """A project of pedestrians, dogs and cars; its id."""
        body = {
            "name": "Street",
            "instructions": "Box **everything** that moves.",
            "taxonomy": {"labels": [{"name": "person"}, {"name": "dog"}, {"name": "car"}]},
            **fields,
        }
        with self.client("Olga Owner") as owner:
            answer = owner.post("/v1/projects", json=body)
            assert answer.status_code == 201, answer.text
            return str(answer.json()["id"])

    def add_photo(self, project_id: str, photo: Path | bytes, name: str = "street.jpg") -> str:
        """A task on this photo; its id."""
        content = photo if isinstance(photo, bytes) else photo.read_bytes()
        with self.client("Olga Owner") as owner:
            path = f"/v1/projects/{project_id}"
            attachment = owner.post(f"{path}/attachments", content=content, headers={"x-file-name": name})
            assert attachment.status_code == 201, attachment.text
            answer = owner.post(f"{path}/tasks", json={"tasks": [{"attachment_id": attachment.json()["id"]}]})
            return str(answer.json()["results"][0]["task_id"])

    def task(self, task_id: str, state: str, seconds: float = 15) -> dict[str, Any]:
        """The task, once it is in this state."""
        with self.client("Olga Owner") as owner:
            end = time.monotonic() + seconds
            while True:
                found: dict[str, Any] = owner.get(f"/v1/tasks/{task_id}").json()
                if found["state"] == state:
                    return found
                assert time.monotonic() < end, f"the task is {found['state']}, not {state}"
                time.sleep(0.1)


@contextmanager
def serving(**environment: str) -> Iterator[Served]:
    """A server with its people, in a process and with a home of its own; gone afterwards."""
    # Not pytest's own folder: the database runs as another user when we are root, and could not enter it.
    home = Path(tempfile.mkdtemp(prefix="assay-journey-", dir="/tmp"))
    home.chmod(0o755)
    settings = {**os.environ, "ASSAY_HOME": str(home), "ASSAY_PORT": "0", **environment}
    process = subprocess.Popen(SERVE, env=settings, stdout=subprocess.DEVNULL)
    try:
        state = home / "server.json"
        end = time.monotonic() + 60
        while not state.exists():
            assert process.poll() is None, "the server did not start"
            assert time.monotonic() < end, "the server took longer than a minute to start"
            time.sleep(0.05)
        found = Served(json.loads(state.read_text())["url"], home)
        asyncio.run(invite_everybody(found))
        yield found
    finally:
        process.send_signal(signal.SIGINT)
        with suppress(subprocess.TimeoutExpired):
            process.wait(15)
        process.kill()
        shutil.rmtree(home, ignore_errors=True)


async def invite_everybody(server: Served) -> None:
    dsn = json.loads((server.home / "postgres/state.json").read_text())["dsn"]
    settings = replace(Settings(home=server.home), database_url=dsn)
    async with opened(settings) as inside:
        home = inside.house
        async with inside.database.tenant(uuid.uuid4()) as tenant:
            context = Context(tenant, home.clock(), SYSTEM, home.random_bytes, home.chance)
            owner = await accounts.create_organization(context, "Street Lab", "Olga Owner", "olga@street.test")
            members = {"Olga Owner": owner}
            for name, role in PEOPLE.items():
                if role != "owner":
                    email = f"{name.split()[0].lower()}@street.test"
                    members[name] = await accounts.add_member(context, name, email, role)
            for name, member in members.items():
                link = await accounts.make_sign_in_link(context, member.id)
                server.sessions[name] = (await accounts.sign_in(context, link.token)).text


@dataclass
class Visitor:
    """Somebody at a browser. ``complaints`` are errors of the page and of its security policy."""

    context: BrowserContext
    page: Page
    complaints: list[str]
