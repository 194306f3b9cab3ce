"""One task and everything known of it, as values; and the table of its states.

    preparing ──> annotating ──> reviewing ──> completed     (made up: at once)
                   ^   ^  │          │
                   │   └──┼──────────┘  sent back, or the judged answer lost its author
                   │      v
                   └── broken           any unfinished state ──> cancelled

A task is worked on in *rounds*, from 1. A round starts from nothing: only the turns and submissions of the
present round count towards its answer. Being sent back, reopened, freed from being a gold, or rejected by the
customer starts another.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Literal, TypeAlias
from uuid import UUID

import msgspec

from assay.core.annotations.kind import Answer, Content, MergeOptions
from assay.core.errors import Conflict
from assay.core.policy import Policy
from assay.core.taxonomy import Taxonomy
from assay.core.workforce import Standing

TaskState: TypeAlias = Literal["preparing", "annotating", "reviewing", "completed", "cancelled", "broken"]
TurnState: TypeAlias = Literal[
    "open", "claimed", "submitted", "skipped", "reported", "expired", "returned", "cancelled"
]
Stage: TypeAlias = Literal["annotate", "review"]
MediaState: TypeAlias = Literal["waiting", "ready", "failed"]
Verdict: TypeAlias = Literal["accept", "fix", "send_back"]
Origin: TypeAlias = Literal["submission", "consensus", "review", "audit", "made_up"]
ReviewReason: TypeAlias = Literal["low_agreement", "all", "sample"]
Command: TypeAlias = Literal["cancel", "reopen", "make_gold", "unmake_gold"]
# Answers may come from the market; all that came are decided on; nobody is to answer any more.
Offered: TypeAlias = Literal["open", "done", "over"]

# Where a task may go from each state. Completed is left to become a gold or when an audit rejects the answer, and
# entered again with the answer that an audit corrects; cancelled is never left.
TASK_TRANSITIONS: Mapping[TaskState, frozenset[TaskState]] = {
    "preparing": frozenset({"annotating", "completed", "broken", "cancelled"}),
    "annotating": frozenset({"annotating", "reviewing", "completed", "broken", "cancelled"}),
    "reviewing": frozenset({"annotating", "completed", "broken", "cancelled"}),
    "completed": frozenset({"annotating", "completed"}),
    "broken": frozenset({"annotating", "cancelled"}),
    "cancelled": frozenset(),
}

# Where a turn may go. All closed states are final.
TURN_TRANSITIONS: Mapping[TurnState, frozenset[TurnState]] = {
    "open": frozenset({"claimed", "cancelled"}),
    "claimed": frozenset({"submitted", "skipped", "reported", "expired", "returned", "cancelled"}),
    "submitted": frozenset(),
    "skipped": frozenset(),
    "reported": frozenset(),
    "expired": frozenset(),
    "returned": frozenset(),
    "cancelled": frozenset(),
}

LIVE: frozenset[TurnState] = frozenset({"open", "claimed"})
REFUSED: frozenset[TurnState] = frozenset({"skipped", "reported"})

# A manager's commands: the states each may be given in.
COMMANDS: Mapping[Command, frozenset[TaskState]] = {
    "cancel": frozenset({"preparing", "annotating", "reviewing", "broken"}),
    "reopen": frozenset({"broken"}),
    "make_gold": frozenset({"preparing", "annotating", "reviewing", "completed", "broken"}),
    "unmake_gold": frozenset({"preparing", "annotating", "broken"}),
}


class Turn(msgspec.Struct, frozen=True, kw_only=True):
    """One worker's turn at one stage (an assignment row).

    ``worker_id`` is set from claiming on. ``reserved_for`` keeps an open turn for one worker. ``lease_until``
    is set while claimed. ``reason`` says why it was skipped, reported or closed.
    """

    id: UUID
    stage: Stage
    round: int
    state: TurnState
    worker_id: UUID | None = None
    reserved_for: UUID | None = None
    opened_at: datetime | None = None
    lease_until: datetime | None = None
    reason: str | None = None


class Submission(msgspec.Struct, frozen=True, kw_only=True):
    """An answer that came back. ``gold_score`` within [0, 1], once it was compared with a gold."""

    id: UUID
    assignment_id: UUID
    worker_id: UUID
    round: int
    answer: Answer
    gold_score: float | None = None


class Review(msgspec.Struct, frozen=True, kw_only=True):
    """A verdict. ``answer`` is the reviewer's own, for ``fix`` only."""

    id: UUID
    assignment_id: UUID
    verdict: Verdict
    comment: str | None = None
    answer: Answer | None = None


