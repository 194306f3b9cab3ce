"""A file of votes, laid out in scratch files as parts that can be read one by one, pass after pass.

Two passes make them. The first reads the votes in blocks, codes workers and classes as it meets them, and deals each
block's rows out to one file a part, by a hash of the task. The second takes one part at a time: its tasks are coded and
sorted, a worker's earlier votes on the same task dropped, and its arrays written as a model wants them. Memory holds a
block, or a part, and the ids of workers and classes; the disk holds 12 bytes a vote and the ids of the tasks, twice for
a moment.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, Final

import msgspec
import numpy as np

from assay.adapters.vote_files import Columns, Rows
from assay.core.aggregation import Codebook, Lot, Part, Partition, coded, gold_codes, lots, part_of
from assay.core.errors import Invalid

# Aimed at. Fewer would mean more tables to add up, more would hold more in memory at a time.
PART_VOTES: Final = 1_000_000
PARTS_MAX: Final = 4_000

Told = Callable[[str, int, int], None]


@dataclass(frozen=True, eq=False)
class VoteParts:
    """Parts in ``folder``, numbered from 0, and what is known of all of them together.

    It is small beside the votes, and can be sent to another process that sees the same folder.
    """

    folder: Path
    count: int
    workers: Any
    classes: Any
    votes: int
    tasks: int
    notes: tuple[str, ...]

    def load(self, number: int) -> Partition:
        """One part, read anew."""
        workers, classes = len(self.workers), len(self.classes)
        read = {
            name: np.load(file) if (file := self._file(number, name)).exists() else None
            for name in ("worker", "label", "start", "weight", "known")
        }
        worker, label, start = read["worker"], read["label"], read["start"]
        assert worker is not None, "every part has workers, labels and starts"
        assert label is not None
        assert start is not None
        return Partition(worker, label, start, workers, classes, read["weight"], read["known"])

    def ids(self, number: int) -> Any:
        """The ids of one part's tasks, in their order: integers, or text as objects."""
        with self._file(number, "ids").open("rb") as file:
            return _read_ids(file)

    def _file(self, number: int, name: str) -> Path:
        return self.folder / f"part-{number:05}.{name}"

    def sizes(self) -> list[int]:
        """How many votes each part has."""
        return [int(np.load(self._file(number, "start"), mmap_mode="r")[-1]) for number in range(self.count)]


def laid_out(
    rows: Rows,
    columns: Columns,
    folder: Path,
    golds: dict[Any, Any] | None = None,
    *,
    part_votes: int | None = None,
    told: Told | None = None,
) -> VoteParts:
    """The votes of a file as parts in ``folder``, which is empty; ``golds``: known answers by task id.

    ``part_votes``: how many votes a part has, about; ``PART_VOTES`` where it is not said. ``told(what, done, total)``
    hears of progress. Raises ``Invalid`` naming the column where the file is not right.
    """
    expected = rows.count()
    count = min(max(round(expected / (part_votes or PART_VOTES)), 1), PARTS_MAX)
    workers, classes = Codebook(), Codebook()
    votes = 0
    heavy = [columns.weight] if columns.weight is not None else []
    for block in rows.blocks(columns.names(), heavy):
        task, ids = coded(block[columns.task], columns.task, votes)
        worker = workers.codes(*coded(block[columns.worker], columns.worker, votes))
        label = classes.codes(*coded(block[columns.label], columns.label, votes))
        weight = None if columns.weight is None else _weights(block[columns.weight], columns.weight)
        for lot in lots(task, ids, worker, label, weight, count):
            _append(folder / f"lots-{lot.place:05}", lot)
        votes += len(task)
        if told is not None:
            told("Reading votes", votes, max(expected, votes))
    if votes == 0:
        raise Invalid("the file has no votes")
    class_ids, rank = classes.sorted_ids()
    codes = None if golds is None else gold_codes(golds, class_ids)
    made = VoteParts(folder, count, workers.ids(), class_ids, votes, 0, ())
    tasks = dropped = met = 0
    for number in range(count):
        dealt = folder / f"lots-{number:05}"
        part = part_of(_lots(dealt, number), len(workers.code_of), rank, codes)
        _write(made, number, part)
        dealt.unlink(missing_ok=True)
        tasks, dropped, met = tasks + len(part.ids), dropped + part.dropped, met + part.golds_met
        if told is not None:
            told("Sorting votes by task", number + 1, count)
    notes = _notes(dropped, 0 if golds is None else len(golds) - met, class_ids)
    return VoteParts(folder, count, made.workers, class_ids, votes - dropped, tasks, notes)


def _notes(dropped: int, unmet: int, classes: Any) -> tuple[str, ...]:
    notes = []
    if dropped:
        notes.append(f"{dropped} votes repeated a worker's vote on the same task; the last was kept")
    if unmet:
        notes.append(f"{unmet} golds are of tasks without votes")
    if len(classes) == 1:
        notes.append(f"all votes say {classes.tolist()[0]!r}: there is nothing to decide")
    return tuple(notes)


def _weights(weight: Any, name: str) -> Any:
    if not (np.isfinite(weight) & (weight >= 0)).all():
        raise Invalid(f"column {name!r} holds a weight that is negative or not finite; a weight is 0 or more", name)
    return weight


def _write(made: VoteParts, number: int, part: Part) -> None:
    partition = part.partition
    arrays: dict[str, Any] = {
        "worker": partition.worker,
        "label": partition.label,
        "start": partition.start,
        "weight": partition.weight,
        "known": partition.known,
    }
    for name, array in arrays.items():
        if array is not None:
            with made._file(number, name).open("wb") as file:
                np.save(file, array)
    with made._file(number, "ids").open("wb") as file:
        _write_ids(file, part.ids)


def _append(path: Path, lot: Lot) -> None:
    """One lot at the end of its part's file. The file is opened each time: parts may be more than files may be open."""
    with path.open("ab") as file:
        _write_ids(file, lot.ids)
        for array in (lot.task, lot.worker, lot.label):
            np.save(file, array)
        np.save(file, np.zeros(0) if lot.weight is None else lot.weight)


def _lots(path: Path, number: int) -> list[Lot]:
    if not path.exists():
        return []
    found = []
    size = path.stat().st_size
    with path.open("rb") as file:
        while file.tell() < size:
            ids = _read_ids(file)
            task, worker, label, weight = (np.load(file) for _ in range(4))
            found.append(Lot(number, ids, task, worker, label, weight if len(weight) else None))
    return found


def _write_ids(file: BinaryIO, ids: Any) -> None:
    """Integers as they lie in memory, text as MessagePack, each after its length and kind."""
    numbers = ids.dtype.kind == "i"
    content = ids.astype("<i8").tobytes() if numbers else msgspec.msgpack.encode(ids.tolist())
    file.write((b"i" if numbers else b"t") + len(content).to_bytes(8, "little"))
    file.write(content)


def _read_ids(file: BinaryIO) -> Any:
    kind, length = file.read(1), int.from_bytes(file.read(8), "little")
    content = file.read(length)
    if kind == b"i":
        return np.frombuffer(content, "<i8").copy()
    listed = msgspec.msgpack.decode(content)
    ids = np.empty(len(listed), dtype=object)
    ids[:] = listed
    return ids
