"""Photos over HTTP: how the faces show them, take them in, and serve their bytes.

A photo is served only to the viewer its address was signed for, while that viewer may sign in and the address is
fresh; its type is the one that was found in its content, and nothing a browser is sent here can run.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Final, Protocol, TypeAlias
from urllib.parse import unquote
from uuid import UUID

import msgspec
from litestar import Response, get
from litestar.params import FromPath

from assay.adapters.media import DEFAULT_LIMITS, PreparedMedia, prepare
from assay.core.content import FileItem, FileType, ImageItem, KeptItem, LinkItem, TextItem, WaitingItem
from assay.core.errors import Forbidden, Invalid, TooLarge
from assay.core.pages import PageItem
from assay.core.photos import StoredPhoto, blob_key, content_type_of
from assay.core.ports import Blobs
from assay.faces.http import AnyRequest, House, enter, house
from assay.services import accounts, projects
from assay.services.context import Caller

# Addresses stay the same within an hour, so that browsers keep what they have loaded, and end one to two hours later.
_STEP_SECONDS: Final = 3600

# Decoding a large photo takes hundreds of megabytes: one at a time for each core is enough.
_decoding: Final = asyncio.Semaphore(2)


class Media(msgspec.Struct, kw_only=True):
    """A photo. ``width`` and ``height`` are the pixels that annotations use; ``display_*`` is a scaled copy for
    photos too large for a browser, otherwise the same. The addresses end within two hours."""

    id: UUID
    url: str
    width: int
    height: int
    display_url: str
    display_width: int
    display_height: int
    thumbnail_url: str
    content_type: str
    file_name: str


class ShownText(msgspec.Struct, tag_field="type", tag="text", kw_only=True):
    """A text of a task's content."""

    text: str
    title: str | None


class ShownImage(msgspec.Struct, tag_field="type", tag="image", kw_only=True):
    """A photo of a task's content."""

    media: Media
    title: str | None


class ShownLink(msgspec.Struct, tag_field="type", tag="link", kw_only=True):
    """A page elsewhere, to be opened beside the task."""

    url: str
    title: str | None


class ShownFile(msgspec.Struct, tag_field="type", tag="file", kw_only=True):
    """A recording or a document of a task's content. The address ends within two hours."""

    media: FileType
    url: str
    content_type: str
    file_name: str
    title: str | None


ShownItem: TypeAlias = ShownText | ShownImage | ShownLink | ShownFile


class Asker(Protocol):
    """Who looks at a photo, and when."""

    @property
    def now(self) -> datetime: ...
    @property
    def caller(self) -> Caller: ...


def media_of(home: House, asker: Asker, attachment_id: UUID, photo: StoredPhoto) -> Media:
    """A photo as the caller is shown it."""

    def url(key: str) -> str:
        return _address(home, asker, key, content_type_of(key))

    original = url(photo.blob_key)
    return Media(
        id=attachment_id,
        url=original,
        width=photo.width,
        height=photo.height,
        display_url=original if photo.display_key == photo.blob_key else url(photo.display_key),
        display_width=photo.display_width,
        display_height=photo.display_height,
        thumbnail_url=url(photo.thumbnail_key),
        content_type=photo.content_type,
        file_name=photo.file_name,
    )


def _address(home: House, asker: Asker, key: str, content_type: str) -> str:
    whole_hours = int(asker.now.timestamp()) // _STEP_SECONDS
    expires_at = datetime.fromtimestamp((whole_hours + 2) * _STEP_SECONDS, UTC)
    viewer = viewer_of(asker.caller)
    return home.blobs.signed_url(key, expires_at=expires_at, content_type=content_type, viewer=viewer)


def shown_items(
    home: House, asker: Asker, items: Sequence[KeptItem] | None, photos: Mapping[UUID, StoredPhoto]
) -> list[ShownItem] | None:
    """A task's content as the caller is shown it, without what is still to be fetched. ``photos``: those of its items,
    as they are stored."""
    if items is None:
        return None
    return [shown for item in items if (shown := _shown(home, asker, item, photos)) is not None]


def _shown(home: House, asker: Asker, item: KeptItem, photos: Mapping[UUID, StoredPhoto]) -> ShownItem | None:
    match item:
        case TextItem(text, title):
            return ShownText(text=text, title=title)
        case ImageItem(attachment_id, title):
            return ShownImage(media=media_of(home, asker, attachment_id, photos[attachment_id]), title=title)
        case LinkItem(url, title):
            return ShownLink(url=url, title=title)
        case FileItem(media, key, content_type, file_name, title):
            url = _address(home, asker, key, content_type)
            return ShownFile(media=media, url=url, content_type=content_type, file_name=file_name, title=title)
        case WaitingItem() | PageItem():
            # Not here yet; or shown in a frame of its own, on the market's pages.
            return None


def viewer_of(caller: Caller) -> str:
    """Whom an address is signed for: the person or the key, not the session, so that it survives a new sign-in."""
    return str(caller.key_id if caller.kind == "key" else caller.member_id)


