"""Workers are written to, and requesters are told of their HITs: on queues and topics of moto's server, by http, and
in the words that receivers were written for."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import boto3
import pytest
from litestar import Litestar
from moto.server import ThreadedMotoServer
from standardwebhooks import Webhook

from assay.adapters.callbacks import HttpCallbacks
from assay.adapters.egress import EgressPolicy, HttpEgress
from assay.adapters.queues import HttpQueues
from assay.faces.http import House
from assay.faces.jobs.handlers import HANDLERS, forget_requests
from assay.faces.jobs.workshop import Workshop
from assay.faces.mturk import SpokenNotices, ids
from assay.faces.scale import SpokenCallbacks
from assay.services import accounts, messages
from assay.services.context import SYSTEM
from assay.store.jobs import Job
from calling import receiving
from harness import Person
from hits import handed_in, posted, uuid
from market import Market
from requesting import Requester

CREDENTIALS = {"access_key": "AKIAIOSFODNN7EXAMPLE", "secret": "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"}


@pytest.fixture(scope="session")
def amazon() -> Iterator[str]:
    """An independent implementation of queues and topics."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


def service(name: str, amazon: str) -> Any:
    return boto3.client(
        name, endpoint_url=amazon, region_name="us-east-1", aws_access_key_id="a", aws_secret_access_key="b"
    )


@dataclass
class Telling:
    """The way out to one host, and the job that takes it."""

    market: Market
    shop: Workshop

    @property
    def home(self) -> Any:
        return self.market.requester

    async def deliver(self) -> int:
        """Makes an attempt for whatever is due; how many."""
        async with self.home.context_for(SYSTEM) as context:
            rows = await context.tenant.fetch(
                "select id from notices where organization_id = $1 and next_attempt_at <= $2 order by happened_at, id",
                self.home.clock(),
            )
            jobs = await context.tenant.fetchval(
                """select count(*) from queue.pgqueuer where entrypoint = 'give_notice'
                and convert_from(payload, 'UTF8') like '%' || $1::uuid || '%'"""
            )
        assert jobs >= len(rows), "each notice has its job"
        for row in rows:
            await HANDLERS["give_notice"](self.shop, Job(self.home.id, row["id"]), 0)
        return len(rows)

    async def states(self) -> list[tuple[str, int]]:
        async with self.home.context_for(SYSTEM) as context:
            rows = await context.tenant.fetch(
                "select state, attempts from notices where organization_id = $1 order by happened_at, id"
            )
        return [(row["state"], row["attempts"]) for row in rows]

    async def sign_with(self, **more: str) -> None:
        client = await self.home.client_for("owner")
        put = await client.put("/v1/market/queue-credentials", json={**CREDENTIALS, **more})
        assert put.status_code == 200, put.text
        assert CREDENTIALS["secret"] not in put.text


def telling_to(host: str, market: Market, app: Litestar, house: House) -> Telling:
    """``host``: the one that may be asked, though it is this machine."""
    egress = HttpEgress(EgressPolicy(allow_private_hosts=frozenset({host})))
    callbacks = HttpCallbacks(egress)
    opened = replace(house, check_callback=callbacks.check, check_callback_url=egress.check)
    app.state.house = opened
    for home in (market.organization, *market.requesters):
        home.house = opened
    return Telling(market, Workshop(opened, egress, callbacks, SpokenCallbacks(), HttpQueues(egress), SpokenNotices()))


@pytest.fixture
def telling(amazon: str, market: Market, app: Litestar, house: House) -> Telling:
    return telling_to(amazon.removeprefix("http://"), market, app, house)


def wanted(destination: str, transport: str = "SQS", *types: str) -> dict[str, Any]:
    return {
        "Destination": destination,
        "Transport": transport,
        "Version": "2014-08-15",
        "EventTypes": list(types) or ["AssignmentSubmitted", "HITReviewable"],
    }


async def fetched(queue: str, amazon: str) -> list[dict[str, Any]]:
    """Bodies of what lies in a queue, in the order they came."""
    sqs = service("sqs", amazon)
    found: list[dict[str, Any]] = []
    while True:
        got = await asyncio.to_thread(sqs.receive_message, QueueUrl=queue, MaxNumberOfMessages=10)
        if "Messages" not in got:
            return found
        for message in got["Messages"]:
            found.append(json.loads(message["Body"]))
            sqs.delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])


@pytest.fixture
def queue(amazon: str, request: pytest.FixtureRequest) -> str:
    return str(service("sqs", amazon).create_queue(QueueName=f"q{abs(hash(request.node.nodeid))}")["QueueUrl"])


# --- notifications --------------------------------------------------------------------------------------------------


