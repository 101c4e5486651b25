from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import polars as pl
import pytest

from modiste.data import Dataset
from modiste.engine import collect, lazy
from modiste.search.query.understood import understand
from modiste.search.query.vocabulary import (
    BESIDE,
    HEAD,
    NEAR,
    PART,
    WHOLE,
    Vocabulary,
    build_vocabulary,
)
from modiste.testing import make_shop

KINDS = ["Jeans", "Track Pants", "Trousers", "Dress", "Dress", "Hat/beanie", "Vest top", "Sneakers"]
COLOURS = ["Blue", "Navy Blue", "Light Beige", "Blue", None, "Unknown", "Red", "Red"]
DEPARTMENTS = ["Denim", "Sport", "Jeans", "Dress", "Blue", "Girls Small Acc/Bags", "Sport", "Sport"]


def shop(**attributes: Sequence[str | None]) -> Dataset:
    n_items = len(next(iter(attributes.values())))
    return make_shop([(0, 0, 1)], n_users=1, n_items=n_items, attributes=attributes)


@pytest.fixture(scope="module")
def vocabulary() -> Vocabulary:
    return build_vocabulary(shop(kind=KINDS, colour=COLOURS, department=DEPARTMENTS))


def named(vocabulary: Vocabulary, phrase: str) -> list[tuple[str, str, float]]:
    return [(one.attribute, one.value, one.weight) for one in vocabulary.meanings_of(phrase)]


def test_a_value_is_named_by_itself_and_counted(vocabulary: Vocabulary) -> None:
    (first, *_) = vocabulary.meanings_of("red")
    assert (first.attribute, first.value, first.weight, first.n_items) == (
        "colour",
        "Red",
        WHOLE,
        2,
    )


def test_a_wider_word_names_narrower_values_less_surely(vocabulary: Vocabulary) -> None:
    assert named(vocabulary, "blue") == [
        ("colour", "Blue", WHOLE),
        ("department", "Blue", WHOLE),
        ("colour", "Navy Blue", HEAD),
    ]
    assert named(vocabulary, "trousers")[:2] == [
        ("kind", "Trousers", WHOLE),
        ("kind", "Track Pants", HEAD),
    ]
    assert named(vocabulary, "beige") == [("colour", "Light Beige", HEAD)]


def test_synonyms_name_the_shops_own_value(vocabulary: Vocabulary) -> None:
    assert named(vocabulary, "sport shoe")[0] == ("kind", "Sneakers", WHOLE)
    assert named(vocabulary, "tank top")[0] == ("kind", "Vest top", WHOLE)


def test_of_several_attributes_the_one_shoppers_speak_of_goes_first(vocabulary: Vocabulary) -> None:
    assert [one[0] for one in named(vocabulary, "dress")] == ["kind", "department"]
    assert [one[0] for one in named(vocabulary, "jeans")] == ["kind", "department"]


def test_each_side_of_a_slash_names_the_value(vocabulary: Vocabulary) -> None:
    assert named(vocabulary, "beanie") == [("kind", "Hat/beanie", PART)]
    assert named(vocabulary, "bag") == [("department", "Girls Small Acc/Bags", PART)]


def test_other_words_of_a_kind_name_it_where_nothing_better_does(vocabulary: Vocabulary) -> None:
    assert named(vocabulary, "track") == [("kind", "Track Pants", BESIDE)]


def test_what_the_shop_lacks_names_what_is_near(vocabulary: Vocabulary) -> None:
    assert named(vocabulary, "vest") == [("kind", "Vest top", NEAR)]
    assert named(vocabulary, "royal blue") == [
        ("colour", "Blue", NEAR),
        ("department", "Blue", NEAR),
    ]
    assert named(vocabulary, "umbrella") == []


def test_an_unknown_value_is_no_word(vocabulary: Vocabulary) -> None:
    assert named(vocabulary, "unknown") == []


def test_words_are_counted_in_names_values_and_descriptions() -> None:
    dataset = shop(kind=["Dress", "Robe été"])
    items = collect(dataset.items).with_columns(
        description=pl.Series(["A dress of Viscose, viscose", None])
    )
    vocabulary = build_vocabulary(replace(dataset, items=lazy(items)))
    assert vocabulary.words["viscose"] == 1
    assert vocabulary.words["dress"] == 2
    assert vocabulary.words["ete"] == 1
    assert vocabulary.knows("dresses")
    assert not vocabulary.knows("umbrella")


def test_a_shop_without_attributes_has_words_only() -> None:
    vocabulary = build_vocabulary(make_shop([(0, 0, 1)], n_users=1, n_items=2))
    assert vocabulary.meanings == {}
    assert vocabulary.words["item"] == 2
    assert vocabulary.meanings_of("dress") == ()


def test_whether_any_price_is_known_is_told() -> None:
    assert build_vocabulary(shop(kind=KINDS)).has_prices
    assert not build_vocabulary(make_shop([], n_users=0, n_items=2)).has_prices
    unknown = make_shop([(0, 0, 1)], n_users=1, n_items=2, prices=[None])
    assert not build_vocabulary(unknown).has_prices


def test_the_same_shop_gives_the_same_words() -> None:
    one, other = (build_vocabulary(shop(kind=KINDS, colour=COLOURS)) for _ in range(2))
    assert list(one.meanings["trousers"]) == list(other.meanings["trousers"])
    assert dict(one.meanings) == dict(other.meanings)


def test_a_slip_of_the_catalogue_is_read_as_the_value_it_means() -> None:
    many = shop(kind=["Dress"] * 1200 + ["Skirt"], colour=["Red"] * 1200 + ["Dresa"])
    known = build_vocabulary(many)
    slips = replace(known, words={**known.words, "dres": 2})
    assert slips.knows("dres")
    assert slips.slip_for("dres") == "dress"
    assert understand("long dres", slips).corrections == {"dres": "dress"}
    assert (
        replace(known, words={**known.words, "dres": 3}).slip_for("dres") is None
    )  # 1,200 < 3 x 500
    assert slips.slip_for("ress") is None  # its first letter is right or it is another word
    assert slips.slip_for("skir") is None  # one skirt is no sign of what was meant
