"""Hints make claims cheap and never make them wrong for long."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from uuid import UUID

import pytest

from assay.core.routing import LOW_WATER_SECONDS, MARK_SECONDS, NOWHERE, ClaimHints, queue_position

A, B = UUID(int=1), UUID(int=2)
SETTLED_SECONDS = LOW_WATER_SECONDS + MARK_SECONDS


def test_without_knowledge_the_whole_queue_is_looked_at() -> None:
    assert ClaimHints().start(A, now=0.0) == 0


def test_a_worker_goes_on_from_their_last_turn() -> None:
    hints = ClaimHints().refreshed(5, 0.0).claimed(A, 90, start=5, now=0.0)

    assert hints.start(A, now=0.5) == 90
    assert hints.start(B, now=0.5) == 5


def test_a_worker_who_is_ahead_does_not_carry_the_others_along() -> None:
    """What one worker stepped over may be just what another can do."""
    hints = ClaimHints().refreshed(5, 0.0)

    for position in range(5, 500):
        hints = hints.claimed(A, position, start=hints.start(A, 0.1), now=0.1)

    assert hints.start(B, now=0.2) == 5


def test_low_water_is_trusted_for_a_second_and_a_mark_for_five() -> None:
    hints = ClaimHints().refreshed(5, 0.0).claimed(A, 90, start=5, now=0.0)

    assert hints.start(B, now=1.0) == 0
    assert hints.start(A, now=4.9) == 90
    assert hints.start(A, now=5.0) == 0


def test_a_mark_grows_old_however_often_it_is_used() -> None:
    hints = ClaimHints().refreshed(5, 0.0).claimed(A, 90, start=5, now=0.0)

    hints = hints.claimed(A, 91, start=hints.start(A, 4.0), now=4.0).refreshed(6, 4.9)

    assert hints.start(A, now=5.1) == 6


def test_a_turn_that_arrives_before_a_mark_pulls_it_back() -> None:
    hints = ClaimHints().refreshed(50, 0.0).claimed(A, 90, start=50, now=0.0)

    assert hints.arrived(10).start(A, now=0.5) == 10
    assert hints.arrived(60).start(A, now=0.5) == 60
    assert hints.arrived(95) is hints


def test_an_empty_queue_is_not_searched_again_within_a_second() -> None:
    hints = ClaimHints().refreshed(None, 0.0).dry(A, 0.0)

    assert hints.start(A, 0.5) == NOWHERE
    assert not hints.must_look_again(hints.start(A, 0.5))
    assert hints.start(A, 1.0) == 0
    assert hints.arrived(7).start(A, 0.5) == 7


def test_finding_nothing_ahead_calls_for_a_look_from_the_beginning() -> None:
    assert ClaimHints().must_look_again(90)
    assert not ClaimHints().must_look_again(0)


def test_a_forgotten_worker_starts_at_low_water() -> None:
    hints = ClaimHints().refreshed(5, 0.0).dry(A, 0.0).forget(A)

    assert hints.start(A, 0.5) == 5


def test_marks_of_workers_who_left_are_dropped() -> None:
    hints = ClaimHints().claimed(A, 90, start=0, now=0.0).claimed(B, 91, start=0, now=4.0).refreshed(5, 6.0)

    assert set(hints.marks) == {B}


@dataclass
class OpenTurnRow:
    position: int
    fits: frozenset[int]
    announced_to: int
    available_since: float
    locked_until: float = -1.0
    was_locked: bool = False


@dataclass
class Queue:
    """Two processes claiming from one queue; each hears only of the turns it opened itself."""

    chance: random.Random
    now: float = 0.0
    sequence: int = 0
    rows: list[OpenTurnRow] = field(default_factory=list)
    hints: list[ClaimHints] = field(default_factory=lambda: [ClaimHints(), ClaimHints()])
    looked_at: int = 0

    def open_turn(self, workers: int) -> None:
        chance = self.chance
        self.sequence += 1
        priority = 50 if chance.random() < 0.9 else chance.randint(0, 100)
        process = chance.randrange(2)
        fits = frozenset(w for w in range(workers) if chance.random() < 0.6)
        position = queue_position(priority, self.sequence)
        self.rows.append(OpenTurnRow(position, fits, process, self.now))
        self.hints[process] = self.hints[process].arrived(position)

    def lock_for_a_while(self) -> None:
        """Another claim holds the row, and will be rolled back."""
        free = [row for row in self.rows if row.locked_until <= self.now]
        if free:
            row = self.chance.choice(free)
            row.locked_until = row.available_since = self.now + self.chance.random()
            row.was_locked = True

    def claim(self, worker: int) -> None:
        process, worker_id = worker % 2, UUID(int=worker)
        hints = self.hints[process]
        if hints.is_stale(self.now):
            hints = hints.refreshed(min((row.position for row in self.rows), default=None), self.now)
        start = hints.start(worker_id, self.now)
        row = self._first(worker, start)
        if row is None and hints.must_look_again(start):
            start, row = 0, self._first(worker, 0)
        self._check_nobody_is_passed_over(worker, process, row)
        if row is None:
            self.hints[process] = hints.dry(worker_id, self.now)
        else:
            self.rows.remove(row)
            self.hints[process] = hints.claimed(worker_id, row.position, start, self.now)

    def _first(self, worker: int, start: int) -> OpenTurnRow | None:
        fitting = [
            row for row in self.rows if row.position >= start and worker in row.fits and row.locked_until <= self.now
        ]
        self.looked_at += sum(start <= row.position for row in self.rows)
        return min(fitting, key=lambda row: row.position, default=None)

    def _check_nobody_is_passed_over(self, worker: int, process: int, taken: OpenTurnRow | None) -> None:
        for row in self.rows:
            if worker not in row.fits or row.locked_until > self.now:
                continue
            if taken is not None and row.position >= taken.position:
                continue
            heard_of = row.announced_to == process and not row.was_locked
            waited = self.now - row.available_since
            assert not heard_of, f"a turn this process opened was passed over at {self.now}"
            assert waited < SETTLED_SECONDS, f"a turn was passed over after {waited:.1f} s"


@pytest.mark.parametrize("seed", range(40))
def test_no_ready_turn_is_starved(seed: int) -> None:
    """A turn opened here is never passed over; one opened elsewhere, or locked, for at most six seconds."""
    chance = random.Random(seed)
    queue = Queue(chance)
    workers = chance.randint(1, 6)

    for _ in range(400):
        dice = chance.random()
        if dice < 0.4:
            queue.open_turn(workers)
        elif dice < 0.45:
            queue.lock_for_a_while()
        else:
            queue.claim(chance.randrange(workers))
        queue.now += chance.choice([0.0, 0.01, 0.2, 1.5])
