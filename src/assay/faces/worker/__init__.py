"""What the worker's page speaks."""

from __future__ import annotations

from litestar import Router

from assay.faces.worker import routes

router = Router(path="/v1/work", route_handlers=routes.HANDLERS, tags=["Work"])
