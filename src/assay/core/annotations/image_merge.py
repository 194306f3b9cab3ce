"""Several people's answers about one photo made one, with how sure that is.

Marks are grouped into objects (at most one mark of each voice in each), an object is kept when enough of the
weight marked it, its label is voted on, and its shape and attributes are made out of the marks that have that label.

Confidence. Each question about an object is a vote, counted as ``voting`` says. An object's confidence is the product
of presence, label and place, where place is 1 - (1 - s)^2 of the mean likeness s of its marks to the fused one: the
error of a mean of several is of second order in their spread. The answer's confidence is the mean, over objects and
whole-image attributes, of the probability that the decision on it is right, each object counting by the share of voices
that marked it (so that a flood of marks that nobody else has, rightly voted out, does not make an answer look sure).
A relation counts as an object does, with the confidence of its vote (``relations_merge``).

Marks that every answer began with (``GivenMarks``) are the same object by their ids, wherever they were moved, and keep
them. An attribute that names a mark is voted on by the objects that are named, as each voice has ids of its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import msgspec
import numpy as np

from assay.core.annotations.image import Box, ImageAnswer, Mark
from assay.core.annotations.image_agreement import mean_agreement
from assay.core.annotations.image_attributes import Attributes, attribute_decisions, merge_attributes
from assay.core.annotations.image_named import NamedObjects
from assay.core.annotations.image_questions import Questions
from assay.core.annotations.image_shapes import Shapes, bounds, fuse, fuse_upright
from assay.core.annotations.kind import Merged, MergeOptions, ObjectVerdict, Voice
from assay.core.annotations.relations import Relation
from assay.core.annotations.relations_merge import Link, merge_relations
from assay.core.annotations.voting import ROUNDING, WEIGHT_MIN, Ballot, belief, overall, own_order, winner
from assay.quality.geometry.arrays import FloatArray, IntArray
from assay.quality.geometry.boxes import iou
from assay.quality.geometry.matching import group


def merge(voices: Sequence[Voice], options: MergeOptions) -> Merged:
    """See ``Kind.merge``. Merged annotations are called ``m1``, ``m2``, ... from top to bottom; the answer of a
    single voice stays as it is, ids included. Raises ``ValueError`` without a voice."""
    if not voices:
        raise ValueError("merge needs at least one voice")
    # From here on the order is the voices' own, so that nothing can depend on the order they came in.
    order = sorted(range(len(voices)), key=lambda index: own_order(voices[index]))
    answers = [msgspec.convert(voices[index].answer, ImageAnswer) for index in order]
    weights = np.array([voices[index].weight for index in order], dtype=np.float64)
    say = np.maximum(weights, WEIGHT_MIN)
    marks = [mark for answer in answers for mark in answer.annotations]
    voice = np.repeat(np.arange(len(order)), [len(answer.annotations) for answer in answers])

    shapes = Shapes(marks)
    similarity = shapes.across(voice, options.iou_min / 2)
    number = {name: index for index, name in enumerate(sorted({mark.label for mark in marks}))}
    label = np.array([number[mark.label] for mark in marks], dtype=np.int64)
    mark_say = say[voice]
    questions = Questions(options.taxonomy)
    groups = group(_joined(similarity, marks, voice, questions.given), voice, label, mark_say, options.iou_min)
    says: list[float] = mark_say.tolist()
    named = NamedObjects(marks, voice, groups, questions)
    drafts = [_elect(members, marks, says, named) for members in groups]
    fused = _fuse_all(shapes, similarity, drafts, says, questions)
    # Voices none of which is trusted at all still have to be counted somehow: as equals.
    votes = (weights if weights.any() else say)[voice].tolist()
    votes_all = float(weights.sum()) or float(say.sum())
    things = []
    for draft, (mark, spread) in zip(drafts, fused, strict=True):
        share = min(sum(votes[index] for index in draft.members) / votes_all, 1.0)
        things.append(_judge(draft, mark, spread, share, float(weights.sum()), options.vote_min))
    things.sort(key=lambda thing: (thing.top_left, thing.mark.label))

    whole = [named.whole(index, answer.attributes) for index, answer in enumerate(answers)]
    attributes = merge_attributes(whole, say.tolist(), questions.whole)
    single = len(voices) == 1
    ballot = Ballot([voices[index].weight for index in order], options.vote_min)
    there = [thing for thing in things if thing.kept]
    electors = [{int(voice[index]): marks[index].id for index in thing.electors} for thing in there]
    links = merge_relations([answer.relations for answer in answers], electors, ballot)
    final: dict[int, str] = {}
    annotations, objects = [], []
    for rank, thing in enumerate(things, start=1):
        first = marks[thing.members[0]].id
        annotation_id = thing.mark.id if single else first if first in questions.given else f"m{rank}"
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
            final[thing.group] = annotation_id
            annotations.append(msgspec.structs.replace(thing.mark, id=annotation_id))
    annotations = [named.back(mark, final) for mark in annotations]
    relations = []
    for rank, link in enumerate(links, start=1):
        relation_id = link.members[0][1] if single else f"r{rank}"
        if link.kept:
            ends = annotations[link.source].id, annotations[link.target].id
            relations.append(Relation(relation_id, link.name, *ends, link.directed))
        objects.append(_verdict(relation_id, link, order))
    told = named.values_back(attributes, questions.whole, final)
    merged = ImageAnswer(annotations=annotations, relations=relations, attributes=told)
    open_to = np.array([mark.id not in questions.settled for mark in marks], dtype=np.bool_)
    compared = [mark for mark, is_open in zip(marks, open_to.tolist(), strict=True) if is_open]
    likeness = similarity if open_to.all() else similarity[np.ix_(open_to, open_to)]
    return Merged(
        answer=voices[0].answer if single else msgspec.to_builtins(merged),
        confidence=_confidence(things, links, whole, attributes, questions, weights),
        agreement=mean_agreement(answers, compared, voice[open_to], likeness, options.iou_min, questions),
        objects=tuple(objects),
    )


def _joined(similarity: FloatArray, marks: Sequence[Mark], voice: IntArray, given: frozenset[str]) -> FloatArray:
    """The similarities with those of given marks settled by their ids."""
    number = {mark_id: at for at, mark_id in enumerate(sorted(given))}
    code = np.array([number.get(mark.id, -1) for mark in marks], dtype=np.int64)
    if not (code >= 0).any():
        return similarity
    is_given = (code[:, None] >= 0) | (code[None, :] >= 0)
    same = (code[:, None] == code) & (voice[:, None] != voice)
    return np.where(is_given, same.astype(np.float64), similarity)


def _verdict(relation_id: str, link: Link, order: Sequence[int]) -> ObjectVerdict:
    return ObjectVerdict(
        annotation_id=relation_id,
        label=link.name,
        kept=link.kept,
        confidence=link.presence,
        label_share=1.0,
        spread_iou=1.0,
        members=tuple(sorted((order[voice], given) for voice, given in link.members)),
    )


@dataclass(frozen=True)
class _Draft:
    """An object before its shape is known: all its marks, and those with the winning label and type."""

    group: int
    members: list[int]
    electors: list[int]
    label: str
    label_share: float
    attributes: dict[str, str | float | list[str]]


@dataclass(frozen=True)
class _Thing:
    mark: Mark
    group: int
    members: list[int]
    electors: list[int]
    kept: bool
    share: float
    presence: float
    confidence: float
    label_share: float
    spread: float
    top_left: tuple[float, ...]


def _elect(members: list[int], marks: Sequence[Mark], says: Sequence[float], named: NamedObjects) -> _Draft:
    """The winning label, and within it the winning type: only those marks shape the object, so that every rule a
    label has for its marks (the tools allowed, sizes, attributes) still holds for the fused one."""
    label, share = winner([marks[index].label for index in members], [says[index] for index in members])
    agreed = [index for index in members if marks[index].label == label]
    tag, _ = winner([type(marks[index]).__name__ for index in agreed], [says[index] for index in agreed])
    electors = [index for index in agreed if type(marks[index]).__name__ == tag]
    attributes = named.merged(electors, says) if any(marks[index].attributes for index in electors) else {}
    return _Draft(named.group_of(members[0]), members, electors, label, share, attributes)


def _fuse_all(
    shapes: Shapes, similarity: FloatArray, drafts: Sequence[_Draft], says: Sequence[float], questions: Questions
) -> list[tuple[Mark, float]]:
    """The fused mark of each object, and the mean likeness of all its members to it."""
    upright = [draft for draft in drafts if all(shapes.is_upright[index] for index in draft.members)]
    bulk = iter(_fuse_upright(shapes, upright, says) if upright else [])
    fused: list[tuple[Mark, float]] = []
    for draft in drafts:
        if all(shapes.is_upright[index] for index in draft.members):
            fused.append(next(bulk))
            continue
        electors = draft.electors
        likeness = similarity[np.ix_(electors, electors)]
        mark = fuse(shapes, electors, np.array([says[index] for index in electors]), likeness, questions.limits)
        mark = msgspec.structs.replace(mark, attributes=draft.attributes)
        fused.append((mark, _spread(shapes, mark, draft.members)))
    return fused


def _fuse_upright(shapes: Shapes, drafts: Sequence[_Draft], says: Sequence[float]) -> list[tuple[Mark, float]]:
    """The same for objects that are upright boxes only, all at once: by far the most common case."""
    widest = max(len(draft.members) for draft in drafts)
    place, present, elects = [], [], []
    for draft in drafts:
        padding = widest - len(draft.members)
        electors = set(draft.electors)
        place.append(draft.members + [draft.members[0]] * padding)
        present.append([1.0] * len(draft.members) + [0.0] * padding)
        elects.append([says[index] if index in electors else 0.0 for index in draft.members] + [0.0] * padding)
    edges = shapes.bounds[np.array(place)]
    fused = fuse_upright(edges, np.array(elects))
    around = np.concatenate([fused[:, :2], fused[:, :2] + fused[:, 2:]], axis=1)
    there = np.array(present)
    spreads = (iou(around[:, None], edges) * there).sum(axis=1) / there.sum(axis=1)
    return [
        (
            Box(
                id=shapes.marks[draft.electors[0]].id,
                label=draft.label,
                attributes=draft.attributes,
                x=x,
                y=y,
                width=width,
                height=height,
            ),
            spread,
        )
        for draft, (x, y, width, height), spread in zip(drafts, fused.tolist(), spreads.tolist(), strict=True)
    ]


def _spread(shapes: Shapes, mark: Mark, members: Sequence[int]) -> float:
    if len(members) == 1:
        return 1.0
    together = Shapes([mark, *(shapes.marks[index] for index in members)], shapes.tolerance)
    return float(together.similarity(np.array([0]), np.arange(1, len(members) + 1)).mean())


def _judge(draft: _Draft, mark: Mark, spread: float, share: float, weight: float, vote_min: float) -> _Thing:
    """``share``: of the votes, those that marked it. ``weight``: of all voices together."""
    presence = belief(weight * (2 * share - 1))
    named = belief(weight * share * (2 * draft.label_share - 1))
    spread = min(max(spread, 0.0), 1.0)
    return _Thing(
        mark=mark,
        group=draft.group,
        members=draft.members,
        electors=draft.electors,
        kept=share >= vote_min - ROUNDING,
        share=share,
        presence=presence,
        confidence=presence * named * (1 - (1 - spread) ** 2),
        label_share=draft.label_share,
        spread=spread,
        top_left=_top_left(mark),
    )


def _top_left(mark: Mark) -> tuple[float, ...]:
    if isinstance(mark, Box):
        return mark.y, mark.x, mark.height, mark.width
    left, top, right, bottom = bounds([mark])[0].tolist()
    return top, left, bottom - top, right - left


def _confidence(
    things: Sequence[_Thing],
    links: Sequence[Link],
    whole: Sequence[Attributes],
    merged: Attributes,
    questions: Questions,
    weights: FloatArray,
) -> float:
    """``whole`` and ``merged``: what each voice says of the whole photo, and what came of it."""
    decisions = [(thing.share, thing.confidence if thing.kept else 1 - thing.presence) for thing in things]
    decisions += [(link.share, link.presence if link.kept else 1 - link.presence) for link in links]
    decisions += attribute_decisions(whole, merged, weights.tolist(), questions.whole)
    return overall(decisions, float(weights.sum()))
