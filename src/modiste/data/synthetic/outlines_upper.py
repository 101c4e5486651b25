"""Outlines of what hangs from the shoulders: tops, knits, coats and dresses."""

from __future__ import annotations

import math

from modiste.data.synthetic.outlines_lower import cut_legs
from modiste.data.synthetic.pen import MIDDLE, Pen, Point, Variation


def cut_torso(
    pen: Pen,
    v: Variation,
    *,
    hem: float,
    sleeve: float,
    top: float = 22.0,
    flare: float = 0.0,
    waist: float = 0.0,
    cuff: float = 10.0,
    neck: float = 9.0,
    depth: float = 8.0,
) -> tuple[float, float]:
    """A top from shoulders to hem with sleeves `sleeve` long (0: none).

    Returns:
        Half the width of the chest, and the height of the hem.
    """
    chest = 22.0 + 2.2 * v.wide
    hem += 4.0 * v.long
    shoulder = chest - 1.0
    half: list[Point] = [
        (MIDDLE, top),
        (MIDDLE + neck, top),
        (MIDDLE + shoulder, top + 5.5),
        (MIDDLE + chest, top + 24),
        (MIDDLE + chest - waist, top + 24 + (hem - top - 24) * 0.45),
        (MIDDLE + chest + flare, hem),
        (MIDDLE, hem + 1.0),
    ]
    pen.body(half)
    if sleeve:
        lean = 0.30 if sleeve > 25 else 0.62
        x, y = MIDDLE + shoulder, top + 5.0
        end = (x + 3 + sleeve * lean, y + sleeve)
        # The cuff lies square to the arm.
        along = math.hypot(3 + sleeve * lean, sleeve)
        square = (sleeve / along * cuff, -(3 + sleeve * lean) / along * cuff)
        outer = (end[0] + square[0] * 0.5, end[1] + square[1] * 0.5)
        inner = (end[0] - square[0] * 0.5, end[1] - square[1] * 0.5)
        pit = (MIDDLE + chest - 0.5, y + 19)
        pen.fill([(x - 3, y - 0.3), (x + 3, y + 1.2), outer, inner, pit], mirror=True)
        pen.line([(x - 0.5, y + 1), pit], mirror=True, width=0.5)
        back = (-(3 + sleeve * lean) / along * 2.2, -sleeve / along * 2.2)
        pen.line(
            [(outer[0] + back[0], outer[1] + back[1]), (inner[0] + back[0], inner[1] + back[1])],
            mirror=True,
            width=0.5,
        )
    cut_neckline(pen, top, neck, depth + 2.0 * v.neck)
    pen.line([(MIDDLE - chest - flare, hem - 2.2), (MIDDLE + chest + flare, hem - 2.2)], width=0.5)
    return chest, hem


def cut_neckline(pen: Pen, top: float, neck: float, depth: float, *, pointed: bool = False) -> None:
    """Cut the opening of the neck, `depth` below the shoulders in front."""
    front = [(MIDDLE, top + depth), (MIDDLE + neck, top - 0.3)]
    if not pointed:
        front.insert(1, (MIDDLE + neck * 0.72, top + depth * 0.72))
    pen.body([(MIDDLE, top + 1.8), *reversed(front)], layer="opening")
    pen.body([(MIDDLE, top - 1.0), (MIDDLE + neck, top - 1.0), (MIDDLE + neck, top - 0.2),
              (MIDDLE, top + 1.8)], layer="cloth")  # fmt: skip
    pen.line([(MIDDLE - neck, top), *[(2 * MIDDLE - x, y) for x, y in front[-2:0:-1]], *front],
             width=1.2)  # fmt: skip


def sew_buttons(pen: Pen, start: float, end: float, n: int, x: float = MIDDLE) -> None:
    """Sew `n` buttons from one height to another."""
    for i in range(n):
        y = start + (end - start) * i / max(n - 1, 1)
        pen.ellipse((x, y), (0.95, 0.95), layer="seam")


