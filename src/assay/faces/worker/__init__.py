"""What the worker's page speaks."""

from __future__ import annotations

from litestar import Router

from assay.faces.worker import appeals, engagements, messages, routes

router = Router(
    path="/v1/work",
    route_handlers=[*routes.HANDLERS, *engagements.HANDLERS, *appeals.HANDLERS, *messages.HANDLERS],
    tags=["Work"],
)
