"""Turning columns of ids into dense codes from 0, in the order in which the ids first appear.

A column may be a NumPy array, a list, or a column of pandas, polars or Arrow; those libraries are never imported, only
asked for what their own objects can do. Order of appearance keeps rows of one task together where they came together,
and needs no sorting, so that ids of any one kind of value will do.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from itertools import count
from typing import Any

import numpy as np

from assay.quality.arrays import Codes, Ids, Offsets
from assay.quality.compiled import compiled

# A table from integer to code is faster than hashing, as long as the integers lie this densely.
TABLE_PER_ROW = 8
TABLE_SMALL = 1024
MISSING = -1


def encode(column: Any, field: str) -> tuple[Codes, Ids]:
    """Codes of a column and the ids they stand for.

    Returns ``(n,)`` int32 and the distinct ids by code. Raises ``ValueError`` naming ``field`` where an id is missing
    (None, NaN, NaT or masked), where the column has more than one dimension, or where a value cannot be an id.
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
        # What does not read back the same, such as text with a trailing NUL, stays as it is; as do integers beyond 64
        # bits, which become floats or objects.
        if made.ndim == 1 and made.dtype.kind in "iUbf" and made.tolist() == list(values):
            return made
    array = np.empty(len(values), dtype=object)
    array[:] = list(values)
    return array


def _encode_any(column: Any, field: str) -> tuple[Codes, Ids]:
    if hasattr(column, "dictionary_encode"):  # of Arrow, in chunks or not
        return _encode_arrow(column, field)
    if hasattr(column, "factorize") and hasattr(column, "to_numpy"):  # of pandas
        codes, uniques = column.factorize(use_na_sentinel=True)
        ids = np.asarray(uniques)
        return np.asarray(codes, dtype=np.int32), object_array(ids.tolist()) if ids.dtype.kind == "O" else ids
    if hasattr(column, "to_physical") and hasattr(column, "to_list"):  # of polars
        plain = column.dtype.is_numeric() and column.null_count() == 0
        column = column.to_numpy() if plain else column.to_list()
    if isinstance(column, np.ma.MaskedArray):
        codes, ids = _encode_any(np.asarray(column.data), field)
        return np.where(np.ma.getmaskarray(column), np.int32(MISSING), codes).astype(np.int32), ids
    if not isinstance(column, np.ndarray):
        return _encode_objects(list(column), field)
    if column.ndim != 1:
        raise ValueError(f"{field} must have one dimension, got shape {column.shape}; give one id a row")
    if column.dtype.kind in "iu":
        return _encode_integers(column)
    if column.dtype.kind in "USb":
        return _encode_bytes(column)
    if column.dtype.kind in "fmM":
        codes, ids = _encode_bytes(column + np.zeros(1, column.dtype) if column.dtype.kind == "f" else column)
        missing = np.isnan(ids) if column.dtype.kind == "f" else np.isnat(ids)
        return _without(codes, ids, missing)
    return _encode_objects(column.tolist(), field)


def _encode_arrow(column: Any, field: str) -> tuple[Codes, Ids]:
    if hasattr(column, "unify_dictionaries"):  # in chunks
        column = column.unify_dictionaries().combine_chunks()
    coded = column if hasattr(column, "dictionary") else column.dictionary_encode()
    places = coded.indices.fill_null(MISSING).to_numpy(zero_copy_only=False).astype(np.int64)
    # A dictionary may hold entries that no row uses, and the same id twice.
    distinct, ids = _encode_objects(coded.dictionary.to_pylist(), field)
    if len(distinct):
        places = np.where(places < 0, MISSING, distinct[places])
    codes, used = _code_by_table(places, 0, np.full(len(ids) + 1, MISSING, dtype=np.int32))
    return codes, ids[used]


def _encode_integers(array: Ids) -> tuple[Codes, Ids]:
    if len(array) == 0:
        return np.zeros(0, np.int32), array
    low, high = int(array.min()), int(array.max())
    if high - low >= max(TABLE_PER_ROW * len(array), TABLE_SMALL) or high >= 2**63:
        return _encode_bytes(array)
    table = np.full(high - low + 1, MISSING, dtype=np.int32)
    codes, used = _code_by_table(array.astype(np.int64, copy=False), low, table)
    return codes, (used + low).astype(array.dtype)


