"""A catalogue as sentences: what is said of an item and what its attributes are, together."""

from __future__ import annotations

import re

import polars as pl

from modiste.data import Dataset
from modiste.encoders.thesaurus import canonical
from modiste.engine import collect
from modiste.search.query.vocabulary import STOP_WORDS

SILENT = STOP_WORDS | frozenset(
    re.findall(r"\w+", "both each finished down has inside made off out over side which")
)
"""Words of a text that tell nothing of a garment."""
_SIGN = "="
"""Between attribute and value; no word of a text holds it."""


def value_word(attribute: str, value: str) -> str:
    """Give the word that stands for an attribute's value in sentences."""
    return f"{attribute}{_SIGN}{value}"


def said_words(text: str) -> list[str]:
    """Give the words of a text that tell something, each in the form of all its synonyms."""
    return [word for word in canonical(text).split() if word not in SILENT]


def build_sentences(dataset: Dataset) -> list[list[str]]:
    """Say of each item its words and its attributes in one sentence.

    An attribute's value is a word of its own beside the words that it is made of: so a value that
    no description ever says stands among the words that are said of what has it.

    Returns:
        A list of distinct words an item, in the order of the catalogue; items of which the same is
        said are one.
    """
    names = [name for name in ("name", "description") if name not in dataset.item_attributes]
    columns = [*names, *dataset.item_attributes]
    items = collect(dataset.items.select("item_idx", *columns)).sort("item_idx").drop("item_idx")
    items = items.unique(maintain_order=True)
    said = [_words_of(items[name]) for name in columns]
    values = [
        pl.concat_str(pl.lit(f"{name}{_SIGN}"), name).alias(f"{name} value")
        for name in dataset.item_attributes
    ]
    table = pl.DataFrame(said).with_columns(items.select(values))
    whole = table.select(
        pl.concat_list(*columns, *(f"{name} value" for name in dataset.item_attributes))
        .list.drop_nulls()
        .list.unique(maintain_order=True)
        .alias("sentence")
    )
    sentences: list[list[str]] = whole["sentence"].to_list()
    return sentences


def _words_of(column: pl.Series) -> pl.Series:
    """Give the words of each text of a column; each distinct text is read once."""
    texts = column.drop_nulls().unique(maintain_order=True)
    words = pl.Series("words", map(said_words, texts.to_list()), dtype=pl.List(pl.String))
    known = pl.DataFrame({column.name: texts, "words": words})
    found = column.to_frame().join(known, on=column.name, how="left", maintain_order="left")
    return found.select(pl.col("words").fill_null([]).alias(column.name)).to_series()
