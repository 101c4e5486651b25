"""The lab shows an engineer what the models reach and how one list comes about."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.web.conftest import DESKTOP, check_access, see, sideways
from tests.web.fake_shop import FakeShop

pytestmark = pytest.mark.browser
Open = Callable[..., Any]


@pytest.mark.parametrize("size", [DESKTOP, {"width": 320, "height": 640}], ids=["wide", "narrow"])
def test_every_part_is_drawn_and_open_to_all(
    open_page: Open, shop: FakeShop, size: dict[str, int]
) -> None:
    page = open_page("/lab", viewport=size)
    for title in (
        "Releases and their figures over time",
        "Models",
        "Candidate ledger",
        "Features",
        "One user, step by step",
        "Search",
        "Faults of the catalogue",
    ):
        page.get_by_role("heading", name=title, exact=True).wait_for()
    page.get_by_role("heading", name="Features and order").wait_for()
    plots = page.locator(".plot canvas")
    assert plots.count() == 5
    for n in range(plots.count()):
        assert plots.nth(n).get_attribute("aria-label")
        drawn = plots.nth(n).evaluate(
            "c => c.getContext('2d').getImageData(0, 0, c.width, c.height).data.some(v => v > 0)"
        )
        assert drawn, f"plot {n} is empty"
    assert sideways(page) == 0
    check_access(page, "lab")
    see(page, f"lab-{size['width']}")


def test_another_user_can_be_followed(open_page: Open, shop: FakeShop) -> None:
    page = open_page("/lab", viewport=DESKTOP)
    page.get_by_role("heading", name="Features and order").wait_for()
    page.get_by_label("A known user").select_option("user-2")
    page.get_by_label("Or an id").fill("nobody")
    page.get_by_role("button", name="Show", exact=True).click()
    page.get_by_role("alert").wait_for()
    asked = [path for _, path, _ in shop.asked if path.startswith("/lab-data/users/")]
    assert asked[-2:] == ["/lab-data/users/user-2", "/lab-data/users/nobody"]


def test_what_was_not_measured_is_said(open_page: Open, shop: FakeShop) -> None:
    whole = shop.lab()
    bare = whole.model_copy(
        update={"models": None, "search": [], "faults": [], "courses": [], "releases": []}
    )
    shop.lab = lambda: bare  # type: ignore[method-assign]
    page = open_page("/lab")
    page.get_by_text("modiste evaluate predicts past weeks").wait_for()
    page.get_by_text("modiste train makes one").wait_for()
    page.get_by_text("modiste evaluate-search asks").wait_for()
    page.get_by_text("None: every item has a name").wait_for()
