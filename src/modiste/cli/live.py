"""The database of a shop's server, for the commands that look after it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from modiste.serve.database import Database

Url = Annotated[
    str | None,
    typer.Option(
        "--database",
        metavar="URL",
        help="The server's database; by default SQLite in SHOP/live.",
    ),
]


@contextmanager
def live_database(shop: Path, url: str | None) -> Iterator[Database]:
    """Open the database of a shop's server, and close it at the end.

    Raises:
        ArtifactError: If the folder holds no shop.
    """
    from modiste.data.shop import dataset_store
    from modiste.serve.database import Database
    from modiste.serve.settings import ServeSettings

    dataset_store(shop).current()
    opened = Database(ServeSettings(database=url or "").database_url(shop))
    try:
        yield opened
    finally:
        opened.close()
