"""Nearest neighbours among vectors: one file a back-end.

A back-end's name is its module's name; `open_index(shop, label, side)` opens a shop's index.
"""

from modiste.index.base import Index
from modiste.registry import Registry

INDEXES = Registry("modiste.index", Index, frozenset({"base", "neighbours", "recall", "stored"}))

__all__ = ["INDEXES", "Index"]
