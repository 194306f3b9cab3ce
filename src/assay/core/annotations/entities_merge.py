"""Several people's answers about one text made one, with how sure that is.

Spans are grouped into objects (at most one span of each voice in each), an object is kept when enough of the weight
marked it, and its label is voted on. Its ends are those of one span, the most central of those that have that label:
the one whose overlap with all of them is greatest by weight. (A mean or a median of ends may fall within a word, where
nobody has ever put one.) For relations see ``relations_merge``.

Confidence. Each question is a vote, counted as ``voting`` says. An object's confidence is the product of presence,
label and place, where place is 1 - (1 - s)^2 of the mean overlap s of its spans with the chosen one, as for photos; a
relation's is that of its vote. The answer's confidence is the mean, over objects, relations and attributes of the
whole, of the probability that the decision on it is right, each object and relation counting by the share of voices
that marked it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import msgspec
import numpy as np

from assay.core.annotations.entities import EntitiesAnswer, Relation, Span
from assay.core.annotations.entities_agreement import mean_agreement, overlaps, passages
from assay.core.annotations.image_attributes import attribute_decisions, merge_attributes
from assay.core.annotations.kind import Merged, MergeOptions, ObjectVerdict, Voice
from assay.core.annotations.relations_merge import Link, merge_relations
from assay.core.annotations.voting import Ballot, belief, overall, own_order, winner
from assay.quality.geometry.matching import group


def merge(voices: Sequence[Voice], options: MergeOptions) -> Merged:
    """See ``Kind.merge``. Merged spans are called ``m1``, ``m2``, ... in the order of the text, relations ``r1``,
    ``r2``, ...; the answer of a single voice stays as it is, ids included. Verdicts are of spans, then of relations
    between kept ones. Raises ``ValueError`` without a voice."""
    if not voices:
        raise ValueError("merge needs at least one voice")
    # From here on the order is the voices' own, so that nothing can depend on the order they came in.
    order = sorted(range(len(voices)), key=lambda index: own_order(voices[index]))
    answers = [msgspec.convert(voices[index].answer, EntitiesAnswer) for index in order]
    ballot = Ballot([voices[index].weight for index in order], options.vote_min)
    single = len(voices) == 1
    things = _things(answers, ballot, options.iou_min)
    if not single:
        named = [msgspec.structs.replace(thing.span, id=f"m{rank}") for rank, thing in enumerate(things, start=1)]
        things = [replace(thing, span=span) for thing, span in zip(things, named, strict=True)]
    kept = [thing for thing in things if thing.kept]
    links = merge_relations([answer.relations for answer in answers], [thing.electors for thing in kept], ballot)
    spans = [thing.span for thing in things if thing.kept]
    relations = []
    objects = [
        ObjectVerdict(
            annotation_id=thing.span.id,
            label=thing.span.label,
            kept=thing.kept,
            confidence=thing.confidence,
            label_share=thing.label_share,
            spread_iou=thing.spread,
            members=tuple(sorted((order[voice], span.id) for voice, span in thing.members)),
        )
        for thing in things
    ]
    for rank, link in enumerate(links, start=1):
        relation_id = link.members[0][1] if single else f"r{rank}"
        if link.kept:
            ends = (kept[link.source].span.id, kept[link.target].span.id)
            relations.append(Relation(relation_id, link.name, *ends, link.directed))
        objects.append(
            ObjectVerdict(
                annotation_id=relation_id,
                label=link.name,
                kept=link.kept,
                confidence=link.presence,
                label_share=1.0,
                spread_iou=1.0,
                members=tuple(sorted((order[voice], given) for voice, given in link.members)),
            )
        )
    attributes = merge_attributes([answer.attributes for answer in answers], ballot.says)
    merged = EntitiesAnswer(annotations=spans, relations=relations, attributes=attributes)
    return Merged(
        answer=voices[0].answer if single else msgspec.to_builtins(merged),
        confidence=_confidence(things, links, answers, merged, ballot),
        agreement=mean_agreement(answers, options.iou_min),
        objects=tuple(objects),
    )


@dataclass(frozen=True)
class _Thing:
    """One passage: the span chosen, and the voices' spans that are it, with those that have its label."""

    span: Span
    members: list[tuple[int, Span]]
    electors: dict[int, str]
    kept: bool
    share: float
    presence: float
    confidence: float
    label_share: float
    spread: float


def _things(answers: Sequence[EntitiesAnswer], ballot: Ballot, iou_min: float) -> list[_Thing]:
    spans = [span for answer in answers for span in answer.annotations]
    voice = np.repeat(np.arange(len(answers)), [len(answer.annotations) for answer in answers])
    number = {name: index for index, name in enumerate(sorted({span.label for span in spans}))}
    label = np.array([number[span.label] for span in spans], dtype=np.int64)
    says = np.array(ballot.says)[voice]
    groups: list[list[int]] = []
    for passage in passages(spans):
        inside = [spans[index] for index in passage]
        found = group(overlaps(inside, inside), voice[passage], label[passage], says[passage], iou_min)
        groups.extend([passage[place] for place in members] for members in found)
    everyone = range(len(answers))
    things = []
    for members in groups:
        name, label_share = winner([spans[index].label for index in members], [float(says[index]) for index in members])
        electors = [index for index in members if spans[index].label == name]
        named_so, all_of_it = [spans[index] for index in electors], [spans[index] for index in members]
        likeness = overlaps(named_so, named_so) @ says[electors]
        # Among equals the longest: parts of a name are forgotten more often than added.
        central = [
            (round(float(like), 9), *_size(spans[index]), index) for like, index in zip(likeness, electors, strict=True)
        ]
        best = max(central)[-1]
        spread = float(overlaps([spans[best]], all_of_it).mean())
        voters = [int(voice[index]) for index in members]
        share = ballot.share(voters, everyone)
        presence = belief(ballot.weight(everyone) * (2 * share - 1))
        named = belief(ballot.weight(everyone) * share * (2 * label_share - 1))
        sets = [spans[index].attributes for index in electors]
        attributes = merge_attributes(sets, [float(says[index]) for index in electors]) if any(sets) else {}
        things.append(
            _Thing(
                span=msgspec.structs.replace(spans[best], attributes=attributes),
                members=[(int(voice[index]), spans[index]) for index in members],
                electors={int(voice[index]): spans[index].id for index in electors},
                kept=ballot.carries(share),
                share=share,
                presence=presence,
                confidence=presence * named * (1 - (1 - spread) ** 2),
                label_share=label_share,
                spread=spread,
            )
        )
    return sorted(things, key=lambda thing: (thing.span.start, -thing.span.end, thing.span.label))


def _size(span: Span) -> tuple[int, int]:
    return span.end - span.start, -span.start


def _confidence(
    things: Sequence[_Thing],
    links: Sequence[Link],
    answers: Sequence[EntitiesAnswer],
    merged: EntitiesAnswer,
    ballot: Ballot,
) -> float:
    decisions = [(thing.share, thing.confidence if thing.kept else 1 - thing.presence) for thing in things]
    decisions += [(link.share, link.presence if link.kept else 1 - link.presence) for link in links]
    decisions += attribute_decisions([answer.attributes for answer in answers], merged.attributes, ballot.weights)
    return overall(decisions, sum(ballot.weights))
