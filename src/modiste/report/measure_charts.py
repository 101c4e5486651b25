"""Draws the figures of an evaluation, and what the ranker looks at."""

from __future__ import annotations

from collections.abc import Mapping
from textwrap import fill
from typing import Any

import polars as pl
from matplotlib.axes import Axes

from modiste.evaluation.printing import POOL
from modiste.report.measure import Evaluation, by_recall
from modiste.report.parts import Chart
from modiste.report.theme import INK, MUTED, SERIES, WIDE, beside, draw, no_frame

N_FEATURES = 20
FEATURES = (
    "The names: prior is the sum of 1 / (rank + 10) over the sources that proposed the pair of "
    "customer and article, and n_sources how many did; a source's name with _rank or _score is its "
    "place for the pair and its own score; user_ is about the customer, item_ the article, "
    "product_ all its colours, kind_, department_ and the like its group; pair_ is what this "
    "customer has with this article (pair_product_ with any colour of it: days_since_last and "
    "visits_since_last count from the last purchase), taste_ how much of what the customer bought "
    "shares that attribute with it; season_ is the time of year."
)
"""What the names of the features mean."""
_ROW = 26


def models_chart(evaluation: Evaluation) -> Chart:
    """Draw the main metric of the model and the baselines with intervals."""
    key = evaluation.key
    names = sorted(evaluation.models, key=lambda name: -(evaluation.models[name].get(key) or 0))
    rows = [evaluation.models[name] for name in names]
    top = max((_end(row, key) for row in rows), default=0) or 1

    def paint(axes: Axes) -> None:
        for place, (name, row) in enumerate(zip(names, rows, strict=True)):
            value = row.get(key) or 0
            colour = SERIES[0] if name == evaluation.model else MUTED
            axes.barh(place, value, color=colour, height=0.52, alpha=0.85)
            _error_bar(axes, row, key, place)
            beside(axes, _end(row, key), place, f"{value:.4f}")
        axes.set_yticks(range(len(names)), [fill(name, 22) for name in names], color=INK)
        axes.invert_yaxis()
        axes.set_xlim(0, top * 1.22)
        no_frame(axes)

    return Chart(
        title=f"{key}: model and baselines",
        reading="Bars are means over customer-weeks; the thin lines hold 95 % of what other "
        "draws of customers would give.",
        svg=draw(paint, name="models", height=40 + 38 * len(names)),
        alt="; ".join(f"{n} {r.get(key) or 0:.4f}" for n, r in zip(names, rows, strict=True)) + ".",
    )


