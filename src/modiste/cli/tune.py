"""`modiste tune`."""

from __future__ import annotations

import json
import re
from dataclasses import asdict
from pathlib import Path
from time import perf_counter
from typing import Annotated, Any

import typer

from modiste.cli.application import app
from modiste.cli.kept import Track, check_track, keep
from modiste.cli.options import AsJson, Shop, check_folders
from modiste.cli.progress import shown_progress

_UNITS = {"s": 1, "m": 60, "h": 3600}


@app.command("tune")
def tune_command(
    shop: Shop,
    trials: Annotated[
        int, typer.Option(min=1, help="Trials in all, earlier calls' included.")
    ] = 50,
    budget: Annotated[
        str,
        typer.Option(
            metavar="TIME",
            help="Time for new trials, such as 20m, 90s or 2h. The weeks are made ready before.",
        ),
    ] = "20m",
    weeks: Annotated[int, typer.Option(min=1, help="Past weeks that each trial is judged on.")] = 4,
    test_weeks: Annotated[
        int,
        typer.Option(
            min=0, help="Last weeks that no trial sees: modiste evaluate --weeks judges by them."
        ),
    ] = 8,
    config: Annotated[
        str | None,
        typer.Option(
            help="What to begin with: a TOML file, or the name of a shipped one; by default that "
            "of the current release, if there is one."
        ),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(help="The configuration to write; by default SHOP/tuning/best.toml."),
    ] = None,
    users: Annotated[
        int, typer.Option(min=1, help="Judge at most so many buyers of a week.")
    ] = 20_000,
    track: Track = None,
    as_json: AsJson = False,
) -> None:
    """Search sizes of pools, past weeks, negatives and trees on past weeks before the test weeks.

    Each trial is kept as it ends: called again, the search goes on. What it finds is a
    configuration; whether it is better is for modiste evaluate to say, on weeks that no trial saw.
    """
    from modiste.artifacts import write_text
    from modiste.cli.config import toml_text
    from modiste.pipeline import open_past
    from modiste.release import served_config
    from modiste.tuning.study import FOLDER, tune

    check_track(track)
    start = perf_counter()
    seconds = parse_time(budget)
    folder = shop / FOLDER
    file = out or folder / "best.toml"
    check_folders(out)
    loaded, origin = served_config(shop, config)
    past = open_past(shop, loaded, test_weeks)
    with shown_progress() as progress:
        found = tune(
            past,
            loaded,
            folder,
            n_trials=trials,
            budget=seconds,
            n_weeks=weeks,
            max_users=users,
            cache=shop / "cache" / "windows",
            progress=progress,
        )
    write_text(file, toml_text(found.config.settings()))
    found.trials.write_parquet(folder / "trials.parquet")
    told: dict[str, Any] = {
        "best": found.best,
        "first": found.first,
        "lead": asdict(found.lead.difference),
        "trials": len(found.trials),
        "new": found.n_new,
        "choices": dict(found.choices),
        "config": str(file),
    }
    keep(
        shop,
        "tune",
        track,
        seconds=perf_counter() - start,
        parameters={"weeks": weeks, "test_weeks": test_weeks, "choices": dict(found.choices)},
        figures=told,
        files=[file],
    )
    if as_json:
        typer.echo(json.dumps(told, indent=2))
        return
    difference = found.lead.difference
    pruned = found.trials.filter(found.trials["state"] == "pruned").height
    typer.echo(f"begun with {origin}: MAP@12 {found.first:.4f} on {len(found.weeks)} past weeks")
    typer.echo(
        f"best of {len(found.trials)} trials ({pruned} given up early, {found.n_new} new): "
        f"{found.best:.4f}, {difference.value:+.4f} "
        f"[{difference.low:+.4f}, {difference.high:+.4f}] on the weeks it was chosen by"
    )
    if len(found.trials) < trials:
        typer.echo(f"the budget of {budget} ended it: called again, the search goes on")
    for name, value in found.choices.items():
        typer.echo(f"  {name} = {value:.4g}" if isinstance(value, float) else f"  {name} = {value}")
    typer.echo(f"configuration: {file}; every trial: {folder / 'trials.parquet'}")
    if test_weeks:
        typer.echo(
            f"next, on weeks that no trial saw: modiste evaluate --shop {shop} --config {file} "
            f"--weeks {test_weeks}"
        )


def parse_time(text: str) -> float:
    """Read a time such as `20m` as seconds.

    Raises:
        InputError: If it is none.
    """
    from modiste.errors import InputError

    match = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*([smh])\s*", text)
    if match is None or not float(match[1]):
        raise InputError(f"--budget {text}: expected a time such as 90s, 20m or 2h")
    return float(match[1]) * _UNITS[match[2]]
