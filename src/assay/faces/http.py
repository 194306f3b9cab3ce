"""What the HTTP faces share: entering a tenant, permissions, errors, paging and headers.

Every route declares its permission in `opt` (`permission="task.read"`, or `permission=None` for the few that are
open to anybody); `app` refuses to start with a route that does not. A handler enters its tenant with `enter`,
which authenticates the caller, checks that permission and commits on leaving.
"""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from typing import Any, Final, Generic, TypeVar, cast
from uuid import UUID

import msgspec
import structlog
from litestar import Request, Response
from litestar.datastructures import State
from litestar.exceptions import HTTPException, ValidationException
from litestar.types import Message, Scope

from assay.core import errors, ids, tokens
from assay.core.frames import FrameOrigins
from assay.core.ledger import Mode
from assay.core.permissions import Permission
from assay.core.ports import Blobs, Egress, Payouts, Seals
from assay.faces import throttle
from assay.faces.broadcast import Broadcast
from assay.faces.given import Remembered
from assay.faces.hints import QueueHints
from assay.faces.throttle import Gate
from assay.services import accounts
from assay.services.context import SYSTEM, Context, Tenants

log = structlog.get_logger()

COOKIE: Final = "assay_session"
CSRF_HEADER: Final = "x-assay-request"
SAFE_METHODS: Final = frozenset({"GET", "HEAD", "OPTIONS"})

AnyRequest = Request[Any, Any, State]
Item = TypeVar("Item")


@dataclass(frozen=True)
class House:
    """What `app` built and the faces use."""

    database: Tenants
    blobs: Blobs
    clock: Callable[[], datetime]
    random_bytes: Callable[[int], bytes]
    chance: Callable[[], float]
    # Called after a commit that left jobs, so that they start at once.
    ring: Callable[[], None]
    public_url: str
    # Cookies are sent over https only, unless the server is reached over plain http on loopback.
    secure_cookies: bool
    # Encrypts what must be read again: the secrets of webhooks.
    seals: Seals
    # The one way out.
    egress: Egress
    # Raises ``Invalid`` for an address that callbacks may not go to, as far as its looks tell.
    check_callback_url: Callable[[str], None]
    # The same for callbacks of tasks and batches, which may go to mailboxes too.
    check_callback: Callable[[str], None]
    # Who pays freelancers, with real money and with play money.
    payouts: Mapping[Mode, Payouts]
    # Where customers' own pages are shown; none: nowhere.
    frames: FrameOrigins | None = None
    # Slows down guessing, network by network.
    gate: Gate = field(default_factory=Gate)
    # Where each queue begins, as far as this process knows.
    hints: QueueHints = field(default_factory=QueueHints)
    # What this process saw not long ago, for claims and submissions in one round trip.
    remembered: Remembered = field(default_factory=Remembered)
    # Streams that share what they look at.
    watching: Broadcast = field(default_factory=Broadcast)

    def new_id(self, now: datetime) -> UUID:
        """An id for a row that is written outside any context."""
        return ids.uuid7(int(now.timestamp() * 1000), self.random_bytes(10))

    def announce(self, context: Context) -> None:
        """After the commit: what the context opened is no news to the next claim."""
        for project_id, stage, position in context.opened:
            self.hints.arrived((context.organization_id, project_id, stage), position)


@cache
def _reader(shape: type[msgspec.Struct]) -> Callable[[bytes], msgspec.Struct]:
    return msgspec.json.Decoder(shape).decode


class CarefulRequest(Request[Any, Any, State]):
    """A request whose body may be anything: what cannot be JSON is the sender's mistake and not our fault."""

    async def json(self) -> Any:
        """The body, at once in the shape that the route asks for if it has it; else as the plain values that it is
        made of, for the framework to say field by field what is wrong with them."""
        asked = self.route_handler.parsed_data_field
        try:
            if (
                asked is not None
                and isinstance(asked.annotation, type)
                and issubclass(asked.annotation, msgspec.Struct)
            ):
                with suppress(msgspec.MsgspecError):
                    return _reader(asked.annotation)(await self.body())
            return await super().json()
        except (RecursionError, UnicodeDecodeError):
            raise ValidationException("The body is not JSON, or is nested too deeply.") from None


def house(request: AnyRequest) -> House:
    found: House = request.app.state.house
    return found


def token_of(request: AnyRequest) -> tokens.Token:
    """The caller's token. A cookie may change things only with the header that no foreign page can send."""
    known = request.scope.get("assay_token")
    if known is None:
        known = request.scope["assay_token"] = _read_token(request)  # type: ignore[typeddict-unknown-key]
    return cast(tokens.Token, known)


