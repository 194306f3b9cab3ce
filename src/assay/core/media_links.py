"""What a key of the blob store looks like, and links that expire.

Keys are made of ids and hashes only, so that nothing a customer names reaches a path. A link is bound to the method,
the object, the time, the type it is served as, and the person it was made for; whoever serves it checks all five
and that this person may still look.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Final
from urllib.parse import quote_plus

from assay.core.errors import Forbidden, Invalid

SECRET_BYTES_MIN: Final = 32
_SEGMENT = r"[a-z0-9][a-z0-9_-]{0,79}(?:\.[a-z0-9]{1,8})?"
_KEY: Final = re.compile(rf"{_SEGMENT}(?:/{_SEGMENT}){{0,7}}")
_CONTENT_TYPE: Final = re.compile(r"[a-z]{1,20}/[a-z0-9][a-z0-9.+-]{0,60}")


def check_key(key: str) -> str:
    """``key`` itself. Raises ``Invalid`` for one with anything but lower-case letters, digits, ``-``, ``_`` and
    ``/`` between non-empty parts (one dot may set off an ending): no ``..``, no absolute path, no other alphabet."""
    if not _KEY.fullmatch(key):
        raise Invalid("This is not a key of the blob store.")
    return key


@dataclass(frozen=True)
class Grant:
    """What a valid link allows."""

    key: str
    content_type: str
    viewer: str
    expires_at: datetime


def signed_query(
    secrets: Sequence[bytes], key: str, *, expires_at: datetime, content_type: str, viewer: str, method: str = "GET"
) -> str:
    """``key?…`` with the link's conditions and their HMAC-SHA256 by the first of ``secrets``.

    ``viewer`` is the id of whoever may use it. Raises ``Invalid`` for a malformed key or content type.
    """
    check_key(key)
    if not _CONTENT_TYPE.fullmatch(content_type):
        raise Invalid("This is not a content type.")
    expires = int(expires_at.timestamp())
    signature = _signature(_checked(secrets)[0], method, key, expires, content_type, viewer)
    # A key has nothing to quote, and a signature neither.
    return f"{key}?e={expires}&t={_quoted(content_type)}&v={_quoted(viewer)}&s={signature}"


@lru_cache(maxsize=1024)
def _quoted(text: str) -> str:
    return quote_plus(text)


def check_link(
    secrets: Sequence[bytes], key: str, query: Mapping[str, str], *, viewer: str, now: datetime, method: str = "GET"
) -> Grant:
    """What the link allows. Any of ``secrets`` may have signed it, so that a new one can be put first and the old
    one kept until its links have expired. Raises ``Forbidden``, with the same words whatever was wrong."""
    refused = Forbidden("This link has expired or was made for somebody else. Load the page again.")
    try:
        check_key(key)
        expires, content_type = int(query["e"]), query["t"]
        signed_for, signature = query["v"], query["s"].encode()
        expires_at = datetime.fromtimestamp(expires, UTC)
    except (Invalid, KeyError, ValueError, OverflowError, OSError):
        raise refused from None
    valid = False
    # Every secret is tried, so that the time taken does not tell which one fits.
    for secret in _checked(secrets):
        wanted = _signature(secret, method, key, expires, content_type, signed_for).encode()
        valid |= hmac.compare_digest(wanted, signature)
    if not valid or now >= expires_at or not hmac.compare_digest(signed_for.encode(), viewer.encode()):
        raise refused
    return Grant(key, content_type, signed_for, expires_at)


def _checked(secrets: Sequence[bytes]) -> Sequence[bytes]:
    assert secrets, "there is no signing secret"
    assert all(len(secret) >= SECRET_BYTES_MIN for secret in secrets), "signing secrets are 32 bytes or more"
    return secrets


def _signature(secret: bytes, method: str, key: str, expires: int, content_type: str, viewer: str) -> str:
    # Lengths are part of what is signed: no two different links can read the same.
    fields = ("assay media link 1", method, key, str(expires), content_type, viewer)
    text = b"".join(len(part).to_bytes(4, "big") + part for part in (field.encode() for field in fields))
    return base64.urlsafe_b64encode(hmac.digest(secret, text, hashlib.sha256)).decode().rstrip("=")
