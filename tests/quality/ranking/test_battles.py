"""Battles are built once, from columns of any kind, and say what is wrong with them."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd  # type: ignore[import-untyped]
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assay.quality.ranking import Battles, relative_difference
from assay.quality.ranking.cells import collapsed

PANDALM = Path(__file__).parents[4] / "shared/data/llm/arena_pandalm/testset-v1.json.gz"
# (win, lose, tie) of the first model against the second, majority of three people, as PandaLM publishes it.
PANDALM_TABLE = {
    ("llama-7b", "bloom-7b"): (72, 28, 11),
    ("llama-7b", "cerebras-gpt-6.7B"): (80, 24, 6),
    ("llama-7b", "opt-7b"): (71, 24, 11),
    ("llama-7b", "pythia-6.9b"): (58, 27, 9),
    ("bloom-7b", "cerebras-gpt-6.7B"): (59, 30, 11),
    ("bloom-7b", "opt-7b"): (43, 35, 11),
    # Printed as (49, 47, 11), with its sides swapped: the data's README says how that is known.
    ("bloom-7b", "pythia-6.9b"): (47, 49, 11),
    ("cerebras-gpt-6.7B", "opt-7b"): (33, 49, 9),
    ("cerebras-gpt-6.7B", "pythia-6.9b"): (27, 53, 11),
    ("opt-7b", "pythia-6.9b"): (32, 53, 15),
}


def test_items_are_sorted_and_shared_by_both_sides() -> None:
    battles = Battles.from_arrays(["z", "y"], ["x", "z"], ["model_a", "TIE (bothbad)"])

    assert battles.items.tolist() == ["x", "y", "z"]
    assert battles.a.tolist() == [2, 1]
    assert battles.b.tolist() == [0, 2]
    assert battles.outcome.tolist() == [0, 2]


@pytest.mark.parametrize("library", ["pandas", "polars", "arrow", "dict"])
def test_frames_of_any_library_give_the_same_battles(library: str) -> None:
    columns = {
        "model_a": ["x", "y", "x"],
        "model_b": ["y", "z", "z"],
        "winner": ["model_a", "model_b", "both_bad"],
        "judge": ["p", "q", "p"],
        "length": [0.5, -1.0, 2.0],
        "much": [1.0, 2.0, 3.0],
    }
    frame: Any = {"pandas": pd.DataFrame, "polars": pl.DataFrame, "arrow": pa.table, "dict": dict}[library](columns)

    battles = Battles.from_frame(frame, worker="judge", weight="much", covariates=["length"])

    assert battles.items.tolist() == ["x", "y", "z"]
    assert battles.outcome.tolist() == [0, 1, 2]
    assert battles.worker is not None
    assert battles.worker.tolist() == [0, 1, 0]
    assert battles.weight is not None
    assert battles.weight.tolist() == [1.0, 2.0, 3.0]
    assert battles.covariates is not None
    assert battles.covariates.tolist() == [[0.5], [-1.0], [2.0]]
    assert battles.covariate_names == ("length",)


def test_outcomes_may_be_words_of_ones_own_or_what_a_scored() -> None:
    own = Battles.from_arrays(["x"] * 3, ["y"] * 3, [1, 2, 0], outcomes={1: "a", 2: "b", 0: "tie"})
    scores = Battles.from_arrays(["x"] * 3, ["y"] * 3, [1.0, 0.0, 0.5])

    assert own.outcome.tolist() == scores.outcome.tolist() == [0, 1, 2]


def test_an_item_against_itself_is_left_out_and_said_so() -> None:
    battles = Battles.from_arrays(["x", "x"], ["x", "y"], ["a", "b"], workers=["p", "q"], weights=[1, 2])

    assert len(battles) == 1
    assert battles.notes == ("1 battles of an item against itself were left out",)
    assert battles.weight is not None
    assert battles.weight.tolist() == [2.0]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"outcome": ["a", "?"]}, "outcome '\\?' is not known"),
        ({"outcome": ["a"]}, "outcome has 1 rows and a has 2"),
        ({"weights": [1.0, 0.0]}, "weights must be above 0"),
        ({"weights": [1.0, np.nan]}, "weights holds a number that is not finite"),
        ({"covariates": [[1.0], [np.inf]]}, "covariates holds a number that is not finite"),
        ({"covariates": [[1.0], [2.0]], "covariate_names": ["p", "q"]}, "2 names for 1 covariates"),
        ({"items": ["x"]}, "b names 'y', which is not among items"),
        ({"items": ["x", "x", "y"]}, "items names an item twice"),
        ({"workers": ["p"]}, "workers has 1 rows"),
    ],
)
def test_what_is_wrong_is_named_with_its_remedy(change: dict[str, Any], words: str) -> None:
    columns: dict[str, Any] = {"a": ["x", "x"], "b": ["y", "y"], "outcome": ["a", "b"]}

    with pytest.raises(ValueError, match=words):
        Battles.from_arrays(**{**columns, **change})


def test_codes_out_of_range_are_refused() -> None:
    with pytest.raises(ValueError, match="codes from 0 to 1"):
        Battles.from_codes([0, 2], [1, 1], [0, 0], n_items=2)
    with pytest.raises(ValueError, match="outcome must be 0"):
        Battles.from_codes([0], [1], [3])


@given(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4), st.integers(0, 2), st.integers(1, 5)), max_size=40))
@settings(max_examples=60, deadline=None)
def test_collapsing_keeps_every_battle_whichever_side_was_named_first(rows: list[tuple[int, int, int, int]]) -> None:
    rows = [row for row in rows if row[0] != row[1]]
    a, b, outcome, weight = (np.array([row[place] for row in rows], dtype=np.int64) for place in range(4))
    battles = Battles.from_codes(a, b, outcome, n_items=5, weights=weight)

    for many in (False, True):
        # A thousand times as many items no longer fit the table, and take the way by sorting.
        wider = Battles.from_codes(a, b, outcome, n_items=5000, weights=weight) if many else battles
        cells = collapsed(wider)
        expected: dict[tuple[int, int, int], list[float]] = {}
        for i, j, result, w in rows:
            key = (i, j, result) if i < j else (j, i, result if result == 2 else 1 - result)
            entry = expected.setdefault(key, [0.0, 0.0])
            entry[0] += w
            entry[1] += w * w
        found = {
            (int(i), int(j), int(o)): [w, s]
            for i, j, o, w, s in zip(cells.a, cells.b, cells.outcome, cells.weight, cells.square, strict=True)
        }
        assert found == expected


def test_relative_difference_is_within_one_and_even_for_nothing() -> None:
    assert relative_difference([300, 0, 5], [100, 0, 0]).tolist() == [0.5, 0.0, 1.0]
    with pytest.raises(ValueError, match="0 or more"):
        relative_difference([-1], [1])


@pytest.mark.skipif(not PANDALM.exists(), reason="PandaLM's test set is not here (../shared/data/llm/arena_pandalm)")
def test_collapsed_battles_are_pandalms_published_table() -> None:
    with gzip.open(PANDALM, "rt") as text:
        pairs = json.load(text)
    said = [sorted(pair[f"annotator{person}"] for person in (1, 2, 3)) for pair in pairs]
    sides = [pair["cmp_key"].split("_") for pair in pairs]
    battles = Battles.from_arrays(
        [first for first, _ in sides],
        [second for _, second in sides],
        # The middle of three is the majority where two agree.
        [[0, 1, 2][three[1]] if three[0] == three[1] or three[1] == three[2] else 0 for three in said],
        outcomes={1: "a", 2: "b", 0: "tie"},
    )

    cells = collapsed(battles)

    found: dict[tuple[str, str], list[int]] = {pair: [0, 0, 0] for pair in PANDALM_TABLE}
    for a, b, outcome, weight in zip(cells.a, cells.b, cells.outcome, cells.weight, strict=True):
        pair = (str(battles.items[a]), str(battles.items[b]))
        if pair in found:
            found[pair][outcome] += int(weight)
        else:
            found[pair[1], pair[0]][[1, 0, 2][outcome]] += int(weight)
    assert {pair: tuple(counts) for pair, counts in found.items()} == PANDALM_TABLE
