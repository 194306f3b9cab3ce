"""Bradley-Terry scores where judges differ: how far to believe each is learned together with the scores."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, Literal

import numpy as np

from assay.quality.arrays import Floats
from assay.quality.compiled import compiled
from assay.quality.ranking.battles import Battles
from assay.quality.ranking.bradley_terry import BradleyTerry, linked, tallies
from assay.quality.ranking.cells import collapsed
from assay.quality.ranking.linear import inverse, product, solved
from assay.quality.ranking.result import Judges, Ranked, made, normal_interval, referred

SCALE, FLIP = 0, 1
MODELS = {"scale": SCALE, "flip": FLIP}
HALVINGS = 40
TOLERANCE = 1e-8
# Where the average judge answers nearly at random, or the wrong way round, scores keep the prior's scale.
LEAST_TYPICAL = 0.05


@dataclass(frozen=True)
class JudgeAware:
    """Bradley-Terry with a reliability of each judge (``battles.worker``), learned jointly; ties are half wins.

    ``model`` says how judges differ:

    - "scale": P(a) = s(g d), g how sharply the judge sees the difference d: 0 answers at random, below 0 the wrong way
      round. Prior: g normal around 1. Scores are then scaled so that the mean of g over the votes is 1, and so are
      those that the average voter would give, as Bradley-Terry's are.
    - "flip": P(a) = h s(d) + (1 - h) s(-d), h the chance that the judge says what was seen (Crowd-BT: Chen, Bennett,
      Collins-Thompson and Horvitz 2013, who learn it online with a Beta prior; here log odds of h are normal around
      log 9, and all is fitted at once). For judges who now and then click at random, whatever the difference.

    ``Ranked.judges.reliability`` is g or h. ``spread`` is the prior's standard deviation of g or of the log odds of h;
    None takes 0.5 or 1. With a small spread every judge is the average one, and scores are Bradley-Terry's.

    ``ridge``, ``interval`` ("sandwich" or "model"), ``cluster`` and ``confidence`` as for ``BradleyTerry``; covariates
    are not used. Intervals of scores include not knowing the judges. The search is Fisher's scoring, from the scores
    of equal judges; the likelihood may have other maxima, such as all judges and all scores reversed.
    """

    model: Literal["scale", "flip"] = "scale"
    spread: float | None = None
    ridge: float = 1e-4
    interval: Literal["sandwich", "model"] = "sandwich"
    cluster: Literal["worker"] | None = None
    confidence: float = 0.95
    iterations: int = 200
    method: ClassVar[str] = "judge-aware"

    def fit(self, battles: Battles) -> Ranked:
        """Scores and judges' reliability. Raises ``ValueError`` for battles without workers, or a wrong setting."""
        fit = _Fit(self, battles)
        fit.climb()
        return fit.ranked()


