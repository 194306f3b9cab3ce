"""Being called back: by whom, with what, how often, and once more."""

from __future__ import annotations

import asyncio
import base64
import urllib.error
import urllib.request
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from typing import Any

import pytest
from scaleapi.exceptions import ScaleInvalidRequest
from scaleapi.tasks import TaskType
from standardwebhooks import Webhook as Verifier

from assay.core.delivery import CALLBACK_ATTEMPTS_MAX
from assay.services import callbacks
from calling import Caller, Receiver, calling, receiving
from harness import Organization
from speaking import BOXES, PHOTO, Finish, Speak, Speaker, advanced

CAR = {"id": "c1", "type": "box", "label": "car", "x": 10, "y": 20, "width": 100, "height": 50}
ANSWER = {"annotations": [CAR], "attributes": {}}


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with receiving() as made:
        yield made


@pytest.fixture
async def caller(organization: Organization, receiver: Receiver) -> AsyncIterator[Caller]:
    async with calling(organization, receiver) as made:
        yield made


@pytest.fixture
async def speaker(speak: Speak, caller: Caller) -> Speaker:
    made = await speak()
    await made.create_project("Cars", TaskType.ImageAnnotation, {"instruction": "Box cars.", "geometries": BOXES})
    return made


async def create(speaker: Speaker, **more: Any) -> Any:
    return await speaker.create_task(TaskType.ImageAnnotation, **{"project": "Cars", "attachment": PHOTO, **more})


async def resend(speaker: Speaker, task_id: str) -> tuple[int, bytes]:
    basic = base64.b64encode(f"{speaker.key}:".encode()).decode()
    request = urllib.request.Request(
        f"{speaker.base}/task/{task_id}/resend_callback", method="POST", headers={"Authorization": f"Basic {basic}"}
    )

    def post() -> tuple[int, bytes]:
        try:
            with urllib.request.urlopen(request) as answer:
                return answer.status, answer.read()
        except urllib.error.HTTPError as error:
            return error.code, error.read()

    return await asyncio.to_thread(post)


async def keys_of(organization: Organization, mode: callbacks.Mode = "live") -> callbacks.CallbackKeys:
    async with organization.context_for("owner") as context:
        return await callbacks.keys(context, organization.house.seals, mode)


async def test_a_completed_task_is_told_as_it_can_be_asked_for(
    organization: Organization, speaker: Speaker, finish: Finish, caller: Caller, receiver: Receiver
) -> None:
    organization.clock.now = datetime.now(UTC).replace(microsecond=0)  # the reference library reads the real clock
    task = await create(speaker, callback_url=receiver.url)
    assert task.as_dict()["callback_url"] == receiver.url
    await finish(ANSWER)
    before = (await speaker.get_task(task.id)).as_dict()

    assert await caller.deliver() == 1

    (call,) = receiver.calls
    assert call.said == {"task": before, "response": before["response"], "task_id": task.id}
    assert call.said["response"]["annotations"][0]["label"] == "car"
    assert "callback_succeeded" not in before
    assert (await speaker.get_task(task.id)).callback_succeeded is True
    keys = await keys_of(organization)
    assert call.headers["scale-callback-auth"] == keys.key
    assert Verifier(keys.secrets[0]).verify(call.body, dict(call.headers)) == call.said
    assert await caller.deliver() == 0


async def test_nobody_is_called_who_was_not_named(
    speaker: Speaker, finish: Finish, caller: Caller, receiver: Receiver
) -> None:
    task = await create(speaker)
    await finish(ANSWER)

    assert await caller.deliver() == 0

    assert receiver.calls == []
    assert "callback_succeeded" not in (await speaker.get_task(task.id)).as_dict()


async def test_the_task_s_own_address_goes_before_its_project_s_and_that_before_the_mode_s(
    organization: Organization, speaker: Speaker, finish: Finish, caller: Caller, receiver: Receiver
) -> None:
    named = {"geometries": BOXES, "callback_url": f"{receiver.url}&project"}
    await speaker.create_project("Named", TaskType.ImageAnnotation, named)
    own = await create(speaker, project="Named", callback_url=f"{receiver.url}&task")
    inherited = await create(speaker, project="Named")
    silent = await create(speaker)
    async with organization.context_for("manager") as context:
        await callbacks.change_address(
            context, organization.house.seals, "live", f"{receiver.url}&mode", organization.house.check_callback
        )
    await finish(ANSWER)

    async with organization.context_for("auditor") as context:
        rows = await context.tenant.fetch("select task_id, address from deliveries where organization_id = $1")

    ends = {row["task_id"].hex[:12] + row["task_id"].hex[-12:]: row["address"].rpartition("&")[2] for row in rows}
    assert ends == {own.id: "task", inherited.id: "project", silent.id: "mode"}
    assert inherited.as_dict()["callback_url"].endswith("&project")


