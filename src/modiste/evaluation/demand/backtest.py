"""Past weeks foreseen from the rows before each: chances to buy, and weekly sales."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import narwhals as nw
import numpy as np
import polars as pl

from modiste.data import Dataset
from modiste.demand.panel import Panel, PanelFeatures, weekly_panel
from modiste.demand.propensity import (
    Moments,
    Propensity,
    PropensityFit,
    fit_propensity,
    item_kinds,
    purchases_of,
)
from modiste.demand.sales import SalesFit, SalesModel, fit_sales
from modiste.demand.users import kind_windows, user_kind_windows, user_windows
from modiste.engine import collect

Progress = Callable[[str, float], None]
TASKS = (
    "churn",
    "propensity",
    "item_sales",
    "item_sales_known",
    "department_sales",
    "item_revenue",
)
"""`churn`: does a user who bought in the last 28 days buy in the week. `propensity`: the same of
each kind. `item_sales`: pieces of articles that sell at least 10 times in all of the data, as the
protocol has it; `item_sales_known`: of those that did so before the week, which needs no knowledge
of what came. `department_sales`: pieces by department. `item_revenue`: the sum of prices of every
article of the catalogue."""
BEFORE = "before calibration"
"""What a model said before its chances were calibrated: no simple rule, though it stands beside."""
ACTIVE_DAYS = 28
LEAST_SALES = 10
_WEEK, _YEAR = 7, 52
_MOST_USERS = 5_000
"""Users of a week whose kinds are judged."""


@dataclass(frozen=True)
class Foreseen:
    """What was said and what happened, by task."""

    tables: dict[str, pl.DataFrame] = field(default_factory=dict)
    """For each task `week, key` (place of the user, article or department; of a propensity also
    `kind`), `actual`, `value` and a column for each simple way to foresee it."""


def foresee_weeks(
    shop: Dataset,
    *,
    n_weeks: int,
    refit_every: int = 4,
    propensity: PropensityFit | None = None,
    sales: SalesFit | None = None,
    progress: Progress | None = None,
) -> Foreseen:
    """Foresee each of the last weeks from what was known before it.

    Models are fitted before every `refit_every`-th week, the oldest first, and serve until the
    next fit: never a week before. What they read is of the day before each week.

    Args:
        shop: The whole shop; the last week ends with its last day.
        n_weeks: Weeks foreseen.
        refit_every: Weeks for which one fit is used.
        propensity: How chances are learned.
        sales: How sales are learned.
        progress: Told the share of weeks done.
    """
    _, end = shop.day_range()
    often = _often(shop)
    buys: Propensity | None = None
    moments: Moments = {}
    sells: tuple[SalesModel, SalesModel] | None = None
    parts: dict[str, list[pl.DataFrame]] = {task: [] for task in TASKS}
    for number in range(n_weeks):
        week = end - _WEEK * (n_weeks - number)
        past = shop.until(week)
        panel = weekly_panel(past)
        features = PanelFeatures.of(panel)
        group = "department" if "department" in panel.parts else "product"
        rooms = PanelFeatures.of(panel.by(group))
        if buys is None or sells is None or number % refit_every == 0:
            buys = fit_propensity(past, propensity, kept=moments)
            fit = sales or SalesFit(held_out=0)
            sells = fit_sales(features, fit), fit_sales(rooms, fit)
        after = collect(shop.between(week, week + _WEEK).select("user_idx", "item_idx", "price"))
        for task, rows in _chances(buys, past, after, shop).items():
            parts[task].append(rows.with_columns(pl.lit(week, pl.Int32).alias("week")))
        for task, rows in _sales(sells, features, rooms, group, after, past, often).items():
            parts[task].append(rows.with_columns(pl.lit(week, pl.Int32).alias("week")))
        if progress:
            progress(f"foresee {n_weeks} past weeks", (number + 1) / n_weeks)
    return Foreseen({task: pl.concat(rows) for task, rows in parts.items() if rows})


def _chances(
    model: Propensity, past: Dataset, after: pl.DataFrame, shop: Dataset
) -> dict[str, pl.DataFrame]:
    """Foresee who buys in the week, and of which kind."""
    week = past.as_of
    assert week is not None
    purchases = purchases_of(past)
    asked = purchases.filter(pl.col("day") >= week - ACTIVE_DAYS).select("user_idx").unique()
    active = asked.collect().sort("user_idx")
    mine = purchases.join(active.lazy(), on="user_idx", how="semi").collect().lazy()
    users = collect(past.users).join(active, on="user_idx", how="semi").lazy()
    windows = user_windows(mine, users, week, model.attributes).collect()
    known = windows.select(
        pl.col("user_idx"),
        pl.Series(BEFORE, model.any.score(windows)),
        (-pl.col("days_since_last")).cast(pl.Float64).alias("recency alone"),
        pl.col("visits_91d").cast(pl.Float64).alias("visits in 91 days"),
    )
    buyers = after.select("user_idx").unique().with_columns(pl.lit(1.0).alias("actual"))
    churn = (
        model.of_users(mine, users, week)
        .rename({"propensity": "value"})
        .join(known, on="user_idx", how="left")
        .join(buyers, on="user_idx", how="left")
        .with_columns(pl.col("actual").fill_null(0.0))
        .rename({"user_idx": "key"})
    )
    few = active
    if len(active) > _MOST_USERS:
        chosen = np.random.default_rng(week).choice(len(active), _MOST_USERS, replace=False)
        few = active[np.sort(chosen)]
    worn = user_kind_windows(mine, week).select(
        "user_idx",
        "kind",
        (-pl.col("kind_days_since_last")).cast(pl.Float64).alias("recency alone"),
        pl.col("kind_decayed").cast(pl.Float64).alias("own purchases"),
    )
    share = kind_windows(purchases, week).select(
        "kind", pl.col("kind_share_28d").cast(pl.Float64).alias("popularity")
    )
    bought = after.join(item_kinds(shop), on="item_idx").select("user_idx", "kind").unique()
    pairs = (
        model.dense(past, few)
        .rename({"propensity_kind": "value"})
        .join(worn.collect(), on=["user_idx", "kind"], how="left")
        .join(share.collect(), on="kind", how="left")
        .join(bought.with_columns(pl.lit(1.0).alias("actual")), on=["user_idx", "kind"], how="left")
        .with_columns(
            pl.col("actual", "own purchases", "popularity").fill_null(0.0),
            pl.col("recency alone").fill_null(-999.0),
        )
        .rename({"user_idx": "key"})
    )
    return {"churn": churn, "propensity": pairs}


def _sales(
    models: tuple[SalesModel, SalesModel],
    features: PanelFeatures,
    rooms: PanelFeatures,
    group: str,
    after: pl.DataFrame,
    past: Dataset,
    often: np.ndarray,
) -> dict[str, pl.DataFrame]:
    """Foresee what articles and departments sell in the week."""
    panel = features.panel
    n_items = len(panel.counts)
    bought = after["item_idx"].to_numpy()
    sold = np.bincount(bought, minlength=n_items)[:n_items].astype(np.float64)
    every = np.arange(n_items)
    value = models[0].predict(features, every)
    table = _beside(panel, sold, value)
    known = panel.counts.sum(axis=1) >= LEAST_SALES
    room_codes = panel.parts[group]
    room_sold = np.bincount(room_codes, sold, len(rooms.panel.counts))
    room_value = models[1].predict(rooms, np.arange(len(rooms.panel.counts)))
    ever = rooms.panel.counts.sum(axis=1) > 0
    prices = after["price"].fill_null(0.0).to_numpy()
    paid = np.bincount(bought, prices, n_items)[:n_items]
    revenue = pl.DataFrame(
        {
            "key": every.astype(np.int32),
            "actual": paid,
            "value": value * _prices(past, n_items),
            "nothing": np.zeros(n_items),
        }
    )
    return {
        "item_sales": table.filter(pl.Series(often)),
        "item_sales_known": table.filter(pl.Series(known)),
        "department_sales": _beside(rooms.panel, room_sold, room_value).filter(pl.Series(ever)),
        "item_revenue": revenue,
    }


def _beside(panel: Panel, sold: np.ndarray, value: np.ndarray) -> pl.DataFrame:
    """Set a forecast beside what simple rules say of the same week."""
    counts = panel.counts.astype(np.float64)
    year_ago = counts[:, -_YEAR] if panel.n_weeks >= _YEAR else counts[:, -1]
    return pl.DataFrame(
        {
            "key": np.arange(len(counts), dtype=np.int32),
            "actual": sold,
            "value": value,
            "last week": counts[:, -1],
            "8-week mean": counts[:, -8:].mean(axis=1),
            "same week last year": year_ago,
            "nothing": np.zeros(len(counts)),
        }
    )


def _prices(past: Dataset, n_items: int) -> np.ndarray:
    """Give the mean price of each item in the past; that of all items where it never sold."""
    rows = collect(
        past.interactions.group_by("item_idx").agg(nw.col("price").cast(nw.Float64).mean())
    ).drop_nulls()
    prices = np.full(n_items, rows["price"].median() or 0.0)
    prices[rows["item_idx"].to_numpy()] = rows["price"].to_numpy()
    return prices


def _often(shop: Dataset) -> np.ndarray:
    """Tell which items sell often enough in all of the data: knowledge that no forecast has."""
    rows = collect(shop.interactions.group_by("item_idx").agg(nw.len().alias("sold")))
    chosen = np.zeros(shop.n_items(), bool)
    chosen[rows.filter(pl.col("sold") >= LEAST_SALES)["item_idx"].to_numpy()] = True
    return chosen
