"""What several methods assume before they see a vote: how common each class is, and what a vote weighs."""

from __future__ import annotations

from typing import Literal, TypeAlias

import numpy as np

from assay.quality.arrays import Floats
from assay.quality.votes import Votes

# Every class as common as every other; as common as among the votes; or given, one number a class.
ClassPrior: TypeAlias = Literal["uniform", "shares"] | tuple[float, ...]


def class_prior(votes: Votes, choice: ClassPrior) -> Floats:
    """The prior probability of every class, all above 0 and summing to 1: (n_classes,).

    "shares" adds half a vote to every class, so that none is ruled out. Raises ``ValueError`` for another word, or
    numbers that are not one per class and above 0.
    """
    classes = votes.n_classes
    if choice == "uniform":
        return np.full(classes, 1.0 / max(classes, 1))
    if choice == "shares":
        share = np.bincount(votes.label, weights=votes.weight, minlength=classes) + 0.5
    elif isinstance(choice, str):
        raise ValueError(f"class_prior is {choice!r}; it is 'uniform', 'shares' or one number a class")
    else:
        share = np.asarray(choice, dtype=np.float64)
        if share.shape != (classes,) or not (np.isfinite(share) & (share > 0)).all():
            raise ValueError(f"class_prior must be {classes} numbers above 0, one a class, got {choice}")
    prior: Floats = share / share.sum()
    return prior


def vote_weights(votes: Votes) -> Floats:
    """The weight of every vote, or an empty array where each counts once, which the kernels take as such."""
    return np.zeros(0) if votes.weight is None else votes.weight


def require_positive(**values: float) -> None:
    """Raises ``ValueError`` for the first of the named parameters that is not above 0."""
    for name, value in values.items():
        if not value > 0:
            raise ValueError(f"{name} must be above 0, got {value}")