async def test_a_queue_is_told_of_what_was_asked_for(
    requester: Requester, market: Market, telling: Telling, queue: str, amazon: str
) -> None:
    await telling.sign_with()
    hit = await posted(requester)
    type_id = (await requester.get_hit(HITId=hit))["HIT"]["HITTypeId"]
    given = {"HITTypeId": type_id, "Notification": wanted(queue)}
    assert await requester.update_notification_settings(**given, Active=True) == {}

    assignment = await handed_in(market, hit)
    assert await telling.deliver() == 2
    # They come in any order.
    reviewable, submitted = sorted(await fetched(queue, amazon), key=lambda body: len(body["Events"][0]))

    moment = f"{market.requester.clock():%Y-%m-%dT%H:%M:%SZ}"
    event = {"EventTimestamp": moment, "HITTypeId": type_id, "HITId": hit}
    assert submitted["Events"] == [{**event, "EventType": "AssignmentSubmitted", "AssignmentId": assignment}]
    assert reviewable["Events"] == [{**event, "EventType": "HITReviewable"}]
    assert (submitted["EventDocVersion"], submitted["CustomerId"][0]) == ("2014-08-15", "A")
    assert submitted["EventDocId"] != reviewable["EventDocId"]
    assert await telling.states() == [("delivered", 1)] * 2


async def test_every_event_of_a_hit_is_told(
    requester: Requester, market: Market, telling: Telling, queue: str, amazon: str
) -> None:
    await telling.sign_with()
    types = (
        *("AssignmentAccepted", "AssignmentAbandoned", "AssignmentReturned", "AssignmentSubmitted"),
        *("AssignmentRejected", "AssignmentApproved", "HITCreated", "HITExpired", "HITReviewable", "HITExtended"),
        *("HITDisposed", "Ping"),
    )
    first = await posted(requester)
    type_id = (await requester.get_hit(HITId=first))["HIT"]["HITTypeId"]
    await requester.update_notification_settings(HITTypeId=type_id, Notification=wanted(queue, "SQS", *types))

    hit = await posted(requester)
    one, two = await market.freelancer(), await market.freelancer()
    posting = await market.posting(uuid(hit))
    await market.give_back(one, await market.accept(one, posting))
    await market.accept(two, posting)
    await market.tick(601)
    rejected = await handed_in(market, hit)
    await requester.reject_assignment(AssignmentId=rejected, RequesterFeedback="No")
    await requester.create_additional_assignments_for_hit(HITId=hit, NumberOfAdditionalAssignments=1)
    await requester.approve_assignment(AssignmentId=await handed_in(market, hit))
    await requester.update_expiration_for_hit(HITId=hit, ExpireAt=0)
    await requester.delete_hit(HITId=hit)
    await telling.deliver()

    told = [event["EventType"] for body in await fetched(queue, amazon) for event in body["Events"]]
    assert set(told) == set(types) - {"Ping"}


async def test_a_topic_is_told_and_tells_whoever_listens(
    requester: Requester, market: Market, telling: Telling, queue: str, amazon: str
) -> None:
    sns = service("sns", amazon)
    arn = sns.create_topic(Name="answers")["TopicArn"]
    account = arn.split(":")[4]
    sns.subscribe(TopicArn=arn, Protocol="sqs", Endpoint=f"arn:aws:sqs:us-east-1:{account}:{queue.rpartition('/')[2]}")
    await telling.sign_with(topics_url=f"{amazon}/")
    hit = await posted(requester)
    type_id = (await requester.get_hit(HITId=hit))["HIT"]["HITTypeId"]
    await requester.update_notification_settings(HITTypeId=type_id, Notification=wanted(arn, "SNS"), Active=True)

    await handed_in(market, hit)
    await telling.deliver()

    envelopes = await fetched(queue, amazon)
    assert [one["Type"] for one in envelopes] == ["Notification", "Notification"]
    events = [json.loads(one["Message"])["Events"][0]["EventType"] for one in envelopes]
    assert sorted(events) == ["AssignmentSubmitted", "HITReviewable"]


async def test_active_alone_switches(
    requester: Requester, market: Market, telling: Telling, queue: str, amazon: str
) -> None:
    await telling.sign_with()
    type_id = (await requester.get_hit(HITId=await posted(requester)))["HIT"]["HITTypeId"]
    first = await requester.refused("update_notification_settings", HITTypeId=type_id, Active=True)
    neither = await requester.refused("update_notification_settings", HITTypeId=type_id)
    await requester.update_notification_settings(
        HITTypeId=type_id, Notification=wanted(queue, "SQS", "HITCreated"), Active=False
    )

    await posted(requester)
    assert await telling.deliver() == 0
    await requester.update_notification_settings(HITTypeId=type_id, Active=True)
    await posted(requester)
    assert await telling.deliver() == 1

    assert {first.code, neither.code} == {"AWS.MechanicalTurk.InvalidParameterValue"}


