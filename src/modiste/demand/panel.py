"""Weekly sales of all items as one matrix, and what is known of an item at one of its weeks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import narwhals as nw
import numpy as np
import numpy.typing as npt

from modiste.candidates.base import today
from modiste.data import Dataset
from modiste.engine import collect

Floats = npt.NDArray[np.float32]
Codes = npt.NDArray[np.int64]
WEEK, YEAR = 7, 52
"""Days of a week; weeks of a year."""
MAX_WEEKS = 160
"""Three years: earlier weeks are not looked at."""
PARTS = ("kind", "department", "garment_group")
"""Item attributes by whose sales an item is judged, those that the shop has."""
_MEANS = (1, 2, 4, 8, 13, 26, 52)
_HALF_LIVES = (2, 6, 20)
NEVER = 999.0
"""Weeks since something that did not happen."""


@dataclass(frozen=True)
class Panel:
    """Weekly sales before a day; a week ends the day before it or whole weeks earlier."""

    as_of: int
    """The last week ends the day before."""
    counts: Floats
    """Pieces sold, `[n_keys, n_weeks]`, the newest week last."""
    parts: Mapping[str, Codes]
    """Which product, kind, … each item is of, from 0, by name `[n_keys]`; 0 may be "unknown"."""

    @property
    def n_weeks(self) -> int:
        """Weeks of history."""
        return int(self.counts.shape[1])

    def by(self, name: str) -> Panel:
        """Sum the items of each part: the weekly sales of kinds, or of departments."""
        return Panel(self.as_of, _summed(self.parts[name], self.counts), {})


def weekly_panel(shop: Dataset) -> Panel:
    """Count the sales of every item in every week before `shop.as_of`.

    A first week that is not whole is left out, unless there is no other.

    Args:
        shop: The shop before its `as_of`.
    """
    end = today(shop)
    week = ((end - 1 - nw.col("day")) // WEEK).cast(nw.Int32).alias("week")
    counted = shop.interactions.with_columns(week).filter(nw.col("week") < MAX_WEEKS)
    counted = counted.group_by("item_idx", "week").agg(nw.len().cast(nw.Int64).alias("sold"))
    rows = collect(counted)
    first = collect(shop.interactions.select(nw.col("day").min())).item()
    n_weeks = min(MAX_WEEKS, max(1, 0 if first is None else (end - first) // WEEK))
    rows = rows.filter(rows["week"] < n_weeks)
    names = [name for name in PARTS if name in shop.item_attributes]
    codes = [nw.col(f"{name}_code") for name in names]
    items = collect(shop.items.select("item_idx", "product_id", *codes)).sort("item_idx")
    counts = np.zeros((len(items), n_weeks), np.float32)
    counts[rows["item_idx"].to_numpy(), n_weeks - 1 - rows["week"].to_numpy()] = rows["sold"]
    parts = {name: _from_zero(items[f"{name}_code"].fill_null(-1).to_numpy()) for name in names}
    parts["product"] = items["product_id"].rank("dense").to_numpy().astype(np.int64) - 1
    return Panel(end, counts, parts)


@dataclass(frozen=True)
class PanelFeatures:
    """Columns about items at a week, from the weeks before it."""

    panel: Panel
    sums: Mapping[str, Floats]
    """Sales of each part by week, `[n_parts, n_weeks]`."""

    @classmethod
    def of(cls, panel: Panel) -> PanelFeatures:
        """Sum the parts' sales once for all weeks."""
        return cls(
            panel, {name: _summed(codes, panel.counts) for name, codes in panel.parts.items()}
        )

    def at(self, week: int, rows: npt.NDArray[np.int64]) -> dict[str, Floats]:
        """Describe keys before a week.

        Args:
            week: Place of the week, `n_weeks` for the one that begins at `as_of`; what lies there
                and later is not read.
            rows: Places of the keys.

        Returns:
            Columns by name, `[n_rows]` each, in the order in which a model reads them.
        """
        past = self.panel.counts[rows, :week]
        sold = past > 0
        any_sold = sold.any(axis=1)
        found: dict[str, Any] = {}
        for span in _MEANS:
            found[f"mean_{span}"] = _mean(past, span)
        ages = week - 1 - np.arange(week)
        for half_life in _HALF_LIVES:
            found[f"decayed_{half_life}"] = past @ (0.5 ** (ages / half_life)).astype(np.float32)
        found["sold"] = past.sum(axis=1)
        if week:
            since = np.where(any_sold, np.argmax(sold[:, ::-1], axis=1), NEVER)
            age = np.where(any_sold, week - np.argmax(sold, axis=1), NEVER)
        else:
            since = age = np.full(len(rows), NEVER)
        found["weeks_since"] = since
        found["age"] = age
        found["selling_weeks"] = sold.sum(axis=1)
        found["best_week"] = past.max(axis=1) if week else np.zeros(len(rows))
        found["rate"] = found["sold"] / np.clip(age, 4, None)
        found["last_year"] = _last_year(past, 0, 1)
        found["around_last_year"] = _last_year(past, -2, 2)
        for name, sums in self.sums.items():
            codes = self.panel.parts[name][rows]
            of = sums[:, :week]
            for span in (1, 4, 13):
                found[f"{name}_mean_{span}"] = _mean(of, span)[codes]
            found[f"{name}_items"] = np.bincount(self.panel.parts[name], minlength=len(of))[codes]
            if name != "product":
                rise = (_last_year(of, 0, 2) + 1) / (_last_year(of, -4, 0) + 1)
                found[f"{name}_rise"] = rise[codes]
        whole = self.panel.counts[:, max(0, week - 4) : week].sum(axis=0)
        found["shop_trend"] = np.full(len(rows), _ratio(whole))
        return {name: np.asarray(column, np.float32) for name, column in found.items()}


def matrix(columns: Mapping[str, Floats]) -> Floats:
    """Put columns side by side, `[n_rows, n_columns]`."""
    return np.column_stack(list(columns.values()))


def _mean(past: Floats, span: int) -> Floats:
    """Mean of the last weeks; where there were fewer, of those that were."""
    reached = past[:, max(0, past.shape[1] - span) :]
    return np.asarray(reached.sum(axis=1) / max(1, reached.shape[1]), np.float32)


def _last_year(past: Floats, start: int, stop: int) -> Floats:
    """Mean of weeks around the same week a year ago; NaN where history does not reach back."""
    first = past.shape[1] - YEAR + start
    if first < 0:
        return np.full(len(past), np.nan, np.float32)
    return np.asarray(past[:, first : first + stop - start].mean(axis=1), np.float32)


def _ratio(weeks: Floats) -> float:
    """The last of some weeks against their mean."""
    mean = float(weeks.mean()) if len(weeks) else 0.0
    return float(weeks[-1]) / mean if mean else 1.0


def _from_zero(codes: npt.NDArray[np.generic]) -> Codes:
    return codes.astype(np.int64) + 1


def _summed(codes: Codes, counts: Floats) -> Floats:
    from scipy.sparse import csr_matrix

    n_keys = len(codes)
    shape = (int(codes.max(initial=0)) + 1, n_keys)
    chosen = csr_matrix((np.ones(n_keys, np.float32), (codes, np.arange(n_keys))), shape=shape)
    return np.asarray(chosen @ counts, np.float32)
