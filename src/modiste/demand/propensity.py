"""Who will buy in the coming week at all, and of which kind of garment.

The chance that a user buys nothing (churn) is one minus the first. Both are calibrated: of all
pairs that are given 10 %, a tenth buys.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

import narwhals as nw
import numpy as np
import numpy.typing as npt
import polars as pl
from pydantic import Field

from modiste.candidates.base import today
from modiste.component import component
from modiste.data import Dataset
from modiste.demand.calibration import Calibration, chances, fit_calibration, logits
from modiste.demand.logistic import Logistic, fit_logistic
from modiste.demand.trees import Forest, Trees, fit_trees
from modiste.demand.users import HISTORY_DAYS, kind_windows, user_kind_windows, user_windows
from modiste.engine import collect

ATTRIBUTE = "kind"
"""The item attribute that need is about."""
_PAIRS = 20
"""Pairs of a user that are learned from, about: half of them of kinds never bought."""
_DRAWN = 10
_MOST_VALUES = 32
"""User attributes with more values are not used: trees would learn them by heart."""
_PAIR = ["user_idx", "kind"]

Doubles = npt.NDArray[np.float64]


@component
class PropensityFit:
    """How the chances to buy are learned."""

    label_days: Annotated[int, Field(gt=0)] = 7
    """Days ahead that are predicted."""
    n_weeks: Annotated[int, Field(gt=0)] = 52
    """Past moments that are learned from, one after each `label_days`."""
    active_days: Annotated[int, Field(gt=0)] = 364
    """Users count who bought in so many days; the others get a rate that is theirs in common."""
    max_rows: Annotated[int, Field(gt=0)] = 400_000
    """At most about so many rows for each of the two models; users are drawn."""
    held_out: Annotated[int, Field(ge=0)] = 16
    """Newest moments by which the chances are calibrated; 0: they are not."""
    trees: Trees = Trees()
    """The trees."""


@dataclass(frozen=True)
class Chance:
    """One of the two models: trees, or the mean of trees and of a line on the scale of log odds."""

    forest: Forest
    line: Logistic | None
    calibration: Calibration
    columns: tuple[str, ...]

    def of(self, rows: pl.DataFrame) -> pl.Series:
        """Give the chance of each row, Float64."""
        return pl.Series("chance", self.calibration(self.score(rows)))

    def score(self, rows: pl.DataFrame) -> npt.NDArray[np.float64]:
        """Give what is said of each row before it is calibrated, `[n_rows]`."""
        if not self.forest.text:
            return np.full(len(rows), self.forest.constant)
        values = rows.select(pl.col(self.columns).cast(pl.Float32)).to_numpy()
        return _joined(self.forest, self.line, values)


def _joined(forest: Forest, line: Logistic | None, values: npt.NDArray[np.float32]) -> Doubles:
    if line is None:
        return forest.predict(values)
    return chances((logits(forest.predict(values)) + line.logits(values)) / 2)


@dataclass(frozen=True)
class Propensity:
    """Chances to buy, for users of whom something is known before any day."""

    fit: PropensityFit
    any: Chance
    """Whether a user buys."""
    kinds: Chance
    """Whether a user buys of a kind."""
    dormant: float
    """Chance that a user buys who did not in `active_days`, or never."""
    attributes: tuple[str, ...]
    """User attributes that are read."""

    def of_users(self, purchases: pl.LazyFrame, users: pl.LazyFrame, as_of: int) -> pl.DataFrame:
        """Give every user's chance to buy.

        Args:
            purchases: Of these users, see `purchases_of`.
            users: `user_idx, age` and the attributes' codes.
            as_of: The day before which everything is known.

        Returns:
            `user_idx, propensity`, by user.
        """
        known = user_windows(purchases, users, as_of, self.attributes).collect()
        said = known.select("user_idx", "days_since_last").with_columns(self.any.of(known))
        active = pl.col("days_since_last") <= self.fit.active_days
        chance = pl.when(active).then("chance").otherwise(None)
        every = users.select("user_idx").collect()
        return (
            every.join(
                said.select("user_idx", chance.alias("propensity")), on="user_idx", how="left"
            )
            .with_columns(pl.col("propensity").fill_null(self.dormant))
            .sort("user_idx")
        )

    def of_pairs(
        self,
        pairs: pl.DataFrame,
        purchases: pl.LazyFrame,
        users: pl.LazyFrame,
        kinds: pl.LazyFrame,
        as_of: int,
    ) -> pl.DataFrame:
        """Give the chances of pairs of a user and a kind.

        Args:
            pairs: `user_idx, kind`, no pair twice.
            purchases: Of these users, see `purchases_of`.
            users: `user_idx, age` and the attributes' codes.
            kinds: `kind_windows` of the whole shop.
            as_of: The day before which everything is known.

        Returns:
            `user_idx, kind, propensity_kind`, by both. A dormant user's chance is the common one
            times the kind's share of sales.
        """
        known = user_windows(purchases, users, as_of, self.attributes)
        rows = _describe(pairs.lazy(), known, user_kind_windows(purchases, as_of), kinds).collect()
        active = pl.col("days_since_last") <= self.fit.active_days
        share = pl.col("kind_share_28d").fill_null(0.0)
        chance = pl.when(active).then("chance").otherwise(self.dormant * share)
        said = rows.with_columns(self.kinds.of(rows))
        return said.select(*_PAIR, chance.alias("propensity_kind")).sort(_PAIR)

    def dense(self, shop: Dataset, users: pl.DataFrame) -> pl.DataFrame:
        """Give the chances of every kind for some users: a chunk of the whole matrix.

        Args:
            shop: The shop before its `as_of`.
            users: `user_idx` of the chunk.

        Returns:
            As `of_pairs`, a row for each of the users and each kind that ever sold.
        """
        as_of, purchases = today(shop), purchases_of(shop)
        kinds = kind_windows(purchases, as_of).collect()
        pairs = users.select("user_idx").join(kinds.select("kind").sort("kind"), how="cross")
        mine = purchases.join(users.select("user_idx").lazy(), on="user_idx", how="semi")
        told = collect(shop.users).lazy()
        return self.of_pairs(pairs, mine, told, kinds.lazy(), as_of)


def purchases_of(shop: Dataset) -> pl.LazyFrame:
    """Give what happened before `shop.as_of`, with each item's kind.

    Returns:
        `user_idx, item_idx, day, price, channel, kind`; kind is null where it is not known.
    """
    rows = collect(shop.interactions.select("user_idx", "item_idx", "day", "price", "channel"))
    kind = item_kinds(shop)["kind"].gather(rows["item_idx"])
    return rows.with_columns(kind).lazy()


def item_kinds(shop: Dataset) -> pl.DataFrame:
    """Give `item_idx, kind`, by item; in a shop without kinds all items are of one, 0."""
    if ATTRIBUTE not in shop.item_attributes:
        items = collect(shop.items.select("item_idx")).sort("item_idx")
        return items.with_columns(pl.lit(0, pl.Int32).alias("kind"))
    codes = shop.items.select("item_idx", nw.col(f"{ATTRIBUTE}_code").alias("kind"))
    return collect(codes).sort("item_idx")


Moments = dict[int, "_Moment"]
"""Past moments by their day."""


def fit_propensity(
    shop: Dataset, fit: PropensityFit | None = None, *, kept: Moments | None = None
) -> Propensity:
    """Fit both models on moments whose outcome lies before `shop.as_of`.

    The trees are fitted on all moments; the calibration is that of trees which did not see the
    newest of them.

    Args:
        shop: The shop before its `as_of`.
        fit: How it is learned.
        kept: Moments made for other days with the same `fit`; new ones are added. A moment depends
            on the rows before its own end alone, so one serves every later day.
    """
    fit = fit or PropensityFit()
    kept = {} if kept is None else kept
    as_of, purchases = today(shop), purchases_of(shop)
    users = collect(shop.users)
    attributes = _few_valued(users, shop.user_attributes)
    first = purchases.select(pl.col("day").min()).collect().item()
    moments = [] if first is None else _moments(fit, first, as_of)
    for day in moments:
        if day not in kept:
            kept[day] = _moment(purchases, users.lazy(), day, fit, attributes)
    known = [kept[day] for day in moments]
    dormant = _dormant_rate(purchases, len(users), as_of, fit)
    any_chance = _fit_chance([one.users for one in known], fit, ["user_idx"], with_line=True)
    kinds = _fit_chance([one.pairs for one in known], fit, _PAIR)
    return Propensity(fit, any_chance, kinds, dormant, tuple(attributes))


@dataclass(frozen=True)
class _Moment:
    """What was known before a day, and what happened from it on: `label`, `weight`."""

    users: pl.DataFrame
    pairs: pl.DataFrame


def _moments(fit: PropensityFit, first: int, as_of: int) -> list[int]:
    """Give the days that are learned from, the oldest first; each has four weeks before it."""
    days = [as_of - fit.label_days * (number + 1) for number in range(fit.n_weeks)]
    usable = [day for day in days if day >= first + 28]
    return sorted(usable or [day for day in days[:1] if day > first])


def _moment(
    purchases: pl.LazyFrame,
    users: pl.LazyFrame,
    day: int,
    fit: PropensityFit,
    attributes: Sequence[str],
) -> _Moment:
    rng = np.random.default_rng([fit.trees.seed, day])
    before = purchases.filter(pl.col("day") < day, pl.col("day") >= day - HISTORY_DAYS)
    active = before.filter(pl.col("day") >= day - fit.active_days).select("user_idx").unique()
    chosen = active.collect().sort("user_idx")
    chosen = _drawn(chosen, fit.max_rows // fit.n_weeks, rng)
    of_pairs = _drawn(chosen, max(1, fit.max_rows // fit.n_weeks // _PAIRS), rng)
    mine = before.join(chosen.lazy(), on="user_idx", how="semi").collect().lazy()
    after = purchases.filter(pl.col("day") >= day, pl.col("day") < day + fit.label_days)
    bought = after.join(chosen.lazy(), on="user_idx", how="semi").select(_PAIR).unique().collect()
    label = pl.lit(1.0, pl.Float32).alias("label")
    windows = user_windows(mine, users, day, attributes).collect()
    buyers = bought.select("user_idx").unique().with_columns(label)
    rows = windows.join(buyers, on="user_idx", how="left").with_columns(
        pl.col("label").fill_null(0.0), pl.lit(1.0, pl.Float32).alias("weight")
    )
    kinds = kind_windows(before, day).collect()
    worn = user_kind_windows(mine.join(of_pairs.lazy(), on="user_idx", how="semi"), day).collect()
    wanted = bought.drop_nulls().join(of_pairs, on="user_idx", how="semi")
    pairs = _pairs(worn, wanted.with_columns(label), of_pairs, kinds, rng)
    described = _describe(pairs.lazy(), windows.lazy(), worn.lazy(), kinds.lazy()).collect()
    return _Moment(rows.sort("user_idx"), described.sort(_PAIR))


def _pairs(
    worn: pl.DataFrame,
    wanted: pl.DataFrame,
    users: pl.DataFrame,
    kinds: pl.DataFrame,
    rng: np.random.Generator,
) -> pl.DataFrame:
    """Give the pairs learned from: kinds bought before, kinds bought next, and some others.

    Of the kinds that a user neither bought before nor next so many are drawn; each stands for all
    that were not.
    """
    codes = kinds["kind"].sort().to_numpy()
    n_drawn = min(_DRAWN, len(codes))
    drawn = pl.DataFrame(
        {
            "user_idx": np.repeat(users["user_idx"].to_numpy(), n_drawn),
            "kind": codes[rng.integers(0, max(1, len(codes)), len(users) * n_drawn)],
        },
        schema={"user_idx": pl.Int32, "kind": pl.Int32},
    )
    certain = pl.concat([worn.select(_PAIR), wanted.select(_PAIR)]).unique()
    others = drawn.unique().join(certain, on=_PAIR, how="anti")
    weight = len(codes) / max(1, n_drawn)
    both = pl.concat(
        [
            certain.with_columns(pl.lit(1.0, pl.Float32).alias("weight")),
            others.with_columns(pl.lit(weight, pl.Float32).alias("weight")),
        ]
    )
    return both.join(wanted, on=_PAIR, how="left").with_columns(pl.col("label").fill_null(0.0))


def _describe(
    pairs: pl.LazyFrame, users: pl.LazyFrame, worn: pl.LazyFrame, kinds: pl.LazyFrame
) -> pl.LazyFrame:
    """Add all columns to pairs of a user and a kind."""
    joined = (
        pairs.join(users, on="user_idx", how="left")
        .join(worn, on=_PAIR, how="left")
        .join(kinds, on="kind", how="left")
    )
    return joined.with_columns(
        (pl.col("kind_pieces") / pl.col("pieces")).alias("kind_share_of_wardrobe"),
        (pl.col("kind_pieces_91d") / pl.col("pieces_91d")).fill_nan(None).alias("kind_share_91d"),
        (pl.col("kind_days_since_last") - pl.col("days_since_last")).alias("kind_days_behind"),
    )


def _fit_chance(
    moments: list[pl.DataFrame], fit: PropensityFit, keys: list[str], *, with_line: bool = False
) -> Chance:
    """Fit a model on all moments, and the calibration by one of the older ones."""
    if not moments:
        return Chance(Forest(""), None, Calibration(), ())
    columns = tuple(name for name in moments[0].columns if name not in {*keys, "label", "weight"})

    def arrays(frames: list[pl.DataFrame]) -> tuple[npt.NDArray[np.float32], ...]:
        rows = pl.concat(frames)
        values = rows.select(pl.col(columns).cast(pl.Float32)).to_numpy()
        return values, rows["label"].to_numpy(), rows["weight"].to_numpy()

    def fitted(frames: list[pl.DataFrame]) -> tuple[Forest, Logistic | None]:
        values, labels, weights = arrays(frames)
        forest = fit_trees(fit.trees, "binary", values, labels, columns, weights)
        return forest, fit_logistic(values, labels, weights) if with_line else None

    calibration, older = Calibration(), len(moments) - fit.held_out
    if fit.held_out and older >= fit.held_out:
        values, labels, weights = arrays(moments[older:])
        said = _joined(*fitted(moments[:older]), values)
        calibration = fit_calibration(said, labels.astype(np.float64), weights.astype(np.float64))
    return Chance(*fitted(moments), calibration, columns)


def _dormant_rate(purchases: pl.LazyFrame, n_users: int, as_of: int, fit: PropensityFit) -> float:
    """Count how many of the users without a purchase for `active_days` bought in past windows."""
    start = as_of - 4 * fit.label_days
    lately = purchases.filter(pl.col("day") >= start).select("user_idx").unique()
    then = purchases.filter(pl.col("day") < start, pl.col("day") >= start - fit.active_days)
    active = then.select("user_idx").unique()
    woken = lately.join(active, on="user_idx", how="anti").select(pl.len()).collect().item()
    asleep = n_users - active.select(pl.len()).collect().item()
    return float(woken) / 4 / asleep if asleep > 0 else 0.0


def _few_valued(users: pl.DataFrame, attributes: Sequence[str]) -> list[str]:
    """Choose the user attributes with few values."""
    highest = {name: users[f"{name}_code"].max() for name in attributes}
    return [
        name for name, top in highest.items() if isinstance(top, int) and 0 < top < _MOST_VALUES
    ]


def _drawn(users: pl.DataFrame, most: int, rng: np.random.Generator) -> pl.DataFrame:
    if len(users) <= most:
        return users
    return users[np.sort(rng.choice(len(users), most, replace=False))]
