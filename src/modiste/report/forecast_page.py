"""The page of a forecast: what was sold and what is expected, for the largest series."""

from __future__ import annotations

from datetime import date
from importlib.resources import files
from pathlib import Path

import polars as pl
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from modiste.artifacts import write_text
from modiste.demand.outlook import Outlook
from modiste.demand.season import ARTICLE
from modiste.errors import InputError, MissingExtraError
from modiste.report.parts import Chart, Table
from modiste.report.theme import INK, SERIES, draw, thousands

try:
    from jinja2 import Environment, StrictUndefined
    from markupsafe import Markup
except ModuleNotFoundError as error:
    raise MissingExtraError("jinja2", extra="report") from error

_SHOWN = 12
_PAST_WEEKS = 78
_ROWS = 40


def write_forecast_page(outlook: Outlook, out: Path, *, shop: str) -> None:
    """Write a forecast as one self-contained HTML file.

    Args:
        outlook: The forecast.
        out: The file.
        shop: The shop's name.

    Raises:
        InputError: If the file cannot be written.
    """
    total = outlook.table.group_by("key").agg(pl.col("value").sum(), pl.col("name").first())
    first = total.sort("value", "key", descending=[True, False])
    shown = first.filter(pl.col("value") > 0).head(_SHOWN)
    charts = [
        _chart(outlook, key, name, number)
        for number, (key, name) in enumerate(shown.select("key", "name").iter_rows())
    ]
    tables = [_table(outlook, first.head(_ROWS)["key"])]
    if outlook.backtest.height:
        tables.append(_models(outlook.backtest))
    folder = files("modiste.report") / "templates"
    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    template = environment.from_string((folder / "forecast.html.j2").read_text(encoding="utf-8"))
    style = Markup((folder / "report.css").read_text(encoding="utf-8"))  # noqa: S704 - our own file
    weeks = outlook.table["week_start"].n_unique()
    page = template.render(
        style=style,
        svg=Markup,
        shop=shop,
        by=outlook.by.replace("_", " "),
        weeks=weeks,
        first=outlook.table["week_start"].min(),
        n_series=outlook.table["key"].n_unique(),
        charts=charts,
        tables=tables,
    )
    try:
        write_text(out, page)
    except OSError as fault:
        raise InputError(f"{out} cannot be written ({fault}): choose another --out") from None


def _chart(outlook: Outlook, key: str, name: str | None, number: int) -> Chart:
    past = outlook.history.filter(pl.col("key") == key).tail(_PAST_WEEKS)
    ahead = outlook.table.filter(pl.col("key") == key)
    sold = past["sold"].to_list()
    days: list[date] = [*past["week_start"], *ahead["week_start"]]
    said, low, high = (ahead[column].to_list() for column in ("value", "low", "high"))

    def paint(axes: Axes) -> None:
        at = list(range(len(sold), len(sold) + len(said)))
        axes.plot(range(len(sold)), sold, color=SERIES[0], linewidth=1.4)
        axes.fill_between(at, low, high, color=SERIES[1], alpha=0.25, linewidth=0)
        axes.plot(at, said, color=SERIES[1], linewidth=1.8, marker="o", markersize=3)
        axes.set_ylim(0, max([*sold, *high, 1]) * 1.12)
        axes.set_xlim(0, max(1, len(days) - 0.5))
        axes.yaxis.set_major_locator(MaxNLocator(5, integer=True, min_n_ticks=1))
        thousands(axes)
        ticks = [
            place for place, day in enumerate(days) if day.day <= 7 and (day.month - 1) % 3 == 0
        ]
        labels = [days[place].strftime("%Y" if days[place].month == 1 else "%b") for place in ticks]
        axes.set_xticks(ticks, labels, color=INK)

    title = name or key
    return Chart(
        title=title if outlook.by != ARTICLE else f"{title} ({key})",
        reading=f"{sum(said):,.1f} pieces expected in {len(said)} weeks, "
        f"{low[0]:,.0f} to {high[0]:,.0f} in the first{'' if sold else '; it never sold'}.",
        svg=draw(paint, name=f"forecast-{number}", height=190),
        alt=f"{title}: weekly sales of the past and {', '.join(f'{one:.1f}' for one in said)} "
        "expected in the coming weeks.",
    )


def _table(outlook: Outlook, keys: pl.Series) -> Table:
    articles = outlook.by == ARTICLE
    rows = outlook.table.filter(pl.col("key").is_in(keys.implode()))
    weeks = rows["week_start"].unique().sort().to_list()
    extra = [("stage", ""), ("offered", "chance that it is offered")] if articles else []
    head = [("", ""), *extra, *((day.isoformat(), "week from this day") for day in weeks)]
    lines = []
    for key in keys:
        mine = rows.filter(pl.col("key") == key).sort("week_start")
        cells = [
            f"{value:.1f} ({low:.0f}–{high:.0f})"
            for value, low, high in mine.select("value", "low", "high").iter_rows()
        ]
        told = []
        if articles:
            offered = mine["offered"][0]
            told = [mine["stage"][0], "" if offered is None else f"{offered:.2f}"]
        name = str(mine["name"][0] or key)
        lines.append([f"{name} ({key})" if articles and name != key else name, *told, *cells])
    return Table(
        title="Expected pieces",
        reading=f"The {len(lines)} with most pieces; nine weeks of ten lie within the brackets. "
        "The file holds all.",
        head=head,
        rows=lines,
    )


def _models(backtest: pl.DataFrame) -> Table:
    rows = [
        [row["class"], row["model"], f"{row['error']:.3f}", str(row["series"])]
        for row in backtest.iter_rows(named=True)
    ]
    return Table(
        title="Which model foresaw past weeks best",
        reading="Mean squared error over the level, of four past moments; the first of each class "
        "is used. A series is sparse where three weeks of ten were empty in the last year.",
        head=[("series", ""), ("model", ""), ("error", ""), ("how many", "")],
        rows=rows,
    )
