"""Names hashed where they lie must be coded exactly as a dictionary would."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd  # type: ignore[import-untyped]
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assay.quality.ranking.text import encode_names


def by_dictionary(names: list[Any]) -> tuple[list[int], list[Any]]:
    seen: dict[Any, int] = {}
    codes = [seen.setdefault(name, len(seen)) for name in names]
    return codes, list(seen)


def columns(names: list[str]) -> dict[str, Any]:
    return {
        "list": names,
        "objects": np.array(names, dtype=object),
        "fixed width": np.array(names, dtype=str),
        "pandas text": pd.Series(names, dtype="str"),
        "pandas objects": pd.Series(names, dtype=object),
        "pandas categories": pd.Series(names, dtype="category"),
        "polars": pl.Series(names, dtype=pl.String),
        "arrow": pa.array(names, pa.string()),
        "arrow, wide offsets": pa.array(names, pa.large_string()),
        "arrow, a slice": pa.array(["before", *names], pa.string())[1:],
        "arrow, in pieces": pa.chunked_array([names[:2], names[2:]], pa.string()),
    }


# NumPy's fixed width drops trailing zeros, so a name may not end in one; everything else may occur.
NAMES = st.lists(st.text(max_size=20).filter(lambda text: not text.endswith("\0")), min_size=1, max_size=30)


@given(NAMES)
@settings(max_examples=40, deadline=None)
def test_every_kind_of_column_is_coded_as_a_dictionary_would(names: list[str]) -> None:
    expected, ids = by_dictionary(names)

    for kind, column in columns(names).items():
        codes, found = encode_names(column, "a")
        assert codes.dtype == np.int32, kind
        assert [found.tolist()[code] for code in codes.tolist()] == names, kind
        assert sorted(found.tolist()) == sorted(ids), kind
        if kind != "pandas categories":
            assert codes.tolist() == expected, kind


def test_names_that_differ_in_one_byte_anywhere_stay_apart() -> None:
    base = "provider/model-of-some-length"
    names = [base, *(base[:place] + "#" + base[place + 1 :] for place in range(len(base)))]
    names += [base[:length] for length in range(len(base))]

    codes, ids = encode_names(pa.array(names), "a")

    assert codes.tolist() == list(range(len(names)))
    assert ids.tolist() == names


def test_more_names_than_the_first_table_holds() -> None:
    names = [f"name {place % 5000}" for place in range(12_000)]

    for column in (pa.array(names), np.array(names), np.array(names, dtype=object)):
        codes, ids = encode_names(column, "a")
        assert codes.tolist() == [place % 5000 for place in range(12_000)]
        assert len(ids) == 5000


def test_rows_that_share_objects_are_told_apart_by_value_not_by_address() -> None:
    one, other = "".join(["mo", "del"]), "".join(["mod", "el"])
    column = np.array([one, other, "x"] * 5, dtype=object)
    assert one is not other

    codes, ids = encode_names(column, "a")

    assert codes.tolist() == [0, 0, 1] * 5
    assert ids.tolist() == ["model", "x"]


@pytest.mark.parametrize(
    "column", [["x", None, "x"], pa.array(["x", None]), pd.Series(["x", None]), pl.Series(["x", None])]
)
def test_a_missing_name_is_refused_with_its_row(column: Any) -> None:
    with pytest.raises(ValueError, match=r"a\[1\] is missing"):
        encode_names(column, "a")


def test_an_empty_column_has_no_codes() -> None:
    empty: list[Any] = [[], pa.array([], pa.string()), np.array([], dtype=str)]
    for column in empty:
        codes, ids = encode_names(column, "a")
        assert len(codes) == len(ids) == 0
