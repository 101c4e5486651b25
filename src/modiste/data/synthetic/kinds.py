"""The kinds of garment the synthetic shop sells: price, season, audience and silhouette of each."""

from __future__ import annotations

from typing import NamedTuple


class Kind(NamedTuple):
    """One product type as the contest's files name it, and how it behaves in the shop."""

    type_no: int
    name: str
    group: str
    shape: str
    """Silhouette its pictures show: a key of `silhouettes.SILHOUETTES`."""
    garment: tuple[int, str]
    """Number and name of the garment group."""
    price: float
    """Middle price in the shop's currency, before taste and markdown."""
    peak_week: int
    """Week of the year, 1 to 52, in which it sells best; 0 sells all the year alike."""
    swing: float
    """Sales at the peak over sales half a year away are about exp(2 x swing)."""
    basic: float
    """Share of its products that never leave the range."""
    repeat: float
    """Chance that a customer who thinks of buying the same article again does, 0 to 1."""
    audience: tuple[float, float, float, float, float, float, float]
    """Weight in the range of ladies, divided, men, sport, baby, kids, teens."""
    style: str
    """Which sentence pattern describes it: a key of `descriptions.SENTENCES`."""


_JERSEY = (1005, "Jersey Fancy")
_BASIC = (1002, "Jersey Basic")
_KNIT = (1003, "Knitwear")
_TROUSERS = (1009, "Trousers")
_DENIM = (1016, "Trousers Denim")
_OUTDOOR = (1007, "Outdoor")
_SHOES = (1020, "Shoes")
_ACC = (1019, "Accessories")
_SWIM = (1018, "Swimwear")
_NIGHT = (1017, "Under-, Nightwear")
_SOCKS = (1021, "Socks and Tights")
_UP, _LOW, _FULL = "Garment Upper body", "Garment Lower body", "Garment Full body"

