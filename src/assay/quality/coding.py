"""Turning columns of ids into dense codes from 0, in the order in which the ids first appear.

A column may be a NumPy array, a list, or a column of pandas, polars or Arrow; those libraries are never imported, only
asked for what their own objects can do. Order of appearance keeps rows of one task together where they came together,
and needs no sorting, so that ids of any one kind of value will do.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from assay.quality.arrays import Codes, Ids
from assay.quality.compiled import compiled

# A table from integer to code is faster than sorting, as long as the integers lie this densely.
TABLE_PER_ROW = 8
MISSING = -1


def encode(column: Any, field: str) -> tuple[Codes, Ids]:
    """Codes of a column and the ids they stand for.

    Returns ``(n,)`` int32 and the distinct ids by code. Raises ``ValueError`` naming ``field`` where an id is missing
    (None, NaN, NaT or masked), where the column has more than one dimension, or where its values cannot be compared.
    """
    codes, ids = _encode_any(column, field)
    if len(codes) and int(codes.min()) < 0:
        row = int(np.flatnonzero(codes < 0)[0])
        raise ValueError(f"{field}[{row}] is missing; leave out rows without a {field.removesuffix('s')}")
    return codes, ids


def object_array(values: Sequence[Any]) -> Ids:
    """Ids as an array: of their own type where they share one, else of objects; never of nested arrays."""
    kinds = {type(value) for value in values}
    if len(kinds) == 1 and kinds <= {int, str, bool, float}:
        made = np.array(values)
        # Integers beyond 64 bits become floats or objects; only what reads back the same is kept.
        if made.ndim == 1 and made.dtype.kind in "iUbf":
            return made
    array = np.empty(len(values), dtype=object)
    array[:] = list(values)
    return array


def _encode_any(column: Any, field: str) -> tuple[Codes, Ids]:
    if hasattr(column, "combine_chunks"):  # an Arrow chunked array
        column = column.combine_chunks()
    if hasattr(column, "dictionary_encode"):  # an Arrow array
        return _encode_arrow(column)
    if hasattr(column, "factorize") and hasattr(column, "to_numpy"):  # a pandas column or index
        codes, uniques = column.factorize(use_na_sentinel=True)
        return np.asarray(codes, dtype=np.int32), _plain(np.asarray(uniques))
    if hasattr(column, "to_physical") and hasattr(column, "to_numpy"):  # a polars column
        column = column.to_list() if column.null_count() or column.dtype.is_nested() else column.to_numpy()
    if isinstance(column, np.ma.MaskedArray):
        filled = _encode_any(np.asarray(column.data), field)
        return np.where(np.ma.getmaskarray(column), np.int32(MISSING), filled[0]).astype(np.int32), filled[1]
    array = column if isinstance(column, np.ndarray) else object_array(list(column))
    if array.ndim != 1:
        raise ValueError(f"{field} must have one dimension, got shape {array.shape}; give one id a row")
    if array.dtype.kind in "iub":
        return _encode_integers(array)
    if array.dtype.kind in "OT":
        return _encode_objects(array.tolist(), field)
    return _encode_sortable(array)


def _encode_arrow(column: Any) -> tuple[Codes, Ids]:
    coded = column if hasattr(column, "dictionary") else column.dictionary_encode()
    codes = coded.indices.fill_null(MISSING) if coded.null_count else coded.indices
    ids = coded.dictionary.to_pylist()
    # A dictionary may hold entries that no row uses, or the same id twice; codes must be dense.
    used, ids = _encode_objects(ids, "dictionary")[0], object_array(ids)
    raw = codes.to_numpy(zero_copy_only=False).astype(np.int64)
    merged = np.where(raw < 0, MISSING, used[np.maximum(raw, 0)]) if len(used) else raw
    return _by_appearance(merged.astype(np.int64), _firsts(used, ids))


def _firsts(codes: Codes, values: Ids) -> Ids:
    distinct = np.unique(codes, return_index=True)[1]
    return values[distinct]


def _encode_integers(array: Ids) -> tuple[Codes, Ids]:
    if len(array) == 0:
        return np.zeros(0, np.int32), array
    if array.dtype.kind == "b":
        codes, ids = _by_appearance(array.astype(np.int64), np.array([False, True]))
        return codes, ids
    low, high = int(array.min()), int(array.max())
    if high - low < max(TABLE_PER_ROW * len(array), 1024) and high < 2**63:
        table = np.full(high - low + 1, MISSING, dtype=np.int32)
        codes, order = _code_by_table(array.astype(np.int64, copy=False), low, table)
        return codes, (order + low).astype(array.dtype)
    return _encode_sortable(array)


def _by_appearance(raw: Any, ids: Ids) -> tuple[Codes, Ids]:
    """Renumber codes by first appearance and leave out ids that no row uses; negative codes stay missing."""
    table = np.full(len(ids) + 1, MISSING, dtype=np.int32)
    codes, order = _code_by_table(np.ascontiguousarray(raw, dtype=np.int64), 0, table)
    return codes, ids[order]


@compiled
def _code_by_table(values: Any, low: int, table: Any) -> Any:
    codes = np.empty(len(values), np.int32)
    order = np.empty(min(len(values), len(table)), np.int64)
    met = 0
    for row in range(len(values)):
        place = values[row] - low
        if place < 0:
            codes[row] = -1
            continue
        if table[place] < 0:
            table[place] = met
            order[met] = place
            met += 1
        codes[row] = table[place]
    return codes, order[:met].copy()


def _encode_objects(values: list[Any], field: str) -> tuple[Codes, Ids]:
    seen: dict[Any, int] = {}
    codes = np.empty(len(values), dtype=np.int32)
    try:
        for row, value in enumerate(values):
            # NaN and NaT are the values that differ from themselves; None and pandas' NA compare as neither.
            if value is None or (value is not value) or bool(value != value):
                codes[row] = MISSING
            else:
                codes[row] = seen.setdefault(value, len(seen))
    except TypeError as unhashable:
        raise ValueError(f"{field} holds a value that cannot be an id: {unhashable}; give text or numbers") from None
    return codes, object_array(list(seen))


def _encode_sortable(array: Ids) -> tuple[Codes, Ids]:
    ids, first, inverse = np.unique(array, return_index=True, return_inverse=True)
    rank = np.empty(len(ids), dtype=np.int64)
    order = np.argsort(first, kind="stable")
    rank[order] = np.arange(len(ids))
    codes = rank[inverse.reshape(-1)].astype(np.int32)
    missing = array != array if array.dtype.kind in "fcmM" else np.zeros(0, dtype=bool)
    if missing.any():
        codes[missing] = MISSING
    return codes, ids[order]


def _plain(ids: Ids) -> Ids:
    return object_array(ids.tolist()) if ids.dtype.kind == "O" else ids
