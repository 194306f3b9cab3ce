"""``Votes``: who said what about which task, coded once into dense integers and sorted by task."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

import numpy as np

from assay.quality.arrays import Codes, Flags, Floats, Ids, Offsets
from assay.quality.coding import encode, object_array
from assay.quality.columns import column, csv_columns, number, seconds
from assay.quality.compiled import compiled

Repeated: TypeAlias = Literal["last", "first", "all", "error"]


@dataclass(frozen=True, eq=False)
class Votes:
    """Votes in task order, and the ids that the codes stand for.

    Use ``from_arrays``, ``from_codes``, ``from_frame`` or ``from_csv``, which check; the constructor does not.

    ``task``, ``worker``, ``label``: (votes,) int32 codes from 0; ``task`` ascends, and votes of one task keep the order
    in which they came. ``start``: (n_tasks + 1,) int64, votes of task ``i`` are rows ``start[i]:start[i + 1]``.
    ``tasks``, ``workers``, ``classes``: ids by code; classes are sorted where they can be, tasks and workers stand in
    the order of their first vote. ``weight``: (votes,) float64, 0 or more, or None. ``when``: (votes,) float64 seconds,
    or None. ``notes``: what was noticed in the data, one sentence each.

    >>> votes = Votes.from_arrays(["a", "a", "b"], ["ann", "bob", "ann"], ["cat", "dog", "cat"])
    >>> votes.n_tasks, votes.n_workers, votes.classes.tolist()
    (2, 2, ['cat', 'dog'])
    """

    task: Codes
    worker: Codes
    label: Codes
    start: Offsets
    tasks: Ids
    workers: Ids
    classes: Ids
    weight: Floats | None = None
    when: Floats | None = None
    notes: tuple[str, ...] = ()

    def __repr__(self) -> str:
        parts = f"{len(self)} votes, {self.n_tasks} tasks, {self.n_workers} workers, {self.n_classes} classes"
        return f"Votes({parts}{''.join('; ' + note for note in self.notes)})"

    @property
    def n_tasks(self) -> int:
        return len(self.tasks)

    @property
    def n_workers(self) -> int:
        return len(self.workers)

    @property
    def n_classes(self) -> int:
        return len(self.classes)

    def __len__(self) -> int:
        return len(self.task)

    @property
    def nbytes(self) -> int:
        """Bytes of the votes themselves (codes, offsets, weights and times), without the ids."""
        arrays = (self.task, self.worker, self.label, self.start, self.weight, self.when)
        return sum(array.nbytes for array in arrays if array is not None)

    @classmethod
    def from_arrays(
        cls,
        tasks: Any,
        workers: Any,
        labels: Any,
        *,
        weights: Any = None,
        times: Any = None,
        classes: Sequence[Any] | Ids | None = None,
        workers_known: Sequence[Any] | Ids | None = None,
        repeated: Repeated = "last",
    ) -> Votes:
        """Votes from columns of ids of any hashable kind, one row a vote.

        ``weights``: 0 or more. ``times``: seconds, or NumPy datetimes. ``classes`` fixes the classes and their order,
        ``workers_known`` the first workers and theirs (a worker outside it is kept, coded after them, and noted).
        ``repeated`` says which vote counts where a worker answered a task more than once: the last (by time, else by
        row), the first, all of them, or none (an error).

        Raises ``ValueError``, naming the field and the remedy, where columns differ in length, an id is missing, a
        label is not among ``classes``, a weight is negative, or a number is not finite.
        """
        task, task_ids = encode(tasks, "tasks")
        worker, worker_ids = encode(workers, "workers")
        label, label_ids = encode(labels, "labels")
        notes: list[str] = []
        if workers_known is not None:
            worker, worker_ids = _known_first(worker, worker_ids, workers_known, notes)
        if classes is None:
            label, label_ids = _sorted_ids(label, label_ids)
        else:
            label, label_ids = _fixed_classes(label, label_ids, classes)
        return _assemble(
            task, worker, label, task_ids, worker_ids, label_ids, weights, times, repeated=repeated, notes=notes
        )

    @classmethod
    def from_codes(
        cls,
        task: Any,
        worker: Any,
        label: Any,
        *,
        n_tasks: int | None = None,
        n_workers: int | None = None,
        n_classes: int | None = None,
        tasks: Sequence[Any] | Ids | None = None,
        workers: Sequence[Any] | Ids | None = None,
        classes: Sequence[Any] | Ids | None = None,
        weights: Any = None,
        times: Any = None,
        repeated: Repeated = "last",
    ) -> Votes:
        """Votes from integers that are codes already: no id is looked up, and code ``i`` stays code ``i``.

        Counts default to the length of the ids given, else to one more than the highest code; ids default to the codes
        themselves. Raises ``ValueError`` where a code is negative or beyond its count.
        """
        task, task_ids = _checked_codes(task, "task", n_tasks, tasks)
        worker, worker_ids = _checked_codes(worker, "worker", n_workers, workers)
        label, label_ids = _checked_codes(label, "label", n_classes, classes)
        return _assemble(
            task, worker, label, task_ids, worker_ids, label_ids, weights, times, repeated=repeated, notes=[]
        )

    @classmethod
    def from_frame(
        cls,
        frame: Any,
        task: str = "task",
        worker: str = "worker",
        label: str = "label",
        *,
        weight: str | None = None,
        time: str | None = None,
        classes: Sequence[Any] | Ids | None = None,
        workers_known: Sequence[Any] | Ids | None = None,
        repeated: Repeated = "last",
    ) -> Votes:
        """Votes from anything with named columns: pandas, polars, an Arrow table, a dict of arrays.

        Raises ``ValueError`` where a column is absent, and as ``from_arrays`` does.
        """
        return cls.from_arrays(
            column(frame, task),
            column(frame, worker),
            column(frame, label),
            weights=None if weight is None else column(frame, weight),
            times=None if time is None else column(frame, time),
            classes=classes,
            workers_known=workers_known,
            repeated=repeated,
        )

    @classmethod
    def from_csv(
        cls,
        lines: Iterable[str],
        task: str = "task",
        worker: str = "worker",
        label: str = "label",
        *,
        weight: str | None = None,
        time: str | None = None,
        delimiter: str = ",",
        classes: Sequence[Any] | Ids | None = None,
        workers_known: Sequence[Any] | Ids | None = None,
        repeated: Repeated = "last",
    ) -> Votes:
        """Votes from lines of text with a header, such as an open file; ids stay text, weights and times are numbers.

        Raises ``ValueError`` where the header lacks a column, a row is short or a number does not read, with its line.
        """
        names = [name for name in (task, worker, label, weight, time) if name is not None]
        columns = csv_columns(lines, names, delimiter)
        for name in (weight, time):
            if name is not None:
                columns[name] = [number(text, name, row) for row, text in enumerate(columns[name], start=2)]
        return cls.from_frame(
            columns,
            task,
            worker,
            label,
            weight=weight,
            time=time,
            classes=classes,
            workers_known=workers_known,
            repeated=repeated,
        )

    def counts(self) -> Floats:
        """How much of each task's vote went to each class: (n_tasks, n_classes), votes or their weights."""
        cells = self.task.astype(np.int64) * self.n_classes + self.label
        total = np.bincount(cells, weights=self.weight, minlength=self.n_tasks * self.n_classes)
        return total.astype(np.float64).reshape(self.n_tasks, self.n_classes)

    def worker_votes(self) -> Offsets:
        """How many votes each worker gave: (n_workers,)."""
        return np.bincount(self.worker, minlength=self.n_workers).astype(np.int64)

    def only(self, rows: Flags) -> Votes:
        """The votes where ``rows`` (votes,) is true, with all tasks, workers and classes kept in their codes."""
        task = self.task[rows]
        return Votes(
            task=task,
            worker=self.worker[rows],
            label=self.label[rows],
            start=_starts(task, self.n_tasks),
            tasks=self.tasks,
            workers=self.workers,
            classes=self.classes,
            weight=None if self.weight is None else self.weight[rows],
            when=None if self.when is None else self.when[rows],
            notes=self.notes,
        )