class Consensus(msgspec.Struct, frozen=True, kw_only=True):
    """The merged answer last kept, and the submissions it was made of, in the order of its voices."""

    submission_ids: tuple[UUID, ...]
    answer: Answer
    confidence: float
    agreement: float
    id: UUID | None = None


class Response(msgspec.Struct, frozen=True, kw_only=True):
    answer: Answer
    confidence: float
    origin: Origin


class Case(msgspec.Struct, frozen=True, kw_only=True):
    """Everything known of one task: what ``workflow.next_steps`` decides from.

    ``now``: aware, the time to judge leases by. ``turns``, ``submissions``, ``reviews``: of all rounds, oldest
    first. ``standings``: of every worker with a turn on the task or a reservation; one who is missing is new.
    A worker who may no longer work in the project at all is given as suspended.
    ``held``: nobody is to work on it yet. ``taxonomy``: what is asked of this task, for kinds that merge by what is
    asked.
    ``made_up``: it is answered by nobody, but at once; ``shown`` and ``suggested`` are then what it shows,
    as far as that is known, and the answer that was suggested.
    ``training``: a gold that workers practise on, whose answers nobody is judged by.
    ``offered``: its opinions come from the market, as many as are approved there, and nobody else is asked.
    ``annotators`` and ``reviewers``: the workers who may take turns at that stage in this project, the suspended
    left out, so that a task nobody is left for does not wait for ever; none when there are too many to list (then
    nobody runs out).
    """

    task_id: UUID
    state: TaskState
    policy: Policy
    now: datetime
    round: int = 1
    media: MediaState = "ready"
    media_problem: str | None = None
    held: bool = False
    gold: Answer | None = None
    training: bool = False
    offered: Offered | None = None
    taxonomy: Taxonomy | None = None
    made_up: bool = False
    shown: Content = Content()
    suggested: Answer | None = None
    turns: tuple[Turn, ...] = ()
    submissions: tuple[Submission, ...] = ()
    reviews: tuple[Review, ...] = ()
    consensus: Consensus | None = None
    response: Response | None = None
    standings: tuple[Standing, ...] = ()
    annotators: frozenset[UUID] | None = None
    reviewers: frozenset[UUID] | None = None

    def standing(self, worker_id: UUID) -> Standing:
        """The worker's standing; a clean one when nothing is known."""
        return next((s for s in self.standings if s.worker_id == worker_id), Standing(worker_id=worker_id))

    def merging(self) -> MergeOptions:
        """How answers to this task are compared and merged."""
        return replace(self.policy.merge.options(), taxonomy=self.taxonomy)

    def live(self, stage: Stage | None = None) -> tuple[Turn, ...]:
        """Turns open or claimed, at one stage or at both, whatever their round."""
        return tuple(t for t in self.turns if t.state in LIVE and (stage is None or t.stage == stage))

    def refused(self, stage: Stage) -> tuple[Turn, ...]:
        """Turns of this round that their workers skipped or reported."""
        return tuple(t for t in self.turns if t.state in REFUSED and t.stage == stage and t.round == self.round)

    def counted(self) -> tuple[Submission, ...]:
        """Submissions that count towards this round's answer, oldest first: its own, of workers in good standing."""
        return tuple(s for s in self.submissions if s.round == self.round and not self.standing(s.worker_id).suspended)

    def verdict(self, round_: int) -> Review | None:
        """The last review given in a round."""
        turns = {t.id for t in self.turns if t.round == round_ and t.stage == "review"}
        return next((r for r in reversed(self.reviews) if r.assignment_id in turns), None)


def check_command(case: Case, command: Command) -> None:
    """Raises ``Conflict`` when the task's state does not allow what a manager asks."""
    if case.state not in COMMANDS[command]:
        allowed = ", ".join(sorted(COMMANDS[command]))
        raise Conflict(f"Task {case.task_id} is {case.state}; {command.replace('_', ' ')} needs it to be {allowed}.")
    if case.media == "failed" and command != "cancel":
        raise Conflict(f"The photo of task {case.task_id} cannot be read; add it again as a new task.")
    if command == "unmake_gold" and case.training:
        raise Conflict(f"Task {case.task_id} is a training task; cancel it and add its photo as another task.")
    if command == "unmake_gold" and case.gold is None:
        raise Conflict(f"Task {case.task_id} is not a gold.")
