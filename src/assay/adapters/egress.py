"""The one way out: every outbound request of the server goes through here.

A host is resolved once; every address it has must be public; the connection goes to a checked address while the
request and the certificate check keep the host's name. The check sits where the socket is opened, so neither a
redirect nor a second answer of the name server gets around it. There are no cookies, no proxies from the
environment, no reused connections and no decompression, and what a server says in an error is told to nobody.
"""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import Awaitable, Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Any, Final, TypeAlias

import httpcore
import httpx

from assay.adapters.addresses import Address, closed, read_host
from assay.core.errors import Invalid, TooLarge, Unavailable

Resolve: TypeAlias = Callable[[str, int], Awaitable[list[Address]]]

REDIRECTS_MAX: Final = 5
URL_LENGTH_MAX: Final = 2048
_USER_AGENT: Final = "Assay/1"
_PORTS: Final = {"http": 80, "https": 443}
_ATTEMPT_SECONDS: Final = 5.0
_HEAR_OUT_SECONDS: Final = 0.5
_HEAR_OUT_BYTES: Final = 16 * 1024


@dataclass(frozen=True)
class EgressPolicy:
    """Who may be asked. ``enabled=False`` refuses everything (an installation without a way out).

    ``allow_private_hosts`` holds exact ``host:port`` pairs, as written in addresses, that are asked wherever they
    lead and on whatever port: for a company's own photo server, and for tests.
    """

    enabled: bool = True
    allow_private_hosts: frozenset[str] = frozenset()
    ports: frozenset[int] = frozenset({80, 443, 8080, 8443})


@dataclass(frozen=True)
class Answer:
    """``body`` is empty unless it was asked for and the status is 200; ``location`` is where a redirect points."""

    status: int
    body: bytes
    location: str | None


class HttpEgress:
    """The port ``Egress``, and ``request`` for callbacks. One for the whole process; ``aclose`` at the end.

    ``resolve`` gives all addresses of a name; ``backend`` opens sockets.
    """

    def __init__(
        self,
        policy: EgressPolicy,
        *,
        resolve: Resolve | None = None,
        backend: httpcore.AsyncNetworkBackend | None = None,
    ) -> None:
        self._policy = policy
        guard = _Guard(policy, resolve or _resolve, backend or httpcore.AnyIOBackend())
        self._transport = _GuardedTransport(guard)

    async def fetch(self, url: str, *, bytes_max: int, seconds_max: float) -> bytes:
        """See the port. Follows at most five redirects, each checked like the first, never from https to http."""
        try:
            async with asyncio.timeout(seconds_max):
                return await self._follow(url, bytes_max)
        except TimeoutError:
            raise Unavailable(f"The address did not answer within {seconds_max:.0f} seconds.") from None

    async def request(
        self, method: str, url: str, *, headers: Mapping[str, str], content: bytes, seconds_max: float
    ) -> Answer:
        """One request, no redirects. The status is the answer: what follows it is not waited for.

        Raises ``Invalid`` for an address that may not be asked and ``Unavailable`` when nobody answers in time.
        """
        try:
            async with asyncio.timeout(seconds_max):
                return await self._once(method, self._checked(url), headers, content, bytes_max=None)
        except TimeoutError:
            raise Unavailable(f"The receiver did not answer within {seconds_max:.0f} seconds.") from None

    def check(self, url: str) -> None:
        """Refuses an address by its looks, before it is stored. What its name leads to is checked at each request.

        Raises ``Invalid``.
        """
        self._checked(url)

    async def aclose(self) -> None:
        await self._transport.aclose()

    async def _follow(self, url: str, bytes_max: int) -> bytes:
        at = self._checked(url)
        for _ in range(REDIRECTS_MAX + 1):
            answer = await self._once("GET", at, {}, b"", bytes_max=bytes_max)
            if answer.location is None or answer.status not in (301, 302, 303, 307, 308):
                break
            target = self._checked(str(_join(at, answer.location)))
            if at.scheme == "https" and target.scheme == "http":
                raise Invalid("The address redirects from https to http.")
            at = target
        else:
            raise Invalid(f"The address redirects more than {REDIRECTS_MAX} times.")
        if answer.status == 200:
            return answer.body
        if answer.status in (408, 425, 429) or answer.status >= 500:
            raise Unavailable(f"The address answered {answer.status}; try again later.")
        raise Invalid(
            f"The address answered {answer.status} instead of 200. Check that it can be opened without signing in."
        )

    def _checked(self, url: str) -> httpx.URL:
        if not self._policy.enabled:
            raise Invalid("Outbound requests are switched off on this installation.")
        if len(url) > URL_LENGTH_MAX:
            raise Invalid(f"An address has at most {URL_LENGTH_MAX} characters.")
        if not _is_plain(url):
            raise Invalid("The address holds spaces, backslashes or invisible characters.")
        try:
            parsed = httpx.URL(url)
        except (httpx.InvalidURL, ValueError):
            raise Invalid("This is not an address.") from None
        if parsed.scheme not in _PORTS or not parsed.raw_host:
            raise Invalid("An address begins with http:// or https:// and a host.")
        if parsed.userinfo:
            raise Invalid("An address may not carry a user name or password.")
        port = _PORTS[parsed.scheme] if parsed.port is None else parsed.port
        _read(self._policy, parsed.raw_host.decode("ascii"), port)
        return parsed.copy_with(fragment=None)

    async def _once(
        self,
        method: str,
        url: httpx.URL,
        headers: Mapping[str, str],
        content: bytes,
        *,
        bytes_max: int | None,
    ) -> Answer:
        request = httpx.Request(
            method, url, headers={"User-Agent": _USER_AGENT, "Accept-Encoding": "identity", **headers}, content=content
        )
        request.extensions["timeout"] = dict.fromkeys(("connect", "read", "write", "pool"), 30.0)
        try:
            response = await self._transport.handle_async_request(request)
            try:
                if bytes_max is None:
                    await _hear_out(response)
                    body = b""
                else:
                    body = await _read_body(response, bytes_max) if response.status_code == 200 else b""
            finally:
                await response.aclose()
        except httpx.TimeoutException:
            raise Unavailable("The address did not answer in time.") from None
        except (httpx.HTTPError, ssl.SSLError) as error:
            raise Unavailable(f"The address could not be asked ({_plainly(error)}).") from None
        return Answer(response.status_code, body, response.headers.get("location"))


