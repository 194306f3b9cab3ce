"""Signs that answers were copied or rushed, for a person to look at. They decide nothing by themselves.

*The same answers*: two freelancers agree on an offer's questions with few answers beyond what skill and chance explain,
above all on the same mistakes (``assay.quality.reliability.copying``). One person with two accounts looks like that,
and so do two who share a sheet. *The same text*: long free text that one freelancer hands in for different postings, or
two freelancers hand in alike. *Haste*: a pace far from the others', or many answers far faster than the person and the
task lead one to expect (``...reliability.speed``).
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias
from uuid import UUID

from assay.core.annotations.page_kind import Fields, said

Kind: TypeAlias = Literal["same_answers", "same_text", "too_fast"]

# Fewer answers than these tell nothing.
ANSWERS_MIN: Final = 20
FREELANCERS_MIN: Final = 3
OWN_MIN: Final = 5
# A question with more different answers is one for free text.
CHOICES_MAX: Final = 20
# Shorter texts are alike by chance, and what many hand in is a choice, however long.
TEXT_MIN: Final = 40
POPULAR: Final = 4
SAME_TEXT_MIN: Final = 3
PACE_MIN: Final = -3.0
FAST_SHARE: Final = 0.3
# Named with a signal.
EXAMPLES: Final = 20


@dataclass(frozen=True)
class Given:
    """One answer to one posting of an offer. ``seconds``: active time, as far as it is known."""

    engagement_id: UUID
    posting_id: UUID
    freelancer_id: UUID
    seconds: float | None
    fields: Fields


@dataclass(frozen=True)
class Signal:
    """``reason`` is for the market's reviewers, in words. ``other_id``: the second of two. ``engagement_ids``: answers
    to look at, ``EXAMPLES`` at most."""

    kind: Kind
    freelancer_id: UUID
    other_id: UUID | None
    reason: str
    engagement_ids: tuple[UUID, ...]


def signals(given: Sequence[Given]) -> list[Signal]:
    """Everything that stands out among the answers to one offer."""
    if len(given) < ANSWERS_MIN:
        return []
    return [*_same_answers(given), *_same_text(given), *_haste(given)]


# --- the same answers ---------------------------------------------------------------------------------------------


def _same_answers(given: Sequence[Given]) -> Iterator[Signal]:
    by_field: dict[str, list[tuple[Given, str]]] = defaultdict(list)
    for one in given:
        for name, value in one.fields.items():
            by_field[name].append((one, "\n".join(said(value))))
    told: set[tuple[UUID, UUID]] = set()
    for name, answers in sorted(by_field.items()):
        choices = {text for _, text in answers}
        people = {one.freelancer_id for one, _ in answers}
        if len(answers) < ANSWERS_MIN or len(people) < FREELANCERS_MIN or not 2 <= len(choices) <= CHOICES_MAX:
            continue
        yield from _copied(name, answers, told)


def _copied(name: str, answers: Sequence[tuple[Given, str]], told: set[tuple[UUID, UUID]]) -> Iterator[Signal]:
    import numpy as np

    from assay.quality.aggregation import aggregate
    from assay.quality.reliability import confusion_of, find_copying
    from assay.quality.votes import Votes

    votes = Votes.from_arrays(
        [str(one.posting_id) for one, _ in answers],
        [str(one.freelancer_id) for one, _ in answers],
        [text for _, text in answers],
    )
    result = aggregate(votes, "ibcc")
    report = find_copying(votes, confusion_of(result), np.asarray(result.posterior, dtype=np.float64))
    for pair in report.pairs:
        first, second = sorted((UUID(str(pair.first)), UUID(str(pair.second))))
        if (first, second) in told:
            continue
        told.add((first, second))
        alike: dict[tuple[UUID, str], dict[UUID, UUID]] = defaultdict(dict)
        for one, text in answers:
            if one.freelancer_id in (first, second):
                alike[one.posting_id, text][one.freelancer_id] = one.engagement_id
        both = [id_ for pair_of in alike.values() if len(pair_of) == 2 for id_ in pair_of.values()]
        yield Signal(
            "same_answers",
            first,
            second,
            f"They gave the same answer to {name!r} on {pair.same} of {pair.together} postings;"
            f" two who work alone would on {pair.same_expected:.0f}.",
            tuple(both[:EXAMPLES]),
        )


# --- the same text ------------------------------------------------------------------------------------------------


def _same_text(given: Sequence[Given]) -> Iterator[Signal]:
    where: dict[tuple[str, str], list[Given]] = defaultdict(list)
    for one in given:
        for name, value in one.fields.items():
            text = " ".join(" ".join(said(value)).casefold().split())
            if len(text) >= TEXT_MIN:
                where[name, text].append(one)
    repeated: dict[UUID, list[Given]] = defaultdict(list)
    shared: dict[tuple[UUID, UUID], list[Given]] = defaultdict(list)
    for having in where.values():
        counts = Counter(one.freelancer_id for one in having)
        people = sorted(counts)
        if len(people) > POPULAR:
            continue
        for who, times in counts.items():
            if times >= SAME_TEXT_MIN:
                repeated[who] += [one for one in having if one.freelancer_id == who]
        for place, first in enumerate(people):
            for second in people[place + 1 :]:
                shared[first, second] += [one for one in having if one.freelancer_id in (first, second)]
    for who, answers in repeated.items():
        ids = tuple(dict.fromkeys(one.engagement_id for one in answers))
        postings = len({one.posting_id for one in answers})
        yield Signal(
            "same_text", who, None, f"The same long text was handed in for {postings} postings.", ids[:EXAMPLES]
        )
    for (first, second), answers in shared.items():
        ids = tuple(dict.fromkeys(one.engagement_id for one in answers))
        yield Signal(
            "same_text", first, second, f"They handed in the same long text, in {len(ids)} answers.", ids[:EXAMPLES]
        )


# --- haste --------------------------------------------------------------------------------------------------------


def _haste(given: Sequence[Given]) -> Iterator[Signal]:
    timed = [one for one in given if one.seconds is not None]
    if len(timed) < ANSWERS_MIN or len({one.freelancer_id for one in timed}) < FREELANCERS_MIN:
        return
    from assay.quality.reliability import answer_times

    times = answer_times(
        [str(one.posting_id) for one in timed],
        [str(one.freelancer_id) for one in timed],
        [one.seconds or 0.0 for one in timed],
    )
    fast: Mapping[UUID, list[UUID]] = defaultdict(list)
    for one, too_fast in zip(timed, times.too_fast.tolist(), strict=True):
        if too_fast:
            fast[one.freelancer_id].append(one.engagement_id)
    for place, name in enumerate(times.workers.tolist()):
        who, answers = UUID(str(name)), int(times.answers[place])
        if answers < OWN_MIN:
            continue
        if times.fast_share[place] >= FAST_SHARE:
            reason = f"{len(fast[who])} of {answers} answers came far faster than person and posting lead to expect."
        elif times.pace_deviation[place] < PACE_MIN and times.pace[place] < 1:
            reason = f"They take {times.pace[place]:.0%} of the time that others take for the same postings."
        else:
            continue
        examples = fast.get(who) or [one.engagement_id for one in timed if one.freelancer_id == who]
        yield Signal("too_fast", who, None, reason, tuple(examples[:EXAMPLES]))
