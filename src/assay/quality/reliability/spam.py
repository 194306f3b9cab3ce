"""Who answers without looking: answers that say nothing of the truth, or that never change."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from assay.quality.aggregation.result import Aggregated
from assay.quality.arrays import Floats, Ids
from assay.quality.reliability.evidence import confusion_of, informed, leave_own_out
from assay.quality.votes import GoldsLike, Votes

# The skills between chance and certainty that a worker who tries is averaged over.
GRID = 12


@dataclass(frozen=True, eq=False)
class Informativeness:
    """What each worker's answers say of the truth. All arrays are (n_workers,).

    ``bits``: the mutual information of answer and truth, 0 or more, less what chance alone would show. ``p_value``: of
    the answers telling nothing; small for a worker who tells something. ``spam_probability``: that they answer at
    random with habits of their own (0 to 1), against trying with any skill above chance; the prior share where nothing
    is known. ``top_share``: the share of their commonest answer, ``top_label`` its class code, and ``top_p_value`` the
    chance that a worker of average habits says it so often. ``votes``: how many votes were judged: those on tasks that
    others answered too, or golds.
    """

    workers: Ids
    bits: Floats
    p_value: Floats
    spam_probability: Floats
    top_share: Floats
    top_label: Floats
    top_p_value: Floats
    votes: Floats


def informativeness(
    votes: Votes, result: Aggregated, golds: GoldsLike = None, *, spam_share: float = 0.05
) -> Informativeness:
    """How much each worker's answers tell of the truth, the truth being what golds and everyone else say.

    The test of no information is the G test of independence (Wilks 1938): 2 n times the mutual information in nats, chi
    squared with (rows - 1)(columns - 1) degrees over the classes that occur. The probability of spam weighs two models
    by what they would have foretold: habits of one's own whatever the truth (each vote foretold from the worker's other
    votes), and skill anywhere from chance to certainty with errors falling as the worker's answers do. ``spam_share``
    is the share of spammers expected, within (0, 1).
    """
    if not 0 < spam_share < 1:
        raise ValueError(f"spam_share must be within (0, 1), got {spam_share}")
    if len(votes) == 0:
        nothing, certain = np.zeros(votes.n_workers), np.ones(votes.n_workers)
        return Informativeness(
            votes.workers, nothing, certain, spam_share * certain, nothing, nothing, certain, nothing
        )
    others = leave_own_out(votes, confusion_of(result), result.prior, golds)
    judged = informed(votes, golds).astype(np.float64)
    table = _joint(votes, others, judged)
    n = table.sum(axis=(1, 2))
    bits, p_value = _information(table)
    share, label, chance = _habit(votes)
    return Informativeness(
        workers=votes.workers,
        bits=bits,
        p_value=p_value,
        spam_probability=_spam(votes, others, judged, spam_share),
        top_share=share,
        top_label=label,
        top_p_value=chance,
        votes=n,
    )


def _joint(votes: Votes, others: Floats, judged: Floats) -> Floats:
    classes = votes.n_classes
    cell = votes.worker.astype(np.int64) * classes + votes.label
    size = votes.n_workers * classes
    table = np.zeros((votes.n_workers, classes, classes))
    for code in range(classes):
        layer = np.bincount(cell, weights=others[:, code] * judged, minlength=size)
        table[:, code, :] = layer.reshape(votes.n_workers, classes)
    return table


def _information(table: Floats) -> tuple[Floats, Floats]:
    """Mutual information in bits less its bias, and the p-value of none, for (workers, truth, said) tables."""
    from scipy.special import chdtrc

    n = table.sum(axis=(1, 2))
    safe = np.maximum(n, 1e-12)[:, None, None]
    joint = table / safe
    rows, columns = joint.sum(axis=2, keepdims=True), joint.sum(axis=1, keepdims=True)
    product = np.where(joint > 0, rows * columns, 1.0)
    nats = np.where(joint > 0, joint * np.log(np.where(joint > 0, joint, 1.0) / product), 0.0).sum(axis=(1, 2))
    nats = np.maximum(nats, 0.0)
    # A class of which there is not even half a vote takes no part in the table.
    truths = ((rows * safe)[:, :, 0] > 0.5).sum(axis=1)
    answers = (columns[:, 0, :] > 0).sum(axis=1)
    freedom = np.maximum((truths - 1) * (answers - 1), 0)
    p_value = np.where(freedom > 0, chdtrc(np.maximum(freedom, 1), 2.0 * n * nats), 1.0)
    bits = np.maximum(nats - freedom / (2.0 * np.maximum(n, 1.0)), 0.0) / np.log(2.0)
    return bits, p_value


def _habit(votes: Votes) -> tuple[Floats, Floats, Floats]:
    from scipy.special import bdtrc

    classes = votes.n_classes
    size = votes.n_workers * classes
    counts = np.bincount(votes.worker.astype(np.int64) * classes + votes.label, minlength=size)
    counts = counts.reshape(votes.n_workers, classes).astype(np.float64)
    n = counts.sum(axis=1)
    top, most = counts.argmax(axis=1), counts.max(axis=1)
    # Average over workers, not votes, with the worker's own left out: one busy spammer must not make spam usual.
    share = (counts + 1.0 / classes) / (n + 1.0)[:, None]
    usual = (share.sum(axis=0)[None, :] - share) / max(votes.n_workers - 1, 1)
    usual = (
        np.clip(usual[np.arange(len(top)), top], 1e-6, 1.0 - 1e-6) if votes.n_workers > 1 else np.full(len(top), 0.5)
    )
    # The commonest of several answers was not named beforehand: each class had its chance (Bonferroni).
    chance = np.where(n > 0, np.minimum(bdtrc(most - 1.0, n.astype(np.int64), usual) * classes, 1.0), 1.0)
    return most / np.maximum(n, 1.0), top.astype(np.float64), chance


def _spam(votes: Votes, others: Floats, judged: Floats, spam_share: float) -> Floats:
    classes = votes.n_classes
    if classes < 2:
        return np.full(votes.n_workers, spam_share)
    worker, label = votes.worker, votes.label
    size = votes.n_workers * classes
    cell = worker.astype(np.int64) * classes + label
    counts = np.bincount(cell, weights=judged, minlength=size)
    n = counts.reshape(votes.n_workers, classes).sum(axis=1)
    habit = (counts[cell] - judged + 1.0 / classes) / (n[worker] - judged + 1.0)
    spam = np.bincount(worker, weights=judged * np.log(habit), minlength=votes.n_workers)
    right = others[np.arange(len(votes)), label]
    # A worker of skill s above chance knows the answer with probability s and else says what they say by habit.
    trying = np.stack(
        [
            np.bincount(worker, weights=judged * np.log(knows * right + (1 - knows) * habit), minlength=votes.n_workers)
            for knows in (np.arange(GRID) + 1.0) / (GRID + 0.5)
        ]
    )
    top = trying.max(axis=0)
    tries = top + np.log(np.exp(trying - top).mean(axis=0))
    odds = np.log(spam_share / (1.0 - spam_share)) + np.clip(spam - tries, -500.0, 500.0)
    probability: Floats = 1.0 / (1.0 + np.exp(-odds))
    return probability
