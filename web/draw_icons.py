"""Draws the icons of the installed page: `python web/draw_icons.py` writes web/public/icons."""

from __future__ import annotations

from pathlib import Path

from PIL import Image, ImageDraw

FOLDER = Path(__file__).parent / "public" / "icons"
WINE, PAPER = "#7d2636", "#fbf9f6"
# A coat hanger in a field of 100 × 100: the hook, the shoulders, the bar.
HOOK = [(43, 30), (43, 25), (46, 20), (51, 19), (56, 21), (58, 26), (57, 31), (50, 36), (50, 43)]
SHOULDERS = [(50, 43), (17, 66), (18, 72), (82, 72), (83, 66), (50, 43)]
LARGE = 1024


def draw(rounded: bool, scale: float) -> Image.Image:
    """Draw the hanger on wine red; `scale` shrinks it into the safe zone of masked icons."""
    icon = Image.new("RGBA", (LARGE, LARGE), (0, 0, 0, 0))
    pen = ImageDraw.Draw(icon)
    pen.rounded_rectangle((0, 0, LARGE, LARGE), radius=LARGE * 0.22 if rounded else 0, fill=WINE)
    width = round(LARGE * 0.05 * scale)
    for line in (HOOK, SHOULDERS):
        points = [tuple((50 + (v - 50) * scale) * LARGE / 100 for v in point) for point in line]
        pen.line(points, fill=PAPER, width=width, joint="curve")
        for x, y in points:
            pen.ellipse((x - width / 2, y - width / 2, x + width / 2, y + width / 2), fill=PAPER)
    return icon


def svg() -> str:
    """Give the same picture as SVG."""
    lines = "".join(
        f'<polyline points="{" ".join(f"{x},{y}" for x, y in line)}"/>'
        for line in (HOOK, SHOULDERS)
    )
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 100 100">'
        f'<rect width="100" height="100" rx="22" fill="{WINE}"/>'
        f'<g fill="none" stroke="{PAPER}" stroke-width="5" stroke-linejoin="round" '
        f'stroke-linecap="round">{lines}</g></svg>\n'
    )


def main() -> None:
    """Write all sizes."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    (FOLDER / "icon.svg").write_text(svg(), encoding="utf-8")
    plain, masked = draw(True, 1.0), draw(False, 0.78)
    for size in (192, 512):
        for name, icon in (("icon", plain), ("masked", masked)):
            small = icon.resize((size, size), Image.Resampling.LANCZOS)
            small.quantize(64).save(FOLDER / f"{name}-{size}.png", optimize=True)


if __name__ == "__main__":
    main()
