"""All that sources and features learned from the shop before one day."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import narwhals as nw
import numpy as np
import polars as pl

from modiste.candidates.base import CandidateSource, Tables, today
from modiste.data import Dataset
from modiste.engine import collect
from modiste.features.base import Feature
from modiste.relevance.score import Relevance
from modiste.relevance.stored import read_relevance, write_relevance
from modiste.relevance.trip import TABLE, fitted, model_tables

RELEVANCE = "relevance"
"""The folder of a release that holds the relevance model."""
Progress = Callable[[str, float], None]
"""Told a stage's name and the share of it that is done, 0 to 1."""


@dataclass(frozen=True)
class Recipe:
    """Which sources and features make a ranking table, in this order."""

    sources: Mapping[str, CandidateSource]
    """Candidate sources by name."""
    features: Mapping[str, Feature]
    """Families of features by name."""
    keep: int = 0
    """Pairs of each user that go on to the ranker, those of the highest relevance; 0: all."""

    def reading_relevance(self) -> list[Any]:
        """List the sources and features that read the relevance model."""
        parts: tuple[Any, ...] = (*self.sources.values(), *self.features.values())
        return [part for part in parts if part.reads_relevance]


@dataclass(frozen=True)
class Prepared:
    """The tables of a recipe as of one day."""

    as_of: int
    """Everything in the tables happened before this day."""
    sources: Mapping[str, Tables]
    """Tables of each source."""
    features: Mapping[str, Tables]
    """Tables of each family of features."""
    relevance: Relevance | None = None
    """The model that some of the tables are of, where a part of the recipe reads one."""

    def write(self, folder: Path) -> None:
        """Store every table as `folder/<sources|features>/<name>/<table>.parquet`.

        The relevance model is stored once, in `folder/relevance`, not as its readers' tables.
        """
        if self.relevance is not None:
            (folder / RELEVANCE).mkdir(parents=True)
            write_relevance(self.relevance, folder / RELEVANCE)
        for group, members in (("sources", self.sources), ("features", self.features)):
            for name, tables in members.items():
                place = folder / group / name
                place.mkdir(parents=True, exist_ok=True)
                for table, frame in tables.items():
                    if table == TABLE:
                        continue
                    rows = collect(frame)
                    # Group-bys give their rows in any order; a stored table has one, so that the
                    # same seed gives the same bytes.
                    keys = [key for key, dtype in rows.schema.items() if not dtype.is_nested()]
                    rows.sort(keys).write_parquet(place / f"{table}.parquet")

    @classmethod
    def read(cls, folder: Path, as_of: int, recipe: Recipe) -> Prepared:
        """Open what `write` stored; the files were verified by the caller."""
        there = (folder / RELEVANCE).is_dir()
        relevance = read_relevance(folder / RELEVANCE) if there else None
        shared = {} if relevance is None else model_tables(relevance)

        def tables(group: str, name: str, part: CandidateSource | Feature) -> Tables:
            own = {
                path.stem: nw.from_native(pl.read_parquet(path).lazy())
                for path in sorted((folder / group / name).glob("*.parquet"))
            }
            return {**own, **shared} if part.reads_relevance else own

        return cls(
            as_of,
            {name: tables("sources", name, part) for name, part in recipe.sources.items()},
            {name: tables("features", name, part) for name, part in recipe.features.items()},
            relevance,
        )


def prepare(recipe: Recipe, shop: Dataset, seed: int, progress: Progress | None = None) -> Prepared:
    """Run every source's and feature's `prepare` on the shop before `shop.as_of`.

    Args:
        recipe: The sources and features.
        shop: `dataset.until(as_of)`.
        seed: Each source draws from its own stream derived from it, by its name.
        progress: Told after each.
    """
    n_steps = len(recipe.sources) + len(recipe.features)
    sources: dict[str, Tables] = {}
    features: dict[str, Tables] = {}

    readers = recipe.reading_relevance()
    told = (lambda _, share: progress(RELEVANCE, share)) if progress else None
    relevance = fitted(shop, readers[0].fit, told) if readers else None

    def tell() -> None:
        if progress:
            progress("prepare sources and features", (len(sources) + len(features)) / n_steps)

    for name, source in recipe.sources.items():
        sources[name] = source.prepare(shop, stream(seed, name))
        tell()
    for name, feature in recipe.features.items():
        features[name] = feature.prepare(shop)
        tell()
    return Prepared(today(shop), sources, features, relevance)


def stream(seed: int, *names: object) -> int:
    """Derive the seed of one step from the run's seed and the step's name."""
    words = [seed, *"/".join(map(str, names)).encode()]
    return int(np.random.SeedSequence(words).generate_state(1, np.uint32)[0])
