"""Words to the attributes of a shop."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import polars as pl
import pytest

from modiste.data import Dataset
from modiste.encoders.base import Vectors, unit
from modiste.engine import collect, lazy
from modiste.errors import InputError
from modiste.search.attributes import AttributeFinder
from modiste.search.attributes.encoded import EncodedWords
from modiste.search.attributes.finder import Usual
from modiste.search.attributes.vectors import WordVectors
from tests.search.attributes.planted import planted
from tests.search.rack import Toy


@pytest.fixture(scope="module")
def finder(planted_shop: Dataset, learned: WordVectors) -> AttributeFinder:
    return AttributeFinder.of(
        planted_shop, learned, terms={"category": ["Evening_Gown", "Rubber_Boot", "Sock"]}
    )


def test_kind_comes_first_and_years_are_left_out(finder: AttributeFinder) -> None:
    assert list(finder.values) == ["kind", "colour", "pattern"]


def test_what_is_named_is_sure(finder: AttributeFinder) -> None:
    answer = finder.find("navy trousers")
    first = answer.attributes["kind"][0]
    assert (first.value, first.closeness, first.by, first.n_items) == ("Trousers", 1.0, "named", 60)
    assert answer.attributes["colour"][0].value == "Navy Blue"
    assert all(one.closeness < 1.0 for one in answer.attributes["kind"][1:])


def test_what_no_attribute_says_is_found_by_vectors(finder: AttributeFinder) -> None:
    answer = finder.find("waltz with petals")
    assert answer.attributes["kind"][0].value == "Dress"
    assert answer.attributes["kind"][0].by == "vectors"
    assert answer.attributes["pattern"][0].value == "Blossom"


def test_errors_plurals_and_unknown_words_are_told(finder: AttributeFinder) -> None:
    answer = finder.find("drses qwxyz")
    assert answer.corrections == {"drses": "dress"}
    assert answer.attributes["kind"][0].value == "Dress"
    assert answer.unknown == ("qwxyz",)


def test_what_is_not_wanted_stands_apart(finder: AttributeFinder) -> None:
    answer = finder.find("shirt no stripes")
    assert [one.value for one in answer.without["pattern"]] == ["Stripe"]
    assert "Stripe" not in [one.value for one in answer.attributes.get("pattern", ())]
    # What no attribute tells is not guessed at: nothing else is shut out for it.
    told = finder.find("shirt without rubber")
    assert told.without == {}
    assert any("“rubber”" in note for note in told.notes)


def test_what_means_nothing_has_an_answer(finder: AttributeFinder) -> None:
    for text in ("qwxyz", "", "the", "🙂"):
        answer = finder.find(text)
        assert answer.attributes == {}
        assert answer.notes


def test_a_models_names_are_told_beside(finder: AttributeFinder) -> None:
    answer = finder.find("evening waltz")
    assert answer.model["category"][0].value == "Evening_Gown"
    assert answer.model["category"][0].by == "vectors"
    assert finder.find("rubber boots").model["category"][0].closeness == 1.0


def test_a_name_from_elsewhere_finds_its_kind(finder: AttributeFinder) -> None:
    near = finder.nearest("Rubber_Outsole", "kind")
    assert near is not None
    assert near.value == "Boots"
    assert finder.nearest("qwxyz", "kind") is None
    assert finder.nearest("boots", "sleeve") is None


def test_at_most_k_of_each(finder: AttributeFinder) -> None:
    answer = finder.find("red shirt", k=1)
    assert all(len(group) == 1 for group in answer.attributes.values())
    with pytest.raises(InputError, match="k=0"):
        finder.find("red shirt", k=0)


def test_any_encoder_of_words_will_do(planted_shop: Dataset) -> None:
    finder = AttributeFinder.of(planted_shop, EncodedWords(Toy(), "toy"))
    answer = finder.find("blue something")
    assert "Navy Blue" in [one.value for one in answer.attributes["colour"]]

    class Blind(Toy):
        @property
        def speaks(self) -> bool:
            return False

    with pytest.raises(InputError, match="reads no words"):
        EncodedWords(Blind(), "blind")


@dataclass(frozen=True)
class Leaning:
    """Hears the same in every word, which lies where boots do, and dresses in "waltz" besides."""

    label = "leaning"

    def texts(self, texts: Sequence[str]) -> Vectors:
        rng = np.random.default_rng(len(texts))
        found = rng.normal(0, 0.1, (len(texts), 8)).astype(np.float32)
        found[:, 0] += 1.0
        found[:, 1] += [0.7 * ("waltz" in text) for text in texts]
        return unit(found)

    def values(self, attribute: str, values: Sequence[str]) -> Vectors:
        place = {"Boots": 0, "Dress": 1}
        rows = [place.get(value, 2 + number % 6) for number, value in enumerate(values)]
        vectors: Vectors = np.eye(8, dtype=np.float32)[rows]
        return vectors


def test_a_value_near_to_whatever_is_said_is_told_of_none_of_it(planted_shop: Dataset) -> None:
    kinds = AttributeFinder.of(planted_shop, Leaning()).find("waltz").attributes["kind"]
    assert kinds[0].value == "Dress"
    assert "Boots" not in [one.value for one in kinds]


def test_of_one_ordinary_word_little_is_told() -> None:
    one = Usual.of(np.array([[0.9, 0.1]], np.float32), 64)
    many = Usual.of(np.tile(np.array([[0.9, 0.1], [0.7, -0.1]], np.float32), (500, 1)), 64)
    assert one.mean[0] < 0.1
    assert one.spread[0] > 0.1
    assert many.mean[0] == pytest.approx(0.8, abs=0.02)
    assert many.spread[0] == pytest.approx(0.1, abs=0.03)
    none = Usual.of(np.zeros((0, 2), np.float32), 64)
    assert none.spread == pytest.approx([0.125, 0.125])
    assert none.floor(1) == 0.0


def test_a_value_that_says_nothing_is_no_answer(learned: WordVectors) -> None:
    shop = planted(24)
    items = collect(shop.items)
    vague = pl.when(pl.col("item_idx") < 6).then(pl.lit("Undefined")).otherwise("pattern")
    shop = replace(shop, items=lazy(items.with_columns(vague.alias("pattern"))))
    finder = AttributeFinder.of(shop, learned)
    assert "Undefined" not in finder.values["pattern"].names
    assert "Blossom" in finder.values["pattern"].names


def test_a_shop_without_attributes_is_answered(learned: WordVectors) -> None:
    bare = planted(12)
    names = [*bare.item_attributes, *(f"{name}_code" for name in bare.item_attributes)]
    bare = replace(bare, items=lazy(collect(bare.items).drop(names)), item_attributes=())
    assert AttributeFinder.of(bare, learned).find("dress").attributes == {}
