"""Files: put away once, and named in tasks by an address that begins with ``scaledata://``."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterator, Iterator, Mapping
from datetime import UTC, datetime
from io import BytesIO
from typing import Any, BinaryIO, Final, cast
from urllib.parse import unquote, urlsplit
from uuid import UUID

from litestar import Response, route
from litestar.datastructures import UploadFile
from litestar.exceptions import HTTPException
from litestar.params import FromPath
from litestar.response import Stream

from assay.core import photos
from assay.core.errors import Invalid, TooLarge
from assay.core.files import BYTES_MAX, HEAD_BYTES, NAME_LENGTH_MAX, address_of, blob_key, content_type_of
from assay.core.ports import Blobs
from assay.faces.http import AnyRequest, House, enter, house
from assay.faces.scale.asking import answer, object_in, query_of, serves
from assay.faces.scale.reading import an_object, json_of, written
from assay.faces.scale.task_ids import shown
from assay.services import files, projects
from assay.services.context import Context
from assay.services.files import File, PutAway
from assay.services.projects import Project

SCHEME: Final = "scaledata://"
# The parts of a multipart body around the file itself.
_AROUND_BYTES: Final = 1024 * 1024
_SECONDS_MAX: Final = 60.0
_PIECE_BYTES: Final = 1024 * 1024
# Whom an address of a file is signed for: whoever has it. It ends within two hours.
_BEARER: Final = "bearer"
_STEP_SECONDS: Final = 3600
_CONTENT: Final = "/files/content/"
# What a task may show.
_SHOWN: Final = ("attachment", "attachments", "context_attachments")


def told(organization_id: UUID, file: File) -> dict[str, Any]:
    """A file as this dialect tells it."""
    whole = {
        "id": str(file.id),
        "attachment_url": f"{SCHEME}{shown(organization_id)}/{file.id}",
        "display_name": file.name,
        "reference_id": file.reference,
        "mime_type": file.content_type,
        "size": file.byte_count,
        "project_names": [] if file.project_name is None else [file.project_name],
        "metadata": file.metadata,
        "created_at": written(file.created_at),
        "updated_at": written(file.created_at),
    }
    return {name: value for name, value in whole.items() if value is not None}


# --- putting away -------------------------------------------------------------------------------------------------


@serves("POST", "/files/upload", "task.write", bytes_max=BYTES_MAX + _AROUND_BYTES)
async def upload_file(request: AnyRequest) -> Response[bytes]:
    """Puts a file away: the part ``file`` of a multipart body, with what is said of it in the others."""
    async with enter(request) as context:
        organization_id = context.organization_id
    try:
        form = await request.form()
    except HTTPException as error:
        if error.status_code == 413:
            raise _too_large() from None
        raise Invalid("Send multipart/form-data with the file in the part 'file'.", "file") from None
    except ValueError:
        raise Invalid("Send multipart/form-data with the file in the part 'file'.", "file") from None
    sent = form.get("file")
    if not isinstance(sent, UploadFile):
        raise Invalid("Send multipart/form-data with the file in the part 'file'.", "file")
    said = {name: form.get(name) for name in ("project_name", "display_name", "reference_id", "metadata")}
    said["metadata"] = json_of((said["metadata"] or "").encode()) if isinstance(said["metadata"], str) else None
    put_away = await _put_away(house(request).blobs, organization_id, cast(BinaryIO, sent.file))
    return await _kept(request, said, put_away, sent.filename)


@serves("POST", "/files/import", "task.write")
async def import_file(request: AnyRequest) -> Response[bytes]:
    """Puts away what lies at an address."""
    said = await object_in(request)
    url = said.get("file_url")
    if not isinstance(url, str):
        raise Invalid("Must be an http or https address.", "file_url")
    async with enter(request) as context:
        organization_id = context.organization_id
    try:
        content = await house(request).egress.fetch(url.strip(), bytes_max=BYTES_MAX, seconds_max=_SECONDS_MAX)
    except Invalid as error:
        raise Invalid(error.message, "file_url") from None
    put_away = await _put_away(house(request).blobs, organization_id, BytesIO(content))
    name = unquote(urlsplit(url).path.rsplit("/", 1)[-1])
    return await _kept(request, said, put_away, name, source_url=url.strip())


async def _put_away(blobs: Blobs, organization_id: UUID, file: BinaryIO) -> PutAway:
    """Reads through a file once to know what it is, and once to put it into the store."""
    head, size, digest = await asyncio.to_thread(_read_through, file)
    if not size:
        raise Invalid("The file is empty.", "file")
    if size > BYTES_MAX:
        raise _too_large()
    content_type, key = content_type_of(head), blob_key(organization_id.hex, digest.hex())
    if not await blobs.exists(key):
        await blobs.put_file(key, file, content_type)
    return PutAway(content_type, size, digest, key)


def _read_through(file: BinaryIO) -> tuple[bytes, int, bytes]:
    """How it begins, its size in bytes, and the hash of its content; it stands at its start again."""
    file.seek(0)
    head, digest, size = b"", hashlib.sha256(), 0
    while piece := file.read(_PIECE_BYTES):
        head = head or piece[:HEAD_BYTES]
        digest.update(piece)
        size += len(piece)
    file.seek(0)
    return head, size, digest.digest()


def _too_large() -> TooLarge:
    return TooLarge(f"A file has at most {BYTES_MAX // 2**20} MiB.", "file")


async def _kept(
    request: AnyRequest, said: Mapping[str, Any], put_away: PutAway, name: str, source_url: str | None = None
) -> Response[bytes]:
    name = _text(said, "display_name") or name or "file"
    async with enter(request) as context:
        file = await files.add(
            context,
            put_away,
            "".join(letter for letter in name if ord(letter) >= 32)[:NAME_LENGTH_MAX] or "file",
            reference=_text(said, "reference_id"),
            metadata=an_object(said.get("metadata"), "metadata"),
            project=await _project(context, said),
            source_url=source_url,
        )
        return answer(told(context.organization_id, file))


async def _project(context: Context, said: Mapping[str, Any]) -> Project | None:
    name = _text(said, "project_name")
    return None if name is None else await projects.called(context, name)


def _text(said: Mapping[str, Any], name: str) -> str | None:
    value = said.get(name)
    if value is None or value == "":
        return None
    if not isinstance(value, str) or "\x00" in value:
        raise Invalid("Must be a text.", name)
    return value


# --- using --------------------------------------------------------------------------------------------------------


async def with_files(context: Context, params: Mapping[str, Any]) -> Mapping[str, Any]:
    """The parameters of a task with our own addresses for the files that they name.

    Raises ``Invalid`` for a file that the caller's mode does not have.
    """
    named = files_in(params)
    if not named:
        return params
    ids = {url: _file_id(url) for url in named}
    known = await files.known(context, [id_ for id_ in ids.values() if id_ is not None])
    ours: dict[str, str] = {}
    for url, id_ in ids.items():
        if id_ is None or id_ not in known:
            raise Invalid(f"There is no file {url[:200]!r} among yours in this mode; upload it first.", "attachment")
        ours[url] = address_of(id_, known[id_].name)
    return {name: _replaced(value, ours) if name in _SHOWN else value for name, value in params.items()}


def files_in(params: Mapping[str, Any]) -> set[str]:
    """The addresses of our files that the parameters of a task name."""
    return {url for name in _SHOWN for url in _urls(params.get(name))}


def _urls(value: Any) -> Iterator[str]:
    if isinstance(value, str) and value.strip().startswith(SCHEME):
        yield value
    elif isinstance(value, list):
        for one in value:
            yield from _urls(one)
    elif isinstance(value, Mapping):
        for one in value.values():
            yield from _urls(one)


def _replaced(value: Any, ours: Mapping[str, str]) -> Any:
    if isinstance(value, str):
        return ours.get(value, value)
    if isinstance(value, list):
        return [_replaced(one, ours) for one in value]
    if isinstance(value, Mapping):
        return {name: _replaced(one, ours) for name, one in value.items()}
    return value


def _file_id(url: str) -> UUID | None:
    try:
        return UUID(url.strip().rstrip("/").rsplit("/", 1)[-1])
    except ValueError:
        return None


# --- fetching -----------------------------------------------------------------------------------------------------


def link_to(home: House, now: datetime, key: str, content_type: str) -> str:
    """An address at which whoever has it can fetch a file of the store, for one to two hours."""
    whole_steps = int(now.timestamp()) // _STEP_SECONDS
    expires_at = datetime.fromtimestamp((whole_steps + 2) * _STEP_SECONDS, UTC)
    signed = home.blobs.signed_url(key, expires_at=expires_at, content_type=content_type, viewer=_BEARER)
    if signed.startswith(("http://", "https://")):
        return signed
    return f"{home.public_url}/scale/v1{_CONTENT}{signed[signed.index(key) :]}"


@route(_CONTENT + "{key:path}", http_method=["GET"], opt={"permission": None}, include_in_schema=False)
async def get_content(request: AnyRequest, key: FromPath[str]) -> Stream:
    """A file of the store, for whoever has an address that was signed."""
    home, key = house(request), key.lstrip("/")
    query = {name: values[-1] for name, values in query_of(request).items()}
    grant = home.blobs.check_url(key, query, viewer=_BEARER, now=home.clock())
    await home.blobs.size(key)
    return Stream(_pieces(home.blobs, key), media_type=grant.content_type)


async def _pieces(blobs: Blobs, key: str) -> AsyncIterator[bytes]:
    async for piece in blobs.stream(key):
        yield piece


def photo_of(home: House, now: datetime, url: Any, key: str) -> dict[str, Any]:
    """Where the photo of a task can be fetched. ``url``: as the task names it; ``key``: where it lies."""
    return {
        "attachmentURL": url,
        "s3URL": link_to(home, now, key, photos.content_type_of(key)),
        "isConvertedImage": False,
    }


HANDLERS: Final[list[Any]] = [upload_file, import_file, get_content]
