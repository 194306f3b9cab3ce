"""Columns of votes from whatever brings them: frames of any library, and lines of delimited text."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np


def seconds(times: Any) -> Any:
    """Times as they are, dates and durations as seconds (NaN for one that is missing)."""
    array = times.to_numpy() if hasattr(times, "to_numpy") else np.asarray(times)
    if array.dtype.kind in "mM":
        nanoseconds = array.astype("datetime64[ns]" if array.dtype.kind == "M" else "timedelta64[ns]")
        return np.where(np.isnat(array), np.nan, nanoseconds.astype(np.int64) / 1e9)
    return array


def column(frame: Any, name: str) -> Any:
    """A column of whatever has columns. Raises ``ValueError`` naming one that is absent."""
    try:
        return frame[name]
    except (KeyError, IndexError, LookupError):
        raise ValueError(f"there is no column {name!r}; name the one that holds it") from None
    except Exception as refused:
        # Each library has its own error for an absent column, and none of them is imported here.
        if "not" in str(refused).lower():
            raise ValueError(f"there is no column {name!r}; name the one that holds it") from None
        raise


def csv_columns(lines: Iterable[str], names: Sequence[str], delimiter: str) -> dict[str, Any]:
    """The named columns of delimited text with a header line, as text. Raises ``ValueError`` naming line or column."""
    rows = csv.reader(lines, delimiter=delimiter)
    header = next(rows, [])
    absent = [name for name in names if name not in header]
    if absent:
        raise ValueError(f"the first line has no column {absent[0]!r}, it has {header}; name the one that holds it")
    places = [header.index(name) for name in names]
    values: list[list[str]] = [[] for _ in names]
    for number, row in enumerate(rows, start=2):
        if not row:
            continue
        if len(row) < len(header):
            raise ValueError(f"line {number} has {len(row)} fields and the first line {len(header)}; mend that line")
        for column, place in zip(values, places, strict=True):
            column.append(row[place])
    return dict(zip(names, values, strict=True))


def number(text: str, name: str, line: int) -> float:
    """A number of column ``name`` in ``line``. Raises ``ValueError`` naming both."""
    try:
        return float(text)
    except ValueError:
        raise ValueError(f"{name} in line {line} is {text!r}; give a number") from None
