"""`modiste serve`."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from modiste.cli.application import app
from modiste.cli.demo import SHOP
from modiste.cli.options import Shop


@app.command("serve")
def serve_command(
    shop: Shop = SHOP,
    host: Annotated[
        str, typer.Option(help="Address to listen on; another than loopback asks for keys.")
    ] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port to listen on; 0 takes a free one.")] = 8000,
    workers: Annotated[int, typer.Option(help="Processes; each loads the shop by itself.")] = 1,
    database: Annotated[
        str | None,
        typer.Option(
            metavar="URL",
            help="Where events and keys are kept: sqlite:///PATH or postgresql://…; by default "
            "SQLite in SHOP/live.",
        ),
    ] = None,
    rules: Annotated[
        Path | None, typer.Option(help="TOML file of rules that every list keeps.")
    ] = None,
    garments: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR",
            help="A recogniser made by modiste garments fit, which finds the garments in photos; "
            "by default that at SHOP/garments, if it is there.",
        ),
    ] = None,
    allow_host: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME", help="Another name of this server; may be repeated."),
    ] = None,
    allow_origin: Annotated[
        list[str] | None,
        typer.Option(
            metavar="URL", help="Another site whose pages may call this one; may be repeated."
        ),
    ] = None,
    changed: Annotated[
        list[str] | None,
        typer.Option(
            "--set",
            metavar="NAME=VALUE",
            help="A limit for this start, such as in_flight=64; repeatable.",
        ),
    ] = None,
) -> None:
    """Serve the shop: an API, its description at /docs, and a page for phones and desks.

    Runs until it is interrupted. Logs go to stderr, one JSON object a line, without customer data.
    """
    if shop == SHOP and not shop.exists():
        from modiste.errors import InputError

        raise InputError(
            f"there is no folder {shop} here: name a shop's by --shop, or make one by modiste demo"
        )
    # One user's rows gain nothing from threads and lose to them; read when polars is loaded.
    os.environ.setdefault("POLARS_MAX_THREADS", "1")
    from modiste.serve.server import serve

    given: dict[str, object] = {
        "host": host,
        "port": port,
        "workers": workers,
        "database": database or "",
        "allowed_hosts": tuple(allow_host or ()),
        "origins": tuple(allow_origin or ()),
    }
    for text in changed or ():
        name, _, value = text.partition("=")
        given[name.strip()] = value.strip()
    serve(
        shop,
        given,
        rules=rules,
        garments=garments,
        started=lambda address: typer.echo(f"{shop} is served at {address}", err=True),
    )
