"""Nearest items in the space of alternating least squares."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

import narwhals as nw
import numpy as np
from pydantic import Field

from modiste.candidates.base import CandidateSource, Tables, decay, today
from modiste.candidates.factors import factor_tables, propose_nearest, score_pairs, user_item_matrix
from modiste.component import component
from modiste.data import Dataset


@component
class Als(CandidateSource):
    """Items nearest to the user in the factors of weighted matrix factorisation.

    Source: Hu, Koren, Volinsky, "Collaborative filtering for implicit feedback datasets", ICDM
    2008; fitted by the library implicit.
    """

    reason: ClassVar[str] = "fits what you buy"

    k: Annotated[int, Field(gt=0)] = 30
    """Items for each user."""
    dim: Annotated[int, Field(gt=0)] = 64
    """Length of a vector."""
    epochs: Annotated[int, Field(gt=0)] = 10
    """Rounds over users and items."""
    regularization: Annotated[float, Field(ge=0)] = 0.05
    """L2 penalty."""
    alpha: Annotated[float, Field(gt=0)] = 20.0
    """Confidence of a purchase against its absence."""
    window_days: Annotated[int, Field(gt=0)] = 365
    """How many days of purchases are fitted."""
    half_life_days: Annotated[float, Field(gt=0)] = 90.0
    """After so many days a purchase counts half."""
    on_sale_days: Annotated[int, Field(gt=0)] = 28
    """An item is offered if it was sold within so many days."""
    index: Literal["auto", "exact", "hnsw"] = "auto"
    """How neighbours are searched, see `modiste.index.neighbours`."""

    def prepare(self, shop: Dataset, seed: int) -> Tables:
        """Fit the factors."""
        from implicit.cpu.als import AlternatingLeastSquares
        from threadpoolctl import threadpool_limits

        end = today(shop)
        rows = shop.between(end - self.window_days, end)
        matrix, users, items = user_item_matrix(rows, decay(shop, self.half_life_days))
        if matrix.nnz == 0:
            empty = np.empty((0, self.dim), np.float32)
            return factor_tables(shop, users, items, empty, empty, self.on_sale_days)
        with threadpool_limits(1, "blas"):  # implicit has its own threads
            model = AlternatingLeastSquares(
                factors=self.dim,
                regularization=self.regularization,
                alpha=self.alpha,
                iterations=self.epochs,
                random_state=seed,
            )
            model.fit(matrix, show_progress=False)
        return factor_tables(
            shop, users, items, model.user_factors, model.item_factors, self.on_sale_days
        )

    def propose(self, tables: Tables, asked: Dataset) -> nw.LazyFrame:
        """Propose the nearest items on sale."""
        return propose_nearest(tables, asked, self.k, self.index)

    def score(self, tables: Tables, pairs: nw.LazyFrame) -> nw.LazyFrame:
        """Give each pair's inner product."""
        return score_pairs(tables, pairs)
