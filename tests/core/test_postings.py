"""What may become of postings and engagements: every history keeps the counts, the money and the statuses in step."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from assay.core.errors import Invalid
from assay.core.offers import OfferTerms, feedback_problems, posting_problems, problems
from assay.core.postings import (
    ENGAGEMENT_TRANSITIONS,
    Engagement,
    EngagementState,
    Posting,
    TooMany,
    WrongState,
    check_approval,
    check_disposal,
    check_reviewing,
    check_taking,
    check_transition,
    extended_deadline,
    more_places,
    new_end,
)
from assay.core.qualifications import APPROVED, LOCALE, Locale, Requirement

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
POSTING = Posting(
    id=UUID(int=1),
    offer_id=UUID(int=2),
    requester_id=UUID(int=3),
    project_id=UUID(int=4),
    mode="live",
    max_engagements=3,
    first_max=3,
    reward_minor=100,
    fee_minor=20,
    currency="USD",
    expires_at=NOW + timedelta(days=7),
    created_at=NOW,
)
ENGAGEMENT = Engagement(
    id=UUID(int=5),
    posting_id=POSTING.id,
    offer_id=POSTING.offer_id,
    requester_id=POSTING.requester_id,
    freelancer_id=UUID(int=6),
    mode="live",
    state="accepted",
    reward_minor=100,
    fee_minor=20,
    currency="USD",
    accepted_at=NOW,
    deadline=NOW + timedelta(hours=1),
)


class Histories(RuleBasedStateMachine):
    """A posting through any history of the rules. What must be held is reckoned beside it, one event at a time: a turn
    costs 120, which is spent by an approval and goes back when nobody can earn it any more."""

    @initialize(places=st.integers(1, 12))
    def begin(self, places: int) -> None:
        self.posting = replace(POSTING, max_engagements=places, first_max=places)
        self.now = NOW
        self.held = places * 120
        self.states: list[EngagementState] = []

    def counted(self) -> Posting:
        """Counts as the trigger keeps them."""
        return replace(
            self.posting,
            pending=self.states.count("accepted"),
            submitted=self.states.count("submitted"),
            approved=self.states.count("approved"),
            rejected=self.states.count("rejected"),
        )

    def move(self, before: EngagementState, after: EngagementState) -> None:
        assume(before in self.states)
        check_transition(replace(ENGAGEMENT, state=before), after)
        self.states[self.states.index(before)] = after
        self.posting = self.counted()
        given_up = after in ("returned", "abandoned") and self.posting.expired_at is not None
        if before == "submitted" or given_up:
            self.held -= 120

    @rule()
    def accept(self) -> None:
        if self.posting.is_open(self.now):
            check_taking(self.posting, self.now)
            self.states.append("accepted")
            self.posting = replace(self.counted(), reviewing=False)

    @rule(
        step=st.sampled_from(
            [
                ("accepted", "submitted"),
                ("accepted", "returned"),
                ("accepted", "abandoned"),
                ("submitted", "approved"),
                ("submitted", "rejected"),
            ]
        )
    )
    def follow(self, step: tuple[EngagementState, EngagementState]) -> None:
        self.move(*step)

    @rule()
    def override(self) -> None:
        assume("rejected" in self.states and self.posting.disposed_at is None)
        self.move("rejected", "approved")

    @rule(more=st.integers(1, 5), strict=st.booleans())
    def extend(self, more: int, strict: bool) -> None:
        try:
            most = more_places(self.posting, more, strict=strict)
        except TooMany:
            assert strict
            assert self.posting.first_max < 10 <= self.posting.max_engagements + more
            return
        except WrongState:
            assert self.posting.status == "disposed"
            return
        self.posting = replace(self.posting, max_engagements=most, reviewing=False)
        if self.posting.expired_at is None:
            self.held += more * 120

    @rule(days=st.integers(-1, 30))
    def end_at(self, days: int) -> None:
        assume(self.posting.disposed_at is None)
        ends_at = new_end(self.posting, self.now + timedelta(days=days), self.now)
        expired = (self.posting.expired_at or self.now) if ends_at <= self.now else None
        after = replace(self.posting, expires_at=ends_at, expired_at=expired)
        self.end(replace(after, reviewing=False) if after.status == "assignable" else after)

    def end(self, after: Posting) -> None:
        """Its free places cost something only as long as it goes on."""
        was, becomes = self.posting.expired_at is not None, after.expired_at is not None
        self.held += (was - becomes) * after.available * 120
        self.posting = after

    @rule(days=st.integers(1, 10))
    def time_passes(self, days: int) -> None:
        self.now += timedelta(days=days)
        if self.posting.expired_at is None and self.posting.expires_at <= self.now:
            self.end(replace(self.posting, expired_at=self.posting.expires_at))

    @rule(reviewing=st.booleans())
    def mark(self, reviewing: bool) -> None:
        wanted = "reviewable" if reviewing else "reviewing"
        if self.posting.status != wanted:
            with pytest.raises(WrongState):
                check_reviewing(self.posting, reviewing)
            return
        check_reviewing(self.posting, reviewing)
        self.posting = replace(self.posting, reviewing=reviewing)

    @precondition(lambda self: self.posting.is_done)
    @rule()
    def dispose(self) -> None:
        if self.posting.status == "disposed":
            with pytest.raises(WrongState):
                check_disposal(self.posting)
            return
        check_disposal(self.posting)
        self.posting = replace(self.posting, disposed_at=self.now, reviewing=False)

    @invariant()
    def nothing_is_promised_twice_or_forgotten(self) -> None:
        posting = self.posting
        assert posting.available >= 0
        assert self.held == posting.promised_minor >= 0
        if posting.status == "disposed":
            assert posting.promised_minor == 0

    @invariant()
    def the_status_says_what_can_be_done(self) -> None:
        posting = self.posting
        if posting.is_open(self.now):
            assert posting.status == "assignable"
        if posting.status == "unassignable":
            assert posting.pending > 0
        if posting.status in ("reviewable", "reviewing"):
            assert posting.pending == 0
            assert posting.available == 0 or posting.expired_at is not None
        assert not posting.reviewing or posting.status == "reviewing"


TestHistories = Histories.TestCase


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({}, "assignable"),
        ({"pending": 3}, "unassignable"),
        ({"pending": 2, "submitted": 1}, "unassignable"),
        ({"pending": 1, "expired_at": NOW}, "unassignable"),
        ({"submitted": 3}, "reviewable"),
        ({"expired_at": NOW}, "reviewable"),
        ({"approved": 2, "rejected": 1, "reviewing": True}, "reviewing"),
        ({"disposed_at": NOW}, "disposed"),
    ],
    ids=["new", "all-begun", "some-begun", "ended-and-begun", "all-in", "ended", "marked", "gone"],
)
def test_the_status_follows_from_the_counts(changes: dict[str, object], status: str) -> None:
    assert replace(POSTING, **changes).status == status  # type: ignore[arg-type]


def test_an_ended_posting_keeps_its_places_for_when_it_goes_on() -> None:
    assert replace(POSTING, expired_at=NOW, approved=1).available == 2


def test_every_transition_that_is_not_in_the_table_is_refused() -> None:
    for before, allowed in ENGAGEMENT_TRANSITIONS.items():
        for after in ENGAGEMENT_TRANSITIONS:
            if after in allowed:
                check_transition(replace(ENGAGEMENT, state=before), after)
            else:
                with pytest.raises(WrongState) as raised:
                    check_transition(replace(ENGAGEMENT, state=before), after)
                assert raised.value.state == before


def test_a_rejection_is_overridden_in_time_and_by_will_only() -> None:
    rejected = replace(ENGAGEMENT, state="rejected", submitted_at=NOW)
    last = NOW + timedelta(days=30)

    check_approval(rejected, POSTING, last, override=True)
    for engagement, posting, now, override in (
        (rejected, POSTING, last, False),
        (rejected, POSTING, last + timedelta(seconds=1), True),
        (rejected, replace(POSTING, disposed_at=NOW), last, True),
        (replace(ENGAGEMENT, state="approved", submitted_at=NOW), POSTING, NOW, True),
        (ENGAGEMENT, POSTING, NOW, True),
    ):
        with pytest.raises(WrongState):
            check_approval(engagement, posting, now, override=override)


@pytest.mark.parametrize(
    ("seconds", "more"), [(30, 60), (3600, 1800), (10 * 86_400, 86_400)], ids=["least", "half", "most"]
)
def test_more_time_is_half_of_what_there_was_within_bounds(seconds: int, more: int) -> None:
    assert extended_deadline(ENGAGEMENT, seconds, NOW) == ENGAGEMENT.deadline + timedelta(seconds=more)
    with pytest.raises(WrongState):
        extended_deadline(replace(ENGAGEMENT, extended=True), seconds, NOW)
    with pytest.raises(WrongState):
        extended_deadline(ENGAGEMENT, seconds, ENGAGEMENT.deadline)


def test_an_end_is_at_most_a_year_away() -> None:
    assert new_end(POSTING, datetime(1970, 1, 1, tzinfo=UTC), NOW) == NOW
    with pytest.raises(Invalid):
        new_end(POSTING, NOW + timedelta(days=365, seconds=1), NOW)


TERMS = OfferTerms("Title", "Description", 5, "USD", 60, 0, "a, b")


def test_terms_have_a_fingerprint_that_knows_no_order_of_requirements() -> None:
    one, other = Requirement(APPROVED, "at_least", [5]), Requirement(LOCALE, "equal", [], [Locale("DE")])

    assert (
        OfferTerms("T", "D", 5, "USD", 60, requirements=[one, other]).fingerprint()
        == OfferTerms("T", "D", 5, "USD", 60, requirements=[other, one]).fingerprint()
    )
    assert TERMS.fingerprint() != TERMS.fingerprint(UUID(int=1))


@given(
    st.builds(
        OfferTerms,
        title=st.text(max_size=200),
        description=st.text(max_size=50),
        reward_minor=st.integers(-5, 10),
        currency=st.just("USD"),
        duration_seconds=st.integers(0, 100),
        auto_approval_seconds=st.integers(-1, 10),
        keywords=st.text(max_size=1100),
        per_worker_cap=st.none() | st.integers(-1, 3),
    )
)
def test_terms_are_within_their_limits_or_named(terms: OfferTerms) -> None:
    named = {problem.field for problem in problems(terms)}

    assert ("title" in named) == (not 1 <= len(terms.title) <= 128 or "\x00" in terms.title)
    assert ("reward_minor" in named) == (terms.reward_minor < 0)
    assert ("duration_seconds" in named) == (terms.duration_seconds < 30)
    assert ("per_worker_cap" in named) == (terms.per_worker_cap is not None and terms.per_worker_cap < 1)


def test_what_a_posting_and_a_decision_say_is_bounded() -> None:
    assert [p.field for p in posting_problems(0, 29, "a" * 256)] == [
        "max_engagements",
        "lifetime_seconds",
        "annotation",
    ]
    assert posting_problems(1, 30, "") == []
    assert [p.field for p in feedback_problems("a\x0bb", "no")] == ["feedback", "reason_code"]
    assert feedback_problems("tab\tand\nline", "wrong") == []
    assert [p.field for p in feedback_problems("x" * 1025)] == ["feedback"]
