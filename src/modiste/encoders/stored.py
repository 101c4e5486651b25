"""A shop's fitted encoders and stored vectors.

```
shop/
  encoders/catalogue-…/        an encoder fitted on the shop, see `modiste encoder fit`
  vectors/LABEL/               a store of the vectors one encoder made, `modiste embed`:
    items.parquet              item_id, picture_row, word_row (null: none), fault (why no picture)
    pictures.npy  words.npy    [n, dim] float32, rows of length 1
```
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from difflib import get_close_matches
from pathlib import Path
from typing import Literal

import narwhals as nw
import numpy as np
import polars as pl

from modiste.artifacts import Store, read_manifest, verify
from modiste.data import Dataset
from modiste.encoders.base import Vectors
from modiste.encoders.short import shortened
from modiste.encoders.spec import EncoderSpec
from modiste.engine import collect, lazy
from modiste.errors import ArtifactError

Side = Literal["pictures", "words"]
_ROW = {"pictures": "picture_row", "words": "word_row"}


def encoder_store(shop: Path) -> Store:
    """Give the store of the encoders fitted on a shop."""
    return Store(shop / "encoders", "encoder")


def fitted_encoder(shop: Path) -> Path:
    """Give the folder of the encoder that was fitted last on a shop.

    Raises:
        ArtifactError: If none was fitted.
    """
    return encoder_store(shop).current()


def vector_store(shop: Path, label: str) -> Store:
    """Give the store of the vectors of one encoder, see `EncoderSpec.label`."""
    return Store(shop / "vectors" / label, "vectors")


def vector_labels(shop: Path) -> list[str]:
    """List the encoders whose vectors a shop holds."""
    stores = sorted((shop / "vectors").glob("[!.]*/CURRENT"))
    return [path.parent.name for path in stores]


@dataclass(frozen=True)
class ItemVectors:
    """The vectors that one encoder made of a shop's items."""

    label: str
    spec: EncoderSpec
    """The encoder that made them, and makes vectors of queries."""
    identity: str
    """Fingerprint of the encoder, see `Encoder.identity`."""
    version: str
    """Name of the stored version: it changes with any vector."""
    items: pl.DataFrame
    """`item_id, picture_row, word_row, fault`, a row an item."""
    pictures: Vectors | None
    """`[n_pictures, dim]`; None: the encoder has no pictures."""
    words: Vectors | None
    """`[n_items, dim]`; None: the encoder has no words."""

    def of(self, side: Side) -> Vectors:
        """Give the vectors of pictures or of words.

        Raises:
            ArtifactError: If the encoder does not make them.
        """
        found = self.pictures if side == "pictures" else self.words
        if found is None:
            raise ArtifactError(f"the vectors of {self.label} hold no {side}: name another encoder")
        return found

    def rows(self, dataset: Dataset, side: Side) -> pl.DataFrame:
        """Match vectors with a dataset's items: `item_idx, row`, by item, those with a vector.

        Items are matched by id, so vectors stay of use when the shop is imported anew.
        """
        known = self.items.select("item_id", pl.col(_ROW[side]).alias("row")).drop_nulls("row")
        items = collect(dataset.items.select("item_idx", "item_id"))
        return items.join(known, on="item_id").select("item_idx", "row").sort("item_idx")


def read_vectors(shop: Path, label: str) -> ItemVectors:
    """Open the current vectors of one encoder; hashes are checked first.

    Raises:
        ArtifactError: If there are none of that label, or a file was altered.
    """
    store = vector_store(shop, label)
    if label not in vector_labels(shop):
        labels = vector_labels(shop)
        near = get_close_matches(label, labels, n=1)
        remedy = (
            f"did you mean {near[0]}?"
            if near
            else f"run modiste embed --shop {shop} --encoder NAME"
        )
        raise ArtifactError(
            f"{shop} has no vectors of {label!r}, it has {', '.join(labels) or 'none'}: {remedy}"
        )
    folder = store.current()
    facts = verify(folder)
    sides = {
        side: np.load(folder / f"{side}.npy", mmap_mode="r", allow_pickle=False)
        if f"{side}.npy" in facts["files"]
        else None
        for side in ("pictures", "words")
    }
    return ItemVectors(
        label,
        EncoderSpec.parse(facts["encoder"]),
        facts["identity"],
        folder.name,
        pl.read_parquet(folder / "items.parquet"),
        sides["pictures"],
        sides["words"],
    )


def choose_label(shop: Path, side: Side, asked: str | None = None) -> str | None:
    """Choose whose vectors are used where several encoders stand side by side.

    Args:
        shop: The shop's folder.
        side: What the vectors are of.
        asked: A label or a spec (`NAME[=SOURCE]`); None: the fitted catalogue encoder first, then
            the one embedded last, `colour` last of all.

    Returns:
        The label; None if the shop holds no vectors of that side and none was asked for.

    Raises:
        ArtifactError: If the asked one is not there.
    """
    labels = vector_labels(shop)
    if asked is not None:
        for label in (asked, EncoderSpec.parse(asked).label if "=" in asked else asked):
            if label in labels:
                return label
        read_vectors(shop, asked)  # says which there are
    found = []
    for label in labels:
        folder = vector_store(shop, label).current()
        if f"{side}.npy" in read_manifest(folder)["files"]:
            kind = 2 if label.startswith("catalogue") else 0 if label == "colour" else 1
            found.append((kind, folder.stat().st_mtime_ns, label))
    return max(found)[2] if found else None


def with_vectors(dataset: Dataset, shop: Path) -> Dataset:
    """Give a dataset whose items have the vectors that the shop holds, see `item_vectors`.

    The best encoder's are taken for each side, see `choose_label`, made short since a release
    keeps them, see `short.shortened`; a shop without vectors is given back as it is.
    """
    tables: dict[str, nw.LazyFrame] = {}
    versions = {}
    sides: tuple[Side, ...] = ("pictures", "words")
    for side in sides:
        if (label := choose_label(shop, side)) is None:
            continue
        vectors = read_vectors(shop, label)
        rows = vectors.rows(dataset, side)
        taken = shortened(np.asarray(vectors.of(side)[rows["row"].to_numpy()]))
        column = pl.Series("vector", taken, dtype=pl.Array(pl.Float32, taken.shape[1]))
        tables[side] = lazy(rows.select("item_idx").with_columns(column))
        versions[side] = f"{label}/{vectors.version}"
    if not tables:
        return dataset
    # Told in words, since a release's manifest and the cache keys are read by people too.
    identity = ", ".join(f"{side} {version}" for side, version in versions.items())
    return replace(dataset, item_vectors=tables, vectors_identity=identity)
