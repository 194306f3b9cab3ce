"""Formats of texts, against Python's own expressions where both mean the same."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assay.core.text_formats import fits

PIECES = ["a", "b", ".", "[ab]", "[^a]", "(a|b)", "(?:ab)", "a*", "(ab)+", "b?", "a{2}", "(a|bb){1,3}", "[a-b]{0,2}"]


@settings(max_examples=300, deadline=None)
@given(
    st.lists(st.sampled_from([*PIECES, "|", r"\b"]), max_size=6).map("".join),
    st.booleans(),
    st.booleans(),
    st.text("abc", max_size=8),
)
def test_a_pattern_fits_what_pythons_finds(pieces: str, first: bool, last: bool, text: str) -> None:
    pattern = ("^" if first else "") + f"(?:{pieces})" + (r"$" if last else "")

    assert fits(pattern, text) == (re.search(pattern.replace("$", r"\Z"), text) is not None)


@pytest.mark.parametrize(
    ("pattern", "text", "found"),
    [
        (r"^\d{5}(-\d{4})?$", "98101-1234", True),
        (r"^\d{5}(-\d{4})?$", "98101-123", False),
        (r"^[\w.+-]+@[\w-]+\.[\w.]+$", "ann.lee+x@example.org", True),
        (r"^[\w.+-]+@[\w-]+\.[\w.]+$", "ann lee", False),
        (r"\u00e9\x41", "\u00e9A", True),
        (r"^[-a]+$", "a-a", True),
        (r"(?<year>\d+)-\d", "in 2026-1", True),
        (r"a{0}b", "b", True),
        (r"^\S+\s\S+?$", "two words", True),
    ],
)
def test_formats_that_forms_ask_for(pattern: str, text: str, found: bool) -> None:
    assert fits(pattern, text) is found


def test_letters_fit_whatever_their_case_where_that_is_asked() -> None:
    assert fits("^[A-Z]{2}é$", "abÉ", ignore_case=True) is True
    assert fits("^[A-Z]{2}$", "ab") is False


@pytest.mark.parametrize("pattern", [r"(a)\1", "(?=a)b", "(?<!a)b", "a**", "(", "[a", "a{2,1}", r"\p{L}", "a{9999}{9}"])
def test_what_needs_a_memory_is_not_tried(pattern: str) -> None:
    assert fits(pattern, "aaa") is None


def test_a_pattern_made_to_take_for_ever_takes_no_longer_than_others() -> None:
    # Python's own would need 2 to the 30th steps here.
    assert fits("^(a+)+$", "a" * 30 + "!") is False
    assert fits("^(a|a)*$", "a" * 5_000 + "!") is False


def test_more_than_can_be_tried_in_time_is_left_alone() -> None:
    assert fits("a{1000}", "b" * 60_000) is None
