"""What is known of each user and of each item as of a day: what a feature store holds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Literal

import polars as pl

from modiste.data import Dataset
from modiste.engine import collect, lazy
from modiste.features.base import Feature
from modiste.features.table import add_features
from modiste.ranking.prepared import Prepared, Recipe

Entity = Literal["user", "item"]
ENTITIES: tuple[Entity, ...] = ("user", "item")
TIME = "event_timestamp"
STAMP = "release_"
"""Begins the column of a row that bears the release's name, as in `release_user`."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_PAIR = ["user_idx", "item_idx"]


def families(recipe: Recipe, entity: Entity) -> Mapping[str, Feature]:
    """Give the families of features that say something of one entity alone, by their name."""
    return {name: part for name, part in recipe.features.items() if name.startswith(f"{entity}_")}


def described(recipe: Recipe) -> Recipe:
    """Give the part of a recipe that says something of users alone, or of items alone."""
    return Recipe({}, {**families(recipe, "user"), **families(recipe, "item")})


def snapshot(
    recipe: Recipe, prepared: Prepared, past: Dataset, entity: Entity, only: pl.Series | None = None
) -> pl.DataFrame:
    """Compute the features of users or items as of a day, by the functions of the ranking table.

    Args:
        recipe: The sources and features.
        prepared: Their tables as of the day.
        past: The shop before that day.
        entity: Of whom.
        only: Positions of the users or items wanted; None: all.

    Returns:
        The entity's own id under the shop's name of it, `event_timestamp` (midnight UTC as the day
        begins), the features as Float32, null where nothing is known.
    """
    key, other = _PAIR if entity == "user" else _PAIR[::-1]
    table = past.users if entity == "user" else past.items
    ids = collect(table.select(key, f"{entity}_id"))
    if only is not None:
        ids = ids.filter(pl.col(key).is_in(only.implode()))
    # Such a family gives the same whatever the other half of the pair is: the first stands for it.
    pairs = ids.select(pl.col(key), pl.lit(0, pl.Int32).alias(other)).select(_PAIR)
    users = pairs.select("user_idx").unique()
    asked = past.of_users(lazy(users)).in_memory()
    parts = families(recipe, entity)
    rows = add_features(parts, prepared.features, asked, lazy(pairs))
    moment = pl.lit(moment_of(prepared.as_of)).cast(pl.Datetime("us", "UTC")).alias(TIME)
    named = rows.join(ids, on=key, how="left", maintain_order="left")
    own = past.own_names.get(f"{entity}_id", f"{entity}_id")
    first = [pl.col(f"{entity}_id").alias(own), moment]
    # Some families also compare the item with the user asked for: that is of the pair.
    return named.select(*first, pl.exclude(*_PAIR, f"{entity}_id", "^pair_.*$"))


def moment_of(day: int) -> datetime:
    """Give the moment at which a day begins, UTC: what was known before it is known then."""
    return _EPOCH + timedelta(days=day)


def columns_of(rows: pl.DataFrame) -> Sequence[str]:
    """Name the features of a snapshot."""
    return rows.columns[2:]
