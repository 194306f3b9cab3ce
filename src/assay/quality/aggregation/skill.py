"""From counts of right and wrong to a worker's skill and its interval."""

from __future__ import annotations

import numpy as np

from assay.quality.arrays import Floats, Reals

CENTRAL = 0.95


def beta_interval(right: Floats, wrong: Floats) -> Floats:
    """The central 95 % of Beta(right, wrong): (n, 2). Parameters above 0; with both tiny, nearly (0, 1)."""
    # Imported here because it takes a third of a second, and kernels do not need it.
    from scipy.special import betaincinv

    tail = (1 - CENTRAL) / 2
    ends = np.stack([betaincinv(right, wrong, tail), betaincinv(right, wrong, 1 - tail)], axis=1)
    return np.asarray(np.clip(ends, 0.0, 1.0), dtype=np.float64)


def agreement_skill(right: Floats, votes: Floats) -> tuple[Floats, Floats]:
    """Skill (n,) from ``right`` of ``votes`` (fractions allowed), and its interval (n, 2).

    The skill is the plain share, and for a worker without votes that of all workers together; the interval is the
    central posterior under Jeffreys' prior Beta(1/2, 1/2).
    """
    total = float(votes.sum())
    overall = float(right.sum()) / total if total > 0 else 0.5
    share = np.divide(right, votes, out=np.full(len(right), overall), where=votes > 0)
    share = np.clip(share, 0.0, 1.0)
    right = np.clip(right, 0.0, votes)
    ends = beta_interval(right + 0.5, votes - right + 0.5)
    # As Brown, Cai and DasGupta (2001) advise, an interval reaches a share of 0 or 1.
    return share, np.stack([np.minimum(ends[:, 0], share), np.maximum(ends[:, 1], share)], axis=1)


def confusion_skill(counts: Reals, pseudo: Floats, prior: Floats) -> tuple[Floats, Floats]:
    """Skill (workers,) of confusion matrices, and its interval (workers, 2).

    ``counts``: (workers, said, truth); ``pseudo`` broadcasts against it, 0 or more; ``prior``: (classes,) sums to 1.
    A row is Dirichlet, so its right answer is Beta; the skill is the mean of those over the classes as often as each
    comes, and the interval that of the Beta with the same mean and variance.
    """
    workers, classes = counts.shape[0], counts.shape[1]
    # Without any prior a row of no votes would say nothing; a hundredth of a vote says "any answer".
    floor = 0.01 if float(np.min(pseudo, initial=1.0)) <= 0 else 0.0
    each = np.broadcast_to(pseudo, (*pseudo.shape[:-2], classes, classes)) + floor
    diagonal = np.arange(classes)
    right = counts[:, diagonal, diagonal].astype(np.float64) + each[..., diagonal, diagonal]
    total = counts.sum(axis=1, dtype=np.float64) + each.sum(axis=-2)
    mean = right / total
    spread = mean * (1 - mean) / (total + 1)
    skill = np.clip(mean @ prior, 0.0, 1.0).reshape(workers)
    variance = (spread @ prior**2).reshape(workers)
    held = np.clip(skill, 1e-9, 1 - 1e-9)
    strength = np.maximum(held * (1 - held) / np.maximum(variance, 1e-12) - 1, 1e-3)
    return skill, beta_interval(held * strength, (1 - held) * strength)