KINDS: tuple[Kind, ...] = (
    Kind(255, "T-shirt", _UP, "tee", _BASIC, 11.0, 26, 0.35, 0.14, 0.60,
         (7, 9, 13, 9, 9, 11, 10), "top"),
    Kind(254, "Top", _UP, "longsleeve", _JERSEY, 15.0, 0, 0.0, 0.08, 0.45,
         (9, 8, 2, 6, 8, 7, 6), "top"),
    Kind(253, "Vest top", _UP, "vest", _BASIC, 8.0, 26, 0.75, 0.16, 0.65,
         (5, 7, 2, 5, 1, 2, 3), "top"),
    Kind(258, "Blouse", _UP, "blouse", (1010, "Blouses"), 25.0, 18, 0.25, 0.03, 0.25,
         (9, 5, 0, 0, 1, 1, 1), "shirt"),
    Kind(259, "Shirt", _UP, "shirt", (1011, "Shirts"), 25.0, 0, 0.0, 0.05, 0.30,
         (4, 2, 11, 0, 2, 3, 3), "shirt"),
    Kind(257, "Polo shirt", _UP, "polo", _BASIC, 17.0, 24, 0.55, 0.08, 0.45,
         (0, 0, 5, 2, 0, 2, 2), "top"),
    Kind(252, "Sweater", _UP, "sweater", _KNIT, 27.0, 47, 0.85, 0.03, 0.25,
         (9, 7, 8, 2, 5, 6, 6), "knit"),
    Kind(245, "Cardigan", _UP, "cardigan", _KNIT, 29.0, 43, 0.60, 0.04, 0.25,
         (4, 3, 2, 0, 4, 3, 2), "knit"),
    Kind(308, "Hoodie", _UP, "hoodie", _JERSEY, 26.0, 42, 0.50, 0.06, 0.35,
         (2, 5, 7, 8, 2, 4, 6), "top"),
    Kind(264, "Blazer", _UP, "blazer", (1008, "Dressed"), 49.0, 38, 0.35, 0.03, 0.12,
         (4, 2, 4, 0, 0, 1, 1), "coat"),
    Kind(262, "Jacket", _UP, "jacket", _OUTDOOR, 44.0, 41, 0.85, 0.02, 0.10,
         (4, 4, 5, 4, 4, 5, 4), "coat"),
    Kind(263, "Coat", _UP, "coat", _OUTDOOR, 79.0, 46, 1.50, 0.0, 0.06,
         (3, 1.5, 2, 0, 1, 1, 1), "coat"),
    Kind(272, "Trousers", _LOW, "trousers", _TROUSERS, 31.0, 0, 0.0, 0.06, 0.30,
         (10, 8, 10, 6, 8, 8, 7), "bottom"),
    Kind(272, "Trousers", _LOW, "jeans", _DENIM, 37.0, 39, 0.20, 0.10, 0.30,
         (5, 6, 6, 0, 1, 4, 5), "bottom"),
    Kind(273, "Leggings/Tights", _LOW, "leggings", _JERSEY, 14.0, 44, 0.30, 0.14, 0.55,
         (2, 2, 0, 9, 6, 5, 4), "bottom"),
    Kind(274, "Shorts", _LOW, "shorts", (1025, "Shorts"), 18.0, 26, 1.50, 0.03, 0.30,
         (4, 4, 7, 5, 3, 5, 5), "bottom"),
    Kind(275, "Skirt", _LOW, "skirt", (1012, "Skirts"), 24.0, 22, 0.35, 0.03, 0.18,
         (5, 5, 0, 0, 1, 3, 3), "bottom"),
    Kind(265, "Dress", _FULL, "dress", (1013, "Dresses Ladies"), 32.0, 25, 0.70, 0.02, 0.15,
         (11, 8, 0, 0, 4, 8, 4), "dress"),
    Kind(267, "Jumpsuit/Playsuit", _FULL, "jumpsuit", _JERSEY, 34.0, 25, 0.60, 0.0, 0.12,
         (2, 2, 0, 0, 5, 1, 1), "dress"),
    Kind(297, "Pyjama set", "Nightwear", "pyjama", _NIGHT, 21.0, 49, 0.60, 0.05, 0.30,
         (2, 1, 1, 0, 4, 4, 3), "night"),
    Kind(286, "Underwear bottom", "Underwear", "briefs", _NIGHT, 9.0, 0, 0.0, 0.22, 0.80,
         (5, 2, 5, 0, 1, 3, 3), "under"),
    Kind(306, "Bra", "Underwear", "bra", _NIGHT, 19.0, 0, 0.0, 0.14, 0.55,
         (5, 2, 0, 4, 0, 0, 1), "under"),
    Kind(302, "Socks", "Socks & Tights", "socks", _SOCKS, 6.0, 49, 0.35, 0.25, 0.85,
         (2, 2, 5, 3, 5, 5, 4), "under"),
    Kind(304, "Underwear Tights", "Socks & Tights", "tights", _SOCKS, 9.0, 48, 1.10, 0.22, 0.80,
         (2, 1, 0, 0, 2, 2, 1), "under"),
    Kind(57, "Swimsuit", "Swimwear", "swimsuit", _SWIM, 26.0, 25, 1.90, 0.0, 0.10,
         (2, 1, 0, 0, 1, 1, 1), "swim"),
    Kind(298, "Bikini top", "Swimwear", "bikini", _SWIM, 15.0, 26, 2.00, 0.02, 0.15,
         (3, 2, 0, 0, 0, 1, 1), "swim"),
    Kind(59, "Swimwear bottom", "Swimwear", "trunks", _SWIM, 13.0, 26, 2.00, 0.02, 0.15,
         (3, 2, 2, 0, 1, 1, 1), "swim"),
    Kind(94, "Sneakers", "Shoes", "sneakers", _SHOES, 30.0, 14, 0.20, 0.05, 0.15,
         (2, 2, 3, 2, 2, 3, 2), "shoe"),
    Kind(87, "Boots", "Shoes", "boots", _SHOES, 46.0, 44, 1.30, 0.0, 0.06,
         (3, 2, 1, 0, 1, 2, 1), "shoe"),
    Kind(91, "Sandals", "Shoes", "sandals", _SHOES, 24.0, 24, 1.70, 0.0, 0.08,
         (2, 1.5, 1, 0, 1, 2, 1), "shoe"),
    Kind(66, "Bag", "Accessories", "bag", _ACC, 24.0, 0, 0.0, 0.04, 0.10,
         (4, 3, 1, 1, 0, 2, 1), "bag"),
    Kind(69, "Cap/peaked", "Accessories", "cap", _ACC, 11.0, 24, 0.70, 0.05, 0.20,
         (1, 1, 2, 1, 2, 2, 1), "acc"),
    Kind(75, "Hat/beanie", "Accessories", "beanie", _ACC, 10.0, 48, 1.60, 0.03, 0.20,
         (1.5, 1, 2, 1, 4, 4, 2), "acc"),
    Kind(80, "Scarf", "Accessories", "scarf", _ACC, 14.0, 47, 1.50, 0.02, 0.15,
         (2, 1, 1, 0, 1, 1, 1), "acc"),
    Kind(71, "Gloves", "Accessories", "gloves", _ACC, 11.0, 49, 1.80, 0.03, 0.20,
         (1, 0.5, 1, 0.5, 1, 1, 0.5), "acc"),
    Kind(67, "Belt", "Accessories", "belt", _ACC, 12.0, 0, 0.0, 0.10, 0.20,
         (1.5, 1, 2, 0, 0, 0.5, 0.5), "acc"),
    Kind(70, "Earring", "Accessories", "earring", _ACC, 7.0, 50, 0.45, 0.04, 0.30,
         (4, 3, 0, 0, 0, 1, 1), "acc"),
)  # fmt: skip

