"""Similar products: the nearest of a shop's items by pictures, words, purchases or all of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

import numpy as np
import numpy.typing as npt
import polars as pl

from modiste.data import Dataset, open_shop
from modiste.engine import collect
from modiste.errors import InputError
from modiste.search.answer import SearchHit
from modiste.search.similar.likeness import (
    BLOCK_CELLS,
    Blend,
    Likeness,
    Mask,
    Positions,
    nearest_products,
)
from modiste.search.similar.shop_likeness import WAYS, By, open_likeness

_NEAR = 3
_COMPARED = 5_000

_NO_ROWS = pl.DataFrame(
    schema={
        "item_idx": pl.Int32,
        "neighbour_idx": pl.Int32,
        "rank": pl.Int32,
        "score": pl.Float32,
    }
)
Progress = Callable[[str, float], None]


@dataclass(frozen=True)
class Similar:
    """Finds similar items of one shop, one way."""

    dataset: Dataset
    items: pl.DataFrame
    """The catalogue, a row an item by `item_idx`."""
    likeness: Likeness
    by: By

    @classmethod
    def open(cls, shop: Path, by: By = "blend", encoder: str | None = None) -> Similar:
        """Open a shop's catalogue and what its items are compared by.

        Args:
            shop: The shop's folder.
            by: What is compared, see `open_likeness`.
            encoder: Whose vectors, `NAME[=SOURCE]` or a label; None: see `choose_label`.

        Raises:
            ArtifactError: If nothing was imported, or what is asked for was not made.
            InputError: If there are no purchases to compare by.
        """
        dataset = open_shop(shop)
        items = collect(dataset.items).sort("item_idx")
        return cls(dataset, items, open_likeness(shop, dataset, by, encoder), by)

    @property
    def strategy(self) -> str:
        """Say what is compared, and how."""
        return f"{self.likeness.name}, exact"

    @property
    def scale(self) -> str:
        """Say how a blend's figures are read; empty for the others, which need no word."""
        if not isinstance(self.likeness, Blend):
            return ""
        return (
            "of pictures and colours 1 is the same, 0 as alike as two items by chance, below 0 "
            "less than that; of words 0 is no word in common"
        )

    def every(self) -> Positions:
        """Give the positions of all items."""
        return np.arange(len(self.items), dtype=np.int64)

    def positions(self, item_ids: Sequence[str]) -> Positions:
        """Find items by their exact ids.

        Raises:
            InputError: Naming the first that is not in the catalogue, and the nearest that are.
        """
        known = self.items.get_column("item_id")
        asked = pl.DataFrame({"item_id": list(item_ids)}, schema={"item_id": pl.String})
        found = asked.join(
            self.items.select("item_id", "item_idx"),
            on="item_id",
            how="left",
            maintain_order="left",
        )
        for unknown in found.filter(pl.col("item_idx").is_null()).get_column("item_id").head(1):
            near = nearest_ids(unknown, known)
            raise InputError(
                f"item {unknown!r} is not in the catalogue of {len(known):,}: "
                + (f"did you mean {', '.join(near)}?" if near else "give an id of the shop's own")
            )
        return found.get_column("item_idx").to_numpy().astype(np.int64)

    def neighbours(
        self,
        items: Positions,
        k: int,
        *,
        variants: bool = False,
        allowed: Mask | None = None,
        progress: Progress | None = None,
    ) -> pl.DataFrame:
        """Find the `k` items most like each.

        Args:
            items: `item_idx` of the items asked for.
            k: Neighbours for each.
            variants: Whether variants (colours) of a product count as items of their own. By
                default they do not: the item's own product is left out, and of any other only the
                variant most alike is given.
            allowed: `[n_items]`: which items may be given; None: all.
            progress: Told the share done.

        Returns:
            `item_idx, neighbour_idx, rank, score`, in the order of `items`, then by rank. An item
            that cannot be compared (it has no picture, it was never bought) has no row.
        """
        parts = list(self.blocks(items, k, variants=variants, allowed=allowed, progress=progress))
        return pl.concat([_NO_ROWS, *parts])

    def blocks(
        self,
        items: Positions,
        k: int,
        *,
        variants: bool = False,
        allowed: Mask | None = None,
        progress: Progress | None = None,
    ) -> Iterator[pl.DataFrame]:
        """Give `neighbours` block by block, in bounded memory."""
        if k < 1:
            raise InputError(f"k={k}: expected at least 1")
        groups = (
            self.every()
            if variants
            else self.items.get_column("product_id").rank("dense").to_numpy().astype(np.int64)
        )
        size = max(1, min(1024, BLOCK_CELLS // max(1, len(self.items))))
        for start in range(0, len(items), size):
            block = items[start : start + size]
            found, scores = nearest_products(self.likeness, block, groups, k, allowed)
            yield _rows(block, found, scores)
            if progress:
                progress("compare items", min(1.0, (start + size) / len(items)))

    def hits(self, rows: pl.DataFrame) -> dict[int, list[SearchHit]]:
        """Describe rows of `neighbours`, by the item asked for; `why` tells the parts' likeness."""
        names = self.dataset.item_attributes
        described = (
            rows.with_columns(pl.Series("why", self._parts(rows), dtype=pl.List(pl.String)))
            .join(
                self.items.rename({"item_idx": "neighbour_idx"}),
                on="neighbour_idx",
                maintain_order="left",
            )
            .iter_rows(named=True)
        )
        found: dict[int, list[SearchHit]] = {}
        for row in described:
            hit = SearchHit(
                row["neighbour_idx"],
                row["item_id"],
                row["name"] or row["item_id"],
                row["rank"],
                row["score"],
                tuple(row["why"]),
                {name: row[name] for name in names if row[name] is not None},
                row["picture"],
            )
            found.setdefault(row["item_idx"], []).append(hit)
        return found

    def _parts(self, rows: pl.DataFrame) -> list[list[str]]:
        """Say for each pair how alike each part is that is known of both: `pictures 0.81`."""
        one = rows.get_column("item_idx").to_numpy().astype(np.int64)
        other = rows.get_column("neighbour_idx").to_numpy().astype(np.int64)
        parts = [self.likeness]
        if isinstance(self.likeness, Blend):
            parts = [part for _, part in self.likeness.weighed]
        said = []
        for part in parts:
            both = part.known[one] & part.known[other]
            word = part.name.partition(" (")[0]
            scores = part.pairs(one, other)
            said.append(
                [
                    f"{word} {score:.2f}" if known else ""
                    for score, known in zip(scores, both, strict=True)
                ]
            )
        return [[word for word in words if word] for words in zip(*said, strict=True)]


def similar_items(
    shop: Path,
    item_ids: Sequence[str] | None = None,
    *,
    by: By = "blend",
    k: int = 5,
    encoder: str | None = None,
    variants: bool = False,
) -> pl.DataFrame:
    """Find the items most like each of some items.

    Args:
        shop: The shop's folder.
        item_ids: The shop's own ids; None: every item.
        by: What is compared, see `Similar.open`.
        k: Neighbours for each.
        encoder: Whose vectors, see `Similar.open`.
        variants: Whether variants count as items of their own, see `Similar.neighbours`.

    Returns:
        `item_id, neighbour_id, rank, score`, in the order of `item_ids`, then by rank.

    Raises:
        ArtifactError: If nothing was imported, or what is asked for was not made.
        InputError: If an id is unknown.
    """
    similar = Similar.open(shop, by, encoder)
    items = similar.every() if item_ids is None else similar.positions(item_ids)
    return with_ids(similar.neighbours(items, k, variants=variants), similar.items)


def with_ids(rows: pl.DataFrame, items: pl.DataFrame) -> pl.DataFrame:
    """Turn positions into ids: `item_id, neighbour_id, rank, score`."""
    ids = items.get_column("item_id")
    return rows.select(
        ids.gather(rows.get_column("item_idx")).alias("item_id"),
        ids.gather(rows.get_column("neighbour_idx")).alias("neighbour_id"),
        "rank",
        "score",
    )


def nearest_ids(unknown: str, known: pl.Series) -> list[str]:
    """Give known ids that are spelled like an unknown one, at most three."""
    bare = known.str.strip_chars_start("0")
    same = known.filter(bare == unknown.strip().lstrip("0"))
    if len(same):
        return same.head(_NEAR).to_list()
    # Comparing 100,000 spellings takes seconds: ids that begin alike are compared alone.
    for length in range(len(unknown) - 1, -1, -1):
        alike = known.filter(known.str.starts_with(unknown[:length]))
        if len(alike) >= _NEAR:
            return get_close_matches(unknown, alike.head(_COMPARED).to_list(), n=_NEAR)
    return []


def _rows(
    items: Positions, found: npt.NDArray[np.int64], scores: npt.NDArray[np.float32]
) -> pl.DataFrame:
    n, k = found.shape
    table = pl.DataFrame(
        {
            "item_idx": np.repeat(items[:n], k).astype(np.int32),
            "neighbour_idx": found.ravel().astype(np.int32),
            "rank": np.tile(np.arange(1, k + 1, dtype=np.int32), n),
            "score": scores.ravel().astype(np.float32),
        }
    )
    return table.filter(pl.col("neighbour_idx") >= 0)


__all__ = ["WAYS", "By", "Similar", "nearest_ids", "similar_items", "with_ids"]
