"""What follows when a customer judges a finished answer."""

from __future__ import annotations

import pytest

from assay.core.audits import AuditVerdict, audited, check
from assay.core.errors import Conflict, Invalid
from assay.core.policy import Policy, ReviewAll
from simulation.stories import CAT, DOG, ONE, TWO, a_world, annotators, answer, claim, reviewer, states
from simulation.world import TaskRow, World


def a_finished_task(policy: Policy = ONE, people: int = 2) -> tuple[World, TaskRow]:
    world = a_world(policy, people)
    task = world.tasks[world.add_task()]
    for worker_id in annotators(world)[: 2 if policy is TWO else 1]:
        answer(world, worker_id)
    if isinstance(policy.review, ReviewAll):
        world.review(claim(world, reviewer(world), "review"), "accept")
    assert task.state == "completed"
    return world, task


@pytest.mark.parametrize("verdict", ["accept", "comment"])
def test_an_accepted_answer_stays(verdict: AuditVerdict) -> None:
    world, task = a_finished_task()
    before = task.response

    world.audit(task.id, verdict)

    assert (task.state, task.response, task.round) == ("completed", before, 1)


def test_a_corrected_answer_is_the_customers() -> None:
    world, task = a_finished_task()

    world.audit(task.id, "fix", DOG)

    assert task.response is not None
    assert (task.response.answer, task.response.origin, task.response.confidence) == (DOG, "audit", 1.0)
    assert (task.state, task.round, [kept.answer for kept in task.replaced]) == ("completed", 1, [CAT])


def test_a_rejected_task_is_done_again_from_nothing() -> None:
    world, task = a_finished_task(TWO)

    world.audit(task.id, "reject")

    assert (task.state, task.round, task.response) == ("annotating", 2, None)
    assert states(task) == ["submitted", "submitted", "open", "open"]
    assert [kept.answer for kept in task.replaced] == [CAT]

    # Those who answered may answer again: in a small team nobody else is there.
    for worker_id in annotators(world):
        answer(world, worker_id, DOG)
    assert task.response is not None
    assert (task.response.answer, task.response.origin) == (DOG, "consensus")


def test_a_rejected_task_is_reviewed_again_where_all_are() -> None:
    world, task = a_finished_task(Policy(review=ReviewAll()))

    world.audit(task.id, "reject")
    answer(world, annotators(world)[0], DOG)

    assert task.state == "reviewing"
    world.review(claim(world, reviewer(world), "review"), "accept")
    assert task.response is not None
    assert task.response.answer == DOG


def test_an_answer_may_be_rejected_as_often_as_it_is_given() -> None:
    world, task = a_finished_task()
    for round_ in range(2, 6):
        world.audit(task.id, "reject")
        assert (task.state, task.round) == ("annotating", round_)
        answer(world, annotators(world)[round_ % 2])

    world.audit(task.id, "accept")

    assert (task.state, len(task.replaced)) == ("completed", 4)


def test_only_a_finished_answer_is_judged() -> None:
    world = a_world(ONE)
    unfinished = world.add_task()
    gold = world.add_task(gold=True)
    cancelled = world.add_task()
    world.command(cancelled, "cancel")

    for task_id in (unfinished, gold, cancelled):
        for verdict in ("accept", "fix", "comment", "reject"):
            with pytest.raises(Conflict, match="Only a completed task"):
                audited(world.case(task_id), verdict, DOG)


@pytest.mark.parametrize(
    ("verdict", "comment", "given", "seconds", "field"),
    [
        ("comment", None, None, 1, "comment"),
        ("comment", "  ", None, 1, "comment"),
        ("reject", "x" * 10_001, None, 1, "comment"),
        ("reject", "a\0b", None, 1, "comment"),
        ("fix", None, None, 1, "answer"),
        ("accept", None, CAT, 1, "answer"),
        ("accept", None, None, -1, "duration_seconds"),
        ("accept", None, None, float("nan"), "duration_seconds"),
    ],
)
def test_what_is_wrong_with_an_audit_is_named(
    verdict: AuditVerdict, comment: str | None, given: object, seconds: float, field: str
) -> None:
    with pytest.raises(Invalid) as refused:
        check(verdict, comment, given, seconds)

    assert [problem.field for problem in refused.value.problems] == [field]


def test_an_empty_comment_is_none() -> None:
    assert check("reject", "  ", None, 0) is None
    assert check("accept", " fine ", None, 0) == "fine"
