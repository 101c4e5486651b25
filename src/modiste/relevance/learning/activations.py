"""What a picture network's frozen part makes of each picture: computed once, kept on disk."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch

from modiste.encoders.base import Batch, Encoder, Vectors
from modiste.encoders.batches import encode_files
from modiste.encoders.fitting.kept import Halves, KeptValues
from modiste.encoders.transformers import Transformers
from modiste.errors import InputError
from modiste.relevance.pairs import Whole

Progress = Callable[[str, float], None]
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
    kept = KeptValues.open(folder, "near", key, (len(rows), *shape))
    tool = _Front(encoder, front)
    tool.shape = tuple(shape)
    while kept.done < len(rows):
        part = rows[kept.done : kept.done + _PART]
        files = [path for row in part if (path := paths[row]) is not None]
        for batch in encode_files(tool, files, batch_size=encoder.batch_size):
            whole = np.array([not fault for fault in batch.faults])
            places = kept.done + np.flatnonzero(whole)
            kept.values[places] = batch.vectors.reshape(-1, *shape)
            for wrong in np.flatnonzero(~whole):
                kept.faults[int(rows[kept.done + wrong])] = batch.faults[wrong]
            kept.done += len(whole)
            if progress is not None:
                progress("see pictures", kept.done / len(rows))
        kept.keep()
    place = np.full(len(paths), -1, np.int64)
    place[rows] = np.arange(len(rows))
    place[list(kept.faults)] = -1
    return Activations(kept.values, place, kept.faults)
