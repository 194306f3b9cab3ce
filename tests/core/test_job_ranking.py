"""What to offer first. Numbers by hand; what is drawn comes from a source that repeats itself."""

import random
from math import exp, log
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.core.job_ranking import Job, best_first, expected, next_best, usual_hourly


def job(number: int, reward: int, seconds: float | None = None, timed: int = 0, **more: int) -> Job:
    return Job(UUID(int=number), reward, more.pop("duration_seconds", 3600), seconds, timed, **more)


def test_the_gain_is_the_reward_by_the_chance_and_the_time() -> None:
    """Requester: (81 + 9) of (81 + 9 + 9 + 1); freelancer: (90 + 9) of (90 + 0 + 10); so 0.945 of 8 answers, and one of
    two between them. Time: 12 answers of 60 seconds, and 3 as if at the usual pace, which is this one."""
    offer = job(1, 50, 60.0, 12, approved=81, rejected=9, own_approved=1, own_rejected=1)
    known = expected(offer, 90, 0, 3000.0)

    assert known.approval == pytest.approx((8 * 0.945 + 1) / 10)
    assert known.seconds == pytest.approx(60.0)
    assert known.hourly_minor == pytest.approx(0.856 * 50 * 60)


def test_few_times_count_little() -> None:
    """One answer of 10 seconds against three as if at the usual pace of 3600 an hour: 100 seconds for 100."""
    known = expected(job(1, 100, 10.0, 1), 0, 0, 3600.0)

    assert known.seconds == pytest.approx(exp((3 * log(100) + log(10)) / 4))


def test_what_is_unknown_pays_what_is_usual_within_its_time() -> None:
    usual = usual_hourly([job(1, 10, 36.0, 5), job(2, 30, 36.0, 5), job(3, 20, 36.0, 5), job(4, 999)])

    assert usual == 2000
    assert expected(job(5, 100), 0, 0, usual).seconds == pytest.approx(180)
    assert expected(job(5, 100, duration_seconds=60), 0, 0, usual).seconds == 60
    assert expected(job(5, 100), 0, 0, None).seconds == 1800


def test_better_paid_comes_first_and_a_requester_who_rejects_last() -> None:
    jobs = [
        job(1, 10, 60.0, 20, approved=100),
        job(2, 20, 60.0, 20, approved=100),
        job(3, 20, 60.0, 20, rejected=1000),
    ]

    assert [one.offer_id.int for one, _ in best_first(jobs, 100, 0)] == [2, 1, 3]


def test_what_nobody_has_tried_stands_above_what_pays_the_same() -> None:
    jobs = [job(1, 10, 36.0, 30), job(2, 10)]

    assert [one.offer_id.int for one, _ in best_first(jobs, 0, 0)] == [2, 1]


@given(st.permutations([job(n, 5 * n, 30.0 if n % 2 else None, n if n % 2 else 0) for n in range(1, 9)]))
def test_the_order_does_not_depend_on_how_they_came(jobs: list[Job]) -> None:
    again = best_first(sorted(jobs, key=lambda one: one.offer_id.int), 3, 1)

    assert best_first(jobs, 3, 1) == again


def test_the_best_comes_next_most_often_and_nothing_starves() -> None:
    """Twenty offers of well known pace; with one in ten draws any of them, each comes up within 3,000 draws."""
    jobs = [job(number, 10 + number, 60.0, 30, approved=500) for number in range(20)]
    source = random.Random(7)

    drawn = [next_best(jobs, 100, 2, source.random) for _ in range(3000)]

    times = {one.offer_id.int: drawn.count(one) for one in jobs}
    assert min(times.values()) >= 5
    assert max(times, key=lambda number: times[number]) >= 17
    assert sum(times[number] for number in range(15, 20)) > sum(times[number] for number in range(15))


def test_an_untried_offer_is_drawn_more_often_than_a_known_one_of_the_same_gain() -> None:
    """Among four, as their widest guess is often the largest: more than its quarter."""
    jobs = [job(number, 10, 36.0, 30) for number in range(3)] + [job(9, 10)]
    source = random.Random(3)

    drawn = [next_best(jobs, 50, 0, source.random) for _ in range(1000)]

    assert sum(one is not None and one.offer_id.int == 9 for one in drawn) > 300


def test_nothing_comes_of_nothing() -> None:
    assert next_best([], 0, 0, lambda: 0.5) is None
    assert best_first([], 0, 0) == []
    assert usual_hourly([job(1, 5)]) is None


@given(
    st.lists(
        st.builds(
            Job,
            st.uuids(),
            st.integers(0, 10**6),
            st.integers(30, 10**7),
            st.one_of(st.none(), st.floats(0, 1e7)),
            st.integers(0, 30),
            st.integers(0, 10**6),
            st.integers(0, 10**6),
            st.integers(0, 1000),
            st.integers(0, 1000),
        ),
        min_size=1,
        max_size=6,
    ),
    st.integers(0, 10**6),
    st.integers(0, 10**6),
    st.lists(st.floats(0, 1, exclude_max=True), min_size=20, max_size=20),
)
def test_whatever_is_known_there_is_an_answer(
    jobs: list[Job], approved: int, rejected: int, draws: list[float]
) -> None:
    source = iter(draws)

    assert next_best(jobs, approved, rejected, lambda: next(source)) in jobs
    for _, known in best_first(jobs, approved, rejected):
        assert 0 <= known.approval <= 1
        assert known.seconds > 0
        assert known.hourly_minor >= 0
