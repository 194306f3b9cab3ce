"""The origins where customers' pages are shown: an application of its own for requests whose ``Host`` names one.

Nobody is signed in there and no other route answers there: what a customer's page asks of its own origin, it finds its
page, two scripts, the marking page and the place to post answers to. What it posts counts by the ticket in its address.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from importlib import resources
from pathlib import Path
from typing import Any, Final
from urllib.parse import parse_qsl, urlsplit
from uuid import UUID

import structlog
from litestar import Litestar, Response, get, post
from litestar.datastructures import UploadFile
from litestar.enums import RequestEncodingType
from litestar.exceptions import HTTPException
from litestar.params import FromPath
from litestar.response import Redirect
from litestar.static_files import create_static_files_router

from assay.core import errors
from assay.core.frames import SANDBOX, Ticket, open_ticket
from assay.core.pages import ExternalPage, FormPage, HtmlPage, Page
from assay.core.postings import MissingThing
from assay.faces.http import STATUS, AnyRequest, House, house, request_id
from assay.faces.msgspec_only import MsgspecOnly
from assay.faces.mturk.frame_form import FORM_CSP, STYLE, STYLE_PATH, TELL, form_page, said_page
from assay.faces.mturk.frame_pages import (
    CROWD_PATH,
    HELPER,
    HELPER_PATH,
    SUBMIT_PATH,
    answered_fields,
    led_here,
    parameters,
    with_parameters,
)
from assay.faces.mturk.ids import told, worker_told
from assay.services import accounts, engagements
from assay.services.context import Context

log = structlog.get_logger()

# A page's answer may hold a drawn picture; the limit on answers is the service's.
BODY_BYTES_MAX: Final = 12 * 1024 * 1024
FIELDS_MAX: Final = 2000
_STATIC: Final = Path(str(resources.files("assay"))) / "static"
_OPEN: Final[dict[str, Any]] = {"opt": {"permission": None}}
_TICKET: Final = re.compile(r"/t/([\w-]+)/")


def application() -> Litestar:
    """Give it the state of the application beside it."""
    return MsgspecOnly(
        route_handlers=[
            opened,
            page,
            submit,
            submit_by_page,
            helper,
            crowd,
            style,
            tell,
            create_static_files_router(
                path="/static", directories=[_STATIC], opt={"permission": None}, cache_control=None
            ),
        ],
        exception_handlers={errors.AssayError: _refused, HTTPException: _not_understood, Exception: _broken},
        before_send=[_harden],
        request_max_body_size=BODY_BYTES_MAX,
        openapi_config=None,
        logging_config=None,
    )


@asynccontextmanager
async def _at_work(request: AnyRequest, text: str) -> AsyncIterator[tuple[Context, Ticket]]:
    """The market, as the freelancer whom the ticket was given to."""
    home = house(request)
    ticket = open_ticket(text, home.seals)
    async with home.database.tenant(ticket.market_id) as tenant:
        caller = await accounts.as_worker(tenant, ticket.freelancer_id)
        yield Context(tenant, home.clock(), caller, home.random_bytes, home.chance), ticket
    home.ring()


async def _shown(context: Context, ticket: Ticket) -> tuple[UUID, str, Page]:
    """The requester, title and page that a ticket opens. Raises ``LeaseLost`` for a turn that is over."""
    if ticket.engagement_id is None:
        posting, offer, all_told = await engagements.preview(context, ticket.posting_id)
        shown = all_told[posting.id].page
    else:
        work = await engagements.work(context, ticket.engagement_id)
        posting, offer, shown = None, work.offer, work.asked.content.page
        if work.engagement.state != "accepted" or work.engagement.deadline <= context.now:
            raise errors.LeaseLost("This turn is over. Nothing more can be sent for it.")
    if shown is None:
        raise MissingThing("page")
    return offer.requester_id, offer.terms.title, shown


def _here(home: House, requester_id: UUID, text: str) -> tuple[str, str]:
    """The requester's origin, and the address below it that answers are posted under."""
    assert home.frames is not None, "no request comes here without"
    origin = home.frames.of(requester_id)
    return origin, f"{origin}/t/{text}"


def _query(ticket: Ticket, submit_to: str) -> str:
    accepted = None
    if ticket.engagement_id is not None:
        accepted = (told(ticket.engagement_id), worker_told(ticket.freelancer_id))
    return parameters(told(ticket.posting_id), accepted, submit_to)


