"""All that sources and features learned from the shop before one day."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import narwhals as nw
import numpy as np
import polars as pl

from modiste.candidates.base import CandidateSource, Tables, today
from modiste.data import Dataset
from modiste.engine import collect
from modiste.features.base import Feature

Progress = Callable[[str, float], None]
"""Told a stage's name and the share of it that is done, 0 to 1."""


@dataclass(frozen=True)
class Recipe:
    """Which sources and features make a ranking table, in this order."""

    sources: Mapping[str, CandidateSource]
    """Candidate sources by name."""
    features: Mapping[str, Feature]
    """Families of features by name."""


@dataclass(frozen=True)
class Prepared:
    """The tables of a recipe as of one day."""

    as_of: int
    """Everything in the tables happened before this day."""
    sources: Mapping[str, Tables]
    """Tables of each source."""
    features: Mapping[str, Tables]
    """Tables of each family of features."""

    def write(self, folder: Path) -> None:
        """Store every table as `folder/<sources|features>/<name>/<table>.parquet`."""
        for group, members in (("sources", self.sources), ("features", self.features)):
            for name, tables in members.items():
                place = folder / group / name
                place.mkdir(parents=True, exist_ok=True)
                for table, frame in tables.items():
                    rows = collect(frame)
                    # Group-bys give their rows in any order; a stored table has one, so that the
                    # same seed gives the same bytes.
                    keys = [key for key, dtype in rows.schema.items() if not dtype.is_nested()]
                    rows.sort(keys).write_parquet(place / f"{table}.parquet")

    @classmethod
    def read(cls, folder: Path, as_of: int, recipe: Recipe) -> Prepared:
        """Open what `write` stored; the files were verified by the caller."""

        def tables(group: str, name: str) -> Tables:
            return {
                path.stem: nw.from_native(pl.read_parquet(path).lazy())
                for path in sorted((folder / group / name).glob("*.parquet"))
            }

        return cls(
            as_of,
            {name: tables("sources", name) for name in recipe.sources},
            {name: tables("features", name) for name in recipe.features},
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

    def tell() -> None:
        if progress:
            progress("prepare sources and features", (len(sources) + len(features)) / n_steps)

    for name, source in recipe.sources.items():
        sources[name] = source.prepare(shop, stream(seed, name))
        tell()
    for name, feature in recipe.features.items():
        features[name] = feature.prepare(shop)
        tell()
    return Prepared(today(shop), sources, features)


def stream(seed: int, *names: object) -> int:
    """Derive the seed of one step from the run's seed and the step's name."""
    words = [seed, *"/".join(map(str, names)).encode()]
    return int(np.random.SeedSequence(words).generate_state(1, np.uint32)[0])
