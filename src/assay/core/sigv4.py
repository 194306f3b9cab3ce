"""Signatures over requests, version 4 of Amazon's: made for what we send to queues, checked on what programs send us.

A request is signed with a key that is derived from a secret, a day, a region and a service; what is signed is the
method, the path, the query, the headers that the signer lists, and the SHA-256 of the body. Source: AWS, "Create a
signed AWS API request" (Signature Version 4). We differ in three places: the list of signed headers must be sorted and
without repetition, every header that begins with ``x-amz-`` must be in it, and signatures in the query are not taken.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Final
from urllib.parse import quote, urlsplit

ALGORITHM: Final = "AWS4-HMAC-SHA256"
SKEW_MAX: Final = timedelta(minutes=15)
_MOMENT: Final = "%Y%m%dT%H%M%SZ"
# What clients keep in a name when they escape it (RFC 3986, unreserved).
_UNRESERVED: Final = "-_.~"
_SIGNED_MAX: Final = 50
_CREDENTIAL = re.compile(r"(\w{16,128})/(\d{8})/([a-z0-9-]{1,40})/([a-z0-9-]{1,40})/aws4_request", re.ASCII)
_HEADER_NAME = re.compile(r"[a-z0-9!#$%&'*+.^_`|~-]{1,100}")
_SIGNATURE = re.compile(r"[0-9a-f]{64}")


class Incomplete(Exception):
    """The request is not signed in a way that could be checked; the message says what is missing."""


class Mismatch(Exception):
    """The signature is not the one of this request."""


@dataclass(frozen=True)
class Signed:
    """A request as it was sent. ``path`` and ``query`` are still escaped; names of ``headers`` are in small letters,
    and one that was sent several times is there several times."""

    method: str
    path: str
    query: str
    headers: Sequence[tuple[str, str]]
    body: bytes

    def header(self, name: str) -> str | None:
        """All values of a header as one, as they are signed; none where it was not sent."""
        values = [" ".join(value.split()) for sent, value in self.headers if sent == name]
        return ",".join(values) if values else None


@dataclass(frozen=True)
class Claim:
    """What an Authorization header says of itself; nothing of it is proven yet."""

    access_key: str
    day: str
    region: str
    service: str
    headers: tuple[str, ...]
    signature: str


@dataclass(frozen=True)
class Credentials:
    """``token`` comes with keys that live for a while only."""

    access_key: str
    secret: str
    token: str | None = None


def claim_in(header: str) -> Claim:
    """What the value of an Authorization header says. Raises ``Incomplete``."""
    algorithm, _, rest = header.strip().partition(" ")
    if algorithm != ALGORITHM:
        raise Incomplete(f"Authorization must begin with {ALGORITHM}.")
    parts = dict(part.strip().partition("=")[::2] for part in rest.split(","))
    missing = [name for name in ("Credential", "SignedHeaders", "Signature") if not parts.get(name)]
    if missing:
        raise Incomplete("Authorization header requires " + ", ".join(f"'{name}'" for name in missing) + ".")
    credential = _CREDENTIAL.fullmatch(parts["Credential"])
    if credential is None:
        raise Incomplete("Credential must be KEY/YYYYMMDD/REGION/SERVICE/aws4_request.")
    names = tuple(parts["SignedHeaders"].split(";"))
    if len(names) > _SIGNED_MAX or list(names) != sorted(set(names)) or not all(map(_HEADER_NAME.fullmatch, names)):
        raise Incomplete("SignedHeaders must be names in small letters, sorted, each once.")
    if not _SIGNATURE.fullmatch(parts["Signature"]):
        raise Incomplete("Signature must be 64 hexadecimal digits.")
    access_key, day, region, service = credential.groups()
    return Claim(access_key, day, region, service, names, parts["Signature"])


def check_time(request: Signed, claim: Claim, now: datetime) -> None:
    """Raises ``Incomplete`` without a readable time of signing, and ``Mismatch`` for one that is too far from ``now``
    or of another day than the claim's."""
    signed_at = _signed_at(request)
    if signed_at.strftime("%Y%m%d") != claim.day:
        raise Mismatch("Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP.")
    words = (signed_at.strftime(_MOMENT), now.astimezone(UTC).strftime(_MOMENT))
    if signed_at < now - SKEW_MAX:
        raise Mismatch(f"Signature expired: {words[0]} is more than 15 minutes before {words[1]}. Check your clock.")
    if signed_at > now + SKEW_MAX:
        raise Mismatch(f"Signature not yet current: {words[0]} is more than 15 minutes after {words[1]}.")


