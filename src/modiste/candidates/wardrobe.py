"""What fits the customer's wardrobe, by a model learned from purchases and pictures."""

from __future__ import annotations

from typing import Annotated, ClassVar

import narwhals as nw
import numpy as np
import polars as pl
from pydantic import Field

from modiste.candidates.base import CandidateSource, Tables, offered, owned_items, top_k
from modiste.component import component
from modiste.data import Dataset
from modiste.engine import apply, collect, lazy
from modiste.index.neighbours import choose_index
from modiste.relevance.trip import TABLE, RelevanceFit, fitted, model_tables
from modiste.relevance.wear import Wear, Worn, found

_PROPOSED = {"user_idx": pl.Int32, "item_idx": pl.Int32, "score": pl.Float32}


@component
class Wardrobe(CandidateSource):
    """Items whose vector of the relevance model is nearest to what the user wears.

    A wardrobe is the mean of the vectors of what a user bought, so it works from the first purchase
    or look. Items never sold are among them, by their pictures alone. Without vectors of pictures
    (`modiste embed`) the source proposes nothing and costs nothing.
    """

    reason: ClassVar[str] = "suits your style"
    reads_vectors: ClassVar[bool] = True
    reads_relevance: ClassVar[bool] = True

    k: Annotated[int, Field(gt=0)] = 40
    """Items for each user."""
    k_unsold: Annotated[int, Field(ge=0)] = 4
    """At most so many of them were never sold."""
    popularity: Annotated[float, Field(ge=0)] = 1.0
    """How much the model's popularity term counts."""
    half_life_days: Annotated[float, Field(gt=0)] = 90.0
    """After so many days an own purchase counts half."""
    on_sale_days: Annotated[int, Field(gt=0)] = 35
    """An item is offered if it was sold within so many days; see `base.offered`."""
    fit: RelevanceFit = RelevanceFit()
    """How the model is learned; the section `[relevance]` fills it."""

    def prepare(self, shop: Dataset, seed: int) -> Tables:
        """Fit the model, or take the one fitted for the same day, and list what may be offered."""
        model = fitted(shop, self.fit)
        if model is None:
            return {}
        bought = collect(shop.interactions.select("item_idx").unique())
        sold = collect(offered(shop, self.on_sale_days)).join(bought, on="item_idx", how="semi")
        unsold = collect(shop.items.select("item_idx")).join(bought, on="item_idx", how="anti")
        rail = pl.concat(
            [
                sold.with_columns(pl.lit(False).alias("unsold")),
                unsold.with_columns(pl.lit(True).alias("unsold")),
            ]
        )
        return {"offered": lazy(rail.sort("item_idx")), **model_tables(model)}

    def propose(self, tables: Tables, asked: Dataset) -> nw.LazyFrame:
        """Propose what is nearest to the mean of what the user bought."""
        if TABLE not in tables:
            return lazy(pl.DataFrame(schema={**_PROPOSED, "rank": pl.Int32}))
        wear = Wear(collect(tables[TABLE]))
        rails = collect(tables["offered"]).sort("item_idx")
        sold, unsold = (
            _Rail(wear, rails.filter(pl.col("unsold") == side)["item_idx"], self.popularity)
            for side in (False, True)
        )

        def proposed(owned: pl.DataFrame) -> pl.DataFrame:
            worn = wear.worn(owned)
            parts = [sold.nearest(worn, self.k), unsold.nearest(worn, min(self.k, self.k_unsold))]
            return pl.concat(parts)

        owned = owned_items(asked, self.half_life_days)
        proposals = apply([owned], proposed, _PROPOSED)
        return top_k(proposals, self.k).select("user_idx", "item_idx", "score", "rank")


SPARE = 24
"""Further items looked at, in place of those that the user owns."""


class _Rail:
    """Some items' vectors, searched by wardrobes; what is owned is left out."""

    def __init__(self, wear: Wear, items: pl.Series, popularity: float) -> None:
        at, known = found(wear.items, items.to_numpy())
        self.items = wear.items[at[known]]
        # Popularity is one more number of an item's vector, and each wardrobe has a 1 for it.
        sales = wear.popularity[at[known], None] * np.float32(popularity)
        self.index = choose_index(np.hstack([wear.vectors[at[known]], sales]))

    def nearest(self, worn: Worn, k: int) -> pl.DataFrame:
        """Give each user's `k` nearest: `user_idx, item_idx, score`."""
        wanted = min(k + SPARE, len(self.items)) if k else 0
        if not wanted or not len(worn.users):
            return pl.DataFrame(schema=_PROPOSED)
        ones = np.ones((len(worn.users), 1), np.float32)
        positions, scores = self.index.search(np.hstack([worn.vectors, ones]), wanted)
        users, items = np.repeat(worn.users, wanted), self.items[positions.ravel()]
        others = (worn.own(users, items) == 0) & (positions.ravel() >= 0)
        place = np.cumsum(others.reshape(-1, wanted), axis=1).ravel()
        kept = np.flatnonzero(others & (place <= k))
        columns = (users[kept], items[kept], scores.ravel()[kept])
        named = zip(_PROPOSED, columns, strict=True)
        return pl.DataFrame([pl.Series(name, values) for name, values in named])
