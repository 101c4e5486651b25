"""Rules over ranked lists: what may be shown, how often, and what gets places of its own.

Lists are columns, not loops: every step is one expression over all users' rows. The order of the
steps is fixed, and a later one never undoes an earlier one:

1. items that may not be shown leave, and what a user is not to see again;
2. a list keeps at most so many items of each value of an attribute (one variant of a product, four
   of a department), the best ranked first;
3. promoted items get their share of the places;
4. pinned items get their places.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

PAIR = ("user_idx", "item_idx")
_LISTS = ["user_idx", "item_idx", "rank", "score"]


@dataclass(frozen=True)
class Promotion:
    """Items that get a share of every list's places."""

    items: pl.Series
    """Their `item_idx`."""
    share: float
    """Of the `k` places, rounded down; from 0 to 1."""


@dataclass(frozen=True)
class Pin:
    """An item that has a place of its own in every list."""

    item_idx: int
    place: int
    """From 1."""


@dataclass(frozen=True)
class Rules:
    """Rules made ready for one shop as of one day, see `rules.file.bind_rules`."""

    allowed: pl.Series | None = None
    """`item_idx` of what may be shown; None: everything."""
    at_most: tuple[tuple[pl.DataFrame, int], ...] = ()
    """Tables `item_idx, group` (items without a row are not counted) and how many of a group a
    list may hold."""
    promotions: tuple[Promotion, ...] = ()
    pins: tuple[Pin, ...] = ()
    hide_bought_days: int = 0
    """What a user bought in so many days before `as_of` is not shown to them; 0: it is."""


def apply_rules(
    rules: Rules,
    ranked: pl.DataFrame,
    k: int,
    *,
    hidden: pl.DataFrame | None = None,
) -> pl.DataFrame:
    """Cut ranked lists to `k` items that obey the rules.

    Args:
        rules: The rules.
        ranked: `user_idx, item_idx, rank, score`, no pair twice, `rank` rising with what comes
            later; give more than `k` rows a user, or the lists run short.
        k: Items kept for each user.
        hidden: `user_idx, item_idx` that are not to be shown.

    Returns:
        A frame after `schema.RECOMMENDATIONS`, by user and rank; `score` is the given one, null
        for a pinned item that was not ranked.
    """
    users = ranked.select("user_idx").unique()
    rows = _shown(rules, ranked.select(_LISTS), hidden).sort("user_idx", "rank")
    for groups, most in rules.at_most:
        rows = _at_most(rows, groups, most)
    rows = _numbered(rows)
    for promotion in rules.promotions:
        rows = _promoted(rows, promotion, k)
    rows = rows.filter(pl.col("rank") <= k)
    if rules.pins:
        rows = _pinned(rules, rows, users, hidden).filter(pl.col("rank") <= k)
    return rows.select(_LISTS)


def shown_pins(rules: Rules) -> Sequence[Pin]:
    """Give the pins of items that may be shown: a pin does not bring back what is sold out."""
    if rules.allowed is None:
        return rules.pins
    may = set(rules.allowed.to_list()) if rules.pins else set()
    return [pin for pin in rules.pins if pin.item_idx in may]


def _shown(rules: Rules, rows: pl.DataFrame, hidden: pl.DataFrame | None) -> pl.DataFrame:
    if rules.allowed is not None:
        rows = rows.join(rules.allowed.alias("item_idx").to_frame(), on="item_idx", how="semi")
    if hidden is not None:
        rows = rows.join(hidden, on=PAIR, how="anti")
    return rows


def _at_most(rows: pl.DataFrame, groups: pl.DataFrame, most: int) -> pl.DataFrame:
    """Keep the first `most` rows of each user and group; rows are in the order of rank."""
    placed = rows.join(groups, on="item_idx", how="left", maintain_order="left")
    number = pl.int_range(1, pl.len() + 1).over("user_idx", "group")
    return placed.filter(pl.col("group").is_null() | (number <= most)).drop("group")


def _numbered(rows: pl.DataFrame) -> pl.DataFrame:
    """Number each user's rows from 1 in the order they have."""
    return rows.with_columns(
        pl.int_range(1, pl.len() + 1, dtype=pl.Int32).over("user_idx").alias("rank")
    )


def _promoted(rows: pl.DataFrame, promotion: Promotion, k: int) -> pl.DataFrame:
    """Lift the best promoted items into places spread evenly over the list.

    With a share of a quarter of twelve places, the first three promoted items come no later than at
    places 4, 8 and 12; one that is ranked better keeps its place.
    """
    n_places = math.floor(promotion.share * k + 1e-9)
    if n_places == 0:
        return rows
    of_it = pl.col("item_idx").is_in(promotion.items.implode())
    number = of_it.cast(pl.Int32).cum_sum().over("user_idx")
    lifted = of_it & (number <= n_places)
    place = pl.min_horizontal(pl.col("rank"), (number * k / n_places).floor())
    # An item comes to a place when as many others stand before it as the place leaves room for.
    others = (~lifted).cast(pl.Int32).cum_sum().over("user_idx")
    key = pl.when(lifted).then(place - number + 0.5).otherwise(others)
    keyed = rows.with_columns(key.alias("key")).sort("user_idx", "key", "rank")
    return _numbered(keyed.drop("key"))


def _pinned(
    rules: Rules, rows: pl.DataFrame, users: pl.DataFrame, hidden: pl.DataFrame | None
) -> pl.DataFrame:
    """Put pinned items into their places; whatever stood there moves down."""
    pins = sorted(shown_pins(rules), key=lambda pin: pin.place)
    table = pl.DataFrame(
        {"item_idx": [pin.item_idx for pin in pins], "place": [pin.place for pin in pins]},
        schema={"item_idx": pl.Int32, "place": pl.Int32},
    )
    pinned = users.join(table, how="cross")
    if hidden is not None:
        pinned = pinned.join(hidden, on=PAIR, how="anti")
    scores = rows.select(*PAIR, "score")
    pinned = pinned.join(scores, on=PAIR, how="left")
    others = _numbered(rows.join(pinned, on=PAIR, how="anti").sort("user_idx", "rank"))
    # The n-th of the others takes the n-th place that no pin has.
    others = others.with_columns(_free_place(pins, pl.col("rank")).alias("place"))
    columns = ["user_idx", "item_idx", "place", "score"]
    together = pl.concat([pinned.select(columns), others.select(columns)])
    return _numbered(together.sort("user_idx", "place"))


def _free_place(pins: Sequence[Pin], number: pl.Expr) -> pl.Expr:
    """Give the place of the n-th item that is not pinned."""
    place = number.cast(pl.Int32)
    for pin in pins:
        place = place + (place >= pin.place).cast(pl.Int32)
    return place
