"""The one place that builds things and joins them."""

from __future__ import annotations

import asyncio
import gc
import json
import os
import random
import secrets
import socket
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final, cast

import structlog
import uvicorn
from litestar import Litestar
from litestar.handlers import HTTPRouteHandler
from litestar.openapi import OpenAPIConfig
from litestar.openapi.datastructures import ResponseSpec
from litestar.openapi.spec import Components, SecurityScheme

from assay.adapters import payouts
from assay.adapters.blobs import local_blobs, s3_blobs
from assay.adapters.callbacks import HttpCallbacks
from assay.adapters.egress import EgressPolicy, HttpEgress
from assay.adapters.embedded_postgres import EmbeddedPostgres
from assay.adapters.mail import SmtpMail
from assay.adapters.queues import HttpQueues
from assay.adapters.sealing import file_seals
from assay.config import Settings
from assay.core.errors import Unavailable
from assay.core.ports import Blobs
from assay.faces import http, media, mturk, native, pages, scale, worker
from assay.faces.jobs.runner import Bell, Runner
from assay.faces.jobs.workshop import Workshop
from assay.faces.msgspec_only import MsgspecOnly
from assay.faces.worker import at_once
from assay.store import jobs, refusals
from assay.store.connection import Database, migrate

STATE_FILE: Final = "server.json"


class Application(MsgspecOnly):
    """The web application, with short ways past the framework for what workers and programs do all day."""

    frames: Litestar

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "http" and _is_frame(self.state.house, scope):
            await self.frames(scope, receive, send)
            return
        if scope["type"] == "http" and scope["method"] == "POST":
            for answered in (at_once.answered, scale.answered_at_once):
                receive = await answered(self.state.house, scope, receive, send)
                if receive is None:
                    return
        await super().__call__(scope, receive, send)


def _is_frame(home: http.House, scope: Any) -> bool:
    """Whether a request is for one of the origins where customers' pages are shown, and nothing else answers."""
    if home.frames is None:
        return False
    host = next((value for name, value in scope["headers"] if name == b"host"), b"")
    return home.frames.requester_of(host.decode("latin-1")) is not None


def build(home: http.House) -> Litestar:
    """The web application over a house that is already built. Raises ``AssertionError`` for a route that does not
    declare its permission."""
    configure_logs()
    speaks_scale = scale.application()
    app = Application(
        route_handlers=[
            native.router,
            worker.router,
            scale.mounted(speaks_scale),
            mturk.speak,
            media.get_media,
            media.get_guide_image,
            pages.assets(),
            *pages.HANDLERS,
        ],
        exception_handlers=http.EXCEPTION_HANDLERS,
        before_send=[http.harden],
        request_class=http.CarefulRequest,
        before_request=http.refuse_strangers,
        openapi_config=OpenAPIConfig(
            title="Assay",
            version="1",
            path="/v1/schema",
            components=Components(
                security_schemes={"key": SecurityScheme(type="http", scheme="bearer", bearer_format="assay_live_…")}
            ),
            security=[{"key": []}],
        ),
        request_max_body_size=1_000_000,
        # Parameters have one spelling and one type; a page that sends another has a bug we want to see.
        logging_config=None,
    )
    app.state.house = home
    # One state for both, so that they never work with different houses.
    speaks_scale.state = app.state
    app.frames = mturk.framed()
    app.frames.state = app.state
    refuse_undeclared(app)
    refuse_undeclared(app.frames)
    refuse_undeclared(speaks_scale)
    _describe_problems(app)
    return app


# What any route may answer instead, besides the 503 of a database that is away.
_PROBLEMS: Final = {
    400: "What was sent is not well-formed, or not allowed as it is.",
    401: "Nobody is signed in, or the key is not good.",
    403: "Your role, or the key, does not allow this.",
    404: "There is no such thing in your organization.",
    409: "The state of things does not allow this now.",
    413: "Too large.",
    429: "Too many failed attempts from your network.",
    503: "Unavailable for a moment; try again.",
}


