"""Photos on this machine's disk, on their way to the server."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from assay.cli.shell import REFUSED, Stop

if TYPE_CHECKING:
    from assay.cli.api import Api

ENDINGS: Final = frozenset({".jpg", ".jpeg", ".png", ".webp"})
UPLOADS_AT_ONCE: Final = 4
TASKS_AT_ONCE: Final = 500


@dataclass(frozen=True)
class Photo:
    """``name`` is what the project calls it: the path below the folder it was found in, with forward slashes."""

    path: Path
    name: str


@dataclass(frozen=True)
class Added:
    """What became of photos. ``failed`` are names with a sentence each."""

    created: int
    existing: int
    failed: list[tuple[str, str]]

    def as_json(self) -> dict[str, Any]:
        return {
            "created": self.created,
            "existing": self.existing,
            "failed": [{"file": name, "message": message} for name, message in self.failed],
        }


def find_photos(paths: Sequence[Path]) -> list[Photo]:
    """Photos among files and, by their endings, in folders and below; hidden ones are passed over.

    Raises ``Stop`` for a path that is not there, for two photos of one name, and for none at all.
    """
    found: dict[str, Photo] = {}
    for path in paths:
        if path.is_dir():
            files = sorted(
                file
                for file in path.rglob("*")
                if file.suffix.lower() in ENDINGS
                and file.is_file()
                and not any(part.startswith(".") for part in file.relative_to(path).parts)
            )
            photos = [Photo(file, file.relative_to(path).as_posix()) for file in files]
        elif path.is_file():
            photos = [Photo(path, path.name)]
        else:
            raise Stop(REFUSED, f"There is no file or folder {path}.", kind="not_found")
        for photo in photos:
            other = found.setdefault(photo.name, photo)
            if other.path.resolve() != photo.path.resolve():
                raise Stop(REFUSED, f"{other.path} and {photo.path} have the same name; give the folder above them.")
    if not found:
        raise Stop(REFUSED, f"No photos there (looked for {', '.join(sorted(ENDINGS))}).", kind="not_found")
    return list(found.values())


async def add_photos(
    api: Api, project_id: str, photos: Sequence[Photo], *, told: Callable[[int], None], **fields: Any
) -> Added:
    """Uploads photos, four at a time, and makes a task of each that is not one yet.

    A task's unique id is its photo's name, so the same photos again add nothing. ``told`` is called with how many
    are done. ``fields`` go into every task; ``batch`` among them into the request.
    """
    uploads: dict[str, str] = {}
    failed: list[tuple[str, str]] = []
    done = 0

    async def upload(photo: Photo) -> None:
        nonlocal done
        try:
            content = await asyncio.to_thread(photo.path.read_bytes)
            path = f"/v1/projects/{project_id}/attachments"
            made = await api.upload(path, content, photo.name, repeatable=True)
            uploads[photo.name] = made["id"]
        except OSError as error:
            failed.append((photo.name, f"It cannot be read: {error.strerror}."))
        except Stop as stop:
            if stop.code != REFUSED or stop.kind in ("not_found", "forbidden", "conflict"):
                raise
            failed.append((photo.name, stop.message))
        done += 1
        told(done)

    await at_once(UPLOADS_AT_ONCE, [lambda photo=photo: upload(photo) for photo in photos])  # type: ignore[misc]
    batch = fields.pop("batch", None)
    names = [photo.name for photo in photos if photo.name in uploads]
    created = existing = 0
    for start in range(0, len(names), TASKS_AT_ONCE):
        some = names[start : start + TASKS_AT_ONCE]
        rows = [{"attachment_id": uploads[name], "unique_id": name, **fields} for name in some]
        body = {"tasks": rows} | ({"batch": batch} if batch else {})
        answer = await api.post(f"/v1/projects/{project_id}/tasks", body)
        created += answer["created"]
        existing += answer["existing"]
        for result in answer["results"]:
            if result["status"] == "failed":
                message = "; ".join(problem["message"] for problem in result["problems"])
                failed.append((some[result["index"]], message))
    return Added(created, existing, failed)


async def at_once(limit: int, work: Sequence[Callable[[], Awaitable[None]]]) -> None:
    """Does all of it, ``limit`` at a time, in order; the first failure ends the rest."""
    waiting = iter(work)

    async def one_after_another() -> None:
        for job in waiting:
            await job()

    try:
        async with asyncio.TaskGroup() as group:
            for _ in range(min(limit, len(work))):
                group.create_task(one_after_another())
    except ExceptionGroup as failures:
        raise failures.exceptions[0] from None
