"""`modiste synth`: a made-up shop in the contest's layout."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from modiste.cli.application import app
from modiste.cli.options import AsJson
from modiste.cli.progress import shown_progress

if TYPE_CHECKING:
    from modiste.data.synthetic import Planted


@app.command("synth")
def synth_command(
    out: Annotated[Path, typer.Option("--out", help="Folder to write the shop's files into.")],
    scale: Annotated[
        str, typer.Option(help="tiny (a test's), small (the demo's) or hm (the contest's size).")
    ] = "small",
    seed: Annotated[int, typer.Option(help="The same seed gives the same bytes.")] = 1,
    pictures: Annotated[
        bool | None,
        typer.Option(
            "--pictures/--no-pictures",
            help="Draw a picture of each article; by default only at scale small.",
            show_default=False,
        ),
    ] = None,
    customers: Annotated[
        int | None, typer.Option(help="Another number of customers than the scale's.")
    ] = None,
    articles: Annotated[
        int | None, typer.Option(help="Another number of articles than the scale's.")
    ] = None,
    days: Annotated[
        int | None, typer.Option(help="Another length in days than the scale's.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Make up a fashion shop in the files of H&M's contest, to try everything on.

    What was planted in it (tastes, seasons, lives, what goes with what) is written beside the
    files, in planted.json and planted/. Next: modiste import hm OUT --shop DIR.
    """
    from modiste.data.synthetic import write_synthetic_shop

    with shown_progress() as progress:
        planted = write_synthetic_shop(
            out,
            scale,
            seed,
            pictures=pictures,
            n_customers=customers,
            n_articles=articles,
            n_days=days,
            progress=lambda what, done, total: progress(what, done / max(1, total)),
        )
    _print_planted(planted, as_json=as_json)


def _print_planted(planted: Planted, *, as_json: bool) -> None:
    from modiste.data.synthetic.planted import SUMMARY

    if as_json:
        stored = json.loads((planted.folder / SUMMARY).read_text(encoding="utf-8"))
        typer.echo(json.dumps({"folder": str(planted.folder), **stored}, indent=2))
        return
    typer.echo(f"{planted.folder}: a {planted.scale} shop, seed {planted.seed}")
    typer.echo(f"  {planted.n_articles:>12,} articles of {planted.n_products:,} products")
    typer.echo(f"  {planted.n_customers:>12,} customers")
    typer.echo(
        f"  {planted.n_purchases:>12,} purchases in {planted.n_visits:,} visits, "
        f"{planted.first_day} to {planted.last_day}"
    )
    typer.echo(f"  {planted.n_pictures:>12,} pictures")
