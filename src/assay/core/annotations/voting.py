"""How voices are counted, whatever they speak of.

Each question ("is it there?", "is the label right?") is a vote in which a voice of weight w is right with log-odds
w * ln(0.8 / 0.2): a fully trusted annotator is right four times in five, a voice of weight 0 says nothing. With equal
priors and independent voices the posterior that a side is right is 1 / (1 + exp(-(evidence for - evidence against))),
the weighted majority rule that Nitzan and Paroush (1982) show to be optimal.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import exp, log

import msgspec

from assay.core.annotations.kind import Voice

# Marks of voices without weight still take part in grouping, but lose to any other.
WEIGHT_MIN = 1e-6
ROUNDING = 1e-9
_EVIDENCE = log(0.8 / 0.2)


class Ballot:
    """The weights of the voices. ``says``: what each says in choosing, where even the untrusted say a little."""

    def __init__(self, weights: Sequence[float], vote_min: float) -> None:
        self.weights = list(weights)
        self.says = [max(weight, WEIGHT_MIN) for weight in weights]
        # Voices none of which is trusted at all still have to be counted somehow: as equals.
        self.votes = self.weights if any(weights) else self.says
        self.vote_min = vote_min

    def share(self, of: Sequence[int], among: Sequence[int]) -> float:
        """The share of the votes of ``among`` that ``of`` have, within [0, 1]."""
        everyone = sum(self.votes[voice] for voice in among)
        if everyone <= 0:
            return len(of) / len(among)
        return min(sum(self.votes[voice] for voice in of) / everyone, 1.0)

    def weight(self, of: Sequence[int]) -> float:
        return sum(self.weights[voice] for voice in of)

    def carries(self, share: float) -> bool:
        return share >= self.vote_min - ROUNDING


def own_order(voice: Voice) -> tuple[bytes, float]:
    """A key of the voice itself: in this order nothing can depend on the order that voices came in."""
    return msgspec.json.encode(voice.answer, order="sorted"), voice.weight


def belief(balance: float) -> float:
    """The posterior that a side is right whose weight exceeds the other's by ``balance``, within (0, 1)."""
    return 1.0 / (1.0 + exp(-_EVIDENCE * balance))


def overall(decisions: Sequence[tuple[float, float]], weight: float) -> float:
    """How sure a whole answer is, within [0, 1]: the mean of how sure each of its decisions is, by its share of the
    votes. Where nothing was marked all voices, of this ``weight`` together, agree that there is nothing."""
    total = sum(share for share, _ in decisions)
    if total == 0:
        return belief(weight)
    return sum(share * right for share, right in decisions) / total


def winner(names: Sequence[str], weights: Sequence[float]) -> tuple[str, float]:
    """The name with most weight, the first of the alphabet among equals, and its share of the weight."""
    if names.count(names[0]) == len(names):
        return names[0], 1.0
    votes: dict[str, float] = {}
    for name, weight in zip(names, weights, strict=True):
        votes[name] = votes.get(name, 0.0) + weight
    most = max(votes.values()) * (1 - ROUNDING)
    name = min(name for name, weight in votes.items() if weight >= most)
    return name, min(votes[name] / sum(weights), 1.0)
