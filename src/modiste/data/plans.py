"""What an import is made of: tables of text, and what their columns become."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

import polars as pl

from modiste.data.reading import Advance
from modiste.data.records import Block

Progress = Callable[[str, float], None]
"""Told the stage's name and the share of it that is done, 0 to 1."""


class Table(Protocol):
    """Rows of text from anywhere."""

    @property
    def name(self) -> str:
        """What messages call it."""

    @property
    def size(self) -> int:
        """Bytes or rows, what `advance` counts."""

    @property
    def columns(self) -> tuple[str, ...]:
        """Names of the columns."""

    @property
    def sample(self) -> pl.DataFrame:
        """Some first rows."""

    @property
    def has_header(self) -> bool:
        """Whether the columns have names, not only positions."""

    @property
    def notes(self) -> tuple[str, ...]:
        """What was found out about it, in words."""

    def blocks(self, advance: Advance | None = None) -> Iterator[Block]:
        """Give all rows, block by block."""


@dataclass(frozen=True)
class Plan:
    """A table and what its columns become."""

    table: Table
    columns: Mapping[str, str]
    """Standard column to the table's own."""
    attributes: Mapping[str, str] = field(default_factory=dict)
    """Attribute to the table's own column."""
    guesses: Mapping[str, str] = field(default_factory=dict)
    """Further columns that become attributes if they hold few distinct texts."""
    time_form: str | None = None
    """How times are written; None: find out."""
    decimal_comma: bool = False
    """Whether prices are written with a comma."""
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Sources:
    """All that one import reads."""

    kind: str
    """"hm", "tables", "frames" or "fashion-product-images"."""
    interactions: Plan | None
    """None: a catalogue alone."""
    items: Plan
    users: Plan | None = None
    pictures: Path | None = None

    def own_names(self) -> dict[str, str]:
        """Give the shop's own words for `user_id`, `item_id`, `day`."""
        known = (self.interactions or self.items).columns
        return {
            name: own if not (own := known.get(name, name)).isdigit() else name
            for name in ("user_id", "item_id", "day")
        }
