"""Several people's answers about one document made one, with how sure that is.

Each page is merged as a photo is (``image_merge``): regions are grouped into objects by their overlap, kept when enough
of the weight marked them, and their labels voted on. The text of an object is settled by those who gave it the winning
label: it is the weighted medoid, the text that is, letter by letter, closest to those of all others, so that two people
who read almost the same carry it over one who reads something else. (A text put together out of several is one that
nobody has read.) Groups are objects again: groups of different people are the same where they share most of their
regions, and a region is a member where half of the weight behind the group has it.

Confidence. That of a region is the photo's, of presence, label and place, times what doubt about its text leaves of it:
the posterior that the settled text is right (see ``voting``), each voice speaking for it as far as its own text is like
it and against it for the rest, over that of a text all agree on. (Those who agree on the text are those who agree on
the label: counted again, two people of one mind would look unsure.) The answer's confidence is the mean over regions,
groups and attributes of the whole of the probability that the decision on it is right, each region and group counting
by the share of voices that marked it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import msgspec
import numpy as np

from assay.core.annotations import image_merge
from assay.core.annotations.document import DocumentAnswer, Group, Region, mark_of, region_of
from assay.core.annotations.document_agreement import jaccard, mean_agreement, pages_marked
from assay.core.annotations.document_text import medoid, similarity
from assay.core.annotations.image import ImageAnswer
from assay.core.annotations.image_attributes import attribute_decisions, merge_attributes
from assay.core.annotations.kind import Merged, MergeOptions, ObjectVerdict, Voice
from assay.core.annotations.voting import ROUNDING, Ballot, belief, overall, own_order, winner
from assay.core.taxonomy import Taxonomy
from assay.quality.geometry.matching import group


def merge(voices: Sequence[Voice], options: MergeOptions) -> Merged:
    """See ``Kind.merge``. Merged regions are called ``m1``, ``m2``, ... page by page from top to bottom, groups ``g1``,
    ``g2``, ...; the answer of a single voice stays as it is, ids included. Verdicts are of regions, then of groups.
    Raises ``ValueError`` without a voice."""
    if not voices:
        raise ValueError("merge needs at least one voice")
    # From here on the order is the voices' own, so that nothing can depend on the order they came in.
    order = sorted(range(len(voices)), key=lambda index: own_order(voices[index]))
    answers = [msgspec.convert(voices[index].answer, DocumentAnswer) for index in order]
    ballot = Ballot([voices[index].weight for index in order], options.vote_min)
    things = list(_things(answers, ballot, options))
    groups = _groups(answers, things, ballot, options)
    single = len(voices) == 1
    if not single:
        things = [replace(thing, id=f"m{rank}") for rank, thing in enumerate(things, start=1)]
        groups = [replace(each, id=f"g{rank}") for rank, each in enumerate(groups, start=1)]
    attributes = merge_attributes([answer.attributes for answer in answers], ballot.says)
    merged = DocumentAnswer(
        annotations=[msgspec.structs.replace(thing.region, id=thing.id) for thing in things if thing.verdict.kept],
        groups=[
            Group(each.id, each.verdict.label, [things[at].id for at in each.members], each.attributes)
            for each in groups
            if each.verdict.kept
        ],
        attributes=attributes,
    )
    parts: list[_Thing | _Grouped] = [*things, *groups]
    verdicts = [replace(part.verdict, annotation_id=part.id) for part in parts]
    return Merged(
        answer=voices[0].answer if single else msgspec.to_builtins(merged),
        confidence=_confidence(parts, answers, merged, ballot),
        agreement=mean_agreement(answers, options.iou_min),
        objects=tuple(
            replace(one, members=tuple(sorted((order[voice], given) for voice, given in one.members)))
            for one in verdicts
        ),
    )


@dataclass(frozen=True)
class _Thing:
    """One place on a page: the region made of the voices' regions, and what is thought of it. ``verdict.members`` tell
    voices by their own order. ``share``: of the votes, those that marked it."""

    id: str
    region: Region
    verdict: ObjectVerdict
    share: float
    presence: float


@dataclass(frozen=True)
class _Grouped:
    """Groups of voices that are one. ``members``: places of regions that are kept."""

    id: str
    members: list[int]
    attributes: dict[str, str | float | list[str]]
    verdict: ObjectVerdict
    share: float
    presence: float


def _things(answers: Sequence[DocumentAnswer], ballot: Ballot, options: MergeOptions) -> Iterator[_Thing]:
    everyone = range(len(answers))
    regions = [{region.id: region for region in answer.annotations} for answer in answers]
    required = _labels_requiring(options.taxonomy)
    for page in pages_marked(answers):
        voices = [
            Voice(
                str(voice),
                msgspec.to_builtins(ImageAnswer([mark_of(one) for one in answer.annotations if one.page == page])),
                ballot.weights[voice],
            )
            for voice, answer in enumerate(answers)
        ]
        merged = image_merge.merge(voices, options)
        marks = {mark.id: mark for mark in msgspec.convert(merged.answer, ImageAnswer).annotations}
        for verdict in merged.objects:
            voters = sorted({voice for voice, _ in verdict.members})
            share = ballot.share(voters, everyone)
            members = [(voice, regions[voice][given]) for voice, given in verdict.members]
            electors = [(voice, region) for voice, region in members if region.label == verdict.label]
            text, sure = _text(electors, ballot, verdict.label in required)
            # One voted out has no mark; any region of it will do to tell what it was.
            mark = marks.get(verdict.annotation_id) or mark_of(electors[0][1])
            yield _Thing(
                id=verdict.annotation_id,
                region=region_of(mark, page, text),
                verdict=replace(verdict, confidence=verdict.confidence * sure),
                share=share,
                presence=belief(ballot.weight(everyone) * (2 * share - 1)),
            )


def _labels_requiring(taxonomy: Taxonomy | None) -> frozenset[str]:
    """The labels whose text has to be typed."""
    labels = taxonomy.by_name() if taxonomy is not None else {}
    return frozenset(name for name, label in labels.items() if label.text == "required")


def _text(electors: Sequence[tuple[int, Region]], ballot: Ballot, required: bool) -> tuple[str, float]:
    """What stands there, and how sure that is; certainly nothing where nobody typed anything."""
    typed = [(voice, region.text) for voice, region in electors if region.text]
    if not typed:
        return "", 1.0
    share = ballot.share([voice for voice, _ in typed], [voice for voice, _ in electors])
    text = ""
    if required or share >= 0.5 - ROUNDING:
        text = medoid([text for _, text in typed], [ballot.says[voice] for voice, _ in typed])
    balance = sum(ballot.weights[voice] * (2 * similarity(region.text, text) - 1) for voice, region in electors)
    return text, belief(balance) / belief(sum(ballot.weights[voice] for voice, _ in electors))


def _groups(
    answers: Sequence[DocumentAnswer], things: Sequence[_Thing], ballot: Ballot, options: MergeOptions
) -> list[_Grouped]:
    place = {
        (voice, given): at
        for at, thing in enumerate(things)
        if thing.verdict.kept
        for voice, given in thing.verdict.members
    }
    drawn = [(voice, each) for voice, answer in enumerate(answers) for each in answer.groups]
    if not drawn:
        return []
    sets = [{str(place.get((voice, one), f"{voice} {one}")) for one in each.members} for voice, each in drawn]
    alike = np.array([[jaccard(ours, theirs) for theirs in sets] for ours in sets])
    voice = np.array([voice for voice, _ in drawn])
    number = {name: index for index, name in enumerate(sorted({each.label for _, each in drawn}))}
    label = np.array([number[each.label] for _, each in drawn], dtype=np.int64)
    says = np.array(ballot.says)[voice]
    alike = np.where(voice[:, None] == voice, 0.0, alike)
    found = group(alike, voice, label, says, options.iou_min)
    made = [_grouped([drawn[index] for index in members], place, ballot, range(len(answers))) for members in found]
    return sorted(made, key=lambda each: (each.members or [len(things)], each.verdict.label, each.id))


def _grouped(
    drawn: Sequence[tuple[int, Group]], place: dict[tuple[int, str], int], ballot: Ballot, everyone: Sequence[int]
) -> _Grouped:
    """One group out of several voices' groups that are the same."""
    label, label_share = winner([each.label for _, each in drawn], [ballot.says[voice] for voice, _ in drawn])
    electors = [(voice, each) for voice, each in drawn if each.label == label]
    votes: dict[int, float] = {}
    for voice, each in electors:
        for member in each.members:
            if (at := place.get((voice, member))) is not None:
                votes[at] = votes.get(at, 0.0) + ballot.says[voice]
    half = sum(ballot.says[voice] for voice, _ in electors) * (0.5 - ROUNDING)
    chosen = {at for at, vote in votes.items() if vote >= half}
    # In the order of whoever has most of them: members of a group may be read in their order.
    first = max(electors, key=lambda one: (len(chosen & _places(one, place)), ballot.says[one[0]]))
    members = [at for one in first[1].members if (at := place.get((first[0], one))) in chosen]
    members += sorted(chosen - set(members))
    spread = sum(jaccard({str(at) for at in members}, {str(at) for at in _places(one, place)}) for one in drawn)
    spread /= len(drawn)
    share = ballot.share([voice for voice, _ in drawn], everyone)
    presence = belief(ballot.weight(everyone) * (2 * share - 1))
    named = belief(ballot.weight(everyone) * share * (2 * label_share - 1))
    sets = [each.attributes for _, each in electors]
    says = [ballot.says[voice] for voice, _ in electors]
    return _Grouped(
        id=drawn[0][1].id,
        members=members,
        attributes=merge_attributes(sets, says) if any(sets) else {},
        verdict=ObjectVerdict(
            annotation_id=drawn[0][1].id,
            label=label,
            kept=bool(members) and ballot.carries(share),
            confidence=presence * named * (1 - (1 - spread) ** 2),
            label_share=label_share,
            spread_iou=spread,
            members=tuple(sorted((voice, each.id) for voice, each in drawn)),
        ),
        share=share,
        presence=presence,
    )


def _places(one: tuple[int, Group], place: dict[tuple[int, str], int]) -> set[int]:
    voice, each = one
    return {place[voice, member] for member in each.members if (voice, member) in place}


def _confidence(
    parts: Sequence[_Thing | _Grouped], answers: Sequence[DocumentAnswer], merged: DocumentAnswer, ballot: Ballot
) -> float:
    decisions = [(part.share, part.verdict.confidence if part.verdict.kept else 1 - part.presence) for part in parts]
    decisions += attribute_decisions([answer.attributes for answer in answers], merged.attributes, ballot.weights)
    return overall(decisions, sum(ballot.weights))
