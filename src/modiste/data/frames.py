"""Data frames of any library that Narwhals knows, as tables of the same importer."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import narwhals as nw
import polars as pl

from modiste.data.dataset import Dataset
from modiste.data.importing import build_dataset, import_sources
from modiste.data.planning import parse_mapping, plan_tables
from modiste.data.plans import Sources
from modiste.data.reading import Advance, as_text
from modiste.data.records import Block, no_broken
from modiste.data.report import ImportReport
from modiste.errors import InputError

_ROWS = 1 << 19
_LOG = logging.getLogger("modiste")


@dataclass(frozen=True)
class FrameTable:
    """A frame in memory, read as text a part at a time."""

    name: str
    frame: pl.DataFrame
    has_header: bool = True
    notes: tuple[str, ...] = ()

    @property
    def size(self) -> int:
        """Number of rows."""
        return self.frame.height

    @property
    def columns(self) -> tuple[str, ...]:
        """Names of the columns."""
        return tuple(self.frame.columns)

    @property
    def sample(self) -> pl.DataFrame:
        """Some first rows as text."""
        return as_text(self.frame.head(200))

    def blocks(self, advance: Advance | None = None) -> Iterator[Block]:
        """Give all rows, block by block."""
        for start in range(0, self.frame.height, _ROWS):
            rows = as_text(self.frame.slice(start, _ROWS))
            if advance:
                advance(rows.height)
            yield Block(rows, no_broken(), first_line=start + 1)


def dataset_from_frames(
    interactions: Any,
    items: Any,
    users: Any = None,
    *,
    mapping: Mapping[str, str] | None = None,
    picture_folder: Path | None = None,
) -> Dataset:
    """Make a dataset from frames; see `Dataset.from_frames`.

    What is set aside is logged as a warning of the logger `modiste`.

    Raises:
        InputError: If something given is no frame, lacks a column, or holds no usable row.
    """
    sources = _sources(interactions, items, users, mapping, picture_folder)
    report = ImportReport("frames")
    with TemporaryDirectory(prefix="modiste-") as name:
        dataset = build_dataset(sources, Path(name), report).in_memory()
    for role, table in report.tables.items():
        if table.quarantined:
            reasons = ", ".join(f"{count} {reason}" for reason, count in table.quarantined.items())
            n_aside = table.read - table.accepted
            _LOG.warning("%s: %d of %d rows set aside: %s", role, n_aside, table.read, reasons)
    return dataset


def import_frames(
    interactions: Any,
    items: Any,
    shop: Path,
    *,
    users: Any = None,
    pictures: Path | None = None,
    mapping: Mapping[str, str] | None = None,
) -> ImportReport:
    """Import frames as `import_tables` imports files, quarantine and report included.

    Args:
        interactions: One row a purchase: user, item, time, and price and channel if known.
        items: One row an item.
        shop: The shop's folder; made if absent.
        users: One row a user; None: the users of the interactions.
        pictures: Folder of pictures called by item id, nested or not.
        mapping: The frames' own names for standard columns, such as `{"item_id": "sku"}`.

    Raises:
        InputError: If something given is no frame, lacks a column, or holds no usable row.
    """
    return import_sources(_sources(interactions, items, users, mapping, pictures), shop)


def _sources(
    interactions: Any,
    items: Any,
    users: Any,
    mapping: Mapping[str, str] | None,
    pictures: Path | None,
) -> Sources:
    return plan_tables(
        "frames",
        _table("interactions", interactions),
        _table("items", items),
        None if users is None else _table("users", users),
        pictures=pictures,
        mapping=parse_mapping(mapping),
    )


def _table(role: str, given: Any) -> FrameTable:
    try:
        frame = nw.from_native(given)
    except TypeError:
        raise InputError(
            f"{role} is {type(given).__name__}: give a frame of pandas, Polars, PyArrow, DuckDB "
            "or Spark"
        ) from None
    if isinstance(frame, nw.LazyFrame):
        return FrameTable(role, frame.collect("polars").to_native())
    return FrameTable(role, frame.to_polars())
