"""How far exported vectors lie from the original ones, and how much sooner they are there."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from time import thread_time
from typing import TYPE_CHECKING, Any

import numpy as np

from modiste.encoders.base import Encoder, Vectors
from modiste.encoders.onnx import Onnx

if TYPE_CHECKING:
    from PIL.Image import Image

_BATCH = 8
"""Pictures or texts of a batch."""


@dataclass(frozen=True)
class Moved:
    """How an exported tower differs from the original; both on one thread, in turns."""

    n: int
    """Pictures or texts that were compared."""
    mean_cosine: float
    """Of original and exported vectors."""
    worst_cosine: float
    """The least of them."""
    torch_ms: float
    """CPU milliseconds a picture or text with torch."""
    onnx_ms: float
    """The same with onnxruntime."""

    @property
    def times_faster(self) -> float:
        """Say how many times as fast the exported tower is."""
        return self.torch_ms / max(self.onnx_ms, 1e-9)


def compare_encoders(
    encoder: Encoder,
    exported: Onnx,
    pictures: Sequence[Image],
    texts: Sequence[str],
    tell: Callable[[str, float], None],
) -> dict[str, Moved]:
    """Encode the same with both, batch by batch in turns on one thread."""
    import torch

    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    moved = {}
    try:
        if encoder.sees and pictures:
            ready = [encoder.prepare(picture) for picture in pictures]
            batches: list[Any] = [
                np.stack(ready[start : start + _BATCH]) for start in range(0, len(ready), _BATCH)
            ]
            moved["pictures"] = _turns(encoder.encode_batch, exported.encode_batch, batches, tell)
        if encoder.speaks and texts:
            batches = [texts[start : start + _BATCH] for start in range(0, len(texts), _BATCH)]
            moved["words"] = _turns(encoder.encode_words, exported.encode_words, batches, tell)
    finally:
        torch.set_num_threads(threads)
    return moved


def _turns(
    first: Callable[[Any], Vectors],
    second: Callable[[Any], Vectors],
    batches: Sequence[Any],
    tell: Callable[[str, float], None],
) -> Moved:
    first(batches[0]), second(batches[0])  # both are loaded and warm
    cosines, seconds = [], np.zeros(2)
    for number, batch in enumerate(batches, start=1):
        times = [thread_time()]
        here = first(batch)
        times.append(thread_time())
        there = second(batch)
        times.append(thread_time())
        seconds += np.diff(times)
        cosines.append(np.einsum("nd,nd->n", here, there))
        tell("compare", number / len(batches))
    found = np.concatenate(cosines).clip(-1, 1)
    each = 1000 * seconds / len(found)
    return Moved(
        len(found), float(found.mean()), float(found.min()), float(each[0]), float(each[1])
    )
