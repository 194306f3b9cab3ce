"""What follows from a case, one rule at a time, told as small stories in the simulated world."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import numpy as np
import pytest
from msgspec.structs import replace

from assay.core.annotations import kind_named
from assay.core.annotations.kind import Answer
from assay.core.errors import Conflict
from assay.core.policy import (
    AdaptiveOverlap,
    FixedOverlap,
    GoldRule,
    Overlap,
    Policy,
    ReviewAll,
    ReviewLowAgreement,
    ReviewSample,
)
from assay.core.steps import CloseTurn, KeepConsensus, MoveTo, OpenTurn, Resolve, SendToReview
from assay.core.tasks import (
    TASK_TRANSITIONS,
    TURN_TRANSITIONS,
    Case,
    Command,
    Consensus,
    Review,
    Stage,
    Submission,
    Turn,
    TurnState,
)
from assay.core.workflow import RULES, commanded, first_turns, may_send_back, next_check_at, next_steps
from assay.core.workforce import Standing
from simulation import KIND, START, TaskRow, World

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


# --- refusals, expiry, cancellation ---


def test_a_skipped_turn_goes_to_another_worker() -> None:
    world = a_world(ONE)
    task = world.tasks[world.add_task()]
    first, second, _ = annotators(world)

    world.refuse(claim(world, first), "skipped")

    assert states(task) == ["skipped", "open"]
    assert world.claim(first, "annotate") is None
    answer(world, second)
    assert task.state == "completed"


def test_a_task_enough_workers_refuse_is_broken_with_their_reasons() -> None:
    world = a_world(Policy(overlap=FixedOverlap(3), skips_max=2))
    task = world.tasks[world.add_task()]
    first, second, third = annotators(world)
    claim(world, third)

    world.refuse(claim(world, first), "reported", "does_not_load")
    world.refuse(claim(world, second), "reported", "does_not_load")

    assert task.state == "broken"
    assert task.broken_reason == "reported: does_not_load (2)"
    assert "open" not in states(task)
    assert "claimed" not in states(task)


def test_a_task_its_only_annotator_refuses_does_not_wait_for_ever() -> None:
    world = a_world(Policy(skips_max=5), annotators=1)
    task = world.tasks[world.add_task()]

    world.refuse(claim(world, annotators(world)[0]), "skipped", "too_hard")

    assert task.state == "broken"


def test_a_task_is_not_set_aside_while_someone_may_give_their_turn_back() -> None:
    world = a_world(Policy(overlap=FixedOverlap(2), skips_max=5), annotators=2)
    task = world.tasks[world.add_task()]
    first, second = annotators(world)
    held = claim(world, second)

    world.refuse(claim(world, first), "skipped")
    assert task.broken_reason is None
    world.submit(held, CAT)

    assert task.state == "broken"


def test_enough_answers_matter_more_than_refusals() -> None:
    world = a_world(Policy(skips_max=2), annotators=3)
    task = world.tasks[world.add_task()]

    world.refuse(claim(world, annotators(world)[0]), "skipped")
    answer(world, annotators(world)[1])

    assert task.state == "completed"


def test_a_reopened_task_starts_afresh_and_its_refusers_may_take_it_again() -> None:
    world = a_world(Policy(skips_max=1), annotators=1)
    task = world.tasks[world.add_task()]
    world.refuse(claim(world, annotators(world)[0]), "skipped")

    world.command(task.id, "reopen")
    answer(world, annotators(world)[0])

    assert (task.state, task.round) == ("completed", 2)


def test_an_ended_lease_opens_a_fresh_turn_that_the_same_worker_may_take() -> None:
    """Or a project with a single annotator would stop at the first coffee break."""
    world = a_world(ONE, annotators=1)
    task = world.tasks[world.add_task()]
    claim(world, annotators(world)[0])

    world.pass_time(ONE.lease_seconds)

    assert states(task) == ["expired", "open"]
    answer(world, annotators(world)[0])
    assert task.state == "completed"


def test_a_lease_that_runs_is_left_alone() -> None:
    world = a_world(ONE)
    task = world.tasks[world.add_task()]
    claim(world, annotators(world)[0])

    world.pass_time(ONE.lease_seconds - 1)

    assert states(task) == ["claimed"]
    assert next_check_at(world.case(task.id)) == START + timedelta(seconds=ONE.lease_seconds)


def test_a_returned_turn_leaves_no_mark() -> None:
    world = a_world(ONE)
    task = world.tasks[world.add_task()]
    worker_id = annotators(world)[0]

    world.give_back(claim(world, worker_id))

    assert states(task) == ["returned", "open"]
    answer(world, worker_id)
    assert task.state == "completed"


def test_cancelling_closes_every_turn_and_nothing_opens_again() -> None:
    world = a_world(TWO)
    task = world.tasks[world.add_task()]
    claim(world, annotators(world)[0])

    world.command(task.id, "cancel")
    world.pass_time(1_000_000)

    assert task.state == "cancelled"
    assert states(task) == ["cancelled", "cancelled"]
    assert {t.reason for t in task.turns.values()} == {"the task is cancelled"}


def test_cancelling_a_finished_task_is_a_conflict() -> None:
    world = a_world(ONE)
    task = world.tasks[world.add_task()]
    answer(world, annotators(world)[0])

    with pytest.raises(Conflict, match="completed"):
        commanded(world.case(task.id), "cancel")


@pytest.mark.parametrize("command", ["reopen", "make_gold"])
def test_a_task_without_a_readable_photo_can_only_be_cancelled(command: Command) -> None:
    world = a_world(ONE)
    task = world.tasks[world.add_task(media="failed")]

    with pytest.raises(Conflict, match="cannot be read"):
        commanded(world.case(task.id), command)
    world.command(task.id, "cancel")

    assert task.state == "cancelled"


# --- golds and standing ---

GOLDS_ONLY = GoldRule(rate=1.0)
STRICT = Policy(gold=GoldRule(rate=1.0, accuracy_min=0.9, answers_min=2))


def test_a_gold_opens_no_turns_and_gets_no_response() -> None:
    world = a_world(STRICT)
    task = world.tasks[world.add_task(gold=True)]

    answer(world, annotators(world)[0])

    assert (task.state, task.response) == ("annotating", None)
    assert states(task) == ["submitted"]
    assert task.submissions[0].gold_score == 1.0
    assert world.workers[annotators(world)[0]].standing.golds_right == 1


def test_a_worker_who_falls_short_of_the_bar_is_suspended_with_a_reason() -> None:
    """By Wilson's formula 0 of 2 right gives at most 0.658 and 0 of 1 at most 0.793: one is not enough to judge."""
    world = a_world(STRICT)
    for _ in range(2):
        world.add_task(gold=True)
    worker_id = annotators(world)[0]

    answer(world, worker_id, DOG)
    assert not world.workers[worker_id].standing.suspended
    answer(world, worker_id, DOG)

    assert world.workers[worker_id].standing.suspended
    assert world.claim(worker_id, "annotate") is None


