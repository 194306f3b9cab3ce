"""boto3's client of the other dialect, to be awaited: it is synchronous, and the server answers on the tests' loop."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from assay.services.signing_keys import MadeKey


@dataclass(frozen=True)
class Requester:
    """``await requester.get_hit(HITId=…)`` is the body of the answer, without what botocore adds to it."""

    client: Any
    key: MadeKey
    url: str

    @classmethod
    def at(cls, url: str, key: MadeKey) -> Requester:
        client = boto3.client(
            "mturk",
            endpoint_url=url,
            region_name="us-east-1",
            aws_access_key_id=key.access_key,
            aws_secret_access_key=key.secret,
            aws_session_token=key.session_token,
            # A refusal is looked at as it comes, and not asked for again.
            config=Config(retries={"mode": "standard", "total_max_attempts": 1}),
        )
        return cls(client, key, url)

    def __getattr__(self, name: str) -> Callable[..., Awaitable[dict[str, Any]]]:
        method = getattr(self.client, name)

        async def call(**named: Any) -> dict[str, Any]:
            told: dict[str, Any] = await asyncio.to_thread(method, **named)
            told.pop("ResponseMetadata")
            return told

        return call

    async def refused(self, name: str, **named: Any) -> Refusal:
        """What the server says to what it does not do."""
        with pytest.raises(ClientError) as error:
            await getattr(self, name)(**named)
        told: Any = error.value.response
        return Refusal(
            told["Error"]["Code"],
            told["Error"]["Message"],
            told.get("TurkErrorCode"),
            told["ResponseMetadata"]["HTTPStatusCode"],
        )


@dataclass(frozen=True)
class Refusal:
    kind: str
    message: str
    code: str | None
    status: int
