"""Photos' bytes: in memory, in a local folder, or in any store that speaks S3.

One implementation over three stores. Links are our own by default (the bytes then pass through our server, which
checks that the viewer may still look); a store that can sign may hand out its own instead, which saves our server
the bytes and cannot be taken back before it expires.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Final

from obstore import delete_async, get_async, head_async, put_async, sign
from obstore.exceptions import BaseError
from obstore.exceptions import NotFoundError as ObjectNotFound
from obstore.store import LocalStore, MemoryStore, S3Store

from assay.core.errors import NotFound, Unavailable
from assay.core.media_links import Grant, check_key, check_link, signed_query

if TYPE_CHECKING:
    from collections.abc import Iterator

    from obstore import Attributes
    from obstore.store import ObjectStore

_STREAM_BYTES: Final = 256 * 1024
_PRESIGNED_SECONDS_MAX: Final = 7 * 24 * 3600


class StoredBlobs:
    """The port ``Blobs`` over a store. Use ``memory_blobs``, ``local_blobs`` or ``s3_blobs``.

    ``secrets``: the first signs links, all are accepted. ``base``: where our server serves links.
    """

    def __init__(
        self,
        store: ObjectStore,
        secrets: Sequence[bytes],
        *,
        base: str = "/media",
        presign: bool = False,
        folder: Path | None = None,
    ) -> None:
        self._store = store
        self._folder = folder
        self._secrets = tuple(secrets)
        self._base = base.rstrip("/")
        self._presigner = store if presign and isinstance(store, S3Store) else None

    async def put(self, key: str, content: bytes, content_type: str) -> None:
        # A folder keeps no types; a link says what a file is served as, so only stores that serve need it.
        attributes: Attributes | None = None if self._folder else {"Content-Type": content_type}
        with _spoken(key):
            await put_async(self._store, check_key(key), content, attributes=attributes)
            if self._folder is not None:
                await asyncio.to_thread(_flush, self._folder, key)

    async def put_file(self, key: str, file: BinaryIO, content_type: str) -> None:
        attributes: Attributes | None = None if self._folder else {"Content-Type": content_type}
        with _spoken(key):
            await put_async(self._store, check_key(key), file, attributes=attributes)
            if self._folder is not None:
                await asyncio.to_thread(_flush, self._folder, key)

    async def get(self, key: str) -> bytes:
        with _spoken(key):
            found = await get_async(self._store, check_key(key))
            return bytes(await found.bytes_async())

    async def stream(self, key: str) -> AsyncIterator[bytes]:
        with _spoken(key):
            found = await get_async(self._store, check_key(key))
            async for piece in found.stream(min_chunk_size=_STREAM_BYTES):
                whole = memoryview(piece)  # a store in memory hands over everything at once
                for at in range(0, len(whole), _STREAM_BYTES):
                    yield bytes(whole[at : at + _STREAM_BYTES])

    async def delete(self, key: str) -> None:
        try:
            with _spoken(key):
                await delete_async(self._store, check_key(key))
        except NotFound:
            return

    async def exists(self, key: str) -> bool:
        try:
            await self.size(key)
        except NotFound:
            return False
        return True

    async def size(self, key: str) -> int:
        with _spoken(key):
            return int((await head_async(self._store, check_key(key)))["size"])

    def signed_url(self, key: str, *, expires_at: datetime, content_type: str, viewer: str) -> str:
        query = signed_query(self._secrets, key, expires_at=expires_at, content_type=content_type, viewer=viewer)
        if self._presigner is None:
            return f"{self._base}/{query}"
        seconds = (expires_at - datetime.now(UTC)).total_seconds()
        life = timedelta(seconds=min(max(seconds, 1), _PRESIGNED_SECONDS_MAX))
        with _spoken(key):
            return str(sign(self._presigner, "GET", key, life))

    def check_url(self, key: str, query: Mapping[str, str], *, viewer: str, now: datetime) -> Grant:
        return check_link(self._secrets, key, query, viewer=viewer, now=now)


def memory_blobs(secrets: Sequence[bytes], *, base: str = "/media") -> StoredBlobs:
    """Forgotten with the process."""
    return StoredBlobs(MemoryStore(), secrets, base=base)


def local_blobs(folder: Path, secrets: Sequence[bytes], *, base: str = "/media") -> StoredBlobs:
    """Files under ``folder``, which is made (mode 0700) if it is not there."""
    if not folder.exists():
        folder.mkdir(parents=True)
        folder.chmod(0o700)
    if not os.access(folder, os.W_OK):
        raise Unavailable(f"{folder} cannot be written: make it writable, or set ASSAY_HOME to another folder")
    return StoredBlobs(LocalStore(folder.resolve()), secrets, base=base, folder=folder.resolve())


def s3_blobs(
    *,
    bucket: str,
    secrets: Sequence[bytes],
    endpoint: str | None = None,
    region: str = "us-east-1",
    access_key_id: str | None = None,
    secret_access_key: str | None = None,
    prefix: str | None = None,
    presign: bool = False,
    retries: int = 3,
    base: str = "/media",
) -> StoredBlobs:
    """A bucket. Without keys the machine's own role is used. ``endpoint`` names a store that is not Amazon's; plain
    http is accepted only where the endpoint says http. ``presign=True`` hands out the store's links."""
    store = S3Store(
        bucket,
        prefix=prefix,
        config={
            "region": region,
            **({"endpoint": endpoint} if endpoint else {}),
            **({"access_key_id": access_key_id} if access_key_id else {}),
            **({"secret_access_key": secret_access_key} if secret_access_key else {}),
        },
        client_options={
            "allow_http": bool(endpoint and endpoint.startswith("http://")),
            "timeout": timedelta(seconds=60),
            "connect_timeout": timedelta(seconds=5),
        },
        retry_config={"max_retries": retries, "retry_timeout": timedelta(seconds=30)},
    )
    return StoredBlobs(store, secrets, base=base, presign=presign)


def _flush(root: Path, key: str) -> None:
    """To the disk, with every folder on the way: the database says the photo is here, and must be right after a
    power cut too."""
    path = root / key
    for place in (path, *path.parents):
        descriptor = os.open(place, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        if place == root:
            return


@contextmanager
def _spoken(key: str) -> Iterator[None]:
    """A store's errors in our words; its own may name hosts, buckets and keys, which are nobody else's business."""
    try:
        yield
    except (ObjectNotFound, FileNotFoundError):
        raise NotFound(f"There is no file {key}.") from None
    except (BaseError, OSError, ValueError) as error:
        raise Unavailable("The file store did not answer as it should; try again.") from error
