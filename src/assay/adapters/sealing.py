"""Secrets that must be read again (those that sign webhooks), encrypted with a master key that lies in a file.

AES-256-GCM with a random nonce; a sealed value is bound to its purpose and names the key that made it. The file is
text, one key a line in base64, newest first: the first seals, all of them open. To change the key, ``add_key``, seal
everything again, and only then ``drop_old_keys``. Whoever has the database and not this file has no secrets; a
backup needs both, kept apart.

Source: NIST SP 800-38D (2007), 8.2.2 (random nonces: far fewer than 2**32 values under one key).
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import os
import secrets
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from assay.core.errors import Unavailable

KEY_BYTES: Final = 32
_VERSION: Final = b"\x01"
_NAME_BYTES, _NONCE_BYTES, _TAG_BYTES = 8, 12, 16
_HEAD_BYTES: Final = 1 + _NAME_BYTES + _NONCE_BYTES


class AesSeals:
    """The port ``Seals`` over keys of 32 random bytes, newest first."""

    def __init__(self, keys: Sequence[bytes]) -> None:
        assert keys, "there is no master key"
        assert all(len(key) == KEY_BYTES for key in keys), "a master key has 32 bytes"
        self._ciphers = {_name(key): AESGCM(key) for key in keys}
        self._current = _name(keys[0])

    def seal(self, secret: str, purpose: str) -> bytes:
        nonce = secrets.token_bytes(_NONCE_BYTES)
        head = _VERSION + self._current + nonce
        return head + self._ciphers[self._current].encrypt(nonce, secret.encode(), _bound(head, purpose))

    def unseal(self, sealed: bytes, purpose: str) -> str:
        head, body = sealed[:_HEAD_BYTES], sealed[_HEAD_BYTES:]
        cipher = self._ciphers.get(head[1 : 1 + _NAME_BYTES])
        if head[:1] != _VERSION or cipher is None or len(body) < _TAG_BYTES:
            raise Unavailable(
                "A stored secret was sealed with a master key that is not in the key file. Put that file back from "
                "its backup, or make a new secret."
            )
        try:
            return cipher.decrypt(head[1 + _NAME_BYTES :], body, _bound(head, purpose)).decode()
        except InvalidTag:
            raise Unavailable(
                "A stored secret was changed, or belongs to something else. Make a new secret for it."
            ) from None

    def is_current(self, sealed: bytes) -> bool:
        return sealed[1 : 1 + _NAME_BYTES] == self._current


def memory_seals() -> AesSeals:
    """With a key that is gone with the process."""
    return AesSeals([secrets.token_bytes(KEY_BYTES)])


def file_seals(path: Path) -> AesSeals:
    """With the keys of ``path``; the first time, a new one is made there (mode 0600).

    Raises ``Unavailable`` when others could read the file, or when it does not hold keys.
    """
    if not path.exists():
        _write(path, [secrets.token_bytes(KEY_BYTES)], replace=False)
    return AesSeals(_read(path))


def add_key(path: Path) -> None:
    """Put a new key first; the others still open what they sealed. Running processes use it after a restart."""
    _write(path, [secrets.token_bytes(KEY_BYTES), *_read(path)], replace=True)


def drop_old_keys(path: Path) -> int:
    """Leave only the newest key; how many went. What they sealed cannot be opened any more."""
    newest, *old = _read(path)
    if old:
        _write(path, [newest], replace=True)
    return len(old)


def _name(key: bytes) -> bytes:
    """Tells keys apart without telling anything about them."""
    return hashlib.sha256(b"assay master key name\0" + key).digest()[:_NAME_BYTES]


def _bound(head: bytes, purpose: str) -> bytes:
    return b"assay seal\0" + head + purpose.encode()


def _read(path: Path) -> list[bytes]:
    with path.open("rb") as file:
        # Asked of the open file, so that what is judged is what is read.
        facts = os.fstat(file.fileno())
        lines = file.read(64 * 1024).split()
    if facts.st_mode & 0o077 or facts.st_uid not in (os.geteuid(), 0):
        raise Unavailable(f"{path} must belong to the user who runs Assay and be closed to others: chmod 600 {path}")
    try:
        keys = [base64.b64decode(line, validate=True) for line in lines]
    except (binascii.Error, ValueError):
        keys = []
    if not keys or any(len(key) != KEY_BYTES or len(set(key)) < KEY_BYTES // 4 for key in keys):
        # A key of few different bytes was typed by somebody; 32 random ones have about 30.
        raise Unavailable(
            f"{path} does not hold master keys (32 random bytes in base64, one a line). Put it back from its backup."
        )
    return keys


def _write(path: Path, keys: Sequence[bytes], *, replace: bool) -> None:
    """Whole or not at all; two processes that both find no file end up with the same one."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    partial = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(b"\n".join(base64.b64encode(key) for key in keys) + b"\n")
            file.flush()
            os.fsync(file.fileno())
        if replace:
            partial.replace(path)
        else:
            try:
                path.hardlink_to(partial)
            except FileExistsError:
                return
    finally:
        partial.unlink(missing_ok=True)
