"""``Aggregated``: what every method of aggregation returns."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from assay.quality.aggregation.shares import decided
from assay.quality.arrays import Codes, Flags, Floats, Ids, Offsets, Reals
from assay.quality.compiled import in_ranges
from assay.quality.votes import Votes

# Posteriors that differ by less than rounding are tied.
TIE = 1e-9
TIE_SINGLE = 1e-6


@dataclass(frozen=True, eq=False)
class Aggregated:
    """One answer a task, how sure it is, and how good each worker was.

    ``tasks``, ``classes``, ``workers``: ids, in the code order of the votes. ``posterior``: (n_tasks, n_classes), rows
    sum to 1; float32 above 16 classes. ``label_codes``: (n_tasks,) int32, the likeliest class, ties decided by the
    classes' prior and then the lowest code. ``tied``: (n_tasks,), whether a tie had to be decided. ``skill``:
    (n_workers,), the expected probability of a correct answer, 0 to 1. ``skill_interval``: (n_workers, 2), its central
    95 %. ``confusion``: (n_workers, n_classes, n_classes), the probability of [worker, truth, said], or None.
    ``difficulty``: (n_tasks,), higher is harder, or None. ``trace``: the log-likelihood, or for variational methods its
    lower bound, after each iteration. ``reason``: why the method was chosen or why it stopped.
    """

    tasks: Ids
    classes: Ids
    workers: Ids
    label_codes: Codes
    posterior: Reals
    skill: Floats
    skill_interval: Floats
    worker_votes: Offsets
    method: str
    prior: Floats
    tied: Flags
    confusion: Floats | None = None
    difficulty: Floats | None = None
    trace: Floats | None = None
    converged: bool = True
    iterations: int = 0
    log_likelihood: float = float("nan")
    reason: str = ""
    notes: tuple[str, ...] = ()

    @property
    def labels(self) -> Ids:
        """The answers as the caller's own class values: (n_tasks,)."""
        return self.classes.take(self.label_codes)

    @property
    def confidence(self) -> Floats:
        """The posterior of the answer: (n_tasks,), from 1 / n_classes to 1."""
        chosen = np.take_along_axis(self.posterior, self.label_codes[:, None].astype(np.int64), axis=1)
        return chosen[:, 0].astype(np.float64)


def aggregated(
    votes: Votes,
    posterior: Reals,
    *,
    method: str,
    skill: Floats,
    skill_interval: Floats,
    prior: Floats | None = None,
    worker_votes: Offsets | None = None,
    decided_already: tuple[Codes, Flags] | None = None,
    threads: int | None = 1,
    **rest: Any,
) -> Aggregated:
    """The result for ``votes`` from a posterior: decides labels and ties, and carries ids and counts over.

    ``prior``: (n_classes,), decides ties; by default the posterior's mean. ``worker_votes``: where they were counted
    already. ``decided_already``: label codes and what was tied, where they are known. ``threads``: None for all cores.
    ``rest``: further fields of ``Aggregated``.
    """
    if prior is None:
        prior = posterior.mean(axis=0, dtype=np.float64) if len(posterior) else np.full(votes.n_classes, np.nan)
    codes, tied = decide(posterior, prior, threads) if decided_already is None else decided_already
    rest.setdefault("notes", votes.notes)
    return Aggregated(
        tasks=votes.tasks,
        classes=votes.classes,
        workers=votes.workers,
        label_codes=codes,
        posterior=posterior,
        skill=skill,
        skill_interval=skill_interval,
        worker_votes=votes.worker_votes() if worker_votes is None else worker_votes,
        method=method,
        prior=prior,
        tied=tied,
        **rest,
    )


def tie_of(posterior: Reals) -> float:
    """How near two entries are that count as the same."""
    return TIE if posterior.dtype == np.float64 else TIE_SINGLE


def decide(posterior: Reals, prior: Floats, threads: int | None = 1) -> tuple[Codes, Flags]:
    """The likeliest class of each row, ties decided by ``prior`` and then the lowest code, and which rows were tied."""
    codes, tied = np.zeros(len(posterior), np.int32), np.zeros(len(posterior), np.bool_)
    if posterior.shape[1] > 0:
        whole = np.ascontiguousarray(posterior)
        in_ranges(
            len(whole),
            lambda begin, end: _decided(whole[begin:end], prior, codes[begin:end], tied[begin:end], None),
            threads,
        )
    return codes, tied


def decide_of(which: Codes, posterior: Reals, prior: Floats, codes: Codes, tied: Flags) -> None:
    """``decide`` for the rows ``which`` names, into ``codes`` and ``tied``."""
    _decided(posterior, prior, codes, tied, which)


def _decided(posterior: Reals, prior: Floats, codes: Codes, tied: Flags, which: Codes | None) -> None:
    only, rows = which is not None, np.zeros(0, np.int32) if which is None else which
    # Priors that differ by rounding only must not decide, or shuffled rows could change an answer.
    decided(posterior, np.round(prior, 12), tie_of(posterior), codes, tied, only, rows)
