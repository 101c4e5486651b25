"""How charts look: small inline SVG whose colours and type are the page's own.

Matplotlib knows no CSS variables. Charts are drawn in stand-in colours, which are replaced by
`var(--name)` in the finished SVG, so that one drawing serves light and dark pages.
"""

from __future__ import annotations

import io
import re
import warnings
from collections.abc import Callable
from typing import Any

from modiste.errors import MissingExtraError

try:
    from matplotlib import rc_context
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.ticker import FuncFormatter
except ModuleNotFoundError as error:
    raise MissingExtraError("matplotlib", extra="report") from error

INK, MUTED, LINE, PAPER = "#0a0b01", "#0a0b02", "#0a0b03", "#0a0b04"
SERIES = ("#0a0b11", "#0a0b12", "#0a0b13", "#0a0b14", "#0a0b15", "#0a0b16")
"""The first is the model or the only series; the page gives them colours that colour-blind eyes
tell apart."""

_VARIABLES = {
    INK: "--ink",
    MUTED: "--muted",
    LINE: "--line",
    PAPER: "--paper",
    **{colour: f"--series-{place}" for place, colour in enumerate(SERIES, start=1)},
}
NARROW, WIDE = 400, 860
"""Widths of charts in CSS pixels: of a column (and of a phone), and of the whole page."""

_STYLE: dict[str, Any] = {
    "svg.fonttype": "none",
    "text.parse_math": False,
    "font.size": 11,
    "axes.edgecolor": LINE,
    "axes.labelcolor": MUTED,
    "axes.labelsize": 10.5,
    "axes.linewidth": 0.8,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.spines.left": False,
    "axes.axisbelow": True,
    "axes.grid": True,
    "axes.grid.axis": "y",
    "axes.facecolor": "none",
    "figure.facecolor": "none",
    "grid.color": LINE,
    "grid.linewidth": 0.6,
    "text.color": INK,
    "xtick.color": MUTED,
    "ytick.color": MUTED,
    "xtick.labelcolor": MUTED,
    "ytick.labelcolor": MUTED,
    "xtick.major.size": 0,
    "ytick.major.size": 0,
}


def draw(
    paint: Callable[[Axes], None], *, name: str, width: int = NARROW, height: int = 240
) -> str:
    """Draw one chart.

    Args:
        paint: Draws on the axes.
        name: Unique on the page; the ids inside the SVG derive from it.
        width: In CSS pixels.
        height: In CSS pixels.

    Returns:
        An `<svg>` element without namespaces, links, fixed size or metadata.
    """
    style: Any = _STYLE | {"svg.hashsalt": name}
    with rc_context(style), warnings.catch_warnings():
        # A shop's words may need letters that the measuring font lacks; the page's font has them.
        warnings.filterwarnings("ignore", message="Glyph .* missing from")
        figure = Figure(figsize=(width / 72, height / 72), layout="constrained")
        paint(figure.add_subplot())
        buffer = io.StringIO()
        figure.savefig(buffer, format="svg", metadata={"Date": None}, transparent=True)
    return _inline(buffer.getvalue())


def no_frame(axes: Axes) -> None:
    """Leave out axes and grid, for charts that carry their labels directly."""
    axes.grid(visible=False)
    axes.spines["bottom"].set_visible(False)
    axes.set_xticks([])


def beside(axes: Axes, x: float, y: float, text: str, *, size: float = 10) -> None:
    """Write a label a little to the right of a point."""
    axes.annotate(
        text, (x, y), xytext=(5, 0), textcoords="offset points", va="center", fontsize=size
    )


def thousands(axes: Axes, axis: str = "y") -> None:
    """Write an axis' numbers as 1,000 and 2.5 M."""
    formatter = FuncFormatter(lambda value, _: short_number(value))
    (axes.yaxis if axis == "y" else axes.xaxis).set_major_formatter(formatter)


def short_number(value: float) -> str:
    """Write a number in at most five characters where possible: 950, 12,400, 3.2 M."""
    if abs(value) >= 1e6:
        return f"{value / 1e6:.3g} M"
    if abs(value) >= 1000 or value == int(value):
        return f"{value:,.0f}"
    return f"{value:.3g}"


def _inline(svg: str) -> str:
    head, body = svg[svg.index("<svg") :].split(">", 1)
    view = re.search(r'viewBox="[^"]*"', head)
    body = re.sub(r"<(metadata|style|!--).*?(</\1>|-->)", "", body, flags=re.DOTALL)
    body = re.sub(r'<g id="[^"]*"', "<g", body)  # axes_1 and the like: not unique on a page
    body = body.replace("<use xlink:href=", "<use href=").replace(
        ' transform="rotate(-0', ' x-r="('
    )
    body = re.sub(r' x-r="[^"]*"', "", body)
    body = re.sub(r'style="font: ([\d.]+)px [^;"]*', r'style="font-size: \1px', body)
    body = re.sub(r"font-family: [^;\"]*;?\s*", "", body)
    body = re.sub(
        r"(?<=: )#0a0b\d\d", lambda found: f"var({_VARIABLES.get(found.group(), '--ink')})", body
    )
    body = re.sub(r"\s*\n\s*", "\n", re.sub(r"<g/>|<defs>\s*</defs>", "", body))
    return (
        f'<svg aria-hidden="true" focusable="false" {view.group() if view else ""}>{body.strip()}'
    )
