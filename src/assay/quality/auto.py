"""``Auto``: which method to believe on these votes, by evidence: golds where there are enough, else votes held out.

It stands above aggregation and reliability because it uses both: golds first decide whom to believe at all.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar

import numpy as np

from assay.quality.aggregation import Method, method_named
from assay.quality.aggregation.calibration import discounted, mended, right_in_part
from assay.quality.aggregation.ebcc import EBCC
from assay.quality.aggregation.heldout import foretold, hold_out
from assay.quality.aggregation.ibcc import IBCC
from assay.quality.aggregation.result import Aggregated, aggregated
from assay.quality.arrays import Floats, Reals
from assay.quality.redundancy.beliefs import fitted_temperature
from assay.quality.reliability.trust import Trust, trusted_workers
from assay.quality.votes import Golds, GoldsLike, Votes

# Fewer golds than this tell methods apart no better than a coin.
GOLDS_MIN = 20
FOLDS = 4
# Methods compared by what they foretell. EBCC is judged by its evidence instead: what it knows of a task, its subtype,
# is not in the confusion matrices.
# Majority and Wawa have shares of the vote for posteriors, which are not to be averaged with probabilities.
FORETELLING = ("ibcc", "pooled-bcc", "dawid-skene", "mace", "one-coin")
SHARES_OF_THE_VOTE = {"majority", "wawa"}
# Of those that are right as often on the golds the first is taken: models before counts.
JUDGED_BY_GOLDS = ("ibcc", "dawid-skene", "pooled-bcc", "mace", "one-coin", "ebcc", "glad", "wawa", "majority")
# Slow methods are left out where there are more votes than this; the others take about as long as a Dawid-Skene fit.
VOTES_MAX = {"ebcc": 30_000, "glad": 100_000, "mace": 100_000}
# Holding out is repeated until so many votes were foretold, DRAWS_MAX times at most; fewer than HELD_MIN tell nothing.
HELD_ENOUGH, HELD_MIN, DRAWS_MAX = 2_000, 50, 5
EBCC_STARTS = 5


@dataclass(frozen=True, kw_only=True)
class Auto:
    """The method to take when you do not want to choose: it tries the portfolio, chooses, and says why in ``reason``.

    *With 20 golds or more*, workers whom the golds do not clear are turned away first (``trusted_workers``; clamped
    golds alone do not stop a ring). Then every method is fitted four times with a quarter of the golds hidden and
    scored on those. What the votes themselves recommend is taken, unless it is right less often than a majority vote
    of everybody, or the best is better by two standard errors: then the best is.

    *Otherwise* by the votes. Workers who err together are found first: EBCC is taken where its evidence (the bound of
    the votes' marginal likelihood) is above that of the same model without subtypes. Else one vote a task is held out,
    methods are fitted to the rest, and the one is taken that foretells the held-out votes best, averaged with those
    that come within two standard errors of it. Where too few can be held out, IBCC.

    The posterior is then discounted for votes that are not independent, and if there are golds by as much as they say:
    see ``calibration.discounted``. ``calibrated=False`` leaves it as the methods made it. ``filtered=False`` keeps all
    workers. ``seed``: of the votes held out and the golds hidden.

    It costs some tens of fits of Dawid-Skene without golds and a few hundred with; on up to 30,000 votes EBCC comes on
    top, which takes longer than all the rest.
    """

    calibrated: bool = True
    filtered: bool = True
    seed: int = 0

    name: ClassVar[str] = "auto"

    def fit(self, votes: Votes, golds: GoldsLike = None) -> Aggregated:
        """The answers of the chosen method, its posterior calibrated. ``reason`` says what was chosen and why."""
        known = Golds.of(votes, golds)
        if votes.n_classes < 2 or len(votes) == 0:
            return replace(IBCC().fit(votes, known), method=self.name, reason="chose ibcc: there is nothing to decide")
        if len(known) < GOLDS_MIN:
            names, reason = chosen_by_votes(votes, known, self.seed)
            return self._made(votes, known, names, reason, None, 1.0)
        return self._by_golds(votes, known)

    def _by_golds(self, votes: Votes, known: Golds) -> Aggregated:
        trust = trusted_workers(votes, known) if self.filtered else None
        kept = votes if trust is None else trust.keep(votes)
        if len(kept) == 0:
            trust, kept = None, votes
        advised, advice = chosen_by_votes(kept, known, self.seed)
        scores = self.scored(votes, known, advised)
        truth = known.label
        right = {name: right_in_part(rows, truth) for name, rows in scores.items()}
        advised_name = joined(advised)
        name = chosen_by_golds(right, advised_name)
        best = _most_right(right)
        floor = float(right["majority"].mean())
        hidden = f"{100 * right[name].mean():.1f} % right on {len(known)} golds that were hidden from it by turns"
        reason = f"chose {name}: {hidden}, majority {100 * floor:.1f} %"
        if name == advised_name:
            reason += f", best {best} {100 * right[best].mean():.1f} %; " + advice
        else:
            reason += f", where the votes alone would have chosen {advised_name}"
        if name == "majority":
            trust = None
        if trust is not None:
            away = int((~trust.trusted & (votes.worker_votes() > 0)).sum())
            reason += f"; {away} of {votes.n_workers} workers were turned away by golds"
        held = scores[name]
        if name not in SHARES_OF_THE_VOTE:
            held = discounted(held, np.diff(votes.start)[known.task])
        scale = fitted_temperature(held.astype(np.float64), truth)
        names = advised if name == advised_name else (name,)
        return self._made(votes, known, names, reason, trust, scale)

    def scored(self, votes: Votes, known: Golds, advised: Sequence[str]) -> dict[str, Reals]:
        """Every method's posteriors of the golds, each worked out while that gold was hidden: (golds, n_classes)."""
        names = [name for name in JUDGED_BY_GOLDS if FOLDS * len(votes) <= VOTES_MAX.get(name, np.inf) * 2]
        names += [name for name in advised if name not in names]
        scores: dict[str, Reals] = {name: np.empty((len(known), votes.n_classes)) for name in names}
        fold = np.random.default_rng(self.seed).permutation(np.arange(len(known)) % FOLDS)
        for turn in range(FOLDS):
            hidden = fold == turn
            open_golds = Golds(known.task[~hidden], known.label[~hidden])
            kept = trusted_workers(votes, open_golds).keep(votes) if self.filtered else votes
            for name in names:
                # The floor is a plain majority vote, of everybody.
                fitted = _method(name).fit(votes if name == "majority" else kept, open_golds)
                scores[name][hidden] = fitted.posterior[known.task[hidden]]
        if len(advised) > 1:
            scores[joined(advised)] = np.mean([scores[name] for name in advised], axis=0)
        return scores

    def _made(
        self, votes: Votes, known: Golds, names: Sequence[str], reason: str, trust: Trust | None, scale: float
    ) -> Aggregated:
        kept = votes if trust is None else trust.keep(votes)
        fits = [_method(name).fit(kept, known) for name in names]
        first = fits[0]
        if len(fits) > 1:
            posterior: Any = np.mean([fit.posterior for fit in fits], axis=0).astype(first.posterior.dtype)
            posterior[known.task] = first.posterior[known.task]
            merged = aggregated(
                votes, posterior, method=self.name, prior=first.prior, skill=first.skill,
                skill_interval=first.skill_interval,
            )  # fmt: skip
            first = replace(first, posterior=posterior, label_codes=merged.label_codes, tied=merged.tied)
        notes = list(first.notes)
        skill, interval = first.skill, first.skill_interval
        if trust is not None:
            # The fit knows nothing of those who were turned away; the golds do.
            away = ~trust.trusted
            skill = np.where(away, trust.skill.mean, skill)
            interval = np.where(away[:, None], trust.skill.interval, interval)
            lost = int(((np.diff(kept.start) == 0) & (np.diff(votes.start) > 0)).sum())
            if lost:
                notes.append(f"{lost} tasks have no vote of a trusted worker")
        made = replace(
            first, method=self.name, reason=reason, skill=skill, skill_interval=interval,
            worker_votes=votes.worker_votes(), notes=tuple(notes),
        )  # fmt: skip
        if not self.calibrated:
            return made
        return mended(made, kept, scale, by_votes=names[0] not in SHARES_OF_THE_VOTE)


def chosen_by_golds(right: Mapping[str, Reals], advised: str) -> str:
    """The method to take, by which golds each got right while they were hidden from it, (golds,) each, 0 to 1.

    ``advised`` is what the votes recommend. A few golds more or less are chance, so it stands unless the best is better
    by two standard errors; but what is right on fewer golds than "majority" is never taken.
    """
    best = _most_right(right)
    lead = right[best] - right[advised]
    clear = lead.mean() > 2 * lead.std() / np.sqrt(len(lead))
    below = right[advised].mean() < right["majority"].mean() - 1e-9
    return best if clear or below else advised


def _most_right(right: Mapping[str, Reals]) -> str:
    """The first of those that tie, where sums of thirds may differ in their last digit."""
    return max(right, key=lambda name: round(float(right[name].mean()), 9))


def chosen_by_votes(votes: Votes, golds: Golds, seed: int = 0) -> tuple[tuple[str, ...], str]:
    """The names of the methods to average, the best first, and why: by evidence and by votes held out, no golds."""
    skipped = sorted(name for name in ("ebcc", "mace") if len(votes) > VOTES_MAX[name])
    left_out = f"; left out as too slow for {len(votes):,} votes: {', '.join(skipped)}" if skipped else ""
    if len(votes) <= VOTES_MAX["ebcc"]:
        gain = _evidence_of_company(votes, golds, seed)
        if gain > 0:
            return ("ebcc",), f"workers err together: subtypes of tasks raise the log-evidence by {gain:.1f}"
    scores = _foretelling(votes, golds, seed)
    if not scores:
        return ("ibcc",), f"too few tasks have three votes to compare methods by{left_out}"
    mean = {name: float(score.mean()) for name, score in scores.items()}
    best = max(mean, key=lambda name: mean[name])
    lead = {name: scores[best] - score for name, score in scores.items()}
    near = [name for name in scores if lead[name].mean() <= 2 * lead[name].std() / np.sqrt(len(scores[best]))]
    near.sort(key=lambda name: -mean[name])
    table = ", ".join(f"{name} {mean[name]:.3f}" for name in sorted(mean, key=lambda name: -mean[name]))
    return tuple(near), (
        f"{joined(near)} foretold {len(scores[best]):,} held-out votes best or as good as best"
        f" (mean log-likelihood: {table}){left_out}"
    )


def _evidence_of_company(votes: Votes, golds: Golds, seed: int) -> float:
    """By how much EBCC's evidence is above that of the same model in which workers err independently.

    Its bound has many peaks, whose answers are alike and whose heights are not: the highest of several starts counts.
    Fits of one start each, since a fit does not follow a start further that comes to where another has been.
    """
    starts = [EBCC(restarts=1, seed=seed + start).fit(votes, golds).log_likelihood for start in range(EBCC_STARTS)]
    return max(starts) - EBCC(subtypes=1, restarts=1, seed=seed).fit(votes, golds).log_likelihood


def _foretelling(votes: Votes, golds: Golds, seed: int) -> dict[str, Floats]:
    """What each method gave the held-out votes, the same for all: log-probabilities by name."""
    chance = np.random.default_rng(seed)
    names = [name for name in FORETELLING if len(votes) <= VOTES_MAX.get(name, np.inf)]
    scores: dict[str, list[Floats]] = {name: [] for name in names}
    total = 0
    for _ in range(DRAWS_MAX):
        held = hold_out(votes, chance)
        rest = votes.only(~held)
        for name in names:
            scores[name].append(foretold(_method(name).fit(rest, golds), votes, held))
        total += int(held.sum())
        if total >= HELD_ENOUGH:
            break
    if total < HELD_MIN:
        return {}
    return {name: np.concatenate(parts) for name, parts in scores.items()}


def _method(name: str) -> Method:
    method: Method = method_named(name)()
    return method


def joined(names: Sequence[str]) -> str:
    return " with ".join(names) if len(names) > 1 else names[0]
