"""Long vectors made short, their cosines nearly the same."""

from __future__ import annotations

import numpy as np

from modiste.encoders.base import Vectors, unit

SHORT = 128
"""Numbers of a vector that many pairs are compared by."""
_BLOCK = 1 << 14


def shortened(vectors: Vectors, dim: int = SHORT, *, centred: bool = False) -> Vectors:
    """Project vectors on the `dim` directions along which they are longest in sum.

    Vectors of a catalogue have much in common: a garment on a white ground. Taking off their mean
    first (`centred`) leaves what tells them apart: more neighbours are then of the same kind.

    Args:
        vectors: `[n_vectors, dim]`, rows of length 1, perhaps on disk: they are read in blocks.
        dim: The length wanted; shorter vectors keep theirs.
        centred: Whether the mean is taken off.

    Returns:
        `[n_vectors, at most dim]`, rows of length 1.
    """
    n, width = vectors.shape
    if n == 0 or (width <= dim and not centred):
        return np.asarray(vectors)
    starts = range(0, n, _BLOCK)
    mean = np.zeros(width, np.float32)
    if centred:
        sums = [
            np.sum(vectors[start : start + _BLOCK], axis=0, dtype=np.float64) for start in starts
        ]
        mean = (np.sum(sums, axis=0) / n).astype(np.float32)
    directions = np.eye(width, dtype=np.float32)
    if width > dim:
        spread = np.zeros((width, width), np.float64)
        for start in starts:
            block = vectors[start : start + _BLOCK] - mean
            spread += block.T @ block
        directions = np.linalg.eigh(spread)[1][:, -dim:].astype(np.float32)
    short = [unit((vectors[start : start + _BLOCK] - mean) @ directions) for start in starts]
    return np.concatenate(short)
