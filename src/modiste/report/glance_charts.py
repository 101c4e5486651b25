"""Draws the tables of `glance`."""

from __future__ import annotations

from datetime import date, timedelta

import polars as pl
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, NullLocator

from modiste.report.glance import LIFE_WEEKS, MIN_SALES, Life
from modiste.report.parts import Chart, Table
from modiste.report.theme import (
    INK,
    MUTED,
    SERIES,
    WIDE,
    beside,
    draw,
    no_frame,
    short_number,
    thousands,
)

_EPOCH = date(1970, 1, 1)
_LONGEST_LABEL = 24


def sales_chart(weeks: pl.DataFrame) -> Chart:
    """Draw purchases per week."""
    days = [_EPOCH + timedelta(days=day) for day in weeks["week"]]
    sold = weeks["purchases"].to_list()
    best = max(range(len(sold)), key=lambda place: sold[place])

    def paint(axes: Axes) -> None:
        places = list(range(len(sold)))
        axes.fill_between(places, sold, color=SERIES[0], alpha=0.14, linewidth=0)
        axes.plot(places, sold, color=SERIES[0], linewidth=1.6)
        axes.plot([best], [sold[best]], "o", color=SERIES[0], markersize=4)
        axes.annotate(
            f"{short_number(sold[best])} in the week of {days[best].isoformat()}",
            (best, sold[best]),
            xytext=(-6 if best > len(sold) / 2 else 6, 3),
            textcoords="offset points",
            ha="right" if best > len(sold) / 2 else "left",
            fontsize=10,
        )
        axes.set_ylim(0, max(sold) * 1.12 or 1)
        axes.set_xlim(0, max(len(sold) - 1, 1))
        axes.set_ylabel("purchases a week")
        thousands(axes)
        _month_ticks(axes, days)

    return Chart(
        title="Sales per week",
        reading="Each point is a week of seven days, the last one ending with the last day of the "
        "data; the area starts at zero.",
        svg=draw(paint, name="sales"),
        wide_svg=draw(paint, name="sales-wide", width=WIDE, height=220),
        alt=f"Purchases per week over {len(sold)} weeks, at most {sold[best]:,} in the week of "
        f"{days[best].isoformat()} and at least {min(sold):,}.",
    )


def life_chart(life: Life) -> Chart:
    """Draw how the sales of articles rise and fade."""
    shares = [100 * share for share in life.curve["share"]]
    marks = {row["what"]: row["middle"] for row in life.quantiles.iter_rows(named=True)}
    middle = {text.split(" ")[0]: int(week) for text, week in marks.items()}

    def paint(axes: Axes) -> None:
        weeks = range(1, LIFE_WEEKS + 1)
        axes.bar(weeks, shares, color=SERIES[0], width=0.72)
        top = max(shares)
        for name, week in (("half sold", middle["half"]), ("nine tenths sold", middle["nine"])):
            axes.axvline(week + 0.5, color=MUTED, linewidth=0.9, linestyle=(0, (3, 3)))
            height = 0.97 if name == "half sold" else 0.78
            axes.text(week + 0.8, top * height, f"{name}\nby week {week}", fontsize=10, va="top")
        axes.set_xlim(0.3, LIFE_WEEKS + 0.7)
        axes.set_xticks([1, 5, 10, 15, 20, 25])
        axes.set_xlabel("week since the first sale")
        axes.set_ylabel("share of the sales, %")

    return Chart(
        title="Lives of articles",
        reading=f"Of all that {life.n_articles:,} articles sold in their first {LIFE_WEEKS} weeks, "
        "the share sold in each week after the launch; the dashed lines are the middle article's.",
        svg=draw(paint, name="lives"),
        alt=f"The middle article has sold half of its pieces by week {middle['half']} and nine "
        f"tenths by week {middle['nine']}.",
    )


def life_table(life: Life) -> Table:
    """Give the quartiles over articles of the weeks to peak, half and nine tenths of the sales."""
    return Table(
        title="Launch, peak, fade",
        reading=f"Weeks since the first sale, for articles sold at least {MIN_SALES} times: a "
        "quarter of them is there by the first number, half by the second.",
        head=[("", ""), ("quarter", ""), ("half", ""), ("three quarters", "")],
        rows=[
            [what, *(f"{weeks:.0f}" for weeks in quartiles)]
            for what, *quartiles in life.quantiles.iter_rows()
        ],
    )


def values_chart(attribute: str, values: pl.DataFrame) -> Chart:
    """Draw the values of an attribute that sell most."""
    names, shares = values["value"].to_list(), [100 * share for share in values["share"]]

    def paint(axes: Axes) -> None:
        places = range(len(names))
        axes.barh(places, shares, color=SERIES[0], height=0.66)
        for place, share in enumerate(shares):
            beside(axes, share, place, f"{share:.1f} %")
        axes.set_yticks(places, [_shorten(name) for name in names], color=INK)
        axes.invert_yaxis()
        axes.set_xlim(0, max(shares, default=0) * 1.2 or 1)
        no_frame(axes)

    word = attribute.replace("_", " ")
    return Chart(
        title=f"What sells, by {word}",
        reading=f"The share of all purchases, for the {len(names)} values that sell most.",
        svg=draw(paint, name=f"values-{attribute}", height=50 + 22 * len(names)),
        alt=f"Most purchases by {word}: "
        + ", ".join(f"{n} {s:.1f} %" for n, s in list(zip(names, shares, strict=True))[:5])
        + ".",
    )


