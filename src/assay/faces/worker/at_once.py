"""The short way to claim and to submit: one round trip to the database, from what this process saw not long ago.

Neither decides anything that the ordinary way decides otherwise. Where what is remembered is missing, old or no longer
so, they give none, and the request goes the ordinary way.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from assay.core.content import photos_in
from assay.core.errors import Unavailable
from assay.faces.given import GivenTurn
from assay.faces.hints import Queue
from assay.faces.http import AnyRequest, enter, house, network_of, token_of
from assay.faces.worker import shown, wire
from assay.services import accounts, labeling, routing
from assay.services.context import Caller


@dataclass(frozen=True)
class _Asker:
    now: datetime
    caller: Caller


async def claim(request: AnyRequest, project_id: UUID, chance: float) -> wire.Turn | None:
    """An annotate turn for a worker who claimed here not long ago, in one round trip. None: ask the ordinary way."""
    home, token = house(request), token_of(request)
    queue: Queue = (token.organization_id, project_id, "annotate")
    caller = home.remembered.callers.get(token.hash)
    version = home.remembered.versions.get((token.organization_id, project_id))
    now = home.clock()
    session = None if caller is None else accounts.seen_session(token, caller, now)
    hints, seconds = home.hints.get(queue), now.timestamp()
    if caller is None or session is None or version is None or hints.is_stale(seconds):
        return None
    home.gate.check(network_of(request), token, now)
    start = hints.start(session.worker_id, seconds)
    with suppress(Unavailable):
        found = await routing.claim_at_once(
            home.database,
            token.organization_id,
            session,
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
            home.hints.put(queue, home.hints.get(queue).claimed(session.worker_id, found.position, start, seconds))
        # Photos of the content are looked up the ordinary way.
        plain = found.turn.round == 1 and not photos_in(found.turn.items)
        if plain and found.turn.project_version == version.version:
            home.remembered.give(token.organization_id, found.turn, version)
            return shown.given(home, _Asker(now, caller), found.turn, version)
        async with enter(request) as context:
            return await shown.held(request, context, found.turn)
    return None


async def submit(request: AnyRequest, given: GivenTurn, data: wire.Submit) -> UUID | None:
    """Hands in an answer in one round trip. None: ask the ordinary way."""
    home, token, now = house(request), token_of(request), house(request).clock()
    caller = home.remembered.callers.get(token.hash)
    session = None if caller is None else accounts.seen_session(token, caller, now)
    if session is None or session.worker_id != given.turn.worker_id:
        return None
    home.gate.check(network_of(request), token, now)
    submission_id = home.new_id(now)
    # After an answer that did not come, the ordinary way finds out what became of it.
    with suppress(Unavailable):
        taken_in = await labeling.submit_at_once(
            home.database,
            token.organization_id,
            session,
            given.turn,
            given.version,
            data.answer,
            data.duration_seconds,
            now=now,
            submission_id=submission_id,
            event_id=home.new_id(now),
        )
        return submission_id if taken_in else None
    return None
