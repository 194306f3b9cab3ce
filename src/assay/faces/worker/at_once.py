"""The short way to claim and to submit: past the framework, and one round trip to the database, from what this process
saw not long ago.

Nothing is decided here that the ordinary way decides otherwise, and nothing is refused here. A request that is not
plainly one of the two goes the ordinary way, whole; so does one for which what is remembered is missing, old or no
longer so.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

import msgspec
from litestar.types import Receive, Scope, Send

from assay.core import errors, tokens
from assay.core.content import photos_in
from assay.faces import ahead, throttle
from assay.faces.given import GivenTurn
from assay.faces.hints import Queue
from assay.faces.http import COOKIE, CSRF_HEADER, House, admitted
from assay.faces.worker import shown, wire
from assay.services import accounts, labeling, routing
from assay.services.accounts import SeenSession
from assay.services.context import Caller

_UUID: Final = "([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})"
_PATH: Final = re.compile(f"/v1/work/(?:projects/{_UUID}/claim|turns/{_UUID}/submit)")
_SESSION: Final = re.compile(rf"(?:^|;) *{COOKIE}=(\w+)".encode())
_FROM_OUR_PAGE: Final = CSRF_HEADER.encode()
_claim_in: Final = msgspec.json.Decoder(wire.Claim).decode
_submit_in: Final = msgspec.json.Decoder(wire.Submit).decode
_bytes_of: Final = msgspec.json.Encoder().encode


@dataclass(frozen=True)
class Tried:
    """What the ordinary way goes on from: it must not draw again, nor look for the turn that was taken from memory."""

    chance: float | None = None
    given: GivenTurn | None = None


def tried(scope: Scope) -> Tried:
    """What the short way left of a request."""
    left: Tried = scope.get("assay_tried") or Tried()  # type: ignore[assignment]
    return left


@dataclass(frozen=True)
class _Asker:
    """Whoever asks, as they were seen before."""

    home: House
    token: tokens.Token
    network: str
    now: datetime
    caller: Caller
    session: SeenSession


async def answered(home: House, scope: Scope, receive: Receive, send: Send) -> Receive | None:
    """Answers a claim or a submission if it can; none then. Else what the ordinary way is to receive."""
    path = _PATH.fullmatch(scope["path"])
    if path is None:
        return receive
    asker = _asker(home, scope)
    if asker is None:
        return receive
    messages, body = await ahead.read(receive)
    try:
        if path[1]:
            answer = await _claim(asker, UUID(path[1]), scope, body)
        else:
            answer = await _submit(asker, UUID(path[2]), scope, body)
    except (errors.AssayError, msgspec.MsgspecError, RecursionError, UnicodeDecodeError):
        # The ordinary way refuses it in its own words, or finds out what became of it.
        answer = None
    if answer is None:
        return ahead.again(messages, receive)
    await ahead.answer(send, answer)
    return None


def _asker(home: House, scope: Scope) -> _Asker | None:
    """None for whoever is not a person who was here before, and for a body that is too long or of unknown length."""
    found = _headers(scope["headers"])
    if found is None or scope["client"] is None:
        return None
    try:
        token = tokens.parse(found)
    except errors.Unauthenticated:
        return None
    now, caller = home.clock(), home.remembered.callers.get(token.hash)
    session = None if caller is None else accounts.seen_session(token, caller, now)
    if caller is None or session is None:
        return None
    return _Asker(home, token, throttle.network(scope["client"][0]), now, caller, session)


def _headers(headers: Iterable[tuple[bytes, bytes]]) -> str | None:
    """The text of a session's token, where one came from our page with a body that may be read here."""
    session, ours, length = None, False, ahead.BYTES_MAX + 1
    for name, value in headers:
        if name == b"cookie":
            every = _SESSION.findall(value)
            if session is not None or len(every) != 1:
                return None
            session = every[0].decode()
        elif name == _FROM_OUR_PAGE:
            ours = value == b"1"
        elif name == b"content-length":
            length = int(value) if value.isdigit() else length
        elif name == b"authorization":
            return None
    return session if ours and length <= ahead.BYTES_MAX else None


async def _claim(asker: _Asker, project_id: UUID, scope: Scope, body: bytes) -> bytes | None:
    """An annotate turn for a worker who claimed here not long ago."""
    home, organization_id, now = asker.home, asker.token.organization_id, asker.now
    queue: Queue = (organization_id, project_id, "annotate")
    version = home.remembered.versions.get((organization_id, project_id))
    hints, seconds = home.hints.get(queue), now.timestamp()
    if version is None or hints.is_stale(seconds) or _claim_in(body).stage != "annotate":
        return None
    home.gate.check(asker.network, asker.token, now)
    chance = home.chance()
    scope["assay_tried"] = Tried(chance=chance)  # type: ignore[typeddict-unknown-key]
    start = hints.start(asker.session.worker_id, seconds)
    found = await routing.claim_at_once(
        home.database,
        organization_id,
        asker.session,
        project_id,
        version,
        now=now,
        chance=chance,
        event_id=home.new_id(now),
        from_position=start,
    )
    if found is None:
        return None
    if found.position is not None:
        # Others may have moved the hints meanwhile.
        home.hints.put(queue, home.hints.get(queue).claimed(asker.session.worker_id, found.position, start, seconds))
    # Photos of the content are looked up the ordinary way.
    plain = found.turn.round == 1 and not photos_in(found.turn.items)
    if plain and found.turn.project_version == version.version:
        home.remembered.give(organization_id, found.turn, version)
        return _bytes_of(shown.given(home, asker, found.turn, version))
    async with admitted(home, asker.token, asker.network, "work.annotate") as context:
        return _bytes_of(await shown.held(home, context, found.turn))


async def _submit(asker: _Asker, turn_id: UUID, scope: Scope, body: bytes) -> bytes | None:
    """Hands in an answer."""
    home, now = asker.home, asker.now
    data = _submit_in(body)
    # Once: whoever asks again is repeating a request, and should read what became of the first.
    given = home.remembered.turns.take((asker.token.organization_id, turn_id))
    if given is None:
        return None
    scope["assay_tried"] = Tried(given=given)  # type: ignore[typeddict-unknown-key]
    if asker.session.worker_id != given.turn.worker_id:
        return None
    home.gate.check(asker.network, asker.token, now)
    submission_id = home.new_id(now)
    taken_in = await labeling.submit_at_once(
        home.database,
        asker.token.organization_id,
        asker.session,
        given.turn,
        given.version,
        data.answer,
        data.duration_seconds,
        now=now,
        submission_id=submission_id,
        event_id=home.new_id(now),
    )
    if not taken_in:
        return None
    home.ring()
    return _bytes_of(wire.Submitted(submission_id))
