"""Several people's answers about one photo made one, with how sure that is.

Marks are grouped into objects (at most one mark of each voice in each), an object is kept when enough of the
weight marked it, its label is voted on, and its shape and attributes are made out of the marks that have that label.

Confidence. Each question about an object ("is it there?", "is the label right?") is a vote in which a voice of
weight w is right with log-odds w * ln(0.8 / 0.2): a fully trusted annotator is right four times in five, a voice of
weight 0 says nothing. With equal priors and independent voices the posterior that a side is right is
1 / (1 + exp(-(evidence for - evidence against))), the weighted majority rule that Nitzan and Paroush (1982) show to
be optimal. An object's confidence is the product of presence, label and place, where place is 1 - (1 - s)^2 of the
mean likeness s of its marks to the fused one: the error of a mean of several is of second order in their spread.
The answer's confidence is the mean, over objects and whole-image attributes, of the probability that the decision
on it is right, each object counting by the share of voices that marked it (so that a flood of marks that nobody
else has, rightly voted out, does not make an answer look sure).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp, log

import msgspec
import numpy as np

from assay.core.annotations.image import Box, ImageAnswer, Mark
from assay.core.annotations.image_agreement import mean_agreement
from assay.core.annotations.image_attributes import merge_attributes, value_similarity
from assay.core.annotations.image_shapes import Shapes, bounds, fuse, fuse_upright
from assay.core.annotations.kind import Merged, MergeOptions, ObjectVerdict, Voice
from assay.quality.geometry.arrays import FloatArray, IntArray
from assay.quality.geometry.boxes import iou
from assay.quality.geometry.matching import group

_EVIDENCE = log(0.8 / 0.2)
# Marks of voices without weight still take part in grouping, but lose to any other.
_WEIGHT_MIN = 1e-6
_ROUNDING = 1e-9


def merge(voices: Sequence[Voice], options: MergeOptions) -> Merged:
    """See ``Kind.merge``. Merged annotations are called ``m1``, ``m2``, ... from top to bottom; the answer of a
    single voice stays as it is, ids included. Raises ``ValueError`` without a voice."""
    if not voices:
        raise ValueError("merge needs at least one voice")
    # From here on the order is the voices' own, so that nothing can depend on the order they came in.
    order = sorted(range(len(voices)), key=lambda index: _own_order(voices[index]))
    answers = [msgspec.convert(voices[index].answer, ImageAnswer) for index in order]
    weights = np.array([voices[index].weight for index in order], dtype=np.float64)
    say = np.maximum(weights, _WEIGHT_MIN)
    marks = [mark for answer in answers for mark in answer.annotations]
    voice = np.repeat(np.arange(len(order)), [len(answer.annotations) for answer in answers])

    shapes = Shapes(marks)
    everything = np.arange(len(marks))
    similarity = shapes.similarity(everything, everything, options.iou_min / 2)
    number = {name: index for index, name in enumerate(sorted({mark.label for mark in marks}))}
    label = np.array([number[mark.label] for mark in marks], dtype=np.int64)
    groups = group(similarity, voice, label, say[voice], options.iou_min)
    drafts = [_elect(members, marks, say[voice[members]]) for members in groups]
    fused = _fuse_all(shapes, drafts, say[voice])
    things = [
        _judge(draft, mark, spread, weights, voice, options.vote_min)
        for draft, (mark, spread) in zip(drafts, fused, strict=True)
    ]
    things.sort(key=lambda thing: (thing.top_left, thing.mark.label))

    attributes = merge_attributes([answer.attributes for answer in answers], say.tolist())
    single = len(voices) == 1
    annotations, objects = [], []
    for rank, thing in enumerate(things, start=1):
        annotation_id = thing.mark.id if single else f"m{rank}"
        members = sorted((order[voice[index]], marks[index].id) for index in thing.members)
        objects.append(
            ObjectVerdict(
                annotation_id=annotation_id,
                label=thing.mark.label,
                kept=thing.kept,
                confidence=thing.confidence,
                label_share=thing.label_share,
                spread_iou=thing.spread,
                members=tuple(members),
            )
        )
        if thing.kept:
            annotations.append(msgspec.structs.replace(thing.mark, id=annotation_id))
    merged = ImageAnswer(annotations=annotations, attributes=attributes)
    return Merged(
        answer=voices[0].answer if single else msgspec.to_builtins(merged),
        confidence=_confidence(things, answers, merged, weights),
        agreement=mean_agreement(answers, marks, voice, similarity, options.iou_min),
        objects=tuple(objects),
    )


@dataclass(frozen=True)
class _Draft:
    """An object before its shape is known: all its marks, and those with the winning label and type."""

    members: IntArray
    electors: IntArray
    label: str
    label_share: float
    attributes: dict[str, str | float | list[str]]


@dataclass(frozen=True)
class _Thing:
    mark: Mark
    members: IntArray
    kept: bool
    share: float
    presence: float
    confidence: float
    label_share: float
    spread: float
    top_left: tuple[float, ...]


def _own_order(voice: Voice) -> tuple[bytes, float]:
    return msgspec.json.encode(voice.answer, order="sorted"), voice.weight


def _belief(balance: float) -> float:
    """The posterior that a side is right whose weight exceeds the other's by ``balance``, within (0, 1)."""
    return 1.0 / (1.0 + exp(-_EVIDENCE * balance))


