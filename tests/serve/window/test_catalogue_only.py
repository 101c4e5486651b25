"""A shop that was never trained: what a window still gives, and what it says."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from modiste.engine import collect, lazy
from modiste.errors import InputError
from modiste.search import Searcher
from modiste.search.similar.items import Similar
from modiste.search.similar.shop_likeness import catalogue_words
from modiste.serve.schemas import SearchRequest
from modiste.serve.window import NoEvents, RecommendationsAsked, ShopWindow
from modiste.serve.window.catalogue import Catalogue, UnknownItemError
from tests.search.rack import COLOURS, KINDS, searcher


def opened(*, sold: bool = True) -> ShopWindow:
    """The rack: twelve garments, three colours of four kinds; hats and a red dress were sold."""
    rack = searcher()
    if not sold:
        nothing = lazy(collect(rack.dataset.interactions).clear())
        rack = replace(rack, dataset=replace(rack.dataset, interactions=nothing))
    likeness = catalogue_words(rack.dataset)
    return ShopWindow(rack, Similar(rack.dataset, rack.items, likeness, "blend"), NoEvents())


@pytest.fixture(scope="module")
def rack() -> ShopWindow:
    return opened()


def pixels(colour: str, kind: str) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    found = np.zeros((1, 2, 3), np.uint8)
    found[0, 0] = COLOURS[colour]
    found[0, 1] = 60 * KINDS.index(kind) + 10
    return found


def test_everybody_gets_what_sells_best(rack: ShopWindow) -> None:
    answer = rack.recommendations(RecommendationsAsked("anybody", 3))
    assert (answer.release, answer.strategy, answer.fallback) == (None, "best sellers", True)
    assert "nothing was trained" in answer.notes[0]
    assert {item.name for item in answer.items} == {"Rosa", "Red Baron", "Sailor"}


def test_a_shop_without_sales_shows_its_catalogue() -> None:
    window = opened(sold=False)
    for placement in ("home", "new"):
        answer = window.recommendations(RecommendationsAsked(k=12, placement=placement))
        assert answer.strategy == "catalogue"
        assert len(answer.items) == 12
        assert "some of the catalogue" in answer.notes[0]
    asked = RecommendationsAsked(k=4, filters=("colour=Red",))
    kinds = {item.attributes["colour"] for item in window.recommendations(asked).items}
    assert kinds == {"Red"}


def test_beside_an_item_stands_what_is_like_it(rack: ShopWindow) -> None:
    dress = rack.catalogue.ids[0]
    answer = rack.recommendations(RecommendationsAsked(k=3, placement="product", items=(dress,)))
    assert dress not in {item.id for item in answer.items}
    assert "what is like the items named" in answer.notes[0]


def test_what_was_never_bought_with_another_gets_its_style(rack: ShopWindow) -> None:
    shirt = rack.catalogue.ids[3]
    answer = opened(sold=False).goes_with(shirt, 3)
    assert answer.fallback
    assert answer.strategy == "other kinds of its style"
    assert {item.attributes["kind"] for item in answer.items} == {"Dress", "Trousers", "Hat"}
    assert {item.attributes["colour"] for item in answer.items} == {"Red"}


@pytest.mark.parametrize(("colour", "kind"), [("Red", "Dress"), ("Green", "Hat")])
def test_a_photo_finds_its_garment(rack: ShopWindow, colour: str, kind: str) -> None:
    found = rack.search(SearchRequest(k=1), pixels(colour, kind)).items[0]
    assert (found.attributes["colour"], found.attributes["kind"]) == (colour, kind)


def test_an_items_picture_with_words_finds_it_in_another_colour(rack: ShopWindow) -> None:
    asked = SearchRequest(item=rack.catalogue.ids[0], words="blue", k=1)
    found = rack.search(asked).items[0]
    assert (found.attributes["colour"], found.attributes["kind"]) == ("Blue", "Dress")


def test_an_item_is_not_like_itself(rack: ShopWindow) -> None:
    dress = rack.catalogue.ids[0]
    found = rack.search(SearchRequest(item=dress, k=4)).items
    assert dress not in {item.id for item in found}
    assert all(item.reason.text.startswith("looks like it (") for item in found)
    with pytest.raises(UnknownItemError):
        rack.search(SearchRequest(item="nobody"))


def test_a_search_for_nothing_is_told(rack: ShopWindow) -> None:
    with pytest.raises(InputError, match="nothing to search for"):
        rack.search(SearchRequest())


def test_it_has_no_users(rack: ShopWindow) -> None:
    assert rack.users(5) == []
    assert not rack.has_stored_list("anybody")


def test_facets_are_counted_by_hand(rack: ShopWindow) -> None:
    facets = {facet.name: facet.values for facet in rack.facets(["colour=Red"]).facets}
    assert {one.value: one.count for one in facets["kind"]} == dict.fromkeys(KINDS, 1)
    assert rack.facets().least_price == 10.0
    assert rack.facets().highest_price == 30.0


def test_what_was_left_out_of_a_search_is_told(rack: ShopWindow) -> None:
    found = rack.search(SearchRequest(words="dress not red", k=4))
    assert found.without == {"colour": ["Red"]}
    assert {item.attributes["colour"] for item in found.items} & {"Red"} == set()
    assert rack.search(SearchRequest(words="dress", k=4)).without == {}


def test_a_picture_outside_of_the_shops_folder_is_none(tmp_path: Path) -> None:
    items = rack_of("../secret.jpg", "inside.jpg").items
    dataset = replace(searcher().dataset, picture_folder=tmp_path / "pictures")
    catalogue = Catalogue(dataset, items)
    assert catalogue.picture(catalogue.ids[0]) is None
    assert catalogue.picture(catalogue.ids[1]) == (tmp_path / "pictures" / "inside.jpg").resolve()


def rack_of(*pictures: str) -> Searcher:
    """The rack, its first items with these pictures."""
    rack = searcher()
    named = [*pictures, *[None] * (rack.items.height - len(pictures))]
    column = pl.Series("picture", named, dtype=pl.String)
    return replace(rack, items=rack.items.with_columns(column))