def _read_token(request: AnyRequest) -> tokens.Token:
    header = request.headers.get("authorization")
    if header is not None:
        scheme, _, value = header.partition(" ")
        if scheme.lower() != "bearer":
            raise errors.Unauthenticated("Send the API key as 'Authorization: Bearer assay_live_…'.")
        return tokens.parse(value.strip())
    cookie = request.cookies.get(COOKIE)
    if cookie is None:
        raise errors.Unauthenticated("You are signed out. Sign in with a link, or send an API key.")
    refuse_foreign_pages(request)
    return tokens.parse(cookie)


def refuse_foreign_pages(request: AnyRequest) -> None:
    """Raises ``Forbidden`` for a change without the header that a page of another origin cannot send."""
    if request.method not in SAFE_METHODS and request.headers.get(CSRF_HEADER) != "1":
        raise errors.Forbidden(f"Requests from a page that change something need the header {CSRF_HEADER}: 1.")


async def refuse_strangers(request: AnyRequest) -> None:
    """Comes before every route, and before a body is read: no token or a foreign page goes no further.

    Raises ``Unauthenticated`` or ``Forbidden``. Whether the token is good is asked by ``enter``. A route that sends
    strangers to the sign-in page says so (``greets_strangers``). It waits for nothing, but a hook that is not async
    would be run in a thread for each request, and a guard copies the route's handler each time.
    """
    opt = request.route_handler.opt
    if opt.get("permission") is not None and not opt.get("greets_strangers"):
        token_of(request)


def enter(request: AnyRequest, *, durable: bool = True) -> AbstractAsyncContextManager[Context]:
    """The caller's tenant, open for one request; committed on leaving, rolled back on any exception.

    Raises ``Unauthenticated`` or ``Forbidden`` before the handler does anything.
    """
    named = [id_ for id_ in request.path_params.values() if isinstance(id_, UUID)]
    permission = request.route_handler.opt["permission"]
    return admitted(house(request), token_of(request), network_of(request), permission, named, durable=durable)


@asynccontextmanager
async def admitted(
    home: House,
    token: tokens.Token,
    network: str,
    permission: Permission,
    named: Sequence[UUID] = (),
    *,
    durable: bool = True,
) -> AsyncIterator[Context]:
    """The same, for whoever has no request of the framework at hand. ``named``: the ids that the request names."""
    now = home.clock()
    home.gate.check(network, token, now)
    async with home.database.tenant(token.organization_id, durable=durable) as tenant:
        try:
            caller = await accounts.authenticate(tenant, token, now)
        except errors.Unauthenticated:
            home.gate.missed(network, token, now)
            raise
        home.gate.passed(token)
        context = Context(tenant, now, caller, home.random_bytes, home.chance)
        context.require(permission)
        if caller.mode == "test":
            await accounts.keep_to_test(context, named)
        yield context
    home.announce(context)


@asynccontextmanager
async def enter_unknown(request: AnyRequest, token: tokens.Token) -> AsyncIterator[Context]:
    """The tenant that a sign-in link names, for somebody who is not signed in yet.

    A miss counts against their network. Raises ``Throttled`` when it missed too often.
    """
    home = house(request)
    now = home.clock()
    network = network_of(request)
    home.gate.check(network, token, now)
    async with home.database.tenant(token.organization_id) as tenant:
        try:
            yield Context(tenant, now, SYSTEM, home.random_bytes, home.chance)
        except errors.Unauthenticated:
            home.gate.missed(network, token, now)
            raise


def network_of(request: AnyRequest) -> str:
    """Where a request comes from, as far as throttling tells addresses apart."""
    return throttle.network(request.client.host if request.client else "")


# --- paging ---------------------------------------------------------------------------------------------------------


class Page(msgspec.Struct, Generic[Item]):
    """One list shape for everything. ``next_cursor`` is opaque; none means that this was the last page."""

    items: list[Item]
    next_cursor: str | None = None


def page_of(rows: Sequence[Item], limit: int, cursor: Callable[[Item], str]) -> Page[Item]:
    """A page from ``limit + 1`` rows: the extra one says that there is more."""
    items = list(rows[:limit])
    return Page(items, cursor(items[-1]) if len(rows) > limit else None)


def id_cursor(text: str | None) -> UUID | None:
    """A cursor that is an id. Raises ``Invalid`` for anything else."""
    if text is None:
        return None
    try:
        return UUID(text)
    except ValueError:
        raise errors.Invalid("This is not a cursor of ours; start without one.", "cursor") from None


# --- errors ---------------------------------------------------------------------------------------------------------

