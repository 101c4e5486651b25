"""For whom the synthetic shop sells: departments on one side, kinds of customer on the other."""

from __future__ import annotations

from typing import NamedTuple


class Audience(NamedTuple):
    """A part of the range, with the index of the contest's files it belongs to."""

    name: str
    label: str
    """How its departments are called."""
    filed: tuple[str, str, int, str]
    """Code and name of the index, number and name of its group."""
    share: float
    """Share of the products."""
    price: float
    """Prices relative to those of `kinds.KINDS`."""
    sections: tuple[tuple[int, str], ...]


_LADIES = (1, "Ladieswear")
_CHILDREN = (4, "Baby/Children")

AUDIENCES: tuple[Audience, ...] = (
    Audience("ladies", "Ladies", ("A", "Ladieswear", *_LADIES), 0.36, 1.0,
             ((15, "Womens Everyday Collection"), (11, "Womens Tailoring"), (6, "Womens Casual"),
              (18, "Womens Trend"), (16, "Womens Everyday Basics"))),
    Audience("divided", "Divided", ("D", "Divided", 2, "Divided"), 0.17, 0.78,
             ((53, "Divided Collection"), (50, "Divided Projects"), (51, "Divided Basics"))),
    Audience("men", "Men", ("F", "Menswear", 3, "Menswear"), 0.14, 1.08,
             ((26, "Men Underwear"), (20, "Contemporary Smart"), (21, "Contemporary Casual"),
              (55, "Contemporary Street"), (23, "Men Suits & Tailoring"))),
    Audience("sport", "Sport", ("S", "Sport", 26, "Sport"), 0.05, 1.0,
             ((5, "Ladies H&M Sport"), (22, "Men H&M Sport"))),
    Audience("baby", "Baby", ("G", "Baby Sizes 50-98", *_CHILDREN), 0.08, 0.52,
             ((44, "Baby Essentials & Complements"), (40, "Baby Girl"), (41, "Baby Boy"))),
    Audience("kids", "Kids", ("H", "Children Sizes 92-140", *_CHILDREN), 0.12, 0.56,
             ((76, "Kids Girl"), (46, "Kids Boy"))),
    Audience("teens", "Young", ("I", "Children Sizes 134-170", *_CHILDREN), 0.08, 0.64,
             ((77, "Young Girl"), (47, "Young Boy"))),
)  # fmt: skip

LINGERIE = ("B", "Lingeries/Tights", *_LADIES)
LADIES_ACCESSORIES = ("C", "Ladies Accessories", *_LADIES)
CHILDREN_ACCESSORIES = ("J", "Children Accessories, Swimwear", *_CHILDREN)
SPECIAL_SECTIONS: dict[str, tuple[int, str]] = {
    "B": (61, "Womens Lingerie"),
    "C": (66, "Womens Small accessories"),
    "J": (43, "Kids Accessories, Swimwear & D"),
}
"""Where ladies' and children's underwear, swimwear, shoes and accessories are filed."""


class Segment(NamedTuple):
    """A kind of customer: their ages and the parts of the range they look at."""

    name: str
    share: float
    ages: tuple[float, float]
    """Middle and spread of the ages, in years."""
    mix: tuple[float, float, float, float, float, float, float]
    """Share of their purchases from each of `AUDIENCES`."""
    price: float
    """Price they feel at home with, relative to the range's."""


SEGMENTS: tuple[Segment, ...] = (
    Segment("students", 0.20, (21, 3), (0.24, 0.64, 0.02, 0.08, 0.0, 0.0, 0.02), 0.80),
    Segment("young women", 0.22, (28, 4), (0.64, 0.22, 0.04, 0.10, 0.0, 0.0, 0.0), 1.0),
    Segment("classic women", 0.14, (55, 8), (0.90, 0.02, 0.06, 0.02, 0.0, 0.0, 0.0), 1.25),
    Segment("parents of babies", 0.14, (33, 4), (0.38, 0.06, 0.04, 0.02, 0.34, 0.16, 0.0), 0.9),
    Segment("parents of children", 0.09, (42, 5), (0.32, 0.03, 0.09, 0.02, 0.02, 0.30, 0.22), 0.95),
    Segment("young men", 0.08, (26, 5), (0.01, 0.17, 0.70, 0.12, 0.0, 0.0, 0.0), 0.9),
    Segment("classic men", 0.06, (50, 10), (0.03, 0.0, 0.92, 0.05, 0.0, 0.0, 0.0), 1.2),
    Segment("active", 0.07, (36, 9), (0.30, 0.06, 0.20, 0.44, 0.0, 0.0, 0.0), 1.05),
)
