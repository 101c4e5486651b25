"""The chapter on seasons and lives: when kinds sell, how articles fade, what was foreseen."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import narwhals as nw
import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.collections import PatchCollection
from matplotlib.colors import to_rgba
from matplotlib.patches import Rectangle

from modiste.data import Dataset
from modiste.demand.life import STAGES, find_lives
from modiste.demand.panel import Panel, weekly_panel
from modiste.demand.season import weekly_series
from modiste.engine import collect
from modiste.evaluation.demand.backtest import BEFORE
from modiste.report.parts import Chart, Table
from modiste.report.theme import INK, MUTED, SERIES, WIDE, draw, no_frame, thousands

FILE = Path("reports") / "demand.json"
"""Where `modiste evaluate-demand` leaves its result in a shop."""
_OFTEN, _LEAST_ARTICLES = 20, 10
"""Sales of an article, and articles of a kind, from which on a curve is drawn."""
_KINDS, _CURVES, _WEEKS, _YEAR = 14, 4, 26, 52
_MEANINGS = {
    "new": "not sold yet",
    "launch": "first sold at most four weeks ago",
    "peak": "its last four weeks reach six tenths of its best four",
    "fade": "its last four weeks reach less",
    "gone": "offered with a chance below one in twenty",
}
_BANDS = (0.5, 0.8, 1.25, 2.0)
"""Sales against the kind's own mean, between which the shades of the heat map lie."""


def demand_parts(shop: Path, dataset: Dataset) -> list[Chart | Table]:
    """Draw what can be drawn: from purchases, and from an evaluation of demand if there is one."""
    days = dataset.interactions.select(nw.col("day").min(), nw.col("day").max().alias("last"))
    first, last = collect(days).row(0)
    if first is None:
        return []
    end = last + 1
    past = dataset.until(end)
    panel = weekly_panel(past)
    parts: list[Chart | Table | None] = []
    if "kind" in dataset.item_attributes and end - first >= 7 * _YEAR:
        series = weekly_series(past, "kind")
        parts.append(heat_map(series.names, series.counts, end))
        parts.append(life_curves(series.names, panel))
    parts.append(stage_table(panel))
    found = read_demand(shop)
    if found is not None:
        parts += [foreseen_chart(found), calibration_chart(found), figures_table(found)]
    return [part for part in parts if part is not None]


