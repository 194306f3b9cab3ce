"""Newton's method for a concave log-likelihood with a small Gaussian prior."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from assay.quality.arrays import Floats
from assay.quality.ranking.linear import solved

HALVINGS = 40


@dataclass(frozen=True)
class Maximum:
    """Where the search ended: ``values`` (p,), ``information`` (p, p) without the prior, and the log-likelihood.

    ``information`` is that of the last point evaluated, one step of less than a ten-thousandth of a standard error
    before ``values``.
    """

    values: Floats
    information: Floats
    log_likelihood: float
    iterations: int
    converged: bool


def maximum(
    evaluate: Callable[[Floats], tuple[float, Floats, Floats]],
    start: Floats,
    ridge: Floats,
    *,
    iterations: int = 100,
    tolerance: float = 1e-8,
) -> Maximum:
    """The maximum of ``evaluate``'s log-likelihood less the sum of ``ridge`` times the squares of the values, halved.

    ``evaluate`` gives the log-likelihood, its gradient and its information (less the second derivatives). Steps that
    do not climb are halved. The search ends when the squared length of a step, in standard errors, is below
    ``tolerance``; that step is still taken, which squares the error that is left.
    """
    values = start.copy()
    log_likelihood, gradient, information = evaluate(values)
    objective = log_likelihood - 0.5 * float(ridge @ values**2)
    for iteration in range(1, iterations + 1):
        slope = gradient - ridge * values
        step = solved(information, ridge, slope)
        climb = float(slope @ step)
        if climb < tolerance:
            return Maximum(values + step, information, log_likelihood + float(gradient @ step), iteration, True)
        for _ in range(HALVINGS):
            tried = values + step
            found = evaluate(tried)
            height = found[0] - 0.5 * float(ridge @ tried**2)
            # Half the climb that a quadratic would give, less what rounding takes from a long sum.
            if height >= objective - 1e-12 * abs(objective):
                break
            step = step / 2
        else:
            return Maximum(values, information, log_likelihood, iteration, False)
        values, objective = tried, height
        log_likelihood, gradient, information = found
    return Maximum(values, information, log_likelihood, iterations, False)
