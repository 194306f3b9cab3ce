"""All 39 operations, each said by three clients that were written for the original: boto3, the AWS CLI and the
JavaScript SDK. What they say back is compared as far as they agree on it.

The last two live in environments of their own: ``scripts/setup clients``.
"""

from __future__ import annotations

import asyncio
import json
import os
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from assay.faces.mturk import ids
from assay.faces.mturk.operations import OPERATIONS
from assay.services import qualifying
from harness import Person
from hits import HIT, handed_in, uuid
from market import Market
from requesting import Requester

ROOT = Path(__file__).parents[3]
CLIENTS = Path(__file__).parent / "clients"
CLI_PYTHON = ROOT / ".venv-clients/bin/python"
JS_PACKAGES = CLIENTS / "node_modules/@aws-sdk/client-mturk"
ANSWER_SECONDS_MAX = 60

# An operation and its input; the answer, or {kind, message} of an error.
Say = Callable[[str, dict[str, Any]], Awaitable[dict[str, Any]]]


@asynccontextmanager
async def by_boto3(requester: Requester) -> AsyncIterator[Say]:
    async def say(operation: str, given: dict[str, Any]) -> dict[str, Any]:
        try:
            told: dict[str, Any] = await asyncio.to_thread(requester.client._make_api_call, operation, given)
        except ClientError as error:
            found: Any = error.response
            return {"kind": found["Error"]["Code"], "message": found["Error"]["Message"]}
        told.pop("ResponseMetadata")
        return told

    yield say


@asynccontextmanager
async def by_process(requester: Requester, *command: str | Path) -> AsyncIterator[Say]:
    """A client that is pointed here by its environment, as programs are that name no address themselves."""
    process = await asyncio.create_subprocess_exec(
        *map(str, command),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        limit=2**24,
        env={
            "PATH": os.environ["PATH"],
            "HOME": str(CLIENTS),
            "AWS_ENDPOINT_URL_MTURK": requester.url,
            "AWS_ACCESS_KEY_ID": requester.key.access_key,
            "AWS_SECRET_ACCESS_KEY": requester.key.secret,
            "AWS_REGION": "us-east-1",
            "AWS_DEFAULT_REGION": "us-east-1",
        },
    )
    assert process.stdin is not None
    assert process.stdout is not None
    stdin, stdout = process.stdin, process.stdout

    async def say(operation: str, given: dict[str, Any]) -> dict[str, Any]:
        stdin.write(json.dumps([operation, given]).encode() + b"\n")
        told: dict[str, Any] = json.loads(await asyncio.wait_for(stdout.readline(), ANSWER_SECONDS_MAX))
        answer: dict[str, Any] = told.get("answer", told)
        return answer

    try:
        yield say
    finally:
        stdin.close()
        await process.wait()


