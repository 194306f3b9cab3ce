"""Zip archives: written to where nothing can be sought, read from whom nothing can be believed."""

from __future__ import annotations

import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator
from typing import Any, cast

from assay.core.errors import Invalid
from assay.core.formats.rows import Limits, RowProblem, Source, Spool

CHUNK_BYTES = 1 << 16
_WORTH_COMPRESSING_BYTES = 1024

# Archives carry no clock: the same rows give the same bytes. This is the earliest time that zip can say.
_EPOCH = (1980, 1, 1, 0, 0, 0)


class ZipStream:
    """Writes an archive as chunks of bytes, one entry after another.

    The sink cannot be sought in, so the stdlib puts each entry's sizes after its data (data descriptors).
    ``take`` gives what has gathered since it was last asked; nothing else is kept but the directory.
    """

    def __init__(self) -> None:
        self._sink = _Gather()
        self._zip = zipfile.ZipFile(cast(Any, self._sink), "w", zipfile.ZIP_DEFLATED, compresslevel=1)

    def write(self, name: str, data: bytes) -> None:
        entry = self._entry(name)
        # Making a compressor ready costs more than a short label file is worth, ten times over.
        if len(data) < _WORTH_COMPRESSING_BYTES:
            entry.compress_type = zipfile.ZIP_STORED
        self._zip.writestr(entry, data)

    def write_spool(self, name: str, spool: Spool) -> Iterator[bytes]:
        """One entry from a spool, yielding chunks on the way."""
        spool.seek(0)
        with self._zip.open(self._entry(name), "w", force_zip64=True) as entry:
            while block := spool.read(CHUNK_BYTES):
                entry.write(block)
                if chunk := self.take():
                    yield chunk
        yield self.take()

    def close(self) -> bytes:
        self._zip.close()
        return self.take()

    def take(self) -> bytes:
        return self._sink.take()

    @staticmethod
    def _entry(name: str) -> zipfile.ZipInfo:
        entry = zipfile.ZipInfo(name, _EPOCH)
        entry.compress_type = zipfile.ZIP_DEFLATED
        entry.external_attr = 0o644 << 16
        return entry


class _Gather:
    """The least a ``ZipFile`` asks of a sink. Without ``tell`` and ``seek`` it takes the streaming way by itself."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []

    def write(self, data: bytes) -> int:
        self._parts.append(bytes(data))
        return len(data)

    def flush(self) -> None:
        pass

    def take(self) -> bytes:
        taken = b"".join(self._parts)
        self._parts.clear()
        return taken


class ZipEntries:
    """An archive somebody sent, entry by entry.

    Opening raises ``Invalid`` for what is not a zip archive or lists too much. Entries that are links, encrypted,
    archives themselves, compressed in other ways than deflate, named outside the archive, or larger when unpacked
    than they or ``limits`` say become problems, each for itself; the bounds over the whole archive raise ``Invalid``.
    The sizes that headers state are never believed: bytes are counted as they are unpacked.
    """

    def __init__(self, source: Source, limits: Limits) -> None:
        self._limits = limits
        self._unpacked = 0
        try:
            self._zip = zipfile.ZipFile(cast(Any, _BoundedReads(source, limits)))
        except (*_BROKEN, ValueError) as error:
            raise Invalid(f"this is not a zip archive that can be read ({error}); pack the files again") from error
        entries = self._zip.infolist()
        if len(entries) > limits.entries_max:
            raise Invalid(f"the archive holds {len(entries)} entries; the most is {limits.entries_max}")
        self._by_name: dict[str, tuple[int, zipfile.ZipInfo]] = {}
        self.problems: list[RowProblem] = []
        for row, entry in enumerate(entries, start=1):
            # Not `is_dir`: it looks at the last letter of a name that may have none.
            if entry.filename.endswith("/") or _is_litter(entry.filename):
                continue
            trouble = "another entry has the same name" if entry.filename in self._by_name else _entry_trouble(entry)
            if trouble:
                self.problems.append(RowProblem(row, shown(entry.filename), trouble))
            else:
                self._by_name[entry.filename] = (row, entry)

    def names(self) -> list[str]:
        """Of the entries that may be read, in the archive's order."""
        return list(self._by_name)

    def row(self, name: str) -> int:
        """An entry's place in the archive, from 1: what ``problems`` number entries by too."""
        return self._by_name[name][0]

    def read(self, name: str, bytes_max: int | None = None) -> bytes:
        """One entry, whole. Raises ``ValueError`` saying what is wrong with it; ``Invalid`` when the archive
        unpacks to more than it may."""
        limits = self._limits
        _, entry = self._by_name[name]
        bytes_max = limits.entry_bytes_max if bytes_max is None else bytes_max
        parts: list[bytes] = []
        size = 0
        try:
            with self._zip.open(entry) as stream:
                while block := stream.read(CHUNK_BYTES):
                    parts.append(block)
                    size += len(block)
                    self._unpacked += len(block)
                    if self._unpacked > limits.unpacked_bytes_max:
                        raise Invalid(f"the archive unpacks to more than {limits.unpacked_bytes_max >> 20} MiB")
                    if size > bytes_max:
                        raise ValueError(f"it is larger than {bytes_max >> 10} KiB when unpacked")
                    # Small entries may compress well without meaning harm; only bulk is suspicious.
                    if size > (1 << 20) and size > limits.ratio_max * max(1, entry.compress_size):
                        raise ValueError("it unpacks to far more than it takes up, as a bomb does")
        except _BROKEN as error:
            raise ValueError(f"it cannot be unpacked ({error})") from error
        return b"".join(parts)


