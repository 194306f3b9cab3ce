"""What may follow from a case: small values, each written to rows by itself, each safe to write twice.

    step            rows it changes                                                  skipped when
    OpenTurn        one assignment inserted, open                                    -
    CloseTurn       that assignment's state and reason                               it is closed already
    ScoreGold       that submission's gold score; the worker's standing              it has a score
    SuspendWorker   the worker's standing; advances their other unfinished tasks     they are suspended
    KeepConsensus   the task's consensus, replaced                                   same submissions
    SendToReview    task to reviewing, with the reason                               it is there
    StartRound      task to annotating in that round                                 the round has begun
    Resolve         the response inserted, task completed                            there is one
    Withdraw        the response deleted                                             there is none
    MarkBroken      task broken, with the reason                                     it is broken
    MoveTo          the task's state                                                 it is there

``applied`` says the same as a function on cases. It is what makes ``workflow.next_steps`` able to look ahead, and
what the SQL of the service layer is held against.
"""

from __future__ import annotations

from typing import Literal, TypeAlias
from uuid import UUID

import msgspec
from msgspec.structs import replace

from assay.core.annotations.kind import Answer, Merged
from assay.core.tasks import (
    TASK_TRANSITIONS,
    TURN_TRANSITIONS,
    Case,
    Consensus,
    Origin,
    Response,
    ReviewReason,
    Stage,
    TaskState,
    Turn,
)


class OpenTurn(msgspec.Struct, frozen=True, tag=True):
    """``reserved_for``: only this worker may claim it. ``review_reason``: why a review is asked for."""

    stage: Stage
    round: int
    reserved_for: UUID | None = None
    review_reason: ReviewReason | None = None


class CloseTurn(msgspec.Struct, frozen=True, tag=True):
    turn_id: UUID
    state: Literal["expired", "cancelled"]
    reason: str


class ScoreGold(msgspec.Struct, frozen=True, tag=True):
    """``score`` within [0, 1]; ``right`` when it reaches the rule's bar."""

    submission_id: UUID
    worker_id: UUID
    score: float
    right: bool


class SuspendWorker(msgspec.Struct, frozen=True, tag=True):
    """Whoever writes this must also advance every unfinished task on which the worker has a live turn, a
    reservation or an unresolved submission: those cases say by themselves what is to be replaced."""

    worker_id: UUID
    reason: str


class KeepConsensus(msgspec.Struct, frozen=True, tag=True):
    """``submission_ids`` and ``weights`` are in the order of the merge's voices: the indexes in
    ``merged.objects[].members`` point into them."""

    merged: Merged
    submission_ids: tuple[UUID, ...]
    weights: tuple[float, ...]


class SendToReview(msgspec.Struct, frozen=True, tag=True):
    """The kept consensus (of one voice or several) is what the reviewer judges."""

    reason: ReviewReason


class StartRound(msgspec.Struct, frozen=True, tag=True):
    round: int
    reason: Literal["sent_back", "reopened", "no_longer_gold", "rejected"]


class Resolve(msgspec.Struct, frozen=True, tag=True):
    """``confidence`` within [0, 1]."""

    answer: Answer
    confidence: float
    origin: Origin


class Withdraw(msgspec.Struct, frozen=True, tag=True):
    """The answer is a result no longer: it became a test, or an audit rejected or replaced it."""


class MarkBroken(msgspec.Struct, frozen=True, tag=True):
    reason: str


class MoveTo(msgspec.Struct, frozen=True, tag=True):
    state: Literal["annotating", "cancelled"]


Step: TypeAlias = (
    OpenTurn
    | CloseTurn
    | ScoreGold
    | SuspendWorker
    | KeepConsensus
    | SendToReview
    | StartRound
    | Resolve
    | Withdraw
    | MarkBroken
    | MoveTo
)


def applied(case: Case, step: Step, turn_id: UUID | None = None) -> Case:
    """The case once the step is taken.

    ``turn_id`` is the id of the row an ``OpenTurn`` made; without one it gets a placeholder. A step that breaks
    the tables of transitions is a bug and stops here.
    """
    match step:
        case OpenTurn(stage, round_, reserved_for):
            opened = Turn(
                id=turn_id or UUID(int=len(case.turns)),
                stage=stage,
                round=round_,
                state="open",
                reserved_for=reserved_for,
                opened_at=case.now,
            )
            return replace(case, turns=(*case.turns, opened))
        case CloseTurn(closed_id, state, reason):
            return replace(case, turns=tuple(_closed(t, state, reason) if t.id == closed_id else t for t in case.turns))
        case ScoreGold(submission_id, worker_id, score, right):
            scored = tuple(replace(s, gold_score=score) if s.id == submission_id else s for s in case.submissions)
            return _with_standing(replace(case, submissions=scored), worker_id, right=right)
        case SuspendWorker(worker_id):
            return _with_standing(case, worker_id, suspended=True)
        case KeepConsensus(merged, submission_ids):
            kept = Consensus(
                submission_ids=submission_ids,
                answer=merged.answer,
                confidence=merged.confidence,
                agreement=merged.agreement,
            )
            return replace(case, consensus=kept)
        case SendToReview():
            return _moved(case, "reviewing")
        case StartRound(round_):
            return replace(_moved(case, "annotating"), round=round_)
        case Resolve(answer, confidence, origin):
            response = Response(answer=answer, confidence=confidence, origin=origin)
            return replace(_moved(case, "completed"), response=response)
        case Withdraw():
            return replace(case, response=None)
        case MarkBroken():
            return _moved(case, "broken")
        case MoveTo(state):
            return _moved(case, state)


def _moved(case: Case, state: TaskState) -> Case:
    assert state in TASK_TRANSITIONS[case.state], f"task {case.task_id} cannot go from {case.state} to {state}"
    return replace(case, state=state)


def _closed(turn: Turn, state: Literal["expired", "cancelled"], reason: str) -> Turn:
    assert state in TURN_TRANSITIONS[turn.state], f"turn {turn.id} cannot go from {turn.state} to {state}"
    return replace(turn, state=state, reason=reason, lease_until=None)


def _with_standing(case: Case, worker_id: UUID, *, right: bool | None = None, suspended: bool | None = None) -> Case:
    standing = case.standing(worker_id)
    if right is not None:
        standing = standing.after_gold(right)
    if suspended is not None:
        standing = replace(standing, suspended=suspended)
    others = tuple(s for s in case.standings if s.worker_id != worker_id)
    return replace(case, standings=(*others, standing))
