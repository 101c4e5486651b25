"""A page of pictures: rows of items found, each beside what was asked; one self-contained file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

from modiste.artifacts import write_text
from modiste.errors import InputError, MissingExtraError
from modiste.report.customers import Card

try:
    from jinja2 import Environment, StrictUndefined
    from markupsafe import Markup
except ModuleNotFoundError as error:
    raise MissingExtraError("jinja2", extra="report") from error


@dataclass(frozen=True)
class GridRow:
    """What was asked, and what was found."""

    label: str
    """The question in words: a query, or the name of an item."""
    found: Sequence[Card]
    """Best first."""
    asked: Card | None = None
    """The item asked about; None: the question is the label."""
    nothing: str = "Nothing was found."
    """What is said where nothing was found."""


@dataclass(frozen=True)
class GridPart:
    """Rows that belong together."""

    rows: Sequence[GridRow]
    title: str = ""
    reading: str = ""
    """One sentence how to read it."""


def write_grid(
    out: Path, *, eyebrow: str, title: str, lead: str, parts: Sequence[GridPart], foot: str
) -> None:
    """Write a page of pictures.

    Args:
        out: The file.
        eyebrow: What kind of page it is, in two words.
        title: What is shown.
        lead: One or two sentences how to read it.
        parts: The rows.
        foot: What it was made from.

    Raises:
        InputError: If the file cannot be written.
    """
    folder = files("modiste.report") / "templates"
    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    template = environment.from_string((folder / "grid.html.j2").read_text(encoding="utf-8"))
    style = Markup((folder / "report.css").read_text(encoding="utf-8"))  # noqa: S704 - our own file
    page = template.render(
        eyebrow=eyebrow, title=title, lead=lead, parts=parts, foot=foot, style=style
    )
    try:
        write_text(out, page)
    except OSError as fault:
        raise InputError(f"{out} cannot be written ({fault}): choose another file") from None
