"""The built pages: two entries and their assets. What they show comes from the API; they hold no data."""

from __future__ import annotations

from importlib import resources
from pathlib import Path
from typing import Any, Final

from litestar import Response, get
from litestar.handlers import BaseRouteHandler
from litestar.response import Redirect
from litestar.static_files import create_static_files_router

from assay.core.errors import Unavailable
from assay.core.permissions import may
from assay.faces.http import PAGE_CSP, AnyRequest, enter, token_of

_FOLDER: Final = Path(str(resources.files("assay"))) / "static"

_HEADERS: Final = {
    "content-security-policy": PAGE_CSP,
    # The entry names the assets of one build; the assets themselves may be kept for ever.
    "cache-control": "no-cache",
}


def _entry(app: str) -> Response[str]:
    file = _FOLDER / "apps" / app / "index.html"
    if not file.is_file():
        raise Unavailable("The pages are not built. Run scripts/setup web, then start again.")
    return Response(file.read_text(), media_type="text/html", headers=dict(_HEADERS))


_OPEN: Final[dict[str, Any]] = {"opt": {"permission": None}, "include_in_schema": False, "sync_to_thread": False}


@get(["/console", "/console/{_:path}", "/sign-in"], **_OPEN)
def console() -> Response[str]:
    """The console; it asks the API who is there."""
    return _entry("console")


@get(["/work", "/work/{_:path}"], **_OPEN)
def work() -> Response[str]:
    """The worker's app. Jobs of the market may be pages of the customer's own, shown in sandboxed frames: any page of
    the web, as customers also name their own servers."""
    page = _entry("worker")
    page.headers["content-security-policy"] = f"{PAGE_CSP}; frame-src https: http:"
    return page


@get("/", opt={"permission": "self.read", "greets_strangers": True}, include_in_schema=False)
async def home(request: AnyRequest) -> Redirect:
    """Sends everybody to where they work."""
    try:
        token_of(request)
        async with enter(request) as context:
            role = context.caller.role
    except Exception:
        return Redirect("/sign-in", status_code=303)
    return Redirect("/console" if may(role, "project.read") and role != "reviewer" else "/work", status_code=303)


@get("/healthz", **_OPEN)
def health() -> Response[str]:
    """Whether the process answers."""
    return Response("ok\n", media_type="text/plain")


def assets() -> Any:
    """Hashed file names, so a browser may keep them."""
    _FOLDER.mkdir(exist_ok=True)
    return create_static_files_router(
        path="/static",
        directories=[_FOLDER],
        opt={"permission": None},
        include_in_schema=False,
        cache_control=None,
    )


HANDLERS: Final[list[BaseRouteHandler]] = [console, work, home, health]
