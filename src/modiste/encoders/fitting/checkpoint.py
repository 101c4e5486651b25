"""Where a killed fit goes on: all that the next epoch needs, one file, replaced at once."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor


@dataclass
class Fitted:
    """How far a fit has come."""

    epochs: list[dict[str, float]] = field(default_factory=list)
    """Each epoch's figures: loss, and held-out recall at 1, 5 and 10."""
    best: int = -1
    """The epoch of the best held-out recall; -1: none yet."""
    tensors: dict[str, Tensor] = field(default_factory=dict)
    """Weights, their running means, the best ones, and the optimiser's figures, by name."""


def write_checkpoint(path: Path, fitted: Fitted, key: str) -> None:
    """Replace the checkpoint of the fit that `key` names."""
    told = {"key": key, "best": fitted.best, "epochs": fitted.epochs}
    draft = path.with_suffix(".draft")
    save_file(fitted.tensors, draft, metadata={"fit": json.dumps(told)})
    draft.replace(path)


def read_checkpoint(path: Path, key: str) -> Fitted | None:
    """Read where the fit that `key` names was left; None: begin anew."""
    if not path.is_file():
        return None
    try:
        with safe_open(path, framework="pt") as file:
            told: Mapping[str, Any] = json.loads((file.metadata() or {})["fit"])
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
    except (SafetensorError, KeyError, ValueError, OSError):
        return None
    if told.get("key") != key:
        return None
    return Fitted(list(told["epochs"]), int(told["best"]), tensors)
