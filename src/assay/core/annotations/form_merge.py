"""Several people's answers to one form made one, with how sure that is of each question.

Each question is settled by those who were asked it: whose own answers met its condition. A choice goes by weighted
vote, a list of choices choice by choice (kept by half the weight or more), a number by weighted median, a date by vote.
A text is the weighted medoid: the one whose words are, on the whole, closest to those of all others, so that two people
who write almost the same carry it over one who writes something else. Lists of several values, too, are a medoid, by
the likeness of their values: what stands together in one person's list is not torn apart. A group is merged question
by question. What is asked in the end follows from what was settled before, so a merged answer is one that one person
could have given.

Confidence of a question is the posterior that what was settled is right (see ``voting``), each voice speaking for it
as far as its own value is like the settled one, and against it for the rest; of the answer, the mean over questions.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import msgspec
import numpy as np

from assay.core.annotations.attributes_check import is_asked
from assay.core.annotations.form import FormAnswer, Value, Values, questions_of
from assay.core.annotations.form_similarity import similarity, values_similarity
from assay.core.annotations.kind import Merged, MergeOptions, ObjectVerdict, Voice
from assay.core.annotations.voting import ROUNDING, WEIGHT_MIN, belief, own_order, winner
from assay.core.taxonomy import Attribute
from assay.quality.geometry.medians import weighted_median


def merge(voices: Sequence[Voice], options: MergeOptions) -> Merged:
    """See ``Kind.merge``. The objects are the questions that anybody answered, by name. Raises ``ValueError`` without
    a voice."""
    if not voices:
        raise ValueError("merge needs at least one voice")
    order = sorted(range(len(voices)), key=lambda index: own_order(voices[index]))
    answers = [msgspec.convert(voices[index].answer, FormAnswer).attributes for index in order]
    weights = [voices[index].weight for index in order]
    asked = questions_of(answers, options.taxonomy)
    settled = _settle(answers, [max(weight, WEIGHT_MIN) for weight in weights], asked)
    merged = {name: each.value for name, each in settled.items() if each.value is not None}
    objects = [_verdict(name, each, answers, weights, order) for name, each in settled.items() if each.answered]
    sure = [_confidence(each, answers, weights, name) for name, each in settled.items()]
    single = len(voices) == 1
    return Merged(
        answer=voices[0].answer if single else msgspec.to_builtins(FormAnswer(attributes=merged)),
        confidence=sum(sure) / len(sure) if sure else belief(sum(weights)),
        agreement=_agreement(answers, asked),
        objects=tuple(objects),
    )


@dataclass(frozen=True)
class _Settled:
    """``value`` is none where the question is better left without an answer; ``electors`` were asked it."""

    question: Attribute
    value: Value | None
    electors: list[int]
    answered: bool


def _settle(answers: Sequence[Values], says: Sequence[float], asked: Sequence[Attribute]) -> dict[str, _Settled]:
    """What becomes of each question that anybody was asked, in order."""
    by_name = {question.name: question for question in asked}
    merged: Values = {}
    settled: dict[str, _Settled] = {}
    for question in asked:
        name = question.name
        answered = any(name in values for values in answers)
        electors = [index for index, values in enumerate(answers) if is_asked(question, values, by_name)]
        value = None
        if is_asked(question, merged, by_name):
            given = [index for index in electors if name in answers[index]]
            share = sum(says[index] for index in given)
            if given and (question.required or share >= sum(says[i] for i in electors) * (0.5 - ROUNDING)):
                value = _elect([answers[index][name] for index in given], [says[i] for i in given], question)
        if value is not None:
            merged[name] = value
        if answered:
            settled[name] = _Settled(question, value, electors, answered)
    return settled


def _elect(values: Sequence[Value], says: Sequence[float], question: Attribute) -> Value:
    """One value out of one or more, by the type of the question."""
    if all(value == values[0] for value in values):
        return values[0]
    if question.values_max > 1:
        return _medoid(values, says, question)
    match question.type:
        case "category" | "datetime":
            return winner([str(value) for value in values], says)[0]
        case "multiselect":
            return _elect_choices([value for value in values if isinstance(value, list)], says, question)
        case "number" | "angle" | "across" | "down":
            numbers = np.array([values], dtype=np.float64)
            return float(weighted_median(numbers, np.array([says]))[0])
        case "group":
            groups = [value for value in values if isinstance(value, dict)]
            inner = _settle(groups, says, question.attributes)
            return {name: each.value for name, each in inner.items() if each.value is not None} or groups[0]
        case "text" | "mark":
            return _medoid(values, says, question)


def _elect_choices(lists: Sequence[list[Value]], says: Sequence[float], question: Attribute) -> list[Value]:
    """Choices with half the weight, the heaviest where there are too many or too few of those."""
    place = {name: index for index, name in enumerate(question.offered())}
    votes: dict[str, float] = {}
    for choices, say in zip(lists, says, strict=True):
        for choice in choices:
            votes[str(choice)] = votes.get(str(choice), 0.0) + say
    ranked = sorted(votes, key=lambda name: (-round(votes[name], 9), place.get(name, len(place)), name))
    kept = sum(votes[name] >= sum(says) * (0.5 - ROUNDING) for name in ranked)
    least, most = question.choices_min or 1, question.choices_max or len(ranked)
    chosen = ranked[: max(least, min(kept, most))]
    return sorted(chosen, key=lambda name: (place.get(str(name), len(place)), str(name)))


def _medoid(values: Sequence[Value], says: Sequence[float], question: Attribute) -> Value:
    """The value most like all of them by their weights; of equals the heaviest, then the first in the voices' order."""
    alike = np.eye(len(values))
    for one, other in combinations(range(len(values)), 2):
        alike[one, other] = alike[other, one] = similarity(values[one], values[other], question)
    weights = np.array(says)
    best = min(range(len(values)), key=lambda index: (-round(float(alike[index] @ weights), 9), -says[index], index))
    return values[best]


