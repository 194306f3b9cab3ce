"""Secrets that people and programs carry: sessions, sign-in links and API keys.

Each names its organization in clear, so that the lookup happens behind that organization's wall; naming another
gains nothing, because the secret's hash is not there. Only SHA-256 hashes are stored: the secrets are 256 bits of
chance, so a slow hash would add nothing but time.
"""

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from assay.core.errors import Unauthenticated

TokenKind = Literal["session", "link", "live", "test"]

_SHAPE = re.compile(r"assay_(session|link|live|test)_([0-9a-f]{32})_([A-Za-z0-9]{52})")
_PREFIX_LENGTH = 8


@dataclass(frozen=True)
class Token:
    kind: TokenKind
    organization_id: UUID
    hash: bytes

    @property
    def shown(self) -> str:
        """Never the secret: what logs may show."""
        return f"assay_{self.kind}_…"


def make(kind: TokenKind, organization_id: UUID, random_bytes: bytes) -> tuple[str, Token, str]:
    """A new token from 32 random bytes: its text (shown once), what is stored, and what people tell it by."""
    assert len(random_bytes) == 32, "a token is 256 bits"
    secret = base64.b32encode(random_bytes).decode().rstrip("=").lower()
    text = f"assay_{kind}_{organization_id.hex}_{secret}"
    return text, parse(text), f"assay_{kind}_…{secret[-_PREFIX_LENGTH:]}"


def parse(text: str) -> Token:
    """Raises ``Unauthenticated`` for anything that is not one of our tokens."""
    match = _SHAPE.fullmatch(text)
    if match is None:
        raise Unauthenticated("This is not a valid token. Sign in again, or check the API key.")
    kind, organization, _ = match.groups()
    return Token(kind, UUID(organization), hashlib.sha256(text.encode()).digest())  # type: ignore[arg-type]
