"""Picture files taken apart and put together again with nothing in them but the picture.

A file is walked by its own structure, never by its name. What is kept is what a decoder needs to show the pixels
and their colours; cameras' notes, places, comments, previews, other files appended to the end and everything of
unknown purpose are left out, so that a file which is two things at once comes out as one. Decoders only ever see
what these functions return.

Sources: JPEG ITU-T T.81 (1992) annex B; PNG third edition (W3C 2025) chapters 5 and 11; WebP RFC 9649 (2024);
orientation: Exif 2.32, tag 0x0112, inside a TIFF 6.0 header.
"""

from __future__ import annotations

import re
import struct
import zlib
from dataclasses import dataclass
from typing import Literal, TypeAlias

from assay.core.errors import Invalid

ContentType: TypeAlias = Literal["image/jpeg", "image/png", "image/webp"]

ICC_BYTES_MAX = 4 * 1024 * 1024
# A progressive file makes the decoder pass over all pixels once a scan. Encoders write about ten.
JPEG_SCANS_MAX = 32
_CHUNKS_MAX = 100_000


@dataclass(frozen=True)
class Picture:
    """A file taken apart.

    ``width`` and ``height`` are pixels as stored; ``orientation`` is Exif's 1 to 8 (1: as stored). ``content`` is
    the same picture without metadata, byte for byte the same pixels. ``icc`` is the colour profile, still in
    ``content``. ``channels`` 4 in a JPEG means ink colours (CMYK). ``lossless`` tells how it was compressed.
    """

    content_type: ContentType
    width: int
    height: int
    orientation: int
    content: bytes
    icc: bytes | None
    channels: int
    lossless: bool


def take_apart(data: bytes) -> Picture:
    """Raises ``Invalid`` naming what the file is when it is no JPEG, PNG or WebP, or what is wrong with it."""
    if data.startswith(b"\xff\xd8\xff"):
        return _jpeg(data)
    if data.startswith(_PNG):
        return _png(data)
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return _webp(data)
    raise Invalid(f"{_name(data)} Send a JPEG, PNG or WebP picture.")


# JPEG

_MARKER = re.compile(rb"\xff+[^\x00\xd0-\xd7\xff]", re.DOTALL)
# The same without fill bytes: searched for in megabytes of pixels, where a literal first byte is ten times as fast.
_SCAN_END = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]", re.DOTALL)
_FRAMES_SHOWN = {0xC0, 0xC1, 0xC2}
_FRAMES_OTHER = {0xC3, 0xC5, 0xC6, 0xC7, 0xC9, 0xCA, 0xCB, 0xCD, 0xCE, 0xCF}
_TABLES = {0xC4, 0xDB, 0xDD}


def _jpeg(data: bytes) -> Picture:
    kept: list[bytes] = [b"\xff\xd8"]
    profile: dict[int, bytes] = {}
    size: tuple[int, int, int] | None = None
    orientation, scans, at = 1, 0, 2
    while True:
        found = _MARKER.match(data, at)
        if found is None:
            raise _damaged("JPEG", f"no marker at byte {at}")
        marker, at = data[found.end() - 1], found.end()
        if marker == 0xD9:
            break
        body = _jpeg_segment(data, at)
        at += 2 + len(body)
        segment = b"\xff" + bytes([marker]) + struct.pack(">H", len(body) + 2) + body
        if marker in _FRAMES_OTHER:
            raise Invalid(
                f"This JPEG is of a kind that browsers do not show (frame 0x{marker:X}). Save it as baseline."
            )
        if marker in _FRAMES_SHOWN:
            if size is not None:
                raise _damaged("JPEG", "it has two frames")
            size = _jpeg_frame(body)
            kept.append(segment)
        elif marker == 0xDA:
            if size is None:
                raise _damaged("JPEG", "its pixels come before its size")
            scans += 1
            if scans > JPEG_SCANS_MAX:
                raise Invalid(
                    f"This JPEG has more than {JPEG_SCANS_MAX} scans. Save it again with an ordinary program."
                )
            end = _SCAN_END.search(data, at)
            if end is None:
                raise _damaged("JPEG", "it ends in the middle of its pixels")
            kept += [segment, data[at : end.start()]]
            at = end.start()
        elif marker in _TABLES or _is_jpeg_frame_note(marker, body):
            kept.append(segment)
        elif marker == 0xE2 and body.startswith(b"ICC_PROFILE\0") and len(body) > 14:
            if body[12] not in profile and sum(map(len, profile.values())) < ICC_BYTES_MAX:
                profile[body[12]] = body[14:]
                kept.append(segment)
        elif marker == 0xE1 and body.startswith(b"Exif\0"):
            orientation = _orientation(body[6:]) or orientation
    if size is None or scans == 0:
        raise _damaged("JPEG", "it holds no pixels")
    kept.append(b"\xff\xd9")
    icc = b"".join(profile[key] for key in sorted(profile)) or None
    height, width, channels = size
    return Picture("image/jpeg", width, height, orientation, _joined(kept, data), icc, channels, lossless=False)


