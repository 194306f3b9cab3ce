"""Elo and win rates, by hand and against published rates."""

from __future__ import annotations

import gzip
import json
from math import log
from pathlib import Path

import numpy as np
import pytest

from assay.quality.intervals import wilson
from assay.quality.ranking import Battles, BradleyTerry, Elo, WinRate

ALPACA = Path(__file__).parents[4] / "shared/data/llm/multi_output_alpaca_eval/judgments_gpt4.jsonl.gz"


def test_two_battles_move_ratings_as_elo_wrote() -> None:
    """Step 32: an even match won gives 16; then 1016 against 984 is expected to score 1 / (1 + 10^(-32/400))."""
    ranked = Elo(step=32, rounds=2).fit(Battles.from_arrays(["x", "x"], ["y", "y"], ["a", "tie"]))

    expected = 1016 + 32 * (0.5 - 1 / (1 + 10 ** (-32 / 400)))
    assert ranked.elo == pytest.approx([expected, 2000 - expected])


def test_elo_depends_on_the_order_and_its_mean_over_shuffles_hardly() -> None:
    rng = np.random.default_rng(1)
    truth = rng.normal(0, 1, 6)
    a = rng.integers(6, size=20_000)
    b = (a + rng.integers(1, 6, size=20_000)) % 6
    outcome = np.where(rng.random(20_000) < 1 / (1 + np.exp(truth[b] - truth[a])), 0, 1)
    forth = Battles.from_codes(a, b, outcome)
    back = Battles.from_codes(a[::-1], b[::-1], outcome[::-1])

    once = np.abs(Elo(step=16, rounds=20).fit(forth).score - Elo(step=16, rounds=20).fit(back).score).max()
    mean = np.abs(
        Elo(step=16, rounds=20, shuffled=True).fit(forth).score - Elo(step=16, rounds=20, shuffled=True).fit(back).score
    ).max()

    assert mean < once
    assert Elo(step=4, rounds=20, shuffled=True).fit(forth).score == pytest.approx(
        BradleyTerry().fit(forth).score, abs=0.12
    )


def test_elo_refuses_a_step_of_nothing() -> None:
    with pytest.raises(ValueError, match="step must be above 0"):
        Elo(step=0).fit(Battles.from_codes([0], [1], [0]))


def test_win_rates_and_their_intervals_by_hand() -> None:
    """x wins 6, draws 2 and loses 2 of ten: 0.7, and the score is the log odds of 7.5 to 3.5."""
    ranked = WinRate().fit(Battles.from_arrays(["x"] * 10, ["y"] * 10, ["a"] * 6 + ["tie"] * 2 + ["b"] * 2))

    assert ranked.win_rate == pytest.approx([0.7, 0.3])
    assert ranked.score == pytest.approx([log(7.5 / 3.5), -log(7.5 / 3.5)])
    # With the half win and half loss there are eleven trials; wilson() takes whole counts, so twice as many halves.
    whole = WinRate().fit(Battles.from_arrays(["x"] * 9, ["y"] * 9, ["a"] * 6 + ["tie"] + ["b"] * 2))
    low, high = 1 / (1 + np.exp(-whole.interval[0]))
    assert (low, high) == pytest.approx(wilson(7, 10))


@pytest.mark.skipif(not ALPACA.exists(), reason="AlpacaEval's judgments are not here (../shared/data/llm)")
def test_alpaca_evals_published_win_rates_are_reproduced() -> None:
    """GPT-4's judgments against text_davinci_003: 1 it wins, 2 the other does, 0 neither; a tie counts half."""
    with gzip.open(ALPACA, "rt") as lines:
        judged = [row for row in map(json.loads, lines) if row["preference"] is not None]
    published = {"text_davinci_001": 15.17, "alpaca-7b": 26.46, "vicuna-13b": 70.43, "claude": 91.55}
    battles = Battles.from_arrays(
        [row["generator_1"] for row in judged],
        [row["generator_2"] for row in judged],
        [row["preference"] for row in judged],
        outcomes={1: "a", 2: "b", 0: "tie"},
    )

    ranked = WinRate().fit(battles)

    for item, rate in published.items():
        assert 100 * ranked.win_rate[ranked.code(item)] == pytest.approx(rate, abs=0.005)
    # All met one opponent only, so that Bradley-Terry puts them in the same order.
    against = [item for item in BradleyTerry().fit(battles).order.tolist() if ranked.items[item] in published]
    assert [ranked.items[item] for item in against] == ["claude", "vicuna-13b", "alpaca-7b", "text_davinci_001"]
