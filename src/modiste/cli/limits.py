"""`modiste limits`: how much a shop's server takes, set for good."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from modiste.cli.application import limits_app
from modiste.cli.live import Url, live_database
from modiste.cli.options import AsJson, Shop

if TYPE_CHECKING:
    from modiste.serve.database.limits import LimitStore

_Name = Annotated[str, typer.Argument(help="As modiste limits list shows it.")]


@limits_app.command("list")
def list_command(
    shop: Shop,
    database: Url = None,
    as_json: AsJson = False,
) -> None:
    """List every limit, its value, and whether it was set."""
    from modiste.serve.database.limits import build_settings, limit_names

    with _limits(shop, database) as store:
        known = store.all()
    settings = build_settings(known, "limit")
    values = {name: getattr(settings, name) for name in limit_names()}
    if as_json:
        typer.echo(json.dumps(values))
        return
    for name, value in values.items():
        shown = value if isinstance(value, str) else f"{value:,g}"
        typer.echo(f"{name:<15} {shown or '–':>15}  {'set' if name in known else 'default'}")


@limits_app.command("set")
def set_command(
    name: _Name,
    value: Annotated[str, typer.Argument(help="A number.")],
    shop: Shop,
    database: Url = None,
) -> None:
    """Set a limit; it holds from the next start of the server on."""
    with _limits(shop, database) as store:
        store.put(name, value)


@limits_app.command("unset")
def unset_command(name: _Name, shop: Shop, database: Url = None) -> None:
    """Let a limit have its default again."""
    with _limits(shop, database) as store:
        store.drop(name)


@contextmanager
def _limits(shop: Path, url: str | None) -> Iterator[LimitStore]:
    from modiste.serve.database.limits import LimitStore

    with live_database(shop, url) as opened:
        yield LimitStore(opened)
