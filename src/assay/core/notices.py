"""Telling a requester what happens to the postings of an offer: where, of what, and whether that can be."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal, TypeAlias
from uuid import UUID

from assay.core.errors import Invalid
from assay.core.offers import Mode

Transport: TypeAlias = Literal["queue", "topic", "webhook", "mail"]
TRIAL: Final = "trial"
# Events of a posting that a requester may be told of, one at a time.
EVENT_TYPES: Final = (
    "posting.created",
    "posting.expired",
    "posting.reviewable",
    "posting.extended",
    "posting.disposed",
    "engagement.accepted",
    "engagement.abandoned",
    "engagement.returned",
    "engagement.submitted",
    "engagement.rejected",
    "engagement.approved",
)
# The job that makes one attempt. Its subject is the notice.
GIVE: Final = "give_notice"

_TOPIC: Final = re.compile(r"arn:aws[a-z-]{0,20}:sns:([a-z0-9-]{1,40}):[0-9]{12}:[A-Za-z0-9_-]{1,256}(?:\.fifo)?")
_REGION: Final = re.compile(r"[a-z0-9-]{1,40}")
# Amazon's names for queues, the older one too.
_QUEUE_HOSTS: Final = (
    re.compile(r"sqs\.([a-z0-9-]+)\.amazonaws\.com(?:\.cn)?"),
    re.compile(r"([a-z0-9-]+)\.queue\.amazonaws\.com"),
)


@dataclass(frozen=True)
class Listener:
    """Where the requester of an offer is told. ``version``: of the message's form, as the receiver asked for it."""

    offer_id: UUID
    mode: Mode
    transport: Transport
    destination: str
    version: str
    event_types: tuple[str, ...]
    active: bool


@dataclass(frozen=True)
class Notice:
    """One message. ``event_type`` is one of ``EVENT_TYPES``, or ``TRIAL``; a trial may be worded as any of them."""

    id: UUID
    mode: Mode
    event_type: str
    offer_id: UUID | None
    posting_id: UUID | None
    engagement_id: UUID | None
    happened_at: datetime
    transport: Transport
    destination: str
    version: str


def region_of_topic(name: str) -> str:
    """Where a topic is. Raises ``Invalid`` for what is not the name of one."""
    match = _TOPIC.fullmatch(name)
    if match is None:
        raise Invalid("A topic is named like arn:aws:sns:us-east-1:123456789012:answers.", "destination")
    return match[1]


def region_of_queue(host: str, otherwise: str) -> str:
    """Where a queue is, as its host says, if it does."""
    return next((match[1] for shape in _QUEUE_HOSTS if (match := shape.fullmatch(host))), otherwise)


def check_region(region: str) -> None:
    """Raises ``Invalid``."""
    if not _REGION.fullmatch(region):
        raise Invalid("A region is named like us-east-1.", "region")
