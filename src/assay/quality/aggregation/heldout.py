"""How well a method foretells votes that it has not seen: what methods can be compared by where no truth is known."""

from __future__ import annotations

import numpy as np

from assay.quality.aggregation.result import Aggregated
from assay.quality.arrays import Flags, Floats
from assay.quality.votes import Votes

# A task with fewer votes would be left with too little to foretell anything by.
VOTES_MIN = 3
# No vote counts as a greater surprise than this: one must not outweigh a thousand.
PROBABILITY_MIN = 1e-6


def hold_out(votes: Votes, chance: np.random.Generator) -> Flags:
    """One vote by chance of every task that has at least three: (votes,)."""
    given = np.diff(votes.start)
    tasks = np.flatnonzero(given >= VOTES_MIN)
    held = np.zeros(len(votes), np.bool_)
    held[votes.start[tasks] + (chance.random(len(tasks)) * given[tasks]).astype(np.int64)] = True
    return held


def foretold(result: Aggregated, votes: Votes, held: Flags) -> Floats:
    """The logarithm of the probability that ``result``, fitted to the other votes, gave to each held-out one.

    It is the sum over classes of the task's posterior times the worker's probability of saying what they said; a method
    without confusion matrices takes wrong answers to be all as likely. Returns (held,), 0 at most.
    """
    task, worker, said = votes.task[held], votes.worker[held], votes.label[held]
    if result.confusion is not None:
        belief = result.posterior[task].astype(np.float64)
        chance = (belief * result.confusion[worker, :, said]).sum(axis=1)
    else:
        belief = result.posterior[task, said].astype(np.float64)
        skill = result.skill[worker]
        chance = belief * skill + (1 - belief) * (1 - skill) / max(votes.n_classes - 1, 1)
    logs: Floats = np.log(np.maximum(chance, PROBABILITY_MIN))
    return logs
