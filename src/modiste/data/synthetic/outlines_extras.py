"""Outlines of shoes, bags and accessories."""

from __future__ import annotations

from modiste.data.synthetic.pen import MIDDLE, Pen, Point, Variation


def sneakers(pen: Pen, v: Variation) -> None:
    """Draw sneakers."""
    for dx, dy in ((-3.0, -24.0), (3.0, 16.0)):
        toe, y = 82 + dx, 76 + dy
        upper = [(18 + dx, y - 22 - 3 * v.cut), (33 + dx, y - 23), (41 + dx, y - 15),
                 (60 + dx, y - 9), (toe, y - 3), (toe + 3, y + 6), (18 + dx, y + 6),
                 (16 + dx, y - 6)]  # fmt: skip
        pen.fill(upper, smooth=True)
        sole = [(16 + dx, y + 4), (toe + 4, y + 4), (toe + 4, y + 9 + v.wide),
                (toe, y + 11 + v.wide), (18 + dx, y + 11 + v.wide)]  # fmt: skip
        pen.fill(sole, smooth=False)
        pen.fill(sole, layer="trim", smooth=False)
        pen.fill([(21 + dx, y - 21), (32 + dx, y - 21.5), (34 + dx, y - 17), (22 + dx, y - 16)],
                 layer="opening", smooth=True)  # fmt: skip
        for i in range(4):
            x = 41 + dx + 5 * i
            pen.line([(x, y - 15 + 2 * i), (x + 3.5, y - 9 + 2 * i)], width=1.3, layer="trim")
        pen.line([(60 + dx, y - 8), (66 + dx, y + 3)], width=0.7, smooth=True)
        pen.line([(28 + dx, y + 3), (38 + dx, y - 12)], width=0.7)


def boots(pen: Pen, v: Variation) -> None:
    """Draw boots."""
    top = 30 - 12 * v.long
    pen.fill([(34, top), (57, top), (56, 84), (64, 93), (82, 100), (85, 110), (35, 112)],
             smooth=False)  # fmt: skip
    pen.ellipse((79, 106), (7.5, 7.0))
    sole = [(33, 110), (86, 110), (86, 115), (50, 115), (48, 117 + 5 * (v.cut + 1)),
            (34, 117 + 5 * (v.cut + 1))]  # fmt: skip
    pen.fill(sole)
    pen.fill(sole, layer="seam", value=150)
    pen.fill([(35, top), (56, top), (55, top + 2.6), (36, top + 2.6)], layer="opening")
    pen.line([(45, top + 4), (46, 108)], width=0.9)
    pen.line([(56, 84), (47, 92)], width=0.7, smooth=True)
    if v.wide > 0:
        pen.line([(34, 92), (58, 86)], width=2.0, layer="trim")


def sandals(pen: Pen, v: Variation) -> None:
    """Draw sandals."""
    for x in (31.0, 69.0):
        side = 1 if x > MIDDLE else -1
        sole = [(x - 9, 44), (x + 9, 44), (x + 13, 62), (x + 9, 88), (x + 8, 108), (x, 114),
                (x - 8, 108), (x - 9, 88), (x - 13, 62)]  # fmt: skip
        pen.fill(sole, smooth=True)
        pen.fill([((px - x) * 0.86 + x, (py - 78) * 0.93 + 78) for px, py in sole],
                 layer="opening", smooth=True)  # fmt: skip
        for y, width in ((58 + 2 * v.wide, 7.0 + v.cut), (76, 4.0)):
            strap = [(x - 14, y + 4), (x, y - 3), (x + 14, y + 4)]
            for layer, value in (("cloth", 255), ("opening", 0)):
                pen.line(strap, width=width, layer=layer, value=value, smooth=True)
        for layer, value in (("cloth", 255), ("opening", 0)):
            pen.line([(x - 10, 98), (x + 10, 98)], width=3.0, layer=layer, value=value)
        pen.ellipse((x + 9 * side, 98), (1.6, 1.6), layer="trim")