class _Fit:
    """The search's state: scores, judges' values (g, or the log odds of h), and the last point's sums."""

    def __init__(self, asked: JudgeAware, battles: Battles) -> None:
        if battles.worker is None or battles.workers is None:
            raise ValueError("judge-aware ranking needs battles built with workers")
        if asked.model not in MODELS:
            raise ValueError(f"model is {asked.model!r}; it is one of {', '.join(MODELS)}")
        if asked.interval not in ("sandwich", "model") or asked.cluster not in (None, "worker"):
            raise ValueError("interval is sandwich or model, and cluster is worker or None")
        self.spread = asked.spread if asked.spread is not None else (0.5 if asked.model == "scale" else 1.0)
        if not (self.spread > 0 and asked.ridge > 0):
            raise ValueError("spread and ridge must be above 0")
        self.asked, self.battles, self.workers = asked, battles, battles.workers
        self.centre = 1.0 if asked.model == "scale" else float(np.log(9.0))
        self.precision = 1.0 / self.spread**2
        weight = np.ones(len(battles)) if battles.weight is None else battles.weight
        self.data = (MODELS[asked.model], battles.a, battles.b, battles.outcome, battles.worker, weight)
        self.judge = np.full(len(self.workers), self.centre)
        self.cells = collapsed(battles)
        self.links = linked(self.cells, battles.n_items)
        equal = BradleyTerry(ridge=asked.ridge, interval="model", covariates=False).fit(battles)
        self.score = equal.score - equal.score.mean()

    def sums(self, score: Floats, judge: Floats, purpose: int) -> tuple[float, Floats, Floats, Floats, Floats, Floats]:
        """Likelihood, slopes in scores and judges, and the blocks of a matrix: scores, scores by judges, judges.

        The matrix is by ``purpose`` the expected information (0) or the sum of squared slopes (1); for 2 only its
        second block matters, which then holds each judge's sum of slopes in the scores.
        """
        n, judges = len(score), len(judge)
        slope, judge_slope, own = np.zeros(n), np.zeros(judges), np.zeros(judges)
        pair, cross = np.zeros((n, n)), np.zeros((n, judges))
        likelihood = _accumulate(*self.data, score, judge, purpose, slope, judge_slope, pair, cross, own)
        block = -(pair + pair.T)
        block[np.diag_indices(n)] -= block.sum(axis=1)
        return likelihood, slope, judge_slope, block, cross, own

    def height(self, likelihood: float, score: Floats, judge: Floats) -> float:
        off = judge - self.centre
        return likelihood - 0.5 * self.asked.ridge * float(score @ score) - 0.5 * self.precision * float(off @ off)

    def climb(self) -> None:
        ridge = np.full(len(self.score), self.asked.ridge)
        found = self.sums(self.score, self.judge, 0)
        self.converged, self.steps = False, 0
        while self.steps < self.asked.iterations and not self.converged:
            self.steps += 1
            self.likelihood, slope, judge_slope, block, cross, own = found
            slope = slope - self.asked.ridge * self.score
            judge_slope = judge_slope - self.precision * (self.judge - self.centre)
            # The judges' block is diagonal: it is solved away, and what is left has the size of the items.
            own = own + self.precision
            self.lever = cross / own
            left = block - self.lever @ cross.T
            step = solved(left, ridge, slope - self.lever @ judge_slope)
            judge_step = (judge_slope - cross.T @ step) / own
            self.left, self.own = left, own
            gained = float(slope @ step + judge_slope @ judge_step)
            before = self.height(self.likelihood, self.score, self.judge)
            for _ in range(HALVINGS):
                score, judge = self.score + step, self.judge + judge_step
                found = self.sums(score, judge, 0)
                if self.height(found[0], score, judge) >= before - 1e-12 * abs(before):
                    self.score, self.judge = score, judge
                    break
                step, judge_step = step / 2, judge_step / 2
            else:
                self.converged = gained < 1e-4
                break
            self.converged = gained < TOLERANCE
        self.likelihood = found[0]

    def ranked(self) -> Ranked:
        asked, n, judges = self.asked, len(self.score), len(self.judge)
        votes = np.bincount(self.data[4], minlength=judges)
        share = votes / max(int(votes.sum()), 1)
        spread = inverse(self.left, np.full(n, asked.ridge))
        # The judges' covariance with one another is that of their priors and votes, and of the scores they share.
        pull = spread @ (self.lever @ share)
        variance = 1.0 / self.own + np.einsum("nj,nj->j", self.lever, spread @ self.lever)
        score, reliability, typical = self.score, self.judge, 1.0
        if asked.model == "scale" and share @ self.judge > LEAST_TYPICAL:
            typical = float(share @ self.judge)
            with_typical = share / self.own + self.lever.T @ pull
            reliability = self.judge / typical
            score = self.score * typical
            variance = variance - 2 * reliability * with_typical + reliability**2 * float(share @ with_typical)
            variance = np.maximum(variance, 0.0) / typical**2
        else:
            share = np.zeros(judges)
        covariance = self.covariance(spread, typical, share)
        score, covariance = referred(score, covariance, self.links.core / max(int(self.links.core.sum()), 1))
        ends = normal_interval(reliability, np.sqrt(variance), asked.confidence)
        if asked.model == "flip":
            reliability, ends = 1 / (1 + np.exp(-reliability)), 1 / (1 + np.exp(-ends))
        notes = [*self.battles.notes, *self.links.notes(self.battles.items)]
        if not self.converged:
            notes.append(f"the search stopped after {self.steps} steps before it had converged")
        return made(
            score,
            covariance,
            self.links.component,
            confidence=asked.confidence,
            items=self.battles.items,
            method=asked.method,
            log_likelihood=self.likelihood,
            converged=self.converged,
            iterations=self.steps,
            note="; ".join(notes),
            judges=Judges(self.workers, reliability, ends, votes.astype(np.int64)),
            **tallies(self.cells, n),
        )

    def covariance(self, spread: Floats, typical: float, share: Floats) -> Floats:
        """Covariance of ``typical`` times the scores, where ``typical`` moves with the judges' values by ``share``.

        Near the maximum, what is reported moves by A times the slopes in the scores plus B times those in the judges'
        values (the delta method); what remains is the covariance of those slopes: by the model, by the votes, or by
        the votes of each worker together. The prior counts as one more observation.
        """
        scores = self.score * float(share.any())
        by_score = typical * spread - np.outer(scores, spread @ (self.lever @ share))
        by_judge = np.outer(scores, share / self.own) - by_score @ self.lever
        if self.asked.interval == "model":
            _, _, _, block, cross, own = self.sums(self.score, self.judge, 0)
        elif self.asked.cluster == "worker":
            _, _, judge_slope, _, slopes, _ = self.sums(self.score, self.judge, 2)
            few = max(len(self.judge), 2) / (max(len(self.judge), 2) - 1)
            block, cross, own = few * slopes @ slopes.T, few * slopes * judge_slope, few * judge_slope**2
        else:
            _, _, _, block, cross, own = self.sums(self.score, self.judge, 1)
        block = block + self.asked.ridge * np.eye(len(self.score))
        mixed = by_score @ cross @ by_judge.T
        return np.asarray(
            product(product(by_score, block), by_score.T)
            + mixed
            + mixed.T
            + (by_judge * (own + self.precision)) @ by_judge.T
        )


