"""Review: what is sent to it, what a verdict does, and what is sent back to whom."""

from __future__ import annotations

from uuid import UUID

import numpy as np
from msgspec.structs import replace

from assay.core.annotations import kind_named
from assay.core.annotations.kind import Answer
from assay.core.policy import (
    FixedOverlap,
    Policy,
    ReviewAll,
    ReviewLowAgreement,
    ReviewSample,
)
from assay.core.steps import CloseTurn, KeepConsensus, OpenTurn, SendToReview
from assay.core.tasks import (
    Case,
    Review,
    Submission,
    Turn,
)
from assay.core.workflow import may_send_back, next_steps
from assay.core.workforce import Standing
from simulation.stories import CAT, DOG, ONE, REVIEWED, a_world, annotators, answer, claim, reviewer, states
from simulation.words import KIND
from simulation.world import START, TaskRow, World


def test_an_accepted_answer_becomes_the_response() -> None:
    world = a_world(REVIEWED)
    task = world.tasks[world.add_task()]
    answer(world, annotators(world)[0])

    world.review(claim(world, reviewer(world), "review"), "accept")

    assert task.response is not None
    assert (task.response.answer, task.response.origin, task.response.confidence) == (CAT, "submission", 1.0)


def test_a_fixed_answer_is_the_reviewers() -> None:
    world = a_world(REVIEWED)
    task = world.tasks[world.add_task()]
    answer(world, annotators(world)[0])

    world.review(claim(world, reviewer(world), "review"), "fix", DOG)

    assert task.response is not None
    assert (task.response.answer, task.response.origin) == (DOG, "review")


def test_an_answer_sent_back_returns_to_its_author_in_a_new_round() -> None:
    world = a_world(REVIEWED)
    task = world.tasks[world.add_task()]
    author, other, _ = annotators(world)
    answer(world, author)

    world.review(claim(world, reviewer(world), "review"), "send_back")

    assert (task.state, task.round) == ("annotating", 2)
    assert world.claim(other, "annotate") is None
    answer(world, author, DOG)
    world.review(claim(world, reviewer(world), "review"), "accept")
    assert task.response is not None
    assert task.response.answer == DOG


def test_several_answers_sent_back_are_asked_of_anyone_again() -> None:
    world = a_world(Policy(overlap=FixedOverlap(2), review=ReviewAll()))
    task = world.tasks[world.add_task()]
    for worker_id in annotators(world)[:2]:
        answer(world, worker_id)

    world.review(claim(world, reviewer(world), "review"), "send_back")

    second_round = [t for t in task.turns.values() if t.round == 2]
    assert [(t.state, t.reserved_for) for t in second_round] == [("open", None)] * 2


def a_send_back(turn_id: UUID) -> Review:
    return Review(id=UUID(int=1), assignment_id=turn_id, verdict="send_back", comment="look again")


def sent_back(policy: Policy = REVIEWED) -> tuple[World, TaskRow, UUID, UUID]:
    """A task whose one answer was sent back to the first of two annotators."""
    world = a_world(policy, annotators=2)
    task = world.tasks[world.add_task()]
    author, other = annotators(world)
    answer(world, author)
    world.review(claim(world, reviewer(world), "review"), "send_back")
    return world, task, author, other


def test_a_turn_reserved_for_a_suspended_worker_falls_to_anyone() -> None:
    world, task, author, other = sent_back()

    world.suspend(author)

    answer(world, other)
    assert task.state == "reviewing"


def test_an_author_suspended_before_the_verdict_gets_no_reservation() -> None:
    world = a_world(REVIEWED, annotators=2)
    task = world.tasks[world.add_task()]
    answer(world, annotators(world)[0])
    review_id = claim(world, reviewer(world), "review")
    case = world.case(task.id)
    turns = tuple(t if t.id != review_id else replace(t, state="submitted") for t in case.turns)
    review = a_send_back(review_id)
    suspended = (Standing(worker_id=annotators(world)[0], suspended=True),)

    steps = next_steps(replace(case, turns=turns, reviews=(review,), standings=suspended), KIND)

    assert OpenTurn("annotate", 2) in steps


def test_a_reservation_survives_being_given_back_and_ends_with_a_lapse() -> None:
    world, task, author, other = sent_back()

    world.give_back(claim(world, author))
    assert world.claim(other, "annotate") is None
    claim(world, author)
    world.pass_time(world.policy.lease_seconds)

    answer(world, other)
    assert task.state == "reviewing"


def test_a_reservation_ends_after_a_day() -> None:
    world, task, _, other = sent_back()

    world.pass_time(86_399)
    assert world.claim(other, "annotate") is None
    world.pass_time(1)

    answer(world, other)
    assert task.state == "reviewing"


def test_after_so_many_times_sent_back_the_reviewer_must_decide() -> None:
    policy = Policy(review=ReviewAll(), send_backs_max=1)
    world, task, author, _ = sent_back(policy)

    answer(world, author)

    assert not may_send_back(world.case(task.id))


def test_one_send_back_too_many_is_passed_over() -> None:
    """As when the policy was tightened while the reviewer was at work."""
    policy = Policy(review=ReviewAll(), send_backs_max=1)
    world, task, author, _ = sent_back(policy)
    answer(world, author)
    turn_id = claim(world, reviewer(world), "review")
    case = world.case(task.id)
    turns = tuple(replace(t, state="submitted") if t.id == turn_id else t for t in case.turns)

    steps = next_steps(replace(case, turns=turns, reviews=(*case.reviews, a_send_back(turn_id))), KIND)

    assert steps == (OpenTurn("review", 2, review_reason="all"),)


