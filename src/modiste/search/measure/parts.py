"""The parts of the measure of search, each a table of figures with intervals."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from modiste.encoders.base import Encoder
from modiste.encoders.stored import ItemVectors
from modiste.errors import InputError
from modiste.evaluation import retrieval
from modiste.evaluation.intervals import resample
from modiste.evaluation.retrieval import Positions, Values
from modiste.index.exact import ExactIndex
from modiste.search.measure.judged import Judged, codes
from modiste.search.measure.questions import COLOUR, KIND, Questions

Figures = dict[str, float | None]
"""`NAME`, `NAME_low` and `NAME_high` for each figure; null: no value."""
Ask = Callable[[Sequence[str], int], Positions]
"""Gives for queries the `k` first judged items, as places among the judged, -1 where fewer."""
RECALLS = (1, 5, 10)
CUTS = (5, 10)
_BLOCK = 512
_DIGITS = 5


@dataclass(frozen=True)
class Measured:
    """An encoder whose vectors a shop holds."""

    label: str
    vectors: ItemVectors
    encoder: Encoder | None
    """None: it cannot be opened here, only its vectors are used."""
    share: float | None
    """Share of products it was not fitted on; None: it was not fitted on a shop."""

    @property
    def joined(self) -> bool:
        """Whether its words and its pictures lie in one space."""
        return self.vectors.words is not None and self.vectors.pictures is not None


def figures(
    columns: Mapping[str, Values], units: npt.NDArray[np.int64], seed: int
) -> dict[str, Figures]:
    """Give each column's mean with its 95 % bootstrap interval over units.

    Args:
        columns: Figures by `ROW/NAME`, each `[n_queries]`.
        units: What is resampled together (a product, an attribute pair), `[n_queries]`.
        seed: Of the resamples.

    Returns:
        Figures by row.
    """
    rows: dict[str, Figures] = {}
    drawn = resample(np.column_stack(list(columns.values())), units, np.random.default_rng(seed))
    for place, key in enumerate(columns):
        row, _, name = key.rpartition("/")
        found = drawn.interval(place)
        rows.setdefault(row, {}).update(
            {
                name: plain(found.value),
                f"{name}_low": plain(found.low),
                f"{name}_high": plain(found.high),
            }
        )
    return rows


def own_picture(
    judged: Judged, encoders: Sequence[Measured], gallery: int, seed: int
) -> dict[str, Any] | None:
    """Find each judged item's picture by what the catalogue says of the item.

    Returns:
        None where no encoder has vectors of words in the space of its pictures, or fewer than two
        items can be told apart.
    """
    speaking = [one for one in encoders if one.joined]
    if judged.n < 2 or not speaking:
        return None
    size = min(gallery, judged.n)
    columns: dict[str, Values] = {}
    for one in speaking:
        chances = retrieval.places(before(judged, one), judged.n, size)
        for k in RECALLS:
            columns[f"{one.label}/R@{k}"] = retrieval.recall_of_own(chances, k)
        columns[f"{one.label}/MRR"] = retrieval.reciprocal_of_own(chances)
    rows = figures(columns, judged.products(), seed)
    chance: Figures = {f"R@{k}": plain(min(1.0, k / size)) for k in RECALLS}
    chance["MRR"] = plain(float((1 / np.arange(1, size + 1)).mean()))
    return {
        "gallery": size,
        "n_queries": judged.n,
        "drawn_from": judged.n,
        "rows": {"chance": chance, **rows},
    }


def before(judged: Judged, one: Measured) -> Positions:
    """Count the judged pictures that come before each item's own, `[n]`, in bounded memory."""
    words, pictures = judged.vectors(one.vectors, "words"), judged.vectors(one.vectors, "pictures")
    counts = [
        retrieval.others_before(
            words[start : start + _BLOCK] @ pictures.T,
            np.arange(start, min(start + _BLOCK, judged.n), dtype=np.int64),
        )
        for start in range(0, judged.n, _BLOCK)
    ]
    return np.concatenate(counts)


