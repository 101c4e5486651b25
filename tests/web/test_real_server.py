"""The page over the server itself: what the made-up shop shows holds there too."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.serve.process.served import served_shop
from tests.web.conftest import DESKTOP, check_access, is_fault, see

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def address(trained_shop: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    shop = Path(shutil.copytree(trained_shop, tmp_path_factory.mktemp("served") / "shop"))
    with served_shop(shop) as server:
        yield server.address


@pytest.fixture
def page(browser: Any, address: str) -> Iterator[Any]:
    """A visitor's page; afterwards nothing was amiss on the console."""
    faults: list[str] = []
    context = browser.new_context(
        base_url=address, viewport=DESKTOP, service_workers="block", color_scheme="light"
    )
    opened = context.new_page()
    opened.on("pageerror", lambda error: faults.append(str(error)))
    opened.on("console", lambda line: faults.append(line.text) if is_fault(line) else None)
    yield opened
    context.close()
    assert not faults, faults


def names(page: Any) -> list[str]:
    shelf = page.get_by_role("list", name="Your shelf")
    shelf.wait_for()
    found: list[str] = shelf.locator(".tile-link").evaluate_all("all => all.map(a => a.href)")
    return found


def test_a_visitor_likes_and_the_shelf_becomes_theirs(page: Any) -> None:
    page.goto("/")
    page.get_by_role("heading", name="Popular right now").wait_for()
    before = names(page)
    page.get_by_role("button", name="Like ", exact=False).first.click()
    page.get_by_role("button", name="Show my new shelf").click()
    page.get_by_role("heading", name="For you").wait_for()
    assert names(page) != before
    see(page, "real-home", whole=False)


def test_a_known_shopper_is_told_why(page: Any) -> None:
    page.goto("/")
    names(page)
    page.get_by_role("button", name="Who is looking").click()
    page.get_by_role("button", name="Shopper 2 ").click()
    page.get_by_role("heading", name="For you").wait_for()
    page.get_by_role("dialog").wait_for(state="detached")
    page.locator(".tile-why", has_text=" ").first.wait_for()
    page.get_by_role("list", name="Your shelf").get_by_role("article").first.click()
    page.locator("details.why summary").first.click()
    page.get_by_text("For engineers").click()
    page.locator("details.why").get_by_role("table").wait_for()
    page.get_by_role("heading", name="Looks similar").wait_for()
    check_access(page, "item")
    see(page, "real-item", whole=False)


def test_search_by_words_with_facets(page: Any) -> None:
    page.goto("/find?q=black")
    found = page.get_by_role("list", name="What was found")
    found.wait_for()
    colours = found.locator(".tile-facts span:first-child").all_inner_texts()
    assert "Black" in colours[0]
    page.get_by_role("checkbox").first.check()
    page.locator(".chips .chip").wait_for()
    found.wait_for()


def test_a_shop_that_sees_nothing_says_so_to_a_photo(page: Any) -> None:
    from tests.serve.conftest import picture_bytes

    page.goto("/photo")
    page.locator("input[type=file]").first.set_input_files(
        {"name": "p.jpg", "mimeType": "image/jpeg", "buffer": picture_bytes((300, 400))}
    )
    page.get_by_role("alert").first.wait_for()
    page.get_by_role("button", name="Try again").wait_for()


def test_the_lab_opens(page: Any) -> None:
    page.goto("/lab")
    page.get_by_role("heading", name="Features and order").wait_for()
    check_access(page, "lab")
