"""One task's answer from workers whose skill is known: plain Python, for a server that asks as votes come in."""

from __future__ import annotations

from collections.abc import Sequence
from math import exp, log

# Nobody is taken to be always right or always wrong: two such who disagree would leave no answer at all.
SURE = 1e-9


def posterior_from_skill(
    said: Sequence[int], skill: Sequence[float], prior: Sequence[float], weight: Sequence[float] | None = None
) -> list[float]:
    """The probability of each class, given which class each worker said and how often each worker is right.

    ``said``: class codes, one a vote. ``skill``: each vote's worker's probability of a right answer, 0 to 1, wrong
    answers being all as likely. ``prior``: (n_classes,), the classes' probabilities before the votes. ``weight``: how
    many votes each vote is worth, or None for one. Returns (n_classes,), summing to 1. Raises ``ValueError`` where the
    columns differ in length or no class has a prior above 0.

    >>> [round(p, 4) for p in posterior_from_skill([0, 0, 1], [0.8, 0.7, 0.9], [0.5, 0.5])]
    [0.5091, 0.4909]
    """
    if len(said) != len(skill) or (weight is not None and len(weight) != len(said)):
        raise ValueError(f"{len(said)} votes come with {len(skill)} skills; give one a vote")
    others = max(len(prior) - 1, 1)
    score = [log(share) if share > 0 else float("-inf") for share in prior]
    for vote, (label, right) in enumerate(zip(said, skill, strict=True)):
        held = min(max(right, SURE), 1 - SURE)
        score[label] += log(held * others / (1 - held)) * (1.0 if weight is None else weight[vote])
    top = max(score, default=float("-inf"))
    if top == float("-inf"):
        raise ValueError("no class has a prior above 0; give at least one")
    chances = [exp(value - top) for value in score]
    total = sum(chances)
    return [chance / total for chance in chances]
