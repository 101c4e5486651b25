"""How good lists are: a value for each customer and week, and a few for all lists together.

`ranked` is what was shown (`week, user_idx, item_idx, rank`), `relevant` is what was bought in the
week (`week, user_idx, item_idx`); `week` is the first day of the predicted week, in days since
1970. The unit that is judged is the customer-week: a customer who bought something in that week, as
in the H&M contest.
"""

from __future__ import annotations

import numpy as np
import polars as pl

from modiste.errors import InputError, SchemaError

CUSTOMER_WEEK = ("week", "user_idx")
"""The columns that name a customer-week."""

RANKING_METRICS = ("MAP", "NDCG", "Recall", "Precision", "HitRate", "MRR")
"""The columns of `per_customer_week`; with `@k` they are the names in results."""

_PAIR = (*CUSTOMER_WEEK, "item_idx")


def per_customer_week(ranked: pl.DataFrame, relevant: pl.DataFrame, k: int) -> pl.DataFrame:
    """Judge each customer-week's list by what the customer bought in that week.

    With `n` distinct items bought, and the hits among the first `k` ranks:

    * `MAP`: sum over hits of (hits up to its rank) / rank, divided by min(n, k). The mean over
      customer-weeks is the contest's MAP@k.
    * `NDCG`: sum over hits of 1 / log2(rank + 1), divided by that sum for a list which begins with
      min(n, k) hits.
    * `Recall`: hits / n. `Precision`: hits / k, also where the list is shorter.
    * `HitRate`: 1 where there is a hit. `MRR`: 1 / rank of the first hit.

    Args:
        ranked: What was shown, ranks from 1; lists of customers who bought nothing in that week
            are ignored.
        relevant: What was bought.
        k: Length of list that is judged, at least 1.

    Returns:
        `week, user_idx, n_relevant` and `RANKING_METRICS`, each in [0, 1]; one row for each
        customer-week of `relevant`, sorted by week and user; 0 where nothing was shown.

    Raises:
        InputError: If `k` is below 1.
        SchemaError: If a list holds an item or a rank twice or a rank below 1, or if `relevant`
            holds a row twice.

    Source: Manning, Raghavan and Schütze, Introduction to Information Retrieval (2008), section
        8.4; divisor min(n, k) as in the H&M Personalized Fashion Recommendations contest (2022).
    """
    shown, bought = first_ranks(ranked, k), _bought(relevant)
    discounts = 1 / np.log2(np.arange(2, k + 2))  # [k]
    # A running sum adds in the order of ranks, whatever the threads do: same rows, same bytes, and
    # the sum of a perfect list is the ideal sum to the last bit.
    per_list = (
        shown.join(bought, on=_PAIR, how="inner")
        .sort(*CUSTOMER_WEEK, "rank")
        .with_columns(
            pl.int_range(1, pl.len() + 1).over(CUSTOMER_WEEK).alias("found"),
            _look_up(discounts, pl.col("rank") - 1).alias("discount"),
        )
        .group_by(CUSTOMER_WEEK, maintain_order=True)
        .agg(
            pl.len().alias("hits"),
            pl.col("rank").first().alias("first"),
            (pl.col("found") / pl.col("rank")).cum_sum().last().alias("precisions"),
            pl.col("discount").cum_sum().last().alias("gain"),
        )
    )
    best = pl.col("n_relevant").clip(upper_bound=k)
    return (
        bought.group_by(CUSTOMER_WEEK)
        .agg(pl.len().cast(pl.Int64).alias("n_relevant"))
        .join(per_list, on=CUSTOMER_WEEK, how="left")
        .with_columns(pl.col("hits", "precisions", "gain").fill_null(0))
        .sort(CUSTOMER_WEEK)
        .select(
            *CUSTOMER_WEEK,
            "n_relevant",
            (pl.col("precisions") / best).alias("MAP"),
            (pl.col("gain") / _look_up(np.cumsum(discounts), best - 1)).alias("NDCG"),
            (pl.col("hits") / pl.col("n_relevant")).alias("Recall"),
            (pl.col("hits") / k).alias("Precision"),
            (pl.col("hits") > 0).cast(pl.Float64).alias("HitRate"),
            (1 / pl.col("first")).fill_null(0.0).alias("MRR"),
        )
    )


