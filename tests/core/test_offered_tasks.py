"""Tasks whose opinions come from the market: nobody else is asked, and what was approved there is settled."""

from __future__ import annotations

from functools import reduce
from uuid import UUID

from msgspec.structs import replace

from assay.core.policy import FixedOverlap, Policy, ReviewAll
from assay.core.steps import CloseTurn, KeepConsensus, MoveTo, Resolve, SendToReview, Withdraw, applied
from assay.core.tasks import Case, Submission, Turn
from assay.core.workflow import next_steps
from simulation.words import KIND
from simulation.world import START

OFFERED = Case(
    task_id=UUID(int=1), state="annotating", policy=Policy(overlap=FixedOverlap(3)), now=START, offered="open"
)


def approved(number: int, word: str = "cat") -> Submission:
    return Submission(
        id=UUID(int=100 + number),
        assignment_id=UUID(int=200 + number),
        worker_id=UUID(int=300 + number),
        round=1,
        answer={"word": word},
    )


def after(case: Case) -> Case:
    return reduce(applied, next_steps(case, KIND), case)


def test_nobody_of_the_organization_is_asked_while_more_may_come() -> None:
    case = replace(OFFERED, submissions=tuple(approved(n) for n in range(5)))

    assert next_steps(case, KIND) == ()


def test_open_turns_close_once_a_task_is_offered_and_held_ones_stay() -> None:
    turns = (
        Turn(id=UUID(int=7), stage="annotate", round=1, state="open", opened_at=START),
        Turn(id=UUID(int=8), stage="annotate", round=1, state="claimed", worker_id=UUID(int=9)),
    )

    assert next_steps(replace(OFFERED, turns=turns), KIND) == (
        CloseTurn(UUID(int=7), "cancelled", "the task is offered on the market"),
    )


def test_all_that_was_approved_is_merged_however_many_opinions_the_project_asks() -> None:
    """Four of five say cat; the project wants three opinions, which is nobody's concern here."""
    words = ("cat", "cat", "dog", "cat", "cat")
    case = replace(OFFERED, offered="done", submissions=tuple(approved(n, word) for n, word in enumerate(words)))

    kept, resolved = next_steps(case, KIND)

    assert isinstance(kept, KeepConsensus)
    assert len(kept.submission_ids) == 5
    assert isinstance(resolved, Resolve)
    assert (resolved.answer, resolved.confidence, resolved.origin) == ({"word": "cat"}, 0.8, "consensus")


def test_one_approved_answer_is_the_response() -> None:
    done = after(replace(OFFERED, offered="done", submissions=(approved(1),)))

    assert done.state == "completed"
    assert done.response is not None
    assert done.response.origin == "submission"


def test_a_task_that_nobody_answered_waits_until_nobody_is_to_answer_it() -> None:
    assert next_steps(replace(OFFERED, offered="done"), KIND) == ()
    assert next_steps(replace(OFFERED, offered="over"), KIND) == (MoveTo("cancelled"),)


def test_reviewers_of_the_organization_look_where_its_policy_says_so() -> None:
    case = replace(OFFERED, offered="done", submissions=(approved(1),), policy=Policy(review=ReviewAll()))

    steps = next_steps(case, KIND)

    assert any(isinstance(step, SendToReview) for step in steps)


def test_an_extension_takes_the_answer_back_and_the_task_to_work() -> None:
    done = after(replace(OFFERED, offered="done", submissions=(approved(1), approved(2))))

    assert next_steps(replace(done, offered="open"), KIND) == (Withdraw(), MoveTo("annotating"))


def test_an_extension_ends_a_review_that_was_asked_for() -> None:
    policy = Policy(review=ReviewAll())
    reviewing = after(replace(OFFERED, offered="done", submissions=(approved(1),), policy=policy))
    assert reviewing.state == "reviewing"

    open_again = after(replace(reviewing, offered="open"))

    assert (open_again.state, [turn.state for turn in open_again.turns]) == ("annotating", ["cancelled"])


def test_an_approval_that_came_late_is_heard() -> None:
    first = after(replace(OFFERED, offered="done", submissions=(approved(1, "dog"),)))

    late = after(replace(first, submissions=(approved(1, "dog"), approved(2), approved(3))))

    assert late.response is not None
    assert late.response.answer == {"word": "cat"}
    assert next_steps(late, KIND) == ()


def test_a_corrected_answer_stays_when_an_approval_comes_late() -> None:
    first = after(replace(OFFERED, offered="done", submissions=(approved(1, "dog"),)))
    assert first.response is not None
    audited = replace(first, response=replace(first.response, origin="audit"), submissions=(approved(1), approved(2)))

    assert next_steps(audited, KIND) == ()
