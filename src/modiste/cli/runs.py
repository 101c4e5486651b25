"""`modiste runs`."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Annotated

import typer

from modiste.cli.application import app
from modiste.cli.options import AsJson, Shop


@app.command("runs")
def runs_command(
    shop: Shop,
    names: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[RUN]...",
            help="Runs to be compared, by name or a part of it that only one has; without any, all "
            "are listed. One alone is shown whole.",
        ),
    ] = None,
    command: Annotated[
        str, typer.Option(help="List only runs of this command, such as evaluate.")
    ] = "",
    last: Annotated[int, typer.Option(min=1, help="List at most so many, the newest.")] = 20,
    as_json: AsJson = False,
) -> None:
    """List what was trained, tuned and measured in a shop, or compare runs.

    Every run is kept in SHOP/runs: what was asked, what came of it, the release. `--track` of the
    commands that make runs tells MLflow as well.
    """
    from rich.console import Console

    from modiste.errors import ArtifactError
    from modiste.runs.comparison import comparison_tables, runs_table
    from modiste.runs.record import find_run, read_runs

    if not shop.is_dir():
        raise ArtifactError(f"{shop} is no folder: name the shop's by --shop")
    known = read_runs(shop)
    if names:
        chosen = [find_run(known, name) for name in names]
        commands = sorted({run.command for run in chosen})
        if len(commands) > 1:
            said = " and ".join(commands)
            typer.echo(f"these are runs of {said}: what they share is little", err=True)
    else:
        chosen = [run for run in known if not command or run.command == command][-last:]
    if as_json or len(names or ()) == 1:
        typer.echo(json.dumps([asdict(run) for run in chosen], indent=2))
        return
    if not chosen:
        typer.echo(f"no run is kept in {shop}: modiste train and modiste evaluate make some")
        return
    # Text that goes into a file is as wide as it needs.
    console = Console() if Console().is_terminal else Console(width=160)
    tables = comparison_tables(chosen) if names else [runs_table(chosen)]
    if not tables:
        typer.echo("these runs were asked the same, and the same came of them")
    for table in tables:
        console.print(table)
