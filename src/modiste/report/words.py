"""The words of the catalogue's descriptions as a cloud: the larger, the more products use it."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape

import numpy as np
import numpy.typing as npt

from modiste.errors import MissingExtraError
from modiste.report.parts import Chart
from modiste.report.theme import NARROW, WIDE

try:
    from matplotlib import font_manager
except ModuleNotFoundError as error:
    raise MissingExtraError("matplotlib", extra="report") from error
from PIL import ImageFont

N_WORDS = 70
_COMMON = """
    a about above after all also an and any are around as at be been below between both but
    by can down during each either for from further has have here how if in inside into is
    it its itself just more most no nor not of off on once one only onto or other our out
    outside over own per same slightly so some such than that the their them then there
    these they this those three through to too two under until up upon very was were what
    when where which while who will with within without you your
"""
COMMON = frozenset(_COMMON.split())
"""English words that say nothing about an article."""

_LARGEST, _SMALLEST = 46.0, 10.0
_HEIGHTS = {NARROW: 300, WIDE: 260}
_FILLED = 0.6
_ABOVE, _BELOW = 0.78, 0.24
"""How far letters reach above and below their line, in font sizes."""
_GAP = 4.0
Box = tuple[float, float, float, float]


def word_cloud(counts: Mapping[str, int]) -> Chart | None:
    """Draw a word cloud as SVG text.

    Args:
        counts: Word and number of products; common English words are left out.

    Returns:
        None where no word is left.
    """
    kept = sorted(
        ((word, n) for word, n in counts.items() if n > 0 and word not in COMMON),
        key=lambda pair: (-pair[1], pair[0]),
    )[:N_WORDS]
    if not kept:
        return None
    return Chart(
        title="Words of the descriptions",
        reading="The larger a word, the more products have it in their description; place and "
        "colour mean nothing.",
        svg=_cloud(kept, NARROW),
        wide_svg=_cloud(kept, WIDE),
        alt=f"The most frequent words are {', '.join(word for word, _ in kept[:8])}.",
    )


def _cloud(words: list[tuple[str, int]], width: int) -> str:
    font = ImageFont.truetype(font_manager.findfont("DejaVu Sans"), 100)
    lengths = [font.getlength(word) / 100 for word, _ in words]
    weights = [(n / words[0][1]) ** 0.6 for _, n in words]
    # Letters take `_FILLED` of the drawing, so that many long words make a smaller cloud.
    ink = sum(length * weight**2 for length, weight in zip(lengths, weights, strict=True))
    largest = min(_LARGEST, (_FILLED * width * _HEIGHTS[width] / ink) ** 0.5, width / lengths[0])
    placed: list[Box] = []
    parts = []
    for place, (word, _) in enumerate(words):
        size = max(largest * weights[place], _SMALLEST)
        length = lengths[place] * size
        box = _free_place(placed, length + _GAP, size * (_ABOVE + _BELOW) + _GAP, width)
        placed.append(box)
        # The reader's font is another than the one measured with: `textLength` keeps the place.
        parts.append(
            f'<text x="{box[0] + _GAP / 2:.1f}" y="{box[1] + _GAP / 2 + size * _ABOVE:.1f}" '
            f'textLength="{length:.1f}" lengthAdjust="spacingAndGlyphs" '
            f'style="font-size: {size:.1f}px; fill: var(--series-{1 + place % 4})">'
            f"{escape(word)}</text>"
        )
    top, bottom = min(box[1] for box in placed), max(box[3] for box in placed)
    view = f"{-width / 2:g} {top:.1f} {width} {bottom - top:.1f}"
    head = f'<svg aria-hidden="true" focusable="false" viewBox="{view}">'
    return "\n".join([head, *parts, "</svg>"])


def _free_place(placed: list[Box], length: float, height: float, width: int) -> Box:
    """Give the free box nearest to the middle, by an ellipse as flat as the page is wide."""
    room = max(width - length, 0.0) / 2
    flat = 3.0 if width > NARROW else 1.3
    reach = height + max((abs(edge) for box in placed for edge in (box[1], box[3])), default=0.0)
    columns = np.linspace(-room, room, 2 * int(room / 6) + 1)
    rows = 3.0 * np.arange(-int(reach / 3) - 1, int(reach / 3) + 2)
    x, y = (axis.ravel() for axis in np.meshgrid(columns, rows))
    nearest = np.argsort((x / flat) ** 2 + y**2, kind="stable")
    left, top = x[nearest] - length / 2, y[nearest] - height / 2
    free: npt.NDArray[np.bool_] = np.ones(len(x), dtype=bool)
    for a, b, c, d in placed:
        free &= (left >= c) | (left + length <= a) | (top >= d) | (top + height <= b)
    at = int(np.argmax(free))
    return (float(left[at]), float(top[at]), float(left[at] + length), float(top[at] + height))
