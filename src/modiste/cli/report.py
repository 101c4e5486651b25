"""`modiste report`: the shop's page."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from modiste.cli.application import app
from modiste.cli.options import AsJson, Shop


@app.command("report")
def report_command(
    shop: Shop,
    out: Annotated[
        Path | None,
        typer.Option(help="The file to write; by default report.html in the shop's folder."),
    ] = None,
    seed: Annotated[int, typer.Option(help="Chooses which ten customers are shown.")] = 0,
    as_json: AsJson = False,
) -> None:
    """Write one HTML file with the data at a glance, the evaluation and ten customers.

    It stands alone: pictures and charts are inside it, and it loads nothing from anywhere. A part
    that is not there yet (no evaluation, no release) says which command makes it.
    """
    from rich.console import Console

    from modiste.report import missing_parts, write_report

    console = Console(stderr=True)
    with console.status("the report") as status:
        file = write_report(
            shop, out, rng_seed=seed, progress=lambda step: status.update(f"the report: {step}")
        )
    size = file.stat().st_size
    typer.echo(json.dumps({"report": str(file), "bytes": size}) if as_json else str(file))
    if as_json:
        return
    console.print(f"{size / 1e6:.1f} MB; open it in any browser", highlight=False, soft_wrap=True)
    for part, command in missing_parts(shop).items():
        console.print(
            f"without {part}: modiste {command} --shop {shop} adds them to the next report",
            highlight=False,
            markup=False,
            soft_wrap=True,
        )
