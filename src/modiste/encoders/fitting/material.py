"""What an encoder is learned from: a shop's pictures, texts and groups, without the judged part."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl

from modiste.data import Dataset
from modiste.data.photos import open_photo, picture_path
from modiste.encoders.fitting.settings import FitSettings
from modiste.encoders.lexicon import Lexicon, Texts, Whole, learn_vocabulary, text_words
from modiste.encoders.pixels import Pixels, as_pixels
from modiste.encoders.splits import split_products
from modiste.encoders.texts import item_texts
from modiste.engine import collect
from modiste.errors import InputError

Progress = Callable[[str, float], None]

FAMILIES = ((("colour", "kind"), 1.0), (("kind",), 0.25), (("colour",), 0.25))
"""Attributes whose values name a group ("red dress"), and what telling them weighs."""
_LEAST_FIT, _LEAST_WATCH = 8, 2
_LEAST_TEXTS, _MOST_WORDS = 2, 30_000
_CHUNK = 512


@dataclass(frozen=True)
class Groups:
    """Items that one phrase describes."""

    phrases: list[str]
    """A phrase a group."""
    names: Texts
    """The phrases as words."""
    of: Whole
    """`[n_items]`, each item's group; -1: none that a fitted item has."""
    weight: float
    """What telling them weighs in the loss."""


@dataclass(frozen=True)
class Material:
    """Items with a picture and a text, of the parts `fit` and `watch` alone."""

    item_ids: list[str]
    """By row."""
    folder: Path
    """Of the pictures, resolved."""
    pictures: list[str]
    """By row, paths below it."""
    fit: Whole
    """Rows that are learned from."""
    watch: Whole
    """Rows that decide when to stop."""
    whole: Texts
    """All that is said of each item."""
    name: Texts
    """Its name alone, or all where it has none."""
    description: Texts
    """Its description alone, or all where it has none."""
    said: tuple[list[str], list[str], list[str]]
    """Name, description and all that is said of each item, as they were written."""
    groups: tuple[Groups, ...]
    """One for each of `FAMILIES` that the shop's attributes allow."""
    lexicon: Lexicon
    """The words of all these texts."""


def read_material(dataset: Dataset, settings: FitSettings) -> Material:
    """Read texts and groups of the items that may be learned from; pictures are not opened yet.

    Raises:
        InputError: If too few items have a picture and a text.
    """
    named = [name for name in ("kind", "colour") if name in dataset.item_attributes]
    columns = ["item_idx", "item_id", "product_id", "name", "description", "picture", *named]
    items = collect(dataset.items.select(*columns)).sort("item_idx")
    parts = split_products(items["product_id"], judged=settings.held_out, watched=settings.watched)
    items = items.with_columns(item_texts(dataset), parts.alias("part")).filter(
        pl.col("picture").is_not_null() & (pl.col("text") != "") & (pl.col("part") != "judge")
    )
    fit, watch = (np.flatnonzero(items["part"].to_numpy() == part) for part in ("fit", "watch"))
    folder = dataset.picture_folder
    if folder is None or len(fit) < _LEAST_FIT or len(watch) < _LEAST_WATCH:
        raise InputError(
            f"the shop has {len(fit)} items with picture and text to fit an encoder on and "
            f"{len(watch)} to stop by, {_LEAST_FIT} and {_LEAST_WATCH} are the least: import "
            "pictures, or hold out fewer with --held-out"
        )
    whole = [text_words(text) for text in items["text"]]
    lexicon = Lexicon(
        learn_vocabulary((whole[row] for row in fit), _LEAST_TEXTS, _MOST_WORDS), settings.n_grams
    )
    return Material(
        item_ids=items["item_id"].to_list(),
        folder=folder.resolve(),
        pictures=items["picture"].to_list(),
        fit=fit,
        watch=watch,
        whole=lexicon.encode(whole),
        name=lexicon.encode(_or_whole(items["name"], whole)),
        description=lexicon.encode(_or_whole(items["description"], whole)),
        said=(_written(items, "name"), _written(items, "description"), items["text"].to_list()),
        groups=tuple(
            _groups(items, family, fit, weight, lexicon)
            for family, weight in FAMILIES
            if set(family) <= set(named)
        ),
        lexicon=lexicon,
    )


def _or_whole(texts: pl.Series, whole: Sequence[list[str]]) -> list[list[str]]:
    return [
        (text_words(text) if text else []) or all_words
        for text, all_words in zip(texts, whole, strict=True)
    ]


def _written(items: pl.DataFrame, name: str) -> list[str]:
    own = pl.when(pl.col(name).str.strip_chars() != "").then(pl.col(name))
    return items.select(pl.coalesce(own, "text").alias(name)).get_column(name).to_list()


def _groups(
    items: pl.DataFrame, family: tuple[str, ...], fit: Whole, weight: float, lexicon: Lexicon
) -> Groups:
    """Number the phrases that fitted items have, in the order of the text."""
    phrase = pl.concat_str([pl.col(name) for name in family], separator=" ")
    phrases = items.select(phrase.alias("phrase")).get_column("phrase")
    known = phrases.gather(fit).drop_nulls().unique().sort()
    places = dict(zip(known.to_list(), range(len(known)), strict=True))
    of = np.array([places.get(text, -1) for text in phrases], np.int64)
    names = lexicon.encode([text_words(text) for text in known])
    return Groups(known.to_list(), names, of, weight)


def read_pictures(
    material: Material, settings: FitSettings, progress: Progress | None
) -> tuple[Pixels, list[str]]:
    """Read every picture: `[n_items, 3, height, width]`.

    Returns:
        The pictures, white where one cannot be used, and why those cannot, `item: reason`.
    """
    size = (settings.width, settings.height)
    pixels = np.full((len(material.pictures), 3, size[1], size[0]), 255, np.uint8)
    faults: list[str] = []

    def read(row: int) -> str | None:
        try:
            place = picture_path(material.folder, material.pictures[row])
            pixels[row] = as_pixels(open_photo(place, near=size), *size)
        except InputError as error:
            return f"{row}\0{error}"
        return None

    with ThreadPoolExecutor(2) as threads:
        for start in range(0, len(pixels), _CHUNK):
            rows = range(start, min(start + _CHUNK, len(pixels)))
            faults += [fault for fault in threads.map(read, rows) if fault]
            if progress is not None:
                progress("read pictures", rows.stop / len(pixels))
    return pixels, faults