def _jpeg_segment(data: bytes, at: int) -> bytes:
    if at + 2 > len(data):
        raise _damaged("JPEG", "it ends too early")
    length = int.from_bytes(data[at : at + 2], "big")
    if length < 2 or at + length > len(data):
        raise _damaged("JPEG", f"a part at byte {at} reaches beyond the end")
    return data[at + 2 : at + length]


def _jpeg_frame(body: bytes) -> tuple[int, int, int]:
    if len(body) < 6 or len(body) != 6 + 3 * body[5]:
        raise _damaged("JPEG", "its frame is malformed")
    precision, height, width, channels = struct.unpack(">BHHB", body[:6])
    if precision != 8 or channels not in (1, 3, 4):
        raise Invalid(f"This JPEG has {precision} bits and {channels} channels; 8 bits and 1, 3 or 4 can be shown.")
    if not width or not height:
        raise _damaged("JPEG", "its width or height is 0")
    return height, width, channels


def _is_jpeg_frame_note(marker: int, body: bytes) -> bool:
    """JFIF's and Adobe's notes say how to read the colours; they hold numbers only when they have this length."""
    jfif = marker == 0xE0 and body.startswith(b"JFIF\0") and len(body) == 14 and body[12:14] == b"\0\0"
    return jfif or (marker == 0xEE and body.startswith(b"Adobe") and len(body) == 12)


# PNG

_PNG = b"\x89PNG\r\n\x1a\n"
_PNG_KEPT = {b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"iCCP"}
_PNG_DEPTHS = {0: (1, 2, 4, 8, 16), 2: (8, 16), 3: (1, 2, 4, 8), 4: (8, 16), 6: (8, 16)}
_PNG_CHANNELS = {0: 1, 2: 3, 3: 3, 4: 2, 6: 4}


def _png(data: bytes) -> Picture:
    kept: list[bytes] = [_PNG]
    seen: dict[bytes, int] = {}
    header: tuple[int, int, int] | None = None
    icc: bytes | None = None
    orientation, at, last = 1, len(_PNG), b""
    while last != b"IEND":
        length, name, body, end = _png_chunk(data, at)
        seen[name] = seen.get(name, 0) + 1
        if sum(seen.values()) > _CHUNKS_MAX:
            raise _damaged("PNG", "it has too many parts")
        if (header is None) != (name == b"IHDR"):
            raise _damaged("PNG", "it does not begin with its size, or says it twice")
        if name == b"IHDR":
            header = _png_header(body)
        elif name in (b"acTL", b"fcTL", b"fdAT"):
            raise Invalid("This PNG is animated. Send a still picture.")
        elif name == b"IDAT" and seen[name] > 1 and last != b"IDAT":
            raise _damaged("PNG", "its pixels are not in one run")
        elif name == b"eXIf":
            orientation = _orientation(body) or orientation
        elif name[0] < 0x60 and name not in _PNG_KEPT:
            raise _damaged("PNG", f"it needs a part named {name.decode('latin-1')!r}, which is not known")
        keep = name in _PNG_KEPT
        if name == b"iCCP":
            icc = _png_profile(body)
            keep = icc is not None
        if keep and name not in (b"IDAT",) and seen[name] > 1:
            raise _damaged("PNG", f"it has two parts named {name.decode('latin-1')!r}")
        if keep:
            kept.append(data[at:end])
        at, last = end, name
    if header is None or b"IDAT" not in seen or length != 0:
        raise _damaged("PNG", "it holds no pixels")
    width, height, channels = header
    return Picture("image/png", width, height, orientation, _joined(kept, data), icc, channels, lossless=True)


def _png_chunk(data: bytes, at: int) -> tuple[int, bytes, bytes, int]:
    if at + 12 > len(data):
        raise _damaged("PNG", "it ends too early")
    length, name = int.from_bytes(data[at : at + 4], "big"), data[at + 4 : at + 8]
    end = at + 12 + length
    if end > len(data):
        raise _damaged("PNG", f"a part at byte {at} reaches beyond the end")
    if not name.isalpha():
        raise _damaged("PNG", f"a part at byte {at} has no proper name")
    body = data[at + 8 : end - 4]
    if zlib.crc32(body, zlib.crc32(name)) != int.from_bytes(data[end - 4 : end], "big"):
        raise _damaged("PNG", f"the part at byte {at} does not match its checksum")
    return length, name, body, end


