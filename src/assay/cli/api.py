"""A client of the HTTP API, for commands."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any, Final
from urllib.parse import quote
from uuid import UUID

import httpx

from assay.cli.shell import REFUSED, UNAVAILABLE, Stop

# Each attempt waits twice as long as the one before: half a second, one, two, four.
ATTEMPTS: Final = 5
FIRST_DELAY_SECONDS: Final = 0.5
_PASSING: Final = frozenset({429, 502, 503, 504})


class Api:
    """The server, as one caller sees it. Every method raises ``Stop`` with the server's own sentence."""

    def __init__(self, client: httpx.AsyncClient, keys: Sequence[str] = ()) -> None:
        self._client = client
        self._keys = keys

    @classmethod
    @asynccontextmanager
    async def open(cls, url: str, *keys: str) -> AsyncIterator[Api]:
        """``keys``: API keys, the first of which is used unless a project is another's. Without any the client is
        nobody until it signs in with a link."""
        headers = {"x-assay-request": "1"} | ({"authorization": f"Bearer {keys[0]}"} if keys else {})
        async with client_of(url, headers=headers, timeout=120) as client:
            yield cls(client, keys)

    @property
    def url(self) -> str:
        return str(self._client.base_url).rstrip("/")

    async def get(self, path: str, **query: Any) -> Any:
        return await self.send("GET", path, params=_given(query))

    async def post(self, path: str, body: Any = None, **query: Any) -> Any:
        return await self.send("POST", path, json={} if body is None else body, params=_given(query))

    async def pages(self, path: str, **query: Any) -> AsyncIterator[Any]:
        """Every item of a list."""
        cursor: str | None = None
        while True:
            page = await self.get(path, limit=500, cursor=cursor, **query)
            for item in page["items"]:
                yield item
            cursor = page["next_cursor"]
            if cursor is None:
                return

    async def upload(self, path: str, content: bytes, name: str, *, repeatable: bool = False, **query: Any) -> Any:
        """Bytes as the body. ``repeatable``: sending them twice does no harm."""
        headers = {"x-file-name": quote(name, safe=""), "content-type": "application/octet-stream"}
        params = _given(query)
        return await self.send("POST", path, content=content, headers=headers, params=params, repeatable=repeatable)

    async def send(self, method: str, path: str, *, repeatable: bool = False, **request: Any) -> Any:
        """The answer's JSON; none where it has no body.

        What the server puts off is tried again; what broke on the way too, where that cannot do anything twice.
        """
        for attempt in range(1, ATTEMPTS + 1):
            try:
                response = await self._client.request(method, path, **request)
            except httpx.TransportError as error:
                if attempt == ATTEMPTS or not (repeatable or method in ("GET", "PUT", "DELETE")):
                    raise Stop(UNAVAILABLE, f"The server at {self.url} does not answer.", kind="unavailable") from error
            else:
                if response.status_code not in _PASSING or attempt == ATTEMPTS:
                    return _answer(response)
            await asyncio.sleep(FIRST_DELAY_SECONDS * 2 ** (attempt - 1))
        raise AssertionError("the last attempt returns or raises")

    @asynccontextmanager
    async def stream(self, path: str, **query: Any) -> AsyncIterator[httpx.Response]:
        """An answer to be read piece by piece. One that breaks off raises ``Stop`` where it is read."""
        try:
            async with self._client.stream("GET", path, params=_given(query)) as response:
                if response.status_code >= 400:
                    await response.aread()
                    _answer(response)
                yield response
        except httpx.TransportError as error:
            raise Stop(
                UNAVAILABLE, "The transfer broke off; nothing was kept. Try again.", kind="unavailable"
            ) from error

    async def project(self, named: str) -> dict[str, Any]:
        """A project by its id or its name; from then on the client acts in its organization.

        Raises ``Stop`` when there is none, or are several.
        """
        for key in self._keys:
            self._use(key)
            same = await self._projects(named)
            if len(same) == 1:
                return same[0]
            if same:
                listed = ", ".join(project["id"] for project in same)
                message = f"{len(same)} projects are called {named!r}; give the id of one: {listed}"
                raise Stop(REFUSED, message, kind="conflict")
        self._use(self._keys[0])
        raise Stop(REFUSED, f"There is no project {named!r}. See: assay project list", kind="not_found")

    async def _projects(self, named: str) -> list[dict[str, Any]]:
        try:
            return [await self.get(f"/v1/projects/{UUID(named)}")]
        except ValueError:
            return [p async for p in self.pages("/v1/projects") if p["name"].casefold() == named.casefold()]
        except Stop as stop:
            if stop.kind != "not_found":
                raise
            return []

    async def projects(self, state: str | None) -> AsyncIterator[Any]:
        """The projects of every organization that this home's commands may act in, newest first in each."""
        for key in self._keys:
            self._use(key)
            async for project in self.pages("/v1/projects", state=state):
                yield project
        self._use(self._keys[0])

    def _use(self, key: str) -> None:
        self._client.headers["authorization"] = f"Bearer {key}"


def client_of(url: str, *, headers: Mapping[str, str] = {}, timeout: float = 10) -> httpx.AsyncClient:
    """A client of one server. No proxy of the environment has any business between: the server is ours and near."""
    # Certificates are what a client spends its first tenths of a second on; plain http has none to check.
    return httpx.AsyncClient(
        base_url=url, headers=headers, trust_env=False, timeout=timeout, verify=not url.startswith("http://")
    )


def _given(query: Mapping[str, Any]) -> dict[str, Any]:
    return {name.rstrip("_"): value for name, value in query.items() if value is not None}


def _answer(response: httpx.Response) -> Any:
    if response.is_success:
        return response.json() if response.content else None
    try:
        problem = response.json()
        message, kind = str(problem["detail"]), str(problem["code"])
    except (ValueError, KeyError, TypeError):
        message, kind = f"The server answered {response.status_code}.", "error"
    unavailable = response.status_code in _PASSING or response.status_code >= 500
    raise Stop(UNAVAILABLE if unavailable else REFUSED, message, kind=kind)
