"""The world: its tasks, its workers, its clock, and what anybody may do in it.

It stands for store and services in tests of the workflow. Rows are written here by other code than
``steps.applied``, and bad rows are refused as the database's constraints refuse them, so that what the workflow
believes of its steps is held against what writing them does. Every act ends by advancing the tasks it touched and
checking what must hold of them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from uuid import UUID

from msgspec.structs import replace

from assay.core.annotations.kind import Answer
from assay.core.audits import AuditVerdict, audited
from assay.core.policy import Policy
from assay.core.routing import Asker, gold_is_due, why_not
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
from assay.core.tasks import (
    TASK_TRANSITIONS,
    TURN_TRANSITIONS,
    Case,
    Command,
    Consensus,
    MediaState,
    Response,
    Review,
    Stage,
    Submission,
    TaskState,
    Turn,
    TurnState,
    Verdict,
)
from assay.core.workflow import commanded, may_send_back, next_check_at, next_steps
from assay.core.workforce import Standing
from simulation.invariants import check_after, check_before, check_resolution, check_turns
from simulation.words import KIND

START = datetime(2026, 1, 5, 9, tzinfo=UTC)


@dataclass
class TaskRow:
    id: UUID
    state: TaskState
    truth: str
    gold: Answer | None = None
    media: MediaState = "ready"
    round: int = 1
    broken_reason: str | None = None
    turns: dict[UUID, Turn] = field(default_factory=dict)
    submissions: list[Submission] = field(default_factory=list)
    reviews: list[Review] = field(default_factory=list)
    consensus: Consensus | None = None
    response: Response | None = None
    # What audits did away with.
    replaced: list[Response] = field(default_factory=list)


@dataclass
class WorkerRow:
    standing: Standing
    stages: frozenset[Stage]
    accuracy: float
    claims: int = 0
    since_gold: int = 0


@dataclass
class World:
    policy: Policy
    list_workers: bool = True
    now: datetime = START
    tasks: dict[UUID, TaskRow] = field(default_factory=dict)
    workers: dict[UUID, WorkerRow] = field(default_factory=dict)
    touched: list[UUID] = field(default_factory=list)
    ids: int = 0

    # --- people and tasks come in ---

    def add_worker(self, *stages: Stage, accuracy: float = 1.0) -> UUID:
        id_ = self._new_id()
        self.workers[id_] = WorkerRow(Standing(worker_id=id_), frozenset(stages), accuracy)
        return id_

    def add_task(self, truth: str = "cat", *, gold: bool = False, media: MediaState = "ready") -> UUID:
        id_ = self._new_id()
        self.tasks[id_] = TaskRow(id_, "preparing", truth, {"word": truth} if gold else None, media)
        self._advance(id_)
        return id_

    def media_arrives(self, task_id: UUID, media: MediaState) -> None:
        self.tasks[task_id].media = media
        self._advance(task_id)

    # --- what workers do ---

    def claim(self, worker_id: UUID, stage: Stage, chance: float = 0.999) -> UUID | None:
        """The turn claimed: a gold when one is due, otherwise the first open turn that fits; none when none does."""
        worker = self.workers[worker_id]
        if stage == "annotate" and gold_is_due(worker.since_gold, worker.claims, self.policy.gold.rate, chance):
            for task in self.tasks.values():
                if task.gold is None or task.state != "annotating":
                    continue
                turn = Turn(id=self._new_id(), stage="annotate", round=task.round, state="open", opened_at=self.now)
                if why_not(self.asker(worker_id), turn, task.turns.values()) is None:
                    task.turns[turn.id] = turn
                    return self._claimed(task, turn, worker_id)
        for task, turn in self.open_turns(stage):
            if why_not(self.asker(worker_id), turn, task.turns.values()) is None:
                return self._claimed(task, turn, worker_id)
        return None

    def submit(self, turn_id: UUID, answer: Answer) -> None:
        task, turn = self._held(turn_id, "annotate")
        self._close(task, turn, "submitted")
        assert turn.worker_id is not None
        submission = Submission(
            id=self._new_id(), assignment_id=turn_id, worker_id=turn.worker_id, round=turn.round, answer=answer
        )
        task.submissions.append(submission)
        self._advance(task.id)

    def review(self, turn_id: UUID, verdict: Verdict, answer: Answer | None = None) -> None:
        task, turn = self._held(turn_id, "review")
        assert verdict != "send_back" or may_send_back(self.case(task.id))
        self._close(task, turn, "submitted")
        task.reviews.append(
            Review(id=self._new_id(), assignment_id=turn_id, verdict=verdict, comment="look again", answer=answer)
        )
        self._advance(task.id)

    def refuse(self, turn_id: UUID, state: TurnState, reason: str = "unclear") -> None:
        """Skip or report."""
        task, turn = self._held(turn_id)
        self._close(task, turn, state, reason)
        self._advance(task.id)

    def give_back(self, turn_id: UUID) -> None:
        task, turn = self._held(turn_id)
        self._close(task, turn, "returned")
        self._advance(task.id)

    # --- what managers and the clock do ---

    def command(self, task_id: UUID, command: Command) -> None:
        task = self.tasks[task_id]
        steps = commanded(self.case(task_id), command)
        if command == "make_gold":
            task.gold = {"word": task.truth}
        elif command == "unmake_gold":
            task.gold = None
        for step in steps:
            self._write(task, step)
        self._advance(task_id)

    def audit(self, task_id: UUID, verdict: AuditVerdict, answer: Answer | None = None) -> None:
        task = self.tasks[task_id]
        case = self.case(task_id)
        steps = audited(case, verdict, answer)
        if steps and task.response is not None:
            task.replaced.append(task.response)
        for step in steps:
            case = applied(case, step, self._write(task, step))
        assert self.case(task_id) == case, "writing the steps did something else than core believes"
        self._advance(task_id)

    def suspend(self, worker_id: UUID) -> None:
        self._suspend(worker_id)
        self._advance_touched()

    def reinstate(self, worker_id: UUID) -> None:
        self.workers[worker_id].standing = Standing(worker_id=worker_id)
        self.touched.extend(self._unfinished_of(worker_id))
        self._advance_touched()

    def pass_time(self, seconds: float) -> None:
        """The clock moves on and every case whose time has come is looked at."""
        self.now += timedelta(seconds=seconds)
        for task_id in self.tasks:
            check_at = next_check_at(self.case(task_id))
            if check_at is not None and check_at <= self.now:
                self._advance(task_id)

    # --- what there is to see ---

    def case(self, task_id: UUID) -> Case:
        task = self.tasks[task_id]
        involved = {w for t in task.turns.values() for w in (t.worker_id, t.reserved_for) if w is not None}
        return Case(
            task_id=task.id,
            state=task.state,
            policy=self.policy,
            now=self.now,
            round=task.round,
            media=task.media,
            gold=task.gold,
            turns=tuple(task.turns.values()),
            submissions=tuple(task.submissions),
            reviews=tuple(task.reviews),
            consensus=task.consensus,
            response=task.response,
            standings=tuple(self.workers[w].standing for w in sorted(involved)),
            annotators=self._who("annotate") if self.list_workers else None,
            reviewers=self._who("review") if self.list_workers else None,
        )

    def open_turns(self, stage: Stage | None = None) -> Iterator[tuple[TaskRow, Turn]]:
        for task in self.tasks.values():
            for turn in task.turns.values():
                if turn.state == "open" and stage in (None, turn.stage):
                    yield task, turn

    def held_turns(self) -> list[Turn]:
        return [t for task in self.tasks.values() for t in task.turns.values() if t.state == "claimed"]

    def task_of(self, turn_id: UUID) -> TaskRow:
        return next(task for task in self.tasks.values() if turn_id in task.turns)

    # --- writing steps, as the service layer does ---

    def _advance(self, task_id: UUID) -> None:
        self.touched.append(task_id)
        self._advance_touched()

    def _advance_touched(self) -> None:
        while self.touched:
            task = self.tasks[self.touched.pop(0)]
            case = self.case(task.id)
            steps = next_steps(case, KIND)
            check_before(case, steps)
            for step in steps:
                opened = self._write(task, step)
                case = applied(case, step, opened)
            check_after(self.case(task.id), believed=case)

    def _write(self, task: TaskRow, step: Step) -> UUID | None:
        match step:
            case OpenTurn(stage, round_, reserved_for):
                id_ = self._new_id()
                task.turns[id_] = Turn(
                    id=id_, stage=stage, round=round_, state="open", reserved_for=reserved_for, opened_at=self.now
                )
                return id_
            case CloseTurn(turn_id, state, reason):
                self._close(task, task.turns[turn_id], state, reason)
            case ScoreGold(submission_id, worker_id, score, right):
                index = next(i for i, s in enumerate(task.submissions) if s.id == submission_id)
                assert task.submissions[index].gold_score is None
                task.submissions[index] = replace(task.submissions[index], gold_score=score)
                worker = self.workers[worker_id]
                worker.standing = replace(
                    worker.standing,
                    golds_answered=worker.standing.golds_answered + 1,
                    golds_right=worker.standing.golds_right + right,
                )
            case SuspendWorker(worker_id):
                self._suspend(worker_id)
            case KeepConsensus(merged, submission_ids):
                task.consensus = Consensus(
                    submission_ids=submission_ids,
                    answer=merged.answer,
                    confidence=merged.confidence,
                    agreement=merged.agreement,
                )
            case SendToReview():
                self._move(task, "reviewing")
            case StartRound(round_):
                assert round_ == task.round + 1
                self._move(task, "annotating")
                task.round = round_
            case Resolve(answer, confidence, origin):
                assert task.response is None
                check_resolution(self.case(task.id), origin)
                task.response = Response(answer=answer, confidence=confidence, origin=origin)
                self._move(task, "completed")
            case Withdraw():
                assert task.gold is not None or task.response in task.replaced
                task.response = None
            case MarkBroken(reason):
                assert reason
                self._move(task, "broken")
                task.broken_reason = reason
            case MoveTo(state):
                self._move(task, state)
        return None

    def _move(self, task: TaskRow, state: TaskState) -> None:
        assert state in TASK_TRANSITIONS[task.state]
        task.state = state

    def _close(self, task: TaskRow, turn: Turn, state: TurnState, reason: str | None = None) -> None:
        assert state in TURN_TRANSITIONS[turn.state], f"{turn.state} to {state}"
        task.turns[turn.id] = replace(turn, state=state, reason=reason, lease_until=None)

    def _suspend(self, worker_id: UUID) -> None:
        worker = self.workers[worker_id]
        worker.standing = replace(worker.standing, suspended=True)
        self.touched.extend(self._unfinished_of(worker_id))

    def _unfinished_of(self, worker_id: UUID) -> list[UUID]:
        return [
            task.id
            for task in self.tasks.values()
            if task.state in ("annotating", "reviewing")
            and any(worker_id in (t.worker_id, t.reserved_for) for t in task.turns.values())
        ]

    def _claimed(self, task: TaskRow, turn: Turn, worker_id: UUID) -> UUID:
        worker = self.workers[worker_id]
        worker.claims += 1
        worker.since_gold = 0 if task.gold is not None else worker.since_gold + 1
        lease_until = self.now + timedelta(seconds=self.policy.lease_seconds)
        task.turns[turn.id] = replace(turn, state="claimed", worker_id=worker_id, lease_until=lease_until)
        check_turns(self.case(task.id))
        return turn.id

    def _held(self, turn_id: UUID, stage: Stage | None = None) -> tuple[TaskRow, Turn]:
        task = self.task_of(turn_id)
        turn = task.turns[turn_id]
        assert turn.state == "claimed"
        assert stage in (None, turn.stage)
        return task, turn

    def asker(self, worker_id: UUID) -> Asker:
        worker = self.workers[worker_id]
        return Asker(worker_id=worker_id, stages=worker.stages, suspended=worker.standing.suspended)

    def _who(self, stage: Stage) -> frozenset[UUID]:
        return frozenset(w for w, r in self.workers.items() if stage in r.stages and not r.standing.suspended)

    def _new_id(self) -> UUID:
        self.ids += 1
        return UUID(int=self.ids << 64)
