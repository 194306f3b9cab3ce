"""Where sockets to the outside are opened, and to whom.

This is the lowest place there is: whatever a client above does with names, redirects or headers, the address that is
connected to was judged here.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Awaitable, Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from ipaddress import ip_address
from typing import Any, Final, TypeAlias

import httpcore
import httpx

from assay.adapters.addresses import Address, closed, read_host
from assay.core.errors import Invalid, Unavailable

Resolve: TypeAlias = Callable[[str, int], Awaitable[list[Address]]]

_ATTEMPT_SECONDS: Final = 5.0
_ATTEMPTS_MAX: Final = 4
_RESOLVING_MAX: Final = 16


@dataclass(frozen=True)
class EgressPolicy:
    """Who may be asked. ``enabled=False`` refuses everything (an installation without a way out).

    ``allow_private_hosts`` holds exact ``host:port`` pairs, as written in addresses, that are asked wherever they
    lead and on whatever port: for a company's own photo server, and for tests.
    """

    enabled: bool = True
    allow_private_hosts: frozenset[str] = frozenset()
    ports: frozenset[int] = frozenset({80, 443, 8080, 8443})


def allowed_host(policy: EgressPolicy, host: str, port: int) -> Address | str | None:
    """The host as an address or a name; None for one that is allowed by name wherever it leads.

    ``host`` is ASCII, IPv6 without brackets. Raises ``Invalid``.
    """
    written = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    if written in policy.allow_private_hosts:
        return None
    if port not in policy.ports:
        allowed = ", ".join(map(str, sorted(policy.ports)))
        raise Invalid(f"Port {port} may not be asked; these may: {allowed}.")
    try:
        found = read_host(host)
    except ValueError as error:
        raise Invalid(f"The host {host} may not be asked: {error}.") from None
    if not isinstance(found, str) and (why := closed(found)):
        raise Invalid(f"The host {host} may not be asked: it is {why}.")
    return found


class GuardedTransport(httpx.AsyncHTTPTransport):
    """httpx's transport with its sockets opened by the guard."""

    def __init__(self, guard: Guard) -> None:
        context = httpx.create_ssl_context(trust_env=False)
        super().__init__(verify=context, trust_env=False)
        # httpx has no argument for who opens its sockets; the pool it made holds none yet.
        self._pool = httpcore.AsyncConnectionPool(
            ssl_context=context, max_connections=100, max_keepalive_connections=0, network_backend=guard, retries=0
        )


class Guard(httpcore.AsyncNetworkBackend):
    """Opens sockets to checked addresses only."""

    def __init__(
        self, policy: EgressPolicy, resolve: Resolve | None, backend: httpcore.AsyncNetworkBackend | None
    ) -> None:
        self._policy = policy
        self._resolve = resolve or Resolver()
        self._backend = backend or httpcore.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - httpcore's signature
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        found = allowed_host(self._policy, host, port)
        if found is None or isinstance(found, str):
            try:
                addresses = await self._resolve(found or host, port)
            except (OSError, ValueError, UnicodeError):
                addresses = []
            if not addresses:
                raise Unavailable(f"The host {host} is not known; check the spelling.")
            why = None if found is None else next((why for a in addresses if (why := closed(a))), None)
            if why:
                # One bad address among good ones is enough: which one is asked would be up to chance.
                raise Invalid(f"The host {host} may not be asked: its name leads to {why}.")
        else:
            addresses = [found]
        failure: Exception | None = None
        for address in addresses[:_ATTEMPTS_MAX]:
            try:
                wait = min(timeout or _ATTEMPT_SECONDS, _ATTEMPT_SECONDS)
                return await self._backend.connect_tcp(str(address), port, wait, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
        assert failure is not None
        raise failure

    async def sleep(self, seconds: float) -> None:
        await self._backend.sleep(seconds)


class Resolver:
    """The system's name service, in threads of its own: a name that never resolves holds its thread for a minute,
    and those of everybody else must not run out."""

    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(_RESOLVING_MAX, thread_name_prefix="resolve")

    async def __call__(self, host: str, port: int) -> list[Address]:
        ask = partial(socket.getaddrinfo, host, port, type=socket.SOCK_STREAM)
        found = await asyncio.get_running_loop().run_in_executor(self._threads, ask)
        return list(dict.fromkeys(ip_address(address[4][0]) for address in found))
