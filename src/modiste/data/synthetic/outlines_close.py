"""Outlines of what is worn next to the skin: underwear, socks and swimwear."""

from __future__ import annotations

from modiste.data.synthetic.outlines_lower import cut_legs
from modiste.data.synthetic.pen import MIDDLE, Pen, Variation


def briefs(pen: Pen, v: Variation) -> None:
    """Draw briefs."""
    top, side = 52.0, 9 + 4 * v.cut
    pen.body([(MIDDLE, top + 1.5), (MIDDLE + 27, top), (MIDDLE + 28, top + side + 4),
              (MIDDLE + 13, top + 32), (MIDDLE + 6, top + 42), (MIDDLE, top + 43)])  # fmt: skip
    pen.line([(MIDDLE - 27, top + 4.5), (MIDDLE, top + 6), (MIDDLE + 27, top + 4.5)], width=0.8)
    pen.line([(MIDDLE + 27, top + side + 3), (MIDDLE + 12.5, top + 31), (MIDDLE + 5.5, top + 41)],
             width=1.1, mirror=True, smooth=True)  # fmt: skip


def bra(pen: Pen, v: Variation) -> None:
    """Draw a bra."""
    y = 68.0
    cup = [(MIDDLE + 1.5, y + 10), (MIDDLE + 12, y - 10 - 3 * v.neck), (MIDDLE + 24, y + 3),
           (MIDDLE + 22, y + 17), (MIDDLE + 12, y + 21), (MIDDLE + 3, y + 17)]  # fmt: skip
    pen.fill(cup, mirror=True, smooth=True)
    pen.fill([(MIDDLE, y + 9), (MIDDLE + 6, y + 10), (MIDDLE + 33, y + 8),
              (MIDDLE + 33, y + 19), (MIDDLE, y + 20)], mirror=True)  # fmt: skip
    pen.line([(MIDDLE + 13, y - 8), (MIDDLE + 17, y - 36)], width=1.8 + 0.5 * v.wide,
             layer="cloth", mirror=True)  # fmt: skip
    pen.line(cup, width=0.8, mirror=True, smooth=True)
    pen.line([(MIDDLE - 33, y + 18), (MIDDLE + 33, y + 18)], width=0.8)
    pen.ellipse((MIDDLE, y + 10), (1.6, 1.6), layer="trim")


def socks(pen: Pen, v: Variation) -> None:
    """Draw socks."""
    top = 34 - 14 * v.long
    for dx, dy in ((-17.0, 0.0), (13.0, 7.0)):
        x = MIDDLE + dx
        pen.fill([(x - 8, top + dy), (x + 8, top + dy), (x + 8, 88 + dy), (x + 22, 103 + dy),
                  (x + 24, 112 + dy), (x + 17, 117 + dy), (x + 4, 113 + dy), (x - 7, 104 + dy),
                  (x - 8.5, 92 + dy)], smooth=False)  # fmt: skip
        pen.ellipse((x + 18.5, 109.5 + dy), (7.5, 7.4))
        pen.ellipse((x - 1.5, 98 + dy), (8, 9))
        pen.line([(x - 8, top + 8 + dy), (x + 8, top + 8 + dy)], width=0.8)
        for i in range(7):
            rib = x - 6.6 + 2.2 * i
            pen.line([(rib, top + dy), (rib, top + 8 + dy)], width=0.35, value=150)
        pen.line([(x + 13, 101 + dy), (x + 12, 115 + dy)], width=0.8, smooth=True)


def tights(pen: Pen, v: Variation) -> None:
    """Draw tights."""
    cut_legs(pen, v, top=8, hem=132, waist=12, hip=14.5, ankle=3.4, spread=7)
    foot = [(MIDDLE + 4, 134 + 4 * v.long), (MIDDLE + 10, 134 + 4 * v.long)]
    pen.ellipse((foot[0][0] + 4.5, foot[0][1] + 1), (5.5, 4.5), mirror=True)


def swimsuit(pen: Pen, v: Variation) -> None:
    """Draw a swimsuit."""
    top, depth = 22.0, 24 + 5 * v.neck
    pen.body([(MIDDLE, top + depth), (MIDDLE + 10, top), (MIDDLE + 13.5, top),
              (MIDDLE + 17 + v.wide, top + 28), (MIDDLE + 14, top + 52), (MIDDLE + 21, top + 74),
              (MIDDLE + 6, top + 98), (MIDDLE, top + 99)])  # fmt: skip
    pen.line([(MIDDLE, top + depth), (MIDDLE + 10, top)], width=0.9, mirror=True)
    pen.line([(MIDDLE + 20.5, top + 74), (MIDDLE + 6, top + 97)], width=0.9, mirror=True)
    if v.cut > 0:
        pen.line([(MIDDLE - 14, top + 50), (MIDDLE + 14, top + 50)], width=1.8, layer="trim")


def bikini(pen: Pen, v: Variation) -> None:
    """Draw a bikini."""
    y = 60.0
    cup = [(MIDDLE + 3, y + 24), (MIDDLE + 12 + v.wide, y - 10 - 3 * v.neck), (MIDDLE + 24, y + 24)]
    pen.fill(cup, mirror=True)
    pen.line([*cup, cup[0]], width=0.8, mirror=True)
    pen.line([cup[1], (MIDDLE + 4, y - 40)], width=1.3, layer="cloth", mirror=True)
    pen.line([(MIDDLE - 38, y + 30), (MIDDLE - 24, y + 24), (MIDDLE + 24, y + 24),
              (MIDDLE + 38, y + 30)], width=1.6, layer="cloth")  # fmt: skip


def trunks(pen: Pen, v: Variation) -> None:
    """Draw trunks."""
    top = 56.0
    pen.body([(MIDDLE, top), (MIDDLE + 24, top - 1), (MIDDLE + 24, top + 6 + 3 * v.cut),
              (MIDDLE + 7, top + 34), (MIDDLE, top + 36)])  # fmt: skip
    pen.line([(MIDDLE - 24, top + 3), (MIDDLE + 24, top + 3)], width=0.8)
    for dx in (0.0, 3.5):
        pen.line([(MIDDLE + 23.5, top + 2), (MIDDLE + 29 + dx, top + 15)], width=1.0,
                 layer="cloth", mirror=True)  # fmt: skip
    pen.ellipse((MIDDLE + 25, top + 3), (2.4, 2.0), mirror=True)
