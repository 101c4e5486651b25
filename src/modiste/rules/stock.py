"""The stock feed: how many of each item are to be had."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from modiste.data.spellings import ITEMS, find_columns
from modiste.errors import InputError

_STOCK = {"stock": ("stock", "in_stock", "quantity", "qty", "available", "on_hand", "inventory")}


def read_stock(path: Path) -> pl.DataFrame:
    """Read a stock feed.

    Args:
        path: CSV or Parquet with a column of item ids and one of numbers, under common names.

    Returns:
        `item_id` (text), `stock` (Float64; of an item named twice the sum; null: no number is
        told of it).

    Raises:
        InputError: If it is absent, cannot be read or lacks a column.
    """
    try:
        if path.suffix == ".parquet":
            table = pl.read_parquet(path)
        else:
            table = pl.read_csv(path, infer_schema=False)
    except (OSError, pl.exceptions.PolarsError) as error:
        words = " ".join(str(error).split())[:120]
        raise InputError(
            f"stock feed {path} cannot be read ({words}): give CSV or Parquet"
        ) from None
    found = find_columns(table.columns, {"item_id": ITEMS["item_id"], **_STOCK})
    for name in ("item_id", "stock"):
        if name not in found:
            raise InputError(
                f"stock feed {path} has no column for {name} among {', '.join(table.columns)}: "
                "call them item_id and stock"
            )
    stock = pl.col(found["stock"]).cast(pl.Float64, strict=False).fill_nan(None)
    total = pl.when(pl.col("stock").is_not_null().any()).then(pl.col("stock").sum())
    return (
        table.select(
            pl.col(found["item_id"]).cast(pl.String).alias("item_id"), stock.alias("stock")
        )
        .drop_nulls("item_id")
        .group_by("item_id")
        .agg(total.alias("stock"))
    )


def stock_notes(stock: pl.DataFrame, items: pl.DataFrame) -> list[str]:
    """Say what of a stock feed is of no use.

    Args:
        stock: See `read_stock`.
        items: The shop's, with `item_id`.

    Raises:
        InputError: If it names no item of the shop.
    """
    strange = stock.join(items, on="item_id", how="anti").sort("item_id")["item_id"]
    if len(strange) == len(stock):
        own = ", ".join(items["item_id"].sort().head(2))
        given = f"“{strange[0]}” for one" if len(strange) else "it has no row"
        raise InputError(
            f"the stock feed names no item of the shop ({given}; the shop's are {own} …): "
            "give the ids of the items"
        )
    empty = stock["stock"].null_count()
    notes = [f"stock: {len(stock) - len(strange):,} of {len(items):,} items are named"]
    if len(strange):
        notes.append(f"stock: {len(strange):,} ids are no item's, “{strange[0]}” for one")
    if empty:
        notes.append(f"stock: {empty:,} items without a number are judged by their sales")
    return notes
