"""The index of words: synonyms, endings, typing errors, filters, and how it is stored."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from modiste.engine import collect
from modiste.search.words import FEW, WordIndex
from tests.search.rack import rack

NAMES = [
    "Strap top",
    "Strap tops for summer",
    "Trainers",
    "Runner's choice",
    "Hooded sweatshirt",
    "Café crème skirt",
    "AND OR NOT",
    "Long-sleeved blouse",
]


def catalogue(names: list[str]) -> pl.DataFrame:
    n_items = len(names)
    return pl.DataFrame(
        {
            "item_idx": pl.Series(range(n_items), dtype=pl.Int32),
            "item_id": [f"{7 + number:06d}" for number in range(n_items)],
            "product_id": [f"p{number // 2}" for number in range(n_items)],
            "name": names,
            "description": pl.Series([None] * n_items, dtype=pl.String),
            "kind": pl.Series(["sneakers" if n == 3 else None for n in range(n_items)]),
        }
    )


@pytest.fixture(scope="module")
def index() -> WordIndex:
    return WordIndex.open(catalogue(NAMES), ("kind",), None)


def names_of(index: WordIndex, text: str, k: int = 9) -> list[str]:
    return [NAMES[place] for place in index.find(index.words(text), k)[0]]


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("strap top", "Strap top"),
        ("TOPS, strap!", "Strap top"),
        ("cafe creme", "Café crème skirt"),
        ("sweatshrit", "Hooded sweatshirt"),
        ("swea", "Hooded sweatshirt"),
        ("blous", "Long-sleeved blouse"),
        ("skrit", "Café crème skirt"),
    ],
)
def test_the_item_that_is_meant_comes_first(index: WordIndex, text: str, first: str) -> None:
    assert names_of(index, text)[0] == first


def test_words_that_mean_the_same_find_each_other(index: WordIndex) -> None:
    assert set(names_of(index, "sneakers")) == {"Trainers", "Runner's choice"}
    assert set(names_of(index, "trainers")) == {"Trainers", "Runner's choice"}


@pytest.mark.parametrize(
    "text", ['name:"strap', "a AND (b OR", "*", "[1 TO", "~5^", "-top +", "\\", "\x00", "'; --", ""]
)
def test_syntax_is_no_syntax(index: WordIndex, text: str) -> None:
    positions, scores = index.find(index.words(text), 5)
    assert len(positions) == len(scores)
    index.exact(text)
    index.nearest_names(text, 5)


def test_operators_are_words_that_say_nothing(index: WordIndex) -> None:
    assert names_of(index, "NOT strap") == names_of(index, "strap")


def test_nothing_is_near_to_nonsense(index: WordIndex) -> None:
    assert names_of(index, "qwertyuiop") == []
    assert names_of(index, "xy") == []


def test_ids_products_and_whole_names_are_exact(index: WordIndex) -> None:
    assert index.exact("000007").tolist() == [0]
    assert index.exact("have you 000009 and 000008?").tolist() == [1, 2]
    assert index.exact("P1").tolist() == [2, 3]
    assert index.exact("STRAP  top").tolist() == [0]
    assert index.exact("strap").tolist() == []


def test_names_spelt_nearly_so(index: WordIndex) -> None:
    positions, _ = index.nearest_names("hoodedd swetshrt", 3)
    assert NAMES[positions[0]] == "Hooded sweatshirt"
    none = np.zeros(len(NAMES), np.bool_)
    assert len(index.nearest_names("hoodedd", 3, none)[0]) == 0


@pytest.mark.parametrize("n_allowed", [1, 30, FEW - 1, FEW + 1, 1900])
def test_a_filter_leaves_k_of_those_that_match(n_allowed: int) -> None:
    n_items = 2000
    index = WordIndex.open(catalogue([f"dress {n}" for n in range(n_items)]), (), None)
    allowed = np.zeros(n_items, np.bool_)
    allowed[np.random.default_rng(1).permutation(n_items)[:n_allowed]] = True
    positions, scores = index.find(index.words("dress"), 40, allowed)
    assert len(positions) == min(40, n_allowed)
    assert allowed[positions].all()
    everything, _ = index.find(index.words("dress"), n_items)
    assert positions.tolist() == everything[allowed[everything]][:40].tolist()
    assert (np.diff(scores) <= 0).all()


def test_attributes_weigh_as_much_as_names() -> None:
    shop = rack()
    index = WordIndex.open(collect(shop.items), shop.item_attributes, None)
    red_dress = index.find(index.words("red dress"), 3)[0]
    assert red_dress[0] == 0
    assert len(index.find(index.words("pockets"), 20)[0]) == 6


def test_an_index_is_stored_and_opened_again(tmp_path: Path) -> None:
    items = catalogue(NAMES)
    WordIndex.open(items, ("kind",), tmp_path)
    version = (tmp_path / "CURRENT").read_text()
    again = WordIndex.open(items, ("kind",), tmp_path)
    assert (tmp_path / "CURRENT").read_text() == version
    assert names_of(again, "strap top")[0] == "Strap top"


def test_an_altered_index_or_one_of_other_items_is_made_anew(tmp_path: Path) -> None:
    items = catalogue(NAMES)
    WordIndex.open(items, ("kind",), tmp_path)
    version = (tmp_path / "CURRENT").read_text().strip()
    part = next((tmp_path / version).glob("*.idx"))
    part.write_bytes(b"\xff" * part.stat().st_size)
    again = WordIndex.open(items, ("kind",), tmp_path)
    assert names_of(again, "strap top")[0] == "Strap top"
    assert (tmp_path / "CURRENT").read_text().strip() != version
    other = items.with_columns(pl.col("name").reverse())
    found = WordIndex.open(other, ("kind",), tmp_path).find([{"strap": 1.0}], 9)[0]
    assert found.tolist() == [7, 6]


def test_where_nothing_can_be_written_the_index_is_kept_in_memory(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("no folder", encoding="utf-8")
    index = WordIndex.open(catalogue(NAMES), ("kind",), blocked / "words")
    assert names_of(index, "strap top")[0] == "Strap top"
    shutil.rmtree(tmp_path)


def test_an_empty_catalogue_finds_nothing() -> None:
    index = WordIndex.open(catalogue(NAMES).clear(), ("kind",), None)
    assert index.find(index.words("dress"), 5)[0].tolist() == []
    assert index.exact("dress").tolist() == []


def test_a_beginning_means_the_frequent_word() -> None:
    names = ["Jeanette", *["jeans"] * 8, *["shirt"] * 30]
    index = WordIndex.open(catalogue(names), ("kind",), None)
    found = index.find(index.words("jea"), 39)[0].tolist()
    assert sorted(found) == list(range(9))
    assert found[-1] == 0


def test_making_an_index_is_told_of() -> None:
    told: list[tuple[str, float]] = []
    WordIndex.open(catalogue(NAMES), ("kind",), None, lambda *one: told.append(one))
    assert {stage for stage, _ in told} == {"index words"}
