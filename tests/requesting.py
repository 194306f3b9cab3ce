"""boto3's client of the other dialect, to be awaited: it is synchronous, and the server answers on the tests' loop."""

from __future__ import annotations

import asyncio
import json
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
            config=Config(retries={"mode": "standard", "total_max_attempts": 1}, read_timeout=200),
        )
        client.meta.events.register("before-parse.mturk", _check_body)
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


def _check_body(operation_model: Any, response_dict: dict[str, Any], **_: Any) -> None:
    """The library passes over what it does not know; here an answer holds nothing but what the model says."""
    if response_dict["status_code"] == 200:
        _check_shape(operation_model.output_shape, json.loads(response_dict["body"]), operation_model.name)


def _check_shape(shape: Any, told: Any, path: str) -> None:
    kinds = {"string": str, "integer": int, "long": int, "boolean": bool, "timestamp": int | float}
    if shape.type_name == "structure":
        unknown = set(told) - set(shape.members)
        assert not unknown, f"{path} has {unknown}"
        for name, value in told.items():
            _check_shape(shape.members[name], value, f"{path}.{name}")
    elif shape.type_name == "list":
        for one in told:
            _check_shape(shape.member, one, f"{path}[]")
    else:
        assert isinstance(told, kinds[shape.type_name]), f"{path} is {told!r}"
        choices = shape.metadata.get("enum", [])
        assert not choices or told in choices, f"{path} is {told!r}"


@dataclass(frozen=True)
class Refusal:
    kind: str
    message: str
    code: str | None
    status: int
