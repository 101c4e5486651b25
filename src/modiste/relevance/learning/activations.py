"""What a picture network's frozen part makes of each picture: computed once, kept on disk."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch

from modiste.artifacts import write_text
from modiste.encoders.base import Batch, Encoder, Vectors
from modiste.encoders.batches import encode_files
from modiste.encoders.transformers import Transformers
from modiste.errors import InputError
from modiste.relevance.pairs import Whole

Progress = Callable[[str, float], None]
Halves = npt.NDArray[np.float16]
_VALUES, _STATE = "near.npy", "near.json"
_PART = 1024
"""Pictures after which what was made is kept: a killed run goes on there."""


@dataclass(frozen=True)
class Activations:
    """What the trained part starts from, by item."""

    values: Halves
    """`[n_pictures, …]`, a memory map."""
    place: Whole
    """`[n_items]`: each item's row of `values`; -1: it has no picture that can be read."""
    faults: dict[int, str]
    """Why pictures cannot be read, by item row."""

    @property
    def there(self) -> npt.NDArray[np.bool_]:
        """Say which items have a picture: `[n_items]`."""
        return self.place >= 0


class _Front(Encoder):
    """The frozen part as an encoder, so that pictures are read and prepared as for any other."""

    def __init__(
        self, encoder: Transformers, front: Callable[[torch.Tensor], torch.Tensor]
    ) -> None:
        self._encoder, self._front = encoder, front
        self.shape: tuple[int, ...] = ()

    @property
    def dim(self) -> int:
        return int(np.prod(self.shape))

    @property
    def identity(self) -> str:
        return self._encoder.identity

    @property
    def picture_size(self) -> tuple[int, int]:
        return self._encoder.picture_size

    def prepare(self, picture: Any) -> Batch:
        return self._encoder.prepare(picture)

    def encode_batch(self, batch: Batch) -> Vectors:
        with torch.inference_mode():
            near = self._front(self._encoder.tensor(batch))
        vectors: Vectors = near.float().cpu().flatten(1).numpy()
        return vectors


def see_pictures(
    encoder: Transformers,
    front: Callable[[torch.Tensor], torch.Tensor],
    shape: Sequence[int],
    paths: Sequence[Path | None],
    folder: Path,
    key: str,
    *,
    most_bytes: int,
    progress: Progress | None = None,
) -> Activations:
    """Run the frozen part over all pictures, or take what an earlier run of the same `key` kept.

    Args:
        encoder: What makes pictures ready.
        front: Prepared pictures `[n, 3, height, width]` to what is kept of them, `[n, *shape]`.
        shape: Of what is kept of a picture; two bytes a number.
        paths: Each item's picture; None: it has none.
        folder: Where it is kept; an existing folder.
        key: What must be the same for an earlier run's values to be taken.
        most_bytes: How much may be kept.
        progress: Told how far it is.

    Raises:
        InputError: If it would take more than `most_bytes`.
    """
    rows = np.array([row for row, path in enumerate(paths) if path is not None], np.int64)
    size = 2 * len(rows) * int(np.prod(shape))
    if size > most_bytes:
        raise InputError(
            f"the network's frozen part gives {size / 1e9:.1f} GB for {len(rows):,} pictures, at "
            f"most {most_bytes / 1e9:.1f} GB were allowed: allow more, or name a network that "
            "takes smaller pictures"
        )
    done, faults = _kept(folder, key)
    file = folder / _VALUES
    if not done:
        np.lib.format.open_memmap(file, "w+", np.float16, (len(rows), *shape)).flush()
    values: Any = np.lib.format.open_memmap(file, "r+")
    tool = _Front(encoder, front)
    tool.shape = tuple(shape)
    while done < len(rows):
        part = rows[done : done + _PART]
        files = [path for row in part if (path := paths[row]) is not None]
        for batch in encode_files(tool, files, batch_size=encoder.batch_size):
            whole = np.array([not fault for fault in batch.faults])
            places = done + np.flatnonzero(whole)
            values[places] = batch.vectors.reshape(-1, *shape)
            for wrong in np.flatnonzero(~whole):
                faults[int(rows[done + wrong])] = batch.faults[wrong]
            done += len(whole)
            if progress is not None:
                progress("see pictures", done / len(rows))
        values.flush()
        told = {"key": key, "done": done, "faults": list(faults.items())}
        write_text(folder / _STATE, json.dumps(told) + "\n")
    place = np.full(len(paths), -1, np.int64)
    place[rows] = np.arange(len(rows))
    place[list(faults)] = -1
    return Activations(values, place, faults)


def _kept(folder: Path, key: str) -> tuple[int, dict[int, str]]:
    """Say how many pictures an earlier run of this key has done, and their faults."""
    try:
        told = json.loads((folder / _STATE).read_text(encoding="utf-8"))
        if told["key"] == key and (folder / _VALUES).is_file():
            return int(told["done"]), {int(row): str(why) for row, why in told["faults"]}
    except (OSError, ValueError, KeyError, TypeError):
        pass
    return 0, {}
