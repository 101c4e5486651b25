"""What demand models offer to the ranking table: one file a family of columns.

Each is a `Feature` like those of `modiste.features`, fitted on the rows before the day whose table
it is. A configuration asks for them by name in its section `[demand]`.
"""

from modiste.features.base import Feature
from modiste.registry import Registry

DEMAND = Registry("modiste.demand.columns", Feature, frozenset())

__all__ = ["DEMAND"]
