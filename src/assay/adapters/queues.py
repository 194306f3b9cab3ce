"""Putting messages on queues and topics that speak Amazon's protocols, over the guarded way out; and in memory.

The query protocol, which every such queue understands, old ones and look-alikes too: a form with an action, signed.
Sources: Amazon SQS API 2012-11-05, Amazon SNS API 2010-03-31.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import datetime
from typing import Final
from urllib.parse import urlencode, urlsplit

from assay.adapters.egress import HttpEgress
from assay.core.delivery import Outcome, outcome_of
from assay.core.errors import AssayError
from assay.core.notices import region_of_queue, region_of_topic
from assay.core.ports import QueueMessage
from assay.core.sigv4 import signing_headers

_SECONDS_MAX: Final = 15.0
_FORM: Final = "application/x-www-form-urlencoded; charset=utf-8"
# Queues and topics that keep an order want a name for it, and one for each message, by which they know a repeat.
_ORDERED: Final = ".fifo"
_TOPICS: Final = "https://sns.{}.amazonaws.com/"


class HttpQueues:
    """The port ``Queues``. Redirects are not followed."""

    def __init__(self, egress: HttpEgress, *, seconds_max: float = _SECONDS_MAX) -> None:
        self._egress = egress
        self._seconds_max = seconds_max

    async def send(self, message: QueueMessage, now: datetime) -> Outcome:
        """See the port."""
        try:
            url, region, service, form = _asked(message)
            body = urlencode(form).encode()
            headers = signing_headers(
                "POST",
                url,
                {"content-type": _FORM},
                body,
                message.credentials,
                region=region,
                service=service,
                now=now,
            )
            answer = await self._egress.request(
                "POST", url, headers=headers, content=body, seconds_max=self._seconds_max
            )
        except AssayError as error:
            return Outcome("retry", None, error.message)
        return outcome_of(answer.status)


class MemoryQueues:
    """Keeps what was sent in ``sent``. ``respond`` gives the receiver's status, or None for no answer."""

    def __init__(self, respond: Callable[[QueueMessage], int | None] = lambda message: 200) -> None:  # noqa: ARG005
        self.sent: list[QueueMessage] = []
        self._respond = respond

    async def send(self, message: QueueMessage, now: datetime) -> Outcome:  # noqa: ARG002 - nothing is signed
        status = self._respond(message)
        if status is None:
            return Outcome("retry", None, "The receiver did not answer.")
        self.sent.append(message)
        return outcome_of(status)


def _asked(message: QueueMessage) -> tuple[str, str, str, dict[str, str]]:
    """Address, region, service and form of the request."""
    text = message.body.decode()
    order = {}
    if message.destination.endswith(_ORDERED):
        order = {"MessageGroupId": "assay", "MessageDeduplicationId": hashlib.sha256(message.body).hexdigest()}
    if message.topic:
        region = region_of_topic(message.destination)
        form = {"Action": "Publish", "Version": "2010-03-31", "TopicArn": message.destination, "Message": text, **order}
        return message.topics_url or _TOPICS.format(region), region, "sns", form
    region = region_of_queue(urlsplit(message.destination).hostname or "", message.region)
    form = {"Action": "SendMessage", "Version": "2012-11-05", "MessageBody": text, **order}
    return message.destination, region, "sqs", form