@compiled
def _accumulate(
    model: int,
    a: Any,
    b: Any,
    outcome: Any,
    worker: Any,
    weight: Any,
    score: Any,
    judge: Any,
    purpose: int,
    slope: Any,
    judge_slope: Any,
    pair: Any,
    cross: Any,
    own: Any,
) -> float:
    total = 0.0
    for row in range(len(a)):
        i, j, k, w = a[row], b[row], worker[row], weight[row]
        d, u = score[i] - score[j], judge[k]
        share = 1.0 if outcome[row] == 0 else 0.0 if outcome[row] == 1 else 0.5
        z = u * d if model == 0 else d
        p = 1.0 / (1.0 + np.exp(-z)) if z > -700.0 else 0.0
        if model == 0:
            total += w * (share * z - max(z, 0.0) - np.log1p(np.exp(-abs(z))))
            # Slopes are (share - p) times these, and p (1 - p) is the information about z.
            off, info, by_score, by_judge = share - p, p * (1.0 - p), u, d
        else:
            h = 1.0 / (1.0 + np.exp(-u))
            said = h * p + (1.0 - h) * (1.0 - p)
            said = min(max(said, 1e-300), 1.0 - 1e-16)
            total += w * (share * np.log(said) + (1.0 - share) * np.log1p(-said))
            info = 1.0 / (said * (1.0 - said))
            off, by_score, by_judge = (
                (share - said) * info,
                (2.0 * h - 1.0) * p * (1.0 - p),
                (2.0 * p - 1.0) * h * (1.0 - h),
            )
        g, g_judge = off * by_score, off * by_judge
        slope[i] += w * g
        slope[j] -= w * g
        judge_slope[k] += w * g_judge
        if purpose == 2:
            cross[i, k] += w * g
            cross[j, k] -= w * g
            continue
        kind = w * info if purpose == 0 else w * w * off * off
        pair[i, j] += kind * by_score * by_score
        cross[i, k] += kind * by_score * by_judge
        cross[j, k] -= kind * by_score * by_judge
        own[k] += kind * by_judge * by_judge
    return total
