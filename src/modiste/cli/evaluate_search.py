"""`modiste evaluate-search`."""

from __future__ import annotations

from pathlib import Path
from time import perf_counter
from typing import Annotated

import typer

from modiste.cli.application import app
from modiste.cli.kept import Track, check_track, keep
from modiste.cli.options import JsonFile, Shop, check_folders
from modiste.cli.progress import shown_progress


@app.command("evaluate-search")
def evaluate_search_command(
    shop: Shop,
    encoder: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME[=SOURCE]",
            help="An encoder to measure; repeat it. Missing vectors are made. By default all whose "
            "vectors the shop holds; the baseline colour is always beside them.",
        ),
    ] = None,
    json_file: JsonFile = None,
    report: Annotated[
        Path | None,
        typer.Option(help="Write a page with the figures and pictures of what was found."),
    ] = None,
    gallery: Annotated[
        int, typer.Option(min=2, help="Pictures among which an item's own is looked for.")
    ] = 1000,
    seed: Annotated[int, typer.Option(help="Of the intervals and of the examples.")] = 0,
    track: Track = None,
) -> None:
    """Measure search and similar products on products that no encoder was fitted on.

    Own pictures found by their description, attribute queries in the catalogue's words and in
    others, similar products, indexes; baselines beside them, intervals of 95 %. The shop keeps
    the figures as reports/search.json, where the lab of `modiste serve` reads them.
    """
    from modiste.search.measure.stored import store_measure
    from modiste.search.measure.tables import print_measure
    from modiste.search.measure.whole import measure_search

    check_folders(json_file, report)
    check_track(track)
    start = perf_counter()
    with shown_progress() as progress:
        result = measure_search(
            shop, encoders=encoder or (), gallery=gallery, seed=seed, progress=progress
        )
        if report is not None:
            from modiste.report.search_page import write_search_page

            write_search_page(shop, result, report, progress)
    stored = store_measure(shop, result)
    keep(
        shop,
        "evaluate-search",
        track,
        seconds=perf_counter() - start,
        parameters={"encoders": encoder, "gallery": gallery, "seed": seed},
        figures=result,
        files=[stored],
    )
    if json_file is not None:
        json_file.write_bytes(stored.read_bytes())
    print_measure(result)
    typer.echo(f"figures: {stored}")
    if report is not None:
        typer.echo(f"page: {report}")
