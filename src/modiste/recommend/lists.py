"""The best items for every user, in chunks of users that fit a memory budget."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Literal, NamedTuple

import narwhals as nw
import polars as pl

from modiste.data import Dataset
from modiste.engine import collect, lazy
from modiste.errors import InputError
from modiste.ranking.model import Model, add_unknown_users, best_of
from modiste.ranking.prepared import Progress
from modiste.recommend.parts import join_parts, parts_of, write_part
from modiste.recommend.ruled import ruled_lists
from modiste.rules import Rules

Format = Literal["parquet", "csv", "kaggle"]


class Written(NamedTuple):
    """What `write_recommendations` wrote."""

    n_users: int
    n_short: int
    """Users with fewer than `k` items."""


BYTES_A_VALUE = 20
"""Peak bytes that one feature of one pair takes while a chunk is made: measured with
`benchmarks/full_scale.py`; the value itself is 4, joins and the ranker's copy are the rest."""
BASE_BYTES = 1_500_000_000
"""What the libraries and the prepared tables take besides chunks and interactions."""
_LEAST_USERS, _MOST_USERS = 500, 50_000


def chunk_users(memory: int, n_interactions: int, pool_size: int, n_features: int) -> int:
    """Choose how many users are worked on at once.

    Args:
        memory: Budget in bytes for the whole process.
        n_interactions: Rows of the shop's history, held in memory.
        pool_size: Pairs ranked for each user.
        n_features: Features of a pair.

    Returns:
        Users in a chunk, between 500 and 50,000.
    """
    left = memory - BASE_BYTES - 20 * n_interactions
    fit = left // (pool_size * n_features * BYTES_A_VALUE)
    return int(max(_LEAST_USERS, min(_MOST_USERS, fit)))


def recommend(
    model: Model,
    shop: Dataset,
    k: int,
    *,
    users: pl.Series | None = None,
    rules: Rules | None = None,
    memory: int = 8_000_000_000,
    progress: Progress | None = None,
) -> Iterator[pl.DataFrame]:
    """Give the `k` best items of every user, chunk by chunk.

    Args:
        model: A fitted model.
        shop: The shop before the model's `as_of`, all users.
        k: Items for each user. A user gets fewer only where the shop has sold fewer than `k` items
            in all, or fewer that the rules let be shown.
        users: Positions of the asked users, ascending; those beyond the shop's users are users of
            whom nothing is known. None: everybody.
        rules: What may be shown, how often, and what has places of its own.
        memory: Budget in bytes.
        progress: Told the share of users done.

    Yields:
        Frames after `schema.RECOMMENDATIONS`, in the order of the users.

    Raises:
        InputError: If `k` is below 1.
    """
    chunks = list_chunks(model, shop, k, users=users, rules=rules, memory=memory, progress=progress)
    # What a chunk was made of must be gone before the next one is made.
    yield from (chunk.lists for chunk in chunks)


class Chunk(NamedTuple):
    """The lists of some users, and what they were made of."""

    lists: pl.DataFrame
    """A frame after `schema.RECOMMENDATIONS`, in the order of the users."""
    users: pl.Series
    """`user_idx` of the users, ascending."""
    asked: Dataset
    """The shop cut to them."""
    rows: pl.DataFrame
    """Their ranking table."""


def list_chunks(
    model: Model,
    shop: Dataset,
    k: int,
    *,
    users: pl.Series | None = None,
    rules: Rules | None = None,
    memory: int = 8_000_000_000,
    progress: Progress | None = None,
) -> Iterator[Chunk]:
    """Give what `recommend` gives with what it was made of."""
    if k < 1:
        raise InputError(f"k={k}: a list needs at least 1 item")
    shop = replace(shop.in_memory(), items=shop.items)
    n_users = shop.n_users()
    history = collect(shop.interactions.select(nw.len())).item()
    size = chunk_users(memory, history, model.pool_size, len(model.fit.ranker.columns))
    spare = sold_items(shop) if rules else fallback_items(shop, k)
    n_asked = n_users if users is None else len(users)
    for start in range(0, n_asked, size):
        stop = min(start + size, n_asked)
        if users is None:
            asked = shop.of_user_range(start, stop).in_memory()
            keys = pl.Series("user_idx", range(start, stop), dtype=pl.Int32)
        else:
            keys = users.slice(start, stop - start).cast(pl.Int32).alias("user_idx")
            asked = shop.of_users(lazy(keys.to_frame())).in_memory()
            asked = add_unknown_users(asked, keys.filter(keys >= n_users))
        yield _chunk(model, asked, keys, spare, k, rules)
        if progress:
            progress("recommend", stop / n_asked)


def _chunk(
    model: Model,
    asked: Dataset,
    users: pl.Series,
    spare: pl.DataFrame,
    k: int,
    rules: Rules | None,
) -> Chunk:
    rows = model.table(asked, rules.allowed if rules else None)
    if rules is None:
        lists = fill(best_of(rows, model.fit.ranker, k), users, spare, k)
    else:
        ranked = best_of(rows, model.fit.ranker, model.pool_size)
        lists = ruled_lists(rules, ranked, asked, users, spare, k)
    return Chunk(lists, users, asked, rows)


def fallback_items(shop: Dataset, k: int) -> pl.DataFrame:
    """Give the items that fill a short list, `item_idx` in the order of `sold_items`.

    Twice `k` items are given, so that `k` are left when a list holds `k` of them already.
    """
    return sold_items(shop).head(2 * k)