def bag(pen: Pen, v: Variation) -> None:
    """Draw a bag."""
    top, wide, low = 70 - 5 * v.long, 30 + 4 * v.wide, 116.0
    pen.line([(MIDDLE - wide * 0.55, top + 4), (MIDDLE - wide * 0.4, 34), (MIDDLE, 24),
              (MIDDLE + wide * 0.4, 34), (MIDDLE + wide * 0.55, top + 4)], width=3.0,
             layer="cloth", smooth=True)  # fmt: skip
    pen.body([(MIDDLE, top), (MIDDLE + wide - 3, top), (MIDDLE + wide, top + 6),
              (MIDDLE + wide + 2, low - 3), (MIDDLE + wide - 2, low), (MIDDLE, low)])  # fmt: skip
    if v.cut > 0:
        pen.line([(MIDDLE - wide + 1, top + 3), (MIDDLE - wide + 5, top + 22), (MIDDLE, top + 27),
                  (MIDDLE + wide - 5, top + 22), (MIDDLE + wide - 1, top + 3)], width=1.0,
                 smooth=True)  # fmt: skip
        pen.ellipse((MIDDLE, top + 25), (3, 3), layer="trim")
    else:
        pen.line([(MIDDLE - wide + 2, top + 5), (MIDDLE + wide - 2, top + 5)], width=1.0)
        pen.line([(MIDDLE - wide * 0.55, top + 3), (MIDDLE - wide * 0.55, top + 14)], width=1.8,
                 layer="trim", mirror=True)  # fmt: skip


def cap(pen: Pen, v: Variation) -> None:
    """Draw a cap."""
    crown = 46 - 4 * v.long
    pen.fill([(22, 92), (22, 70), (32, crown + 5), (48, crown), (62, crown + 7), (70, 72),
              (71, 92)], smooth=True)  # fmt: skip
    pen.fill([(22, 84), (71, 84), (71, 94), (22, 94)])
    pen.fill([(52, 88), (72, 85), (90 + 3 * v.wide, 94), (92 + 3 * v.wide, 101), (70, 98),
              (54, 97)], smooth=True)  # fmt: skip
    pen.line([(54, 96), (71, 89), (88, 95)], width=0.9, smooth=True)
    pen.line([(47, crown), (44, 92)], width=0.8, smooth=True)
    pen.line([(30, crown + 8), (24, 90)], width=0.6, smooth=True)
    pen.ellipse((47, crown), (2.2, 1.5), layer="trim")


def beanie(pen: Pen, v: Variation) -> None:
    """Draw a beanie."""
    crown = 44 - 4 * v.long
    pen.body([(MIDDLE, crown), (MIDDLE + 15, crown + 6), (MIDDLE + 24, crown + 24),
              (MIDDLE + 25, 96), (MIDDLE, 97)], smooth=True)  # fmt: skip
    pen.body([(MIDDLE, 84), (MIDDLE + 27 + v.wide, 84), (MIDDLE + 27 + v.wide, 104), (MIDDLE, 105)])
    pen.line([(MIDDLE - 27, 84), (MIDDLE + 27, 84)], width=1.0)
    for i in range(-9, 10):
        pen.line([(MIDDLE + 2.8 * i, 84), (MIDDLE + 2.8 * i, 104)], width=0.45, value=150)
    for share in (-0.75, -0.4, 0.0, 0.4, 0.75):
        pen.line([(MIDDLE + 25 * share, 84), (MIDDLE + 8 * share, crown + 4)], width=0.5,
                 smooth=True, value=150)  # fmt: skip
    if v.cut > 0:
        pen.ellipse((MIDDLE, crown - 3), (8, 8), layer="cloth")
        pen.ellipse((MIDDLE, crown - 3), (8, 8), layer="trim")


