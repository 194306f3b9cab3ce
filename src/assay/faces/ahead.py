"""Reading a request before the framework does, and answering it without."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from litestar.types import HTTPReceiveMessage, Receive, Send

from assay.faces.http import JSON_HEADERS

# A longer body is left to the framework.
BYTES_MAX: Final = 256 * 1024


async def read(receive: Receive) -> tuple[list[HTTPReceiveMessage], bytes]:
    """The messages of a request, and the body that they carry."""
    messages: list[HTTPReceiveMessage] = []
    while True:
        message: Any = await receive()
        messages.append(message)
        if not message.get("more_body"):
            break
    return messages, b"".join(one.get("body", b"") for one in messages)  # type: ignore[misc]


def again(messages: Sequence[HTTPReceiveMessage], receive: Receive) -> Receive:
    """What was received, and then what comes."""
    waiting = iter(messages)

    async def received() -> Any:
        return next(waiting, None) or await receive()

    return received


async def answer(send: Send, body: bytes) -> None:
    """A success, with the headers that every answer has."""
    headers = [*JSON_HEADERS, (b"content-length", b"%d" % len(body))]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body, "more_body": False})