def check(request: Signed, claim: Claim, secret: str) -> None:
    """Proves the claim. Raises ``Incomplete`` for a header that had to be signed, ``Mismatch`` for another signature
    than this request's, in a time that does not tell how much of it is right."""
    sent = {name for name, _ in request.headers}
    unsigned = {name for name in sent if name == "host" or name.startswith("x-amz-")} - set(claim.headers)
    if unsigned or "host" not in claim.headers:
        raise Incomplete("These headers must be signed: " + ", ".join(sorted(unsigned | {"host"})) + ".")
    if not sent.issuperset(claim.headers):
        raise Incomplete("SignedHeaders names headers that were not sent.")
    digest = hashlib.sha256(request.body).hexdigest()
    if request.header("x-amz-content-sha256") not in (None, digest):
        raise Mismatch("The body is not the one that x-amz-content-sha256 tells of.")
    moment = _signed_at(request).strftime(_MOMENT)
    right = _signature(request, digest, claim, secret, moment)
    if not hmac.compare_digest(right.encode(), claim.signature.encode()):
        raise Mismatch(
            "The request signature we calculated does not match the signature you provided. Check your secret access "
            "key, and that nothing between us changes the host, the path or the body."
        )


def signing_headers(
    method: str,
    url: str,
    headers: Mapping[str, str],
    body: bytes,
    credentials: Credentials,
    *,
    region: str,
    service: str,
    now: datetime,
) -> dict[str, str]:
    """The headers to send with a request of ours, those given included. All of them are signed."""
    parts = urlsplit(url)
    digest = hashlib.sha256(body).hexdigest()
    moment = now.astimezone(UTC).strftime(_MOMENT)
    sent = {name.lower(): value for name, value in headers.items()}
    sent |= {"host": parts.netloc, "x-amz-date": moment}
    if credentials.token is not None:
        sent["x-amz-security-token"] = credentials.token
    names = tuple(sorted(sent))
    claim = Claim(credentials.access_key, moment[:8], region, service, names, "")
    request = Signed(method, parts.path or "/", parts.query, list(sent.items()), body)
    made = _signature(request, digest, claim, credentials.secret, moment)
    scope = f"{claim.access_key}/{claim.day}/{region}/{service}/aws4_request"
    said = f"{ALGORITHM} Credential={scope}, SignedHeaders={';'.join(names)}, Signature={made}"
    return {**sent, "authorization": said}


def _signed_at(request: Signed) -> datetime:
    said = request.header("x-amz-date")
    if said is None:
        raise Incomplete("The header X-Amz-Date is missing.")
    try:
        return datetime.strptime(said, _MOMENT).replace(tzinfo=UTC)
    except ValueError:
        raise Incomplete("X-Amz-Date must look like 20261122T190500Z.") from None


def _signature(request: Signed, digest: str, claim: Claim, secret: str, moment: str) -> str:
    lines = [
        request.method,
        # Escaped once more, as all services but storage want it.
        quote(request.path, safe="/" + _UNRESERVED),
        _query(request.query),
        *(f"{name}:{request.header(name)}" for name in claim.headers),
        "",
        ";".join(claim.headers),
        digest,
    ]
    scope = f"{claim.day}/{claim.region}/{claim.service}/aws4_request"
    asked = hashlib.sha256("\n".join(lines).encode()).hexdigest()
    text = "\n".join((ALGORITHM, moment, scope, asked))
    key = _signing_key(secret, claim.day, claim.region, claim.service)
    return hmac.digest(key, text.encode(), hashlib.sha256).hex()


def _query(query: str) -> str:
    """In the order of names and values; what is sent is escaped already."""
    pairs = (pair.partition("=") for pair in query.split("&") if pair)
    return "&".join(sorted(f"{name}={value}" for name, _, value in pairs))


@lru_cache(maxsize=4096)
def _signing_key(secret: str, day: str, region: str, service: str) -> bytes:
    """The same for a whole day, and four hashes of work."""
    key = ("AWS4" + secret).encode()
    for part in (day, region, service, "aws4_request"):
        key = hmac.digest(key, part.encode(), hashlib.sha256)
    return key
