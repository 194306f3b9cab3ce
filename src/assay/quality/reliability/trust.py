"""Whom to believe before believing anyone: a hard filter of workers by golds, against colluding rings.

Aggregation learns who is good from who agrees with whom. A ring that shares one answer sheet agrees with itself
perfectly, and with two votes in five it becomes the consensus and its honest opponents look bad. Golds as clamped
answers do not stop that, since they touch few tasks; golds as an entrance examination do.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from assay.quality.aggregation.ibcc import IBCC
from assay.quality.arrays import Codes, Flags, Floats, Ids
from assay.quality.reliability.copying import find_copying
from assay.quality.reliability.evidence import naive_posterior, skill_confusion
from assay.quality.reliability.skill import Skill, chance_right, skill_by_chances, worker_skill
from assay.quality.votes import Golds, GoldsLike, Votes

# A worker below the bar with less than this probability is cleared by their own golds, whatever company they keep.
CLEARED = 0.05
# Workers are taken to share answers where the probability that they do not is below this.
COPY_DOUBT_MAX = 0.2


@dataclass(frozen=True, eq=False)
class Trust:
    """Who was let in, and why the others were not.

    ``trusted``: (n_workers,). ``skill``: from golds alone. ``bar``: the skill that was asked for. ``by_golds``,
    ``by_copying``, ``by_peers``: (n_workers,), who was turned away for their golds, for sharing an answer sheet that
    fails the golds, or for disagreeing with the trusted. ``one_voice``: (n_workers,), who is trusted but shares answers
    with others, of whom golds say too little either way: the group counts as one voter. ``group``: (n_workers,) int32,
    the group of workers who share answers, -1 for none.
    """

    workers: Ids
    trusted: Flags
    skill: Skill
    bar: float
    by_golds: Flags
    by_copying: Flags
    by_peers: Flags
    one_voice: Flags
    group: Codes

    def keep(self, votes: Votes) -> Votes:
        """The votes that count: those of trusted workers, and of a group with one voice the first on each task, by
        its ablest member. Tasks, workers and classes keep their codes."""
        return votes.only(self.trusted[votes.worker] & ~_echoes(votes, self.one_voice, self.group, self.skill))


def trusted_workers(
    votes: Votes, golds: GoldsLike, *, bar: float | None = None, doubt_max: float = 0.75, link: bool = True
) -> Trust:
    """Workers whose golds, company and agreement with trusted others do not put them below ``bar``.

    The rule, in order:

    1. *By golds.* Each worker's skill has a Beta posterior from their golds, starting from the pool's own spread. Who
       is below the bar with a probability above ``doubt_max`` is turned away. Few or no golds leave the pool's opinion,
       which turns nobody away by itself.
    2. *By copying* (``link``). Workers who share answers beyond chance form groups (``find_copying``, where truth is
       judged by skill on golds only, so that a ring cannot vouch for itself). The answers of a group are one sheet,
       with the golds on it: where they fail the test of 1, all of the group are turned away, but for those whose own
       golds clear them; where they are too few to clear it, the group is left one voice.
    3. *By peers.* The votes that are left are aggregated, and the test of 1 is made again on every worker with all
       their votes, those on other tasks judged by the others.

    ``bar``: by default half-way between chance and the upper quartile of the workers' skill on golds. Raises
    ``ValueError`` where there are no golds.
    """
    known = Golds.of(votes, golds)
    if len(known) == 0:
        raise ValueError("give golds on tasks that have votes; without them no one can be told from a ring")
    skill = worker_skill(votes, known)
    bar = _bar(votes, skill) if bar is None else bar
    none = np.zeros(votes.n_workers, np.bool_)
    by_golds = _chance_below(skill.alpha, skill.beta, bar) > doubt_max
    by_copying, one_voice, group = none, none, np.full(votes.n_workers, -1, np.int32)
    if link:
        group = _copies(votes, known, skill)
        failed, doubtful = _company(votes, known, skill, group, bar, doubt_max)
        by_copying, one_voice = failed & ~by_golds, doubtful & ~by_golds
    away = by_golds | by_copying
    by_peers = none
    kept = ~away[votes.worker] & ~_echoes(votes, one_voice, group, skill)
    if kept.any():
        peers = _peer_skill(votes, known, kept, skill)
        by_peers = (_chance_below(peers.alpha, peers.beta, bar) > doubt_max) & ~away
    return Trust(
        workers=votes.workers,
        trusted=~(away | by_peers),
        skill=skill,
        bar=float(bar),
        by_golds=by_golds,
        by_copying=by_copying,
        by_peers=by_peers,
        one_voice=one_voice & ~by_peers,
        group=group,
    )


def _bar(votes: Votes, skill: Skill) -> float:
    if votes.n_classes < 2:
        return 0.0
    seen = skill.gold_votes > 0
    good = float(np.quantile(skill.mean[seen], 0.75)) if seen.any() else skill.mean.mean()
    chance = 1.0 / max(votes.n_classes, 1)
    return (chance + max(good, chance)) / 2.0


def _copies(votes: Votes, golds: Golds, skill: Skill) -> Codes:
    """The group of each worker, -1 for none, where all that is believed of a worker comes from golds."""
    confusion = skill_confusion(skill.mean, votes.n_classes)
    prior = np.full(votes.n_classes, 1.0 / max(votes.n_classes, 1))
    posterior = naive_posterior(votes, confusion, prior, golds)
    return find_copying(votes, confusion, posterior, rule="odds", rate=COPY_DOUBT_MAX).group


def _company(
    votes: Votes, golds: Golds, skill: Skill, group: Codes, bar: float, doubt_max: float
) -> tuple[Flags, Flags]:
    """Who belongs to a group whose sheet fails the golds, and to one that they do not clear: both (n_workers,)."""
    groups = int(group.max(initial=-1)) + 1
    if groups == 0:
        none = np.zeros(votes.n_workers, np.bool_)
        return none, none
    known = golds.dense(votes.n_tasks)
    rows = np.flatnonzero((group[votes.worker] >= 0) & (known[votes.task] >= 0))
    # One answer on the sheet counts once, however many of the group gave it.
    sheet = np.unique(np.stack([group[votes.worker[rows]], votes.task[rows], votes.label[rows]], axis=1), axis=0)
    right = known[sheet[:, 1]] == sheet[:, 2]
    hits: Floats = skill.prior[0] + np.bincount(sheet[:, 0], weights=right, minlength=groups).astype(np.float64)
    misses: Floats = skill.prior[1] + np.bincount(sheet[:, 0], weights=~right, minlength=groups).astype(np.float64)
    below = _chance_below(hits, misses, bar)
    linked = (group >= 0) & (_chance_below(skill.alpha, skill.beta, bar) > CLEARED)
    return linked & (below > doubt_max)[group], linked & ((below > CLEARED) & (below <= doubt_max))[group]


def _echoes(votes: Votes, one_voice: Flags, group: Codes, skill: Skill) -> Flags:
    """Votes that repeat what a group with one voice has said already of the task: (votes,)."""
    echo = np.zeros(len(votes), np.bool_)
    rows = np.flatnonzero(one_voice[votes.worker])
    if len(rows) == 0:
        return echo
    worker = votes.worker[rows]
    order = np.lexsort((worker, -skill.mean[worker], group[worker], votes.task[rows]))
    task, company = votes.task[rows][order], group[worker][order]
    again = (task[1:] == task[:-1]) & (company[1:] == company[:-1])
    echo[rows[order[1:][again]]] = True
    return echo


def _peer_skill(votes: Votes, golds: Golds, kept: Flags, start: Skill) -> Skill:
    """Skill by golds and by the truth that ``kept`` votes (votes,) make, a worker's own left out where they are judged.

    A vote that was not kept is taken as unknown, unless it is on a gold.
    """
    some = votes.only(kept)
    chances = np.full(len(votes), np.nan)
    chances[kept] = chance_right(some, golds, IBCC().fit(some, golds))
    known = golds.dense(votes.n_tasks)[votes.task]
    chances = np.where(known >= 0, known == votes.label, chances)
    return skill_by_chances(votes, chances, golds, prior=start.prior)


def _chance_below(alpha: Floats, beta: Floats, bar: float) -> Floats:
    from scipy.special import betainc

    chance: Floats = betainc(alpha, beta, bar)
    return chance