def age_chart(ages: pl.DataFrame) -> Chart:
    """Draw the ages of customers beside those behind the purchases."""
    # Two years a step: single years are ragged in a small shop.
    steps = (
        ages.group_by((pl.col("age") // 2 * 2).alias("age"))
        .agg(pl.col("customers", "purchases").sum() * 100)
        .sort("age")
    )
    years = [age + 1 for age in steps["age"]]
    customers, purchases = steps["customers"].to_list(), steps["purchases"].to_list()

    def paint(axes: Axes) -> None:
        axes.fill_between(years, customers, color=SERIES[0], alpha=0.14, linewidth=0)
        axes.plot(years, customers, color=SERIES[0], linewidth=1.6)
        axes.plot(years, purchases, color=SERIES[1], linewidth=1.6)
        axes.set_ylim(0, max([*customers, *purchases]) * 1.22)
        axes.set_xlim(years[0], max(years[-1], years[0] + 1))
        axes.set_xticks(_age_ticks(years[0], years[-1]))
        axes.set_xlabel("age in years")
        axes.set_ylabel("share, %")
        # Labels in the empty corner; colours and words say the same.
        axes.text(0.98, 0.95, "customers", color=SERIES[0], ha="right", transform=axes.transAxes)
        axes.text(
            0.98, 0.86, "their purchases", color=SERIES[1], ha="right", transform=axes.transAxes
        )

    most = years[max(range(len(years)), key=lambda place: customers[place])]
    return Chart(
        title="Ages",
        reading="Two years a step. Where the line of purchases is above that of customers, people "
        "of that age buy more than the average customer.",
        svg=draw(paint, name="ages"),
        alt=f"Share of customers and of purchases by age; most customers are about {most} years "
        "old.",
    )


def price_chart(prices: pl.DataFrame, quartiles: tuple[float, float, float] | None) -> Chart:
    """Draw the spread of the prices paid."""
    low, high = prices["low"].to_list(), prices["high"].to_list()
    shares = [100 * share for share in prices["share"]]

    def paint(axes: Axes) -> None:
        widths = [right - left for left, right in zip(low, high, strict=True)]
        axes.bar(low, shares, width=[0.9 * w for w in widths], align="edge", color=SERIES[0])
        if quartiles:
            axes.axvline(quartiles[1], color=INK, linewidth=0.9, linestyle=(0, (3, 3)))
            beside(
                axes, quartiles[1], max(shares) * 1.08, f"half cost at most {_price(quartiles[1])}"
            )
        axes.set_xscale("log")
        axes.set_ylim(0, max(shares) * 1.16)
        axes.set_xticks(_price_ticks(low[0], high[-1]))
        axes.xaxis.set_minor_locator(NullLocator())
        axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: _price(value)))
        axes.set_xlabel("price paid, in the shop's unit (ratio scale)")
        axes.set_ylabel("share of purchases, %")

    middle = _price(quartiles[1]) if quartiles else "unknown"
    return Chart(
        title="Prices",
        reading="Each step to the right is the same ratio of price; the dearest and cheapest half "
        "per cent are left out.",
        svg=draw(paint, name="prices"),
        alt=f"Spread of the prices paid; the middle price is {middle}.",
    )


def _month_ticks(axes: Axes, days: list[date]) -> None:
    """Mark the first weeks of quarters, or of months in a short time."""
    every = 1 if len(days) < 40 else 3
    ticks, labels, seen = [], [], set()
    for place, day in enumerate(days):
        month = (day.year, day.month)
        if month not in seen and (day.month - 1) % every == 0 and day.day <= 7:
            ticks.append(place)
            labels.append(day.strftime("%Y" if day.month == 1 else "%b"))
        seen.add(month)
    axes.set_xticks(ticks, labels)


def _age_ticks(first: int, last: int) -> list[int]:
    """Mark where the axis starts, and the decades that leave room for that mark."""
    return [first, *(age for age in range(0, last + 1, 10) if age >= first + 4)]


def _price_ticks(low: float, high: float) -> list[float]:
    steps = [scale * 10.0**power for power in range(-6, 9) for scale in (1, 2, 5)]
    return [step for step in steps if low <= step <= high]


def _price(value: float) -> str:
    return f"{value:,.0f}" if value >= 1000 else f"{value:.3g}"


def _shorten(text: str) -> str:
    return text if len(text) <= _LONGEST_LABEL else text[: _LONGEST_LABEL - 1] + "…"
