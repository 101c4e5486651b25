"""What a candidate source is, and the table steps that sources share."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import ClassVar

import narwhals as nw

from modiste.data import Dataset
from modiste.engine import collect, exact_sum, look_up, top_rows

Tables = dict[str, nw.LazyFrame]
"""Tables by name: what a source or a feature learned from the past, ready to be stored."""

YEAR = 364
"""Days in fifty-two whole weeks: the same weekday a year ago."""


class CandidateSource(ABC):
    """Who could like what: proposes at most `k` items for each user.

    The work is split in two, so that a release stores what was learned and the nightly batch, the
    backtest and a live request run the same code on any group of users:

    * `prepare` reads the whole shop before `as_of` and gives tables that hold for everybody;
    * `propose` reads those tables and the asked users' own history.
    """

    k: int
    """At most so many items for each user."""
    reason: ClassVar[str]
    """Why an item of this source is shown, in a shopper's words."""
    reads_vectors: ClassVar[bool] = False
    """Whether it reads `Dataset.item_vectors`: they are opened only where a source does."""

    reads_relevance: ClassVar[bool] = False
    """Whether it reads the relevance model, which a release stores once for all that do."""

    def prepare(self, shop: Dataset, seed: int) -> Tables:
        """Learn from the past what does not depend on who asks.

        Args:
            shop: The shop before `shop.as_of`.
            seed: Start of every random draw.
        """
        return {}

    @abstractmethod
    def propose(self, tables: Tables, asked: Dataset) -> nw.LazyFrame:
        """Propose items to the asked users.

        Args:
            tables: What `prepare` gave, perhaps read back from a release.
            asked: The shop before `asked.as_of`, cut to the asked users and their interactions.

        Returns:
            A table after `schema.CANDIDATES`. A user may have fewer than `k` rows, or none.
        """

    def score(self, tables: Tables, pairs: nw.LazyFrame) -> nw.LazyFrame | None:
        """Score any pair, also those that other sources proposed.

        Args:
            tables: What `prepare` gave.
            pairs: `user_idx, item_idx`, without repeats.

        Returns:
            The pairs with a Float32 column `score` (null where nothing is known), or None if this
            source only knows the pairs it proposes.
        """
        return None


def today(shop: Dataset) -> int:
    """Give the day before which everything in `shop` happened."""
    if shop.as_of is None:
        raise ValueError("candidates and features need dataset.until(as_of), given the whole shop")
    return shop.as_of


def decay(shop: Dataset, half_life: float) -> nw.Expr:
    """Weigh an interaction by its age: 1 the day before `as_of`, half after `half_life` days."""
    age = today(shop) - 1 - nw.col("day")
    return (age * (-0.6931471805599453 / half_life)).exp()


def decayed_sales(
    shop: Dataset, rows: nw.LazyFrame, half_life: float, *, by: tuple[str, ...] = ()
) -> nw.LazyFrame:
    """Sum sales weighted by their age, see `decay`.

    Args:
        shop: The shop before its `as_of`, from which ages count.
        rows: The sales that count.
        half_life: In days.
        by: Columns of `rows` within which items are summed apart.

    Returns:
        `by, item_idx, score`.
    """
    weighted = rows.with_columns(decay(shop, half_life).alias("score"))
    return weighted.group_by(*by, "item_idx").agg(exact_sum(nw.col("score")))


def top_k(scored: nw.LazyFrame, k: int, *, by: str = "user_idx") -> nw.LazyFrame:
    """Keep the `k` best rows of each group and number them from 1; ties go to the lower item.

    Args:
        scored: Rows with `item_idx`, `score` and the group's column.
        k: Rows kept in a group.
        by: The group's column.
    """
    return top_rows(scored, k, by)


def best_items(scored: nw.LazyFrame, k: int) -> nw.LazyFrame:
    """Keep the `k` best items of one list for everybody, numbered from 1."""
    everyone = scored.with_columns(nw.lit(0).alias("_all"))
    return top_k(everyone, k, by="_all").select("item_idx", "score", "rank")