def attribute_queries(
    questions: Questions, ways: Mapping[str, Ask], k: int, seed: int
) -> dict[str, Any] | None:
    """Ask for attributes, one row a way of searching.

    Returns:
        None without queries.
    """
    if not len(questions):
        return None
    name = f"P@{k}"
    found = {way: ask(questions.texts, k) for way, ask in ways.items()}
    columns = {
        f"{way}/{name}": retrieval.precision(positions, questions.relevant, k)
        for way, positions in found.items()
    }
    chance: Figures = {name: plain(float(questions.relevant.mean()))}
    result: dict[str, Any] = {
        "k": k,
        "n_queries": len(questions),
        "n_pairs": len(np.unique(questions.pairs)),
        "rows": {"chance": chance, **figures(columns, questions.pairs, seed)},
    }
    if questions.unseen.any() and not questions.unseen.all():
        some = np.flatnonzero(questions.unseen)
        part = {key: values[some] for key, values in columns.items()}
        only: Figures = {name: plain(float(questions.relevant[some].mean()))}
        result["unseen"] = {
            "n_queries": len(some),
            "rows": {"chance": only, **figures(part, questions.pairs[some], seed)},
        }
    return result


def by_vectors(judged: Judged, one: Measured) -> Ask:
    """Ask an encoder: the query's words against the vectors of pictures, nothing else."""
    encoder = one.encoder
    if encoder is None:
        raise InputError(f"{one.label} cannot be opened: its words cannot be asked")
    index = ExactIndex.build(judged.vectors(one.vectors, "pictures"))

    def ask(texts: Sequence[str], k: int) -> Positions:
        return index.search(encoder.encode_words(texts), k)[0]

    return ask


Neighbours = Callable[[npt.NDArray[np.int64], int], Positions]
"""Gives for items (`item_idx`) the `k` most alike judged items of other products, -1 for none."""


def similar_products(
    judged: Judged, ways: Mapping[str, Neighbours], seed: int
) -> dict[str, Any] | None:
    """Look whether what is found alike is of the same kind, and of the same kind and colour.

    Asked are the judged items whose kind (and colour, where the shop has one) is known; among all
    judged items, without the item's own product.

    Returns:
        None where no item has a kind, or there is nothing beside it.
    """
    if KIND not in judged.items.columns or judged.n < 2:
        return None
    classes = {KIND: codes(judged.items[KIND])}
    if COLOUR in judged.items.columns:
        colour = codes(judged.items[COLOUR])
        both = np.where(
            (classes[KIND] < 0) | (colour < 0), -1, classes[KIND] * (colour.max() + 2) + colour
        )
        classes["kind and colour"] = both
    last = list(classes.values())[-1]
    asked = judged.positions[last[judged.positions] >= 0]
    if not len(asked):
        return None
    columns: dict[str, Values] = {}
    for way, neighbours in ways.items():
        found = neighbours(asked, max(CUTS))
        for what, of_item in classes.items():
            for k in CUTS:
                columns[f"{way}/{what} P@{k}"] = retrieval.same(found, of_item, of_item[asked], k)
    chance: Figures = {}
    for what, of_item in classes.items():
        own, n_same = np.unique(of_item[judged.positions], return_counts=True)
        there = n_same[np.searchsorted(own, of_item[asked])] - 1
        share = float((there / (judged.n - 1)).mean())
        chance |= {f"{what} P@{k}": plain(share) for k in CUTS}
    products = codes(judged.items["product_id"])[asked]
    return {
        "n_queries": len(asked),
        "gallery": judged.n,
        "rows": {"chance": chance, **figures(columns, products, seed)},
    }


def plain(value: float) -> float | None:
    """Round a figure for JSON; one without value becomes null."""
    return None if np.isnan(value) else round(value, _DIGITS)