def _describe_problems(app: Litestar) -> None:
    """Says in the description of every route what it answers when it does not do as asked."""
    specs = {
        status: ResponseSpec(http.ProblemDetails, False, words, "application/problem+json")
        for status, words in _PROBLEMS.items()
    }
    for route in app.routes:
        for handler in getattr(route, "route_handlers", []):
            if isinstance(handler, HTTPRouteHandler):
                handler.responses = {**specs, **(handler.responses or {})}


def described() -> dict[str, Any]:
    """The OpenAPI document of all routes."""
    return build(_NOBODY).openapi_schema.to_schema()


# Building routes asks nothing of the house; only requests do.
_NOBODY: Final = cast(http.House, object())


def configure_logs() -> None:
    """One JSON object a line, so that nothing logged can pass for another line; no local variables, which hold
    people's tokens."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(),
        ],
        logger_factory=lambda *_: structlog.PrintLogger(sys.stderr),
    )


def refuse_undeclared(app: Litestar) -> None:
    """Every route says who may use it; one that forgot would be open to nobody or, worse, to all."""
    for route in app.routes:
        for handler in getattr(route, "route_handlers", []):
            # The schema is public, and OPTIONS only names methods.
            if route.path.startswith("/v1/schema") or handler.http_methods == {"OPTIONS"}:
                continue
            assert "permission" in handler.opt, f"{route.path} declares no permission: add opt={{'permission': …}}"


@dataclass(frozen=True)
class Running:
    """A server that answers. ``house`` is what its faces work with."""

    url: str
    settings: Settings
    house: http.House
    database: Database
    stopped: asyncio.Event


@dataclass(frozen=True)
class Opened:
    """A house without a door: nothing listens yet."""

    house: http.House
    database: Database
    egress: HttpEgress
    callbacks: HttpCallbacks


def seals_file(settings: Settings) -> Path:
    """Where the keys lie that encrypt stored secrets."""
    return settings.home / "secrets" / "seals.key"


@asynccontextmanager
async def opened(settings: Settings, ring: Callable[[], None] = lambda: None) -> AsyncIterator[Opened]:
    """Database migrated and open, stores and secrets ready. Raises ``Unavailable`` for what cannot be used."""
    settings.home.mkdir(parents=True, exist_ok=True)
    async with AsyncExitStack() as stack:
        dsn = settings.database_url
        if dsn is None:
            server = EmbeddedPostgres(settings.home)
            # Not in another thread: the kernel ends the database with the thread that started it.
            dsn = server.start()
            stack.callback(server.stop)
        with refusals.told():
            await migrate(dsn, jobs.install)
        database = Database(dsn, size=settings.connections)
        await database.open()
        stack.push_async_callback(database.close)
        egress = HttpEgress(EgressPolicy(enabled=settings.egress, allow_private_hosts=settings.private_hosts))
        stack.push_async_callback(egress.aclose)
        callbacks = HttpCallbacks(egress, SmtpMail(settings.relay) if settings.relay and settings.egress else None)
        house = http.House(
            database=database,
            blobs=_blobs(settings),
            clock=http.utc_now,
            random_bytes=secrets.token_bytes,
            chance=random.SystemRandom().random,
            ring=ring,
            public_url=settings.url,
            secure_cookies=settings.url.startswith("https://"),
            seals=file_seals(seals_file(settings)),
            egress=egress,
            check_callback_url=egress.check,
            check_callback=callbacks.check,
            payouts=payouts.providers(),
            frames=settings.frame_origins,
        )
        yield Opened(house, database, egress, callbacks)


@asynccontextmanager
async def running(settings: Settings) -> AsyncIterator[Running]:
    """A server that answers, with its jobs, until the block is left.

    Raises ``Unavailable`` when the port is taken, or when it would be reachable from outside without https.
    """
    if not settings.on_loopback and settings.public_url is None:
        raise Unavailable(
            f"Listening on {settings.host} needs ASSAY_PUBLIC_URL: the https address people reach this server by."
        )
    listener = _listen(settings)
    settings = replace(settings, port=listener.getsockname()[1])
    bell = Bell()
    async with AsyncExitStack() as stack:
        stack.callback(listener.close)
        inside = await stack.enter_async_context(opened(settings, bell.ring))
        house, database = inside.house, inside.database
        if settings.run_jobs:
            spoken = scale.SpokenCallbacks()
            queues = HttpQueues(inside.egress)
            shop = Workshop(house, inside.egress, inside.callbacks, spoken, queues, mturk.SpokenNotices())
            runner = Runner(shop, database, bell)
            await runner.start()
            stack.push_async_callback(runner.stop)
        server = uvicorn.Server(
            uvicorn.Config(
                build(house),
                loop="none",
                http="httptools",
                ws="none",
                lifespan="on",
                access_log=False,
                log_level="warning",
                server_header=False,
                # A proxy may say who is asking only where it is on this machine.
                proxy_headers=not settings.on_loopback,
                forwarded_allow_ips="127.0.0.1",
                timeout_graceful_shutdown=5,
            )
        )
        stopped = asyncio.Event()
        serving = asyncio.create_task(_serve(server, listener, stopped))
        stack.push_async_callback(_end, server, serving)
        stack.callback(house.watching.close)
        await _answers(listener, stopped)
        if stopped.is_set():
            await serving
        # What is here now stays. Looking through it for garbage again and again made requests wait for 85 ms.
        gc.collect()
        gc.freeze()
        stack.callback(_forget, settings.home)
        _remember(settings)
        yield Running(settings.url, settings, house, database, stopped)


async def _serve(server: uvicorn.Server, listener: socket.socket, stopped: asyncio.Event) -> None:
    try:
        await server._serve(sockets=[listener])
    finally:
        stopped.set()


async def _answers(listener: socket.socket, stopped: asyncio.Event) -> None:
    """Returns once the server takes connections, or has failed."""
    while not stopped.is_set() and not listener.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN):  # noqa: ASYNC110
        await asyncio.sleep(0.005)


async def _end(server: uvicorn.Server, serving: asyncio.Task[None]) -> None:
    server.should_exit = True
    with suppress(asyncio.CancelledError):
        await serving


def _listen(settings: Settings) -> socket.socket:
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    listener = socket.socket(family)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((settings.host, settings.port))
    except OSError as error:
        listener.close()
        raise Unavailable(
            f"Port {settings.port} on {settings.host} cannot be used ({error.strerror}). "
            "Stop what uses it, or choose another with --port."
        ) from error
    return listener


def _remember(settings: Settings) -> None:
    """Where this home's server is reached, for commands run beside it."""
    file = settings.home / STATE_FILE
    scratch = file.with_suffix(f".{os.getpid()}")
    with open(os.open(scratch, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as out:
        json.dump({"url": settings.url, "pid": os.getpid()}, out)
    scratch.replace(file)


def _forget(home: Path) -> None:
    file = home / STATE_FILE
    with suppress(OSError, ValueError):
        if json.loads(file.read_text())["pid"] == os.getpid():
            file.unlink()


def _blobs(settings: Settings) -> Blobs:
    signing = [secret_file(settings.home / "secrets" / "media-links.key")]
    if settings.s3 is None:
        return local_blobs(settings.home / "photos", signing)
    return s3_blobs(
        bucket=settings.s3.bucket,
        secrets=signing,
        endpoint=settings.s3.endpoint,
        region=settings.s3.region,
        prefix=settings.s3.prefix,
        access_key_id=settings.s3.access_key_id,
        secret_access_key=settings.s3.secret_access_key,
    )


def secret_file(path: Path) -> bytes:
    """32 random bytes kept in a file that only we can read; made the first time, so no two installations share one.

    Raises ``Unavailable`` when others can read it.
    """
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with suppress(FileExistsError), open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
        out.write(secrets.token_bytes(32))
    if path.stat().st_mode & 0o077:
        raise Unavailable(f"{path} can be read by others. Make it private: chmod 600 {path}")
    content = path.read_bytes()
    if len(content) < 32:
        raise Unavailable(f"{path} is shorter than a secret must be (32 bytes). Delete it to have a new one made.")
    return content
