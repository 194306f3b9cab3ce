"""Mail by a relay, against a mail server that runs here: over TLS, signed in, and when it does not want to."""

# ruff: noqa: ARG002 - the server hands its handlers more than they need

from __future__ import annotations

import json
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
import trustme
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session

from assay.adapters.callbacks import HttpCallbacks
from assay.adapters.egress import EgressPolicy, HttpEgress
from assay.adapters.mail import ATTACHED_BYTES_MAX, Relay, SmtpMail
from assay.core.errors import Invalid
from assay.core.ports import Message

NOW = datetime(2026, 11, 22, 7, 0, tzinfo=UTC)
BODY = json.dumps({"task_id": "0123456789abcdef01234567", "task": {"label": "größe ✓"}}, ensure_ascii=False).encode()
LETTER = Message("0197a1b2-c3d4", "ops@acme.org", BODY, ["unused"], title="Task 0123 is completed")


class Box:
    """What the relay was given. ``reply`` refuses with these words."""

    def __init__(self) -> None:
        self.letters: list[EmailMessage] = []
        self.tls: list[bool] = []
        self.reply = "250 OK"

    async def handle_RCPT(  # noqa: N802 - the server's name for it
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if address.startswith("nobody@"):
            return "550 no such mailbox: SECRET of the relay"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        assert isinstance(envelope.content, bytes)
        letter = message_from_bytes(envelope.content, policy=policy.default)
        assert isinstance(letter, EmailMessage)
        self.letters.append(letter)
        self.tls.append(session.ssl is not None)
        return self.reply


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


def _server_context(authority: trustme.CA) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost").configure_cert(context)
    return context


def _trusting(authority: trustme.CA) -> ssl.SSLContext:
    context = ssl.create_default_context()
    authority.configure_trust(context)
    return context


def _sign_in(server: Any, session: Any, envelope: Any, mechanism: str, data: Any) -> AuthResult:
    return AuthResult(success=(data.login, data.password) == (b"assay", b"open sesame"), handled=False)


@contextmanager
def _relay(box: Box, **options: Any) -> Iterator[int]:
    controller = Controller(box, hostname="localhost", port=0, **options)
    # The controller finds out that it runs by calling itself, so it must know its port beforehand.
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        controller.port = free.getsockname()[1]
    controller.start()
    try:
        yield controller.port
    finally:
        controller.stop()


def _mail(port: int, trusted: ssl.SSLContext | None = None, **more: Any) -> SmtpMail:
    return SmtpMail(Relay("localhost", port, "assay@example.org", **more), trusted=trusted)


async def test_a_mail_says_what_happened_and_brings_the_callback_as_a_file() -> None:
    box = Box()
    with _relay(box) as port:
        outcomes = [await _mail(port, security="off").send(LETTER, NOW) for _ in range(2)]

    assert [(one.state, one.status) for one in outcomes] == [("delivered", 250)] * 2
    letter = box.letters[0]
    assert (letter["From"], letter["To"], letter["Subject"]) == ("assay@example.org", LETTER.address, LETTER.title)
    assert letter["Auto-Submitted"] == "auto-generated"
    (attached,) = letter.iter_attachments()
    assert (attached.get_content_type(), attached.get_filename()) == ("application/json", "callback.json")
    assert attached.get_payload(decode=True) == BODY
    assert len({one["Message-ID"] for one in box.letters}) == 1, "mailboxes tell a repeat by it"


async def test_starttls_is_insisted_on_and_signs_in(authority: trustme.CA) -> None:
    box = Box()
    options = {"tls_context": _server_context(authority), "require_starttls": True}
    signed_in: dict[str, Any] = {"user": "assay", "password": "open sesame"}
    with _relay(box, **options, auth_required=True, authenticator=_sign_in) as port:
        good = await _mail(port, _trusting(authority), **signed_in).send(LETTER, NOW)
        wrong = await _mail(port, _trusting(authority), **{**signed_in, "password": "x"}).send(LETTER, NOW)
        stranger = await _mail(port, **signed_in).send(LETTER, NOW)
    with _relay(Box()) as port:
        without = await _mail(port, _trusting(authority)).send(LETTER, NOW)

    assert (good.state, box.tls) == ("delivered", [True])
    assert (wrong.state, wrong.status) == ("retry", 535)
    assert (stranger.state, stranger.error) == (
        "retry",
        "The mail relay could not be asked (its certificate is not valid).",
    )
    assert without.state == "retry"
    assert "does not offer what the settings ask for" in (without.error or "")


async def test_tls_from_the_first_byte(authority: trustme.CA) -> None:
    box = Box()
    with _relay(box, ssl_context=_server_context(authority)) as port:
        outcome = await _mail(port, _trusting(authority), security="tls").send(LETTER, NOW)

    assert (outcome.state, len(box.letters)) == ("delivered", 1)


async def test_a_refusal_is_tried_again_and_told_without_the_relay_s_words() -> None:
    box = Box()
    with _relay(box) as port:
        mail = _mail(port, security="off")
        nobody = await mail.send(Message("id", "nobody@acme.org", BODY, ["s"], title="T"), NOW)
        box.reply = "451 SECRET: try later"
        busy = await mail.send(LETTER, NOW)
    gone = await mail.send(LETTER, NOW)

    assert [(one.state, one.status) for one in (nobody, busy, gone)] == [
        ("retry", 550),
        ("retry", 451),
        ("retry", None),
    ]
    assert "SECRET" not in " ".join(one.error or "" for one in (nobody, busy, gone))


async def test_what_is_too_large_for_mail_is_not_attached() -> None:
    box = Box()
    with _relay(box) as port:
        large = Message("id", "ops@acme.org", b"x" * (ATTACHED_BYTES_MAX + 1), ["s"], title="T")
        outcome = await _mail(port, security="off").send(large, NOW)

    assert outcome.state == "delivered"
    assert "ask the API" in box.letters[0].get_content()


@pytest.mark.parametrize(
    "address",
    [
        "a@b",
        "a b@acme.org",
        "a@acme.org\r\nBcc: all@acme.org",
        "@acme.org",
        "a@",
        "a@-acme.org",
        "größe@acme.org",
        "a" * 65 + "@acme.org",
        "a@" + "b." * 130 + "org",
        "<a@acme.org>",
        "a@acme.org,b@acme.org",
        "a@[127.0.0.1]",
        ".a@acme.org",
    ],
)
def test_a_mailbox_that_is_none_is_refused(address: str) -> None:
    callbacks = HttpCallbacks(HttpEgress(EgressPolicy()), _mail(25))

    with pytest.raises(Invalid, match="not an e-mail address"):
        callbacks.check(address)


@pytest.mark.parametrize("address", ["ops@acme.org", "a.b+c=d@mail.acme-2.example.org", "O'Brien@acme.org"])
async def test_without_a_relay_a_mailbox_is_refused_by_the_setting_s_name(address: str) -> None:
    HttpCallbacks(HttpEgress(EgressPolicy()), _mail(25)).check(address)
    callbacks = HttpCallbacks(HttpEgress(EgressPolicy()))

    with pytest.raises(Invalid, match="ASSAY_SMTP_HOST"):
        callbacks.check(address)
    assert (await callbacks.send(Message("id", address, BODY, ["s"]), NOW)).state == "retry"


def test_the_relay_is_read_from_the_environment(tmp_path: Path) -> None:
    from assay.config import from_environment

    home = {"ASSAY_HOME": str(tmp_path)}
    named = {**home, "ASSAY_SMTP_HOST": "mail.acme.org", "ASSAY_MAIL_FROM": "assay@acme.org"}

    assert from_environment(home).relay is None
    assert from_environment(named).relay == Relay("mail.acme.org", 587, "assay@acme.org")
    tls = {**named, "ASSAY_SMTP_TLS": "TLS", "ASSAY_SMTP_USER": "u", "ASSAY_SMTP_PASSWORD": "p"}
    assert from_environment(tls).relay == Relay("mail.acme.org", 465, "assay@acme.org", "tls", "u", "p")
    for wrong, name in (
        ({"ASSAY_MAIL_FROM": ""}, "ASSAY_MAIL_FROM"),
        ({"ASSAY_SMTP_TLS": "maybe"}, "ASSAY_SMTP_TLS"),
        ({"ASSAY_SMTP_PORT": "x"}, "ASSAY_SMTP_PORT"),
    ):
        with pytest.raises(Invalid, match=name):
            from_environment({**named, **wrong})
