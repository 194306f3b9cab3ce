from __future__ import annotations

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.core.errors import Invalid
from assay.core.ids import made_at_ms, parse, uuid7, uuid7s

times = st.integers(0, (1 << 48) - 1)
chances = st.binary(min_size=10, max_size=10)


def test_the_example_of_the_standard() -> None:
    """RFC 9562, appendix A.6: time 0x017F22E279B0, rand_a 0xCC3, rand_b 0x18C4DC0C0C07398F."""
    random_bits = 0xCC3 << 68 | 0x18C4DC0C0C07398F

    made = uuid7(0x017F22E279B0, random_bits.to_bytes(10))

    assert str(made) == "017f22e2-79b0-7cc3-98c4-dc0c0c07398f"


@given(times, chances)
def test_an_id_is_of_version_7_and_remembers_its_time(now_ms: int, random_bytes: bytes) -> None:
    made = uuid7(now_ms, random_bytes)

    assert made.version == 7
    assert made.variant == "specified in RFC 4122"
    assert made_at_ms(made) == now_ms


@given(times, times, chances, chances)
def test_ids_sort_by_time(earlier: int, later: int, one: bytes, other: bytes) -> None:
    if earlier < later:
        assert uuid7(earlier, one) < uuid7(later, other)


@given(times, chances, st.integers(0, 79))
def test_74_bits_of_chance_are_kept(now_ms: int, random_bytes: bytes, bit: int) -> None:
    flipped = (int.from_bytes(random_bytes) ^ 1 << bit).to_bytes(10)
    ignored = 62 <= bit < 68

    assert (uuid7(now_ms, random_bytes) == uuid7(now_ms, flipped)) == ignored


@given(times, st.lists(chances, max_size=20))
def test_many_ids_are_the_single_ones_in_order(now_ms: int, chances: list[bytes]) -> None:
    made = uuid7s(now_ms, b"".join(chances))

    assert made == [id_.bytes for id_ in sorted(uuid7(now_ms, chance) for chance in chances)]


@pytest.mark.parametrize(("now_ms", "random_bytes"), [(-1, bytes(10)), (1 << 48, bytes(10)), (0, bytes(9))])
def test_what_does_not_fit_is_refused(now_ms: int, random_bytes: bytes) -> None:
    with pytest.raises(ValueError, match=r"must be within|are needed"):
        uuid7(now_ms, random_bytes)


def test_other_versions_have_no_time() -> None:
    with pytest.raises(ValueError, match="version 7"):
        made_at_ms(UUID("6ba7b810-9dad-11d1-80b4-00c04fd430c8"))


@given(st.uuids())
def test_parsing_reads_what_printing_wrote(id_: UUID) -> None:
    assert parse(str(id_)) == parse(str(id_).upper()) == id_


@pytest.mark.parametrize(
    "text",
    [
        "",
        "null",
        "017f22e279b07cc398c4dc0c0c07398f",
        "{017f22e2-79b0-7cc3-98c4-dc0c0c07398f}",
        "urn:uuid:017f22e2-79b0-7cc3-98c4-dc0c0c07398f",
        "017f22e2-79b0-7cc3-98c4-dc0c0c07398g",
        "017f22e-279b0-7cc3-98c4-dc0c0c07398f",
        "017f22e2-79b0-7cc3-98c4-dc0c0c0739_f",
        "+17f22e2-79b0-7cc3-98c4-dc0c0c07398f",
        "\N{ARABIC-INDIC DIGIT ZERO}17f22e2-79b0-7cc3-98c4-dc0c0c07398f",
    ],
)
def test_one_id_has_one_spelling(text: str) -> None:
    with pytest.raises(Invalid) as caught:
        parse(text, "task_id")

    assert caught.value.problems[0].field == "task_id"
