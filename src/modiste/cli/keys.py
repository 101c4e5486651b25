"""`modiste keys`: who may ask a server that is open to others."""

from __future__ import annotations

import json
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from modiste.cli.application import keys_app
from modiste.cli.live import Url, live_database
from modiste.cli.options import AsJson, Shop

if TYPE_CHECKING:
    from modiste.serve.database import Key


class KeyScope(StrEnum):
    """What a key allows; each allows what those before it do."""

    read = "read"
    write = "write"
    admin = "admin"


@keys_app.command("add")
def add_command(
    shop: Shop,
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
    database: Url = None,
    as_json: AsJson = False,
) -> None:
    """Make a key and print it: it is shown this once and kept only as a hash."""
    from modiste.serve.database import KeyStore, Scope

    with live_database(shop, database) as opened:
        key, secret = KeyStore(opened).add(name, Scope(scope.value), rate)
    if as_json:
        typer.echo(json.dumps({**_facts(key), "key": secret}))
        return
    typer.echo(secret)
    typer.echo(
        f"key {key.key_id} for {key.name} may {key.scope.value}: keep it, it is not shown again",
        err=True,
    )


@keys_app.command("list")
def list_command(shop: Shop, database: Url = None, as_json: AsJson = False) -> None:
    """List the keys, without their secrets."""
    from modiste.serve.database import KeyStore

    with live_database(shop, database) as opened:
        found = KeyStore(opened).all()
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
    shop: Shop,
    database: Url = None,
) -> None:
    """Take a key back; a running server refuses it two seconds later at the latest."""
    from modiste.serve.database import KeyStore

    with live_database(shop, database) as opened:
        key = KeyStore(opened).revoke(key_id)
    typer.echo(f"key {key.key_id} of {key.name} is revoked", err=True)


def _facts(key: Key) -> dict[str, object]:
    return {
        "id": key.key_id,
        "name": key.name,
        "scope": key.scope.value,
        "rate": key.rate,
        "created": key.created.isoformat(),
        "revoked": key.revoked,
    }
