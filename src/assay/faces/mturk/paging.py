"""Lists in pages: every page that holds something comes with a token, and the end is an empty page without one.

Programs read ``NextToken`` of each page that is not empty without asking whether it is there; their libraries refuse to
go on when the same token comes twice, so it always tells where the page ended.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Mapping, Sequence
from typing import Any, Final

from assay.faces.mturk.refusals import wrong_parameter

SIZE: Final = 10
_MARK_BYTES: Final = 6


def size_of(given: Mapping[str, Any]) -> int:
    return int(given.get("MaxResults", SIZE))


def place_in(operation: str, given: Mapping[str, Any]) -> str | None:
    """Where the page before ended; none for the first. Raises ``Refused`` for a token of another list or of nobody."""
    token = given.get("NextToken")
    if token is None:
        return None
    try:
        plain = base64.urlsafe_b64decode(token.encode() + b"=" * (-len(token) % 4))
        mark, place = plain[:_MARK_BYTES], plain[_MARK_BYTES:].decode()
    except (binascii.Error, ValueError, UnicodeError):
        mark, place = b"", ""
    if mark != _mark(operation, given) or not place:
        raise wrong_parameter("NextToken", "it is not the token of a page of this list. Start without one.")
    return place


def page(
    operation: str, given: Mapping[str, Any], name: str, found: Sequence[Mapping[str, Any]], last: str | None
) -> dict[str, Any]:
    """``found`` under ``name``; ``last``: where it ends, if it holds anything."""
    return {"NumResults": len(found), name: list(found), **next_token(operation, given, last)}


def next_token(operation: str, given: Mapping[str, Any], last: str | None) -> dict[str, str]:
    """The member that leads on from ``last``; none after an empty page, which ends nowhere."""
    if last is None:
        return {}
    token = base64.urlsafe_b64encode(_mark(operation, given) + last.encode()).decode().rstrip("=")
    return {"NextToken": token}


def _mark(operation: str, given: Mapping[str, Any]) -> bytes:
    """Tells lists apart by what was asked for, the size of a page left out: that may change on the way."""
    asked = sorted((name, str(value)) for name, value in given.items() if name not in ("NextToken", "MaxResults"))
    return hashlib.sha256(repr((operation, asked)).encode()).digest()[:_MARK_BYTES]
