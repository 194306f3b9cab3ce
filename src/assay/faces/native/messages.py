"""What requesters and freelancers write to each other."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal, TypeAlias
from uuid import UUID

import msgspec
from litestar import delete, get, post, put
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter

from assay.faces.http import AnyRequest, Page, enter, house, id_cursor, page_of
from assay.services import messages, notices

Limit: TypeAlias = Annotated[int, QueryParameter(ge=1, le=500)]


class Message(msgspec.Struct):
    """``engagement_id``: the turn it is about, if it is about one; ``read_at``: when the other first saw it."""

    id: UUID
    requester_id: UUID
    freelancer_id: UUID
    mode: str
    engagement_id: UUID | None
    sender: str
    subject: str
    body: str
    sent_at: datetime
    read_at: datetime | None


class NewMessage(msgspec.Struct, forbid_unknown_fields=True):
    body: str


class NewLetter(msgspec.Struct, forbid_unknown_fields=True):
    """To freelancers whose work you approved or rejected, at most 100."""

    freelancer_ids: list[UUID]
    subject: str
    body: str
    mode: Literal["live", "test"] = "live"


class NotTold(msgspec.Struct):
    """``stranger``: you never decided on work of theirs; ``busy``: you wrote to them too often today."""

    freelancer_id: UUID
    why: str


class Letter(msgspec.Struct):
    not_told: list[NotTold]


class QueueCredentials(msgspec.Struct):
    """The secret is not told again."""

    access_key: str
    region: str
    topics_url: str | None
    updated_at: datetime


class NewQueueCredentials(msgspec.Struct, forbid_unknown_fields=True):
    """``topics_url``: where topics are, if not where Amazon has them."""

    access_key: str
    secret: str
    region: str = "us-east-1"
    topics_url: str | None = None


@get("/market/messages", opt={"permission": "market.read"}, operation_id="list_messages", tags=["Market"])
async def list_messages(
    request: AnyRequest,
    cursor: FromQuery[str | None] = None,
    limit: Limit = 50,
    mode: FromQuery[Literal["live", "test"] | None] = None,
) -> Page[Message]:
    """What your organization wrote to freelancers and they to it, newest first. What is listed counts as read."""
    async with enter(request) as context:
        rows = await messages.received(context, mode=mode, before=id_cursor(cursor), limit=limit)
        return page_of([_message(row) for row in rows], limit, lambda message: str(message.id))


@post("/market/messages", opt={"permission": "market.write"}, operation_id="send_letter", tags=["Market"])
async def send_letter(request: AnyRequest, data: JSONBody[NewLetter]) -> Letter:
    """Writes to freelancers who worked for you; who could not be written to is told."""
    async with enter(request) as context:
        missed = await messages.notify(
            context, data.freelancer_ids, data.subject, data.body, mode=context.mode(data.mode)
        )
        return Letter([NotTold(one.freelancer_id, one.why) for one in missed])


@get(
    "/market/engagements/{engagement_id:uuid}/messages",
    opt={"permission": "market.read"},
    operation_id="list_messages_of_engagement",
    tags=["Market"],
)
async def list_messages_of_engagement(
    request: AnyRequest, engagement_id: FromPath[UUID], cursor: FromQuery[str | None] = None, limit: Limit = 50
) -> Page[Message]:
    """What was written about one turn on your work, newest first. What is listed counts as read."""
    async with enter(request) as context:
        rows = await messages.of_engagement(context, engagement_id, before=id_cursor(cursor), limit=limit)
        return page_of([_message(row) for row in rows], limit, lambda message: str(message.id))


@post(
    "/market/engagements/{engagement_id:uuid}/messages",
    opt={"permission": "market.write"},
    operation_id="write_about_engagement",
    tags=["Market"],
)
async def write_about_engagement(
    request: AnyRequest, engagement_id: FromPath[UUID], data: JSONBody[NewMessage]
) -> Message:
    """Writes to the freelancer about one turn."""
    async with enter(request) as context:
        return _message(await messages.write(context, engagement_id, data.body))


# --- queues -----------------------------------------------------------------------------------------------------------


@get("/market/queue-credentials", opt={"permission": "key.read"}, operation_id="get_queue_credentials", tags=["Market"])
async def get_queue_credentials(request: AnyRequest) -> QueueCredentials | None:
    """What messages to your queues and topics are signed with."""
    async with enter(request) as context:
        found = await notices.credentials(context)
        return None if found is None else _credentials(found)


@put(
    "/market/queue-credentials", opt={"permission": "key.write"}, operation_id="put_queue_credentials", tags=["Market"]
)
async def put_queue_credentials(request: AnyRequest, data: JSONBody[NewQueueCredentials]) -> QueueCredentials:
    """Puts them in place of those before. They need no more rights than to send messages."""
    async with enter(request) as context:
        made = await notices.put_credentials(
            context,
            house(request).seals,
            access_key=data.access_key,
            secret=data.secret,
            region=data.region,
            topics_url=data.topics_url,
            check=house(request).check_callback_url,
        )
        return _credentials(made)


@delete(
    "/market/queue-credentials",
    opt={"permission": "key.write"},
    operation_id="delete_queue_credentials",
    tags=["Market"],
    status_code=204,
)
async def delete_queue_credentials(request: AnyRequest) -> None:
    """Queues and topics are told nothing from then on."""
    async with enter(request) as context:
        await notices.drop_credentials(context)


HANDLERS = [
    list_messages,
    send_letter,
    list_messages_of_engagement,
    write_about_engagement,
    get_queue_credentials,
    put_queue_credentials,
    delete_queue_credentials,
]


def _message(row: messages.Message) -> Message:
    return Message(**{name: getattr(row, name) for name in Message.__struct_fields__})


def _credentials(row: notices.QueueCredentials) -> QueueCredentials:
    return QueueCredentials(row.access_key, row.region, row.topics_url, row.updated_at)
