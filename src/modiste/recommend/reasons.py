"""Why an item is shown: the source that speaks for it most, and the purchase it relates to."""

from __future__ import annotations

from collections.abc import Sequence

import narwhals as nw
import polars as pl

from modiste.candidates.base import Tables, recent_items
from modiste.candidates.pool import build_pool
from modiste.data import Dataset
from modiste.engine import collect, lazy
from modiste.ranking.model import Model, add_unknown_users
from modiste.recommend.lists import fallback_items, fill

PAIR = ["user_idx", "item_idx"]
FALLBACK = "popular now"
_RECENT, _HALF_LIFE = 40, 60.0


def explained_lists(model: Model, shop: Dataset, user_ids: Sequence[str], k: int) -> pl.DataFrame:
    """Give some users' lists with a reason for each item.

    Args:
        model: A fitted model.
        shop: The shop before the model's `as_of`, all users.
        user_ids: Text ids; unknown ones get what a new customer gets.
        k: Items for each user.

    Returns:
        `user_id, item_id, rank, score, source, reason`, by the order of `user_ids` and rank.
    """
    ids = collect(shop.users.select("user_idx", "user_id")).sort("user_idx")
    wanted = pl.DataFrame({"user_id": list(dict.fromkeys(user_ids))}, schema={"user_id": pl.String})
    wanted = wanted.with_row_index("place").join(ids, on="user_id", how="left")
    missing = pl.col("user_idx").is_null()
    number = (missing.cum_sum() - 1 + len(ids)).cast(pl.Int32)
    wanted = wanted.with_columns(
        pl.when(missing).then(number).otherwise("user_idx").alias("user_idx")
    )
    keys = wanted.get_column("user_idx").sort()
    asked = shop.of_users(lazy(keys.to_frame())).in_memory()
    asked = add_unknown_users(asked, keys.filter(keys >= len(ids)))
    spare = fallback_items(shop, k)
    lists = fill(model.rank(asked, k), keys, spare, k)
    items = collect(shop.items.select("item_idx", "item_id", "name"))
    reasons = explain(model, asked, lists, items)
    return (
        lists.join(reasons, on=PAIR, how="left")
        .with_columns(pl.col("source").fill_null("fallback"), pl.col("reason").fill_null(FALLBACK))
        .join(items, on="item_idx", how="left")
        .join(wanted, on="user_idx", how="left")
        .sort("place", "rank")
        .select("user_id", "item_id", "rank", "score", "source", "reason")
    )


def explain(model: Model, asked: Dataset, lists: pl.DataFrame, items: pl.DataFrame) -> pl.DataFrame:
    """Give for each recommended pair the source with the highest hit rate at the pair's rank.

    Args:
        model: The model that made the lists.
        asked: The shop before `as_of`, cut to the users of the lists.
        lists: `user_idx, item_idx`.
        items: `item_idx, name`, to name the purchase an item relates to.

    Returns:
        `user_idx, item_idx, source, reason`; a pair that no source proposed is absent.
    """
    sources = model.recipe.sources
    pool = build_pool(sources, model.prepared.sources, asked)
    speaking = (
        collect(pool.long)
        .join(lists.select(PAIR), on=PAIR, how="semi")
        .join(model.fit.rates, on=["source", "rank"], how="left")
        .with_columns(pl.col("rate").fill_null(0.0))
        .sort(*PAIR, "rate", "source", descending=[False, False, True, False])
        .unique(PAIR, keep="first", maintain_order=True)
    )
    texts = pl.DataFrame(
        {"source": list(sources), "reason": [source.reason for source in sources.values()]}
    )
    named = speaking.join(texts, on="source")
    related = [
        related_purchase(model.prepared.sources[name], asked, part).with_columns(
            source=pl.lit(name)
        )
        for (name,), part in named.group_by("source")
        if "neighbours" in model.prepared.sources[str(name)]
    ]
    if related:
        names = items.select(pl.col("item_idx").alias("because_idx"), "name")
        because = pl.concat(related).join(names, on="because_idx")
        named = named.join(because, on=[*PAIR, "source"], how="left").with_columns(
            pl.when(pl.col("name").is_null())
            .then("reason")
            .otherwise(pl.concat_str("reason", pl.lit(": "), "name"))
            .alias("reason")
        )
    return named.select(*PAIR, "source", "reason")


def related_purchase(tables: Tables, asked: Dataset, pairs: pl.DataFrame) -> pl.DataFrame:
    """Give for each pair the own purchase that leads to it most: `…, because_idx`."""
    owned = collect(recent_items(asked, _RECENT, _HALF_LIFE)).rename({"item_idx": "because_idx"})
    neighbours = collect(
        tables["neighbours"].select(
            nw.col("item_idx").alias("because_idx"),
            nw.col("neighbour_idx").alias("item_idx"),
            "similarity",
        )
    )
    return (
        pairs.select(PAIR)
        .join(owned, on="user_idx")
        .join(neighbours, on=["because_idx", "item_idx"])
        .with_columns(strength=pl.col("weight") * pl.col("similarity"))
        .sort(*PAIR, "strength", "because_idx", descending=[False, False, True, False])
        .unique(PAIR, keep="first", maintain_order=True)
        .select(*PAIR, "because_idx")
    )
