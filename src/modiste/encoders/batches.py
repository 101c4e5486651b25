"""Files to vectors: threads decode and prepare pictures while the model works."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from modiste.data.photos import PictureError, open_photo
from modiste.encoders.base import Batch, Encoder, Vectors

MOST_THREADS = 8
_AHEAD = 4
"""Batches that are prepared or in work while the model works on one."""


@dataclass(frozen=True)
class Encoded:
    """What became of some pictures, in their order."""

    vectors: Vectors
    """`[n_whole, dim]`: of those that could be read."""
    faults: list[str]
    """One a picture: why it could not be read, empty where it could."""


def n_threads() -> int:
    """Count the threads that decode: one a core of this process, `MOST_THREADS` at most."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return min(cores or 1, MOST_THREADS)


def encode_files(
    encoder: Encoder, paths: Sequence[Path], *, batch_size: int, threads: int | None = None
) -> Iterator[Encoded]:
    """Encode picture files, batch by batch.

    A file that cannot be read leaves its batch smaller and the others where they are: the same
    files give the same batches.

    Args:
        encoder: One that sees.
        paths: The files.
        batch_size: Pictures of a batch.
        threads: Threads that decode; None: see `n_threads`.
    """
    near = encoder.picture_size

    def prepared(path: Path) -> Batch | str:
        try:
            return encoder.prepare(open_photo(path, near=near))
        except PictureError as error:
            return error.reason

    pool = ThreadPoolExecutor(threads or n_threads(), "pictures")
    waiting: deque[list[Future[Batch | str]]] = deque()
    try:
        for start in range(0, len(paths), batch_size):
            waiting.append(
                [pool.submit(prepared, path) for path in paths[start : start + batch_size]]
            )
            if len(waiting) > _AHEAD:
                yield _encoded(encoder, waiting.popleft())
        while waiting:
            yield _encoded(encoder, waiting.popleft())
    finally:
        pool.shutdown(cancel_futures=True)


def _encoded(encoder: Encoder, batch: list[Future[Batch | str]]) -> Encoded:
    found = [future.result() for future in batch]
    whole = [one for one in found if not isinstance(one, str)]
    faults = [one if isinstance(one, str) else "" for one in found]
    if not whole:
        return Encoded(np.empty((0, encoder.dim), np.float32), faults)
    return Encoded(encoder.encode_batch(np.stack(whole)), faults)