@dataclass(frozen=True, eq=False)
class Golds:
    """Tasks whose answer is known: ``task`` (golds,) ascending codes, ``label`` (golds,) codes of their classes."""

    task: Codes
    label: Codes
    notes: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.task)

    @classmethod
    def of(cls, votes: Votes, golds: Mapping[Any, Any] | Golds | None) -> Golds:
        """Golds in the codes of ``votes``. A gold of a task that nobody voted on is left out, and noted.

        Raises ``ValueError`` where a known answer is not among the classes of ``votes``.
        """
        if isinstance(golds, Golds):
            return golds
        if not golds:
            return cls(np.zeros(0, np.int32), np.zeros(0, np.int32))
        code_of = {value: code for code, value in enumerate(votes.classes.tolist())}
        task: list[int] = []
        label: list[int] = []
        for code, name in enumerate(votes.tasks.tolist()):
            if name in golds:
                answer = golds[name]
                if answer not in code_of:
                    raise ValueError(
                        f"golds say {answer!r} of task {name!r}, which no vote says;"
                        " name all classes when building the votes: Votes.from_arrays(..., classes=[...])"
                    )
                task.append(code)
                label.append(code_of[answer])
        unmet = len(golds) - len(task)
        notes = (f"{unmet} golds are of tasks without votes",) if unmet else ()
        return cls(np.array(task, np.int32), np.array(label, np.int32), notes)

    def dense(self, n_tasks: int) -> Codes:
        """The known class of every task, -1 where none is known: (n_tasks,) int32."""
        known = np.full(n_tasks, -1, dtype=np.int32)
        known[self.task] = self.label
        return known


