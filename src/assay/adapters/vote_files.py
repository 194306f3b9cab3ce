"""Votes, golds and answers as files: Parquet where pyarrow is installed, and CSV always, read and written in blocks."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any, Final, Protocol

import numpy as np

from assay.core.errors import Invalid, NotFound, Unavailable

# Votes a block. Python text of a block's ids is what takes memory: some 60 MB at most for ids of usual length.
BLOCK_ROWS: Final = 1 << 18
PARQUET: Final = (".parquet", ".pq")
CSV: Final = (".csv", ".tsv")
# How much of a CSV file is looked at to guess how many rows the whole has.
SAMPLE_BYTES: Final = 1 << 16


@dataclass(frozen=True)
class Columns:
    """What the columns of a file of votes are called."""

    task: str = "task"
    worker: str = "worker"
    label: str = "label"
    weight: str | None = None

    def names(self) -> list[str]:
        return [name for name in (self.task, self.worker, self.label, self.weight) if name is not None]


# By column name, integers as an array, text as a list (None where it is missing), and weights as an array of floats.
Block = dict[str, Any]


class Rows(Protocol):
    """A file of rows that can be read again and again."""

    def count(self) -> int:
        """How many rows there are; for CSV a guess."""
        ...

    def blocks(self, names: Sequence[str], numbers: Sequence[str] = ()) -> Iterator[Block]:
        """The named columns; those in ``numbers`` as floats. Raises ``Invalid`` for a column that is not there."""
        ...


def opened(path: Path) -> Rows:
    """The file, by its ending. Raises ``NotFound`` where it is absent, ``Invalid`` where the ending says nothing, and
    ``Unavailable`` where Parquet cannot be read here."""
    if not path.is_file():
        raise NotFound(f"There is no file {path}.")
    return ParquetRows(path) if _is_parquet(path) else CsvRows(path)


def golds_in(path: Path, columns: Columns) -> dict[Any, Any]:
    """Known answers by task id; the answer's column may also be called ``truth``."""
    rows = opened(path)
    answer = columns.label if columns.label in header(rows) or "truth" not in header(rows) else "truth"
    golds: dict[Any, Any] = {}
    for block in rows.blocks([columns.task, answer]):
        tasks, answers = (_listed(block[name]) for name in (columns.task, answer))
        golds.update(zip(tasks, answers, strict=True))
    return golds


def header(rows: Rows) -> list[str]:
    assert isinstance(rows, (ParquetRows, CsvRows))
    return rows.header()


def _listed(column: Any) -> list[Any]:
    return list(column.tolist()) if isinstance(column, np.ndarray) else column


def _is_parquet(path: Path) -> bool:
    ending = path.suffix.lower()
    if ending not in PARQUET + CSV:
        raise Invalid(f"{path} ends in {ending or 'nothing'}; it must end in {', '.join(PARQUET + CSV)}")
    return ending in PARQUET


def _pyarrow(name: str) -> Any:
    try:
        return import_module(name)
    except ImportError as error:
        remedy = "pip install 'assay[parquet]', or give CSV files, which need nothing"
        raise Unavailable(f"Parquet files need pyarrow, which is not installed: {remedy}.") from error


@dataclass(frozen=True)
class ParquetRows:
    """Rows of a Parquet file, decoded a block at a time: a row group larger than memory does no harm."""

    path: Path

    def _file(self) -> Any:
        parquet, arrow = _pyarrow("pyarrow.parquet"), _pyarrow("pyarrow")
        try:
            return parquet.ParquetFile(self.path, buffer_size=1 << 20, pre_buffer=False, memory_map=False)
        except arrow.ArrowInvalid as error:
            raise Invalid(f"{self.path} is not a Parquet file: {error}") from error

    def header(self) -> list[str]:
        with self._file() as file:
            return list(file.schema_arrow.names)

    def count(self) -> int:
        with self._file() as file:
            return int(file.metadata.num_rows)

    def blocks(self, names: Sequence[str], numbers: Sequence[str] = ()) -> Iterator[Block]:
        with self._file() as file:
            _require(self.path, list(file.schema_arrow.names), names)
            for name in names:
                self._check(name, file.schema_arrow.field(name).type, name in numbers)
            for batch in file.iter_batches(batch_size=BLOCK_ROWS, columns=list(names)):
                yield {name: self._column(batch.column(name), name, name in numbers) for name in names}

    def _check(self, name: str, kind: Any, number: bool) -> None:
        types = _pyarrow("pyarrow").types
        plain = kind.value_type if types.is_dictionary(kind) else kind
        if number:
            right = types.is_integer(plain) or types.is_floating(plain)
            wanted = "numbers"
        else:
            right = any(
                test(plain) for test in (types.is_integer, types.is_string, types.is_large_string, types.is_string_view)
            )
            wanted = "integers or text; write it as one of these"
        if not right:
            raise Invalid(f"column {name!r} of {self.path} holds {kind}, where it must hold {wanted}", name)

    def _column(self, column: Any, name: str, number: bool) -> Any:
        arrow = _pyarrow("pyarrow")
        if arrow.types.is_dictionary(column.type):
            column = column.dictionary_decode()
        if not number and not arrow.types.is_integer(column.type):
            return column.to_pylist()
        if column.null_count:
            raise Invalid(f"column {name!r} of {self.path} has rows without a value; leave those rows out", name)
        return column.to_numpy(zero_copy_only=False).astype(np.float64 if number else np.int64)


