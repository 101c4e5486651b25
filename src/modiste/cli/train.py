"""`modiste train`."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from modiste.cli.application import app
from modiste.cli.kept import Track, check_track, keep_training
from modiste.cli.options import AsJson, AsOf, Shop, With, Without
from modiste.cli.progress import shown_progress
from modiste.errors import require

if TYPE_CHECKING:
    from modiste.pipeline import TrainReport


@app.command("train")
def train_command(
    shop: Shop,
    as_of: AsOf = None,
    config: Annotated[
        str | None,
        typer.Option(help="A TOML file, or the name of a shipped one: see modiste config list."),
    ] = None,
    without: Without = None,
    including: With = None,
    track: Track = None,
    as_json: AsJson = False,
) -> None:
    """Fit candidates, features and ranker, and publish them as a release.

    What did not change since the current release is not fitted again. Where the server is to read
    features through Feast, the release is put online in the shop's feature repository.
    """
    from modiste.config import FEAST, load_config
    from modiste.pipeline import train

    check_track(track)
    loaded = load_config(config).including(including or []).without(without or [])
    reads_feast = loaded.online == FEAST
    if reads_feast:
        require("feast", extra="feast")
    with shown_progress() as progress:
        report = train(shop, loaded, as_of=as_of.date() if as_of else None, progress=progress)
    keep_training(shop, report, loaded, track)
    if as_json:
        typer.echo(json.dumps(asdict(report), indent=2))
    else:
        for line in train_lines(report):
            typer.echo(line)
        added = f", with {', '.join(including)}" if including else ""
        left = f", without {', '.join(without)}" if without else ""
        typer.echo(f"configuration: {config or 'every default'}{added}{left}")
    if reads_feast:
        from modiste.feature_store.renewal import bring_online

        with shown_progress() as progress:
            told = bring_online(shop, progress)
        typer.echo(told, err=as_json)
    if as_json:
        return
    typer.echo(f"next: modiste recommend --shop {shop} --out recommendations.parquet")


def train_lines(report: TrainReport) -> list[str]:
    """Say in lines what a training run did."""
    facts = report.training
    if report.unchanged == ["prepare", "fit", "publish"]:
        return [f"nothing changed: release {report.release} stays current"]
    lines = [f"release {report.release}: all that was known before {report.as_of}"]
    if report.damage:
        lines.append(f"fitted anew, since the release before was damaged: {report.damage}")
    lines += [f"{stage}: unchanged, not fitted again" for stage in report.unchanged]
    if "fit" not in report.unchanged:
        lines.append(
            f"learned from {facts['n_windows']} past weeks "
            f"({report.windows_made} made, {report.windows_reused} kept from before): "
            f"{facts['n_rows']:,} rows, {facts['n_features']} features, {facts['objective']}"
        )
        lines.append(
            f"{facts['n_positives']:,} of {facts['n_bought']:,} purchases were in the pool "
            f"({facts['pool_recall']:.1%}); the other {facts['n_positives_outside_pool']:,} "
            "cannot be learned from"
        )
    lines.append(
        f"vectors: {report.vectors}"
        if report.vectors
        else "no vectors are used: an item before its first sale is known by its attributes alone "
        "(modiste embed makes vectors)"
    )
    if report.relevance:
        lines.append(f"relevance: {report.relevance}")
    peak = report.peak_memory / 1e9
    lines.append(f"{report.seconds:.0f} s, peak memory {peak:.1f} GB")
    return lines
