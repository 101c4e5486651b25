"""What a network's frozen part makes of pictures: kept on disk, so that a killed run goes on."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from modiste.artifacts import write_text

Halves = npt.NDArray[np.float16]


@dataclass
class KeptValues:
    """Values of pictures in a folder, made a part at a time."""

    values: np.memmap[Any, np.dtype[np.float16]]
    """`[n, …]`."""
    state: Path
    """The file that says how far it is."""
    key: str
    """What must be the same for an earlier run's values to be taken."""
    done: int = 0
    """How many pictures are done."""
    faults: dict[int, str] = field(default_factory=dict)
    """Why pictures cannot be read, by row."""

    @classmethod
    def open(cls, folder: Path, name: str, key: str, shape: Sequence[int]) -> KeptValues:
        """Open what a run of the same key kept, or begin anew.

        Args:
            folder: An existing folder.
            name: Of the files in it.
            key: What must be the same.
            shape: Of all values.
        """
        file, state = folder / f"{name}.npy", folder / f"{name}.json"
        done, faults = _kept(state, key) if file.is_file() else (0, {})
        if not done:
            np.lib.format.open_memmap(file, "w+", np.float16, tuple(shape)).flush()
        values: Any = np.lib.format.open_memmap(file, "r+")
        return cls(values, state, key, done, faults)

    def keep(self) -> None:
        """Put what was made on disk: a run that is killed after this goes on after it."""
        self.values.flush()
        told = {"key": self.key, "done": self.done, "faults": list(self.faults.items())}
        write_text(self.state, json.dumps(told) + "\n")


def _kept(state: Path, key: str) -> tuple[int, dict[int, str]]:
    """Say how many pictures an earlier run of this key has done, and their faults."""
    try:
        told = json.loads(state.read_text(encoding="utf-8"))
        if told["key"] == key:
            return int(told["done"]), {int(row): str(why) for row, why in told["faults"]}
    except (OSError, ValueError, KeyError, TypeError):
        pass
    return 0, {}
