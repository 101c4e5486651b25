"""What words mean in a shop: its attributes, each value with how close it is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

By = Literal["named", "near", "vectors"]


@dataclass(frozen=True)
class Close:
    """A value and how close it is to what was said."""

    value: str
    """In the shop's own spelling."""
    closeness: float
    """0 to 1; 1: the words name the value itself."""
    by: By
    """`named`: by its own words or those that mean the same; `near`: by a wider or a neighbouring
    word; `vectors`: it stands where the words stand."""
    n_items: int = 0
    """Items that have it; 0 for a value of a garments model."""


Groups = Mapping[str, tuple[Close, ...]]
"""Attribute to its values, the closest first."""


@dataclass(frozen=True)
class AttributeAnswer:
    """What a text means in a shop."""

    words: str
    """As it was typed."""
    attributes: Groups = field(default_factory=dict)
    """The shop's attributes, kind first."""
    without: Groups = field(default_factory=dict)
    """Attributes that are not wanted."""
    model: Groups = field(default_factory=dict)
    """The categories, groups and tags of a garments model."""
    corrections: Mapping[str, str] = field(default_factory=dict)
    """Mistyped words and what each was read as."""
    unknown: tuple[str, ...] = ()
    """Words that neither the shop nor its vectors know."""
    notes: tuple[str, ...] = ()
    """What else is to be known."""
    strategy: str = ""
    """Whose vectors were asked."""
