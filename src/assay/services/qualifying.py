"""How freelancers come by qualifications: what there is, asking, and taking tests. What requesters do is in
``qualifications``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from uuid import UUID

from assay.core.errors import Conflict, Invalid
from assay.core.offers import Mode
from assay.core.postings import MissingThing, WrongState
from assay.core.qualification_types import (
    GRACE,
    OPEN,
    Asked,
    AskedAlready,
    TimeIsUp,
    check_asking,
    ends_at,
    shown,
)
from assay.core.qualifications import TypeShown
from assay.core.questionnaire import Fields, check_answers, grade
from assay.services.context import Context
from assay.store import events, freelancers
from assay.store import qualifications as store
from assay.store.connection import Tenant
from assay.store.qualifications import Grant as Grant
from assay.store.qualifications import QualificationType as QualificationType
from assay.store.qualifications import without_key


@dataclass(frozen=True)
class Offered:
    """A type as a freelancer sees it: by which way they can have it, what they have, and what they asked for last."""

    type: QualificationType
    shown: TypeShown
    grant: Grant | None
    last: Asked | None


async def offered(
    context: Context, *, mode: Mode, query: str = "", before: UUID | None = None, limit: int
) -> list[Offered]:
    """The types that can be asked for, the newest first, as the caller stands to each; one more than ``limit`` where
    there are more."""
    async with context.market() as room:
        found = await store.types(room, mode, requestable=True, query=query, before=before, limit=limit + 1)
        return await _as_offered(context, room, found, mode)


async def mine(context: Context, *, mode: Mode) -> list[Offered]:
    """What the caller has or had, by type; the newest type first."""
    async with context.market() as room:
        grants = await store.grants_of(room, context.worker_id, mode)
        found = await store.get_types(room, list(grants))
        return await _as_offered(context, room, sorted(found.values(), key=lambda one: one.id, reverse=True), mode)


async def offered_type(context: Context, type_id: UUID, *, mode: Mode) -> Offered:
    """One type as the caller stands to it. Raises ``MissingThing``."""
    async with context.market() as room:
        (told,) = await _as_offered(context, room, [await _askable(room, type_id, mode)], mode)
        return told


async def my_requests(context: Context, *, mode: Mode, before: UUID | None = None, limit: int) -> list[Asked]:
    """What the caller asked for, the newest first; one more than ``limit`` where there are more."""
    async with context.market() as room:
        return await store.requests_of(room, context.worker_id, mode, before=before, limit=limit + 1)


async def ask(context: Context, type_id: UUID, *, mode: Mode) -> Asked:
    """Asks for a qualification without a test: granted at once, or left to its requester.

    Raises ``MissingThing``, ``Conflict`` for one that has a test, and what ``check_asking`` raises.
    """
    async with context.market() as room:
        found = await _askable(room, type_id, mode)
        if found.terms.test is not None:
            raise Conflict("This has a test; begin the test instead.")
        await _check_asking(context, room, found)
        asked = _new(context, found)
        if not found.terms.auto_granted:
            waiting = replace(asked, state="pending", submitted_at=context.now)
            await store.insert_request(room, waiting, mode)
            await _record(context, room, "qualification_request.created", found, _told(waiting))
            return waiting
        done = _granted(context, replace(asked, submitted_at=context.now), found.terms.auto_value)
        await store.insert_request(room, done, mode)
        await _grant(context, room, found, done, found.terms.auto_value)
        return done


async def begin_test(context: Context, type_id: UUID, *, mode: Mode) -> Asked:
    """Begins a test, or goes on with the one that was begun; its answers are taken until its ``deadline``.

    Raises ``MissingThing``, ``Conflict`` for a type without a test, and what ``check_asking`` raises.
    """
    async with context.market() as room:
        found = await _askable(room, type_id, mode)
        terms = found.terms
        if terms.test is None or terms.test_seconds is None:
            raise Conflict("This has no test; ask for it.")
        last = await _last(context, room, type_id)
        if last is not None and last.state_at(context.now) == "taking":
            return last
        await _check_asking(context, room, found)
        asked = replace(
            _new(context, found),
            test=terms.test,
            key=terms.key,
            deadline=context.now + timedelta(seconds=terms.test_seconds),
        )
        await store.insert_request(room, asked, mode)
        await _record(context, room, "qualification_test.begun", found, _told(asked))
        return asked


async def submit_test(context: Context, request_id: UUID, fields: Fields) -> Asked:
    """Hands a test in: graded by its key, or left to its requester. Submitted twice is submitted once.

    Raises ``MissingThing``, ``WrongState``, ``TimeIsUp`` after its time, and ``Invalid`` naming the question.
    """
    async with context.market() as room:
        asked = await store.lock_request(room, request_id)
        if asked.freelancer_id != context.worker_id:
            raise MissingThing("qualification request")
        answer = {name: [given] if isinstance(given, str) else list(given) for name, given in fields.items()}
        if asked.submitted_at is not None and asked.answer == answer:
            return asked
        if asked.state != "taking" or asked.test is None or asked.deadline is None:
            raise WrongState("qualification request", asked.state, ["taking"])
        if context.now > asked.deadline + GRACE:
            raise TimeIsUp(asked.deadline)
        problems = check_answers(asked.test, answer)
        if problems:
            raise Invalid(problems)
        found = (await store.get_types(room, [asked.type_id]))[asked.type_id]
        done = replace(asked, state="pending", answer=answer, submitted_at=context.now)
        if asked.key is not None:
            done = _granted(context, done, grade(asked.key, asked.test, answer))
        await store.update_request(room, done)
        await _record(context, room, "qualification_test.submitted", found, _told(done))
        if done.value is not None:
            await _grant(context, room, found, done, done.value)
        return done


# --- shared ----------------------------------------------------------------------------------------------------------


async def _askable(room: Tenant, type_id: UUID, mode: Mode) -> QualificationType:
    found = (await store.get_types(room, [type_id])).get(type_id)
    if found is None or found.disposed_at is not None or found.mode != mode:
        raise MissingThing("qualification type")
    return without_key(found) if found.terms.test is None else found


async def _last(context: Context, room: Tenant, type_id: UUID) -> Asked | None:
    # Whoever asks twice at once waits here, so that the second sees what the first did.
    await freelancers.lock_joined(room, context.worker_id)
    return (await store.last_requests(room, context.worker_id, [type_id])).get(type_id)


async def _check_asking(context: Context, room: Tenant, found: QualificationType) -> None:
    last = await _last(context, room, found.id)
    grant = await store.get_grant(room, found.id, context.worker_id)
    check_asking(found.terms, last, grant.held(context.now) if grant else None, context.now)
    if last is not None and last.state in OPEN:
        # Its time was up, which nobody had written down yet.
        if last.state_at(context.now) in OPEN:
            raise AskedAlready(last.state)
        await store.update_request(room, last, "lapsed")


async def _as_offered(context: Context, room: Tenant, found: Sequence[QualificationType], mode: Mode) -> list[Offered]:
    ids = [one.id for one in found]
    grants = await store.grants_of(room, context.worker_id, mode, ids)
    last = await store.last_requests(room, context.worker_id, ids)
    told = []
    for one in found:
        grant, asked = grants.get(one.id), last.get(one.id)
        if one.disposed_at is not None:
            way = TypeShown(one.terms.name)
        else:
            way = shown(one.terms, asked, grant.held(context.now) if grant else None, context.now)
        told.append(Offered(without_key(one), way, grant, asked))
    return told


async def _grant(context: Context, room: Tenant, found: QualificationType, asked: Asked, value: int) -> None:
    expires_at = ends_at(found.terms, context.now)
    await store.grant(room, found, asked.freelancer_id, value, context.now, expires_at)
    await _record(context, room, "qualification.granted", found, {**_told(asked), "value": value})


def _new(context: Context, found: QualificationType) -> Asked:
    return Asked(
        id=context.new_id(),
        type_id=found.id,
        requester_id=found.requester_id,
        freelancer_id=context.worker_id,
        state="taking",
        begun_at=context.now,
    )


def _granted(context: Context, asked: Asked, value: int) -> Asked:
    return replace(asked, state="granted", decided_at=context.now, value=value)


def _told(asked: Asked) -> dict[str, object]:
    return {"freelancer_id": str(asked.freelancer_id), "request_id": str(asked.id), "state": asked.state}


async def _record(
    context: Context, room: Tenant, type: str, found: QualificationType, data: Mapping[str, object]
) -> None:
    told = {"type_id": str(found.id), "requester_id": str(found.requester_id), **data}
    event = events.NewEvent(context.new_id(), type, data=told)
    await events.record(room, context.now, context.caller.actor, [event])