# --- showing --------------------------------------------------------------------------------------------------------


@get("/t/{text:str}", **_OPEN)
async def opened(request: AnyRequest, text: FromPath[str]) -> Redirect:
    """Leads to the page, with who and where it is for in its address, where pages look for it."""
    async with _at_work(request, text) as (context, ticket):
        requester_id, _, shown = await _shown(context, ticket)
    origin, submit_to = _here(house(request), requester_id, text)
    if origin.partition("://")[2] != request.headers.get("host", "").lower():
        raise errors.NotFound("This page is shown at another address. Open the job again from your list.")
    query = _query(ticket, submit_to)
    if isinstance(shown, ExternalPage):
        return Redirect(with_parameters(shown.url, query), status_code=303)
    return Redirect(f"/t/{text}/page?{query}", status_code=303)


@get("/t/{text:str}/page", media_type="text/html", **_OPEN)
async def page(request: AnyRequest, text: FromPath[str]) -> Response[str]:
    """A customer's HTML, or a form drawn by us."""
    async with _at_work(request, text) as (context, ticket):
        requester_id, title, shown = await _shown(context, ticket)
    home = house(request)
    origin, submit_to = _here(home, requester_id, text)
    if origin.partition("://")[2] != request.headers.get("host", "").lower():
        raise errors.NotFound("This page is shown at another address. Open the job again from your list.")
    match shown:
        case HtmlPage(html):
            headers = {"content-security-policy": f"frame-ancestors {home.public_url}; sandbox {SANDBOX}"}
            return _html(led_here(html, submit_to=submit_to, origin=origin), headers)
        case FormPage(questionnaire):
            action = None if ticket.engagement_id is None else f"/t/{text}{SUBMIT_PATH}"
            return _form(home, form_page(questionnaire, title=title, action=action, given={}))
        case ExternalPage():
            raise errors.NotFound("This job's page is at its requester's own address.")


def _html(text: str, headers: Mapping[str, str], status: int = 200) -> Response[str]:
    # The path holds the ticket; a page of the same origin may say where it came from, others may not.
    kept = {"referrer-policy": "same-origin", "cache-control": "no-store", **headers}
    return Response(text, media_type="text/html; charset=utf-8", status_code=status, headers=kept)


def _form(home: House, text: str, status: int = 200) -> Response[str]:
    return _html(text, {"content-security-policy": f"{FORM_CSP}; frame-ancestors {home.public_url}"}, status)


# --- answering ------------------------------------------------------------------------------------------------------


@post(["/t/{text:str}/mturk/externalSubmit"], status_code=200, **_OPEN)
async def submit(request: AnyRequest, text: FromPath[str]) -> Response[str]:
    """An answer, as a form of whatever kind posts it."""
    return await _submitted(request, text)


@post(SUBMIT_PATH, status_code=200, **_OPEN)
async def submit_by_page(request: AnyRequest) -> Response[str]:
    """The same from a page whose form names only the path: its own address says by which ticket it was opened."""
    came_from = _TICKET.match(urlsplit(request.headers.get("referer", "")).path)
    if came_from is None:
        raise errors.NotFound("This form does not say for which job it is. Open the job again from your list.")
    return await _submitted(request, came_from[1])


async def _submitted(request: AnyRequest, text: str) -> Response[str]:
    home = house(request)
    posted = await _posted(request)
    async with _at_work(request, text) as (context, ticket):
        if ticket.engagement_id is None:
            raise errors.Conflict("Accept the job before you send an answer.")
        named = dict(posted).get("assignmentId")
        if named is not None and named != told(ticket.engagement_id):
            raise errors.NotFound("This form belongs to another turn. Open the job again from your list.")
        work = await engagements.work(context, ticket.engagement_id)
        fields = answered_fields(posted)
        shown = work.asked.content.page
        if isinstance(shown, FormPage):
            # What a browser sends for controls that were left alone is no answer.
            fields = {name: value for name, value in fields.items() if value not in ("", [""])}
        elif not fields:
            raise errors.Invalid("The form sent no field with an answer. Tell its requester, and return this job.")
        try:
            await engagements.hand_in(context, work, {"attributes": fields})
        except errors.Invalid as error:
            if not isinstance(shown, FormPage):
                raise
            problems = [errors.Problem(one.field.removeprefix("attributes."), one.message) for one in error.problems]
            given = {name: [value] if isinstance(value, str) else value for name, value in fields.items()}
            action = f"/t/{text}{SUBMIT_PATH}"
            again = form_page(
                shown.questionnaire, title=work.offer.terms.title, action=action, given=given, problems=problems
            )
            return _form(home, again)
    return _form(home, said_page("Sent", "Your answer is kept.", tell=home.public_url, state="submitted"))


