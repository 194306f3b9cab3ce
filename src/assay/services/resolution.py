"""A task advances: core decides, this writes."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from functools import partial
from uuid import UUID

from assay.core.annotations import kind_named
from assay.core.annotations.kind import Answer
from assay.core.audits import AuditVerdict as AuditVerdict
from assay.core.audits import audited, check
from assay.core.batches import is_open
from assay.core.content import FileItem, TextItem
from assay.core.errors import Invalid, NotFound
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
from assay.services.threads import computed, others_first
from assay.store import attachments, audits, awaited, batches, cases, due, events, tasks
from assay.store.cases import LoadedCase
from assay.store.changes import Changes


async def advance(context: Context, task_id: UUID) -> Sequence[Step]:
    """Writes whatever follows from what is known of a task. Safe to repeat. Raises ``NotFound``."""
    loaded = await cases.load(context.tenant, task_id, context.now)
    steps = await _next(loaded)
    await _write(context, [(loaded, steps)])
    return steps


async def advance_all(context: Context, task_ids: Sequence[UUID]) -> None:
    """The same for many tasks at once, in as many statements as for one. Ids that are no task's are passed over."""
    loaded = await cases.load_all(context.tenant, task_ids, context.now)
    together, later = _one_gold_each(loaded)
    await due.mark(context.tenant, [one.case.task_id for one in later])
    decided = []
    for one in together:
        decided.append((one, await _next(one)))
        # Forty decisions are many milliseconds; whoever claims or submits meanwhile need not wait for all of them.
        await others_first()
    await _write(context, decided)


async def _next(loaded: LoadedCase) -> Sequence[Step]:
    answers = [submission.answer for submission in loaded.case.counted()]
    return await computed(answers, next_steps, loaded.case, kind_named(loaded.kind))


def _one_gold_each(loaded: Sequence[LoadedCase]) -> tuple[list[LoadedCase], list[LoadedCase]]:
    """Those that may advance together, and those that wait for the next time: what a worker's answer to one gold
    does to their standing must be known when the next one is scored."""
    together, later = [], []
    met: set[tuple[UUID, UUID]] = set()
    for one in loaded:
        if one.case.training:
            together.append(one)
            continue
        unscored = {(one.project_id, s.worker_id) for s in one.case.submissions if s.gold_score is None}
        if one.case.gold is not None and unscored & met:
            later.append(one)
            continue
        if one.case.gold is not None:
            met |= unscored
        together.append(one)
    return together, later


async def command(context: Context, task_id: UUID, order: Command, *, gold: Answer | None = None) -> None:
    """Carries out a manager's command and what follows from it.

    ``gold``: the known answer, for ``make_gold``. Raises ``NotFound``, ``Conflict`` when the task's state does not
    allow it, and ``Invalid`` for an answer that does not fit the project.
    """
    loaded = await cases.load(context.tenant, task_id, context.now)
    ordered = commanded(loaded.case, order)
    kind = kind_named(loaded.kind)
    if order == "make_gold":
        if gold is None:
            raise Invalid("Give the known answer.", "answer")
        task = await tasks.get(context.tenant, task_id)
        checked = kind.check(gold, task.taxonomy or loaded.version.taxonomy, task.content)
        await tasks.set_gold(context.tenant, task_id, checked, context.now)
    elif order == "unmake_gold":
        await tasks.set_gold(context.tenant, task_id, None, context.now)
    said = _event(context, loaded, f"task.{_PAST[order]}")
    await events.record(context.tenant, context.now, context.caller.actor, [said])
    await _write(context, [(loaded, ordered)])
    await advance(context, task_id)
    if loaded.batch_id is not None and order in ("make_gold", "unmake_gold"):
        # A gold is no part of what its batch is to deliver.
        await _settle(context, [loaded.batch_id])


