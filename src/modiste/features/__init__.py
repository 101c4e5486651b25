"""What is known about user, item, pair and week at `as_of`: one file a family of features.

A family's name is its module's name. `FEATURES.names` lists them all.
"""

from modiste.features.base import Feature
from modiste.registry import Registry

FEATURES = Registry("modiste.features", Feature, frozenset({"base", "table"}))

__all__ = ["FEATURES", "Feature"]
