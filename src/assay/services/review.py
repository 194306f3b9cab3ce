"""A reviewer rules where opinions differ."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal
from uuid import UUID

from assay.core.annotations import kind_named
from assay.core.annotations.kind import Answer
from assay.core.errors import Conflict, Invalid, LeaseLost, NotFound
from assay.core.workflow import may_send_back
from assay.services.context import Context
from assay.services.threads import computed
from assay.store import assignments, cases, due, events, projects, tasks
from assay.store.assignments import HeldTurn
from assay.store.connection import from_json, queries
from assay.store.tasks import Task

Verdict = Literal["accept", "fix", "send_back"]
COMMENT_LENGTH_MAX = 10_000


@dataclass(frozen=True)
class Judged:
    """What a reviewer is asked to judge. ``objects`` are core ``ObjectVerdict`` as JSON; the voices are in the order
    that their members refer to, and bear no names."""

    answer: Answer
    agreement: float
    confidence: float
    objects: list[dict[str, Any]]
    voices: list[tuple[UUID, Answer]]
    may_send_back: bool


async def judged(context: Context, turn: HeldTurn) -> Judged:
    """Raises ``NotFound`` when the task has nothing to judge any more."""
    row = await context.tenant.fetchrow(queries("tasks")["task_consensus"], turn.task_id)
    if row is None:
        raise NotFound("There is nothing to review on this task any more.")
    loaded = await cases.load(context.tenant, turn.task_id, context.now)
    return Judged(
        answer=from_json(row["answer"]),
        agreement=row["agreement"],
        confidence=row["confidence"],
        objects=from_json(row["objects"]),
        voices=list(await assignments.voices(context.tenant, row["submission_ids"])),
        may_send_back=may_send_back(loaded.case),
    )


async def rule(
    context: Context,
    turn_id: UUID,
    verdict: Verdict,
    *,
    comment: str | None,
    answer: Any | None,
    duration_seconds: float,
) -> UUID:
    """Takes in a verdict; the review's id. Repeating the same one is safe.

    ``answer`` goes with ``fix`` and only with it; ``send_back`` needs a comment. Raises ``NotFound``,
    ``LeaseLost``, ``Conflict`` when the task may not be sent back again, and ``Invalid``.
    """
    turn = await assignments.get(context.tenant, turn_id)
    if turn.worker_id != context.worker_id:
        raise NotFound(assignments.MISSING)
    if turn.stage != "review":
        raise Conflict("This is not a review turn: submit an answer.")
    said = (comment or "").strip() or None
    if len(said or "") > COMMENT_LENGTH_MAX:
        raise Invalid(f"At most {COMMENT_LENGTH_MAX:,} characters.", "comment")
    if verdict == "send_back" and said is None:
        raise Invalid("Say what should be done differently; the annotator sees it.", "comment")
    if (verdict == "fix") != (answer is not None):
        raise Invalid("An answer goes with the verdict 'fix', and only with it.", "answer")
    if not 0 <= duration_seconds < 1e7:
        raise Invalid("Must be within 0 and 10,000,000 seconds.", "duration_seconds")
    checked = None
    if answer is not None:
        version = await projects.version(context.tenant, turn.project_id, turn.project_version)
        checked = await computed([answer], kind_named(turn.kind).check, answer, turn.asks(version), turn.content)
    if verdict == "send_back" and turn.state == "claimed":
        loaded = await cases.load(context.tenant, turn.task_id, context.now)
        if not may_send_back(loaded.case):
            raise Conflict("This task was sent back as often as the project allows. Accept it or fix it.", "verdict")
    review_id = context.new_id()
    done = await assignments.review(
        context.tenant, turn_id, context.worker_id, review_id, verdict, said, checked, duration_seconds, context.now
    )
    if done is None:
        return await _already_ruled(context, turn_id, verdict, checked)
    await due.mark(context.tenant, [turn.task_id])
    event = events.NewEvent(
        context.new_id(),
        "review.created",
        turn.project_id,
        turn.task_id,
        {"review_id": str(review_id), "verdict": verdict, "comment": said},
    )
    await events.record(context.tenant, context.now, ("worker", context.worker_id), [event])
    return review_id


async def _already_ruled(context: Context, turn_id: UUID, verdict: Verdict, answer: Answer | None) -> UUID:
    row = await context.tenant.fetchrow(queries("assignments")["review_of"], turn_id)
    if row is None:
        raise LeaseLost("Your time for this review ran out and it went back to the queue.")
    if row["verdict"] != verdict or from_json(row["answer"]) != answer:
        raise Conflict("This turn already has another verdict; that one stands.")
    review_id: UUID = row["id"]
    return review_id


async def queue(context: Context, project_id: UUID, *, after: UUID | None, limit: int) -> list[tuple[Any, Task]]:
    """Reviews that wait, oldest first, each with its task's row; one more than ``limit`` where there are more.

    Raises ``NotFound``.
    """
    await projects.get(context.tenant, project_id)
    waiting = await context.tenant.fetch(queries("assignments")["review_queue"], project_id, after, limit + 1)
    return [(row, await tasks.get(context.tenant, row["task_id"])) for row in waiting]
