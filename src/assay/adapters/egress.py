"""The one way out: every outbound request of the server goes through here.

A host is resolved once; every address it has must be public; the connection goes to a checked address while the
request and the certificate check keep the host's name. The check sits where the socket is opened, so neither a
redirect nor a second answer of the name server gets around it. There are no cookies, no proxies from the
environment, no reused connections and no decompression, and what a server says in an error is told to nobody.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

import httpcore
import httpx

from assay.adapters.egress_guard import EgressPolicy, Guard, GuardedTransport, Resolve, allowed_host
from assay.core.errors import AssayError, Invalid, TooLarge, Unavailable

__all__ = ["Answer", "EgressPolicy", "HttpEgress", "MemoryEgress"]

REDIRECTS_MAX: Final = 5
URL_LENGTH_MAX: Final = 2048
_USER_AGENT: Final = "Assay/1"
_PORTS: Final = {"http": 80, "https": 443}
_HEAR_OUT_SECONDS: Final = 0.5
_HEAR_OUT_BYTES: Final = 16 * 1024


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
        self._transport = GuardedTransport(Guard(policy, resolve, backend))

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
                return await self._once(method, _checked(self._policy, url), headers, content, bytes_max=None)
        except TimeoutError:
            raise Unavailable(f"The receiver did not answer within {seconds_max:.0f} seconds.") from None

    def check(self, url: str) -> None:
        """Refuses an address by its looks, before it is stored. What its name leads to is checked at each request.

        Raises ``Invalid``.
        """
        _checked(self._policy, url)

    async def aclose(self) -> None:
        await self._transport.aclose()

    async def _follow(self, url: str, bytes_max: int) -> bytes:
        at = _checked(self._policy, url)
        for _ in range(REDIRECTS_MAX + 1):
            answer = await self._once("GET", at, {}, b"", bytes_max=bytes_max)
            if answer.location is None or answer.status not in (301, 302, 303, 307, 308):
                break
            target = _checked(self._policy, str(_join(at, answer.location)))
            if at.scheme == "https" and target.scheme == "http":
                raise Invalid("The address redirects from https to http.")
            at = target
        else:
            raise Invalid(f"The address redirects more than {REDIRECTS_MAX} times.")
        if answer.status == 200:
            return answer.body
        raise _refusal(answer.status)

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


def _checked(policy: EgressPolicy, url: str) -> httpx.URL:
    if not policy.enabled:
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
    allowed_host(policy, parsed.raw_host.decode("ascii"), port)
    return parsed.copy_with(fragment=None)


def _refusal(status: int) -> AssayError:
    error: AssayError
    if status in (408, 425, 429) or status >= 500:
        error = Unavailable(f"The address answered {status}; try again later.")
    else:
        error = Invalid(
            f"The address answered {status} instead of 200. Check that it can be opened without signing in."
        )
    error.answered = status
    return error


def _too_large(bytes_max: int) -> TooLarge:
    return TooLarge(f"What lies at the address is over the limit of {bytes_max / 2**20:.0f} MiB.")


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
    if int(response.headers.get("content-length", "0")) > bytes_max:
        raise _too_large(bytes_max)
    body = bytearray()
    async for piece in response.aiter_raw():
        body += piece
        if len(body) > bytes_max:
            raise _too_large(bytes_max)
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


class MemoryEgress:
    """An internet of given pages: the same checks of an address, and what ``pages`` holds for it (bytes, or the error
    that asking raises)."""

    def __init__(self, pages: Mapping[str, bytes | AssayError], policy: EgressPolicy | None = None) -> None:
        self.asked: list[str] = []
        self._pages = pages
        self._policy = policy or EgressPolicy()

    def check(self, url: str) -> None:
        _checked(self._policy, url)

    async def fetch(self, url: str, *, bytes_max: int, seconds_max: float) -> bytes:  # noqa: ARG002 - no time passes
        self.check(url)
        self.asked.append(url)
        found = self._pages.get(url)
        if found is None:
            raise _refusal(404)
        if isinstance(found, AssayError):
            raise found
        if len(found) > bytes_max:
            raise _too_large(bytes_max)
        return found