async def test_a_trial_is_told_at_once_whatever_is_asked_for(
    requester: Requester, telling: Telling, queue: str, amazon: str
) -> None:
    await telling.sign_with()
    given = wanted(queue, "SQS", "HITCreated") | {"Version": "2006-05-05"}

    assert await requester.send_test_event_notification(Notification=given, TestEventType="Ping") == {}
    await requester.send_test_event_notification(Notification=given, TestEventType="AssignmentSubmitted")
    await telling.deliver()

    ping, submitted = sorted(await fetched(queue, amazon), key=lambda body: len(body["Events"][0]))
    assert (ping["EventDocVersion"], ping["Events"][0]["EventType"]) == ("2006-05-05", "Ping")
    assert set(submitted["Events"][0]) == {"EventType", "EventTimestamp", "HITTypeId", "HITId", "AssignmentId"}


async def test_what_is_not_taken_is_tried_again(
    requester: Requester, market: Market, telling: Telling, queue: str, amazon: str
) -> None:
    await telling.sign_with()
    nowhere = queue + "-gone"
    await requester.send_test_event_notification(Notification=wanted(nowhere), TestEventType="Ping")

    assert await telling.deliver() == 1
    assert await telling.states() == [("pending", 1)]
    assert await telling.deliver() == 0
    service("sqs", amazon).create_queue(QueueName=nowhere.rpartition("/")[2])
    market.requester.clock.advance(6)
    assert await telling.deliver() == 1
    assert await telling.states() == [("delivered", 2)]
    market.requester.clock.advance(timedelta(days=8).total_seconds())
    await forget_requests(telling.shop, market.requester.id)
    assert await telling.states() == []


async def test_an_address_is_told_with_a_signature(
    requester: Requester, market: Market, app: Litestar, house: House
) -> None:
    async with receiving() as receiver:
        telling = telling_to(receiver.host, market, app, house)
        given = wanted(receiver.url, "Webhook")

        await requester.send_test_event_notification(Notification=given, TestEventType="HITExpired")
        await telling.deliver()

        owner = await market.requester.client_for("owner")
        keys = (await owner.post("/v1/callbacks/keys/reveal", json={"mode": "live"})).json()
        (call,) = receiver.calls
        assert call.said["Events"][0]["EventType"] == "HITExpired"
        # The library looks at the machine's clock, which is not the house's; so only what is signed is compared.
        signature = Webhook(keys["secret"]).sign(
            call.headers["webhook-id"], market.requester.clock(), call.body.decode()
        )
        assert signature in call.headers["webhook-signature"]


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"Destination": "not an address"}, "InvalidTransportEndpoint"),
        ({"Destination": "http://169.254.169.254/latest"}, "InvalidTransportEndpoint"),
        ({"Destination": "https://user:pass@queue.acme.org/"}, "InvalidTransportEndpoint"),
        ({"Destination": "arn:aws:sns:us-east-1:1:x", "Transport": "SNS"}, "InvalidTransportEndpoint"),
        ({"Destination": "ann@acme.org"}, "InvalidTransportEndpoint"),
        ({"Destination": "https://queue.acme.org/", "Transport": "Email"}, "InvalidTransportEndpoint"),
        ({"Version": "2030-01-01"}, "InvalidParameterValue"),
        ({"EventTypes": ["Ping"]}, "InvalidParameterValue"),
        ({"EventTypes": []}, "InvalidParameterValue"),
    ],
)
async def test_where_nobody_can_be_told_is_refused(
    requester: Requester, telling: Telling, queue: str, given: dict[str, Any], code: str
) -> None:
    await telling.sign_with()
    type_id = (await requester.get_hit(HITId=await posted(requester)))["HIT"]["HITTypeId"]

    refused = await requester.refused(
        "update_notification_settings", HITTypeId=type_id, Notification={**wanted(queue), **given}
    )

    assert refused.code == f"AWS.MechanicalTurk.{code}"


async def test_queues_want_credentials_first(requester: Requester, telling: Telling, queue: str) -> None:
    refused = await requester.refused("send_test_event_notification", Notification=wanted(queue), TestEventType="Ping")

    assert refused.code == "AWS.MechanicalTurk.InvalidTransportEndpoint"
    assert "queue-credentials" in refused.message


# --- messages -------------------------------------------------------------------------------------------------------


