"""What the page is made of: charts and tables, each with its words."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Chart:
    """A finished chart with its words."""

    title: str
    """What is drawn, in a few words."""
    reading: str
    """One sentence how to read it."""
    svg: str
    """The drawing for a column or a phone."""
    alt: str
    """What it shows, for those who do not see it."""
    wide_svg: str = ""
    """The drawing for the whole page's width, if there is one."""


@dataclass(frozen=True)
class Table:
    """A table of text cells."""

    title: str
    """What it shows, in a few words."""
    head: list[tuple[str, str]]
    """Each column's title and its explanation, which may be empty."""
    rows: list[list[str]]
    """The first cell names the row."""
    strong: int | None = None
    """The row that is set in bold, if any."""
    reading: str = ""
    """One sentence how to read it."""
