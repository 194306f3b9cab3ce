"""Abstention: which answers to give, and which tasks to hold back for another vote or a review."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from assay.quality.aggregation.result import Aggregated
from assay.quality.arrays import Flags, Ids


@dataclass(frozen=True, eq=False)
class Abstention:
    """``answered``: (n_tasks,), whose answer is given: those with at least ``threshold`` confidence. ``held_back``: ids
    of the others, the least sure first. ``coverage``: the share answered, 0 to 1. ``expected_accuracy``: of what is
    answered, by the posterior's own account, and so as true as it is calibrated; NaN where nothing is answered."""

    answered: Flags
    threshold: float
    coverage: float
    expected_accuracy: float
    held_back: Ids


def abstain(result: Aggregated, *, accuracy: float | None = None, coverage: float | None = None) -> Abstention:
    """Hold back the least sure tasks, so that the rest reach ``accuracy``, or so that ``coverage`` is answered.

    Give one of the two, 0 to 1. With ``accuracy``, the most tasks whose expected accuracy is that high are answered,
    and none where no set of them reaches it. With ``coverage``, at most that share is. Tasks that are equally sure are
    answered or held back together. Use it on a calibrated posterior, such as that of ``aggregate(votes)``.

    Raises ``ValueError`` where not exactly one is given or it is not within 0 to 1.
    """
    asked = accuracy if coverage is None else coverage
    if asked is None or (accuracy is not None and coverage is not None) or not 0 <= asked <= 1:
        raise ValueError(f"give either accuracy or coverage, within 0 to 1, got {accuracy} and {coverage}")
    sure = result.confidence
    order = np.argsort(-sure, kind="stable")
    falling = sure[order]
    count = np.arange(1, len(sure) + 1)
    # A cut is possible only after the last of those that are equally sure.
    possible = np.append(falling[1:] < falling[:-1], True)[: len(sure)]
    if accuracy is not None:
        possible &= np.cumsum(falling) / count >= accuracy - 1e-12
    else:
        possible &= count <= asked * len(sure) + 1e-9
    cuts = np.flatnonzero(possible)
    given = int(cuts[-1]) + 1 if len(cuts) else 0
    answered = np.zeros(len(sure), np.bool_)
    answered[order[:given]] = True
    return Abstention(
        answered=answered,
        threshold=float(falling[given - 1]) if given else float("inf"),
        coverage=given / len(sure) if len(sure) else float("nan"),
        expected_accuracy=float(falling[:given].mean()) if given else float("nan"),
        held_back=result.tasks[order[given:][::-1]],
    )
