from __future__ import annotations

import random
from datetime import UTC, datetime
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.core.routing import (
    EARLY_TURNS,
    NEVER,
    RANK_NONE,
    Asker,
    ProjectState,
    WhyNot,
    barred,
    eligible,
    gold_gap,
    gold_is_due,
    priority_of,
    queue_position,
    turns_told_apart,
    why_not,
)
from assay.core.tasks import Stage, Turn, TurnState

ME, OTHER = UUID(int=1), UUID(int=2)
NOW = datetime(2026, 1, 5, tzinfo=UTC)
BOTH: frozenset[Stage] = frozenset({"annotate", "review"})


def a_turn(
    stage: Stage = "annotate",
    state: TurnState = "open",
    *,
    round_: int = 1,
    worker_id: UUID | None = None,
    reserved_for: UUID | None = None,
) -> Turn:
    return Turn(id=UUID(int=9), stage=stage, round=round_, state=state, worker_id=worker_id, reserved_for=reserved_for)


def an_asker(*, stages: frozenset[Stage] = BOTH, suspended: bool = False) -> Asker:
    return Asker(worker_id=ME, stages=stages, suspended=suspended)


# --- who may take a turn ---


def test_an_open_turn_is_for_whoever_may_do_that_stage() -> None:
    assert eligible(an_asker(), a_turn(), [])
    assert why_not(an_asker(stages=frozenset({"annotate"})), a_turn("review"), []) == "not_allowed"


@pytest.mark.parametrize(("state", "reason"), [("paused", "project_paused"), ("archived", "project_archived")])
def test_a_resting_project_gives_no_turns(state: ProjectState, reason: WhyNot) -> None:
    assert why_not(an_asker(), a_turn(), [], state) == reason


def test_a_suspended_worker_gets_nothing() -> None:
    assert why_not(an_asker(suspended=True), a_turn(), []) == "suspended"


def test_a_turn_is_claimed_once() -> None:
    assert why_not(an_asker(), a_turn(state="claimed", worker_id=OTHER), []) == "not_open"


def test_a_reserved_turn_is_for_one_worker() -> None:
    assert why_not(an_asker(), a_turn(reserved_for=OTHER), []) == "reserved"
    assert eligible(an_asker(), a_turn(reserved_for=ME), [])


@pytest.mark.parametrize(
    ("stage", "before", "reason"),
    [
        ("annotate", a_turn(state="claimed", worker_id=ME), "has_it"),
        ("annotate", a_turn(state="submitted", worker_id=ME), "answered_it"),
        ("annotate", a_turn(state="skipped", worker_id=ME), "refused_it"),
        ("annotate", a_turn(state="reported", worker_id=ME), "refused_it"),
        ("annotate", a_turn(state="expired", worker_id=ME), None),
        ("annotate", a_turn(state="returned", worker_id=ME), None),
        ("annotate", a_turn(state="cancelled", worker_id=ME), None),
        ("annotate", a_turn(state="submitted", worker_id=OTHER), None),
        ("annotate", a_turn("review", "submitted", worker_id=ME), "reviewed_it"),
        ("annotate", a_turn("review", "skipped", worker_id=ME), None),
        ("review", a_turn(state="submitted", worker_id=ME), "annotated_it"),
        ("review", a_turn(state="skipped", worker_id=ME), None),
        ("review", a_turn("review", "submitted", worker_id=ME), "answered_it"),
        ("review", a_turn("review", "skipped", worker_id=ME), "refused_it"),
    ],
)
def test_what_a_worker_did_on_a_task_decides_what_they_may_do_next(
    stage: Stage, before: Turn, reason: WhyNot | None
) -> None:
    assert barred(ME, stage, 1, [before]) == reason


@pytest.mark.parametrize(
    ("stage", "before", "reason"),
    [
        ("annotate", a_turn(state="submitted", worker_id=ME), None),
        ("annotate", a_turn(state="skipped", worker_id=ME), None),
        ("review", a_turn("review", "submitted", worker_id=ME), None),
        ("review", a_turn(state="submitted", worker_id=ME), "annotated_it"),
        ("annotate", a_turn("review", "submitted", worker_id=ME), "reviewed_it"),
    ],
)
def test_in_a_new_round_only_the_change_of_sides_is_barred(stage: Stage, before: Turn, reason: WhyNot | None) -> None:
    assert barred(ME, stage, 2, [before]) == reason


# --- the queue ---

priorities = st.integers(0, 100)
sequences = st.integers(0, (1 << 46) - 1)
ranks = st.integers(0, RANK_NONE)