def _read(policy: EgressPolicy, host: str, port: int) -> Address | str | None:
    """The host as an address or a name; None for one that is allowed by name wherever it leads."""
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


def _is_plain(url: str) -> bool:
    """Readers of addresses differ on what blanks and backslashes mean, so there are none."""
    return url.isprintable() and " " not in url and "\\" not in url


def _join(base: httpx.URL, location: str) -> httpx.URL:
    if len(location) > URL_LENGTH_MAX or not _is_plain(location):
        raise Invalid("The address redirects to something that is not an address.")
    try:
        return base.join(location)
    except (httpx.InvalidURL, ValueError):
        raise Invalid("The address redirects to something that is not an address.") from None


async def _read_body(response: httpx.Response, bytes_max: int) -> bytes:
    if response.headers.get("content-encoding", "identity").lower() != "identity":
        raise Invalid("The address answers with packed content although it was asked not to.")
    too_large = TooLarge(f"What lies at the address is over the limit of {bytes_max / 2**20:.0f} MiB.")
    if int(response.headers.get("content-length", "0")) > bytes_max:
        raise too_large
    body = bytearray()
    async for piece in response.aiter_raw():
        body += piece
        if len(body) > bytes_max:
            raise too_large
    return bytes(body)


async def _hear_out(response: httpx.Response) -> None:
    """Let a short answer end, so that its sender does not log a broken connection; leave a long or slow one."""
    heard = 0
    with suppress(TimeoutError, httpx.HTTPError):
        async with asyncio.timeout(_HEAR_OUT_SECONDS):
            async for piece in response.aiter_raw():
                heard += len(piece)
                if heard > _HEAR_OUT_BYTES:
                    return


def _plainly(error: Exception) -> str:
    """What went wrong without what the other side said."""
    if "CERTIFICATE" in str(error).upper():
        return "its certificate is not valid"
    words: dict[type[Exception], str] = {
        httpx.ConnectError: "no connection",
        httpx.RemoteProtocolError: "its answer is not HTTP",
        httpx.ReadError: "the connection broke",
        httpx.WriteError: "the connection broke",
    }
    return words.get(type(error), "the talk failed")


async def _resolve(host: str, port: int) -> list[Address]:
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(ip_address(address[4][0]) for address in found))


class _Guard(httpcore.AsyncNetworkBackend):
    """Opens sockets to checked addresses only."""

    def __init__(self, policy: EgressPolicy, resolve: Resolve, backend: httpcore.AsyncNetworkBackend) -> None:
        self._policy, self._resolve, self._backend = policy, resolve, backend

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - httpcore's signature
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        found = _read(self._policy, host, port)
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
        for address in addresses[:4]:
            try:
                wait = min(timeout or _ATTEMPT_SECONDS, _ATTEMPT_SECONDS)
                return await self._backend.connect_tcp(str(address), port, wait, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
        assert failure is not None
        raise failure

    async def sleep(self, seconds: float) -> None:
        await self._backend.sleep(seconds)


class _GuardedTransport(httpx.AsyncHTTPTransport):
    """httpx's transport with its sockets opened by the guard."""

    def __init__(self, guard: _Guard) -> None:
        context = httpx.create_ssl_context(trust_env=False)
        super().__init__(verify=context, trust_env=False)
        # httpx has no argument for who opens its sockets; the pool it made holds none yet.
        self._pool = httpcore.AsyncConnectionPool(
            ssl_context=context, max_connections=100, max_keepalive_connections=0, network_backend=guard, retries=0
        )
