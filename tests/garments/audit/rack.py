"""A shop with planted faults: drawn pictures, vectors of kinds and colours, values swapped."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import polars as pl
from PIL import Image, ImageDraw

from modiste.engine import collect, lazy
from modiste.testing import make_shop
from tests.search.similar.similar_shop import publish, store_vectors

KINDS = ("coat", "dress", "hat")
COLOURS = ("black", "green", "red", "white")
N_PRODUCTS, N_VARIANTS = 60, 4
N_ITEMS = N_PRODUCTS * N_VARIANTS


@dataclass(frozen=True)
class Planted:
    """Where the faults are."""

    folder: Path
    wrong_kind: dict[str, str]
    """Item to its right kind."""
    wrong_colour: dict[str, str]
    missing: dict[str, str]
    """Item to the pattern that was taken away."""
    twice: tuple[tuple[str, str], ...]
    """Pairs of items that show one picture."""


def item_id(number: int) -> str:
    return f"{number:010d}"


def plant(folder: Path) -> Planted:
    """Write the shop."""
    rng = np.random.default_rng(5)
    kind = np.repeat(np.arange(N_PRODUCTS) % 3, N_VARIANTS)
    colour = np.tile(np.arange(N_VARIANTS), N_PRODUCTS)
    looks = np.zeros((N_ITEMS, 12), np.float32)
    looks[np.arange(N_ITEMS), kind] = 1
    looks[np.arange(N_ITEMS), 3 + colour] = 1
    looks += rng.normal(0, 0.12, looks.shape)
    pattern = np.where(kind == 0, "plain", "dotted").astype(object)
    kinds, colours = [KINDS[one] for one in kind], [COLOURS[one] for one in colour]
    wrong_kind = {item_id(one): kinds[one] for one in (5, 110)}
    kinds[5], kinds[110] = "hat", "hat"
    wrong_colour = {item_id(30): colours[30], item_id(77): colours[77]}
    colours[30], colours[77] = "black", "white"
    missing = {item_id(one): str(pattern[one]) for one in (8, 50, 200)}
    pattern[[8, 50, 200]] = ["", "Unknown", None]
    (folder / "pictures").mkdir(parents=True)
    for one in range(N_ITEMS):
        draw(one, kind[one], colour[one]).save(folder / "pictures" / f"{one}.jpg", quality=90)
    # 13 shows the picture of 12, another colour of its product; 150 that of 90, saved anew.
    for one, shown, quality, size in ((13, 12, 90, (60, 90)), (150, 90, 55, (48, 72))):
        picture = draw(shown, kind[shown], colour[shown]).resize(size)
        picture.save(folder / "pictures" / f"{one}.jpg", quality=quality)
        looks[one] = looks[shown] + rng.normal(0, 0.005, 12)
    shop = make_shop(
        [(0, 0, 1)],
        n_users=1,
        n_items=N_ITEMS,
        products=np.repeat(np.arange(N_PRODUCTS), N_VARIANTS).tolist(),
        attributes={"kind": kinds, "colour": colours, "pattern": pattern.tolist()},
    )
    paths = pl.Series("picture", [f"{one}.jpg" for one in range(N_ITEMS)])
    items = collect(shop.items).with_columns(paths, pl.lit("a thing").alias("name"))
    publish(replace(shop, items=lazy(items), picture_folder=folder / "pictures"), folder / "shop")
    store_vectors(folder / "shop", "transformers-toy", looks, n_items=N_ITEMS)
    twice = ((item_id(12), item_id(13)), (item_id(90), item_id(150)))
    return Planted(folder / "shop", wrong_kind, wrong_colour, missing, twice)


def draw(number: int, kind: int, colour: int) -> Image.Image:
    """Draw a thing: no two numbers look the same."""
    rng = np.random.default_rng(number)
    picture = Image.new("RGB", (60, 90), "white")
    pen = ImageDraw.Draw(picture)
    for _ in range(6 + kind):
        x, y = (int(one) for one in rng.integers(2, 40, 2))
        wide, high = int(rng.integers(8, 18)), int(rng.integers(8, 40))
        shade = tuple(int(one) for one in rng.integers(0, 60, 3) + 40 * colour)
        pen.rectangle((x, y, x + wide, y + high), fill=shade)
    return picture
