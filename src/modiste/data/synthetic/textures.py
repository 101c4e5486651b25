"""The cloth of the pictures: plain, striped, checked, printed and so on.

A texture is a map of where the second colour goes `[height, width]`, 0 to 1, and a map of how much
lighter or darker the cloth is, around 1. The row's own colour stays the one that covers most.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw, ImageFilter

Floats = npt.NDArray[np.float32]
Texture = tuple[Floats, Floats]
_UNIT = 128
"""Lengths below are in pixels of a picture this wide."""


def _grid(width: int, height: int) -> tuple[Floats, Floats]:
    zoom = _UNIT / width
    y, x = np.mgrid[0:height, 0:width].astype(np.float32) * np.float32(zoom)
    return x, y


def _noise(width: int, height: int, rng: np.random.Generator, blur: float) -> Floats:
    raw = rng.normal(size=(height, width)).astype(np.float32)
    if blur:
        image = Image.fromarray((raw * 40 + 128).clip(0, 255).astype(np.uint8))
        raw = np.asarray(image.filter(ImageFilter.GaussianBlur(blur)), dtype=np.float32) - 128
        raw /= max(float(raw.std()), 1e-6)
    return raw


def _soft(distance: Floats) -> Floats:
    """1 inside (negative distance), 0 outside, with an edge one pixel wide."""
    return np.asarray(np.clip(0.5 - distance, 0, 1), dtype=np.float32)


def _plain(width: int, height: int) -> Texture:
    shape = (height, width)
    return np.zeros(shape, dtype=np.float32), np.ones(shape, dtype=np.float32)


def _solid(width: int, height: int, rng: np.random.Generator) -> Texture:
    second, shade = _plain(width, height)
    return second, shade + 0.007 * _noise(width, height, rng, 0.6)


def _melange(width: int, height: int, rng: np.random.Generator) -> Texture:
    _, shade = _plain(width, height)
    fleck = _noise(width, height, rng, 0.5)
    return 0.22 * (fleck > 0.9).astype(np.float32), shade + 0.055 * fleck


def _denim(width: int, height: int, rng: np.random.Generator) -> Texture:
    x, y = _grid(width, height)
    second, shade = _plain(width, height)
    twill = np.sin((x + y) * 2.1)
    worn = np.exp(-(((x - 48) / 9) ** 2) - (((y - 95) / 40) ** 2))
    worn += np.exp(-(((x - 80) / 9) ** 2) - (((y - 95) / 40) ** 2))
    shade += 0.05 * twill + 0.03 * _noise(width, height, rng, 0.7) + 0.10 * worn
    return second, shade


def _stripe(width: int, height: int, rng: np.random.Generator) -> Texture:
    x, y = _grid(width, height)
    along = y if rng.random() < 0.75 else x
    period = float(rng.uniform(7, 16))
    thick = period * float(rng.uniform(0.26, 0.40))
    second = _soft(np.abs((along % period) - period / 2) - thick / 2)
    return second, np.ones_like(second)


def _check(width: int, height: int, rng: np.random.Generator) -> Texture:
    x, y = _grid(width, height)
    period = float(rng.uniform(11, 20))
    thick = period * 0.34
    bands = [_soft(np.abs((axis % period) - period / 2) - thick / 2) for axis in (x, y)]
    thin = [_soft(np.abs(((a + period / 2) % period) - period / 2) - 0.5) for a in (x, y)]
    second = 0.42 * (bands[0] + bands[1]) + 0.25 * np.maximum(*thin)
    plaid = np.asarray(np.clip(second, 0, 1), dtype=np.float32)
    return plaid, np.ones_like(plaid)


def _dot(width: int, height: int, rng: np.random.Generator) -> Texture:
    x, y = _grid(width, height)
    period = float(rng.uniform(8, 14))
    radius = period * float(rng.uniform(0.20, 0.28))
    row = np.floor(y / period)
    dx = (x + (row % 2) * period / 2) % period - period / 2
    dy = y % period - period / 2
    second = _soft(np.asarray(np.hypot(dx, dy) - radius, dtype=np.float32))
    return second, np.ones_like(second)


def _flowers(width: int, height: int, rng: np.random.Generator) -> Texture:
    zoom = width / _UNIT
    scale = 3
    image = Image.new("L", (width * scale, height * scale), 0)
    draw = ImageDraw.Draw(image)
    size = float(rng.uniform(2.6, 4.6)) * zoom * scale
    petals = int(rng.integers(4, 7))
    leaves = rng.random() < 0.5
    step = size * 4.4
    for i in range(int(height * scale / step) + 2):
        for j in range(int(width * scale / step) + 2):
            x = (j + 0.5 * (i % 2) + rng.uniform(-0.18, 0.18)) * step
            y = (i + rng.uniform(-0.18, 0.18)) * step
            turn = rng.uniform(0, 2 * np.pi)
            for k in range(petals):
                angle = turn + 2 * np.pi * k / petals
                px, py = x + size * np.cos(angle), y + size * np.sin(angle)
                r = size * 0.62
                draw.ellipse((px - r, py - r, px + r, py + r), fill=225)
            r = size * 0.5
            draw.ellipse((x - r, y - r, x + r, y + r), fill=60)
            if leaves:
                lx, ly = x + step * 0.45, y + step * 0.3
                draw.ellipse((lx - r, ly - r * 0.5, lx + r, ly + r * 0.5), fill=150)
    second = np.asarray(image.reduce(scale), dtype=np.float32) / np.float32(255)
    return second, np.ones_like(second)


def _print(width: int, height: int, rng: np.random.Generator) -> Texture:
    return _motif(width, height, rng, centre=(64, 72), size=17)


def _badge(width: int, height: int, rng: np.random.Generator) -> Texture:
    return _motif(width, height, rng, centre=(76, 62), size=6)


def _motif(
    width: int,
    height: int,
    rng: np.random.Generator,
    *,
    centre: tuple[float, float],
    size: float,
) -> Texture:
    x, y = _grid(width, height)
    dx, dy = x - centre[0], y - centre[1]
    angle, radius = np.arctan2(dy, dx), np.hypot(dx, dy)
    which = int(rng.integers(0, 4))
    if which == 0:  # a sun
        second = _soft(radius - size * 0.55) + _soft(np.abs(radius - size * 0.85) - size * 0.12) * (
            np.cos(angle * 10) > 0
        )
    elif which == 1:  # a star
        edge = size * (0.62 + 0.36 * np.cos(5 * (angle + np.pi / 2)))
        second = _soft((radius - edge).astype(np.float32))
    elif which == 2:  # a heart
        u, v = dx / size, -dy / size + 0.15
        heart = ((u**2 + v**2 - 0.6) ** 3 - 0.9 * u**2 * v**3) * 60
        second = _soft(np.asarray(heart, dtype=np.float32))
    else:  # waves under a ring
        waves = np.abs(dy - size * 0.45 - 2.2 * np.sin(dx / 3.2)) - 1.4
        second = np.maximum(
            _soft(np.abs(radius - size * 0.75) - size * 0.10),
            _soft(waves) * (radius < size * 0.75),
        )
    second = np.clip(second, 0, 1).astype(np.float32)
    return second, np.ones_like(second)


def _block(width: int, height: int, rng: np.random.Generator) -> Texture:
    x, y = _grid(width, height)
    if rng.random() < 0.6:
        second = _soft(y - float(rng.uniform(52, 66)))
    else:
        second = _soft(float(rng.uniform(76, 84)) - x)
    return second, np.ones_like(second)


def _lace(width: int, height: int, rng: np.random.Generator) -> Texture:
    x, y = _grid(width, height)
    period = float(rng.uniform(6, 8))
    net = np.cos(2 * np.pi * (x + y) / period) * np.cos(2 * np.pi * (x - y) / period)
    rosette = np.cos(2 * np.pi * x / (2 * period)) * np.cos(2 * np.pi * y / (2 * period))
    shade = 1.0 - 0.16 * (net > 0.15) + 0.07 * (rosette > 0.35)
    return np.zeros_like(x), shade.astype(np.float32)


def _glitter(width: int, height: int, rng: np.random.Generator) -> Texture:
    spark = rng.random((height, width), dtype=np.float32)
    shade = 1.0 + 0.05 * _noise(width, height, rng, 0.0) + 0.5 * (spark > 0.965)
    return np.zeros_like(spark), shade.astype(np.float32)


def _jacquard(width: int, height: int, rng: np.random.Generator) -> Texture:
    x, y = _grid(width, height)
    period = float(rng.uniform(9, 14))
    u, v = x % period - period / 2, y % (period * 1.5) - period * 0.75
    diamond = np.abs(u) / (period * 0.36) + np.abs(v) / (period * 0.56)
    inner = (diamond < 0.45).astype(np.float32)
    shade = 1.0 - 0.17 * (diamond < 1.0).astype(np.float32) + 0.12 * inner
    return np.zeros_like(x), shade.astype(np.float32)


TEXTURES: dict[str, Callable[[int, int, np.random.Generator], Texture]] = {
    "solid": _solid,
    "melange": _melange,
    "denim": _denim,
    "stripe": _stripe,
    "check": _check,
    "dot": _dot,
    "flowers": _flowers,
    "print": _print,
    "badge": _badge,
    "block": _block,
    "lace": _lace,
    "glitter": _glitter,
    "jacquard": _jacquard,
}
"""How to weave each of the patterns' `drawn_as`."""
