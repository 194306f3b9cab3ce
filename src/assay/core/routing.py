"""Who may take which turn, what comes first, and when a gold is mixed in."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal, TypeAlias
from uuid import UUID

import msgspec

from assay.core.tasks import REFUSED, Stage, Turn, TurnState

ProjectState: TypeAlias = Literal["active", "paused", "archived"]
WhyNot: TypeAlias = Literal[
    "project_paused",
    "project_archived",
    "suspended",
    "not_allowed",
    "not_open",
    "reserved",
    "has_it",
    "answered_it",
    "refused_it",
    "annotated_it",
    "reviewed_it",
]

# Turns that keep their worker from another one on the task in the same round and stage. Expired, returned and
# cancelled ones do not: the work was not done, and in a small team nobody else may be there to do it. In the
# database this is a unique index on (task, worker, round, stage) over these states.
SPENT: frozenset[TurnState] = frozenset({"claimed", "submitted", "skipped", "reported"})

PRIORITY_MAX = 100
_SEQUENCE_BITS = 56

# The first turns of a worker in a project hold at least a gold in four, whatever the project's rate, so that a
# spammer is found after some twenty turns even where golds are rare.
EARLY_TURNS = 20
EARLY_RATE = 0.25


class Asker(msgspec.Struct, frozen=True, kw_only=True):
    """A worker who asks for work. ``stages``: those the worker's role allows."""

    worker_id: UUID
    stages: frozenset[Stage]
    suspended: bool = False


def why_not(asker: Asker, turn: Turn, others: Iterable[Turn], project_state: ProjectState = "active") -> WhyNot | None:
    """Why this worker may not claim this turn now; none when they may.

    ``others``: the turns of the same task, of all rounds and stages (the turn itself may be among them).
    """
    if project_state != "active":
        return "project_paused" if project_state == "paused" else "project_archived"
    if asker.suspended:
        return "suspended"
    if turn.stage not in asker.stages:
        return "not_allowed"
    if turn.state != "open":
        return "not_open"
    if turn.reserved_for not in (None, asker.worker_id):
        return "reserved"
    return barred(asker.worker_id, turn.stage, turn.round, others)


def eligible(asker: Asker, turn: Turn, others: Iterable[Turn], project_state: ProjectState = "active") -> bool:
    """Whether this worker may claim this turn now; see ``why_not``."""
    return why_not(asker, turn, others, project_state) is None


def barred(worker_id: UUID, stage: Stage, round_: int, turns: Iterable[Turn]) -> WhyNot | None:
    """What this worker did on the task that keeps them from a turn at this stage of this round.

    Nobody gets a task twice in a round; nobody reviews a task they annotated in, in any round, nor annotates one
    they reviewed: the next review of it would then have nobody to fall to.
    """
    for turn in turns:
        if turn.worker_id != worker_id or turn.state not in SPENT:
            continue
        if turn.stage == stage:
            if turn.round == round_:
                return "has_it" if turn.state == "claimed" else "refused_it" if turn.state in REFUSED else "answered_it"
        elif turn.state not in REFUSED:
            return "annotated_it" if turn.stage == "annotate" else "reviewed_it"
    return None


def gold_is_due(turns_since_gold: int, claims_total: int, rate: float, chance: float) -> bool:
    """Whether the worker's next turn shall be a gold.

    ``turns_since_gold``: turns claimed since the worker's last gold (or ever); ``claims_total``: turns claimed so
    far, golds included; ``rate``: the policy's; ``chance``: a fresh random number within [0, 1).

    The gap between golds is drawn evenly between one turn and ``2 / rate - 1``: its mean is ``1 / rate``, so the
    rate holds; it has a bound, so nobody goes untested for long; and no turn before the bound is safer to spam
    than another, as it would be with a fixed beat. The first turns have a rate of at least ``EARLY_RATE``.
    """
    if rate <= 0.0:
        return False
    if claims_total < EARLY_TURNS:
        rate = max(rate, EARLY_RATE)
    turns_left = 2.0 / rate - 1.0 - turns_since_gold
    return turns_left <= 1.0 or chance < 1.0 / turns_left


def queue_position(priority: int, sequence: int) -> int:
    """Where a turn stands in the queue: the smallest position is served first.

    Bits of the result, a positive 64-bit signed integer: bit 63 zero; bits 62 to 56 hold ``100 - priority``; bits
    55 to 0 the sequence. So higher priority goes first and, within one, what was opened first; one column and one
    index carry both. ``priority`` within [0, 100], ``sequence`` within [0, 2**56); ``ValueError`` otherwise.

    >>> queue_position(50, 2) < queue_position(50, 3) < queue_position(49, 1)
    True
    """
    if not 0 <= priority <= PRIORITY_MAX:
        raise ValueError(f"priority must be within 0 and {PRIORITY_MAX}, got {priority}")
    if not 0 <= sequence < 1 << _SEQUENCE_BITS:
        raise ValueError(f"sequence must be within 0 and 2**{_SEQUENCE_BITS}, got {sequence}")
    return (PRIORITY_MAX - priority) << _SEQUENCE_BITS | sequence


def priority_of(position: int) -> int:
    """The priority a queue position was made of."""
    return PRIORITY_MAX - (position >> _SEQUENCE_BITS)
