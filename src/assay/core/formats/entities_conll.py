"""Entities as CoNLL-2002 wrote them: a word and its tag a line, B- where an entity begins and I- where it goes on.

The archive holds ``labels.conll``, with an empty line after each sentence; ``index.jsonl``, which says of each task the
lines that are its own; and ``losses.json``.

Words are runs of letters, digits and underscores (``\\w`` of Unicode), and every other sign that is not a blank for
itself; a word is cut where an entity begins or ends within it, so that every entity is whole words. A sentence is a
line of the text, or more where an entity runs over the break. A word has one tag: where entities overlap the longest is
written, of equally long ones the first, and those that it overlaps are counted as lost. Blanks in a label's name become
underscores.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

import msgspec

from assay.core.annotations.entities import Span
from assay.core.formats.archives import ZipStream
from assay.core.formats.entities_rows import answer_of, text_shown
from assay.core.formats.rows import ExportFacts, ExportRow, Losses, Spool

_WORD: Final = re.compile(r"\w+|[^\w\s]")
_BLANK: Final = re.compile(r"\s+")
_LOSSES: Final = {
    "overlap": "a word has one tag: entities that a longer one overlaps, or an earlier one as long, were left out",
    "relations": "CoNLL has no place for relations: they were left out",
    "attributes": "CoNLL has no place for attributes: they were left out",
    "metadata": "CoNLL has no place for metadata: it was left out",
}


class _IndexEntry(msgspec.Struct, omit_defaults=True):
    """A line of ``index.jsonl``: the first line of the task in ``labels.conll``, from 1, and how many it has."""

    task_id: str
    line: int
    lines: int
    unique_id: str | None = None


class ConllExporter:
    """See ``Exporter``. The lines wait in the spool, the index in memory: about 200 bytes a task."""

    def __init__(self, facts: ExportFacts, spool: Spool) -> None:  # noqa: ARG002 - all exporters are made alike
        self.losses = Losses(_LOSSES)
        self._spool = spool
        self._line = 1
        self._encode = msgspec.json.Encoder().encode
        self._index: list[bytes] = []

    def add(self, rows: Iterable[ExportRow]) -> bytes:
        for row in rows:
            answer, text = answer_of(row), text_shown(row)
            spans = outermost(answer.annotations)
            lost = {
                "overlap": len(answer.annotations) - len(spans),
                "relations": len(answer.relations),
                "attributes": len(answer.attributes) + sum(len(span.attributes) for span in answer.annotations),
                "metadata": int(bool(row.metadata)),
            }
            for what, count in lost.items():
                if count:
                    self.losses.add(what, count)
            block = "".join(f"{word} {tag}\n" if word else "\n" for word, tag in tagged(text, spans))
            lines = block.count("\n")
            self._spool.write(block.encode())
            self._index.append(self._encode(_IndexEntry(row.task_id, self._line, lines, row.unique_id)))
            self._line += lines
        return b""

    def finish(self) -> Iterator[bytes]:
        archive = ZipStream()
        yield from archive.write_spool("labels.conll", self._spool)
        archive.write("index.jsonl", b"".join(entry + b"\n" for entry in self._index))
        archive.write("losses.json", self._encode([vars(loss) for loss in self.losses.report()]))
        yield archive.close()


def outermost(spans: Sequence[Span]) -> list[Span]:
    """Those that do not overlap, in the order of the text: the longest first, of equally long ones the first."""
    kept: list[tuple[int, int, Span]] = []
    for span in sorted(spans, key=lambda span: (span.start - span.end, span.start, span.label)):
        place = bisect_left(kept, span.start, key=lambda taken: taken[0])
        is_free = (place == 0 or kept[place - 1][1] <= span.start) and (
            place == len(kept) or kept[place][0] >= span.end
        )
        if is_free:
            kept.insert(place, (span.start, span.end, span))
    return [span for _, _, span in kept]


def tagged(text: str, spans: Sequence[Span]) -> Iterator[tuple[str, str]]:
    """Words with their tags, and two empty strings after each sentence. ``spans``: ascending, none overlapping."""
    waiting = iter(spans)
    current = next(waiting, None)
    cuts = sorted({end for span in spans for end in (span.start, span.end)})
    before, before_span = 0, None
    for start, end in _words(text, cuts):
        while current is not None and current.end <= start:
            current = next(waiting, None)
        inside = current if current is not None and current.start <= start else None
        goes_on = inside is not None and inside is before_span
        if before and not goes_on and "\n" in text[before:start]:
            yield "", ""
        tag = "O" if inside is None else f"{'I' if goes_on else 'B'}-{_BLANK.sub('_', inside.label)}"
        yield text[start:end], tag
        before, before_span = end, inside
    if before:
        yield "", ""


def _words(text: str, cuts: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Start and end of each word, cut at ``cuts``, ascending."""
    at = 0
    for found in _WORD.finditer(text):
        start, end = found.span()
        while at < len(cuts) and cuts[at] <= start:
            at += 1
        while at < len(cuts) and cuts[at] < end:
            yield start, cuts[at]
            start = cuts[at]
            at += 1
        yield start, end
