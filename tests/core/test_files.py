"""What a file is by its content, and the address by which tasks name it."""

from __future__ import annotations

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.core.content import is_address
from assay.core.errors import Invalid
from assay.core.files import HEAD_BYTES, address_of, check, content_type_of, file_of
from assay.core.intake import file_name_of

# Fixed, because tests that are run side by side are told apart by their parameters.
FILE_ID = UUID("0193f1c2-0000-7000-8000-00000000000f")


@given(st.uuids(), st.text(min_size=1))
def test_an_address_names_its_file_whatever_that_is_called(file_id: UUID, name: str) -> None:
    try:
        name.encode()
    except UnicodeEncodeError:
        return
    address = address_of(file_id, name)

    assert file_of(address) == file_id
    assert is_address(address)
    assert file_name_of(address) == name[:200]


@pytest.mark.parametrize(
    "address",
    [
        "",
        "https://a.org/x",
        "assay-file://",
        "assay-file://x/y",
        f"assay-file://{FILE_ID}/a/b",
        f"x assay-file://{FILE_ID}",
    ],
)
def test_other_addresses_name_no_file(address: str) -> None:
    assert file_of(address) is None


@pytest.mark.parametrize("size", range(HEAD_BYTES - 6, HEAD_BYTES + 1))
def test_a_letter_that_is_cut_in_two_is_no_reason_to_take_a_text_for_something_else(size: int) -> None:
    assert content_type_of(("a" * (size - 2) + "€€").encode()[:HEAD_BYTES]) == "text/plain"


def test_what_is_broken_in_the_middle_is_no_text() -> None:
    assert content_type_of(b"a" * 100 + b"\xff" + b"a" * 100) == "application/octet-stream"


@pytest.mark.parametrize("name", ["", "a\nb", "x" * 1025])
def test_a_name_can_be_seen(name: str) -> None:
    with pytest.raises(Invalid):
        check(name, None, {})
