"""The families of features, prepared once and added to any pairs."""

from __future__ import annotations

from collections.abc import Mapping

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
    for name, feature in features.items():
        pairs = feature.add(tables[name], asked, pairs)
    rows = collect(pairs).sort(*KEYS)
    return rows.with_columns(pl.exclude(*KEYS).cast(pl.Float32))
