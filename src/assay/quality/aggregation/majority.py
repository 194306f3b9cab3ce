"""Voting: by head, by weight, and by how much each worker agrees with the others."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, ClassVar

import numpy as np

from assay.quality.aggregation.counts import precision
from assay.quality.aggregation.result import Aggregated, aggregated, decide, tie_of
from assay.quality.aggregation.shares import leaders, vote_shares, vote_shares_of_few
from assay.quality.aggregation.skill import agreement_skill
from assay.quality.arrays import Codes, Flags, Floats, Reals
from assay.quality.votes import Golds, GoldsLike, Votes

# Up to this many classes a task's counts fit one machine word.
FEW = 4


@dataclass(frozen=True)
class MajorityVote:
    """The class most votes say. ``posterior`` is each class's share of the vote, not a probability of being right.

    Ties are told in ``tied`` and decided by the classes' overall share of the vote, then the lowest code. ``skill`` is
    how far a worker's votes went with the shares, their own vote included, which flatters where tasks have few votes.

    >>> votes = Votes.from_arrays([1, 1, 2, 2], ["a", "b", "a", "b"], ["x", "x", "x", "y"])
    >>> result = MajorityVote().fit(votes)
    >>> result.labels.tolist(), result.tied.tolist()
    (['x', 'x'], [False, True])
    """

    name: ClassVar[str] = "majority"

    def fit(self, votes: Votes, golds: GoldsLike = None) -> Aggregated:
        """The shares of the vote; a gold's answer has all of it."""
        return _voted(votes, Golds.of(votes, golds), None, self.name)


@dataclass(frozen=True)
class WeightedVote:
    """The class with most weight behind it: each worker's vote counts as ``weight_of[worker]``, 0 or more.

    A worker who is not there counts as ``otherwise``. Weights of the votes themselves multiply.
    """

    weight_of: Mapping[Any, float] | None = None
    otherwise: float = 1.0

    name: ClassVar[str] = "weighted"

    def fit(self, votes: Votes, golds: GoldsLike = None) -> Aggregated:
        """The shares of weight. Raises ``ValueError`` where a weight is negative or not finite."""
        weight_of = self.weight_of or {}
        voice = np.array([weight_of.get(worker, self.otherwise) for worker in votes.workers.tolist()], dtype=np.float64)
        bad = np.flatnonzero(~(np.isfinite(voice) & (voice >= 0)))
        if len(bad):
            raise ValueError(f"weight_of[{votes.workers[bad[0]]!r}] is {voice[bad[0]]}; a weight is 0 or more")
        return _voted(votes, Golds.of(votes, golds), voice, self.name)


@dataclass(frozen=True)
class Wawa:
    """Worker agreement with aggregate: a vote weighted by how often its worker says what the majority says.

    Twice a majority vote, and never an iteration more. Source: Appen's practice; described and implemented as "Wawa"
    by crowd-kit (Ustalov et al., 2024).
    """

    name: ClassVar[str] = "wawa"

    def fit(self, votes: Votes, golds: GoldsLike = None) -> Aggregated:
        """The shares of the votes, weighted by their workers' agreement with the majority."""
        known = Golds.of(votes, golds)
        first = _voted(votes, known, None, self.name)
        weight = votes.weight if votes.weight is not None else np.ones(len(votes))
        # Where classes tie for the majority, each is right in part: choosing one would favour its name.
        leading = first.posterior >= first.posterior.max(axis=1, keepdims=True, initial=0.0) - tie_of(first.posterior)
        right_in_part = leading / leading.sum(axis=1, keepdims=True)
        went_along = weight * right_in_part[votes.task, votes.label]
        right = np.bincount(votes.worker, weights=went_along, minlength=votes.n_workers).astype(np.float64)
        given = np.bincount(votes.worker, weights=weight, minlength=votes.n_workers).astype(np.float64)
        skill, interval = agreement_skill(right, given)
        return replace(_voted(votes, known, skill, self.name), skill=skill, skill_interval=interval, iterations=2)


def _voted(votes: Votes, golds: Golds, voice: Floats | None, method: str) -> Aggregated:
    """``voice``: (n_workers,) what each worker's vote counts, or None for all alike."""
    posterior: Reals = np.empty((votes.n_tasks, votes.n_classes), dtype=precision(votes.n_classes))
    codes, tied = np.empty(votes.n_tasks, np.int32), np.empty(votes.n_tasks, np.bool_)
    counted = None
    if voice is None and votes.weight is None and len(golds) == 0 and votes.n_classes <= FEW:
        counted = _few(votes, posterior, codes, tied)
    agreed, given, overall = counted or _any(votes, golds, voice, posterior, codes, tied)
    total = float(overall.sum())
    prior = overall / total if total > 0 else np.full(votes.n_classes, 1 / max(votes.n_classes, 1))
    undecided = np.flatnonzero(tied)
    codes[undecided], tied[undecided] = decide(posterior[undecided], prior)
    skill, interval = agreement_skill(agreed, given)
    return aggregated(
        votes,
        posterior,
        method=method,
        skill=skill,
        skill_interval=interval,
        prior=prior,
        decided_already=(codes, tied),
        worker_votes=np.rint(given).astype(np.int64) if votes.weight is None else None,
        iterations=1,
        reason="the votes were counted",
    )


def _few(votes: Votes, posterior: Reals, codes: Codes, tied: Flags) -> tuple[Floats, Floats, Floats] | None:
    agreed, overall = np.zeros((votes.n_workers, 2)), np.zeros(votes.n_classes)
    each = (votes.worker, votes.label, votes.start)
    done = vote_shares_of_few(*each, leaders(), posterior, codes, tied, agreed, overall)
    return (agreed[:, 0].copy(), agreed[:, 1].copy(), overall) if done else None


def _any(
    votes: Votes, golds: Golds, voice: Floats | None, posterior: Reals, codes: Codes, tied: Flags
) -> tuple[Floats, Floats, Floats]:
    weight = np.zeros(0) if votes.weight is None else votes.weight
    voice = np.ones(votes.n_workers) if voice is None else voice
    overall = np.bincount(votes.label, weights=votes.weight, minlength=votes.n_classes).astype(np.float64)
    given = np.bincount(votes.worker, weights=votes.weight, minlength=votes.n_workers).astype(np.float64)
    known = golds.dense(votes.n_tasks) if len(golds) else np.zeros(0, np.int32)
    total = float(overall.sum())
    fallback = overall / total if total > 0 else np.full(votes.n_classes, 1 / max(votes.n_classes, 1))
    agreed = np.zeros(votes.n_workers)
    posterior[:], codes[:], tied[:] = 0, 0, False
    each = (votes.worker, votes.label, weight, voice, votes.start, known)
    vote_shares(*each, fallback, tie_of(posterior), posterior, agreed, codes, tied)
    return agreed, given, overall