async def audit(
    context: Context,
    task_id: UUID,
    verdict: AuditVerdict,
    *,
    comment: str | None = None,
    answer: Answer | None = None,
    duration_seconds: float = 0.0,
) -> UUID:
    """Takes in what a customer says of a finished answer, and carries out what follows; the audit's id.

    ``answer``: the customer's own, for ``fix`` only. Raises ``NotFound``, ``Conflict`` for a task without an answer to
    judge, and ``Invalid``.
    """
    said = check(verdict, comment, answer, duration_seconds)
    loaded = await cases.load(context.tenant, task_id, context.now)
    if answer is not None:
        task = await tasks.get(context.tenant, task_id)
        asked = task.taxonomy or loaded.version.taxonomy
        answer = await computed([answer], kind_named(loaded.kind).check, answer, asked, task.content)
    steps = audited(loaded.case, verdict, answer)
    replaced = loaded.case.response if steps else None
    made = audits.NewAudit(context.new_id(), task_id, loaded.case.round, verdict, said, duration_seconds)
    auditor = context.caller.name or context.caller.kind
    await audits.insert(context.tenant, made, replaced, context.caller.actor, auditor, context.now)
    data: dict[str, object] = {"audit_id": str(made.id), "verdict": verdict, "comment": said}
    await events.record(
        context.tenant, context.now, context.caller.actor, [_event(context, loaded, "task.audited", data)]
    )
    await _write(context, [(loaded, steps)])
    await advance(context, task_id)
    return made.id


_PAST = {"cancel": "cancelled", "reopen": "reopened", "make_gold": "made_gold", "unmake_gold": "made_ordinary"}


async def _write(context: Context, decided: Sequence[tuple[LoadedCase, Sequence[Step]]]) -> None:
    changes, said, touched = Changes(), list[events.NewEvent](), set[UUID]()
    for loaded, steps in decided:
        case = loaded.case
        for step in steps:
            await _take(context, changes, loaded, case, step, said)
            case = applied(case, step)
        if loaded.batch_id is not None and is_open(case) != is_open(loaded.case):
            touched.add(loaded.batch_id)
    context.opened.extend(await changes.write(context.tenant, context.now))
    await events.record(context.tenant, context.now, context.caller.actor, said)
    await _settle(context, touched)


async def _settle(context: Context, batch_ids: Collection[UUID]) -> None:
    if batch_ids:
        await batches.settle(context.tenant, sorted(batch_ids), context.now, context.caller.actor, context.new_ids)


async def _take(
    context: Context, changes: Changes, loaded: LoadedCase, case: Case, step: Step, said: list[events.NewEvent]
) -> None:
    """Adds what one step changes to ``changes`` and its event to ``said``. ``case`` is as it stands before the step."""
    task_id, project_id = case.task_id, loaded.project_id
    match step:
        case OpenTurn(stage, round_, reserved_for, reason):
            turn = tasks.NewTurn(
                context.new_id(),
                task_id,
                stage,
                round_,
                loaded.priority,
                reserved_for,
                reason,
                loaded.rank,
                loaded.kept and stage == "annotate",
            )
            changes.open_turn(project_id, turn)
        case CloseTurn(turn_id, state, reason):
            changes.close_turn(turn_id, state, reason)
            said.append(
                _event(context, loaded, f"assignment.{state}", {"assignment_id": str(turn_id), "reason": reason})
            )
        case ScoreGold(submission_id, worker_id, score, right):
            changes.score_gold(submission_id, score, right)
            answered = {
                "submission_id": str(submission_id),
                "worker_id": str(worker_id),
                "score": score,
                "right": right,
            }
            said.append(_event(context, loaded, "gold.answered", answered))
        case SuspendWorker(worker_id, reason):
            # At once, as it is rare and other tasks follow from it: those that it touches are looked for in the rows.
            suspension_id = context.new_id()
            touched = await tasks.suspend(context.tenant, suspension_id, project_id, worker_id, reason, context.now)
            # Another task of those that advance together may have come to the same.
            if touched is not None:
                await due.mark(context.tenant, [other for other in touched if other != task_id])
                data: dict[str, object] = {"worker_id": str(worker_id), "reason": reason}
                said.append(_event(context, loaded, "worker.suspended", data))
        case KeepConsensus():
            _keep(context, changes, loaded, case, step)
        case SendToReview(reason):
            changes.move(task_id, "reviewing", case.round)
            said.append(_event(context, loaded, "task.sent_to_review", {"reason": reason}))
        case StartRound(round_, reason):
            changes.move(task_id, "annotating", round_)
            said.append(_event(context, loaded, "task.round_started", {"round": round_, "reason": reason}))
        case Resolve(answer, confidence, origin):
            changes.resolve(task_id, answer, confidence, origin)
            said.append(_event(context, loaded, "task.completed", {"confidence": confidence, "origin": origin}))
        case Withdraw():
            changes.withdraw(task_id)
            said.append(_event(context, loaded, "task.response_withdrawn"))
        case MarkBroken(reason):
            changes.move(task_id, "broken", case.round, broken_reason=reason)
            said.append(_event(context, loaded, "task.broken", {"reason": reason}))
        case MoveTo(state):
            changes.move(task_id, state, case.round)
            if state != case.state and case.state == "preparing":
                said.append(_event(context, loaded, "task.ready"))


