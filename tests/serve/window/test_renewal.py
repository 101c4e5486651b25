"""A window taken up again after its shop changed: what is shared, what is new, what is obeyed."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from modiste.data import open_shop
from modiste.engine import collect
from modiste.errors import ModisteError
from modiste.release import release_store
from modiste.serve.window import RecommendationsAsked, ShopWindow

RULES = 'only = ["stock>0"]\nstock = "stock.csv"\n'


@pytest.fixture(scope="module")
def place(trained_shop: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a shop that has a release, and a file of rules that names its stock."""
    folder = tmp_path_factory.mktemp("renewed")
    shutil.copytree(trained_shop, folder / "shop")
    (folder / "rules.toml").write_text(RULES, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def opened(place: Path, trained_shop: Path) -> ShopWindow:
    write_stock(place, collect(open_shop(trained_shop).items)["item_id"].to_list())
    return ShopWindow.open(place / "shop", rules=place / "rules.toml")


def write_stock(place: Path, ids: list[str]) -> None:
    text = "item_id,stock\n" + "".join(f"{item_id},3\n" for item_id in ids)
    (place / "stock.csv").write_text(text, encoding="utf-8")


def user(window: ShopWindow) -> str:
    assert window.personal is not None
    return str(window.personal.live.users["user_id"][3])


def listed(window: ShopWindow, k: int = 12) -> tuple[list[str], str]:
    answer = window.recommendations(RecommendationsAsked(user(window), k))
    return [item.id for item in answer.items], answer.strategy


def test_nothing_is_new_after_the_lists_were_made_at_the_start(opened: ShopWindow) -> None:
    assert opened.look() == opened.stamps


def test_a_stored_list_does_not_show_what_was_sold_out_since(
    opened: ShopWindow, place: Path
) -> None:
    everything = list(opened.catalogue.ids)
    before, strategy = listed(opened)
    assert strategy == "stored"
    write_stock(place, [one for one in everything if one not in before[:3]])
    assert opened.look() != opened.stamps
    newer = opened.renewed()
    after, strategy = listed(newer)
    assert strategy == "stored", "what is left of the stored list fills it"
    assert len(after) == 12
    assert after[:9] == before[3:]
    assert newer.searcher is opened.searcher
    assert listed(opened)[0] == before, "the old one answers as it did"
    assert before[0] not in {one.id for one in newer.similar(before[1], 20).items}
    assert not newer.item(before[0]).available, "its page opens, and says so"
    assert newer.item(before[4]).available
    assert opened.item(before[0]).available


def test_a_list_of_which_little_is_left_is_made_anew(opened: ShopWindow, place: Path) -> None:
    shown, _ = listed(opened, 24)
    write_stock(place, [one for one in opened.catalogue.ids if one not in shown[:14]])
    after, strategy = listed(opened.renewed())
    assert strategy == "live"
    assert len(after) == 12
    assert not set(after) & set(shown[:14])


def test_other_rules_make_other_lists(opened: ShopWindow, place: Path) -> None:
    write_stock(place, list(opened.catalogue.ids))
    rules = place / "rules.toml"
    rules.write_text(RULES + 'hide = ["colour=Black"]\n', encoding="utf-8")
    newer = opened.renewed()
    answer = newer.recommendations(RecommendationsAsked(user(newer), 12))
    assert answer.strategy == "stored"
    assert "Black" not in {item.attributes["colour"] for item in answer.items}
    assert newer.look() == newer.stamps
    rules.write_text("only = [", encoding="utf-8")
    with pytest.raises(ModisteError, match="no TOML"):
        newer.renewed()
    rules.write_text(RULES, encoding="utf-8")


def test_a_new_release_is_opened_as_a_whole(opened: ShopWindow, place: Path) -> None:
    store = release_store(place / "shop")
    shutil.copytree(store.current(), store.root / "another")
    store.promote("another")
    newer = opened.renewed()
    assert (newer.release, opened.release == "another") == ("another", False)
    assert newer.look() == newer.stamps
    assert len(listed(newer)[0]) == 12
