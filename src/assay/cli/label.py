"""`assay label`: photos in, a file of boxes out, with a person in between."""

from __future__ import annotations

import asyncio
import json
import os
import sys
import webbrowser
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from assay.cli.exporting import ENDINGS, FORMATS, download
from assay.cli.photos import Photo, add_photos, find_photos
from assay.cli.projects import policy_of
from assay.cli.shell import (
    REFUSED,
    USAGE,
    HomeOption,
    JsonOption,
    Stop,
    err,
    out,
    perform,
    print_json,
)

if TYPE_CHECKING:
    from assay.cli.api import Api

# Which project belongs to which file, so that --resume finds it.
RECORD = "labelings.json"
LOOK_SECONDS = 1.0


def label(
    paths: Annotated[list[Path], typer.Argument(metavar="PHOTOS…", help="Photos, or folders of photos.")],
    ask: Annotated[str, typer.Option(help="What people should do, in a sentence.")],
    labels: Annotated[str, typer.Option(help="What can be marked, with commas between: person,dog,car.")],
    out_file: Annotated[
        Path | None,
        typer.Option("--out", "-o", help="The file to write when all photos are done. Default: labels.ENDING here."),
    ] = None,
    overlap: Annotated[int, typer.Option(min=1, max=25, help="How many people see each photo.")] = 1,
    format: Annotated[str | None, typer.Option("--format", "-f", help="coco, yolo, voc or jsonl.")] = None,
    resume: Annotated[bool, typer.Option("--resume", help="Go on with the labelling begun for this --out.")] = False,
    open_browser: Annotated[bool, typer.Option("--browser/--no-browser", help="Open the first link here.")] = True,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Has photos labelled: prints a link for each person, waits, and writes the boxes to a file.

    With --overlap 3, three people each get a link, and their boxes are merged. Ctrl-C stops waiting and loses
    nothing: the same command with --resume goes on.

    Examples:

        assay label photos/ --ask "Box every dog" --labels dog --out dogs.json
        assay label photos/ --ask "Box every dog" --labels dog --out dogs.json --resume
        assay label a.jpg b.jpg --ask "Box people and cars" --labels person,car --overlap 3 -o labels.zip -f yolo
    """
    names = [name.strip() for name in labels.split(",") if name.strip()]
    ending = out_file.suffix.lower() if out_file else ""
    chosen = format or {".zip": "yolo", ".jsonl": "jsonl"}.get(ending, "coco")
    if chosen not in FORMATS:
        raise typer.BadParameter(f"must be one of {', '.join(FORMATS)}, not {chosen!r}", param_hint="--format")
    if not names:
        raise typer.BadParameter("name at least one label", param_hint="--labels")
    file = out_file or Path("labels")
    if file.suffix == "":
        file = file.with_suffix(ENDINGS[chosen])
    _check_writable(file)

    async def work() -> dict[str, Any]:
        from assay.cli.home import connected, settings_for
        from assay.cli.serving import default_port_or_any

        photos = find_photos(paths)
        settings = default_port_or_any(settings_for(home))
        async with connected(settings, port=settings.port) as api:
            known = _recorded(settings.home, file)
            if resume and known is None:
                raise Stop(REFUSED, f"No labelling was begun for {file}; leave --resume out.", kind="not_found")
            project_id = known if resume and known else await _new_project(api, ask, names, overlap)
            _record(settings.home, file, project_id)
            await _upload(api, project_id, photos, quiet=as_json)
            links = await _links(api, overlap)
            _tell(links, as_json=as_json, open_browser=open_browser)
            told = await _watch(api, project_id, quiet=as_json)
            size = await download(api, project_id, chosen, file)
            return {
                "file": str(file),
                "format": chosen,
                "bytes": size,
                "photos": told["completed"],
                "annotations": told["annotations"],
                "not_labelled": told["broken"] + told["cancelled"],
                "project_id": project_id,
            }

    done = perform(work(), as_json=as_json)
    if as_json:
        print_json(done)
    else:
        out.print(f"Wrote {done['file']}: {done['photos']} photos", markup=False)
        if done["not_labelled"]:
            err.print(f"{done['not_labelled']} photos were reported as broken and are not in it.", style="yellow")


async def _new_project(api: Api, ask: str, labels: list[str], overlap: int) -> str:
    body = {
        "name": ask[:200],
        "kind": "image",
        "instructions": ask,
        "taxonomy": {"labels": [{"name": name} for name in labels]},
        "policy": policy_of(str(overlap), "none"),
    }
    made: dict[str, Any] = await api.post("/v1/projects", body)
    return str(made["id"])


async def _upload(api: Api, project_id: str, photos: list[Photo], *, quiet: bool) -> None:
    with Progress(console=err, transient=True, disable=quiet) as progress:
        bar = progress.add_task("Uploading", total=len(photos))
        added = await add_photos(api, project_id, photos, told=lambda done: progress.update(bar, completed=done))
    for name, message in added.failed:
        err.print(f"{name} was left out: {message}", style="yellow", markup=False)
    if not added.created and not added.existing:
        raise Stop(REFUSED, "None of the photos could be used.", kind="invalid")


async def _links(api: Api, count: int) -> list[str]:
    """A sign-in link for as many annotators, who are made where they are not there yet."""
    there = {member["email"]: member async for member in api.pages("/v1/members")}
    links = []
    for number in range(1, count + 1):
        email = f"labeller{number}@localhost"
        member = there.get(email)
        if member is None:
            body = {"name": f"Labeller {number}", "email": email, "role": "annotator"}
            member = await api.post("/v1/members", body)
        made = await api.post(f"/v1/members/{member['id']}/sign-in-links")
        links.append(str(made["url"]))
    return links


def _tell(links: list[str], *, as_json: bool, open_browser: bool) -> None:
    for number, link in enumerate(links, start=1):
        # To stderr where stdout is for JSON: the links are needed before the result is there.
        target = err if as_json else out
        target.print(f"Label here{f' (person {number})' if len(links) > 1 else ''}: ", end="")
        target.print(link, markup=False)
    sys.stdout.flush()
    if open_browser and not as_json and _has_browser():
        with suppress(webbrowser.Error):
            webbrowser.open(links[0])


def _has_browser() -> bool:
    return sys.platform in ("darwin", "win32") or bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


async def _watch(api: Api, project_id: str, *, quiet: bool) -> dict[str, Any]:
    """Until every photo is done; the last progress."""
    columns = (TextColumn("Labelled"), BarColumn(), MofNCompleteColumn(), TextColumn("{task.fields[now]}"))
    with Progress(*columns, console=err, disable=quiet) as progress:
        bar = progress.add_task("Labelled", total=None, now="")
        while True:
            told: dict[str, Any] = await api.get(f"/v1/projects/{project_id}/progress")
            over = told["completed"] + told["broken"] + told["cancelled"]
            now = f"{told['active_assignments']} being labelled" if told["active_assignments"] else ""
            progress.update(bar, total=told["total"], completed=over, now=now)
            if over == told["total"]:
                return told
            await asyncio.sleep(LOOK_SECONDS)


def _check_writable(file: Path) -> None:
    folder = file.absolute().parent
    if not folder.is_dir() or not os.access(folder, os.W_OK):
        err.print(f"{folder} is not a folder that can be written; choose another --out.", markup=False)
        raise typer.Exit(USAGE)


def _recorded(home: Path, file: Path) -> str | None:
    with suppress(OSError, ValueError):
        known: dict[str, str] = json.loads((home / RECORD).read_text())
        return known.get(str(file.absolute()))
    return None


def _record(home: Path, file: Path, project_id: str) -> None:
    from assay.cli.home import write_private

    known: dict[str, str] = {}
    with suppress(OSError, ValueError):
        known = json.loads((home / RECORD).read_text())
    write_private(home / RECORD, {**known, str(file.absolute()): project_id})
