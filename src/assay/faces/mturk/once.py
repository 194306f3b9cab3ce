"""What a program asks for under a token of its own is done once within a day; the second time is an error that names
what the first one did, and never a repetition of its answer."""

from __future__ import annotations

from typing import Any, Final

from assay.faces.mturk.asking import Asked
from assay.faces.mturk.refusals import Refused, refused
from assay.services import intake

_SAME: Final = b"the same for all requests, as the token alone tells them apart"


async def begin(asked: Asked) -> None:
    """Takes the request's token, if it has one. Raises ``Refused`` for one that was used."""
    key = _key(asked)
    if key is None:
        return
    before: Any = await intake.remembered(asked.context, key, _SAME)
    if before is not None:
        raise _used(before)


async def done(asked: Asked, **made: str) -> None:
    """Keeps what was done under the token."""
    key = _key(asked)
    if key is not None:
        await intake.remember(asked.context, key, {"request_id": asked.request_id, **made})


def _key(asked: Asked) -> str | None:
    token = asked.given.get("UniqueRequestToken")
    return None if token is None else f"mturk {asked.mode} {asked.operation} {token}"


def _used(before: dict[str, str]) -> Refused:
    if "HITId" in before:
        return refused("HitAlreadyExists", f'The HIT with ID "{before["HITId"]}" already exists.')
    return refused(
        "InvalidParameterValue",
        f"This UniqueRequestToken was already used by the request {before['request_id']}, which was carried out.",
    )