def test_low_agreement_is_sent_to_review_and_high_is_not() -> None:
    policy = Policy(overlap=FixedOverlap(2), review=ReviewLowAgreement(0.7))
    world = a_world(policy)
    first, second, _ = annotators(world)
    agreed, disputed = world.tasks[world.add_task()], world.tasks[world.add_task()]

    answer(world, first, CAT)
    answer(world, second, CAT)
    answer(world, first, CAT)
    answer(world, second, DOG)

    assert (agreed.state, disputed.state) == ("completed", "reviewing")


def test_a_turn_of_an_earlier_round_is_closed_and_says_so() -> None:
    stray = Turn(id=UUID(int=7), stage="annotate", round=1, state="claimed", worker_id=UUID(int=4))
    case = Case(task_id=UUID(int=1), state="annotating", policy=ONE, now=START, round=2, turns=(stray,))

    steps = next_steps(case, KIND)

    assert steps == (CloseTurn(stray.id, "cancelled", "another round began"), OpenTurn("annotate", 2))


def test_a_sample_is_the_share_asked_for_and_stable() -> None:
    """2,000 tasks at a rate of 0.3: 600 expected, standard deviation 20.5; the band is five of them wide."""
    sampled = [is_sampled(UUID(int=i), 0.3) for i in range(2000)]

    assert 500 < sum(sampled) < 700
    assert sampled == [is_sampled(UUID(int=i), 0.3) for i in range(2000)]
    assert all(is_sampled(UUID(int=i), 1.0) for i in range(50))
    assert not any(is_sampled(UUID(int=i), 0.0) for i in range(50))


def is_sampled(task_id: UUID, rate: float) -> bool:
    submission = Submission(id=UUID(int=1), assignment_id=UUID(int=2), worker_id=UUID(int=3), round=1, answer=CAT)
    case = Case(
        task_id=task_id,
        state="annotating",
        policy=Policy(review=ReviewSample(rate)),
        now=START,
        submissions=(submission,),
    )
    return any(isinstance(s, SendToReview) for s in next_steps(case, KIND))


def test_a_skipped_review_goes_to_another_reviewer() -> None:
    world = a_world(REVIEWED, reviewers=2)
    task = world.tasks[world.add_task()]
    answer(world, annotators(world)[0])

    world.refuse(claim(world, reviewer(world), "review"), "skipped")

    assert task.state == "reviewing"
    assert states(task, "review") == ["skipped", "open"]
    assert world.claim(reviewer(world), "review") is None


def test_a_suspended_reviewer_loses_the_review() -> None:
    world = a_world(REVIEWED, reviewers=2)
    task = world.tasks[world.add_task()]
    answer(world, annotators(world)[0])
    claim(world, reviewer(world), "review")

    world.suspend(reviewer(world))

    assert states(task, "review") == ["cancelled", "open"]


def test_a_task_goes_back_when_the_author_of_what_is_judged_is_suspended() -> None:
    world = a_world(REVIEWED)
    task = world.tasks[world.add_task()]
    answer(world, annotators(world)[0], DOG)
    claim(world, reviewer(world), "review")

    world.suspend(annotators(world)[0])

    assert (task.state, task.round) == ("annotating", 1)
    assert states(task, "review") == ["cancelled"]
    answer(world, annotators(world)[1], CAT)
    world.review(claim(world, reviewer(world), "review"), "accept")
    assert task.response is not None
    assert task.response.answer == CAT


def test_people_who_disagree_on_a_real_photo_go_to_review_with_what_they_share() -> None:
    """The image kind itself: two of three mark the dog, one the cat beside it."""
    dog = {"type": "box", "id": "d", "label": "dog", "x": 10.0, "y": 10.0, "width": 100.0, "height": 80.0}
    cat = {"type": "box", "id": "c", "label": "cat", "x": 400.0, "y": 300.0, "width": 60.0, "height": 40.0}
    answers: list[Answer] = [{"annotations": [dog]}, {"annotations": [dog]}, {"annotations": [cat]}]
    case = Case(
        task_id=UUID(int=1),
        state="annotating",
        policy=Policy(overlap=FixedOverlap(3), review=ReviewLowAgreement(0.7)),
        now=START,
        submissions=tuple(
            Submission(
                id=UUID(int=10 + i), assignment_id=UUID(int=20 + i), worker_id=UUID(int=30 + i), round=1, answer=a
            )
            for i, a in enumerate(answers)
        ),
    )

    kept, sent, opened = next_steps(case, kind_named("image"))

    assert isinstance(kept, KeepConsensus)
    assert [mark["label"] for mark in kept.merged.answer["annotations"]] == ["dog"]
    assert kept.weights == (0.8, 0.8, 0.8)
    assert sent == SendToReview("low_agreement")
    assert opened == OpenTurn("review", 1, review_reason="low_agreement")


def test_a_stored_agreement_in_single_precision_decides_the_same() -> None:
    """0.7 comes back from a 4-byte column as 0.69999999."""
    policy = Policy(overlap=FixedOverlap(2), review=ReviewLowAgreement(0.7))
    world = a_world(policy)
    task = world.tasks[world.add_task()]
    answer(world, annotators(world)[0])
    answer(world, annotators(world)[1])
    assert task.consensus is not None
    stored = replace(
        world.case(task.id),
        state="annotating",
        response=None,
        consensus=replace(task.consensus, agreement=float(np.float32(0.7))),
    )

    steps = next_steps(stored, KIND)

    assert not any(isinstance(s, SendToReview) for s in steps)
