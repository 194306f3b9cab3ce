"""What a webhook is sent, when it is tried again, and when it is given up."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from standardwebhooks import Webhook as Receiver
from standardwebhooks import WebhookVerificationError

from assay.adapters.callbacks import MemoryCallbacks, Sent
from assay.adapters.sealing import AesSeals
from assay.core.delivery import ATTEMPTS_MAX, RETRY_SECONDS
from assay.core.errors import Conflict, Invalid
from assay.core.ports import Message, Seals
from assay.faces.scale import SpokenCallbacks
from assay.services import attempts, delivery
from assay.services.context import SYSTEM
from assay.services.delivery import MadeWebhook
from assay.store.events import NewEvent, record
from harness import Organization

URL = "https://hooks.acme.org/assay"


async def _webhook(organization: Organization, *events: str) -> MadeWebhook:
    async with organization.context_for("manager") as context:
        return await delivery.create_webhook(context, organization.house.seals, url=URL, events=events or ("*",))


async def _happen(organization: Organization, type: str = "task.completed") -> None:
    async with organization.context_for(SYSTEM) as context:
        event = NewEvent(context.new_id(), type, data={"confidence": 0.9})
        await record(context.tenant, context.now, context.caller.actor, [event])


async def _deliveries(organization: Organization, webhook_id: UUID) -> list[delivery.Delivery]:
    async with organization.context_for("auditor") as context:
        return list(await delivery.deliveries(context, webhook_id, before=None, limit=100))


async def _attempt(organization: Organization, callbacks: MemoryCallbacks, delivery_id: UUID) -> bool:
    """What the job does, with the request outside both transactions. Whether there was one."""
    async with organization.context_for(SYSTEM) as context:
        message = await attempts.load(context, organization.house.seals, SpokenCallbacks(), delivery_id)
    if message is None:
        return False
    outcome = await callbacks.send(message, organization.clock())
    async with organization.context_for(SYSTEM) as context:
        await attempts.record(context, delivery_id, outcome)
    return True


async def _jobs(organization: Organization, delivery_id: UUID) -> list[timedelta]:
    """The jobs waiting for a delivery: how long after they were made they are due."""
    async with organization.context_for(SYSTEM) as context:
        rows = await context.tenant.connection.fetch(
            """select execute_after - created as wait from queue.pgqueuer
               where entrypoint = 'send_callback' and convert_from(payload, 'UTF8')::json ->> 'subject' = $1
               order by id""",
            str(delivery_id),
        )
    return [row["wait"] for row in rows]


async def test_an_event_reaches_the_webhooks_that_listen_to_it(organization: Organization) -> None:
    all_, some, other = (
        await _webhook(organization),
        await _webhook(organization, "task.completed", "task.broken"),
        await _webhook(organization, "project.created"),
    )

    await _happen(organization, "task.completed")

    types = [
        [made.event_type for made in await _deliveries(organization, webhook.webhook.id)]
        for webhook in (all_, some, other)
    ]
    # The one that listens to everything also hears that it and the other two were made.
    assert [sorted(t) for t in types] == [
        ["task.completed", *["webhook.created"] * 3],
        ["task.completed"],
        [],
    ]


async def test_a_delivery_is_signed_so_that_the_reference_library_accepts_it(organization: Organization) -> None:
    organization.clock.now = datetime.now(UTC)  # the library reads the real clock
    made = await _webhook(organization, "task.completed")
    await _happen(organization)
    (waiting,) = await _deliveries(organization, made.webhook.id)
    callbacks = MemoryCallbacks()

    assert await _attempt(organization, callbacks, waiting.id)

    (sent,) = callbacks.sent
    body = Receiver(made.secret).verify(sent.body, dict(sent.headers))
    assert (sent.url, body["type"], body["data"]["details"]) == (URL, "task.completed", {"confidence": 0.9})
    assert body["data"]["event_id"] == str(waiting.event_id)
    (done,) = await _deliveries(organization, made.webhook.id)
    assert (done.state, done.attempts, done.last_status, done.next_attempt_at) == ("delivered", 1, 200, None)


async def test_a_secret_is_kept_sealed_and_bound_to_its_webhook(organization: Organization) -> None:
    made = await _webhook(organization)

    async with organization.context_for(SYSTEM) as context:
        sealed = await context.tenant.fetchval(
            "select sealed_secret from webhooks where organization_id = $1 and id = $2", made.webhook.id
        )

    assert made.secret.startswith("whsec_")
    assert made.secret.encode() not in sealed
    assert organization.house.seals.unseal(sealed, f"webhook:{made.webhook.id}") == made.secret


async def test_while_two_secrets_sign_the_reference_library_accepts_either(organization: Organization) -> None:
    """Then only the new one. A third ends the first at once."""
    organization.clock.now = datetime.now(UTC)  # the library reads the real clock
    first = await _webhook(organization, "webhook.test")
    seals, webhook_id = organization.house.seals, first.webhook.id
    async with organization.context_for("manager") as context:
        second = await delivery.rotate_secret(context, seals, webhook_id, overlap_seconds=60)
    both = await _sent_test(organization, webhook_id)
    async with organization.context_for("manager") as context:
        third = await delivery.rotate_secret(context, seals, webhook_id, overlap_seconds=60)
    newer = await _sent_test(organization, webhook_id)
    organization.clock.advance(60)
    last = await _sent_test(organization, webhook_id)

    secrets = [made.secret for made in (first, second, third)]
    assert [_accepts(secret, both) for secret in secrets] == [True, True, False]
    assert [_accepts(secret, newer) for secret in secrets] == [False, True, True]
    assert [_accepts(secret, last) for secret in secrets] == [False, False, True]


async def _sent_test(organization: Organization, webhook_id: UUID) -> Sent:
    async with organization.context_for("manager") as context:
        made = await delivery.send_test(context, webhook_id)
    callbacks = MemoryCallbacks()
    await _attempt(organization, callbacks, made.id)
    (sent,) = callbacks.sent
    return sent


def _accepts(secret: str, sent: Sent) -> bool:
    try:
        Receiver(secret).verify(sent.body, dict(sent.headers))
    except WebhookVerificationError:
        return False
    return True


async def test_secrets_are_sealed_again_with_a_new_master_key(organization: Organization) -> None:
    organization.clock.now = datetime.now(UTC)
    made = await _webhook(organization, "webhook.test")
    old, new = organization.house.seals, bytes(range(32))
    async with organization.context_for("manager") as context:
        rotated = await delivery.rotate_secret(context, old, made.webhook.id, overlap_seconds=60)
    both = _KeyRing(AesSeals([new]), old)
    async with organization.context_for(SYSTEM) as context:
        counts = [await delivery.reseal(context, both) for _ in range(2)]
    organization.house = replace(organization.house, seals=AesSeals([new]))

    sent = await _sent_test(organization, made.webhook.id)

    assert counts == [1, 0]
    assert [_accepts(each.secret, sent) for each in (made, rotated)] == [True, True]


@dataclass(frozen=True)
class _KeyRing:
    """What a key file of two keys gives: the newer seals, both open."""

    newer: Seals
    older: Seals

    def seal(self, secret: str, purpose: str) -> bytes:
        return self.newer.seal(secret, purpose)

    def unseal(self, sealed: bytes, purpose: str) -> str:
        return (self.newer if self.is_current(sealed) else self.older).unseal(sealed, purpose)

    def is_current(self, sealed: bytes) -> bool:
        return self.newer.is_current(sealed)


async def test_a_receiver_that_fails_is_tried_again_over_days_with_the_same_body(organization: Organization) -> None:
    made = await _webhook(organization, "task.completed")
    await _happen(organization)
    (waiting,) = await _deliveries(organization, made.webhook.id)
    started = organization.clock()
    callbacks = MemoryCallbacks(lambda _: 500)

    for attempt in range(ATTEMPTS_MAX):
        assert await _attempt(organization, callbacks, waiting.id)
        (tried,) = await _deliveries(organization, made.webhook.id)
        assert (tried.attempts, tried.last_status) == (attempt + 1, 500)
        if attempt < ATTEMPTS_MAX - 1:
            assert tried.state == "pending"
            assert tried.next_attempt_at is not None
            wait = (tried.next_attempt_at - organization.clock()).total_seconds()
            assert 0.9 * RETRY_SECONDS[attempt] <= wait <= 1.1 * RETRY_SECONDS[attempt]
            assert abs((await _jobs(organization, waiting.id))[-1].total_seconds() - wait) < 1.0
            organization.clock.now = tried.next_attempt_at

    assert (tried.state, tried.next_attempt_at) == ("failed", None)
    assert organization.clock() - started > timedelta(days=2)
    assert len({sent.body for sent in callbacks.sent}) == 1
    assert len({sent.headers["webhook-id"] for sent in callbacks.sent}) == 1
    assert not await _attempt(organization, callbacks, waiting.id), "a job left over does nothing"


async def _wear_out(organization: Organization, delivery_id: UUID, respond: Callable[[Sent], int | None]) -> None:
    callbacks = MemoryCallbacks(respond)
    while await _attempt(organization, callbacks, delivery_id):
        organization.clock.advance(30 * 3600)


async def _is_disabled(organization: Organization, webhook_id: UUID) -> bool:
    async with organization.context_for("auditor") as context:
        found = {webhook.id: webhook for webhook in await delivery.webhooks(context, before=None, limit=50)}
    return found[webhook_id].disabled_at is not None


async def test_a_webhook_that_took_nothing_for_days_is_disabled_and_that_is_an_event(
    organization: Organization,
) -> None:
    made = await _webhook(organization, "task.completed")
    watcher = await _webhook(organization, "webhook.disabled")
    await _happen(organization)
    (waiting,) = await _deliveries(organization, made.webhook.id)

    await _wear_out(organization, waiting.id, lambda _: None)

    assert await _is_disabled(organization, made.webhook.id)
    (told,) = await _deliveries(organization, watcher.webhook.id)
    assert told.event_type == "webhook.disabled"
    await _happen(organization)
    assert len(await _deliveries(organization, made.webhook.id)) == 1, "nothing is sent to it any more"


async def test_one_poisonous_event_does_not_end_a_webhook_that_takes_others(organization: Organization) -> None:
    made = await _webhook(organization, "task.completed")
    await _happen(organization)
    (poison,) = await _deliveries(organization, made.webhook.id)
    organization.clock.advance(60)
    await _happen(organization)
    fresh = (await _deliveries(organization, made.webhook.id))[0]
    assert await _attempt(organization, MemoryCallbacks(), fresh.id)

    await _wear_out(organization, poison.id, lambda _: 500)

    assert not await _is_disabled(organization, made.webhook.id)


async def test_gone_means_never_again(organization: Organization) -> None:
    made = await _webhook(organization, "task.completed")
    await _happen(organization)
    await _happen(organization)
    first, second = await _deliveries(organization, made.webhook.id)
    callbacks = MemoryCallbacks(lambda _: 410)

    assert await _attempt(organization, callbacks, first.id)
    assert not await _attempt(organization, callbacks, second.id), "what was already waiting is dropped"

    assert await _is_disabled(organization, made.webhook.id)
    states = {d.id: (d.state, d.last_error) for d in await _deliveries(organization, made.webhook.id)}
    assert states[first.id][0] == "failed"
    assert states[second.id] == ("failed", "The webhook is disabled.")
    assert len(callbacks.sent) == 1


async def test_a_replay_sends_the_same_again_now(organization: Organization) -> None:
    made = await _webhook(organization, "task.completed")
    await _happen(organization)
    (waiting,) = await _deliveries(organization, made.webhook.id)
    callbacks = MemoryCallbacks()
    await _attempt(organization, callbacks, waiting.id)
    organization.clock.advance(3600)

    async with organization.context_for("manager") as context:
        again = await delivery.replay(context, waiting.id)
    assert (again.state, again.attempts) == ("pending", 0)
    assert len(await _jobs(organization, waiting.id)) == 2
    assert await _attempt(organization, callbacks, waiting.id)

    first, second = callbacks.sent
    assert first.body == second.body
    assert first.headers["webhook-id"] == second.headers["webhook-id"]
    assert int(second.headers["webhook-timestamp"]) - int(first.headers["webhook-timestamp"]) == 3600


async def test_a_job_that_comes_too_early_is_put_back_and_not_lost(organization: Organization) -> None:
    made = await _webhook(organization, "task.completed")
    await _happen(organization)
    (waiting,) = await _deliveries(organization, made.webhook.id)
    await _attempt(organization, MemoryCallbacks(lambda _: 500), waiting.id)
    before = len(await _jobs(organization, waiting.id))

    assert not await _attempt(organization, MemoryCallbacks(), waiting.id)

    jobs = await _jobs(organization, waiting.id)
    assert len(jobs) == before + 1
    assert 4.0 < jobs[-1].total_seconds() < 6.0


async def test_an_outcome_that_arrives_twice_counts_once(organization: Organization) -> None:
    made = await _webhook(organization, "task.completed")
    await _happen(organization)
    (waiting,) = await _deliveries(organization, made.webhook.id)
    outcome = await MemoryCallbacks().send(Message("x", URL, b"{}", [made.secret]), organization.clock())

    for _ in range(2):
        async with organization.context_for(SYSTEM) as context:
            await attempts.record(context, waiting.id, outcome)

    (done,) = await _deliveries(organization, made.webhook.id)
    assert (done.state, done.attempts) == ("delivered", 1)


async def test_a_webhook_deleted_while_it_is_called_is_no_alarm(organization: Organization) -> None:
    made = await _webhook(organization, "task.completed")
    await _happen(organization)
    (waiting,) = await _deliveries(organization, made.webhook.id)
    async with organization.context_for(SYSTEM) as context:
        message = await attempts.load(context, organization.house.seals, SpokenCallbacks(), waiting.id)
        assert message is not None

    async with organization.context_for("manager") as context:
        await delivery.delete_webhook(context, made.webhook.id)
    outcome = await MemoryCallbacks().send(message, organization.clock())
    async with organization.context_for(SYSTEM) as context:
        await attempts.record(context, waiting.id, outcome)
        assert await attempts.load(context, organization.house.seals, SpokenCallbacks(), waiting.id) is None


async def test_a_test_event_goes_to_that_webhook_alone(organization: Organization) -> None:
    made, other = await _webhook(organization, "task.completed"), await _webhook(organization, "*")
    async with organization.context_for("manager") as context:
        sent = await delivery.send_test(context, made.webhook.id)
    callbacks = MemoryCallbacks()

    assert await _attempt(organization, callbacks, sent.id)

    assert json.loads(callbacks.sent[0].body)["type"] == "webhook.test"
    assert "webhook.test" not in {heard.event_type for heard in await _deliveries(organization, other.webhook.id)}


async def test_a_disabled_webhook_takes_neither_tests_nor_replays(organization: Organization) -> None:
    made = await _webhook(organization, "task.completed")
    await _happen(organization)
    (waiting,) = await _deliveries(organization, made.webhook.id)
    async with organization.context_for("manager") as context:
        await delivery.change_webhook(context, made.webhook.id, disabled=True)

        with pytest.raises(Conflict):
            await delivery.send_test(context, made.webhook.id)
        with pytest.raises(Conflict):
            await delivery.replay(context, waiting.id)


@pytest.mark.parametrize(
    "url",
    [
        "http://hooks.acme.org/",
        "ftp://hooks.acme.org/",
        "https://",
        "https:///path",
        "javascript:alert(1)",
        "https://user:password@hooks.acme.org/",
        "https://user@hooks.acme.org/",
        "https://hooks.acme.org/\r\nHost: evil",
        "https://hooks.acme.org/ space",
        "https://hooks.acme.org/\0",
        "https://ёлка.org/",
        "https://[::1",
        "http://10.0.0.1/",
        "",
        "https://hooks.acme.org/" + "x" * 2048,
    ],
)
async def test_an_address_that_is_none_is_refused_by_field(organization: Organization, url: str) -> None:
    async with organization.context_for("manager") as context:
        with pytest.raises(Invalid) as refused:
            await delivery.create_webhook(context, organization.house.seals, url=url, events=["*"])

    assert [problem.field for problem in refused.value.problems] == ["url"]


@pytest.mark.parametrize("events", [[], ["x"] * 51, ["task completed"], ["task.completed", "Task.*"], ["\0"]])
async def test_events_that_are_none_are_refused(organization: Organization, events: list[str]) -> None:
    async with organization.context_for("manager") as context:
        with pytest.raises(Invalid):
            await delivery.create_webhook(context, organization.house.seals, url=URL, events=events)
