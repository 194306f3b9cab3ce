"""Names for files inside archives, made from names that people chose.

A customer's file name is data. It may be ``../../etc/passwd``, absolute, hold NUL or a newline, be 300 characters
long, differ from another only in case, or be ``CON`` (which Windows cannot open). What comes out here is one
plain part of a path that every system can hold, different for every task, and still recognisable.
"""

from __future__ import annotations

import re
import unicodedata

STEM_LENGTH_MAX = 80

_UNSAFE = re.compile(r"[^A-Za-z0-9._-]+")
_RESERVED = frozenset(["con", "prn", "aux", "nul", *(f"com{n}" for n in range(10)), *(f"lpt{n}" for n in range(10))])
_ENDING = re.compile(r"\.[A-Za-z0-9]{1,5}\Z")


def file_stem(file_name: str) -> str:
    """The last part of a path, either kind of slash, without its ending.

    >>> file_stem("day 1/cam\\\\0001.JPG")
    '0001'
    """
    return _ENDING.sub("", last_part(file_name))


def last_part(file_name: str) -> str:
    """What follows the last slash of either kind."""
    return file_name.replace("\\", "/").rstrip("/").rpartition("/")[2]


def safe_stem(file_name: str) -> str:
    """A file name as one harmless ASCII path part of 1 to ``STEM_LENGTH_MAX`` characters, without an ending.

    >>> safe_stem("../../Straße (2).jpg")
    'Strae_2'
    >>> safe_stem("CON.png"), safe_stem("\\0")
    ('_CON', 'photo')
    """
    plain = unicodedata.normalize("NFKD", file_stem(file_name)).encode("ascii", "ignore").decode("ascii")
    stem = _UNSAFE.sub("_", plain).strip("._-")[:STEM_LENGTH_MAX].rstrip("._-") or "photo"
    # Windows reserves these whatever follows the first dot.
    return f"_{stem}" if stem.partition(".")[0].lower() in _RESERVED else stem


class ArchiveNames:
    """Gives each task a stem of its own. The first to ask for a name has it; later ones get their task's id added.

    Names are compared without case, because archives are unpacked on systems that do not see it. A task id is
    ours and unique, so one addition is enough; the loop is for a photo that was *named* like such a pair.
    """

    def __init__(self) -> None:
        self._taken: set[str] = set()

    def take(self, file_name: str, task_id: str) -> str:
        stem = safe_stem(file_name)
        if stem.lower() in self._taken:
            stem = f"{stem}-{_UNSAFE.sub('_', task_id)[:40]}"
            base, count = stem, 1
            while stem.lower() in self._taken:
                count += 1
                stem = f"{base}-{count}"
        self._taken.add(stem.lower())
        return stem
