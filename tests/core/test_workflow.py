"""What follows from a case, one rule at a time, told as small stories in the simulated world."""

from __future__ import annotations

from uuid import UUID

import pytest
from msgspec.structs import replace

from assay.core.policy import (
    AdaptiveOverlap,
    FixedOverlap,
    Overlap,
    Policy,
)
from assay.core.steps import KeepConsensus, MoveTo, OpenTurn, Resolve
from assay.core.tasks import (
    TASK_TRANSITIONS,
    TURN_TRANSITIONS,
    Case,
    Consensus,
    Submission,
)
from assay.core.workflow import RULES, first_turns, next_steps
from assay.core.workforce import Standing
from simulation.stories import CAT, DOG, ONE, TWO, a_world, annotators, answer, claim, states
from simulation.words import KIND
from simulation.world import START

# --- beginning ---


def test_a_task_waits_for_its_photo() -> None:
    world = a_world(TWO)

    task = world.tasks[world.add_task(media="waiting")]

    assert (task.state, states(task)) == ("preparing", [])


def test_a_task_opens_as_many_turns_as_opinions_are_asked_once_its_photo_is_there() -> None:
    world = a_world(TWO)
    task = world.tasks[world.add_task(media="waiting")]

    world.media_arrives(task.id, "ready")

    assert (task.state, states(task)) == ("annotating", ["open", "open"])


def test_a_task_whose_photo_cannot_be_read_is_broken_and_says_so() -> None:
    case = Case(
        task_id=UUID(int=1),
        state="preparing",
        policy=ONE,
        now=START,
        media="failed",
        media_problem="a GIF, which is not supported",
    )

    (step,) = next_steps(case, KIND)

    assert "GIF" in getattr(step, "reason", "")


@pytest.mark.parametrize(
    ("overlap", "turns"), [(FixedOverlap(1), 1), (FixedOverlap(4), 4), (AdaptiveOverlap(2, 5), 2)], ids=str
)
def test_first_turns_are_those_next_steps_opens(overlap: Overlap, turns: int) -> None:
    policy = Policy(overlap=overlap)

    steps = next_steps(Case(task_id=UUID(int=1), state="annotating", policy=policy, now=START), KIND)

    assert first_turns(policy) == turns
    assert steps == (OpenTurn("annotate", 1),) * turns


# --- fixed overlap ---


def test_a_lone_answer_is_the_response_with_the_trust_its_author_earned() -> None:
    world = a_world(ONE)
    task = world.tasks[world.add_task()]
    worker_id = annotators(world)[0]
    world.workers[worker_id].standing = Standing(worker_id=worker_id, golds_answered=5, golds_right=5)

    answer(world, worker_id)

    assert task.response is not None
    assert (task.response.answer, task.response.origin) == (CAT, "submission")
    # By hand: (5 + 4) / (5 + 5).
    assert task.response.confidence == 0.9


def test_the_response_waits_for_every_opinion_of_a_fixed_overlap() -> None:
    world = a_world(Policy(overlap=FixedOverlap(3)))
    task = world.tasks[world.add_task()]
    first, second, third = annotators(world)

    answer(world, first)
    answer(world, second)
    assert task.response is None
    answer(world, third, DOG)

    assert task.response is not None
    assert (task.response.answer, task.response.origin) == (CAT, "consensus")
    assert task.response.confidence == pytest.approx(2 / 3)


def test_a_worker_proven_by_golds_outweighs_one_proven_wrong() -> None:
    """Posterior means by hand: 9 of 10 right gives 13/15; 1 of 10 gives 5/15."""
    world = a_world(TWO, annotators=2)
    good, bad = annotators(world)
    world.workers[good].standing = Standing(worker_id=good, golds_answered=10, golds_right=9)
    world.workers[bad].standing = Standing(worker_id=bad, golds_answered=10, golds_right=1)
    task = world.tasks[world.add_task("dog")]

    answer(world, bad, CAT)
    answer(world, good, DOG)

    assert task.response is not None
    assert task.response.answer == DOG
    assert task.response.confidence == pytest.approx(13 / 18)


