"""Golds and standing: who is measured, who is suspended, and what becomes of their answers."""

from __future__ import annotations

from assay.core.policy import (
    GoldRule,
    Policy,
)
from simulation.stories import CAT, DOG, ONE, REVIEWED, TWO, a_world, annotators, answer, claim, reviewer, states

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
