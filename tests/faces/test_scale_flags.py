"""Amounts, days and check marks beside the text of a document, in the other dialect and in ours."""

from __future__ import annotations

from typing import Any

import pytest

from assay.core.errors import Invalid
from assay.faces.scale.flags import asked_by_flags, read_values, told_values

OURS = {"money": 914.29, "date": "2026-11-22", "checked": "no"}
THEIRS = {"money": {"amount": "914.29"}, "date": {"year": 2026, "month": 11, "day": 22}, "checked": False}


def test_values_are_told_in_parts_and_read_again() -> None:
    assert told_values(OURS) == THEIRS
    assert read_values(THEIRS, "x") == OURS


@pytest.mark.parametrize(
    ("sent", "expected"),
    [
        ({"money": 914.29, "date": "2026-11-22", "checked": "False"}, OURS),
        ({"money": {"amount": 3, "parsed": True}}, {"money": 3.0}),
        ({"attributes": {"ink": "blue"}}, {"ink": "blue"}),
    ],
    ids=["plain", "more members", "others"],
)
def test_plain_values_are_read_too(sent: dict[str, Any], expected: dict[str, Any]) -> None:
    assert read_values(sent, "x") == expected


def test_what_only_bears_the_name_of_a_flag_is_told_as_it_is() -> None:
    ours = {"money": "a lot", "date": "2026-11-22T14:05", "checked": "twice"}

    assert told_values(ours) == {"attributes": ours}


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        ({"money": {"amount": "much"}}, "x.money"),
        ({"date": {"year": 2026, "month": 13, "day": 1}}, "x.date"),
        ({"date": {"year": 2026}}, "x.date"),
        ({"checked": "perhaps"}, "x.checked"),
    ],
    ids=["amount", "month", "half a day", "check mark"],
)
def test_what_is_no_value_is_refused_by_name(sent: dict[str, Any], field: str) -> None:
    with pytest.raises(Invalid) as caught:
        read_values(sent, "x")

    assert [one.field for one in caught.value.problems] == [field]


def test_flags_come_as_a_list_a_text_or_an_object_and_unknown_ones_ask_nothing() -> None:
    names = [
        [one.name for one in asked_by_flags(flags, "flags")]
        for flags in (["is_money", "line"], "date", {"checkbox": 1})
    ]

    assert names == [["money"], ["date"], ["checked"]]
