"""`modiste encoder list`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from modiste.cli.application import encoder_app


@encoder_app.command("list")
def list_command(
    shop: Annotated[
        Path | None, typer.Option(help="A shop's folder: its fitted encoders are listed too.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print it as JSON.")] = False,
) -> None:
    """List the kinds of encoders, and those that were fitted on a shop."""
    from modiste.artifacts import read_manifest
    from modiste.encoders import ENCODERS
    from modiste.encoders.stored import encoder_store

    kinds = {
        name: (ENCODERS.get(name).__doc__ or "").strip().splitlines()[0] for name in ENCODERS.names
    }
    fitted = []
    if shop is not None:
        store = encoder_store(shop)
        current = store.current_name()
        for name in store.versions():
            facts = read_manifest(store.root / name)
            fitted.append(
                {
                    "folder": str(store.root / name),
                    "current": name == current,
                    "pictures": facts.get("pictures"),
                    "recall": facts.get("recall"),
                }
            )
    if as_json:
        typer.echo(json.dumps({"kinds": kinds, "fitted": fitted}, indent=2))
        return
    for name, summary in kinds.items():
        typer.echo(f"{name:<14} {summary}")
    for one in fitted:
        mark = ", the current one" if one["current"] else ""
        typer.echo(f"fitted: catalogue={one['folder']}{mark}")