def sew_collar(pen: Pen, top: float, neck: float, size: float = 8.0) -> None:
    """Sew a turn-down collar."""
    flap = [(MIDDLE + 0.3, top + 6), (MIDDLE + neck + 0.5, top - 2.5), (MIDDLE + neck + 3, top + 3),
            (MIDDLE + neck * 0.6, top + size + 3)]  # fmt: skip
    pen.fill(flap, mirror=True)
    pen.line([*flap, flap[0]], mirror=True, width=0.6)


def sew_lapels(pen: Pen, top: float, low: float) -> None:
    """Sew lapels that meet at `low`."""
    flap = [(MIDDLE + 8, top - 1), (MIDDLE + 14.5, top + 11), (MIDDLE + 10.5, top + 13),
            (MIDDLE + 0.5, low)]  # fmt: skip
    pen.body([(MIDDLE, top + 2), (MIDDLE + 8, top - 1), (MIDDLE, low)], layer="opening")
    pen.line([*flap], mirror=True, width=0.8)
    pen.line([(MIDDLE + 8, top - 1), (MIDDLE + 0.5, low)], mirror=True, width=0.7)


def knit_ribs(pen: Pen, chest: float, hem: float, height: float = 6.0) -> None:
    """Knit a ribbed hem over the full width of the chest."""
    x = -chest + 1.5
    while x < chest:
        pen.line([(MIDDLE + x, hem - height), (MIDDLE + x, hem)], width=0.35, value=150)
        x += 2.2


def tee(pen: Pen, v: Variation) -> None:
    """Draw a tee."""
    cut_torso(pen, v, hem=108, sleeve=17, cuff=15)


def longsleeve(pen: Pen, v: Variation) -> None:
    """Draw a longsleeve."""
    cut_torso(pen, v, hem=106, sleeve=58, cuff=8.5, waist=1.5, depth=10)


def vest(pen: Pen, v: Variation) -> None:
    """Draw a vest."""
    chest, top, hem = 20 + 2 * v.wide, 18.0, 106 + 4 * v.long
    depth = 13 + 4 * v.neck
    half = [(MIDDLE + 9, top), (MIDDLE + 14, top), (MIDDLE + 14.5, top + 12),
            (MIDDLE + chest, top + 24), (MIDDLE + chest - 1.5, top + 48),
            (MIDDLE + chest + 1 + v.cut, hem)]  # fmt: skip
    pen.body([(MIDDLE, top + depth), (MIDDLE + 6.5, top + depth - 3), *half, (MIDDLE, hem + 1)])
    pen.body([(MIDDLE, top + 9), (MIDDLE + 6.5, top + 7), (MIDDLE + 8.6, top + 3),
              (MIDDLE + 8.2, top + depth - 7), (MIDDLE + 6.5, top + depth - 3),
              (MIDDLE, top + depth)], layer="opening")  # fmt: skip
    pen.line([(MIDDLE + 9, top), (MIDDLE + 6.5, top + depth - 3), (MIDDLE, top + depth)],
             mirror=True, width=0.9)  # fmt: skip
    pen.line([(MIDDLE + 14, top), (MIDDLE + 14.5, top + 12), (MIDDLE + chest, top + 24)],
             mirror=True, width=0.9)  # fmt: skip
    pen.line([(MIDDLE - chest, hem - 2.2), (MIDDLE + chest, hem - 2.2)], width=0.5)


def blouse(pen: Pen, v: Variation) -> None:
    """Draw a blouse."""
    cut_torso(pen, v, hem=102, sleeve=44, cuff=14, flare=4, depth=10)
    tie = [(MIDDLE, 33), (MIDDLE + 5, 36), (MIDDLE + 3.5, 52), (MIDDLE + 1, 50)]
    pen.fill(tie, layer="trim", mirror=True)
    pen.line([(MIDDLE, 36), (MIDDLE, 100)], width=0.4)


