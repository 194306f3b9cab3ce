"""The demonstration: an organization with people, a project, photos of streets, and some golds."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from rich.progress import Progress

from assay.app import running
from assay.cli.api import Api
from assay.cli.home import (
    DEMO_FILE,
    entered,
    keep_operator,
    make_operator,
    new_organization_id,
    read_operator,
    write_private,
)
from assay.cli.people import fresh_link
from assay.cli.shell import err, forever, out, print_json
from assay.config import Settings
from assay.core.permissions import Role
from assay.faces.http import House
from assay.services import accounts

if TYPE_CHECKING:
    from assay.cli.scenes import Scene

TRUTH: Final = "demo-truth.json"
PROJECT: Final = "Street scenes"
PEOPLE: Final[Mapping[str, tuple[str, Role]]] = {
    "owner@demo.localhost": ("Olive (owner)", "owner"),
    "reviewer@demo.localhost": ("Rosa (reviewer)", "reviewer"),
    "ada@demo.localhost": ("Ada (annotator)", "annotator"),
    "ben@demo.localhost": ("Ben (annotator)", "annotator"),
    "cleo@demo.localhost": ("Cleo (annotator)", "annotator"),
}
# Every sixth photo is a hidden test.
GOLD_EVERY: Final = 6

INSTRUCTIONS: Final = """\
Draw a box around every **person**, **dog** and **car**.

- Draw it as tight as you can around what you *see*: hidden parts do not count.
- Each gets a box of its own, also in a group.
- Leave out reflections, statues, and anything you cannot make out.
"""
TAXONOMY: Final = {
    "labels": [
        {"name": "person", "color": "#2563eb"},
        {"name": "dog", "color": "#d97706"},
        {"name": "car", "color": "#16a34a"},
    ]
}
POLICY: Final = {
    "overlap": {"mode": "adaptive", "minimum": 2, "maximum": 3, "agreement_min": 0.75},
    "review": {"mode": "low_agreement", "agreement_min": 0.7},
    "gold": {"rate": 0.15},
}


async def run_demo(settings: Settings, photos: int, *, as_json: bool) -> None:
    """Serves the demonstration until cancelled; made first, where it is not there yet."""
    async with running(settings) as server:
        state = _read(settings.home / DEMO_FILE)
        if state is None:
            state = await _make(server.house, server.url, settings.home, photos)
        organization_id = UUID(state["organization_id"])
        links = {
            email: await fresh_link(server.house, organization_id, email, reusable=True, url=server.url)
            for email in PEOPLE
        }
        _tell(server.url, state["project_id"], links, settings.home, as_json=as_json)
        try:
            await forever()
        finally:
            err.print("Stopping.", style="dim")


def _tell(url: str, project_id: str, links: Mapping[str, str], home: Path, *, as_json: bool) -> None:
    if as_json:
        people = [
            {"email": email, "name": PEOPLE[email][0], "role": PEOPLE[email][1], "sign_in_url": link}
            for email, link in links.items()
        ]
        print_json({"url": url, "project_id": project_id, "people": people, "truth": str(home / TRUTH)})
        return
    out.print(f"Assay is at [bold]{url}/console[/], on this machine only. These links sign you in:\n")
    for email, link in links.items():
        out.print(f"  {PEOPLE[email][0]:<20} ", end="")
        out.print(link, markup=False)
    out.print("\nUse one browser profile (or private window) for each person.")
    out.print("To watch simulated annotators at work:")
    out.print(
        f'  assay simulate "{PROJECT}" --truth "{home / TRUTH}" --workers honest:2,sloppy:1,spammer:1 --reviewers 1',
        markup=False,
    )
    err.print("Ctrl-C stops it; the next start finds everything as it was.", style="dim")


async def _make(house: House, url: str, home: Path, photos: int) -> dict[str, Any]:
    from assay.cli.scenes import coco_truth

    organization_id = new_organization_id(house)
    owner_email, (owner_name, _) = next(iter(PEOPLE.items()))
    async with entered(house, organization_id) as context:
        owner = await accounts.create_organization(context, "Demo", owner_name, owner_email)
        for email, (name, role) in PEOPLE.items():
            if email != owner_email:
                await accounts.add_member(context, name, email, role)
    operator = await make_operator(house, organization_id, owner.id)
    async with Api.open(url, operator.key) as api:
        project = await api.post(
            "/v1/projects",
            {"name": PROJECT, "kind": "image", "instructions": INSTRUCTIONS, "taxonomy": TAXONOMY, "policy": POLICY},
        )
        scenes = await _add_scenes(api, project["id"], photos)
    (home / TRUTH).write_text(json.dumps(coco_truth(scenes)))
    if read_operator(home) is None:
        keep_operator(home, operator)
    state = {"organization_id": str(organization_id), "key": operator.key, "project_id": project["id"]}
    # Last: a start that was interrupted before makes another organization, and this one is never shown.
    write_private(home / DEMO_FILE, state)
    return state


async def _add_scenes(api: Api, project_id: str, count: int) -> list[Scene]:
    # Drawing needs more modules than serving; a later start does without.
    from assay.cli.scenes import draw_scene

    scenes: list[Scene] = []
    rows: list[dict[str, Any]] = []
    with Progress(console=err, transient=True) as progress:
        bar = progress.add_task("Drawing streets", total=count)
        for number in range(count):
            scene = await asyncio.to_thread(draw_scene, number)
            path = f"/v1/projects/{project_id}/attachments"
            made = await api.upload(path, scene.jpeg, scene.file_name, repeatable=True)
            row: dict[str, Any] = {"attachment_id": made["id"], "unique_id": scene.file_name}
            if number % GOLD_EVERY == GOLD_EVERY - 1:
                row["gold"] = scene.answer()
            rows.append(row)
            scenes.append(scene)
            progress.advance(bar)
    answer = await api.post(f"/v1/projects/{project_id}/tasks", {"tasks": rows, "batch": "Demo"})
    assert answer["failed"] == 0, answer
    return scenes


def _read(file: Path) -> dict[str, Any] | None:
    try:
        state: dict[str, Any] = json.loads(file.read_text())
        UUID(state["organization_id"]), UUID(state["project_id"])
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return state