async def _posted(request: AnyRequest) -> Sequence[tuple[str, str]]:
    """Names and values in the order they came, those in the address first. Files are not taken."""
    pairs = parse_qsl(request.url.query, keep_blank_values=True)
    kind, _ = request.content_type
    if kind == RequestEncodingType.MULTI_PART:
        for name, value in (await request.form()).multi_items():
            if isinstance(value, UploadFile):
                if value.filename:
                    raise errors.Invalid("Files cannot be sent with an answer; write a link to yours instead.", name)
                continue
            pairs.append((name, str(value)))
    else:
        body = (await request.body()).decode("utf-8", "replace")
        try:
            pairs += parse_qsl(body, keep_blank_values=True, max_num_fields=FIELDS_MAX)
        except ValueError:
            raise errors.TooLarge(f"An answer has at most {FIELDS_MAX} fields.") from None
    return pairs


# --- what pages load ------------------------------------------------------------------------------------------------

_KEPT: Final = {"cache-control": "max-age=3600"}


@get(HELPER_PATH, sync_to_thread=False, **_OPEN)
def helper() -> Response[str]:
    """What pages ask to fill in their own form."""
    return Response(HELPER, media_type="text/javascript", headers=_KEPT)


@get(CROWD_PATH, sync_to_thread=True, **_OPEN)
def crowd() -> Response[bytes]:
    """The ``crowd-*`` elements."""
    built = _STATIC / "crowd" / "crowd.js"
    if not built.is_file():
        raise errors.Unavailable("The pages are not built. Run scripts/setup web, then start again.")
    return Response(built.read_bytes(), media_type="text/javascript", headers=_KEPT)


@get(STYLE_PATH, sync_to_thread=False, **_OPEN)
def style() -> Response[str]:
    """How a form looks."""
    return Response(STYLE, media_type="text/css", headers=_KEPT)


@get("/helpers/tell.js", sync_to_thread=False, **_OPEN)
def tell() -> Response[str]:
    """Tells the page around the frame that an answer was sent."""
    return Response(TELL, media_type="text/javascript", headers=_KEPT)


# --- refusing -------------------------------------------------------------------------------------------------------


def _said(request: AnyRequest, status: int, title: str, words: str, state: str = "refused") -> Response[str]:
    home = house(request)
    return _form(home, said_page(title, words, tell=home.public_url, state=state), status)


def _refused(request: AnyRequest, error: errors.AssayError) -> Response[str]:
    status = next(STATUS[kind] for kind in type(error).__mro__ if kind in STATUS)
    state = "over" if isinstance(error, errors.LeaseLost) else "refused"
    return _said(request, status, "This was not kept" if request.method == "POST" else "Not here", error.message, state)


def _not_understood(request: AnyRequest, error: HTTPException) -> Response[str]:
    if error.status_code >= 500:
        return _broken(request, error)
    return _said(request, error.status_code, "Not here", "There is nothing at this address.")


def _broken(request: AnyRequest, error: Exception) -> Response[str]:
    log.error("bug", request_id=request_id(request), path=request.url.path.partition("/t/")[0], exc_info=error)
    words = f"This is a fault in Assay; your work is still there. Quote {request_id(request)}."
    return _said(request, 500, "Something broke", words)


async def _harden(message: Any, scope: Any) -> None:
    if message["type"] != "http.response.start":
        return
    home: House = scope["litestar_app"].state.house
    # The marking page is shown by a customer's page, which is shown by ours: all that are around it are asked.
    around = b"frame-ancestors 'self' " + home.public_url.encode()
    found = {name.lower() for name, _ in message["headers"]}
    for name, value in (*_HEADERS, (b"content-security-policy", around)):
        if name not in found:
            message["headers"].append((name, value))


_HEADERS: Final = [
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-resource-policy", b"same-origin"),
]
