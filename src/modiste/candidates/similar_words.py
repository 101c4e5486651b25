"""What reads like the customer's last purchases."""

from __future__ import annotations

from typing import Annotated, ClassVar

import narwhals as nw
from pydantic import Field

from modiste.candidates.base import CandidateSource, Tables
from modiste.candidates.lookalikes import lookalikes, propose_lookalikes
from modiste.component import component
from modiste.data import Dataset


@component
class SimilarWords(CandidateSource):
    """Items whose words are nearest to those of what the user bought last.

    Items never sold are among them, so that a new one is proposed from its first day. Without
    vectors (`modiste embed`) the source proposes nothing and costs nothing.
    """

    reason: ClassVar[str] = "described like what you bought"
    reads_vectors: ClassVar[bool] = True

    k: Annotated[int, Field(gt=0)] = 40
    """Items for each user."""
    k_unsold: Annotated[int, Field(ge=0)] = 4
    """At most so many of them were never sold."""
    n_neighbours: Annotated[int, Field(gt=0)] = 20
    """Neighbours kept for each item, of those sold lately."""
    n_unsold: Annotated[int, Field(ge=0)] = 3
    """Neighbours kept for each item, of those never sold."""
    n_recent: Annotated[int, Field(gt=0)] = 20
    """How many of the user's last items are looked at."""
    half_life_days: Annotated[float, Field(gt=0)] = 45.0
    """After so many days an own purchase counts half."""
    on_sale_days: Annotated[int, Field(gt=0)] = 35
    """An item is offered if it was sold within so many days; see `base.offered`."""

    def prepare(self, shop: Dataset, seed: int) -> Tables:
        """Find each bought item's neighbours among what may be offered."""
        found = lookalikes(shop, "words", self.n_neighbours, self.n_unsold, self.on_sale_days)
        return {} if found is None else {"neighbours": found}

    def propose(self, tables: Tables, asked: Dataset) -> nw.LazyFrame:
        """Propose the neighbours of what the user bought last."""
        return propose_lookalikes(
            tables, asked, self.k, self.k_unsold, self.n_recent, self.half_life_days
        )
