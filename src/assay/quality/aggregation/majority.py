"""Voting: by head, by weight, and by how much each worker agrees with the others."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Any, ClassVar, TypeVar

import numpy as np

from assay.quality.aggregation.counting import leaders, settle, vote_shares_of_few, vote_shares_of_many
from assay.quality.aggregation.counts import PIECE_VOTES, PIECES_MAX, precision
from assay.quality.aggregation.result import Aggregated, aggregated, decide_of, tie_of
from assay.quality.aggregation.shares import vote_shares
from assay.quality.aggregation.skill import agreement_skill
from assay.quality.arrays import Codes, Flags, Floats, Offsets, Reals
from assay.quality.compiled import threads_available
from assay.quality.votes import Golds, GoldsLike, Votes

# Up to this many classes a task's counts fit one machine word.
FEW = 4

Part = TypeVar("Part")


@dataclass(frozen=True)
class MajorityVote:
    """The class most votes say. ``posterior`` is each class's share of the vote, not a probability of being right.

    Ties are told in ``tied`` and decided by the classes' overall share of the vote, then the lowest code. ``skill`` is
    how far a worker's votes went with the shares, their own vote included, which flatters where tasks have few votes.
    ``threads``: None for all cores there are; the answer does not depend on it.

    >>> votes = Votes.from_arrays([1, 1, 2, 2], ["a", "b", "a", "b"], ["x", "x", "x", "y"])
    >>> result = MajorityVote().fit(votes)
    >>> result.labels.tolist(), result.tied.tolist()
    (['x', 'x'], [False, True])
    """

    threads: int | None = None

    name: ClassVar[str] = "majority"

    def fit(self, votes: Votes, golds: GoldsLike = None) -> Aggregated:
        """The shares of the vote; a gold's answer has all of it."""
        return _voted(votes, Golds.of(votes, golds), None, self.name, self.threads)


@dataclass(frozen=True)
class WeightedVote:
    """The class with most weight behind it: each worker's vote counts as ``weight_of[worker]``, 0 or more.

    A worker who is not there counts as ``otherwise``. Weights of the votes themselves multiply.
    """

    weight_of: Mapping[Any, float] | None = None
    otherwise: float = 1.0
    threads: int | None = None

    name: ClassVar[str] = "weighted"

    def fit(self, votes: Votes, golds: GoldsLike = None) -> Aggregated:
        """The shares of weight. Raises ``ValueError`` where a weight is negative or not finite."""
        weight_of = self.weight_of or {}
        voice = np.array([weight_of.get(worker, self.otherwise) for worker in votes.workers.tolist()], dtype=np.float64)
        bad = np.flatnonzero(~(np.isfinite(voice) & (voice >= 0)))
        if len(bad):
            raise ValueError(f"weight_of[{votes.workers[bad[0]]!r}] is {voice[bad[0]]}; a weight is 0 or more")
        return _voted(votes, Golds.of(votes, golds), voice, self.name, self.threads)


@dataclass(frozen=True)
class Wawa:
    """Worker agreement with aggregate: a vote weighted by how often its worker says what the majority says.

    Twice a majority vote, and never an iteration more. Source: Appen's practice; described and implemented as "Wawa"
    by crowd-kit (Ustalov et al., 2024).
    """

    threads: int | None = None

    name: ClassVar[str] = "wawa"

    def fit(self, votes: Votes, golds: GoldsLike = None) -> Aggregated:
        """The shares of the votes, weighted by their workers' agreement with the majority."""
        known = Golds.of(votes, golds)
        first = _voted(votes, known, None, self.name, self.threads)
        weight = votes.weight if votes.weight is not None else np.ones(len(votes))
        # Where classes tie for the majority, each is right in part: choosing one would favour its name.
        leading = first.posterior >= first.posterior.max(axis=1, keepdims=True, initial=0.0) - tie_of(first.posterior)
        right_in_part = leading / leading.sum(axis=1, keepdims=True)
        went_along = weight * right_in_part[votes.task, votes.label]
        right = np.bincount(votes.worker, weights=went_along, minlength=votes.n_workers).astype(np.float64)
        given = np.bincount(votes.worker, weights=weight, minlength=votes.n_workers).astype(np.float64)
        skill, interval = agreement_skill(right, given)
        return replace(
            _voted(votes, known, skill, self.name, self.threads), skill=skill, skill_interval=interval, iterations=2
        )


@dataclass(frozen=True)
class _Counted:
    """``agreed`` and ``given``: (n_workers,), what of each worker's votes went with the shares, and all of them.
    ``prior``: (n_classes,), each one's share of all votes, which has decided ties."""

    posterior: Reals
    codes: Codes
    tied: Flags
    agreed: Floats
    given: Floats
    prior: Floats