def shirt(pen: Pen, v: Variation) -> None:
    """Draw a shirt."""
    sleeve = 58 if v.cut > -0.5 else 16
    _, hem = cut_torso(pen, v, hem=112, sleeve=sleeve, cuff=9 if sleeve > 25 else 15, depth=4)
    sew_collar(pen, 22, 8)
    pen.line([(MIDDLE - 1.8, 30), (MIDDLE - 1.8, hem)], width=0.5)
    pen.line([(MIDDLE + 1.8, 30), (MIDDLE + 1.8, hem)], width=0.5)
    sew_buttons(pen, 34, hem - 8, 7)
    pen.line([(58, 50), (67, 50), (67, 60), (62.5, 62), (58, 60), (58, 50)], width=0.6)


def polo(pen: Pen, v: Variation) -> None:
    """Draw a polo."""
    cut_torso(pen, v, hem=108, sleeve=18, cuff=15, depth=4)
    sew_collar(pen, 22, 8, 6)
    pen.line([(47.5, 30), (47.5, 50), (52.5, 50), (52.5, 30)], width=0.6)
    sew_buttons(pen, 35, 46, 3)


def sweater(pen: Pen, v: Variation) -> None:
    """Draw a sweater."""
    chest, hem = cut_torso(pen, v, hem=104, sleeve=58, cuff=10, depth=6 + 2 * v.cut)
    pen.line([(MIDDLE - chest, hem - 7), (MIDDLE + chest, hem - 7)], width=0.6)
    knit_ribs(pen, chest, hem, 7)


def cardigan(pen: Pen, v: Variation) -> None:
    """Draw a cardigan."""
    chest, hem = cut_torso(pen, v, hem=108, sleeve=58, cuff=10, depth=3)
    pen.body([(MIDDLE, 23), (MIDDLE + 8.5, 21.5), (MIDDLE, 52 + 5 * v.neck)], layer="opening")
    pen.line([(MIDDLE + 8.5, 21), (MIDDLE, 52 + 5 * v.neck)], width=2.2, mirror=True, value=130)
    pen.line([(MIDDLE, 52 + 5 * v.neck), (MIDDLE, hem)], width=0.7)
    sew_buttons(pen, 57 + 5 * v.neck, hem - 5, 5, MIDDLE + 2)
    knit_ribs(pen, chest, hem, 5)


def hoodie(pen: Pen, v: Variation) -> None:
    """Draw a hoodie."""
    chest, hem = cut_torso(pen, v, hem=106, sleeve=58, cuff=10, depth=3)
    hood = [(MIDDLE, 8), (MIDDLE + 9, 9), (MIDDLE + 14, 18), (MIDDLE + 12, 29), (MIDDLE, 34)]
    pen.body(hood, smooth=True)
    pen.body([(MIDDLE, 13), (MIDDLE + 6, 14), (MIDDLE + 8.5, 20), (MIDDLE, 31)],
             layer="opening", smooth=True)  # fmt: skip
    pen.line([(MIDDLE + 3, 30), (MIDDLE + 3.5, 44)], width=0.8, layer="trim", mirror=True)
    pen.line([(37, hem - 8), (40, hem - 27), (60, hem - 27), (63, hem - 8)], width=0.8)
    knit_ribs(pen, chest, hem, 6)


def blazer(pen: Pen, v: Variation) -> None:
    """Draw a blazer."""
    _, hem = cut_torso(pen, v, hem=114, sleeve=60, cuff=9, waist=3, depth=2)
    low = 62 + 6 * v.neck
    sew_lapels(pen, 22, low)
    pen.line([(MIDDLE, low), (MIDDLE + 1, hem)], width=0.8)
    sew_buttons(pen, low + 4, low + 14, 2, MIDDLE + 2)
    pen.line([(56, 88), (68, 87)], width=1.3, mirror=True)


