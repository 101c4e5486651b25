"""What a shop's attributes say for an item: the kind and colour that were asked for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
import polars as pl

from modiste.search.fusion import Positions
from modiste.search.query.understood import Wishes

IMPORTANCE: Mapping[str, float] = {"kind": 2.0, "colour": 1.5}
"""What meeting an attribute counts; any other counts 1."""


@dataclass(frozen=True)
class Attributes:
    """The attributes of a catalogue as codes, so that thousands of items are compared at once."""

    codes: Mapping[str, npt.NDArray[np.int32]]
    """`[n_items]` for each attribute; -1: unknown."""
    values: Mapping[str, Mapping[str, int]]
    """The code of each value."""
    n_items: int

    @cached_property
    def names(self) -> Mapping[str, Mapping[int, str]]:
        """The value of each code."""
        return {
            name: {code: value for value, code in codes.items()}
            for name, codes in self.values.items()
        }

    @classmethod
    def of(cls, items: pl.DataFrame, attributes: tuple[str, ...]) -> Attributes:
        """Read the attributes of a catalogue, a row an item by `item_idx`."""
        codes, values = {}, {}
        for name in attributes:
            pairs = items.select(name, f"{name}_code").drop_nulls().unique()
            codes[name] = items[f"{name}_code"].fill_null(-1).to_numpy()
            values[name] = dict(pairs.iter_rows())
        return cls(codes, values, len(items))

    def value(self, attribute: str, item: int) -> str:
        """Give an item's value, empty where it is not known."""
        return self.names[attribute].get(int(self.codes[attribute][item]), "")

    def met(self, wishes: Wishes, items: Positions) -> npt.NDArray[np.float32]:
        """Say how far items are what was asked for, `[len(items)]`: 0 nothing, 1 all of it."""
        points = np.zeros(len(items), np.float32)
        total = sum(IMPORTANCE.get(name, 1.0) for name in wishes)
        for name, wished in wishes.items():
            worth = np.zeros(max(self.values[name].values(), default=-1) + 2, np.float32)
            for value, weight in wished.items():
                if (code := self.values[name].get(value)) is not None:
                    worth[code] = weight
            points += IMPORTANCE.get(name, 1.0) / total * worth[self.codes[name][items]]
        return points

    def holding(self, wishes: Wishes, least: float = 0.0) -> npt.NDArray[np.bool_]:
        """Tell which items have a wished value of every attribute, `[n_items]`.

        Args:
            wishes: The values.
            least: How surely a value must have been meant; where none was, the surest count.
        """
        every = np.ones(self.n_items, np.bool_)
        for name, wished in wishes.items():
            least_here = min(least, max(wished.values(), default=least))
            every &= self.having({name: {v: w for v, w in wished.items() if w >= least_here}})
        return every

    def having(self, wishes: Wishes) -> npt.NDArray[np.bool_]:
        """Tell which items have any of the wished values of any attribute, `[n_items]`."""
        found = np.zeros(self.n_items, np.bool_)
        for name, wished in wishes.items():
            held = np.zeros(max(self.values[name].values(), default=-1) + 2, np.bool_)
            held[[self.values[name][value] for value in wished if value in self.values[name]]] = (
                True
            )
            found |= held[self.codes[name]]  # an unknown value, -1, is the last, which none holds
        return found