def _keep(context: Context, changes: Changes, loaded: LoadedCase, case: Case, step: KeepConsensus) -> None:
    """Keeps a consensus and, beside each submission that went into it, how far it agrees with the whole."""
    kind, options = kind_named(loaded.kind), case.merging()
    answers = {submission.id: submission.answer for submission in case.submissions}
    agreements = [kind.agreement(answers[id_], step.merged.answer, options) for id_ in step.submission_ids]
    changes.keep_consensus(context.new_id(), case.task_id, case.round, step, agreements)


def _event(context: Context, loaded: LoadedCase, type: str, data: dict[str, object] | None = None) -> events.NewEvent:
    return events.NewEvent(context.new_id(), type, loaded.project_id, loaded.case.task_id, data or {})


async def photo_arrived(context: Context, attachment_id: UUID, stored: StoredPhoto) -> None:
    """A fetched photo is here: the tasks that waited for it advance. Safe to repeat."""
    attachment = await attachments.get(context.tenant, attachment_id)
    if attachment.state == "pending":
        shown = await awaited.photo_arrived(context.tenant, attachment, stored)
        waiting = await attachments.mark_ready(context.tenant, attachment, stored)
        await due.mark(context.tenant, [*waiting, *shown])


async def item_arrived(context: Context, attachment_id: UUID, item: TextItem | FileItem) -> None:
    """Something fetched that is no photo becomes part of the content that waited for it. Safe to repeat."""
    await due.mark(context.tenant, await awaited.item_arrived(context.tenant, attachment_id, item))


async def pages_arrived(context: Context, attachment_id: UUID, pages: Sequence[StoredPhoto]) -> None:
    """The pages of a fetched document are here. Safe to repeat. Raises ``Invalid`` where the task would show too many,
    or begins with an answer about a page that is not there."""
    try:
        attachment = await attachments.get(context.tenant, attachment_id)
    except NotFound:
        return
    ids = context.new_ids(len(pages))
    shown = await awaited.pages_arrived(context.tenant, attachment, ids, pages, context.now)
    for task_id in shown:
        task = await tasks.get(context.tenant, task_id)
        if task.prelabels is not None:
            loaded = await cases.load(context.tenant, task_id, context.now)
            asked = task.taxonomy or loaded.version.taxonomy
            check = partial(kind_named(loaded.kind).check, complete=False)
            await computed([task.prelabels], check, task.prelabels, asked, task.content)
    await due.mark(context.tenant, shown)


async def wanted_as(context: Context, attachment_id: UUID) -> str:
    """What is fetched is to become this: "image", "pages", "text", "audio", "video" or "pdf"."""
    return await awaited.wanted_as(context.tenant, attachment_id) or "image"


async def photo_failed(context: Context, attachment_id: UUID, failure: str, status: int | None = None) -> None:
    """A photo cannot be had: the tasks that waited for it say why. ``status``: what its address answered, where that is
    the reason. Safe to repeat."""
    await awaited.failed(context.tenant, attachment_id)
    waiting = await attachments.mark_failed(context.tenant, attachment_id, failure, status)
    await due.mark(context.tenant, waiting)


async def pending_photo(context: Context, attachment_id: UUID) -> attachments.Attachment | None:
    """The attachment, if it still waits to be fetched."""
    found = await attachments.get(context.tenant, attachment_id)
    return found if found.state == "pending" else None
