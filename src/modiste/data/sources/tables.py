"""A shop's own tables: CSV, TSV, semicolons, gzip or Parquet, whatever the columns are called."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from modiste.data import spellings
from modiste.data.importing import import_sources
from modiste.data.planning import parse_mapping, plan_tables
from modiste.data.plans import Progress
from modiste.data.reading import open_table
from modiste.data.report import ImportReport
from modiste.errors import InputError


def import_tables(
    interactions: Path,
    items: Path,
    shop: Path,
    *,
    users: Path | None = None,
    pictures: Path | None = None,
    mapping: Mapping[str, str] | Iterable[str] | None = None,
    time_format: str | None = None,
    progress: Progress | None = None,
) -> ImportReport:
    """Import a shop's own tables.

    Args:
        interactions: One row a purchase: user, item, time, and price and channel if known.
        items: One row an item, with what is known about it.
        shop: The shop's folder; made if absent.
        users: One row a user; None: the users of the interactions.
        pictures: Folder of pictures called by item id, nested or not.
        mapping: Own names of columns, `{"item_id": "sku"}` or `["item_id=sku"]`; common spellings
            are found without. In a file without header a column is called by its position from 0.
        time_format: strftime pattern of the times; None: find out.
        progress: Told how far it is.

    Returns:
        What was read, taken and set aside.

    Raises:
        InputError: If a file is absent, empty, of the wrong kind or lacks a column; the shop stays
            as it was.
    """
    pairs = parse_mapping(mapping)
    own_names = {spellings.plain(own) for _, own in pairs if not own.isdigit()}
    if pictures is not None and not pictures.is_dir():
        raise InputError(f"{pictures} is no folder: give the folder of the pictures")

    def is_name(cell: str) -> bool:
        return spellings.is_known(cell) or spellings.plain(cell) in own_names

    sources = plan_tables(
        "tables",
        open_table(interactions, is_name=is_name),
        open_table(items, is_name=is_name),
        open_table(users, is_name=is_name) if users else None,
        pictures=pictures,
        mapping=pairs,
        time_format=time_format,
    )
    return import_sources(sources, shop, progress=progress)