def scarf(pen: Pen, v: Variation) -> None:
    """Draw a scarf."""
    low = 122 + 6 * v.long
    pen.fill([(36, 26), (64, 26), (66, 40), (58, 50), (42, 50), (34, 40)], smooth=True)
    pen.fill([(41, 30), (59, 30), (55, 38), (45, 38)], layer="opening", smooth=True)
    for x, end, lean in ((40.0, low, -2.0), (58.0, low - 14, 3.0)):
        pen.fill([(x - 8, 42), (x + 8, 42), (x + 8.5 + lean, end), (x - 8.5 + lean, end)])
        pen.line([(x - 8, 44), (x - 8.5 + lean, end)], width=0.6)
        for i in range(7):
            f = x + lean - 7.8 + 2.6 * i
            pen.line([(f, end), (f + 0.4 * lean, end + 7 + v.cut)], width=1.0, layer="cloth")
    pen.line([(35, 38), (44, 47), (58, 48)], width=0.9, smooth=True)


def gloves(pen: Pen, v: Variation) -> None:
    """Draw gloves."""
    for side in (-1, 1):

        def at(x: float, y: float, side: int = side) -> Point:
            return (MIDDLE + side * (21 + x), y)

        palm = [at(-12, 70), at(12, 70), at(11, 112 + 4 * v.long), at(-11, 112 + 4 * v.long)]
        pen.fill(palm)
        if v.cut > -0.2:
            for x, top in ((-9, 44), (-3, 36), (3, 37), (9, 43)):
                pen.line([at(x, top), at(x, 76)], width=5.4, layer="cloth")
                pen.ellipse(at(x, top), (2.7, 2.7))
        else:
            pen.fill([at(-12, 72), at(-11, 50), at(0, 38), at(11, 50), at(12, 72)], smooth=True)
        thumb = [at(-10, 92), at(-20, 70), at(-17, 66), at(-13, 67), at(-8, 80)]
        pen.fill(thumb, smooth=True)
        pen.line([at(-11.5, 99), at(11.5, 99)], width=0.9)
        for i in range(8):
            pen.line([at(-9.6 + 2.75 * i, 100), at(-9.6 + 2.75 * i, 111 + 4 * v.long)],
                     width=0.4, value=150)  # fmt: skip


def belt(pen: Pen, v: Variation) -> None:
    """Draw a belt."""
    thick = 7.0 + 1.6 * v.wide
    outer = [(20, 80), (24, 58), (50, 48), (76, 58), (80, 80), (76, 100), (50, 110), (24, 100)]
    inner = [(x + (MIDDLE - x) * 0.10, 79 + (y - 79) * (1 - thick / 34)) for x, y in outer]
    pen.fill(outer, smooth=True)
    pen.fill(inner, value=0, smooth=True)
    pen.fill([(50, 110 - thick - 3), (84, 108), (86, 112), (84, 108 + thick), (50, 112)])
    pen.line([(40, 99), (53, 99), (53, 114), (40, 114), (40, 98.5)], width=2.4, layer="trim")
    pen.line([(40, 99), (53, 99), (53, 114), (40, 114), (40, 98.5)], width=2.4, layer="cloth")
    for i in range(4):
        pen.ellipse((60 + 5.5 * i, 110.5), (0.9, 0.9), layer="seam")


def earring(pen: Pen, v: Variation) -> None:
    """Draw an earring."""
    for x in (30.0, 70.0):
        y, radius = 82.0, 13 + 3 * v.wide
        pen.line([(x, 46), (x, y - radius)], width=1.5, layer="cloth")
        pen.ellipse((x, 46), (3.4, 3.4))
        if v.cut > -0.3:
            pen.ellipse((x, y), (radius, radius * (1.1 + 0.2 * v.long)))
            pen.ellipse((x, y), (radius - 4.4, radius * (1.1 + 0.2 * v.long) - 4.4), value=0)
        else:
            pen.fill([(x, y - radius), (x + 9, y), (x, y + radius + 6), (x - 9, y)])
            pen.line([(x - 9, y), (x + 9, y)], width=0.8)
            pen.line([(x, y - radius), (x, y + radius + 6)], width=0.6)
