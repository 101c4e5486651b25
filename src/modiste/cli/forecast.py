"""`modiste forecast`."""

from __future__ import annotations

import json
from pathlib import Path
from time import perf_counter
from typing import Annotated

import typer

from modiste.cli.application import app
from modiste.cli.kept import Track, check_track, keep
from modiste.cli.options import AsJson, AsOf, Shop, check_folders, write_rows
from modiste.cli.progress import shown_progress


@app.command("forecast")
def forecast_command(
    shop: Shop,
    out: Annotated[
        Path,
        typer.Option(help="The file to write: .parquet or .csv. A page of charts lies beside it."),
    ],
    by: Annotated[
        str,
        typer.Option(
            help="article, price (bands), or an attribute of the shop's items: kind, colour …"
        ),
    ] = "kind",
    weeks: Annotated[int, typer.Option(min=1, max=26, help="Weeks ahead.")] = 4,
    stock: Annotated[
        Path | None,
        typer.Option(
            help="A stock feed (item_id, stock), for articles: what is out of stock sells nothing."
        ),
    ] = None,
    as_of: AsOf = None,
    page: Annotated[
        bool, typer.Option("--page/--no-page", help="Write the page of charts.")
    ] = True,
    track: Track = None,
    as_json: AsJson = False,
) -> None:
    """Forecast weekly sales with intervals, of every article, kind, colour or price band.

    Articles: with their stage of life and the chance that they are offered. The others: by the
    model that foresaw past weeks best; the table of models is printed.
    """
    from rich.console import Console

    from modiste.demand.outlook import look_ahead
    from modiste.errors import InputError
    from modiste.pipeline import as_of_day, day_name

    if out.suffix not in (".parquet", ".csv"):
        raise InputError(f"{out}: expected a name that ends in .parquet or .csv: choose one")
    check_folders(out)
    check_track(track)
    start = perf_counter()
    from modiste.data import open_shop
    from modiste.engine import collect
    from modiste.rules.stock import read_stock, stock_notes

    dataset = open_shop(shop)
    past = dataset.until(as_of_day(dataset, as_of.date() if as_of else None))
    console = Console(stderr=True)
    feed = None if stock is None else read_stock(stock)
    for note in [] if feed is None else stock_notes(feed, collect(past.items.select("item_id"))):
        console.print(note, highlight=False)
    with shown_progress() as progress:
        outlook = look_ahead(past.in_memory(), by, weeks, stock=feed, progress=progress)
    write_rows(outlook.table, out)
    place = out.with_suffix(".html") if page else None
    if place is not None:
        from modiste.report.forecast_page import write_forecast_page

        write_forecast_page(outlook, place, shop=shop.resolve().name)
    models = outlook.backtest.to_dicts()
    keep(
        shop,
        "forecast",
        track,
        seconds=perf_counter() - start,
        parameters={"by": by, "weeks": weeks, "as_of": day_name(past.as_of or 0)},
        figures={
            "rows": outlook.table.height,
            "error": {f"{row['class']}.{row['model']}": row["error"] for row in models},
        },
        files=[out, *([place] if place else [])],
    )
    first = day_name(past.as_of or 0)
    if as_json:
        told = {
            "by": by,
            "from": first,
            "weeks": weeks,
            "rows": outlook.table.height,
            "models": models,
            "file": str(out),
            "page": str(place) if place else None,
        }
        typer.echo(json.dumps(told, indent=2))
        return
    if models:
        console.print("squared error over the level, on past weeks; the first of a class is used:")
    for row in models:
        console.print(
            f"{row['class']:>7} {row['model']:<17} {row['error']:.3f} ({row['series']} series)",
            highlight=False,
        )
    ahead = "1 week" if weeks == 1 else f"{weeks} weeks"
    typer.echo(f"{out}: {outlook.table.height:,} rows, {ahead} from {first}")
    if place is not None:
        typer.echo(str(place))
