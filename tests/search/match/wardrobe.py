"""A planted shop of tops and skirts, users whose tastes are known, and a toy model of photos."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import polars as pl
from PIL import Image

from modiste.data import Dataset
from modiste.encoders.base import Vectors
from modiste.engine import collect, lazy
from modiste.index.exact import ExactIndex
from modiste.search import Searcher
from modiste.search.match import Matcher
from modiste.search.space import Space, Spaces, Voice
from modiste.testing import make_shop
from tests.search.rack import AXES, Toy

KINDS, COLOURS = ("Top", "Skirt", "Dress"), ("Red", "Blue", "Green", "Black")
N_EACH = 4
"""Products of each kind and colour."""
RED_LOVER, LIKE_ME, TWIN, STRANGER, EMPTY = (
    "user-000000",
    "user-000001",
    "user-000002",
    "?",
    ("user-000003"),
)


def item(kind: str, colour: str, number: int = 0) -> int:
    """Give the position of an item."""
    return (KINDS.index(kind) * len(COLOURS) + COLOURS.index(colour)) * N_EACH + number


GARMENTS = [(kind, colour) for kind in KINDS for colour in COLOURS for _ in range(N_EACH)]


def shop() -> Dataset:
    """User 0 buys red skirts; 1 and 2 own the same black dress, and 2 also the third green top.

    Everybody else (users 4 on) buys blue tops, which sell most, and of the green ones the first.
    All items cost the same.
    """
    rows = [(0, item("Skirt", "Red", number), 10 + number) for number in range(3)]
    rows += [(1, item("Dress", "Black"), 10), (2, item("Dress", "Black"), 10)]
    rows += [(2, item("Top", "Green", 2), 11)]
    rows += [(4 + number, item("Top", "Blue", number % N_EACH), 20) for number in range(12)]
    rows += [(4 + number, item("Top", "Green"), 20) for number in range(3)]
    made = make_shop(
        rows,
        n_users=16,
        n_items=len(GARMENTS),
        attributes={
            "kind": [kind for kind, _ in GARMENTS],
            "kind_group": ["Upper" if kind == "Top" else "Lower" for kind, _ in GARMENTS],
            "colour": [colour for _, colour in GARMENTS],
        },
    )
    said = ["with long sleeves" if n % 2 else "with pockets" for n in range(len(GARMENTS))]
    items = collect(made.items).with_columns(pl.Series("description", said))
    return replace(made, items=lazy(items))


@dataclass(frozen=True)
class Piece:
    """A garment that the toy model sees."""

    category: str | None
    attributes: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    category_probability: float | None = 0.9
    box: tuple[float, float, float, float] = (0.0, 0.0, 1.0, 1.0)


@dataclass(frozen=True)
class Eyes:
    """Sees the same garments in every photo."""

    garments: tuple[Piece, ...]

    def recognise(self, pictures: Sequence[Image.Image]) -> list[tuple[Piece, ...]]:
        """Give them."""
        return [self.garments for _ in pictures]


def vectors() -> Vectors:
    """Vectors of pictures: an axis a colour (black looks like a hat), a little of an item's own."""
    rng = np.random.default_rng(3)
    found = rng.normal(0, 0.01, (len(GARMENTS), len(AXES))).astype(np.float32)
    for row, (_, colour) in enumerate(GARMENTS):
        found[row, AXES.index("hat" if colour == "Black" else colour.lower())] += 1.0
    unit: Vectors = found / np.linalg.norm(found, axis=1, keepdims=True)
    return unit


def matcher(*garments: Piece, model: bool = False, pictures: bool = True) -> Matcher:
    """Open the shop, with the toy's vectors, and a model where one is wanted."""
    spaces = Spaces()
    if pictures:
        space = Space("toy", ExactIndex.build(vectors()), np.arange(len(GARMENTS)))
        spaces = Spaces(pictures=space, eye=Voice(Toy(), "toy"))
    searcher = Searcher.of(shop(), spaces)
    return Matcher(searcher, Eyes(garments) if model or garments else None)
