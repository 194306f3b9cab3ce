"""What receivers of callbacks know us by, for each mode: made when it is first needed, sealed at rest."""

from __future__ import annotations

import base64
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final
from uuid import UUID

from assay.core.ports import Seals
from assay.services.context import Context
from assay.store import callbacks as store
from assay.store.callbacks import CallbackSettings
from assay.store.delivery import Mode

MODES: Final[tuple[Mode, ...]] = ("live", "test")
_BYTES: Final = 32


@dataclass(frozen=True)
class CallbackKeys:
    """``key`` is a word that every callback carries; ``secrets`` sign it, the newest first."""

    key: str
    secrets: tuple[str, ...]


async def ensured(context: Context, seals: Seals, mode: Mode) -> CallbackSettings:
    """The settings of a mode, locked; made where there are none."""
    found = await store.lock_settings(context.tenant, mode)
    if found is None:
        await store.insert_settings(context.tenant, mode, *_sealed(context, seals, mode), context.now)
        found = await store.lock_settings(context.tenant, mode)
    assert found is not None, "they were just made"
    return found


def opened(context: Context, seals: Seals, settings: CallbackSettings) -> CallbackKeys:
    """Raises ``Unavailable`` when they cannot be opened."""
    purposes = _purposes(context.organization_id, settings.mode)
    sealed = [settings.sealed_secret]
    if settings.old_sealed_secret is not None and settings.old_secret_until is not None:
        sealed += [settings.old_sealed_secret] if context.now < settings.old_secret_until else []
    return CallbackKeys(
        seals.unseal(settings.sealed_key, purposes[0]), tuple(seals.unseal(each, purposes[1]) for each in sealed)
    )


def renewed(context: Context, seals: Seals, settings: CallbackSettings, overlap_seconds: int) -> CallbackSettings:
    """A new key, in force at once, and a new secret; the one before it signs too for so long."""
    key, secret = _sealed(context, seals, settings.mode)
    return replace(
        settings,
        sealed_key=key,
        sealed_secret=secret,
        old_sealed_secret=settings.sealed_secret if overlap_seconds else None,
        old_secret_until=context.now + timedelta(seconds=overlap_seconds) if overlap_seconds else None,
        rotated_at=context.now,
    )


async def reseal(context: Context, seals: Seals) -> int:
    """Seals with the newest master key whatever an older one sealed; of how many modes. Safe to repeat.

    Raises ``Unavailable`` for what no known key opens.
    """
    count = 0
    for mode in MODES:
        found = await store.lock_settings(context.tenant, mode)
        if found is None:
            continue
        key, secret = _purposes(context.organization_id, mode)
        again = replace(
            found,
            sealed_key=_resealed(seals, found.sealed_key, key),
            sealed_secret=_resealed(seals, found.sealed_secret, secret),
            old_sealed_secret=found.old_sealed_secret and _resealed(seals, found.old_sealed_secret, secret),
        )
        if again != found:
            await store.update_settings(context.tenant, again)
            count += 1
    return count


def _sealed(context: Context, seals: Seals, mode: Mode) -> tuple[bytes, bytes]:
    word = base64.urlsafe_b64encode(context.random_bytes(_BYTES)).decode().rstrip("=")
    secret = base64.b64encode(context.random_bytes(_BYTES)).decode()
    purposes = _purposes(context.organization_id, mode)
    return seals.seal(f"callback_{mode}_{word}", purposes[0]), seals.seal(f"whsec_{secret}", purposes[1])


def _purposes(organization_id: UUID, mode: Mode) -> tuple[str, str]:
    return f"callback-key:{organization_id}:{mode}", f"callback-secret:{organization_id}:{mode}"


def _resealed(seals: Seals, sealed: bytes, purpose: str) -> bytes:
    return sealed if seals.is_current(sealed) else seals.seal(seals.unseal(sealed, purpose), purpose)
