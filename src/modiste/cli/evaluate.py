"""`modiste evaluate`."""

from __future__ import annotations

import json
from pathlib import Path
from time import perf_counter
from typing import Annotated

import typer

from modiste.cli.application import app
from modiste.cli.kept import Track, check_track, keep_evaluation
from modiste.cli.options import AsOf, Config, JsonFile, Shop, With, Without, check_folders
from modiste.cli.progress import shown_progress


@app.command("evaluate")
def evaluate_command(
    shop: Shop,
    weeks: Annotated[int, typer.Option(help="How many of the last weeks are predicted.")] = 8,
    config: Config = None,
    without: Without = None,
    including: With = None,
    k: Annotated[int, typer.Option("--k", help="Length of the lists.")] = 12,
    refit_every: Annotated[
        int, typer.Option(help="One fit of the ranker serves so many weeks, never earlier ones.")
    ] = 1,
    as_of: AsOf = None,
    json_file: JsonFile = None,
    predictions: Annotated[
        Path | None, typer.Option(help="Write the model's lists to this Parquet file.")
    ] = None,
    track: Track = None,
) -> None:
    """Predict past weeks from the rows before each, beside simple baselines.

    Everything is fitted on rows before the week it predicts; intervals are of 95 %.
    """
    from modiste.evaluation.summary import print_summary
    from modiste.pipeline import evaluate
    from modiste.release import release_store, served_config

    check_folders(json_file, predictions)
    check_track(track)
    start = perf_counter()
    loaded, origin = served_config(shop, config)
    loaded = loaded.including(including or []).without(without or [])
    with shown_progress() as progress:
        result = evaluate(
            shop,
            loaded,
            n_weeks=weeks,
            k=k,
            refit_every=refit_every,
            as_of=as_of.date() if as_of else None,
            predictions=predictions,
            progress=progress,
        )
    release = "" if config else release_store(shop).current_name() or ""
    asked = {"weeks": weeks, "k": k, "refit_every": refit_every}
    keep_evaluation(shop, result, loaded, perf_counter() - start, asked, release, track)
    if json_file is not None:
        json_file.write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")
    print_summary(result)
    added = f", with {', '.join(including)}" if including else ""
    left = f", without {', '.join(without)}" if without else ""
    typer.echo(f"configuration: {origin}{added}{left}")
    typer.echo(f"figures: {shop / 'reports' / 'evaluation.json'}")
    typer.echo(f"next: modiste report --shop {shop}")
