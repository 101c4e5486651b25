"""The page of an audit: items with their pictures beside what speaks against their values."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from modiste.engine import collect
from modiste.garments.audit.audit import Audit
from modiste.report.customers import Card
from modiste.report.grid import GridPart, GridRow, write_grid
from modiste.report.pictures import Album

MOST = 40
"""So many items are shown of each fault; the table has them all."""
BESIDE = 4
"""Items of the suggested value that stand beside one."""
_READING = {
    "wrong": "First the item with its value, then items with the suggested one.",
    "missing": "First the item without a value, then items with the suggested one.",
}


def write_audit_page(audit: Audit, out: Path) -> int:
    """Write a page with the pictures of what an audit found, the surest first.

    Args:
        audit: What was found.
        out: The file.

    Returns:
        How many items and groups are shown.

    Raises:
        InputError: If the file cannot be written.
    """
    page = _Page(audit)
    parts = []
    for fault, title in (("wrong", "Likely wrong"), ("missing", "Missing")):
        found = audit.table.filter(fault=fault)
        for name in found["attribute"].unique(maintain_order=True).to_list():
            rows = found.filter(attribute=name)
            parts.append(
                GridPart(
                    [page.judged(row) for row in rows.head(MOST).iter_rows(named=True)],
                    f"{title}: {name.replace('_', ' ')} ({rows.height:,})",
                    _READING[fault],
                )
            )
    if audit.groups.height:
        n_groups = audit.groups["group"].n_unique()
        reading = "Items that show one picture: two products, or one product in two colours."
        shared = [page.group(group) for group in range(min(MOST, n_groups))]
        parts.append(GridPart(shared, f"Pictures shown twice ({n_groups:,})", reading))
    if not parts:
        parts.append(GridPart([GridRow("Nothing needs a second look", [], None, "All is well.")]))
    n_shown = sum(len(part.rows) for part in parts)
    write_grid(
        out,
        eyebrow="Catalogue care",
        title=f"{audit.table.height:,} findings in {audit.n_items:,} items",
        lead="What needs a second look, the surest first, at most "
        f"{MOST} of each. A finding is a question, not a verdict. "
        f"Judged by other products alone: {', '.join(audit.parts)}.",
        parts=parts,
        foot=f"Made by modiste from a catalogue of {audit.n_items:,} items.",
    )
    return n_shown


class _Page:
    """Finds items and their pictures."""

    def __init__(self, audit: Audit) -> None:
        dataset = audit.dataset
        self.audit = audit
        self.album = Album(dataset.picture_folder)
        self.items = collect(dataset.items).sort("item_idx")
        self.place = {item: row for row, item in enumerate(self.items["item_id"])}
        self.suspect = set(audit.table["item_id"])

    def judged(self, row: dict[str, object]) -> GridRow:
        """Show an item beside items that carry the suggested value."""
        name, value = str(row["attribute"]), str(row["suggested"])
        reason = f"{row['given'] or 'none'} → {value}"
        chance = row["probability"]
        card = self.card(str(row["item_id"]), reason=f"{reason} ({chance:.2f})")
        return GridRow(card.name, self.beside(name, value), card, f"No other item is {value}.")

    def beside(self, name: str, value: str) -> list[Card]:
        if name not in self.items.columns:
            return []
        like = self.items.filter((pl.col(name) == value) & pl.col("picture").is_not_null())
        sure = like.filter(~pl.col("item_id").is_in(list(self.suspect)))
        return [self.card(item, badge=value) for item in sure["item_id"].head(BESIDE)]

    def group(self, number: int) -> GridRow:
        """Show the items of one picture."""
        ids = self.audit.groups.filter(group=number)["item_id"].to_list()
        rows = self.audit.table.filter(pl.col("item_id").is_in(ids), fault="duplicate")
        said = dict(zip(rows["item_id"], rows["reason"], strict=True))
        first, *others = ids
        cards = [self.card(item, reason=said.get(item, "")) for item in others[:12]]
        return GridRow(first, cards, self.card(first, reason=said.get(first, "")))

    def card(self, item_id: str, *, badge: str = "", reason: str = "") -> Card:
        item = self.items.row(self.place[item_id], named=True)
        about = [item.get(name) for name in ("kind", "colour")]
        return Card(
            name=item["name"] or item_id,
            about=" · ".join(str(one) for one in [*about, item_id] if one),
            picture=self.album.data_uri(item["picture"]),
            badge=badge,
            reason=reason,
        )
