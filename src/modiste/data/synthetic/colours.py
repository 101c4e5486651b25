"""The colours and patterns of the synthetic shop, with the contest's codes and names.

A colour carries the red, green and blue its pictures are drawn with, so that what a row says and
what its picture shows agree.
"""

from __future__ import annotations

from typing import NamedTuple


class Colour(NamedTuple):
    """One colour group as the contest's files name it."""

    code: int
    name: str
    value_id: int
    value_name: str
    master_id: int
    master_name: str
    rgb: tuple[int, int, int]
    weight: float
    """How often a designer picks it, relative to the others."""


COLOURS: tuple[Colour, ...] = (
    Colour(9, "Black", 4, "Dark", 5, "Black", (34, 34, 37), 21.0),
    Colour(73, "Dark Blue", 4, "Dark", 2, "Blue", (37, 48, 84), 10.5),
    Colour(10, "White", 3, "Light", 9, "White", (244, 244, 242), 9.5),
    Colour(51, "Light Pink", 1, "Dusty Light", 4, "Pink", (240, 198, 204), 5.5),
    Colour(7, "Grey", 1, "Dusty Light", 12, "Grey", (146, 147, 150), 4.4),
    Colour(12, "Light Beige", 1, "Dusty Light", 11, "Beige", (226, 208, 182), 3.4),
    Colour(72, "Blue", 2, "Medium Dusty", 2, "Blue", (62, 104, 174), 3.4),
    Colour(42, "Red", 7, "Medium", 18, "Red", (200, 38, 46), 3.2),
    Colour(71, "Light Blue", 1, "Dusty Light", 2, "Blue", (164, 198, 228), 3.2),
    Colour(19, "Greenish Khaki", 4, "Dark", 20, "Khaki green", (99, 98, 64), 2.9),
    Colour(8, "Dark Grey", 4, "Dark", 12, "Grey", (82, 84, 88), 2.7),
    Colour(11, "Off White", 1, "Dusty Light", 9, "White", (240, 234, 220), 2.7),
    Colour(13, "Beige", 2, "Medium Dusty", 11, "Beige", (200, 172, 136), 2.7),
    Colour(43, "Dark Red", 4, "Dark", 18, "Red", (118, 26, 42), 2.4),
    Colour(93, "Dark Green", 4, "Dark", 19, "Green", (28, 78, 60), 2.3),
    Colour(6, "Light Grey", 1, "Dusty Light", 12, "Grey", (204, 205, 207), 2.2),
    Colour(52, "Pink", 2, "Medium Dusty", 4, "Pink", (222, 122, 156), 2.1),
    Colour(22, "Yellow", 7, "Medium", 8, "Yellow", (240, 196, 62), 1.8),
    Colour(17, "Yellowish Brown", 2, "Medium Dusty", 13, "Brown", (150, 102, 58), 1.7),
    Colour(31, "Light Orange", 1, "Dusty Light", 3, "Orange", (244, 188, 148), 1.4),
    Colour(5, "Gold", 5, "Bright", 15, "Metal", (200, 164, 82), 1.2),
    Colour(3, "Silver", 3, "Light", 15, "Metal", (188, 192, 198), 1.0),
    Colour(33, "Dark Orange", 2, "Medium Dusty", 13, "Brown", (176, 88, 44), 1.0),
    Colour(81, "Light Turquoise", 3, "Light", 7, "Turquoise", (152, 216, 210), 1.0),
    Colour(53, "Dark Pink", 4, "Dark", 4, "Pink", (186, 48, 104), 0.9),
    Colour(92, "Green", 1, "Dusty Light", 19, "Green", (88, 152, 96), 0.9),
    Colour(32, "Orange", 5, "Bright", 3, "Orange", (236, 122, 44), 0.8),
    Colour(91, "Light Green", 3, "Light", 19, "Green", (180, 212, 168), 0.8),
    Colour(61, "Light Purple", 3, "Light", 6, "Lilac Purple", (200, 182, 224), 0.8),
    Colour(23, "Dark Yellow", 4, "Dark", 8, "Yellow", (200, 148, 34), 0.7),
    Colour(83, "Dark Turquoise", 4, "Dark", 7, "Turquoise", (26, 104, 112), 0.6),
    Colour(63, "Dark Purple", 4, "Dark", 6, "Lilac Purple", (84, 48, 104), 0.6),
)

MASTERS: tuple[str, ...] = tuple(dict.fromkeys(colour.master_name for colour in COLOURS))
"""The families of colours a customer can favour, in the order of `COLOURS`."""


class Pattern(NamedTuple):
    """One graphical appearance as the contest's files name it."""

    code: int
    name: str
    drawn_as: str
    """The texture its pictures show: a key of `textures.TEXTURES`."""
    taste: int
    """The class a customer can favour: 0 plain, 1 structured, 2 geometric, 3 printed."""
    weight: float


PATTERNS: tuple[Pattern, ...] = (
    Pattern(1010016, "Solid", "solid", 0, 48.0),
    Pattern(1010001, "All over pattern", "flowers", 3, 15.0),
    Pattern(1010010, "Melange", "melange", 1, 6.0),
    Pattern(1010017, "Stripe", "stripe", 2, 7.0),
    Pattern(1010023, "Denim", "denim", 1, 0.0),
    Pattern(1010008, "Front print", "print", 3, 4.0),
    Pattern(1010014, "Placement print", "badge", 3, 3.0),
    Pattern(1010004, "Check", "check", 2, 4.0),
    Pattern(1010005, "Colour blocking", "block", 2, 2.0),
    Pattern(1010021, "Lace", "lace", 1, 1.5),
    Pattern(1010006, "Dot", "dot", 2, 3.0),
    Pattern(1010009, "Glittering/Metallic", "glitter", 1, 1.0),
    Pattern(1010022, "Jacquard", "jacquard", 1, 1.0),
)

PATTERN_CLASSES: tuple[str, ...] = ("plain", "structured", "geometric", "printed")
"""What `Pattern.taste` counts, in words."""
