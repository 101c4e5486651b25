"""Views of pictures: a window that is cut or lies around, other colours, blur, a covered part.

What a window does to a picture it does to boxes and landmarks; the flip is none of it, since the
network's maps are flipped instead.
"""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageEnhance, ImageFilter

from modiste.garments.targets import Floats, Targets, Whole

Bytes = npt.NDArray[np.uint8]
_SMALLEST, _LARGEST = 0.65, 1.15
"""Side of a window, as a share of the picture's."""
_SQUEEZED = 0.12
"""How far a window's two sides differ, as a logarithm."""
_LEFT_OUT = 0.15
"""Share of a box's side that a window may leave out."""
_KEPT = 0.3
"""Share of a box that must lie in the window, else it is not told of."""
_BLURRED, _COVERED = 0.2, 0.3
_COVER = (0.08, 0.35)
"""Sides of a covered part, as shares of the view's."""


@dataclass(frozen=True)
class Views:
    """How `n` views are made of pictures."""

    windows: Floats
    """`[n, 4]`: left, top, right, bottom as shares of the picture; may reach beyond it."""
    colours: Floats
    """`[n, 3]`: brightness, contrast, saturation; 1 leaves them as they are."""
    blurs: Floats
    """`[n]`: radius in pixels of the view; 0: none."""
    covers: Floats
    """`[n, 4]`: what is covered, as shares of the view; empty: nothing."""

    def __len__(self) -> int:
        return len(self.windows)

    def __getitem__(self, rows: Whole | slice) -> Views:
        return Views(*(getattr(self, part.name)[rows] for part in fields(self)))


def plain_views(n: int) -> Views:
    """Give views of pictures as they are."""
    whole = np.tile(np.array([0, 0, 1, 1], np.float32), (n, 1))
    return Views(whole, np.ones((n, 3), np.float32), np.zeros(n, np.float32), whole * 0)


def draw_views(boxes: Floats, rng: np.random.Generator) -> Views:
    """Draw a view of each picture that keeps most of what it shows.

    Args:
        boxes: `[n, 4]`: what a window keeps, as shares of the picture; NaN: nothing.
        rng: Draws.
    """
    n = len(boxes)
    side = rng.uniform(_SMALLEST, _LARGEST, n)
    squeeze = np.exp(rng.uniform(-_SQUEEZED, _SQUEEZED, n))
    sizes = np.stack([side * squeeze, side / squeeze], axis=1)
    low, high = np.minimum(0, 1 - sizes), np.maximum(0, 1 - sizes)
    starts = rng.uniform(low, high)
    firsts, lasts = boxes[:, :2], boxes[:, 2:]
    slack = _LEFT_OUT * (lasts - firsts)
    least, most = lasts - slack - sizes, firsts + slack
    middle = (least + most) / 2
    kept = np.clip(starts, np.minimum(least, middle), np.maximum(most, middle))
    starts = np.where(np.isnan(boxes[:, :2]), starts, kept)
    colours = 1 + rng.uniform(-1, 1, (n, 3)) * np.array([0.25, 0.25, 0.3])
    blurs = rng.uniform(0.3, 1.2, n) * (rng.random(n) < _BLURRED)
    cover = rng.uniform(*_COVER, (n, 2))
    corner = rng.uniform(0, 1 - cover)
    covers = np.concatenate([corner, corner + cover], axis=1) * (rng.random((n, 1)) < _COVERED)
    windows = np.concatenate([starts, starts + sizes], axis=1)
    return Views(*(part.astype(np.float32) for part in (windows, colours, blurs, covers)))


def see_view(picture: Image.Image, view: Views, size: tuple[int, int]) -> Bytes:
    """Make one view of a picture: `[height, width, 3]`.

    Args:
        picture: Upright RGB.
        view: One view.
        size: Width and height in pixels.
    """
    seen = _windowed(picture, view.windows[0], size)
    brightness, contrast, saturation = (float(value) for value in view.colours[0])
    for change, kind in (
        (brightness, ImageEnhance.Brightness),
        (contrast, ImageEnhance.Contrast),
        (saturation, ImageEnhance.Color),
    ):
        if change != 1:
            seen = kind(seen).enhance(change)
    if view.blurs[0] > 0:
        seen = seen.filter(ImageFilter.GaussianBlur(float(view.blurs[0])))
    pixels = np.array(seen)
    left, top, right, bottom = (view.covers[0] * np.array([*size, *size])).round().astype(int)
    if right > left and bottom > top:
        pixels[top:bottom, left:right] = pixels.mean((0, 1)).astype(np.uint8)
    return pixels


