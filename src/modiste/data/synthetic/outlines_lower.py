"""Outlines of trousers, skirts, dresses and all that has legs."""

from __future__ import annotations

from modiste.data.synthetic.pen import MIDDLE, Pen, Variation


def cut_legs(
    pen: Pen,
    v: Variation,
    *,
    top: float,
    hem: float,
    waist: float = 15.0,
    hip: float = 19.0,
    ankle: float = 7.5,
    spread: float = 12.0,
    crotch: float = 27.0,
) -> None:
    """Cut two legs from the waist at `top` to the `hem`, `spread` apart from the middle."""
    hem += 5.0 * v.long
    hip += 1.2 * v.wide
    ankle += 2.6 * v.cut
    leg = [
        (MIDDLE, top),
        (MIDDLE + waist, top),
        (MIDDLE + hip, top + crotch * 0.75),
        (MIDDLE + spread + ankle, hem),
        (MIDDLE + spread - ankle, hem),
        (MIDDLE, top + crotch + 3),
    ]
    pen.fill(leg, mirror=True)
    pen.line([(MIDDLE - waist, top + 4.5), (MIDDLE + waist, top + 4.5)], width=0.7)
    pen.line([(MIDDLE, top + 4.5), (MIDDLE, top + crotch + 3)], width=0.6)
    pen.line(
        [(MIDDLE + spread - ankle, hem - 2.5), (MIDDLE + spread + ankle, hem - 2.5)],
        mirror=True,
        width=0.5,
    )


def trousers(pen: Pen, v: Variation) -> None:
    """Draw trousers."""
    cut_legs(pen, v, top=12, hem=138, ankle=8 + 3 * max(v.wide, 0))
    pen.line([(MIDDLE + 10, 18), (MIDDLE + 16, 28)], width=0.7, mirror=True)
    pen.line([(MIDDLE + 11, 40), (MIDDLE + 12, 134)], width=0.35, mirror=True, value=120)


def jeans(pen: Pen, v: Variation) -> None:
    """Draw jeans."""
    cut_legs(pen, v, top=12, hem=136, ankle=7.5, hip=18.5)
    pen.line([(MIDDLE + 5, 17), (MIDDLE + 8, 24), (MIDDLE + 17, 25)], width=0.8, layer="trim",
             mirror=True, smooth=True)  # fmt: skip
    pen.line([(MIDDLE + 2.5, 17), (MIDDLE + 2.5, 30), (MIDDLE, 35)], width=0.6, layer="trim")
    pen.ellipse((MIDDLE, 14.3), (0.95, 0.95), layer="seam")
    for x in (5.5, 12.5):
        pen.line([(MIDDLE + x, 11.6), (MIDDLE + x, 17)], width=1.0, mirror=True)


def leggings(pen: Pen, v: Variation) -> None:
    """Draw leggings."""
    cut_legs(pen, v, top=12, hem=138, waist=13, hip=16, ankle=4.5, spread=8)


def shorts(pen: Pen, v: Variation) -> None:
    """Draw shorts."""
    cut_legs(pen, v, top=36, hem=92, waist=18, hip=23, ankle=12, spread=13.5, crotch=30)
    pen.line([(MIDDLE + 12, 42), (MIDDLE + 19, 54)], width=0.8, mirror=True)
    pen.line([(MIDDLE + 2, 41), (MIDDLE + 2.5, 54)], width=0.9, layer="trim", mirror=True)


def skirt(pen: Pen, v: Variation) -> None:
    """Draw a skirt."""
    hem, flare = 100 + 18 * v.long, 25 + 6 * v.wide
    pen.body([(MIDDLE, 30), (MIDDLE + 14, 30), (MIDDLE + 18, 48), (MIDDLE + flare, hem),
              (MIDDLE + flare * 0.55, hem + 2.5), (MIDDLE, hem + 3.2)])  # fmt: skip
    pen.line([(MIDDLE - 14.5, 35), (MIDDLE + 14.5, 35)], width=0.8)
    if v.cut > -0.2:
        for share in (0.25, 0.62):
            pen.line([(MIDDLE + 13 * share, 36), (MIDDLE + flare * share, hem + 2)], width=0.6,
                     mirror=True)  # fmt: skip


def jumpsuit(pen: Pen, v: Variation) -> None:
    """Draw a jumpsuit."""
    cut_legs(pen, v, top=62, hem=136, waist=14, hip=19, ankle=9, spread=11.5, crotch=24)
    pen.body([(MIDDLE, 26), (MIDDLE + 8, 20), (MIDDLE + 15, 34), (MIDDLE + 14, 66), (MIDDLE, 68)])
    pen.line([(MIDDLE + 8, 24), (MIDDLE + 9, 9)], width=2.6, layer="cloth", mirror=True)
    pen.line([(MIDDLE - 14, 63), (MIDDLE + 14, 63)], width=2.2, value=140)
    pen.body([(MIDDLE, 27), (MIDDLE + 7, 20.5), (MIDDLE, 25)], layer="opening")
