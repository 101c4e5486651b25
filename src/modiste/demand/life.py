"""The life of an article: what it will sell, at which stage it is, and whether it is still there.

Without a stock feed, sales alone tell whether an article is offered: one that sold five pieces a
week and none for a fortnight is gone; one that sold a piece a month may well be there.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np
import numpy.typing as npt
import polars as pl
from pydantic import Field

from modiste.component import component
from modiste.data import Dataset
from modiste.demand.newcomers import expected_when_new
from modiste.demand.panel import Panel, PanelFeatures, weekly_panel
from modiste.demand.sales import SalesFit, fit_sales
from modiste.demand.season import Progress
from modiste.engine import collect

Doubles = npt.NDArray[np.float64]
STAGES = ("new", "launch", "peak", "fade", "gone")
"""`new`: not sold yet. `gone`: probably not offered any more. `launch`: first sold at most
`launch_weeks` weeks ago. `peak`: its last four weeks reach `peak_share` of its best four. `fade`:
they do not."""
_GONE = STAGES.index("gone")
_ENDED = 8
"""Weeks without a sale after which a life counts as ended when lives are counted."""
_NOTHING = 1e-6
"""Pieces of a week that are none."""
_BLOCK = 4
"""Weeks whose mean sales stages and rates are judged by."""


@component
class LifeRules:
    """What the stages of a life are, and when an article counts as gone."""

    launch_weeks: Annotated[int, Field(gt=0)] = 4
    """So many weeks from the first sale an article is being launched."""
    peak_share: Annotated[float, Field(gt=0, le=1)] = 0.6
    """It is at its peak while its last four weeks sell such a share of its best four."""
    gone_below: Annotated[float, Field(gt=0, lt=1)] = 0.05
    """It counts as gone where it is offered with a lower chance."""
    prior_weeks: Annotated[float, Field(gt=0)] = 4.0
    """The cohort's rate counts as so many weeks of the article's own."""


@dataclass(frozen=True)
class Lives:
    """Where each item stands before `as_of`, `[n_items]` each."""

    offered: Doubles
    """Chance that it is offered in the coming week; NaN: it never sold, and nobody knows."""
    rate: Doubles
    """Pieces a week while it is offered, NaN like `offered`."""
    stage: npt.NDArray[np.int64]
    """Place in `STAGES`."""


def find_lives(
    panel: Panel, rules: LifeRules | None = None, stock: npt.NDArray[np.float64] | None = None
) -> Lives:
    """Tell each item's stage and whether it is offered.

    An item sells at a rate and stops in each week with a hazard. Given `g` weeks without a sale,
    the chance that it is still offered is `(s·p)^g` over itself plus all ways to have stopped,
    where `s` is the chance to go on for a week and `p = exp(-rate)` that to sell nothing in it.

    Args:
        panel: Weekly sales.
        rules: Of the stages.
        stock: Pieces in stock by item, NaN where the feed does not name it; None: no feed. What is
            in stock is offered, what is not is not.

    Source: Schmittlein, Morrison and Colombo, "Counting your customers: who are they and what will
        they do next?", Management Science 1987 (the same question of customers, in closed form).
    """
    rules = rules or LifeRules()
    counts, n_weeks = panel.counts, panel.n_weeks
    sold = counts > 0
    ever = np.asarray(sold.any(axis=1))
    first = np.where(ever, sold.argmax(axis=1), n_weeks)
    gap = np.where(ever, sold[:, ::-1].argmax(axis=1), 0)
    cohort = panel.parts.get("kind", np.zeros(len(counts), np.int64))

    last = n_weeks - 1 - gap
    sums = np.concatenate([np.zeros((len(counts), 1)), np.cumsum(counts, axis=1)], axis=1)
    places = np.arange(len(counts))
    start = np.maximum(first, last - 2 * _BLOCK + 1)
    own = sums[places, last + 1] - sums[places, np.minimum(start, last + 1)]
    weeks = np.maximum(last + 1 - start, 0)
    usual = _shrunken(cohort[ever], own[ever], weeks[ever], rules.prior_weeks)
    typical = np.zeros(int(cohort.max(initial=0)) + 1)
    typical[: len(usual)] = usual
    rate = (own + rules.prior_weeks * typical[cohort]) / (weeks + rules.prior_weeks)

    ended = ever & (gap >= _ENDED)
    exposed = np.where(ever, last + 1 - first, 0)
    hazards = _shrunken(cohort[ever], ended[ever].astype(float), exposed[ever], 200.0)
    hazard = np.zeros(len(typical))
    hazard[: len(hazards)] = hazards
    offered = _still_there(gap, rate, np.clip(hazard[cohort], 1e-3, 0.5))
    offered = np.where(ever, offered, np.nan)
    if stock is not None:
        offered = np.where(np.isnan(stock), offered, (stock > 0).astype(float))

    stage = _stages(sums, first, offered, ever, rules)
    return Lives(offered, np.where(ever, rate, np.nan), stage)


def _still_there(gap: npt.NDArray[np.int64], rate: Doubles, hazard: Doubles) -> Doubles:
    """Weigh "it sold nothing for so long" against all weeks in which it may have stopped."""
    goes_on = (1 - hazard) * np.exp(-rate)
    alive = goes_on**gap
    # Stopped after j silent weeks, j from 0 to gap - 1: a geometric sum.
    stopped = hazard * (1 - alive) / np.maximum(1 - goes_on, 1e-12)
    there = alive / (alive + stopped)
    return np.asarray(there * (1 - hazard), np.float64)


def _stages(
    sums: Doubles,
    first: npt.NDArray[np.int64],
    offered: Doubles,
    ever: npt.NDArray[np.bool_],
    rules: LifeRules,
) -> npt.NDArray[np.int64]:
    n_weeks = sums.shape[1] - 1
    block = min(_BLOCK, n_weeks)
    moving = sums[:, block:] - sums[:, :-block]
    best, now = moving.max(axis=1), moving[:, -1]
    gone = offered < rules.gone_below
    launch = n_weeks - first <= rules.launch_weeks
    return np.select(
        [gone, ~ever, launch, now >= rules.peak_share * best], [4, 0, 1, 2], default=3
    ).astype(np.int64)


def _shrunken(
    groups: npt.NDArray[np.int64], events: Doubles, exposure: Doubles, prior: float
) -> Doubles:
    """Give each group's rate, drawn towards that of all by `prior` weeks of it."""
    everybody = events.sum() / max(1.0, exposure.sum())
    happened, weeks = np.bincount(groups, events), np.bincount(groups, exposure)
    return np.asarray((happened + prior * everybody) / (weeks + prior), np.float64)