def test_no_more_opinions_are_merged_than_were_asked_for() -> None:
    """A reinstated worker's answer and the one that replaced it may both be there; the older ones count."""
    submissions = tuple(
        Submission(id=UUID(int=i), assignment_id=UUID(int=10 + i), worker_id=UUID(int=20 + i), round=1, answer=said)
        for i, said in enumerate([CAT, CAT, DOG])
    )
    case = Case(task_id=UUID(int=1), state="annotating", policy=TWO, now=START, submissions=submissions)

    kept, resolved = next_steps(case, KIND)

    assert isinstance(kept, KeepConsensus)
    assert kept.submission_ids == (UUID(int=0), UUID(int=1))
    assert resolved == Resolve(CAT, 1.0, "consensus")


def test_what_was_merged_in_an_earlier_round_is_not_taken_for_a_lone_answer() -> None:
    """As when the project stopped reviewing after the task had been sent back."""
    submission = Submission(id=UUID(int=2), assignment_id=UUID(int=3), worker_id=UUID(int=4), round=2, answer=DOG)
    earlier = Consensus(submission_ids=(UUID(int=9),), answer=CAT, confidence=1.0, agreement=1.0)
    case = Case(
        task_id=UUID(int=1),
        state="annotating",
        policy=ONE,
        now=START,
        round=2,
        submissions=(submission,),
        consensus=earlier,
    )

    assert next_steps(case, KIND) == (Resolve(DOG, 0.8, "submission"),)


# --- adaptive overlap ---


def test_adaptive_overlap_stops_when_the_first_opinions_agree() -> None:
    world = a_world(Policy(overlap=AdaptiveOverlap(2, 5)))
    task = world.tasks[world.add_task()]

    for worker_id in annotators(world)[:2]:
        answer(world, worker_id)

    assert task.state == "completed"
    assert len(task.submissions) == 2


def test_adaptive_overlap_asks_one_more_at_a_time() -> None:
    world = a_world(Policy(overlap=AdaptiveOverlap(2, 4, agreement_min=0.9)), annotators=5)
    task = world.tasks[world.add_task()]

    answer(world, annotators(world)[0], CAT)
    answer(world, annotators(world)[1], DOG)
    after_two = states(task).count("open")
    answer(world, annotators(world)[2], CAT)
    after_three = states(task).count("open")
    answer(world, annotators(world)[3], CAT)

    assert (after_two, after_three) == (1, 1)
    assert task.state == "completed"
    assert len(task.submissions) == 4
    assert task.response is not None
    assert task.response.answer == CAT


def test_a_claimed_turn_counts_so_that_none_is_opened_twice() -> None:
    world = a_world(Policy(overlap=AdaptiveOverlap(2, 5)), annotators=4)
    task = world.tasks[world.add_task()]
    answer(world, annotators(world)[0], CAT)
    answer(world, annotators(world)[1], DOG)
    claim(world, annotators(world)[2])

    assert next_steps(world.case(task.id), KIND) == ()
    assert states(task) == ["submitted", "submitted", "claimed"]


def test_adaptive_overlap_settles_when_nobody_else_can_be_asked() -> None:
    world = a_world(Policy(overlap=AdaptiveOverlap(2, 5)), annotators=2)
    task = world.tasks[world.add_task()]

    answer(world, annotators(world)[0], CAT)
    answer(world, annotators(world)[1], DOG)

    assert task.state == "completed"


# --- the tables ---


def test_every_state_has_rules_and_transitions() -> None:
    assert set(RULES) == set(TASK_TRANSITIONS) | {"gold", "training", "on_offer", "decided"}
    assert {state for targets in TURN_TRANSITIONS.values() for state in targets} <= set(TURN_TRANSITIONS)


def test_steps_written_half_way_are_continued() -> None:
    case = Case(task_id=UUID(int=1), state="preparing", policy=TWO, now=START)
    first, *rest = next_steps(case, KIND)
    assert first == MoveTo("annotating")

    continued = next_steps(replace(case, state="annotating"), KIND)

    assert continued == tuple(rest)
