"""What a task shows and asks, as rows hold it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import msgspec

from assay.core.annotations.kind import Content, MediaSize
from assay.core.content import KeptItem, page_of, pages_of, text_of
from assay.core.photos import StoredPhoto
from assay.core.taxonomy import Taxonomy

_decode_items: Final = msgspec.json.Decoder(list[KeptItem]).decode
_decode_taxonomy: Final = msgspec.json.Decoder(Taxonomy).decode


def items_from(text: str | None) -> list[KeptItem] | None:
    """A task's content from its column."""
    return None if text is None else _decode_items(text)


def taxonomy_from(text: str | None) -> Taxonomy | None:
    """A task's own taxonomy from its column."""
    return None if text is None else _decode_taxonomy(text)


def content_of(photo: StoredPhoto | None, items: Sequence[KeptItem] | None) -> Content:
    """What answers depend on."""
    size = None if photo is None else MediaSize(photo.width, photo.height)
    pages = [None if page is None else MediaSize(*page) for page in pages_of(items)]
    return Content(size, text_of(items), pages, page_of(items))
