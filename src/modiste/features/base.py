"""What a family of features is."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import ClassVar

import narwhals as nw

from modiste.candidates.base import Tables
from modiste.data import Dataset


class Feature(ABC):
    """Columns that describe the pairs of a pool, all known at `as_of`.

    As with candidate sources the work is split: `prepare` reads the whole shop once, `add` only the
    prepared tables and the asked users' own history, so the value of a pair does not depend on
    which other pairs are asked for.
    """

    reads_vectors: ClassVar[bool] = False
    """Whether it reads `Dataset.item_vectors`, see `CandidateSource.reads_vectors`."""

    reads_relevance: ClassVar[bool] = False
    """Whether it reads the relevance model, see `CandidateSource.reads_relevance`."""

    def prepare(self, shop: Dataset) -> Tables:
        """Compute what holds for everybody from the shop before `shop.as_of`."""
        return {}

    @abstractmethod
    def add(self, tables: Tables, asked: Dataset, pairs: nw.LazyFrame) -> nw.LazyFrame:
        """Give the pairs with this family's columns added.

        Args:
            tables: What `prepare` gave, perhaps read back from a release.
            asked: The shop before `asked.as_of`, cut to the users of the pairs.
            pairs: At least `user_idx, item_idx`; no pair twice.

        Returns:
            The same rows in any order; new columns are numbers, null where nothing is known.
        """
