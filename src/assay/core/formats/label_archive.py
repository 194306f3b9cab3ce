"""The archive that YOLO and VOC share: a label file for each photo, and a list of which is whose.

A label file has the stem of its photo's file name, as both formats want it, made safe by ``names``. Where that had
to change it, the photo must be saved under the new name to be found; ``index.jsonl`` gives for every label file
the customer's own file name, the ids, and the size. ``losses.json`` says what the format could not hold.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import msgspec

from assay.core.formats.archives import ZipStream
from assay.core.formats.names import ArchiveNames, file_stem
from assay.core.formats.rows import ExportRow, Losses, Spool

RENAMED = "renamed"
RENAMED_MESSAGE = (
    "the photo's file name is not unique or not safe as a path: save the photo under the stem that index.jsonl gives"
)


class IndexEntry(msgspec.Struct, omit_defaults=True):
    """A line of ``index.jsonl``: ``file`` is the label file, sizes are pixels."""

    file: str
    file_name: str
    width: int
    height: int
    task_id: str = ""
    unique_id: str | None = None


class LabelArchive:
    """Takes label files and gives chunks of a zip archive. ``spool`` takes the list."""

    def __init__(self, spool: Spool, losses: Losses, folder: str, ending: str) -> None:
        self._zip = ZipStream()
        self._names = ArchiveNames()
        self._spool = spool
        self._losses = losses
        self._folder, self._ending = folder, ending
        self._encode = msgspec.json.Encoder().encode

    def stem(self, row: ExportRow) -> str:
        """The name this task has in the archive, without folder and ending."""
        stem = self._names.take(row.file_name, row.task_id)
        if stem != file_stem(row.file_name):
            self._losses.add(RENAMED)
        return stem

    def put(self, row: ExportRow, stem: str, data: bytes) -> None:
        path = f"{self._folder}/{stem}.{self._ending}"
        self._zip.write(path, data)
        entry = IndexEntry(path, row.file_name, row.width, row.height, row.task_id, row.unique_id)
        self._spool.write(self._encode(entry) + b"\n")

    def take(self) -> bytes:
        return self._zip.take()

    def finish(self, files: Iterable[tuple[str, bytes]]) -> Iterator[bytes]:
        """The list, the tally of losses, and ``files`` (name and content)."""
        yield from self._zip.write_spool("index.jsonl", self._spool)
        self._zip.write("losses.json", self._encode([vars(loss) for loss in self._losses.report()]))
        for name, data in files:
            self._zip.write(name, data)
        yield self._zip.close()
