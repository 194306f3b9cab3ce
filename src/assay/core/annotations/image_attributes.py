"""Attribute values: how alike two sets are, and one set out of several.

Where it is not said what was asked, a ``str`` is voted on whether it is a choice or free text, and which attribute
depends on which is read from who answered what.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import cast

import numpy as np

from assay.core.annotations.attributes_check import Value, is_asked
from assay.core.annotations.image import AttributeValue
from assay.core.annotations.voting import belief
from assay.core.taxonomy import Attribute
from assay.quality.geometry.arrays import FloatArray
from assay.quality.geometry.medians import weighted_median

Attributes = Mapping[str, AttributeValue]
_UNKNOWN: Mapping[str, Attribute] = {}

# A share that falls short of a half only by rounding still counts as a half.
_ROUNDING = 1e-9


def value_similarity(left: AttributeValue, right: AttributeValue, asked: Attribute | None = None) -> float:
    """How alike two values are, within [0, 1]; symmetric. ``asked``: what they answer, where that is known.

    Choices: the same or not. Lists of choices: shared over all (Jaccard). Numbers: 1 less their relative difference.
    Longer text that differs is compared as choices are: two wordings are two answers. Angles: 1 less the turn between
    them, a half turn being 0. Places in a mark: 1 less their distance.
    """
    if asked is not None and isinstance(left, float) and isinstance(right, float):
        if asked.type == "angle":
            return 1.0 - abs(_turn(right, left)) / 180.0
        if asked.type in ("across", "down"):
            return max(0.0, 1.0 - abs(left - right))
    if isinstance(left, list) and isinstance(right, list):
        union = set(left) | set(right)
        return len(set(left) & set(right)) / len(union) if union else 1.0
    if isinstance(left, float) and isinstance(right, float):
        largest = max(abs(left), abs(right))
        return max(0.0, 1.0 - abs(left / largest - right / largest)) if largest > 0 else 1.0
    return float(left == right)


def _turn(to: float, origin: float) -> float:
    """Degrees from one angle to another the short way round, within [-180, 180)."""
    return (to - origin + 180.0) % 360.0 - 180.0


def attributes_similarity(left: Attributes, right: Attributes, asked: Mapping[str, Attribute] = _UNKNOWN) -> float:
    """Mean similarity over the names that either has; a value that only one gives counts 0; 1 when both are empty."""
    names = left.keys() | right.keys()
    if not names:
        return 1.0
    both = left.keys() & right.keys()
    return sum(value_similarity(left[name], right[name], asked.get(name)) for name in both) / len(names)


def merge_attributes(
    sets: Sequence[Attributes], weights: Sequence[float], asked: Mapping[str, Attribute] = _UNKNOWN
) -> dict[str, AttributeValue]:
    """One set of values out of several, with the weights of those who gave them (not all 0).

    A ``str`` by weighted vote, a number by weighted median, a list choice by choice (kept by half the weight or more
    of those who gave one). Attributes that more have answered are settled first. Whether one that not everybody
    answered belongs in the result, and with what value, is then up to those whose other answers won: an attribute
    asked only under a condition is answered only by those who saw the condition met. Where ``asked`` says what was
    asked, in that order, nothing is kept whose condition the other values kept do not meet; angles go by the weighted
    median of the turns from the one that is most central.
    """
    carried: Counter[str] = Counter()
    for values, weight in zip(sets, weights, strict=True):
        for name in values:
            carried[name] += weight  # type: ignore[assignment]  # Counter is typed for whole numbers only
    total = sum(weights)
    merged: dict[str, AttributeValue] = {}
    for name in sorted(carried, key=lambda name: (-round(carried[name] / total, 9), name)):
        electors = list(zip(sets, weights, strict=True))
        if not all(name in values for values in sets):
            agreed = [sum(values.get(other) == value for other, value in merged.items()) for values in sets]
            electors = [pair for pair, count in zip(electors, agreed, strict=True) if count == max(agreed)]
        given = [(values[name], weight) for values, weight in electors if name in values]
        everyone = sum(weight for _, weight in electors)
        if given and sum(weight for _, weight in given) >= everyone * (0.5 - _ROUNDING):
            merged[name] = _vote(given, asked.get(name))
    for name, question in asked.items():
        if name in merged and not is_asked(question, cast("dict[str, Value]", merged), asked):
            del merged[name]
    return dict(sorted(merged.items()))


def _vote(given: Sequence[tuple[AttributeValue, float]], asked: Attribute | None) -> AttributeValue:
    """One value, of the type that carries most weight."""
    types: dict[type, float] = {}
    for value, weight in given:
        types[type(value)] = types.get(type(value), 0.0) + weight
    winner = max(sorted(types, key=lambda each: each.__name__), key=lambda each: types[each])
    ballots = [(value, weight) for value, weight in given if type(value) is winner]
    weights = np.array([[weight for _, weight in ballots]])
    if weights.sum() <= 0:
        weights = np.ones_like(weights)
    if winner is float:
        numbers = np.array([[value for value, _ in ballots]], dtype=np.float64)
        if asked is not None and asked.type == "angle":
            return _vote_angle(numbers[0], weights)
        return float(weighted_median(numbers, weights)[0])
    if winner is list:
        return _vote_choices([value for value, _ in ballots if isinstance(value, list)], weights[0].tolist())
    texts = [value for value, _ in ballots if isinstance(value, str)]
    return _vote_text(texts, weights[0].tolist())


def _vote_angle(angles: FloatArray, weights: FloatArray) -> float:
    turns = (angles[None, :] - angles[:, None] + 180.0) % 360.0 - 180.0
    central = int((np.abs(turns) * weights).sum(axis=1).round(9).argmin())
    return float((angles[central] + weighted_median(turns[None, central], weights)[0]) % 360.0)


def _vote_choices(lists: Sequence[list[str]], weights: Sequence[float]) -> list[str]:
    total = sum(weights)
    votes: dict[str, float] = {}
    for choices, weight in zip(lists, weights, strict=True):
        for choice in choices:
            votes[choice] = votes.get(choice, 0.0) + weight
    kept = sorted(choice for choice, weight in votes.items() if weight >= total * (0.5 - _ROUNDING))
    if kept or any(not choices for choices in lists):
        return kept
    # Everybody chose something and no choice has half the votes: the favourite, rather than an answer nobody gave.
    most = max(votes.values())
    return [min(choice for choice, weight in votes.items() if weight >= most * (1 - _ROUNDING))]


def _vote_text(texts: Sequence[str], weights: Sequence[float]) -> str:
    """The weightiest text; among equals the one most like all the others, then the first of the alphabet."""
    votes: dict[str, float] = {}
    for text, weight in zip(texts, weights, strict=True):
        votes[text] = votes.get(text, 0.0) + weight
    most = max(votes.values())
    tied = sorted(text for text, weight in votes.items() if weight >= most * (1 - _ROUNDING))
    if len(tied) == 1:
        return tied[0]
    pairs = {text: Counter(pairwise(text)) for text in votes}

    def centrality(text: str) -> float:
        return round(sum(weight * _dice(pairs[text], pairs[other]) for other, weight in votes.items()), 9)

    return max(tied, key=centrality)


def _dice(left: Counter[tuple[str, str]], right: Counter[tuple[str, str]]) -> float:
    """Shared pairs of letters, as a share of all (Dice 1945), within [0, 1]."""
    total = left.total() + right.total()
    return 2 * (left & right).total() / total if total else 0.0


def attribute_decisions(
    answers: Sequence[Attributes],
    merged: Attributes,
    weights: Sequence[float],
    asked: Mapping[str, Attribute] | None = None,
) -> list[tuple[float, float]]:
    """For each merged value the share of the votes that it concerns, which is all of them, and how sure it is: who says
    nothing of it speaks against it. See ``voting.overall``."""
    decisions = []
    for name, value in merged.items():
        question = (asked or {}).get(name)
        alike = [value_similarity(one[name], value, question) if name in one else 0.0 for one in answers]
        balance = sum(weight * (2 * each - 1) for each, weight in zip(alike, weights, strict=True))
        decisions.append((1.0, belief(balance)))
    return decisions