def _png_header(body: bytes) -> tuple[int, int, int]:
    if len(body) != 13:
        raise _damaged("PNG", "its header is malformed")
    width, height, depth, colour, compression, filtering, interlace = struct.unpack(">IIBBBBB", body)
    if not width or not height:
        raise _damaged("PNG", "its width or height is 0")
    if depth not in _PNG_DEPTHS.get(colour, ()) or compression or filtering or interlace > 1:
        raise _damaged("PNG", "its header names a pixel format that does not exist")
    return width, height, _PNG_CHANNELS[colour]


def _png_profile(body: bytes) -> bytes | None:
    """The unpacked profile; None when it is not one, or unpacks to more than any real profile has."""
    name, _, packed = body.partition(b"\0")
    if not 1 <= len(name) <= 79 or packed[:1] != b"\0":
        return None
    unpacker = zlib.decompressobj()
    try:
        profile = unpacker.decompress(packed[1:], ICC_BYTES_MAX)
    except zlib.error:
        return None
    return profile if unpacker.eof and profile else None


# WebP

_WEBP_ALPHA, _WEBP_ICC, _WEBP_ANIMATED = 0x10, 0x20, 0x02


def _webp(data: bytes) -> Picture:
    end = 8 + int.from_bytes(data[4:8], "little")
    if end > len(data) + (len(data) & 1):
        raise _damaged("WebP", "it ends too early")
    chunks: dict[bytes, bytes] = {}
    at = 12
    while at + 8 <= min(end, len(data)):
        name, length = data[at : at + 4], int.from_bytes(data[at + 4 : at + 8], "little")
        if at + 8 + length > len(data):
            raise _damaged("WebP", f"a part at byte {at} reaches beyond the end")
        if name in (b"ANIM", b"ANMF"):
            raise Invalid("This WebP is animated. Send a still picture.")
        # Only the first of each name counts, as in browsers.
        chunks.setdefault(name, data[at + 8 : at + 8 + length])
        at += 8 + length + (length & 1)
        if len(chunks) > 64:
            raise _damaged("WebP", "it has too many parts")
    name = b"VP8L" if b"VP8L" in chunks else b"VP8 "
    if name not in chunks or (b"VP8L" in chunks and b"VP8 " in chunks):
        raise _damaged("WebP", "it holds no pixels")
    width, height, alpha = (_vp8l_size if name == b"VP8L" else _vp8_size)(chunks[name])
    icc: bytes | None = None
    parts: list[tuple[bytes, bytes]] = [(name, chunks[name])]
    canvas = chunks.get(b"VP8X")
    if canvas is not None:
        if len(canvas) < 10 or canvas[0] & _WEBP_ANIMATED:
            raise Invalid("This WebP is animated. Send a still picture.")
        if (width, height) != (1 + _u24(canvas, 4), 1 + _u24(canvas, 7)):
            raise _damaged("WebP", "it states two different sizes")
        icc = chunks.get(b"ICCP")
        icc = icc if icc and len(icc) <= ICC_BYTES_MAX else None
        if name == b"VP8 " and b"ALPH" in chunks and canvas[0] & _WEBP_ALPHA:
            parts.insert(0, (b"ALPH", chunks[b"ALPH"]))
            alpha = True
        if icc:
            parts.insert(0, (b"ICCP", icc))
        flags = (_WEBP_ICC if icc else 0) | (_WEBP_ALPHA if alpha else 0)
        parts.insert(0, (b"VP8X", bytes([flags, 0, 0, 0]) + canvas[4:10]))
    body = b"".join(
        part + struct.pack("<I", len(content)) + content + b"\0" * (len(content) & 1) for part, content in parts
    )
    content = b"RIFF" + struct.pack("<I", len(body) + 4) + b"WEBP" + body
    orientation = _orientation(chunks.get(b"EXIF", b"").removeprefix(b"Exif\0\0")) or 1
    channels = 4 if alpha else 3
    return Picture("image/webp", width, height, orientation, content, icc, channels, lossless=name == b"VP8L")


