"""What an encoder is: one method for pictures, one for words, vectors of length 1 out."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from modiste.errors import InputError

if TYPE_CHECKING:
    from PIL.Image import Image

Vectors = npt.NDArray[np.float32]
"""Shape `[n, dim]`; every row has length 1, so that an inner product is a cosine."""
Batch = npt.NDArray[Any]
"""Pictures made ready for a model, `[n, …]`, of whatever shape and type the model wants."""


class Encoder(ABC):
    """Turns pictures, words or both into vectors of one space.

    Making an encoder reads settings only; the model is loaded when the first vector is asked for.
    Work on pictures is split in two, so that many threads make pictures ready while the model runs:
    `prepare` is called in worker threads, one picture at a time, `encode_batch` in one thread.
    """

    @property
    @abstractmethod
    def dim(self) -> int:
        """Length of a vector."""

    @property
    @abstractmethod
    def identity(self) -> str:
        """Fingerprint of weights and settings: vectors of equal identity can be compared."""

    @property
    def sees(self) -> bool:
        """Whether it encodes pictures."""
        return True

    @property
    def speaks(self) -> bool:
        """Whether it encodes words into the space of the pictures (or words alone)."""
        return False

    @property
    def picture_size(self) -> tuple[int, int]:
        """Width and height in pixels that `prepare` needs; a decoder may stop near it."""
        return (224, 224)

    @property
    def batch_size(self) -> int:
        """How many pictures, or texts, are best encoded together."""
        return 32

    def check(self) -> None:  # noqa: B027 - most need nothing
        """Find out whether what it runs on is installed; no model is loaded.

        Raises:
            MissingExtraError: If a package is not.
        """

    def prepare(self, picture: Image) -> Batch:
        """Make one upright RGB picture ready: resized and, where the model wants, normalised.

        Called from several threads at once.
        """
        raise InputError(f"{type(self).__name__} has no pictures, only words: name another encoder")

    def encode_batch(self, batch: Batch) -> Vectors:
        """Encode prepared pictures, `[n, …]` to `[n, dim]`."""
        raise InputError(f"{type(self).__name__} has no pictures, only words: name another encoder")

    def encode_pictures(self, pictures: Sequence[Image]) -> Vectors:
        """Encode upright RGB pictures: `[n, dim]` in their order.

        Raises:
            InputError: If the encoder has words only.
        """
        if not pictures:
            return np.empty((0, self.dim), np.float32)
        return self.encode_batch(np.stack([self.prepare(picture) for picture in pictures]))

    def encode_words(self, texts: Sequence[str]) -> Vectors:
        """Encode texts: `[n, dim]` in their order.

        Raises:
            InputError: If the encoder has pictures only.
        """
        raise InputError(f"{type(self).__name__} has no words, only pictures: name another encoder")


def unit(vectors: npt.NDArray[Any]) -> Vectors:
    """Scale each row to length 1; a row of zeros stays zero."""
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    scaled: Vectors = (vectors / np.maximum(lengths, 1e-12)).astype(np.float32)
    return scaled
