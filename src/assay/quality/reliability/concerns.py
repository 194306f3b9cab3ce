"""Whom to look at first, and why, in words that a manager can act on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from assay.quality.aggregation.ibcc import IBCC
from assay.quality.aggregation.result import Aggregated
from assay.quality.arrays import Floats
from assay.quality.reliability.copying import CopyReport, find_copying
from assay.quality.reliability.discovery import discoveries
from assay.quality.reliability.drift import Drift, skill_drift
from assay.quality.reliability.evidence import confusion_given, confusion_of
from assay.quality.reliability.skill import Skill, worker_skill
from assay.quality.reliability.spam import Informativeness, informativeness
from assay.quality.reliability.speed import AnswerTimes
from assay.quality.reliability.trust import Trust, trusted_workers
from assay.quality.votes import Golds, GoldsLike, Votes

# How grave what is certain is: copying is intent; a habit, haste or a decline may have an innocent reason.
COPYING_GRAVITY = 0.9
HABIT_GRAVITY = 0.6
HASTE_GRAVITY = 0.6


@dataclass(frozen=True)
class Concern:
    """A worker to look at. ``score``: 0 to 1, the chance that at least one of the ``reasons`` is grave; ``reasons``:
    the gravest first, whole sentences; ``votes``: how many votes they gave."""

    worker: Any
    score: float
    reasons: tuple[str, ...]
    votes: int


def triage(
    votes: Votes,
    golds: GoldsLike = None,
    result: Aggregated | None = None,
    *,
    times: AnswerTimes | None = None,
    score_min: float = 0.5,
) -> list[Concern]:
    """Workers to look at, the gravest first and of equals the busiest first.

    Everything known is used: skill by golds and by agreement, information, habits, copying; changes over time where
    votes have times; haste where ``times`` (``answer_times``) are given. ``result``: by default IBCC, of trusted
    workers only where there are golds, so that a ring is not the yardstick. ``score_min``: lower scores are left out.
    """
    if len(votes) == 0:
        return []
    known = Golds.of(votes, golds)
    trust = trusted_workers(votes, known) if len(known) else None
    if result is None:
        result = _yardstick(votes, known, trust)
    found: list[list[tuple[float, str]]] = [[] for _ in range(votes.n_workers)]
    skill = worker_skill(votes, known, result)
    for finding in (
        _of_skill(skill, votes, known, trust),
        _of_information(votes, informativeness(votes, result, known)),
        _of_copying(votes, find_copying(votes, confusion_of(result), np.asarray(result.posterior, dtype=np.float64))),
        _of_drift(skill_drift(votes, known, result)) if votes.when is not None else iter(()),
        _of_haste(votes, times) if times is not None else iter(()),
    ):
        for worker, gravity, reason in finding:
            found[worker].append((gravity, reason))
    return _ranked(votes, found, score_min)


def _yardstick(votes: Votes, golds: Golds, trust: Trust | None) -> Aggregated:
    if trust is None or (trust.trusted.all() and not trust.one_voice.any()):
        return IBCC().fit(votes, golds)
    result = IBCC().fit(trust.keep(votes), golds)
    return replace(result, confusion=confusion_given(votes, np.asarray(result.posterior, dtype=np.float64)))


def _ranked(votes: Votes, found: list[list[tuple[float, str]]], score_min: float) -> list[Concern]:
    given = votes.worker_votes().tolist()
    concerns = []
    for worker, name in enumerate(votes.workers.tolist()):
        reasons = sorted(found[worker], key=lambda pair: -pair[0])
        score = 1.0 - float(np.prod([1.0 - gravity for gravity, _ in reasons]))
        if reasons and score >= score_min:
            concerns.append(Concern(name, score, tuple(reason for _, reason in reasons), given[worker]))
    return sorted(concerns, key=lambda concern: (-round(concern.score, 2), -concern.votes))


Findings = Iterator[tuple[int, float, str]]


def _of_skill(skill: Skill, votes: Votes, golds: Golds, trust: Trust | None) -> Findings:
    chance = 1.0 / max(votes.n_classes, 1)
    usual = max(float(np.quantile(skill.mean, 0.75)), chance)
    doubt = 1.0 - skill.above((chance + usual) / 2.0)
    on_gold = golds.dense(votes.n_tasks)[votes.task]
    right = np.bincount(votes.worker, weights=on_gold == votes.label, minlength=votes.n_workers)
    for worker in np.flatnonzero((doubt > 0.5) & (skill.evidence > 0)).tolist():
        seen = int(skill.gold_votes[worker])
        by = f"right on {int(right[worker])} of {seen} golds, and " if seen else ""
        low, high = skill.interval[worker]
        share = f"{skill.mean[worker]:.2f} ({low:.2f} to {high:.2f})"
        reason = f"{by}right in all with a probability of {share}, where the better quarter reaches {usual:.2f}."
        yield worker, float(doubt[worker]), reason
    if trust is not None:
        for worker in np.flatnonzero(trust.by_copying).tolist():
            yield worker, COPYING_GRAVITY, "shares an answer sheet with others, and the sheet fails the golds."


def _of_information(votes: Votes, told: Informativeness) -> Findings:
    for worker in np.flatnonzero(told.spam_probability > 0.5).tolist():
        yield (
            worker,
            float(told.spam_probability[worker]),
            f"answers tell nothing of the truth: over {told.votes[worker]:.0f} votes, chance does as well.",
        )
    stuck = discoveries(told.top_p_value, 0.01) & (told.top_share > 0.9)
    for worker in np.flatnonzero(stuck).tolist():
        said = votes.classes.tolist()[int(told.top_label[worker])]
        yield (
            worker,
            HABIT_GRAVITY,
            f"says {said!r} in {told.top_share[worker]:.0%} of answers, far more than others do.",
        )


def _of_copying(votes: Votes, report: CopyReport) -> Findings:
    place = {name: code for code, name in enumerate(votes.workers.tolist())}
    told: dict[object, str] = {}
    partners: dict[object, int] = {}
    for pair in report.pairs:
        for one, other in ((pair.first, pair.second), (pair.second, pair.first)):
            partners[one] = partners.get(one, 0) + 1
            # Pairs come strongest first, so the first one told of a worker is the one to look at.
            told.setdefault(
                one,
                f"gave the same answer as {other!r} on {pair.same} of {pair.together} tasks,"
                f" where two who work alone would on {pair.same_expected:.0f}",
            )
    for name, reason in told.items():
        more = partners[name] - 1
        others = f", and so with {more} more worker{'s' if more > 1 else ''}" if more else ""
        yield place[name], COPYING_GRAVITY, f"{reason}{others}."


def _of_drift(drift: Drift) -> Findings:
    for worker in np.flatnonzero(drift.changed & (drift.after < drift.before)).tolist():
        fall = float(drift.before[worker] - drift.after[worker])
        then, now = f"{drift.before[worker]:.0%}", f"{drift.after[worker]:.0%}"
        reason = f"was right on {then} of answers until {drift.changed_at[worker]:.0f} s, and on {now} since."
        yield worker, min(2.0 * fall, 0.9), reason


def _of_haste(votes: Votes, times: AnswerTimes) -> Findings:
    place = {name: code for code, name in enumerate(votes.workers.tolist())}
    surprise = _more_than(times.fast_share * times.answers, times.answers, 0.01)
    hasty = discoveries(surprise, 0.01)
    for index, name in enumerate(times.workers.tolist()):
        if name not in place:
            continue
        if hasty[index]:
            count = round(float(times.fast_share[index] * times.answers[index]))
            gravity = HASTE_GRAVITY * min(1.0, 4.0 * float(times.fast_share[index]))
            yield (
                place[name],
                gravity,
                f"gave {count} of {times.answers[index]} answers too fast to have been thought about.",
            )
        elif times.pace_deviation[index] < -3.0 and times.answers[index] >= 5:
            yield (
                place[name],
                HASTE_GRAVITY,
                f"takes {times.pace[index]:.0%} of the time that others take for the same tasks.",
            )


def _more_than(successes: Floats, trials: Floats | Any, share: float) -> Floats:
    """The chance of at least so many successes when each has probability ``share``."""
    from scipy.special import bdtrc

    chance: Floats = np.where(successes > 0, bdtrc(np.maximum(np.round(successes) - 1.0, 0.0), trials, share), 1.0)
    return chance
