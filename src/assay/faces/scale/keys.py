"""How a program shows its key."""

from __future__ import annotations

import base64
import binascii

from assay.core import errors, tokens


def key_in(header: str | None) -> tokens.Token:
    """The API key of an Authorization header, as Basic's user name or as Bearer's token. Raises ``Unauthenticated``."""
    scheme, _, value = (header or "").partition(" ")
    text = value.strip()
    if scheme.lower() == "basic":
        try:
            text = base64.b64decode(text, validate=True).decode().partition(":")[0]
        except (binascii.Error, UnicodeDecodeError):
            text = ""
    elif scheme.lower() != "bearer":
        raise errors.Unauthenticated("Send an API key as the user name of Basic, or as Bearer.")
    token = tokens.parse(text)
    if token.kind not in ("live", "test"):
        raise errors.Unauthenticated("This is not an API key; make one in the console.")
    return token
