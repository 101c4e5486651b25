"""The page of similar products: each item with its neighbours, their pictures, names and scores."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from modiste.report.customers import Card
from modiste.report.glance import shown_attributes
from modiste.report.grid import GridPart, GridRow, write_grid
from modiste.report.pictures import Album
from modiste.search.answer import SearchHit
from modiste.search.similar.items import Similar
from modiste.search.similar.likeness import Positions

MOST = 100
"""So many items are shown at most; a page with more is not looked at."""


def write_similar_page(found: Similar, items: Positions, rows: pl.DataFrame, out: Path) -> int:
    """Write a page with the pictures of items and of their neighbours.

    Args:
        found: What found the neighbours.
        items: `item_idx` of the items asked for; the first `MOST` are shown.
        rows: What `found.neighbours(items)` gave.
        out: The file.

    Returns:
        How many items are shown.

    Raises:
        InputError: If the file cannot be written.
    """
    album = Album(found.dataset.picture_folder)
    about = shown_attributes(found.dataset)
    shown = items[:MOST]
    hits = found.hits(rows.filter(pl.col("item_idx").is_in(shown.tolist())))
    asked = found.items.select("item_idx", "item_id", "name", "picture", *about)
    lines = []
    for one in map(int, shown):
        item = asked.row(one, named=True)
        cards = [
            Card(
                name=hit.name,
                about=_about([*(hit.attributes.get(name) for name in about), hit.item_id]),
                picture=album.data_uri(hit.picture),
                badge=str(hit.rank),
                reason=_reason(hit),
            )
            for hit in hits.get(one, ())
        ]
        card = Card(
            name=item["name"] or item["item_id"],
            about=_about([*(item[name] for name in about), item["item_id"]]),
            picture=album.data_uri(item["picture"]),
            badge="",
        )
        lines.append(GridRow(card.name, cards, card, "There is nothing to compare it by."))
    more = f" The first {MOST} of {len(items):,} are shown." if len(items) > MOST else ""
    scale = f": {found.scale}" if found.scale else ""
    write_grid(
        out,
        eyebrow="Similar products",
        title=f"Most like {lines[0].label}" if len(lines) == 1 else f"{len(lines)} items",
        lead="On the left the item asked for, then those most alike, best first, with their score "
        f"and what it is made of{scale}. Compared: {found.strategy}.{more}",
        parts=[GridPart(lines)],
        foot=f"Made by modiste from a catalogue of {len(found.items):,} items.",
    )
    return len(lines)


def _reason(hit: SearchHit) -> str:
    """Give the score and its parts; in a narrow column lines break between parts alone."""
    parts = [f"alike {hit.score:.2f}"]
    if len(hit.why) > 1:
        parts += hit.why
    return " · ".join(part.replace(" ", "\N{NO-BREAK SPACE}") for part in parts)


def _about(values: list[str | None]) -> str:
    return " · ".join(value for value in values if value)