async def tour(say: Say, market: Market) -> set[str]:
    """Everything that a requester does, in an order that makes sense; the operations that were said."""
    said: set[str] = set()

    async def ask(operation: str, **given: Any) -> dict[str, Any]:
        said.add(operation)
        told = await say(operation, given)
        assert "kind" not in told, (operation, told)
        return told

    async def refused(operation: str, words: str, kind: str = "RequestError", **given: Any) -> None:
        said.add(operation)
        told = await say(operation, given)
        assert (told.get("kind"), words in told.get("message", "")) == (kind, True), (operation, told)

    assert (await ask("GetAccountBalance"))["AvailableBalance"] == "10000.00"

    # Who may work.
    knows = {"Name": "Knows birds", "Description": "Birds", "QualificationTypeStatus": "Active"}
    made = (await ask("CreateQualificationType", **knows))["QualificationType"]
    await refused("CreateQualificationType", "already created a QualificationType with this name", **knows)
    type_id = {"QualificationTypeId": made["QualificationTypeId"]}
    assert (await ask("UpdateQualificationType", **type_id, Description="All birds"))["QualificationType"]
    assert (await ask("GetQualificationType", **type_id))["QualificationType"]["Description"] == "All birds"
    found = await ask("ListQualificationTypes", MustBeRequestable=True, Query="birds", MustBeOwnedByCaller=True)
    assert found["NumResults"] == 1
    ann, bob, cyd = [await market.freelancer() for _ in range(3)]
    for person in (bob, cyd):
        async with market.organization.context_for(person) as context:
            await qualifying.ask(context, uuid(made["QualificationTypeId"]), mode="live")
    first, second = (await ask("ListQualificationRequests", **type_id))["QualificationRequests"]
    by_worker = {one["WorkerId"]: one["QualificationRequestId"] for one in (first, second)}
    await ask("AcceptQualificationRequest", QualificationRequestId=by_worker[worker(bob)], IntegerValue=90)
    await ask("RejectQualificationRequest", QualificationRequestId=by_worker[worker(cyd)], Reason="Not yet")
    await ask("AssociateQualificationWithWorker", **type_id, WorkerId=worker(ann), IntegerValue=80)
    score = await ask("GetQualificationScore", **type_id, WorkerId=worker(ann))
    assert score["Qualification"]["IntegerValue"] == 80
    assert (await ask("ListWorkersWithQualificationType", **type_id, MaxResults=1))["NextToken"]
    await ask("DisassociateQualificationFromWorker", **type_id, WorkerId=worker(ann), Reason="Too long ago")
    status = "operation can be called with a status of: Granted"
    await refused("GetQualificationScore", status, **type_id, WorkerId=worker(ann))
    await refused("GetQualificationScore", "does not exist", QualificationTypeId="NONE", WorkerId=worker(ann))

    # What is to be done.
    terms = {name: HIT[name] for name in ("Title", "Description", "Reward", "AssignmentDurationInSeconds")}
    required = [{**type_id, "Comparator": "GreaterThan", "IntegerValues": [50], "ActionsGuarded": "Accept"}]
    guarded = (await ask("CreateHITType", **terms, QualificationRequirements=required))["HITTypeId"]
    rest = {name: HIT[name] for name in ("LifetimeInSeconds", "Question")}
    policy = {"PolicyName": "SimplePlurality/2011-09-01", "Parameters": [
        {"Key": "QuestionIds", "Values": ["colour"]},
        {"Key": "QuestionAgreementThreshold", "Values": ["50"]},
    ]}  # fmt: skip
    hit = (await ask("CreateHIT", **HIT, MaxAssignments=3, HITReviewPolicy=policy, UniqueRequestToken="t"))["HIT"]
    await refused("CreateHIT", "already exists", **HIT, UniqueRequestToken="t")
    await refused("CreateHIT", "'reward'", "ValidationException", **{**HIT, "Reward": "abc"})
    other = (await ask("CreateHITWithHITType", HITTypeId=hit["HITTypeId"], **rest))["HIT"]
    await ask("UpdateHITTypeOfHIT", HITId=other["HITId"], HITTypeId=guarded)
    (wanting,) = (await ask("ListHITsForQualificationType", **type_id))["HITs"]
    assert wanting["HITId"] == other["HITId"]
    assert len((await ask("ListHITs"))["HITs"]) == 2
    notification = {
        "Destination": "https://hooks.acme.org/mturk",
        "Transport": "Webhook",
        "Version": "2014-08-15",
        "EventTypes": ["AssignmentSubmitted"],
    }
    await ask("UpdateNotificationSettings", HITTypeId=hit["HITTypeId"], Notification=notification, Active=True)
    await ask("SendTestEventNotification", Notification=notification, TestEventType="Ping")

    # What was done.
    assignments = [await handed_in(market, hit["HITId"], colour=colour) for colour in ("blue", "blue", "red")]
    listed = (await ask("ListAssignmentsForHIT", HITId=hit["HITId"], AssignmentStatuses=["Submitted"]))["Assignments"]
    assert {one["AssignmentId"] for one in listed} == set(assignments)
    one = await ask("GetAssignment", AssignmentId=assignments[0])
    assert "<FreeText>blue</FreeText>" in one["Assignment"]["Answer"]
    assert one["HIT"]["HITStatus"] == "Reviewable"
    await refused("GetFileUploadURL", "withdrawn", AssignmentId=assignments[0], QuestionIdentifier="colour")
    results = await ask("ListReviewPolicyResultsForHIT", HITId=hit["HITId"], PolicyLevels=["HIT"])
    found_keys = {result["Key"]: result["Value"] for result in results["HITReviewReport"]["ReviewResults"]}
    assert (found_keys["AgreedAnswer"], found_keys["HitAgreementScore"]) == ("blue", "100")
    assert [each["HITId"] for each in (await ask("ListReviewableHITs"))["HITs"]] == [hit["HITId"]]
    await ask("UpdateHITReviewStatus", HITId=hit["HITId"])
    await ask("UpdateHITReviewStatus", HITId=hit["HITId"], Revert=True)
    await refused("DeleteHIT", "currently in the state 'Reviewable'", HITId=hit["HITId"])
    await ask("ApproveAssignment", AssignmentId=assignments[0], RequesterFeedback="Thank you")
    await refused("ApproveAssignment", "This operation can be called with a status of", AssignmentId=assignments[0])
    await ask("ApproveAssignment", AssignmentId=assignments[1])
    await ask("RejectAssignment", AssignmentId=assignments[2], RequesterFeedback="")
    about = {"WorkerId": one["Assignment"]["WorkerId"], "AssignmentId": assignments[0]}
    bonus = {"BonusAmount": "0.25", "Reason": "Quick", "UniqueRequestToken": "b"}
    await ask("SendBonus", **about, **bonus)
    await refused("SendBonus", "already used", **about, **bonus)
    assert (await ask("ListBonusPayments", HITId=hit["HITId"]))["BonusPayments"][0]["BonusAmount"] == "0.25"
    letter = {"Subject": "More", "MessageText": "There is more work."}
    workers = [about["WorkerId"], worker(ann)]
    (failed,) = (await ask("NotifyWorkers", **letter, WorkerIds=workers))["NotifyWorkersFailureStatuses"]
    assert (failed["WorkerId"], failed["NotifyWorkersFailureCode"]) == (worker(ann), "HardFailure")
    await ask("CreateWorkerBlock", WorkerId=worker(ann), Reason="Careless")
    assert (await ask("ListWorkerBlocks"))["WorkerBlocks"] == [{"WorkerId": worker(ann), "Reason": "Careless"}]
    await ask("DeleteWorkerBlock", WorkerId=worker(ann))

    # The end of it.
    await ask("CreateAdditionalAssignmentsForHIT", HITId=hit["HITId"], NumberOfAdditionalAssignments=1)
    assert (await ask("GetHIT", HITId=hit["HITId"]))["HIT"]["HITStatus"] == "Assignable"
    for each in (hit, other):
        await ask("UpdateExpirationForHIT", HITId=each["HITId"], ExpireAt=0)
        assert await ask("DeleteHIT", HITId=each["HITId"]) == {}
    await refused("DeleteHIT", "currently in the state 'Disposed'", HITId=hit["HITId"])
    assert await ask("ListHITs") == {"NumResults": 0, "HITs": []}
    await ask("DeleteQualificationType", **type_id)
    return said


def worker(person: Person) -> str:
    assert person.worker_id is not None
    return ids.worker_told(person.worker_id)


async def test_boto3_says_everything(requester: Requester, market: Market) -> None:
    async with by_boto3(requester) as say:
        assert await tour(say, market) == set(OPERATIONS)


@pytest.mark.skipif(not CLI_PYTHON.exists(), reason="the AWS CLI is not here: scripts/setup clients")
async def test_the_aws_cli_says_everything(requester: Requester, market: Market) -> None:
    market.requester.clock.now = datetime.now(UTC)
    async with by_process(requester, CLI_PYTHON, CLIENTS / "aws_cli.py") as say:
        assert await tour(say, market) == set(OPERATIONS)


@pytest.mark.skipif(
    not JS_PACKAGES.exists() or shutil.which("node") is None,
    reason="the JavaScript client is not here: scripts/setup clients",
)
async def test_the_javascript_client_says_everything(requester: Requester, market: Market) -> None:
    market.requester.clock.now = datetime.now(UTC)
    async with by_process(requester, "node", CLIENTS / "speak.mjs") as say:
        assert await tour(say, market) == set(OPERATIONS)