SHAPES: tuple[str, ...] = tuple(kind.shape for kind in KINDS)
"""The silhouette of each kind, in the order of `KINDS`; unique, so it also names the kind."""

COMPLEMENTS: dict[str, tuple[str, ...]] = {
    "tee": ("jeans", "shorts", "skirt", "socks", "cap"),
    "longsleeve": ("trousers", "leggings", "skirt"),
    "vest": ("shorts", "leggings", "cardigan", "skirt"),
    "blouse": ("trousers", "skirt", "earring", "blazer"),
    "shirt": ("trousers", "belt", "sweater", "jeans"),
    "polo": ("shorts", "trousers", "belt"),
    "sweater": ("jeans", "scarf", "skirt", "shirt"),
    "cardigan": ("dress", "vest", "jeans"),
    "hoodie": ("leggings", "sneakers", "trousers", "beanie"),
    "blazer": ("trousers", "blouse", "shirt"),
    "jacket": ("beanie", "jeans", "hoodie"),
    "coat": ("scarf", "gloves", "beanie", "boots"),
    "trousers": ("belt", "blouse", "shirt", "longsleeve"),
    "jeans": ("belt", "tee", "sneakers", "sweater"),
    "leggings": ("hoodie", "bra", "longsleeve", "vest"),
    "shorts": ("tee", "sandals", "polo", "cap"),
    "skirt": ("tights", "blouse", "vest", "sweater"),
    "dress": ("cardigan", "bag", "sandals", "earring", "tights"),
    "jumpsuit": ("sandals", "belt", "socks"),
    "pyjama": ("socks", "briefs"),
    "briefs": ("bra", "socks"),
    "bra": ("briefs", "leggings"),
    "socks": ("sneakers", "briefs", "pyjama"),
    "tights": ("skirt", "dress", "boots"),
    "swimsuit": ("sandals", "bag", "cap"),
    "bikini": ("trunks", "sandals"),
    "trunks": ("bikini", "cap", "sandals"),
    "sneakers": ("socks", "jeans"),
    "boots": ("tights", "socks", "coat"),
    "sandals": ("dress", "bag", "shorts"),
    "bag": ("dress", "belt", "earring"),
    "cap": ("tee", "shorts"),
    "beanie": ("gloves", "scarf"),
    "scarf": ("gloves", "beanie", "coat"),
    "gloves": ("beanie", "scarf"),
    "belt": ("trousers", "jeans"),
    "earring": ("dress", "blouse"),
}
"""Kinds that go well with a kind: planted pairs are drawn along these lines."""
