"""A real server in a process of its own, people to sign in, and a real Chromium.

Journeys need the built pages (scripts/setup web) and Chromium; without either they are skipped, loudly.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, expect, sync_playwright

from journey import CHROMIUM_FLAGS, ROOT, Served, Visitor, serving


@pytest.fixture(scope="session")
def served() -> Iterator[Served]:
    with serving() as found:
        yield found


# Playwright keeps an event loop running in this thread for as long as it is open, and no async test can run beside it:
# so a browser lives for one module.
@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    executable = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    if executable is None:
        pytest.skip("Chromium is not installed (Debian: apt-get install chromium)")
    if not (ROOT / "src/assay/static/apps/worker/index.html").exists():
        pytest.skip("the pages are not built (scripts/setup web)")
    # Two cores run the server, the database, the browser and another test process.
    expect.set_options(timeout=20_000)
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=executable, args=CHROMIUM_FLAGS)
        yield chromium
        chromium.close()


@pytest.fixture
def visit(served: Served, browser: Browser) -> Iterator[Any]:
    """`visit("Ada Annotator")` opens a browser of her own and signs her in by link."""
    contexts: list[BrowserContext] = []
    visitors: list[Visitor] = []

    def arrive(name: str, **options: Any) -> Visitor:
        context = browser.new_context(**{"viewport": {"width": 1440, "height": 900}, **options})
        contexts.append(context)
        page = context.new_page()
        visitor = Visitor(context, page, [])
        page.on("pageerror", lambda error: visitor.complaints.append(str(error)))
        page.on(
            "console",
            lambda said: visitor.complaints.append(said.text) if "Content Security Policy" in said.text else None,
        )
        page.goto(served.link(name))
        page.wait_for_url(lambda url: "/sign-in" not in url)
        visitors.append(visitor)
        return visitor

    yield arrive
    for context in contexts:
        context.close()
    assert [complaint for visitor in visitors for complaint in visitor.complaints] == []