def _voted(votes: Votes, golds: Golds, voice: Floats | None, method: str, threads: int | None) -> Aggregated:
    """``voice``: (n_workers,) what each worker's vote counts, or None for all alike."""
    found = None
    if voice is None and votes.weight is None and len(golds) == 0:
        found = _plain(votes, threads)
    found = found or _any(votes, golds, voice, threads)
    skill, interval = agreement_skill(found.agreed, found.given)
    return aggregated(
        votes,
        found.posterior,
        method=method,
        skill=skill,
        skill_interval=interval,
        prior=found.prior,
        decided_already=(found.codes, found.tied),
        worker_votes=np.rint(found.given).astype(np.int64) if votes.weight is None else None,
        iterations=1,
        reason="the votes were counted",
    )


def _plain(votes: Votes, threads: int | None) -> _Counted | None:
    """Votes that all count alike; None where a task has none, or more than the kernels take."""
    few = votes.n_classes <= FEW
    make = np.empty if few else np.zeros
    posterior: Reals = make((votes.n_tasks, votes.n_classes), dtype=precision(votes.n_classes))
    codes, tied = np.empty(votes.n_tasks, np.int32), np.empty(votes.n_tasks, np.bool_)
    undecided: Codes = np.empty(votes.n_tasks, np.int32)

    def count(own: slice, start: Offsets) -> tuple[int, Floats, Floats]:
        agreed, overall = np.zeros((votes.n_workers, 2)), np.zeros(votes.n_classes)
        room = (posterior[own], codes[own], tied[own], agreed, overall, undecided[own])
        if few:
            return int(vote_shares_of_few(votes.worker, votes.label, start, leaders(), *room)), agreed, overall
        return int(vote_shares_of_many(votes.worker, votes.label, start, *room)), agreed, overall

    parts = _in_pieces(votes, count, threads)
    if any(ties < 0 for _, (ties, *_) in parts):
        return None
    which = np.concatenate([undecided[own][:ties] + np.int32(own.start) for own, (ties, *_) in parts])
    agreed = sum((agreed for _, (_, agreed, _) in parts), start=np.zeros((votes.n_workers, 2)))
    prior = _shares_of_all(sum((overall for _, (*_, overall) in parts), start=np.zeros(votes.n_classes)))
    settle(which, votes.label, votes.start, posterior, prior, codes)
    return _Counted(posterior, codes, tied, agreed[:, 0].copy(), agreed[:, 1].copy(), prior)


def _any(votes: Votes, golds: Golds, voice: Floats | None, threads: int | None) -> _Counted:
    posterior = np.zeros((votes.n_tasks, votes.n_classes), dtype=precision(votes.n_classes))
    codes, tied = np.zeros(votes.n_tasks, np.int32), np.zeros(votes.n_tasks, np.bool_)
    weight = np.zeros(0) if votes.weight is None else votes.weight
    voice = np.ones(votes.n_workers) if voice is None else voice
    overall = np.bincount(votes.label, weights=votes.weight, minlength=votes.n_classes).astype(np.float64)
    given = np.bincount(votes.worker, weights=votes.weight, minlength=votes.n_workers).astype(np.float64)
    known = golds.dense(votes.n_tasks) if len(golds) else np.zeros(0, np.int32)
    prior, tolerance = _shares_of_all(overall), tie_of(posterior)

    def count(own: slice, start: Offsets) -> Floats:
        agreed = np.zeros(votes.n_workers)
        each = (votes.worker, votes.label, weight, voice, start, known[own], prior, tolerance)
        vote_shares(*each, posterior[own], agreed, codes[own], tied[own])
        return agreed

    agreed = sum((agreed for _, agreed in _in_pieces(votes, count, threads)), start=np.zeros(votes.n_workers))
    decide_of(np.flatnonzero(tied).astype(np.int32), posterior, prior, codes, tied)
    return _Counted(posterior, codes, tied, agreed, given, prior)


def _in_pieces(votes: Votes, count: Callable[[slice, Offsets], Part], threads: int | None) -> list[tuple[slice, Part]]:
    """What ``count`` gives for each range of tasks, in their order. The ranges depend on the data only, so that the
    answer is the same for any number of threads."""
    pieces = max(1, min(PIECES_MAX, (len(votes) + votes.n_tasks * votes.n_classes) // PIECE_VOTES))
    cuts = [votes.n_tasks * piece // pieces for piece in range(pieces + 1)]
    owns = [slice(begin, end) for begin, end in itertools.pairwise(cuts)]

    def counted(own: slice) -> Part:
        return count(own, votes.start[own.start : own.stop + 1])

    workers = min(threads or threads_available(), pieces)
    if workers == 1:
        return [(own, counted(own)) for own in owns]
    with ThreadPoolExecutor(workers) as pool:
        return list(zip(owns, pool.map(counted, owns), strict=True))


def _shares_of_all(overall: Floats) -> Floats:
    total = float(overall.sum())
    return overall / total if total > 0 else np.full(len(overall), 1 / max(len(overall), 1))