def sold_items(shop: Dataset) -> pl.DataFrame:
    """Give all items that were ever sold, `item_idx`, those sold last and most first."""
    sold = shop.interactions.group_by("item_idx").agg(
        nw.col("day").max().alias("last"), nw.len().alias("times")
    )
    ordered = collect(sold).sort("last", "times", "item_idx", descending=[True, True, False])
    return ordered.select("item_idx")


def fill(lists: pl.DataFrame, users: pl.Series, spare: pl.DataFrame, k: int) -> pl.DataFrame:
    """Fill lists shorter than `k` with spare items that they do not hold.

    Args:
        lists: A frame after `schema.RECOMMENDATIONS`.
        users: Positions of all users that get a list.
        spare: `item_idx`, the best first.
        k: Length of a full list.
    """
    sizes = users.to_frame().join(
        lists.group_by("user_idx").agg(pl.len().alias("size")), on="user_idx", how="left"
    )
    short = sizes.filter(pl.col("size").fill_null(0) < k).select("user_idx")
    if short.is_empty():
        return lists
    added = (
        short.join(spare.with_row_index("place"), how="cross")
        .join(lists, on=["user_idx", "item_idx"], how="anti")
        .select("user_idx", "item_idx", (pl.col("place") + k + 1).cast(pl.Int32).alias("rank"))
        .with_columns(pl.lit(None, pl.Float32).alias("score"))
    )
    together = pl.concat([lists, added]).sort("user_idx", "rank")
    rank = pl.int_range(1, pl.len() + 1, dtype=pl.Int32).over("user_idx").alias("rank")
    return together.with_columns(rank).filter(pl.col("rank") <= k)


def write_recommendations(
    model: Model,
    shop: Dataset,
    out: Path,
    *,
    k: int = 12,
    file_format: Format = "parquet",
    user_ids: pl.Series | None = None,
    rules: Rules | None = None,
    memory: int = 8_000_000_000,
    progress: Progress | None = None,
) -> Written:
    """Write every user's list to one file, which appears when it is whole.

    Args:
        model: A fitted model.
        shop: The shop before the model's `as_of`, all users.
        out: The file.
        k: Items for each user.
        file_format: `parquet` and `csv` hold a row a recommendation with the shop's own names of
            user and item, `rank`, `score`; `kaggle` a row a user, the items joined by spaces.
        user_ids: Text ids of the asked users, known or not, without repeats; None: everybody.
        rules: What may be shown, how often, and what has places of its own.
        memory: Budget in bytes.
        progress: Told the share of users done.

    Returns:
        How many users were written, and how many of them got fewer than `k` items.

    Raises:
        InputError: If the folder of `out` does not exist, or the rules leave nothing to show.
    """
    ids = collect(shop.users.select("user_idx", "user_id")).sort("user_idx")
    items = collect(shop.items.select("item_idx", "item_id"))
    keys = None
    if user_ids is not None:
        ids, keys = _asked(ids, user_ids)
    chunks = recommend(model, shop, k, users=keys, rules=rules, memory=memory, progress=progress)
    own = {"user_id": "customer_id", "item_id": "article_id"}
    if file_format != "kaggle":  # the contest fixes the names of its own file
        own = {name: shop.own_names.get(name, name) for name in own}
    n_users = len(ids) if keys is None else len(keys)
    n_full = 0
    with parts_of(out) as parts:
        for number, chunk in enumerate(chunks):
            n_full += chunk.filter(pl.col("rank") == k).height
            if chunk.is_empty():  # rules may leave nothing to show
                continue
            # Both are ascending by user: a chunk's ids are one slice, not a join with everybody.
            first, last = chunk.item(0, "user_idx"), chunk.item(-1, "user_idx")
            mine = ids.filter(pl.col("user_idx").is_between(first, last))
            named = chunk.join(items, on="item_idx", how="left").join(
                mine, on="user_idx", how="left"
            )
            named = named.sort("user_idx", "rank")
            write_part(_rows(named, own, file_format), parts, number)
        if not any(parts.iterdir()):
            raise InputError(
                f"{out}: the rules let nothing be shown that was ever sold: loosen them"
            )
        join_parts(parts, out, csv=file_format != "parquet")
    return Written(n_users, n_users - n_full)


def _asked(ids: pl.DataFrame, user_ids: pl.Series) -> tuple[pl.DataFrame, pl.Series]:
    """Give ids with positions, unknown ones after the known, and the asked positions ascending."""
    wanted = user_ids.cast(pl.String).unique().sort().alias("user_id").to_frame()
    known = ids.join(wanted, on="user_id", how="semi").sort("user_idx")
    unknown = wanted.join(ids, on="user_id", how="anti").sort("user_id")
    places = pl.int_range(len(ids), len(ids) + len(unknown), dtype=pl.Int32, eager=True)
    added = unknown.select(places.alias("user_idx"), "user_id")
    asked = pl.concat([known, added])
    return asked, asked.get_column("user_idx")


def _rows(named: pl.DataFrame, own: dict[str, str], file_format: Format) -> pl.DataFrame:
    user, item = own["user_id"], own["item_id"]
    if file_format == "kaggle":
        joined = named.group_by("user_id", maintain_order=True).agg(
            pl.col("item_id").str.join(" ").alias("prediction")
        )
        return joined.rename({"user_id": user})
    return named.select(
        pl.col("user_id").alias(user), pl.col("item_id").alias(item), "rank", "score"
    )