def _likeness(settled: _Settled, values: Values, name: str) -> float:
    """How far a voice that was asked says what was settled."""
    own = values.get(name)
    if own is None or settled.value is None:
        return float(own is None and settled.value is None)
    return similarity(own, settled.value, settled.question)


def _confidence(settled: _Settled, answers: Sequence[Values], weights: Sequence[float], name: str) -> float:
    balance = sum(weights[index] * (2 * _likeness(settled, answers[index], name) - 1) for index in settled.electors)
    return belief(balance)


def _verdict(
    name: str, settled: _Settled, answers: Sequence[Values], weights: Sequence[float], order: Sequence[int]
) -> ObjectVerdict:
    likeness = [_likeness(settled, answers[index], name) for index in settled.electors]
    says = [max(weights[index], WEIGHT_MIN) for index in settled.electors]
    same = sum(say for say, alike in zip(says, likeness, strict=True) if alike >= 1 - ROUNDING)
    return ObjectVerdict(
        annotation_id=name,
        label=name,
        kept=settled.value is not None,
        confidence=_confidence(settled, answers, weights, name),
        label_share=min(same / sum(says), 1.0),
        spread_iou=sum(likeness) / len(likeness),
        members=tuple(sorted((order[index], name) for index, values in enumerate(answers) if name in values)),
    )


def _agreement(answers: Sequence[Values], asked: Sequence[Attribute]) -> float:
    """Mean over all pairs; 1 for a single answer, which contradicts nobody."""
    pairs = list(combinations(answers, 2))
    return sum(values_similarity(*pair, asked) for pair in pairs) / len(pairs) if pairs else 1.0


def as_values(answer: Mapping[str, Any]) -> Values:
    """The values of an answer as it travels."""
    return msgspec.convert(answer, FormAnswer).attributes