def test_bad_luck_within_the_interval_does_not_suspend() -> None:
    """3 of 4 right reaches up to 0.954 by Wilson's formula, above the bar of 0.9."""
    world = a_world(STRICT)
    for _ in range(4):
        world.add_task(gold=True)
    worker_id = annotators(world)[0]

    for said in (CAT, CAT, CAT, DOG):
        answer(world, worker_id, said)

    assert not world.workers[worker_id].standing.suspended


def test_a_suspended_workers_turns_and_unresolved_answers_are_replaced() -> None:
    world = a_world(TWO)
    spammer, second, third = annotators(world)
    answered, held = world.tasks[world.add_task()], world.tasks[world.add_task()]
    answer(world, spammer, DOG)
    claim(world, spammer)

    world.suspend(spammer)

    assert states(answered) == ["submitted", "open", "open"]
    assert states(held).count("open") == 2
    assert "claimed" not in states(held)
    answer(world, second)
    answer(world, third)
    assert answered.response is not None
    assert answered.response.confidence == 1.0


def test_a_finished_task_does_not_change_when_its_author_is_suspended() -> None:
    world = a_world(ONE)
    task = world.tasks[world.add_task()]
    answer(world, annotators(world)[0], DOG)
    response = task.response

    world.suspend(annotators(world)[0])

    assert (task.state, task.response) == ("completed", response)


