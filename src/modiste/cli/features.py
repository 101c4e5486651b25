"""`modiste features publish` and `check`."""

from __future__ import annotations

import json
from dataclasses import asdict
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from modiste.cli.application import features_app
from modiste.cli.options import AsJson, Shop
from modiste.cli.progress import shown_progress

_Out = Annotated[
    Path | None,
    typer.Option("--out", help="The repository's folder; by default SHOP/features."),
]


class Store(StrEnum):
    """Feature stores that can be written."""

    feast = "feast"


@features_app.command("publish")
def publish_command(
    shop: Shop,
    out: _Out = None,
    to: Annotated[  # noqa: ARG001 - there is one so far
        Store, typer.Option(help="The feature store.")
    ] = Store.feast,
    weeks: Annotated[
        int | None,
        typer.Option(min=0, help="Past weeks offline; by default those the ranker learned from."),
    ] = None,
    online: Annotated[
        str | None,
        typer.Option(
            metavar="sqlite|URL",
            envvar="MODISTE_ONLINE",
            help="Where features are kept for answers: sqlite in the folder, "
            "redis://host:6379 or postgresql://user:password@host/database; by default as before, "
            "at first sqlite.",
        ),
    ] = None,
    materialize: Annotated[bool, typer.Option(help="Put the release's day online now.")] = True,
    as_json: AsJson = False,
) -> None:
    """Write the current release's features of users and items as a Feast repository.

    Entities user and item, a view of each, a feature service named after the release; past weeks
    offline as Parquet, the release's own day online. Say it again after each release; modiste train
    does where the configuration says features.online = "feast".
    """
    from modiste.config import FEAST
    from modiste.feature_store.publishing import publish
    from modiste.release import open_release

    release = open_release(shop)
    with shown_progress() as progress:
        made = publish(
            release,
            out or shop / "features",
            cache=shop / "cache" / "windows",
            n_weeks=weeks,
            online=online,
            materialize=materialize,
            progress=progress,
        )
    if as_json:
        typer.echo(json.dumps(asdict(made), indent=2))
        return
    typer.echo(f"{made.folder}: a Feast repository of release {made.release}, as of {made.as_of}")
    for entity in made.rows:
        typer.echo(
            f"  {entity}_features: {made.columns[entity]} features, {made.rows[entity]:,} rows of "
            f"{made.n_weeks} days"
        )
    typer.echo(f"online: {made.online or 'nothing, as asked'}")
    if release.config.online != FEAST:
        typer.echo(
            "after each release say it again: modiste train does, and modiste serve reads from "
            'SHOP/features, where the configuration says online = "feast" in [features]'
        )
    typer.echo(f"next: modiste features check --shop {shop}" + (f" --out {out}" if out else ""))


@features_app.command("check")
def check_command(
    shop: Shop,
    out: _Out = None,
    seed: Annotated[int, typer.Option(help="Chooses the rows that are compared.")] = 0,
    as_json: AsJson = False,
) -> None:
    """Compare what Feast gives with what modiste computes, cell by cell, and time both.

    Exit code 1 if a cell differs.
    """
    from modiste.feature_store.checking import check
    from modiste.feature_store.reading import Features
    from modiste.ranking.windows import Windows
    from modiste.release import open_release

    release = open_release(shop)
    config = release.config
    windows = Windows(config.recipe, config.training, config.seed, shop / "cache" / "windows")
    found = check(Features(out or shop / "features"), release, windows, seed=seed)
    if as_json:
        typer.echo(json.dumps(asdict(found), indent=2))
    else:
        typer.echo(
            f"point in time: {found.cells_offline:,} cells of the ranking table, "
            f"{found.differing_offline:,} differ"
        )
        typer.echo(
            f"online: {found.cells_online:,} cells of one user and 200 items, "
            f"{found.differing_online:,} differ"
        )
        typer.echo(
            f"one user, 200 items: {found.online_ms:.1f} ms by Feast, {found.direct_ms:.1f} ms "
            "computed directly (medians)"
        )
        typer.echo(
            f"a live list: {found.list_online_ms:.1f} ms with users and items through Feast, "
            f"{found.list_ms:.1f} ms computed directly (medians)"
        )
    if not found.sound:
        raise typer.Exit(1)
