"""`modiste keys`: who may ask a server that is open to others."""

from __future__ import annotations

import json
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from modiste.cli.application import keys_app

if TYPE_CHECKING:
    from modiste.serve.database import Database, Key

_Shop = Annotated[Path, typer.Option(help="The shop's folder.")]
_Url = Annotated[
    str | None,
    typer.Option(metavar="URL", help="The server's database; by default SQLite in SHOP/live."),
]
_Json = Annotated[bool, typer.Option("--json", help="Print JSON for machines.")]


class KeyScope(StrEnum):
    """What a key allows; each allows what those before it do."""

    read = "read"
    write = "write"
    admin = "admin"


@keys_app.command("add")
def add_command(
    shop: _Shop,
    name: Annotated[str, typer.Option(help="Whose key it is; logs name it.")],
    scope: Annotated[
        KeyScope,
        typer.Option(
            help="read: lists and search; write: events too; admin: deletion and figures too."
        ),
    ] = KeyScope.read,
    rate: Annotated[
        float | None, typer.Option(min=0.01, help="Requests a second; by default the server's.")
    ] = None,
    database: _Url = None,
    as_json: _Json = False,
) -> None:
    """Make a key and print it: it is shown this once and kept only as a hash."""
    from modiste.serve.database import KeyStore, Scope

    opened = _open(shop, database)
    try:
        key, secret = KeyStore(opened).add(name, Scope(scope.value), rate)
    finally:
        opened.close()
    if as_json:
        typer.echo(json.dumps({**_facts(key), "key": secret}))
        return
    typer.echo(secret)
    typer.echo(
        f"key {key.key_id} for {key.name} may {key.scope.value}: keep it, it is not shown again",
        err=True,
    )


@keys_app.command("list")
def list_command(shop: _Shop, database: _Url = None, as_json: _Json = False) -> None:
    """List the keys, without their secrets."""
    from modiste.serve.database import KeyStore

    opened = _open(shop, database)
    try:
        found = KeyStore(opened).all()
    finally:
        opened.close()
    if as_json:
        typer.echo(json.dumps([_facts(key) for key in found]))
        return
    for key in found:
        rate = f"{key.rate:g}/s" if key.rate else "-"
        state = "revoked" if key.revoked else "valid"
        made = f"{key.created:%Y-%m-%d}"
        typer.echo(f"{key.key_id}  {key.scope.value:<5}  {rate:>8}  {made}  {state:<7}  {key.name}")
    if not found:
        typer.echo("no keys yet: modiste keys add makes one", err=True)


@keys_app.command("revoke")
def revoke_command(
    key_id: Annotated[str, typer.Argument(help="As modiste keys list shows it.")],
    shop: _Shop,
    database: _Url = None,
) -> None:
    """Take a key back; a running server refuses it two seconds later at the latest."""
    from modiste.serve.database import KeyStore

    opened = _open(shop, database)
    try:
        key = KeyStore(opened).revoke(key_id)
    finally:
        opened.close()
    typer.echo(f"key {key.key_id} of {key.name} is revoked", err=True)


def _open(shop: Path, url: str | None) -> Database:
    from modiste.data.shop import dataset_store
    from modiste.serve.database import Database
    from modiste.serve.settings import ServeSettings

    dataset_store(shop).current()
    return Database(ServeSettings(database=url or "").database_url(shop))


def _facts(key: Key) -> dict[str, object]:
    return {
        "id": key.key_id,
        "name": key.name,
        "scope": key.scope.value,
        "rate": key.rate,
        "created": key.created.isoformat(),
        "revoked": key.revoked,
    }
