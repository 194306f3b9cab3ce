"""Coding columns of names without making a Python object of each: Arrow's bytes, NumPy's fixed width, or pointers.

A million battles hold a few hundred names. Reading the names costs more than every fit that follows, so the columns
that people pass (text of pandas, polars or Arrow; ``<U`` and ``S`` arrays; arrays of objects) are hashed where they
lie. Anything else, and any column with a missing value, goes to ``assay.quality.coding.encode``, which also says what
is wrong with it.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import types
from numba.extending import intrinsic

from assay.quality.arrays import Codes, Ids
from assay.quality.coding import encode, object_array
from assay.quality.compiled import compiled

# Of so many rows, if more than half are objects of their own, then pointers would only be a detour.
SAMPLE_ROWS = 4096
# Places in the first table: for some hundred names nearly every name has a place of its own.
FIRST_SIZE = 4096


def encode_names(column: Any, field: str) -> tuple[Codes, Ids]:
    """Codes of a column in order of first appearance and the ids they stand for, as ``coding.encode`` gives them."""
    if isinstance(column, list | tuple):
        made = np.empty(len(column), dtype=object)
        made[:] = column
        column = made
    coded = _encode_arrow_text(_arrow_text(column))
    if coded is None:
        coded = _encode_array(column, field)
    return encode(column, field) if coded is None else coded


def _arrow_text(column: Any) -> Any:
    """The column as one Arrow array of text without nulls, or None where it is not such a thing."""
    if "str" not in str(getattr(column, "dtype", getattr(column, "type", ""))).lower():
        return None
    if hasattr(column, "to_physical") and hasattr(column, "to_arrow"):  # polars; its Arrow view needs pyarrow
        try:
            column = column.to_arrow()
        except ImportError:
            return None
    else:
        inner = getattr(column, "array", column)  # a pandas column keeps its Arrow array inside
        column = inner.__arrow_array__() if hasattr(inner, "__arrow_array__") else inner
    if hasattr(column, "combine_chunks") and hasattr(column, "chunks"):
        column = column.chunk(0) if column.num_chunks == 1 else column.combine_chunks()
    plain = str(getattr(column, "type", "")) in ("string", "large_string") and hasattr(column, "buffers")
    return column if plain and column.null_count == 0 else None


def _encode_arrow_text(column: Any) -> tuple[Codes, Ids] | None:
    if column is None:
        return None
    if len(column) == 0:
        return np.zeros(0, np.int32), np.zeros(0, dtype=str)
    _, offsets, content = column.buffers()
    width = np.int64 if str(column.type) == "large_string" else np.int32
    starts = np.frombuffer(offsets, dtype=width)[column.offset : column.offset + len(column) + 1]
    content = np.frombuffer(content, dtype=np.uint8) if content is not None and content.size else np.zeros(8, np.uint8)
    codes, first = _coded(_code_slices, len(column), content.ctypes.data, starts.astype(np.int64, copy=False))
    return codes, object_array([column[int(row)].as_py() for row in first])


def _encode_array(column: Any, field: str) -> tuple[Codes, Ids] | None:
    if not isinstance(column, np.ndarray) and str(getattr(column, "dtype", "")) == "object":
        column = column.to_numpy() if hasattr(column, "to_numpy") else column
    if not isinstance(column, np.ndarray) or isinstance(column, np.ma.MaskedArray) or column.ndim != 1:
        return None
    column = np.ascontiguousarray(column)
    if column.dtype.kind in "US" and column.itemsize and len(column):
        starts = np.arange(len(column) + 1, dtype=np.int64) * column.itemsize
        codes, first = _coded(_code_slices, len(column), column.ctypes.data, starts)
        return codes, column[first]
    if column.dtype.kind == "O" and len(column):
        pointers = np.frombuffer(column, dtype=np.intp)
        sample = pointers[:SAMPLE_ROWS]
        if 2 * len(np.unique(sample)) <= max(len(sample), 2):
            # Rows that share an object share a code; distinct objects are then compared as what they are.
            codes, first = _coded(_code_integers, len(pointers), pointers)
            try:
                merged, ids = encode(column[first], field)
            except ValueError:
                return None  # the whole column is read again, so that the message names its row
            return recoded(codes, merged), ids
        return _encode_strings(column)
    return None


def _encode_strings(column: Ids) -> tuple[Codes, Ids] | None:
    """Python strings, each an object of its own: two passes in C over a dictionary, in place of a loop."""
    values = column.tolist()
    if set(map(type, values)) != {str}:
        return None
    names = list(dict.fromkeys(values))
    code = {name: place for place, name in enumerate(names)}
    return np.fromiter(map(code.__getitem__, values), np.int32, len(values)), object_array(names)


def _reading(of: Any) -> Any:
    """An operation that reads a value ``of`` a type at an address, widened to 64 bits without a sign."""

    def rule(_typing: Any, _address: Any) -> Any:
        def generate(context: Any, builder: Any, _signature: Any, arguments: Any) -> Any:
            value = builder.load(builder.inttoptr(arguments[0], context.get_value_type(of).as_pointer()))
            value.align = 1  # names begin wherever the last one ended
            return builder.zext(value, context.get_value_type(types.uint64)) if of.bitwidth < 64 else value

        return types.uint64(types.int64), generate

    return intrinsic(rule)


# The caller keeps the address, and what is read from it, within an array that it holds.
_load = _reading(types.uint64)
_load_byte = _reading(types.uint8)


@compiled(inline="always")
def _mixed(state: Any, word: Any) -> Any:
    # Multiply and fold, as in most quick hashes; the odd constant is the golden ratio in 64 bits. The high bits are the
    # well mixed ones: names that differ in their last letter agree in all of the low ones.
    state = (state ^ word) * np.uint64(0x9E3779B97F4A7C15)
    return state ^ (state >> np.uint64(32))


@compiled
def _shift(size: Any) -> Any:
    """How far a hash is shifted so that its highest bits are a place in a table of ``size``, a power of two."""
    shift = 64
    while size > 1:
        size >>= 1
        shift -= 1
    return np.uint64(shift)


@compiled
def _word(address: Any, length: Any, limit: Any) -> Any:
    """Fewer than eight bytes as one integer; in a single read where the column goes on for so long."""
    if address + 8 <= limit:
        return _load(address) & ((np.uint64(1) << np.uint64(8 * length)) - np.uint64(1))
    word = np.uint64(0)
    for place in range(length):
        word |= _load_byte(address + place) << np.uint64(8 * place)
    return word


@compiled
def _hash(address: Any, length: Any, limit: Any) -> Any:
    state = np.uint64(length)
    if length < 8:
        return _mixed(state, _word(address, length, limit))
    for place in range(0, length - 7, 8):
        state = _mixed(state, _load(address + place))
    return _mixed(state, _load(address + length - 8))


@compiled
def _same(left: Any, right: Any, length: Any) -> Any:
    """Whether eight bytes or more agree."""
    differing = _load(left + length - 8) ^ _load(right + length - 8)
    for place in range(0, length - 7, 8):
        differing |= _load(left + place) ^ _load(right + place)
    return differing == np.uint64(0)


def _coded(kernel: Any, rows: int, *source: Any) -> tuple[Codes, Any]:
    """Codes in order of first appearance and the row where each was first met.

    The kernel stops where its table is half full, and goes on with one twice as large. Growing inside the kernel would
    have it count references to the tables at every row, which costs more than the hashing.
    """
    codes = np.empty(rows, np.int32)
    size, row, met = FIRST_SIZE, 0, 0
    table, hashes, first = _tables(size)
    while row < rows:
        row, met = kernel(*source, codes, table, hashes, first, row, met)
        if row < rows:
            size *= 2
            wider, kept, longer = _tables(size)
            _move(table, hashes, wider, kept)
            longer[: len(first)] = first
            table, hashes, first = wider, kept, longer
    return codes, first[:met, 0]


def _tables(size: int) -> tuple[Any, Any, Any]:
    return np.full(size, -1, np.int32), np.empty(size, np.uint64), np.empty((size // 2, 3), np.int64)


@compiled
def recoded(codes: Any, table: Any) -> Any:
    """``table[codes]``, for codes that are all in it; NumPy would first make every code a wider integer."""
    made = np.empty(len(codes), table.dtype)
    for row in range(len(codes)):
        made[row] = table[codes[row]]
    return made


@compiled
def _code_slices(address: int, starts: Any, codes: Any, table: Any, hashes: Any, first: Any, row: int, met: int) -> Any:
    """Codes of the slices of bytes between ``starts``, from ``row`` on; where it stopped and how many codes there are.

    ``table`` holds a code or -1 at each place, ``hashes`` the hash of the slice there; ``first`` by code the row where
    it was first met, and where that slice begins and how long it is.
    """
    mask, shift = len(table) - 1, _shift(len(table))
    limit = address + starts[-1]
    start = starts[row]
    for at in range(row, len(codes)):
        end = starts[at + 1]
        length = end - start
        key = _hash(address + start, length, limit)
        place = np.int64(key >> shift)
        while True:
            code = table[place]
            if code < 0:
                break
            # A hash of fewer than eight bytes is one to one; a longer slice is compared.
            alike = hashes[place] == key and first[code, 2] == length
            if alike and (length < 8 or _same(address + start, address + first[code, 1], length)):
                break
            place = (place + 1) & mask
        if code < 0:
            if met == len(first):
                return at, met
            code = met
            table[place] = code
            hashes[place] = key
            first[met, 0], first[met, 1], first[met, 2] = at, start, length
            met += 1
        codes[at] = code
        start = end
    return len(codes), met


@compiled
def _code_integers(values: Any, codes: Any, table: Any, hashes: Any, first: Any, row: int, met: int) -> Any:
    """Codes of integers, however far apart they lie; otherwise as ``_code_slices``."""
    mask, shift = len(table) - 1, _shift(len(table))
    for at in range(row, len(codes)):
        key = _mixed(np.uint64(0), np.uint64(values[at]))  # one to one, so that equal hashes are equal integers
        place = np.int64(key >> shift)
        while True:
            code = table[place]
            if code < 0 or hashes[place] == key:
                break
            place = (place + 1) & mask
        if code < 0:
            if met == len(first):
                return at, met
            code = met
            table[place] = code
            hashes[place] = key
            first[met, 0] = at
            met += 1
        codes[at] = code
    return len(codes), met


@compiled
def _move(table: Any, hashes: Any, wider: Any, kept: Any) -> None:
    """Put what stands in a table into one with more room."""
    mask, shift = len(wider) - 1, _shift(len(wider))
    for old in range(len(table)):
        if table[old] >= 0:
            place = np.int64(hashes[old] >> shift)
            while wider[place] >= 0:
                place = (place + 1) & mask
            wider[place] = table[old]
            kept[place] = hashes[old]
