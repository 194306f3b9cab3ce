"""Files that a customer put away to use in tasks: what they are, and how tasks name them.

A task names such a file by an address of our own, which looks like any other and is never asked for on the network:

    assay-file://019adc31-…/street.jpg
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final
from urllib.parse import quote
from uuid import UUID

import msgspec

from assay.core.errors import Invalid

BYTES_MAX: Final = 80 * 1024 * 1024
NAME_LENGTH_MAX: Final = 1024
REFERENCE_LENGTH_MAX: Final = 512
# What is looked at to tell what a file is.
HEAD_BYTES: Final = 64 * 1024

_SCHEME: Final = "assay-file://"
_ADDRESS: Final = re.compile(rf"{_SCHEME}([0-9a-f]{{8}}(?:-[0-9a-f]{{4}}){{3}}-[0-9a-f]{{12}})(?:/[^/?#\s]*)?")
_NAME_SHOWN_MAX: Final = 200

# How each type begins: bytes, and from where on. The first that fits.
_BEGINNINGS: Final[tuple[tuple[str, int, bytes], ...]] = (
    ("image/jpeg", 0, b"\xff\xd8\xff"),
    ("image/png", 0, b"\x89PNG\r\n\x1a\n"),
    ("image/webp", 8, b"WEBP"),
    ("image/gif", 0, b"GIF8"),
    ("image/tiff", 0, b"II*\x00"),
    ("image/tiff", 0, b"MM\x00*"),
    ("image/bmp", 0, b"BM"),
    ("application/pdf", 0, b"%PDF-"),
    ("audio/wav", 8, b"WAVE"),
    ("audio/mpeg", 0, b"ID3"),
    ("audio/mpeg", 0, b"\xff\xfb"),
    ("audio/mpeg", 0, b"\xff\xf3"),
    ("audio/mpeg", 0, b"\xff\xf2"),
    ("audio/flac", 0, b"fLaC"),
    ("audio/ogg", 0, b"OggS"),
    ("audio/mp4", 4, b"ftypM4A"),
    ("video/mp4", 4, b"ftyp"),
    ("video/webm", 0, b"\x1a\x45\xdf\xa3"),
    ("application/zip", 0, b"PK\x03\x04"),
    ("application/gzip", 0, b"\x1f\x8b"),
)


def content_type_of(head: bytes) -> str:
    """What a file is by how it begins, whatever its name or sender say. ``head``: its first ``HEAD_BYTES`` bytes."""
    for content_type, at, mark in _BEGINNINGS:
        if head[at : at + len(mark)] == mark:
            return content_type
    try:
        text = head[: HEAD_BYTES - 4].decode("utf-8-sig") if len(head) >= HEAD_BYTES else head.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        # A letter may be cut in two where the head ends.
        if error.start < len(head) - 8:
            return "application/octet-stream"
        text = head[: error.start].decode("utf-8-sig")
    if "\x00" in text:
        return "application/octet-stream"
    return "application/json" if text.lstrip()[:1] in ("{", "[") else "text/plain"


def blob_key(organization: str, sha256: str) -> str:
    """Where a file is put, by its content: the same twice is one."""
    return f"{organization}/{sha256[:2]}/{sha256}-kept"


def address_of(file_id: UUID, name: str) -> str:
    """What a task calls the file. ``name`` is only for people."""
    return f"{_SCHEME}{file_id}/{quote(name[:_NAME_SHOWN_MAX], safe='')}"


def file_of(address: str) -> UUID | None:
    """The file that an address of ours names; none for any other address."""
    found = _ADDRESS.fullmatch(address)
    return None if found is None else UUID(found[1])


def check(name: str, reference: str | None, metadata: Mapping[str, object]) -> str:
    """Checks what is said of a file; its metadata as JSON text. Raises ``Invalid``."""
    if not 1 <= len(name) <= NAME_LENGTH_MAX or any(ord(letter) < 32 for letter in name):
        raise Invalid(
            f"Must have 1 to {NAME_LENGTH_MAX:,} characters, none of them control characters.", "display_name"
        )
    if reference is not None and (not 1 <= len(reference) <= REFERENCE_LENGTH_MAX or "\x00" in reference):
        raise Invalid(f"Must have 1 to {REFERENCE_LENGTH_MAX} characters.", "reference_id")
    text = msgspec.json.encode(metadata).decode()
    if len(text) > _METADATA_BYTES_MAX or "\\u0000" in text:
        raise Invalid(f"At most {_METADATA_BYTES_MAX // 1024} KiB of JSON, without the NUL character.", "metadata")
    return text


_METADATA_BYTES_MAX: Final = 64 * 1024
