"""Ranking tables: a past week's pool with features and the label "was bought that week"."""

from __future__ import annotations

from dataclasses import dataclass, replace

import narwhals as nw
import numpy as np
import polars as pl

from modiste.candidates.pool import Allowed, Pool, allow, build_pool, count_hits
from modiste.data import Dataset
from modiste.engine import apply, collect, column_types, lazy
from modiste.features.table import add_features
from modiste.ranking.prepared import RELEVANCE, Prepared, Recipe, stream

PAIR = ["user_idx", "item_idx"]


@dataclass(frozen=True)
class LabelledWindow:
    """What one past label window teaches."""

    as_of: int
    """First day of the window; every column but `label` was known before it."""
    rows: pl.DataFrame
    """`user_idx, item_idx, label` (1: bought in the window) and the features, sorted by user;
    the order within a user is shuffled, since positives first would inflate NDCG."""
    counts: pl.DataFrame
    """Hits of each source and rank, see `candidates.pool.count_hits`."""
    n_bought: int
    """Distinct pairs bought in the window by the users looked at."""
    n_in_pool: int
    """Those of them that some source proposed; the others cannot be learned from."""
    n_users: int
    """Users looked at."""


def label_window(
    recipe: Recipe,
    prepared: Prepared,
    shop: Dataset,
    label_days: int,
    *,
    negatives_per_user: int,
    max_users: int,
    seed: int,
) -> LabelledWindow:
    """Make the training rows of the window that starts at `prepared.as_of`.

    Args:
        recipe: The sources and features that `prepared` was made with.
        prepared: Tables as of the window's first day.
        shop: The shop; it must reach to the end of the window.
        label_days: Length of the window in days.
        negatives_per_user: Pairs not bought that are kept for each user, drawn evenly.
        max_users: At most so many buyers of the window, drawn evenly.
        seed: Start of the draws.
    """
    as_of = prepared.as_of
    rng = np.random.default_rng(stream(seed, "window", as_of))
    bought = collect(shop.between(as_of, as_of + label_days).select(*PAIR).unique()).sort(*PAIR)
    users = bought.get_column("user_idx").unique().sort()
    if len(users) > max_users:
        chosen = np.sort(rng.choice(len(users), max_users, replace=False))
        users = users.gather(chosen)
        bought = bought.filter(pl.col("user_idx").is_in(users.implode()))
    past = shop.until(as_of)
    asked = past.of_users(lazy(users.to_frame())).in_memory()
    pool = build_pool(recipe.sources, prepared.sources, asked)
    counts = count_hits(collect(pool.long), bought)
    label = bought.with_columns(pl.lit(1, pl.Int8).alias("label"))
    pairs = (
        collect(pool.pairs)
        .join(label, on=PAIR, how="left")
        .with_columns(pl.col("label").fill_null(0))
        .sort(*PAIR)
    )
    n_in_pool = int(pairs["label"].sum())
    kept = _sample(pairs, negatives_per_user, rng)
    rows = add_features(recipe.features, prepared.features, asked, lazy(kept.drop("label")))
    rows = rows.join(kept.select(*PAIR, "label"), on=PAIR, how="left").sort(*PAIR)
    shuffled = rows.with_columns(pl.Series("_order", rng.random(len(rows))))
    rows = shuffled.sort("user_idx", "_order").drop("_order")
    ordered = [*PAIR, "label", *(name for name in rows.columns if name not in {*PAIR, "label"})]
    return LabelledWindow(as_of, rows.select(ordered), counts, len(bought), n_in_pool, len(users))


def _sample(pairs: pl.DataFrame, negatives: int, rng: np.random.Generator) -> pl.DataFrame:
    """Keep every positive and an even draw of so many negatives of each user."""
    drawn = pairs.with_columns(pl.Series("_draw", rng.random(len(pairs))))
    place = pl.col("_draw").rank("ordinal").over("user_idx", "label")
    return drawn.filter((pl.col("label") == 1) | (place <= negatives)).drop("_draw")


