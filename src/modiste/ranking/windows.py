"""Past label windows: which ones train a ranker, and a cache so that none is made twice."""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated
from uuid import uuid4

import polars as pl
from pydantic import Field

import modiste
from modiste.artifacts import fingerprint
from modiste.candidates.base import today
from modiste.component import component, settings_of
from modiste.data import Dataset
from modiste.ranking.prepared import Prepared, Recipe, prepare
from modiste.ranking.table import LabelledWindow, label_window

_COUNTS = ("n_bought", "n_in_pool", "n_users")


@component
class Training:
    """Which past weeks are learned from, and how much of each."""

    label_days: Annotated[int, Field(gt=0)] = 7
    """Length of a label window in days: what is predicted."""
    n_windows: Annotated[int, Field(gt=0)] = 26
    """How many past windows are learned from, one after the other without gap."""
    step_days: Annotated[int, Field(gt=0)] = 7
    """Days between the first days of two windows."""
    negatives_per_user: Annotated[int, Field(gt=0)] = 60
    """Pairs not bought that are kept for each user of a window."""
    max_users: Annotated[int, Field(gt=0)] = 30_000
    """At most so many buyers of a window are learned from."""
    pool_size: Annotated[int, Field(gt=0)] = 400
    """Pairs that are ranked for each user, the ones with the highest hit rate of their sources."""


def window_starts(training: Training, first_day: int, as_of: int) -> list[int]:
    """Give the first days of the training windows, the newest first.

    The newest window ends on the day before `as_of`; a window needs a day of history before it.
    """
    newest = as_of - training.label_days
    starts = [newest - number * training.step_days for number in range(training.n_windows)]
    return [start for start in starts if start > first_day]


@dataclass
class Windows:
    """Makes labelled windows and keeps them, in memory and on disk.

    A window depends only on rows before its end, so the same one serves every later `as_of`.
    """

    recipe: Recipe
    training: Training
    seed: int
    folder: Path | None = None
    """Where windows are kept between runs; None: nowhere."""
    keep: int = 200
    """Windows kept on disk; the ones not used for longest go first."""
    n_made: int = 0
    """Windows made anew."""
    n_reused: int = 0
    """Windows read from disk."""
    _memory: dict[str, LabelledWindow] = field(default_factory=dict)
    _prepared: dict[str, Prepared] = field(default_factory=dict)

    def prepared(self, shop: Dataset, as_of: int) -> Prepared:
        """Give the recipe's tables as of a day; the last two are remembered."""
        key = f"{shop.identity}/{shop.vectors_identity}/{as_of}"
        if key not in self._prepared:
            while len(self._prepared) > 1:
                self._prepared.pop(next(iter(self._prepared)))
            self._prepared[key] = prepare(self.recipe, shop.until(as_of), self.seed)
        return self._prepared[key]

    def window(self, shop: Dataset, start: int) -> LabelledWindow:
        """Give the labelled window that starts on a day.

        Args:
            shop: The shop before its `as_of`, which is at or after the window's end.
            start: The window's first day.
        """
        if start + self.training.label_days > today(shop):
            raise ValueError(f"the window of day {start} ends after as_of {today(shop)}")
        key = self._key(shop, start)
        if key in self._memory:
            return self._memory[key]
        found = self._read(key, start)
        if found is None:
            found = label_window(
                self.recipe,
                self.prepared(shop, start),
                shop,
                self.training.label_days,
                negatives_per_user=self.training.negatives_per_user,
                max_users=self.training.max_users,
                seed=self.seed,
            )
            self._write(key, found)
            self.n_made += 1
        else:
            self.n_reused += 1
        self._memory[key] = found
        return found

    def forget(self, before: int) -> None:
        """Drop windows that start before a day from memory: a backtest walks forward."""
        for key in [key for key, window in self._memory.items() if window.as_of < before]:
            del self._memory[key]

    def _key(self, shop: Dataset, start: int) -> str:
        what = {
            "modiste": modiste.__version__,
            "data": shop.identity,
            "vectors": shop.vectors_identity,
            "sources": {name: settings_of(part) for name, part in self.recipe.sources.items()},
            "features": {name: settings_of(part) for name, part in self.recipe.features.items()},
            "label_days": self.training.label_days,
            "negatives": self.training.negatives_per_user,
            "max_users": self.training.max_users,
            "seed": self.seed,
            "start": start,
        }
        return fingerprint(what)

    def _read(self, key: str, start: int) -> LabelledWindow | None:
        if self.folder is None or not (place := self.folder / key).is_dir():
            return None
        place.touch()
        facts = json.loads((place / "window.json").read_text(encoding="utf-8"))
        return LabelledWindow(
            start,
            pl.read_parquet(place / "rows.parquet"),
            pl.read_parquet(place / "counts.parquet"),
            *(facts[name] for name in _COUNTS),
        )

    def _write(self, key: str, window: LabelledWindow) -> None:
        if self.folder is None:
            return
        draft = self.folder / f".draft-{uuid4().hex[:8]}"
        draft.mkdir(parents=True)
        window.rows.write_parquet(draft / "rows.parquet")
        window.counts.write_parquet(draft / "counts.parquet")
        facts = {name: getattr(window, name) for name in _COUNTS}
        (draft / "window.json").write_text(json.dumps(facts), encoding="utf-8")
        place = self.folder / key
        if place.exists():  # another run was quicker
            shutil.rmtree(draft)
        else:
            draft.replace(place)
        places = sorted(self.folder.glob("[!.]*"), key=lambda path: path.stat().st_mtime)
        for old in places[: -self.keep]:
            shutil.rmtree(old, ignore_errors=True)
