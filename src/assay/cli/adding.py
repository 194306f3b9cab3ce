"""`assay add`: photos into a project, and other people's label files."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer
from rich.progress import Progress

from assay.cli.photos import ENDINGS, add_photos, find_photos
from assay.cli.shell import REFUSED, USAGE, HomeOption, JsonOption, Stop, err, out, perform, show

if TYPE_CHECKING:
    from assay.cli.api import Api

PROBLEMS_TOLD: Final = 20
# What a file is, where its ending says so.
_FORMATS = {".csv": "csv", ".jsonl": "jsonl", ".txt": "urls", ".json": "coco"}


def add(
    project: Annotated[str, typer.Argument(help="Its id or name.")],
    paths: Annotated[list[Path], typer.Argument(help="Photos, folders of photos, or files to import.")],
    as_: Annotated[str, typer.Option("--as", help="What imported rows are: tasks, prelabels or golds.")] = "tasks",
    format: Annotated[
        str | None, typer.Option(help="Of imported files: jsonl, csv, urls, coco, yolo, voc or assay.")
    ] = None,
    batch: Annotated[str | None, typer.Option(help="A name for what is added now.")] = None,
    priority: Annotated[int | None, typer.Option(min=0, max=100, help="Higher comes first. Without it, 50.")] = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Adds photos as tasks, or imports a file of addresses, pre-labels or golds.

    Photos that the project has already are left as they are, so the same command again does no harm.

    Examples:

        assay add Streets photos/
        assay add Streets a.jpg b.jpg --batch monday
        assay add Streets truth.json --as golds
        assay add Streets labels.zip --format yolo --as prelabels
    """
    if as_ not in ("tasks", "prelabels", "golds"):
        raise typer.BadParameter(f"must be tasks, prelabels or golds, not {as_!r}", param_hint="--as")

    async def work() -> dict[str, Any]:
        from assay.cli.home import connected, settings_for

        files = [path for path in paths if path.is_file() and path.suffix.lower() not in ENDINGS]
        photos = find_photos([path for path in paths if path not in files]) if len(files) < len(paths) else []
        formats = {file: format or _format_of(file) for file in files}
        if files and (batch is not None or priority is not None):
            message = "--batch and --priority are for photos; a csv or jsonl file says them in each of its rows."
            raise Stop(USAGE, message, kind="usage")
        async with connected(settings_for(home)) as api:
            found = await api.project(project)
            result: dict[str, Any] = {}
            if photos:
                with Progress(console=err, transient=True, disable=as_json) as progress:
                    bar = progress.add_task("Uploading", total=len(photos))
                    added = await add_photos(
                        api,
                        found["id"],
                        photos,
                        told=lambda done: progress.update(bar, completed=done),
                        batch=batch,
                        **({} if priority is None else {"priority": priority}),
                    )
                result |= added.as_json()
            if files:
                result["imports"] = [
                    await _import(api, found["id"], file, formats[file], as_, as_json) for file in files
                ]
            return result

    done = perform(work(), as_json=as_json)
    show(done, as_json=as_json, text=lambda: _print(done))
    if done.get("failed") or any(each["failed"] or each["state"] == "failed" for each in done.get("imports", [])):
        raise typer.Exit(REFUSED)


def _format_of(file: Path) -> str:
    try:
        return _FORMATS[file.suffix.lower()]
    except KeyError:
        raise Stop(USAGE, f"Say what {file} is with --format (jsonl, csv, urls, coco, yolo, voc, assay).") from None


async def _import(api: Api, project_id: str, file: Path, format: str, purpose: str, quiet: bool) -> dict[str, Any]:
    """Starts an import and waits for its end."""
    content = await asyncio.to_thread(file.read_bytes)
    path = f"/v1/projects/{project_id}/imports"
    running = await api.upload(path, content, file.name, format=format, as_=purpose)
    with Progress(console=err, transient=True, disable=quiet) as progress:
        bar = progress.add_task(f"Importing {file.name}", total=None)
        while running["state"] == "running":
            await asyncio.sleep(0.2)
            running = await api.get(f"/v1/imports/{running['id']}")
            progress.update(bar, total=running["total"] or None, completed=running["done"] + running["failed"])
    problems = []
    async for problem in api.pages(f"/v1/imports/{running['id']}/problems"):
        problems.append(problem)
        if len(problems) > PROBLEMS_TOLD:
            break
    return {**running, "problems": problems[:PROBLEMS_TOLD], "more_problems": len(problems) > PROBLEMS_TOLD}


def _print(done: dict[str, Any]) -> None:
    if "created" in done:
        out.print(f"{done['created']} added, {done['existing']} there already, {len(done['failed'])} not taken")
        for each in done["failed"]:
            out.print(f"  {each['file']}: {each['message']}", markup=False)
    for each in done.get("imports", []):
        taken, there = each["done"] - each["existing"], each["existing"]
        out.print(f"{each['file_name']}: {taken} rows taken, {there} there already, {each['failed']} not", markup=False)
        if each["message"]:
            out.print(f"  {each['message']}", markup=False)
        for problem in each["problems"]:
            out.print(f"  row {problem['row']}, {problem['item']}: {problem['message']}", markup=False)
        if each["more_problems"]:
            out.print("  … and more: see the imports on the project's page Add")
