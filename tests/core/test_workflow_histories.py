"""Whole histories under a simulated clock: whatever people do, the rules hold and the work ends."""

from __future__ import annotations

import random

import pytest

from assay.core.policy import (
    AdaptiveOverlap,
    FixedOverlap,
    GoldRule,
    NoReview,
    Overlap,
    Policy,
    ReviewAll,
    ReviewLowAgreement,
    ReviewRule,
    ReviewSample,
)
from assay.core.tasks import Stage
from simulation.history import History
from simulation.words import WORDS
from simulation.world import World

HISTORIES = 400
HISTORIES_A_TEST = 50


def a_policy(chance: random.Random) -> Policy:
    minimum = chance.randint(2, 3)
    overlaps: list[Overlap] = [
        FixedOverlap(1),
        FixedOverlap(chance.randint(2, 4)),
        AdaptiveOverlap(minimum, minimum + chance.randint(0, 3), agreement_min=0.8),
    ]
    reviews: list[ReviewRule] = [NoReview(), ReviewAll(), ReviewSample(0.5), ReviewLowAgreement(0.7)]
    return Policy(
        overlap=chance.choice(overlaps),
        review=chance.choice(reviews),
        gold=GoldRule(rate=chance.choice([0.0, 0.2, 0.5]), answers_min=chance.choice([1, 4])),
        lease_seconds=600,
        skips_max=chance.randint(1, 3),
        send_backs_max=chance.randint(0, 2),
    )


def a_history(seed: int) -> History:
    chance = random.Random(seed)
    world = World(a_policy(chance), list_workers=chance.random() < 0.5)
    for _ in range(chance.randint(1, 6)):
        world.add_worker("annotate", accuracy=chance.choice([1.0, 0.8, 0.0]))
    for _ in range(chance.randint(1, 2)):
        stages: list[Stage] = ["review"] if chance.random() < 0.5 else ["annotate", "review"]
        world.add_worker(*stages)
    for _ in range(chance.randint(2, 6)):
        world.add_task(chance.choice(WORDS))
    for _ in range(chance.randint(0, 4)):
        world.add_task(chance.choice(WORDS), gold=True)
    return History(world, chance)


@pytest.mark.parametrize("first", range(0, HISTORIES, HISTORIES_A_TEST))
def test_the_rules_hold_whatever_people_do(first: int) -> None:
    """The world checks its rules at every act; a failure names the seed to replay with ``a_history(seed)``."""
    for seed in range(first, first + HISTORIES_A_TEST):
        history = a_history(seed)
        try:
            history.run(acts=120)
        except AssertionError as error:
            error.add_note(f"seed {seed}")
            raise
