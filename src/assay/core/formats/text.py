"""Lines of text from a file nobody vouches for."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

from assay.core.errors import Invalid
from assay.core.formats.rows import Limits, RowProblem, Source


def lines(source: Source, limits: Limits) -> Iterator[tuple[int, bytes | RowProblem]]:
    """Every line that is not blank, with its number from 1, without its ending and a leading byte-order mark.

    A line over the limit becomes a problem and is skipped in pieces, never held whole. Raises ``Invalid`` past
    ``rows_max`` lines or ``file_bytes_max`` bytes.
    """
    number = size = 0
    while line := source.readline(limits.line_bytes_max):
        number += 1
        size += len(line)
        overlong = len(line) >= limits.line_bytes_max and not line.endswith(b"\n")
        while overlong and line and not line.endswith(b"\n"):
            line = source.readline(limits.line_bytes_max)
            size += len(line)
            if size > limits.file_bytes_max:
                break
        if number > limits.rows_max:
            raise Invalid(f"the file has more than {limits.rows_max} lines; split it")
        if size > limits.file_bytes_max:
            raise Invalid(f"the file is larger than {limits.file_bytes_max >> 20} MiB; split it")
        if overlong:
            yield number, RowProblem(number, f"line {number}", f"it is longer than {limits.line_bytes_max >> 10} KiB")
            continue
        text = line.removeprefix(b"\xef\xbb\xbf") if number == 1 else line
        if text := text.strip():
            yield number, text


# Far beyond any photo, and small enough that sums and products stay finite.
_REASON = 1e9


def finite(value: Any) -> float:
    """A number as a finite float. Raises ``ValueError`` for anything else, NaN and infinities among them."""
    # NaN fails both comparisons. Nearly all calls end here.
    if type(value) is float and -_REASON <= value <= _REASON:
        return value
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise ValueError("not a number")
    try:
        number = float(value)
    except ValueError:
        raise ValueError(f"not a number: {str(value)[:20]!r}") from None
    if not math.isfinite(number) or abs(number) > _REASON:
        raise ValueError("not a number within reason")
    return number


def check_depth(value: Any, depth_max: int = 12) -> None:
    """Raises ``ValueError`` when JSON-like builtins are nested deeper than any answer is."""
    if depth_max == 0:
        raise ValueError("it is nested too deeply")
    if isinstance(value, dict):
        for held in value.values():
            check_depth(held, depth_max - 1)
    elif isinstance(value, list):
        for held in value:
            check_depth(held, depth_max - 1)
