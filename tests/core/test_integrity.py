"""What stands out among answers, and that honest ones do not."""

from __future__ import annotations

import random
from uuid import UUID

import pytest

from assay.core.integrity import Given, Signal, signals

COLOURS = ["red", "green", "blue", "white"]


def crowd(
    people: int = 8, postings: int = 60, *, skill: float = 0.8, seed: int = 1, rushing: int | None = None
) -> list[Given]:
    """Honest people of this skill who answer every posting at a pace of their own; one may rush all they do."""
    chance = random.Random(seed)
    found = []
    for posting in range(postings):
        truth = chance.choice(COLOURS)
        for person in range(people):
            right = chance.random() < skill
            colour = truth if right else chance.choice([one for one in COLOURS if one != truth])
            seconds = 30 * chance.lognormvariate(0, 0.3) * (1 + person / 10)
            if person == rushing:
                seconds = chance.uniform(0.3, 0.8)
            found.append(given(posting, person, {"colour": colour}, seconds))
    return found


def given(posting: int, person: int, fields: dict[str, str | list[str]], seconds: float | None = None) -> Given:
    return Given(UUID(int=posting * 100 + person + 1), UUID(int=posting + 1), UUID(int=person + 1), seconds, fields)


def about(found: list[Signal], kind: str) -> list[tuple[int, int | None]]:
    return [(one.freelancer_id.int, one.other_id.int if one.other_id else None) for one in found if one.kind == kind]


@pytest.mark.parametrize("seed", range(5))
def test_honest_people_are_not_told_of(seed: int) -> None:
    assert signals(crowd(seed=seed)) == []


def test_one_who_copies_anothers_sheet_is_told_with_the_answers_that_show_it() -> None:
    answers = crowd()
    sheet = {one.posting_id: one.fields for one in answers if one.freelancer_id == UUID(int=3)}
    copied = [
        Given(one.engagement_id, one.posting_id, one.freelancer_id, one.seconds, sheet[one.posting_id])
        if one.freelancer_id == UUID(int=6)
        else one
        for one in answers
    ]

    found = signals(copied)

    assert about(found, "same_answers") == [(3, 6)]
    (signal,) = found
    assert "'colour' on 60 of 60 postings" in signal.reason
    assert len(signal.engagement_ids) == 20
    assert {id_.int % 100 for id_ in signal.engagement_ids} == {3, 6}


def test_the_same_long_text_is_told_and_short_or_popular_ones_are_not() -> None:
    chance = random.Random(2)
    long = "The quick brown fox jumps over the lazy dog again and again."

    def own(posting: int, person: int) -> str:
        return f"Person {person} says of {posting}: " + " ".join(str(chance.random()) for _ in range(3))

    answers = [given(posting, person, {"why": own(posting, person)}) for posting in range(10) for person in range(5)]
    assert signals(answers) == []
    # One pastes their own; two share one, but for case and space.
    pasted = [given(20 + place, 0, {"why": long}) for place in range(4)]
    shared = [given(30, 1, {"why": "As can be SEEN  in the picture there is a boat on the lake."})]
    shared += [given(31, 2, {"why": "As can be seen in the picture there is a boat on the lake."})]
    short = [given(40 + place, 3, {"why": "Nothing to see."}) for place in range(5)]
    popular = [
        given(50, person, {"why": "I have read the instructions and agree to all of them."}) for person in range(5)
    ]

    found = signals([*answers, *pasted, *shared, *short, *popular])

    assert sorted(about(found, "same_text"), key=str) == [(1, None), (2, 3)]
    assert len(found) == 2


def test_one_who_rushes_everything_is_told() -> None:
    assert about(signals(crowd(skill=0.9, rushing=4)), "too_fast") == [(5, None)]


def test_few_answers_tell_nothing() -> None:
    assert signals([given(posting, person, {"a": "same"}, 0.1) for posting in range(3) for person in range(6)]) == []
