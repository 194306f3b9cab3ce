"""What a task brings to be looked at when it is not one photo: texts and photos, in order."""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping, Sequence
from typing import Final, Literal, TypeAlias
from uuid import UUID

import msgspec

from assay.core.errors import Problem
from assay.core.texts import is_storable

ITEMS_MAX: Final = 50
BYTES_MAX: Final = 1_000_000
TITLE_LENGTH_MAX: Final = 500


class TextItem(
    msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="type", tag="text", omit_defaults=True
):
    text: str
    title: str | None = None


class ImageItem(
    msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="type", tag="image", omit_defaults=True
):
    """A photo of the project that is here already. ``width`` and ``height``, pixels as shown, are kept with the task;
    what a request says of them counts for nothing."""

    attachment_id: UUID
    title: str | None = None
    width: int | None = None
    height: int | None = None


Item: TypeAlias = TextItem | ImageItem


class Fetched(msgspec.Struct, frozen=True):
    """A photo or a text at an address, to become an item once it is here."""

    url: str
    type: Literal["text", "image"] = "image"
    title: str | None = None


GivenItem: TypeAlias = Item | Fetched


def problems(items: Sequence[Item], photos: Container[UUID]) -> Iterator[Problem]:
    """What is wrong with a task's content. ``photos``: the usable photos of its project."""
    if not 1 <= len(items) <= ITEMS_MAX:
        yield Problem("content", f"Give 1 to {ITEMS_MAX} items; this has {len(items)}.")
        return
    if len(msgspec.json.encode(items)) > BYTES_MAX:
        yield Problem("content", f"At most {BYTES_MAX:,} bytes of JSON; shorten the texts, or make several tasks.")
        return
    for index, item in enumerate(items):
        where = f"content[{index}]"
        if len(item.title or "") > TITLE_LENGTH_MAX or not is_storable(item.title or ""):
            yield Problem(f"{where}.title", f"At most {TITLE_LENGTH_MAX} characters that can be stored.")
        if isinstance(item, ImageItem):
            if item.attachment_id not in photos:
                yield Problem(f"{where}.attachment_id", "No such photo in this project; upload it first.")
        elif not item.text.strip():
            yield Problem(f"{where}.text", "Is empty; write the text that is to be shown, or leave the item out.")
        elif not is_storable(item.text):
            yield Problem(f"{where}.text", "Has a character that cannot be stored; remove it.")


def sized(items: Sequence[Item], sizes: Mapping[UUID, tuple[int, int]]) -> list[Item]:
    """The items as they are kept: each photo with its size."""
    return [
        msgspec.structs.replace(
            item, **dict(zip(("width", "height"), sizes.get(item.attachment_id, (None, None)), strict=True))
        )
        if isinstance(item, ImageItem)
        else item
        for item in items
    ]


def pages_of(items: Sequence[Item] | None) -> list[tuple[int, int] | None]:
    """Width and height of each photo, in order; none of one whose size is not known."""
    return [
        (item.width, item.height) if item.width and item.height else None
        for item in items or ()
        if isinstance(item, ImageItem)
    ]


def photos_in(items: Sequence[Item] | None) -> list[UUID]:
    """The photos that items show, in order."""
    return [item.attachment_id for item in items or () if isinstance(item, ImageItem)]


def text_of(items: Sequence[Item] | None) -> str | None:
    """The first text, in which marks lie where a kind has marks in texts; none without one."""
    return next((item.text for item in items or () if isinstance(item, TextItem)), None)
