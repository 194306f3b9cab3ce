"""Bonuses: a requester adds to what an engagement pays.

A bonus goes from what the requester has available to what the freelancer earned at once, with the market's fee on it.
It may be given for any work that has ended, whatever was decided on it: also for what was handed back because the task
was broken.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from assay.core.errors import AlreadyExists, Conflict, Invalid, NotFound
from assay.core.ledger import Mode
from assay.core.money import MINOR_MAX
from assay.core.texts import is_storable
from assay.services.context import Context
from assay.store import bonuses as store
from assay.store import events, market_settings
from assay.store.bonuses import Bonus as Bonus

REASON_MAX: Final = 4000
TOKEN_MAX: Final = 64


class BonusRepeated(AlreadyExists):
    """The token was used before, for ``bonus``."""

    code = "bonus_repeated"

    def __init__(self, bonus: Bonus) -> None:
        super().__init__(
            f"A bonus with this token was paid at {bonus.paid_at:%Y-%m-%d %H:%M} UTC: {bonus.id}.", "token"
        )
        self.bonus = bonus


async def send(
    context: Context,
    engagement_id: UUID,
    amount_minor: int,
    reason: str,
    *,
    token: str | None = None,
    freelancer_id: UUID | None = None,
) -> Bonus:
    """Pays a bonus for one of the requester's engagements, in the engagement's own currency and mode.

    ``token``: the requester's own word for it, 64 characters at most; nothing is paid twice for one. ``freelancer_id``:
    who the requester believes did the work. Raises ``BonusRepeated``, ``InsufficientFunds``, ``Invalid``, ``NotFound``
    for an engagement that is not the requester's or is another freelancer's, ``Conflict`` while it is being worked on.
    """
    _check(amount_minor, reason, token)
    requester = context.organization_id
    async with context.market() as room:
        found = await store.engagement(room, requester, engagement_id)
        if found is None or freelancer_id not in (None, found.freelancer_id):
            raise NotFound("You have no such engagement with this freelancer.")
        if context.caller.mode == "test" and found.mode == "live":
            raise NotFound("You have no such engagement with this freelancer.")
        if token is not None and (before := await store.with_token(room, requester, found.mode, token)) is not None:
            raise BonusRepeated(before)
        if found.state == "accepted":
            raise Conflict("This is still being worked on; give a bonus once it is handed in or handed back.")
        settings = await market_settings.get(room)
        bonus = Bonus(
            id=context.new_id(),
            mode=found.mode,
            requester_id=requester,
            freelancer_id=found.freelancer_id,
            posting_id=found.posting_id,
            engagement_id=engagement_id,
            amount_minor=amount_minor,
            fee_minor=settings.fee(amount_minor),
            currency=found.currency,
            reason=reason,
            origin="requester",
            token=token,
            paid_at=context.now,
        )
        await store.pay(room, bonus, transfer_id=context.new_id())
        event = events.NewEvent(context.new_id(), "bonus.paid", data=store.told(bonus))
        await events.record(room, context.now, context.caller.actor, [event])
        elsewhere = room.organization_id != requester
    if elsewhere:
        # The requester's own record, and those who listen to it.
        event = events.NewEvent(context.new_id(), "bonus.paid", found.project_id, found.posting_id, store.told(bonus))
        await events.record(context.tenant, context.now, context.caller.actor, [event])
    return bonus


async def page(
    context: Context,
    *,
    mode: Mode | None = None,
    before: UUID | None = None,
    limit: int = 100,
    posting_id: UUID | None = None,
    engagement_id: UUID | None = None,
) -> Sequence[Bonus]:
    """The requester's bonuses, the newest first, older than ``before``; one more than ``limit`` where there is more."""
    mode = context.mode(mode)
    async with context.market() as room:
        return await store.of_requester(
            room,
            context.organization_id,
            mode,
            before=before,
            limit=limit + 1,
            posting_id=posting_id,
            engagement_id=engagement_id,
        )


def _check(amount_minor: int, reason: str, token: str | None) -> None:
    if not 1 <= amount_minor <= MINOR_MAX:
        raise Invalid("A bonus is more than nothing.", "amount")
    if len(reason) > REASON_MAX or not is_storable(reason):
        raise Invalid(f"At most {REASON_MAX} characters that can be stored.", "reason")
    if token is not None and (not 1 <= len(token) <= TOKEN_MAX or not is_storable(token)):
        raise Invalid(f"Between 1 and {TOKEN_MAX} characters that can be stored.", "token")
