"""Keys that sign: an access key says in clear which organization's it is and which of its keys, so that the secret is
looked up behind that organization's wall. Naming another gains nothing, as the secret is not told.

An access key is 56 capital letters and digits: ``ASSAY``, ``L`` for live or ``T`` for test, and two ids in base 36.
"""

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import dataclass
from typing import Final, Literal
from uuid import UUID

from assay.core.base36 import read, written
from assay.core.tokens import Token

SECRET_BYTES: Final = 30
SESSION_BYTES: Final = 60
_ID_LENGTH: Final = 25
_SHAPE: Final = re.compile(r"ASSAY([LT])([0-9A-Z]{25})([0-9A-Z]{25})")
_LETTERS: Final[dict[Literal["live", "test"], str]] = {"live": "L", "test": "T"}


@dataclass(frozen=True)
class AccessKey:
    organization_id: UUID
    key_id: UUID

    @property
    def as_token(self) -> Token:
        """What tells it apart where guessing is slowed down."""
        named = b"assay signing key\0" + self.organization_id.bytes + self.key_id.bytes
        return Token("live", self.organization_id, hashlib.sha256(named).digest())


def access_key(organization_id: UUID, key_id: UUID, mode: Literal["live", "test"]) -> str:
    ids = (written(id_.int, _ID_LENGTH) for id_ in (organization_id, key_id))
    return "ASSAY" + _LETTERS[mode] + "".join(ids)


def access_key_in(text: str) -> AccessKey | None:
    """The key that a program names; none for what is no access key of ours."""
    match = _SHAPE.fullmatch(text)
    if match is None:
        return None
    numbers = [read(part) for part in match.groups()[1:]]
    ids = [UUID(int=number) for number in numbers if number is not None and not number >> 128]
    return AccessKey(*ids) if len(ids) == 2 else None


def secret(random_bytes: bytes) -> str:
    """A secret of 40 characters from 30 random bytes, in an alphabet that every configuration file takes."""
    assert len(random_bytes) in (SECRET_BYTES, SESSION_BYTES), "a secret is 240 bits, a session's token twice that"
    return base64.urlsafe_b64encode(random_bytes).decode()


def session_hash(token: str) -> bytes:
    """What is kept of the token that comes with a key for a while."""
    return hashlib.sha256(token.encode()).digest()
