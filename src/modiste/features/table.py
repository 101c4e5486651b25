"""The families of features, prepared once and added to any pairs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

import narwhals as nw
import polars as pl

from modiste.candidates.base import Tables
from modiste.data import Dataset
from modiste.engine import collect
from modiste.features.base import Feature

KEYS = ("user_idx", "item_idx")


def add_features(
    features: Mapping[str, Feature],
    tables: Mapping[str, Tables],
    asked: Dataset,
    pairs: nw.LazyFrame,
) -> pl.DataFrame:
    """Add the columns of every family to the pairs.

    Args:
        features: The families by name.
        tables: What each family's `prepare` gave, by the same names.
        asked: The shop before `as_of`, cut to the users of the pairs.
        pairs: `user_idx, item_idx` and columns that are features already (a pool's).

    Returns:
        One row a pair, sorted by user and item; every feature is Float32, null where unknown.
    """
    return finished(collect(with_features(features, tables, asked, pairs)))


def with_features(
    features: Mapping[str, Feature],
    tables: Mapping[str, Tables],
    asked: Dataset,
    pairs: nw.LazyFrame,
) -> nw.LazyFrame:
    """Add the columns of every family to the pairs, as a plan; see `add_features`."""
    for name, feature in features.items():
        pairs = feature.add(tables[name], asked, pairs)
    return pairs


Rows = TypeVar("Rows", pl.DataFrame, pl.LazyFrame)


def finished(rows: Rows) -> Rows:
    """Sort the rows of a ranking table and give its numbers one type."""
    return rows.sort(*KEYS).with_columns(pl.exclude(*KEYS).cast(pl.Float32))