@given(priorities, sequences, priorities, sequences)
def test_higher_priority_goes_first_and_then_what_was_opened_first(p: int, a: int, q: int, b: int) -> None:
    assert (queue_position(p, a) < queue_position(q, b)) == ((-p, a) < (-q, b))


@given(priorities, ranks, sequences, ranks, sequences)
def test_within_a_priority_the_batches_come_in_their_order(p: int, r: int, a: int, s: int, b: int) -> None:
    assert (queue_position(p, a, r) < queue_position(p, b, s)) == ((r, a) < (s, b))


@given(priorities, sequences, ranks)
def test_a_position_fits_a_signed_64_bit_integer_and_tells_its_priority(
    priority: int, sequence: int, rank: int
) -> None:
    position = queue_position(priority, sequence, rank)

    assert 0 <= position < 1 << 63
    assert priority_of(position) == priority


@pytest.mark.parametrize(("priority", "sequence"), [(-1, 0), (101, 0), (50, -1), (50, 1 << 46)])
def test_what_does_not_fit_a_position_is_refused(priority: int, sequence: int) -> None:
    with pytest.raises(ValueError, match="must be within"):
        queue_position(priority, sequence)


# --- golds ---


def gold_turns(rate: float, turns: int, chance: random.Random) -> list[int]:
    """The turns, from 0, that are golds for one worker."""
    found: list[int] = []
    for turn in range(turns):
        since = turn - found[-1] - 1 if found else turn
        if gold_is_due(since, turn, rate, chance.random()):
            found.append(turn)
    return found


@given(st.integers(0, 50), st.integers(0, 50), st.floats(0, 1, exclude_max=True))
def test_a_project_without_golds_gives_none(since: int, total: int, chance: float) -> None:
    assert not gold_is_due(since, total, 0.0, chance)


@pytest.mark.parametrize("rate", [0.02, 0.1, 0.25, 0.5, 1.0])
def test_the_share_of_golds_is_the_rate(rate: float) -> None:
    """Over 20,000 turns after the first; the gap's standard deviation is below 0.58 / rate, so 8 % is ample."""
    golds = [t for t in gold_turns(rate, 20_000 + EARLY_TURNS, random.Random(7)) if t >= EARLY_TURNS]

    assert len(golds) / 20_000 == pytest.approx(rate, rel=0.08)


@given(st.floats(0.01, 1.0), st.integers(0, 2**32))
def test_the_gap_between_golds_is_bounded(rate: float, seed: int) -> None:
    golds = gold_turns(rate, 400, random.Random(seed))

    gaps = [later - earlier for earlier, later in zip([-1, *golds], golds, strict=False)]
    assert all(gap <= 2 / rate for gap in gaps)


@given(st.floats(0.001, 1.0), st.integers(0, 2**32))
def test_every_worker_meets_golds_early(rate: float, seed: int) -> None:
    golds = gold_turns(rate, EARLY_TURNS, random.Random(seed))

    assert golds[0] < 7
    assert len(golds) >= 2


def test_a_spammer_usually_meets_four_golds_in_twenty_turns() -> None:
    """The default rule judges after four; 4 is the 25 % lower quantile of what 2,000 simulated workers met."""
    met = sorted(len(gold_turns(0.05, EARLY_TURNS, random.Random(seed))) for seed in range(2000))

    assert met[500] >= 4


def test_no_turn_before_the_bound_is_surely_free_of_golds() -> None:
    seen = {t for seed in range(300) for t in gold_turns(0.1, EARLY_TURNS, random.Random(seed))}

    assert seen == set(range(EARLY_TURNS))


@given(
    since=st.integers(0, 5000),
    more=st.integers(0, 5000),
    rate=st.floats(0.001, 1.0),
    chance=st.floats(0, 1, exclude_max=True),
)
def test_turns_beyond_those_told_apart_change_nothing(since: int, more: int, rate: float, chance: float) -> None:
    """So that a claim need not count all that a worker ever did."""
    bound = turns_told_apart(rate)

    capped = gold_is_due(min(since, bound), min(since + more, bound), rate, chance)

    assert capped == gold_is_due(since, since + more, rate, chance)


@given(st.integers(0, 60), st.floats(0, 1), st.floats(0, 1, exclude_max=True))
def test_a_gold_is_due_exactly_from_its_gap_on(total: int, rate: float, chance: float) -> None:
    """Deciding before the last gold is known is the same decision."""
    gap = gold_gap(total, rate, chance)

    for since in {0, max(0, gap - 1), gap, gap + 1}:
        assert gold_is_due(since, total, rate, chance) == (since >= gap) or gap == NEVER
    assert gap < NEVER or rate < 1e-6, "there is a bound on going untested"