def test_a_reinstated_worker_starts_afresh_and_their_answers_count_again() -> None:
    world = a_world(TWO)
    task = world.tasks[world.add_task()]
    worker_id = annotators(world)[0]
    answer(world, worker_id)
    world.suspend(worker_id)

    world.reinstate(worker_id)

    assert states(task) == ["submitted", "open", "cancelled"]
    answer(world, annotators(world)[1])
    assert task.state == "completed"


def test_making_a_gold_of_a_live_task_closes_its_open_turns_and_scores_what_is_there() -> None:
    world = a_world(TWO)
    task = world.tasks[world.add_task()]
    answer(world, annotators(world)[0], DOG)

    world.command(task.id, "make_gold")

    assert states(task) == ["submitted", "cancelled"]
    assert task.submissions[0].gold_score == 0.0


def test_who_is_at_work_when_a_task_becomes_a_gold_may_finish_and_is_measured() -> None:
    world = a_world(ONE)
    task = world.tasks[world.add_task()]
    held = claim(world, annotators(world)[0])

    world.command(task.id, "make_gold")
    world.submit(held, CAT)

    assert task.submissions[0].gold_score == 1.0


def test_making_a_gold_of_a_task_under_review_closes_the_review() -> None:
    world = a_world(REVIEWED)
    task = world.tasks[world.add_task()]
    answer(world, annotators(world)[0])
    claim(world, reviewer(world), "review")

    world.command(task.id, "make_gold")

    assert task.state == "annotating"
    assert states(task, "review") == ["cancelled"]


def test_making_a_gold_of_a_finished_task_withdraws_its_response() -> None:
    world = a_world(ONE)
    task = world.tasks[world.add_task()]
    answer(world, annotators(world)[0])

    world.command(task.id, "make_gold")

    assert (task.state, task.response) == ("annotating", None)


def test_a_task_that_is_no_gold_any_more_is_worked_on_from_the_beginning() -> None:
    world = a_world(Policy(gold=GOLDS_ONLY))
    task = world.tasks[world.add_task(gold=True)]
    answer(world, annotators(world)[0])

    world.command(task.id, "unmake_gold")

    assert (task.state, task.round, states(task)) == ("annotating", 2, ["submitted", "open"])


def test_a_gold_survives_a_few_refusals_when_many_answered() -> None:
    world = a_world(Policy(gold=GOLDS_ONLY, skips_max=1), annotators=3)
    task = world.tasks[world.add_task(gold=True)]
    first, second, third = annotators(world)

    answer(world, first)
    answer(world, second)
    world.refuse(claim(world, third), "skipped")

    assert task.state == "annotating"


def test_a_gold_nobody_can_answer_is_set_aside() -> None:
    world = a_world(Policy(gold=GOLDS_ONLY, skips_max=2))
    task = world.tasks[world.add_task(gold=True)]

    world.refuse(claim(world, annotators(world)[0]), "reported")
    world.refuse(claim(world, annotators(world)[1]), "reported")

    assert task.state == "broken"


# --- review ---


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


# --- the tables ---


def test_every_state_has_rules_and_transitions() -> None:
    assert set(RULES) == set(TASK_TRANSITIONS) | {"gold"}
    assert {state for targets in TURN_TRANSITIONS.values() for state in targets} <= set(TURN_TRANSITIONS)


def test_steps_written_half_way_are_continued() -> None:
    case = Case(task_id=UUID(int=1), state="preparing", policy=TWO, now=START)
    first, *rest = next_steps(case, KIND)
    assert first == MoveTo("annotating")

    continued = next_steps(replace(case, state="annotating"), KIND)

    assert continued == tuple(rest)


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
