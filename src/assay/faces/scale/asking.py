"""What every route of this dialect asks of a request, and how it answers."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final
from urllib.parse import parse_qs, unquote

import msgspec
from litestar import Response, route
from litestar.handlers import HTTPRouteHandler
from litestar.types import Empty, Method
from litestar.types.empty import EmptyType

from assay.core.permissions import Permission
from assay.faces.http import AnyRequest
from assay.faces.scale.reading import an_object, json_of

AnyHandler = Callable[..., Awaitable[Response[bytes]]]
Query = Mapping[str, list[str]]

_encode: Final = msgspec.json.Encoder().encode


def serves(
    method: Method, path: str, permission: Permission, *, bytes_max: int | EmptyType = Empty
) -> Callable[[AnyHandler], HTTPRouteHandler]:
    """A route. Everything that works answers 200, as its client takes nothing else for success. ``bytes_max``: of a
    body, where it is not what all have."""
    return route(
        path,
        http_method=[method],
        status_code=200,
        opt={"permission": permission},
        include_in_schema=False,
        request_max_body_size=bytes_max,
    )


def answer(value: Any) -> Response[bytes]:
    return Response(_encode(value), media_type="application/json")


async def object_in(request: AnyRequest) -> dict[str, Any]:
    """The body, an empty object where there is none. Raises ``Invalid``."""
    return dict(an_object(json_of(await request.body()), "body"))


def named(part: str) -> str:
    """A name from a part of the path."""
    return unquote(part)


def query_of(request: AnyRequest) -> Query:
    """All values of each parameter, in the order sent."""
    return parse_qs(request.scope["query_string"].decode("latin-1"), keep_blank_values=True)
