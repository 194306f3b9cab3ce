"""Being told of a task's end once more."""

from __future__ import annotations

from typing import Final

from litestar import Response
from litestar.params import FromPath

from assay.core.errors import Conflict, Invalid
from assay.faces.http import AnyRequest, enter, house
from assay.faces.scale.asking import answer, serves
from assay.faces.scale.finding import again, find
from assay.services import callbacks


@serves("POST", "/task/{task:str}/resend_callback", "task.write")
async def resend_callback(request: AnyRequest, task: FromPath[str]) -> Response[bytes]:
    """Calls back once more for a task that has ended; the task."""
    async with enter(request) as context:
        found = await find(context, task)
        try:
            await callbacks.resend(context, found.id)
        except Conflict as error:
            raise Invalid(error.message) from None
        now = await again(context, found)
    house(request).ring()
    return answer(now)


HANDLERS: Final = [resend_callback]
