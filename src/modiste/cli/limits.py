"""`modiste limits`: how much a shop's server takes, set for good."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from modiste.cli.application import limits_app

if TYPE_CHECKING:
    from modiste.serve.database.limits import LimitStore

_Shop = Annotated[Path, typer.Option(help="The shop's folder.")]
_Url = Annotated[
    str | None,
    typer.Option(metavar="URL", help="The server's database; by default SQLite in SHOP/live."),
]
_Name = Annotated[str, typer.Argument(help="As modiste limits list shows it.")]


@limits_app.command("list")
def list_command(
    shop: _Shop,
    database: _Url = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON for machines.")] = False,
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
    shop: _Shop,
    database: _Url = None,
) -> None:
    """Set a limit; it holds from the next start of the server on."""
    with _limits(shop, database) as store:
        store.put(name, value)


@limits_app.command("unset")
def unset_command(name: _Name, shop: _Shop, database: _Url = None) -> None:
    """Let a limit have its default again."""
    with _limits(shop, database) as store:
        store.drop(name)


@contextmanager
def _limits(shop: Path, url: str | None) -> Iterator[LimitStore]:
    from modiste.data.shop import dataset_store
    from modiste.serve.database import Database
    from modiste.serve.database.limits import LimitStore
    from modiste.serve.settings import ServeSettings

    dataset_store(shop).current()
    opened = Database(ServeSettings(database=url or "").database_url(shop))
    try:
        yield LimitStore(opened)
    finally:
        opened.close()