STATUS: Final[dict[type[errors.AssayError], int]] = {
    errors.Invalid: 400,
    errors.Unauthenticated: 401,
    errors.Forbidden: 403,
    errors.NotFound: 404,
    errors.Conflict: 409,
    errors.TooLarge: 413,
    errors.Throttled: 429,
    errors.Unavailable: 503,
}
TITLE: Final = {
    400: "Not well-formed",
    401: "Not signed in",
    403: "Not allowed",
    404: "Not found",
    405: "Method not allowed",
    409: "Conflict",
    413: "Too large",
    429: "Too many requests",
    500: "Something broke on our side",
    503: "Unavailable",
}


class FieldProblem(msgspec.Struct):
    field: str
    message: str


class ProblemDetails(msgspec.Struct):
    """RFC 9457, with a stable ``code`` and one entry for each field that is wrong."""

    title: str
    status: int
    code: str
    detail: str
    request_id: str
    type: str = "about:blank"
    problems: list[FieldProblem] = []


def problem(
    request: AnyRequest, status: int, code: str, detail: str, problems: Sequence[FieldProblem] = ()
) -> Response[ProblemDetails]:
    body = ProblemDetails(
        TITLE.get(status, "Error"), status, code, detail, request_id(request), problems=list(problems)
    )
    headers = {"retry-after": "1"} if status in (429, 503) else {}
    return Response(body, status_code=status, media_type="application/problem+json", headers=headers)


def broken_rule(request: AnyRequest, error: errors.AssayError) -> Response[ProblemDetails]:
    status = next(STATUS[kind] for kind in type(error).__mro__ if kind in STATUS)
    fields = [FieldProblem(p.field, p.message) for p in error.problems]
    if status == 503:
        log.warning("unavailable", detail=error.message, request_id=request_id(request))
    return problem(request, status, error.code, error.message, fields)


def malformed(request: AnyRequest, error: HTTPException) -> Response[ProblemDetails]:
    """Litestar's own refusals (unknown path, wrong method, a body that does not fit its type)."""
    if isinstance(error, ValidationException):
        extra = error.extra if isinstance(error.extra, list) else []
        fields = [FieldProblem(str(e.get("key", "")), str(e.get("message", ""))) for e in extra if isinstance(e, dict)]
        detail = "; ".join(f"{f.field}: {f.message}" for f in fields[:3]) or error.detail
        return problem(request, 400, "invalid", detail, fields)
    code = {401: "unauthenticated", 403: "forbidden", 404: "not_found", 405: "method_not_allowed", 413: "too_large"}
    status = error.status_code
    if status >= 500:
        return bug(request, error)
    return problem(request, status, code.get(status, "invalid"), error.detail or TITLE.get(status, "Error"))


def bug(request: AnyRequest, error: Exception) -> Response[ProblemDetails]:
    """Ours. The caller gets an id to quote; what happened stays in the log."""
    log.error("bug", request_id=request_id(request), path=request.url.path, exc_info=error)
    return problem(request, 500, "bug", f"This is a fault in Assay, not in your request. Quote {request_id(request)}.")


def request_id(request: AnyRequest) -> str:
    found = request.scope.get("assay_request_id")
    if found is None:
        found = secrets.token_hex(8)
        request.scope["assay_request_id"] = found  # type: ignore[typeddict-unknown-key]
    return str(found)


EXCEPTION_HANDLERS: Final[dict[Any, Any]] = {
    errors.AssayError: broken_rule,
    HTTPException: malformed,
    Exception: bug,
}


# --- headers --------------------------------------------------------------------------------------------------------

PAGE_CSP: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; media-src 'self'; "
    "connect-src 'self'; font-src 'self'; worker-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'"
)
# Everything that is not a page: never a document, never framed, never sniffed.
DATA_CSP: Final = "default-src 'none'; frame-ancestors 'none'; sandbox"


_HEADERS: Final = {
    "content-security-policy": DATA_CSP,
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), microphone=(), geolocation=()",
}
_RAW_HEADERS: Final = [(name.encode(), value.encode()) for name, value in _HEADERS.items()]
# Of an answer that does not come by the hook below.
JSON_HEADERS: Final = [(b"content-type", b"application/json"), *_RAW_HEADERS, (b"cache-control", b"no-store")]
_JSON_TYPES: Final = (b"application/json", b"application/problem+json")


async def harden(message: Message, _: Scope) -> None:
    """Gives every answer its headers, refusals before any route included; a route may have set its own already.

    A hook on what is sent, because hooks on responses do not see all errors.
    """
    if message["type"] != "http.response.start":
        return
    # Raw, because every answer comes by here: the headers' own class searches them once for each name.
    headers = cast(list[tuple[bytes, bytes]], message["headers"])
    found = {name.lower(): value for name, value in headers}
    headers.extend((name, value) for name, value in _RAW_HEADERS if name not in found)
    if b"cache-control" not in found and found.get(b"content-type", b"").startswith(_JSON_TYPES):
        headers.append((b"cache-control", b"no-store"))


def utc_now() -> datetime:
    return datetime.now(UTC)
