"""Colours and where they lie: a histogram, no model. For tests, and the baseline to beat."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
from pydantic import Field

from modiste.artifacts import fingerprint
from modiste.component import component, settings_of
from modiste.encoders.base import Batch, Encoder, Vectors, unit

if TYPE_CHECKING:
    from PIL.Image import Image

Floats = npt.NDArray[np.float32]

_VERSION = 1
_SIDE = 48
_LOWEST, _HIGHEST = np.array([0.0, -60.0, -60.0]), np.array([100.0, 60.0, 60.0])
_MIDDLE = (_LOWEST + _HIGHEST) / 2
_MARGIN = 4
_BACKDROP = 12.0
"""Distance in Lab from which a pixel counts as clearly another colour than the backdrop."""
_TO_XYZ = np.array(
    [[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750],
     [0.0193339, 0.1191920, 0.9503041]]
) / [[0.95047], [1.0], [1.08883]]  # fmt: skip


@component
class Colour(Encoder):
    """Which colours a picture has, and roughly where.

    Pixels are counted in Lab, each shared out between the bins around it, so that a shade more or
    less moves a vector a little. What differs from the backdrop (the colour of the margin) and lies
    near the middle counts most. A grid tells where the garment is and of which colour.
    """

    bins: int = Field(default=5, ge=2, le=16)
    """Bins along each of the three axes of colour."""
    grid: int = Field(default=8, ge=1, le=16)
    """Cells along each side of the picture."""
    layout: float = Field(default=0.6, ge=0, le=1)
    """What the grid weighs against the histogram, which weighs the rest."""

    @property
    def dim(self) -> int:
        """Bins, and four numbers a cell: how much garment, and its colour."""
        return self.bins**3 + 4 * self.grid**2

    @property
    def identity(self) -> str:
        """Fingerprint of the settings."""
        return fingerprint(["colour", _VERSION, settings_of(self)])

    @property
    def picture_size(self) -> tuple[int, int]:
        """Every picture is looked at in this size."""
        return (_SIDE, _SIDE)

    def prepare(self, picture: Image) -> Batch:
        """Make one upright RGB picture ready: `[side, side, 3]`, bytes."""
        from PIL.Image import Resampling

        return np.asarray(picture.resize((_SIDE, _SIDE), Resampling.BOX))

    def encode_batch(self, batch: Batch) -> Vectors:
        """Encode pictures of `prepare`, `[n, side, side, 3]` to `[n, dim]`."""
        lab = _lab(batch)
        weight = _garment(lab) * self._middle
        histogram = np.sqrt(self._histogram(lab, weight))
        places = self._places(lab, weight)
        parts = [np.sqrt(1 - self.layout) * unit(histogram), np.sqrt(self.layout) * unit(places)]
        return unit(np.concatenate(parts, axis=1))

    @cached_property
    def _middle(self) -> Floats:
        """What a pixel's place weighs, `[side, side]`: 1 in the middle, 1/4 in the corners."""
        away = np.abs(np.linspace(-1, 1, _SIDE))
        bell: Floats = np.exp(-np.log(2) * away**2).astype(np.float32)
        return bell[:, None] * bell

    def _histogram(self, lab: Floats, weight: Floats) -> npt.NDArray[np.float64]:
        """Count pixels in bins, `[n, bins ** 3]`; a pixel is shared by the eight bins around it."""
        n_pictures = len(lab)
        at = (lab - _LOWEST) / (_HIGHEST - _LOWEST) * (self.bins - 1)
        at = np.clip(at, 0, self.bins - 1).reshape(n_pictures, -1, 3)
        low = np.minimum(at.astype(np.int64), self.bins - 2)
        rest = at - low
        first = (low * [self.bins**2, self.bins, 1]).sum(2)
        first += np.arange(n_pictures)[:, None] * self.bins**3
        counted = np.zeros(n_pictures * self.bins**3)
        flat = weight.reshape(n_pictures, -1)
        for corner in np.ndindex(2, 2, 2):
            share = np.where(corner, rest, 1 - rest).prod(2) * flat
            step = corner[0] * self.bins**2 + corner[1] * self.bins + corner[2]
            counted += np.bincount((first + step).ravel(), share.ravel(), len(counted))
        return counted.reshape(n_pictures, -1)

    def _places(self, lab: Floats, weight: Floats) -> Floats:
        """Tell for each cell how much garment is there, and its colour: `[n, 4 * grid ** 2]`."""
        edges = np.linspace(0, _SIDE, self.grid + 1).astype(int)[:-1]
        told = np.concatenate([np.ones_like(lab[..., :1]), (lab - _MIDDLE) / 50], axis=3)
        cells = np.add.reduceat(told * weight[..., None], edges, axis=1)
        found: Floats = np.add.reduceat(cells, edges, axis=2).reshape(len(lab), -1)
        return found


def _lab(pictures: npt.NDArray[np.uint8]) -> Floats:
    """Turn sRGB bytes into Lab, in which equal distances look about equal.

    Source: CIE 15:2004, with the white of D65; IEC 61966-2-1 for sRGB.
    """
    steps = np.arange(256) / 255
    linear = np.where(steps <= 0.04045, steps / 12.92, ((steps + 0.055) / 1.055) ** 2.4)
    xyz = linear[pictures] @ _TO_XYZ.T
    bent = np.where(xyz > 216 / 24389, np.cbrt(xyz), (24389 / 27 * xyz + 16) / 116)
    x, y, z = np.moveaxis(bent, 3, 0)
    lab: Floats = np.stack([116 * y - 16, 500 * (x - y), 200 * (y - z)], 3).astype(np.float32)
    return lab


def _garment(lab: Floats) -> Floats:
    """Say of each pixel how surely it is no backdrop, `[n, side, side]`, 0.05 to 1."""
    upper = lab[:, :_MARGIN].reshape(len(lab), -1, 3)
    sides = np.concatenate([lab[:, :, :_MARGIN], lab[:, :, -_MARGIN:]], axis=2)
    backdrop = np.median(np.concatenate([upper, sides.reshape(len(lab), -1, 3)], axis=1), axis=1)
    away = np.linalg.norm(lab - backdrop[:, None, None], axis=3) / _BACKDROP
    surely: Floats = (0.05 + 0.95 * (1 - np.exp(-(away**2)))).astype(np.float32)
    return surely