def _encode_objects(values: list[Any], field: str) -> tuple[Codes, Ids]:
    seen: defaultdict[Any, int] = defaultdict(count().__next__)
    try:
        codes = np.fromiter(map(seen.__getitem__, values), dtype=np.int32, count=len(values))
    except TypeError as unhashable:
        raise ValueError(f"{field} holds a value that cannot be an id: {unhashable}; give text or numbers") from None
    missing = np.array([_is_missing(value) for value in seen], dtype=bool)
    return _without(codes, object_array(list(seen)), missing)


def _is_missing(value: Any) -> bool:
    """None, or a value that does not equal itself: NaN and NaT do not, and pandas' NA refuses to say."""
    try:
        return value is None or bool(value != value)
    except TypeError:
        return True


def _without(codes: Codes, ids: Ids, missing: Any) -> tuple[Codes, Ids]:
    """Ids without the missing ones, whose rows get the code ``MISSING``."""
    if not missing.any():
        return codes, ids
    moved = np.where(missing, MISSING, np.cumsum(~missing) - 1).astype(np.int32)
    return moved[codes], ids[~missing]


def _encode_bytes(array: Ids) -> tuple[Codes, Ids]:
    """Values of one width, told apart by their bytes."""
    width = array.dtype.itemsize
    if len(array) == 0 or width == 0:
        return np.zeros(len(array), np.int32), array[:1]
    word = np.uint32 if width % 4 == 0 else np.uint8
    codes, first = _code_by_hash(np.ascontiguousarray(array).view(word).reshape(len(array), -1))
    return codes, array[first]


@compiled
def _code_by_table(values: Offsets, low: int, table: Codes) -> tuple[Codes, Offsets]:
    """Codes of ``values`` by looking each up in ``table`` (of -1s); values below ``low`` are missing. The second part
    holds, by code, the distinct values less ``low``."""
    codes = np.empty(len(values), np.int32)
    used = np.empty(min(len(values), len(table)), np.int64)
    met = 0
    for row in range(len(values)):
        place = values[row] - low
        if place < 0:
            codes[row] = -1
            continue
        if table[place] < 0:
            table[place] = met
            used[met] = place
            met += 1
        codes[row] = table[place]
    return codes, used[:met].copy()


@compiled
def _code_by_hash(words: Any) -> tuple[Codes, Offsets]:
    """Codes of the rows of ``words`` (n, width), and the first row of each code, by a hash table that doubles."""
    rows, width = words.shape
    codes = np.empty(rows, np.int32)
    first = np.empty(1024, np.int64)
    hashes = np.empty(1024, np.uint64)
    slots = np.full(2048, -1, np.int32)
    met = 0
    for row in range(rows):
        # FNV-1a over the words, then a finish that mixes high bits into the low ones that choose the slot.
        mixed = np.uint64(14695981039346656037)
        for word in range(width):
            mixed = (mixed ^ np.uint64(words[row, word])) * np.uint64(1099511628211)
        mixed = (mixed ^ (mixed >> np.uint64(32))) * np.uint64(0x9E3779B97F4A7C15)
        mixed ^= mixed >> np.uint64(29)
        mask = np.uint64(len(slots) - 1)
        slot = mixed & mask
        code = -1
        while slots[slot] >= 0:
            here = slots[slot]
            if hashes[here] == mixed:
                same = True
                for word in range(width):
                    if words[first[here], word] != words[row, word]:
                        same = False
                        break
                if same:
                    code = here
                    break
            slot = (slot + np.uint64(1)) & mask
        if code < 0:
            if met == len(first):
                wider = np.empty(2 * met, np.int64)
                wider[:met] = first
                first = wider
                wider_hashes = np.empty(2 * met, np.uint64)
                wider_hashes[:met] = hashes
                hashes = wider_hashes
                slots = np.full(4 * met, -1, np.int32)
                mask = np.uint64(len(slots) - 1)
                for other in range(met):
                    place = hashes[other] & mask
                    while slots[place] >= 0:
                        place = (place + np.uint64(1)) & mask
                    slots[place] = other
                slot = mixed & mask
                while slots[slot] >= 0:
                    slot = (slot + np.uint64(1)) & mask
            code = met
            slots[slot] = code
            first[code] = row
            hashes[code] = mixed
            met += 1
        codes[row] = code
    return codes, first[:met].copy()
