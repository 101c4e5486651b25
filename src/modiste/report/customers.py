"""Ten customers of all sorts: what they bought, what they are shown, and why."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl

from modiste.data.dataset import Dataset
from modiste.errors import ModisteError
from modiste.evaluation.segments import AGE_BANDS, age_band, history_segment, iso_day
from modiste.report.glance import as_polars, shown_attributes
from modiste.report.pictures import Album

Explain = Callable[[Path, Sequence[str], int], pl.DataFrame]
"""`(shop, user_ids, k)` to `user_id, item_id, rank, score, source, reason`."""

QUOTAS = {"none": 2, "little": 3, "much": 5}
"""How many customers of each history; places left free go to the others, most history first."""
RECENT_DAYS = 91
"""Customers who bought in so many days before the end are preferred."""
N_BOUGHT = 8
N_SHOWN = 12


@dataclass(frozen=True)
class Card:
    """One article."""

    name: str
    about: str
    """Kind and colour."""
    picture: str | None
    """A data URI."""
    badge: str
    """The rank, or the day of purchase."""
    source: str = ""
    reason: str = ""
    owned: bool = False
    """Was it bought before by this customer?"""


@dataclass(frozen=True)
class Customer:
    """One customer with the articles of both rows."""

    user_id: str
    history: str
    """none, little or much."""
    facts: list[str]
    bought: list[Card]
    shown: list[Card]


@dataclass(frozen=True)
class Gallery:
    """The customers, and why nothing is shown to them if so."""

    customers: list[Customer]
    problem: str | None = None


def choose_customers(dataset: Dataset, seed: int) -> pl.DataFrame:
    """Choose customers of all histories and ages, the same for the same seed.

    Returns:
        `user_idx, user_id, age, n, last, history`, at most `sum(QUOTAS.values())` rows, little
        history first, then by age.
    """
    stats = (
        as_polars(dataset.interactions)
        .group_by("user_idx")
        .agg(pl.len().alias("n"), pl.col("day").max().alias("last"))
    )
    users = (
        as_polars(dataset.users)
        .select("user_idx", "user_id", pl.col("age").cast(pl.Float64))
        .join(stats, on="user_idx", how="left")
        .sort("user_idx")
        .collect(engine="streaming")
        .with_columns(pl.col("n").fill_null(0))
    )
    draw = pl.Series(np.random.default_rng(seed).permutation(users.height))
    lately = pl.col("last") > pl.col("last").max() - RECENT_DAYS
    strata = ("history", "late", "band")
    lined_up = (
        users.with_columns(
            draw.alias("draw"),
            history_segment(pl.col("n")).alias("history"),
            age_band(pl.col("age")).replace_strict(_places(AGE_BANDS)).alias("band"),
            (~lately).fill_null(value=True).alias("late"),
        )
        .sort("draw")
        .with_columns(pl.int_range(pl.len()).over(strata).alias("turn"))
        .sort("late", "turn", "band")
        .with_columns(pl.int_range(pl.len()).over("history").alias("place"))
        .with_columns(
            (pl.col("place") >= pl.col("history").replace_strict(QUOTAS)).alias("extra"),
            pl.col("history").replace_strict(_places(tuple(QUOTAS))).alias("order"),
        )
    )
    chosen = lined_up.sort("extra", pl.col("order") * pl.lit(-1), "place").head(
        sum(QUOTAS.values())
    )
    return chosen.sort("order", "age", "user_idx", nulls_last=True).select(
        "user_idx", "user_id", "age", "n", "last", "history"
    )


def show_customers(
    shop: Path, dataset: Dataset, album: Album, explain: Explain, seed: int
) -> Gallery:
    """Gather the chosen customers' purchases and recommendations.

    Args:
        shop: The shop's folder, given to `explain`.
        dataset: The shop's tables.
        album: Gives the pictures.
        explain: Gives recommendations with reasons; what it raises on purpose becomes the
            gallery's `problem`.
        seed: Of the choice of customers.
    """
    chosen = choose_customers(dataset, seed)
    if not chosen.height:
        return Gallery([], "The shop has no customers yet.")
    items = _described(dataset)
    bought = _purchases(dataset, chosen)
    problem = None
    try:
        shown = explain(shop, chosen["user_id"].to_list(), N_SHOWN)
    except ModisteError as error:
        problem = str(error)
        shown = pl.DataFrame(
            schema=dict.fromkeys(("user_id", "item_id", "source", "reason"), pl.String)
            | {"rank": pl.Int32}
        )
    shown = (
        shown.join(chosen.select("user_id", "user_idx"), on="user_id")
        .join(items.collect(), on="item_id", how="left", maintain_order="left")
        .join(
            bought.select("user_idx", "item_idx", owned=pl.lit(value=True)),
            on=("user_idx", "item_idx"),
            how="left",
        )
        .sort("user_idx", "rank")
    )
    worn = (
        bought.sort("day", "item_idx", descending=[True, False])
        .group_by("user_idx", maintain_order=True)
        .head(N_BOUGHT)
        .join(items.collect(), on="item_idx", how="left", maintain_order="left")
    )
    # Recommendations first: where the budget of pictures ends, purchases go without.
    cards = {user: _shown_cards(part, album) for (user,), part in shown.group_by("user_idx")}
    past = {user: _bought_cards(part, album) for (user,), part in worn.group_by("user_idx")}
    return Gallery(
        [
            Customer(
                user_id=row["user_id"],
                history=row["history"],
                facts=_facts(row["age"], row["n"], row["last"]),
                bought=past.get(row["user_idx"], []),
                shown=cards.get(row["user_idx"], []),
            )
            for row in chosen.iter_rows(named=True)
        ],
        problem,
    )


def _described(dataset: Dataset) -> pl.LazyFrame:
    about = [pl.col(name) for name in shown_attributes(dataset)]
    return as_polars(dataset.items).select(
        "item_idx",
        "item_id",
        pl.coalesce("name", "item_id").alias("name"),
        "picture",
        (pl.concat_str(about, separator=" · ", ignore_nulls=True) if about else pl.lit("")).alias(
            "about"
        ),
    )


def _purchases(dataset: Dataset, chosen: pl.DataFrame) -> pl.DataFrame:
    """Give each chosen customer's distinct articles with the last day of purchase."""
    return (
        as_polars(dataset.interactions)
        .join(chosen.select("user_idx").lazy(), on="user_idx", how="semi")
        .group_by("user_idx", "item_idx")
        .agg(pl.col("day").max())
        .collect(engine="streaming")
    )


def _shown_cards(part: pl.DataFrame, album: Album) -> list[Card]:
    return [
        Card(
            name=row["name"] or row["item_id"],
            about=row["about"] or "",
            picture=album.data_uri(row["picture"]),
            badge=str(row["rank"]),
            source=row["source"] or "",
            reason=row["reason"] or "",
            owned=bool(row["owned"]),
        )
        for row in part.iter_rows(named=True)
    ]


def _bought_cards(part: pl.DataFrame, album: Album) -> list[Card]:
    return [
        Card(
            name=row["name"] or row["item_id"],
            about=row["about"] or "",
            picture=album.data_uri(row["picture"]),
            badge=iso_day(row["day"]),
        )
        for row in part.iter_rows(named=True)
    ]


def _facts(age: float | None, n: int, last: int | None) -> list[str]:
    words = [] if age is None else [f"{age:.0f} years old"]
    words.append("1 purchase" if n == 1 else f"{n:,} purchases" if n else "no purchases yet")
    if last is not None:
        words.append(f"last on {iso_day(last)}")
    return words


def _places(names: tuple[str, ...]) -> dict[str, int]:
    return {name: place for place, name in enumerate(names)}
