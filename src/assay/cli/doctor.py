"""`assay doctor`: whether everything that is needed is there."""

from __future__ import annotations

import shutil
import sys
from collections.abc import AsyncIterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

import typer

from assay.cli.shell import UNAVAILABLE, HomeOption, JsonOption, out, perform, show
from assay.config import Settings
from assay.core.errors import AssayError

FREE_BYTES_MIN = 1 << 30


@dataclass(frozen=True)
class Finding:
    """``remedy`` says what to do where the state is not ok."""

    name: str
    state: Literal["ok", "warning", "broken"]
    found: str
    remedy: str = ""


def doctor(home: HomeOption = None, as_json: JsonOption = False) -> None:
    """Looks at the home, the disk, the database, the photo store, the pages and the server, and says what to do.

    Exits with 3 when something is broken.

    Examples:

        assay doctor
        assay doctor --json
    """
    from assay.cli.home import settings_for

    async def work() -> list[Finding]:
        return [finding async for finding in _findings(settings_for(home))]

    findings = perform(work(), as_json=as_json)
    show([asdict(finding) for finding in findings], as_json=as_json, text=lambda: _print(findings))
    if any(finding.state == "broken" for finding in findings):
        raise typer.Exit(UNAVAILABLE)


async def _findings(settings: Settings) -> AsyncIterator[Finding]:
    yield _python()
    yield _home(settings.home)
    yield _disk(settings.home)
    yield _pages()
    async for finding in _inside(settings):
        yield finding
    yield await _server(settings.home)


def _python() -> Finding:
    found = ".".join(map(str, sys.version_info[:3]))
    return Finding("python", "ok", found)


def _home(home: Path) -> Finding:
    if home.exists() and not home.is_dir():
        return Finding("home", "broken", f"{home} is not a folder", "Set ASSAY_HOME to another place.")
    return Finding("home", "ok", str(home) if home.exists() else f"{home} (made at the first start)")


def _disk(home: Path) -> Finding:
    there = next(folder for folder in (home, *home.parents) if folder.exists())
    free = shutil.disk_usage(there).free
    found = f"{free / 2**30:.1f} GiB free"
    if free < FREE_BYTES_MIN:
        return Finding("disk", "warning", found, "Photos and the database live there; make room.")
    return Finding("disk", "ok", found)


def _pages() -> Finding:
    from importlib import resources

    entry = resources.files("assay").joinpath("static/apps/console/index.html")
    if not entry.is_file():
        return Finding("pages", "broken", "not built", "Run scripts/setup, or install a released package.")
    return Finding("pages", "ok", "built")


async def _inside(settings: Settings) -> AsyncIterator[Finding]:
    from assay.app import opened

    try:
        async with opened(settings) as inside:
            organizations = len(await inside.database.tenants())
            where = "the embedded PostgreSQL" if settings.database_url is None else "your PostgreSQL"
            yield Finding("database", "ok", f"{where} answers; {organizations} organization(s)")
            blobs = inside.house.blobs
            key = "doctor/probe"
            await blobs.put(key, b"probe", "application/octet-stream")
            read = await blobs.get(key)
            await blobs.delete(key)
            if read == b"probe":
                yield Finding("photo store", "ok", "a bucket" if settings.s3 else str(settings.home / "photos"))
            else:
                yield Finding("photo store", "broken", "gives back something else", "Check the store's own health.")
    except (AssayError, OSError) as error:
        yield Finding("database and photo store", "broken", str(error), "See the message; nothing was changed.")


async def _server(home: Path) -> Finding:
    from assay.cli.home import server_url

    url = await server_url(home)
    if url is None:
        return Finding("server", "ok", "not running; commands start their own")
    return Finding("server", "ok", f"running at {url}")


def _print(findings: list[Finding]) -> None:
    colors = {"ok": "green", "warning": "yellow", "broken": "red"}
    for finding in findings:
        out.print(f"[{colors[finding.state]}]{finding.state:<8}[/]", end="")
        out.print(f"{finding.name}: {finding.found}", markup=False)
        if finding.remedy:
            out.print(f"        {finding.remedy}", markup=False)