def jacket(pen: Pen, v: Variation) -> None:
    """Draw a jacket."""
    chest, hem = cut_torso(pen, v, hem=100, sleeve=56, cuff=11, depth=2)
    collar = [(MIDDLE, 16), (MIDDLE + 9, 15), (MIDDLE + 11, 23), (MIDDLE, 28)]
    pen.body(collar)
    pen.line(collar, width=0.8, mirror=True)
    pen.line([(MIDDLE, 17), (MIDDLE, hem)], width=1.2)
    if v.cut > 0:
        for i in range(1, 5):
            y = 28 + (hem - 32) * i / 5
            pen.line([(MIDDLE - chest, y + 1), (MIDDLE, y), (MIDDLE + chest, y + 1)], width=0.7)
    else:
        pen.line([(56, 46), (67, 46), (67, 50), (56, 50), (56, 46)], width=0.7, mirror=True)
        pen.line([(59, 76), (64, 88)], width=1.2, mirror=True)


def coat(pen: Pen, v: Variation) -> None:
    """Draw a coat."""
    _, hem = cut_torso(pen, v, hem=134, sleeve=64, cuff=10.5, flare=5, waist=2, depth=2, top=14)
    low = 52 + 5 * v.neck
    sew_lapels(pen, 14, low)
    pen.line([(MIDDLE + 1, low), (MIDDLE + 1, hem)], width=0.9)
    x = 6 if v.cut > 0 else 2.5
    sew_buttons(pen, low + 5, low + 33, 3, MIDDLE + x)
    if v.cut > 0:
        sew_buttons(pen, low + 5, low + 33, 3, MIDDLE - x)
    else:
        pen.line([(27, 74), (73, 74)], width=3.4, value=110)
    pen.line([(58, 88), (68, 91)], width=1.3, mirror=True)


def pyjama(pen: Pen, v: Variation) -> None:
    """Draw a pyjama."""
    cut_torso(pen, v, hem=72, sleeve=42, cuff=11, depth=3, top=8)
    sew_collar(pen, 8, 7, 5)
    pen.line([(MIDDLE, 18), (MIDDLE, 72)], width=0.6)
    sew_buttons(pen, 22, 66, 4)
    cut_legs(pen, v, top=79, hem=138, waist=16, hip=19, ankle=9, spread=11.5, crotch=22)
    pen.line([(MIDDLE - 2, 84), (MIDDLE - 3, 92)], width=0.8, layer="trim", mirror=True)


def dress(pen: Pen, v: Variation) -> None:
    """Draw a dress."""
    hem, chest, waist, top = 128 + 8 * v.long, 17 + v.wide, 13.5, 14.0
    flare = 26 + 5 * v.wide
    neck, depth = 8.0, 9 + 4 * v.neck
    pen.body([(MIDDLE, top), (MIDDLE + neck, top), (MIDDLE + 14, top + 2),
              (MIDDLE + chest, top + 20), (MIDDLE + waist, top + 44), (MIDDLE + flare, hem),
              (MIDDLE + flare * 0.5, hem + 3), (MIDDLE, hem + 3.5)])  # fmt: skip
    if v.cut > -0.4:
        arm = [(MIDDLE + 12, top + 1), (MIDDLE + 22, top + 8), (MIDDLE + 24 + 2 * v.cut, top + 22),
               (MIDDLE + chest - 0.5, top + 21)]  # fmt: skip
        pen.fill(arm, mirror=True)
        pen.line([(MIDDLE + 13.5, top + 2), (MIDDLE + chest, top + 20)], mirror=True, width=0.5)
    cut_neckline(pen, top, neck, depth, pointed=v.neck > 0)
    pen.line([(MIDDLE - waist, top + 44), (MIDDLE + waist, top + 44)], width=1.0)
    for share in (0.3, 0.7):
        pen.line([(MIDDLE + waist * share, top + 46), (MIDDLE + flare * share, hem)], width=0.5,
                 mirror=True, value=160)  # fmt: skip
