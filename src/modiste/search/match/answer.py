"""What a match gives: products with what fits, what they lack, and why they are this user's."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Match:
    """One product that fits, by the variant that fits best."""

    item_idx: int
    """Position in the dataset."""
    item_id: str
    product_id: str
    name: str
    rank: int
    """From 1."""
    fit: float | None
    """Share of what was asked for that it is, 0 to 1; None: no attribute was asked for."""
    likeness: float | None
    """Cosine between its picture and the photo; None: there is no photo, or no picture."""
    taste: float | None
    """How well it goes with what the user bought, 0 to 1; None: nothing is known of a taste."""
    fits: tuple[str, ...]
    """What speaks for it: `kind Dress`, `words: maxi`, `looks like your photo (0.83)`."""
    lacks: tuple[str, ...]
    """What was asked for and it is not: `colour Red`."""
    for_you: tuple[str, ...]
    """What the user's purchases say for it."""
    attributes: Mapping[str, str] = field(default_factory=dict)
    """The shop's own attributes that are known of it."""
    picture: str | None = None
    """Path of its picture relative to the shop's picture folder."""
    price: float | None = None
    """What was paid for it last; None: it never sold at a known price."""


@dataclass(frozen=True)
class MatchResult:
    """The answer to one question."""

    matches: tuple[Match, ...]
    """The products, each once."""
    strategy: str
    """How they were found and ordered."""
    notes: tuple[str, ...] = ()
    """What the user should know: why there are fewer than `k` and what to loosen, a photo without
    a garment, an unknown user."""
    by_words: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Attributes of the shop that the words ask for."""
    by_photo: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Attributes of the shop that are seen in the photo, less those that the words name."""
    without: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Attributes that no match has; `words` are those that no attribute tells."""
    corrections: Mapping[str, str] = field(default_factory=dict)
    """Mistyped words and what each was read as."""
