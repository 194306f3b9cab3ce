"""The port ``Queues``: the real one against moto's server, the one in memory, and what each says of trouble."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import boto3
import pytest
from moto.server import ThreadedMotoServer

from assay.adapters.egress import EgressPolicy, HttpEgress
from assay.adapters.queues import HttpQueues, MemoryQueues
from assay.core.ports import QueueMessage, Queues
from assay.core.sigv4 import Credentials

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
CREDENTIALS = Credentials("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY")
BODY = '{"Events": [{"EventType": "Ping"}], "word": "größer & kleiner = 50 %"}'


@dataclass(frozen=True)
class Place:
    """A port, a queue it reaches, and what lies there."""

    port: Queues
    message: QueueMessage
    lies: Callable[[], list[str]]


@pytest.fixture(scope="session")
def server() -> Iterator[str]:
    running = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    running.start()
    host, port = running.get_host_and_port()
    yield f"{host}:{port}"
    running.stop()


@pytest.fixture(params=["real", "memory"])
async def place(request: pytest.FixtureRequest, server: str) -> AsyncIterator[Place]:
    if request.param == "memory":
        memory = MemoryQueues(lambda message: 200 if "gone" not in message.destination else None)
        message = QueueMessage(False, "https://queue.acme.org/1/jobs", BODY.encode(), CREDENTIALS, "us-east-1")
        yield Place(memory, message, lambda: [one.body.decode() for one in memory.sent])
        return
    egress = HttpEgress(EgressPolicy(allow_private_hosts=frozenset({server})))
    sqs: Any = boto3.client(
        "sqs",
        endpoint_url=f"http://{server}",
        region_name="us-east-1",
        aws_access_key_id="a",
        aws_secret_access_key="b",
    )
    url = sqs.create_queue(QueueName=f"jobs-{uuid4()}")["QueueUrl"]

    def lies() -> list[str]:
        got = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10, VisibilityTimeout=0)
        return [message["Body"] for message in got.get("Messages", [])]

    yield Place(HttpQueues(egress), QueueMessage(False, url, BODY.encode(), CREDENTIALS, "us-east-1"), lies)
    await egress.aclose()


async def test_a_message_lies_in_the_queue_as_it_was_sent(place: Place) -> None:
    outcome = await place.port.send(place.message, NOW)

    assert (outcome.state, outcome.status) == ("delivered", 200)
    assert place.lies() == [BODY]


async def test_a_queue_that_is_not_there_is_tried_again(place: Place) -> None:
    nowhere = replace(place.message, destination=place.message.destination + "-gone")

    outcome = await place.port.send(nowhere, NOW)

    assert outcome.state == "retry"
    assert outcome.error is not None
    assert place.lies() == []


@pytest.mark.parametrize(
    ("topic", "destination", "region", "scope"),
    [
        (False, "https://sqs.eu-central-1.amazonaws.com/1/jobs", "us-east-1", "eu-central-1/sqs"),
        (False, "https://eu-west-3.queue.amazonaws.com/1/jobs", "us-east-1", "eu-west-3/sqs"),
        (False, "https://queue.acme.org/1/jobs", "mars-1", "mars-1/sqs"),
        (True, "arn:aws:sns:ap-south-1:123456789012:answers", "us-east-1", "ap-south-1/sns"),
    ],
)
async def test_a_message_is_signed_for_where_it_goes(topic: bool, destination: str, region: str, scope: str) -> None:
    sent: dict[str, Any] = {}

    class Recording:
        async def request(self, method: str, url: str, *, headers: Any, content: bytes, seconds_max: float) -> Any:
            sent.update(method=method, url=url, headers=headers, content=content, seconds=seconds_max)
            return type("Answer", (), {"status": 200})

    await HttpQueues(Recording()).send(QueueMessage(topic, destination, b"{}", CREDENTIALS, region), NOW)  # type: ignore[arg-type]

    assert f"/20260302/{scope}/aws4_request" in sent["headers"]["authorization"]
    assert sent["url"] == ("https://sns.ap-south-1.amazonaws.com/" if topic else destination)
    assert CREDENTIALS.secret not in str(sent)


async def test_a_queue_that_keeps_an_order_takes_a_repeat_once(server: str) -> None:
    egress = HttpEgress(EgressPolicy(allow_private_hosts=frozenset({server})))
    sqs: Any = boto3.client(
        "sqs",
        endpoint_url=f"http://{server}",
        region_name="us-east-1",
        aws_access_key_id="a",
        aws_secret_access_key="b",
    )
    url = sqs.create_queue(QueueName=f"jobs-{uuid4()}.fifo", Attributes={"FifoQueue": "true"})["QueueUrl"]
    message = QueueMessage(False, url, BODY.encode(), CREDENTIALS, "us-east-1")

    outcomes = [await HttpQueues(egress).send(message, NOW) for _ in range(2)]

    assert [outcome.state for outcome in outcomes] == ["delivered", "delivered"]
    lie = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10)["Messages"]
    assert [one["Body"] for one in lie] == [BODY]
    await egress.aclose()


async def test_an_address_inside_is_not_asked() -> None:
    egress = HttpEgress(EgressPolicy())
    for destination in ("http://127.0.0.1:9324/1/jobs", "http://169.254.169.254/latest"):
        message = QueueMessage(False, destination, b"{}", CREDENTIALS, "us-east-1")
        outcome = await HttpQueues(egress).send(message, NOW)
        assert (outcome.state, outcome.status) == ("retry", None)
    await egress.aclose()
