"""One file of rules, obeyed by every list of the window."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from modiste.serve.ports import Recalled
from modiste.serve.schemas import Event, EventKind, Listed, SearchRequest, Shown
from modiste.serve.window import NoEvents, RecommendationsAsked, ShopWindow

RULES = """
hide = ["colour=Black"]
hide_bought_days = 30
one_per_product = true
at_most = { kind = 2 }
"""


class Bought(NoEvents):
    """What was bought just now."""

    def __init__(self) -> None:
        self.items: dict[str, list[str]] = {}

    def recall(self, user_id: str) -> Recalled:
        bought = [
            Event(
                event_id=f"{user_id} {item_id}",
                user_id=user_id,
                item_id=item_id,
                kind=EventKind.PURCHASE,
                time=datetime(2026, 11, 21, tzinfo=UTC),
            )
            for item_id in self.items.get(user_id, [])
        ]
        return Recalled(bought)


@pytest.fixture(scope="module")
def events() -> Bought:
    return Bought()


@pytest.fixture(scope="module")
def window(
    trained_shop: Path, events: Bought, tmp_path_factory: pytest.TempPathFactory
) -> ShopWindow:
    folder = tmp_path_factory.mktemp("ruled")
    shop, rules = folder / "shop", folder / "rules.toml"
    shutil.copytree(trained_shop, shop)
    rules.write_text(RULES, encoding="utf-8")
    return ShopWindow.open(shop, events, rules=rules)


def user(window: ShopWindow, number: int) -> str:
    assert window.personal is not None
    return str(window.personal.live.users["user_id"][number])


LISTS: dict[str, Callable[[ShopWindow], Listed]] = {
    "stored": lambda shop: shop.recommendations(RecommendationsAsked(user(shop, 3), 12)),
    "live": lambda shop: shop.recommendations(
        RecommendationsAsked(user(shop, 3), 12, items=(shop.catalogue.ids[3],))
    ),
    "new_arrivals": lambda shop: shop.recommendations(RecommendationsAsked(k=6, placement="new")),
    "trending": lambda shop: shop.recommendations(RecommendationsAsked(k=6, placement="trending")),
    "similar": lambda shop: shop.similar(shop.catalogue.ids[0], 6),
    "goes with": lambda shop: shop.goes_with(
        shop.recommendations(RecommendationsAsked(k=1)).items[0].id, 6
    ),
    "search": lambda shop: shop.search(SearchRequest(words="cotton", k=6)),
}


def values(items: list[Shown], name: str) -> list[str]:
    return [item.attributes[name] for item in items]


@pytest.mark.parametrize("name", LISTS)
def test_every_list_obeys(window: ShopWindow, name: str) -> None:
    answer = LISTS[name](window)
    if name in ("stored", "live"):
        assert answer.strategy == name
        assert len(answer.items) == 12
    assert len(answer.items) > 1
    assert "Black" not in values(answer.items, "colour")
    products = [item.product for item in answer.items]
    assert len(products) == len(set(products))
    kinds = values(answer.items, "kind")
    assert max(kinds.count(kind) for kind in kinds) <= 2
    assert [item.rank for item in answer.items] == list(range(1, len(answer.items) + 1))


def test_what_was_bought_just_now_is_hidden_at_once(window: ShopWindow, events: Bought) -> None:
    one = user(window, 8)
    before = window.recommendations(RecommendationsAsked(one, 12))
    events.items[one] = [before.items[0].id]
    after = window.recommendations(RecommendationsAsked(one, 12))
    assert before.items[0].id not in {item.id for item in after.items}
    assert len(after.items) == 12


def test_search_does_not_show_its_user_what_they_bought_just_now(
    window: ShopWindow, events: Bought
) -> None:
    one = user(window, 9)
    found = window.search(SearchRequest(words="cotton", user=one, k=4))
    events.items[one] = [found.items[0].id]
    again = window.search(SearchRequest(words="cotton", user=one, k=4))
    assert found.items[0].id not in {item.id for item in again.items}
    other = window.search(SearchRequest(words="cotton", k=4))
    assert [item.id for item in other.items]


def test_a_filter_is_added_to_the_rules(window: ShopWindow) -> None:
    asked = RecommendationsAsked(user(window, 3), 6, filters=("kind=Trousers",))
    answer = window.recommendations(asked)
    assert set(values(answer.items, "kind")) == {"Trousers"}
    assert len(answer.items) == 2, "two of a kind at most"
    assert answer.notes
