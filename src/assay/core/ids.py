"""Ids: UUIDs of version 7, which sort by the time they were made."""

from __future__ import annotations

from uuid import UUID

from assay.core.errors import Invalid

RANDOM_BYTES = 10

_TIMESTAMP_BITS = 48
_LOW_BITS = (1 << 62) - 1
_HYPHENS_AT = (8, 13, 18, 23)


def uuid7(now_ms: int, random_bytes: bytes) -> UUID:
    """The id made of a time and of chance.

    ``now_ms``: milliseconds since 1970-01-01 UTC, below 2**48. ``random_bytes``: 10 bytes, of which 74 bits are
    used. Layout, from the highest bit: 48 time, 4 version (7), 12 random, 2 variant (binary 10), 62 random.
    Raises ``ValueError`` outside those bounds. Source: RFC 9562, section 5.7.

    >>> uuid7(0x017F22E279B0, bytes(10))
    UUID('017f22e2-79b0-7000-8000-000000000000')
    """
    if not 0 <= now_ms < 1 << _TIMESTAMP_BITS:
        raise ValueError(f"now_ms must be within 0 and 2**{_TIMESTAMP_BITS}, got {now_ms}")
    if len(random_bytes) != RANDOM_BYTES:
        raise ValueError(f"{RANDOM_BYTES} random bytes are needed, got {len(random_bytes)}")
    chance = int.from_bytes(random_bytes)
    high = chance >> 68
    low = chance & _LOW_BITS
    return UUID(int=now_ms << 80 | 0x7 << 76 | high << 64 | 0b10 << 62 | low)


def uuid7s(now_ms: int, random_bytes: bytes) -> list[UUID]:
    """Ids of one millisecond in ascending order, one for each 10 of the ``random_bytes``; bounds as of ``uuid7``."""
    if not 0 <= now_ms < 1 << _TIMESTAMP_BITS:
        raise ValueError(f"now_ms must be within 0 and 2**{_TIMESTAMP_BITS}, got {now_ms}")
    if len(random_bytes) % RANDOM_BYTES:
        raise ValueError(f"{RANDOM_BYTES} random bytes are needed for each, got {len(random_bytes)} in all")
    fixed = now_ms << 80 | 0x7 << 76 | 0b10 << 62
    chances = [int.from_bytes(random_bytes[at : at + RANDOM_BYTES]) for at in range(0, len(random_bytes), RANDOM_BYTES)]
    # Sorted before they are made: an id compares thirty times as slowly as the number it stands for.
    return [UUID(int=number) for number in sorted([fixed | (c >> 68) << 64 | c & _LOW_BITS for c in chances])]


def made_at_ms(id_: UUID) -> int:
    """The milliseconds since 1970-01-01 UTC written in a version 7 id. Raises ``ValueError`` for other versions."""
    if id_.version != 7:
        raise ValueError(f"{id_} is not a version 7 id")
    return id_.int >> 80


def parse(text: str, field: str = "id") -> UUID:
    """The id written in a request, of any version, in the canonical form of 36 characters.

    Raises ``Invalid`` naming ``field``: braces, missing hyphens and ``urn:uuid:`` are refused, so that one id has
    one spelling in logs and signatures; capitals are read as small letters.
    """
    if len(text) == 36 and text.isascii() and all(text[i] == "-" for i in _HYPHENS_AT):
        digits = text.replace("-", "")
        if len(digits) == 32 and all(c in "0123456789abcdefABCDEF" for c in digits):
            return UUID(hex=digits)
    raise Invalid(f"{text[:50]!r} is not an id; ids look like 017f22e2-79b0-7cc3-98c4-dc0c0c07398f", field)
