"""HITs as they are told: a posting, its offer, and what the program said when it was made."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from assay.core.money import show
from assay.core.postings import Posting
from assay.faces.mturk import ids, requirements
from assay.faces.mturk.asking import Asked, seconds, without_none
from assay.services import postings
from assay.services.postings import Offer, Told

_ECHOED: Final = ("Question", "HITLayoutId")


def hit(posting: Posting, offer: Offer, told: Told | None) -> dict[str, Any]:
    terms = offer.terms
    said: Mapping[str, Any] = (told.request or {}) if told is not None else {}
    return without_none(
        {
            "HITId": ids.told(posting.id),
            "HITTypeId": ids.told(offer.id),
            "HITGroupId": ids.group_told(offer.id),
            **{name: said.get(name) for name in _ECHOED},
            "CreationTime": seconds(posting.created_at),
            "Title": terms.title,
            "Description": terms.description,
            "Keywords": terms.keywords,
            "HITStatus": posting.status.capitalize(),
            "MaxAssignments": posting.max_engagements,
            "Reward": show(posting.reward_minor, posting.currency),
            "AutoApprovalDelayInSeconds": terms.auto_approval_seconds,
            "Expiration": seconds(posting.expires_at),
            "AssignmentDurationInSeconds": terms.duration_seconds,
            "RequesterAnnotation": posting.annotation,
            "QualificationRequirements": [requirements.told(one, posting.mode) for one in terms.requirements],
            "HITReviewStatus": "NotReviewed",
            "NumberOfAssignmentsPending": posting.pending,
            "NumberOfAssignmentsAvailable": posting.available,
            "NumberOfAssignmentsCompleted": posting.completed,
        }
    )


async def hits(asked: Asked, found: Sequence[Posting]) -> list[dict[str, Any]]:
    """The same of several."""
    if not found:
        return []
    offers = await postings.offers_of(asked.context, found)
    told = await postings.told(asked.context, [one.id for one in found])
    return [hit(one, offers[one.offer_id], told.get(one.id)) for one in found]
