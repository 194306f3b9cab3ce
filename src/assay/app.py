"""The one place that builds things and joins them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from litestar import Litestar
from litestar.openapi import OpenAPIConfig
from litestar.openapi.spec import Components, SecurityScheme

from assay.faces import http, native


def build(home: http.House) -> Litestar:
    """The web application over a house that is already built. Raises ``AssertionError`` for a route that does not
    declare its permission."""

    @asynccontextmanager
    async def lifespan(_: Litestar) -> AsyncIterator[None]:
        yield

    app = Litestar(
        route_handlers=[native.router],
        exception_handlers=http.EXCEPTION_HANDLERS,
        after_request=http.harden,
        lifespan=[lifespan],
        openapi_config=OpenAPIConfig(
            title="Assay",
            version="1",
            path="/v1/schema",
            components=Components(
                security_schemes={"key": SecurityScheme(type="http", scheme="bearer", bearer_format="assay_live_…")}
            ),
            security=[{"key": []}],
        ),
        request_max_body_size=1_000_000,
    )
    app.state.house = home
    refuse_undeclared(app)
    return app


def refuse_undeclared(app: Litestar) -> None:
    """Every route says who may use it; one that forgot would be open to nobody or, worse, to all."""
    for route in app.routes:
        for handler in getattr(route, "route_handlers", []):
            # OPTIONS is Litestar's own: it says which methods there are and runs nothing.
            if route.path.startswith("/v1/schema") or handler.http_methods == {"OPTIONS"}:
                continue
            assert "permission" in handler.opt, f"{route.path} declares no permission: add opt={{'permission': …}}"
