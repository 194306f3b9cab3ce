"""The one door of the dialect: a POST whose header names the operation and whose signature says who asks.

It stands at ``/mturk`` and ``/mturk-sandbox``, which is where programs are pointed to, and at ``/``, where they arrive
when the names of the original service lead here. Which of its two worlds is meant is said by the key, and for a live
key by the address: a test key never leaves the sandbox.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final
from uuid import uuid4

import msgspec
import structlog
from litestar import Response, post
from litestar.exceptions import HTTPException

from assay.core import errors, sigv4
from assay.core.permissions import Permission, may
from assay.core.signing_keys import AccessKey, access_key_in
from assay.faces.http import AnyRequest, House, house, network_of
from assay.faces.mturk.asking import Asked
from assay.faces.mturk.ids import Mode
from assay.faces.mturk.members import checked
from assay.faces.mturk.operations import OPERATIONS
from assay.faces.mturk.refusals import Refused, of_rule, said
from assay.faces.mturk.verbs import VERBS
from assay.services import signing_keys
from assay.services.context import Context
from assay.services.signing_keys import Ended, Entered

log = structlog.get_logger()

SERVICE: Final = "mturk-requester"
TARGET: Final = "MTurkRequesterServiceV20170117."
# A question, or a test and its key, of 65,535 bytes each, of which JSON may write every one as six.
BODY_BYTES_MAX: Final = 1_500_000
_SANDBOX_PATH: Final = "/mturk-sandbox"
_SANDBOX_HOST: Final = "mturk-requester-sandbox."
_TYPE: Final = "application/x-amz-json-1.1"
_UNKNOWN_KEY: Final = "UnrecognizedClientException", "The security token included in the request is invalid."


@post(
    ["/", "/mturk", _SANDBOX_PATH],
    opt={"permission": None},
    request_max_body_size=BODY_BYTES_MAX,
    include_in_schema=False,
    status_code=200,
)
async def speak(request: AnyRequest) -> Response[bytes]:
    """One operation. Nothing is done before the signature is proven."""
    home, request_id = house(request), str(uuid4())
    try:
        told: Mapping[str, Any] = await _spoken(request, home, request_id)
        status = 200
    except Refused as error:
        told, status = said(error, home.clock()), error.status
    except errors.AssayError as error:
        refusal = of_rule(error, {})
        told, status = said(refusal, home.clock()), refusal.status
    except HTTPException as error:
        status = error.status_code
        told = {"__type": "RequestEntityTooLargeException" if status == 413 else "ValidationException"}
        told["message"] = f"The body is over {BODY_BYTES_MAX} bytes." if status == 413 else error.detail
    except Exception as error:
        log.error("bug", request_id=request_id, target=request.headers.get("x-amz-target"), exc_info=error)
        words = f"This is a fault in Assay, not in your request. Quote {request_id}."
        fault = Refused("ServiceFault", words, "AWS.ServiceUnavailable", 500)
        told, status = said(fault, home.clock()), 500
    headers = {"x-amzn-requestid": request_id, "cache-control": "no-store"}
    return Response(msgspec.json.encode(told), status_code=status, media_type=_TYPE, headers=headers)


async def _spoken(request: AnyRequest, home: House, request_id: str) -> Mapping[str, Any]:
    asked = sigv4.Signed(
        request.method,
        (request.scope.get("raw_path") or request.scope["path"].encode()).decode("latin-1").partition("?")[0],
        request.scope["query_string"].decode("latin-1"),
        [(name.decode("latin-1").lower(), value.decode("latin-1")) for name, value in request.scope["headers"]],
        await request.body(),
    )
    claim, named = _claimed(asked)
    now = home.clock()
    token = named.as_token
    network = network_of(request)
    home.gate.check(network, token, now)
    async with home.database.tenant(named.organization_id) as tenant:
        try:
            entered = await signing_keys.entered(tenant, home.seals, named, asked.header("x-amz-security-token"), now)
            sigv4.check_time(asked, claim, now)
            sigv4.check(asked, claim, entered.secret)
        except Ended as error:
            raise Refused("ExpiredTokenException", error.message) from None
        except errors.Unauthenticated:
            home.gate.missed(network, token, now)
            raise Refused(*_UNKNOWN_KEY) from None
        except (sigv4.Mismatch, sigv4.Incomplete) as error:
            home.gate.missed(network, token, now)
            kind = "InvalidSignatureException" if isinstance(error, sigv4.Mismatch) else "IncompleteSignatureException"
            raise Refused(kind, str(error)) from None
        home.gate.passed(token)
        if entered.stale:
            await signing_keys.used(tenant, named.key_id, now)
        mode = _world(asked, entered)
        context = Context(tenant, now, replace(entered.caller, mode=mode), home.random_bytes, home.chance)
        told = await _done(Asked(home, context, _operation(asked), _members(asked), mode, request_id))
    home.announce(context)
    home.ring()
    return told


def _claimed(asked: sigv4.Signed) -> tuple[sigv4.Claim, AccessKey]:
    authorization = asked.header("authorization")
    if authorization is None:
        raise Refused("MissingAuthenticationTokenException", "Missing Authentication Token")
    try:
        claim = sigv4.claim_in(authorization)
    except sigv4.Incomplete as error:
        raise Refused("IncompleteSignatureException", str(error)) from None
    if claim.service != SERVICE:
        words = f"Credential should be scoped to correct service: '{SERVICE}'."
        raise Refused("InvalidSignatureException", words)
    named = access_key_in(claim.access_key)
    if named is None:
        raise Refused(*_UNKNOWN_KEY)
    return claim, named


def _world(asked: sigv4.Signed, entered: Entered) -> Mode:
    sandbox = asked.path.rstrip("/") == _SANDBOX_PATH or (asked.header("host") or "").startswith(_SANDBOX_HOST)
    return "test" if sandbox else entered.caller.mode


def _operation(asked: sigv4.Signed) -> str:
    target = asked.header("x-amz-target") or ""
    operation = target.removeprefix(TARGET)
    if not target.startswith(TARGET) or operation not in OPERATIONS:
        raise Refused("UnknownOperationException", f"There is no operation {target[:100]!r}.")
    return operation


def _members(asked: sigv4.Signed) -> Mapping[str, Any]:
    try:
        return dict(msgspec.json.decode(asked.body or b"{}", type=dict[str, Any]))
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        raise Refused("SerializationException", "The body must be one JSON object.") from None


async def _done(asked: Asked) -> dict[str, Any]:
    permission: Permission = "market.read" if asked.operation.startswith(("Get", "List")) else "market.write"
    if not may(asked.context.caller.role, permission):
        words = f"This key ({asked.context.caller.role}) is not authorized to perform: {asked.operation}."
        raise Refused("AccessDeniedException", words)
    asked = replace(asked, given=checked(OPERATIONS[asked.operation], asked.given))
    try:
        return await VERBS[asked.operation](asked)
    except errors.AssayError as error:
        raise of_rule(error, asked.given) from error