GoldsLike: TypeAlias = Mapping[Any, Any] | Golds | None


def _assemble(
    task: Codes,
    worker: Codes,
    label: Codes,
    task_ids: Ids,
    worker_ids: Ids,
    class_ids: Ids,
    weights: Any,
    times: Any,
    *,
    repeated: Repeated,
    notes: list[str],
) -> Votes:
    rows = len(task)
    for name, length in (("workers", len(worker)), ("labels", len(label))):
        if length != rows:
            raise ValueError(f"{name} has {length} rows and tasks has {rows}; give one row a vote in every column")
    weight = None if weights is None else _checked_numbers(weights, "weights", rows)
    when = None if times is None else _checked_numbers(seconds(times), "times", rows)
    if weight is not None and rows and float(weight.min()) < 0:
        row = int(np.flatnonzero(weight < 0)[0])
        raise ValueError(f"weights[{row}] is {weight[row]}; a weight is 0 or more")
    start = _starts(task, len(task_ids))
    if rows and bool((task[1:] < task[:-1]).any()):
        order = _task_order(task, start)
        task, worker, label = task[order], worker[order], label[order]
        weight = None if weight is None else weight[order]
        when = None if when is None else when[order]
    if repeated not in ("last", "first", "all", "error"):
        raise ValueError(f"repeated is {repeated!r}; it is one of last, first, all, error")
    made = Votes(task, worker, label, start, task_ids, worker_ids, class_ids, weight, when)
    made = _without_repeats(made, repeated, notes)
    empty = int((np.diff(made.start) == 0).sum())
    if empty:
        notes.append(f"{empty} of {made.n_tasks} tasks have no vote")
    if made.n_classes == 1:
        notes.append(f"all votes say {made.classes.tolist()[0]!r}: there is nothing to decide")
    return Votes(
        made.task,
        made.worker,
        made.label,
        made.start,
        task_ids,
        worker_ids,
        class_ids,
        made.weight,
        made.when,
        tuple(notes),
    )


def _without_repeats(votes: Votes, repeated: Repeated, notes: list[str]) -> Votes:
    kept = _unrepeated(
        votes.worker,
        votes.start,
        votes.when if votes.when is not None else np.zeros(0, np.float64),
        votes.n_workers,
        repeated != "first",
    )
    twice = len(votes) - int(np.count_nonzero(kept))
    if twice == 0:
        return votes
    if repeated == "error":
        row = int(np.flatnonzero(~kept)[0])
        raise ValueError(
            f"worker {votes.workers.tolist()[votes.worker[row]]!r} voted more than once on task"
            f" {votes.tasks.tolist()[votes.task[row]]!r}; choose which counts with repeated='last', 'first' or 'all'"
        )
    if repeated == "all":
        notes.append(f"{twice} votes repeat a worker's vote on the same task; all are counted")
        return votes
    notes.append(f"{twice} votes repeated a worker's vote on the same task; the {repeated} was kept")
    return votes.only(kept)


@compiled
def _unrepeated(worker: Codes, start: Offsets, when: Floats, n_workers: int, keep_last: bool) -> Flags:
    """Which rows stay when each worker's votes on a task are cut to one; equal times are decided by row."""
    kept = np.ones(len(worker), np.bool_)
    latest = np.full(n_workers, -1, np.int64)
    for task in range(len(start) - 1):
        begin = start[task]
        for row in range(begin, start[task + 1]):
            who = worker[row]
            before = latest[who]
            if before < begin:
                latest[who] = row
                continue
            newer = len(when) == 0 or when[row] >= when[before]
            if keep_last == newer:
                kept[before] = False
                latest[who] = row
            else:
                kept[row] = False
    return kept


