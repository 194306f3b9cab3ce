"""Signatures against botocore's signer, an independent implementation."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials as TheirCredentials
from hypothesis import given
from hypothesis import strategies as st

from assay.core.sigv4 import Credentials, Incomplete, Mismatch, Signed, check, check_time, claim_in, signing_headers

ACCESS_KEY = "AKIDEXAMPLEEXAMPLE01"
SECRET = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)

names = st.from_regex(r"[a-z][a-z0-9-]{0,20}", fullmatch=True).filter(lambda name: name not in ("host", "expect"))
values = st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=40)
paths = st.from_regex(r"/([a-zA-Z0-9_.~-]+/?)?", fullmatch=True).filter(lambda path: path not in ("/.", "/..", "/./"))


def theirs(url: str, headers: dict[str, str], body: bytes, token: str | None = None) -> Signed:
    """A request as botocore signs it, at whatever time the machine has; as a server would receive it."""
    asked = AWSRequest(method="POST", url=url, headers=headers, data=body)
    SigV4Auth(TheirCredentials(ACCESS_KEY, SECRET, token), "mturk-requester", "us-east-1").add_auth(asked)
    parts = urlsplit(url)
    sent = [("host", parts.netloc), *((name.lower(), value) for name, value in asked.headers.items())]
    return Signed("POST", parts.path or "/", parts.query, sent, body)


def proven(request: Signed, secret: str = SECRET) -> None:
    check(request, claim_in(request.header("authorization") or ""), secret)


@given(path=paths, headers=st.dictionaries(names, values, max_size=4), body=st.binary(max_size=200))
def test_what_botocore_signs_is_proven(path: str, headers: dict[str, str], body: bytes) -> None:
    proven(theirs("https://market.acme.org" + path, headers, body))


@pytest.mark.parametrize("url", ["http://127.0.0.1:8080/mturk", "https://acme.org/", "https://acme.org/?b=2&a=1&a=0"])
def test_ports_and_queries_are_part_of_it(url: str) -> None:
    proven(theirs(url, {"X-Amz-Target": "Service.Verb"}, b"{}", token="a/session+token=="))


def test_what_we_sign_is_what_botocore_signs() -> None:
    sent = theirs("https://queue.acme.org/000/jobs", {"content-type": "text/plain"}, b"Action=SendMessage")
    moment = datetime.strptime(sent.header("x-amz-date") or "", "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)

    ours = signing_headers(
        "POST",
        "https://queue.acme.org/000/jobs",
        {"Content-Type": "text/plain"},
        b"Action=SendMessage",
        Credentials(ACCESS_KEY, SECRET),
        region="us-east-1",
        service="mturk-requester",
        now=moment,
    )

    assert ours["authorization"] == sent.header("authorization")


def signed(**changes: str) -> dict[str, str]:
    headers = {"content-type": "application/x-amz-json-1.1", "x-amz-target": "Service.Verb", **changes}
    made = Credentials(ACCESS_KEY, SECRET, token="for a while")
    return signing_headers(
        "POST", "https://acme.org/", headers, b"{}", made, region="us-east-1", service="mturk-requester", now=NOW
    )


@pytest.mark.parametrize("name", ["content-type", "host", "x-amz-date", "x-amz-target", "x-amz-security-token"])
def test_a_signed_header_that_was_changed_is_refused(name: str) -> None:
    headers = signed()
    other = "20260302T090001Z" if name == "x-amz-date" else headers[name] + "x"

    with pytest.raises(Mismatch):
        proven(Signed("POST", "/", "", list({**headers, name: other}.items()), b"{}"))
    with pytest.raises((Mismatch, Incomplete)):
        proven(Signed("POST", "/", "", [(n, v) for n, v in headers.items() if n != name], b"{}"))
    with pytest.raises((Mismatch, Incomplete)):
        proven(Signed("POST", "/", "", [*headers.items(), (name, other)], b"{}"))


@pytest.mark.parametrize(
    "request_",
    [
        Signed("GET", "/", "", list(signed().items()), b"{}"),
        Signed("POST", "/x", "", list(signed().items()), b"{}"),
        Signed("POST", "/", "a=b", list(signed().items()), b"{}"),
        Signed("POST", "/", "", list(signed().items()), b"{} "),
        Signed("POST", "/", "", list(signed(**{"x-amz-content-sha256": "UNSIGNED-PAYLOAD"}).items()), b"{}"),
    ],
    ids=["method", "path", "query", "body", "no hash of the body"],
)
def test_everything_else_that_was_changed_is_refused(request_: Signed) -> None:
    with pytest.raises(Mismatch):
        proven(request_)


def test_another_secret_is_refused() -> None:
    with pytest.raises(Mismatch, match="does not match the signature"):
        proven(Signed("POST", "/", "", list(signed().items()), b"{}"), SECRET + "x")


def test_a_header_that_was_added_is_refused_where_it_means_something() -> None:
    headers = list(signed().items())

    proven(Signed("POST", "/", "", [*headers, ("amz-sdk-request", "attempt=2")], b"{}"))
    with pytest.raises(Incomplete, match="must be signed: host, x-amz-security-policy"):
        proven(Signed("POST", "/", "", [*headers, ("x-amz-security-policy", "all")], b"{}"))


@pytest.mark.parametrize(
    ("seconds", "refused"),
    [(0, None), (899, None), (-899, None), (901, "expired"), (-901, "not yet current")],
)
def test_a_request_is_good_for_a_quarter_of_an_hour_either_way(seconds: int, refused: str | None) -> None:
    request = Signed("POST", "/", "", list(signed().items()), b"{}")
    claim, then = claim_in(request.header("authorization") or ""), NOW + timedelta(seconds=seconds)

    if refused is None:
        check_time(request, claim, then)
    else:
        with pytest.raises(Mismatch, match=refused):
            check_time(request, claim, then)


def test_the_day_of_the_key_is_the_day_of_the_request() -> None:
    headers = signed()
    headers["authorization"] = headers["authorization"].replace("/20260302/", "/20260301/")
    request = Signed("POST", "/", "", list(headers.items()), b"{}")

    with pytest.raises(Mismatch, match="Credential scope"):
        check_time(request, claim_in(headers["authorization"]), NOW)


GOOD = f"AWS4-HMAC-SHA256 Credential={ACCESS_KEY}/20260302/us-east-1/mturk-requester/aws4_request, "


@pytest.mark.parametrize(
    "said",
    [
        "",
        "Bearer assay_live_0",
        "AWS4-HMAC-SHA256",
        GOOD + "SignedHeaders=host",
        GOOD + "SignedHeaders=host;host, Signature=" + "0" * 64,
        GOOD + "SignedHeaders=x-amz-date;host, Signature=" + "0" * 64,
        GOOD + "SignedHeaders=Host, Signature=" + "0" * 64,
        GOOD + "SignedHeaders=host, Signature=" + "0" * 63,
        GOOD.replace("aws4_request", "aws5_request") + "SignedHeaders=host, Signature=" + "0" * 64,
        GOOD.replace("/20260302/", "/2026/") + "SignedHeaders=host, Signature=" + "0" * 64,
        GOOD + "SignedHeaders=" + ";".join(f"h{n:03}" for n in range(60)) + ", Signature=" + "0" * 64,
    ],
)
def test_what_is_no_signature_is_refused(said: str) -> None:
    with pytest.raises(Incomplete):
        claim_in(said)


def test_a_request_without_its_time_is_refused() -> None:
    headers = signed()
    claim = claim_in(headers["authorization"])

    for said in (None, "yesterday", "2026-03-02T09:00:00Z"):
        sent = [(name, said or value) for name, value in headers.items() if name != "x-amz-date" or said]
        with pytest.raises(Incomplete, match="X-Amz-Date"):
            check_time(Signed("POST", "/", "", sent, b"{}"), claim, NOW)
