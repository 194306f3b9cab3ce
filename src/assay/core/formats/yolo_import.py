"""YOLO in: a zip of label files with the class names in ``data.yaml``, ``classes.txt`` or ``obj.names``.

Coordinates are shares of a photo whose size the files do not know, so rows are ``relative`` until ``placed``. Archives
of ours also hold ``index.jsonl`` and thereby file names, sizes and ids.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import replace

import msgspec
import yaml

from assay.core.annotations.image import Vertex
from assay.core.annotations.kind import MediaSize
from assay.core.errors import Invalid
from assay.core.formats.archives import ZipEntries, shown
from assay.core.formats.gathering import Gathering, Wanted
from assay.core.formats.label_archive import IndexEntry
from assay.core.formats.names import file_stem, last_part
from assay.core.formats.rows import ImportRow, Limits, ReadRow, RowProblem, Source
from assay.core.formats.text import finite
from assay.core.taxonomy import Taxonomy

_NAME_FILES = ("classes.txt", "obj.names", "labels.txt")
_NOT_LABELS = frozenset({*_NAME_FILES, "train.txt", "val.txt", "test.txt", "readme.txt", "notes.txt"})
_NAMES_BYTES_MAX = 1 << 18
_CLASSES_MAX = 10_000
_INDEX_BYTES_MAX = 64 << 20


def read_yolo(source: Source, taxonomy: Taxonomy | None = None, limits: Limits | None = None) -> Iterator[ReadRow]:
    """One row for each label file, in the archive's order; an empty one says that nothing is on its photo.

    A file with any broken line becomes a problem as a whole. Raises ``Invalid`` when the archive cannot be read,
    names no classes, or is over a limit.
    """
    limits = limits or Limits()
    entries = ZipEntries(source, limits)
    yield from entries.problems
    names = class_names(entries)
    index = read_index(entries)
    wanted = Wanted(taxonomy)
    for name in entries.names():
        base = last_part(name).lower()
        if not base.endswith(".txt") or base in _NOT_LABELS:
            continue
        number = entries.row(name)
        try:
            gathering = Gathering(wanted, limits)
            text = entries.read(name).decode("utf-8-sig")
            for line_number, line in enumerate(text.splitlines(), start=1):
                if line.strip():
                    try:
                        _gather(gathering, line.split(), names)
                    except ValueError as error:
                        raise ValueError(f"line {line_number}: {error}") from error
        except ValueError as error:
            yield RowProblem(number, shown(name), str(error))
            continue
        row = ImportRow(
            number, file_stem=file_stem(name), answer=gathering.answer(), relative=True, notes=gathering.notes()
        )
        yield _named(row, index[name]) if name in index else row


def _gather(gathering: Gathering, words: list[str], names: dict[int, str]) -> None:
    if not _is_number(words[0]):
        raise ValueError("a line begins with the number of a class")
    if int(words[0]) not in names:
        raise ValueError(f"class {int(words[0])} has no name in the archive")
    label = names[int(words[0])]
    numbers = [finite(word) for word in words[1:]]
    if any(not -0.01 <= number <= 1.01 for number in numbers[:4]):
        raise ValueError("coordinates must be shares of the photo, from 0 to 1")
    # A sixth word is a confidence that some trainers write; three vertices make seven.
    if len(numbers) in (4, 5):
        x, y, width, height = numbers[:4]
        gathering.box(label, (x - width / 2, y - height / 2, width, height))
        return
    if len(numbers) < 6 or len(numbers) % 2:
        raise ValueError("a line has a class and then four numbers, or the pairs of an outline")
    if any(not -0.01 <= number <= 1.01 for number in numbers):
        raise ValueError("coordinates must be shares of the photo, from 0 to 1")
    outline: list[Vertex] = list(zip(numbers[::2], numbers[1::2], strict=True))
    if _is_upright(outline):
        left, top = outline[0]
        gathering.box(label, (left, top, outline[2][0] - left, outline[2][1] - top))
    else:
        gathering.polygons(label, [[outline]])


def _is_upright(outline: list[Vertex]) -> bool:
    """Whether it is a box written as its corners from the top-left, clockwise, as archives of outlines have them."""
    if len(outline) != 4:
        return False
    (ax, ay), (bx, by), (cx, cy), (dx, dy) = outline
    return ax == dx < bx == cx and ay == by < cy == dy


def _named(row: ImportRow, entry: IndexEntry) -> ImportRow:
    size = MediaSize(entry.width, entry.height) if entry.width > 0 and entry.height > 0 else None
    known = replace(row, file_name=entry.file_name or None, unique_id=entry.unique_id)
    return known.placed(size) if size else known


def class_names(entries: ZipEntries) -> dict[int, str]:
    """Class names by number. Raises ``Invalid`` when the archive has none that can be read."""
    by_base: dict[str, str] = {}
    for name in entries.names():
        by_base.setdefault(last_part(name).lower(), name)
    try:
        for base in ("data.yaml", "data.yml", "dataset.yaml"):
            if base in by_base:
                return _names_of_yaml(entries.read(by_base[base], _NAMES_BYTES_MAX))
        for base in _NAME_FILES:
            if base in by_base:
                text = entries.read(by_base[base], _NAMES_BYTES_MAX).decode("utf-8-sig")
                return dict(enumerate(itertools.islice((line.strip() for line in text.splitlines()), _CLASSES_MAX)))
    except ValueError as error:
        raise Invalid(f"the class names cannot be read: {error}") from error
    raise Invalid("the archive has no data.yaml and no classes.txt, so its class numbers have no names")


class _PlainLoader(yaml.BaseLoader):
    """Everything is text: a class called ``yes`` or ``1.0`` keeps its name, and no type can be conjured up.

    Without anchors and aliases: no list of names needs them, and bombs are made of them.
    """

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        if self.check_event(yaml.events.AliasEvent):
            raise ValueError("data.yaml may not use aliases")
        return super().compose_node(parent, index)


def _names_of_yaml(data: bytes) -> dict[int, str]:
    try:
        document = yaml.load(data, Loader=_PlainLoader)  # noqa: S506 - a loader that makes text only
    except (yaml.YAMLError, RecursionError, UnicodeError) as error:
        raise ValueError(f"data.yaml is not YAML ({str(error)[:200]})") from error
    names = document.get("names") if isinstance(document, dict) else None
    if isinstance(names, list):
        names = {str(number): name for number, name in enumerate(names)}
    if not isinstance(names, dict) or not names or len(names) > _CLASSES_MAX:
        raise ValueError("data.yaml needs a list of names")
    if not all(_is_number(number) and isinstance(name, str) for number, name in names.items()):
        raise ValueError("the names in data.yaml must be words, by number")
    return {int(number): name for number, name in names.items()}


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= 6


def read_index(entries: ZipEntries) -> dict[str, IndexEntry]:
    """What our own archives say of their label files; nothing for anyone else's."""
    if "index.jsonl" not in entries.names():
        return {}
    try:
        lines = entries.read("index.jsonl", _INDEX_BYTES_MAX)
        return {entry.file: entry for entry in msgspec.json.Decoder(IndexEntry).decode_lines(lines)}
    except (msgspec.DecodeError, RecursionError, ValueError) as error:
        raise Invalid(f"index.jsonl is damaged ({error}); take it out, and photos are found by their names") from error
