"""Similarity by Bayesian personalised ranking, fitted anew for every week."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

import narwhals as nw
import numpy as np
from pydantic import Field

from modiste.candidates.base import CandidateSource, Tables, today
from modiste.candidates.factors import factor_tables, propose_nearest, score_pairs, user_item_matrix
from modiste.component import component
from modiste.data import Dataset


@component
class Bpr(CandidateSource):
    """Items nearest to the user in factors learned to put bought items before others.

    Source: Rendle et al., "BPR: Bayesian personalized ranking from implicit feedback", UAI 2009;
    fitted by the library implicit on one thread, since with several the result depends on timing.
    """

    reason: ClassVar[str] = "fits your taste"

    k: Annotated[int, Field(gt=0)] = 20
    """Items for each user."""
    dim: Annotated[int, Field(gt=0)] = 48
    """Length of a vector."""
    epochs: Annotated[int, Field(gt=0)] = 60
    """Rounds over the purchases."""
    learning_rate: Annotated[float, Field(gt=0)] = 0.05
    """Step of the stochastic gradient."""
    regularization: Annotated[float, Field(ge=0)] = 0.01
    """L2 penalty."""
    window_days: Annotated[int, Field(gt=0)] = 180
    """How many days of purchases are fitted."""
    on_sale_days: Annotated[int, Field(gt=0)] = 28
    """An item is offered if it was sold within so many days."""
    index: Literal["auto", "exact", "hnsw"] = "auto"
    """How neighbours are searched, see `modiste.index.neighbours`."""

    def prepare(self, shop: Dataset, seed: int) -> Tables:
        """Fit the factors."""
        from implicit.cpu.bpr import BayesianPersonalizedRanking

        end = today(shop)
        rows = shop.between(end - self.window_days, end)
        matrix, users, items = user_item_matrix(rows, nw.lit(1.0))
        if matrix.nnz == 0:
            empty = np.empty((0, self.dim), np.float32)
            return factor_tables(shop, users, items, empty, empty, self.on_sale_days)
        model = BayesianPersonalizedRanking(
            factors=self.dim,
            learning_rate=self.learning_rate,
            regularization=self.regularization,
            iterations=self.epochs,
            num_threads=1,
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
