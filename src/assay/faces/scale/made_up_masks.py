"""Masks of segments that nobody drew: stripes from left to right, the first of them unlabelled."""

from __future__ import annotations

import struct
import zlib
from typing import Final

WIDTH: Final = 160
HEIGHT: Final = 120
_GRAY: Final = 0
_RGB: Final = 2
_RGBA: Final = 6


def color(index: int) -> int:
    """Of a label, as 0xrrggbb; labels next to each other are far apart."""
    return (index * 0x9E3779) & 0xFFFFFF


def pixels(index: int, count: int) -> int:
    """How many pixels the label has."""
    return sum(_index(x, count) == index for x in range(WIDTH)) * HEIGHT


def png(which: str, count: int) -> bytes:
    """A mask of so many labels: in colours ("color"), by index with one ("index") or three bytes, the lowest first
    ("wide_index"), or white where one label is (its number; 0 for what is unlabelled)."""
    row = [_index(x, count) for x in range(WIDTH)]
    if which == "color":
        return _encoded(_RGBA, b"".join(color(n).to_bytes(3, "big") + (b"\xff" if n else b"\0") for n in row))
    if which == "wide_index":
        return _encoded(_RGB, b"".join(n.to_bytes(3, "little") for n in row))
    if which == "index":
        return _encoded(_GRAY, bytes(row))
    return _encoded(_GRAY, bytes(255 * (str(n) == which) for n in row))


def _index(x: int, count: int) -> int:
    return x * (count + 1) // WIDTH


def _encoded(color_type: int, row: bytes) -> bytes:
    """A PNG whose rows are all the same (W3C PNG, third edition)."""
    head = struct.pack(">IIBBBBB", WIDTH, HEIGHT, 8, color_type, 0, 0, 0)
    packed = zlib.compress((b"\0" + row) * HEIGHT)
    chunks = b"".join(_chunk(*part) for part in ((b"IHDR", head), (b"IDAT", packed), (b"IEND", b"")))
    return b"\x89PNG\r\n\x1a\n" + chunks


def _chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))
