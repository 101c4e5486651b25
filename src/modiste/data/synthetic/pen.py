"""A pen that draws garments in layers: cloth, opening, trim and seam.

Coordinates are those of a sheet 100 wide and 150 high, with the origin at the top left. A layer is
drawn several times too large and made smaller at the end, which gives soft edges.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw

SHEET = (100, 150)
"""Width and height of the sheet in its own units."""
MIDDLE = 50.0
LAYERS = ("cloth", "opening", "trim", "seam")
"""What there is to draw on: the garment, the inside one sees, parts in another shade, lines."""

Point = tuple[float, float]
Floats = npt.NDArray[np.float32]


class Variation(NamedTuple):
    """How a product differs from others of its kind, each -1 to 1."""

    wide: float
    long: float
    neck: float
    cut: float


class Pen:
    """Draws on the layers of one picture."""

    def __init__(self, width: int, height: int, *, oversize: int = 3) -> None:
        """Take a sheet that will be `width` x `height` pixels."""
        self._size = (width * oversize, height * oversize)
        self._oversize = oversize
        self._zoom = (self._size[0] / SHEET[0], self._size[1] / SHEET[1])
        self._layers = {name: Image.new("L", self._size, 0) for name in LAYERS}
        self._draws = {name: ImageDraw.Draw(layer) for name, layer in self._layers.items()}

    def fill(
        self,
        points: Sequence[Point],
        *,
        layer: str = "cloth",
        smooth: bool = False,
        mirror: bool = False,
        value: int = 255,
    ) -> None:
        """Fill the outline through `points`.

        Args:
            points: Corners in order.
            layer: Which layer to draw on.
            smooth: Round the corners.
            mirror: Fill the outline's reflection in the middle of the sheet as well.
            value: 255 to draw, 0 to rub out.
        """
        for outline in self._reflections(points, mirror):
            corners = _bend(outline, closed=True) if smooth else list(outline)
            self._draws[layer].polygon(self._scale(corners), fill=value)

    def body(self, half: Sequence[Point], *, layer: str = "cloth", smooth: bool = False) -> None:
        """Fill a symmetric outline given by its right half from top to bottom."""
        left = [(2 * MIDDLE - x, y) for x, y in reversed(half)]
        self.fill([*half, *left], layer=layer, smooth=smooth)

    def ellipse(
        self,
        centre: Point,
        radius: Point,
        *,
        layer: str = "cloth",
        mirror: bool = False,
        value: int = 255,
    ) -> None:
        """Fill an ellipse."""
        for ((x, y),) in self._reflections([centre], mirror):
            box = [(x - radius[0], y - radius[1]), (x + radius[0], y + radius[1])]
            self._draws[layer].ellipse(self._scale(box), fill=value)

    def line(
        self,
        points: Sequence[Point],
        *,
        width: float = 0.7,
        layer: str = "seam",
        smooth: bool = False,
        mirror: bool = False,
        value: int = 255,
    ) -> None:
        """Draw a line through `points`."""
        thick = max(round(width * self._zoom[0]), 1)
        for outline in self._reflections(points, mirror):
            corners = _bend(outline, closed=False) if smooth else list(outline)
            self._draws[layer].line(self._scale(corners), fill=value, width=thick, joint="curve")

    def read(self, layer: str) -> Floats:
        """A layer at its final size `[height, width]`, 0 to 1."""
        small = self._layers[layer].reduce(self._oversize)
        return np.asarray(small, dtype=np.float32) / np.float32(255)

    def _reflections(self, points: Sequence[Point], mirror: bool) -> list[list[Point]]:
        own = list(points)
        return [own, [(2 * MIDDLE - x, y) for x, y in own]] if mirror else [own]

    def _scale(self, points: Sequence[Point]) -> list[Point]:
        return [(x * self._zoom[0], y * self._zoom[1]) for x, y in points]


def _bend(points: Sequence[Point], *, closed: bool) -> list[Point]:
    """A rounded line through the points (Catmull and Rom's spline, 8 steps a piece)."""
    p = np.asarray(points, dtype=np.float64)
    if closed:
        p = np.vstack([p[-1], p, p[0], p[1]])
    else:
        p = np.vstack([2 * p[0] - p[1], p, 2 * p[-1] - p[-2]])
    t = np.linspace(0, 1, 8, endpoint=False)[:, None, None]
    a, b, c, d = p[:-3], p[1:-2], p[2:-1], p[3:]
    curve = 0.5 * (
        2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t**2 + (3 * b - a - 3 * c + d) * t**3
    )
    line = np.swapaxes(curve, 0, 1).reshape(-1, 2)
    if not closed:
        line = np.vstack([line, p[-2]])
    return [(float(x), float(y)) for x, y in line]
