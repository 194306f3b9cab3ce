"""Who may take which turn, what comes first, and when a gold is mixed in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from math import ceil, floor, inf
from typing import Literal, TypeAlias
from uuid import UUID

import msgspec
from msgspec.structs import replace

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
# Behind every turn there is: a scan from here finds nothing.
NOWHERE = (1 << 63) - 1
_PRIORITY_SHIFT = 56
_SEQUENCE_BITS = 46
# The ranks that batches may have: 0 is served before the ordered ones, RANK_NONE after them.
RANK_NONE = (1 << (_PRIORITY_SHIFT - _SEQUENCE_BITS)) - 1
RANK_MAX = RANK_NONE - 1

# How long knowledge of the queue is trusted. What another process put before a mark is found this late at worst.
LOW_WATER_SECONDS = 1.0
MARK_SECONDS = 5.0
DRY_SECONDS = 1.0

# The first turns of a worker in a project hold at least a gold in four, whatever the project's rate, so that a
# spammer is found after some twenty turns even where golds are rare.
EARLY_TURNS = 20
EARLY_RATE = 0.25
# A gold in more than a million turns is none.
RATE_MIN = 1e-6
# A gap that no worker's turns ever reach.
NEVER = (1 << 31) - 1


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
    if rate < RATE_MIN:
        return False
    turns_left = 2.0 / _rate_at(claims_total, rate) - 1.0 - turns_since_gold
    return turns_left <= 1.0 or chance < 1.0 / turns_left


def gold_gap(claims_total: int, rate: float, chance: float) -> int:
    """How many turns since the worker's last gold make the next one due, for this chance: ``gold_is_due`` is true from
    there on. For whoever must decide before they know when the last gold was. At most ``NEVER``."""
    if rate < RATE_MIN:
        return NEVER
    guess = 2.0 / _rate_at(claims_total, rate) - 1.0 - (1.0 / chance if chance > 0.0 else inf)
    gap = floor(max(0.0, guess))
    while not gold_is_due(gap, claims_total, rate, chance):
        gap += 1
    while gap > 0 and gold_is_due(gap - 1, claims_total, rate, chance):
        gap -= 1
    return gap


def _rate_at(claims_total: int, rate: float) -> float:
    return max(rate, EARLY_RATE) if claims_total < EARLY_TURNS else rate


def turns_told_apart(rate: float) -> int:
    """How many of a worker's last turns ``gold_is_due`` can tell apart: with more since the last gold, or in all,
    its answer is the same."""
    return max(EARLY_TURNS, ceil(2.0 / rate)) if rate >= RATE_MIN else 0


def queue_position(priority: int, sequence: int, rank: int = RANK_NONE) -> int:
    """Where a turn stands in the queue: the smallest position is served first.

    Bits of the result, a positive 64-bit signed integer: bit 63 zero (set in the database for a turn that is kept to
    some workers, which stands before the queue); bits 62 to 56 hold ``100 - priority``; bits
    55 to 46 the rank of the task's batch; bits 45 to 0 the sequence. So higher priority goes first, within one the
    batches in their order and, within a batch, what was opened first; one column and one index carry all three.
    ``priority`` within [0, 100], ``rank`` within [0, ``RANK_NONE``], ``sequence`` within [0, 2**46); ``ValueError``
    otherwise.

    >>> queue_position(50, 2) < queue_position(50, 3) < queue_position(49, 1)
    True
    """
    if not 0 <= priority <= PRIORITY_MAX:
        raise ValueError(f"priority must be within 0 and {PRIORITY_MAX}, got {priority}")
    if not 0 <= sequence < 1 << _SEQUENCE_BITS:
        raise ValueError(f"sequence must be within 0 and 2**{_SEQUENCE_BITS}, got {sequence}")
    if not 0 <= rank <= RANK_NONE:
        raise ValueError(f"rank must be within 0 and {RANK_NONE}, got {rank}")
    return (PRIORITY_MAX - priority) << _PRIORITY_SHIFT | rank << _SEQUENCE_BITS | sequence


def priority_of(position: int) -> int:
    """The priority a queue position was made of."""
    return PRIORITY_MAX - (position >> _PRIORITY_SHIFT)


class Mark(msgspec.Struct, frozen=True):
    """No turn before ``position`` was there for a worker at ``since`` (seconds on the caller's clock)."""

    position: int
    since: float

    def is_fresh(self, now: float) -> bool:
        return now - self.since < (DRY_SECONDS if self.position == NOWHERE else MARK_SECONDS)


class ClaimHints(msgspec.Struct, frozen=True):
    """Where to begin looking for an open turn: what one process knows of one queue (a project at one stage).

    Claimed turns leave dead entries at the front of the queue's index, which every claim would walk over again for
    as long as some old snapshot keeps them; and a worker who is ahead of others would step over all the turns
    they did already. So two marks are kept: the queue's *low water*, before which nobody finds an open turn, read
    from the database once a second; and each worker's own mark, before which nothing is there for them. Times are
    seconds on any one clock. A claim goes like this:

        if hints.is_stale(now):
            hints = hints.refreshed(<first open position in the database, or none>, now)
        start = hints.start(worker_id, now)
        row = <claim the first fitting open turn with position >= start>
        if row is none and hints.must_look_again(start):
            start, row = 0, <the same from 0>
        hints = hints.claimed(worker_id, row.position, start, now) if row else hints.dry(worker_id, now)

    Turns opened by this process are announced with ``arrived`` (after the commit). Found late, but after at most
    ``LOW_WATER_SECONDS + MARK_SECONDS``, are turns that another process opened, that arrived while a claim was
    looking, or that were locked by a claim which was then rolled back. ``forget`` a worker whose standing or role
    changes.
    """

    low_water: int = 0
    refreshed_at: float = float("-inf")
    marks: Mapping[UUID, Mark] = msgspec.field(default_factory=dict)

    def is_stale(self, now: float) -> bool:
        return now - self.refreshed_at >= LOW_WATER_SECONDS

    def refreshed(self, first_open: int | None, now: float) -> ClaimHints:
        """With the low water as just read; marks too old to be used are dropped."""
        marks = {worker_id: mark for worker_id, mark in self.marks.items() if mark.is_fresh(now)}
        return ClaimHints(NOWHERE if first_open is None else first_open, now, marks)

    def start(self, worker_id: UUID, now: float) -> int:
        """The position to look from: 0 when nothing is known."""
        low_water = 0 if self.is_stale(now) else self.low_water
        mark = self.marks.get(worker_id)
        return max(low_water, mark.position) if mark is not None and mark.is_fresh(now) else low_water

    def must_look_again(self, start: int) -> bool:
        """Whether finding nothing from ``start`` calls for a look from 0. From ``NOWHERE`` it does not: the queue
        was seen empty, for everyone or for this worker, within the last second."""
        return 0 < start < NOWHERE

    def claimed(self, worker_id: UUID, position: int, start: int, now: float) -> ClaimHints:
        """After the worker looked from ``start`` and claimed the turn at ``position``."""
        mark = self.marks.get(worker_id)
        # A look that began at the mark leans on what the mark knew, which is no younger for being used again.
        leans = mark is not None and mark.is_fresh(now) and start == mark.position
        since = mark.since if mark is not None and leans else now
        return replace(self, marks={**self.marks, worker_id: Mark(position, since)})

    def dry(self, worker_id: UUID, now: float) -> ClaimHints:
        """After the worker found nothing."""
        mark = self.marks.get(worker_id)
        if mark is not None and mark.position == NOWHERE and mark.is_fresh(now):
            return self
        return replace(self, marks={**self.marks, worker_id: Mark(NOWHERE, now)})

    def arrived(self, position: int) -> ClaimHints:
        """After a turn was opened: marks behind it go back to it."""
        if position >= self.low_water and all(mark.position <= position for mark in self.marks.values()):
            return self
        marks = {
            worker_id: Mark(position, mark.since) if mark.position > position else mark
            for worker_id, mark in self.marks.items()
        }
        return replace(self, low_water=min(self.low_water, position), marks=marks)

    def forget(self, worker_id: UUID) -> ClaimHints:
        return replace(self, marks={other: mark for other, mark in self.marks.items() if other != worker_id})