def _starts(task: Codes, n_tasks: int) -> Offsets:
    start = np.zeros(n_tasks + 1, dtype=np.int64)
    np.cumsum(np.bincount(task, minlength=n_tasks), out=start[1:])
    return start


@compiled
def _task_order(task: Codes, start: Offsets) -> Offsets:
    """The stable order of rows by task, by counting: linear, where sorting is not."""
    place = start.copy()
    order = np.empty(len(task), np.int64)
    for row in range(len(task)):
        order[place[task[row]]] = row
        place[task[row]] += 1
    return order


def _sorted_ids(codes: Codes, ids: Ids) -> tuple[Codes, Ids]:
    """Ids in ascending order where they can be compared, else as they stand."""
    try:
        order = np.array(sorted(range(len(ids)), key=ids.tolist().__getitem__), dtype=np.int64)
    except TypeError:
        return codes, ids
    rank = np.empty(len(ids), dtype=np.int32)
    rank[order] = np.arange(len(ids), dtype=np.int32)
    return rank[codes], ids[order]


def _positions(ids: Ids, of: Sequence[Any] | Ids, field: str) -> tuple[Ids, Codes]:
    """``of`` as an array of distinct ids, and the place in it of each of ``ids``, -1 where it is not there."""
    listed = of.tolist() if isinstance(of, np.ndarray) else list(of)
    place = {value: code for code, value in enumerate(listed)}
    if len(place) != len(listed):
        raise ValueError(f"{field} names an id twice; name each once")
    return object_array(listed), np.array([place.get(value, -1) for value in ids.tolist()], dtype=np.int32)


def _fixed_classes(codes: Codes, ids: Ids, classes: Sequence[Any] | Ids) -> tuple[Codes, Ids]:
    fixed, place = _positions(ids, classes, "classes")
    if len(place) and int(place.min()) < 0:
        stranger = ids.tolist()[int(np.argmin(place))]
        raise ValueError(f"labels say {stranger!r}, which is not among classes; add it there or leave out its votes")
    return (place[codes] if len(place) else codes), fixed


def _known_first(codes: Codes, ids: Ids, known: Sequence[Any] | Ids, notes: list[str]) -> tuple[Codes, Ids]:
    fixed, place = _positions(ids, known, "workers_known")
    strangers = np.flatnonzero(place < 0)
    if len(strangers) == 0:
        return (place[codes] if len(place) else codes), fixed
    place[strangers] = len(fixed) + np.arange(len(strangers), dtype=np.int32)
    notes.append(f"{len(strangers)} workers are not among workers_known; they are kept, after the known ones")
    return place[codes], object_array([*fixed.tolist(), *ids[strangers].tolist()])


def _checked_codes(codes: Any, field: str, count: int | None, ids: Sequence[Any] | Ids | None) -> tuple[Codes, Ids]:
    array = np.asarray(codes)
    if array.ndim != 1 or (len(array) and array.dtype.kind not in "iu"):
        raise ValueError(f"{field} must be one-dimensional integers; for ids of other kinds use Votes.from_arrays")
    low, high = (int(array.min()), int(array.max())) if len(array) else (0, -1)
    if ids is not None:
        ids = ids if isinstance(ids, np.ndarray) else object_array(ids)
        if count is not None and count != len(ids):
            raise ValueError(f"{len(ids)} {field} ids are given and n is {count}; leave the count out")
        count = len(ids)
    count = high + 1 if count is None else count
    if low < 0 or high >= count:
        raise ValueError(f"{field} codes lie within {low} and {high}; they must be within 0 and {count - 1}")
    named = np.arange(count) if ids is None else ids
    # Columns of data frames are often read-only, for which every kernel would be compiled once more.
    return np.require(array, np.int32, ["C", "W"]), named


def _checked_numbers(values: Any, field: str, rows: int) -> Floats:
    try:
        array = np.require(values, np.float64, ["C", "W"])
    except (TypeError, ValueError):
        raise ValueError(f"{field} holds something that is not a number; give one number a vote") from None
    if array.shape != (rows,):
        raise ValueError(f"{field} has shape {array.shape}; give one number a vote, {rows} in all")
    if not np.isfinite(array).all():
        row = int(np.flatnonzero(~np.isfinite(array))[0])
        raise ValueError(f"{field}[{row}] is {array[row]}; give a finite number or leave the vote out")
    return array
