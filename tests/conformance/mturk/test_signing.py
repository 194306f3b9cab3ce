"""Who asks is proven by a signature over everything that matters; whatever is changed on the way is refused.

The signer is botocore's; what is changed is changed between it and the socket.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any
from uuid import uuid4

import httpx
import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from assay.services import accounts, signing_keys
from assay.services.signing_keys import MadeKey
from harness import Organization
from hits import HIT
from requesting import Requester

Make = Callable[..., Awaitable[Requester]]
TARGET = "MTurkRequesterServiceV20170117.GetFileUploadURL"
BODY = b'{"AssignmentId": "3A", "QuestionIdentifier": "photo"}'


def signed(
    url: str, key: MadeKey, body: bytes = BODY, target: str = TARGET, service: str = "mturk-requester"
) -> dict[str, str]:
    headers = {"Content-Type": "application/x-amz-json-1.1", "X-Amz-Target": target}
    asked = AWSRequest(method="POST", url=url, headers=headers, data=body)
    SigV4Auth(Credentials(key.access_key, key.secret, key.session_token), service, "us-east-1").add_auth(asked)
    return dict(asked.headers.items())


async def post(url: str, headers: dict[str, str] | list[tuple[str, str]], body: bytes = BODY) -> tuple[int, Any]:
    async with httpx.AsyncClient() as client:
        answer = await client.post(url, headers=headers, content=body)
        assert answer.headers["content-type"] == "application/x-amz-json-1.1"
        assert len(answer.headers["x-amzn-requestid"]) == 36
        return answer.status_code, answer.json()


@pytest.fixture
async def speaker(client: Make) -> Requester:
    return await client()


# What is answered once the signature is proven.
PROVEN = "were withdrawn"


async def test_a_signed_request_is_heard(speaker: Requester) -> None:
    for path in ("", "/", "/mturk", "/mturk/", "/mturk-sandbox"):
        address = speaker.url.removesuffix("/mturk") + path
        status, told = await post(address, signed(address, speaker.key))

        assert (status, told["__type"]) == (400, "RequestError")
        assert PROVEN in told["Message"]


@pytest.mark.parametrize("name", ["Content-Type", "X-Amz-Target", "X-Amz-Date", "Host"])
async def test_a_signed_header_that_was_changed_is_refused(speaker: Requester, name: str) -> None:
    headers = signed(speaker.url, speaker.key)
    host = speaker.url.partition("//")[2].partition("/")[0]
    was = headers.get(name, host)
    changes = {
        "X-Amz-Target": TARGET.replace("GetFileUploadURL", "GetAccountBalance"),
        "X-Amz-Date": was[:-2] + ("1Z" if was[-2] != "1" else "2Z"),
        "Host": "mturk-requester-sandbox.us-east-1.amazonaws.com",
    }

    status, told = await post(speaker.url, {**headers, name: changes.get(name, was + "; charset=utf-8")})

    assert (status, told["__type"]) == (400, "InvalidSignatureException")
    assert "does not match" in told["message"]


@pytest.mark.parametrize("name", ["Content-Type", "X-Amz-Target", "X-Amz-Date"])
async def test_a_signed_header_that_was_taken_away_or_doubled_is_refused(speaker: Requester, name: str) -> None:
    headers = signed(speaker.url, speaker.key)
    without = {given: value for given, value in headers.items() if given != name}

    for sent in (list(without.items()), [*headers.items(), (name, headers[name])]):
        status, told = await post(speaker.url, sent)

        assert status == 400
        assert told["__type"] in ("InvalidSignatureException", "IncompleteSignatureException")


@pytest.mark.parametrize(
    ("headers", "kind"),
    [
        ({"X-Amz-Security-Token": "somebody"}, "UnrecognizedClientException"),
        ({"X-Amz-Content-Sha256": "UNSIGNED-PAYLOAD"}, "IncompleteSignatureException"),
        ({"X-Amz-Expires": "604800"}, "IncompleteSignatureException"),
    ],
    ids=["token", "hash", "expiry"],
)
async def test_a_header_that_means_something_is_not_added(
    speaker: Requester, headers: dict[str, str], kind: str
) -> None:
    status, told = await post(speaker.url, {**signed(speaker.url, speaker.key), **headers})

    assert (status, told["__type"]) == (400, kind)


@pytest.mark.parametrize("body", [BODY + b" ", BODY.replace(b"photo", b"other"), b"", b"{}"])
async def test_another_body_is_refused(speaker: Requester, body: bytes) -> None:
    _, told = await post(speaker.url, signed(speaker.url, speaker.key), body)

    assert told["__type"] == "InvalidSignatureException"


@pytest.mark.parametrize("changed", ["/mturk-sandbox", "/mturk/", "/mturk?x=1", "/"])
async def test_another_address_is_refused(speaker: Requester, changed: str) -> None:
    """A request that was signed for the sandbox cannot be brought to the live world, nor the other way round."""
    address = speaker.url.removesuffix("/mturk") + changed
    _, told = await post(address, signed(speaker.url, speaker.key))

    assert told["__type"] == "InvalidSignatureException"


@pytest.mark.parametrize(("minutes", "said"), [(16, "Signature expired"), (-16, "Signature not yet current")])
async def test_a_clock_that_is_a_quarter_of_an_hour_away_is_refused(
    speaker: Requester, organization: Organization, minutes: int, said: str
) -> None:
    headers = signed(speaker.url, speaker.key)
    organization.clock.advance(minutes * 60)

    _, told = await post(speaker.url, headers)

    assert told["__type"] == "InvalidSignatureException"
    assert told["message"].startswith(said)


async def test_a_request_is_good_within_a_quarter_of_an_hour(speaker: Requester, organization: Organization) -> None:
    for minutes in (14, -14):
        headers = signed(speaker.url, speaker.key)
        organization.clock.advance(minutes * 60)
        assert PROVEN in (await post(speaker.url, headers))[1]["Message"]


async def test_parts_of_the_credential_are_proven_too(speaker: Requester, client: Make) -> None:
    headers = signed(speaker.url, speaker.key)
    other = await client()
    for old, new in [
        ("us-east-1", "us-east-2"),
        (speaker.key.access_key, other.key.access_key),
        ("/aws4_request", "/aws5_request"),
        ("SignedHeaders=content-type;", "SignedHeaders="),
        ("Signature=", "Signature=0"),
    ]:
        assert old in headers["Authorization"]
        changed = {**headers, "Authorization": headers["Authorization"].replace(old, new)}
        _, told = await post(speaker.url, changed)
        assert told["__type"] in ("InvalidSignatureException", "IncompleteSignatureException"), old


async def test_a_signature_for_another_service_is_refused(speaker: Requester) -> None:
    _, told = await post(speaker.url, signed(speaker.url, speaker.key, service="mturk"))

    assert (told["__type"], "mturk-requester" in told["message"]) == ("InvalidSignatureException", True)


async def test_a_request_that_is_not_signed_is_refused(speaker: Requester, organization: Organization) -> None:
    headers = {"X-Amz-Target": TARGET, "Content-Type": "application/x-amz-json-1.1"}

    assert (await post(speaker.url, headers))[1]["__type"] == "MissingAuthenticationTokenException"
    for said in ("Bearer assay_live_x", "AWS4-HMAC-SHA256 Credential=x", "Basic eDo="):
        _, told = await post(speaker.url, {**headers, "Authorization": said})
        assert told["__type"] == "IncompleteSignatureException"


async def test_a_key_that_is_not_there_or_was_revoked_is_unknown(
    speaker: Requester, organization: Organization, neighbour: Organization
) -> None:
    async with organization.context_for("owner") as context:
        gone = await signing_keys.make(context, organization.house.seals, name="Gone", mode="live", role="manager")
        await signing_keys.revoke(context, gone.key.id)
    abroad = replace(speaker.key, access_key=signing_keys.text_of(neighbour.id, speaker.key.key))
    nowhere = replace(speaker.key, access_key=signing_keys.text_of(uuid4(), speaker.key.key))
    foreign = replace(speaker.key, access_key="AKIAIOSFODNN7EXAMPLE")
    for key in (gone, abroad, nowhere, foreign):
        _, told = await post(speaker.url, signed(speaker.url, key))
        assert told == {
            "__type": "UnrecognizedClientException",
            "message": "The security token included in the request is invalid.",
        }


async def test_a_key_ends_with_what_its_maker_may_do(client: Make, organization: Organization) -> None:
    manager = await organization.add("manager")
    async with organization.context_for(manager) as context:
        key = await signing_keys.make(context, organization.house.seals, name="Theirs", mode="live", role="manager")
    url = (await client()).url
    assert PROVEN in (await post(url, signed(url, key)))[1]["Message"]

    async with organization.context_for("owner") as context:
        await accounts.change_member(context, manager.id, role="annotator")

    assert (await post(url, signed(url, key)))[1]["__type"] == "UnrecognizedClientException"


async def test_a_key_for_a_while_comes_with_its_token_and_ends(client: Make, organization: Organization) -> None:
    speaker = await client(session_seconds=900)
    bare = Requester.at(speaker.url, replace(speaker.key, session_token=None))
    wrong = Requester.at(speaker.url, replace(speaker.key, session_token="x" * 80))
    asked = {"AssignmentId": "3A", "QuestionIdentifier": "q"}

    assert PROVEN in (await speaker.refused("get_file_upload_url", **asked)).message
    assert (await bare.refused("get_file_upload_url", **asked)).kind == "UnrecognizedClientException"
    assert (await wrong.refused("get_file_upload_url", **asked)).kind == "UnrecognizedClientException"
    organization.clock.advance(899)
    assert PROVEN in (await speaker.refused("get_file_upload_url", **asked)).message
    organization.clock.advance(1)
    assert (await speaker.refused("get_file_upload_url", **asked)).kind == "ExpiredTokenException"


async def test_a_key_that_reads_does_nothing_else(client: Make) -> None:
    reader = await client(role="auditor")

    refused = await reader.refused("delete_hit", HITId="3A")

    assert refused.kind == "AccessDeniedException"


async def test_what_is_no_operation_or_no_json_is_refused(speaker: Requester) -> None:
    for target in ("", "MTurkRequesterServiceV20170117.Nothing", "AmazonSQS.SendMessage", TARGET + ".x"):
        _, told = await post(speaker.url, signed(speaker.url, speaker.key, target=target))
        assert told["__type"] == "UnknownOperationException"
    for body in (b"[]", b"{", b"\xff", b"null", b'{"a": NaN}', b"[" * 100_000):
        _, told = await post(speaker.url, signed(speaker.url, speaker.key, body), body)
        assert told["__type"] == "SerializationException", body[:10]


async def test_a_body_that_is_too_large_is_not_read(speaker: Requester) -> None:
    body = b'{"x": "' + b"x" * 2_000_000 + b'"}'

    status, told = await post(speaker.url, signed(speaker.url, speaker.key, body), body)

    assert (status, told["__type"]) == (413, "RequestEntityTooLargeException")


async def test_guessing_is_slowed_down_and_shuts_nobody_out(speaker: Requester, client: Make) -> None:
    other = await client()
    assert PROVEN in (await post(speaker.url, signed(speaker.url, speaker.key)))[1]["Message"]
    bad = {**signed(speaker.url, replace(other.key, secret="guessed")), "Connection": "close"}

    answers = [(await post(speaker.url, bad))[1]["__type"] for _ in range(40)]

    assert answers[-1] == "ThrottlingException"
    assert PROVEN in (await post(speaker.url, signed(speaker.url, speaker.key)))[1]["Message"]


async def test_many_at_once_are_all_heard(speaker: Requester) -> None:
    asked = [speaker.refused("get_file_upload_url", AssignmentId="3A", QuestionIdentifier=f"q{n}") for n in range(8)]

    assert all(PROVEN in refused.message for refused in await asyncio.gather(*asked))


async def test_the_original_names_lead_to_their_worlds(requester: Requester) -> None:
    """Programs that have them built in arrive at ``/`` by them, with one key for both."""
    made = (await requester.create_hit(**HIT))["HIT"]["HITId"]
    address = requester.url.removesuffix("/mturk") + "/"
    target, body = "MTurkRequesterServiceV20170117.ListHITs", b"{}"

    found = {}
    for name in ("mturk-requester", "mturk-requester-sandbox"):
        host = f"{name}.us-east-1.amazonaws.com"
        headers = signed(f"https://{host}/", requester.key, body, target)
        status, told = await post(address, {**headers, "Host": host}, body)
        assert status == 200, told
        found[name] = [hit["HITId"] for hit in told["HITs"]]

    assert found == {"mturk-requester": [made], "mturk-requester-sandbox": []}
