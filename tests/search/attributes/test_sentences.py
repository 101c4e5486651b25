"""Sentences of a catalogue."""

from __future__ import annotations

from dataclasses import replace

import polars as pl

from modiste.engine import collect, lazy
from modiste.search.attributes.sentences import build_sentences, said_words
from modiste.testing import make_shop


def test_a_sentence_holds_words_and_values_each_once() -> None:
    shop = make_shop(
        [(0, 0, 1)],
        n_users=1,
        n_items=2,
        attributes={"kind": ["Trainers", None], "colour": ["Navy", "Red"]},
    )
    first, second = build_sentences(shop)
    # A synonym stands in its canonical form, the value in the shop's own.
    assert {"sport", "shoe", "navy", "blue", "kind=Trainers", "colour=Navy"} <= set(first)
    assert len(first) == len(set(first))
    assert "colour=Red" in second
    assert not any(word.startswith("kind=") for word in second)


def test_items_of_which_the_same_is_said_are_one_sentence() -> None:
    shop = make_shop([(0, 0, 1)], n_users=1, n_items=3, attributes={"kind": ["Hat"] * 3})
    assert len(build_sentences(shop)) == 3  # their names differ
    same = collect(shop.items).with_columns(pl.lit("Sailor").alias("name"))
    assert build_sentences(replace(shop, items=lazy(same))) == [["sailor", "hat", "kind=Hat"]]


def test_words_that_tell_nothing_are_left_out() -> None:
    assert said_words("A dress with pockets for the evening") == ["dress", "pocket", "evening"]