@dataclass(frozen=True)
class CsvRows:
    """Rows of a CSV file with a first line of names, or TSV by its ending; ids are text as they stand."""

    path: Path

    @property
    def _delimiter(self) -> str:
        return "\t" if self.path.suffix.lower() == ".tsv" else ","

    def header(self) -> list[str]:
        with self.path.open(newline="", encoding="utf-8-sig") as file:
            return next(csv.reader(file, delimiter=self._delimiter), [])

    def count(self) -> int:
        with self.path.open("rb") as file:
            sample = file.read(SAMPLE_BYTES)
        return int(self.path.stat().st_size * sample.count(b"\n") / max(len(sample), 1))

    def blocks(self, names: Sequence[str], numbers: Sequence[str] = ()) -> Iterator[Block]:
        with self.path.open(newline="", encoding="utf-8-sig") as file:
            rows = csv.reader(file, delimiter=self._delimiter)
            first = next(rows, [])
            _require(self.path, first, names)
            at = [first.index(name) for name in names]
            held: list[list[str]] = [[] for _ in names]
            for number, row in enumerate(rows, start=2):
                if not row:
                    continue
                if len(row) < len(first):
                    raise Invalid(f"line {number} of {self.path} has {len(row)} fields, the first line {len(first)}")
                for column, place in zip(held, at, strict=True):
                    column.append(row[place])
                if len(held[0]) == BLOCK_ROWS:
                    yield self._block(names, held, numbers)
                    held = [[] for _ in names]
            if held[0]:
                yield self._block(names, held, numbers)

    def _block(self, names: Sequence[str], held: list[list[str]], numbers: Sequence[str]) -> Block:
        block: Block = dict(zip(names, held, strict=True))
        for name in numbers:
            try:
                block[name] = np.array([float(text) for text in block[name]])
            except ValueError as error:
                raise Invalid(f"column {name!r} of {self.path} holds something else than numbers: {error}") from error
        return block


def _require(path: Path, there: Sequence[str], names: Sequence[str]) -> None:
    absent = [name for name in names if name not in there]
    if absent:
        raise Invalid(
            f"{path} has no column {absent[0]!r}; it has {', '.join(map(repr, there))}."
            " Say which holds what with --task-column, --worker-column, --label-column and --weight-column",
            absent[0],
        )


class Sheet(Protocol):
    """A file that is being written, a table of columns at a time; every table has the same columns."""

    def write(self, table: Mapping[str, Any]) -> None: ...


@contextmanager
def written(path: Path) -> Iterator[Sheet]:
    """A file by its ending, that appears when it is whole and replaces what was there."""
    parquet = _is_parquet(path)
    scratch = path.with_name(f".{path.name}.part")
    try:
        with _ParquetSheet(scratch) if parquet else _CsvSheet(scratch, path.suffix.lower()) as sheet:
            yield sheet
        scratch.replace(path)
    except OSError as error:
        raise Unavailable(f"{path} cannot be written: {error.strerror or error}.") from error
    finally:
        scratch.unlink(missing_ok=True)


class _ParquetSheet:
    def __init__(self, path: Path) -> None:
        self._arrow, self._parquet = _pyarrow("pyarrow"), _pyarrow("pyarrow.parquet")
        self._path = path
        self._writer: Any = None

    def __enter__(self) -> _ParquetSheet:
        return self

    def write(self, table: Mapping[str, Any]) -> None:
        columns = {
            name: self._arrow.array(values.tolist() if values.dtype.kind in "OU" else values)
            for name, values in table.items()
        }
        made = self._arrow.table(columns)
        if self._writer is None:
            self._writer = self._parquet.ParquetWriter(self._path, made.schema, compression="zstd")
        self._writer.write_table(made)

    def __exit__(self, *_: object) -> None:
        if self._writer is not None:
            self._writer.close()


class _CsvSheet:
    def __init__(self, path: Path, ending: str) -> None:
        self._file = path.open("w", newline="", encoding="utf-8")
        self._writer = csv.writer(self._file, delimiter="\t" if ending == ".tsv" else ",")
        self._begun = False

    def __enter__(self) -> _CsvSheet:
        return self

    def write(self, table: Mapping[str, Any]) -> None:
        if not self._begun:
            self._writer.writerow(table)
            self._begun = True
        self._writer.writerows(zip(*(values.tolist() for values in table.values()), strict=True))

    def __exit__(self, *_: object) -> None:
        self._file.close()
