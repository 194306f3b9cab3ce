"""An owner makes a signing key in the console, a program signs with it, and the owner takes it back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError
from playwright.sync_api import expect

from journey import Served, Visitor

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("journeys")]


def said(url: str, access_key: str, secret: str) -> str:
    """What the server answers to a request signed with these."""
    client: Any = boto3.client(
        "mturk",
        endpoint_url=f"{url}/mturk",
        region_name="us-east-1",
        aws_access_key_id=access_key,
        aws_secret_access_key=secret,
        config=Config(retries={"total_max_attempts": 1, "mode": "standard"}),
    )
    with pytest.raises(ClientError) as error:
        client.get_file_upload_url(AssignmentId="3A", QuestionIdentifier="photo")
    return str(error.value)


def test_a_key_is_made_used_and_revoked(served: Served, visit: Callable[..., Visitor]) -> None:
    page = visit("Olga Owner").page
    page.goto(f"{served.url}/console/organization/keys")
    expect(page.get_by_text(f"{served.url}/mturk")).to_be_visible()

    page.get_by_role("button", name="New signing key").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Name").fill("Nightly batch")
    dialog.get_by_role("button", name="Create").click()
    secret = page.get_by_label("Secret access key").input_value()
    access_key = page.get_by_label("Access key", exact=True).input_value()
    page.get_by_role("button", name="I have copied it").click()

    assert "withdrawn" in said(served.url, access_key, secret)
    row = page.get_by_role("row").filter(has_text="Nightly batch")
    expect(row).to_contain_text(access_key)
    row.get_by_role("button", name="Revoke").click()
    page.get_by_role("dialog").get_by_role("button", name="Revoke").click()
    expect(row).to_contain_text("revoked")
    assert "UnrecognizedClientException" in said(served.url, access_key, secret)
