"""What a measure of search may look at: products that no encoder was fitted on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from modiste.artifacts import read_manifest
from modiste.data import Dataset
from modiste.encoders.spec import EncoderSpec
from modiste.encoders.splits import JUDGED, split_products
from modiste.encoders.stored import ItemVectors, Side
from modiste.engine import collect
from modiste.errors import InputError

FITTED, EXPORTED = "catalogue", "onnx"
"""The encoder that is fitted on a shop's products, and what it is exported as."""
FEW = 50
"""With fewer judged items of a picture the figures say little."""


@dataclass(frozen=True)
class Judged:
    """The judged items of a shop, in the order of `item_idx`."""

    dataset: Dataset
    items: pl.DataFrame
    """All items of the shop, by `item_idx`."""
    share: float
    """Share of products held out."""
    positions: npt.NDArray[np.int64]
    """`item_idx` of the judged items with a vector of their picture in every encoder, `[n]`."""
    notes: tuple[str, ...]
    """What cannot be measured, and why."""

    @property
    def n(self) -> int:
        """Number of judged items."""
        return len(self.positions)

    @property
    def mask(self) -> npt.NDArray[np.bool_]:
        """Which items are judged, `[n_items]`."""
        judged = np.zeros(self.items.height, np.bool_)
        judged[self.positions] = True
        return judged

    @property
    def table(self) -> pl.DataFrame:
        """The judged items' rows."""
        return self.items[self.positions]

    def products(self) -> npt.NDArray[np.int64]:
        """Give a number for each judged item's product, `[n]`: what is resampled together."""
        return codes(self.table["product_id"])

    def vectors(self, stored: ItemVectors, side: Side) -> npt.NDArray[np.float32]:
        """Give the judged items' vectors of one encoder, `[n, dim]`."""
        row = np.full(self.items.height, -1, np.int64)
        rows = stored.rows(self.dataset, side)
        row[rows["item_idx"].to_numpy()] = rows["row"].to_numpy()
        return np.asarray(stored.of(side)[row[self.positions]], np.float32)


def codes(texts: pl.Series) -> npt.NDArray[np.int64]:
    """Give equal texts equal numbers from 0 on; nulls get -1."""
    ranks = texts.rank("dense").cast(pl.Int64) - 1
    return ranks.fill_null(-1).to_numpy().astype(np.int64)


def held_out(spec: EncoderSpec) -> float | None:
    """Say which share of products an encoder was not fitted on.

    Returns:
        None for an encoder that was not fitted on a shop's products.

    Raises:
        InputError: If it was fitted on all, or does not say on which.
    """
    if spec.name not in (FITTED, EXPORTED):
        return None
    facts: Mapping[str, Any] = read_manifest(Path(spec.source))
    if spec.name == EXPORTED and facts.get("encoder") != FITTED:
        return None
    share = facts.get("settings", {}).get("held_out")
    if not share:
        raise InputError(
            f"{spec}: it was fitted on all products, none is left to judge it on: fit one with "
            "modiste encoder fit --held-out 0.2"
        )
    return float(share)


def choose_judged(
    dataset: Dataset, vectors: Sequence[ItemVectors], shares: Sequence[float | None]
) -> Judged:
    """Choose the items to judge: of products that none of the encoders was fitted on.

    A product is held out by a hash of its id, see `encoders.splits`: whoever held out more holds
    out these too, so the smallest share serves all.

    Args:
        dataset: The shop's dataset.
        vectors: The encoders' vectors; items without a picture in one of them are left out, so
            that all are judged on the same.
        shares: The share each held out, see `held_out`.
    """
    known = [share for share in shares if share is not None]
    share = min([JUDGED, *known])
    names = ("item_idx", "item_id", "product_id", "name", "picture", *dataset.item_attributes)
    items = collect(dataset.items.select(*dict.fromkeys(names))).sort("item_idx")
    part = split_products(items["product_id"], judged=share)
    judged = (part == "judge").to_numpy()
    n_products = items.filter(part == "judge")["product_id"].n_unique()
    seen = judged.copy()
    for one in vectors:
        if one.pictures is not None:
            has = np.zeros(items.height, np.bool_)
            has[one.rows(dataset, "pictures")["item_idx"].to_numpy()] = True
            seen &= has
    positions = np.flatnonzero(seen).astype(np.int64)
    notes = []
    if not len(positions):
        notes.append(
            f"none of the {n_products:,} judged products has a picture: what is seen in pictures "
            "cannot be measured"
        )
    elif len(positions) < FEW:
        notes.append(f"{len(positions)} judged items with a picture are few: figures say little")
    return Judged(dataset, items, share, positions, tuple(notes))
