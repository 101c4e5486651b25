"""Without a connection the page opens with what was seen last, and what was done goes later."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.web.conftest import CHROMIUM, PHONE, check_access, see, until
from tests.web.fake_shop import FakeShop

pytestmark = pytest.mark.browser


@pytest.fixture
def installed(browser: Any, shop_address: tuple[FakeShop, str]) -> Iterator[tuple[Any, FakeShop]]:
    """The page after a first visit, its service worker at work."""
    shop, address = shop_address
    context = browser.new_context(base_url=address, viewport=PHONE)
    page = context.new_page()
    page.goto("/")
    page.get_by_role("list", name="Your shelf").wait_for()
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    until(page, lambda: page.evaluate("Boolean(navigator.serviceWorker.controller)"), True)
    page.reload()
    page.get_by_role("list", name="Your shelf").wait_for()
    page.wait_for_load_state("networkidle")
    yield page, shop
    context.close()


def test_offline_the_shelf_opens_with_its_pictures(installed: tuple[Any, FakeShop]) -> None:
    page, _ = installed
    page.context.set_offline(True)
    page.reload()
    page.get_by_role("list", name="Your shelf").wait_for()
    page.get_by_text("You are offline. What you see was kept at").wait_for()
    loaded = "[...document.images].slice(0, 4).every(i => i.complete && i.naturalWidth > 0)"
    until(page, lambda: page.evaluate(loaded), True)
    check_access(page, "offline")
    see(page, "offline-shelf", whole=False)


def test_offline_every_page_opens_and_says_what_is(installed: tuple[Any, FakeShop]) -> None:
    page, _ = installed
    page.context.set_offline(True)
    page.goto("/photo")
    page.get_by_role("heading", name="Search by photo").wait_for()
    page.goto("/find?q=black")
    page.get_by_role("main").get_by_text("You are offline.").wait_for()
    assert page.locator(".count, .sort, .narrow-opener, .narrow-side").count() == 0
    see(page, "offline-search", whole=False)
    page.goto("/basket")
    page.get_by_role("heading", name="Your basket is empty").wait_for()


def test_what_was_done_offline_is_sent_once_online(installed: tuple[Any, FakeShop]) -> None:
    page, shop = installed
    page.context.set_offline(True)
    page.get_by_role("button", name="Like ", exact=False).first.click()
    page.wait_for_timeout(600)
    assert shop.events == []
    page.reload()
    page.get_by_role("list", name="Your shelf").wait_for()
    page.context.set_offline(False)
    until(page, lambda: [event["kind"] for event in shop.events], ["like"])
    page.wait_for_timeout(500)
    assert len(shop.events) == 1


def test_another_shopper_finds_nothing_of_the_last_one(installed: tuple[Any, FakeShop]) -> None:
    page, _ = installed
    page.get_by_role("button", name="Who is looking").click()
    page.get_by_role("button", name="Shopper 2").click()
    page.wait_for_load_state("networkidle")
    kept = page.evaluate("caches.open('answers').then(c => c.keys()).then(k => k.map(r => r.url))")
    assert not [url for url in kept if "visitor-" in url]


def test_answers_are_never_the_shell(installed: tuple[Any, FakeShop]) -> None:
    page, _ = installed
    shells = page.evaluate(
        """caches.keys().then(names => names.filter(name => name.startsWith('shell-')))"""
    )
    assert len(shells) == 1
    kept = page.evaluate(
        """name => caches.open(name).then(c => c.keys())
          .then(kept => kept.map(one => new URL(one.url).pathname))""",
        shells[0],
    )
    assert "/" in kept
    assert all(path == "/" or path.startswith(("/assets/", "/icons/")) for path in kept)


def test_the_page_can_be_installed(
    playwright: Any, shop_address: tuple[FakeShop, str], tmp_path: Path
) -> None:
    context = playwright.chromium.launch_persistent_context(
        tmp_path, executable_path=CHROMIUM, args=["--no-sandbox"], viewport=None
    )
    page = context.pages[0]
    page.goto(shop_address[1])
    page.get_by_role("list", name="Your shelf").wait_for()
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    session = context.new_cdp_session(page)
    told = session.send("Page.getInstallabilityErrors")["installabilityErrors"]
    context.close()
    assert told == []
