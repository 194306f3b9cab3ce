"""What a task brings to be looked at instead of one photo, or beside it: texts, photos, files and links, in order."""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping, Sequence
from typing import Final, Literal, TypeAlias
from urllib.parse import urlsplit
from uuid import UUID

import msgspec

from assay.core.errors import Invalid, Problem
from assay.core.files import file_of
from assay.core.pages import Page, PageItem
from assay.core.texts import is_storable

ITEMS_MAX: Final = 50
# Of a document, whose pages are found when it is fetched.
PAGES_MAX: Final = 200
BYTES_MAX: Final = 1_000_000
TITLE_LENGTH_MAX: Final = 500
# Of a photo that is still to be fetched.
SIZE_NOT_KNOWN: Final = (0, 0)
URL_LENGTH_MAX: Final = 4096


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


class LinkItem(
    msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="type", tag="link", omit_defaults=True
):
    """A page elsewhere. It is never fetched nor shown within ours: whoever works on the task may open it."""

    url: str
    title: str | None = None


# What a request may show. Rows hold more.
Item: TypeAlias = TextItem | ImageItem | LinkItem

FileType: TypeAlias = Literal["audio", "video", "pdf"]


class FileItem(
    msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="type", tag="file", omit_defaults=True
):
    """A recording or a document that was fetched. ``key``: where the blob store has it."""

    media: FileType
    key: str
    content_type: str
    file_name: str
    title: str | None = None


class WaitingItem(
    msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="type", tag="waiting", omit_defaults=True
):
    """Something that is still to be fetched; it becomes an item of the kind ``becomes`` in its place, and where these
    are pages, as many photos as it has."""

    attachment_id: UUID
    becomes: Literal["text", "image", "pages"] | FileType
    title: str | None = None


KeptItem: TypeAlias = Item | FileItem | WaitingItem | PageItem


class Fetched(msgspec.Struct, frozen=True):
    """Something at an address, to become an item once it is here; ``pages``: a photo, or each page of a document."""

    url: str
    type: Literal["text", "image", "pages"] | FileType = "image"
    title: str | None = None


GivenItem: TypeAlias = Item | Fetched


def as_if_here(items: Sequence[GivenItem], ids: Sequence[UUID]) -> list[Item]:
    """What stands for the items until they are fetched, so that a kind can say whether it may be shown. ``ids``: one
    for each item, of which those that are fetched get theirs."""

    def one(item: GivenItem, attachment_id: UUID) -> Item:
        if not isinstance(item, Fetched):
            return item
        if item.type in ("image", "pages"):
            return ImageItem(attachment_id, item.title)
        # Nothing is known of a text yet but that it is one.
        return TextItem("\u2026", item.title) if item.type == "text" else LinkItem(item.url, item.title)

    return [one(item, id_) for item, id_ in zip(items, ids, strict=True)]


def kept(items: Sequence[GivenItem], ids: Sequence[UUID]) -> tuple[list[KeptItem], list[str]]:
    """The items as rows hold them, and the addresses of those that wait, in order."""
    held: list[KeptItem] = [
        WaitingItem(id_, item.type, item.title) if isinstance(item, Fetched) else item
        for item, id_ in zip(items, ids, strict=True)
    ]
    return held, [item.url for item in items if isinstance(item, Fetched)]


def in_place(items: Sequence[KeptItem], attachment_id: UUID, arrived: Sequence[KeptItem]) -> list[KeptItem]:
    """The items with what came for the one that waited in its place. Several are told apart by their numbers under its
    title. Raises ``Invalid`` where they are too many by now."""
    found: list[KeptItem] = []
    for one in items:
        if not isinstance(one, WaitingItem) or one.attachment_id != attachment_id:
            found.append(one)
            continue
        many = one.title is not None and len(arrived) > 1
        for number, item in enumerate(arrived, 1):
            found.append(msgspec.structs.replace(item, title=f"{one.title} · {number}" if many else one.title))
    if len(arrived) > 1 and len(found) > PAGES_MAX:
        raise Invalid(
            f"A task shows at most {PAGES_MAX} pages; with these it would be {len(found)}. Make several tasks."
        )
    return found


def is_address(text: str) -> bool:
    """Whether this is a full http or https address and nothing else."""
    return address_problem(text.strip()) is None and not any(letter.isspace() for letter in text.strip())


def address_problem(url: str) -> str | None:
    """What is wrong with an address, by its looks; none where it may do, or names a file that was put away."""
    if len(url) > URL_LENGTH_MAX:
        return f"At most {URL_LENGTH_MAX} characters."
    if file_of(url) is not None:
        return None
    try:
        parts = urlsplit(url)
    except ValueError:
        parts = urlsplit("")
    whole = parts.scheme in ("http", "https") and parts.hostname and is_storable(url)
    return None if whole else "Must be a full http or https address."


def problems(items: Sequence[KeptItem], photos: Container[UUID]) -> Iterator[Problem]:
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
        elif isinstance(item, LinkItem):
            wrong = address_problem(item.url)
            if wrong is not None:
                yield Problem(f"{where}.url", wrong)
        elif not isinstance(item, TextItem):
            continue
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


def pages_of(items: Sequence[KeptItem] | None) -> list[tuple[int, int] | None]:
    """Width and height of each photo, in order; none of one whose size is not known."""
    return [
        (item.width, item.height) if item.width and item.height else None
        for item in items or ()
        if isinstance(item, ImageItem)
    ]


def photos_in(items: Sequence[KeptItem] | None) -> list[UUID]:
    """The photos that items show, in order."""
    return [item.attachment_id for item in items or () if isinstance(item, ImageItem)]


def text_of(items: Sequence[KeptItem] | None) -> str | None:
    """The first text, in which marks lie where a kind has marks in texts; none without one."""
    return next((item.text for item in items or () if isinstance(item, TextItem)), None)


def page_of(items: Sequence[KeptItem] | None) -> Page | None:
    """The page that a task is, where it is one."""
    return next((item.page for item in items or () if isinstance(item, PageItem)), None)
