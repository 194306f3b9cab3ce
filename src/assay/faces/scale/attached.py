"""What tasks of this dialect show: one ``attachment``, or several, each with a type.

    {"attachment": "https://…/17.jpg", "attachment_type": "image"}
    {"attachments": [{"type": "text", "content": "Best soap ever"}, {"type": "pdf", "content": "https://…/17.pdf"}]}

A text stands there itself, or lies at an address, from which it is fetched like a photo. A website is never fetched nor
framed; workers follow a link.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from mimetypes import guess_type
from typing import Any, Final
from urllib.parse import urlsplit

from assay.core.content import (
    TITLE_LENGTH_MAX,
    Fetched,
    FileItem,
    GivenItem,
    KeptItem,
    LinkItem,
    TextItem,
    is_address,
)
from assay.core.errors import Invalid
from assay.faces.scale.plain_text import plain
from assay.faces.scale.reading import a_list
from assay.faces.scale.task_type import Params

_FETCHED: Final = ("image", "audio", "video", "pdf")
TYPES: Final = ("text", "website", *_FETCHED)


def items_of(params: Params, *, default: str | None = None) -> list[GivenItem]:
    """Everything that a task shows, in order; nothing where it names nothing. ``default``: of what type an attachment
    is that does not say it; none guesses that an address is an image and everything else a text. Raises ``Invalid``."""
    type_ = params.get("attachment_type") or default
    found = [
        _item(one, type_, f"attachments[{index}]")
        for index, one in enumerate(a_list(params.get("attachments"), "attachments"))
    ]
    if params.get("attachment") is not None:
        found.insert(0, _item(params["attachment"], type_, "attachment"))
    return found


def context_of(params: Params) -> list[GivenItem]:
    """What may be looked at beside an image: other images, texts in place, and whatever else the path of an address
    says lies there; of an address that says nothing, an image. Raises ``Invalid``."""
    return [
        _item(one, None, f"context_attachments[{index}]", _by_path)
        for index, one in enumerate(a_list(params.get("context_attachments"), "context_attachments"))
    ]


def _by_path(address: str) -> str:
    type_, _ = guess_type(urlsplit(address).path)
    if type_ is None:
        return "image"
    whole = {"text/plain": "text", "application/pdf": "pdf", "application/octet-stream": "image"}
    major = type_.partition("/")[0]
    return whole.get(type_) or (major if major in _FETCHED else "website")


def told_items(items: Sequence[KeptItem], named: str) -> list[dict[str, str]]:
    """Texts and links as they were given, under this name; of photos and files, which have no address of their own,
    only what they are."""
    told = []
    for item in items:
        match item:
            case TextItem(text):
                told.append({"type": "text", named: text})
            case LinkItem(url):
                told.append({"type": "website", named: url})
            case FileItem(media):
                told.append({"type": media})
            case _:
                told.append({"type": "image"})
    return told


def at_least(items: Sequence[GivenItem], count: int, path: str) -> Sequence[GivenItem]:
    """The items. Raises ``Invalid`` where there are fewer."""
    if len(items) < count:
        raise Invalid("Give what is to be looked at." if count == 1 else f"Give at least {count} attachments.", path)
    return items


def _item(given: Any, type_: Any, path: str, guess: Callable[[str], str] = lambda _: "image") -> GivenItem:
    """``guess``: of what type an address is where nothing says it."""
    title = None
    if isinstance(given, Mapping):
        type_ = given.get("type") or given.get("attachment_type") or type_
        title = plain(given.get("title") or given.get("name"), f"{path}.title", TITLE_LENGTH_MAX)
        inside = next(_contents(given), None)
        if inside is None:
            raise Invalid("Say in content what is to be shown, or where it lies.", f"{path}.content")
        path, given = f"{path}.{inside}", given[inside]
    if not isinstance(given, str) or not given.strip():
        raise Invalid("Must be a text or an address.", path)
    kind = str(type_).lower() if type_ is not None else guess(given) if is_address(given) else "text"
    if kind == "text":
        return Fetched(given.strip(), "text", title) if is_address(given) else TextItem(given, title)
    if kind not in TYPES:
        raise Invalid(f"There is no attachment type {kind[:50]!r}; use any of {', '.join(TYPES)}.", path)
    if not is_address(given):
        raise Invalid("Must be a full http or https address.", path)
    return LinkItem(given.strip(), title) if kind == "website" else Fetched(given.strip(), kind, title)  # type: ignore[arg-type]


def _contents(given: Mapping[str, Any]) -> Iterator[str]:
    return (name for name in ("content", "attachment", "url") if given.get(name) is not None)