def first_ranks(ranked: pl.DataFrame, k: int) -> pl.DataFrame:
    """Give the part of the lists that is judged, checked.

    Args:
        ranked: What was shown, ranks from 1.
        k: Length of list that is judged, at least 1.

    Returns:
        `week, user_idx, item_idx, rank`, in the order given.

    Raises:
        InputError: If `k` is below 1.
        SchemaError: If a list holds an item or a rank twice or a rank below 1.
    """
    if k < 1:
        raise InputError(f"k={k}: a list needs at least 1 item, give a k of 1 or more")
    shown = _typed(ranked, (*_PAIR, "rank"), "ranked").filter(pl.col("rank") <= k)
    if (below := shown.filter(pl.col("rank") < 1)).height:
        raise SchemaError(f"ranked: a rank of {below.item(0, 'rank')}: count ranks from 1")
    _refuse_repeats(shown, _PAIR, "ranked: an item occurs twice in a list")
    _refuse_repeats(shown, (*CUSTOMER_WEEK, "rank"), "ranked: a rank occurs twice in a list")
    return shown


def coverage(ranked: pl.DataFrame, on_sale: pl.DataFrame, k: int) -> float:
    """Give the share of the items on sale that were shown to anybody in any of the weeks.

    Args:
        ranked: What was shown.
        on_sale: `item_idx` of the items that were on sale, without repeats. Items shown that are
            not among them count neither above nor below the line.
        k: Length of list that is judged.

    Returns:
        A share in [0, 1]; 0 where nothing was on sale.
    """
    sold = on_sale.select(pl.col("item_idx").cast(pl.Int32))
    shown = first_ranks(ranked, k).select("item_idx").unique()
    return shown.join(sold, on="item_idx", how="semi").height / max(sold.height, 1)


def novelty(ranked: pl.DataFrame, popularity: pl.DataFrame, k: int) -> float | None:
    """Give the mean surprise of what was shown, in bits: a best seller has few, a rare item many.

    The surprise of an item is -log2((b + 1) / (n + 1)), where `b` of the `n` customers who bought
    anything in the time before the week bought it; the added 1 keeps items without buyers finite.

    Args:
        ranked: What was shown.
        popularity: `week, item_idx, buyers, all_buyers` (b and n); a row with a null `item_idx` for
            each week holds n for items without buyers.
        k: Length of list that is judged.

    Returns:
        Bits, the mean over everything shown, 0 or more; None where nothing was shown.

    Source: Zhou et al., Solving the apparent diversity-accuracy dilemma of recommender systems
        (PNAS 2010), self-information; the added 1 is ours.
    """
    shown = first_ranks(ranked, k).sort(*CUSTOMER_WEEK, "rank")
    if not shown.height:
        return None
    known = _typed(popularity, ("week", "item_idx", "buyers", "all_buyers"), "popularity")
    totals = known.group_by("week").agg(pl.col("all_buyers").max())
    share = (pl.col("buyers").fill_null(0) + 1) / (pl.col("all_buyers").fill_null(0) + 1)
    bits = (
        shown.join(known.drop("all_buyers"), on=("week", "item_idx"), how="left")
        .join(totals, on="week", how="left", maintain_order="left")
        .sort(*CUSTOMER_WEEK, "rank")
        .select(-share.log(2))
        .to_series()
    )
    return float(bits.to_numpy().mean())


def share_of_rows(rows: pl.DataFrame, marked: pl.DataFrame, on: tuple[str, ...]) -> float | None:
    """Give the share of rows whose key is among the marked ones.

    It answers how much of what is shown, or bought, belongs to items or customers that were not
    seen before.

    Args:
        rows: Any table with the columns `on`.
        marked: The keys that count, without repeats.
        on: The columns of the key.

    Returns:
        A share in [0, 1]; None where there are no rows.
    """
    if not rows.height:
        return None
    keys = _typed(marked, on, "marked")
    return _typed(rows, on, "rows").join(keys, on=on, how="semi").height / rows.height


def _look_up(table: np.ndarray[tuple[int], np.dtype[np.float64]], position: pl.Expr) -> pl.Expr:
    return pl.lit(pl.Series(table)).gather(position.cast(pl.UInt32))


def _bought(relevant: pl.DataFrame) -> pl.DataFrame:
    bought = _typed(relevant, _PAIR, "relevant")
    _refuse_repeats(bought, _PAIR, "relevant: an item occurs twice in a customer's week")
    return bought


def _typed(frame: pl.DataFrame, columns: tuple[str, ...], what: str) -> pl.DataFrame:
    missing = [name for name in columns if name not in frame.columns]
    if missing:
        raise SchemaError(
            f"{what}: column {', '.join(missing)} is missing: give it {', '.join(columns)}"
        )
    return frame.select(pl.col(name).cast(pl.Int32) for name in columns)


def _refuse_repeats(frame: pl.DataFrame, key: tuple[str, ...], what: str) -> None:
    if frame.select(pl.struct(key).is_duplicated().any()).item():
        row = frame.filter(pl.struct(key).is_duplicated()).sort(key).row(0, named=True)
        raise SchemaError(f"{what}, first {row}: keep one of them")
