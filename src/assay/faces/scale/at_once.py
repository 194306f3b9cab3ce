"""The short way to create a task: past the framework, and one round trip to the database, from what this process saw
not long ago. Programs create tasks one by one, from fifty threads.

Nothing is decided here that the ordinary way decides otherwise, and nothing is refused here. A request that is not
plainly for one task about one photo goes the ordinary way, whole; so does one for which what is remembered is missing
or no longer so.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Final

import msgspec
from litestar.types import Receive, Scope, Send

from assay.core import errors, tokens
from assay.core.permissions import may
from assay.faces import ahead, throttle
from assay.faces.http import AnyRequest, House, house, token_of
from assay.faces.scale.creating import WITHOUT, asked_by, asked_of, said_in
from assay.faces.scale.files import files_in
from assay.faces.scale.keys import key_in
from assay.faces.scale.params import TaskRequest, merged
from assay.faces.scale.reading import an_object, json_of
from assay.faces.scale.task_type import Params, TaskType
from assay.faces.scale.task_types import TYPES
from assay.faces.scale.tasks_told import told
from assay.services import accounts, customer_tasks
from assay.services.context import Caller, Context
from assay.services.projects import Project

_PATH: Final = re.compile(r"/scale/v1/task/(\w+)")
_bytes_of: Final = msgspec.json.Encoder().encode


@dataclass(frozen=True)
class _Asker:
    """Whoever asks, as they were seen before."""

    home: House
    token: tokens.Token
    now: datetime
    caller: Caller


async def answered_at_once(home: House, scope: Scope, receive: Receive, send: Send) -> Receive | None:
    """Answers a new task if it can; none then. Else what the ordinary way is to receive."""
    path = _PATH.fullmatch(scope["path"])
    task_type = None if path is None else TYPES.get(path[1])
    asker = None if task_type is None else _asker(home, scope)
    if task_type is None or asker is None:
        return receive
    messages, body = await ahead.read(receive)
    try:
        made = await _created(asker, task_type, body)
    except errors.Unavailable as error:
        # It may have been created, and creating it once more could make two.
        scope["assay_unknown"] = error  # type: ignore[typeddict-unknown-key]
        made = None
    except (errors.AssayError, msgspec.MsgspecError, RecursionError, UnicodeError):
        # The ordinary way refuses it in its own words.
        made = None
    if made is None:
        return ahead.again(messages, receive)
    home.ring()
    await ahead.answer(send, made)
    return None


def refuse_unknown(scope: Scope) -> None:
    """Raises ``Unavailable`` where the short way does not know what became of the task."""
    error: errors.Unavailable | None = scope.get("assay_unknown")  # type: ignore[assignment]
    if error is not None:
        raise error


def remember(request: AnyRequest, context: Context, task_type: TaskType, said: TaskRequest, project: Project) -> None:
    """Who created a task, and where it went, if that is where this will lead as long as the project and its version
    stay as they are: a handle is never another project's."""
    where = _named(task_type, said)
    if project.handle is None or where is None or where[0] not in (None, project.handle):
        return
    remembered = house(request).remembered
    remembered.callers.put(token_of(request).hash, context.caller)
    remembered.projects.put((context.organization_id, context.caller.mode, *where), project)


def _named(task_type: TaskType, said: TaskRequest) -> tuple[str | None, str | None] | None:
    """What a request calls its project and its batch; none where it calls them by anything but a text."""
    project, batch = said.params.get("project") or None, said.params.get("batch") or None
    if not isinstance(project, str | None) or not isinstance(batch, str | None):
        return None
    return (WITHOUT + task_type.name if project is batch is None else project), batch


def _asker(home: House, scope: Scope) -> _Asker | None:
    """None for a key that was not here before or is for trying things out, and for a body that is too long or of
    unknown length."""
    header = _authorization(scope["headers"])
    if header is None or scope["client"] is None:
        return None
    now = home.clock()
    try:
        token = key_in(header)
        home.gate.check(throttle.network(scope["client"][0]), token, now)
    except errors.AssayError:
        return None
    caller = home.remembered.callers.get(token.hash)
    if caller is None or caller.mode != "live" or not may(caller.role, "task.write"):
        return None
    return _Asker(home, token, now, caller)


def _authorization(headers: Iterable[tuple[bytes, bytes]]) -> str | None:
    """The header that shows the key, where the body may be read here."""
    found, length = None, ahead.BYTES_MAX + 1
    for name, value in headers:
        if name == b"authorization":
            if found is not None:
                return None
            found = value.decode("latin-1")
        elif name == b"content-length":
            length = int(value) if value.isdigit() else length
    return found if length <= ahead.BYTES_MAX else None


async def _created(asker: _Asker, task_type: TaskType, content: bytes) -> bytes | None:
    body: Params = {name: value for name, value in an_object(json_of(content), "body").items() if value is not None}
    home, organization_id = asker.home, asker.token.organization_id
    said = said_in(task_type, body)
    where = _named(task_type, said)
    project = None if where is None else home.remembered.projects.get((organization_id, asker.caller.mode, *where))
    if where is None or project is None:
        return None
    params = merged(asked_by(project, task_type).params, said.params)
    if files_in(params):
        return None
    shown = task_type.shown(params)
    asked = asked_of(home, task_type, body, said, params, shown, project)
    if shown.url is None or shown.items is not None or asked.opinions is not None:
        return None
    created = await customer_tasks.create_at_once(
        home.database,
        organization_id,
        accounts.seen_key(asker.token, asker.caller, asker.now),
        project,
        asked.row,
        now=asker.now,
        new_id=partial(home.new_id, asker.now),
        batch=where[1],
        own_priority=asked.own_priority,
        tags=asked.tags,
        request=asked.request,
        taxonomy=asked.taxonomy,
        callback=asked.callback,
    )
    return None if created is None else _bytes_of(told(created, project.current))
