"""A tiny shop of drawn pictures in which a description tells what is seen, and a fit on it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from PIL import Image, ImageDraw

from modiste.data import Dataset
from modiste.encoders.fitting.catalogue import FitReport, fit_catalogue
from modiste.encoders.fitting.settings import FitSettings
from modiste.encoders.splits import split_products
from modiste.engine import collect, lazy
from modiste.testing import make_shop

COLOURS = {"red": (200, 30, 40), "green": (30, 150, 60), "blue": (40, 60, 190), "black": (20,) * 3}
KINDS = ("dress", "belt", "trousers", "scarf")
SIZE = (24, 32)
SETTINGS = FitSettings(
    epochs=8, patience=8, batch=32, dim=32, width=24, height=32, rate=3e-3, n_grams=512, watched=0.2
)


@dataclass(frozen=True)
class Drawn:
    """A drawn shop."""

    dataset: Dataset
    parts: pl.Series
    kinds: list[str]
    colours: list[str]

    def of(self, part: str) -> list[int]:
        return [row for row, found in enumerate(self.parts) if found == part]

    def picture(self, row: int) -> Image.Image:
        assert self.dataset.picture_folder is not None
        with Image.open(self.dataset.picture_folder / f"{row}.png") as picture:
            return picture.convert("RGB")


def draw(kind: str, colour: str, rng: np.random.Generator) -> Image.Image:
    picture = Image.new("RGB", SIZE, "white")
    pen = ImageDraw.Draw(picture)
    left, top = (int(value) for value in rng.integers(0, 4, 2))
    shade = tuple(int(np.clip(part + rng.integers(-15, 15), 0, 255)) for part in COLOURS[colour])
    shapes = {
        "dress": [(6, 4, 16, 26)],
        "belt": [(2, 12, 20, 16)],
        "trousers": [(6, 2, 9, 26), (13, 2, 16, 26)],
        "scarf": [(3, 3, 8, 26), (3, 3, 18, 7)],
    }
    for x, y, right, bottom in shapes[kind]:
        pen.rectangle((x + left - 2, y + top, right + left - 2, bottom + top), fill=shade)
    return picture


def drawn_shop(folder: Path, n_items: int = 240) -> Drawn:
    rng = np.random.default_rng(5)
    kinds = [KINDS[place] for place in rng.integers(0, len(KINDS), n_items)]
    colours = [list(COLOURS)[place] for place in rng.integers(0, len(COLOURS), n_items)]
    folder.mkdir()
    for row, (kind, colour) in enumerate(zip(kinds, colours, strict=True)):
        draw(kind, colour, rng).save(folder / f"{row}.png")
    made = make_shop([], n_users=1, n_items=n_items, attributes={"kind": kinds, "colour": colours})
    names = [f"{colour} {kind}" for colour, kind in zip(colours, kinds, strict=True)]
    items = collect(made.items).with_columns(
        pl.Series("name", names), pl.Series("picture", [f"{row}.png" for row in range(n_items)])
    )
    dataset = replace(made, items=lazy(items), picture_folder=folder, identity="drawn")
    parts = split_products(items["product_id"], watched=SETTINGS.watched)
    return Drawn(dataset, parts, kinds, colours)


@pytest.fixture(scope="session")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> Drawn:
    return drawn_shop(tmp_path_factory.mktemp("drawn") / "pictures")


FitOn = Callable[..., FitReport]


@pytest.fixture(scope="session")
def fitted(drawn: Drawn, tmp_path_factory: pytest.TempPathFactory) -> FitReport:
    """The drawn shop's encoder, fitted once."""
    return fit_catalogue(drawn.dataset, tmp_path_factory.mktemp("shop"), SETTINGS)