def _vp8_size(body: bytes) -> tuple[int, int, bool]:
    if len(body) < 10 or body[0] & 1 or body[3:6] != b"\x9d\x01\x2a":
        raise _damaged("WebP", "its pixels do not begin with a whole picture")
    width, height = struct.unpack("<HH", body[6:10])
    if not width & 0x3FFF or not height & 0x3FFF:
        raise _damaged("WebP", "its width or height is 0")
    return width & 0x3FFF, height & 0x3FFF, False


def _vp8l_size(body: bytes) -> tuple[int, int, bool]:
    if len(body) < 5 or body[0] != 0x2F:
        raise _damaged("WebP", "its pixels do not begin with a whole picture")
    bits = int.from_bytes(body[1:5], "little")
    if bits >> 29:
        raise _damaged("WebP", "its version is not known")
    return 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF), bool(bits >> 28 & 1)


def _u24(data: bytes, at: int) -> int:
    return int.from_bytes(data[at : at + 3], "little")


# What they share


def _orientation(exif: bytes) -> int | None:
    """Tag 0x0112 of the first directory; None when it is absent or makes no sense."""
    order: Literal["little", "big"]
    if exif[:4] == b"II*\0":
        order = "little"
    elif exif[:4] == b"MM\0*":
        order = "big"
    else:
        return None

    def number(at: int, size: int) -> int:
        return int.from_bytes(exif[at : at + size], order)

    first = number(4, 4)
    if first + 2 > len(exif):
        return None
    for entry in range(first + 2, min(first + 2 + 12 * number(first, 2), len(exif) - 11), 12):
        if number(entry, 2) == 0x0112 and number(entry + 2, 2) == 3:
            value = number(entry + 8, 2)
            return value if 1 <= value <= 8 else None
    return None


def _joined(parts: list[bytes], data: bytes) -> bytes:
    content = b"".join(parts)
    return data if content == data else content


def _damaged(kind: str, what: str) -> Invalid:
    return Invalid(f"This {kind} file is damaged: {what}. Save or copy it again.")


_MAGIC: tuple[tuple[int, bytes, str], ...] = (
    (0, b"GIF8", "This is a GIF picture."),
    (0, b"BM", "This is a BMP picture."),
    (0, b"II*\0", "This is a TIFF picture or a camera's raw file."),
    (0, b"MM\0*", "This is a TIFF picture or a camera's raw file."),
    (4, b"ftypavif", "This is an AVIF picture."),
    (4, b"ftypheic", "This is a HEIC picture."),
    (4, b"ftypheix", "This is a HEIC picture."),
    (4, b"ftypmif1", "This is a HEIF picture."),
    (4, b"ftyp", "This is a video."),
    (0, b"\x1a\x45\xdf\xa3", "This is a video."),
    (0, b"RIFF", "This is a sound or video file."),
    (0, b"\xff\x0a", "This is a JPEG XL picture."),
    (0, b"\0\0\0\x0cJXL ", "This is a JPEG XL picture."),
    (0, b"\0\0\0\x0cjP  ", "This is a JPEG 2000 picture."),
    (0, b"8BPS", "This is a Photoshop document."),
    (0, b"\0\0\1\0", "This is an icon file."),
    (0, b"%PDF", "This is a PDF document."),
    (0, b"PK\3\4", "This is a ZIP archive or an office document. Unpack it first."),
    (0, b"PK\5\6", "This is an empty ZIP archive."),
    (0, b"\x1f\x8b", "This is a gzip archive. Unpack it first."),
    (0, b"Rar!", "This is a RAR archive. Unpack it first."),
    (0, b"7z\xbc\xaf\x27\x1c", "This is a 7z archive. Unpack it first."),
    (0, b"BZh", "This is a bzip2 archive. Unpack it first."),
    (0, b"\xfd7zXZ", "This is an xz archive. Unpack it first."),
    (257, b"ustar", "This is a tar archive. Unpack it first."),
    (0, b"\x7fELF", "This is a program."),
    (0, b"MZ", "This is a program."),
    (0, b"#!", "This is a script."),
)


def _name(data: bytes) -> str:
    if not data:
        return "This file is empty."
    for offset, magic, sentence in _MAGIC:
        if data[offset : offset + len(magic)] == magic:
            return sentence
    start = data[:4096].removeprefix(b"\xef\xbb\xbf").replace(b"\0", b"").lstrip().lower()
    if b"<svg" in start:
        return "This is an SVG drawing, which can carry scripts."
    if start.startswith((b"<!doctype html", b"<html", b"<script", b"<body", b"<head")):
        return "This is a web page."
    if start.startswith(b"<"):
        return "This is an XML or HTML document."
    return "This is no picture that we know."
