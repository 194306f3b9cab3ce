"""A task advances: core decides, this writes."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from assay.core.annotations import kind_named
from assay.core.annotations.kind import Answer, MediaSize
from assay.core.errors import Invalid
from assay.core.photos import StoredPhoto
from assay.core.steps import (
    CloseTurn,
    KeepConsensus,
    MarkBroken,
    MoveTo,
    OpenTurn,
    Resolve,
    ScoreGold,
    SendToReview,
    StartRound,
    Step,
    SuspendWorker,
    Withdraw,
    applied,
)
from assay.core.tasks import Case
from assay.core.tasks import Command as Command
from assay.core.workflow import commanded, next_steps
from assay.services.context import Context
from assay.services.threads import computed
from assay.store import attachments, events, jobs, tasks
from assay.store.tasks import LoadedCase


async def advance(context: Context, task_id: UUID) -> Sequence[Step]:
    """Writes whatever follows from what is known of a task. Safe to repeat. Raises ``NotFound``."""
    loaded = await tasks.load_case(context.tenant, task_id, context.now)
    answers = [submission.answer for submission in loaded.case.counted()]
    steps = await computed(answers, next_steps, loaded.case, kind_named(loaded.kind))
    await _write(context, loaded, steps)
    return steps


async def command(context: Context, task_id: UUID, order: Command, *, gold: Answer | None = None) -> None:
    """Carries out a manager's command and what follows from it.

    ``gold``: the known answer, for ``make_gold``. Raises ``NotFound``, ``Conflict`` when the task's state does not
    allow it, and ``Invalid`` for an answer that does not fit the project.
    """
    loaded = await tasks.load_case(context.tenant, task_id, context.now)
    ordered = commanded(loaded.case, order)
    kind = kind_named(loaded.kind)
    if order == "make_gold":
        if gold is None:
            raise Invalid("Give the known answer.", "answer")
        photo = (await tasks.get(context.tenant, task_id)).photo
        size = None if photo is None else MediaSize(photo.width, photo.height)
        checked = kind.check(gold, loaded.version.taxonomy, size)
        await tasks.set_gold(context.tenant, task_id, checked, context.now)
    elif order == "unmake_gold":
        await tasks.set_gold(context.tenant, task_id, None, context.now)
    said = _event(context, loaded, f"task.{_PAST[order]}")
    await events.record(context.tenant, context.now, context.caller.actor, [said])
    await _write(context, loaded, ordered)
    await advance(context, task_id)


_PAST = {"cancel": "cancelled", "reopen": "reopened", "make_gold": "made_gold", "unmake_gold": "made_ordinary"}


async def _write(context: Context, loaded: LoadedCase, steps: Sequence[Step]) -> None:
    case = loaded.case
    said: list[events.NewEvent] = []
    for step in steps:
        await _take(context, loaded, case, step, said)
        case = applied(case, step)
    await events.record(context.tenant, context.now, context.caller.actor, said)


async def _take(context: Context, loaded: LoadedCase, case: Case, step: Step, said: list[events.NewEvent]) -> None:
    """Writes one step and adds its event to ``said``. ``case`` is as it stands before the step."""
    tenant, now, task_id, project_id = context.tenant, context.now, case.task_id, loaded.project_id
    match step:
        case OpenTurn(stage, round_, reserved_for, reason):
            turn = tasks.NewTurn(context.new_id(), task_id, stage, round_, loaded.priority, reserved_for, reason)
            position = await tasks.open_turns(tenant, project_id, now, [turn])
            if position is not None:
                context.opened.append((project_id, stage, position))
        case CloseTurn(turn_id, state, reason):
            await tasks.close_turn(tenant, turn_id, state, reason, now)
            said.append(
                _event(context, loaded, f"assignment.{state}", {"assignment_id": str(turn_id), "reason": reason})
            )
        case ScoreGold(submission_id, worker_id, score, right):
            await tasks.score_gold(tenant, submission_id, score, right)
            answered = {
                "submission_id": str(submission_id),
                "worker_id": str(worker_id),
                "score": score,
                "right": right,
            }
            said.append(_event(context, loaded, "gold.answered", answered))
        case SuspendWorker(worker_id, reason):
            touched = await tasks.suspend(tenant, context.new_id(), project_id, worker_id, reason, now)
            await jobs.enqueue(tenant, "advance_task", [other for other in touched if other != task_id])
            said.append(_event(context, loaded, "worker.suspended", {"worker_id": str(worker_id), "reason": reason}))
        case KeepConsensus():
            await _keep(context, loaded, case, step)
        case SendToReview(reason):
            await tasks.move(tenant, task_id, "reviewing", case.round)
            said.append(_event(context, loaded, "task.sent_to_review", {"reason": reason}))
        case StartRound(round_, reason):
            await tasks.move(tenant, task_id, "annotating", round_)
            said.append(_event(context, loaded, "task.round_started", {"round": round_, "reason": reason}))
        case Resolve(answer, confidence, origin):
            await tasks.resolve(tenant, task_id, answer, confidence, origin, now)
            said.append(_event(context, loaded, "task.completed", {"confidence": confidence, "origin": origin}))
        case Withdraw():
            await tasks.withdraw(tenant, task_id)
            said.append(_event(context, loaded, "task.response_withdrawn"))
        case MarkBroken(reason):
            await tasks.move(tenant, task_id, "broken", case.round, broken_reason=reason)
            said.append(_event(context, loaded, "task.broken", {"reason": reason}))
        case MoveTo(state):
            await tasks.move(tenant, task_id, state, case.round)
            if state != case.state and case.state == "preparing":
                said.append(_event(context, loaded, "task.ready"))


async def _keep(context: Context, loaded: LoadedCase, case: Case, step: KeepConsensus) -> None:
    """Keeps a consensus and, beside each submission that went into it, how far it agrees with the whole."""
    kind, options = kind_named(loaded.kind), case.policy.merge.options()
    answers = {submission.id: submission.answer for submission in case.submissions}
    agreements = [kind.agreement(answers[id_], step.merged.answer, options) for id_ in step.submission_ids]
    await tasks.keep_consensus(
        context.tenant, context.new_id(), case.task_id, case.round, step, agreements, context.now
    )


def _event(context: Context, loaded: LoadedCase, type: str, data: dict[str, object] | None = None) -> events.NewEvent:
    return events.NewEvent(context.new_id(), type, loaded.project_id, loaded.case.task_id, data or {})


async def photo_arrived(context: Context, attachment_id: UUID, stored: StoredPhoto) -> None:
    """A fetched photo is here: the tasks that waited for it advance. Safe to repeat."""
    attachment = await attachments.get(context.tenant, attachment_id)
    if attachment.state == "pending":
        waiting = await attachments.mark_ready(context.tenant, attachment, stored)
        await jobs.enqueue(context.tenant, "advance_task", waiting)


async def photo_failed(context: Context, attachment_id: UUID, failure: str) -> None:
    """A photo cannot be had: the tasks that waited for it say why. Safe to repeat."""
    waiting = await attachments.mark_failed(context.tenant, attachment_id, failure)
    await jobs.enqueue(context.tenant, "advance_task", waiting)


async def pending_photo(context: Context, attachment_id: UUID) -> attachments.Attachment | None:
    """The attachment, if it still waits to be fetched."""
    found = await attachments.get(context.tenant, attachment_id)
    return found if found.state == "pending" else None
