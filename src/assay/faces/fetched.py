"""What tasks show, once it is fetched: photos, texts, recordings and documents.

What a thing is says its content, not its sender. Only types that a browser plays, or opens in a page of its own, are
taken, so that nothing which could run reaches a worker.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from contextlib import aclosing
from typing import Final, TypeAlias, cast
from uuid import UUID

from assay.adapters.pdf_pages import is_pdf, rendered
from assay.core.content import BYTES_MAX, FileItem, FileType, TextItem
from assay.core.errors import Invalid
from assay.core.photos import StoredPhoto, blob_key
from assay.core.ports import Blobs
from assay.core.texts import is_storable
from assay.faces.media import put_away

NAME_LENGTH_MAX: Final = 1000

# How each type begins: bytes, and from where on.
_BEGINNINGS: Final[Mapping[str, tuple[tuple[int, bytes], ...]]] = {
    "application/pdf": ((0, b"%PDF-"),),
    "audio/mpeg": ((0, b"ID3"), (0, b"\xff\xfb"), (0, b"\xff\xf3"), (0, b"\xff\xf2")),
    "audio/wav": ((8, b"WAVE"),),
    "audio/flac": ((0, b"fLaC"),),
    "audio/ogg": ((0, b"OggS"),),
    "audio/mp4": ((4, b"ftypM4A"),),
    "video/mp4": ((4, b"ftyp"),),
    "video/webm": ((0, b"\x1a\x45\xdf\xa3"),),
}
_TAKEN: Final[Mapping[str, tuple[str, ...]]] = {
    "pdf": ("application/pdf",),
    # A recording of sound alone may come in a container of pictures.
    "audio": ("audio/mpeg", "audio/wav", "audio/flac", "audio/ogg", "audio/mp4", "video/mp4", "video/webm"),
    "video": ("video/mp4", "video/webm"),
}
_PLAINLY: Final = {
    "pdf": "a PDF document",
    "audio": "a recording a browser can play (MP3, WAV, FLAC, Ogg, M4A, WebM)",
    "video": "a video a browser can play (MP4, WebM)",
}

Found: TypeAlias = StoredPhoto | TextItem | FileItem | list[StoredPhoto]


async def found_in(blobs: Blobs, organization_id: UUID, wanted: str, file_name: str, content: bytes) -> Found:
    """What fetched bytes are, put into the store: a photo, an item, or the pages of a document that was ``wanted`` by
    its pages. Raises ``Invalid`` and ``TooLarge`` for what cannot be shown."""
    if wanted == "pages" and is_pdf(content):
        return await _pages(blobs, organization_id, file_name, content)
    if wanted in ("image", "pages"):
        return await put_away(blobs, organization_id, file_name, content)
    return await item_of(blobs, organization_id, wanted, file_name, content)


async def _pages(blobs: Blobs, organization_id: UUID, file_name: str, content: bytes) -> list[StoredPhoto]:
    pages: list[StoredPhoto] = []
    async with aclosing(rendered(content)) as found:
        async for page in found:
            name = f"{file_name[:NAME_LENGTH_MAX]} page {len(pages) + 1}"
            pages.append(await put_away(blobs, organization_id, name, page))
    return pages


async def item_of(
    blobs: Blobs, organization_id: UUID, wanted: str, file_name: str, content: bytes
) -> TextItem | FileItem:
    """The item that fetched bytes are; a file is put into the store. Raises ``Invalid`` for what cannot be shown."""
    if wanted == "text":
        return TextItem(_text(content))
    content_type = next((type_ for type_ in _TAKEN[wanted] if _begins(content, type_)), None)
    if content_type is None:
        raise Invalid(f"What lies at the address is not {_PLAINLY[wanted]}.")
    key = blob_key(organization_id.hex, hashlib.sha256(content).hexdigest(), "file", content_type)
    await blobs.put(key, content, content_type)
    return FileItem(cast(FileType, wanted), key, content_type, file_name[:255])


def _begins(content: bytes, content_type: str) -> bool:
    return any(content[at : at + len(mark)] == mark for at, mark in _BEGINNINGS[content_type])


def _text(content: bytes) -> str:
    if len(content) > BYTES_MAX // 2:
        raise Invalid(f"A text has at most {BYTES_MAX // 2:,} bytes.")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Invalid("What lies at the address is no text in UTF-8.") from None
    if not text.strip() or not is_storable(text):
        raise Invalid("What lies at the address is no text that can be shown.")
    return text
