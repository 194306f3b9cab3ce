"""Lists of photos to label: CSV, JSONL, and a plain list of addresses."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from typing import Annotated, Any
from urllib.parse import urlsplit

import msgspec

from assay.core.errors import Invalid
from assay.core.formats.archives import shown
from assay.core.formats.rows import ImportRow, Limits, ReadRow, RowProblem, Source
from assay.core.formats.text import check_depth, lines

URL_LENGTH_MAX = 2048
NAME_LENGTH_MAX = 1024
PRIORITY_MAX = 100

_COLUMNS = ("url", "file", "unique_id", "priority", "batch")


class _Entry(msgspec.Struct, forbid_unknown_fields=True):
    """A line of a JSONL manifest."""

    url: str | None = None
    file: str | None = None
    unique_id: str | None = None
    priority: Annotated[int, msgspec.Meta(ge=0, le=PRIORITY_MAX)] | None = None
    batch: str | None = None
    metadata: dict[str, Any] = {}
    prelabels: dict[str, Any] | None = None
    gold: dict[str, Any] | None = None


def read_urls(source: Source, limits: Limits | None = None) -> Iterator[ReadRow]:
    """One address a line; blank lines and those that begin with ``#`` are passed over."""
    limits = limits or Limits()
    for number, line in lines(source, limits):
        if isinstance(line, RowProblem):
            yield line
        elif not line.startswith(b"#"):
            try:
                yield ImportRow(number, url=_checked_url(line.decode()))
            except ValueError as error:
                yield RowProblem(number, shown(line.decode(errors="replace")), str(error))


def read_manifest_jsonl(source: Source, limits: Limits | None = None) -> Iterator[ReadRow]:
    """Lines of ``{"url" or "file", "unique_id", "priority", "batch", "metadata", "prelabels", "gold"}``.

    ``answer`` of a row is its ``prelabels``. Other fields are refused, so that a misspelt one is noticed.
    """
    limits = limits or Limits()
    decode = msgspec.json.Decoder(_Entry).decode
    for number, line in lines(source, limits):
        if isinstance(line, RowProblem):
            yield line
            continue
        try:
            entry = decode(line)
            for nested in (entry.metadata, entry.prelabels, entry.gold):
                check_depth(nested)
            yield _row(number, entry, limits)
        except (msgspec.DecodeError, RecursionError, ValueError) as error:
            yield RowProblem(number, f"line {number}", str(error))


def read_csv(source: Source, limits: Limits | None = None) -> Iterator[ReadRow]:
    """A table with a header: ``url`` or ``file``, and where wanted ``unique_id``, ``priority``, ``batch`` and columns
    ``metadata.<name>``. Rows are numbered as lines of the file, the header being the first.

    Raises ``Invalid`` for a header that lacks or misspells a column.
    """
    limits = limits or Limits()
    table = csv.reader(_text_lines(source, limits), strict=True)
    header: list[str] = []
    while True:
        number = table.line_num + 1
        try:
            cells = next(table)
        except StopIteration:
            break
        except csv.Error as error:
            if not header:
                raise Invalid(f"this is not a CSV file: {error}") from error
            # The parser has lost its place; what follows would be read wrongly.
            yield RowProblem(number, f"line {number}", f"{error}; the rest of the file was not read")
            return
        if not any(cell.strip() for cell in cells):
            continue
        if not header:
            header = _checked_header(cells)
            continue
        try:
            if len(cells) != len(header):
                raise ValueError(f"{len(cells)} cells where the header has {len(header)}")
            yield _row(number, _entry(dict(zip(header, cells, strict=True))), limits)
        except ValueError as error:
            yield RowProblem(number, f"line {number}", str(error))
    if not header:
        raise Invalid("the file is empty; its first line must name the columns")


def _text_lines(source: Source, limits: Limits) -> Iterator[str]:
    """Lines for the csv parser, which needs blank ones and endings left in, because cells may hold them."""
    size = number = 0
    while line := source.readline(limits.line_bytes_max):
        number += 1
        size += len(line)
        if number > limits.rows_max + 1 or size > limits.file_bytes_max:
            raise Invalid("the file has too many lines or bytes; split it")
        if b"\0" in line:
            raise Invalid(f"line {number} holds a NUL character; this is not a text file")
        try:
            yield line.decode("utf-8-sig" if number == 1 else "utf-8")
        except UnicodeDecodeError as error:
            raise Invalid(f"line {number} is not UTF-8; save the table as UTF-8") from error


def _checked_header(cells: list[str]) -> list[str]:
    header = [cell.strip() for cell in cells]
    for name in header:
        if name not in _COLUMNS and not (name.startswith("metadata.") and len(name) > len("metadata.")):
            known = ", ".join(_COLUMNS)
            raise Invalid(f"no such column: {shown(name)!r}; there are {known} and metadata.<name>", "header")
    if len(set(header)) != len(header):
        raise Invalid("two columns have the same name", "header")
    if "url" not in header and "file" not in header:
        raise Invalid("a column url or file is needed", "header")
    return header


def _entry(cells: dict[str, str]) -> _Entry:
    given = {name: value.strip() for name, value in cells.items() if value.strip()}
    priority = given.get("priority")
    if priority is not None and not (priority.isascii() and priority.isdigit() and int(priority) <= PRIORITY_MAX):
        raise ValueError(f"priority must be a whole number from 0 to {PRIORITY_MAX}")
    return _Entry(
        url=given.get("url"),
        file=given.get("file"),
        unique_id=given.get("unique_id"),
        priority=None if priority is None else int(priority),
        batch=given.get("batch"),
        metadata={name.removeprefix("metadata."): v for name, v in given.items() if name.startswith("metadata.")},
    )


def _row(number: int, entry: _Entry, limits: Limits) -> ImportRow:
    if (entry.url is None) == (entry.file is None):
        raise ValueError("give either url or file")
    for what, name in (("file", entry.file), ("unique_id", entry.unique_id), ("batch", entry.batch)):
        if name is not None and (not name.strip() or len(name) > NAME_LENGTH_MAX or "\0" in name):
            raise ValueError(f"{what} must have 1 to {NAME_LENGTH_MAX} characters, and no NUL")
    if len(msgspec.json.encode(entry.metadata)) > limits.metadata_bytes_max:
        raise ValueError(f"metadata is over {limits.metadata_bytes_max >> 10} KiB")
    return ImportRow(
        number,
        file_name=entry.file,
        unique_id=entry.unique_id,
        url=None if entry.url is None else _checked_url(entry.url),
        answer=entry.prelabels,
        gold=entry.gold,
        metadata=entry.metadata,
        priority=entry.priority,
        batch=entry.batch,
    )


def _checked_url(text: str) -> str:
    """Whether it can be an address at all; where it may lead is decided by the client that goes there."""
    url = text.strip()
    if len(url) > URL_LENGTH_MAX:
        raise ValueError(f"the address is longer than {URL_LENGTH_MAX} characters")
    if any(not character.isprintable() or character.isspace() for character in url):
        raise ValueError("the address holds a space or a control character; percent-encode it")
    try:
        parts = urlsplit(url)
        host = parts.hostname
    except ValueError as error:
        raise ValueError(f"not an address: {error}") from error
    if parts.scheme not in ("http", "https") or not host:
        raise ValueError("not an address that begins with http:// or https://")
    return url
