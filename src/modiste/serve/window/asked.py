"""What a recommendation is asked with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

Placement = Literal["home", "product", "basket", "new", "trending"]
PLACEMENTS: tuple[Placement, ...] = get_args(Placement)
"""`home`: a shelf for the user. `product`, `basket`: beside the items looked at or put into the
basket. `new`, `trending`: first sold lately, selling faster than before; the same for everybody."""


@dataclass(frozen=True)
class RecommendationsAsked:
    """What a list is asked for."""

    user_id: str | None = None
    """None: somebody of whom nothing is known."""
    k: int = 12
    """Items."""
    placement: Placement = "home"
    """Where the list is shown."""
    items: tuple[str, ...] = ()
    """Ids of what is looked at, or lies in the basket, now."""
    filters: tuple[str, ...] = ()
    """Conditions that every item meets, see `rules.filters.parse_filter`."""
    explain: bool = False
    """Whether each item tells what moved its score."""

    @property
    def is_plain(self) -> bool:
        """Whether a list made beforehand may answer."""
        return not (self.items or self.filters or self.explain)
