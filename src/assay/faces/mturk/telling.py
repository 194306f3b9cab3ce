"""Messages to workers, and notifications of what happens to HITs: asked for here, and worded here."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

import msgspec

from assay.core.notices import TRIAL, Notice, Transport
from assay.faces.mturk import ids
from assay.faces.mturk.asking import Asked, Verb, without_none
from assay.faces.mturk.refusals import missing, refused, wrong_parameter
from assay.services import messages, notices
from assay.services.notices import NoReceiver, Wanted

VERSIONS: Final = ("2014-08-15", "2006-05-05")
_TRANSPORTS: Final[dict[str, Transport]] = {"SQS": "queue", "SNS": "topic", "Webhook": "webhook", "Email": "mail"}
_EVENTS: Final = {
    "AssignmentAccepted": "engagement.accepted",
    "AssignmentAbandoned": "engagement.abandoned",
    "AssignmentReturned": "engagement.returned",
    "AssignmentSubmitted": "engagement.submitted",
    "AssignmentRejected": "engagement.rejected",
    "AssignmentApproved": "engagement.approved",
    "HITCreated": "posting.created",
    "HITExpired": "posting.expired",
    "HITReviewable": "posting.reviewable",
    "HITExtended": "posting.extended",
    "HITDisposed": "posting.disposed",
    "Ping": TRIAL,
}
_EVENTS_TOLD: Final = {ours: theirs for theirs, ours in _EVENTS.items()}


# --- messages ---------------------------------------------------------------------------------------------------------


async def notify_workers(asked: Asked) -> dict[str, Any]:
    """Whoever cannot be told is told of in the answer, which is a success all the same."""
    given = asked.given
    texts = list(dict.fromkeys(given["WorkerIds"]))
    workers = {text: ids.worker_meant(text) for text in texts}
    if not 1 <= len(texts) <= messages.TOGETHER_MAX:
        raise wrong_parameter("WorkerIds", f"give 1 to {messages.TOGETHER_MAX} ids; these are {len(texts)}.")
    known = [found for found in workers.values() if found is not None]
    missed: Mapping[UUID, str] = {}
    if known:
        not_told = await messages.notify(asked.context, known, given["Subject"], given["MessageText"], mode=asked.mode)
        missed = {one.freelancer_id: one.why for one in not_told}
    told = [
        _failure(text, "stranger" if found is None else missed[found])
        for text, found in workers.items()
        if found is None or found in missed
    ]
    return {"NotifyWorkersFailureStatuses": told}


def _failure(worker: str, why: str) -> dict[str, str]:
    hard = why == "stranger"
    words = (
        f"The worker {worker} has done no work that you approved or rejected."
        if hard
        else f"The worker {worker} was written to too often today. Try again later."
    )
    return {
        "NotifyWorkersFailureCode": "HardFailure" if hard else "SoftFailure",
        "NotifyWorkersFailureMessage": words,
        "WorkerId": worker,
    }


# --- notifications ----------------------------------------------------------------------------------------------------


async def update_notification_settings(asked: Asked) -> dict[str, Any]:
    given = asked.given
    if "Notification" not in given and "Active" not in given:
        raise wrong_parameter("Notification", "give Notification or Active, or both.")
    offer_id = ids.offer_meant(given["HITTypeId"])
    if offer_id is None:
        raise missing("HITType", given["HITTypeId"])
    wanted = _wanted(given["Notification"]) if "Notification" in given else None
    if wanted is not None and not wanted.event_types:
        raise wrong_parameter("EventTypes", "name the events to be told of; Ping is for trials only.")
    try:
        await notices.listen(
            asked.context, offer_id, wanted, given.get("Active"), asked.home.check_callback, asked.mode
        )
    except NoReceiver as error:
        raise refused("InvalidTransportEndpoint", error.message) from None
    return {}


async def send_test_event_notification(asked: Asked) -> dict[str, Any]:
    """Whatever events are asked for, this one is told, at once."""
    wanted = _wanted(asked.given["Notification"])
    type_ = _EVENTS[asked.given["TestEventType"]]
    try:
        await notices.try_out(asked.context, wanted, type_, asked.home.check_callback, asked.mode)
    except NoReceiver as error:
        raise refused("InvalidTransportEndpoint", error.message) from None
    return {}


def _wanted(given: Mapping[str, Any]) -> Wanted:
    if given["Version"] not in VERSIONS:
        raise wrong_parameter("Version", f"it must be one of {', '.join(VERSIONS)}.")
    types = (_EVENTS[one] for one in dict.fromkeys(given["EventTypes"]))
    return Wanted(
        _TRANSPORTS[given["Transport"]],
        given["Destination"],
        given["Version"],
        tuple(one for one in types if one != TRIAL),
    )


class SpokenNotices:
    """How notices are worded (``services.notices.Dialect``)."""

    def body(self, notice: Notice, requester_id: UUID) -> str:
        """One event. ``EventDocId`` tells one that comes twice."""
        event = without_none(
            {
                "EventType": _EVENTS_TOLD[notice.event_type],
                "EventTimestamp": f"{notice.happened_at:%Y-%m-%dT%H:%M:%SZ}",
                "HITTypeId": notice.offer_id and ids.told(notice.offer_id),
                "HITId": notice.posting_id and ids.told(notice.posting_id),
                "AssignmentId": notice.engagement_id and ids.told(notice.engagement_id),
            }
        )
        document = {
            "EventDocVersion": notice.version,
            "EventDocId": notice.id.hex,
            "CustomerId": ids.worker_told(requester_id),
            "Events": [event],
        }
        return msgspec.json.encode(document).decode()

    def title(self, notice: Notice) -> str:
        about = f" of HIT {ids.told(notice.posting_id)}" if notice.posting_id else ""
        return f"{_EVENTS_TOLD[notice.event_type]}{about}"


VERBS: Final[dict[str, Verb]] = {
    "NotifyWorkers": notify_workers,
    "SendTestEventNotification": send_test_event_notification,
    "UpdateNotificationSettings": update_notification_settings,
}
