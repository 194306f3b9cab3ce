"""The files that made-up responses point at. An address says, sealed, what is in its file; nothing is stored, and
nobody needs a key to follow it, as there is nothing of anybody's in it."""

from __future__ import annotations

import base64
import binascii
from typing import Any, Final

import msgspec
from litestar import Response, route
from litestar.params import FromPath

from assay.core.errors import NotFound, Unavailable
from assay.faces.http import AnyRequest, House, house
from assay.faces.scale.asking import answer, named
from assay.faces.scale.made_up_responses import content_of
from assay.faces.scale.task_type import FileAsked

_PURPOSE: Final = "made-up file"
_decode: Final = msgspec.json.Decoder(FileAsked).decode


def address_of(home: House, asked: FileAsked) -> str:
    """Where the file lies, for as long as the server keeps the secret it is sealed with."""
    sealed = home.seals.seal(msgspec.json.encode(asked).decode(), _PURPOSE)
    token = base64.urlsafe_b64encode(sealed).decode().rstrip("=")
    ending = ".png" if asked.kind == "mask" else ".json"
    return f"{home.public_url}/scale/v1/made_up/{token}{ending}"


@route("/made_up/{file:str}", http_method=["GET"], opt={"permission": None}, include_in_schema=False)
async def made_up_file(request: AnyRequest, file: FromPath[str]) -> Response[bytes]:
    """The content of a file that a made-up response points at."""
    token = named(file).partition(".")[0]
    try:
        sealed = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))
        asked = _decode(house(request).seals.unseal(sealed, _PURPOSE))
    except (binascii.Error, ValueError, Unavailable, msgspec.DecodeError):
        raise NotFound("There is no such file.") from None
    content = content_of(asked)
    return Response(content, media_type="image/png") if isinstance(content, bytes) else answer(content)


HANDLERS: Final[list[Any]] = [made_up_file]