def score_table(
    recipe: Recipe,
    prepared: Prepared,
    asked: Dataset,
    rates: pl.DataFrame | None,
    pool_size: int | None,
    allowed: pl.Series | None = None,
) -> pl.DataFrame:
    """Make the rows to be scored for the asked users: pool and features, no label.

    Args:
        recipe: The sources and features.
        prepared: Tables as of `asked.as_of`.
        asked: The shop before `as_of`, cut to the asked users.
        rates: Hit rates of the sources, see `candidates.pool.hit_rates`.
        pool_size: Pairs kept for each user.
        allowed: `item_idx` of what may be proposed; None: everything.
    """
    pool = ranked_pool(recipe, prepared, asked, rates, pool_size, allow(allowed))
    return add_features(recipe.features, prepared.features, asked, pool.pairs)


def ranked_pool(
    recipe: Recipe,
    prepared: Prepared,
    asked: Dataset,
    rates: pl.DataFrame | None,
    pool_size: int | None,
    allowed: Allowed | None = None,
) -> Pool:
    """Build the pool that goes on to the ranker, see `score_table`.

    Where the recipe says so, only the pairs of the highest relevance are kept. A pair of which the
    model knows nothing goes on too: the filter drops what is known to fit badly.
    """
    pool = build_pool(recipe.sources, prepared.sources, asked, rates, pool_size, allowed)
    if not recipe.keep or RELEVANCE not in recipe.features:
        return pool
    feature, tables = recipe.features[RELEVANCE], prepared.features[RELEVANCE]
    scored = feature.add(tables, asked, pool.pairs)
    columns = column_types(pool.pairs)
    if RELEVANCE not in column_types(scored):
        return pool

    def kept(rows: pl.DataFrame) -> pl.DataFrame:
        place = pl.col(RELEVANCE).rank("ordinal", descending=True).over("user_idx")
        fits = place.is_null() | (place <= recipe.keep)
        return rows.sort(*PAIR).filter(fits).select(list(columns))

    return replace(pool, pairs=apply([scored], kept, columns))


def pair_table(
    recipe: Recipe, prepared: Prepared, asked: Dataset, rates: pl.DataFrame | None, items: pl.Series
) -> pl.DataFrame:
    """Make the rows of given items for the asked users, whether a source proposed them or not.

    Args:
        recipe: The sources and features.
        prepared: Tables as of `asked.as_of`.
        asked: The shop before `as_of`, cut to the asked users.
        rates: Hit rates of the sources, see `candidates.pool.hit_rates`.
        items: Their positions, `item_idx`.
    """
    proposed = collect(build_pool(recipe.sources, prepared.sources, asked, rates).pairs)
    named = [name for name in proposed.columns if not name.endswith("_similarity")]
    users = collect(asked.users.select("user_idx"))
    wanted = users.join(items.cast(pl.Int32).alias("item_idx").to_frame(), how="cross")
    pairs = wanted.join(proposed.select(named), on=PAIR, how="left").with_columns(
        pl.col("prior", "n_sources").fill_null(0)  # no source proposed it
    )
    flowing = lazy(pairs)
    for name, source in recipe.sources.items():
        scored = source.score(prepared.sources[name], flowing.select(*PAIR))
        if scored is not None:
            similarity = scored.select(*PAIR, nw.col("score").alias(f"{name}_similarity"))
            flowing = flowing.join(similarity, on=PAIR, how="left")
    return add_features(recipe.features, prepared.features, asked, flowing)


def bought_in(shop: Dataset, start: int, end: int) -> pl.DataFrame:
    """Give the distinct pairs bought on the days `start <= day < end`, sorted."""
    window = shop.interactions.filter((nw.col("day") >= start) & (nw.col("day") < end))
    return collect(window.select(*PAIR).unique()).sort(*PAIR)