def weeks_chart(evaluation: Evaluation) -> Chart | None:
    """Draw the main metric week by week; None for fewer than two weeks."""
    parts = evaluation.result.get("segments", {}).get("week", {})
    if len(parts) < 2:
        return None
    key, model, rival = evaluation.key, evaluation.model, evaluation.strongest
    weeks = list(parts)
    ours = [parts[week]["models"][model] for week in weeks]
    values = [row.get(key) or 0 for row in ours]
    theirs = [parts[week]["models"][rival].get(key) or 0 for week in weeks] if rival else []

    def paint(axes: Axes) -> None:
        places = range(len(weeks))
        low = [
            value if row.get(f"{key}_low") is None else row[f"{key}_low"]
            for row, value in zip(ours, values, strict=True)
        ]
        high = [_end(row, key) for row in ours]
        axes.fill_between(places, low, high, color=SERIES[0], alpha=0.14, linewidth=0)
        axes.plot(places, values, "o-", color=SERIES[0], linewidth=1.6, markersize=3.5)
        axes.plot(places, theirs, "s--", color=SERIES[1], linewidth=1.2, markersize=3)
        axes.set_ylim(0, max([*high, *theirs]) * 1.32 or 1)
        axes.text(0.01, 0.95, model, color=SERIES[0], transform=axes.transAxes, va="center")
        if rival:
            axes.text(0.01, 0.86, rival, color=SERIES[1], transform=axes.transAxes, va="center")
        step = max(1, -(-len(weeks) // 6))
        axes.set_xticks(list(places)[::step], [week[5:] for week in weeks[::step]])
        axes.set_ylabel(key)
        axes.set_xlabel("first day of the week (month-day)")

    return Chart(
        title="Week by week",
        reading="One week holds few buyers, so it leaps; the band is the model's 95 % interval. "
        "Judge by all weeks together.",
        svg=draw(paint, name="weeks"),
        wide_svg=draw(paint, name="weeks-wide", width=WIDE, height=230),
        alt=f"{key} of the model in {len(weeks)} weeks, between {min(values):.4f} and "
        f"{max(values):.4f}.",
    )


def segments_chart(evaluation: Evaluation) -> Chart | None:
    """Draw the main metric by segment, model beside the strongest baseline."""
    key, model, rival = evaluation.key, evaluation.model, evaluation.strongest
    groups = evaluation.result.get("segments", {})
    parts = [
        (f"{kind}: {name}", part)
        for kind in ("history", "age", "items")
        for name, part in groups.get(kind, {}).items()
    ]
    if not parts:
        return None

    def paint(axes: Axes) -> None:
        for place, (_, part) in enumerate(parts):
            for label, colour, shift, mark in (
                (model, SERIES[0], -0.14, "o"),
                (rival, SERIES[1], 0.18, "s"),
            ):
                row = part["models"].get(label)
                if row:
                    _error_bar(axes, row, key, place + shift, colour=colour)
                    axes.plot(row.get(key) or 0, place + shift, mark, color=colour, markersize=5)
        names = [f"{_short(name)} ({p['n_user_weeks']:,})" for name, p in parts]
        axes.set_yticks(range(len(parts)), names, color=INK, fontsize=9.5)
        axes.invert_yaxis()
        axes.set_xlim(left=0)
        axes.grid(visible=True, axis="x")
        axes.grid(visible=False, axis="y")
        axes.locator_params(axis="x", nbins=5)
        axes.set_xlabel(key)

    return Chart(
        title="By segment",
        reading=f"Dots are the model, squares {rival or 'nothing'}, lines 95 % intervals; in "
        "brackets the number of customer-weeks.",
        svg=draw(paint, name="segments", height=60 + _ROW * len(parts)),
        wide_svg=draw(paint, name="segments-wide", width=WIDE, height=60 + _ROW * len(parts)),
        alt="; ".join(f"{name} {part['models'][model].get(key) or 0:.4f}" for name, part in parts)
        + ".",
    )


def ledger_chart(evaluation: Evaluation) -> Chart | None:
    """Draw each candidate source's recall, and what nobody else recalls."""
    sources: Mapping[str, Any] = evaluation.result.get("sources") or {}
    if not sources:
        return None
    names = by_recall(sources)
    pool = sources.get(POOL, {}).get("recall")
    together = "" if pool is None else f" All sources together proposed {100 * pool:.1f} %."
    whole = [100 * (sources[name].get("recall") or 0) for name in names]
    alone = [100 * (sources[name].get("unique_recall") or 0) for name in names]

    def paint(axes: Axes) -> None:
        places = range(len(names))
        axes.barh(places, whole, color=SERIES[0], alpha=0.32, height=0.6)
        axes.barh(places, alone, color=SERIES[0], height=0.6)
        for place, (share, own) in enumerate(zip(whole, alone, strict=True)):
            beside(axes, share, place, f"{share:.2f} % · {own:.2f} %", size=9.5)
        axes.set_yticks(places, names, color=INK, fontsize=10)
        axes.invert_yaxis()
        axes.set_xlim(0, max(whole) * 1.45 or 1)
        no_frame(axes)

    return Chart(
        title="What the sources recall",
        reading="Pale: the share of what was bought that a source proposed. Full: the share that "
        f"no other source proposed, which would be lost without it.{together}",
        svg=draw(paint, name="ledger", height=30 + 24 * len(names)),
        wide_svg=draw(paint, name="ledger-wide", width=WIDE, height=30 + 24 * len(names)),
        alt="; ".join(f"{n} {w:.2f} %" for n, w in zip(names, whole, strict=True)) + ".",
    )


def importance_chart(importance: pl.DataFrame) -> Chart | None:
    """Draw the features that the ranker gains most from.

    Args:
        importance: `feature, gain, splits`.

    Returns:
        None where no feature has any gain.
    """
    total = float(importance["gain"].sum() or 0)
    if total <= 0:
        return None
    top = importance.sort("gain", "feature", descending=[True, False]).head(N_FEATURES)
    names = top["feature"].to_list()
    shares = [100 * gain / total for gain in top["gain"]]

    def paint(axes: Axes) -> None:
        axes.barh(range(len(names)), shares, color=SERIES[0], height=0.62)
        for place, share in enumerate(shares):
            beside(axes, share, place, f"{share:.1f} %", size=9.5)
        axes.set_yticks(range(len(names)), names, color=INK, fontsize=9.5)
        axes.invert_yaxis()
        axes.set_xlim(0, max(shares) * 1.2)
        no_frame(axes)

    return Chart(
        title="The features that bring most",
        reading=f"The share of the ranker's gain (how much its splits sharpen the order) that each "
        f"feature brings; the first {len(names)} of {importance.height:,}.",
        svg=draw(paint, name="importance", height=30 + 21 * len(names)),
        wide_svg=draw(paint, name="importance-wide", width=WIDE, height=30 + 21 * len(names)),
        alt="; ".join(f"{n} {s:.1f} %" for n, s in list(zip(names, shares, strict=True))[:8]) + ".",
    )


def _short(name: str) -> str:
    return name.replace("items: ", "").replace("the customer, with history", "seen customers")


def _end(row: Mapping[str, Any], key: str) -> float:
    high = row.get(f"{key}_high")
    return float(row.get(key) or 0 if high is None else high)


def _error_bar(
    axes: Axes, row: Mapping[str, Any], key: str, place: float, *, colour: str = INK
) -> None:
    low, high = row.get(f"{key}_low"), row.get(f"{key}_high")
    if low is not None and high is not None:
        axes.plot([low, high], [place, place], color=colour, linewidth=1.3)
