"""A worker at work on a turn."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Literal
from uuid import UUID

import msgspec

from assay.core.annotations import kind_named
from assay.core.annotations.kind import Answer
from assay.core.errors import Conflict, Invalid, LeaseLost, NotFound, TooLarge
from assay.services import practice
from assay.services.context import Context, Tenants
from assay.services.threads import computed
from assay.store import assignments, at_once, due, events, projects, training
from assay.store.assignments import HeldTurn
from assay.store.at_once import SeenSession
from assay.store.projects import Version

ANSWER_BYTES_MAX = 8 * 1024 * 1024
COMMENT_LENGTH_MAX = 2000


async def submit(
    context: Context, turn_id: UUID, answer: Any, duration_seconds: float, *, given: HeldTurn | None = None
) -> UUID:
    """Takes in the caller's answer; the submission's id. Repeating it with the same answer is safe.

    ``given``: the turn as it was given to the caller, where that is remembered, instead of reading it again.
    Raises ``NotFound``, ``LeaseLost`` when the turn ended before this arrived, ``Conflict`` when it was submitted
    with another answer, and ``Invalid`` naming what is wrong in the answer.
    """
    turn = given if given is not None and given.worker_id == context.worker_id else await _held(context, turn_id)
    version = await projects.version(context.tenant, turn.project_id, turn.project_version)
    checked, text = await _checked(turn, version, answer, duration_seconds)
    if turn.state == "submitted":
        return await _already_submitted(context, turn, checked)
    submission_id = context.new_id()
    done = await assignments.submit(
        context.tenant,
        turn_id,
        context.worker_id,
        submission_id,
        text,
        len(checked.get("annotations", ())),
        duration_seconds,
        context.now,
    )
    if done is None:
        # Nothing was written: the turn ended, or this very answer came in twice at once.
        return await _already_submitted(context, turn, checked)
    await _record(context, turn, "submission.created", {"submission_id": str(submission_id)})
    if turn.is_training:
        await _score(context, turn, version, checked, submission_id)
    return submission_id


async def _score(context: Context, turn: HeldTurn, version: Version, answer: Answer, submission_id: UUID) -> None:
    """Practice is scored at once: whoever handed it in is waiting to see how they did."""
    known = await training.known_answer(context.tenant, turn.task_id)
    options = replace(version.policy.merge.options(), taxonomy=turn.asks(version))
    score = await computed([answer, known], kind_named(turn.kind).score, answer, known, options)
    await training.score(context.tenant, submission_id, score)
    current = (await projects.get(context.tenant, turn.project_id)).current
    _, progress = await practice.looked_at(context, turn.project_id, context.worker_id, current.policy)
    if progress.state == "failed":
        data = {"score": progress.score, "runs": progress.place}
        await practice.said(context, "training.failed", turn.project_id, context.worker_id, data)


async def submit_at_once(
    tenants: Tenants,
    organization_id: UUID,
    session: SeenSession,
    turn: HeldTurn,
    version: Version,
    answer: Any,
    duration_seconds: float,
    *,
    now: datetime,
    submission_id: UUID,
    event_id: UUID,
) -> bool:
    """``submit`` in one round trip, for a turn as it was given to this worker not long ago, under its own version.

    False when nothing was written: then ask ``submit``, which knows why. Raises ``Conflict``, ``Invalid`` and
    ``TooLarge`` for the answer.
    """
    checked, text = await _checked(turn, version, answer, duration_seconds)
    return await at_once.submit(
        tenants,
        organization_id,
        session,
        turn.id,
        submission_id,
        text,
        len(checked.get("annotations", ())),
        duration_seconds,
        now=now,
        event_id=event_id,
    )


async def _checked(turn: HeldTurn, version: Version, answer: Any, duration_seconds: float) -> tuple[Answer, str]:
    """The answer in canonical form, and its JSON."""
    if turn.stage != "annotate":
        raise Conflict("This is a review turn: send a verdict instead of an answer.")
    if not 0 <= duration_seconds < 1e7:
        raise Invalid("Must be within 0 and 10,000,000 seconds.", "duration_seconds")
    checked = await computed([answer], kind_named(turn.kind).check, answer, turn.asks(version), turn.content)
    encoded = msgspec.json.encode(checked)
    if len(encoded) > ANSWER_BYTES_MAX:
        raise TooLarge(f"An answer has at most {ANSWER_BYTES_MAX // 2**20} MiB of JSON.")
    return checked, encoded.decode()


async def _already_submitted(context: Context, turn: HeldTurn, answer: Answer) -> UUID:
    known = await assignments.submission_of(context.tenant, turn.id)
    if known is None:
        now = await _held(context, turn.id)
        if now.state == "cancelled":
            raise LeaseLost(f"This turn was closed meanwhile ({now.reason}). Your answer was not taken.")
        if now.state in ("skipped", "reported", "returned"):
            raise LeaseLost("You gave this task up before, perhaps in another tab. Your answer was not taken.")
        raise LeaseLost("Your time for this task ran out and it went back to the queue. Your answer was not taken.")
    submission_id, earlier, worker_id = known
    if worker_id != context.worker_id:
        raise NotFound(assignments.MISSING)
    if earlier != answer:
        raise Conflict("You answered this task already, perhaps in another tab; that answer stands.")
    return submission_id


async def save_draft(context: Context, turn_id: UUID, answer: Any) -> None:
    """Keeps what the caller has so far. Raises ``NotFound``, ``LeaseLost`` and, for what is no answer, ``Invalid``."""
    turn = await _held(context, turn_id)
    version = await projects.version(context.tenant, turn.project_id, turn.project_version)
    check = kind_named(turn.kind).check
    checked = await computed([answer], check, answer, turn.asks(version), turn.content, complete=False)
    if not await assignments.save_draft(context.tenant, turn_id, context.worker_id, checked, context.now):
        raise LeaseLost("Your time for this task ran out, so the draft was not kept here.")


async def extend(context: Context, turn_id: UUID) -> HeldTurn:
    """More time, once a turn. Raises ``NotFound``, ``LeaseLost`` and ``Conflict`` when it was used before."""
    turn = await _held(context, turn_id)
    version = await projects.version(context.tenant, turn.project_id, turn.project_version)
    if turn.state != "claimed" or turn.lease_until is None:
        raise LeaseLost("This turn has ended; there is nothing to extend.")
    seconds = version.policy.extension_seconds
    if turn.extended or seconds == 0:
        raise Conflict("This turn was extended already. Submit, or return it to the queue.")
    until = turn.lease_until + timedelta(seconds=seconds)
    if not await assignments.extend(context.tenant, turn_id, context.worker_id, until):
        raise LeaseLost("This turn has ended; there is nothing to extend.")
    await _record(context, turn, "assignment.extended", {"assignment_id": str(turn_id)})
    return await assignments.get(context.tenant, turn_id)


async def leave(
    context: Context,
    turn_id: UUID,
    how: Literal["skipped", "reported", "returned"],
    *,
    reason: str | None = None,
    comment: str | None = None,
) -> None:
    """Ends the caller's turn without an answer; the task goes on with somebody else.

    Repeating it is safe. Raises ``NotFound``, ``LeaseLost`` and ``Invalid`` for a comment that is too long.
    """
    if comment is not None and len(comment) > COMMENT_LENGTH_MAX:
        raise Invalid(f"At most {COMMENT_LENGTH_MAX} characters.", "comment")
    turn = await _held(context, turn_id)
    if turn.state == how:
        return
    if turn.is_training and how == "skipped":
        raise Conflict("This is practice and nothing hangs on one task: answer it as well as you can.")
    why = ": ".join(part for part in (reason, comment and comment.strip()) if part) or None
    if await assignments.end(context.tenant, turn_id, context.worker_id, how, why, context.now) is None:
        raise LeaseLost("This turn has ended already.")
    await due.mark(context.tenant, [turn.task_id])
    await _record(context, turn, f"assignment.{how}", {"assignment_id": str(turn_id), "reason": why})


async def _held(context: Context, turn_id: UUID) -> HeldTurn:
    """A turn that is or was the caller's. Raises ``NotFound`` for any other."""
    turn = await assignments.get(context.tenant, turn_id)
    if turn.worker_id != context.worker_id:
        raise NotFound(assignments.MISSING)
    return turn


async def _record(context: Context, turn: HeldTurn, type: str, data: dict[str, Any]) -> None:
    event = events.NewEvent(context.new_id(), type, turn.project_id, turn.task_id, data)
    await events.record(context.tenant, context.now, ("worker", context.worker_id), [event])
