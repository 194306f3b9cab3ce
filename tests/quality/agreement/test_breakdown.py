"""Agreement by class and by worker adds up to that of all, and the coefficient without a worker is what it would be."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assay.quality.agreement import by_class, by_worker, fleiss_kappa, gwet_ac, krippendorff_alpha
from assay.quality.agreement.breakdown import Coefficient
from assay.quality.votes import Repeated, Votes
from quality.agreement.answers import FLEISS

votes_drawn = st.lists(
    st.tuples(st.integers(0, 8), st.integers(0, 4), st.integers(0, 3)), min_size=6, max_size=60
).filter(lambda rows: len({(task, worker) for task, worker, _ in rows}) > len({task for task, _, _ in rows}))

KINDS: list[tuple[Coefficient, str]] = [
    ("alpha", "nominal"),
    ("alpha", "ordinal"),
    ("alpha", "interval"),
    ("alpha", "ratio"),
    ("fleiss", "nominal"),
    ("ac1", "nominal"),
]


def made_of(rows: list[tuple[int, int, int]], repeated: Repeated = "last") -> Votes:
    task, worker, label = zip(*rows, strict=True)
    return Votes.from_arrays(task, worker, label, classes=[0, 1, 2, 3], repeated=repeated)


def whole(votes: Votes, coefficient: Coefficient, distance: str) -> float:
    if coefficient == "alpha":
        return krippendorff_alpha(votes, distance, interval="none").value
    return (fleiss_kappa if coefficient == "fleiss" else gwet_ac)(votes, interval="none").value


@settings(max_examples=60, deadline=None)
@given(votes_drawn, st.sampled_from(KINDS), st.sampled_from(["last", "all"]))
def test_without_a_worker_is_the_coefficient_of_the_others(
    rows: list[tuple[int, int, int]], kind: tuple[Coefficient, str], repeated: Repeated
) -> None:
    votes = made_of(rows, repeated)

    for one in by_worker(votes, *kind):
        others = votes.only(votes.workers[votes.worker] != one.worker)
        if one.without is None:
            assert (np.diff(others.start) < 2).all()
        else:
            assert one.without == pytest.approx(whole(others, *kind), abs=1e-9)


@settings(max_examples=60, deadline=None)
@given(votes_drawn, st.sampled_from(["nominal", "ordinal", "interval", "ratio"]))
def test_the_alpha_of_all_is_the_mean_of_the_workers(rows: list[tuple[int, int, int]], distance: str) -> None:
    votes = made_of(rows)

    each = by_worker(votes, "alpha", distance)

    mean = np.average([one.agreement.value for one in each], weights=[one.agreement.units for one in each])
    assert mean == pytest.approx(whole(votes, "alpha", distance), abs=1e-9)
    for one in each:
        assert one.agreement.low <= one.agreement.value + 1e-9
        assert one.agreement.value <= one.agreement.high + 1e-9 <= 1 + 2e-9


def test_who_answers_at_random_is_seen() -> None:
    rng = np.random.default_rng(0)
    task, worker = np.divmod(np.arange(2_000), 5)
    label = np.where(worker == 3, rng.integers(0, 4, 2_000), np.where(rng.random(2_000) < 0.8, task % 4, 0))
    votes = Votes.from_arrays(task, worker, label)

    for coefficient in ("alpha", "fleiss", "ac1"):
        each = by_worker(votes, coefficient)
        least = min(each, key=lambda one: one.agreement.value)
        assert least.worker == 3
        assert least.agreement.low < 0.05
        assert least.influence < -0.1
        assert all(one.agreement.low > 0.3 and one.influence > 0 for one in each if one.worker != 3)


def test_many_votes_by_few_are_compared_by_counts() -> None:
    """More answers a unit than classes takes the other road through the kernel; by hand for one worker: of 9 others,
    on unit 1 four say the same and on unit 2 nine do."""
    rows = [(1, who, int(who >= 5)) for who in range(10)] + [(2, who, 1) for who in range(10)]

    first = by_worker(made_of(rows))[0]

    assert first.agreement.observed == pytest.approx((4 / 9 + 9 / 9) / 2)


def test_classes_by_hand() -> None:
    """Units aa, aa, ab, bb, bc: of 5 answers a, 4 are met by another; of 4 b, 2; of 1 c, none."""
    rows = by_class([[2, 0, 0], [2, 0, 0], [1, 1, 0], [0, 2, 0], [0, 1, 1]])

    assert [row.label for row in rows] == [0, 1, 2]
    assert [row.share for row in rows] == pytest.approx([0.5, 0.4, 0.1])
    assert [row.specific for row in rows] == pytest.approx([4 / 5, 2 / 4, 0])
    # c against the rest: 1 - (10 - 1) x 2 / (2 x 9 x 1), as nobody met the one who said c.
    assert rows[2].agreement.value == pytest.approx(0.0)


def test_a_class_nobody_gave_is_no_row() -> None:
    votes = made_of([(1, 1, 0), (1, 2, 0), (2, 1, 2), (2, 2, 0)])

    assert [row.label for row in by_class(votes)] == [0, 2]


def test_fleiss_kappa_is_the_mean_of_its_classes() -> None:
    """Fleiss 1971: weighted by p (1 - p)."""
    rows = by_class(FLEISS, "fleiss")

    weights = [row.share * (1 - row.share) for row in rows]
    assert np.average([row.agreement.value for row in rows], weights=weights) == pytest.approx(
        fleiss_kappa(FLEISS).value
    )


def test_one_class_only_is_said() -> None:
    votes = Votes.from_arrays([1, 1, 2, 2], [1, 2, 1, 2], ["a"] * 4)

    each = by_worker(votes)

    assert [one.agreement.value for one in each] == [0.0, 0.0]
    assert all("alike" in one.agreement.note and one.influence == 0.0 for one in each)
    assert by_class(votes)[0].specific == 1.0


def test_what_cannot_be_broken_down_is_refused() -> None:
    votes = made_of([(1, 1, 0), (1, 2, 0)])

    with pytest.raises(ValueError, match="coefficient is"):
        by_worker(votes, "scott")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="no distance"):
        by_worker(votes, "ac1", "ordinal")
    with pytest.raises(ValueError, match="two answers"):
        by_worker(made_of([(1, 1, 0), (2, 2, 0)]))
    with pytest.raises(ValueError, match="two answers"):
        by_class([[1, 0]])
