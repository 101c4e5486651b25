"""What a shop's items can be compared by: stored vectors, words, customers in common, a blend."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Literal, get_args

import numpy as np

from modiste.candidates.bought_together import buyers, co_purchases
from modiste.data import Dataset
from modiste.encoders.stored import (
    ItemVectors,
    Side,
    choose_label,
    read_vectors,
    vector_labels,
)
from modiste.encoders.terms import term_rows
from modiste.encoders.texts import item_texts
from modiste.engine import collect
from modiste.errors import ArtifactError, InputError
from modiste.search.similar.likeness import Blend, Likeness, SparseLikeness, Table, VectorLikeness

By = Literal["blend", "pictures", "words", "bought"]
WAYS: tuple[By, ...] = get_args(By)
WEIGHTS: Mapping[str, float] = {"pictures": 0.28, "colours": 0.12, "words": 0.6}
"""What each part of the blend counts. Words count over half: their cosines are a third as wide.
Chosen on the products that `encoders.splits` calls `watch`, of Fashion Product Images."""
COLOURS = "colour"
"""Label of the encoder whose vectors are histograms of colours."""
GAP_DAYS, MAX_ITEMS, SHRINK = 28, 30, 3.0
"""How customers in common are counted, see `candidates.bought_together`."""


def open_likeness(
    shop: Path, dataset: Dataset, by: By = "blend", encoder: str | None = None
) -> Likeness:
    """Open what a shop's items are compared by.

    Args:
        shop: The shop's folder.
        dataset: Its dataset.
        by: `pictures`: vectors of pictures. `words`: vectors of words, or the catalogue's words
            themselves where no encoder speaks. `bought`: customers in common. `blend`: the
            weighted mean of pictures, colours and words, of what the shop has.
        encoder: Whose vectors, `NAME[=SOURCE]` or a label; None: see `choose_label`.

    Raises:
        ArtifactError: If the vectors asked for were not made.
        InputError: If there are no purchases to compare by, or an encoder is named for them.
    """
    if by == "bought":
        if encoder is not None:
            raise InputError(
                f"encoder {encoder!r} is of no use to customers in common: leave it out, or "
                "compare by pictures, words or blend"
            )
        return bought(dataset)
    if by == "pictures":
        label = choose_label(shop, "pictures", encoder)
        if label is None:
            raise ArtifactError(
                f"{shop} has no vectors of pictures: run modiste embed --shop {shop} --encoder "
                "NAME, or compare --by words"
            )
        return vectors(dataset, read_vectors(shop, label), "pictures")
    if by == "words":
        return words(shop, dataset, encoder)
    return blend(shop, dataset, encoder)


def vectors(dataset: Dataset, stored: ItemVectors, side: Side) -> VectorLikeness:
    """Compare by stored vectors."""
    rows = stored.rows(dataset, side)
    at = np.full(dataset.n_items(), -1, np.int64)
    at[rows.get_column("item_idx").to_numpy()] = rows.get_column("row").to_numpy()
    return VectorLikeness(f"{side} ({stored.label})", at, stored.of(side))


def words(shop: Path, dataset: Dataset, encoder: str | None = None) -> Likeness:
    """Compare by vectors of words, or by the catalogue's words where no encoder speaks.

    Raises:
        ArtifactError: If the vectors of `encoder` hold no words, or there are none.
    """
    label = choose_label(shop, "words", encoder)
    if label is None:
        return catalogue_words(dataset)
    return vectors(dataset, read_vectors(shop, label), "words")


def catalogue_words(dataset: Dataset) -> SparseLikeness:
    """Compare by the words of the catalogue, the rarer the more they count; needs no encoder."""
    return SparseLikeness("words (TF-IDF)", term_rows(item_texts(dataset)))


def bought(dataset: Dataset) -> Table:
    """Compare by customers in common: those who bought both within a month, see `BoughtTogether`.

    Raises:
        InputError: If the shop has no purchases.
    """
    from scipy.sparse import csr_matrix

    try:
        first, end = dataset.day_range()
    except InputError:
        raise InputError(
            "the shop has no purchases, so no customers in common: compare by pictures, words or "
            "blend, or import interactions"
        ) from None
    past = dataset.until(end)
    days = end - first
    counts = co_purchases(past, days, GAP_DAYS, MAX_ITEMS)
    n_buyers = collect(buyers(past, days)).sort("item_idx")
    n_items = dataset.n_items()
    known = np.zeros(n_items, np.float64)
    known[n_buyers.get_column("item_idx").to_numpy()] = n_buyers.get_column("n_buyers").to_numpy()
    pairs = collect(counts).sort("item_idx", "neighbour_idx")
    one, other = pairs["item_idx"].to_numpy(), pairs["neighbour_idx"].to_numpy()
    likeness = pairs["both"].to_numpy() / (np.sqrt(known[one] * known[other]) + SHRINK)
    cells = csr_matrix((likeness.astype(np.float32), (one, other)), shape=(n_items, n_items))
    return Table("customers in common", cells)


def blend(shop: Path, dataset: Dataset, encoder: str | None = None) -> Likeness:
    """Compare by the weighted mean of what the shop has: pictures, colours, words.

    Words are the catalogue's own: an encoder's would bring in again what its pictures say.
    Customers in common are left out: what goes together is seldom alike.
    """
    parts: list[tuple[float, Likeness]] = []
    label = choose_label(shop, "pictures", encoder)
    if label is not None and label != COLOURS:
        chosen = vectors(dataset, read_vectors(shop, label), "pictures")
        parts.append((WEIGHTS["pictures"], chosen))
    if COLOURS in vector_labels(shop):
        stored = vectors(dataset, read_vectors(shop, COLOURS), "pictures")
        parts.append((WEIGHTS["colours"], VectorLikeness("colours", stored.at, stored.vectors)))
    parts.append((WEIGHTS["words"], catalogue_words(dataset)))
    return Blend(parts) if len(parts) > 1 else parts[0][1]
