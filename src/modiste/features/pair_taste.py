"""How much of the customer's wardrobe shares each attribute with the item."""

from __future__ import annotations

import narwhals as nw

from modiste.candidates.base import Tables, decay, today
from modiste.component import component
from modiste.data import Dataset
from modiste.engine import exact_sum, join_left, look_up, materialize
from modiste.features.base import Feature


@component
class PairTaste(Feature):
    """For each attribute the share of the user's purchases with the item's value.

    Beside it how many those were and how long ago the last one was, and the sum of shares over all
    attributes.
    """

    attributes: tuple[str, ...] = ()
    """Item attributes that are compared; empty: all of the shop."""
    half_life_days: float = 180.0
    """After so many days a purchase counts half."""

    def prepare(self, shop: Dataset) -> Tables:
        """Keep the codes of the attributes that are compared."""
        wanted = self.attributes or shop.item_attributes
        codes = [f"{name}_code" for name in wanted if name in shop.item_attributes]
        return {"codes": materialize(shop.items.select("item_idx", *codes))}

    def add(self, tables: Tables, asked: Dataset, pairs: nw.LazyFrame) -> nw.LazyFrame:
        """Add `taste_<attribute>_share`, `…_count`, `…_days`, and `taste_sum`.

        Share 0 and null days: nothing alike was bought; all null: the user has no history.
        """
        end = today(asked)
        codes = [name for name in tables["codes"].collect_schema().names() if name != "item_idx"]
        weighted = asked.interactions.with_columns(
            decay(asked, self.half_life_days).alias("weight")
        )
        summed = weighted.group_by("user_idx", "item_idx").agg(
            exact_sum(nw.col("weight")),
            nw.len().cast(nw.Int64).alias("times"),
            nw.col("day").max(),
        )
        owned = materialize(look_up(summed, tables["codes"], "item_idx", "inner"))
        totals = owned.group_by("user_idx").agg(exact_sum(nw.col("weight")).alias("total"))
        pairs = join_left(pairs, totals, "user_idx")
        pairs = look_up(pairs, tables["codes"], "item_idx")
        shares = []
        for code in codes:
            name = code.removesuffix("_code")
            alike = owned.group_by("user_idx", code).agg(
                nw.col("times").sum().alias(f"taste_{name}_count"),
                (end - nw.col("day").max()).alias(f"taste_{name}_days"),
                exact_sum(nw.col("weight")).alias(f"taste_{name}_share"),
            )
            shares.append(f"taste_{name}_share")
            pairs = join_left(pairs, alike, ["user_idx", code])
        if not shares:
            return pairs.drop("total")
        pairs = pairs.with_columns(
            nw.col(share).fill_null(0.0) / nw.col("total") for share in shares
        ).drop("total", *codes)
        return pairs.with_columns(nw.sum_horizontal(*shares).alias("taste_sum"))
