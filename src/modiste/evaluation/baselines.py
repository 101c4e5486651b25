"""What a model must beat: best sellers, own history, and matrix factorisation alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from modiste.candidates.als import Als
from modiste.candidates.base import CandidateSource
from modiste.candidates.popular import Popular
from modiste.candidates.repurchase import Repurchase
from modiste.candidates.same_product import SameProduct
from modiste.data import Dataset
from modiste.engine import collect

_EVEN = 1e9
"""A half-life so long that every sale of the window counts the same."""


@dataclass(frozen=True)
class Baseline:
    """Sources asked one after the other until a list is full."""

    sources: Sequence[CandidateSource]
    """The first one's proposals come first."""

    def recommend(self, shop: Dataset, asked: Dataset, k: int, seed: int) -> pl.DataFrame:
        """Give each asked user at most `k` items.

        Args:
            shop: The shop before `as_of`.
            asked: The same, cut to the asked users.
            k: Items for each user.
            seed: Start of the sources' draws.

        Returns:
            `user_idx, item_idx, rank`, by user and rank.
        """
        parts = []
        for place, source in enumerate(self.sources):
            found = collect(source.propose(source.prepare(shop, seed), asked))
            parts.append(found.select("user_idx", "item_idx", "rank", pl.lit(place).alias("place")))
        ordered = pl.concat(parts).sort("user_idx", "place", "rank")
        distinct = ordered.unique(["user_idx", "item_idx"], keep="first", maintain_order=True)
        rank = pl.int_range(1, pl.len() + 1, dtype=pl.Int32).over("user_idx").alias("rank")
        return (
            distinct.with_columns(rank)
            .filter(pl.col("rank") <= k)
            .select("user_idx", "item_idx", "rank")
        )


def standard_baselines(k: int) -> Mapping[str, Baseline]:
    """Give the baselines that stand beside every evaluation.

    Args:
        k: Length of the lists, so that one source alone can fill a list.
    """
    month = Popular(k=2 * k, window_days=28, half_life_days=_EVEN)
    own = Repurchase(k=k, window_days=365)
    return {
        "popular 7 days": Baseline([Popular(k=k, window_days=7, half_life_days=_EVEN)]),
        "popular 28 days": Baseline([month]),
        "own history + popular": Baseline([own, month]),
        "own history + other colours + popular": Baseline([own, SameProduct(k=k), month]),
        "ALS": Baseline([Als(k=k), month]),
    }
