"""Numbers: one value a task from many workers' values, with what each worker adds to it and how far they scatter."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import erf, exp, pi, sqrt
from typing import Any, Literal

import numpy as np

from assay.quality.aggregation.priors import require_positive
from assay.quality.arrays import Codes, Floats, Ids, Offsets
from assay.quality.coding import encode

Bias = Literal["none", "offset", "gain"]


@dataclass(frozen=True, eq=False)
class Numbers:
    """One value a task. Units are those of the values given.

    ``values``, ``deviation``: (n_tasks,), and its standard error, in which doubt about leanings counts too. ``bias``:
    (n_workers,), what a worker adds to the truth (offset, 0 is none) or multiplies it with (gain, 1 is none).
    ``spread``: (n_workers,), the standard deviation of their errors once the bias is taken off. ``bias_kind``: which it
    was. ``trace``: the objective, a log-posterior less constants, after each iteration.
    """

    tasks: Ids
    workers: Ids
    values: Floats
    deviation: Floats
    bias: Floats
    spread: Floats
    worker_votes: Offsets
    bias_kind: Bias
    trace: Floats
    converged: bool
    iterations: int
    reason: str

    def interval(self, z: float = 1.96) -> Floats:
        """The values less and plus ``z`` standard errors: (n_tasks, 2)."""
        return np.stack([self.values - z * self.deviation, self.values + z * self.deviation], axis=1)


@dataclass(frozen=True, kw_only=True)
class RobustMean:
    """A mean in which careful workers count for more, leanings are taken off, and wild values are held.

    value = truth + offset + error, or gain * truth + error; offset, gain and the variance of errors are the worker's.
    Leanings are drawn to none by a normal prior whose variance is learned from the crowd (random effects: Henderson
    1975), variances to the crowd's with the weight of ``pull`` votes. A value further than ``reach`` standard
    deviations from what its worker should have said counts with weight ``reach`` / distance (Huber 1964); infinity
    makes the mean an ordinary weighted one.

    ``bias``: "offset" for scales that have no zero of their own (temperatures, ratings), "gain" for strengths, sizes
    and counts, "none" for unbiased workers; "auto" takes the one with the greatest likelihood, leanings integrated out.
    """

    bias: Literal["auto", "none", "offset", "gain"] = "auto"
    reach: float = 3.0
    pull: float = 50.0
    iterations_max: int = 500
    tolerance: float = 1e-6

    def fit(
        self, tasks: Any, workers: Any, values: Any, *, weights: Any = None, golds: Mapping[Any, float] | None = None
    ) -> Numbers:
        """From columns of ids and numbers, one row a vote. ``weights``: 0 or more. ``golds``: {task id: its value}.

        Raises ``ValueError`` where columns differ in length, a value is not finite or a parameter is out of its range.
        """
        require_positive(reach=self.reach, pull=self.pull, iterations_max=self.iterations_max)
        task, task_ids = encode(tasks, "tasks")
        worker, worker_ids = encode(workers, "workers")
        value = np.asarray(values, dtype=np.float64)
        weight = np.ones(len(task)) if weights is None else np.asarray(weights, dtype=np.float64)
        if not (len(task) == len(worker) == len(value) == len(weight)):
            raise ValueError("tasks, workers, values and weights differ in length; give one row a vote in each")
        if not np.isfinite(value).all() or not np.isfinite(weight).all() or (weight < 0).any():
            raise ValueError("values must be finite, and weights finite and 0 or more; leave out what is not")
        known = np.array([float((golds or {}).get(name, np.nan)) for name in task_ids.tolist()])
        kinds: tuple[Bias, ...] = ("none", "offset", "gain") if self.bias == "auto" else (self.bias,)
        fits = [_climb(self, kind, task, worker, value, weight, known, len(worker_ids)) for kind in kinds]
        best = max(fits, key=lambda fit: fit.evidence)
        reason = f"bias {best.kind} as asked"
        if len(fits) > 1:
            figures = ", ".join(f"{fit.kind} {fit.evidence:.1f}" for fit in fits)
            reason = f"bias {best.kind} has the greatest log-likelihood ({figures})"
        return Numbers(
            tasks=task_ids,
            workers=worker_ids,
            values=best.values,
            deviation=best.deviation,
            bias=best.bias,
            spread=best.spread,
            worker_votes=np.bincount(worker, minlength=len(worker_ids)).astype(np.int64),
            bias_kind=best.kind,
            trace=np.array(best.trace),
            converged=len(best.trace) < self.iterations_max,
            iterations=len(best.trace),
            reason=reason,
        )


@dataclass(frozen=True, eq=False)
class _Fit:
    kind: Bias
    evidence: float
    values: Floats
    deviation: Floats
    bias: Floats
    spread: Floats
    trace: list[float]


def _climb(
    method: RobustMean, kind: Bias, task: Codes, worker: Codes, value: Floats, weight: Floats, known: Floats,
    n_workers: int,
) -> _Fit:  # fmt: skip
    """Coordinate ascent: leanings, variances, influence of single values, then the truth, until it stands still."""
    n_tasks = len(known)
    total = float(weight.sum())
    centre = float(np.dot(weight, value) / total) if total > 0 else 0.0
    # Medians to begin with: a single wild value would spoil a mean, and with it the first idea of a usual error.
    truth = np.where(np.isnan(known), _medians(task, value, weight, n_tasks, centre), known)
    scale = max(float(np.dot(weight, (value - centre) ** 2)) / max(total, 1e-12), 1e-24)
    usual = float(np.median(np.abs(value - truth[task]))) if len(value) else 0.0
    held = _held_variance(method.reach)
    # Errors below a millionth of the spread of all values are rounding.
    floor = 1e-12 * scale
    votes = np.bincount(worker, weight, n_workers)
    # Where most values agree to the last digit the median error is 0 and says nothing.
    variance = np.full(n_workers, max((1.4826 * usual) ** 2, floor) if usual > 0 else scale)
    nothing = 1.0 if kind == "gain" else 0.0
    bias = np.full(n_workers, nothing)
    width = 0.1 if kind == "gain" else 0.1 * scale
    precision = np.full(n_workers, 1.0 / width)
    influence = np.ones(len(value))
    trace: list[float] = []
    evidence = -np.inf
    strength = np.zeros(n_tasks)
    while len(value) and len(trace) < method.iterations_max:
        share = weight * influence / variance[worker]
        slope = truth[task] if kind == "gain" else np.ones(len(value))
        if kind != "none":
            precision = np.bincount(worker, share * slope**2, n_workers) + 1 / width
            rest = value - (0.0 if kind == "gain" else truth[task])
            bias = (np.bincount(worker, share * slope * rest, n_workers) + nothing / width) / precision
            # What all workers share cannot be told from the truth, unless golds say it.
            if np.isnan(known).all():
                bias = bias / np.exp(np.log(np.maximum(bias, 0.05)).mean()) if kind == "gain" else bias - bias.mean()
            width = max(
                float(((bias - nothing) ** 2 + 1 / precision).mean()), 1e-9 * (1.0 if kind == "gain" else scale)
            )
        error = value - (bias[worker] * truth[task] if kind == "gain" else truth[task] + bias[worker])
        square = np.bincount(worker, weight * (influence * error) ** 2, n_workers) / held
        pooled = square.sum() / max(total, 1e-12)
        variance = np.maximum((square + method.pull * pooled) / (votes + method.pull), floor)
        far = np.abs(error) / np.sqrt(variance[worker])
        influence = np.minimum(1.0, method.reach / np.maximum(far, 1e-12))
        share = weight * influence / variance[worker]
        lift = bias[worker] if kind == "gain" else np.ones(len(value))
        rest = value - (bias[worker] if kind == "offset" else 0.0)
        strength = np.bincount(task, share * lift**2, n_tasks).astype(np.float64)
        moved = np.divide(
            np.bincount(task, share * lift * rest, n_tasks), strength, out=truth.copy(), where=strength > 0
        )
        moved = np.where(np.isnan(known), moved, known)
        step = float(np.abs(moved - truth).max(initial=0.0))
        truth = moved
        near = np.minimum(far, method.reach)
        loss = near * far - near**2 / 2
        fit = -float(np.dot(weight, loss + np.log(variance[worker]) / 2))
        fit -= method.pull / 2 * float((pooled / variance + np.log(variance)).sum()) if n_workers else 0.0
        trace.append(fit)
        if kind != "none":
            trace[-1] -= float((((bias - nothing) ** 2) / width + np.log(width)).sum()) / 2
        # What models are compared by: leanings are integrated out, so that they must earn their place, and a value out
        # of reach costs all models the same, or the wildest would decide.
        evidence = trace[-1] - float(np.dot(weight, near**2 / 2 - loss))
        if kind != "none":
            evidence -= float(np.log(precision).sum()) / 2
        if step <= method.tolerance * np.sqrt(scale):
            break
    deviation = np.full(n_tasks, np.inf)
    if len(value):
        unsure = np.zeros(n_workers) if kind == "none" else 1 / precision
        leaning = np.bincount(task, (share * lift * slope) ** 2 * unsure[worker], n_tasks)
        answered = (strength > 0) & np.isnan(known)
        # Errors were measured from answers fitted to them: as many as were fitted are missing from the count.
        fitted = answered.sum() + float((1 - unsure / width).sum() if kind != "none" else 0.0)
        given = int((weight > 0).sum())
        missed = given / max(given - fitted, 1.0)
        part = strength > 0
        # A weight of next to nothing leaves next to nothing known; its square may be no number any more.
        with np.errstate(over="ignore"):
            leant = np.sqrt(leaning[part]) / strength[part]
            deviation[part] = np.sqrt(missed * (1 / strength[part] + leant**2))
    deviation[~np.isnan(known)] = 0.0
    return _Fit(kind, evidence, truth, deviation, bias, np.sqrt(variance), trace)


def _medians(task: Codes, value: Floats, weight: Floats, n_tasks: int, centre: float) -> Floats:
    """The weighted median of each task's values, the lower and the upper averaged; ``centre`` where nothing weighs."""
    order = np.lexsort((value, task))
    order = order[weight[order] > 0]
    at, sorted_value = task[order], value[order]
    upto = np.cumsum(weight[order])
    last = np.searchsorted(at, np.arange(n_tasks), side="right") - 1
    before = np.concatenate([[0.0], upto])[np.searchsorted(at, np.arange(n_tasks))]
    some = np.bincount(at, minlength=n_tasks) > 0
    half = (before[some] + upto[last[some]]) / 2
    # Rounding of the running sum must not push the lower median past the upper one.
    low = sorted_value[np.minimum(np.searchsorted(upto, half * (1 - 1e-12)), last[some])]
    high = sorted_value[np.minimum(np.searchsorted(upto, half * (1 + 1e-12)), last[some])]
    median = np.full(n_tasks, centre)
    median[some] = (low + high) / 2
    return median


def _held_variance(reach: float) -> float:
    """The mean of min(z^2, reach^2) for standard normal z: what holding far values takes off a variance."""
    if not np.isfinite(reach):
        return 1.0
    inside = erf(reach / sqrt(2))
    return inside - 2 * reach * exp(-(reach**2) / 2) / sqrt(2 * pi) + reach**2 * (1 - inside)
