"""What may be added to a project, row by row."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final
from urllib.parse import unquote, urlsplit
from uuid import UUID

import msgspec

from assay.core.annotations import kind_named
from assay.core.annotations.kind import Answer, Content, Kind, MediaSize
from assay.core.content import Item, pages_of, photos_in, sized, text_of
from assay.core.content import problems as content_problems
from assay.core.errors import Invalid, Problem
from assay.core.files import file_of
from assay.core.taxonomy import Taxonomy

ROWS_MAX: Final = 10_000
METADATA_BYTES_MAX: Final = 64 * 1024
UNIQUE_ID_LENGTH_MAX: Final = 512
URL_LENGTH_MAX: Final = 4096
DEFAULT_PRIORITY: Final = 50


class TaskRow(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One task to be. Exactly one of ``attachment_id`` and ``url`` says which photo. Where the project's kind shows
    more than photos, ``content`` may say instead what is shown: texts, links, and photos that are there already; with a
    photo to mark it is what may be looked at beside that. ``taxonomy`` is what is asked, where it is not what the
    project asks.

    ``priority`` is within [0, 100], higher first. ``prelabels`` are shown to the worker to correct; ``gold`` is a
    known answer and makes the task a hidden test.
    """

    attachment_id: UUID | None = None
    url: str | None = None
    unique_id: str | None = None
    metadata: dict[str, Any] = {}
    priority: int = DEFAULT_PRIORITY
    prelabels: Answer | None = None
    gold: Answer | None = None
    content: list[Item] | None = None
    taxonomy: Taxonomy | None = None


class CheckedRow(msgspec.Struct, frozen=True, gc=False):
    """A row that may be written. The answers are in canonical form; ``metadata``, ``content`` and ``taxonomy`` are JSON
    text."""

    index: int
    row: TaskRow
    metadata: str
    prelabels: Answer | None
    gold: Answer | None
    content: str | None = None
    taxonomy: str | None = None


def check_rows(
    rows: Sequence[TaskRow],
    kind: str,
    taxonomy: Taxonomy,
    sizes: Mapping[UUID, tuple[int, int]],
    *,
    pages_known: bool = True,
) -> tuple[list[CheckedRow], dict[int, list[Problem]]]:
    """The rows that may be written, and for each other row what is wrong with it.

    ``sizes``: width and height of each usable photo of the project. A unique id that stands twice in the request
    is refused the second time. Without ``pages_known`` an item may turn out to be many pages.
    """
    known = kind_named(kind)
    # The same for every task that is one photo.
    of_photos = list(known.content_problems(None, photo=True))
    good: list[CheckedRow] = []
    bad: dict[int, list[Problem]] = {}
    seen: dict[str, int] = {}
    for index, row in enumerate(rows):
        metadata = "{}"
        if row.metadata:
            metadata = msgspec.json.encode(row.metadata).decode()
        problems = list(_problems(row, metadata, sizes))
        shown = row.content is not None or row.taxonomy is not None
        if shown or (row.attachment_id is None) == (row.url is None):
            problems.extend(_shown_problems(row, known, sizes))
        else:
            problems.extend(of_photos)
        if row.unique_id is not None and seen.setdefault(row.unique_id, index) != index:
            problems.append(Problem("unique_id", f"Row {seen[row.unique_id]} of this request has the same one."))
        if len(metadata) > METADATA_BYTES_MAX:
            problems.append(Problem("metadata", f"At most {METADATA_BYTES_MAX // 1024} KiB of JSON."))
        if not problems and not shown and row.prelabels is None and row.gold is None:
            # Nearly all rows, when there are many.
            good.append(CheckedRow(index, row, metadata, None, None))
            continue
        size = sizes.get(row.attachment_id) if row.attachment_id else None
        items = None if row.content is None else sized(row.content, sizes)
        answers: dict[str, Answer | None] = {"prelabels": None, "gold": None}
        for name, complete in (("prelabels", False), ("gold", True)):
            answer = getattr(row, name)
            if answer is None:
                continue
            try:
                pages = [MediaSize(*page) if page else None for page in pages_of(items)] if pages_known else []
                content = Content(MediaSize(*size) if size else None, text_of(items), pages)
                answers[name] = known.check(answer, row.taxonomy or taxonomy, content, complete=complete)
            except Invalid as error:
                problems.extend(Problem(f"{name}.{p.field}" if p.field else name, p.message) for p in error.problems)
        if problems:
            bad[index] = problems
        else:
            content_json = None if items is None else msgspec.json.encode(items).decode()
            taxonomy_json = None if row.taxonomy is None else msgspec.json.encode(row.taxonomy).decode()
            both = answers["prelabels"], answers["gold"]
            good.append(CheckedRow(index, row, metadata, *both, content_json, taxonomy_json))
    return good, bad


def photos_named(rows: Iterable[TaskRow]) -> set[UUID]:
    """The photos that rows ask for by their ids."""
    named = {row.attachment_id for row in rows if row.attachment_id is not None}
    for row in rows:
        if row.content is not None:
            named.update(photos_in(row.content))
    return named


def _problems(row: TaskRow, metadata: str, sizes: Mapping[UUID, tuple[int, int]]) -> Iterable[Problem]:
    if row.attachment_id is not None and row.attachment_id not in sizes:
        yield Problem("attachment_id", "No such photo in this project; upload it first.")
    if row.url is not None:
        yield from _url_problems(row.url)
    if row.unique_id is not None and not 1 <= len(row.unique_id) <= UNIQUE_ID_LENGTH_MAX:
        yield Problem("unique_id", f"Must have 1 to {UNIQUE_ID_LENGTH_MAX} characters.")
    if not 0 <= row.priority <= 100:
        yield Problem("priority", "Must be within 0 and 100.")
    if "\x00" in (row.unique_id or "") or "\\u0000" in metadata:
        yield Problem("unique_id", "Text must not contain the NUL character.")


def _shown_problems(row: TaskRow, kind: Kind, sizes: Mapping[UUID, tuple[int, int]]) -> Iterable[Problem]:
    """What is wrong with what a task shows and asks, where that is not simply one photo."""
    if row.attachment_id is not None and row.url is not None:
        yield Problem("attachment_id", "Give exactly one of attachment_id and url.")
    else:
        yield from kind.content_problems(row.content, row.attachment_id is not None or row.url is not None)
    if row.content is not None:
        yield from content_problems(row.content, sizes)
    if row.taxonomy is not None:
        try:
            kind.check_taxonomy(row.taxonomy)
        except Invalid as error:
            yield from (Problem(f"taxonomy.{p.field}" if p.field else "taxonomy", p.message) for p in error.problems)


def _url_problems(url: str) -> Iterable[Problem]:
    if len(url) > URL_LENGTH_MAX:
        yield Problem("url", f"At most {URL_LENGTH_MAX} characters.")
        return
    if file_of(url) is not None:
        return
    try:
        parts = urlsplit(url)
    except ValueError:
        parts = urlsplit("")
    if parts.scheme not in ("http", "https") or not parts.hostname:
        yield Problem("url", "Must be a full http or https address.")


def file_name_of(url: str) -> str:
    """The name a photo fetched from this address goes by."""
    name = urlsplit(url).path.rsplit("/", 1)[-1]
    return (name if file_of(url) is None else unquote(name))[:255] or "photo"
