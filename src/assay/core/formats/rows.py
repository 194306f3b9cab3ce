"""The values that cross the edge of this package: rows out, rows in, and what did not fit.

    rows of a project ──► Exporter ──► chunks of bytes
    a file of somebody ──► reader  ──► ImportRow | RowProblem, one after another

Nothing here opens a file. What an exporter must put aside goes into a ``Spool`` its caller lends it, and what
a reader reads is a ``Source`` its caller opened; both are met by ``tempfile.SpooledTemporaryFile``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any, Protocol, TypeAlias

import msgspec

from assay.core.annotations.image import ImageAnswer
from assay.core.annotations.kind import Answer, MediaSize
from assay.core.taxonomy import Taxonomy


class Spool(Protocol):
    """A scratch file: written once, read back once. Empty and at its start when lent."""

    def write(self, data: bytes, /) -> Any: ...
    def seek(self, offset: int, /) -> Any: ...
    def read(self, size: int, /) -> bytes: ...


class Source(Protocol):
    """A file to read, at its start. Zip archives and COCO files are also sought in."""

    def read(self, size: int = -1, /) -> bytes: ...
    def readline(self, size: int = -1, /) -> bytes: ...
    def seek(self, offset: int, whence: int = 0, /) -> int: ...
    def tell(self) -> int: ...


@dataclass(frozen=True)
class ExportFacts:
    """What an export says of the whole: the project, its labels, and when it was made (RFC 3339)."""

    project_id: str
    project_name: str
    taxonomy: Taxonomy
    exported_at: str = ""


class ExportRow(msgspec.Struct, frozen=True, gc=False):
    """One task's accepted answer. A struct and not a dataclass: a hundred thousand are made for one export.

    ``file_name`` is what the customer called the photo; it is data and never becomes a path. ``width`` and
    ``height`` are the pixels that the answer's coordinates are in. ``answer`` is the answer as builtins, or the
    JSON text they came from (several times faster: it is decoded straight into typed marks). ``confidence`` is
    of the whole answer and ``confidences`` of single annotations by their id, all within [0, 1]. A task without a
    photo has no file name and no size, but ``content``: its items as JSON text.
    """

    task_id: str
    file_name: str
    width: int
    height: int
    answer: Answer | bytes | str
    unique_id: str | None = None
    confidence: float | None = None
    origin: str | None = None
    metadata: dict[str, Any] = {}
    is_gold: bool = False
    batch: str | None = None
    project_version: int | None = None
    completed_at: str | None = None
    confidences: dict[str, float] = {}
    content: str | None = None

    def image_answer(self) -> ImageAnswer:
        """The answer as typed marks. Raises ``msgspec.ValidationError`` when it is not an image answer."""
        if isinstance(self.answer, dict):
            return msgspec.convert(self.answer, ImageAnswer)
        return _decode_answer(self.answer)


_decode_answer = msgspec.json.Decoder(ImageAnswer).decode


@dataclass(frozen=True)
class Loss:
    """``count`` times the format could not hold something; ``message`` says what became of it."""

    what: str
    count: int
    message: str


class Losses:
    """A tally of what a format could not hold. Exporters fill it, and write it into what they make."""

    def __init__(self, messages: dict[str, str]) -> None:
        self._messages = messages
        self._counts: dict[str, int] = {}

    def add(self, what: str, count: int = 1) -> None:
        self._counts[what] = self._counts.get(what, 0) + count

    def report(self) -> list[Loss]:
        """One line for each thing lost at least once, in the order the format lists them."""
        return [Loss(what, self._counts[what], text) for what, text in self._messages.items() if what in self._counts]


class Exporter(Protocol):
    """One export under way. Feed pages of rows to ``add`` and send what it gives; then send ``finish``.

    The caller drives, so that the feed may come from an async cursor while this stays plain:

        async for rows in pages:
            yield exporter.add(rows)
        for chunk in exporter.finish():
            yield chunk

    Memory does not grow with the number of annotations. ``losses`` is complete once ``finish`` has ended.
    """

    losses: Losses

    def add(self, rows: Iterable[ExportRow]) -> bytes: ...
    def finish(self) -> Iterator[bytes]: ...


@dataclass(frozen=True)
class Limits:
    """How much a reader takes before it refuses. All sizes are bytes, unpacked."""

    file_bytes_max: int = 256 << 20
    line_bytes_max: int = 8 << 20
    rows_max: int = 1_000_000
    annotations_max: int = 5_000
    vertices_max: int = 20_000
    entries_max: int = 200_000
    entry_bytes_max: int = 8 << 20
    unpacked_bytes_max: int = 1 << 30
    ratio_max: float = 200.0
    problems_max: int = 10_000
    metadata_bytes_max: int = 64 << 10


@dataclass(frozen=True)
class ImportRow:
    """One thing a file says about one photo.

    It finds its photo by ``unique_id``, else by ``file_name`` (whole, then its last part), else by ``file_stem``
    (a file name without its ending, where the format knows no more); rows of a manifest bring a ``url`` instead.
    ``answer`` is what the file says is on the photo (None: it says nothing) and ``gold`` a known answer a
    manifest gave beside it. ``relative`` true means that coordinates are shares of the photo's width and height:
    ask ``placed`` for pixels. ``notes`` say what was left out or changed on the way.
    """

    row: int
    file_name: str | None = None
    unique_id: str | None = None
    file_stem: str | None = None
    url: str | None = None
    answer: Answer | None = None
    gold: Answer | None = None
    metadata: dict[str, Any] = field(default_factory=dict)
    priority: int | None = None
    batch: str | None = None
    size: MediaSize | None = None
    relative: bool = False
    notes: tuple[str, ...] = ()

    def placed(self, size: MediaSize) -> ImportRow:
        """The same row in pixels of a photo of ``size``; unchanged when it is in pixels already."""
        if not self.relative or self.answer is None:
            return replace(self, relative=False)
        annotations = [_scaled(mark, size) for mark in self.answer.get("annotations", ())]
        return replace(self, answer={**self.answer, "annotations": annotations}, relative=False, size=size)


@dataclass(frozen=True)
class RowProblem:
    """Why one row of a file was not taken. ``row`` counts from 1; ``item`` names it in the file's own words."""

    row: int
    item: str
    message: str


ReadRow: TypeAlias = ImportRow | RowProblem


def _scaled(mark: dict[str, Any], size: MediaSize) -> dict[str, Any]:
    width, height = size.width, size.height
    if mark["type"] == "box":
        return {
            **mark,
            "x": mark["x"] * width,
            "y": mark["y"] * height,
            "width": mark["width"] * width,
            "height": mark["height"] * height,
        }
    return {**mark, "rings": [[[x * width, y * height] for x, y in ring] for ring in mark["rings"]]}
