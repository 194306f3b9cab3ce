"""A turn as the worker's page is shown it."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from assay.core.photos import StoredPhoto
from assay.core.policy import TrainingRule
from assay.faces.http import House
from assay.faces.media import Asker, media_of, shown_items
from assay.faces.worker import wire
from assay.services import projects, review, routing, tasks, training
from assay.services.context import Context
from assay.services.routing import HeldTurn, SentBack, Version


async def held(home: House, context: Context, turn: HeldTurn) -> wire.Turn:
    """A turn the caller holds, with what was said of it before: sent back with a comment, or given to be judged."""
    version = await projects.version(context, turn.project_id, turn.project_version)
    sent_back = await routing.sent_back(context, turn)
    judge = None
    if turn.stage == "review" and turn.state == "claimed":
        judged = await review.judged(context, turn)
        judge = wire.Judge(
            answer=judged.answer,
            agreement=judged.agreement,
            confidence=judged.confidence,
            reason=turn.reason,
            objects=judged.objects,
            voices=[wire.Voice(chr(ord("A") + i % 26), id_, answer) for i, (id_, answer) in enumerate(judged.voices)],
            may_send_back=judged.may_send_back,
        )
    photos = await tasks.photos_shown(context, turn.items)
    practice = await training_of(context, turn.project_id) if turn.is_training else None
    return given(home, context, turn, version, sent_back, judge, photos, practice)


async def training_of(context: Context, project_id: UUID) -> wire.Training:
    """Where the caller stands in the training of a project."""
    rule = (await projects.get(context, project_id)).current.policy.training
    return _training(await training.progress(context, project_id), rule)


async def practised(context: Context, turn_id: UUID) -> wire.Practised | None:
    """What the practice of one of the caller's turns came to; none where it was none."""
    turn = await routing.own_turn(context, turn_id)
    found = await training.practised(context, turn) if turn.is_training else None
    if found is None:
        return None
    rule = (await projects.get(context, turn.project_id)).current.policy.training
    return wire.Practised(score=found.score, answer=found.answer, training=_training(found.progress, rule))


def _training(at: training.Progress, rule: TrainingRule) -> wire.Training:
    return wire.Training(
        state=at.state,
        done=at.done,
        wanted=at.wanted,
        score=at.score,
        score_min=rule.score_min,
        run=at.place,
        runs_max=rule.runs_max,
    )


def given(
    home: House,
    asker: Asker,
    turn: HeldTurn,
    version: Version,
    sent_back: SentBack | None = None,
    judge: wire.Judge | None = None,
    photos: Mapping[UUID, StoredPhoto] | None = None,
    practice: wire.Training | None = None,
) -> wire.Turn:
    """A turn whose project's version is at hand, for whoever has the right to its photos. ``photos``: those of its
    content."""
    assert turn.claimed_at is not None, "a held turn was claimed"
    media = None
    if turn.photo is not None and turn.attachment_id is not None:
        media = media_of(home, asker, turn.attachment_id, turn.photo)
    return wire.Turn(
        assignment_id=turn.id,
        task_id=turn.task_id,
        project_id=turn.project_id,
        project_name=turn.project_name,
        kind=turn.kind,
        stage=turn.stage,
        round=turn.round,
        claimed_at=turn.claimed_at,
        lease_until=turn.lease_until or asker.now,
        extension_available=not turn.extended and version.policy.extension_seconds > 0,
        server_time=asker.now,
        instructions=turn.reads(version),
        taxonomy=turn.asks(version),
        media=media,
        content=shown_items(home, asker, turn.items, photos or {}),
        prelabels=turn.prelabels,
        draft=turn.draft,
        sent_back=None if sent_back is None else wire.SentBack(sent_back.comment, sent_back.answer, sent_back.by),
        review=judge,
        practice=practice,
    )
