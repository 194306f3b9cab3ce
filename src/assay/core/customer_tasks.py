"""What a customer's program may say of a task of its own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import msgspec

from assay.core.errors import Invalid
from assay.core.intake import METADATA_BYTES_MAX, UNIQUE_ID_LENGTH_MAX

TAGS_MAX: Final = 100
TAG_LENGTH_MAX: Final = 200


def check_tags(tags: Sequence[str]) -> None:
    """Raises ``Invalid`` for words that tasks cannot be found by."""
    if len(set(tags)) > TAGS_MAX:
        raise Invalid(f"At most {TAGS_MAX} tags.", "tags")
    for tag in tags:
        if not 1 <= len(tag) <= TAG_LENGTH_MAX or "\x00" in tag:
            raise Invalid(f"A tag has 1 to {TAG_LENGTH_MAX} characters.", "tags")


def check_unique_id(unique_id: str) -> None:
    """Raises ``Invalid``."""
    if not 1 <= len(unique_id) <= UNIQUE_ID_LENGTH_MAX or "\x00" in unique_id:
        raise Invalid(f"Must have 1 to {UNIQUE_ID_LENGTH_MAX} characters.", "unique_id")


def check_request(request: str) -> None:
    """JSON text as a program sent it. Raises ``Invalid`` for what the database could keep and not search in."""
    if "\\u0000" in request:
        raise Invalid("Text must not contain the NUL character.")


def checked_metadata(metadata: Mapping[str, Any]) -> str:
    """Metadata as JSON text. Raises ``Invalid``."""
    text = msgspec.json.encode(metadata).decode()
    if len(text) > METADATA_BYTES_MAX:
        raise Invalid(f"At most {METADATA_BYTES_MAX // 1024} KiB of JSON.", "metadata")
    if "\\u0000" in text:
        raise Invalid("Text must not contain the NUL character.", "metadata")
    return text