def _elect(members: IntArray, marks: Sequence[Mark], weights: FloatArray) -> _Draft:
    """The winning label, and within it the winning type: only those marks shape the object, so that every rule a
    label has for its marks (the tools allowed, sizes, attributes) still holds for the fused one."""
    labels = [marks[index].label for index in members]
    label, label_weight = _winner(labels, weights)
    named = [at for at, each in enumerate(labels) if each == label]
    tag, _ = _winner([type(marks[members[at]]).__name__ for at in named], weights[named])
    chosen = [at for at in named if type(marks[members[at]]).__name__ == tag]
    sets = [marks[members[at]].attributes for at in chosen]
    attributes = merge_attributes(sets, weights[chosen].tolist()) if any(sets) else {}
    return _Draft(members, members[chosen], label, min(label_weight / float(weights.sum()), 1.0), attributes)


def _winner(names: Sequence[str], weights: FloatArray) -> tuple[str, float]:
    """The name with most weight, the first of the alphabet among equals, and its weight."""
    if names.count(names[0]) == len(names):
        return names[0], float(weights.sum())
    votes: dict[str, float] = {}
    for name, weight in zip(names, weights.tolist(), strict=True):
        votes[name] = votes.get(name, 0.0) + weight
    most = max(votes.values()) * (1 - _ROUNDING)
    name = min(name for name, weight in votes.items() if weight >= most)
    return name, votes[name]


def _fuse_all(shapes: Shapes, drafts: Sequence[_Draft], say: FloatArray) -> list[tuple[Mark, float]]:
    """The fused mark of each object, and the mean likeness of all its members to it."""
    upright = [index for index, draft in enumerate(drafts) if _is_upright(shapes, draft.members)]
    found: dict[int, tuple[Mark, float]] = {}
    if upright:
        widest = max(len(drafts[index].members) for index in upright)
        place = np.zeros((len(upright), widest), dtype=np.int64)
        present = np.zeros((len(upright), widest))
        elects = np.zeros((len(upright), widest))
        for row, index in enumerate(upright):
            members = drafts[index].members
            place[row, : len(members)] = members
            present[row, : len(members)] = 1.0
            elects[row, : len(members)] = np.isin(members, drafts[index].electors)
        edges = shapes.bounds[place]
        fused = fuse_upright(edges, elects * say[place])
        around = np.concatenate([fused[:, :2], fused[:, :2] + fused[:, 2:]], axis=1)
        overlap = iou(around[:, None], edges)
        spreads = (overlap * present).sum(axis=1) / present.sum(axis=1)
        for row, index in enumerate(upright):
            draft = drafts[index]
            first = shapes.marks[draft.electors[0]]
            x, y, width, height = fused[row].tolist()
            box = Box(id=first.id, label=draft.label, attributes=draft.attributes, x=x, y=y, width=width, height=height)
            found[index] = (box, float(spreads[row]))
    for index, draft in enumerate(drafts):
        if index not in found:
            mark = fuse(shapes, draft.electors, say[draft.electors])
            mark = msgspec.structs.replace(mark, attributes=draft.attributes)
            found[index] = (mark, _spread(shapes, mark, draft.members))
    return [found[index] for index in range(len(drafts))]


def _is_upright(shapes: Shapes, members: IntArray) -> bool:
    return all(isinstance(mark, Box) and not mark.rotation for mark in (shapes.marks[index] for index in members))


def _spread(shapes: Shapes, mark: Mark, members: IntArray) -> float:
    together = Shapes([mark, *(shapes.marks[index] for index in members)], shapes.tolerance)
    return float(together.similarity(np.array([0]), np.arange(1, len(members) + 1)).mean())


def _judge(draft: _Draft, mark: Mark, spread: float, weights: FloatArray, voice: IntArray, vote_min: float) -> _Thing:
    marked = voice[draft.members]
    # Voices none of which is trusted at all still have to be counted somehow: as equals.
    votes = weights if weights.sum() > 0 else np.ones_like(weights)
    share = min(float(votes[marked].sum() / votes.sum()), 1.0)
    presence = _belief(float(2 * weights[marked].sum() - weights.sum()))
    named = _belief(float(weights[marked].sum()) * (2 * draft.label_share - 1))
    spread = min(max(spread, 0.0), 1.0)
    top_left = bounds([mark])[0, [1, 0, 3, 2]].tolist()
    return _Thing(
        mark=mark,
        members=draft.members,
        kept=share >= vote_min - _ROUNDING,
        share=share,
        presence=presence,
        confidence=presence * named * (1 - (1 - spread) ** 2),
        label_share=draft.label_share,
        spread=spread,
        top_left=tuple(top_left),
    )


def _confidence(
    things: Sequence[_Thing], answers: Sequence[ImageAnswer], merged: ImageAnswer, weights: FloatArray
) -> float:
    decisions = [(thing.share, thing.confidence if thing.kept else 1 - thing.presence) for thing in things]
    for name, value in merged.attributes.items():
        given = [
            value_similarity(answer.attributes[name], value) if name in answer.attributes else 0.0 for answer in answers
        ]
        decisions.append((1.0, _belief(float((weights * (2 * np.array(given) - 1)).sum()))))
    total = sum(share for share, _ in decisions)
    if total == 0:
        # Nobody marked anything: all voices agree that there is nothing.
        return _belief(float(weights.sum()))
    return sum(share * right for share, right in decisions) / total