def to_everybody(items: nw.LazyFrame, asked: Dataset) -> nw.LazyFrame:
    """Propose one ranked list to every asked user."""
    users = asked.users.select("user_idx")
    return users.join(items, how="cross").select("user_idx", "item_idx", "score", "rank")


def recent_items(asked: Dataset, n: int, half_life: float) -> nw.LazyFrame:
    """Give each asked user's `n` items bought last, weighted by age.

    Returns:
        `user_idx, item_idx, weight`; the weight halves every `half_life` days.
    """
    last = asked.interactions.group_by("user_idx", "item_idx").agg(nw.col("day").max())
    newest = last.with_columns(nw.col("day").alias("score"))
    return (
        top_k(newest, n)
        .with_columns(decay(asked, half_life).cast(nw.Float32).alias("weight"))
        .select("user_idx", "item_idx", "weight")
    )


def owned_items(asked: Dataset, half_life: float) -> nw.LazyFrame:
    """Give all that each asked user bought, weighted by the age of the last time.

    Returns:
        `user_idx, item_idx, weight`; the weight halves every `half_life` days.
    """
    last = asked.interactions.group_by("user_idx", "item_idx").agg(nw.col("day").max())
    weight = decay(asked, half_life).cast(nw.Float32).alias("weight")
    return last.with_columns(weight).select("user_idx", "item_idx", "weight")


def follow(owned: nw.LazyFrame, neighbours: nw.LazyFrame, k: int) -> nw.LazyFrame:
    """Walk from what users own to the neighbours of those items.

    Args:
        owned: `user_idx, item_idx, weight`.
        neighbours: `item_idx, neighbour_idx, similarity`.
        k: Items kept for each user.

    Returns:
        Candidates; the score of an item is the sum of weight times similarity.
    """
    reached = look_up(owned, neighbours, "item_idx", "inner").select(
        "user_idx",
        nw.col("neighbour_idx").alias("item_idx"),
        (nw.col("weight") * nw.col("similarity")).alias("score"),
    )
    summed = reached.group_by("user_idx", "item_idx").agg(exact_sum(nw.col("score")))
    return top_k(summed, k).select("user_idx", "item_idx", "score", "rank")


def on_sale(shop: Dataset, days: int) -> nw.LazyFrame:
    """Give the items sold in the last `days` days: the best sign of stock where none is known."""
    end = today(shop)
    return shop.between(end - days, end).select("item_idx").unique()


def offered(shop: Dataset, days: int, *, unseen: float = 0.1) -> nw.LazyFrame:
    """Give the items that may be offered: those sold lately, as far as sales can tell.

    In a large shop an item without a sale for weeks is gone. In a small one most items on the rail
    go without a sale for weeks, and its absence says nothing. The share of sales that are of items
    sold only once estimates how likely the next sale is of an item not seen at all; the window is
    doubled until that is small, and where all of history is too short the whole catalogue is given.

    Source: Good, "The population frequencies of species and the estimation of population
    parameters", Biometrika 1953.

    Args:
        shop: The shop before its `as_of`.
        days: The window to start with.
        unseen: The share of sales of unseen items that is borne.

    Returns:
        `item_idx`, without repeats.
    """
    end = today(shop)
    first = collect(shop.interactions.select(nw.col("day").min())).item()
    reach = 0 if first is None else end - first
    window = days
    while True:
        sold = (
            shop.between(end - window, end)
            .group_by("item_idx")
            .agg(nw.len().cast(nw.Int64).alias("sales"))
        )
        once = (nw.col("sales") == 1).cast(nw.Int64).sum().alias("once")
        singles, sales = collect(sold.select(once, nw.col("sales").sum().alias("all"))).row(0)
        if sales and singles <= unseen * sales:
            return on_sale(shop, window)
        if window >= reach:
            return shop.items.select("item_idx")
        window *= 2


def with_age_band(users: nw.LazyFrame) -> nw.LazyFrame:
    """Add `age_band`: decades from 1 (under 20) to 7 (70 and over), 0 where age is unknown."""
    band = (nw.col("age") / 10).floor().clip(1, 7).cast(nw.Int32).fill_null(0)
    return users.select("user_idx", band.alias("age_band"))
