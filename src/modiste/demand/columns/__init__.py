"""What demand models offer to the ranking table: one file a family of columns.

Each is a `Feature` like those of `modiste.features`, fitted on the rows before the day whose table
it is. `OFF` names those that a configuration must ask for.
"""

from modiste.features.base import Feature
from modiste.registry import Registry

DEMAND = Registry("modiste.demand.columns", Feature, frozenset())

OFF = ("life", "propensity", "seasons", "style")
"""What is off unless asked for, see `docs/concepts/demand.md`."""

__all__ = ["DEMAND", "OFF"]
