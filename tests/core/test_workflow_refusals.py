"""What becomes of a turn nobody finishes, and of its task: refused, lapsed, given back, cancelled."""

from __future__ import annotations

from datetime import timedelta

import pytest

from assay.core.errors import Conflict
from assay.core.policy import (
    FixedOverlap,
    Policy,
)
from assay.core.tasks import (
    Command,
)
from assay.core.workflow import commanded, next_check_at
from simulation.stories import CAT, ONE, TWO, a_world, annotators, answer, claim, states
from simulation.world import START


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
