from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modiste.search.query.spelling import Speller, count_edits

COUNTS = {"dress": 50, "dresses": 9, "jacket": 20, "jackets": 3, "trousers": 30, "black": 40,
          "slack": 2, "jeans": 25, "nice": 90, "like": 80, "strella": 4, "wx12345": 7}  # fmt: skip
PLAIN = ("dress", "jacket", "trousers", "black", "jeans", "red", "stripe", "slack")


@pytest.fixture(scope="module")
def speller() -> Speller:
    return Speller.of(COUNTS, PLAIN)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("drss", "dress"),
        ("dresss", "dress"),
        ("jakcet", "jacket"),
        ("jaket", "jacket"),
        ("trouzers", "trousers"),
        ("trosuesr", "trousers"),
        ("trouzerz", "trousers"),
        ("drass", "dress"),
        ("blak", "black"),
        ("jens", "jeans"),
        ("strellla", "strella"),
        ("reddress", "red dress"),
    ],
)
def test_a_misspelt_word_is_the_nearest_of_the_shop(
    speller: Speller, typed: str, meant: str
) -> None:
    assert speller.nearest(typed) == meant


def test_a_frequent_name_is_meant_by_a_short_word() -> None:
    shop = Speller.of({"puma": 300, "adidas": 400, "pump": 3, "casual": 90, "men": 5000}, ["case"])
    assert shop.nearest("pumma") == "puma"
    assert shop.nearest("casu") == "casual"  # not typed to its end; case is no nearer


@pytest.mark.parametrize(
    "typed",
    ["drs", "nike", "gloves", "0108775015", "wx12346", "jckt", "", "x" * 31, "платье", "rackets9"],
)
def test_what_is_near_to_nothing_stays(speller: Speller, typed: str) -> None:
    assert speller.nearest(typed) is None


def test_words_of_fashion_go_before_names_and_then_the_frequent() -> None:
    speller = Speller.of({"striper": 900, "strapper": 5, "stroper": 10}, ["stripes"])
    assert speller.nearest("striped") == "stripes"
    assert Speller.of({"harbour": 5, "harbous": 9}, []).nearest("harbouq") == "harbous"


def test_values_of_the_catalogue_go_before_words_of_its_texts() -> None:
    texts = {"back": 900, "black": 40, "green": 8, "grey": 60, "brick": 2}
    speller = Speller.of(texts, ["back", "brick"], {"black": 300, "grey": 90, "green": 10})
    assert speller.nearest("blck") == "black"
    assert speller.nearest("gren") == "green", "a letter was left out, none was changed"
    assert Speller.of(texts, ["back", "black"]).nearest("blck") == "black", "it lacks a letter"


def test_an_empty_shop_corrects_nothing() -> None:
    assert Speller.of({}, []).nearest("dress") is None


def plain_distance(one: str, other: str) -> int:
    table = {(row, 0): row for row in range(len(one) + 1)}
    table |= {(0, column): column for column in range(len(other) + 1)}
    for row in range(1, len(one) + 1):
        for column in range(1, len(other) + 1):
            table[row, column] = min(
                table[row - 1, column] + 1,
                table[row, column - 1] + 1,
                table[row - 1, column - 1] + (one[row - 1] != other[column - 1]),
            )
            swapped = one[row - 2 : row] == other[column - 2 : column][::-1]
            if row > 1 and column > 1 and swapped:
                table[row, column] = min(table[row, column], table[row - 2, column - 2] + 1)
    return table[len(one), len(other)]


@given(st.text("abc", max_size=8), st.text("abc", max_size=8), st.integers(0, 3))
def test_edits_are_counted_as_the_whole_table_counts_them(one: str, other: str, most: int) -> None:
    assert count_edits(one, other, most) == min(plain_distance(one, other), most + 1)


@given(st.sampled_from(sorted(COUNTS)), st.data())
def test_one_swap_in_a_long_word_is_found(word: str, data: st.DataObject) -> None:
    if len(word) < 7 or any(sign.isdigit() for sign in word):
        return
    place = data.draw(st.integers(0, len(word) - 2))
    typed = word[:place] + word[place + 1] + word[place] + word[place + 2 :]
    found = Speller.of(COUNTS, PLAIN).nearest(typed)
    assert found is not None
    assert plain_distance(found, typed) <= 1


@given(st.text(max_size=40))
def test_any_word_can_be_asked_for(word: str) -> None:
    found = Speller.of(COUNTS, PLAIN).nearest(word)
    assert found is None or set(found.split()) <= {*COUNTS, *PLAIN}
