"""A server that the unmodified client talks to over real sockets, by http and by https with a certificate of our own.

speak()                the client with a live manager's key; speak("test"), speak(role="auditor"), speak(tls=True)
finish(answer)         photos that wait are here, and somebody gave this answer to every task
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, Literal

import pytest
import scaleapi
import trustme
from litestar import Litestar

from assay.faces.media import put_away
from assay.services import accounts, resolution
from assay.services.context import SYSTEM
from harness import Organization
from scenes import photo
from speaking import Finish, Speak, Speaker, advanced, answered, listening


@pytest.fixture(scope="session")
async def http_url(_app: Litestar) -> AsyncIterator[str]:
    async with listening(_app) as port:
        yield f"http://127.0.0.1:{port}"


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The certificate of an authority that nobody knows, and the server's own beside it."""
    folder = tmp_path_factory.mktemp("certificates")
    made = trustme.CA()
    made.cert_pem.write_to_path(folder / "authority.pem")
    made.issue_cert("localhost", "127.0.0.1").private_key_and_cert_chain_pem.write_to_path(folder / "server.pem")
    return folder / "authority.pem"


@pytest.fixture(scope="session")
async def https_url(_app: Litestar, authority: Path) -> AsyncIterator[str]:
    pem = str(authority.with_name("server.pem"))
    async with listening(_app, ssl_certfile=pem, ssl_keyfile=pem) as port:
        yield f"https://localhost:{port}"


@pytest.fixture
def speak(
    app: Litestar,
    organization: Organization,
    http_url: str,
    https_url: str,
    authority: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Speak:
    async def made(
        mode: Literal["live", "test"] = "live",
        role: Literal["manager", "auditor"] = "manager",
        *,
        tls: bool = False,
        of: Organization | None = None,
    ) -> Speaker:
        async with (of or organization).context_for("owner") as context:
            key = (await accounts.make_api_key(context, f"{mode} {role}", mode, role)).text
        url: str = http_url
        more: dict[str, Any] = {}
        if tls:
            url, more = https_url, {"verify": str(authority)}
            # What the environment says wins over `verify`, and a developer's may say something.
            monkeypatch.delenv("REQUESTS_CA_BUNDLE", raising=False)
            monkeypatch.delenv("CURL_CA_BUNDLE", raising=False)
        base = f"{url}/scale/v1"
        return Speaker(scaleapi.ScaleClient(key, api_instance_url=base, **more), key, base)

    return made


@pytest.fixture
def finish(organization: Organization) -> Finish:
    """Photos that wait are fetched, and the annotator answers whatever there is of the project."""

    async def finished(answer: dict[str, Any] | None = None, *, failure: str | None = None) -> None:
        async with organization.context_for(SYSTEM) as context:
            waiting = await context.tenant.fetch(
                "select id from attachments where organization_id = $1 and state = 'pending'"
            )
        for shade, row in enumerate(waiting):
            if failure is None:
                stored = await put_away(organization.house.blobs, organization.id, "a.png", photo(shade, 640, 480))
            async with organization.context_for(SYSTEM) as context:
                if failure is None:
                    await resolution.photo_arrived(context, row["id"], stored)
                else:
                    await resolution.photo_failed(context, row["id"], failure)
        await advanced(organization)
        if answer is not None:
            await answered(organization, answer)
            await advanced(organization)

    return finished
