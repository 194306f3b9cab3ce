"""HITs, and what workers hand in for them, for tests of the other dialect."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from assay.faces.mturk import ids
from market import Market
from requesting import Requester

QUESTION = (
    "<HTMLQuestion xmlns='http://mechanicalturk.amazonaws.com/AWSMechanicalTurkDataSchemas/2011-11-11/HTMLQuestion.xsd'>"
    "<HTMLContent><![CDATA[<form name='mturk_form'><input name='colour'></form>]]></HTMLContent>"
    "<FrameHeight>0</FrameHeight></HTMLQuestion>"
)
HIT: dict[str, Any] = {
    "Title": "Name the colour",
    "Description": "Look.",
    "Reward": "0.50",
    "AssignmentDurationInSeconds": 600,
    "AutoApprovalDelayInSeconds": 3600,
    "LifetimeInSeconds": 86_400,
    "Question": QUESTION,
}


def uuid(id_: str) -> UUID:
    found = ids.meant(id_)
    assert found is not None
    return found


async def posted(requester: Requester, **changes: Any) -> str:
    return str((await requester.create_hit(**{**HIT, **changes}))["HIT"]["HITId"])


async def handed_in(market: Market, hit: str, **fields: str | list[str]) -> str:
    """By somebody new; the assignment's id."""
    posting = await market.posting(uuid(hit))
    return ids.told((await market.done(await market.freelancer(), posting, **(fields or {"colour": "blue"}))).id)
