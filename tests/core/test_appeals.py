"""The rules of appeals and of the brake, by themselves."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.core.appeals import (
    Appeal,
    NotYet,
    check_answer,
    check_appeal,
    check_ruling,
    enough_approved,
    is_braked,
)
from assay.core.errors import Conflict, Forbidden
from assay.core.postings import Engagement, WrongState

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
REVIEWER, OTHER = UUID(int=1), UUID(int=2)


def an_appeal(**changed: object) -> Appeal:
    plain = {
        "id": UUID(int=9),
        "engagement_id": UUID(int=8),
        "requester_id": UUID(int=7),
        "freelancer_id": UUID(int=6),
        "mode": "live",
        "origin": "freelancer",
        "state": "open",
        "words": "It is blue.",
        "opened_at": NOW,
        "answer_by": NOW + timedelta(days=2),
    }
    return Appeal(**(plain | changed))  # type: ignore[arg-type]


@given(
    rejected=st.integers(0, 2000), approved=st.integers(0, 2000), count=st.integers(0, 50), percent=st.integers(1, 100)
)
def test_counting_approvals_as_far_as_they_matter_changes_no_verdict(
    rejected: int, approved: int, count: int, percent: int
) -> None:
    bounded = min(approved, enough_approved(rejected, percent))
    assert is_braked(rejected, bounded, count=count, percent=percent) == is_braked(
        rejected, approved, count=count, percent=percent
    )


@pytest.mark.parametrize(
    ("rejected", "approved", "braked"),
    [(19, 0, False), (20, 0, True), (20, 20, True), (20, 21, False), (99, 99, True), (99, 100, False)],
)
def test_the_brake_needs_both_many_and_a_share(rejected: int, approved: int, braked: bool) -> None:
    assert is_braked(rejected, approved, count=20, percent=50) is braked


def test_a_ruling_waits_for_the_requester_and_is_a_neutral_persons() -> None:
    later = NOW + timedelta(days=2)

    def rule(appeal: Appeal, now: datetime = later, reviewer: UUID | None = REVIEWER, belongs: bool = False) -> None:
        check_ruling(appeal, now, reviewer=reviewer, decided_by=OTHER, belongs=belongs)

    rule(an_appeal())
    rule(an_appeal(answer="No.", answered_at=NOW), NOW)
    with pytest.raises(NotYet):
        rule(an_appeal(), later - timedelta(seconds=1))
    for reviewer, belongs in ((None, False), (OTHER, False), (REVIEWER, True)):
        with pytest.raises(Forbidden):
            rule(an_appeal(), reviewer=reviewer, belongs=belongs)
    for state, outcome in (("owed", "overturned"), ("closed", "upheld")):
        with pytest.raises(WrongState):
            rule(an_appeal(state=state, outcome=outcome))


def test_an_answer_is_given_once() -> None:
    check_answer(an_appeal())
    with pytest.raises(Conflict):
        check_answer(an_appeal(answer="No.", answered_at=NOW))


def test_what_is_not_rejected_is_not_appealed() -> None:
    plain = Engagement(
        id=UUID(int=8),
        posting_id=UUID(int=5),
        offer_id=UUID(int=4),
        requester_id=UUID(int=7),
        freelancer_id=UUID(int=6),
        mode="live",
        state="approved",
        reward_minor=1,
        fee_minor=0,
        currency="USD",
        accepted_at=NOW,
        deadline=NOW,
    )
    with pytest.raises(WrongState):
        check_appeal(plain, [], 7, NOW)
