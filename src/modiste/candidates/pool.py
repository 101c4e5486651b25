"""Many sources, one row a pair: each source's rank and score become columns.

A pair that a source did not propose has null in that source's columns. Pools are bounded by what
the sources were seen to recall: `count_hits` counts on past weeks how often each source's n-th
proposal was bought, `hit_rates` turns the counts of many weeks into rates, and `pool` keeps the
pairs with the highest summed rate.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from time import perf_counter

import narwhals as nw
import polars as pl

from modiste.candidates.base import CandidateSource, Tables, top_k
from modiste.data import Dataset
from modiste.engine import exact_sum, join_left, lazy, materialize

PAIR = ("user_idx", "item_idx")
Allowed = Callable[[nw.LazyFrame], nw.LazyFrame]
"""Takes proposals and gives those that may be shown."""
PRIOR_PAIRS = 2000.0
"""A source's rate at one rank is drawn towards the source's neighbouring ranks with this weight."""


@dataclass(frozen=True)
class Pool:
    """What all sources propose to the asked users."""

    pairs: nw.LazyFrame
    """`user_idx, item_idx, prior` (1 / (rank + 10) summed over sources), `n_sources`, then
    `<source>_rank`, `<source>_score` for each source and `<source>_similarity` for those that can
    score any pair."""
    long: nw.LazyFrame
    """`source, user_idx, item_idx, rank`: who proposed what, for the ledger."""
    seconds: Mapping[str, float]
    """Seconds each source took."""


def build_pool(
    sources: Mapping[str, CandidateSource],
    tables: Mapping[str, Tables],
    asked: Dataset,
    rates: pl.DataFrame | None = None,
    size: int | None = None,
    allowed: Allowed | None = None,
) -> Pool:
    """Ask every source and join what they propose.

    Args:
        sources: The sources by name.
        tables: What each source's `prepare` gave, by the same names.
        asked: The shop before `as_of`, cut to the asked users.
        rates: `source, rank, rate` from `hit_rates`; None: a rate that falls with rank, the same
            for all sources.
        size: Pairs kept for each user, those with the highest summed rate; None: all.
        allowed: Keeps of the proposals what may be shown, see `allow`; None: everything. Ranks
            stay those that the sources gave.
    """
    proposals, seconds = [], {}
    for number, (name, source) in enumerate(sources.items()):
        start = perf_counter()
        found = materialize(source.propose(tables[name], asked).select(*PAIR, "score", "rank"))
        seconds[name] = perf_counter() - start
        proposals.append(
            found.with_columns(
                nw.col("score").cast(nw.Float32), nw.lit(number).cast(nw.Int32).alias("source")
            )
        )
    long = nw.concat(proposals)
    if allowed is not None:
        long = materialize(allowed(long))
    pairs = _widen(long, list(sources), rates)
    if size is not None:
        pairs = top_k(pairs.with_columns(nw.col("_rate").alias("score")), size)
        pairs = pairs.drop("score", "rank")
    pairs = pairs.drop("_rate")
    pairs = materialize(pairs.sort(*PAIR))
    proposed = pairs.select(*PAIR)
    for name, source in sources.items():
        scored = source.score(tables[name], proposed)
        if scored is not None:
            similarity = scored.select(*PAIR, nw.col("score").alias(f"{name}_similarity"))
            pairs = join_left(pairs, similarity, PAIR)
    numbered = pl.DataFrame({"number": range(len(sources)), "name": list(sources)})
    names = lazy(numbered.cast({"number": pl.Int32}))
    named = long.join(names, left_on="source", right_on="number")
    long = named.select(nw.col("name").alias("source"), *PAIR, "rank")
    return Pool(pairs, long, seconds)


def allow(items: pl.Series | None) -> Allowed | None:
    """Make what keeps the proposals of some items, by `item_idx`; None: all are kept."""
    if items is None:
        return None
    may = lazy(items.cast(pl.Int32).alias("item_idx").to_frame())
    return lambda proposals: proposals.join(may, on="item_idx", how="semi")


def _widen(long: nw.LazyFrame, names: list[str], rates: pl.DataFrame | None) -> nw.LazyFrame:
    """Turn one row a proposal into one row a pair."""
    # The same for training and scoring, whether rates are known yet or not: it is a feature.
    rated = long.with_columns((1.0 / (nw.col("rank") + 10)).alias("fall"))
    if rates is None:
        rated = rated.with_columns(nw.col("fall").alias("rate"))
    else:
        numbered = rates.with_columns(
            pl.col("source").replace_strict(
                {name: number for number, name in enumerate(names)},
                default=None,
                return_dtype=pl.Int32,
            )
        ).drop_nulls("source")
        rated = join_left(rated, lazy(numbered), ["source", "rank"]).with_columns(
            nw.col("rate").fill_null(0.0)
        )
    columns = []
    for number, name in enumerate(names):
        mine = nw.col("source") == number
        columns.append(nw.when(mine).then(nw.col("rank")).max().alias(f"{name}_rank"))
        columns.append(nw.when(mine).then(nw.col("score")).max().alias(f"{name}_score"))
    prior = exact_sum(nw.col("fall")).alias("prior")
    rate = exact_sum(nw.col("rate")).alias("_rate")
    return rated.group_by(*PAIR).agg(
        prior, rate, nw.len().cast(nw.Int64).alias("n_sources"), *columns
    )


def count_hits(long: pl.DataFrame, bought: pl.DataFrame) -> pl.DataFrame:
    """Count how often each source's proposals of each rank were bought.

    Args:
        long: `source, user_idx, item_idx, rank`.
        bought: `user_idx, item_idx`, without repeats.

    Returns:
        `source, rank, n_pairs, n_hits`, sorted.
    """
    hit = bought.select(*PAIR, pl.lit(1, pl.Int32).alias("hit"))
    return (
        long.join(hit, on=PAIR, how="left")
        .group_by("source", "rank")
        .agg(
            pl.len().cast(pl.Int64).alias("n_pairs"),
            pl.col("hit").sum().cast(pl.Int64).alias("n_hits"),
        )
        .sort("source", "rank")
    )


def hit_rates(counts: pl.DataFrame) -> pl.DataFrame:
    """Turn hit counts of many weeks into a smooth rate for each source and rank.

    The rate of a rank is estimated from the ranks around it as well (a window that grows with the
    rank), since single ranks hold few hits, and shrunk towards the rate of all proposals.

    Args:
        counts: Rows of `count_hits`, of one or more weeks.

    Returns:
        `source, rank, rate`, sorted.
    """
    total = counts.group_by("source", "rank").agg(pl.col("n_pairs", "n_hits").sum())
    near = (pl.col("rank").cast(pl.Float64).log1p() * 2).floor().cast(pl.Int32).alias("near")
    total = total.with_columns(near)
    around = total.group_by("source", "near").agg(
        pl.col("n_pairs").sum().alias("pairs"), pl.col("n_hits").sum().alias("hits")
    )
    overall = int(total["n_hits"].sum()) / max(1, int(total["n_pairs"].sum()))
    smooth = (pl.col("hits") + overall * PRIOR_PAIRS) / (pl.col("pairs") + PRIOR_PAIRS)
    return (
        total.join(around, on=["source", "near"])
        .select("source", "rank", smooth.alias("rate"))
        .sort("source", "rank")
    )