class _BoundedReads:
    """A source that refuses to read the whole of an overlong directory at once.

    ``ZipFile`` reads the archive's directory with one call, of whatever size the file states, and makes a value of
    some 500 bytes for each 46 of it. This is where that can be stopped, whatever way the size was stated in.
    """

    def __init__(self, source: Source, limits: Limits) -> None:
        self._source = source
        self._bytes_max = max(1 << 20, limits.entries_max * 100)
        source.seek(0, 2)
        if source.tell() > limits.file_bytes_max:
            raise Invalid(f"the file is larger than {limits.file_bytes_max >> 20} MiB; split it")
        source.seek(0)

    def read(self, size: int = -1) -> bytes:
        if size > self._bytes_max:
            raise Invalid("the archive's list of entries is too long; split the archive")
        # Without a size ZipFile wants the file's tail, which is 64 KiB at most.
        return self._source.read(self._bytes_max if size < 0 else size)

    def seek(self, offset: int, whence: int = 0) -> int:
        return self._source.seek(offset, whence)

    def tell(self) -> int:
        return self._source.tell()

    def seekable(self) -> bool:
        return True


# All that the stdlib was seen to raise over damaged and hostile archives.
_BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    OSError,
    RuntimeError,
    NotImplementedError,
    OverflowError,
    UnicodeError,
)


def shown(name: str) -> str:
    """A name from a file, fit for a message: printable and at most 120 characters."""
    plain = "".join(character if character.isprintable() else "?" for character in name[:200])
    return plain if len(plain) <= 120 else plain[:119] + "…"


def _is_litter(name: str) -> bool:
    """What operating systems put into archives unasked."""
    parts = name.split("/")
    return parts[0] == "__MACOSX" or parts[-1] in {".DS_Store", "Thumbs.db", "desktop.ini"}


def _entry_trouble(entry: zipfile.ZipInfo) -> str | None:
    name = entry.orig_filename.replace("\\", "/")
    if not name or "\0" in name or name.startswith("/") or ".." in name.split("/") or name[1:2] == ":":
        return "its name leads outside the archive; pack it under a plain name"
    if len(name) > 500:
        return "its name is longer than 500 characters"
    if stat.S_ISLNK(entry.external_attr >> 16):
        return "it is a link; pack the file itself"
    if entry.flag_bits & 0x1:
        return "it is encrypted; pack it without a password"
    if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        return "it is compressed in a way that is not read here; use deflate, as zip does by default"
    if name.lower().endswith((".zip", ".gz", ".tar", ".tgz", ".7z", ".bz2", ".xz", ".rar", ".zst")):
        return "it is an archive inside the archive; unpack it first"
    return None
