"""Assay's own REST API, version 1."""

from __future__ import annotations

from litestar import Router

from assay.faces.native import people

router = Router(path="/v1", route_handlers=[*people.HANDLERS])
