"""How this dialect is spoken to: one application under ``/scale``, with its own ways of asking and refusing.

Its client writes names into paths with their slashes escaped, so paths are split before anything is unescaped; it sends
its key as the user name of Basic and takes nothing but 200 for success; and it reads an error only if that is an object
with a text. All of that differs from our own API, so it is an application of its own behind one door, and nothing of it
is met elsewhere.
"""

from __future__ import annotations

from typing import Final, cast

import msgspec
import structlog
from litestar import Litestar, Response, asgi
from litestar.exceptions import HTTPException, NotFoundException
from litestar.handlers import ASGIRouteHandler
from litestar.types import Receive, Scope, Send

from assay.core import errors
from assay.faces.http import STATUS, AnyRequest, request_id
from assay.faces.msgspec_only import MsgspecOnly
from assay.faces.scale.audits import HANDLERS as AUDITS
from assay.faces.scale.batches import HANDLERS as BATCHES
from assay.faces.scale.files import HANDLERS as FILES
from assay.faces.scale.keys import key_in
from assay.faces.scale.made_up_files import HANDLERS as MADE_UP_FILES
from assay.faces.scale.projects import HANDLERS as PROJECTS
from assay.faces.scale.quality_tasks import HANDLERS as QUALITY_TASKS
from assay.faces.scale.resending import HANDLERS as RESENDING
from assay.faces.scale.studio_batches import HANDLERS as STUDIO_BATCHES
from assay.faces.scale.tasks import HANDLERS as TASKS
from assay.faces.scale.teams import HANDLERS as TEAMS
from assay.faces.scale.templates import HANDLERS as TEMPLATES

log = structlog.get_logger()

PREFIX: Final = "/scale"
BODY_BYTES_MAX: Final = 16 * 1024 * 1024


def application() -> Litestar:
    """The application that speaks the dialect. Give it the state of the one it stands in."""
    return MsgspecOnly(
        route_handlers=[
            *AUDITS,
            *BATCHES,
            *FILES,
            *MADE_UP_FILES,
            *PROJECTS,
            *STUDIO_BATCHES,
            *RESENDING,
            *QUALITY_TASKS,
            *TASKS,
            *TEAMS,
            *TEMPLATES,
        ],
        path="/v1",
        before_request=_recognize,
        exception_handlers={errors.AssayError: _refused, HTTPException: _not_understood, Exception: _broken},
        request_max_body_size=BODY_BYTES_MAX,
        openapi_config=None,
        logging_config=None,
    )


def mounted(inner: Litestar) -> ASGIRouteHandler:
    """The door, for the application that everything stands in."""

    @asgi(PREFIX, is_mount=True, copy_scope=True, opt={"permission": None})
    async def scale(scope: Scope, receive: Receive, send: Send) -> None:
        path = scope.get("raw_path") or scope["path"].encode()
        # Still escaped, so that a slash in a name is no slash of the path; handlers unescape what they take from it.
        within = path.decode("latin-1").lstrip("/").removeprefix(PREFIX.lstrip("/"))
        entered = {**scope, "path": within or "/", "root_path": "", "state": {}, "path_params": {}}
        await inner(cast(Scope, entered), receive, send)

    return scale


async def _recognize(request: AnyRequest) -> None:
    """Reads the key, before a body is read. Raises ``Unauthenticated``."""
    if request.route_handler.opt["permission"] is None:
        return
    request.scope["assay_token"] = key_in(request.headers.get("authorization"))  # type: ignore[typeddict-unknown-key]


# --- refusing -------------------------------------------------------------------------------------------------------


class Refusal(msgspec.Struct):
    status_code: int
    error: str


def _refusal(status: int, words: str) -> Response[Refusal]:
    headers = {"retry-after": "1"} if status in (429, 503) else {}
    return Response(Refusal(status, words), status_code=status, media_type="application/json", headers=headers)


def _refused(_: AnyRequest, error: errors.AssayError) -> Response[Refusal]:
    status = next(STATUS[kind] for kind in type(error).__mro__ if kind in STATUS)
    # The client takes a 409 for a name that is taken, and where it sent no object it cannot even read one.
    if status == 409 and not isinstance(error, errors.AlreadyExists):
        status = 400
    words = error.message
    if len(error.problems) > 1:
        words = "; ".join(f"{one.field}: {one.message}" if one.field else one.message for one in error.problems[:10])
    return _refusal(status, words)


def _not_understood(request: AnyRequest, error: HTTPException) -> Response[Refusal]:
    if error.status_code >= 500:
        return _broken(request, error)
    if isinstance(error, NotFoundException):
        return _refusal(404, f"{request.method} {request.url.path} is not there, or not built yet. {_SEE}")
    return _refusal(error.status_code, error.detail or "This was not understood.")


_SEE: Final = "What works is listed in docs/howto/move-from-scale.md."


def _broken(request: AnyRequest, error: Exception) -> Response[Refusal]:
    log.error("bug", request_id=request_id(request), path=request.url.path, exc_info=error)
    return _refusal(500, f"This is a fault in Assay, not in your request. Quote {request_id(request)}.")
