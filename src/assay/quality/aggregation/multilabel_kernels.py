"""The compiled loop of multi-label aggregation."""

from __future__ import annotations

import math

import numpy as np

from assay.quality.arrays import Codes, Flags, Floats, Offsets
from assay.quality.compiled import compiled


@compiled
def sweep(
    start: Offsets,
    worker: Codes,
    label: Codes,
    classes: int,
    clamped: Flags,
    prior: Floats,
    absent: Floats,
    lift: Floats,
    membership: Floats,
    present: Floats,
    named: Floats,
) -> float:
    """One pass: memberships of all tasks from the workers' parameters, and the counts that follow.

    ``start``, ``worker``, ``label``: rows in task order, those of one worker on one task side by side; a label of
    ``classes`` or above names nothing. ``clamped``: (tasks,) whose ``membership`` is given and stays. ``prior``:
    (classes,) log-odds. ``absent``: (workers, classes) log-odds that a label belongs, given that the worker left it
    out; ``lift``: what naming it adds. Fills ``membership`` (tasks, classes), ``present`` (workers, classes) the
    expected tasks to which a label belongs among those the worker saw, and ``named`` the expected number of those they
    named it for. Returns the sum of log(1 + odds), the part of the log-likelihood that depends on the tasks together.
    """
    odds = np.empty(classes)
    present[:] = 0.0
    named[:] = 0.0
    total = 0.0
    for task in range(len(start) - 1):
        begin, end = start[task], start[task + 1]
        for c in range(classes):
            odds[c] = prior[c]
        before = -1
        for row in range(begin, end):
            who = worker[row]
            if who != before:
                for c in range(classes):
                    odds[c] += absent[who, c]
                before = who
            if label[row] < classes:
                odds[label[row]] += lift[who, label[row]]
        for c in range(classes):
            if clamped[task]:
                total += odds[c] * membership[task, c]
            else:
                tail = math.exp(-abs(odds[c]))
                total += max(odds[c], 0.0) + math.log1p(tail)
                membership[task, c] = (1.0 if odds[c] >= 0.0 else tail) / (1.0 + tail)
        before = -1
        for row in range(begin, end):
            who = worker[row]
            if who != before:
                for c in range(classes):
                    present[who, c] += membership[task, c]
                before = who
            if label[row] < classes:
                named[who, label[row]] += membership[task, label[row]]
    return total
