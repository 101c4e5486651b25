"""What a shopper does, from the first look to the order."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.web.conftest import DESKTOP, check_access, see, sideways, until
from tests.web.fake_shop import FakeShop

pytestmark = pytest.mark.browser
Open = Callable[..., Any]


def kinds_sent(shop: FakeShop) -> list[str]:
    return [event["kind"] for event in shop.events]


def test_home_shows_the_shelf_new_in_and_trending(open_page: Open, shop: FakeShop) -> None:
    page = open_page("/")
    page.get_by_role("heading", name="For you", level=1).wait_for()
    assert page.get_by_role("list", name="Your shelf").get_by_role("article").count() == 12
    for title in ("New in", "Trending this week"):
        page.get_by_role("heading", name=title).wait_for()
    assert page.title() == "For you · modiste"
    page.get_by_role("button", name="Show more").click()
    page.get_by_role("list", name="Your shelf").get_by_role("article").nth(23).wait_for()
    see(page, "home-phone")


def test_home_on_a_wide_screen(open_page: Open) -> None:
    page = open_page("/", viewport=DESKTOP)
    page.get_by_role("list", name="Your shelf").wait_for()
    page.wait_for_load_state("networkidle")
    see(page, "home-desktop", whole=False)
    assert sideways(page) == 0


def test_a_like_is_sent_once_and_kept(open_page: Open, shop: FakeShop) -> None:
    page = open_page("/")
    heart = page.get_by_role("button", name="Like ", exact=False).first
    heart.click()
    assert heart.get_attribute("aria-pressed") == "true"
    until(page, lambda: kinds_sent(shop), ["like"])
    page.get_by_role("link", name="Liked 1").click()
    page.get_by_role("heading", name="Liked", level=1).wait_for()
    assert page.get_by_role("article").count() == 1
    page.reload()
    assert page.get_by_role("article").count() == 1
    see(page, "liked")
    assert len({event["event_id"] for event in shop.events}) == len(shop.events) == 1


def test_the_shelf_offers_itself_anew_after_a_like(open_page: Open, shop: FakeShop) -> None:
    page = open_page("/")
    page.get_by_role("button", name="Like ", exact=False).first.click()
    anew = page.get_by_role("button", name="Show my new shelf")
    anew.wait_for()
    check_access(page, "new shelf")
    see(page, "new-shelf", whole=False)
    before = len(asked(shop, "/recommendations?"))
    anew.click()
    anew.wait_for(state="detached")
    until(page, lambda: len(asked(shop, "/recommendations?")), before + 1)


def asked(shop: FakeShop, begin: str) -> list[str]:
    return [path for _, path, _ in shop.asked if path.startswith(begin)]


def test_hide_takes_an_item_away_and_undo_brings_it_back(open_page: Open, shop: FakeShop) -> None:
    page = open_page("/")
    shelf = page.get_by_role("list", name="Your shelf")
    first = shelf.get_by_role("article").first
    name = first.locator(".tile-name").inner_text()
    link = first.get_by_role("link").get_attribute("href")
    first.hover()
    page.get_by_role("button", name=f"Not for me: {name}").first.click()
    assert shelf.locator(f'a[href="{link}"]').count() == 0
    assert shelf.get_by_role("article").count() == 12, "the next one takes its place"
    see(page, "hidden-undo", whole=False)
    page.get_by_role("button", name="Undo").click()
    assert shelf.locator(f'a[href="{link}"]').count() == 1
    page.get_by_role("button", name=f"Not for me: {name}").first.click()
    page.wait_for_timeout(500)
    assert kinds_sent(shop) == [], "the server hears of it when Undo is past"
    page.wait_for_timeout(7200)
    until(page, lambda: kinds_sent(shop), ["hide"])


def test_suggestions_by_keyboard_and_the_late_answer_is_dropped(
    open_page: Open, shop: FakeShop
) -> None:
    shop.delays["/suggest"] = [0.8, 0.0]
    page = open_page("/", viewport=DESKTOP)
    page.get_by_role("list", name="Your shelf").wait_for()
    page.keyboard.press("/")
    box = page.get_by_role("combobox", name="Search the shop")
    box.press_sequentially("bl", delay=20)
    page.wait_for_timeout(300)
    box.press_sequentially("ack", delay=20)
    options = page.get_by_role("option")
    options.first.wait_for()
    page.wait_for_timeout(900)
    assert all("black" in text.lower() for text in options.all_inner_texts())
    see(page, "suggestions", whole=False)
    box.press("ArrowDown")
    active = box.get_attribute("aria-activedescendant")
    assert page.locator(f"#{active}").get_attribute("aria-selected") == "true"
    chosen = options.first.locator("span").first.inner_text()
    box.press("Enter")
    page.get_by_role("heading", name=f"“{chosen}”").wait_for()
    assert box.input_value() == chosen
    assert box.get_attribute("aria-expanded") == "false"


def test_escape_closes_the_suggestions_then_clears(open_page: Open) -> None:
    page = open_page("/")
    box = page.get_by_role("combobox", name="Search the shop")
    box.press_sequentially("black", delay=10)
    page.get_by_role("option").first.wait_for()
    box.press("Escape")
    assert box.get_attribute("aria-expanded") == "false"
    assert box.input_value() == "black"
    box.press("Escape")
    assert box.input_value() == ""


def test_search_narrow_sort_and_back(open_page: Open, shop: FakeShop) -> None:
    page = open_page("/find?q=dark", viewport=DESKTOP)
    page.get_by_role("list", name="What was found").wait_for()
    assert "24 products" in page.locator(".count").inner_text(), "a search gives one of each"
    page.locator("summary", has_text="Pattern").click()
    page.locator("details", has_text="Pattern").get_by_role("button", name="Show all").click()
    page.get_by_role("checkbox", name="Solid").check()
    page.get_by_role("button", name="Remove the filter Solid").wait_for()
    assert "f=pattern%3DSolid" in page.url
    page.get_by_label("Sort by").select_option("cheap")
    until(page, lambda: prices_of(page) == sorted(prices_of(page)), True)
    assert len(prices_of(page)) > 1
    page.get_by_label("Up to").fill("20")
    page.get_by_label("Up to").press("Enter")
    page.get_by_role("button", name="up to 20").wait_for()
    until(page, lambda: max(prices_of(page)) <= 20, True)
    see(page, "search-desktop", whole=False)
    page.go_back()
    page.get_by_role("button", name="up to 20").wait_for(state="detached")
    assert page.get_by_label("Sort by").input_value() == "cheap"
    page.go_back()
    page.go_back()
    page.get_by_role("button", name="Remove the filter Solid").wait_for(state="detached")
    assert page.url.endswith("/find?q=dark")


def prices_of(page: Any) -> list[float]:
    return [float(text) for text in page.locator(".results .price").all_inner_texts() if text]


def test_back_returns_to_the_place_in_the_list(open_page: Open, shop: FakeShop) -> None:
    page = open_page("/find?q=")
    page.get_by_role("list", name="What was found").wait_for()
    page.get_by_role("button", name="Show more").click()
    page.locator(".results article").nth(40).wait_for()
    page.evaluate("window.scrollTo(0, 3000)")
    page.wait_for_timeout(300)
    n_asked = len(asked(shop, "/recommendations?"))
    link = page.locator(".results .tile-link").nth(20)
    link.evaluate("element => element.click()")
    page.get_by_role("button", name="Add to basket").wait_for()
    until(page, lambda: page.evaluate("window.scrollY"), 0)
    page.go_back()
    page.locator(".results article").nth(40).wait_for()
    until(page, lambda: abs(page.evaluate("window.scrollY") - 3000) < 4, True)
    assert len(asked(shop, "/recommendations?")) == n_asked, "Back asks nothing again"


def test_show_more_moves_the_focus_to_the_first_new_item(open_page: Open) -> None:
    page = open_page("/find?q=")
    page.get_by_role("list", name="What was found").wait_for()
    more = page.get_by_role("button", name="Show more")
    more.focus()
    more.press("Enter")
    page.locator(".results article").nth(47).wait_for()
    place = "[...document.querySelectorAll('.results .tile-link')].indexOf(document.activeElement)"
    until(page, lambda: page.evaluate(place), 24)


def test_filters_on_a_phone_are_a_sheet(open_page: Open) -> None:
    page = open_page("/find?q=black")
    page.get_by_role("list", name="What was found").wait_for()
    page.get_by_role("button", name="Filter").click()
    sheet = page.get_by_role("dialog", name="Filter")
    sheet.get_by_role("checkbox").first.check()
    see(page, "filter-sheet", whole=False)
    sheet.locator(".sheet-foot").get_by_role("button", name="Show ").click()
    sheet.wait_for(state="detached")
    page.get_by_role("button", name="Filter (1)").wait_for()


def test_a_corrected_word_is_told_and_taken_back_by_one_click(
    open_page: Open, shop: FakeShop
) -> None:
    page = open_page("/find?q=black%20dres")
    page.get_by_text("Showing results for black dress. Search instead for black dres.").wait_for()
    assert page.get_by_text("was read as").count() == 0
    check_access(page, "corrected")
    see(page, "corrected", whole=False)
    page.get_by_role("link", name="black dres", exact=True).click()
    page.wait_for_url("**/find?q=black+dres&spelling=off")
    until(
        page, lambda: [b["spelling"] for _, path, b in shop.asked if path == "/search"][1:], [False]
    )
    page.get_by_text("Showing results for").wait_for(state="detached")
    box = page.get_by_role("combobox", name="Search the shop")
    box.fill("black coat")
    box.press("Enter")
    page.wait_for_url("**/find?q=black+coat")


@pytest.mark.parametrize(
    ("unit", "written"), [(None, "12.50"), ("EUR", "€12.50"), ("points", "12.50 points")]
)
def test_prices_are_written_in_the_shop_s_unit(
    open_page: Open, shop: FakeShop, unit: str | None, written: str
) -> None:
    shop.price_unit = unit
    item = shop.items[0]
    shop.by_id[item.id] = item.model_copy(update={"price": 12.5})
    page = open_page(f"/item/{item.id}")
    page.locator(".item-price").get_by_text(written, exact=True).wait_for()


def test_few_results_are_followed_by_what_sells_now(open_page: Open) -> None:
    page = open_page("/find?q=zzz")
    page.get_by_role("heading", name="Nothing was found").wait_for()
    page.get_by_role("heading", name="Trending this week").wait_for()


def test_a_shelf_shows_one_colour_of_each_product(open_page: Open, shop: FakeShop) -> None:
    first = shop.listed(shop.items[:24], "live")
    shop.listed = lambda *_, **__: first  # type: ignore[method-assign]
    page = open_page("/")
    shelf = page.get_by_role("list", name="Your shelf")
    shelf.wait_for()
    shown = shelf.locator(".tile-link").evaluate_all("all => all.map(a => a.pathname.slice(6))")
    products = [shop.by_id[one].product for one in shown]
    assert len(products) == len(set(products)) == len({one.product for one in first.items})


def test_a_visitor_s_search_names_nobody(open_page: Open, shop: FakeShop) -> None:
    page = open_page("/find?q=black")
    page.get_by_role("list", name="What was found").wait_for()
    (body,) = [body for _, path, body in shop.asked if path == "/search"]
    assert "user" not in body


def test_an_item_with_its_reason_its_neighbours_and_the_order(
    open_page: Open, shop: FakeShop
) -> None:
    page = open_page("/", viewport=DESKTOP)
    page.get_by_role("list", name="Your shelf").get_by_role("article").first.click()
    page.get_by_role("button", name="Add to basket").wait_for()
    until(page, lambda: page.evaluate("document.activeElement.tagName"), "H1")
    why = page.locator("details.why")
    why.locator("summary").first.click()
    assert why.get_by_role("table").count() == 0, "figures are for who asks for them"
    why.get_by_text("For engineers").click()
    why.get_by_role("table").wait_for()
    assert "Days since sold" in why.inner_text()
    assert "doubles the odds" in why.inner_text()
    raised, lowered = (sides(page, f".moved.{way}") for way in ("up", "down"))
    assert raised["bar"][0] == pytest.approx(raised["middle"], abs=1)
    assert lowered["bar"][1] == pytest.approx(lowered["middle"], abs=1)
    assert 0 < lowered["bar"][1] - lowered["bar"][0] < raised["bar"][1] - raised["bar"][0]
    check_access(page, "why")
    for title in ("Goes with it", "Looks similar"):
        page.get_by_role("heading", name=title).wait_for()
    page.wait_for_load_state("networkidle")
    see(page, "item-desktop", whole=False)
    page.get_by_role("button", name="Add to basket").click()
    until(page, lambda: kinds_sent(shop), ["basket"])
    page.get_by_role("link", name="Basket 1").click()
    page.get_by_role("heading", name="Complete the look").wait_for()
    see(page, "basket", whole=False)
    page.get_by_role("button", name="Place the order").click()
    page.get_by_role("heading", name="Thank you").wait_for()
    until(page, lambda: kinds_sent(shop), ["basket", "view", "purchase"])
    assert shop.events[1]["time"] < shop.events[0]["time"], "a look begins when the item opens"
    assert shop.events[-1]["price"] == shop.by_id[shop.events[-1]["item_id"]].price


def sides(page: Any, one: str) -> Any:
    """Where the first bar of a kind begins and ends, and where the middle of its field is."""
    return page.locator(one).first.evaluate(
        """field => {
          const bar = field.firstElementChild.getBoundingClientRect();
          const all = field.getBoundingClientRect();
          return {bar: [bar.left, bar.right], middle: (all.left + all.right) / 2};
        }"""
    )


def test_what_is_sold_out_says_so_and_shows_the_like_of_it_first(
    open_page: Open, shop: FakeShop
) -> None:
    shop.sold_out = [shop.items[0].id]
    page = open_page(f"/item/{shop.items[0].id}")
    page.get_by_text("Sold out.").wait_for()
    assert page.get_by_role("button", name="Add to basket").count() == 0
    page.get_by_role("heading", name="Goes with it").wait_for()
    titles = page.locator(".rail h2").all_inner_texts()
    assert titles == ["Much like it, and to be had", "Goes with it"]
    check_access(page, "sold out")
    see(page, "item-sold-out")
    page.locator(".variants a").first.click()
    page.get_by_role("button", name="Add to basket").wait_for()


def test_pictures_do_not_glare_in_the_dark(open_page: Open) -> None:
    page = open_page("/", color_scheme="dark")
    page.locator(".frame img").first.wait_for()
    look = """() => {
      const frame = document.querySelector('.frame:has(img)');
      const of = one => getComputedStyle(one);
      return [of(frame).backgroundColor, of(frame.firstElementChild).filter];
    }"""
    assert page.evaluate(look) == ["rgb(217, 217, 217)", "brightness(0.85)"]
    page.emulate_media(color_scheme="light")
    assert page.evaluate(look) == ["rgb(255, 255, 255)", "none"]


def test_variants_lead_to_each_other(open_page: Open, shop: FakeShop) -> None:
    first, second = shop.items[0], shop.items[1]
    page = open_page(f"/item/{first.id}")
    page.locator(".variants").get_by_role("link", name=second.attributes["colour"]).click()
    page.wait_for_url(f"**/item/{second.id}")
    see(page, "item-phone")


def test_another_shopper_sees_with_their_own_name(open_page: Open, shop: FakeShop) -> None:
    page = open_page("/")
    page.get_by_role("button", name="Who is looking").click()
    sheet = page.get_by_role("dialog", name="Who is looking?")
    sheet.get_by_text("24 bought, mostly dresses").wait_for()
    see(page, "account", whole=False)
    sheet.get_by_role("button", name="Shopper 1").click()
    sheet.wait_for(state="detached")
    until(page, lambda: bool(asked(shop, "/recommendations?user_id=user-0&")), True)
    page.get_by_role("button", name="Like ", exact=False).first.click()
    until(
        page, lambda: [(one["user_id"], one["kind"]) for one in shop.events], [("user-0", "like")]
    )


def test_forget_me_deletes_here_and_there(open_page: Open, shop: FakeShop) -> None:
    page = open_page("/")
    page.get_by_role("button", name="Like ", exact=False).first.click()
    until(page, lambda: kinds_sent(shop), ["like"])
    page.get_by_role("button", name="Who is looking").click()
    page.get_by_role("button", name="Forget me").click()
    page.get_by_text("Forgotten: 1 event").wait_for()
    assert shop.events == []
    page.get_by_role("link", name="Liked").click()
    page.get_by_text("Nothing liked yet").wait_for()


def test_light_and_dark_by_choice_stay(open_page: Open) -> None:
    page = open_page("/", color_scheme="light")
    ground = "getComputedStyle(document.body).backgroundColor"
    light = page.evaluate(ground)
    page.get_by_role("button", name="Who is looking").click()
    page.get_by_role("radio", name="Dark").check()
    page.keyboard.press("Escape")
    assert page.evaluate(ground) != light
    page.reload()
    page.get_by_role("list", name="Your shelf").wait_for()
    assert page.evaluate(ground) != light
    see(page, "home-dark", whole=False)
