"""How tests of the workflow tell one rule at a time: a few people, what they claim and what they say."""

from __future__ import annotations

from uuid import UUID

from assay.core.annotations.kind import Answer
from assay.core.policy import FixedOverlap, Policy, ReviewAll
from assay.core.tasks import Stage, TurnState
from simulation.world import TaskRow, World

CAT: Answer = {"word": "cat"}
DOG: Answer = {"word": "dog"}

ONE = Policy()
TWO = Policy(overlap=FixedOverlap(2))
REVIEWED = Policy(review=ReviewAll())


def a_world(policy: Policy, annotators: int = 3, reviewers: int = 1, *, list_workers: bool = True) -> World:
    world = World(policy, list_workers)
    for _ in range(annotators):
        world.add_worker("annotate")
    for _ in range(reviewers):
        world.add_worker("review")
    return world


def annotators(world: World) -> list[UUID]:
    return [w for w, row in world.workers.items() if "annotate" in row.stages]


def reviewer(world: World) -> UUID:
    return next(w for w, row in world.workers.items() if "review" in row.stages)


def claim(world: World, worker_id: UUID, stage: Stage = "annotate") -> UUID:
    turn_id = world.claim(worker_id, stage)
    assert turn_id is not None
    return turn_id


def answer(world: World, worker_id: UUID, said: Answer = CAT) -> None:
    world.submit(claim(world, worker_id), said)


def states(task: TaskRow, stage: Stage = "annotate") -> list[TurnState]:
    return [t.state for t in task.turns.values() if t.stage == stage]
