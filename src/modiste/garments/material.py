"""What a recogniser learns from and is watched by: labelled pictures, and pictures of nothing.

Where no label says that a picture shows no garment, such pictures are made up: strips of pictures
to the left and right of a garment's box, plain colours, gradients and noise.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image

from modiste.data.photos import PictureError, open_photo, picture_path
from modiste.errors import InputError
from modiste.garments.merged import SOURCE, Merged
from modiste.garments.targets import Floats, Targets, Whole, lay_out

_STRIP = 0.18
"""Least width of a strip, as a share of the picture."""
_MARGIN = 0.03
"""What lies between a strip and the box."""
_DRAWN_SIZE = 96


@dataclass(frozen=True)
class Material:
    """Pictures with what is told of them, a row each."""

    paths: tuple[Path | None, ...]
    """Where they lie; None: drawn."""
    windows: Floats
    """`[n, 4]`: the part of the file that is the picture."""
    targets: Targets
    places: tuple[str, ...]
    learned: Whole
    """Rows that are learned from."""
    watched: Whole
    """Rows that decide when to stop, and from which probability on a garment is there."""
    n_made: int
    """How many of all were made up."""
    outside: tuple[str, ...]
    """Pictures whose path leaves its folder: left out."""

    def open(self, row: int, near: tuple[int, int], seed: int) -> Image.Image:
        """Open a picture.

        Raises:
            PictureError: If it cannot be read.
        """
        path = self.paths[row]
        if path is None:
            return draw_nothing(np.random.default_rng([seed, row]))
        picture = open_photo(path, near=near)
        left, top, right, bottom = (
            float(side) * length
            for side, length in zip(self.windows[row], 2 * picture.size, strict=True)
        )
        if (left, top) == (0, 0) and (right, bottom) == picture.size:
            return picture
        return picture.crop((int(left), int(top), int(np.ceil(right)), int(np.ceil(bottom))))


def gather(labels: Merged, share: float, seed: int) -> Material:
    """Lay labelled pictures out for learning.

    Args:
        labels: Rows of the parts `train` and `val` are used; others never.
        share: Made-up pictures of nothing, as a share of those of a part.
        seed: Same seed, same pictures.

    Raises:
        InputError: If nothing is there to learn from.
    """
    pictures = lay_out(labels)
    table, targets = pictures.table, pictures.targets
    roots = [root.resolve() for root in labels.roots]
    paths: list[Path | None] = []
    outside: list[str] = []
    usable = np.ones(len(table), dtype=bool)
    for row, (source, name) in enumerate(table.select(SOURCE, "picture").iter_rows()):
        try:
            paths.append(picture_path(roots[source], name))
        except PictureError:
            paths.append(None)
            outside.append(name)
            usable[row] = False
    part = table["part"].to_numpy()
    learned = np.flatnonzero((part == "train") & usable)
    watched = np.flatnonzero((part == "val") & usable)
    if not len(learned):
        raise InputError(
            f"the labels in {', '.join(map(str, labels.roots))} have no pictures to learn from: "
            "expected rows of the part train"
        )
    windows = np.tile(np.array([0, 0, 1, 1], np.float32), (len(paths), 1))
    n_made = 0
    if not table["nothing"].any() and share:
        for of_part in (learned, watched):
            rng = np.random.default_rng([seed, 7, n_made])
            made = _made_up(targets.boxes, of_part, round(share * len(of_part)), rng)
            rows = np.arange(len(paths), len(paths) + len(made))
            paths += [None if row < 0 else paths[row] for row, _ in made]
            windows = np.concatenate([windows, *(window[None] for _, window in made)])
            targets = targets.joined(
                Targets.nothing(len(made), len(pictures.places), labels.vocabulary)
            )
            n_made += len(made)
            if of_part is learned:
                learned = np.concatenate([learned, rows])
            else:
                watched = np.concatenate([watched, rows])
    return Material(
        tuple(paths), windows, targets, pictures.places, learned, watched, n_made, tuple(outside)
    )


def _made_up(
    boxes: Floats, rows: Whole, n: int, rng: np.random.Generator
) -> list[tuple[int, Floats]]:
    """Draw strips beside boxes, two thirds if there are so many, the others without a picture."""
    with np.errstate(invalid="ignore"):
        low = np.where(np.isnan(boxes[..., 0]), np.inf, boxes[..., 0]).min(1)[rows] - _MARGIN
        high = np.where(np.isnan(boxes[..., 2]), -np.inf, boxes[..., 2]).max(1)[rows] + _MARGIN
    known = np.isfinite(low) & np.isfinite(high)
    left, right = (
        np.flatnonzero(known & (low > _STRIP)),
        np.flatnonzero(known & (high < 1 - _STRIP)),
    )
    strips = [(rows[at], (0.0, 0.0, low[at], 1.0)) for at in left]
    strips += [(rows[at], (high[at], 0.0, 1.0, 1.0)) for at in right]
    chosen = rng.permutation(len(strips))[: 2 * n // 3]
    made = [(int(strips[at][0]), np.array(strips[at][1], np.float32)) for at in chosen]
    whole = np.array([0, 0, 1, 1], np.float32)
    return made + [(-1, whole)] * (n - len(made))


def draw_nothing(rng: np.random.Generator) -> Image.Image:
    """Draw a plain colour, a gradient, or noise of some grain."""
    kind = rng.integers(3)
    first, second = rng.integers(0, 256, (2, 3))
    if kind == 0:
        return Image.new("RGB", (_DRAWN_SIZE, _DRAWN_SIZE), tuple(int(part) for part in first))
    if kind == 1:
        turn = rng.uniform(0, 2 * np.pi)
        steps = np.linspace(-1, 1, _DRAWN_SIZE)
        along = steps[:, None] * np.sin(turn) + steps[None] * np.cos(turn)
        share = ((along + 1.5) / 3)[..., None]
        pixels = first * share + second * (1 - share)
    else:
        grain = int(2 ** rng.integers(2, 8))
        spread = rng.uniform(10, 120)
        pixels = rng.normal(first, spread, (grain, grain, 3))
    shades: npt.NDArray[np.uint8] = np.clip(pixels, 0, 255).astype(np.uint8)
    return Image.fromarray(shades).resize((_DRAWN_SIZE, _DRAWN_SIZE), Image.Resampling.BICUBIC)
