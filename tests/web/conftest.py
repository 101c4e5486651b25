"""A fake shop and a real browser."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.web.fake_shop import FakeShop, serve

HERE = Path(__file__).parent
SCREENSHOTS = HERE / "screenshots"
AXE = HERE.parents[1] / "web" / "node_modules" / "axe-core" / "axe.min.js"
CHROMIUM = os.environ.get("MODISTE_CHROMIUM") or shutil.which("chromium") or ""
PHONE = {"width": 390, "height": 844}
DESKTOP = {"width": 1280, "height": 800}
LEVELS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]

Page = Any
"""playwright.sync_api.Page: the package is loaded where a browser is there only."""


@pytest.fixture
def shop_address() -> Iterator[tuple[FakeShop, str]]:
    """A test's own shop and its address: what a page sends as it closes reaches no other test."""
    shop = FakeShop()
    for address in serve(shop):
        yield shop, address


@pytest.fixture
def shop(shop_address: tuple[FakeShop, str]) -> FakeShop:
    return shop_address[0]


@pytest.fixture
def address(shop_address: tuple[FakeShop, str]) -> str:
    return shop_address[1]


@pytest.fixture(scope="session")
def playwright() -> Iterator[Any]:
    if not CHROMIUM:
        pytest.skip("no chromium: install Debian's, or name one by MODISTE_CHROMIUM")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as driver:
        yield driver


@pytest.fixture(scope="session")
def browser(playwright: Any) -> Iterator[Any]:
    """Chromium with a made-up camera."""
    launched = playwright.chromium.launch(
        executable_path=CHROMIUM,
        args=[
            "--no-sandbox",
            "--use-fake-device-for-media-stream",
            "--use-fake-ui-for-media-stream",
        ],
    )
    yield launched
    launched.close()


@pytest.fixture
def open_page(browser: Any, shop: FakeShop, address: str) -> Iterator[Callable[..., Page]]:
    """Open the page at a path; afterwards there must be no fault on the console."""
    contexts = []
    faults: list[str] = []

    def opened(path: str = "/", **options: Any) -> Page:
        options = {"viewport": PHONE, "service_workers": "block", "locale": "en-GB"} | options
        context = browser.new_context(base_url=address, **options)
        context.set_default_timeout(30_000)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on("console", lambda line: faults.append(line.text) if is_fault(line) else None)
        page.on("request", lambda request: hosts.add(request.url.split("/")[2]))
        page.goto(path)
        return page

    hosts: set[str] = set()
    yield opened
    for context in contexts:
        context.close()
    assert not faults, faults
    assert {host.partition(":")[0] for host in hosts if host} <= {"127.0.0.1"}


def is_fault(line: Any) -> bool:
    """Chromium tells of every answer that is no success, as some tests order them."""
    ordered = "Failed to load resource" in line.text
    return line.type == "error" and not ordered


def until(page: Page, look: Callable[[], Any], wanted: Any) -> None:
    """Wait until something is so: on the server's side, or where Playwright has no wait of its own.

    A busy machine may need seconds for what takes none, so the wait is long; it ends when it is so.
    """
    end = time.monotonic() + 20
    while (seen := look()) != wanted and time.monotonic() < end:
        page.wait_for_timeout(50)
    assert seen == wanted


def see(page: Page, name: str, *, whole: bool = True) -> None:
    """Keep a screenshot."""
    SCREENSHOTS.mkdir(exist_ok=True)
    page.wait_for_timeout(350)
    page.screenshot(path=SCREENSHOTS / f"{name}.png", full_page=whole)


def check_access(page: Page, name: str = "") -> None:
    """Ask axe whether anybody is kept out of what is shown, by light and by dark."""
    if not AXE.is_file():
        pytest.skip("no axe-core: run npm ci in web/")
    session = page.context.new_cdp_session(page)
    session.send("Runtime.evaluate", {"expression": AXE.read_text(encoding="utf-8")})
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        page.wait_for_timeout(120)
        found = page.evaluate(
            "levels => axe.run({runOnly: {type: 'tag', values: levels}}).then(r => r.violations)",
            LEVELS,
        )
        told = [
            f"{name} {scheme}: {one['id']}: {node['html'][:200]} {node['failureSummary'][:300]}"
            for one in found
            for node in one["nodes"][:3]
        ]
        assert not told, "\n".join(told)
    page.emulate_media(color_scheme="light")


def sideways(page: Page) -> int:
    """How many pixels the page can be scrolled sideways."""
    width: int = page.evaluate(
        "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    )
    return width