async def test_workers_are_written_to_who_worked_for_the_requester(
    requester: Requester, client: Any, market: Market
) -> None:
    hit = await posted(requester)
    assignment = await handed_in(market, hit)
    worker = (await requester.get_assignment(AssignmentId=assignment))["Assignment"]["WorkerId"]
    stranger = ids.worker_told((await market.freelancer()).worker_id or uuid(hit))
    letter = {"Subject": "More birds", "MessageText": "There is more work."}

    too_early = await requester.notify_workers(**letter, WorkerIds=[worker])
    assert [one["NotifyWorkersFailureCode"] for one in too_early["NotifyWorkersFailureStatuses"]] == ["HardFailure"]
    await requester.approve_assignment(AssignmentId=assignment)
    told = await requester.notify_workers(**letter, WorkerIds=[worker, stranger, "AXYZ", worker])
    assert await requester.notify_workers(**letter, WorkerIds=[worker]) == {"NotifyWorkersFailureStatuses": []}

    failures = {one["WorkerId"]: one["NotifyWorkersFailureCode"] for one in told["NotifyWorkersFailureStatuses"]}
    assert failures == {stranger: "HardFailure", "AXYZ": "HardFailure"}
    freelancer = await _person(market, worker)
    page = await market.organization.client_for(freelancer)
    inbox = (await page.get("/v1/work/messages")).json()["items"]
    assert [(one["subject"], one["sender"]) for one in inbox] == [("More birds", "requester")] * 2
    wrong: dict[str, Any]
    for wrong in ({"Subject": "s" * 201}, {"MessageText": "m" * 4097}, {"WorkerIds": []}):
        refused = await requester.refused("notify_workers", **{**letter, "WorkerIds": [worker], **wrong})
        assert refused.code == "AWS.MechanicalTurk.InvalidParameterValue"
    too_many = [f"A{number}" for number in range(101)]
    assert (await requester.refused("notify_workers", **letter, WorkerIds=too_many)).kind == "RequestError"


async def test_a_turn_has_a_thread_of_its_own(requester: Requester, market: Market) -> None:
    hit = await posted(requester)
    assignment = await handed_in(market, hit)
    worker = (await requester.get_assignment(AssignmentId=assignment))["Assignment"]["WorkerId"]
    page = await market.organization.client_for(await _person(market, worker))
    office = await market.requester.client_for("manager")
    stranger = await market.organization.client_for(await market.freelancer())
    neighbour = await (await market.add_requester("Other")).client_for("manager")
    turn = uuid(assignment)

    asked = await page.post(f"/v1/work/engagements/{turn}/messages", json={"body": "Was it the left one?"})
    answered = await office.post(f"/v1/market/engagements/{turn}/messages", json={"body": "Yes."})

    assert (asked.status_code, answered.status_code) == (201, 201)
    thread = (await office.get(f"/v1/market/engagements/{turn}/messages")).json()["items"]
    assert {(one["sender"], one["body"]) for one in thread} == {
        ("freelancer", "Was it the left one?"), ("requester", "Yes.")
    }  # fmt: skip
    again = (await office.get("/v1/market/messages")).json()["items"]
    assert {one["sender"]: one["read_at"] is not None for one in again} == {"freelancer": True, "requester": False}
    for outsider, side in ((stranger, "work"), (neighbour, "market")):
        assert (await outsider.get(f"/v1/{side}/engagements/{turn}/messages")).status_code == 404
        said = await outsider.post(f"/v1/{side}/engagements/{turn}/messages", json={"body": "Hello"})
        assert said.status_code == 404
        assert (await outsider.get(f"/v1/{side}/messages")).json()["items"] == []


async def test_nobody_is_written_to_without_end(requester: Requester, market: Market) -> None:
    assignment = await handed_in(market, await posted(requester))
    await requester.approve_assignment(AssignmentId=assignment)
    worker = (await requester.get_assignment(AssignmentId=assignment))["Assignment"]["WorkerId"]
    async with market.office() as context:
        for _ in range(messages.A_DAY_MAX):
            await messages.write(context, uuid(assignment), "Hello again")

    told = await requester.notify_workers(Subject="S", MessageText="M", WorkerIds=[worker])

    assert told["NotifyWorkersFailureStatuses"][0]["NotifyWorkersFailureCode"] == "SoftFailure"
    market.requester.clock.advance(86_401)
    later = await requester.notify_workers(Subject="S", MessageText="M", WorkerIds=[worker])
    assert later["NotifyWorkersFailureStatuses"] == []


async def _person(market: Market, worker: str) -> Person:
    """The freelancer behind a worker's id, signed in."""
    async with market.organization.context_for(SYSTEM) as context:
        found = ids.worker_meant(worker)
        for member in await accounts.everybody(context):
            if member.worker_id == found:
                return await market.organization._let_in(context, member)
    raise AssertionError(worker)
