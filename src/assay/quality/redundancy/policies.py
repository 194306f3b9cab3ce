"""When to ask once more, and whom: policies are values, and their only verb says what each possible label is worth.

A pool asks for the labels worth most until its budget is spent; a task alone asks while its best offer is worth more
than nothing. ``+inf`` means that a label is owed whatever else, ``-inf`` that it must not be asked for.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, Protocol

import numpy as np

from assay.quality.arrays import Floats, Offsets
from assay.quality.redundancy.beliefs import Offers, tempered
from assay.quality.redundancy.gains import accuracy_gain, doubt_times_ability, information_gain, lead, per_cost


class Policy(Protocol):
    """What every policy can do.

    ``labels_mean``: the budget of a pool, in labels a task on average, or None for as many as the policy asks for.
    """

    @property
    def labels_mean(self) -> float | None: ...

    def worth(self, offers: Offers) -> Floats:
        """What each offer is worth per cost: (offers,), ``+inf`` where it is owed, ``-inf`` where it must not be."""
        ...


@dataclass(frozen=True)
class FixedOverlap:
    """The same number of labels for every task."""

    labels: int = 5
    labels_mean: float | None = None

    def worth(self, offers: Offers) -> Floats:
        return np.where(offers.labels < self.labels, np.inf, -np.inf)


@dataclass(frozen=True)
class MarginPolicy:
    """Ask until one class leads the next by ``margin`` votes (Sheng, Provost and Ipeirotis 2008 compare such rules).

    Knows nothing of workers. Among tasks with too small a lead, the smallest and then the fewest labels come first.
    """

    margin: int = 2
    labels_min: int = 2
    labels_max: int = 7
    labels_mean: float | None = None

    def worth(self, offers: Offers) -> Floats:
        ahead = lead(offers.votes)
        gain = np.where(ahead < self.margin, 1.0 / (1.0 + ahead + 0.01 * offers.labels), -np.inf)
        return per_cost(gain, offers.votes, offers.cost, self.labels_min, self.labels_max, 0.0)


@dataclass(frozen=True)
class PosteriorPolicy:
    """Ask until the likeliest class has a probability of ``target``.

    Posteriors of Dawid and Skene's model and its kin claim more than they keep (0.99 claimed and 0.80 kept on hard
    tasks): ``temperature`` above 1 tempers them before they are compared, and golds tell it (``fitted_temperature``).
    Among tasks below the target the least sure come first.
    """

    target: float = 0.9
    temperature: float = 2.0
    labels_min: int = 2
    labels_max: int = 10
    labels_mean: float | None = None

    def worth(self, offers: Offers) -> Floats:
        sure = tempered(offers.posterior, self.temperature).max(axis=1)
        gain = np.where(sure < self.target, 1.0 - sure, -np.inf)
        return per_cost(gain, offers.votes, offers.cost, self.labels_min, self.labels_max, 0.0)


@dataclass(frozen=True)
class ExpectedGain:
    """Ask where, and whom, a label is worth most for its cost, until the pool's budget is spent: the default.

    ``measure``: "doubt" (``doubt_times_ability``, which did best in replays of recorded crowds), "accuracy" or
    "information". ``worth_min``: offers worth less per cost are never asked for; a task alone, without a pool's budget,
    stops there, and so does the pool. ``power`` belongs to "doubt", ``ahead`` (labels looked ahead) to "accuracy".

    ``labels_mean`` is a budget, not a promise per task: clear tasks get one label, hard ones up to ``labels_max``.
    """

    labels_mean: float | None = 3.0
    measure: Literal["doubt", "accuracy", "information"] = "doubt"
    worth_min: float = 0.0
    labels_min: int = 1
    labels_max: int = 15
    power: float = 0.5
    ahead: int = 3

    def worth(self, offers: Offers) -> Floats:
        posterior, confusion = offers.posterior, offers.confusion
        if self.measure == "doubt":
            gain = doubt_times_ability(posterior, confusion, offers.prior, self.power)
        elif self.measure == "information":
            gain = information_gain(posterior, confusion)
        else:
            gain = accuracy_gain(posterior, confusion, _ahead(self.ahead, posterior.shape[1]))
        return per_cost(gain, offers.votes, offers.cost, self.labels_min, self.labels_max, self.worth_min)


@dataclass(frozen=True)
class Decision:
    """``ask``: whether one more label should be asked for; ``offer``: the place of the best offer, -1 for none;
    ``worth``: what it is worth per cost."""

    ask: bool
    offer: int
    worth: float


def decide(policy: Policy, offers: Offers) -> Decision:
    """Whether to ask once more, and whom, from the offers of one task."""
    if len(offers) == 0:
        return Decision(False, -1, -np.inf)
    worth = policy.worth(offers)
    best = int(np.argmax(worth))
    value = float(worth[best])
    return Decision(value > 0, best if value > 0 else -1, value)


def allocate(policy: Policy, offers: Offers, labels: int, rng: np.random.Generator) -> Offsets:
    """Which offers to take now: at most one a task, those owed first and then the worthiest, ``labels`` of them.

    Those owed (``+inf``) are taken even beyond ``labels``. Ties fall by ``rng``. Returns places in ``offers``.
    """
    worth = policy.worth(offers)
    order = np.lexsort((rng.random(len(offers)), -worth, offers.task))
    first = np.ones(len(order), np.bool_)
    first[1:] = offers.task[order][1:] != offers.task[order][:-1]
    best = order[first]
    best = best[worth[best] > 0]
    ranked = best[np.lexsort((rng.random(len(best)), -worth[best]))]
    owed = int(np.isposinf(worth[ranked]).sum())
    taken: Offsets = ranked[: max(owed, labels)]
    return taken


def price(policy: Policy, offers: Offers, labels: int) -> float:
    """What the last of ``labels`` labels would be worth, were the pool's best offers taken now: 0 or more.

    Given to ``ExpectedGain(worth_min=...)``, it lets tasks be decided one by one, as their answers come in, at about
    the pool's budget; work it out anew as the pool changes. Infinite where no label is left to spend.
    """
    if labels < 1:
        return float("inf")
    best = np.full(int(offers.task.max(initial=-1)) + 1, -np.inf)
    np.maximum.at(best, offers.task, policy.worth(offers))
    wanted = np.sort(best[(best > 0) & np.isfinite(best)])[::-1]
    spare = labels - int(np.isposinf(best).sum())
    if spare < 1:
        return float(wanted[0]) if len(wanted) else 0.0
    return float(wanted[spare - 1]) if len(wanted) >= spare else 0.0


def _ahead(ahead: int, classes: int) -> int:
    """As many labels ahead as asked for, but no more than a thousand futures."""
    while ahead > 1 and classes**ahead > 1000:
        ahead -= 1
    return ahead
