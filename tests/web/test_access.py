"""Everybody gets in: by keyboard alone, enlarged, in 320 pixels, by a reader, in light and dark."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.web.conftest import DESKTOP, PHONE, check_access, see, sideways, until
from tests.web.fake_shop import FakeShop

pytestmark = pytest.mark.browser
Open = Callable[..., Any]
PATHS = ("/", "/find?q=black&f=pattern%3DSolid", "/item/0000500001", "/photo", "/lab")
NARROW = {"width": 320, "height": 640}
ENLARGED = {"width": 640, "height": 400}
"""1280 × 800 at 200 %."""


@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
@pytest.mark.parametrize("path", PATHS)
def test_axe_finds_nothing(open_page: Open, path: str, size: dict[str, int]) -> None:
    page = open_page(path, viewport=size)
    page.get_by_role("heading", level=1).wait_for()
    page.wait_for_load_state("networkidle")
    check_access(page, path)


@pytest.mark.parametrize("size", [NARROW, ENLARGED], ids=["320px", "200percent"])
@pytest.mark.parametrize("path", PATHS)
def test_nothing_is_lost_when_narrow_or_enlarged(
    open_page: Open, path: str, size: dict[str, int]
) -> None:
    page = open_page(path, viewport=size)
    page.get_by_role("heading", level=1).wait_for()
    page.wait_for_load_state("networkidle")
    assert sideways(page) == 0
    see(page, f"{size['width']}px{path.split('?')[0].replace('/', '-')}")


@pytest.mark.parametrize("path", PATHS)
def test_targets_are_large_enough(open_page: Open, path: str) -> None:
    page = open_page(path)
    page.get_by_role("heading", level=1).wait_for()
    page.wait_for_load_state("networkidle")
    small = page.evaluate(
        """() => [...document.querySelectorAll('button, a, input, select, summary')]
          .filter(e => e.checkVisibility({opacityProperty: true}) && !e.closest('p, .file, label'))
          .filter(e => !e.classList.contains('unseen') && !e.classList.contains('skip'))
          .map(e => [e.outerHTML.slice(0, 90), e.getBoundingClientRect()])
          .filter(([, box]) => box.width < 24 || box.height < 24)
          .map(([html]) => html)"""
    )
    assert small == []


def test_the_whole_way_by_keyboard(open_page: Open, shop: FakeShop) -> None:
    page = open_page("/", viewport=DESKTOP)
    page.get_by_role("list", name="Your shelf").wait_for()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent").strip() == "Skip to the content"
    page.keyboard.press("/")
    page.keyboard.type("black")
    page.keyboard.press("Enter")
    page.get_by_role("list", name="What was found").wait_for()
    tab_to(page, "input[type=checkbox]")
    page.keyboard.press("Space")
    page.locator(".chips .chip").wait_for()
    tab_to(page, ".results .tile-link")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Add to basket").wait_for()
    until(page, lambda: page.evaluate("document.activeElement.tagName"), "H1")
    tab_to(page, ".item-facts .button.grow")
    page.keyboard.press("Enter")
    page.get_by_role("link", name="Basket 1").wait_for()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert (
        page.get_by_role("button", name="Like", exact=True).get_attribute("aria-pressed") == "true"
    )
    page.locator("a.way[href='/basket']").focus()
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Place the order").wait_for()
    until(page, lambda: page.evaluate("document.activeElement.tagName"), "H1")
    tab_to(page, ".sum .button")
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="Thank you").wait_for()


def tab_to(page: Any, selector: str) -> None:
    """Press Tab until something is in focus; every stop on the way must be seen."""
    for _ in range(90):
        page.keyboard.press("Tab")
        there, seen = page.evaluate(
            """selector => {
              const e = document.activeElement, box = e.getBoundingClientRect();
              const x = box.left + box.width / 2, y = box.top + Math.min(box.height / 2, 20);
              const top = document.elementFromPoint(x, y);
              const seen = !top || e.contains(top) || top.contains(e);
              return [e.matches(selector), seen];
            }""",
            selector,
        )
        assert seen, f"covered: {page.evaluate('document.activeElement.outerHTML')[:200]}"
        if there:
            return
    raise AssertionError(f"{selector} is not reached by Tab")


def test_a_sheet_holds_the_focus_and_gives_it_back(open_page: Open) -> None:
    page = open_page("/")
    opener = page.get_by_role("button", name="Who is looking")
    opener.focus()
    page.keyboard.press("Enter")
    page.get_by_role("dialog").wait_for()
    check_access(page, "account")
    page.keyboard.press("Escape")
    page.get_by_role("dialog").wait_for(state="detached")
    assert "Who is looking" in page.evaluate("document.activeElement.textContent")


def test_nothing_moves_for_who_asked_for_stillness(open_page: Open) -> None:
    page = open_page("/", reduced_motion="reduce")
    page.get_by_role("button", name="Like ", exact=False).first.click()
    page.locator(".toast").wait_for()
    assert page.locator(".toast").evaluate("e => getComputedStyle(e).animationName") == "none"


def test_the_count_of_results_is_told_to_readers(open_page: Open) -> None:
    page = open_page("/find?q=black")
    page.locator("[role=status].count", has_text="products").wait_for()
    assert page.evaluate("document.documentElement.lang") == "en"
