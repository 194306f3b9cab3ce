"""One suite that every blob store passes: memory, folder, and an S3 server in a process of its own."""

from __future__ import annotations

import asyncio
import hashlib
import io
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import cast
from urllib.parse import parse_qsl, urlsplit
from uuid import uuid4

import boto3
import httpx
import pytest

from assay.adapters.blobs import StoredBlobs, local_blobs, memory_blobs, s3_blobs
from assay.core.errors import Forbidden, Invalid, NotFound, Unavailable
from assay.core.media_links import check_key, check_link
from assay.core.photos import blob_key
from assay.core.ports import Blobs

SECRET = b"k" * 32
NOW = datetime(2026, 11, 22, 7, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def s3_endpoint() -> Iterator[str]:
    """A real server on a port that the kernel chose."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = subprocess.Popen(
        [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env={**os.environ, "AWS_ACCESS_KEY_ID": "x", "AWS_SECRET_ACCESS_KEY": "x"},
    )
    endpoint = f"http://127.0.0.1:{port}"
    try:
        deadline = time.monotonic() + 60
        while True:
            try:
                httpx.get(endpoint, timeout=1, trust_env=False)
                break
            except httpx.HTTPError:
                assert server.poll() is None, "the S3 server ended"
                assert time.monotonic() < deadline, "the S3 server did not start"
                time.sleep(0.1)
        boto3.client(
            "s3", endpoint_url=endpoint, region_name="us-east-1", aws_access_key_id="x", aws_secret_access_key="x"
        ).create_bucket(Bucket="photos")
        yield endpoint
    finally:
        server.terminate()
        server.wait()


def _s3(endpoint: str, *, presign: bool = False) -> StoredBlobs:
    return s3_blobs(
        bucket="photos",
        secrets=[SECRET],
        endpoint=endpoint,
        access_key_id="x",
        secret_access_key="x",
        prefix=uuid4().hex,
        presign=presign,
    )


@pytest.fixture(params=["memory", "folder", "s3"])
def blobs(request: pytest.FixtureRequest, tmp_path: Path) -> Blobs:
    if request.param == "memory":
        return memory_blobs([SECRET])
    if request.param == "folder":
        return local_blobs(tmp_path / "blobs", [SECRET])
    return _s3(request.getfixturevalue("s3_endpoint"))


@pytest.mark.parametrize("content", [b"", b"x", os.urandom(300_000)], ids=["empty", "a byte", "300 kB"])
async def test_a_file_comes_back_as_it_was_put(blobs: Blobs, content: bytes) -> None:
    await blobs.put("a/b", content, "image/jpeg")

    assert await blobs.get("a/b") == content
    assert await blobs.size("a/b") == len(content)
    assert await blobs.exists("a/b")


async def test_a_large_file_streams_in_pieces(blobs: Blobs) -> None:
    content = os.urandom(6 * 1024 * 1024)
    await blobs.put("large", content, "image/png")

    pieces = [piece async for piece in blobs.stream("large")]

    assert b"".join(pieces) == content
    assert len(pieces) > 1


async def test_a_second_put_replaces_the_first(blobs: Blobs) -> None:
    await blobs.put("a", b"old and long", "image/png")
    await blobs.put("a", b"new", "image/png")

    assert await blobs.get("a") == b"new"


async def test_what_is_deleted_or_never_was_is_not_found(blobs: Blobs) -> None:
    await blobs.put("gone", b"x", "image/png")
    await blobs.delete("gone")
    await blobs.delete("gone")

    assert not await blobs.exists("gone")
    for ask in (blobs.get("gone"), blobs.size("never")):
        with pytest.raises(NotFound):
            await ask
    with pytest.raises(NotFound):
        async for _ in blobs.stream("never"):
            pass


BAD_KEYS = [
    "",
    "/",
    "..",
    "../x",
    "a/../b",
    "a//b",
    "/etc/passwd",
    "a/",
    "a/./b",
    "A",
    "a b",
    "a\0b",
    "a\\b",
    "ä",
    "a\n",
    "%2e%2e/x",
    "~",
    ".hidden",
    "a/.hidden",
    "a.b.c",
    "c:/x",
    "x" * 300,
    "a/b/c/d/e/f/g/h/i",
]


@pytest.mark.parametrize("key", BAD_KEYS)
async def test_a_key_that_could_leave_its_place_is_refused_by_every_method(tmp_path: Path, key: str) -> None:
    blobs = local_blobs(tmp_path / "inside", [SECRET])

    for act in (
        blobs.put_file(key, io.BytesIO(b"x"), "image/png"),
        blobs.put(key, b"x", "image/png"),
        blobs.get(key),
        blobs.delete(key),
        blobs.exists(key),
        blobs.size(key),
    ):
        with pytest.raises(Invalid):
            await act
    with pytest.raises(Invalid):
        await anext(blobs.stream(key))
    with pytest.raises(Invalid):
        blobs.signed_url(key, expires_at=NOW, content_type="image/png", viewer="v")
    assert os.listdir(tmp_path) == ["inside"]
    assert os.listdir(tmp_path / "inside") == []


def test_the_keys_that_photos_get_are_keys() -> None:
    key = blob_key(str(uuid4()), hashlib.sha256(b"photo").hexdigest(), "thumbnail", "image/webp")

    assert check_key(key) == key


def _asked(url: str) -> tuple[str, dict[str, str]]:
    parts = urlsplit(url)
    assert parts.path.startswith("/media/")
    return parts.path.removeprefix("/media/"), dict(parse_qsl(parts.query))


async def test_a_link_lets_its_viewer_see_its_object_until_it_expires(blobs: Blobs) -> None:
    url = blobs.signed_url("a/b", expires_at=NOW + timedelta(hours=1), content_type="image/webp", viewer="ann")
    key, query = _asked(url)

    grant = blobs.check_url(key, query, viewer="ann", now=NOW + timedelta(minutes=59))

    assert (grant.key, grant.content_type, grant.viewer) == ("a/b", "image/webp", "ann")
    with pytest.raises(Forbidden):
        blobs.check_url(key, query, viewer="ann", now=NOW + timedelta(hours=1))


@pytest.mark.parametrize(
    "change",
    [
        {"key": "a/c"},
        {"t": "text/html"},
        {"e": "99999999999"},
        {"e": "9" * 40},
        {"e": "soon"},
        {"v": "bob"},
        {"s": ""},
        {"s": "ä"},
        {"s": None},
        {"asker": "bob"},
        {"v": "bob", "asker": "bob"},
        {"method": "PUT"},
        {"secret": b"z" * 32},
    ],
)
def test_a_link_with_anything_changed_opens_nothing(change: dict[str, object]) -> None:
    url = memory_blobs([SECRET]).signed_url(
        "a/b", expires_at=NOW + timedelta(hours=1), content_type="image/webp", viewer="ann"
    )
    key, query = _asked(url)
    changed = {**query, **{name: value for name, value in change.items() if name in query}}
    sent = {name: str(value) for name, value in changed.items() if value is not None}

    with pytest.raises(Forbidden):
        check_link(
            [cast("bytes", change.get("secret", SECRET))],
            str(change.get("key", key)),
            sent,
            viewer=str(change.get("asker", "ann")),
            now=NOW,
            method=str(change.get("method", "GET")),
        )


def test_fields_cannot_be_shifted_into_each_other() -> None:
    """A viewer 'b' of type 'image/xa' and a viewer 'ab' of type 'image/x' must not share a signature."""
    blobs = memory_blobs([SECRET])
    one = _asked(blobs.signed_url("k", expires_at=NOW, content_type="image/xa", viewer="b"))[1]["s"]
    two = _asked(blobs.signed_url("k", expires_at=NOW, content_type="image/x", viewer="ab"))[1]["s"]

    assert one != two


def test_after_a_change_of_secret_old_links_work_until_the_old_secret_goes() -> None:
    old, new = b"o" * 32, b"n" * 32
    url = memory_blobs([old]).signed_url("a", expires_at=NOW + timedelta(1), content_type="image/png", viewer="v")
    key, query = _asked(url)

    assert memory_blobs([new, old]).check_url(key, query, viewer="v", now=NOW).key == "a"
    with pytest.raises(Forbidden):
        memory_blobs([new]).check_url(key, query, viewer="v", now=NOW)


def test_short_or_missing_secrets_stop_the_work() -> None:
    for secrets in ([], [b"short"]):
        with pytest.raises(AssertionError):
            memory_blobs(secrets).signed_url("a", expires_at=NOW, content_type="image/png", viewer="v")


async def test_a_stores_own_link_serves_the_file_with_its_type_and_no_credentials(s3_endpoint: str) -> None:
    blobs = _s3(s3_endpoint, presign=True)
    await blobs.put("a/photo", b"pixels", "image/webp")

    url = blobs.signed_url(
        "a/photo", expires_at=datetime.now(UTC) + timedelta(minutes=5), content_type="image/webp", viewer="v"
    )

    async with httpx.AsyncClient(trust_env=False) as client:
        answer = await client.get(url)
    assert url.startswith(s3_endpoint)
    assert (answer.status_code, answer.content) == (200, b"pixels")
    assert answer.headers["content-type"] == "image/webp"


async def test_many_files_at_once_all_arrive(blobs: Blobs) -> None:
    contents = {f"many/{number}": os.urandom(2000) for number in range(40)}

    await asyncio.gather(*(blobs.put(key, content, "image/png") for key, content in contents.items()))
    found = await asyncio.gather(*(blobs.get(key) for key in contents))

    assert dict(zip(contents, found, strict=True)) == contents


async def test_a_store_that_does_not_answer_is_unavailable_and_its_address_is_not_told() -> None:
    blobs = s3_blobs(
        bucket="photos",
        secrets=[SECRET],
        endpoint="http://127.0.0.1:9",
        access_key_id="x",
        secret_access_key="x",
        retries=0,
    )

    with pytest.raises(Unavailable) as caught:
        await blobs.get("a")
    assert "127.0.0.1" not in caught.value.message


async def test_the_folder_is_private(tmp_path: Path) -> None:
    folder = tmp_path / "blobs"
    local_blobs(folder, [SECRET])

    assert folder.stat().st_mode & 0o777 == 0o700


async def test_a_file_of_several_parts_is_kept_whole(blobs: Blobs, tmp_path: Path) -> None:
    """Twelve megabytes: stores that take large files in parts put them together again."""
    content = os.urandom(12 << 20)
    (tmp_path / "large").write_bytes(content)

    with (tmp_path / "large").open("rb") as file:
        await blobs.put_file("a1/imports/large", file, "application/octet-stream")

    assert await blobs.size("a1/imports/large") == len(content)
    assert b"".join([piece async for piece in blobs.stream("a1/imports/large")]) == content
