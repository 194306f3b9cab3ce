"""What everyone else says of a task: the yardstick by which one worker is measured.

A worker must not be judged by agreement with themselves: with five votes a task, one's own vote is a fifth of the
consensus and more where it decides. So the answer to each task is worked out anew for every vote, without the votes of
the worker who gave it.
"""

from __future__ import annotations

import numpy as np

from assay.quality.aggregation.result import Aggregated
from assay.quality.arrays import Codes, Flags, Floats, Offsets
from assay.quality.compiled import compiled
from assay.quality.votes import Golds, GoldsLike, Votes

# No answer is taken to be impossible of anyone: one slip must not decide a task, nor rule out a worker.
PROBABILITY_MIN = 1e-4


def confusion_of(result: Aggregated) -> Floats:
    """What each worker says of each class: (n_workers, n_classes, n_classes), the probability of [worker, truth, said].

    The method's own confusion matrices where it has them, else those of a worker who is right as often as their skill
    and errs evenly. A worker without a vote in the result tells nothing, whatever the method's prior: a result of
    trusted votes makes no witness of the others. No entry is below ``PROBABILITY_MIN`` before rows are scaled to 1.
    """
    classes = len(result.classes)
    if result.confusion is None:
        confusion = skill_confusion(np.where(np.isfinite(result.skill), result.skill, 1.0 / max(classes, 1)), classes)
    else:
        confusion = _proper(result.confusion)
    confusion[result.worker_votes == 0] = 1.0 / max(classes, 1)
    return confusion


def skill_confusion(skill: Floats, n_classes: int) -> Floats:
    """The confusion matrices of workers who are right with probability ``skill`` (n_workers,) and err evenly."""
    wrong = (1.0 - skill) / max(n_classes - 1, 1)
    confusion = np.repeat(wrong, n_classes * n_classes).reshape(-1, n_classes, n_classes)
    confusion[:, np.arange(n_classes), np.arange(n_classes)] = skill[:, None]
    return _proper(confusion)


def naive_posterior(votes: Votes, confusion: Floats, prior: Floats, golds: GoldsLike = None) -> Floats:
    """Each task's classes by Bayes' rule, the workers being as ``confusion`` says: (n_tasks, n_classes).

    Unlike a fit, this learns nothing from agreement, so that a ring cannot vouch for itself.
    """
    weight = np.ones(len(votes)) if votes.weight is None else votes.weight
    logs = np.log(np.maximum(confusion, 1e-12))[votes.worker, :, votes.label] * weight[:, None]
    total = np.stack(
        [np.bincount(votes.task, weights=logs[:, code], minlength=votes.n_tasks) for code in range(votes.n_classes)],
        axis=1,
    )
    total = total + np.log(np.maximum(prior, PROBABILITY_MIN))
    total = np.exp(total - total.max(axis=1, keepdims=True))
    return known_truth(votes, golds, total / total.sum(axis=1, keepdims=True))


def confusion_given(votes: Votes, truth: Floats, strength: float = 4.0) -> Floats:
    """What each worker says of each class, judged by ``truth`` (n_tasks, n_classes): the shape of ``confusion_of``.

    Use it where the truth was worked out from the votes of some workers only: it judges all of them. Counts are added
    to ``strength`` votes a class of the worker of average habits, so that few votes do not make a character.
    """
    counts = confusion_counts(votes, truth)
    pool = counts.sum(axis=0) + 1.0 + np.eye(votes.n_classes)
    counts += strength * pool / pool.sum(axis=1, keepdims=True)
    return _proper(counts / counts.sum(axis=2, keepdims=True))


def confusion_counts(votes: Votes, truth: Floats) -> Floats:
    """How many votes of each worker said what of which class: (n_workers, n_classes, n_classes) of [truth, said].

    ``truth`` (n_tasks, n_classes): the probability of each class, and all 0 for a task that should not count.
    """
    classes = votes.n_classes
    counts = np.zeros((votes.n_workers, classes, classes))
    cell = votes.worker.astype(np.int64) * classes + votes.label
    for code in range(classes):
        share = np.bincount(cell, weights=truth[votes.task, code], minlength=votes.n_workers * classes)
        counts[:, code, :] = share.reshape(votes.n_workers, classes)
    return counts


def _proper(confusion: Floats) -> Floats:
    held = np.maximum(confusion, PROBABILITY_MIN).astype(np.float64)
    rows: Floats = held / held.sum(axis=2, keepdims=True)
    return rows


def known_truth(votes: Votes, golds: GoldsLike, posterior: Floats | None = None) -> Floats:
    """The probability of each class of each task: ``posterior`` (or zeros without one), with golds certain."""
    truth = np.zeros((votes.n_tasks, votes.n_classes)) if posterior is None else np.array(posterior, dtype=np.float64)
    known = Golds.of(votes, golds)
    truth[known.task] = 0.0
    truth[known.task, known.label] = 1.0
    return truth


def leave_own_out(votes: Votes, confusion: Floats, prior: Floats, golds: GoldsLike = None) -> Floats:
    """The probability of each class of a vote's task, by everyone's votes on it but that worker's: (votes, n_classes).

    ``confusion``: as ``confusion_of`` gives it. ``prior``: (n_classes,), what a task is before any vote. Golds are
    certain. A worker's every vote on the task is left out where they gave several. Rows sum to 1.
    """
    known = Golds.of(votes, golds).dense(votes.n_tasks)
    weight = np.ones(0) if votes.weight is None else votes.weight
    log_prior = np.log(np.maximum(prior, PROBABILITY_MIN))
    return _leave_own_out(
        votes.start, votes.worker, votes.label, weight, np.log(np.maximum(confusion, 1e-12)), log_prior, known
    )


def informed(votes: Votes, golds: GoldsLike = None) -> Flags:
    """Which votes can be judged: those on golds, and on tasks that another worker answered too. (votes,)"""
    known = Golds.of(votes, golds).dense(votes.n_tasks)[votes.task] >= 0
    lowest = np.full(votes.n_tasks, np.iinfo(np.int32).max, np.int32)
    highest = np.full(votes.n_tasks, -1, np.int32)
    np.minimum.at(lowest, votes.task, votes.worker)
    np.maximum.at(highest, votes.task, votes.worker)
    seen: Flags = known | (lowest < highest)[votes.task]
    return seen


@compiled
def _leave_own_out(
    start: Offsets,
    worker: Codes,
    label: Codes,
    weight: Floats,
    log_confusion: Floats,
    log_prior: Floats,
    known: Codes,
) -> Floats:
    classes = len(log_prior)
    out = np.zeros((len(worker), classes))
    total = np.empty(classes)
    for task in range(len(start) - 1):
        begin, end = start[task], start[task + 1]
        if known[task] >= 0:
            out[begin:end, known[task]] = 1.0
            continue
        total[:] = log_prior
        for row in range(begin, end):
            share = weight[row] if len(weight) else 1.0
            for code in range(classes):
                total[code] += share * log_confusion[worker[row], code, label[row]]
        for row in range(begin, end):
            for code in range(classes):
                out[row, code] = total[code]
            for other in range(begin, end):
                if worker[other] == worker[row]:
                    share = weight[other] if len(weight) else 1.0
                    for code in range(classes):
                        out[row, code] -= share * log_confusion[worker[row], code, label[other]]
            top = out[row].max()
            scale = 0.0
            for code in range(classes):
                out[row, code] = np.exp(out[row, code] - top)
                scale += out[row, code]
            for code in range(classes):
                out[row, code] /= scale
    return out
