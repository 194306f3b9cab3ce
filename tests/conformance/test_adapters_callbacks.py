"""Callbacks, the same over HTTP and in memory: signed as receivers expect, and judged by how they answer."""

from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest
from standardwebhooks import Webhook, WebhookVerificationError

from assay.adapters.callbacks import HttpCallbacks, MemoryCallbacks, Sent
from assay.adapters.egress import EgressPolicy, HttpEgress
from assay.core.delivery import ATTEMPTS_MAX, outcome_of, retry_after, signed_headers
from assay.core.errors import Invalid
from assay.core.ports import Callbacks, Message

SECRET, OTHER, STRANGER = ("whsec_" + base64.b64encode(key).decode() for key in (b"a" * 24, b"b" * 32, b"z" * 64))
BODY = json.dumps({"type": "task.completed", "data": {"name": "größe ✓"}}, ensure_ascii=False).encode()


@dataclass
class Receiver:
    """A customer's server. ``status`` is its next answer; None: it hangs up."""

    url: str = "https://hooks.acme.com/assay"
    status: int | None = 200
    received: list[Sent] = field(default_factory=list)

    def respond(self, sent: Sent) -> int | None:
        if self.status is not None:
            self.received.append(sent)
        return self.status

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in head[1:]) if name}
        body = await reader.readexactly(int(headers["content-length"]))
        assert head[0].startswith("POST /assay ")
        status = self.respond(Sent(self.url, headers, body))
        if status is not None:
            location = "Location: /elsewhere\r\n" if 300 <= status < 400 else ""
            secret = b"SECRET of the receiver"
            writer.write(f"HTTP/1.1 {status} X\r\n{location}Content-Length: {len(secret)}\r\n\r\n".encode() + secret)
            await writer.drain()
        writer.close()


