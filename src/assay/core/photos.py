"""Photos as the house knows them: their facts and where their bytes are put."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

_EXTENSIONS: Final = {
    "image/jpeg": "jpg",
    "image/png": "png",
    "image/webp": "webp",
    "application/pdf": "pdf",
    "audio/mpeg": "mp3",
    "audio/wav": "wav",
    "audio/flac": "flac",
    "audio/ogg": "ogg",
    "audio/mp4": "m4a",
    "video/mp4": "mp4",
    "video/webm": "webm",
}
_TYPES: Final = {extension: content_type for content_type, extension in _EXTENSIONS.items()}


@dataclass(frozen=True)
class StoredPhoto:
    """A photo that was inspected and put away. Sizes are pixels as shown; keys are the blob store's."""

    file_name: str
    sha256: bytes
    content_type: str
    byte_count: int
    width: int
    height: int
    display_width: int
    display_height: int
    blob_key: str
    display_key: str
    thumbnail_key: str

    def columns(self) -> tuple[Any, ...]:
        return (
            self.sha256,
            self.content_type,
            self.byte_count,
            self.width,
            self.height,
            self.display_width,
            self.display_height,
            self.blob_key,
            self.display_key,
            self.thumbnail_key,
        )


def blob_key(organization: str, sha256: str, part: str, content_type: str) -> str:
    """Where one part (``original``, ``display`` or ``thumbnail``) of a photo is put.

    Made of the organization's id and the content's hash, never of a name: the same photo twice is one file, and
    nothing a customer writes can become a path.
    """
    return f"{organization}/{sha256[:2]}/{sha256}-{part}.{_EXTENSIONS[content_type]}"


def content_type_of(key: str) -> str:
    """The type of the part at this key."""
    return _TYPES[key.rpartition(".")[2]]
