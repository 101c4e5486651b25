"""A picture of every article, drawn so that it shows the kind, colour and pattern of its row."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageFilter

from modiste.data.synthetic.catalogue import Catalogue
from modiste.data.synthetic.colours import COLOURS, PATTERNS
from modiste.data.synthetic.kinds import SHAPES
from modiste.data.synthetic.pen import Pen, Variation
from modiste.data.synthetic.silhouettes import SILHOUETTES
from modiste.data.synthetic.streams import open_stream
from modiste.data.synthetic.textures import TEXTURES

Floats = npt.NDArray[np.float32]

WIDTH, HEIGHT = 128, 192
"""Size of a picture in pixels."""
QUALITY = 88

_GROUND = 250.0
_ARTICLES_AT_A_TIME = 64


def draw_article(
    shape: str,
    rgb: tuple[int, int, int],
    texture: str,
    *,
    product_rng: np.random.Generator,
    width: int = WIDTH,
    height: int = HEIGHT,
) -> Image.Image:
    """Draw one article.

    Args:
        shape: Silhouette, one of `kinds.SHAPES`.
        rgb: The colour of the cloth.
        texture: Pattern, one of `textures.TEXTURES`.
        product_rng: Decides how the product differs from others of its kind; give all colours of a
            product a generator in the same state.
        width: Pixels across.
        height: Pixels down.
    """
    variation = Variation(*product_rng.uniform(-1, 1, 4))
    second, shade = TEXTURES[texture](width, height, product_rng)
    light = float(product_rng.uniform(-0.035, 0.035))
    pen = Pen(width, height)
    SILHOUETTES[shape](pen, variation)

    layers = [pen.read(layer) for layer in ("cloth", "opening", "trim", "seam")]
    shift = _middle_shift(np.maximum(layers[0], layers[1]))
    cloth, opening, trim, seam = (np.roll(layer, shift, axis=0) for layer in layers)
    second, shade = np.roll(second, shift, axis=0), np.roll(shade, shift, axis=0)
    own = np.asarray(rgb, dtype=np.float32) * (1 + light)
    brightness = float(own @ np.asarray([0.299, 0.587, 0.114], dtype=np.float32))
    other = _second_colour(own, brightness, product_rng)
    colour = _mix(own, other, second) * (shade * _volume(cloth, width, height))[:, :, None]
    colour = _mix(colour, (colour * 0.35 + other * 0.65).astype(np.float32), trim)
    # Lines on dark cloth are lighter than it, elsewhere darker.
    line = colour * 0.62 if brightness > 62 else colour * 0.70 + 42
    colour = _mix(colour, line, seam * 0.8)
    inside = colour * 0.68 if brightness > 62 else colour * 0.75 + 22
    colour = _mix(colour, inside, opening)
    visible = np.maximum(cloth, opening)
    ground = _ground(visible, width, height)
    pixels = _mix(np.repeat(ground[:, :, None], 3, axis=2), colour, visible)
    return Image.fromarray(pixels.clip(0, 255).astype(np.uint8))


def write_pictures(
    folder: Path,
    article_ids: Sequence[str],
    catalogue: Catalogue,
    seed: int,
    tell: Callable[[str, int, int], None],
) -> int:
    """Write `folder/0NN/<article_id>.jpg` for every article.

    Returns:
        How many pictures were written.
    """
    for prefix in sorted({article_id[:3] for article_id in article_ids}):
        (folder / prefix).mkdir(parents=True, exist_ok=True)
    n = len(article_ids)

    def write(start: int) -> int:
        stop = min(start + _ARTICLES_AT_A_TIME, n)
        for i in range(start, stop):
            picture = draw_article(
                SHAPES[catalogue.kind[i]],
                COLOURS[catalogue.colour[i]].rgb,
                PATTERNS[catalogue.pattern[i]].drawn_as,
                product_rng=open_stream(seed, "picture", int(catalogue.product[i])),
            )
            name = article_ids[i]
            picture.save(folder / name[:3] / f"{name}.jpg", quality=QUALITY)
        return stop - start

    done = 0
    tell("pictures", done, n)
    with ThreadPoolExecutor(2) as pool:
        for count in pool.map(write, range(0, n, _ARTICLES_AT_A_TIME)):
            done += count
            tell("pictures", done, n)
    return n


def _second_colour(own: Floats, brightness: float, rng: np.random.Generator) -> Floats:
    """The colour of stripes, prints and trims: it stands out, and suits."""
    tint = rng.uniform(0.85, 1.0, 3).astype(np.float32)
    if brightness < 95:
        return np.asarray([236, 230, 220], dtype=np.float32) * tint
    if brightness > 205:
        darks = np.asarray([[44, 52, 84], [52, 50, 52], [168, 60, 66], [60, 98, 84]])
        return np.asarray(darks[int(rng.integers(0, len(darks)))] * tint, dtype=np.float32)
    if rng.random() < 0.5:
        return np.asarray(np.minimum(own * 0.35 + 158, 250) * tint, dtype=np.float32)
    return np.asarray(own * 0.45 * tint, dtype=np.float32)


def _middle_shift(visible: Floats) -> int:
    """How many pixels down the drawing must go to lie in the middle."""
    rows = np.flatnonzero(visible.max(axis=1) > 0.5)
    return (len(visible) - 1 - int(rows[0]) - int(rows[-1])) // 2


def _volume(cloth: Floats, width: int, height: int) -> Floats:
    """Light and shade that make the flat outline look worn `[height, width]`, around 1."""
    image = Image.fromarray((cloth * 255).astype(np.uint8))
    near = np.asarray(image.filter(ImageFilter.GaussianBlur(width / 36)), dtype=np.float32) / 255
    wide = np.asarray(image.filter(ImageFilter.GaussianBlur(width / 11)), dtype=np.float32) / 255
    x = np.linspace(-1, 1, width, dtype=np.float32)[None, :]
    y = np.linspace(-1, 1, height, dtype=np.float32)[:, None]
    fold = 0.02 * np.sin(9 * x + 2.5 * y) + 0.015 * np.sin(17 * x - 4 * y)
    return np.asarray(0.74 + 0.16 * near + 0.13 * wide - 0.03 * x + fold, dtype=np.float32)


def _ground(visible: Floats, width: int, height: int) -> Floats:
    """A white ground with the soft shadow of what lies on it `[height, width]`."""
    image = Image.fromarray((visible * 255).astype(np.uint8))
    soft = np.asarray(image.filter(ImageFilter.GaussianBlur(width / 26)), dtype=np.float32) / 255
    shadow = np.roll(soft, (max(height // 64, 1), max(width // 64, 1)), axis=(0, 1))
    y = np.linspace(0, 1, height, dtype=np.float32)[:, None]
    return np.asarray(_GROUND - 5 * y - 46 * shadow, dtype=np.float32)


def _mix(one: Floats, two: Floats, share: Floats) -> Floats:
    return np.asarray(one + (two - one) * share[:, :, None], dtype=np.float32)
