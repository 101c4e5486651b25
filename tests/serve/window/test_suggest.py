"""Suggestions over a planted catalogue."""

from __future__ import annotations

import polars as pl
import pytest

from modiste.engine import collect
from modiste.search.query.vocabulary import build_vocabulary
from modiste.serve.window import suggest as module
from modiste.serve.window.suggest import Suggester
from modiste.testing import make_shop

KINDS = ["Dress"] * 4 + ["Trousers"] * 2 + ["Denim jacket"]
COLOURS = ["Red", "Red", "Blue", "Black", "Black", "Red", "Blue"]
SOLD = [1, 0, 0, 0, 0, 90, 0]
SHOP = make_shop(
    [(0, 0, 5)],
    n_users=1,
    n_items=len(KINDS),
    attributes={"kind": KINDS, "colour": COLOURS},
)
NAMES = ["Rosa", "Dahlia dress", "Azure", "Night", "Oxford", "Dover", "Slim"]
ITEMS = collect(SHOP.items).with_columns(pl.Series("name", NAMES))


def made() -> Suggester:
    sold = pl.Series("sold", SOLD)
    return Suggester.of(ITEMS, SHOP.item_attributes, sold, build_vocabulary(SHOP))


def texts(typed: str, k: int = 8) -> list[str]:
    return [one.text for one in made().suggest(typed, k)]


def test_kinds_come_first_then_colours_of_kinds_then_names() -> None:
    assert texts("dre")[:2] == ["Dress", "Red Dress"]
    assert texts("dre")[-1] == "Dahlia dress"


def test_any_word_of_a_text_may_be_begun() -> None:
    assert texts("jack") == ["Denim jacket", "Blue Denim jacket"]


def test_a_name_leads_to_its_item() -> None:
    (one,) = made().suggest("dov", 3)
    assert (one.kind, one.item, one.text) == ("item", ITEMS["item_id"][5], "Dover")


def test_several_words_are_begun_in_order() -> None:
    assert texts("red tr") == ["Red Trousers"]


@pytest.mark.parametrize("typed", ["TROUS", "  trous ", "tróus"])
def test_case_blanks_and_accents_do_not_matter(typed: str) -> None:
    assert "Trousers" in texts(typed)


def test_a_typing_error_is_forgiven() -> None:
    assert "Trousers" in texts("truosers")
    assert "Denim jacket" in texts("jakcet")


def test_the_last_word_is_completed_where_nothing_begins_so() -> None:
    assert texts("summer trou") == [
        "summer trousers",
        "summer red trousers",  # sold most
        "summer black trousers",
    ]


def test_nothing_is_suggested_for_nothing() -> None:
    assert texts("") == []
    assert texts("zzzz") == []


def test_no_more_than_asked_and_no_text_twice() -> None:
    assert len(texts("d", 2)) == 2
    found = texts("d", 20)
    assert len(found) == len(set(map(str.lower, found)))


def test_prefixes_with_many_entries_give_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    plain = {typed: texts(typed) for typed in ("d", "de", "dre", "r", "b", "t", "red dr")}
    monkeypatch.setattr(module, "_MOST_SCANNED", 1)
    assert made().common
    assert {typed: texts(typed) for typed in plain} == plain
