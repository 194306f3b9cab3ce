"""Pages with places to fill in."""

from __future__ import annotations

import pytest

from assay.core.errors import Invalid, TooLarge
from assay.core.layouts import HTML_BYTES_MAX, check, filled, places

PAGE = "<p>${first} and ${second name}, ${first} again; $x and ${} stay</p>"


def test_every_place_is_filled_with_what_is_given_as_it_is() -> None:
    page = filled(PAGE, {"first": "<b>${second name}</b>", "second name": r"\1 & $"})

    assert places(PAGE) == ["first", "second name"]
    assert page == r"<p><b>${second name}</b> and \1 & $, <b>${second name}</b> again; $x and ${} stay</p>"


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"first": "1"}, "no value for second name"),
        ({"first": "1", "second name": "2", "third": "3"}, "no place for third"),
        ({"third": "3"}, "no value for first, second name and has no place for third"),
    ],
)
def test_exactly_the_places_are_given(given: dict[str, str], said: str) -> None:
    with pytest.raises(Invalid, match=said):
        filled(PAGE, given)


def test_a_page_that_grows_too_large_is_refused() -> None:
    assert len(filled("${a}", {"a": "x" * HTML_BYTES_MAX})) == HTML_BYTES_MAX
    with pytest.raises(TooLarge):
        filled("${a}", {"a": "é" * (HTML_BYTES_MAX // 2 + 1)})


@pytest.mark.parametrize(("name", "html"), [("", "x"), ("n", " "), ("n", "é" * 40_000), ("n", "a\0"), ("a\nb", "x")])
def test_what_cannot_be_kept_is_refused(name: str, html: str) -> None:
    with pytest.raises(Invalid):
        check(name, html)
