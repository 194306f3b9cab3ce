"""Free text: of many workers' texts of a task, the one that is closest to all others."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from assay.quality.aggregation.priors import require_positive
from assay.quality.aggregation.text_kernels import pair_distances
from assay.quality.arrays import Floats, Ids, Offsets
from assay.quality.coding import encode, object_array

# Either apostrophe may stand within a word.
WORD = re.compile(r"\w+(?:['\u2019]\w+)*")


@dataclass(frozen=True, eq=False)
class Texts:
    """One text a task. ``texts``: (n_tasks,). ``rows``: (n_tasks,) the row it was given in, -1 where it is a gold.

    ``confidence``: (n_tasks,), its weighted mean similarity to the other texts of the task, 0 to 1; with a single text
    its worker's skill. ``skill``: (n_workers,), a worker's mean similarity to others' texts of the same tasks, 0 to 1,
    drawn to the crowd's where they gave few. ``trace``: the mean similarity of the chosen texts after each round.
    """

    tasks: Ids
    workers: Ids
    texts: Ids
    rows: Offsets
    confidence: Floats
    skill: Floats
    worker_votes: Offsets
    trace: Floats
    converged: bool
    iterations: int


@dataclass(frozen=True, kw_only=True)
class TextMedoid:
    """The medoid: the text with the least summed distance to the others, every text weighed by its worker.

    The distance is the fewest edits of words (or ``unit="characters"``) as a share of the longer text, on lower-case
    words without punctuation unless ``exact``. Or give ``similarity``, any function of two texts within 0 and 1, say
    one of embeddings. A worker's error is the mean distance of their texts to those of others on the same tasks, and
    their weight 1 / error ** ``power``; errors and answers are found in turns, as in the reliability-aware aggregation
    of Li and Fukumoto (2019, "A Dataset of Crowdsourced Word Sequences", AnnoNLP workshop), which weighs
    distances to a mean embedding. A worker is never compared with their own text. ``power=0`` is the plain medoid.

    ``pull``: how many texts' worth of the crowd's error is mixed into each worker's.
    """

    unit: Literal["words", "characters"] = "words"
    exact: bool = False
    similarity: Callable[[str, str], float] | None = None
    power: float = 2.0
    pull: float = 2.0
    iterations_max: int = 30

    def fit(
        self, tasks: Any, workers: Any, texts: Any, *, weights: Any = None, golds: Mapping[Any, str] | None = None
    ) -> Texts:
        """From columns, one row a text. ``weights``: 0 or more, times the worker's. ``golds``: {task id: its text}.

        Raises ``ValueError`` where columns differ in length, a text is no text or a parameter is out of its range.
        """
        require_positive(pull=self.pull, iterations_max=self.iterations_max)
        task, task_ids = encode(tasks, "tasks")
        worker, worker_ids = encode(workers, "workers")
        given = list(texts)
        weight = np.ones(len(given)) if weights is None else np.asarray(weights, dtype=np.float64)
        if not (len(task) == len(worker) == len(given) == len(weight)):
            raise ValueError("tasks, workers, texts and weights differ in length; give one row a text in each")
        for row, text in enumerate(given):
            if not isinstance(text, str):
                raise ValueError(f"texts[{row}] is {text!r}, which is no text; leave out rows without one")
        # A gold takes part as a text of its own, written by nobody, in its task's last place.
        known = [(t, str((golds or {})[name])) for t, name in enumerate(task_ids.tolist()) if name in (golds or {})]
        at = np.concatenate([task, np.array([t for t, _ in known], dtype=np.int32)]).astype(np.int32)
        order = np.argsort(at, kind="stable")
        everything = [*given, *(text for _, text in known)]
        start = np.zeros(len(task_ids) + 1, dtype=np.int64)
        np.cumsum(np.bincount(at, minlength=len(task_ids)), out=start[1:])
        rows = np.where(order < len(given), order, -1)
        pairs = _Pairs.of(start, self._distances(start, [everything[row] for row in order.tolist()]))
        author = np.where(rows >= 0, worker[np.maximum(rows, 0)], -1) if len(given) else rows
        said = np.where(rows >= 0, weight[np.maximum(rows, 0)], 0.0) if len(given) else np.zeros(len(rows))
        gold_of = np.full(len(task_ids), -1, dtype=np.int64)
        for row in np.flatnonzero(rows < 0).tolist():
            gold_of[at[order[row]]] = row
        error, chosen, share, trace, converged = self._turns(pairs, start, author, said, gold_of, len(worker_ids))
        confidence = 1 - share
        # A text without company is as good as its worker; a gold is certain.
        alone = np.diff(start) == 1
        confidence[alone] = 1 - error[np.maximum(author[chosen[alone]], 0)]
        confidence[gold_of >= 0] = 1.0
        return Texts(
            tasks=task_ids,
            workers=worker_ids,
            texts=object_array([everything[order[row]] for row in chosen.tolist()]),
            rows=rows[chosen],
            confidence=confidence,
            skill=1 - error,
            worker_votes=np.bincount(worker, minlength=len(worker_ids)).astype(np.int64),
            trace=np.array(trace),
            converged=converged,
            iterations=len(trace),
        )

    def _turns(
        self, pairs: _Pairs, start: Offsets, author: Offsets, said: Floats, gold_of: Offsets, n_workers: int
    ) -> tuple[Floats, Offsets, Floats, list[float], bool]:
        """Errors of workers and chosen texts in turns: errors, rows chosen, their mean distance, the trace, the end."""
        trust = np.ones(n_workers)
        error = np.zeros(n_workers)
        real = author >= 0
        chosen = start[:-1].copy()
        share = np.zeros(len(chosen))
        trace: list[float] = []
        for turn in range(self.iterations_max):
            weight = np.where(real, said * trust[np.maximum(author, 0)], 0.0)
            known = gold_of >= 0
            # Where the truth is known only it is compared with.
            only = weight.copy()
            if known.any():
                only[np.repeat(known, np.diff(start))] = 0.0
                only[gold_of[known]] = 1.0
            apart, company = pairs.mean_distance(only)
            fair = real & company
            seen = np.bincount(author[fair], said[fair], n_workers)
            total = np.bincount(author[fair], said[fair] * apart[fair], n_workers)
            usual = float(total.sum() / seen.sum()) if seen.sum() > 0 else 0.0
            error = (total + self.pull * usual) / (seen + self.pull)
            trust = (error + 0.01) ** -self.power
            trust /= trust.mean() if n_workers else 1.0
            weight = np.where(real, said * trust[np.maximum(author, 0)], 0.0)
            apart, _ = pairs.mean_distance(weight)
            cost, _ = pairs.summed_distance(weight)
            before = chosen
            chosen = _least(cost, weight, start)
            chosen = np.where(known, gold_of, chosen)
            share = apart[chosen]
            trace.append(float(1 - share.mean()) if len(share) else 1.0)
            if self.power == 0 or (turn > 0 and (chosen == before).all()):
                return error, chosen, share, trace, True
        return error, chosen, share, trace, False

    def _distances(self, start: Offsets, texts: list[str]) -> Floats:
        sizes = np.diff(start)
        pair_start = np.zeros(len(start), dtype=np.int64)
        np.cumsum(sizes**2, out=pair_start[1:])
        if self.similarity is not None:
            return _by_function(self.similarity, start, texts)
        code: dict[str, int] = {}
        symbols: list[int] = []
        begin = np.zeros(len(texts) + 1, dtype=np.int64)
        for row, text in enumerate(texts):
            symbols.extend(code.setdefault(piece, len(code)) for piece in self._pieces(text))
            begin[row + 1] = len(symbols)
        return pair_distances(start, begin, np.array(symbols, dtype=np.int32), max(len(code), 1), pair_start)

    def _pieces(self, text: str) -> list[str]:
        if self.exact:
            return text.split() if self.unit == "words" else list(text)
        words = WORD.findall(text.casefold())
        return words if self.unit == "words" else list(" ".join(words))


@dataclass(frozen=True, eq=False)
class _Pairs:
    """All pairs of texts of one task: ``one`` and ``other`` (pairs,) rows, and their ``distance``; both ways round."""

    one: Offsets
    other: Offsets
    distance: Floats
    texts: int

    @classmethod
    def of(cls, start: Offsets, table: Floats) -> _Pairs:
        sizes = np.diff(start)
        first = np.repeat(start[:-1], sizes**2)
        size = np.repeat(sizes, sizes**2)
        place = np.arange(len(table)) - np.repeat(np.cumsum(sizes**2) - sizes**2, sizes**2)
        one, other = first + place // np.maximum(size, 1), first + place % np.maximum(size, 1)
        apart = one != other
        return cls(one[apart], other[apart], table[apart], int(start[-1]))

    def summed_distance(self, weight: Floats) -> tuple[Floats, Floats]:
        """Of each text to the others, by their weights; and the sum of those weights."""
        of = weight[self.other]
        return (
            np.bincount(self.one, of * self.distance, self.texts).astype(np.float64),
            np.bincount(self.one, of, self.texts).astype(np.float64),
        )

    def mean_distance(self, weight: Floats) -> tuple[Floats, Any]:
        """Of each text to the others, by their weights, 0 without any; and whether there are others."""
        total, whole = self.summed_distance(weight)
        return np.divide(total, whole, out=np.zeros(self.texts), where=whole > 0), whole > 0


def _least(cost: Floats, weight: Floats, start: Offsets) -> Offsets:
    """The row with the least cost of each task; of equals the heaviest, then the first."""
    task = np.repeat(np.arange(len(start) - 1), np.diff(start))
    order = np.lexsort((np.arange(len(cost)), -weight, np.round(cost, 12), task))
    return order[start[:-1]].astype(np.int64)


def _by_function(similarity: Callable[[str, str], float], start: Offsets, texts: list[str]) -> Floats:
    table: list[float] = []
    for begin, end in zip(start[:-1].tolist(), start[1:].tolist(), strict=True):
        for one in range(begin, end):
            row = (
                0.0 if one == other else 1 - float(similarity(texts[one], texts[other])) for other in range(begin, end)
            )
            table.extend(row)
    return np.array(table)


def edit_similarity(one: str, other: str, unit: Literal["words", "characters"] = "words") -> float:
    """1 less the share of the longer text that must be edited: 1 equal, 0 nothing in common.

    >>> edit_similarity("the cat sat", "The cat sits.")
    0.6666666666666667
    """
    start = np.array([0, 2], dtype=np.int64)
    return 1 - float(TextMedoid(unit=unit)._distances(start, [one, other])[1])
