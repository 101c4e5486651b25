"""What a shop can be filtered by, with counts: of everything, of a filter, of a query."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from modiste.search.lift import Attributes
from modiste.search.query.vocabulary import ROLES
from modiste.serve.schemas import Facet, Facets, FacetValue
from modiste.serve.window.catalogue import Catalogue

Mask = npt.NDArray[np.bool_]
_MOST_VALUES = 60
_MOST_DISTINCT = 400
"""An attribute with more values than these is text rather than a facet."""


@dataclass(frozen=True)
class Counter:
    """The attributes of a catalogue as codes, ready to be counted."""

    catalogue: Catalogue
    attributes: Attributes

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The attributes that are facets, those that shoppers speak of first."""
        order = {name: place for place, name in enumerate(ROLES)}
        fit = [
            n for n, values in self.attributes.values.items() if 1 < len(values) <= _MOST_DISTINCT
        ]
        return tuple(sorted(fit, key=lambda name: order.get(name, len(order))))

    @cached_property
    def prices(self) -> npt.NDArray[np.float32]:
        """Price of each item; NaN: unknown."""
        return self.catalogue.items["price"].fill_null(float("nan")).to_numpy()

    def count(self, kept: Mask | None = None) -> Facets:
        """Count the values of the kept items; None: of all."""
        facets = []
        for name in self.names:
            codes = self.attributes.codes[name]
            codes = codes if kept is None else codes[kept]
            counts = np.bincount(codes[codes >= 0], minlength=1)
            # Codes are in the order of the texts: equal counts stay in that order.
            order = np.argsort(-counts, kind="stable")[:_MOST_VALUES]
            values = [
                FacetValue(value=self.attributes.names[name][code], count=int(counts[code]))
                for code in order.tolist()
                if counts[code]
            ]
            if values:
                facets.append(Facet(name=name, values=values))
        prices = self.prices if kept is None else self.prices[kept]
        known = prices[~np.isnan(prices)]
        return Facets(
            facets=facets,
            least_price=float(known.min()) if len(known) else None,
            highest_price=float(known.max()) if len(known) else None,
        )
