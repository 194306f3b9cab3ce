"""`assay export`: a project's answers into a file."""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from assay.cli.shell import REFUSED, USAGE, HomeOption, JsonOption, Stop, err, perform, print_json

if TYPE_CHECKING:
    from assay.cli.api import Api

FORMATS = ("coco", "yolo", "voc", "jsonl")
ENDINGS = {"coco": ".json", "yolo": ".zip", "voc": ".zip", "jsonl": ".jsonl"}


def export(
    project: Annotated[str, typer.Argument(help="Its id or name.")],
    format: Annotated[str, typer.Option("--format", "-f", help="coco, yolo, voc or jsonl.")] = "coco",
    out_file: Annotated[
        Path | None, typer.Option("--out", "-o", help="Where to write; - is stdout. Default: NAME.ENDING here.")
    ] = None,
    all_: Annotated[bool, typer.Option("--all", help="Also tasks without an accepted answer.")] = False,
    golds: Annotated[bool, typer.Option("--golds", help="Also golds, with their known answer.")] = False,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Writes a project's answers. The file appears when it is whole, and replaces what was there.

    Examples:

        assay export Streets --out streets.json
        assay export Streets --format yolo --out labels.zip
        assay export Streets --format jsonl --out - | head
    """
    if format not in FORMATS:
        raise typer.BadParameter(f"must be one of {', '.join(FORMATS)}, not {format!r}", param_hint="--format")
    to_stdout = out_file is not None and str(out_file) == "-"

    async def work() -> dict[str, Any]:
        from assay.cli.home import connected, settings_for

        async with connected(settings_for(home)) as api:
            found = await api.project(project)
            if to_stdout:
                await _to_stdout(api, found["id"], format, all_, golds)
                return {}
            file = out_file or Path(f"{found['name'].replace('/', '-')}{ENDINGS[format]}")
            size = await download(api, found["id"], format, file, unfinished=all_, golds=golds)
            return {"file": str(file), "bytes": size, "format": format}

    done = perform(work(), as_json=as_json)
    if to_stdout:
        return
    if as_json:
        print_json(done)
    else:
        err.print(f"Wrote {done['file']} ({done['bytes']:,} bytes)", markup=False)


async def download(
    api: Api, project_id: str, format: str, file: Path, *, unfinished: bool = False, golds: bool = False
) -> int:
    """The export into a file that appears only when it is whole; how many bytes it has."""
    scratch = file.with_name(f".{file.name}.{os.getpid()}.part")
    size = 0
    try:
        with scratch.open("wb") as writing:
            async with _stream(api, project_id, format, unfinished, golds) as response:
                async for block in response.aiter_bytes(1 << 18):
                    size += len(block)
                    await asyncio.to_thread(writing.write, block)
            writing.flush()
            os.fsync(writing.fileno())
        scratch.replace(file)
    except OSError as error:
        raise Stop(REFUSED, f"{file} cannot be written: {error.strerror}.") from error
    finally:
        scratch.unlink(missing_ok=True)
    return size


async def _to_stdout(api: Api, project_id: str, format: str, unfinished: bool, golds: bool) -> None:
    if sys.stdout.isatty() and format in ("yolo", "voc"):
        raise Stop(USAGE, "An archive does not belong on a terminal; give --out a file.", kind="usage")
    async with _stream(api, project_id, format, unfinished, golds) as response:
        async for block in response.aiter_bytes(1 << 18):
            sys.stdout.buffer.write(block)
    sys.stdout.buffer.flush()


def _stream(api: Api, project_id: str, format: str, unfinished: bool, golds: bool) -> Any:
    return api.stream(
        f"/v1/projects/{project_id}/export",
        format=format,
        state="all" if unfinished else "completed",
        golds=str(golds).lower(),
    )