async def put_away(blobs: Blobs, organization_id: UUID, file_name: str, content: bytes) -> StoredPhoto:
    """Inspects a photo, cleans it and puts it into the store; nothing refers to it yet.

    Raises ``Invalid`` or ``TooLarge`` with a sentence for whoever sent it.
    """
    async with _decoding:
        ready = await asyncio.to_thread(prepare, content)
    keys = {
        part: blob_key(organization_id.hex, ready.sha256, part, kind)
        for part, kind in (
            ("original", ready.content_type),
            ("display", ready.display_content_type),
            ("thumbnail", ready.thumbnail_content_type),
        )
    }
    if ready.display is None:
        keys["display"] = keys["original"]
    else:
        await blobs.put(keys["display"], ready.display, ready.display_content_type)
    await blobs.put(keys["thumbnail"], ready.thumbnail, ready.thumbnail_content_type)
    await blobs.put(keys["original"], ready.original, ready.content_type)
    return _stored(file_name, ready, keys)


def _stored(file_name: str, ready: PreparedMedia, keys: dict[str, str]) -> StoredPhoto:
    return StoredPhoto(
        file_name=file_name,
        sha256=bytes.fromhex(ready.sha256),
        content_type=ready.content_type,
        byte_count=len(ready.original),
        width=ready.width,
        height=ready.height,
        display_width=ready.display_width,
        display_height=ready.display_height,
        blob_key=keys["original"],
        display_key=keys["display"],
        thumbnail_key=keys["thumbnail"],
    )


async def body_of(request: AnyRequest, bytes_max: int = DEFAULT_LIMITS.bytes_max) -> bytes:
    """The whole body, as long as it stays within the bound. Raises ``TooLarge`` as soon as it does not."""
    declared = request.headers.get("content-length", "0")
    if declared.isdigit() and int(declared) > bytes_max:
        raise TooLarge(f"This file has {int(declared) / 2**20:.0f} MiB; the limit is {bytes_max / 2**20:.0f} MiB.")
    pieces, size = [], 0
    async for piece in request.stream():
        size += len(piece)
        if size > bytes_max:
            raise TooLarge(f"This file is over the limit of {bytes_max / 2**20:.0f} MiB.")
        pieces.append(piece)
    return b"".join(pieces)


def file_name_of(request: AnyRequest) -> str:
    """The file's name as the sender knows it, from the header X-File-Name (percent-encoded UTF-8)."""
    try:
        name = unquote(request.headers.get("x-file-name", ""), errors="strict").strip()
    except UnicodeDecodeError:
        raise Invalid("Must be percent-encoded UTF-8.", "X-File-Name") from None
    if not name:
        raise Invalid("Say the file's name in the header X-File-Name (percent-encoded UTF-8).", "X-File-Name")
    if len(name) > 1024 or any(ord(letter) < 32 for letter in name):
        raise Invalid("At most 1,024 characters, none of them control characters.", "X-File-Name")
    return name


@get("/media/{key:path}", opt={"permission": "self.read"}, include_in_schema=False)
async def get_media(request: AnyRequest, key: FromPath[str]) -> Response[bytes]:
    """The bytes of a photo, for the viewer its address was signed for."""
    home = house(request)
    key = key.lstrip("/")
    async with enter(request) as context:
        # Of one's own organization; a market's freelancers are shown the photos of its requesters.
        if not key.startswith(f"{context.organization_id.hex}/") and not await accounts.is_market(context):
            raise Forbidden("This address was not made for you.")
        query = {name: str(value) for name, value in request.query_params.items()}
        grant = home.blobs.check_url(key, query, viewer=viewer_of(context.caller), now=context.now)
    return await _served(home, key, grant.content_type, request.headers.get("range"))


@get("/guide-images/{attachment_id:uuid}", opt={"permission": "self.read"}, include_in_schema=False)
async def get_guide_image(request: AnyRequest, attachment_id: FromPath[UUID]) -> Response[bytes]:
    """An example photo in a project's instructions. Its address does not expire, as it stands in a text; it shows
    nothing to who may not see the instructions."""
    async with enter(request) as context:
        photo = await projects.guide_image(context, attachment_id)
    return await _served(house(request), photo.display_key, content_type_of(photo.display_key))


async def _served(home: House, key: str, content_type: str, wanted: str | None = None) -> Response[bytes]:
    """``wanted``: the header Range; players of recordings ask for one part after the other."""
    content = await home.blobs.get(key)
    headers = {
        # Private: a shared cache must not hand it to somebody else.
        "cache-control": "private, max-age=3600, immutable",
        "content-disposition": "inline",
        "accept-ranges": "bytes",
    }
    part = part_of(wanted, len(content))
    if part is None:
        return Response(content, media_type=content_type, headers=headers)
    first, last = part
    headers["content-range"] = f"bytes {first}-{last}/{len(content)}"
    return Response(content[first : last + 1], status_code=206, media_type=content_type, headers=headers)


def part_of(wanted: str | None, size: int) -> tuple[int, int] | None:
    """The first and the last byte that a Range header asks for (RFC 9110, 14.1.2); none for the whole, which is also
    what several parts, or one that is not there, are answered with."""
    found = re.fullmatch(r"bytes=(\d{0,18})-(\d{0,18})", (wanted or "").strip())
    if found is None or found.groups() == ("", "") or size == 0:
        return None
    start, end = found.groups()
    if start == "":
        return max(size - int(end), 0), size - 1
    first, last = int(start), min(int(end) if end else size - 1, size - 1)
    return (first, last) if first <= last else None