def _windowed(picture: Image.Image, window: Floats, size: tuple[int, int]) -> Image.Image:
    """Cut a window out, in one resampling; what lies beyond the picture has the edges' colour."""
    across, down = picture.size
    cut = window.astype(float) * [across, down, across, down]
    inside = np.clip(cut, 0, [across, down, across, down])
    if np.array_equal(cut, inside):
        return picture.resize(size, Image.Resampling.BILINEAR, tuple(cut))
    grow = np.array(size) / (cut[2:] - cut[:2])
    place = ((inside.reshape(2, 2) - cut[:2]) * grow).round().astype(int)
    place[1] = np.maximum(place[1], place[0] + 1)
    part = picture.resize(
        tuple((place[1] - place[0]).tolist()), Image.Resampling.BILINEAR, tuple(inside)
    )
    paper = Image.new("RGB", size, _edge_colour(part))
    paper.paste(part, tuple(place[0].tolist()))
    return paper


def _edge_colour(picture: Image.Image) -> tuple[int, ...]:
    pixels = np.asarray(picture)
    edges = np.concatenate([pixels[0], pixels[-1], pixels[:, 0], pixels[:, -1]])
    return tuple(int(value) for value in np.median(edges, axis=0))


def move_targets(targets: Targets, windows: Floats) -> Targets:
    """Move what is told of pictures into windows of them.

    A box is cut where the window ends, and no longer told of where less than `_KEPT` of it is left;
    landmarks outside are not in the picture.

    Args:
        targets: Of the pictures whose views they are, a row a view.
        windows: `[n, 4]`.
    """
    first = windows[:, None, :2]
    size = windows[:, None, 2:] - first
    corners = targets.boxes.reshape(*targets.boxes.shape[:2], 2, 2)
    moved = (corners - first[:, :, None]) / size[:, :, None]
    cut = np.clip(moved, 0, 1)
    left = _area(cut) >= _KEPT * _area(moved)
    boxes = np.where(left[..., None, None], cut, np.nan).reshape(targets.boxes.shape)
    points = (targets.landmarks[..., :2] - first[:, :, None]) / size[:, :, None]
    inside = ((points >= 0) & (points <= 1)).all(-1)
    seen = targets.landmarks[..., 2]
    seen = np.where(inside | np.isnan(seen), seen, 0)
    landmarks = np.concatenate([points, seen[..., None]], axis=-1)
    return Targets(
        targets.presence,
        boxes.astype(np.float32),
        targets.categories,
        targets.groups,
        targets.tags,
        landmarks.astype(np.float32),
    )


def flip_targets(targets: Targets, flipped: npt.NDArray[np.bool_], other: Whole) -> Targets:
    """Turn what is told of some pictures left to right.

    Args:
        targets: Of `n` pictures.
        flipped: `[n]`: which are turned.
        other: `[n_landmarks]`: where each landmark's counterpart of the other side is.
    """
    boxes = np.stack([1 - targets.boxes[..., 2], targets.boxes[..., 1],
                      1 - targets.boxes[..., 0], targets.boxes[..., 3]], axis=-1)  # fmt: skip
    points = targets.landmarks[:, :, other].copy()
    points[..., 0] = 1 - points[..., 0]
    return Targets(
        targets.presence,
        np.where(flipped[:, None, None], boxes, targets.boxes),
        targets.categories,
        targets.groups,
        targets.tags,
        np.where(flipped[:, None, None, None], points, targets.landmarks),
    )


def other_side(names: tuple[str, ...]) -> Whole:
    """Give where each landmark's counterpart is: "left hem" and "right hem"; itself without one."""
    swapped = [_swapped(name) for name in names]
    return np.array(
        [names.index(other) if other in names else place for place, other in enumerate(swapped)],
        np.int64,
    )


def _swapped(name: str) -> str:
    return name.replace("left", "\0").replace("right", "left").replace("\0", "right")


def _area(corners: Floats) -> Floats:
    area: Floats = (corners[..., 1, :] - corners[..., 0, :]).prod(-1)
    return area
