"""A shop of three items on disk, and its import: what the tests of this folder begin with."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from modiste.data import open_shop
from modiste.data.report import ImportReport
from modiste.data.shop import dataset_store
from modiste.data.sources.tables import import_tables
from modiste.engine import collect

HEADER = "user,item,date,price\n"
ITEMS = "item,title\n001,A red dress\n002,A blue shirt\n003,A hat\n"


def write(path: Path, content: str | bytes) -> Path:
    """Write a file as it is given, line ends and all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def import_rows(
    folder: Path, rows: str | bytes, *, header: str = HEADER, items: str | bytes = ITEMS
) -> ImportReport:
    """Import rows of interactions into `folder/shop`."""
    body = rows.encode() if isinstance(rows, str) else rows
    return import_tables(
        write(folder / "interactions.csv", header.encode() + body),
        write(folder / "items.csv", items),
        folder / "shop",
    )


def accepted(folder: Path) -> list[tuple[object, ...]]:
    """Give what the shop holds: user id, item id, date, price, channel."""
    shop = open_shop(folder / "shop")
    interactions, items, users = map(collect, (shop.interactions, shop.items, shop.users))
    rows = interactions.join(items, on="item_idx", how="left", maintain_order="left")
    rows = rows.join(users, on="user_idx", how="left", maintain_order="left")
    return rows.select(
        "user_id", "item_id", pl.col("day").cast(pl.Date).cast(pl.String), "price", "channel"
    ).rows()


def quarantined(folder: Path) -> list[tuple[object, ...]]:
    """Give what was set aside: file, line, reason, text."""
    stored = dataset_store(folder / "shop").current() / "quarantine"
    if not stored.is_dir():
        return []
    return pl.read_parquet(stored / "*.parquet").sort("file", "line").rows()
