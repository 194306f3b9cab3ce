"""What a requester does to workers: bonuses, blocks and messages; and what money there is for it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from assay.core.errors import AlreadyExists
from assay.core.money import parse, show
from assay.faces.mturk import ids
from assay.faces.mturk.asking import Asked, Verb, seconds
from assay.faces.mturk.paging import page, place_in, size_of
from assay.faces.mturk.refusals import missing, refused, unknown_worker, wrong_parameter, wrong_state
from assay.services import blocks, bonuses, engagements, ledger, postings


async def get_account_balance(asked: Asked) -> dict[str, Any]:
    balance = await ledger.requester_balance(asked.context, asked.mode)
    told = {"AvailableBalance": show(balance.own_minor, balance.currency)}
    # In the sandbox nothing is held, as nothing is spent.
    if asked.mode == "live" and balance.aside_minor:
        told["OnHoldBalance"] = show(balance.aside_minor, balance.currency)
    return told


# --- bonuses ----------------------------------------------------------------------------------------------------------


async def send_bonus(asked: Asked) -> dict[str, Any]:
    given = asked.given
    engagement_id, worker_id = ids.meant(given["AssignmentId"]), ids.worker_meant(given["WorkerId"])
    if engagement_id is None:
        raise missing("Assignment", given["AssignmentId"])
    if worker_id is None:
        raise unknown_worker(given["WorkerId"])
    engagement, *_ = await engagements.get(asked.context, engagement_id)
    if engagement.freelancer_id != worker_id:
        raise unknown_worker(given["WorkerId"])
    if engagement.state == "accepted":
        raise wrong_state("assignment", "null", "Submitted, Approved, Rejected")
    try:
        await bonuses.send(
            asked.context,
            engagement_id,
            parse(given["BonusAmount"], engagement.currency, "BonusAmount").minor,
            given["Reason"],
            token=given.get("UniqueRequestToken"),
            freelancer_id=worker_id,
        )
    except bonuses.BonusRepeated as error:
        raise refused(
            "InvalidParameterValue",
            f"This UniqueRequestToken was already used by the request {error.bonus.id}, which paid a bonus of "
            f"{show(error.bonus.amount_minor, error.bonus.currency)}. Nothing was paid again.",
        ) from None
    except AlreadyExists:
        # Two requests with one token met, and the other was first.
        words = "This UniqueRequestToken was already used by the request that came first. Nothing was paid again."
        raise refused("InvalidParameterValue", words) from None
    return {}


async def list_bonus_payments(asked: Asked) -> dict[str, Any]:
    given = asked.given
    if ("HITId" in given) == ("AssignmentId" in given):
        raise wrong_parameter("HITId", "give either HITId or AssignmentId.")
    about: dict[str, UUID] = {}
    if "HITId" in given:
        posting_id = ids.meant(given["HITId"])
        if posting_id is None:
            raise missing("HIT", given["HITId"])
        await postings.get(asked.context, posting_id)
        about["posting_id"] = posting_id
    else:
        engagement_id = ids.meant(given["AssignmentId"])
        if engagement_id is None:
            raise missing("Assignment", given["AssignmentId"])
        await engagements.get(asked.context, engagement_id)
        about["engagement_id"] = engagement_id
    size = size_of(given)
    found = (await bonuses.page(asked.context, mode=asked.mode, before=_place(asked), limit=size, **about))[:size]
    told = [
        {
            "WorkerId": ids.worker_told(one.freelancer_id),
            "BonusAmount": show(one.amount_minor, one.currency),
            "AssignmentId": ids.told(one.engagement_id),
            "Reason": one.reason,
            "GrantTime": seconds(one.paid_at),
        }
        for one in found
    ]
    return page(asked.operation, given, "BonusPayments", told, ids.told(found[-1].id) if found else None)


# --- blocks -----------------------------------------------------------------------------------------------------------


async def create_worker_block(asked: Asked) -> dict[str, Any]:
    await blocks.block(asked.context, _worker(asked), asked.given["Reason"], mode=asked.mode)
    return {}


async def delete_worker_block(asked: Asked) -> dict[str, Any]:
    await blocks.unblock(asked.context, _worker(asked), asked.given.get("Reason"), mode=asked.mode)
    return {}


async def list_worker_blocks(asked: Asked) -> dict[str, Any]:
    size = size_of(asked.given)
    found = (await blocks.blocks(asked.context, mode=asked.mode, after=_place(asked), limit=size))[:size]
    told = [{"WorkerId": ids.worker_told(one.freelancer_id), "Reason": one.reason} for one in found]
    return page(
        asked.operation, asked.given, "WorkerBlocks", told, ids.told(found[-1].freelancer_id) if found else None
    )


def _worker(asked: Asked) -> UUID:
    found = ids.worker_meant(asked.given["WorkerId"])
    if found is None:
        raise unknown_worker(asked.given["WorkerId"])
    return found


def _place(asked: Asked) -> UUID | None:
    place = place_in(asked.operation, asked.given)
    return None if place is None else ids.meant(place)


VERBS: Final[Mapping[str, Verb]] = {
    "CreateWorkerBlock": create_worker_block,
    "DeleteWorkerBlock": delete_worker_block,
    "GetAccountBalance": get_account_balance,
    "ListBonusPayments": list_bonus_payments,
    "ListWorkerBlocks": list_worker_blocks,
    "SendBonus": send_bonus,
}
