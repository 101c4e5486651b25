"""Whatever the server does, the page says what is and what to do."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.web.conftest import DESKTOP, PHONE, check_access, see, until
from tests.web.fake_shop import FakeShop

pytestmark = pytest.mark.browser
Open = Callable[..., Any]


@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("/", "home"),
        ("/find?q=black%20dres&f=pattern%3DSolid", "search"),
        ("/item/0000500001", "item"),
    ],
)
def test_loading_keeps_the_space_and_nothing_jumps(
    open_page: Open, shop: FakeShop, path: str, name: str, size: dict[str, int]
) -> None:
    shop.delays = {"/facets": [0.6], "/items": [0.9], "/": [1.2]}
    page = open_page(path, viewport=size)
    page.get_by_role("img", name="Loading").first.wait_for()
    see(page, f"loading-{name}", whole=False)
    page.get_by_role("article").first.wait_for()
    page.wait_for_load_state("networkidle")
    assert layout_shift(page) <= 0.02


def layout_shift(page: Any) -> float:
    shift: float = page.evaluate(
        """() => new Promise(done => {
          let all = 0;
          new PerformanceObserver(list => {
            for (const e of list.getEntries()) if (!e.hadRecentInput) all += e.value;
          }).observe({type: 'layout-shift', buffered: true});
          setTimeout(() => done(all), 200);
        })"""
    )
    return shift


def test_an_error_is_told_with_its_remedy_and_can_be_tried_again(
    open_page: Open, shop: FakeShop
) -> None:
    shop.faults["/recommendations"] = (503, "the model is being read", "ask again in a minute")
    page = open_page("/")
    page.get_by_text("The model is being read").first.wait_for()
    page.get_by_text("Ask again in a minute").first.wait_for()
    check_access(page, "error")
    see(page, "error")
    shop.faults.clear()
    page.get_by_role("button", name="Try again").first.click()
    page.get_by_role("list", name="Your shelf").wait_for()


def test_too_many_requests_wait_and_go_on_by_themselves(open_page: Open, shop: FakeShop) -> None:
    shop.faults["/search"] = (429, "too many searches", "wait a moment")
    page = open_page("/find?q=black")
    page.get_by_text("Too many searches").wait_for()
    page.get_by_role("button", name="Try again (in ").wait_for()
    see(page, "too-many")
    shop.faults.clear()
    page.get_by_role("list", name="What was found").wait_for()


def test_results_stay_when_the_next_question_fails(open_page: Open, shop: FakeShop) -> None:
    page = open_page("/find?q=black")
    page.get_by_role("list", name="What was found").wait_for()
    shop.faults["/search"] = (500, "something broke", "try again")
    box = page.get_by_role("combobox", name="Search the shop")
    box.fill("white")
    box.press("Enter")
    page.get_by_text("Something broke").wait_for()
    assert page.locator(".results article").count() > 1
    assert box.input_value() == "white"


def test_a_degraded_answer_says_so_in_one_line(open_page: Open, shop: FakeShop) -> None:
    shop.degraded = ["the encoder took too long: words alone were searched"]
    page = open_page("/find?q=black")
    page.get_by_text("words alone were searched").wait_for()
    check_access(page, "degraded")
    see(page, "degraded")


def test_an_unknown_visitor_is_told_that_it_is_what_is_popular(
    open_page: Open, shop: FakeShop
) -> None:
    shop.fallback = True
    page = open_page("/")
    page.get_by_role("heading", name="Popular right now").wait_for()
    page.get_by_text("this shelf becomes yours").wait_for()


def test_a_shop_without_lists_says_what_makes_them(open_page: Open, shop: FakeShop) -> None:
    shop.empty = True
    page = open_page("/")
    page.get_by_text("modiste train").wait_for()
    check_access(page, "empty shelf")
    see(page, "empty-shelf")


def test_nothing_found_offers_a_way_on(open_page: Open, shop: FakeShop) -> None:
    page = open_page("/find?q=zzz&f=pattern%3DSolid")
    page.get_by_role("heading", name="Nothing was found").wait_for()
    check_access(page, "nothing found")
    see(page, "nothing-found")
    page.get_by_role("button", name="Remove all filters").click()
    page.wait_for_url("**/find?q=zzz")
    page.get_by_role("link", name="search by a photo").wait_for()


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("/item/no-such", "This item is not in the shop"),
        ("/no/such/page", "There is no such page"),
        ("/liked", "Nothing liked yet"),
        ("/basket", "Your basket is empty"),
    ],
)
def test_empty_places_lead_on(open_page: Open, path: str, said: str) -> None:
    page = open_page(path)
    page.get_by_role("heading", name=said).wait_for()
    check_access(page, path)
    see(page, "empty" + path.replace("/", "-"))
    page.get_by_role("main").get_by_role("link").first.wait_for()


def test_a_shop_on_a_network_asks_for_its_key(open_page: Open, shop: FakeShop) -> None:
    shop.key = "made-up-key"
    page = open_page("/")
    page.get_by_role("heading", name="This shop asks for a key").wait_for()
    check_access(page, "key")
    see(page, "key")
    page.get_by_label("Key").fill("wrong")
    page.get_by_role("button", name="Enter").click()
    page.get_by_role("alert").wait_for()
    page.get_by_label("Key").fill("made-up-key")
    page.get_by_role("button", name="Enter").click()
    page.get_by_role("list", name="Your shelf").wait_for()
    page.reload()
    page.get_by_role("list", name="Your shelf").wait_for()


def test_texts_of_the_shop_are_shown_as_texts(open_page: Open, shop: FakeShop) -> None:
    shop.items[0].name = "<img src=x onerror=alert(1)> & <b>coat</b>"
    page = open_page(f"/item/{shop.items[0].id}")
    page.get_by_role("heading", name="<img src=x onerror=alert(1)> & <b>coat</b>").wait_for()


def test_events_that_could_not_go_are_sent_later_once(open_page: Open, shop: FakeShop) -> None:
    shop.faults["/events"] = (503, "busy", "later")
    page = open_page("/")
    page.get_by_role("button", name="Like ", exact=False).first.click()
    page.wait_for_timeout(700)
    assert shop.events == []
    page.reload()
    shop.faults.clear()
    page.get_by_role("list", name="Your shelf").wait_for()
    until(page, lambda: [event["kind"] for event in shop.events], ["like"])


def test_events_that_are_refused_for_their_form_do_not_block_the_rest(
    open_page: Open, shop: FakeShop
) -> None:
    shop.faults["/events"] = (422, "no such item", "send others")
    page = open_page("/")
    page.get_by_role("button", name="Like ", exact=False).nth(0).click()
    page.wait_for_timeout(700)
    shop.faults.clear()
    page.get_by_role("button", name="Like ", exact=False).nth(1).click()
    until(page, lambda: [event["kind"] for event in shop.events], ["like"])
