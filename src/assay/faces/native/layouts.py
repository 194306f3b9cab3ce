"""Layouts: pages with places to fill in, for programs that make questions from them."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, TypeAlias
from uuid import UUID

import msgspec
from litestar import delete, get, post
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter

from assay.core.base36 import code_of
from assay.core.layouts import places
from assay.faces.http import AnyRequest, Page, enter, id_cursor, page_of
from assay.services import layouts

Limit: TypeAlias = Annotated[int, QueryParameter(ge=1, le=500)]


class Layout(msgspec.Struct):
    """``code`` is what programs written for Mechanical Turk name it by (`HITLayoutId`); ``places`` are the names that
    they give values for."""

    id: UUID
    code: str
    name: str
    html: str
    places: list[str]
    created_at: datetime
    retired_at: datetime | None


class NewLayout(msgspec.Struct, forbid_unknown_fields=True):
    """``html``: a page of at most 65,535 bytes, with ``${name}`` wherever a value goes."""

    name: str
    html: str


@get("/market/layouts", opt={"permission": "market.read"}, operation_id="list_layouts", tags=["Market"])
async def list_layouts(request: AnyRequest, cursor: FromQuery[str | None] = None, limit: Limit = 50) -> Page[Layout]:
    """All layouts, newest first, retired ones included."""
    async with enter(request) as context:
        rows = await layouts.listed(context, before=id_cursor(cursor), limit=limit)
        return page_of([_layout(row) for row in rows], limit, lambda layout: str(layout.id))


@post("/market/layouts", opt={"permission": "market.write"}, operation_id="make_layout", tags=["Market"])
async def make_layout(request: AnyRequest, data: JSONBody[NewLayout]) -> Layout:
    """Makes a layout. Its text stays; make another for another text."""
    async with enter(request) as context:
        return _layout(await layouts.make(context, data.name, data.html))


@get("/market/layouts/{layout_id:uuid}", opt={"permission": "market.read"}, operation_id="get_layout", tags=["Market"])
async def get_layout(request: AnyRequest, layout_id: FromPath[UUID]) -> Layout:
    """One layout."""
    async with enter(request) as context:
        return _layout(await layouts.get(context, layout_id))


@delete(
    "/market/layouts/{layout_id:uuid}",
    opt={"permission": "market.write"},
    operation_id="retire_layout",
    tags=["Market"],
    status_code=204,
)
async def retire_layout(request: AnyRequest, layout_id: FromPath[UUID]) -> None:
    """Takes a layout out of use. It stays in the list, and tasks made from it stay as they are."""
    async with enter(request) as context:
        await layouts.retire(context, layout_id)


HANDLERS = [list_layouts, make_layout, get_layout, retire_layout]


def _layout(row: layouts.Layout) -> Layout:
    return Layout(row.id, code_of(row.id), row.name, row.html, list(places(row.html)), row.created_at, row.retired_at)
