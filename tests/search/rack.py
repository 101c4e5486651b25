"""A rack of twelve garments, and an encoder that sees their colour and kind."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import polars as pl
from PIL import Image

from modiste.data import Dataset
from modiste.encoders.base import Batch, Encoder, Vectors, unit
from modiste.engine import collect, lazy
from modiste.index.exact import ExactIndex
from modiste.search import Searcher
from modiste.search.space import Space, Spaces, Voice
from modiste.testing import make_shop

COLOURS = {"Red": (255, 0, 0), "Blue": (0, 0, 255), "Green": (0, 255, 0)}
KINDS = ("Dress", "Shirt", "Trousers", "Hat")
GARMENTS = [(colour, kind) for kind in KINDS for colour in COLOURS]
AXES = [*map(str.lower, COLOURS), *map(str.lower, KINDS)]
NAMES = ["Rosa", "Azure", "Fern", "Oxford", "Harbour", "Meadow", "Slim", "Wide", "Cargo"]
"""Names of the first nine; the hats have names of their own."""


class Toy(Encoder):
    """Knows three colours and four kinds, in words and in pictures of two pixels."""

    @property
    def dim(self) -> int:
        """An axis for each colour and kind."""
        return len(AXES)

    @property
    def identity(self) -> str:
        """Always the same."""
        return "toy"

    @property
    def speaks(self) -> bool:
        """It reads words."""
        return True

    def prepare(self, picture: Image.Image) -> Batch:
        """Read both pixels."""
        return np.asarray(picture)[0, :2]

    def encode_batch(self, batch: Batch) -> Vectors:
        """The first pixel is the colour, the second tells the kind."""
        vectors = np.zeros((len(batch), len(AXES)), np.float32)
        for row, pixels in enumerate(batch):
            vectors[row, :3] = [pixels[0, channel] / 255 for channel in (0, 2, 1)]
            if (kind := int(pixels[1, 0]) // 60) < len(KINDS):
                vectors[row, 3 + kind] = 1.0
        return unit(vectors)

    def encode_words(self, texts: Sequence[str]) -> Vectors:
        """Words it does not know say nothing."""
        found = [[float(axis in text.lower()) for axis in AXES] for text in texts]
        return unit(np.array(found, np.float32))


def photo(colour: str, kind: str) -> bytes:
    """Take a picture of a garment; a white sock is of no colour and no kind of the rack."""
    picture = Image.new("RGB", (2, 1), COLOURS.get(colour, (255, 255, 255)))
    picture.putpixel((1, 0), (60 * [*KINDS, "Sock"].index(kind) + 10,) * 3)
    file = io.BytesIO()
    picture.save(file, "PNG")
    return file.getvalue()


def rack(copies: int = 1) -> Dataset:
    """Twelve garments, three colours of four kinds, each with variants of the same product.

    User 0 bought hats on the last days, user 1 a red dress.
    """
    n_items = len(GARMENTS) * copies
    shop = make_shop(
        [(0, 9 * copies, 5), (0, 10 * copies, 6), (1, 0, 6)],
        n_users=3,
        n_items=n_items,
        products=[number // copies for number in range(n_items)],
        attributes={
            "kind": [kind for _, kind in GARMENTS for _ in range(copies)],
            "colour": [colour for colour, _ in GARMENTS for _ in range(copies)],
            "pattern": ["Stripe" if n % 4 == 1 else "Solid" for n in range(n_items)],
        },
        prices=[10.0, 20.0, 30.0],
    )
    items = collect(shop.items).with_columns(
        pl.Series(
            "name",
            [name for name in [*NAMES, "Red Baron", "Sailor", "Hunter"] for _ in range(copies)],
        ),
        pl.Series("description", ["with pockets" if n % 2 else "plain" for n in range(n_items)]),
    )
    return replace(shop, items=lazy(items))


def searcher(copies: int = 1, *, vectors: bool = True) -> Searcher:
    """Open the rack, with the toy's vectors of pictures and words or without any."""
    dataset = rack(copies)
    if not vectors:
        return Searcher.of(dataset)
    toy = Toy()
    pictures = [photo(*garment) for garment in GARMENTS for _ in range(copies)]
    seen = toy.encode_pictures([Image.open(io.BytesIO(data)) for data in pictures])
    read = toy.encode_words([" ".join(garment) for garment in GARMENTS for _ in range(copies)])
    rows, voice = np.arange(len(seen)), Voice(toy, "toy")
    looks, says = (Space("toy", ExactIndex.build(values), rows) for values in (seen, read))
    return Searcher.of(dataset, Spaces(looks, says, eye=voice, mouth=voice))
