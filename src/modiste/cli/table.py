"""`modiste table`."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from modiste.cli.application import app
from modiste.cli.options import AsJson, AsOf, Config, Memory, Shop, With, Without
from modiste.cli.progress import shown_progress


@app.command("table")
def table_command(
    shop: Shop,
    out: Annotated[
        Path, typer.Option(help="The file of labelled rows to write, .parquet or .csv.")
    ],
    to_score: Annotated[
        Path | None,
        typer.Option(
            help="A second file: the rows of all users as of the day, without label, to be scored."
        ),
    ] = None,
    as_of: AsOf = None,
    weeks: Annotated[
        int, typer.Option(min=0, help="How many past weeks; 0: as many as the ranker learns from.")
    ] = 0,
    config: Config = None,
    without: Without = None,
    including: With = None,
    memory: Memory = "8GB",
    as_json: AsJson = False,
) -> None:
    """Write the ranking table: user, item, week, label, and a column for each feature.

    It is what the ranker learns from, for a trainer or an AutoML tool of your own. Every column but
    the label was known before the row's week began.
    """
    from modiste.cli.recommend import parse_memory
    from modiste.pipeline import export_table
    from modiste.release import served_config

    budget = parse_memory(memory)
    loaded, origin = served_config(shop, config)
    loaded = loaded.including(including or []).without(without or [])
    if weeks:
        loaded = replace(loaded, training=replace(loaded.training, n_windows=weeks))
    with shown_progress() as progress:
        written = export_table(
            shop,
            loaded,
            out,
            to_score=to_score,
            as_of=as_of.date() if as_of else None,
            memory=budget,
            progress=progress,
        )
    if as_json:
        told = {str(file): facts._asdict() for file, facts in written.items()}
        typer.echo(json.dumps(told, indent=2))
        return
    for file, facts in written.items():
        weeks_told = f"{facts.n_weeks} past weeks, " if facts.n_positives else ""
        bought = f", {facts.n_positives:,} of them bought" if facts.n_positives else ", no label"
        typer.echo(
            f"{file}: {weeks_told}{facts.n_rows:,} rows{bought}, {facts.n_features} features"
        )
    typer.echo(f"configuration: {origin}")
