"""`modiste evaluate-demand`."""

from __future__ import annotations

import json
from pathlib import Path
from time import perf_counter
from typing import Annotated

import typer

from modiste.cli.application import app
from modiste.cli.kept import Track, check_track, keep
from modiste.cli.options import JsonFile, Shop, check_folders
from modiste.cli.progress import shown_progress


@app.command("evaluate-demand")
def evaluate_demand_command(
    shop: Shop,
    weeks: Annotated[int, typer.Option(help="How many of the last weeks are foreseen.")] = 26,
    refit_every: Annotated[
        int, typer.Option(help="One fit of the models serves so many weeks, never earlier ones.")
    ] = 4,
    json_file: JsonFile = None,
    predictions: Annotated[
        Path | None,
        typer.Option(
            help="Write what was said of every row to this Parquet file: task, week_start, key, "
            "value, actual."
        ),
    ] = None,
    seed: Annotated[int, typer.Option(help="Of fits and intervals.")] = 0,
    track: Track = None,
) -> None:
    """Foresee who buys, of which kind, and what sells in past weeks, beside simple rules.

    Every model is fitted on rows before the week it foresees; intervals are of 95 %.
    """
    from modiste.evaluation.demand.printing import print_demand
    from modiste.evaluation.demand.whole import REPORT, measure_demand

    check_folders(json_file, predictions)
    check_track(track)
    start = perf_counter()
    with shown_progress() as progress:
        result = measure_demand(
            shop,
            n_weeks=weeks,
            refit_every=refit_every,
            seed=seed,
            predictions=predictions,
            progress=progress,
        )
    keep(
        shop,
        "evaluate-demand",
        track,
        seconds=perf_counter() - start,
        parameters={"weeks": weeks, "refit_every": refit_every, "seed": seed},
        figures={"tasks": result["tasks"]},
        files=[shop / REPORT],
    )
    if json_file is not None:
        json_file.write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")
    print_demand(result)
    typer.echo(f"figures: {shop / REPORT}")
