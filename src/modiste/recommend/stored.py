"""Everybody's list as arrays, made beforehand: an answer is a row, without a frame on the way."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from modiste.artifacts import Store, read_manifest, verify
from modiste.data import Dataset
from modiste.ranking.model import Model
from modiste.ranking.prepared import Progress
from modiste.recommend.lists import list_chunks
from modiste.recommend.reasons import Explainer
from modiste.rules import Rules

LENGTH = 24
"""Items of a stored list."""
_ARRAYS = {"items": np.int32, "scores": np.float32, "sources": np.int16, "because": np.int32}


@dataclass(frozen=True)
class StoredLists:
    """A list for each user, and last one for a user of whom nothing is known.

    All arrays are `[n_users + 1, k]`, by `user_idx`.
    """

    names: tuple[str, ...]
    """The candidate sources."""
    items: npt.NDArray[np.int32]
    """`item_idx`, best first; -1 after the last."""
    scores: npt.NDArray[np.float32]
    """NaN: an item that fills the list."""
    sources: npt.NDArray[np.int16]
    """Place in `names` of the source that speaks for an item; -1: none does."""
    because: npt.NDArray[np.int32]
    """`item_idx` of the own purchase that leads to it; -1: none does."""

    @property
    def k(self) -> int:
        """Items of a list."""
        return int(self.items.shape[1])

    def write(self, folder: Path) -> None:
        """Store the arrays."""
        for name in _ARRAYS:
            np.save(folder / f"{name}.npy", getattr(self, name), allow_pickle=False)
        (folder / "sources.json").write_text(json.dumps(self.names), encoding="utf-8")

    @classmethod
    def read(cls, folder: Path) -> StoredLists:
        """Open what `write` stored, in place on disk; the caller has verified the files."""
        names = json.loads((folder / "sources.json").read_text(encoding="utf-8"))
        arrays = {
            name: np.load(folder / f"{name}.npy", mmap_mode="r", allow_pickle=False)
            for name in _ARRAYS
        }
        return cls(tuple(names), **arrays)


def lists_store(shop: Path) -> Store:
    """Give the store of a shop's lists."""
    return Store(shop / "lists", "lists")


def make_lists(
    model: Model,
    shop: Dataset,
    rules: Rules | None = None,
    *,
    k: int = LENGTH,
    memory: int = 8_000_000_000,
    progress: Progress | None = None,
) -> StoredLists:
    """Make everybody's list, and a new customer's.

    Args:
        model: A fitted model.
        shop: The shop before the model's `as_of`, all users.
        rules: What may be shown, how often, and what has places of its own.
        k: Items of a list.
        memory: Budget in bytes.
        progress: Told the share of users done.
    """
    n_users = shop.n_users()
    lists = StoredLists(
        tuple(model.recipe.sources),
        *(np.full((n_users + 1, k), -1, dtype) for dtype in _ARRAYS.values()),
    )
    lists.scores[:] = np.nan
    explainer = Explainer(model)
    numbers = pl.DataFrame(
        {"source": lists.names, "number": pl.Series(range(len(lists.names)), dtype=pl.Int16)}
    )
    everybody = pl.Series("user_idx", range(n_users + 1), dtype=pl.Int32)
    chunks = list_chunks(
        model, shop, k, users=everybody, rules=rules, memory=memory, progress=progress
    )
    for chunk in chunks:
        reasons = explainer.explain(chunk.rows, chunk.asked, chunk.lists)
        _put(lists, chunk.lists, reasons.join(numbers, on="source"))
        del chunk  # or its rows would lie in memory beside the next one's
    return lists


def _put(lists: StoredLists, lines: pl.DataFrame, reasons: pl.DataFrame) -> None:
    told = lines.join(reasons, on=["user_idx", "item_idx"], how="left", maintain_order="left")
    at = told["user_idx"].to_numpy(), told["rank"].to_numpy() - 1
    lists.items[at] = told["item_idx"].to_numpy()
    lists.scores[at] = told["score"].fill_null(float("nan")).to_numpy()
    lists.sources[at] = told["number"].fill_null(-1).to_numpy()
    lists.because[at] = told["because_idx"].fill_null(-1).to_numpy()


def store_lists(lists: StoredLists, shop: Path, release: str, rules: str) -> None:
    """Publish lists.

    Args:
        lists: What `make_lists` gave.
        shop: The shop's folder.
        release: Name of the release they are of.
        rules: `rules.file.rules_key` of the rules they keep.
    """
    with lists_store(shop).publish(release, _facts(release, rules), keep=2) as folder:
        lists.write(folder)


def open_lists(shop: Path, release: str, rules: str) -> StoredLists | None:
    """Open the stored lists of a release under rules; None: there are none of these.

    Raises:
        ArtifactError: If a file was altered.
    """
    store = lists_store(shop)
    if store.current_name() is None:
        return None
    folder = store.current()
    manifest = read_manifest(folder)
    if any(manifest.get(name) != value for name, value in _facts(release, rules).items()):
        return None
    verify(folder)
    return StoredLists.read(folder)


def _facts(release: str, rules: str) -> dict[str, Any]:
    return {"release": release, "rules": rules}