async def test_a_photo_that_cannot_be_had_is_told_with_the_status_its_address_gave(
    organization: Organization, speaker: Speaker, caller: Caller, receiver: Receiver
) -> None:
    photo = f"http://{receiver.host}/missing.png"
    task = await create(speaker, attachment=photo, callback_url=receiver.url)
    assert await caller.fetch() == 1
    await advanced(organization)

    assert await caller.deliver() == 1

    (call,) = receiver.calls
    assert call.said["task"]["status"] == "error"
    assert call.said["response"]["attachments"] == [{"statusCode": 404, "url": photo}]
    assert "404" in call.said["response"]["error"]
    assert (await speaker.get_task(task.id)).as_dict()["response"] == call.said["response"]


async def test_twenty_tries_within_a_day_and_then_it_failed(
    organization: Organization, speaker: Speaker, finish: Finish, caller: Caller, receiver: Receiver
) -> None:
    task = await create(speaker, callback_url=receiver.url)
    await finish(ANSWER)
    # Nothing but 2xx ends it, not even what ends a webhook.
    receiver.status = 410
    started = organization.clock()

    while await caller.wait_for_next():
        assert await caller.deliver() == 1
        if len(receiver.calls) == 2:
            receiver.status = 500
            # What it is told stays as it was, whatever becomes of the task meanwhile.
            await speaker.set_task_metadata(task.id, {"changed": True})

    assert len(receiver.calls) == CALLBACK_ATTEMPTS_MAX == 20
    assert timedelta(hours=18) < organization.clock() - started <= timedelta(hours=24)
    assert (
        len({call.body for call in receiver.calls}) == len({call.headers["webhook-id"] for call in receiver.calls}) == 1
    )
    assert (await speaker.get_task(task.id)).callback_succeeded is False
    program = await organization.key_client()
    (event,) = (await program.get("/v1/events", params={"type": "callback.failed"})).json()["items"]
    assert event["task_id"] is not None
    assert event["data"] == {"about": "task.completed", "batch_id": None, "host": "127.0.0.1"}


@pytest.mark.parametrize("status", [201, 202, 204, 299])
async def test_any_success_is_one(
    speaker: Speaker, finish: Finish, caller: Caller, receiver: Receiver, status: int
) -> None:
    task = await create(speaker, callback_url=receiver.url)
    await finish(ANSWER)
    receiver.status = status

    await caller.deliver()

    assert (await speaker.get_task(task.id)).callback_succeeded is True


async def test_a_callback_is_sent_again_when_asked_as_the_task_is_then(
    organization: Organization, speaker: Speaker, finish: Finish, caller: Caller, receiver: Receiver
) -> None:
    task = await create(speaker, callback_url=receiver.url)
    early, words = await resend(speaker, task.id)
    assert (early, b"has not ended" in words) == (400, True)
    await finish(ANSWER)
    receiver.status = 500
    while await caller.wait_for_next():
        await caller.deliver()
    receiver.calls.clear()
    receiver.status = 200
    await speaker.set_task_metadata(task.id, {"now": 1})

    status, _ = await resend(speaker, task.id)
    assert await caller.deliver() == 1

    assert status == 200
    assert receiver.calls[0].said["task"]["metadata"] == {"now": 1}
    assert (await speaker.get_task(task.id)).callback_succeeded is True
    silent = await create(speaker)
    await finish(ANSWER)
    status, words = await resend(speaker, silent.id)
    assert (status, b"Nobody is told" in words) == (400, True)
    assert (await resend(speaker, "0" * 24))[0] == 404


async def test_the_modes_are_told_apart_by_their_keys(
    organization: Organization, speak: Speak, finish: Finish, caller: Caller, receiver: Receiver
) -> None:
    for mode in ("live", "test"):
        speaker = await speak(mode)
        await speaker.create_project("Cars", TaskType.ImageAnnotation, {"geometries": BOXES})
        await create(speaker, callback_url=receiver.url)
    await finish(ANSWER)
    await caller.deliver()

    live, test = await keys_of(organization), await keys_of(organization, "test")

    told = {call.said["task"]["is_test"]: call.headers["scale-callback-auth"] for call in receiver.calls}
    assert told == {False: live.key, True: test.key}
    assert live.key != test.key
    assert live.secrets != test.secrets


