"""Cohen's kappa: two people, each with habits of their own."""

from __future__ import annotations

from typing import Any

import numpy as np

from assay.quality.agreement.result import Agreement, Estimate, Interval, corrected, settled
from assay.quality.agreement.weights import Weights, agreement_weights
from assay.quality.arrays import Codes, Floats, Offsets
from assay.quality.coding import encode, object_array
from assay.quality.votes import Votes


def cohen_kappa(
    first: Any,
    second: Any,
    weights: Weights = "identity",
    *,
    classes: Any = None,
    interval: Interval = "analytic",
    level: float = 0.95,
    rounds: int = 1_000,
    seed: int = 0,
) -> Agreement:
    """Cohen's kappa of two people's labels of the same units, row by row.

    Chance is each drawing from their own shares of classes. ``weights``: ``identity``, or for ordered classes
    ``linear`` or ``quadratic`` (Cohen, 1968), ``ordinal``, or a matrix. ``classes`` fixes the classes and their order;
    by default those given, in ascending order. Raises ``ValueError`` where the two differ in length or are empty, a
    label is missing, or a label is not among ``classes``.

    Source: Cohen, "A Coefficient of Agreement for Nominal Scales", Educational and Psychological Measurement 20 (1960);
    "Weighted Kappa", Psychological Bulletin 70 (1968); interval: Fleiss, Cohen and Everitt, "Large Sample Standard
    Errors of Kappa and Weighted Kappa", Psychological Bulletin 72 (1969), with Student's quantile.

    >>> round(cohen_kappa(list("aabbab"), list("aabbbb")).value, 4)
    0.6667
    """
    one, other, n_classes = _coded_together(first, second, classes)
    table = np.bincount(one.astype(np.int64) * n_classes + other, minlength=n_classes**2).reshape(n_classes, n_classes)
    return cohen_kappa_of_table(table, weights, interval=interval, level=level, rounds=rounds, seed=seed)


def cohen_kappa_of_table(
    table: Any,
    weights: Weights = "identity",
    *,
    interval: Interval = "analytic",
    level: float = 0.95,
    rounds: int = 1_000,
    seed: int = 0,
) -> Agreement:
    """Cohen's kappa of a table (classes, classes): how many units the first put in the row, the second in the column.

    Raises ``ValueError`` where the table is not square, holds anything but counts, or is empty.
    """
    counts = np.asarray(table)
    if counts.ndim != 2 or counts.shape[0] != counts.shape[1]:
        raise ValueError(f"the table must have one row and one column a class, got {counts.shape}")
    if counts.dtype.kind not in "iubf" or not np.array_equal(counts, np.floor(counts)) or (counts < 0).any():
        raise ValueError("the table must hold whole numbers, 0 or more")
    counts = counts.astype(np.int64)
    if counts.sum() == 0:
        raise ValueError("no unit was labelled by both, so they cannot be seen to agree; give both some of the same")
    return settled(_estimate(counts, weights), interval, level, rounds, seed)


def cohen_kappa_of(votes: Votes, first: Any, second: Any, weights: Weights = "identity", **options: Any) -> Agreement:
    """Cohen's kappa of two workers, named by their ids, over the tasks both voted on.

    ``options``: ``interval``, ``level``, ``rounds`` and ``seed`` of ``cohen_kappa``. Raises ``ValueError`` where a
    worker is unknown, is not another one, or they share no task.
    """
    codes = []
    for name in (first, second):
        found = np.flatnonzero(votes.workers == name)
        if len(found) == 0:
            raise ValueError(f"there is no worker {name!r} in these votes")
        codes.append(int(found[0]))
    if codes[0] == codes[1]:
        raise ValueError(f"worker {first!r} always agrees with themselves; name another")
    said = []
    for code in codes:
        answer = np.full(votes.n_tasks, -1, np.int64)
        rows = votes.worker == code
        answer[votes.task[rows]] = votes.label[rows]
        said.append(answer)
    both = (said[0] >= 0) & (said[1] >= 0)
    size = votes.n_classes
    table = np.bincount(said[0][both] * size + said[1][both], minlength=size**2).reshape(size, size)
    return cohen_kappa_of_table(table, weights, **options)


def _estimate(counts: Offsets, weights: Weights) -> Estimate:
    size = len(counts)
    table = agreement_weights(weights, size)
    number = int(counts.sum())
    share = counts / number
    rows, columns = share.sum(axis=1), share.sum(axis=0)
    observed = float((table * share).sum())
    expected = float(rows @ table @ columns)
    cells = np.flatnonzero(counts)

    def influence() -> Floats:
        """Fleiss, Cohen and Everitt's term of each cell, over the number of units."""
        by_margins = (table @ columns)[:, None] + (table.T @ rows)[None, :]
        term = table * (1.0 - expected) - by_margins * (1.0 - observed)
        return np.asarray(term.ravel()[cells] / (1.0 - expected) ** 2 / number)

    def redraw(weights: Offsets) -> Floats:
        flat = np.zeros((len(weights), size * size))
        flat[:, cells] = weights / number
        drawn = flat.reshape(-1, size, size)
        seen = np.asarray((drawn * table).sum(axis=(1, 2)))
        chance = np.asarray(((drawn.sum(axis=2) @ table) * drawn.sum(axis=1)).sum(axis=1))
        return corrected(seen, chance)

    name = "Cohen's kappa"
    if not isinstance(weights, str) or weights != "identity":
        name += f", {weights} weights" if isinstance(weights, str) else ", weights of its own"
    # The paper's variance divides by the number of units itself.
    return Estimate(name, observed, expected, number, 2, counts.ravel()[cells], influence, redraw, free=0)


def _coded_together(first: Any, second: Any, classes: Any) -> tuple[Codes, Codes, int]:
    one, one_ids = encode(first, "first")
    other, other_ids = encode(second, "second")
    if len(one) != len(other):
        raise ValueError(f"first has {len(one)} labels and second has {len(other)}; give one each for every unit")
    if len(one) == 0:
        raise ValueError("no unit was labelled by both, so they cannot be seen to agree; give both some of the same")
    given = list(dict.fromkeys([*one_ids.tolist(), *other_ids.tolist()]))
    if classes is None:
        try:
            known = sorted(given)
        except TypeError:
            known = given
    else:
        known = object_array(list(classes)).tolist()
    code_of = {value: code for code, value in enumerate(known)}
    missing = [value for value in given if value not in code_of]
    if missing:
        raise ValueError(f"label {missing[0]!r} is not among the classes {known!r}")
    one = np.array([code_of[value] for value in one_ids.tolist()], np.int32)[one]
    other = np.array([code_of[value] for value in other_ids.tolist()], np.int32)[other]
    return one, other, len(known)