def forecast_items(
    shop: Dataset,
    n_weeks: int = 1,
    *,
    fit: SalesFit | None = None,
    rules: LifeRules | None = None,
    stock: pl.DataFrame | None = None,
    level: float = 0.9,
    progress: Progress | None = None,
) -> pl.DataFrame:
    """Forecast the sales of every item in the coming weeks, with its stage of life.

    Args:
        shop: The shop before its `as_of`.
        n_weeks: Weeks ahead.
        fit: How sales are learned.
        rules: Of the stages.
        stock: A stock feed, `item_id, stock`, see `modiste.rules.stock`; what is out of stock is
            forecast to sell nothing.
        level: Share of weeks that the interval is to hold.
        progress: Told how far it is.

    Returns:
        One row an item and week, by both: `item_idx, ahead` (1: the week from `as_of`), `value`,
        `low`, `high` (pieces), `offered` (chance, null: never sold), `stage`, `if_offered` (weekly
        pieces by attributes and look-alikes of an item that never sold; null: it did).
    """
    panel = weekly_panel(shop)
    features = PanelFeatures.of(panel)
    n_items = len(panel.counts)
    pieces = _stock_of(shop, stock)
    lives = find_lives(panel, rules, pieces)
    fit = fit or SalesFit()
    new = expected_when_new(panel, shop)
    everything = np.arange(n_items)
    none = np.zeros(n_items, bool) if pieces is None else pieces <= 0
    frames = []
    for ahead in range(1, n_weeks + 1):
        model = fit_sales(features, fit, ahead=ahead)
        mean = np.where(none, 0.0, model.predict(features, everything))
        # Trees that saw few articles stop go on for those that did.
        mean = np.where(lives.stage == _GONE, mean * np.nan_to_num(lives.offered), mean)
        mean = np.where(mean < _NOTHING, 0.0, mean)
        frames.append(
            pl.DataFrame(
                {
                    "item_idx": everything.astype(np.int32),
                    "ahead": np.full(n_items, ahead, np.int32),
                    "value": mean,
                    # A mean of half a piece may lie outside: most such weeks are empty.
                    "low": np.minimum(mean, model.quantile(mean, (1 - level) / 2)),
                    "high": np.maximum(mean, model.quantile(mean, (1 + level) / 2)),
                    "offered": lives.offered,
                    "stage": pl.Series(STAGES).gather(lives.stage),
                    "if_offered": new,
                }
            )
        )
        if progress is not None:
            progress("foresee articles", ahead / n_weeks)
    table = pl.concat(frames).with_columns(pl.col("offered", "if_offered").fill_nan(None))
    return table.sort("item_idx", "ahead")


def _stock_of(shop: Dataset, stock: pl.DataFrame | None) -> Doubles | None:
    if stock is None:
        return None
    items = collect(shop.items.select("item_idx", "item_id")).sort("item_idx")
    joined = items.join(stock, on="item_id", how="left", maintain_order="left")
    return joined["stock"].cast(pl.Float64).fill_null(np.nan).to_numpy()
