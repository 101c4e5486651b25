"""What a search gives: hits with their reasons, and how they were found."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class SearchHit:
    """One item found."""

    item_idx: int
    """Position in the dataset searched."""
    item_id: str
    name: str
    rank: int
    """From 1."""
    score: float
    """Higher is better; comparable within one answer only."""
    why: tuple[str, ...]
    """What speaks for it: `words: red, dress`, `looks like your photo`, `looks like it` (the
    item asked with), `your taste` …"""
    attributes: Mapping[str, str] = field(default_factory=dict)
    """The shop's own attributes that are known of it."""
    picture: str | None = None
    """Path of its picture relative to the shop's picture folder."""
    price: float | None = None
    """What was paid for it last; None: it never sold at a known price."""


@dataclass(frozen=True)
class SearchResult:
    """The answer to one query."""

    hits: tuple[SearchHit, ...]
    strategy: str
    """How they were found, such as `words + vectors (catalogue), exact, filter 12 %`."""
    notes: tuple[str, ...] = ()
    """What the user should know: a word that was corrected, nothing close enough, fewer than `k`
    and which filter to loosen."""
    understood: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Attributes of the shop that were recognised in the words: `colour` to (`Navy Blue`,) …"""
    without: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Attributes of the shop that were not wanted and that no hit has."""
    corrections: Mapping[str, str] = field(default_factory=dict)
    """Mistyped words and what each was read as: `drss` to `dress`."""