async def test_a_new_key_is_carried_at_once_and_two_secrets_sign_for_a_while(
    organization: Organization, speaker: Speaker, finish: Finish, caller: Caller, receiver: Receiver
) -> None:
    organization.clock.now = datetime.now(UTC).replace(microsecond=0)
    before = await keys_of(organization)
    async with organization.context_for("owner") as context:
        after = await callbacks.rotate(context, organization.house.seals, "live", overlap_seconds=60)
    await create(speaker, callback_url=receiver.url)
    await finish(ANSWER)
    await caller.deliver()

    (call,) = receiver.calls
    assert call.headers["scale-callback-auth"] == after.key != before.key
    for secret in (before.secrets[0], after.secrets[0]):
        Verifier(secret).verify(call.body, dict(call.headers))


async def test_a_mailbox_without_a_relay_is_refused_by_the_setting_s_name(speaker: Speaker) -> None:
    with pytest.raises(ScaleInvalidRequest, match=r"callback_url.*ASSAY_SMTP_HOST"):
        await create(speaker, callback_url="ops@acme.org")
    for name in ("http://169.254.169.254/hook", "ftp://acme.org/", "ops@acme", "nowhere", 7):
        with pytest.raises(ScaleInvalidRequest, match="callback_url"):
            await create(speaker, callback_url=name)
        with pytest.raises(ScaleInvalidRequest, match="callback_url"):
            await speaker.create_project("X", TaskType.ImageAnnotation, {"geometries": BOXES, "callback_url": name})
    assert (await speaker.tasks()).docs == []


async def test_a_mailbox_gets_a_mail(
    organization: Organization, speak: Speak, finish: Finish, receiver: Receiver
) -> None:
    from aiosmtpd.smtp import SMTP

    from assay.adapters.mail import Relay, SmtpMail

    letters: list[EmailMessage] = []

    class Box:
        async def handle_DATA(self, server: SMTP, session: Any, envelope: Any) -> str:  # noqa: ARG002, N802
            from email import message_from_bytes, policy

            letter = message_from_bytes(envelope.content, policy=policy.default)
            assert isinstance(letter, EmailMessage)
            letters.append(letter)
            return "250 OK"

    relay = await asyncio.get_running_loop().create_server(lambda: SMTP(Box()), "127.0.0.1", 0)
    port = relay.sockets[0].getsockname()[1]
    mail = SmtpMail(Relay("127.0.0.1", port, "assay@example.org", security="off"))
    async with calling(organization, receiver, mail) as caller:
        speaker = await speak()
        await speaker.create_project("Cars", TaskType.ImageAnnotation, {"geometries": BOXES})
        task = await create(speaker, callback_url="ops@acme.org")
        await finish(ANSWER)
        assert await caller.deliver() == 1
    relay.close()

    (letter,) = letters
    assert (letter["To"], letter["Subject"]) == ("ops@acme.org", f"Task {task.id} is completed")
    (attached,) = letter.iter_attachments()
    assert b'"task_id":"' + task.id.encode() in attached.get_payload(decode=True)
    assert (await speaker.get_task(task.id)).callback_succeeded is True


async def test_a_batch_is_told_when_its_last_task_is_done(
    speaker: Speaker, finish: Finish, caller: Caller, receiver: Receiver
) -> None:
    await speaker.create_batch("Cars", "Monday", callback=receiver.url)
    for number in range(2):
        await create(speaker, project=None, batch="Monday", attachment=f"{PHOTO}?{number}")
    assert await caller.deliver() == 0
    await finish(ANSWER)

    assert await caller.deliver() == 1

    (call,) = receiver.calls
    batch = call.said["batch"]
    assert (batch["name"], batch["project"], batch["status"]) == ("Monday", "Cars", "completed")
    assert (call.said["status"], call.said["batch_id"]) == ("completed", batch["id"])
    assert call.headers["scale-callback-auth"].startswith("callback_live_")
    with pytest.raises(ScaleInvalidRequest, match="callback"):
        await speaker.create_batch("Cars", "Tuesday", callback="http://10.0.0.1/")
