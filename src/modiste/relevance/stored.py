"""A fitted relevance model as a folder.

```
shop/relevance/VERSION/
  relevance.safetensors   vectors, popularity, layers over pictures, what a further fit begins with
  relevance.json          settings, figures of the fit, and how the layers are put together
  items.parquet           item_id of each row; absent where items are known by row alone
```
"""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from modiste.artifacts import Store
from modiste.component import build_component
from modiste.errors import ArtifactError, MissingExtraError
from modiste.relevance.score import Dense, Relevance, Vectors
from modiste.relevance.settings import RelevanceSettings

TENSORS, PLAN, ITEMS = "relevance.safetensors", "relevance.json", "items.parquet"
VERSION = 1
_ARRAYS = ("targets", "popularity", "worn", "attends", "users")


def relevance_store(shop: Path) -> Store:
    """Give the store of a shop's relevance models."""
    return Store(shop / "relevance", "relevance")


def write_relevance(model: Relevance, folder: Path) -> None:
    """Write a model into an existing folder.

    Raises:
        MissingExtraError: If safetensors is not installed.
    """
    try:
        from safetensors.numpy import save_file
    except ModuleNotFoundError as error:
        raise MissingExtraError("safetensors", extra="vision") from error
    given = {name: getattr(model, name) for name in _ARRAYS}
    tensors = {name: array for name, array in given.items() if array is not None}
    for name, dense in model.looks.items():
        for place, (weight, bias) in enumerate(zip(dense.weights, dense.biases, strict=True)):
            tensors |= {f"looks.{name}.{place}.weight": weight, f"looks.{name}.{place}.bias": bias}
    tensors |= {f"start.{name}": array for name, array in model.start.items()}
    save_file(
        {name: np.ascontiguousarray(array) for name, array in tensors.items()}, folder / TENSORS
    )
    plan = {
        "version": VERSION,
        "settings": asdict(model.settings),
        "unsold": model.unsold,
        "looks": {
            name: {"layers": len(dense.weights), "relu": dense.relu}
            for name, dense in model.looks.items()
        },
        "figures": [dict(epoch) for epoch in model.figures],
    }
    (folder / PLAN).write_text(json.dumps(plan, indent=2) + "\n", encoding="utf-8")
    if len(model.item_ids):
        pl.DataFrame({"item_id": model.item_ids}).write_parquet(folder / ITEMS)


def read_relevance(folder: Path) -> Relevance:
    """Open a model that `write_relevance` wrote; torch is not needed.

    Raises:
        ArtifactError: If the folder holds none of this version.
        MissingExtraError: If safetensors is not installed.
    """
    try:
        from safetensors import SafetensorError
        from safetensors.numpy import load_file
    except ModuleNotFoundError as error:
        raise MissingExtraError("safetensors", extra="vision") from error
    try:
        plan: dict[str, Any] = json.loads((folder / PLAN).read_text(encoding="utf-8"))
        tensors: dict[str, Vectors] = load_file(folder / TENSORS)
        if plan["version"] != VERSION:
            raise ValueError(f"version {plan['version']}, expected {VERSION}")
        faults: list[str] = []
        settings = build_component(RelevanceSettings, plan["settings"], PLAN, faults)
        if settings is None:
            raise ValueError("; ".join(faults))
        return Relevance(
            settings=settings,
            item_ids=_item_ids(folder),
            unsold=float(plan["unsold"]),
            looks={name: _dense(tensors, name, **how) for name, how in plan["looks"].items()},
            start={
                name.removeprefix("start."): array
                for name, array in tensors.items()
                if name.startswith("start.")
            },
            figures=tuple(plan["figures"]),
            **{name: tensors[name] for name in _ARRAYS if name in tensors},
        )
    except (OSError, ValueError, KeyError, TypeError, SafetensorError) as error:
        raise ArtifactError(
            f"{folder} holds no relevance model that can be read ({error}): fit it anew"
        ) from None


def _dense(tensors: dict[str, Vectors], name: str, layers: int, relu: bool) -> Dense:
    def parts(what: str) -> tuple[Vectors, ...]:
        return tuple(tensors[f"looks.{name}.{place}.{what}"] for place in range(layers))

    return Dense(parts("weight"), parts("bias"), relu)


def _item_ids(folder: Path) -> np.ndarray[tuple[int], np.dtype[np.str_]]:
    path = folder / ITEMS
    ids = pl.read_parquet(path)["item_id"].to_list() if path.is_file() else []
    return np.array(ids, dtype=np.str_)