def read_demand(shop: Path) -> Mapping[str, Any] | None:
    """Read a shop's last evaluation of demand; None where there is none that can be used."""
    try:
        found = json.loads((shop / FILE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return found if isinstance(found, dict) and found.get("tasks") else None


def heat_map(names: list[str], counts: npt.NDArray[np.float64], end: int) -> Chart | None:
    """Draw how each of the largest kinds sells in the weeks of the year, against its own mean."""
    n_weeks = counts.shape[1]
    days = end - 7 * np.arange(n_weeks, 0, -1)
    year_day = days.astype("datetime64[D]") - days.astype("datetime64[D]").astype("datetime64[Y]")
    week = np.minimum(year_day.astype(int) // 7, _YEAR - 1)
    largest = np.argsort(-counts.sum(axis=1), kind="stable")[:_KINDS]
    seen = np.bincount(week, minlength=_YEAR)
    if not counts[largest].any():
        return None
    grid = np.stack([np.bincount(week, counts[kind], _YEAR) for kind in largest])
    level = grid / np.maximum(seen, 1)
    index = level / np.maximum(level.mean(axis=1, keepdims=True), 1e-9)
    shade = np.digitize(index, _BANDS) / len(_BANDS)

    def paint(axes: Axes) -> None:
        cells = [
            Rectangle((place, row), 0.94, 0.88)
            for row in range(len(largest))
            for place in range(_YEAR)
        ]
        colours = [to_rgba(SERIES[0], 0.06 + 0.9 * one) for one in shade.ravel()]
        axes.add_collection(PatchCollection(cells, facecolors=colours, linewidths=0))
        axes.set_xlim(0, _YEAR)
        axes.set_ylim(len(largest), 0)
        no_frame(axes)
        axes.set_yticks(np.arange(len(largest)) + 0.45, [names[k] for k in largest], color=INK)
        months = [0, 13, 26, 39]
        axes.set_xticks([place + 0.5 for place in months], ["Jan", "Apr", "Jul", "Oct"])

    best = index.argmax(axis=1) + 1
    sells = int((counts.sum(axis=1) > 0).sum())
    of = f" The {len(largest)} of {sells} kinds that sell most." if sells > len(largest) else ""
    peaks = ", ".join(f"{names[k]} in week {w}" for k, w in zip(largest, best, strict=True))
    return Chart(
        title="When kinds sell",
        reading="Each row is a kind, each column a week of the year; the five shades are less than "
        f"0.5, 0.8, 1.25, 2 times the kind's own mean week, and more.{of}",
        svg=draw(paint, name="seasons", height=60 + 20 * len(largest)),
        wide_svg=draw(paint, name="seasons-wide", width=WIDE, height=60 + 20 * len(largest)),
        alt=f"The week in which each kind sells best: {peaks}.",
    )


def life_curves(names: list[str], panel: Panel) -> Chart | None:
    """Draw how articles of large kinds sell by weeks since their launch."""
    counts = panel.counts
    sold = counts > 0
    first = np.where(sold.any(axis=1), sold.argmax(axis=1), panel.n_weeks)
    # An article that sold twice has no curve: one of the two is its first.
    often = counts.sum(axis=1) >= _OFTEN
    whole = often & (first > 0) & (first <= panel.n_weeks - _WEEKS)
    kinds = panel.parts["kind"] - 1
    number = np.bincount(kinds[whole & (kinds >= 0)], minlength=len(names))
    largest = np.argsort(-number, kind="stable")[:_CURVES]
    chosen = [kind for kind in largest if number[kind] >= _LEAST_ARTICLES]
    if not chosen:
        return None
    curves = {}
    for kind in chosen:
        rows = np.flatnonzero(whole & (kinds == kind))
        lives = counts[rows[:, None], first[rows][:, None] + np.arange(_WEEKS)]
        curves[names[kind]] = lives.sum(axis=0) / max(1.0, float(lives.sum())) * 100

    def paint(axes: Axes) -> None:
        for place, (name, curve) in enumerate(curves.items()):
            axes.plot(range(1, _WEEKS + 1), curve, color=SERIES[place], linewidth=1.6)
            axes.text(
                0.98, 0.95 - 0.09 * place, name, color=SERIES[place], ha="right", va="top",
                transform=axes.transAxes,
            )  # fmt: skip
        axes.set_ylim(bottom=0)
        axes.set_xlim(1, _WEEKS)
        axes.set_xlabel("week since the first sale")
        axes.set_ylabel("share of the sales, %")

    told = "; ".join(f"{name} sells {curve[:4].sum():.0f} %" for name, curve in curves.items())
    return Chart(
        title="Launch, peak and fade",
        reading=f"Of all that articles sold in their first {_WEEKS} weeks, the share of each week, "
        f"for the kinds with most launches; articles that sold at least {_OFTEN} times.",
        svg=draw(paint, name="curves"),
        alt=f"In the first four weeks {told}.",
    )


def stage_table(panel: Panel) -> Table:
    """Count articles by the stage of their lives, and what they sold lately."""
    stage = find_lives(panel).stage
    number = np.bincount(stage, minlength=len(STAGES))
    lately = np.bincount(stage, panel.counts[:, -4:].sum(axis=1), len(STAGES))
    return Table(
        title="Stages of life",
        reading="Articles by stage, as sales alone tell it.",
        head=[("stage", ""), ("articles", ""), ("pieces in 4 weeks", "")],
        rows=[
            [f"{name}: {_MEANINGS[name]}", f"{number[place]:,}", f"{lately[place]:,.0f}"]
            for place, name in enumerate(STAGES)
        ],
    )


def foreseen_chart(found: Mapping[str, Any]) -> Chart | None:
    """Draw what was foreseen for all departments together, and what was sold."""
    weeks = found.get("by_week") or []
    if len(weeks) < 2:
        return None
    actual, value = ([float(row[name]) for row in weeks] for name in ("actual", "value"))

    def paint(axes: Axes) -> None:
        places = range(len(weeks))
        axes.plot(places, actual, color=SERIES[0], linewidth=1.6)
        axes.plot(places, value, color=SERIES[1], linewidth=1.6, linestyle=(0, (4, 2)))
        axes.set_ylim(0, max([*actual, *value]) * 1.25 or 1)
        axes.text(0.02, 0.96, "sold", color=SERIES[0], va="top", transform=axes.transAxes)
        axes.text(0.02, 0.87, "foreseen", color=SERIES[1], va="top", transform=axes.transAxes)
        ticks = [0, len(weeks) // 2, len(weeks) - 1]
        axes.set_xticks(ticks, [weeks[place]["week_start"] for place in ticks])
        # Dates are wide: the first and the last stay inside, away from the zero.
        labels = axes.get_xticklabels()
        labels[0].set_horizontalalignment("left")
        labels[-1].set_horizontalalignment("right")
        thousands(axes)

    gap = np.abs(np.array(actual) - np.array(value)).sum() / max(1.0, sum(actual))
    return Chart(
        title="Foreseen and sold",
        reading="Pieces of all departments in each week, foreseen from the rows before it.",
        svg=draw(paint, name="foreseen"),
        alt=f"In {len(weeks)} weeks the forecast missed {100 * gap:.0f} % of the pieces.",
    )


def calibration_chart(found: Mapping[str, Any]) -> Chart | None:
    """Draw chances to buy against how often it happened."""
    bins = found["tasks"].get("churn", {}).get("reliability")
    if not bins:
        return None
    said, happened = [row["said"] for row in bins], [row["happened"] for row in bins]
    top = max([*said, *happened, 0.05]) * 1.08

    def paint(axes: Axes) -> None:
        axes.plot([0, top], [0, top], color=MUTED, linewidth=0.9, linestyle=(0, (3, 3)))
        axes.plot(said, happened, color=SERIES[0], linewidth=1.4, marker="o", markersize=4)
        axes.set_xlim(0, top)
        axes.set_ylim(0, top)
        axes.set_xlabel("chance that was given")
        axes.set_ylabel("share that bought")

    error = found["tasks"]["churn"]["models"]["modiste"].get("calibration_error", 0.0)
    return Chart(
        title="Chances to buy",
        reading="Tenths of the customers by the chance that they buy in a week; on the dashed line "
        "chances are what they say.",
        svg=draw(paint, name="calibration"),
        alt=f"Given chances and shares that bought differ by {100 * error:.1f} points in the mean.",
    )


def figures_table(found: Mapping[str, Any]) -> Table:
    """Give the main figure of each task beside the best simple rule."""
    rows = []
    names = {
        "churn": ("buys in the week", "auroc", "AUROC", True),
        "propensity": ("buys of a kind", "auroc", "AUROC", True),
        "item_sales_known": ("weekly pieces of an article", "rmse", "RMSE", False),
        "department_sales": ("weekly pieces of a department", "rmse", "RMSE", False),
    }
    for task, (title, metric, label, more) in names.items():
        models = found["tasks"].get(task, {}).get("models")
        if not models:
            continue
        own, *others = (name for name in models if name != BEFORE)
        best = (max if more else min)(others, key=lambda name: models[name][metric])
        mine = models[own]
        behind = (mine[metric] < models[best][metric]) == more
        ends = f" [{mine[metric + '_low']:.3f}, {mine[metric + '_high']:.3f}]"
        rows.append(
            [
                f"{title}, {label}",
                f"{mine[metric]:.3f}{ends}",
                f"{models[best][metric]:.3f} ({best})" + (", which is better" if behind else ""),
            ]
        )
    return Table(
        title="What was foreseen, beside simple rules",
        reading=f"Over {found.get('weeks')} weeks; in brackets intervals of 95 %.",
        head=[("", ""), ("modiste", ""), ("best simple rule", "")],
        rows=rows,
    )
