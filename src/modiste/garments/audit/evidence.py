"""What speaks for an item's attributes: its pictures, its colours, its name and description."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from modiste.data import Dataset
from modiste.encoders.short import shortened
from modiste.encoders.stored import ItemVectors, read_vectors, vector_labels
from modiste.encoders.terms import term_rows
from modiste.engine import collect
from modiste.errors import InputError

Floats = npt.NDArray[np.float32]
Whole = npt.NDArray[np.int64]

COLOURS = "colour"
"""Label of the encoder whose vectors are histograms of colours."""
FITTED = "catalogue"
"""Encoders fitted on the shop read its labels: what they say of an item is no evidence."""
MOST_WORDS = 3_000
"""Words that count, the most frequent ones."""


@dataclass(frozen=True)
class Evidence:
    """Numbers about each item, none of which was made from the attributes that are judged."""

    dense: Floats
    """`[n_items, dim]`: vectors made short, zeros where an item has none."""
    words: Any
    """`scipy.sparse.csr_matrix`, `[n_items, n_words]`: weighted words of names and descriptions."""
    parts: tuple[str, ...]
    """What it is made of, in words."""
    notes: tuple[str, ...]
    """What was left out, and what to do about it."""

    @property
    def pictured(self) -> npt.NDArray[np.bool_]:
        """Whether there is a vector of its picture, `[n_items]`."""
        return np.asarray(self.dense.any(axis=1), np.bool_)

    @property
    def known(self) -> npt.NDArray[np.bool_]:
        """Whether anything is known, `[n_items]`."""
        said: npt.NDArray[np.bool_] = np.diff(self.words.indptr) > 0
        return said | self.pictured


def gather_evidence(
    shop: Path, dataset: Dataset, *, encoder: str | None = None, words: bool = True
) -> Evidence:
    """Gather what a shop holds about its items.

    Args:
        shop: The shop's folder.
        dataset: Its dataset.
        encoder: Whose vectors of pictures; None: see `picture_label`.
        words: Whether names and descriptions count.

    Raises:
        ArtifactError: If the vectors asked for were not made.
        InputError: If there is nothing to go by.
    """
    labels = vector_labels(shop)
    notes: list[str] = []
    dense: list[Floats] = []
    parts: list[str] = []
    label = picture_label(shop, encoder)
    if label is None:
        fitted = any(one.startswith(FITTED) for one in labels)
        notes.append(
            "no vectors of pictures "
            + ("but those of an encoder fitted on this shop's own labels " if fitted else "")
            + f"are there: run modiste embed --shop {shop} --encoder NAME"
        )
    if COLOURS not in labels:
        notes.append(
            f"no vectors of colours are there: run modiste embed --shop {shop} --encoder colour"
        )
    for one in dict.fromkeys((label, COLOURS if COLOURS in labels else None)):
        if one is not None:
            dense.append(_placed(dataset, read_vectors(shop, one)))
            parts.append(f"pictures ({one})")
    n_items = dataset.n_items()
    texts = _texts(dataset) if words else pl.Series([""] * n_items, dtype=pl.String)
    terms = _frequent(term_rows(texts))
    if terms.nnz:
        parts.append("names and descriptions")
    if not parts:
        raise InputError(
            f"{shop} has neither vectors of pictures nor words to judge its items by: "
            f"run modiste embed --shop {shop} --encoder colour"
        )
    stacked = np.concatenate(dense, axis=1) if dense else np.zeros((n_items, 0), np.float32)
    return Evidence(stacked, terms, tuple(parts), tuple(notes))


def picture_label(shop: Path, encoder: str | None = None) -> str | None:
    """Choose whose vectors of pictures are evidence: the one embedded last, not `colour`.

    An encoder fitted on the shop itself is taken only if it is asked for by name.

    Raises:
        ArtifactError: If the one asked for is not there.
    """
    from modiste.encoders.stored import choose_label, vector_store

    if encoder is not None:
        return choose_label(shop, "pictures", encoder)
    found = [
        (vector_store(shop, label).current().stat().st_mtime_ns, label)
        for label in vector_labels(shop)
        if label != COLOURS and not label.startswith(FITTED)
    ]
    return max(found)[1] if found else None


def picture_rows(dataset: Dataset, vectors: ItemVectors) -> npt.NDArray[np.int64]:
    """Give the row of each item's picture vector, `[n_items]`, -1 where it has none."""
    rows = vectors.rows(dataset, "pictures")
    at = np.full(dataset.n_items(), -1, np.int64)
    at[rows["item_idx"].to_numpy()] = rows["row"].to_numpy()
    return at


def _placed(dataset: Dataset, vectors: ItemVectors) -> Floats:
    """Give short vectors by item, each column about 1 wide, with a column for having one."""
    at = picture_rows(dataset, vectors)
    short = shortened(vectors.of("pictures"), centred=True)
    width = short.std(axis=0, dtype=np.float64) + 1e-6
    placed = np.zeros((len(at), short.shape[1] + 1), np.float32)
    has = at >= 0
    placed[has, :-1] = short[at[has]] / width
    placed[has, -1] = 1
    return placed


def _texts(dataset: Dataset) -> pl.Series:
    """Give names and descriptions alone: the attributes are what is judged."""
    items = collect(dataset.items.select("item_idx", "name", "description")).sort("item_idx")
    text = pl.concat_str(pl.col("name", "description").fill_null(""), separator=" ")
    return items.select(text.alias("text")).get_column("text")


def _frequent(terms: Any) -> Any:
    counts = np.bincount(terms.indices, minlength=terms.shape[1])
    if terms.shape[1] <= MOST_WORDS:
        return terms
    kept = np.sort(np.argsort(-counts, kind="stable")[:MOST_WORDS])
    return terms[:, kept].tocsr()
