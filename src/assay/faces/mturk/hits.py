"""HITs and HIT types: what is asked, on which terms, and what becomes of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

import msgspec

from assay.core.money import parse
from assay.core.offers import AUTO_APPROVAL_SECONDS_MAX, OfferTerms
from assay.core.pages import HtmlPage, Page
from assay.faces.mturk import ids, once, policies, questions, requirements
from assay.faces.mturk.asking import Asked, Verb
from assay.faces.mturk.hits_told import hit, hits
from assay.faces.mturk.paging import page, place_in, size_of
from assay.faces.mturk.refusals import missing, wrong_parameter
from assay.services import layouts, ledger, offers, postings
from assay.services.postings import Offer, Told

_SAID: Final = ("AssignmentReviewPolicy", "HITReviewPolicy", "HITLayoutId")


# --- making -----------------------------------------------------------------------------------------------------------


async def create_hit_type(asked: Asked) -> dict[str, Any]:
    return {"HITTypeId": ids.told((await _offered(asked)).id)}


async def create_hit(asked: Asked) -> dict[str, Any]:
    await once.begin(asked)
    return await _posted(asked, await _offered(asked))


async def create_hit_with_hit_type(asked: Asked) -> dict[str, Any]:
    await once.begin(asked)
    return await _posted(asked, await offers.get(asked.context, _offer_id(asked)))


async def _offered(asked: Asked) -> Offer:
    """The offer with these terms: equal ones are the same HIT type."""
    given = asked.given
    currency = (await ledger.requester_balance(asked.context, asked.mode)).currency
    terms = OfferTerms(
        title=given["Title"],
        description=given["Description"],
        keywords=given.get("Keywords", ""),
        reward_minor=parse(given["Reward"], currency, "Reward").minor,
        currency=currency,
        duration_seconds=given["AssignmentDurationInSeconds"],
        auto_approval_seconds=given.get("AutoApprovalDelayInSeconds", AUTO_APPROVAL_SECONDS_MAX),
        requirements=requirements.read(given.get("QualificationRequirements", [])),
    )
    return await offers.ensure(asked.context, terms, mode=asked.mode)


async def _posted(asked: Asked, offer: Offer) -> dict[str, Any]:
    given = asked.given
    shown, document = await _question(asked)
    request = {"Question": document, **{name: given[name] for name in _SAID if name in given}}
    posting = await postings.publish(
        asked.context,
        offer.id,
        shown,
        lifetime_seconds=given["LifetimeInSeconds"],
        max_engagements=given.get("MaxAssignments", 1),
        annotation=given.get("RequesterAnnotation"),
        policies=policies.read(given),
        request=msgspec.json.encode(request).decode(),
    )
    await once.done(asked, HITId=ids.told(posting.id))
    return {"HIT": hit(posting, offer, Told(shown, request))}


async def _question(asked: Asked) -> tuple[Page, str]:
    """What is shown, and the document that tells of it. Raises ``Refused`` unless it is said in one way."""
    given = asked.given
    layout, question = given.get("HITLayoutId"), given.get("Question")
    if (layout is None) == (question is None):
        raise wrong_parameter("Question", "give either Question or HITLayoutId.")
    if question is not None:
        if given.get("HITLayoutParameters"):
            raise wrong_parameter("HITLayoutParameters", "they come with HITLayoutId only.")
        return questions.page_of(question, asked.mode), question
    layout_id = ids.meant(layout or "")
    if layout_id is None:
        raise missing("HITLayout", layout or "")
    filled = {one["Name"]: one["Value"] for one in given.get("HITLayoutParameters", [])}
    if len(filled) < len(given.get("HITLayoutParameters", [])):
        raise wrong_parameter("HITLayoutParameters", "each name is given once.")
    html = await layouts.filled(asked.context, layout_id, filled)
    document = questions.of_html(html)
    questions.page_of(document, asked.mode)
    return HtmlPage(html), document


# --- changing ---------------------------------------------------------------------------------------------------------


async def create_additional_assignments_for_hit(asked: Asked) -> dict[str, Any]:
    await once.begin(asked)
    await postings.extend(asked.context, _posting_id(asked), asked.given["NumberOfAdditionalAssignments"])
    await once.done(asked)
    return {}


async def update_expiration_for_hit(asked: Asked) -> dict[str, Any]:
    await postings.end_at(asked.context, _posting_id(asked), asked.given["ExpireAt"])
    return {}


async def update_hit_review_status(asked: Asked) -> dict[str, Any]:
    await postings.set_reviewing(asked.context, _posting_id(asked), not asked.given.get("Revert", False))
    return {}


async def update_hit_type_of_hit(asked: Asked) -> dict[str, Any]:
    await postings.move(asked.context, _posting_id(asked), _offer_id(asked))
    return {}


async def delete_hit(asked: Asked) -> dict[str, Any]:
    await postings.dispose(asked.context, _posting_id(asked))
    return {}


# --- looking ----------------------------------------------------------------------------------------------------------


async def get_hit(asked: Asked) -> dict[str, Any]:
    posting, offer = await postings.get(asked.context, _posting_id(asked))
    return {"HIT": hit(posting, offer, (await postings.told(asked.context, [posting.id])).get(posting.id))}


async def list_hits(asked: Asked) -> dict[str, Any]:
    found = await postings.listed(asked.context, mode=asked.mode, before=_before(asked), limit=size_of(asked.given))
    return await _page(asked, found[: size_of(asked.given)])


async def list_reviewable_hits(asked: Asked) -> dict[str, Any]:
    found = await postings.listed(
        asked.context,
        mode=asked.mode,
        before=_before(asked),
        statuses=["reviewing" if asked.given.get("Status") == "Reviewing" else "reviewable"],
        offer_id=_offer_id(asked) if "HITTypeId" in asked.given else None,
        limit=size_of(asked.given),
    )
    return await _page(asked, found[: size_of(asked.given)])


async def list_hits_for_qualification_type(asked: Asked) -> dict[str, Any]:
    type_id = requirements.type_of(asked.given["QualificationTypeId"])
    found = await postings.wanting(
        asked.context, type_id, mode=asked.mode, before=_before(asked), limit=size_of(asked.given)
    )
    return await _page(asked, found[: size_of(asked.given)])


async def _page(asked: Asked, found: Any) -> dict[str, Any]:
    last = ids.told(found[-1].id) if found else None
    return page(asked.operation, asked.given, "HITs", await hits(asked, found), last)


def _before(asked: Asked) -> UUID | None:
    place = place_in(asked.operation, asked.given)
    return None if place is None else ids.meant(place)


def _posting_id(asked: Asked) -> UUID:
    found = ids.meant(asked.given["HITId"])
    if found is None:
        raise missing("HIT", asked.given["HITId"])
    return found


def _offer_id(asked: Asked) -> UUID:
    found = ids.offer_meant(asked.given["HITTypeId"])
    if found is None:
        raise missing("HITType", asked.given["HITTypeId"])
    return found


VERBS: Final[Mapping[str, Verb]] = {
    "CreateAdditionalAssignmentsForHIT": create_additional_assignments_for_hit,
    "CreateHIT": create_hit,
    "CreateHITType": create_hit_type,
    "CreateHITWithHITType": create_hit_with_hit_type,
    "DeleteHIT": delete_hit,
    "GetHIT": get_hit,
    "ListHITs": list_hits,
    "ListHITsForQualificationType": list_hits_for_qualification_type,
    "ListReviewableHITs": list_reviewable_hits,
    "UpdateExpirationForHIT": update_expiration_for_hit,
    "UpdateHITReviewStatus": update_hit_review_status,
    "UpdateHITTypeOfHIT": update_hit_type_of_hit,
}