@pytest.fixture(params=["memory", "http"])
async def world(request: pytest.FixtureRequest) -> AsyncIterator[tuple[Callbacks, Receiver]]:
    receiver = Receiver()
    if request.param == "memory":
        yield MemoryCallbacks(receiver.respond), receiver
        return
    server = await asyncio.start_server(receiver.talk, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    receiver.url = f"http://127.0.0.1:{port}/assay"
    egress = HttpEgress(EgressPolicy(allow_private_hosts=frozenset({f"127.0.0.1:{port}"})))
    yield HttpCallbacks(egress, seconds_max=5), receiver
    await egress.aclose()
    server.close()


World = tuple[Callbacks, Receiver]


def _message(receiver: Receiver, *secrets: str) -> Message:
    return Message("0197a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b", receiver.url, BODY, secrets or (SECRET,))


async def test_a_receiver_verifies_what_we_send_with_the_reference_library(world: World) -> None:
    callbacks, receiver = world

    outcome = await callbacks.send(_message(receiver), datetime.now(UTC))

    (sent,) = receiver.received
    assert (outcome.state, outcome.status, outcome.error) == ("delivered", 200, None)
    assert Webhook(SECRET).verify(sent.body, dict(sent.headers)) == json.loads(BODY)
    assert sent.body == BODY
    assert sent.headers["content-type"] == "application/json"


async def test_with_two_secrets_either_verifies_and_a_third_does_not(world: World) -> None:
    callbacks, receiver = world

    await callbacks.send(_message(receiver, SECRET, OTHER), datetime.now(UTC))

    (sent,) = receiver.received
    for secret in (SECRET, OTHER):
        Webhook(secret).verify(sent.body, dict(sent.headers))
    with pytest.raises(WebhookVerificationError):
        Webhook(STRANGER).verify(sent.body, dict(sent.headers))


@pytest.mark.parametrize("changed", ["body", "webhook-id", "webhook-timestamp", "webhook-signature"])
async def test_anything_tampered_with_is_refused_by_the_receiver(world: World, changed: str) -> None:
    callbacks, receiver = world
    await callbacks.send(_message(receiver), datetime.now(UTC))
    (sent,) = receiver.received
    headers, body = dict(sent.headers), sent.body
    if changed == "body":
        body = body.replace(b"completed", b"cancelled")
    elif changed == "webhook-timestamp":
        headers[changed] = str(int(headers[changed]) + 1)
    elif changed == "webhook-id":
        headers[changed] += "0"
    else:
        headers[changed] = "v1," + base64.b64encode(bytes(32)).decode()

    with pytest.raises(WebhookVerificationError):
        Webhook(SECRET).verify(body, headers)


@pytest.mark.parametrize("minutes", [-6, 6])
async def test_a_stale_or_future_message_is_refused_by_the_receiver(world: World, minutes: int) -> None:
    callbacks, receiver = world
    await callbacks.send(_message(receiver), datetime.now(UTC) + timedelta(minutes=minutes))

    with pytest.raises(WebhookVerificationError, match=r"too (old|new)"):
        Webhook(SECRET).verify(BODY, dict(receiver.received[0].headers))


async def test_a_repeat_has_the_same_id_and_a_fresh_signature(world: World) -> None:
    callbacks, receiver = world
    now = datetime.now(UTC)
    for seconds in (0, 5):
        await callbacks.send(_message(receiver), now + timedelta(seconds=seconds))

    first, second = (sent.headers for sent in receiver.received)
    assert first["webhook-id"] == second["webhook-id"]
    assert first["webhook-signature"] != second["webhook-signature"]


@pytest.mark.parametrize(
    ("status", "state"),
    [
        *((status, "delivered") for status in (200, 204, 299)),
        *((status, "retry") for status in (301, 302, 400, 401, 404, 429, 500, 503)),
        (410, "gone"),
    ],
)
async def test_the_answer_decides_what_follows_and_its_words_are_not_repeated(
    world: World, status: int, state: str
) -> None:
    callbacks, receiver = world
    receiver.status = status

    outcome = await callbacks.send(_message(receiver), datetime.now(UTC))

    assert (outcome.state, outcome.status) == (state, status)
    assert (outcome.error is None) == (state == "delivered")
    assert "SECRET" not in (outcome.error or "")
    assert len(receiver.received) == 1, "a redirect is not followed"


async def test_no_answer_is_worth_another_attempt(world: World) -> None:
    callbacks, receiver = world
    receiver.status = None

    outcome = await callbacks.send(_message(receiver), datetime.now(UTC))

    assert (outcome.state, outcome.status) == ("retry", None)
    assert outcome.error


async def test_an_address_inside_is_not_told_anything_and_the_attempt_says_why() -> None:
    callbacks = HttpCallbacks(HttpEgress(EgressPolicy()))

    outcome = await callbacks.send(Message("id", "http://169.254.169.254/", BODY, [SECRET]), datetime.now(UTC))

    assert outcome.state == "retry"
    assert "may not be asked" in (outcome.error or "")


@pytest.mark.parametrize(("says", "state"), [(b"HTTP/1.1 200 OK\r\n\r\n", "delivered"), (b"HTTP/1.1 20", "retry")])
async def test_a_receiver_that_drips_is_left_and_its_status_counts_once_it_is_said(says: bytes, state: str) -> None:
    async def drip(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(says)
        await asyncio.sleep(30)

    server = await asyncio.start_server(drip, "127.0.0.1", 0)
    host = f"127.0.0.1:{server.sockets[0].getsockname()[1]}"
    callbacks = HttpCallbacks(HttpEgress(EgressPolicy(allow_private_hosts=frozenset({host}))), seconds_max=1)

    outcome = await callbacks.send(Message("id", f"http://{host}/", BODY, [SECRET]), datetime.now(UTC))
    server.close()

    assert outcome.state == state


def test_a_signature_is_the_hmac_of_id_time_and_body_by_the_decoded_secret() -> None:
    """The reference library's own signing, given the same secret, id and time."""
    at = datetime(2026, 11, 22, 7, 0, tzinfo=UTC)

    headers = signed_headers("msg_1", at, BODY, [SECRET])

    assert headers["webhook-signature"] == Webhook(SECRET).sign("msg_1", at, BODY.decode())
    assert headers["webhook-timestamp"] == "1795330800"


@pytest.mark.parametrize("secret", ["", "whsec_", "whsec_AAAA", "secret", "whsec_" + "ä" * 40, "whsec_" + "A" * 200])
def test_a_secret_that_is_too_short_or_malformed_signs_nothing(secret: str) -> None:
    with pytest.raises(Invalid):
        signed_headers("id", datetime.now(UTC), BODY, [secret])


def test_pauses_grow_over_three_days_and_then_it_is_given_up() -> None:
    pauses = [retry_after(attempts, 0.5) for attempts in range(1, ATTEMPTS_MAX)]
    seconds = [pause.total_seconds() for pause in pauses if pause]

    assert seconds == pytest.approx([5, 300, 1800, 7200, 18000, 36000, 50400, 72000, 86400])
    assert retry_after(ATTEMPTS_MAX, 0.5) is None


@pytest.mark.parametrize("attempts", range(1, ATTEMPTS_MAX))
def test_chance_spreads_a_pause_by_a_tenth_either_way(attempts: int) -> None:
    low, middle, high = (retry_after(attempts, chance) for chance in (0.0, 0.5, 1.0 - 1e-12))

    assert low is not None
    assert middle is not None
    assert high is not None
    assert low / middle == pytest.approx(0.9)
    assert high / middle == pytest.approx(1.1)


def test_gone_means_stop() -> None:
    assert outcome_of(410).state == "gone"
