"""Settings, read once at the edge: command line first, then the environment, then defaults that are safe."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from assay.adapters.mail import Relay
from assay.core.callbacks import check_mailbox
from assay.core.errors import Invalid
from assay.core.frames import FrameOrigins, frame_origins, loopback_origins

DEFAULT_PORT: Final = 8700
DATABASE_URL: Final = "ASSAY_DATABASE_URL"


@dataclass(frozen=True)
class S3:
    """A bucket for photos, instead of the folder in the home."""

    bucket: str
    endpoint: str | None
    region: str
    prefix: str | None
    access_key_id: str | None
    secret_access_key: str | None


@dataclass(frozen=True)
class Settings:
    """What a server is told.

    ``home`` holds the embedded database, the photos and the secrets. ``database_url`` names another PostgreSQL.
    ``host`` other than loopback needs ``public_url``, which is https for anything but a test. ``egress``: whether the
    server may fetch photos and call webhooks; ``private_hosts``: hosts inside your own network it may reach, as
    ``name`` or ``name:port``.
    """

    home: Path
    host: str = "127.0.0.1"
    port: int = DEFAULT_PORT
    public_url: str | None = None
    # Where customers' own pages are shown, an origin for each requester (core.frames); none: only on loopback.
    frames: FrameOrigins | None = None
    database_url: str | None = None
    s3: S3 | None = None
    egress: bool = True
    private_hosts: frozenset[str] = frozenset()
    # Who takes mail to the mailboxes that callbacks go to; none: there is none.
    relay: Relay | None = None
    run_jobs: bool = True
    connections: int = 12

    @property
    def url(self) -> str:
        """Where people reach the server."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return (self.public_url or f"http://{host}:{self.port}").rstrip("/")

    @property
    def frame_origins(self) -> FrameOrigins | None:
        """Where customers' own pages are shown. A server that is reached by this machine alone needs no names."""
        if self.frames is None and self.public_url is None and self.host in ("127.0.0.1", "localhost"):
            return loopback_origins(self.port)
        return self.frames

    @property
    def on_loopback(self) -> bool:
        return self.host in ("127.0.0.1", "::1", "localhost")


def default_home(environment: Mapping[str, str]) -> Path:
    """ASSAY_HOME, else the place the system keeps such things."""
    if environment.get("ASSAY_HOME"):
        return Path(environment["ASSAY_HOME"]).expanduser().absolute()
    if os.geteuid() == 0:
        # The database does not run as root and could not enter root's own home.
        return Path("/var/lib/assay")
    data = environment.get("XDG_DATA_HOME")
    return (Path(data) if data else Path.home() / ".local/share") / "assay"


def from_environment(environment: Mapping[str, str]) -> Settings:
    """Raises ``Invalid`` naming the variable that cannot be used."""
    s3 = None
    if environment.get("ASSAY_S3_BUCKET"):
        s3 = S3(
            bucket=environment["ASSAY_S3_BUCKET"],
            endpoint=environment.get("ASSAY_S3_ENDPOINT") or None,
            region=environment.get("ASSAY_S3_REGION", "us-east-1"),
            prefix=environment.get("ASSAY_S3_PREFIX") or None,
            access_key_id=environment.get("ASSAY_S3_ACCESS_KEY_ID") or None,
            secret_access_key=environment.get("ASSAY_S3_SECRET_ACCESS_KEY") or None,
        )
    return Settings(
        home=default_home(environment),
        host=environment.get("ASSAY_HOST", "127.0.0.1"),
        port=_integer(environment, "ASSAY_PORT", DEFAULT_PORT, 65_535),
        public_url=environment.get("ASSAY_PUBLIC_URL") or None,
        frames=frame_origins(environment["ASSAY_FRAMES_URL"]) if environment.get("ASSAY_FRAMES_URL") else None,
        database_url=checked_database_url(environment.get(DATABASE_URL)),
        s3=s3,
        egress=_switch(environment, "ASSAY_EGRESS", default=True),
        private_hosts=frozenset(filter(None, environment.get("ASSAY_PRIVATE_HOSTS", "").split(","))),
        relay=_relay(environment),
        run_jobs=_switch(environment, "ASSAY_JOBS", default=True),
        connections=_integer(environment, "ASSAY_CONNECTIONS", 12, 500),
    )


def _relay(environment: Mapping[str, str]) -> Relay | None:
    host = environment.get("ASSAY_SMTP_HOST")
    if not host:
        return None
    security = environment.get("ASSAY_SMTP_TLS", "").lower() or "starttls"
    if security not in _RELAY_PORTS:
        raise Invalid(f"Must be {', '.join(_RELAY_PORTS)}; it is {security!r}.", "ASSAY_SMTP_TLS")
    sender = environment.get("ASSAY_MAIL_FROM", "")
    try:
        check_mailbox(sender)
    except Invalid:
        raise Invalid(f"Name the mailbox that mail comes from; it is {sender!r}.", "ASSAY_MAIL_FROM") from None
    return Relay(
        host=host,
        port=_integer(environment, "ASSAY_SMTP_PORT", _RELAY_PORTS[security], 65_535),
        sender=sender,
        security=security,
        user=environment.get("ASSAY_SMTP_USER") or None,
        password=environment.get("ASSAY_SMTP_PASSWORD") or None,
    )


# How the relay is spoken to, and the port that is usual for it.
_RELAY_PORTS: Final[Mapping[str, int]] = {"starttls": 587, "tls": 465, "off": 25}


def checked_database_url(text: str | None) -> str | None:
    """Raises ``Invalid`` for what is not the address of a PostgreSQL."""
    if text and not text.startswith(("postgresql://", "postgres://")):
        raise Invalid("Must begin with postgresql://, like postgresql://user:password@host/database.", DATABASE_URL)
    return text or None


def _integer(environment: Mapping[str, str], name: str, default: int, maximum: int) -> int:
    text = environment.get(name, "")
    if not text:
        return default
    if not text.isdigit() or not 0 <= int(text) <= maximum:
        raise Invalid(f"Must be a whole number from 0 to {maximum}; it is {text!r}.", name)
    return int(text)


def _switch(environment: Mapping[str, str], name: str, *, default: bool) -> bool:
    text = environment.get(name, "").lower()
    if not text:
        return default
    if text not in ("on", "off", "true", "false", "1", "0"):
        raise Invalid(f"Must be on or off; it is {text!r}.", name)
    return text in ("on", "true", "1")
