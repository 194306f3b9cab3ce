"""Bradley-Terry: closed forms, another implementation, a published leaderboard, and what must not matter."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from math import log
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize

from assay.quality.arrays import Flags, Floats
from assay.quality.ranking import METHODS, Battles, BradleyTerry, Ranked, rank

LLMFAO = Path(__file__).parents[4] / "shared/data/llm/arena_llmfao"
# Wins of 0..3 against one another, and the scores that choix 0.4.1 gives them: opt_pairwise with alpha = 0.05, which
# is a ridge of 0.1 here, and ilsr_pairwise without a prior.
CHOIX_WINS = {(0, 1): 7, (1, 0): 3, (0, 2): 6, (2, 0): 2, (1, 2): 5, (2, 1): 4, (2, 3): 3, (3, 2): 2, (3, 1): 1}
CHOIX_RIDGE = [0.70593619, -0.20286306, -0.26463234, -0.23844079]
CHOIX_PLAIN = [0.72511377, -0.20113555, -0.26752002, -0.2564582]


def battles_of(wins: dict[tuple[int, int], int], **columns: Sequence[object]) -> Battles:
    rows = [pair for pair, times in wins.items() for _ in range(times)]
    return Battles.from_codes([a for a, _ in rows], [b for _, b in rows], [0] * len(rows), **columns)  # type: ignore[arg-type]


def dense(battles: Battles) -> tuple[Floats, Floats]:
    """Design matrix and what a scored, as a textbook would write them."""
    x = np.zeros((len(battles), battles.n_items))
    x[np.arange(len(battles)), battles.a] += 1
    x[np.arange(len(battles)), battles.b] -= 1
    return x, np.array([1.0, 0.0, 0.5])[battles.outcome]


def arena(items: int, rows: int, seed: int, ties: float = 0.3) -> Battles:
    rng = np.random.default_rng(seed)
    truth = rng.normal(0, 0.8, items)
    a = rng.integers(items, size=rows)
    b = (a + rng.integers(1, items, size=rows)) % items
    u = truth[a] - truth[b] + rng.logistic(size=rows)
    outcome = np.where(u > ties, 0, np.where(u < -ties, 1, 2))
    return Battles.from_codes(
        a, b, outcome, n_items=items, workers=rng.integers(15, size=rows), groups=rng.integers(40, size=rows)
    )


def test_two_items_differ_by_the_log_of_their_odds() -> None:
    ranked = BradleyTerry(ridge=1e-9).fit(battles_of({(0, 1): 30, (1, 0): 10}))

    assert ranked.score == pytest.approx([log(3) / 2, -log(3) / 2], abs=1e-8)
    assert ranked.win_probability(0, 1) == pytest.approx(0.75)
    # The variance of a log odds is 1/30 + 1/10; for two items the sandwich is the same.
    assert ranked.difference(0, 1) == pytest.approx((log(3), (1 / 30 + 1 / 10) ** 0.5), abs=1e-6)


def test_three_items_whose_counts_fit_exactly_have_exact_scores() -> None:
    """Strengths 4 : 2 : 1 give the odds 2, 4 and 2, which these counts have."""
    ranked = BradleyTerry(ridge=1e-9).fit(
        battles_of({(0, 1): 20, (1, 0): 10, (0, 2): 40, (2, 0): 10, (1, 2): 6, (2, 1): 3})
    )

    assert ranked.score == pytest.approx([log(2), 0.0, -log(2)], abs=1e-8)
    assert ranked.elo - ranked.elo[1] == pytest.approx(np.array([1, 0, -1]) * 400 * np.log10(2), abs=1e-5)
    assert ranked.elo.mean() == pytest.approx(1000)


def test_scores_are_those_of_choix() -> None:
    plain = BradleyTerry(ridge=1e-9).fit(battles_of(CHOIX_WINS))
    held = BradleyTerry(ridge=0.1).fit(battles_of(CHOIX_WINS))

    assert plain.score == pytest.approx(CHOIX_PLAIN, abs=2e-8)
    assert held.score == pytest.approx(CHOIX_RIDGE, abs=2e-8)


@pytest.mark.skipif(not LLMFAO.exists(), reason="the LLMFAO votes are not here (../shared/data/llm/arena_llmfao)")
def test_the_published_scores_of_59_models_are_reproduced() -> None:
    """LLMFAO publishes strengths that sum to one; a tie counts half a win for each."""
    with (LLMFAO / "crowd-comparisons.csv").open() as lines:
        votes = list(csv.DictReader(lines))
    with (LLMFAO / "published_leaderboard_human.csv").open() as lines:
        published = {row["model"]: (float(row["score"]), int(row["rank"])) for row in csv.DictReader(lines)}
    columns = {name: [vote[name] for vote in votes] for name in votes[0]}

    ranked = BradleyTerry().fit(Battles.from_frame(columns, "left", "right"))

    strength = np.exp(ranked.score) / np.exp(ranked.score).sum()
    assert set(ranked.items.tolist()) == set(published)
    assert len(ranked) == 59
    for item, (score, place) in published.items():
        assert strength[ranked.code(item)] == pytest.approx(score, abs=3e-6)
        assert abs(ranked.rank[ranked.code(item)] - place) <= 1
    assert ranked.note == ""


def test_intervals_are_the_textbooks_sandwich() -> None:
    """Against dense matrices: bread and meat summed row by row, with the prior as one more observation."""
    battles, ridge = arena(6, 400, 1), 0.3
    ranked = BradleyTerry(ridge=ridge).fit(battles)
    model = BradleyTerry(ridge=ridge, interval="model").fit(battles)
    by_worker = BradleyTerry(ridge=ridge, cluster="worker").fit(battles)
    x, y = dense(battles)
    centre = np.eye(6) - 1 / 6
    found = minimize(
        lambda v: -(y * (x @ v) - np.logaddexp(0, x @ v)).sum() + 0.5 * ridge * v @ v, np.zeros(6), tol=1e-12
    )
    p = 1 / (1 + np.exp(-x @ found.x))
    bread = np.linalg.inv(x.T @ (x * (p * (1 - p))[:, None]) + ridge * np.eye(6))
    slopes = x * (y - p)[:, None]
    assert battles.worker is not None
    summed = np.stack([slopes[battles.worker == worker].sum(axis=0) for worker in range(15)])

    def sandwich(meat: Floats) -> Floats:
        return np.asarray(centre @ bread @ (meat + ridge * np.eye(6)) @ bread @ centre)

    assert ranked.score == pytest.approx(centre @ found.x, abs=1e-6)
    assert ranked.covariance == pytest.approx(sandwich(slopes.T @ slopes), rel=1e-5, abs=1e-7)
    assert model.covariance == pytest.approx(centre @ bread @ centre, rel=1e-5, abs=1e-7)
    assert by_worker.covariance == pytest.approx(sandwich(summed.T @ summed * 15 / 14), rel=1e-5, abs=1e-7)
    half = 1.959963984540054 * np.sqrt(np.diag(ranked.covariance))
    assert ranked.interval == pytest.approx(np.stack([ranked.score - half, ranked.score + half], axis=1))


def test_weights_count_as_repeated_battles_do_in_scores_but_not_in_intervals() -> None:
    battles = arena(5, 200, 2)
    weighted = Battles.from_codes(battles.a, battles.b, battles.outcome, weights=np.full(200, 3.0))
    model = BradleyTerry(ridge=1e-6)

    plain, heavy = model.fit(battles), model.fit(weighted)

    assert heavy.score == pytest.approx(plain.score, abs=1e-6)
    # The sandwich does not take a weight of 3 for three independent votes.
    assert heavy.interval == pytest.approx(plain.interval, rel=1e-4)


def test_the_bootstrap_agrees_with_the_sandwich() -> None:
    battles = arena(6, 3000, 3)

    for cluster in (None, "worker"):
        sandwich = BradleyTerry(cluster=cluster).fit(battles)
        drawn = BradleyTerry(cluster=cluster, interval="bootstrap", rounds=400).fit(battles)
        widths = np.diff(drawn.interval)[:, 0] / np.diff(sandwich.interval)[:, 0]
        # Fifteen workers are few for either; without clusters both see three thousand votes.
        assert abs(np.mean(widths) - 1) < (0.06 if cluster is None else 0.2)
        assert drawn.score == pytest.approx(sandwich.score)


@given(
    st.lists(
        st.tuples(st.integers(0, 4), st.integers(0, 4), st.integers(0, 2)).filter(lambda row: row[0] != row[1]),
        min_size=1,
        max_size=60,
    ),
    st.permutations(range(5)),
    st.sampled_from([name for name in METHODS if name not in ("elo", "judge-aware")]),
)
@settings(max_examples=80, deadline=None)
def test_sides_and_names_do_not_matter_and_nothing_is_nan(
    rows: list[tuple[int, int, int]], renamed: list[int], method: str
) -> None:
    a, b, outcome = (np.array([row[place] for row in rows]) for place in range(3))
    battles = Battles.from_codes(a, b, outcome, n_items=5)
    swapped = Battles.from_codes(b, a, np.array([1, 0, 2])[outcome], n_items=5)
    name = np.array(renamed)
    others = Battles.from_codes(name[a], name[b], outcome, n_items=5)

    first, second, third = (rank(each, method) for each in (battles, swapped, others))

    for numbers in (first.score, first.covariance, first.interval, first.elo_interval, first.win_rate):
        assert np.isfinite(numbers).all()
    assert second.score == pytest.approx(first.score, abs=1e-9)
    # A prior so weak leaves scores of items without a loss to the last steps of the search.
    assert third.score[name] == pytest.approx(first.score, abs=1e-3)
    assert (first.rank_interval[:, 0] <= first.rank).all()
    assert (first.rank <= first.rank_interval[:, 1]).all()


def test_battles_twice_over_leave_scores_and_shrink_intervals_by_the_root_of_two() -> None:
    battles = arena(6, 500, 4)
    twice = Battles.from_codes(np.tile(battles.a, 2), np.tile(battles.b, 2), np.tile(battles.outcome, 2))

    once, again = BradleyTerry(ridge=1e-8).fit(battles), BradleyTerry(ridge=1e-8).fit(twice)

    assert again.score == pytest.approx(once.score, abs=1e-7)
    assert np.diff(once.interval) / np.diff(again.interval) == pytest.approx(np.full((6, 1), 2**0.5), rel=1e-5)


def test_a_start_near_the_end_saves_steps_and_changes_nothing() -> None:
    battles = arena(8, 5000, 5)
    cold = BradleyTerry().fit(battles)

    warm = BradleyTerry().fit(battles, start=cold)

    assert warm.iterations < cold.iterations
    assert warm.score == pytest.approx(cold.score, abs=1e-7)


def test_an_unbeaten_item_stays_finite_is_named_and_widens_only_its_own_interval() -> None:
    battles = arena(5, 600, 6)
    alone = BradleyTerry().fit(battles)
    a, b, outcome = np.append(battles.a, [5] * 8), np.append(battles.b, [0, 1] * 4), np.append(battles.outcome, [0] * 8)

    ranked = BradleyTerry().fit(Battles.from_codes(a, b, outcome))

    assert "1 of 6 items never lost or never won" in ranked.note
    assert ranked.rank[5] == 1
    assert np.isfinite(ranked.score).all()
    assert ranked.interval[5, 1] - ranked.interval[5, 0] > 10
    assert ranked.score[:5] == pytest.approx(alone.score, abs=1e-3)
    assert np.diff(ranked.interval[:5]) == pytest.approx(np.diff(alone.interval), rel=0.01)


def test_groups_that_never_met_are_said_and_not_ranked_against_each_other() -> None:
    ranked = BradleyTerry().fit(
        battles_of({(0, 1): 90, (1, 0): 10, (2, 3): 50, (3, 2): 50, (3, 4): 50, (4, 3): 45}, n_items=5)  # type: ignore[arg-type]
    )

    assert "2 groups that never met (sizes 3, 2)" in ranked.note
    assert ranked.component.tolist() == [1, 1, 0, 0, 0]
    # 0 surely beats 1, which the test of pairs sees; of the other three it can say nothing, nor they of it.
    assert ranked.rank_interval[0].tolist() == [1, 5]
    assert ranked.rank_sets()[0].tolist() == [1, 4]
    assert ranked.interval[0, 1] - ranked.interval[0, 0] > 50


@pytest.mark.parametrize("interval", ["sandwich", "model", "bootstrap"])
@pytest.mark.parametrize("items", [[], ["x"], ["x", 2]])
def test_nothing_to_rank_is_no_error(interval: str, items: list[object]) -> None:
    for method in ("bradley-terry", "davidson"):
        ranked = rank(Battles.from_arrays([], [], [], items=items), method, interval=interval, rounds=3)
        assert ranked.items.tolist() == items
        assert ranked.score.tolist() == [0.0] * len(items)
        assert np.isfinite(ranked.interval).all()


def test_no_battles_give_equal_items_and_a_note() -> None:
    ranked = BradleyTerry().fit(Battles.from_arrays([], [], [], items=["x", "y"]))

    assert ranked.score.tolist() == [0.0, 0.0]
    assert ranked.rank.tolist() == [1, 1]
    assert "there are no battles" in ranked.note


def test_anchoring_keeps_differences_and_moves_the_doubt() -> None:
    ranked = BradleyTerry().fit(battles_of(CHOIX_WINS))

    moved = ranked.anchored(2, 1200.0)

    assert moved.elo[2] == 1200.0
    assert moved.interval[2].tolist() == [0.0, 0.0]
    assert moved.elo - moved.elo[0] == pytest.approx(ranked.elo - ranked.elo[0])
    assert moved.difference(0, 1) == pytest.approx(ranked.difference(0, 1))
    assert moved.interval[0, 1] - moved.score[0] == pytest.approx(1.959963984540054 * ranked.difference(0, 2)[1])


def test_the_table_is_best_first() -> None:
    table = BradleyTerry().fit(battles_of(CHOIX_WINS)).table()

    assert [row["item"] for row in table] == [0, 1, 3, 2]
    assert [row["rank"] for row in table] == [1, 2, 3, 4]
    assert all(row["elo_low"] < row["elo"] < row["elo_high"] for row in table)


@pytest.mark.parametrize(
    ("settings_", "words"),
    [
        ({"ridge": 0.0}, "ridge must be above 0"),
        ({"confidence": 1.0}, "confidence must be within"),
        ({"interval": "exact"}, "it is one of sandwich, model, bootstrap"),
        ({"cluster": "worker"}, "needs battles built with workers"),
        ({"interval": "bootstrap", "rounds": 1}, "2 rounds or more"),
    ],
)
def test_wrong_settings_are_named(settings_: dict[str, object], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        BradleyTerry(**settings_).fit(battles_of(CHOIX_WINS))  # type: ignore[arg-type]


def test_an_unknown_method_is_refused_with_the_known_ones() -> None:
    with pytest.raises(ValueError, match="it is one of bradley-terry"):
        rank(battles_of(CHOIX_WINS), "bradley")


def test_intervals_cover_the_truth_as_often_as_they_say() -> None:
    """300 simulated arenas of 8 items and 400 battles: nominal 95 %, and 2,400 intervals to judge by."""
    rng = np.random.default_rng(7)
    truth = rng.normal(0, 1, 8)
    truth -= truth.mean()
    covered: list[Flags] = []
    for _ in range(300):
        a = rng.integers(8, size=400)
        b = (a + rng.integers(1, 8, size=400)) % 8
        won = rng.random(400) < 1 / (1 + np.exp(truth[b] - truth[a]))
        ranked: Ranked = BradleyTerry().fit(Battles.from_codes(a, b, np.where(won, 0, 1), n_items=8))
        covered.append((ranked.interval[:, 0] <= truth) & (truth <= ranked.interval[:, 1]))

    assert 0.93 <= np.mean(covered) <= 0.97


def test_votes_of_one_worker_hang_together_and_clustered_intervals_know_it() -> None:
    """200 arenas of 60 workers, 20 votes each, whose tastes differ by item: only clustered intervals cover enough."""
    rng = np.random.default_rng(8)
    truth = np.array([-0.6, -0.2, 0.2, 0.6])
    found: dict[str | None, list[Ranked]] = {None: [], "worker": []}
    for _ in range(200):
        taste = rng.normal(0, 0.8, (60, 4))
        worker = np.repeat(np.arange(60), 20)
        a = rng.integers(4, size=1200)
        b = (a + rng.integers(1, 4, size=1200)) % 4
        gap = truth[a] - truth[b] + taste[worker, a] - taste[worker, b]
        outcome = np.where(rng.random(1200) < 1 / (1 + np.exp(-gap)), 0, 1)
        battles = Battles.from_codes(a, b, outcome, n_items=4, workers=worker)
        for cluster, rankings in found.items():
            rankings.append(BradleyTerry(cluster=cluster).fit(battles))  # type: ignore[arg-type]

    # What the average vote says is less spread than what each worker sees: the mean of many arenas stands for it.
    target = np.mean([ranked.score for ranked in found[None]], axis=0)
    held = {
        cluster: np.mean([(each.interval[:, 0] <= target) & (target <= each.interval[:, 1]) for each in rankings])
        for cluster, rankings in found.items()
    }
    assert 0.92 <= held["worker"] <= 0.98
    assert held[None] < 0.88
